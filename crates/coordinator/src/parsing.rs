//! Parsing stretches of the record: their entries, and what the chain makes of them.
//!
//! Most of a fold's time goes into it, so that it runs beside the fold of the stretch before.

use crate::entries::parse;
use crate::error::CommandError;
use model::digest::Digest;
use model::event::Entry;
use model::id::Seq;
use record::{Stretch, chain};
use tokio::task::{JoinHandle, spawn_blocking};

/// A stretch of the record that is being parsed.
pub(crate) enum Parsing {
    /// It is parsed already.
    Here(Parsed),
    /// A thread of its own is at it.
    Beside(JoinHandle<Parsed>),
}

impl Parsing {
    /// Begins to parse `stretch`, which follows the entry numbered `after` and hashed `follows`: by a thread
    /// of its own where it has as many entries as one can have, since more are to come then.
    pub(crate) fn begin(
        stretch: Stretch,
        (after, follows): (Seq, Digest),
        entries_max: Seq,
    ) -> Self {
        if stretch.last.saturating_sub(after) < entries_max {
            return Self::Here(Parsed::of(&stretch, after, follows));
        }
        Self::Beside(spawn_blocking(move || Parsed::of(&stretch, after, follows)))
    }

    /// Returns it parsed.
    pub(crate) async fn parsed(self) -> Parsed {
        match self {
            Self::Here(parsed) => parsed,
            Self::Beside(parsing) => match parsing.await {
                Ok(parsed) => parsed,
                Err(broken) => std::panic::resume_unwind(broken.into_panic()),
            },
        }
    }
}

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
    fn of(stretch: &Stretch, after: Seq, mut follows: Digest) -> Self {
        let mut hashes = Vec::new();
        let mut entries = Vec::new();
        let before = follows;
        for (seq, body) in (after + 1..).zip(stretch.bodies()) {
            follows = chain::link(&follows, body);
            hashes.push(follows);
            entries.push(parse(seq, body));
        }
        Self { after, last: stretch.last, follows: before, hash: stretch.hash, hashes, entries }
    }

    /// Returns whether its entries follow one another, and are as many as they should be.
    pub(crate) fn holds(&self) -> bool {
        self.hashes.last() == Some(&self.hash)
            && self.after + self.entries.len() as Seq == self.last
    }
}
