//! Making one connection: through the jump host if there is one, host key first, then login.

use super::identity::{expand, log_in};
use super::known_hosts::{HostKeys, KnownHosts};
use super::pool::{Lane, Lease};
use crate::settings::Settings;
use model::order::SshAddress;
use russh::client::{self, Config, Handle, Handler};
use russh::keys::{Algorithm, EcdsaCurve, PublicKeyOrCertificate};
use russh::{AlgorithmKind, Preferred, cipher, compression, kex};
use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// A silent connection is asked whether it lives after this time.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// So many questions without an answer end a connection.
const KEEP_ALIVES_MAX: usize = 3;

/// The host keys that this build can check, best first. RSA is left out on purpose: the only
/// implementation at hand leaks its timing (RUSTSEC-2023-0071).
const HOST_KEYS: [Algorithm; 4] = [
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
];

/// Curves only: sntrup costs six times the time of a whole handshake. The last two are not key
/// exchanges but promises: to hear of extensions, and to count packets strictly (Terrapin).
const KEY_EXCHANGES: [kex::Name; 5] = [
    kex::MLKEM768X25519_SHA256,
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
];

/// A computer could not be spoken to, so nothing was begun there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConnectFailure {
    /// It did not answer, or did not let us in.
    #[error("{why}")]
    Unreachable { why: String },
    /// It is not the computer that it should be.
    #[error("{why}")]
    HostKey { why: String },
    /// The order cannot be carried out as it is written.
    #[error("{why}")]
    Refused { why: String },
}

impl ConnectFailure {
    /// Returns the failure that `error` of the connection means.
    pub(crate) fn unreachable(error: &russh::Error) -> Self {
        Self::Unreachable { why: error.to_string() }
    }

    /// Returns the failure that `error` of Landfall's own computer means, when it could not do `what`.
    /// What is not there, or not for us, is so until somebody mends it; anything else passes, such as a
    /// want of memory, of processes or of open files.
    pub(crate) fn of_this_computer(error: &io::Error, what: &str) -> Self {
        let why = format!("{what}: {error}");
        let stays =
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied);
        if stays { Self::Refused { why } } else { Self::Unreachable { why } }
    }

    fn at(self, place: &str) -> Self {
        let told = |why: String| format!("{place}: {why}");
        match self {
            Self::Unreachable { why } => Self::Unreachable { why: told(why) },
            Self::HostKey { why } => Self::HostKey { why: told(why) },
            Self::Refused { why } => Self::Refused { why: told(why) },
        }
    }
}

impl From<russh::Error> for ConnectFailure {
    fn from(error: russh::Error) -> Self {
        if let russh::Error::NoCommonAlgo { kind: AlgorithmKind::Key, theirs, .. } = &error {
            return Self::HostKey {
                why: format!(
                    "it shows no host key of a kind that is known (it has {}); \
                     known_hosts needs an Ed25519 or ECDSA key",
                    theirs.join(", ")
                ),
            };
        }
        Self::unreachable(&error)
    }
}

/// Our side of a connection: all it does is to look at the host key.
pub(crate) struct Visitor {
    keys: HostKeys,
}

impl Handler for Visitor {
    type Error = ConnectFailure;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, ConnectFailure> {
        match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => self.keys.check(key).map(|()| true),
            // We offer no certificate algorithm, so none is shown.
            PublicKeyOrCertificate::Certificate(_) => Ok(false),
        }
    }
}

/// Returns the keys by which the computer at `address` is known.
pub(crate) async fn keys_of(
    settings: &Settings,
    known_hosts: &Arc<KnownHosts>,
    address: &SshAddress,
) -> Result<HostKeys, ConnectFailure> {
    let known = address.known_hosts.as_deref().unwrap_or("~/.ssh/known_hosts");
    known_hosts.keys(expand(known, &settings.home), &address.host, address.port).await
}

