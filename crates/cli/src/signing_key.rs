//! The SSH key of whoever signs: in a file, or held by an agent.
//!
//! House rule: a private key is read, used once and forgotten; what leaves is a signature.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::terminal::Terminal;
use model::authentication::{Proof, SSH_NAMESPACE};
use model::digest::Digest;
use model::ssh_key::SshKey;
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, Signature, SshSig};
use std::convert::Infallible;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// The longest answer of an agent, in bytes: a signature and some keys, not an archive.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// How long an agent may take: its holder may have to touch a token.
const AGENT_TAKES_MAX: Duration = Duration::from_secs(60);

/// The messages of an agent (draft-ietf-sshm-ssh-agent).
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// Where the key of whoever signs is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SigningKey {
    /// With the agent.
    Agent,
    /// In a file.
    File(PathBuf),
}

impl FromStr for SigningKey {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "agent" { Self::Agent } else { Self::File(PathBuf::from(text)) })
    }
}

impl SigningKey {
    /// Signs `challenge` with one of `own` keys, which the plan names.
    ///
    /// # Errors
    ///
    /// Where the plan names none, or the key cannot be read or used.
    pub(crate) fn sign(
        &self,
        own: &[SshKey],
        challenge: &Digest,
        around: (Terminal, Option<&Path>),
    ) -> Result<Proof, Fault> {
        if own.is_empty() {
            let next = "have it written under `ssh-keys` of the person, and the plan revised";
            return Err(Fault::usage("the plan names no SSH key of yours", next));
        }
        let (terminal, socket) = around;
        match self {
            Self::File(path) => by_file(path, challenge, terminal),
            Self::Agent => by_agent(socket, own, challenge),
        }
    }
}

fn by_file(path: &Path, challenge: &Digest, terminal: Terminal) -> Result<Proof, Fault> {
    let unusable = |error: ssh_key::Error| {
        Fault::new(Exit::Usage, format!("{} is no usable private key", path.display()))
            .why(error.to_string())
            .next("name a private key in OpenSSH's format, or `agent`")
    };
    let mut key = PrivateKey::read_openssh_file(path).map_err(unusable)?;
    if key.is_encrypted() {
        let passphrase = terminal.ask_hidden("Passphrase of the key:")?;
        key = key.decrypt(passphrase.as_bytes()).map_err(unusable)?;
    }
    let message = challenge.to_string();
    let signature =
        key.sign(SSH_NAMESPACE, HashAlg::Sha512, message.as_bytes()).map_err(unusable)?;
    proof(key.public_key(), &signature).map_err(unusable)
}

fn proof(key: &PublicKey, signature: &SshSig) -> Result<Proof, ssh_key::Error> {
    let key = key.to_openssh()?.parse().map_err(|_| ssh_key::Error::PublicKey)?;
    Ok(Proof::SshKey { key, signature: signature.to_pem(LineEnding::LF)? })
}

fn by_agent(socket: Option<&Path>, own: &[SshKey], challenge: &Digest) -> Result<Proof, Fault> {
    let no_agent = |why: String| {
        Fault::new(Exit::Usage, "no SSH agent signs").why(why).next(
            "start one and add your key to it: ssh-add; or name the key's file with --ssh-key FILE",
        )
    };
    let socket = socket.ok_or_else(|| no_agent("SSH_AUTH_SOCK names none".to_owned()))?;
    let mut why = "it holds none of the keys that the plan names".to_owned();
    for own in own {
        match asked(socket, own, challenge) {
            Ok(Some(proof)) => return Ok(proof),
            Ok(None) => {}
            Err(error) => why = error,
        }
    }
    Err(no_agent(why))
}

/// Returns what the agent at `socket` signs with `key`; nothing where it does not hold it.
fn asked(socket: &Path, key: &SshKey, challenge: &Digest) -> Result<Option<Proof>, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let public = PublicKey::from_openssh(key.as_str()).map_err(|it| said(&it))?;
    let blob = public.to_bytes().map_err(|it| said(&it))?;
    let message = challenge.to_string();
    let data = SshSig::signed_data(SSH_NAMESPACE, HashAlg::Sha512, message.as_bytes());
    let data = data.map_err(|it| said(&it))?;
    let request = [&[SIGN_REQUEST][..], &text(&blob), &text(&data), &0_u32.to_be_bytes()].concat();
    let answer = exchanged(socket, &request).map_err(|it| said(&it))?;
    let Some((&SIGN_RESPONSE, rest)) = answer.split_first() else { return Ok(None) };
    let signature = rest.get(4..).unwrap_or_default();
    let signature = Signature::try_from(signature).map_err(|it| said(&it))?;
    let data: KeyData = public.key_data().clone();
    let signature = SshSig::new(data, SSH_NAMESPACE, HashAlg::Sha512, signature);
    let signature = signature.map_err(|it| said(&it))?;
    proof(&public, &signature).map(Some).map_err(|it| said(&it))
}

/// Returns `bytes` as the protocol writes a text: its length, then itself.
fn text(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

fn exchanged(socket: &Path, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(AGENT_TAKES_MAX))?;
    stream.write_all(&text(request))?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > ANSWER_BYTES_MAX {
        return Err(std::io::Error::other("its answer is too long"));
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}
