//! Disputes: what was signed while somebody else could have signed as the signer.
//!
//! Somebody's password, passkey or key was in other hands since an instant. Whatever they signed by it
//! since then is disputed: it stays in the record, is shown as disputed wherever it is shown, and no
//! gate rests on it, until its signer confirms it with something else, or it is set aside and asked for
//! anew. Until a second person says that the means was renewed, it signs nothing more.
//!
//! House rule: nothing is deleted; a signature counts for as long as nobody has reason to doubt it.

mod approvals;

pub use approvals::{APPROVAL_CONFIRMED, DisputedApproval};

use crate::authentication::{Authentication, AuthenticationMethod};
use crate::digest::Digest;
use crate::event::Actor;
use crate::evolve::{Happening, Impossible};
use crate::id::{PersonId, RfcId, Seq};
use crate::machine::{SignOffState, SignOffTransition};
use crate::refusal::{Refusal, RefusalCode};
use crate::scope::Scope;
use crate::sheet::{Sheet, SlotId};
use crate::state::{SlotStatus, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The sentence that confirming a disputed signature means.
pub const CONFIRMED: &str = "This signature is mine, and I stand by it.";

/// By what somebody signs.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Means {
    /// Their password.
    Password,
    /// Their passkey.
    Passkey,
    /// The sign-on service of their organisation.
    SingleSignOn,
    /// Their SSH key, which the plan names.
    SshKey,
    /// A link in a message.
    Link,
    /// Their account on the computer.
    Computer,
}

