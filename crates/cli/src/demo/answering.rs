//! The program that each site of the demo runs: it answers over HTTP from the files deployed
//! beside it, and from nothing else.
//!
//! It reads its files anew for every answer, so that what it says is what lies there. It
//! ends by itself when its directory is gone, or when the demo that started it is.

use super::asking::ask;
use super::place::TIE;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::terminal::Terminal;
use clap::Args;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The longest question that is read, in bytes.
const QUESTION_BYTES_MAX: u64 = 8 * 1024;

/// How long somebody may take to ask.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often the program looks whether it is still wanted.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What the program says to whoever started it, once it listens.
const READY: &str = "ready\n";

/// What the program is told.
#[derive(Args, Debug)]
pub(super) struct Answer {
    /// What it calls itself, such as `Till 2.0.0`.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The directory with its settings and files.
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// Go on in the background, once it answers.
    #[arg(long)]
    detach: bool,
}

/// Answers until it is stopped; or starts a process that does.
///
/// # Errors
///
/// When its settings do not say where to listen, or nothing can listen there.
pub(super) async fn answer(answer: &Answer, terminal: Terminal) -> Result<(), Fault> {
    let program = Program { name: answer.name.clone(), root: answer.root.clone() };
    if !answer.detach {
        return listen(Arc::new(program), terminal).await;
    }
    let address = program.address()?.to_string();
    let runs = ask(&address, "/version").await.is_ok_and(|it| it.body == program.name);
    if runs { Ok(()) } else { detach(&program) }
}

/// Starts the program in the background and waits until it listens.
fn detach(program: &Program) -> Result<(), Fault> {
    let log_path = program.root.join("log");
    let log = std::fs::File::create(&log_path).map_err(|it| Fault::of_file(&log_path, &it))?;
    let own = std::env::current_exe().map_err(|it| Fault::of_file(Path::new("landfall"), &it))?;
    let mut started = starting(&own)
        .args(["demo", "answer", "--name", &program.name, "--root"])
        .arg(&program.root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .process_group(0)
        .spawn()
        .map_err(|it| Fault::of_file(&own, &it))?;
    let mut said = String::new();
    if let Some(out) = started.stdout.take() {
        // Whatever is not READY, an error included, means that it does not listen.
        let _ = BufReader::new(out).read_line(&mut said);
    }
    if said == READY {
        return Ok(());
    }
    let why = std::fs::read_to_string(&log_path).unwrap_or_default();
    Err(Fault::new(Exit::Failure, format!("{} does not start", program.name)).why(why.trim()))
}

#[expect(clippy::disallowed_methods, reason = "a program of the demo goes on in the background")]
fn starting(own: &Path) -> Command {
    Command::new(own)
}

async fn listen(program: Arc<Program>, terminal: Terminal) -> Result<(), Fault> {
    let address = program.address()?;
    let refused = |error: std::io::Error| {
        Fault::new(Exit::Failure, format!("nothing can listen on {address}")).why(error.to_string())
    };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let pid = program.root.join("pid");
    let written = std::fs::write(&pid, format!("{}\n", std::process::id()));
    written.map_err(|error| Fault::of_file(&pid, &error))?;
    terminal.print(READY)?;
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let program = Arc::clone(&program);
                tokio::spawn(async move {
                    // Whoever asked and went away needs no answer.
                    let _ = tokio::time::timeout(PATIENCE, program.reply(stream)).await;
                });
            },
            _ = looks.tick() => if !program.is_wanted() {
                return Ok(());
            },
        }
    }
}

/// A program with its directory.
struct Program {
    name: String,
    root: PathBuf,
}

impl Program {
    /// Returns the settings: those that were deployed, and over them what was put in by hand.
    fn settings(&self) -> Result<BTreeMap<String, String>, String> {
        let path = self.root.join("settings");
        let deployed = std::fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let by_hand = std::fs::read_to_string(self.root.join("settings.local"));
        let both = format!("{deployed}\n{}", by_hand.unwrap_or_default());
        let lines = both.lines().filter(|it| !it.starts_with('#'));
        let pairs = lines.filter_map(|it| it.split_once('='));
        Ok(pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect())
    }

    /// Returns where it listens: on loopback, whatever its settings say.
    fn address(&self) -> Result<SocketAddr, Fault> {
        let wrong = |why: String| {
            Fault::usage(format!("{} does not know where to listen", self.name), "see `settings`")
                .why(why)
        };
        let settings = self.settings().map_err(wrong)?;
        let listen = settings.get("listen").map(String::as_str).unwrap_or_default();
        let address = listen.parse::<SocketAddr>().map_err(|it| wrong(it.to_string()))?;
        if address.ip().is_loopback() {
            Ok(address)
        } else {
            Err(wrong(format!("{address} is not an address of this computer alone")))
        }
    }

