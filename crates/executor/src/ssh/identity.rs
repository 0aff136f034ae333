//! Who Landfall is to a computer: a key file, or the keys of an SSH agent.

use super::connect::{ConnectFailure, Visitor};
use model::order::SshAddress;
use russh::client::Handle;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::key::PrivateKeyWithHashAlg;
use russh::keys::{PrivateKey, load_secret_key};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// The most keys of an agent that are tried. Servers hang up after six.
const AGENT_KEYS_MAX: usize = 5;

/// Logs in at `address`.
pub(crate) async fn log_in(
    handle: &mut Handle<Visitor>,
    address: &SshAddress,
    home: &Path,
    agent_socket: Option<&Path>,
) -> Result<(), ConnectFailure> {
    match (&address.identity, agent_socket) {
        (Some(identity), _) => {
            let path = expand(identity, home);
            let key = load(&path).await?;
            let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
            let answer = handle.authenticate_publickey(&address.user, key).await;
            // Without success the connection is unusable, whatever it says.
            if answer.map_err(|error| ConnectFailure::unreachable(&error))?.success() {
                return Ok(());
            }
            Err(not_let_in(address, &format!("with the key {}", path.display())))
        }
        (None, Some(socket)) => log_in_by_agent(handle, address, socket).await,
        (None, None) => Err(ConnectFailure::Refused {
            why: "the computer has no `identity`, and there is no SSH agent to ask".to_owned(),
        }),
    }
}

/// Returns `path` with a leading `~/` put into `home`.
pub(crate) fn expand(path: &str, home: &Path) -> std::path::PathBuf {
    path.strip_prefix("~/").map_or_else(|| path.into(), |rest| home.join(rest))
}

async fn load(path: &Path) -> Result<PrivateKey, ConnectFailure> {
    let owned = path.to_owned();
    let loaded = tokio::task::spawn_blocking(move || load_secret_key(owned, None)).await;
    let refused = |why: String| ConnectFailure::Refused { why };
    let shown = path.display();
    match loaded {
        Ok(Ok(key)) if key.is_encrypted() => Err(refused(encrypted(path))),
        Ok(Ok(key)) if key.algorithm().is_rsa() => Err(refused(format!(
            "the key {shown} is an RSA key: use an Ed25519 key, or put it into an SSH agent"
        ))),
        Ok(Ok(key)) => Ok(key),
        Ok(Err(russh::keys::Error::KeyIsEncrypted)) => Err(refused(encrypted(path))),
        Ok(Err(russh::keys::Error::IO(error))) if error.kind() != ErrorKind::InvalidData => {
            let what = format!("the key {shown} cannot be read");
            Err(ConnectFailure::of_this_computer(&error, &what))
        }
        Ok(Err(error)) => Err(refused(format!("the key {shown} cannot be read: {error}"))),
        Err(panic) => Err(refused(format!("the key {shown} cannot be read: {panic}"))),
    }
}

fn encrypted(path: &Path) -> String {
    format!("the key {} has a passphrase: put it into an SSH agent", path.display())
}

async fn log_in_by_agent(
    handle: &mut Handle<Visitor>,
    address: &SshAddress,
    socket: &Path,
) -> Result<(), ConnectFailure> {
    let failure = |error: russh::keys::Error| {
        let what = format!("the SSH agent at {} does not answer", socket.display());
        if let russh::keys::Error::IO(error) = &error {
            return ConnectFailure::of_this_computer(error, &what);
        }
        ConnectFailure::Refused { why: format!("{what}: {error}") }
    };
    let mut agent = AgentClient::connect_uds(socket).await.map_err(failure)?;
    let identities = agent.request_identities().await.map_err(failure)?;
    let mut tried = 0;
    for identity in identities {
        let AgentIdentity::PublicKey { key, .. } = identity else { continue };
        let hash = if key.algorithm().is_rsa() {
            handle.best_supported_rsa_hash().await.ok().flatten().flatten()
        } else {
            None
        };
        tried += 1;
        let answer = handle.authenticate_publickey_with(&address.user, key, hash, &mut agent).await;
        if answer.is_ok_and(|answer| answer.success()) {
            return Ok(());
        }
        if tried == AGENT_KEYS_MAX || handle.is_closed() {
            break;
        }
    }
    Err(not_let_in(address, &format!("with {tried} keys of the SSH agent")))
}

fn not_let_in(address: &SshAddress, how: &str) -> ConnectFailure {
    let SshAddress { user, host, port, .. } = address;
    ConnectFailure::Unreachable { why: format!("{host}:{port} does not let `{user}` in {how}") }
}
