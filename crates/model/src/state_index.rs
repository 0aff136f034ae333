//! Where each named thing stands in the lists of the plan, so that nothing is searched for.
//!
//! House rule: nothing may cost time in proportion to all sites where it concerns one.

use crate::change_schedule::Places;
use crate::companion_plans::Trigger;
use crate::id::{ComponentId, LineId, PersonId, RfcId, RingId, SiteId};
use crate::kept::Kept;
use crate::plan::MasterProjectPlan;
use crate::role_type::RoleType;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

/// Positions by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateIndex {
    /// Of sites.
    pub sites: HashMap<SiteId, u32>,
    /// Of core components.
    pub components: HashMap<ComponentId, u32>,
    /// Of rings.
    pub rings: HashMap<RingId, u32>,
    /// Of people.
    pub people: HashMap<PersonId, u32>,
    /// Of requests for change.
    pub rfcs: HashMap<RfcId, u32>,
    /// For each ring, the positions of the RFCs that cover it.
    pub rfcs_of_ring: Vec<Vec<u32>>,
    /// For each component, the positions of the RFCs that cover it.
    pub rfcs_of_component: Vec<Vec<u32>>,
    /// For each ring, the positions of its sites.
    pub sites_of_ring: Vec<Vec<u32>>,
    /// For each site, the position of its template.
    pub template_of_site: Vec<u32>,
    /// The digest of each RFC's part of the plan.
    pub parts: Vec<crate::digest::Digest>,
    /// For each role type, the positions of the people who hold it.
    pub holders: BTreeMap<RoleType, Vec<u32>>,
    /// For each site, the version of what its owner is told to expect.
    pub versions: Vec<Kept<Option<crate::digest::Digest>>>,
    /// For each RFC, what it touches.
    pub places: Vec<Kept<Places>>,
    /// The digest of the release.
    pub release: Option<crate::digest::Digest>,
    /// The digest of the known issues.
    pub known_issues: Kept<crate::digest::Digest>,
    /// The messages that have to reach a site before its slot.
    pub before_slots: BTreeSet<LineId>,
    /// Whether there are messages whose time only people know.
    pub has_untimed_messages: bool,
}

impl StateIndex {
    /// Returns the index of `plan`.
    pub fn of(plan: &MasterProjectPlan) -> Self {
        fn positions<'a, K: Clone + Eq + std::hash::Hash + 'a>(
            names: impl Iterator<Item = &'a K>,
        ) -> HashMap<K, u32> {
            names.zip(0..).map(|(name, position)| (name.clone(), position)).collect()
        }
        let covering = |covers: &dyn Fn(&crate::rfc::Covers) -> bool| -> Vec<u32> {
            plan.rfcs
                .iter()
                .zip(0..)
                .filter(|(it, _)| covers(&it.covers))
                .map(|(_, at)| at)
                .collect()
        };
        let mut sites_of_ring = vec![Vec::new(); plan.rings.len()];
        for (ring, site) in plan.ring_of.iter().zip(0..) {
            if let Some(sites) = sites_of_ring.get_mut(*ring as usize) {
                sites.push(site);
            }
        }
        let messages = || plan.communications.iter().flat_map(|it| &it.messages);
        let templates = positions(plan.templates.iter().map(|it| &it.id));
        let template_of = |site: &crate::site::Site| templates.get(&site.template).copied();
        Self {
            sites: positions(plan.sites.iter().map(|it| &it.id)),
            components: positions(plan.components.iter().map(|it| &it.id)),
            rings: positions(plan.rings.iter().map(|it| &it.id)),
            people: positions(plan.people.iter().map(|it| &it.id)),
            rfcs: positions(plan.rfcs.iter().map(|it| &it.id)),
            rfcs_of_ring: plan
                .rings
                .iter()
                .map(|ring| covering(&|it| it.rings.contains(&ring.id)))
                .collect(),
            rfcs_of_component: plan
                .components
                .iter()
                .map(|component| covering(&|it| it.components.contains(&component.id)))
                .collect(),
            sites_of_ring,
            template_of_site: plan
                .sites
                .iter()
                .map(|site| template_of(site).unwrap_or(u32::MAX))
                .collect(),
            parts: plan.rfcs.iter().map(|it| plan.part_digest(&it.covers)).collect(),
            holders: holders(plan),
            versions: plan.sites.iter().map(|_| Kept::default()).collect(),
            places: plan.rfcs.iter().map(|_| Kept::default()).collect(),
            release: Some(plan.release.digest()),
            known_issues: Kept::default(),
            before_slots: messages()
                .filter(|it| {
                    let trigger = it.trigger().ok();
                    trigger.is_some_and(|it| it.is_before_slot() || it == Trigger::SlotMoved)
                })
                .map(|it| it.id.clone())
                .collect(),
            has_untimed_messages: messages().any(|it| it.trigger().is_err()),
        }
    }
}

fn holders(plan: &MasterProjectPlan) -> BTreeMap<RoleType, Vec<u32>> {
    let mut holders: BTreeMap<RoleType, Vec<u32>> = BTreeMap::new();
    for (person, position) in plan.people.iter().zip(0..) {
        for role in &person.roles {
            let of_role = holders.entry(*role).or_default();
            if of_role.last() != Some(&position) {
                of_role.push(position);
            }
        }
    }
    holders
}

/// Returns an empty plan, which stands in until the real one has been found by its digest.
pub fn no_plan() -> Arc<MasterProjectPlan> {
    static NO_PLAN: LazyLock<Arc<MasterProjectPlan>> = LazyLock::new(|| {
        let zone = "UTC".parse().expect("because every time-zone database has UTC");
        let name = "none".parse().expect("because it is a name");
        Arc::new(MasterProjectPlan::empty(name, zone))
    });
    NO_PLAN.clone()
}
