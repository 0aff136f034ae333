//! The chain of the record: every entry's hash covers its body and all entries before it.
//!
//! `hash_0` is 32 zero bytes; `hash_i` is the SHA-256 of `hash_{i-1}` followed by
//! the body as it was given. Bodies are never parsed and written again, so
//! that what was hashed is what is stored.

use crate::change::Head;
use crate::note::Checkpoint;
use crate::tree::Frontier;
use model::digest::Digest;
use sha2::{Digest as _, Sha256};

/// Returns the hash of the empty record.
pub fn beginning() -> Digest {
    Digest::from_bytes([0; 32])
}

/// Returns the hash of the entry with `body` that follows the entry hashed `previous`.
pub fn link(previous: &Digest, body: &[u8]) -> Digest {
    let hash = Sha256::new().chain_update(previous.as_bytes()).chain_update(body).finalize();
    Digest::from_bytes(hash.into())
}

/// Where a record ends: its head, and the tree over all that is before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) head: Head,
    pub(crate) tree: Frontier,
}

impl Tip {
    /// Returns the end of an empty record.
    pub(crate) fn beginning() -> Self {
        let head = Head { seq: 0, hash: beginning(), epoch: 0 };
        Self { head, tree: Frontier::default() }
    }

    /// Puts `body` at the end and returns its hash.
    pub(crate) fn push(&mut self, body: &[u8]) -> Digest {
        self.head.seq += 1;
        self.head.hash = link(&self.head.hash, body);
        self.tree.push(body);
        self.head.hash
    }

    /// Returns whether `checkpoint` is of exactly these entries, as far as it says.
    pub(crate) fn is_of(&self, checkpoint: &Checkpoint) -> bool {
        let Checkpoint { size, root, chain, .. } = checkpoint;
        let is_chained = chain.is_none_or(|it| it == self.head.hash);
        *size == self.head.seq && is_chained && *root == self.tree.root()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_is_what_sha256sum_makes_of_it() {
        let mut tip = Tip::beginning();
        tip.push(br#"{"seq":1}"#);
        let first = tip.head.hash;
        // (head -c32 /dev/zero; printf '{"seq":1}') | sha256sum
        let by_hand = Digest::of(&[&[0; 32][..], br#"{"seq":1}"#].concat());
        assert_eq!(first, by_hand);
        tip.push(b"{}");
        assert_eq!(tip.head.hash, Digest::of(&[&first.as_bytes()[..], b"{}"].concat()));
        assert_eq!((tip.head.seq, tip.tree.size()), (2, 2));
    }
}
