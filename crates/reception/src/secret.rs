//! Secrets that are handed out once and kept by their digest only.

use crate::error::ReceptionError;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::digest::Digest;
use zeroize::Zeroizing;

/// How many random bytes a secret has: more than anybody can guess or collide.
const BYTES: usize = 32;

/// A secret that is handed out once: of a session, a token, or a link.
///
/// It has no `Debug` that shows it, and nothing keeps it.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns a secret that nobody knows.
    ///
    /// # Errors
    ///
    /// Where this computer gives no random numbers.
    pub(crate) fn random() -> Result<Self, ReceptionError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| ReceptionError::NoChance)?;
        Ok(Self(Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    /// Returns the secret, to be handed out.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn digest(&self) -> Digest {
        digest_of(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Returns the digest under which the secret `text` is kept.
pub(crate) fn digest_of(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}
