//! The order queue: what workers in other processes claim, keep and report.
//!
//! An order is open, then held by one worker under a fencing token, then
//! reported; with its end it leaves the queue, and an open one may be withdrawn. Leases run on the
//! database's clock. A token that is no longer current opens nothing. Orders are claimed for as long as
//! somebody leads their deployment: nobody else takes back what must not begin any more.

use crate::error::RecordError;
use model::id::{DeploymentId, Seq};
use model::order::{Ending, Intent, OrderId, Report};
use std::time::Duration;

/// By how much tokens rise where history was lost: whoever was at work in it may hold later ones than the
/// record that was found again knows of, and nobody gives so many.
pub(crate) const TOKENS_LOST: u64 = 1 << 32;

/// The most orders that one entry intends together: those behind the first are looked for so far.
pub(crate) const BUNDLE_MAX: u64 = 64;

/// How long after it was handed out an order may be begun: a connection takes its time, and so does the queue
/// for one. Whoever had it may be frozen, and wake up: before this nobody says what became of it.
pub const HANDED_OUT_WITHIN: Duration = Duration::from_secs(180);

/// Returns what is said of an order whose seal does not hold: what the queue says may be anything, and whoever
/// was to carry out the true one may have begun it.
pub fn unsealed_ending() -> Ending {
    Ending::Ended(Report::unknown(
        "what stands in the queue under its name is not signed with the record's key: an earlier version of \
         Landfall put it there, or somebody else has written to the database",
    ))
}

/// Returns what is said of an order that travels with one whose outcome nobody can find out.
pub fn beside_unknown_ending() -> Ending {
    Ending::Ended(Report::unknown("nobody knows what became of the steps beside it"))
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// It waits to be claimed.
    Open,
    /// A worker has it.
    Held,
    /// Its report was accepted and is not yet in the record.
    Reported,
}

impl OrderState {
    /// Every state, in the order of an order's life.
    pub const ALL: [Self; 3] = [Self::Open, Self::Held, Self::Reported];

    /// Returns the state's name, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Held => "held",
            Self::Reported => "reported",
        }
    }
}

/// An order that has neither ended nor been withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// Its name. What else the queue says of it is read where its seal holds.
    pub id: OrderId,
    /// The entry that holds its intent.
    pub intent: Seq,
    /// How far it has come.
    pub state: OrderState,
    /// The token under which it is held; 0 while it waits to be claimed for the first time, or anew after
    /// history was lost.
    pub token: u64,
    /// The worker that has it.
    pub holder: Option<String>,
    /// Whether that worker has it only for as long as it says that it is there.
    pub is_leased: bool,
}

/// A worker that has enlisted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enlisted {
    /// Its name.
    pub worker: String,
    /// Grows with each enlisting: an earlier one under the same name is worth nothing any more.
    pub session: u64,
}

impl Enlisted {
    pub(crate) fn dismissed(&self) -> RecordError {
        RecordError::Dismissed { worker: self.worker.clone() }
    }
}

/// A worker, as whoever looks at all of them sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Its name.
    pub worker: String,
    /// Until when it is there, on the database's clock, if it does not say so again.
    pub until: jiff::Timestamp,
    /// Whether that is over.
    pub is_silent: bool,
}

/// An order that a worker has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The licence to carry it out.
    pub intent: Intent,
    /// Who may have begun it before.
    pub before: Before,
    /// What is wanted of it, where that is not that it goes on.
    pub wish: Option<Wish>,
}

/// Who may have begun an order before somebody claims it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nobody.
    Nobody,
    /// This worker, which had it and let its lease run out.
    Worker(String),
    /// Somebody of whom nothing is known any more: history was lost.
    Somebody,
}

impl Before {
    /// Returns who may have begun an order that `holder` had, and that somebody perhaps began in what was
    /// lost of the record.
    pub(crate) fn of(holder: Option<String>, is_perhaps_begun: bool) -> Self {
        match holder {
            Some(worker) => Self::Worker(worker),
            None if is_perhaps_begun => Self::Somebody,
            None => Self::Nobody,
        }
    }
}

/// What somebody wants of an order that another one holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// That it does not begin, where it has not; and by whom.
    Withhold(String),
    /// That it stops, wherever it stands; and by whom.
    Stop(String),
}

impl Wish {
    /// Returns the wish of whoever wants it withheld and stopped, as far as anybody does.
    pub(crate) fn of(withhold: Option<String>, stop: Option<String>) -> Option<Self> {
        stop.map(Self::Stop).or_else(|| withhold.map(Self::Withhold))
    }
}

/// An order that a worker still holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// Its token.
    pub token: u64,
    /// What is wanted of it, where that is not that it goes on.
    pub wish: Option<Wish>,
}

/// What a worker says became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The deployment that ordered it.
    pub deployment: DeploymentId,
    /// The order.
    pub order: OrderId,
    /// The token under which the worker holds it.
    pub token: u64,
    /// What became of it.
    pub ending: Ending,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It counts, and is durable. The same report sent again gets the same answer.
    Accepted,
    /// The order was no longer held under that token; the report is kept and never counted.
    Late,
}

/// Who leads a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// The caller does, from now on, and every earlier leader's appends are refused.
    Taken {
        /// The new epoch, to be expected in every append.
        epoch: u64,
    },
    /// Somebody else does.
    HeldBy {
        /// Who.
        holder: String,
        /// Until when, on the database's clock, if it is not kept up.
        until: jiff::Timestamp,
    },
}
