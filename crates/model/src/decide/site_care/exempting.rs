//! Acts on exemptions: asked for, agreed to by Product Manager and site owner, ended; and of whole
//! sites, by Program Manager and customer.
//!
//! Source: Deploy SMF, Process 2 (all targeted users and computers); SOD-13.

use super::super::{Acting, worded};
use crate::event::Event;
use crate::guard::{Guard, GuardReading};
use crate::id::{PersonId, RfcId, SiteId};
use crate::machine::SiteTransition;
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties::Rule;
use crate::sheet::Sheet;
use crate::site_care::{Exempted, Exemption, RevisitState, SiteCareEvent};
use jiff::civil::Date;

/// Who must agree to an exemption.
const AGREE: [RoleType; 2] = [RoleType::ProductManager, RoleType::SiteOwner];

impl Acting<'_> {
    /// Leaves a whole site out: nobody goes back to it, and what all have signed was of one site more.
    pub(in super::super) fn exempt(
        &self,
        site: &SiteId,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let scope = Scope::Site(site.clone());
        let reason = worded("the reason", reason)?;
        let transition = SiteTransition::Exempted;
        self.may_leave_scope()?;
        self.site_event(site, transition, None, vec![])?;
        let act = format!("exempt {scope}");
        let roles = [RoleType::ProgramManager, RoleType::Customer];
        let (mut events, is_complete) =
            self.concur(&act, &roles, self.two_persons(), &Scope::Deployment, Some(&reason))?;
        if is_complete {
            let gate = pass(&act, vec![GuardReading::met(Guard::X1)])?;
            events.extend(self.superseded(&Sheet::SitesComplete));
            let revisits = self.state.site_care.revisits.open_at(site);
            events.extend(revisits.map(|(number, it)| {
                let reason = reason.clone();
                Event::SiteCare(match it.state {
                    RevisitState::UnderWay => SiteCareEvent::RevisitClosed { number },
                    RevisitState::Wanted | RevisitState::Closed | RevisitState::Dropped => {
                        SiteCareEvent::RevisitDropped { number, reason }
                    }
                })
            }));
            events.push(self.site_event(site, transition, Some(reason.clone()), gate)?);
        }
        Ok(events)
    }

    pub(super) fn request_exemption(
        &self,
        site: &SiteId,
        what: &Exempted,
        reason: &str,
        until: Date,
    ) -> Result<Vec<SiteCareEvent>, Refusal> {
        use RoleType::{ProductManager, ReleaseManagement, SiteOwner, Tester, UserExperience};
        let scope = Scope::Site(site.clone());
        let (planned, _) = self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        let roles = [ReleaseManagement, ProductManager, SiteOwner, Tester, UserExperience];
        self.role(&roles, &scope, "ask for an exemption")?;
        let reason = worded("the reason", reason)?;
        let today = self.now.to_zoned(planned.zone.rules()).date();
        if until < today {
            let text = format!("the exemption would have ended on {until}");
            return Err(Refusal::invalid(text, "give a day that lies ahead"));
        }
        let of_site = self.state.site_care.exemptions.iter();
        let living = of_site.filter(|it| it.site == *site && it.ended.is_none());
        match what {
            Exempted::Users(0) => {
                return Err(Refusal::invalid("nobody would be exempt", "say how many users"));
            }
            Exempted::Users(users) => {
                let others = living.filter_map(|it| match it.what {
                    Exempted::Users(users) => Some(users),
                    Exempted::Computer(_) => None,
                });
                let all = others.fold(*users, u32::saturating_add);
                if all > planned.users {
                    let text = format!("{site} has {} users, and {all} would be", planned.users);
                    return Err(Refusal::invalid(text, "exempt fewer"));
                }
            }
            Exempted::Computer(computer) => {
                if !planned.computers.iter().any(|it| it.id == *computer) {
                    return Err(Refusal::unknown(format!("computer {computer} of {site}")));
                }
                if living.into_iter().any(|it| it.what == *what) {
                    let text = format!("computer {computer} of {site} is exempt, or asked to be");
                    return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
                }
            }
        }
        let number = u32::try_from(self.state.site_care.exemptions.len()).unwrap_or(u32::MAX - 1);
        let number = number + 1;
        let mut events = vec![SiteCareEvent::ExemptionRequested {
            number,
            site: site.clone(),
            what: what.clone(),
            reason,
            until,
        }];
        // Whoever must agree and asks for it has agreed.
        let held = self.held(&scope);
        let mine = AGREE.into_iter().filter(|it| held.contains(it));
        let mine = mine.filter(|it| self.installs(site, *it).is_none());
        events.extend(mine.map(|role| SiteCareEvent::ExemptionApproved { number, role }));
        Ok(events)
    }

    fn exemption(&self, number: u32) -> Result<&Exemption, Refusal> {
        let position = (number as usize).checked_sub(1);
        let found = position.and_then(|it| self.state.site_care.exemptions.get(it));
        let found = found.ok_or_else(|| Refusal::unknown(format!("exemption {number}")))?;
        match &found.ended {
            None => Ok(found),
            Some(why) => {
                let text = format!("exemption {number} has ended: {why}");
                Err(Refusal::new(RefusalCode::State, text, "ask for another"))
            }
        }
    }

    pub(super) fn approve_exemption(&self, number: u32) -> Result<Vec<SiteCareEvent>, Refusal> {
        let exemption = self.exemption(number)?;
        let scope = Scope::Site(exemption.site.clone());
        let lacking: Vec<RoleType> = AGREE
            .into_iter()
            .filter(|role| !exemption.approvals.iter().any(|(_, it)| it == role))
            .collect();
        if lacking.is_empty() {
            let text = format!("exemption {number} is agreed to already");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        self.role(&lacking, &scope, &format!("agree to exemption {number}"))?;
        let held = self.held(&scope);
        let mut mine: Vec<RoleType> =
            lacking.iter().copied().filter(|it| held.contains(it)).collect();
        let kept = mine.iter().find_map(|it| self.installs(&exemption.site, *it));
        mine.retain(|it| self.installs(&exemption.site, *it).is_none());
        if let Some((person, rfc)) = kept.filter(|_| mine.is_empty()) {
            let text = format!(
                "{person} implements {rfc} and cannot agree to what it leaves out ({})",
                Rule::InstallerNeverExempts
            );
            return Err(Refusal::new(RefusalCode::NotPermitted, text, self.ask(&lacking, &scope)));
        }
        let mine = mine.into_iter();
        Ok(mine.map(|role| SiteCareEvent::ExemptionApproved { number, role }).collect())
    }

    pub(super) fn end_exemption(
        &self,
        number: u32,
        reason: &str,
    ) -> Result<Vec<SiteCareEvent>, Refusal> {
        let exemption = self.exemption(number)?;
        let scope = Scope::Site(exemption.site.clone());
        if exemption.requested_by.as_ref() != Some(self.person) || exemption.holds() {
            self.role(&AGREE, &scope, &format!("end exemption {number}"))?;
        }
        let reason = worded("the reason", reason)?;
        Ok(vec![SiteCareEvent::ExemptionEnded { number, reason }])
    }

    /// Returns who installs at `site` of those behind this person as `role`, and under which request
    /// for change, if one of them does and the profile minds.
    fn installs(&self, site: &SiteId, role: RoleType) -> Option<(PersonId, &RfcId)> {
        if self.state.plan.profile.relaxes(Rule::InstallerNeverExempts) {
            return None;
        }
        let ring = self.ring_scope(site);
        let is_of_ring = |it: &crate::id::RingId| Scope::Ring(it.clone()) == ring;
        let covers =
            |it: &crate::rfc::Covers| it.sites.contains(site) || it.rings.iter().any(is_of_ring);
        let standard = self.state.change_schedule.standard.iter().map(|it| &it.request);
        let rfcs = self.state.plan.rfcs.iter().chain(standard);
        let behind = self.persons_behind(role, &Scope::Site(site.clone()));
        let by = |it: &crate::rfc::RequestForChange| {
            behind.iter().find(|person| it.implementers.contains(person)).cloned()
        };
        rfcs.filter(|it| covers(&it.covers)).find_map(|it| Some((by(it)?, &it.id)))
    }
}
