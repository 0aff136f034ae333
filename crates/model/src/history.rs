//! The record's own history: what was lost of it when a database was put back, when its time could
//! not be relied on, who accepted that, and of whom what is private was destroyed.
//!
//! Whoever compares a record with its witness finds out that entries are gone; the rules here say
//! what people have to agree on before anything starts again. What was lost may have been carried
//! out: from then on every order is asked after on its computer before it counts as never begun.
//!
//! House rule: nothing starts after a loss of history until two people have accepted it, and nothing
//! begins while nobody knows what time it is.

use crate::digest::Digest;
use crate::evolve::{Happening, Impossible};
use crate::forgetting::Whom;
use crate::id::{PersonId, Seq};
use crate::plan::MasterProjectPlan;
use crate::private::Private;
use crate::scope::Scope;
use crate::state::State;
use imbl::{OrdMap, OrdSet};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What was lost: what the witness has seen, beside what there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Loss {
    /// How many entries the witness has seen.
    pub witnessed: Seq,
    /// The root of the tree over them.
    pub root: Digest,
    /// With which entry the record was found to end.
    pub found: Seq,
}

impl Loss {
    /// Returns whether `other` is the same loss, whatever was written since it was found.
    pub fn is_that_of(&self, other: &Self) -> bool {
        (self.witnessed, self.root) == (other.witnessed, other.root)
    }

    /// Returns how many entries are gone; none where they were rewritten.
    pub fn entries(&self) -> Seq {
        self.witnessed.saturating_sub(self.found)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { witnessed, found, .. } = self;
        match self.entries() {
            0 => write!(f, "its first {witnessed} entries are not the ones its witness has seen"),
            gone => write!(
                f,
                "its witness has seen entry {witnessed}, and it ended with entry {found}: {gone} gone"
            ),
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum HistoryEvent {
    /// Two people accepted that history was lost, and the record goes on as it was found.
    LossAccepted {
        /// What was lost.
        loss: Loss,
        /// Why it is accepted: what was put back, and what is known of the time between.
        reason: String,
    },
    /// The server's clock said something else than the time that had gone by.
    ClockDoubted {
        /// What it said, and what it should have.
        doubt: ClockDoubt,
    },
    /// The server's clock agreed again with the time that had gone by.
    ClockSettled {
        /// What it said by then.
        said: Timestamp,
    },
    /// A person has looked at the server's clock, and it is right.
    ClockAccepted {
        /// What they found.
        reason: String,
    },
    /// Whoever administers the server changed the key that signs the record: it goes on under another one.
    KeyRotated {
        /// What the old key and the new one have both signed, with both of them in it.
        note: String,
        /// The account on the server's computer from which it was done.
        login: String,
        /// Why.
        reason: String,
    },
    /// Everything private that was known of a person was destroyed: the openings of all commitments of
    /// theirs. Their short name stays, and names nobody any more.
    PersonForgotten {
        /// Whom.
        person: Whom,
        /// What was reported in their name, of which nothing is known any more either.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<Whom>,
        /// Why.
        reason: String,
    },
}

/// Why nobody knows what time it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockDoubt {
    /// What the clock said.
    pub said: Timestamp,
    /// What it should have said, by the time that had gone by.
    pub expected: Timestamp,
}

impl fmt::Display for ClockDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { said, expected } = self;
        write!(f, "the server's clock says {said:.0} where {expected:.0} was expected")
    }
}

impl ClockDoubt {
    /// Returns by how much the clock was ahead of the time that had gone by.
    pub fn ahead(&self) -> SignedDuration {
        self.said.duration_since(self.expected)
    }
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryCommand {
    /// Accept that history was lost, as one of two.
    AcceptLoss {
        /// What was lost, as the program has found it.
        loss: Loss,
        /// Why.
        reason: String,
    },
    /// Say that the server's clock is right.
    AcceptClock {
        /// What was found.
        reason: String,
    },
    /// Destroy everything private that is known of a person, for ever, as one of two.
    ForgetPerson {
        /// Whom: their short name, or `incident/12` or `feedback/3` for who is behind it.
        person: Whom,
        /// Why.
        reason: String,
    },
}

/// The losses that were accepted, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Each with the time at which it was accepted.
    pub losses: Vec<(Timestamp, Loss)>,
    /// Why nobody knows what time it is, and since which instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<(Timestamp, ClockDoubt)>,
    /// How often people said that the clock is right.
    #[serde(default)]
    pub clocks_accepted: u32,
    /// What they last said it of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_accepted: Option<ClockDoubt>,
    /// Who was forgotten, and when.
    #[serde(default)]
    pub forgotten: OrdMap<Whom, Timestamp>,
    /// Who stood in an earlier plan and stands in none any more.
    #[serde(default)]
    pub former: OrdSet<PersonId>,
    /// Of whom a plan was recorded in clear, before anything was sealed.
    #[serde(default)]
    pub in_clear: OrdSet<PersonId>,
}

