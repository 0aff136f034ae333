//! Acts on paper: putting down a sheet that was signed by hand, and attesting it.
//!
//! House rule: two people attest a paper, neither their own, and one of them is not of the project.

use super::{Acting, worded};
use crate::digest::Digest;
use crate::event::Event;
use crate::guard::{Guard, GuardReading};
use crate::id::PersonId;
use crate::machine::{SignOffTransition, Transition};
use crate::paper::{Paper, PaperCommand, PaperEvent, SignedPaper};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;

/// Who may attest a paper: whoever answers for a part of the work, but no auditor and no user.
pub const ATTESTS_PAPER: [RoleType; 9] = [
    RoleType::OperationsManager,
    RoleType::SupportManager,
    RoleType::ChangeAuthority,
    RoleType::Customer,
    RoleType::SiteOwner,
    RoleType::ProgramManager,
    RoleType::ReleaseManagement,
    RoleType::ProductManager,
    RoleType::SolutionManager,
];

impl Acting<'_> {
    pub(super) fn paper(&self, command: &PaperCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            PaperCommand::Record { signed } => self.record_paper(signed),
            PaperCommand::Attest { paper, scan } => self.attest_paper(*paper, *scan),
            PaperCommand::Reject { paper, reason } => self.reject_paper(*paper, reason),
        }
    }

    fn record_paper(&self, signed: &SignedPaper) -> Result<Vec<Event>, Refusal> {
        let SignedPaper { slot, document, signer, signed_on, .. } = signed;
        self.may_attest(slot, signer)?;
        let asked = self.may_be_signed_by(slot, *document, signer)?;
        let zone = self.state.plan.zone.rules();
        let today = self.now.to_zoned(zone.clone()).date();
        let first = asked.to_zoned(zone).date();
        if *signed_on < first || *signed_on > today {
            let text =
                format!("{signed_on} is not between {first}, when it was asked for, and today");
            return Err(Refusal::invalid(text, "give the day that stands beside the signature"));
        }
        let kept = worded("where paper and scan are kept", &signed.kept)?;
        let paper = u32::try_from(self.state.papers.0.len()).unwrap_or(u32::MAX) + 1;
        let signed = SignedPaper { kept, ..signed.clone() };
        Ok(vec![Event::Paper(PaperEvent::Recorded { paper, signed })])
    }

    fn attest_paper(&self, paper: u32, scan: Digest) -> Result<Vec<Event>, Refusal> {
        let found = self.open_paper(paper)?;
        let SignedPaper { slot, document, signer, .. } = &found.signed;
        self.may_attest(slot, signer)?;
        if found.by == *self.person {
            let text = format!("{} put paper {paper} down", self.person);
            let next = "let the Operations Manager, the Support Manager or the Customer compare the scan, and attest it";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if !self.is_outside(&found.by, slot) && !self.is_outside(self.person, slot) {
            let text = format!("{} and {} are both of the project", found.by, self.person);
            let next = "let the Operations Manager, the Support Manager, the Change Authority or the Customer attest it";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if found.signed.scan != scan {
            let text = format!("the scan of paper {paper} is another one than was compared");
            let next = format!("compare the scan that begins with {}", found.signed.scan.short());
            return Err(Refusal::new(RefusalCode::Stale, text, next));
        }
        self.may_be_signed_by(slot, *document, signer)?;
        let mut events = vec![Event::Paper(PaperEvent::Attested {
            paper,
            slot: slot.clone(),
            document: *document,
            signer: signer.clone(),
            meaning: slot.meaning(),
            gate: vec![GuardReading::met(Guard::SG4)],
        })];
        events.extend(self.follows_signature(slot, *document, &[])?);
        Ok(events)
    }

    fn reject_paper(&self, paper: u32, reason: &str) -> Result<Vec<Event>, Refusal> {
        let found = self.open_paper(paper)?;
        if found.signed.signer != *self.person && found.by != *self.person {
            self.may_attest(&found.signed.slot, &found.signed.signer)?;
        }
        let reason = worded("the reason", reason)?;
        Ok(vec![Event::Paper(PaperEvent::Rejected { paper, reason })])
    }

    fn open_paper(&self, paper: u32) -> Result<&Paper, Refusal> {
        let name = format!("paper {paper}");
        let found = self.state.papers.get(paper).ok_or_else(|| Refusal::unknown(&name))?;
        if found.is_open() {
            return Ok(found);
        }
        let text = format!("{name} was attested or rejected already");
        Err(Refusal::new(RefusalCode::State, text, "`landfall paper list` says what became of it"))
    }

    /// Whoever attests holds a role type and did not sign the paper.
    fn may_attest(&self, slot: &crate::sheet::SlotId, signer: &PersonId) -> Result<(), Refusal> {
        if signer == self.person {
            let text = format!("{signer} signed it");
            let next = "two others attest it, such as Release Management and the Operations Manager; or sign it here";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        self.role(&ATTESTS_PAPER, &slot.sheet.scope(), "attest a paper").map(|_| ())
    }

    /// Returns whether somebody holds a role type that is none of the project.
    fn is_outside(&self, person: &PersonId, slot: &crate::sheet::SlotId) -> bool {
        self.state.roles_of(person, &slot.sheet.scope()).iter().any(|it| !it.is_project())
    }

    /// Returns since when `signer` has been asked to sign exactly `document` in `slot`.
    fn may_be_signed_by(
        &self,
        slot: &crate::sheet::SlotId,
        document: Digest,
        signer: &PersonId,
    ) -> Result<jiff::Timestamp, Refusal> {
        if self.state.person(signer).is_none() {
            return Err(Refusal::unknown(signer));
        }
        let status = self.slot(slot, document)?;
        SignOffTransition::Signed.attempt(slot, status.state)?;
        Acting::new(self.state, signer, self.now).may_fill(slot)?;
        Ok(status.since)
    }
}
