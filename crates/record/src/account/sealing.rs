//! Seals over accounts and what admits them: a row is believed where a server of this record wrote it.
//!
//! Only servers write accounts and read them, and each has the record's key. So a seal is a message
//! authentication code (RFC 2104, with SHA-256) under a secret that is derived from that key, and a
//! hundred thousand of them are looked at in the time of a page.
//!
//! House rule: nobody comes in by a row whose seal does not hold.

use super::{Account, Admission, Identity};
use crate::key::Signer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// What the secret is for that seals accounts.
const PURPOSE: &str = "landfall-accounts/1";

/// A row that is sealed.
pub(crate) trait Sealed {
    /// Returns all that the row says, as text that no other row has.
    fn text(&self) -> String;

    /// Returns what the row is, in words.
    fn what(&self) -> String;
}

impl Sealed for Account {
    fn text(&self) -> String {
        let Self { name, password, is_administrator, is_disabled, created } = self;
        let created = created.as_microsecond();
        serde_json::json!(["account", name, password, is_administrator, is_disabled, created])
            .to_string()
    }

    fn what(&self) -> String {
        format!("the account {}", self.name)
    }
}

impl Sealed for Admission {
    fn text(&self) -> String {
        let Self { digest, account, kind, label, access, created, ends } = self;
        let (created, ends) = (created.as_microsecond(), ends.as_microsecond());
        serde_json::json!(["admission", digest, account, kind, label, access, created, ends])
            .to_string()
    }

    fn what(&self) -> String {
        format!("a {} of the account {}", self.kind, self.account)
    }
}

impl Sealed for Identity {
    fn text(&self) -> String {
        let Self { kind, id, account, body, created } = self;
        let created = created.as_microsecond();
        serde_json::json!(["identity", kind, id, account, body, created]).to_string()
    }

    fn what(&self) -> String {
        format!("the {} of the account {}", self.kind, self.account)
    }
}

/// The secret that seals accounts.
pub(crate) struct Sealing(Hmac<Sha256>);

impl Sealing {
    /// Returns the secret of whoever has `signer`.
    pub(crate) fn of(signer: &Signer) -> Self {
        Self(signer.code_for(PURPOSE))
    }

    /// Returns the seal of `row`.
    pub(crate) fn seal(&self, row: &impl Sealed) -> String {
        STANDARD.encode(self.0.clone().chain_update(row.text()).finalize().into_bytes())
    }

    /// Returns whether `seal` is that of `row`.
    pub(crate) fn holds(&self, row: &impl Sealed, seal: &str) -> bool {
        let mac = self.0.clone().chain_update(row.text());
        STANDARD.decode(seal).is_ok_and(|it| mac.verify_slice(&it).is_ok())
    }
}