    /// Returns whether its directory is there, and the demo that started it, if it is tied to one.
    fn is_wanted(&self) -> bool {
        let demo = std::fs::read_to_string(self.root.join("../..").join(TIE));
        // A process that has ended has no command line, even while nobody has taken notice of it.
        let has_ended = |demo: String| {
            let line = std::fs::read(Path::new("/proc").join(demo.trim()).join("cmdline"));
            line.map_or(true, |it| it.is_empty())
        };
        self.root.exists() && !demo.is_ok_and(has_ended)
    }

    async fn reply(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut asked = Vec::new();
        let mut piece = [0; 1024];
        while !asked.windows(4).any(|it| it == b"\r\n\r\n") {
            let size = stream.read(&mut piece).await?;
            asked.extend_from_slice(piece.get(..size).unwrap_or_default());
            if size == 0 || asked.len() as u64 > QUESTION_BYTES_MAX {
                return Ok(());
            }
        }
        let asked = String::from_utf8_lossy(&asked);
        let (status, body) = match asked.split(' ').nth(1) {
            Some("/version") => ("200 OK", self.name.clone()),
            Some("/health") => match self.health().await {
                Ok(body) => ("200 OK", body),
                Err(why) => ("503 Service Unavailable", why),
            },
            Some(_) | None => ("404 Not Found", "ask /health or /version".to_owned()),
        };
        let head = "Content-Type: text/plain; charset=utf-8\r\nConnection: close";
        let length = body.len() + 1;
        let answer =
            format!("HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{body}\n");
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    }

    /// Returns that it is ready, or why it is not.
    async fn health(&self) -> Result<String, String> {
        let settings = self.settings()?;
        let place = settings.get("place").filter(|it| !it.is_empty());
        let place = place.ok_or("the settings do not say where this is")?;
        if let Some(file) = settings.get("reads") {
            self.is_of_this_release(file)?;
        }
        if let Some(needed) = settings.get("needs") {
            match ask(needed, "/health").await {
                Ok(answered) if answered.status == 200 => {}
                Ok(answered) => return Err(format!("{needed} is not ready: {}", answered.body)),
                Err(error) => return Err(format!("{needed} does not answer: {error}")),
            }
        }
        Ok(format!("{} is ready at {place}", self.name))
    }

    /// Looks whether the first line of `file` names this release.
    fn is_of_this_release(&self, file: &str) -> Result<(), String> {
        let path = self.root.join(file);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        let first = text.lines().next().unwrap_or_default();
        if first.ends_with(&format!(" of {}", self.name)) {
            return Ok(());
        }
        let by_hand = self.root.join("settings.local").exists();
        let because = if by_hand { ", because settings.local says so" } else { "" };
        Err(format!("it sells by {file} (`{first}`){because}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn program(folder: &TempDir, settings: &str) -> Program {
        std::fs::write(folder.path().join("settings"), settings).unwrap();
        std::fs::write(folder.path().join("prices.csv"), "# prices of Till 2.0.0\n").unwrap();
        std::fs::write(folder.path().join("trial.csv"), "# prices of Till 1.9.3\n").unwrap();
        Program { name: "Till 2.0.0".to_owned(), root: folder.path().to_owned() }
    }

    #[tokio::test]
    async fn it_is_ready_only_with_the_files_of_its_own_release() {
        let folder = TempDir::new().unwrap();
        let program = program(&folder, "place=Oslo\nlisten=127.0.0.1:1\nreads=prices.csv\n");
        assert_eq!(program.health().await, Ok("Till 2.0.0 is ready at Oslo".to_owned()));
        let by_hand = folder.path().join("settings.local");
        std::fs::write(&by_hand, "reads=trial.csv\n").unwrap();
        let why =
            "it sells by trial.csv (`# prices of Till 1.9.3`), because settings.local says so";
        assert_eq!(program.health().await, Err(why.to_owned()));
        std::fs::remove_file(by_hand).unwrap();
        assert!(program.health().await.is_ok());
    }

    #[test]
    fn it_listens_on_loopback_only() {
        let folder = TempDir::new().unwrap();
        for (listen, may) in
            [("127.20.1.1:80", true), ("0.0.0.0:80", false), ("192.0.2.1:80", false), ("", false)]
        {
            let program = program(&folder, &format!("listen={listen}\n"));
            assert_eq!(program.address().is_ok(), may, "{listen}");
        }
    }

    #[test]
    fn it_is_wanted_as_long_as_whom_it_is_tied_to() {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("sites/oslo");
        std::fs::create_dir_all(&root).unwrap();
        let program = Program { name: "Till".to_owned(), root };
        assert!(program.is_wanted());
        std::fs::write(folder.path().join(TIE), format!("{}\n", std::process::id())).unwrap();
        assert!(program.is_wanted());
        std::fs::write(folder.path().join(TIE), "4194305\n").unwrap();
        assert!(!program.is_wanted());
        std::fs::remove_dir_all(folder.path().join("sites")).unwrap();
        assert!(!program.is_wanted());
    }
}