/// Connects to `address`, through `jump` where there is one.
pub(crate) async fn connect(
    settings: &Arc<Settings>,
    keys: HostKeys,
    address: &SshAddress,
    jump: Option<&Lease>,
) -> Result<Handle<Visitor>, ConnectFailure> {
    let place = keys.name.clone();
    let limit = settings.connect_timeout;
    let until = Instant::now() + limit;
    let tunnel = match jump {
        // A jump host may try to reach a computer for minutes.
        Some(jump) => {
            let tunnel = jump.open_tunnel(&address.host, address.port);
            let opened = tokio::time::timeout_at(until, tunnel).await;
            Some(opened.unwrap_or_else(|_elapsed| Err(too_late(limit).at(&place)))?)
        }
        None => None,
    };
    let (settings, address) = (Arc::clone(settings), address.clone());
    // A task of its own: a panic in there costs this attempt and nothing else.
    let attempt = tokio::spawn(async move {
        match tunnel {
            Some(tunnel) => shake_hands(&settings, &address, keys, tunnel).await,
            None => {
                let stream = TcpStream::connect((address.host.as_str(), address.port)).await;
                let stream = stream
                    .map_err(|error| ConnectFailure::Unreachable { why: error.to_string() })?;
                let _ = stream.set_nodelay(true);
                shake_hands(&settings, &address, keys, stream).await
            }
        }
    });
    let abort = AbortOnDrop(attempt.abort_handle());
    let answer = match tokio::time::timeout_at(until, attempt).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => Err(ConnectFailure::Unreachable { why: panic.to_string() }),
        Err(_elapsed) => Err(too_late(limit)),
    };
    drop(abort);
    answer.map_err(|failure| failure.at(&place))
}

fn too_late(limit: Duration) -> ConnectFailure {
    ConnectFailure::Unreachable { why: format!("no connection within {} seconds", limit.as_secs()) }
}

/// Ends a task that nobody waits for any more.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn shake_hands<S>(
    settings: &Settings,
    address: &SshAddress,
    keys: HostKeys,
    stream: S,
) -> Result<Handle<Visitor>, ConnectFailure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = Arc::new(config(&keys));
    let mut handle = client::connect_stream(config, stream, Visitor { keys }).await?;
    let agent = settings.agent_socket.as_deref();
    log_in(&mut handle, address, &settings.home, agent).await?;
    Ok(handle)
}

/// A server shows the first kind of key that we name, so we name the kinds that we know.
fn config(keys: &HostKeys) -> Config {
    let is_known = |it: &Algorithm| keys.known().iter().any(|key| key.algorithm() == *it);
    let kinds: Vec<Algorithm> =
        HOST_KEYS.into_iter().filter(|it| keys.known().is_empty() || is_known(it)).collect();
    Config {
        keepalive_interval: Some(KEEP_ALIVE),
        keepalive_max: KEEP_ALIVES_MAX,
        nodelay: true,
        preferred: Preferred {
            kex: Cow::Borrowed(&KEY_EXCHANGES),
            key: Cow::Owned(kinds),
            cipher: Cow::Borrowed(&[
                cipher::AES_256_GCM,
                cipher::CHACHA20_POLY1305,
                cipher::AES_256_CTR,
                cipher::AES_128_CTR,
            ]),
            compression: Cow::Borrowed(&[compression::NONE]),
            ..Preferred::DEFAULT
        },
        ..Config::default()
    }
}

impl Lease {
    async fn open_tunnel(
        &self,
        host: &str,
        port: u16,
    ) -> Result<russh::ChannelStream<client::Msg>, ConnectFailure> {
        let handle = self.handle();
        let opened = handle.channel_open_direct_tcpip(host, u32::from(port), "127.0.0.1", 0).await;
        let channel = opened.map_err(|error| ConnectFailure::Unreachable {
            why: format!("the jump host opens no way to {host}:{port}: {error}"),
        })?;
        Ok(channel.into_stream())
    }

    /// Opens a session channel in `lane`, waiting for room in it.
    pub(crate) async fn open_channel(
        &self,
        lane: Lane,
    ) -> Result<(russh::Channel<client::Msg>, tokio::sync::OwnedSemaphorePermit), ConnectFailure>
    {
        let permit = self.room_in(lane).await?;
        let limit = self.answers_within();
        match tokio::time::timeout(limit, self.handle().channel_open_session()).await {
            Ok(channel) => Ok((channel.map_err(|it| ConnectFailure::unreachable(&it))?, permit)),
            Err(_elapsed) => Err(ConnectFailure::Unreachable {
                why: format!("it opens no session within {} seconds", limit.as_secs()),
            }),
        }
    }
}
