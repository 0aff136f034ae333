//! A timestamp of RFC 3161: an authority that is not ours says that a checkpoint was there at an instant.
//!
//! What it says is a signed message of CMS. It is read here down to the few fields that count, its
//! signature and its certificates are checked by `webpki`, and whoever verifies names the authorities
//! that they trust: a package cannot vouch for its own.
//!
//! House rule: a timestamp is about exactly the bytes of a checkpoint of this record, or it is refused.

use der::asn1::Any;
use der::{Decode as _, Encode as _, Tag, Tagged as _};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use std::time::Duration;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring};

/// What says in a certificate that its key may sign timestamps: 1.3.6.1.5.5.7.3.8.
const MAY_STAMP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

/// The content type of a timestamp, 1.2.840.113549.1.9.16.1.4.
const STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 1, 4];

/// The content type of a signed message, 1.2.840.113549.1.7.2.
const SIGNED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2];

/// The signed attribute with the digest of the content, 1.2.840.113549.1.9.4.
const DIGEST_OF_CONTENT: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 4];

/// The signed attribute with the type of the content, 1.2.840.113549.1.9.3.
const TYPE_OF_CONTENT: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 3];

/// SHA-256 as an algorithm, in DER.
const SHA256: &[u8] = &[0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0];

/// By which algorithms an authority may sign.
static ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    ring::RSA_PKCS1_2048_8192_SHA256,
    ring::RSA_PKCS1_2048_8192_SHA384,
    ring::RSA_PKCS1_2048_8192_SHA512,
    ring::ECDSA_P256_SHA256,
    ring::ECDSA_P256_SHA384,
    ring::ECDSA_P384_SHA256,
    ring::ECDSA_P384_SHA384,
    ring::ED25519,
];

/// A timestamp that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamped {
    /// When the authority saw it.
    pub at: Timestamp,
    /// Whether it is one of those that whoever verifies trusts; nothing where they named none.
    /// Whether its authority is one of those that whoever verifies trusts.
    pub is_trusted: bool,
}

/// A timestamp does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTimestamp {
    /// It is not written as one.
    #[error("it is not a timestamp of RFC 3161")]
    Form,
    /// The authority says no.
    #[error("the authority refuses, with status {0}")]
    Refused(u8),
    /// It is about something else.
    #[error("it is about something else")]
    Other,
    /// It answers another question.
    #[error("it does not answer what was asked now")]
    Nonce,
    /// Nobody whose certificate is in it has signed it.
    #[error("it is not signed by a certificate in it")]
    Signature,
    /// Its certificate does not come from an authority that is trusted.
    #[error("it does not come from an authority that is trusted: {0}")]
    Authority(String),
}

use InvalidTimestamp::Form;

fn parts(any: &Any) -> Result<Vec<Any>, InvalidTimestamp> {
    any.decode_as::<Vec<Any>>().map_err(|_| Form)
}

/// Returns the parts of what stands under an implicit tag or in a set.
fn members(any: &Any) -> Result<Vec<Any>, InvalidTimestamp> {
    parts(&Any::new(Tag::Sequence, any.value()).map_err(|_| Form)?)
}

fn bytes_of(any: &Any) -> Result<Vec<u8>, InvalidTimestamp> {
    any.to_der().map_err(|_| Form)
}

fn is_implicit(any: &Any, number: u32) -> bool {
    matches!(any.tag(), Tag::ContextSpecific { number: it, .. } if it.value() == number)
}

/// Returns the authorities in a PEM file: their own certificates.
///
/// # Errors
///
/// [`InvalidTimestamp::Authority`] where there is none in it.
pub fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, InvalidTimestamp> {
    let none = || InvalidTimestamp::Authority("the file holds no certificate".to_owned());
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    read.ok().filter(|it| !it.is_empty()).ok_or_else(none)
}

