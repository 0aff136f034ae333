//! Requests as a deployment knows them: those of its plan, and the standard changes beside them.
//!
//! House rule: a standard change is a request like any other; only its authority came before it.

use super::{ApprovalLevel, RequestForChange};
use crate::companion_plans::Experience;
use crate::digest::{Digest, canonical_digest};
use crate::id::{PersonId, RfcId, SiteId};
use crate::plan::MasterProjectPlan;
use crate::scope::Scope;
use crate::state::{RfcStatus, State};

impl State {
    /// Returns who carries out what is authorised, or being authorised, at `scope`: all of the
    /// core for the core, everybody for the deployment.
    pub fn implementers_of(&self, scope: &Scope) -> Vec<PersonId> {
        let implementers = self.requests_at(scope).flat_map(|it| it.implementers.iter().cloned());
        let mut people: Vec<PersonId> = implementers.collect();
        people.sort();
        people.dedup();
        people
    }

    /// Returns the requests that cover `scope`, of the plan and beside it.
    pub fn requests_at<'s>(
        &'s self,
        scope: &'s Scope,
    ) -> impl Iterator<Item = &'s RequestForChange> {
        let ring_of = move |site: &SiteId| {
            let position = self.index.sites.get(site).map(|it| *it as usize);
            let ring = position.and_then(|it| self.plan.ring_of.get(it));
            ring.and_then(|it| self.plan.rings.get(*it as usize)).map(|it| &it.id)
        };
        let known = self.rfcs.iter().filter_map(|it| self.rfc(&it.id)).map(|(it, _)| it);
        let covers = move |it: &&RequestForChange| {
            let covers = &it.covers;
            match scope {
                Scope::Deployment => true,
                Scope::Core => !covers.components.is_empty(),
                Scope::Component(id) => covers.components.contains(id),
                Scope::Ring(id) => covers.rings.contains(id),
                Scope::Site(id) => {
                    let of_ring = ring_of(id).is_some_and(|it| covers.rings.contains(it));
                    of_ring || covers.sites.contains(id)
                }
                Scope::Rfc(id) => it.id == *id,
            }
        };
        known.filter(covers)
    }

    /// Returns whether a request that covers `site` authorises work there, or still may: one that has
    /// come to its end never does again.
    pub fn may_be_authorised(&self, site: &SiteId) -> bool {
        let scope = Scope::Site(site.clone());
        let standing = |it: &RequestForChange| self.rfc(&it.id).map(|(_, status)| status.state);
        self.requests_at(&scope).filter_map(standing).any(|it| !it.is_over())
    }

    /// Returns the request for change called `id`: of the plan, or beside it.
    pub fn request(&self, id: &RfcId) -> Option<&RequestForChange> {
        self.plan.rfc(id).or_else(|| self.change_schedule.beside(id))
    }

    /// Returns the standard changes that cover `site`, as asked for and as they stand.
    pub fn standard_of<'a>(
        &'a self,
        site: &'a SiteId,
    ) -> impl Iterator<Item = (&'a RequestForChange, &'a RfcStatus)> {
        let covering = self.change_schedule.standard.iter();
        let covering = covering.filter(move |it| it.request.covers.sites.contains(site));
        covering.filter_map(|it| self.rfc(&it.request.id))
    }

    /// Returns the digest of the plan part that the request called `id` covers, as it is now.
    pub fn part_of(&self, id: &RfcId) -> Option<Digest> {
        let position = self.index.rfcs.get(id).map(|it| *it as usize);
        let indexed = position.and_then(|it| self.index.parts.get(it)).copied();
        indexed.or_else(|| self.part_beside(&self.plan, id))
    }

    /// Returns the digest of what a request beside the plan covers in `plan`; of a standard change
    /// with the limits of its template: whatever suspends or narrows the template voids what it
    /// authorised.
    pub fn part_beside(&self, plan: &MasterProjectPlan, id: &RfcId) -> Option<Digest> {
        if let Some(urgent) = self.change_schedule.urgent(id) {
            return Some(plan.part_digest(&urgent.covers));
        }
        let change = self.change_schedule.standard(id)?;
        let template = plan.rfc(&change.template).and_then(|it| it.template.as_ref());
        let part = plan.part_digest(&change.request.covers);
        Some(canonical_digest(&(part, template)))
    }

    /// Returns the levels of approval that the request needs as it stands. A change of the core
    /// needs one person more where that stands in for experience.
    pub fn levels_of(&self, planned: &RequestForChange, status: &RfcStatus) -> Vec<ApprovalLevel> {
        let mut levels = self.plan.levels_of(planned, status.category);
        let is_core = !planned.covers.components.is_empty();
        if is_core
            && let Some(Experience::ExtraApprover(_)) = self.experience()
            && let Some(first) = levels.first_mut()
        {
            first.quorum = first.quorum.saturating_add(1);
        }
        levels
    }
}
