//! What goes wrong in a world: each seed enables some kinds of faults, each at a rate of its own.
//!
//! Source: Groce et al., *Swarm Testing*, 2012: a run with some of the faults finds what a run
//! with all of them hides.

use crate::chance::Chance;
use crate::world::has_workers;
use std::collections::BTreeMap;
use strum::VariantArray as _;

/// A kind of fault. Its rate says how often in a thousand occasions it happens.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Fault {
    /// A computer cannot be reached.
    Unreachable,
    /// A connection breaks while its order goes on, and is made anew.
    LostConnection,
    /// An order arrives twice.
    Doubled,
    /// An answer of a computer takes minutes.
    LateAnswer,
    /// A step ends with an exit code.
    StepFails,
    /// A step takes longer than it may.
    StepHangs,
    /// A computer goes down in the middle of a step.
    ComputerCrashes,
    /// `verify` gives no verdict.
    VerifyUnclear,
    /// A computer says that a step is done which is not.
    ComputerLies,
    /// The server is killed before a change reaches the database.
    KilledBeforeCommit,
    /// The server is killed after the change is durable and before it is told so.
    KilledAfterCommit,
    /// The server is killed anywhere.
    Killed,
    /// The database refuses a change.
    CommitFails,
    /// The change is durable and the database's answer is lost.
    CommitAnswerLost,
    /// The server stands still for longer than its lease.
    Frozen,
    /// A server's clock jumps by minutes or days, ahead or back.
    ClockJumps,
    /// The database is put back to an earlier state.
    Restored,
    /// A person answers days later.
    LatePerson,
    /// A person sends an answer twice.
    DoubledPerson,
    /// A person does something nobody asked for.
    Meddling,
    /// A person replaces the plan.
    PlanReplaced,
    /// A computer cannot be reached for minutes, while what it has begun goes on.
    Outage,
    /// A worker gets no answer from the database, while its computers are there.
    CutOff,
}

/// What only some worlds know: it is drawn apart, so that the other ones stay what they were.
const RARE: [Fault; 3] = [Fault::PlanReplaced, Fault::Outage, Fault::CutOff];

/// The rates of the faults of one world, by kind; what is not there does not happen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    per_mille: BTreeMap<Fault, u32>,
}

impl Faults {
    /// Returns what goes wrong in the world of `seed`, whose chance is `chance`.
    pub(crate) fn of(seed: u64, chance: &mut Chance) -> Self {
        let mut faults = Self::default();
        if matches!(seed % 8, 5 | 7) {
            let mut apart = Chance::new(!seed);
            for fault in [Fault::PlanReplaced, Fault::Outage] {
                let rate = u32::try_from(apart.between(1, 15)).unwrap_or(1);
                faults.per_mille.insert(fault, rate);
            }
        }
        if has_workers(seed) {
            let mut apart = Chance::new(!seed);
            let rate = u32::try_from(apart.below(30)).unwrap_or(0);
            faults.per_mille.insert(Fault::CutOff, rate);
        }
        for fault in Fault::VARIANTS.iter().filter(|it| !RARE.contains(it)) {
            // A database is put back far more rarely than a connection breaks.
            let share = if *fault == Fault::Restored { 120 } else { 350 };
            if chance.happens(share) {
                let most = match fault {
                    Fault::Unreachable | Fault::LostConnection | Fault::Doubled => 200,
                    Fault::LateAnswer | Fault::VerifyUnclear => 300,
                    Fault::StepFails | Fault::StepHangs | Fault::ComputerCrashes => 80,
                    Fault::ComputerLies => 30,
                    Fault::KilledBeforeCommit | Fault::KilledAfterCommit => 60,
                    Fault::CommitFails | Fault::CommitAnswerLost => 80,
                    Fault::Killed | Fault::Frozen | Fault::ClockJumps => 30,
                    Fault::Restored => 20,
                    Fault::LatePerson | Fault::DoubledPerson => 300,
                    Fault::Meddling => 60,
                    Fault::PlanReplaced | Fault::Outage | Fault::CutOff => 15,
                };
                let rate = u32::try_from(chance.between(1, most)).unwrap_or(1);
                faults.per_mille.insert(*fault, rate);
            }
        }
        faults
    }

    /// Returns how often in a thousand occasions `fault` happens.
    pub(crate) fn rate(&self, fault: Fault) -> u32 {
        self.per_mille.get(&fault).copied().unwrap_or(0)
    }

    /// Returns the world without faults.
    pub(crate) fn none() -> Self {
        Self::default()
    }
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rates: Vec<String> =
            self.per_mille.iter().map(|(fault, rate)| format!("{fault} {rate} ‰")).collect();
        write!(f, "{}", rates.join(", "))
    }
}
