//! Acts on revisits: wanted, agreed to by Release Management and Product Manager, dropped.
//!
//! Source: Deploy SMF, Process 2 ("may have to revisit some sites after deployment").

use super::super::{Acting, worded};
use crate::event::Event;
use crate::id::{RfcId, SiteId};
use crate::machine::{SiteState, SiteTransition};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::site_care::{Revisit, RevisitCause, RevisitState, SiteCareEvent};

impl Acting<'_> {
    pub(super) fn open_revisit(
        &self,
        site: &SiteId,
        cause: RevisitCause,
        reference: Option<&str>,
        reason: &str,
    ) -> Result<Vec<SiteCareEvent>, Refusal> {
        use RoleType::{
            OperationsManager, ProductManager, ReleaseManagement, SiteOwner, SupportManager,
            UserExperience,
        };
        let scope = Scope::Site(site.clone());
        let (_, status) = self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        let roles = [
            ReleaseManagement,
            ProductManager,
            SiteOwner,
            SupportManager,
            OperationsManager,
            UserExperience,
        ];
        self.role(&roles, &scope, "ask for a revisit")?;
        let reason = worded("the reason", reason)?;
        let reference = reference.map(|it| worded("the reference", it)).transpose()?;
        if status.in_service.is_none() {
            let text = format!("site {site} is {}: nobody has been there yet", status.state);
            return Err(Refusal::new(RefusalCode::State, text, "wait until it is deployed"));
        }
        if let Some((number, _)) = self.state.site_care.revisits.open_at(site).next() {
            let text = format!("revisit {number} of {site} is open already");
            let next = format!("`landfall why site/{site}` says what it waits on");
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let number = self.next_revisit();
        let site = site.clone();
        Ok(vec![SiteCareEvent::RevisitOpened { number, site, cause, reference, reason }])
    }

    fn next_revisit(&self) -> u32 {
        u32::try_from(self.state.site_care.revisits.len()).unwrap_or(u32::MAX - 1) + 1
    }

    fn wanted(&self, number: u32) -> Result<&Revisit, Refusal> {
        let position = (number as usize).checked_sub(1);
        let revisit = position.and_then(|it| self.state.site_care.revisits.get(it));
        let revisit = revisit.ok_or_else(|| Refusal::unknown(format!("revisit {number}")))?;
        if revisit.state == RevisitState::Wanted {
            return Ok(revisit);
        }
        let text = format!("revisit {number} is {}", revisit.state);
        let next = format!("`landfall why site/{}` says what it waits on", revisit.site);
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    pub(super) fn drop_revisit(
        &self,
        number: u32,
        reason: &str,
    ) -> Result<Vec<SiteCareEvent>, Refusal> {
        let revisit = self.wanted(number)?;
        let roles = [RoleType::ProductManager];
        let scope = Scope::Site(revisit.site.clone());
        self.role(&roles, &scope, "do without a revisit")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![SiteCareEvent::RevisitDropped { number, reason }])
    }

    pub(super) fn agree_to_revisit(
        &self,
        number: u32,
        rfc: Option<&RfcId>,
    ) -> Result<Vec<Event>, Refusal> {
        let revisit = self.wanted(number)?;
        if let Some(rfc) = rfc {
            self.state.request(rfc).ok_or_else(|| Refusal::unknown(rfc))?;
            if !self.state.requests_at(&Scope::Site(revisit.site.clone())).any(|it| it.id == *rfc) {
                let text = format!("{rfc} does not cover {}", revisit.site);
                let next = "name the request that does, such as a standard change of its own";
                return Err(Refusal::invalid(text, next));
            }
        }
        self.go_back(&revisit.site, number, rfc, &revisit.reason)
    }

    /// Goes back to `site`: as was asked, where somebody has asked.
    pub(in super::super) fn revisit(
        &self,
        site: &SiteId,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let reason = worded("the reason", reason)?;
        let (_, status) = self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        self.site_event(site, SiteTransition::Revisited, None, vec![])?;
        if let Some((number, _)) = self.state.site_care.revisits.open_at(site).next() {
            return self.go_back(site, number, None, &reason);
        }
        let cause = match status.state {
            SiteState::Refused => RevisitCause::Refusal,
            SiteState::Reconfirm => RevisitCause::MaterialChange,
            SiteState::Planned
            | SiteState::Notified
            | SiteState::Ready
            | SiteState::Deploying
            | SiteState::Paused
            | SiteState::Halted
            | SiteState::Deployed
            | SiteState::Observing
            | SiteState::SignedOff
            | SiteState::RollingBack
            | SiteState::RolledBack
            | SiteState::Exempt => RevisitCause::Plan,
        };
        let number = self.next_revisit();
        let opened = SiteCareEvent::RevisitOpened {
            number,
            site: site.clone(),
            cause,
            reference: None,
            reason: reason.clone(),
        };
        let mut events = vec![Event::SiteCare(opened)];
        events.extend(self.go_back(site, number, None, &reason)?);
        Ok(events)
    }

    fn go_back(
        &self,
        site: &SiteId,
        number: u32,
        rfc: Option<&RfcId>,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let scope = Scope::Site(site.clone());
        let transition = SiteTransition::Revisited;
        let moved = self.site_event(site, transition, Some(reason.to_owned()), vec![])?;
        let roles = [RoleType::ReleaseManagement, RoleType::ProductManager];
        let act = format!("revisit {scope}");
        let (mut events, is_complete) = self.concur(&act, &roles, 1, &scope, Some(reason))?;
        if is_complete {
            let agreed = SiteCareEvent::RevisitAgreed { number, rfc: rfc.cloned() };
            // Refused in the middle of a revisit, the site is gone back to under the same one.
            let mut open = self.state.site_care.revisits.open_at(site);
            if !open.any(|(it, revisit)| it == number && revisit.state == RevisitState::UnderWay) {
                events.push(Event::SiteCare(agreed));
            }
            events.extend(self.superseded(&Sheet::Site(site.clone())));
            events.extend(self.superseded(&Sheet::SitesComplete));
            events.push(moved);
        }
        Ok(events)
    }
}
