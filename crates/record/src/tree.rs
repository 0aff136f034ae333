//! The Merkle tree (RFC 6962, SHA-256) over the bodies of the entries.
//!
//! Only the peaks are kept: the roots of its largest full subtrees, at most 64
//! hashes however long the record. Whoever has them can extend the tree and
//! state its root, so any process may write the next checkpoint.

use model::digest::Digest;
use sha2::{Digest as _, Sha256};

/// The most hashes that lead from a leaf to the root: no tree is higher than its size has bits.
const PROOF_HASHES_MAX: usize = 64;

/// The bytes of one hash.
const HASH_BYTES: usize = 32;

/// The tree over the entries so far, as its peaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// Returns the number of entries under the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds one entry's body as the next leaf.
    pub fn push(&mut self, body: &[u8]) {
        let mut hash = leaf(body);
        let mut full = self.size;
        while full & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node(&left, &hash);
            full >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Returns the root; of the empty tree, the digest of nothing.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => Digest::of(b""),
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
        }
    }

    /// Returns the peaks as bytes, the largest subtree first.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|it| *it.as_bytes()).collect()
    }

    /// Returns the tree of `size` entries with these peaks, or nothing where they cannot be its peaks.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
        let fits = rest.is_empty() && hashes.len() == size.count_ones() as usize;
        fits.then(|| Self {
            size,
            peaks: hashes.iter().map(|it| Digest::from_bytes(*it)).collect(),
        })
    }
}

/// Returns the hash of an entry's body as a leaf.
pub(crate) fn leaf(body: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::new().chain_update([0]).chain_update(body).finalize().into())
}

fn node(left: &Digest, right: &Digest) -> Digest {
    let hash = Sha256::new().chain_update([1]).chain_update(left.as_bytes());
    Digest::from_bytes(hash.chain_update(right.as_bytes()).finalize().into())
}

/// Returns the root of the tree over `leaves`.
fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            node(&root(left), &root(right))
        }
    }
}

/// Returns the hashes beside the way from leaf `index` up to the root, the lowest first.
pub(crate) fn proof(leaves: &[Digest], index: usize) -> Vec<Digest> {
    if leaves.len() < 2 {
        return vec![];
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let (mut beside, other) = if index < half {
        (proof(left, index), root(right))
    } else {
        (proof(right, index - half), root(left))
    };
    beside.push(other);
    beside
}

/// Returns the root of the tree of `size` leaves to which `beside` leads from `leaf` at `index`, or
/// nothing where it leads to none.
pub(crate) fn root_of(leaf: &Digest, index: u64, size: u64, beside: &[Digest]) -> Option<Digest> {
    if index >= size || beside.len() > PROOF_HASHES_MAX {
        return None;
    }
    if size == 1 {
        return beside.is_empty().then_some(*leaf);
    }
    let (last, lower) = beside.split_last()?;
    // Half of the next power of two, which may be more than a number holds.
    let half = 1 << (size - 1).ilog2();
    if index < half {
        Some(node(&root_of(leaf, index, half, lower)?, last))
    } else {
        Some(node(last, &root_of(leaf, index - half, size - half, lower)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962, section 2.1, word for word.
    fn root_by_the_book(bodies: &[Vec<u8>]) -> Digest {
        match bodies {
            [] => Digest::of(b""),
            [one] => leaf(one),
            many => {
                let k = many.len().next_power_of_two() / 2;
                node(&root_by_the_book(&many[..k]), &root_by_the_book(&many[k..]))
            }
        }
    }

    #[test]
    fn the_root_is_the_one_of_rfc_6962_at_every_size() {
        let mut tree = Frontier::default();
        let mut bodies = Vec::new();
        for number in 0..300_u32 {
            assert_eq!(tree.root(), root_by_the_book(&bodies), "{number} entries");
            bodies.push(number.to_string().into_bytes());
            tree.push(&number.to_string().into_bytes());
        }
    }

    // Proves: X-13
    #[test]
    fn the_root_of_the_vectors_of_certificate_transparency_comes_out() {
        let leaves: [&[u8]; 8] = [
            b"",
            &[0],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
                0x6e, 0x6f,
            ],
        ];
        let mut tree = Frontier::default();
        leaves.iter().for_each(|it| tree.push(it));
        assert_eq!(
            tree.root().to_string(),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    #[test]
    fn every_leaf_of_every_tree_is_proved_and_no_other_in_its_place() {
        for size in 1..70_usize {
            let bodies: Vec<Vec<u8>> = (0..size).map(|it| it.to_string().into_bytes()).collect();
            let leaves: Vec<Digest> = bodies.iter().map(|it| leaf(it)).collect();
            let expected = root_by_the_book(&bodies);
            for (index, hash) in leaves.iter().enumerate() {
                let beside = proof(&leaves, index);
                let of =
                    |leaf: &Digest, index: usize| root_of(leaf, index as u64, size as u64, &beside);
                assert_eq!(of(hash, index), Some(expected), "{index} of {size}");
                assert_ne!(of(&leaf(b"other"), index), Some(expected));
                assert!(size == 1 || of(hash, (index + 1) % size) != Some(expected));
            }
        }
    }

    #[test]
    fn a_proof_of_any_length_about_a_tree_of_any_size_is_answered() {
        let hash = leaf(b"");
        for size in [1 << 63, (1 << 63) + 1, u64::MAX] {
            for (length, leads) in [(0, false), (63, size == 1 << 63), (64, size > 1 << 63)] {
                let beside = vec![hash; length];
                assert_eq!(root_of(&hash, 0, size, &beside).is_some(), leads, "{size}, {length}");
            }
            assert_eq!(root_of(&hash, 0, size, &vec![hash; 100_000]), None, "{size}");
        }
    }

    #[test]
    fn peaks_read_back_as_written_and_only_at_their_size() {
        let mut tree = Frontier::default();
        (0..11).for_each(|it: u8| tree.push(&[it]));
        assert_eq!(Frontier::from_bytes(11, &tree.to_bytes()), Some(tree.clone()));
        assert_eq!(Frontier::from_bytes(12, &tree.to_bytes()), None);
        assert_eq!(Frontier::from_bytes(11, &tree.to_bytes()[1..]), None);
        assert_eq!(Frontier::from_bytes(0, &[]), Some(Frontier::default()));
    }
}
