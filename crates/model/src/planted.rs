//! Bugs planted on purpose, so that the power of the simulation can be measured.
//!
//! House rule: a simulation that catches no planted bug proves nothing. Only the crate `sim`
//! switches the feature on; without it every question here is answered with no, at no cost.

/// A bug that can be planted: each undoes one thing that keeps a promise.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Planted {
    /// The requester may approve.
    RequesterApproves,
    /// One approver is enough.
    QuorumOfOne,
    /// A changed plan leaves authorisations in force.
    ChangeKeepsAuthorisation,
    /// A signature counts for whatever the sheet says by then.
    SignatureOfAnotherSheet,
    /// One person does what takes two.
    ActsAlone,
    /// A halted ring starts sites.
    HaltIgnored,
    /// A ring starts before the ones before it have passed.
    RingsBesideEachOther,
    /// Sites start at any hour.
    WindowIgnored,
    /// Sites start before the core is signed off.
    CoreNotAwaited,
    /// More sites run at once than may.
    LimitIgnored,
    /// What nobody knows is tried again by itself.
    UnknownRetried,
    /// A failed step is passed over by itself.
    FailurePassedOver,
    /// A failed site does not halt its ring.
    BudgetIgnored,
    /// A ring passes before it has soaked.
    SoakIgnored,
    /// A held site starts.
    HoldIgnored,
    /// An order found open at start is handed out as if nobody could have begun it.
    TakenUpAsNew,
    /// Orders found open at start are not taken up.
    NotTakenUp,
    /// Outcomes whose append did not succeed are forgotten.
    OutcomeForgotten,
    /// The witness is not asked.
    WitnessNotAsked,
    /// What was lost of the record counts as never handed out.
    GapsForgotten,
    /// The end of the record is not compared.
    HeadNotCompared,
    /// A command sent again is carried out again.
    CommandRepeated,
    /// A change is written in two halves.
    TornCommit,
    /// A computer begins an order that it has begun.
    JournalIgnored,
    /// An order that cannot be asked after has failed.
    LostMeansFailed,
    /// An interrupted order is done.
    InterruptedMeansDone,
    /// An order that took too long has failed.
    TimeoutMeansFailed,
    /// `verify` confirms whatever it is asked.
    VerifyAlwaysConfirms,
    /// A worker gets what another one holds.
    LeaseIgnored,
    /// A worker goes on with what it holds when its lease is over.
    LeaseOutlived,
    /// A worker's report counts under whatever token.
    TokenIgnored,
    /// A worker takes what another one had for what nobody has had.
    ClaimedAsNew,
    /// What a worker holds is taken back as if nobody had it.
    HeldTakenBack,
    /// The queue is believed where history was lost.
    QueueBelieved,
}

#[cfg(feature = "planted")]
std::thread_local! {
    static PLANTED: std::cell::Cell<Option<Planted>> = const { std::cell::Cell::new(None) };
}

/// Plants `bug` on this thread, in place of another one, or none.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Planted>) {
    PLANTED.set(bug);
}

/// Returns whether `bug` is planted on this thread.
#[cfg(feature = "planted")]
pub fn is_planted(bug: Planted) -> bool {
    PLANTED.get() == Some(bug)
}

/// Returns whether `bug` is planted on this thread: never.
#[cfg(not(feature = "planted"))]
#[inline(always)]
pub const fn is_planted(_: Planted) -> bool {
    false
}
