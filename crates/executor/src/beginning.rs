//! What is known of an order's beginning, kept in one place from talk to talk with its computer.
//!
//! It only grows: no lost connection takes anything away from it. An order that is known to have
//! begun is followed and never sent off again as one to begin, whatever became of its journal.

use tokio::time::Instant;

/// What is known of an order's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// It was given to nobody, so nobody has begun it.
    Unsent,
    /// Somebody before us was given it.
    Earlier,
    /// We sent it off, and heard nothing of it.
    Sent,
    /// Its computer has a mark of it, so nobody begins it any more. Its time runs since then.
    Marked { since: Instant },
    /// Its computer said that it begins. Its time runs since then.
    Begun { since: Instant },
}

impl Beginning {
    /// Returns whether nobody can have begun it.
    pub(crate) fn is_new(self) -> bool {
        self == Self::Unsent
    }

    /// Returns whether we have sent it off.
    pub(crate) fn is_sent(self) -> bool {
        self.rank() >= Self::Sent.rank()
    }

    /// Returns whether its computer is known to have its mark.
    pub(crate) fn is_marked(self) -> bool {
        match self {
            Self::Marked { .. } | Self::Begun { .. } => true,
            Self::Unsent | Self::Earlier | Self::Sent => false,
        }
    }

    /// Returns whether its computer said that it begins.
    pub(crate) fn is_begun(self) -> bool {
        matches!(self, Self::Begun { .. })
    }

    /// Returns since when its time runs, where it is asked after `now`. Waiting for a connection is not
    /// the fault of an order that we have not sent off.
    pub(crate) fn since(self, now: Instant) -> Option<Instant> {
        match self {
            Self::Unsent | Self::Earlier => None,
            Self::Sent => Some(now),
            Self::Marked { since } | Self::Begun { since } => Some(since),
        }
    }

    /// Takes in what was learnt of it.
    pub(crate) fn learn(&mut self, learnt: Self) {
        if learnt.rank() > self.rank() {
            *self = learnt;
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Unsent => 0,
            Self::Earlier => 1,
            Self::Sent => 2,
            Self::Marked { .. } => 3,
            Self::Begun { .. } => 4,
        }
    }
}
