//! How another plan takes the place of the one in force.
//!
//! House rule: what both plans name keeps its standing.

use super::Impossible;
use super::beginnings::{new_component, new_rfc, new_ring, new_site};
use super::requests;
use crate::id::{RfcId, SiteId};
use crate::plan::MasterProjectPlan;
use crate::standing::Standing;
use crate::state::{RfcStatus, RingCounts, RingStatus, State};
use crate::state_index::StateIndex;
use std::sync::Arc;

impl State {
    /// Replaces the plan; what both plans name keeps its standing.
    pub(super) fn adopt_plan(&mut self, plan: Arc<MasterProjectPlan>, at: jiff::Timestamp) {
        let index = Arc::new(StateIndex::of(&plan));
        let components = plan.components.iter().map(|it| {
            let before = self.index.components.get(&it.id).copied();
            let before = before.and_then(|position| self.components.get(position as usize));
            before.cloned().unwrap_or_else(|| new_component(at))
        });
        let components = components.collect();
        let sites = plan.sites.iter().map(|it| {
            let before = self.index.sites.get(&it.id).copied();
            let before = before.and_then(|position| self.sites.get(position as usize));
            before.cloned().unwrap_or_else(|| new_site(at))
        });
        let sites: Standing = sites.collect();
        let mut rings: Vec<RingStatus> = plan
            .rings
            .iter()
            .map(|it| {
                let before = self.index.rings.get(&it.id).copied();
                let before = before.and_then(|position| self.rings.get(position as usize));
                before.cloned().unwrap_or_else(|| new_ring(at))
            })
            .collect();
        for (position, ring) in (0_u32..).zip(&mut rings) {
            ring.counts = RingCounts::default();
            // An excuse is before the ring of a site: it does not go with it, nor stay without it.
            let is_here = |site: &SiteId| {
                let site = index.sites.get(site).map(|it| *it as usize);
                site.and_then(|it| plan.ring_of.get(it)) == Some(&position)
            };
            ring.excused.retain(|site, _| is_here(site));
        }
        for (site, ring) in sites.iter().zip(&plan.ring_of) {
            if let Some(ring) = rings.get_mut(*ring as usize) {
                ring.counts.planned += 1;
                *ring.counts.of(site.counts_as) += 1;
            }
        }
        let mut rfcs: Vec<RfcStatus> = plan
            .rfcs
            .iter()
            .map(|it| {
                let before = self.rfcs.iter().find(|before| before.id == it.id);
                before.cloned().unwrap_or_else(|| new_rfc(&it.id, at))
            })
            .collect();
        let is_gone = |it: &&RfcStatus| !index.rfcs.contains_key(&it.id);
        rfcs.extend(self.rfcs.iter().filter(is_gone).cloned());
        requests::keep_approvals(&mut rfcs, (&self.plan, &self.index), (&plan, &index));
        self.components = components;
        self.sites = sites;
        self.rings = rings;
        self.rfcs = rfcs;
        self.history.plan_adopted(&self.plan, &plan);
        self.index = index;
        self.plan = plan;
    }

    /// Lets no approval of `rfcs` count any more, nor what somebody disputes of one.
    pub(super) fn unapproved(&mut self, rfcs: &[RfcId]) -> Result<(), Impossible> {
        for rfc in rfcs {
            requests::withdrawn(self.rfc_mut(rfc)?);
            // Most approvals nobody disputes: what copies share stays as it is.
            if !self.disputes.approvals.is_empty() {
                self.disputes.forget_approvals(rfc, None);
            }
        }
        Ok(())
    }
}