impl Means {
    /// Returns by what somebody acted who was known like this: by what they showed in the act itself,
    /// else by what they came in.
    pub fn of(known: Option<&Authentication>) -> Self {
        let Some(known) = known else { return Self::Computer };
        if let Some(shown) = known.again.as_ref().and_then(|it| it.by.word().parse().ok()) {
            return shown;
        }
        match known.method {
            AuthenticationMethod::Password | AuthenticationMethod::Token => Self::Password,
            AuthenticationMethod::Passkey => Self::Passkey,
            AuthenticationMethod::SingleSignOn => Self::SingleSignOn,
            AuthenticationMethod::Link => Self::Link,
            AuthenticationMethod::Computer => Self::Computer,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DisputeEvent {
    /// It was said that others could have signed as somebody.
    Reported {
        /// Its number, from 1.
        dispute: u32,
        /// As whom.
        person: PersonId,
        /// By what; by anything of theirs without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        means: Option<Means>,
        /// Since when.
        since: Timestamp,
        /// What is known.
        reason: String,
        /// The signatures that are disputed by it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        slots: Vec<SlotId>,
        /// The requests for change of which an approval is disputed by it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        requests: Vec<RfcId>,
    },
    /// What others had was replaced: the person alone signs by it again.
    Renewed {
        /// The dispute.
        dispute: u32,
        /// What was done.
        statement: String,
    },
    /// An approver stands by a disputed approval.
    ApprovalConfirmed {
        /// The request for change.
        rfc: RfcId,
        /// The digest of the plan part that was approved.
        part: Digest,
        /// The sentence that it means.
        meaning: String,
    },
    /// A disputed approval does not count any more.
    ApprovalSetAside {
        /// The request for change.
        rfc: RfcId,
        /// Whose approval.
        by: PersonId,
        /// Why.
        reason: String,
    },
    /// A signer stands by a disputed signature.
    Confirmed {
        /// The slot.
        slot: SlotId,
        /// The digest of what is signed there.
        document: Digest,
        /// The sentence that it means.
        meaning: String,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DisputeCommand {
    /// Say that others could have signed as somebody.
    Report {
        /// As whom.
        person: PersonId,
        /// By what; by anything of theirs without.
        means: Option<Means>,
        /// Since when.
        since: Timestamp,
        /// What is known.
        reason: String,
    },
    /// Say that what others had was replaced.
    Renew {
        /// The dispute.
        dispute: u32,
        /// What was done.
        statement: String,
    },
    /// Stand by one's own disputed signature, and show that it is oneself.
    Confirm {
        /// The slot.
        slot: SlotId,
        /// The digest of what is signed there.
        document: Digest,
    },
    /// Stand by one's own disputed approval of a request, and show that it is oneself.
    ConfirmApproval {
        /// The request for change.
        rfc: RfcId,
        /// The digest of the plan part that was approved.
        part: Digest,
    },
    /// Let a disputed approval not count any more: what it authorised is authorised no longer.
    SetAsideApproval {
        /// The request for change.
        rfc: RfcId,
        /// Whose approval.
        by: PersonId,
        /// Why.
        reason: String,
    },
    /// Let a disputed signature not count any more, so that it is asked for anew.
    SetAside {
        /// The slot.
        slot: SlotId,
        /// Why.
        reason: String,
    },
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Disputes {
    /// Every dispute, the first having number 1.
    pub reported: Vec<Dispute>,
    /// The signatures that are disputed now, with the number of the dispute.
    pub open: BTreeMap<SlotId, u32>,
    /// The signatures that their signers have confirmed, and when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub confirmed: BTreeMap<SlotId, Timestamp>,
    /// The approvals that are disputed now, with the number of the dispute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<DisputedApproval>,
}

/// What was said of somebody's password, passkey or key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    /// As whom others could have signed.
    pub person: PersonId,
    /// By what; by anything of theirs where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<Means>,
    /// Since when.
    pub since: Timestamp,
    /// What is known.
    pub reason: String,
    /// Who said so.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The signatures that were disputed by it.
    pub slots: Vec<SlotId>,
    /// The requests for change of which an approval was disputed by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RfcId>,
    /// Who said that it was replaced, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed: Option<(PersonId, Timestamp)>,
}

impl Disputes {
    /// Returns the dispute with this number.
    pub fn get(&self, dispute: u32) -> Option<&Dispute> {
        self.reported.get((dispute as usize).checked_sub(1)?)
    }

    /// Returns the dispute about the signature in `slot`, with its number.
    pub fn of(&self, slot: &SlotId) -> Option<(u32, &Dispute)> {
        let dispute = *self.open.get(slot)?;
        Some((dispute, self.get(dispute)?))
    }

    /// Returns whether anything was said of the signature in `slot`.
    pub(crate) fn knows(&self, slot: &SlotId) -> bool {
        self.open.contains_key(slot) || self.confirmed.contains_key(slot)
    }

    /// Forgets what was said of the signature in `slot`: it is another one from now on.
    pub(crate) fn forget(&mut self, slot: &SlotId) {
        self.open.remove(slot);
        self.confirmed.remove(slot);
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &DisputeEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let by = || happening.by.clone().ok_or_else(|| Impossible::unknown("whoever says so"));
        match event {
            DisputeEvent::Reported { dispute, person, means, since, reason, slots, requests } => {
                self.dispute_approvals(*dispute, person, requests);
                self.open.extend(slots.iter().map(|it| (it.clone(), *dispute)));
                slots.iter().for_each(|it| {
                    self.confirmed.remove(it);
                });
                self.reported.push(Dispute {
                    person: person.clone(),
                    means: *means,
                    since: *since,
                    reason: reason.clone(),
                    by: by()?,
                    at: happening.at,
                    slots: slots.clone(),
                    requests: requests.clone(),
                    renewed: None,
                });
            }
            DisputeEvent::Renewed { dispute, .. } => {
                let by = by()?;
                let reported = (*dispute as usize).checked_sub(1);
                let reported = reported.and_then(|it| self.reported.get_mut(it));
                let reported = reported.ok_or_else(|| Impossible::unknown("the dispute"))?;
                reported.renewed = Some((by, happening.at));
            }
            DisputeEvent::Confirmed { slot, .. } => {
                self.open.remove(slot);
                self.confirmed.insert(slot.clone(), happening.at);
            }
            DisputeEvent::ApprovalConfirmed { rfc, .. } => {
                self.forget_approvals(rfc, Some(&by()?));
            }
            DisputeEvent::ApprovalSetAside { rfc, by, .. } => {
                self.forget_approvals(rfc, Some(by));
            }
        }
        Ok(())
    }
}

impl SlotStatus {
    /// Notes who asked for it, or by what it was signed.
    pub(crate) fn noted(&mut self, transition: SignOffTransition, actor: &Actor, seq: Seq) {
        match transition {
            SignOffTransition::Requested => self.asked = Some(seq),
            SignOffTransition::Signed | SignOffTransition::SignedWithExceptions => {
                self.means = Some(Means::of(actor.known()));
            }
            SignOffTransition::Declined
            | SignOffTransition::Voided
            | SignOffTransition::Delegated
            | SignOffTransition::Superseded
            | SignOffTransition::Withdrawn
            | SignOffTransition::Renewed => {}
        }
    }
}

impl State {
    /// Returns whether somebody has signed `slot` and nobody disputes it.
    pub fn is_signed(&self, slot: &SlotId) -> bool {
        let is_signed = self.slots.get(slot).is_some_and(|it| it.state == SignOffState::Signed);
        is_signed && !self.disputes.open.contains_key(slot)
    }

    /// Returns whether every slot of `sheet` is signed, and nobody disputes one of them.
    pub fn stands(&self, sheet: &Sheet) -> bool {
        sheet.slots().iter().all(|it| self.is_signed(it))
    }

    /// Returns the first signature on `sheet` that is disputed, in words that say what leads on.
    pub fn disputed(&self, sheet: &Sheet) -> Option<String> {
        sheet.slots().iter().find_map(|it| self.disputed_slot(it))
    }

    /// Returns that the signature in `slot` is disputed, in words that say what leads on.
    pub fn disputed_slot(&self, slot: &SlotId) -> Option<String> {
        let (dispute, of) = self.disputes.of(slot)?;
        let signer = self.slots.get(slot).and_then(|it| it.by.as_ref()).unwrap_or(&of.person);
        Some(format!(
            "the signature {slot} is disputed (dispute {dispute}): {signer} confirms it, or it is set aside and given anew"
        ))
    }

    /// Refuses a signature that `person` would give by something that others may have, too.
    ///
    /// # Errors
    ///
    /// Sign by something else, or have somebody say that it was replaced.
    pub fn signs_alone(
        &self,
        person: &PersonId,
        known: Option<&Authentication>,
    ) -> Result<(), Refusal> {
        let means = Means::of(known);
        let numbered = (1_u32..).zip(&self.disputes.reported);
        let mut open = numbered.filter(|(_, it)| it.renewed.is_none() && it.person == *person);
        let Some((dispute, _)) = open.find(|(_, it)| it.means.is_none_or(|of| of == means)) else {
            return Ok(());
        };
        let text = format!(
            "dispute {dispute} says that others could sign as {person} by {}",
            means.to_string().replace('-', " ")
        );
        let next = format!(
            "sign by something else; or replace it, and have another person say so: landfall dispute renew {dispute}"
        );
        Err(Refusal::new(RefusalCode::NotPermitted, text, next))
    }
}

impl DisputeEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Reported { .. } | Self::Renewed { .. } => Scope::Deployment,
            Self::Confirmed { slot, .. } => slot.sheet.scope(),
            Self::ApprovalConfirmed { rfc, .. } | Self::ApprovalSetAside { rfc, .. } => {
                Scope::Rfc(rfc.clone())
            }
        }
    }
}

impl fmt::Display for DisputeEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported { dispute, person, means, since, reason, slots, requests } => {
                let means = means.map(|it| format!(" by {}", it.to_string().replace('-', " ")));
                let means = means.unwrap_or_default();
                let mut slots: Vec<String> = slots.iter().map(ToString::to_string).collect();
                slots.extend(requests.iter().map(|it| format!("the approval of {it}")));
                let disputed = match slots.as_slice() {
                    [] => "no signature is disputed".to_owned(),
                    some => format!("disputed: {}", some.join(", ")),
                };
                write!(
                    f,
                    "dispute {dispute}: others could sign as {person}{means} since {since:.0}; {disputed}: {reason}"
                )
            }
            Self::Renewed { dispute, statement } => {
                write!(f, "dispute {dispute}: what others had was replaced: {statement}")
            }
            Self::Confirmed { slot, meaning, .. } => {
                write!(f, "the disputed signature {slot} is confirmed: {meaning}")
            }
            Self::ApprovalConfirmed { rfc, meaning, .. } => {
                write!(f, "the disputed approval of {rfc} is confirmed: {meaning}")
            }
            Self::ApprovalSetAside { rfc, by, reason } => {
                write!(f, "the disputed approval of {rfc} by {by} is set aside: {reason}")
            }
        }
    }
}

#[cfg(test)]
mod tests;