/// Returns the question for a timestamp over `note`, to be posted to an authority.
pub fn timestamp_question(note: &str, nonce: u64) -> Vec<u8> {
    let digest = Sha256::digest(note.as_bytes());
    // A positive number of eight bytes, whose first bit is none of a sign.
    let nonce = (nonce >> 1) | (1 << 62);
    let imprint = [&[0x30, 49], SHA256, &[4, 32], &digest[..]].concat();
    let body = [&[2, 1, 1][..], &imprint, &[2, 8], &nonce.to_be_bytes(), &[1, 1, 0xff]].concat();
    [&[0x30, 67], &body[..]].concat()
}

/// Returns the timestamp in an authority's answer to the question over `note` with `nonce`.
///
/// # Errors
///
/// Where it says no, or answers something else.
pub fn timestamp_in(answer: &[u8], note: &str, nonce: u64) -> Result<Vec<u8>, InvalidTimestamp> {
    let answer = parts(&Any::from_der(answer).map_err(|_| Form)?)?;
    let status = answer.first().map(parts).transpose()?.unwrap_or_default();
    match status.first().map(Any::value) {
        // Granted, or granted with changes.
        Some([0 | 1]) => {}
        Some([status]) => return Err(InvalidTimestamp::Refused(*status)),
        Some(_) | None => return Err(Form),
    }
    let token = bytes_of(answer.get(1).ok_or(Form)?)?;
    verify_timestamp(&token, note, &[])?;
    let asked = timestamp_question(note, nonce);
    let nonce = asked.get(asked.len() - 11..asked.len() - 3).unwrap_or_default();
    let said = Signed::read(&token)?.stamp()?.nonce;
    if said.as_deref() == Some(nonce) { Ok(token) } else { Err(InvalidTimestamp::Nonce) }
}