impl History {
    /// Returns whether anything may have happened that the record does not know.
    pub fn has_gaps(&self) -> bool {
        !self.losses.is_empty()
    }

    /// Returns whether `loss` was accepted.
    pub fn has_accepted(&self, loss: &Loss) -> bool {
        self.losses.iter().any(|(_, it)| it.is_that_of(loss))
    }

    /// Returns whether what was seen outside belongs to a loss that people have accepted: it was there
    /// `since` before they did, and vouches for more entries than are left of that record.
    pub fn covers(&self, seen: &Loss, since: Option<Timestamp>) -> bool {
        let covered = |at: Timestamp, loss: &Loss| {
            let left = loss.found.min(loss.witnessed.saturating_sub(1));
            seen.witnessed > left && since.is_some_and(|since| since <= at)
        };
        self.losses.iter().any(|(at, loss)| covered(*at, loss))
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &HistoryEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        match event {
            HistoryEvent::LossAccepted { loss, .. } => {
                self.losses.push((happening.at, loss.clone()));
                Ok(())
            }
            HistoryEvent::ClockDoubted { doubt } => {
                self.clock = Some((happening.at, doubt.clone()));
                Ok(())
            }
            HistoryEvent::ClockSettled { .. } => {
                self.clock = None;
                Ok(())
            }
            HistoryEvent::ClockAccepted { .. } => {
                self.clock_accepted = self.clock.take().map(|(_, doubt)| doubt);
                self.clocks_accepted += 1;
                Ok(())
            }
            // Which key signs is the record's own matter.
            HistoryEvent::KeyRotated { .. } => Ok(()),
            HistoryEvent::PersonForgotten { person, also, .. } => {
                let whom = [person].into_iter().chain(also);
                self.forgotten.extend(whom.map(|it| (it.clone(), happening.at)));
                Ok(())
            }
        }
    }

    /// Notes who stands in the plan that is now in force, after `before`.
    pub(crate) fn plan_adopted(&mut self, before: &MasterProjectPlan, plan: &MasterProjectPlan) {
        self.former.extend(before.people.iter().map(|it| it.id.clone()));
        for person in &plan.people {
            self.former.remove(&person.id);
            if matches!(person.private, Private::Clear(_)) {
                self.in_clear.insert(person.id.clone());
            }
        }
    }
}

/// Returns the name of the act on which two people agree for `loss`.
pub fn act_name(loss: &Loss) -> String {
    format!("accept the loss up to entry {} of {}", loss.witnessed, loss.root.short())
}

/// Returns `loss` as it was found at first: what people said of it since is all that was written.
pub fn as_found(state: &State, loss: &Loss) -> Loss {
    let said = state.concurrences.get(&act_name(loss)).map_or(0, Vec::len);
    Loss { found: state.seq.saturating_sub(said as Seq), ..loss.clone() }
}

impl HistoryEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::LossAccepted { .. }
            | Self::ClockDoubted { .. }
            | Self::ClockSettled { .. }
            | Self::ClockAccepted { .. }
            | Self::KeyRotated { .. }
            | Self::PersonForgotten { .. } => Scope::Deployment,
        }
    }
}

impl fmt::Display for HistoryEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LossAccepted { loss, reason } => {
                write!(f, "the record goes on as it was found; {loss}: {reason}")
            }
            Self::ClockDoubted { doubt } => write!(f, "{doubt}; nothing begins until it is right"),
            Self::ClockSettled { said } => {
                write!(f, "the server's clock is right again and says {said:.0}")
            }
            Self::ClockAccepted { reason } => write!(f, "the server's clock is right: {reason}"),
            Self::KeyRotated { note, login, reason } => {
                let key = note.lines().nth(4).unwrap_or_default();
                write!(f, "{login} changed the record's key to {key}: {reason}")
            }
            Self::PersonForgotten { person, reason, .. } => {
                write!(f, "everything private that was known of {person} was destroyed: {reason}")
            }
        }
    }
}
