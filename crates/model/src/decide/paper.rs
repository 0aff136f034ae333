//! Acts on paper: putting down a sheet that was signed by hand, and attesting it.
//!
//! House rule: two people attest a paper, neither their own, and one of them is not of the project; a
//! delegate is no second person (docs/decisions/0068-a-delegate-is-no-second-person.md).

use super::{Acting, worded};
use crate::digest::Digest;
use crate::event::Event;
use crate::guard::{Guard, GuardReading};
use crate::id::PersonId;
use crate::machine::{SignOffTransition, Transition};
use crate::paper::{Paper, PaperCommand, PaperEvent, SignedPaper};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::sheet::SlotId;

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
        let behind = self.attesters(slot, signer)?;
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
        let on_behalf_of = behind.into_iter().find(|it| it != self.person);
        Ok(vec![Event::Paper(PaperEvent::Recorded { paper, signed, on_behalf_of })])
    }

    fn attest_paper(&self, paper: u32, scan: Digest) -> Result<Vec<Event>, Refusal> {
        let found = self.open_paper(paper)?;
        let SignedPaper { slot, document, signer, .. } = &found.signed;
        self.may_attest(paper, found)?;
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
            on_behalf_of: Acting::new(self.state, signer, self.now).delegator(slot),
            meaning: slot.meaning(),
            gate: vec![GuardReading::met(Guard::SG4)],
        })];
        events.extend(self.follows_signature(slot, *document, &[])?);
        Ok(events)
    }

    fn reject_paper(&self, paper: u32, reason: &str) -> Result<Vec<Event>, Refusal> {
        let found = self.open_paper(paper)?;
        if found.signed.signer != *self.person && found.by != *self.person {
            self.attesters(&found.signed.slot, &found.signed.signer)?;
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

    /// Returns the persons behind this one, who attests a paper of `slot`: none of them signed it.
    fn attesters(&self, slot: &SlotId, signer: &PersonId) -> Result<Vec<PersonId>, Refusal> {
        let scope = slot.sheet.scope();
        if signer != self.person {
            self.role(&ATTESTS_PAPER, &scope, "attest a paper")?;
        }
        let held = self.held(&scope);
        let attesting = ATTESTS_PAPER.iter().filter(|it| held.contains(it));
        // Whoever may attest on their own speaks for nobody else.
        let behind = attesting.map(|it| self.persons_behind(*it, &scope)).min_by_key(Vec::len);
        let behind = behind.unwrap_or_else(|| vec![self.person.clone()]);
        if behind.contains(signer) {
            let text = format!("{signer} signed it");
            let next = "two others attest it, such as Release Management and the Operations Manager; or sign it here";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        Ok(behind)
    }

    /// Whoever attests a paper as the second has nobody in common with the first, and one of the two
    /// is not of the project.
    fn may_attest(&self, number: u32, paper: &Paper) -> Result<(), Refusal> {
        let slot = &paper.signed.slot;
        let second = self.attesters(slot, &paper.signed.signer)?;
        let first: Vec<PersonId> = paper.behind().cloned().collect();
        if let Some(both) = second.iter().find(|it| first.contains(it)) {
            let text = format!("{both} put paper {number} down");
            let next = "let the Operations Manager, the Support Manager or the Customer compare the scan, and attest it";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if !self.is_outside(&first, slot) && !self.is_outside(&second, slot) {
            let text = format!("{} and {} are both of the project", paper.by, self.person);
            let next = "let the Operations Manager, the Support Manager, the Change Authority or the Customer attest it";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        Ok(())
    }

    /// Returns why this person is kept from attesting a paper, which others may.
    pub(super) fn kept_from_attesting(&self, number: u32) -> Option<Refusal> {
        self.may_attest(number, self.state.papers.get(number)?).err()
    }

    /// Returns whether some of those behind a voice hold a role type, and none of them one of the
    /// project.
    fn is_outside(&self, behind: &[PersonId], slot: &SlotId) -> bool {
        let scope = slot.sheet.scope();
        let roles = behind.iter().flat_map(|it| self.state.roles_of(it, &scope));
        let roles: Vec<RoleType> = roles.collect();
        !roles.is_empty() && !roles.iter().any(|it| it.is_project())
    }

    /// Returns since when `signer` has been asked to sign exactly `document` in `slot`.
    fn may_be_signed_by(
        &self,
        slot: &SlotId,
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
