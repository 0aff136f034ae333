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
        let ring_of = |site: &SiteId| {
            let position = self.index.sites.get(site).map(|it| *it as usize);
            let ring = position.and_then(|it| self.plan.ring_of.get(it));
            ring.and_then(|it| self.plan.rings.get(*it as usize)).map(|it| &it.id)
        };
        let known = self.rfcs.iter().filter_map(|it| self.rfc(&it.id)).map(|(it, _)| it);
        let covers = |it: &&RequestForChange| {
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
        let mut people: Vec<PersonId> =
            known.filter(covers).flat_map(|it| it.implementers.iter().cloned()).collect();
        people.sort();
        people.dedup();
        people
    }

    /// Returns the request for change called `id`: of the plan, or a standard change.
    pub fn request(&self, id: &RfcId) -> Option<&RequestForChange> {
        let standard = || self.change_schedule.standard(id).map(|it| &it.request);
        self.plan.rfc(id).or_else(standard)
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
        indexed.or_else(|| self.standard_part(&self.plan, id))
    }

    /// Returns the digest of what a standard change covers in `plan`, with the limits of its
    /// template: whatever suspends or narrows the template voids what it authorised.
    pub fn standard_part(&self, plan: &MasterProjectPlan, id: &RfcId) -> Option<Digest> {
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
