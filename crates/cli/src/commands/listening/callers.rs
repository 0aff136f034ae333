//! Callers at the door: each is heard out within a time, so many at once, and none holds all places.
//!
//! Whoever comes when all places are taken waits before the door until one is free. Whoever has taken
//! their share of the places already is hung up on. A trusted proxy has no share: it stands for many,
//! and keeps connections ready that nobody uses for a while.

use super::secured::Secured;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use reception::Proxies;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

/// How long a caller may take to say what they want, from its first word to the end of its headers,
/// and be silent before that.
const HEARD_WITHIN: Duration = Duration::from_secs(10);

/// The same of a trusted proxy: they keep a connection that nobody uses for up to two minutes, and what
/// they send into one that was just closed is lost.
const PROXY_HEARD_WITHIN: Duration = Duration::from_secs(150);

/// The most bytes that are kept of what a caller says before it is read: the longest headers.
const HEADERS_BYTES_MAX: usize = 64 * 1024;

/// The most callers at once. Each may cost 100 KiB.
const AT_ONCE_MAX: u64 = 4096;

/// The fewest callers at once for which a door is opened.
const AT_ONCE_MIN: u64 = 64;

/// Which part of the callers may come from one address: a thousand people of one office see the board.
const SHARES: usize = 4;

/// How often the log says that callers wait or are hung up on.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// How many callers there may be, and how long each may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    at_once: usize,
    of_one_address: usize,
    heard_within: Duration,
    proxy_heard_within: Duration,
}

impl Limits {
    /// Returns the limits of a process that may have so many files open: half of them for callers, half
    /// for computers, the record and steps.
    pub(super) fn of(open_files: u64) -> Self {
        let at_once = (open_files / 2).clamp(AT_ONCE_MIN, AT_ONCE_MAX);
        let at_once = usize::try_from(at_once).unwrap_or(usize::MAX);
        Self {
            at_once,
            of_one_address: at_once / SHARES,
            heard_within: HEARD_WITHIN,
            proxy_heard_within: PROXY_HEARD_WITHIN,
        }
    }
}

/// Hears all who call at `listener` and has `routes` answer them, until `told` becomes true. Ends when
/// the last of them has been answered.
pub(super) async fn hear(
    mut listener: TcpListener,
    secured: Option<Secured>,
    routes: Router,
    (limits, proxies): (Limits, Proxies),
    told: watch::Receiver<bool>,
) {
    let routes = TowerToHyperService::new(routes);
    let door = Arc::new(Hearing { routes, secured, told: told.clone() });
    let places = Arc::new(Semaphore::new(limits.at_once));
    let callers = Arc::new(Callers::default());
    let mut said = Said::default();
    loop {
        let (place, stream, address) = tokio::select! {
            next = next(&mut listener, &places, &mut said) => next,
            () = is_told(told.clone()) => break,
        };
        let is_trusted = proxies.trusts(address.ip().to_canonical());
        let share = if is_trusted { usize::MAX } else { limits.of_one_address };
        let Some(caller) = callers.let_in(address.ip(), share) else {
            said.now_and_then(|| {
                let address = address.ip();
                tracing::warn!(%address, share, "hung up on: all connections of its share are in use");
            });
            continue;
        };
        let within = if is_trusted { limits.proxy_heard_within } else { limits.heard_within };
        let door = door.clone();
        tokio::spawn(async move {
            door.hear(stream, address, within).await;
            drop((caller, place));
        });
    }
    drop(listener);
    let all = u32::try_from(limits.at_once).unwrap_or(u32::MAX);
    drop(places.acquire_many(all).await);
}

/// Waits for a place and for who takes it.
async fn next(
    listener: &mut TcpListener,
    places: &Arc<Semaphore>,
    said: &mut Said,
) -> (OwnedSemaphorePermit, TcpStream, SocketAddr) {
    if places.available_permits() == 0 {
        said.now_and_then(|| tracing::warn!("all connections are in use: others wait"));
    }
    let place = match Arc::clone(places).acquire_owned().await {
        Ok(place) => place,
        // Nobody closes it.
        Err(_closed) => std::future::pending().await,
    };
    let (stream, address) = Listener::accept(listener).await;
    (place, stream, address)
}

async fn is_told(mut told: watch::Receiver<bool>) {
    // Where whoever would tell is gone, it is over as well.
    told.wait_for(|it| *it).await.ok();
}

/// What all callers are heard with.
struct Hearing {
    routes: TowerToHyperService<Router>,
    secured: Option<Secured>,
    told: watch::Receiver<bool>,
}

impl Hearing {
    async fn hear(&self, stream: TcpStream, address: SocketAddr, within: Duration) {
        stream.set_nodelay(true).ok();
        let Some(secured) = &self.secured else {
            return self.answer(stream, address, within).await;
        };
        let agreed = tokio::select! {
            agreed = secured.agree(stream) => agreed,
            () = is_told(self.told.clone()) => None,
        };
        if let Some(stream) = agreed {
            self.answer(stream, address, within).await;
        }
    }

