//! Samples: some of many, chosen so that whoever chose cannot have picked them.
//!
//! An auditor names the seed, or the record gives it. The order is that of the SHA-256 of the seed, a line feed and the
//! name, so that anybody can find the same sample without this program.
//!
//! House rule: chance comes from outside, as a seed.

use crate::digest::Digest;
use std::fmt::Display;

/// Returns `count` of `population`, as `seed` chooses; the same, in whatever order it is given.
pub fn sample<T: ToString>(
    population: impl IntoIterator<Item = T>,
    seed: impl Display,
    count: usize,
) -> Vec<T> {
    let drawn = population.into_iter().map(|it| {
        let name = it.to_string();
        (Digest::of(format!("{seed}\n{name}").as_bytes()), name, it)
    });
    let mut drawn: Vec<_> = drawn.collect();
    drawn.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    drawn.into_iter().map(|(_, _, it)| it).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: X-16
    #[test]
    fn a_sample_is_chosen_by_its_seed_alone() {
        let names = ["RFC-1", "RFC-2", "RFC-3", "RFC-4", "RFC-5"];
        let first = sample(names, 7, 3);
        assert_eq!(first.len(), 3);
        let backwards: Vec<&str> = names.into_iter().rev().collect();
        assert_eq!(sample(backwards, 7, 3), first, "whatever the order");
        assert_eq!(sample(names, 7, 2), first[..2], "a smaller one is the beginning of it");
        assert_eq!(sample(names, 7, 9).len(), 5, "there are no more");
        let others = (0..20).filter(|seed| sample(names, *seed, 3) != first);
        assert!(others.count() > 10, "another seed chooses others");
        // As `printf '7\nRFC-1' | sha256sum` says.
        let by_hand = Digest::of(b"7\nRFC-1");
        assert_eq!(by_hand.to_string().len(), 64);
    }
}
