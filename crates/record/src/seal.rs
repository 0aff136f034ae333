//! Seals over the order queue: what is handed out or claimed is held against what was signed.
//!
//! Orders are put into the queue together, under numbers that follow one another; one signature stands
//! over all of them, so that a thousand cost little more than one.
//!
//! House rule: no licence for an order whose seal does not hold. Whoever can write to the database and has
//! no key has nothing run.

use crate::key::{Signer, VerifierKey};
use crate::note;
use model::digest::Digest;
use model::id::{DeploymentId, Seq};

/// The first line of what is signed of orders.
const ORDERS: &str = "landfall-orders/1";

/// How many bytes there are for each order.
const WIDTH: usize = 32;

/// What was signed of orders whose numbers follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seal {
    /// The number of the first one.
    pub(crate) first: u64,
    /// The digest of each, 32 bytes after 32 bytes.
    pub(crate) digests: Vec<u8>,
    /// The signed note of them.
    pub(crate) note: String,
}

impl Seal {
    /// Returns the seal of the orders of `deployment` from number `first` on, each with the entry of its intent
    /// and as it is stored.
    pub(crate) fn of<'a>(
        deployment: &DeploymentId,
        first: u64,
        orders: impl IntoIterator<Item = (Seq, &'a str)>,
        signer: &Signer,
    ) -> Self {
        let digest = |(intent, body)| *digest(intent, body).as_bytes();
        let digests: Vec<u8> = orders.into_iter().flat_map(digest).collect();
        let note = note::sign(&text(deployment, first, &digests), signer);
        Self { first, digests, note }
    }

    /// Returns whether `key` has signed it for `deployment`.
    pub(crate) fn holds(&self, deployment: &DeploymentId, key: &VerifierKey) -> bool {
        note::verify(&self.note, &text(deployment, self.first, &self.digests), key).is_ok()
    }

    /// Returns whether it is of the order with this number, intended by entry `intent` and stored as `body`.
    pub(crate) fn is_of(&self, number: u64, intent: Seq, body: &str) -> bool {
        let place = number.checked_sub(self.first).and_then(|it| usize::try_from(it).ok());
        let sealed = place.and_then(|it| self.digests.chunks_exact(WIDTH).nth(it));
        sealed.is_some_and(|it| it == digest(intent, body).as_bytes())
    }
}

fn digest(intent: Seq, body: &str) -> Digest {
    Digest::of(format!("{intent}\n{body}").as_bytes())
}

fn text(deployment: &DeploymentId, first: u64, digests: &[u8]) -> String {
    format!("{ORDERS}\n{deployment}\n{first}\n{}\n", Digest::of(digests))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fg30() -> DeploymentId {
        "FG30".parse().unwrap()
    }

    fn seal() -> (Seal, Signer) {
        let signer = Signer::from_seed([7; 32]);
        (Seal::of(&fg30(), 10, [(3, "{\"a\":1}"), (3, "{\"b\":2}")], &signer), signer)
    }

    #[test]
    fn a_seal_is_of_its_orders_at_their_places_and_of_nothing_else() {
        let (seal, signer) = seal();
        assert!(seal.holds(&fg30(), signer.verifier_key()));
        assert!(seal.is_of(10, 3, "{\"a\":1}") && seal.is_of(11, 3, "{\"b\":2}"));
        for (number, intent, body) in [
            (10, 3, "{\"b\":2}"),
            (11, 3, "{\"a\":1}"),
            (10, 4, "{\"a\":1}"),
            (9, 3, "{\"a\":1}"),
            (12, 3, "{\"a\":1}"),
            (u64::MAX, 3, "{\"a\":1}"),
            (10, 3, ""),
        ] {
            assert!(!seal.is_of(number, intent, body), "{number} {intent} {body}");
        }
    }

    #[test]
    fn a_seal_holds_for_its_key_its_deployment_and_its_places_only() {
        let (seal, signer) = seal();
        let other = Signer::from_seed([8; 32]);
        assert!(!seal.holds(&fg30(), other.verifier_key()));
        assert!(!seal.holds(&"FG31".parse().unwrap(), signer.verifier_key()));
        assert!(!Seal { first: 9, ..seal.clone() }.holds(&fg30(), signer.verifier_key()));
        assert!(
            !Seal { note: String::new(), ..seal.clone() }.holds(&fg30(), signer.verifier_key())
        );
        for place in 0..seal.digests.len() {
            let mut changed = seal.clone();
            changed.digests[place] ^= 1;
            assert!(!changed.holds(&fg30(), signer.verifier_key()), "{place}");
        }
    }
}
