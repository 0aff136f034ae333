//! Acts on disputes: saying that others could sign as somebody, and what becomes of what was signed.
//!
//! House rule: who signed confirms, and nobody for them; who vouches for a new means is another person.

use super::rfc::Request;
use super::{Acting, worded};
use crate::digest::Digest;
use crate::dispute::{APPROVAL_CONFIRMED, CONFIRMED, DisputeCommand, DisputeEvent, Means};
use crate::event::Event;
use crate::id::{PersonId, RfcId};
use crate::machine::{
    RfcState, RfcTransition, SignOffState, SignOffTransition, SiteState, SiteTransition, Transition,
};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::{Sheet, SlotId};
use crate::state::{RfcStatus, SlotStatus};
use jiff::Timestamp;

/// Who may report for somebody else, vouch for what was replaced, and set a signature aside.
pub const MINDS_SIGNATURES: [RoleType; 3] =
    [RoleType::OperationsManager, RoleType::ProgramManager, RoleType::SolutionManager];

impl Acting<'_> {
    pub(super) fn dispute(&self, command: &DisputeCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            DisputeCommand::Report { person, means, since, reason } => {
                self.report_dispute(person, *means, *since, reason)
            }
            DisputeCommand::Renew { dispute, statement } => self.renew(*dispute, statement),
            DisputeCommand::Confirm { slot, document } => self.confirm_signature(slot, *document),
            DisputeCommand::SetAside { slot, reason } => self.set_aside(slot, reason),
            DisputeCommand::ConfirmApproval { rfc, part } => self.confirm_approval(rfc, *part),
            DisputeCommand::SetAsideApproval { rfc, by, reason } => {
                self.set_aside_approval(rfc, by, reason)
            }
        }
    }

    fn report_dispute(
        &self,
        person: &PersonId,
        means: Option<Means>,
        since: Timestamp,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        if self.state.person(person).is_none() {
            return Err(Refusal::unknown(person));
        }
        if self.person != person {
            let act = "report it for somebody else";
            self.role(&MINDS_SIGNATURES, &Scope::Deployment, act)?;
        }
        let reason = worded("what is known", reason)?;
        if since > self.now {
            let text = format!("{since:.0} is not over yet");
            return Err(Refusal::invalid(text, "say since when others may have had it"));
        }
        let is_theirs = |it: &SlotStatus| {
            it.state == SignOffState::Signed
                && it.by.as_ref() == Some(person)
                && it.since >= since
                // By hand nobody signs by any of these.
                && it.paper.is_none()
                // Of an older record nobody knows by what it was signed.
                && (means.is_none() || it.means.is_none() || it.means == means)
        };
        let signed = self.state.slots.iter().filter(|(_, it)| is_theirs(it));
        let slots = signed.map(|(slot, _)| slot.clone()).collect();
        let requests = self.approved_by(person, means, since);
        let dispute = u32::try_from(self.state.disputes.reported.len()).unwrap_or(u32::MAX) + 1;
        let person = person.clone();
        let reported =
            DisputeEvent::Reported { dispute, person, means, since, reason, slots, requests };
        Ok(vec![Event::Dispute(reported)])
    }

    /// Returns the requests that `person` approved by `means` since an instant, as far as it is known.
    fn approved_by(&self, person: &PersonId, means: Option<Means>, since: Timestamp) -> Vec<RfcId> {
        let is_theirs = |status: &RfcStatus| {
            let mut given = status.approvals.iter().enumerate().filter(|(_, (by, _))| by == person);
            self.state.has_authorised(status, person, (means, since))
                || given.any(|(number, _)| {
                    // Of an older record nobody knows by what it was approved.
                    let known = status.given.get(number).copied().flatten();
                    known.is_none_or(|(at, of)| at >= since && means.is_none_or(|it| it == of))
                })
        };
        self.state.rfcs.iter().filter(|it| is_theirs(it)).map(|it| it.id.clone()).collect()
    }

    fn renew(&self, dispute: u32, statement: &str) -> Result<Vec<Event>, Refusal> {
        let name = format!("dispute {dispute}");
        let found = self.state.disputes.get(dispute).ok_or_else(|| Refusal::unknown(&name))?;
        self.role(&MINDS_SIGNATURES, &Scope::Deployment, "say that it was replaced")?;
        if found.person == *self.person {
            let text = format!("{name} is about {}", self.person);
            let next = "let the Operations Manager or the Program Manager look at what replaces it, and say so";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        let statement = worded("what was done", statement)?;
        if found.renewed.is_some() {
            let text = format!("{name}: it was replaced already");
            return Err(Refusal::new(
                RefusalCode::State,
                text,
                "report it anew if it is out again",
            ));
        }
        Ok(vec![Event::Dispute(DisputeEvent::Renewed { dispute, statement })])
    }

    /// Returns where a disputed signature stands.
    fn disputed(&self, slot: &SlotId) -> Result<&SlotStatus, Refusal> {
        let status = self.state.slots.get(slot).filter(|_| self.state.disputes.of(slot).is_some());
        status.map(|it| &**it).ok_or_else(|| {
            let text = format!("nobody disputes the signature {slot}");
            Refusal::new(RefusalCode::State, text, "`landfall dispute list` says what is disputed")
        })
    }

    fn confirm_signature(&self, slot: &SlotId, document: Digest) -> Result<Vec<Event>, Refusal> {
        let status = self.disputed(slot)?;
        if status.by.as_ref() != Some(self.person) {
            let by = status.by.as_ref().map_or_else(String::new, ToString::to_string);
            let text = format!("{slot} was signed by {by}");
            let next = format!("only who signed confirms: ask {by}, or set it aside");
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if status.document != document {
            let text = format!("{slot} is signed on another sheet than the one that was shown");
            let next = format!("read it again with `landfall sheet {}`", slot.sheet);
            return Err(Refusal::new(RefusalCode::Stale, text, next));
        }
        let (slot, meaning) = (slot.clone(), CONFIRMED.to_owned());
        Ok(vec![Event::Dispute(DisputeEvent::Confirmed { slot, document, meaning })])
    }

    fn disputed_approval(&self, rfc: &RfcId, by: &PersonId) -> Result<(), Refusal> {
        if self.state.disputed_approvals(rfc).iter().any(|it| it.by == *by) {
            return Ok(());
        }
        let text = format!("nobody disputes an approval of {rfc} by {by}");
        Err(Refusal::new(RefusalCode::State, text, "`landfall dispute list` says what is disputed"))
    }

    fn confirm_approval(&self, rfc: &RfcId, part: Digest) -> Result<Vec<Event>, Refusal> {
        let (planned, status) = self.state.rfc(rfc).ok_or_else(|| Refusal::unknown(rfc))?;
        self.disputed_approval(rfc, self.person)?;
        let request = Request { acting: self, planned, status };
        let part = request.shown(part)?;
        let (name, meaning) = (rfc.clone(), APPROVAL_CONFIRMED.to_owned());
        let confirmed = DisputeEvent::ApprovalConfirmed { rfc: name, part, meaning };
        let mut events = vec![Event::Dispute(confirmed)];
        // It may have been the last that was wanting.
        let others = self.state.disputed_approvals(rfc).into_iter().any(|it| it.by != *self.person);
        if status.state == RfcState::Assessing && !others {
            events.extend(request.authorised_by(part, &status.approvals)?);
        }
        Ok(events)
    }

    fn set_aside_approval(
        &self,
        rfc: &RfcId,
        by: &PersonId,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let (planned, status) = self.state.rfc(rfc).ok_or_else(|| Refusal::unknown(rfc))?;
        self.disputed_approval(rfc, by)?;
        if by != self.person {
            self.role(&MINDS_SIGNATURES, &Scope::Deployment, "set an approval aside")?;
        }
        let reason = worded("the reason", reason)?;
        let (name, of, why) = (rfc.clone(), by.clone(), reason.clone());
        let set_aside = DisputeEvent::ApprovalSetAside { rfc: name, by: of, reason: why };
        let mut events = vec![Event::Dispute(set_aside)];
        // What rests on it no longer does.
        let voided = RfcTransition::AuthorisationVoided;
        if voided.attempt(rfc, status.state).is_ok() {
            let request = Request { acting: self, planned, status };
            let why = format!("the approval by {by} was set aside: {reason}");
            events.push(request.happened(voided, Some(why), vec![])?);
        }
        Ok(events)
    }

    fn set_aside(&self, slot: &SlotId, reason: &str) -> Result<Vec<Event>, Refusal> {
        let status = self.disputed(slot)?;
        if status.by.as_ref() != Some(self.person) {
            self.role(&MINDS_SIGNATURES, &Scope::Deployment, "set a signature aside")?;
        }
        let reason = worded("the reason", reason)?;
        self.is_before_the_next_milestone(&slot.sheet)?;
        let mut events = vec![Event::SignOff {
            slot: slot.clone(),
            transition: SignOffTransition::Superseded,
            document: status.document,
            meaning: None,
            statements: vec![reason.clone()],
            on_behalf_of: None,
            stamp: None,
            batch: None,
            gate: vec![],
        }];
        // What rests on it no longer does.
        if let Sheet::Site(site) = &slot.sheet
            && self.state.site(site).is_some_and(|(_, it)| it.state == SiteState::SignedOff)
        {
            let why = Some(format!("the signature {slot} was set aside: {reason}"));
            events.push(self.site_event(site, SiteTransition::MaterialChange, why, vec![])?);
            events.extend(self.superseded(&Sheet::SitesComplete));
        }
        Ok(events)
    }
}