/// Verifies that `token` is a timestamp over `note`, signed by a certificate in it that comes from one of
/// `trusted`, where any are named.
///
/// # Errors
///
/// What does not hold.
pub fn verify_timestamp(
    token: &[u8],
    note: &str,
    trusted: &[CertificateDer<'_>],
) -> Result<Timestamped, InvalidTimestamp> {
    let signed = Signed::read(token)?;
    let stamp = signed.stamp()?;
    if stamp.imprint != Sha256::digest(note.as_bytes()).as_slice() {
        return Err(InvalidTimestamp::Other);
    }
    let by = signed.by()?;
    if trusted.is_empty() {
        return Ok(Timestamped { at: stamp.at, is_trusted: false });
    }
    let untrusted = |why: webpki::Error| InvalidTimestamp::Authority(why.to_string());
    let anchors = trusted.iter().map(anchor_from_trusted_cert).collect::<Result<Vec<_>, _>>();
    let anchors = anchors.map_err(untrusted)?;
    let certificate = EndEntityCert::try_from(by).map_err(untrusted)?;
    let seconds = u64::try_from(stamp.at.as_second()).map_err(|_| Form)?;
    let then = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let usage = KeyUsage::required(MAY_STAMP);
    let others = &signed.certificates;
    certificate
        .verify_for_usage(ALGORITHMS, &anchors, others, then, usage, None, None)
        .map_err(untrusted)?;
    Ok(Timestamped { at: stamp.at, is_trusted: true })
}

/// What a timestamp says.
struct Stamp {
    imprint: Vec<u8>,
    at: Timestamp,
    nonce: Option<Vec<u8>>,
}

/// A signed message, as far as it counts.
struct Signed {
    content: Vec<u8>,
    certificates: Vec<CertificateDer<'static>>,
    /// What is signed, as it was signed.
    attributes: Vec<u8>,
    digest: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    fn read(token: &[u8]) -> Result<Self, InvalidTimestamp> {
        let message = parts(&Any::from_der(token).map_err(|_| Form)?)?;
        let [kind, body] = message.as_slice() else { return Err(Form) };
        if kind.value() != SIGNED {
            return Err(Form);
        }
        let body = members(body)?;
        let body = parts(body.first().ok_or(Form)?)?;
        let (Some(content), Some(signers)) = (body.get(2), body.last()) else { return Err(Form) };
        let content = parts(content)?;
        let [kind, content] = content.as_slice() else { return Err(Form) };
        if kind.value() != STAMP {
            return Err(Form);
        }
        let content = members(content)?.first().ok_or(Form)?.value().to_vec();
        let certificates = body.iter().find(|it| is_implicit(it, 0)).map(members).transpose()?;
        let certificates = certificates.unwrap_or_default();
        let certificates: Result<Vec<_>, _> =
            certificates.iter().map(|it| bytes_of(it).map(CertificateDer::from)).collect();
        // An authority signs alone.
        let [signer] = <[Any; 1]>::try_from(members(signers)?).map_err(|_| Form)?;
        let signer = parts(&signer)?;
        // Version, who signs, which may be implicit too, and the digest's algorithm come before.
        let [_, _, _, attributes, _, signature, ..] = signer.as_slice() else { return Err(Form) };
        if !is_implicit(attributes, 0) {
            return Err(Form);
        }
        let signature = signature.value().to_vec();
        let (mut digest, mut kind) = (None, None);
        for attribute in members(attributes)? {
            let attribute = parts(&attribute)?;
            let [name, values] = attribute.as_slice() else { return Err(Form) };
            let value = members(values)?.first().ok_or(Form)?.value().to_vec();
            match name.value() {
                DIGEST_OF_CONTENT => digest = Some(value),
                TYPE_OF_CONTENT => kind = Some(value),
                _ => {}
            }
        }
        if kind.as_deref() != Some(STAMP) {
            return Err(Form);
        }
        let attributes = bytes_of(&Any::new(Tag::Set, attributes.value()).map_err(|_| Form)?)?;
        let digest = digest.ok_or(Form)?;
        Ok(Self { content, certificates: certificates?, attributes, digest, signature })
    }

    /// Returns the certificate whose key has signed it.
    fn by(&self) -> Result<&CertificateDer<'static>, InvalidTimestamp> {
        let digest = match self.digest.len() {
            32 => Sha256::digest(&self.content).to_vec(),
            48 => Sha384::digest(&self.content).to_vec(),
            64 => Sha512::digest(&self.content).to_vec(),
            _ => return Err(InvalidTimestamp::Signature),
        };
        let has_signed = |it: &&CertificateDer<'_>| {
            EndEntityCert::try_from(*it).is_ok_and(|it| {
                let verifies = |by: &&dyn SignatureVerificationAlgorithm| {
                    it.verify_signature(*by, &self.attributes, &self.signature).is_ok()
                };
                ALGORITHMS.iter().any(verifies)
            })
        };
        let by = self.certificates.iter().find(has_signed).filter(|_| digest == self.digest);
        by.ok_or(InvalidTimestamp::Signature)
    }

    fn stamp(&self) -> Result<Stamp, InvalidTimestamp> {
        let stamp = parts(&Any::from_der(&self.content).map_err(|_| Form)?)?;
        let [_, _, imprint, _, at, rest @ ..] = stamp.as_slice() else { return Err(Form) };
        let imprint = parts(imprint)?;
        let [algorithm, imprint] = imprint.as_slice() else { return Err(Form) };
        // With parameters or without: both are SHA-256.
        if parts(algorithm)?.first().map(Any::value) != SHA256.get(4..13) {
            return Err(InvalidTimestamp::Other);
        }
        let nonce = rest.iter().find(|it| it.tag() == Tag::Integer);
        let nonce = nonce.map(|it| it.value().to_vec());
        Ok(Stamp { imprint: imprint.value().to_vec(), at: instant(at.value())?, nonce })
    }
}

