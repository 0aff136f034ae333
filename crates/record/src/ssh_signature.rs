//! Signatures by people's SSH keys, in the form that `ssh-keygen -Y sign` writes: over the digits of a
//! challenge, for this purpose only.
//!
//! House rule: what is checked when somebody signs can be checked by anybody ever after.

use model::authentication::SSH_NAMESPACE;
use model::digest::Digest;
use model::ssh_key::SshKey;
use ssh_key::{PublicKey, SshSig};

/// A signature is not one of the key over the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no signature of that key over the challenge for `landfall-signature`")]
pub struct InvalidSshSignature;

/// Checks that `key` gave `signature` over `challenge`.
///
/// # Errors
///
/// Where it did not: sign the 64 digits of the challenge, without a line end.
pub fn verify_ssh(
    key: &SshKey,
    challenge: &Digest,
    signature: &str,
) -> Result<(), InvalidSshSignature> {
    let key = PublicKey::from_openssh(key.as_str()).map_err(|_| InvalidSshSignature)?;
    let signature = SshSig::from_pem(signature).map_err(|_| InvalidSshSignature)?;
    let message = challenge.to_string();
    key.verify(SSH_NAMESPACE, message.as_bytes(), &signature).map_err(|_| InvalidSshSignature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ssh_key::private::Ed25519Keypair;
    use ssh_key::{HashAlg, LineEnding, PrivateKey};

    fn key(seed: u8) -> PrivateKey {
        PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
    }

    fn public(key: &PrivateKey) -> SshKey {
        key.public_key().to_openssh().unwrap().parse().unwrap()
    }

    fn signed(key: &PrivateKey, namespace: &str, text: &str) -> String {
        let signature = key.sign(namespace, HashAlg::Sha512, text.as_bytes()).unwrap();
        signature.to_pem(LineEnding::LF).unwrap()
    }

    #[test]
    fn a_key_signs_one_challenge_for_one_purpose() {
        let (this, other) = (Digest::of(b"this"), Digest::of(b"another"));
        let (own, strange) = (key(1), key(2));
        let good = signed(&own, SSH_NAMESPACE, &this.to_string());
        assert_eq!(verify_ssh(&public(&own), &this, &good), Ok(()));
        for (what, key, challenge, signature) in [
            ("another challenge", &own, &other, good.clone()),
            ("another key", &strange, &this, good.clone()),
            ("another purpose", &own, &this, signed(&own, "git", &this.to_string())),
            ("another text", &own, &this, signed(&own, SSH_NAMESPACE, "this")),
            ("no signature", &own, &this, "-----BEGIN SSH SIGNATURE-----".to_owned()),
            ("nothing", &own, &this, String::new()),
        ] {
            let found = verify_ssh(&public(key), challenge, &signature);
            assert_eq!(found, Err(InvalidSshSignature), "{what}");
        }
    }
}