    async fn answer<S>(&self, stream: S, address: SocketAddr, within: Duration)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let routes = &self.routes;
        let answering = service_fn(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(address));
            routes.call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(within)
            .max_buf_size(HEADERS_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), answering);
        let mut connection = pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = is_told(self.told.clone()) => connection.as_mut().graceful_shutdown(),
        }
        // What was asked before is answered; a caller who is gone needs none.
        connection.await.ok();
    }
}

/// How many callers there are from each address.
#[derive(Default)]
struct Callers(Mutex<HashMap<IpAddr, usize>>);

/// One of the callers, until dropped.
struct Caller {
    callers: Arc<Callers>,
    from: IpAddr,
}

impl Callers {
    /// Lets in one from `address`, unless `share` of them are there already.
    fn let_in(self: &Arc<Self>, address: IpAddr, share: usize) -> Option<Caller> {
        let from = whose(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(from).or_default();
        if *count >= share {
            return None;
        }
        *count += 1;
        Some(Caller { callers: Arc::clone(self), from })
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        let mut counts = self.callers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = counts.entry(self.from) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// Returns what is one caller's alone: an address, or the network that each customer has of IPv6.
fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(it) => it.into(),
        IpAddr::V6(it) => Ipv6Addr::from_bits(it.to_bits() >> 64 << 64).into(),
    }
}

/// When the log last said that something is short.
#[derive(Default)]
struct Said(Option<Instant>);

impl Said {
    fn now_and_then(&mut self, say: impl FnOnce()) {
        if self.0.is_none_or(|it| it.elapsed() >= SAID_EVERY) {
            self.0 = Some(Instant::now());
            say();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::secured::Files;
    use super::*;
    use axum::routing::get;
    use std::net::Ipv4Addr;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpSocket;
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    const ASKED: &[u8] = b"GET /now HTTP/1.1\r\nhost: here\r\n\r\n";
    const ASKED_LATER: &[u8] = b"GET /later HTTP/1.1\r\nhost: here\r\n\r\n";
    const HALF_ASKED: &[u8] = b"GET /now HTTP/1.1\r\nhost: h";

    /// How long it is waited for what does not happen, and at most for what does.
    const SHORT: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_secs(20);

    /// A door that is open, and what is answered at it.
    struct Open {
        address: SocketAddr,
        later: Arc<Notify>,
        told: watch::Sender<bool>,
        heard: JoinHandle<()>,
    }

    /// Limits that nothing comes near to.
    fn wide() -> Limits {
        let (heard_within, proxy_heard_within) = (LONG, LONG);
        Limits { at_once: 64, of_one_address: 16, heard_within, proxy_heard_within }
    }

    async fn open(limits: Limits, proxies: &str, secured: Option<Secured>) -> Open {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let later = Arc::new(Notify::new());
        let until = later.clone();
        let routes = Router::new()
            .route(
                "/now",
                get(|ConnectInfo(it): ConnectInfo<SocketAddr>| async move { it.ip().to_string() }),
            )
            .route(
                "/later",
                get(async move || {
                    until.notified().await;
                    "late"
                }),
            );
        let proxies =
            Proxies::of(proxies.split_whitespace().map(|it| it.parse().unwrap()).collect());
        let (told, is_told) = watch::channel(false);
        let hearing = hear(listener, secured, routes, (limits, proxies), is_told);
        Open { address, later, told, heard: tokio::spawn(hearing) }
    }

    impl Open {
        /// Calls from the loopback address that ends with `last`, and says `words`.
        async fn call(&self, last: u8, words: &[u8]) -> TcpStream {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind((Ipv4Addr::new(127, 0, 0, last), 0).into()).unwrap();
            let mut stream = socket.connect(self.address).await.unwrap();
            // Who was hung up on says it to nobody.
            stream.write_all(words).await.ok();
            stream
        }
    }

    /// Returns what is answered within `limit`: `hung up`, `nothing yet`, or the answer's last line.
    async fn answer(stream: &mut TcpStream, limit: Duration) -> String {
        let mut bytes = vec![0; 4096];
        match tokio::time::timeout(limit, stream.read(&mut bytes)).await {
            Err(_elapsed) => "nothing yet".to_owned(),
            Ok(Ok(0) | Err(_)) => "hung up".to_owned(),
            Ok(Ok(length)) => {
                let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
                text.lines().last().unwrap_or_default().to_owned()
            }
        }
    }

    #[tokio::test]
    async fn whoever_does_not_say_in_time_what_they_want_is_hung_up_on() {
        let open = open(Limits { heard_within: SHORT, ..wide() }, "127.0.0.9", None).await;
        for words in [b"".as_slice(), HALF_ASKED] {
            let mut slow = open.call(1, words).await;
            assert_eq!(answer(&mut slow, LONG).await, "hung up");
        }
        let mut waits = open.call(1, ASKED_LATER).await;
        assert_eq!(answer(&mut waits, 2 * SHORT).await, "nothing yet", "it is our turn");
        open.later.notify_one();
        assert_eq!(answer(&mut waits, LONG).await, "late");
        let mut again = open.call(1, ASKED).await;
        assert_eq!(answer(&mut again, LONG).await, "127.0.0.1");
        assert_eq!(answer(&mut again, LONG).await, "hung up", "it asks nothing more");
        // A proxy keeps connections ready.
        let mut proxy = open.call(9, b"").await;
        assert_eq!(answer(&mut proxy, 2 * SHORT).await, "nothing yet");
    }

    #[tokio::test]
    async fn one_address_takes_its_share_and_no_more_and_a_trusted_proxy_has_none() {
        let open = open(Limits { of_one_address: 2, ..wide() }, "127.0.0.9", None).await;
        let mut first = open.call(1, ASKED_LATER).await;
        let mut second = open.call(1, HALF_ASKED).await;
        assert_eq!(answer(&mut second, SHORT).await, "nothing yet");
        let mut third = open.call(1, ASKED).await;
        assert_eq!(answer(&mut third, LONG).await, "hung up");
        let mut other = open.call(2, ASKED).await;
        assert_eq!(answer(&mut other, LONG).await, "127.0.0.2");
        let mut behind_a_proxy = Vec::new();
        for _ in 0..4 {
            behind_a_proxy.push(open.call(9, ASKED).await);
        }
        for it in &mut behind_a_proxy {
            assert_eq!(answer(it, LONG).await, "127.0.0.9");
        }
        // Whoever is gone has made room for the next.
        open.later.notify_one();
        assert_eq!(answer(&mut first, LONG).await, "late");
        drop((first, second));
        let is_let_in =
            async { while answer(&mut open.call(1, ASKED).await, LONG).await != "127.0.0.1" {} };
        tokio::time::timeout(LONG, is_let_in).await.unwrap();
    }

    #[tokio::test]
    async fn whoever_comes_when_all_places_are_taken_is_heard_once_one_is_free() {
        let open = open(Limits { at_once: 2, ..wide() }, "", None).await;
        let taken = [open.call(1, ASKED_LATER).await, open.call(2, HALF_ASKED).await];
        let mut third = open.call(3, ASKED).await;
        assert_eq!(answer(&mut third, SHORT).await, "nothing yet");
        drop(taken);
        assert_eq!(answer(&mut third, LONG).await, "127.0.0.3");
    }

    #[tokio::test]
    async fn a_stop_lets_what_was_asked_be_answered_and_nobody_else_holds_it_up() {
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let files = Files {
            certificate: folder.path().join("certificate.pem"),
            key: folder.path().join("key.pem"),
        };
        std::fs::write(&files.certificate, key.cert.pem()).unwrap();
        std::fs::write(&files.key, key.signing_key.serialize_pem()).unwrap();
        for secured in [None, Some(Secured::by(files).unwrap())] {
            let is_secured = secured.is_some();
            let open = open(wide(), "", secured).await;
            let mut silent = open.call(1, b"").await;
            let mut asked = open.call(1, ASKED_LATER).await;
            if !is_secured {
                assert_eq!(answer(&mut asked, SHORT).await, "nothing yet");
            }
            open.told.send_replace(true);
            assert_eq!(answer(&mut silent, LONG).await, "hung up");
            if !is_secured {
                assert!(!open.heard.is_finished());
                open.later.notify_one();
                assert_eq!(answer(&mut asked, LONG).await, "late");
            }
            tokio::time::timeout(LONG, open.heard).await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn whoever_does_not_agree_on_keys_has_a_place_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let files = Files {
            certificate: folder.path().join("certificate.pem"),
            key: folder.path().join("key.pem"),
        };
        std::fs::write(&files.certificate, key.cert.pem()).unwrap();
        std::fs::write(&files.key, key.signing_key.serialize_pem()).unwrap();
        let secured = Secured::by(files).unwrap();
        let open = open(Limits { of_one_address: 1, ..wide() }, "", Some(secured)).await;
        let mut silent = open.call(1, b"").await;
        assert_eq!(answer(&mut silent, SHORT).await, "nothing yet");
        let mut next = open.call(1, b"").await;
        assert_eq!(answer(&mut next, LONG).await, "hung up");
    }

    #[test]
    fn a_customer_s_network_of_ipv6_is_one_caller_and_an_ipv4_address_is_one_however_written() {
        for (one, other, is_same) in [
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
        ] {
            let of = |it: &str| whose(it.parse().unwrap());
            assert_eq!(of(one) == of(other), is_same, "{one} and {other}");
        }
    }

    #[test]
    fn callers_have_half_of_what_may_be_open() {
        let counts = |it: u64| (Limits::of(it).at_once, Limits::of(it).of_one_address);
        assert_eq!(counts(1024), (512, 128));
        assert_eq!(counts(65_536), (4096, 1024));
        assert_eq!(counts(10), (64, 16));
    }
}