/// Returns the instant of a `GeneralizedTime`, whose fractions of a second count for nothing.
fn instant(text: &[u8]) -> Result<Timestamp, InvalidTimestamp> {
    let text = std::str::from_utf8(text).map_err(|_| Form)?;
    let whole = text.strip_suffix('Z').and_then(|it| it.split('.').next()).ok_or(Form)?;
    let civil = DateTime::strptime("%Y%m%d%H%M%S", whole).map_err(|_| Form)?;
    civil.to_zoned(TimeZone::UTC).map(|it| it.timestamp()).map_err(|_| Form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_question_is_what_openssl_would_ask() {
        let question = timestamp_question("note", 0);
        // openssl ts -query -data note -sha256 -cert, with another nonce.
        let any = Any::from_der(&question).unwrap();
        let [version, imprint, nonce, wants] = <[Any; 4]>::try_from(parts(&any).unwrap()).unwrap();
        assert_eq!(version.value(), [1]);
        assert_eq!(parts(&imprint).unwrap()[1].value(), Sha256::digest(b"note").as_slice());
        assert_eq!((nonce.value().len(), wants.value()), (8, &[0xff][..]));
    }

    #[test]
    fn a_time_is_read_to_the_second_and_nothing_else_is_one() {
        let at = instant(b"20270321123456.789Z").unwrap();
        assert_eq!(at.to_string(), "2027-03-21T12:34:56Z");
        for wrong in [&b"20270321123456"[..], b"20271321123456Z", b"", b"Z", b"\xff"] {
            assert_eq!(instant(wrong), Err(Form));
        }
    }

    fn sequence(parts: &[Any]) -> Any {
        Any::encode_from(&parts.to_vec()).unwrap()
    }

    fn under(tag: Tag, parts: &[Any]) -> Any {
        Any::new(tag, sequence(parts).value()).unwrap()
    }

    #[test]
    fn whoever_signed_may_be_named_by_the_identifier_of_their_key() {
        let genuine = include_bytes!("../../../fuzz/corpus/timestamp/genuine");
        let message = parts(&Any::from_der(genuine).unwrap()).unwrap();
        let inner = members(&message[1]).unwrap();
        let mut body = parts(&inner[0]).unwrap();
        let signers = body.pop().unwrap();
        let mut signer = parts(&members(&signers).unwrap()[0]).unwrap();
        let implicit = body.iter().find(|it| is_implicit(it, 0)).unwrap().tag();
        let Tag::ContextSpecific { number, .. } = implicit else { panic!("{implicit}") };
        let by_key = Tag::ContextSpecific { constructed: false, number };
        signer[1] = Any::new(by_key, [7; 20].as_slice()).unwrap();
        body.push(under(signers.tag(), &[sequence(&signer)]));
        let inner = under(message[1].tag(), &[sequence(&body)]);
        let token = sequence(&[message[0].clone(), inner]).to_der().unwrap();
        let holds = verify_timestamp(&token, "landfall", &[]);
        assert_eq!(holds, verify_timestamp(genuine, "landfall", &[]));
        assert!(holds.is_ok(), "{holds:?}");
    }

    #[test]
    fn a_file_without_certificates_names_no_authority() {
        assert!(authorities(b"").is_err());
        assert!(
            authorities(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").is_err()
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]
        #[test]
        fn whatever_comes_instead_of_a_timestamp_is_refused_and_never_fatal(
            tag in prop::sample::select(vec![0x30_u8, 0x31, 0xa0, 2, 4]),
            bytes in proptest::collection::vec(any::<u8>(), 0..120),
        ) {
            let nested = [&[0x30, (bytes.len() + 2) as u8, tag, bytes.len() as u8], &bytes[..]].concat();
            for it in [bytes.clone(), nested] {
                prop_assert!(verify_timestamp(&it, "note", &[]).is_err());
                prop_assert!(timestamp_in(&it, "note", 7).is_err());
            }
        }
    }
}
