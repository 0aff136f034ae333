//! What shows that somebody is who they are, in the act of signing.
//!
//! House rule: what can be checked later without this server is kept whole; what only this server saw
//! says that it did.

use crate::authentication::Meaning;
use crate::digest::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The namespace of signatures by SSH keys: what is signed for Landfall is worth nothing elsewhere.
pub const SSH_NAMESPACE: &str = "landfall-signature";

/// That somebody has shown, in the act, that they are themselves, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownAgain {
    /// What for: the digest of the declaration.
    pub challenge: Digest,
    /// When it was checked.
    pub at: Timestamp,
    /// The sentence that they were shown, in their language; nothing where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<Meaning>,
    /// By what.
    pub by: Proof,
}

/// By what somebody has shown, in the act, that they are themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Proof {
    /// A passkey signed the challenge: anybody can check that, without this server.
    Passkey(Assertion),
    /// The sign-on service of their organisation had them sign on anew, and signed the challenge as
    /// its nonce.
    SingleSignOn {
        /// The service's address.
        issuer: String,
        /// Who they are there.
        subject: String,
        /// When it had them sign on.
        authenticated: Timestamp,
        /// What it signed, as a JSON Web Token.
        token: String,
    },
    /// Their SSH key, which the plan names, signed the challenge: anybody can check that.
    SshKey {
        /// The public key, as the plan names it.
        key: crate::ssh_key::SshKey,
        /// The signature over the challenge in hexadecimal digits, as `ssh-keygen -Y sign` writes it.
        signature: String,
    },
    /// They typed their password: this server says so.
    Password,
}

impl Proof {
    /// Returns the word for it.
    pub fn word(&self) -> &'static str {
        self.into()
    }
}

/// What shows, for everybody and for ever, that a passkey signed a challenge.
///
/// Whoever has it needs neither this server nor its database: `client_data` is JSON with the
/// challenge and the server's address in it, and `signature` is over `authenticator_data` followed
/// by the SHA-256 of `client_data`, by `public_key` (Web Authentication, level 3, section 7.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    /// The passkey's name, in base64url.
    pub credential: String,
    /// Its public key, as a JSON Web Key.
    pub public_key: Value,
    /// What the device says: for whom, and that it verified its user; in base64url.
    pub authenticator_data: String,
    /// What the browser says: the challenge and the server's address; JSON, in base64url.
    pub client_data: String,
    /// The signature, in base64url.
    pub signature: String,
}
