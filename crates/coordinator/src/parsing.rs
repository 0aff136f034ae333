//! Parsing stretches of the record: their entries, and what the chain makes of them.
//!
//! Most of a fold's time goes into it, so that it runs beside the fold of the stretch before.

use crate::entries::parse;
use crate::error::CommandError;
use model::digest::Digest;
use model::event::Entry;
use model::id::Seq;
use record::{Stretch, chain};

/// From how many entries on it is worth a thread to parse some of them.
const ENTRIES_TO_SHARE: usize = 500;

/// A stretch of the record, parsed.
pub(crate) struct Parsed {
    /// The number of the entry that it follows.
    pub(crate) after: Seq,
    /// The number of its last entry.
    pub(crate) last: Seq,
    /// The chain's hash of the entry that it follows.
    pub(crate) follows: Digest,
    /// The chain's hash of its last entry, as it was read.
    pub(crate) hash: Digest,
    /// The chain's hashes of its entries.
    pub(crate) hashes: Vec<Digest>,
    /// Its entries.
    pub(crate) entries: Vec<Result<Entry, CommandError>>,
}

impl Parsed {
    /// Returns `stretch`, which follows the entry numbered `after` and hashed `follows`, parsed by a
    /// thread of its own where it has as many entries as one can have: then more are to come.
    pub(crate) async fn beside(
        stretch: Stretch,
        (after, follows): (Seq, Digest),
        entries_max: Seq,
    ) -> Self {
        if stretch.last.saturating_sub(after) < entries_max {
            return Self::of(&stretch, after, follows);
        }
        let parsing = tokio::task::spawn_blocking(move || Self::of(&stretch, after, follows));
        match parsing.await {
            Ok(parsed) => parsed,
            Err(broken) => std::panic::resume_unwind(broken.into_panic()),
        }
    }

    fn of(stretch: &Stretch, after: Seq, follows: Digest) -> Self {
        let bodies: Vec<&[u8]> = stretch.bodies().collect();
        let (hashes, entries) = read_all(follows, after, &bodies);
        Self { after, last: stretch.last, follows, hash: stretch.hash, hashes, entries }
    }

    /// Returns whether its entries follow one another, and are as many as they should be.
    pub(crate) fn holds(&self) -> bool {
        self.hashes.last() == Some(&self.hash)
            && self.after + self.entries.len() as Seq == self.last
    }
}

/// Returns what the chain makes of `bodies`, the first of which follows the entry numbered `after` and
/// hashed `follows`, and the entries that they are: on all processors, where there are many.
fn read_all(
    follows: Digest,
    after: Seq,
    bodies: &[&[u8]],
) -> (Vec<Digest>, Vec<Result<Entry, CommandError>>) {
    let numbered: Vec<(Seq, &[u8])> = (after + 1..).zip(bodies.iter().copied()).collect();
    let parsed = |part: &[(Seq, &[u8])]| -> Vec<_> {
        part.iter().map(|(seq, body)| parse(*seq, body)).collect()
    };
    let chained = || {
        let link = |last: &mut Digest, body: &&[u8]| {
            *last = chain::link(last, body);
            Some(*last)
        };
        bodies.iter().scan(follows, link).collect()
    };
    if bodies.len() < ENTRIES_TO_SHARE {
        return (chained(), parsed(&numbered));
    }
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = numbered.len().div_ceil(workers);
    std::thread::scope(|scope| {
        let parts: Vec<_> =
            numbered.chunks(share).map(|part| scope.spawn(move || parsed(part))).collect();
        let hashes = chained();
        let entries = parts.into_iter().flat_map(|it| match it.join() {
            Ok(entries) => entries,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        (hashes, entries.collect())
    })
}
