//! A real SMTP server on loopback, for tests: it keeps what it gets, and can be told to refuse.
//!
//! The protocol is the `mailin` crate's; only the socket is ours.

mod objects;

pub use self::objects::ObjectHouse;
use mailin::{Action, Handler, Response, SessionBuilder, response};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// A mail as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// From where.
    pub from: String,
    /// To whom.
    pub to: Vec<String>,
    /// All of it, with its headers.
    pub text: String,
}

impl Arrived {
    /// Returns the value of the header `name`; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let lines = head.lines().filter_map(|it| it.split_once(": "));
        lines.into_iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map_or("", |(_, it)| it)
    }
}

/// What the server says to a recipient.
pub type Judge = dyn Fn(&str, usize) -> Response + Send + Sync;

/// A mail server that is there as long as the test.
#[derive(Clone)]
pub struct MailHouse {
    /// Where it listens.
    pub address: SocketAddr,
    kept: Arc<Mutex<Vec<Arrived>>>,
}

impl MailHouse {
    /// Opens a mail server that asks `judge` about each recipient, with how many mails it has.
    ///
    /// # Errors
    ///
    /// When this computer has no free port.
    pub fn open(judge: Arc<Judge>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let house = Self { address: listener.local_addr()?, kept: Arc::default() };
        let kept = house.kept.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let desk =
                    Desk { kept: kept.clone(), judge: judge.clone(), now: Arrived::default() };
                std::thread::spawn(move || talk(&stream, desk));
            }
        });
        Ok(house)
    }

    /// Opens a mail server that accepts everything.
    ///
    /// # Errors
    ///
    /// When this computer has no free port.
    pub fn hospitable() -> io::Result<Self> {
        Self::open(Arc::new(|_, _| response::OK))
    }

    /// Returns the mails that arrived, in order.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Clone)]
struct Desk {
    kept: Arc<Mutex<Vec<Arrived>>>,
    judge: Arc<Judge>,
    now: Arrived,
}

impl Handler for Desk {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        self.now = Arrived { from: from.to_owned(), ..Arrived::default() };
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.now.to.push(to.to_owned());
        let so_far = self.kept.lock().unwrap_or_else(PoisonError::into_inner).len();
        (self.judge)(to, so_far)
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.now.text.push_str(&String::from_utf8_lossy(bytes));
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let now = std::mem::take(&mut self.now);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(now);
        response::OK
    }
}

fn talk(stream: &TcpStream, desk: Desk) {
    let mut session = SessionBuilder::new("mail.house").build(IpAddr::from([127, 0, 0, 1]), desk);
    let (mut answer, mut lines) = (stream, BufReader::new(stream));
    if session.greeting().write_to(&mut answer).is_err() {
        return;
    }
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|it| it > 0) {
        let said = session.process(&line);
        line.clear();
        let is_over = matches!(said.action, Action::Close);
        if !matches!(said.action, Action::NoReply)
            && (said.write_to(&mut answer).is_err() || answer.flush().is_err() || is_over)
        {
            return;
        }
    }
}
