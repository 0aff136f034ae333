//! The signature of a webhook: HMAC-SHA256 over its name, its time and its body.
//!
//! Source: the Standard Webhooks specification, version 1, symmetric signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret in the specification's form begins with; the rest is base64.
const PREFIX: &str = "whsec_";

/// Returns the value of the header `webhook-signature`.
pub fn signature(secret: &str, id: &str, at_s: i64, body: &str) -> String {
    let decoded = secret.strip_prefix(PREFIX).and_then(|it| STANDARD.decode(it).ok());
    let key = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&key).expect("because HMAC takes keys of any length");
    mac.update(format!("{id}.{at_s}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_the_specification() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
