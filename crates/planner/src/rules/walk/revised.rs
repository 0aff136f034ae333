//! Plans as they are revised once work has begun: other words and times, and another scope. Sites come,
//! move and leave; rings come between others, are split and are joined; components come and leave.
//!
//! House rule: what was never begun may leave the plan; whatever is left to do has a request for change.

use super::dice::Chance;
use model::component::{CoreComponent, CoreMode};
use model::id::{ComponentId, RingId, SiteId};
use model::machine::RfcState;
use model::plan::MasterProjectPlan;
use model::rfc::{Covers, RequestForChange};
use model::ring::Ring;
use model::site::Site;
use model::state::State;

/// The most of anything that revisions lead to, and the least that they leave: walks stay short.
const SITES: std::ops::RangeInclusive<usize> = 5..=12;
const RINGS: std::ops::RangeInclusive<usize> = 2..=5;
const COMPONENTS: std::ops::RangeInclusive<usize> = 1..=4;

/// Returns the plan of `state` with something changed: some of it voids an authorisation, some does not.
pub(super) fn changed(state: &State, chance: &mut Chance) -> MasterProjectPlan {
    let mut plan = MasterProjectPlan::clone(&state.plan);
    let (ring, site) = (chance.below(plan.rings.len()), chance.below(plan.sites.len()));
    match chance.below(5) {
        0 => plan.title += "+",
        1 => plan.rings[ring].soak_s += 60,
        2 => plan.sites[site].users += 1,
        3 => {
            let component = chance.below(plan.components.len());
            plan.components[component].steps[0].time_limit_s += 1;
        }
        _ => {
            plan.templates[0].each_computer.pop();
        }
    }
    plan
}

/// Returns the plan of `state` with another scope, or other rings.
pub(super) fn rescoped(state: &State, chance: &mut Chance) -> MasterProjectPlan {
    let mut plan = MasterProjectPlan::clone(&state.plan);
    match chance.below(9) {
        0 | 1 => site_added(&mut plan, chance),
        2 => site_moved(&mut plan, chance),
        3 => site_left_out(&mut plan, state, chance),
        4 => ring_inserted(&mut plan, chance),
        5 => ring_split(&mut plan, chance),
        6 => ring_joined(&mut plan, chance),
        7 => component_added(&mut plan, chance),
        _ => component_left_out(&mut plan, state, chance),
    }
    empty_rings_left_out(&mut plan);
    covered(&mut plan, state);
    plan
}

fn position(of: usize) -> u32 {
    u32::try_from(of).unwrap()
}

/// Returns the first of the names with this `prefix` that nothing in the plan ever had: whatever left it
/// does not come back as something else.
fn fresh<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, chance: &mut Chance) -> T {
    format!("{prefix}-{}", chance.below(usize::MAX)).parse().unwrap()
}

fn site_added(plan: &mut MasterProjectPlan, chance: &mut Chance) {
    if plan.sites.len() >= *SITES.end() {
        return;
    }
    let like = plan.sites[chance.below(plan.sites.len())].clone();
    let id: SiteId = fresh("late", chance);
    plan.sites.push(Site { id, ..like });
    plan.ring_of.push(position(chance.below(plan.rings.len())));
}

fn site_moved(plan: &mut MasterProjectPlan, chance: &mut Chance) {
    let (site, ring) = (chance.below(plan.sites.len()), chance.below(plan.rings.len()));
    plan.ring_of[site] = position(ring);
}

fn site_left_out(plan: &mut MasterProjectPlan, state: &State, chance: &mut Chance) {
    let begun = |it: usize| state.sites.get(it).is_some_and(|it| it.runs > 0);
    let may: Vec<usize> = (0..plan.sites.len()).filter(|it| !begun(*it)).collect();
    if may.is_empty() || plan.sites.len() <= *SITES.start() {
        return;
    }
    let site = may[chance.below(may.len())];
    plan.sites.remove(site);
    plan.ring_of.remove(site);
}

/// Puts a ring where `at` is, with the sites that are chosen.
fn ring_put(plan: &mut MasterProjectPlan, at: usize, chance: &mut Chance, sites: &[usize]) {
    let id: RingId = fresh("between", chance);
    let like = plan.rings[at.min(plan.rings.len() - 1)].clone();
    plan.rings.insert(at, Ring { id, ..like });
    for ring in plan.ring_of.iter_mut().filter(|it| **it >= position(at)) {
        *ring += 1;
    }
    for site in sites {
        plan.ring_of[*site] = position(at);
    }
}

fn ring_inserted(plan: &mut MasterProjectPlan, chance: &mut Chance) {
    if plan.rings.len() >= *RINGS.end() {
        return;
    }
    let (at, site) = (chance.below(plan.rings.len() + 1), chance.below(plan.sites.len()));
    ring_put(plan, at, chance, &[site]);
}

fn ring_split(plan: &mut MasterProjectPlan, chance: &mut Chance) {
    let ring = chance.below(plan.rings.len());
    let sites = (0..plan.sites.len()).filter(|it| plan.ring_of[*it] == position(ring));
    let half: Vec<usize> = sites.step_by(2).collect();
    if plan.rings.len() < *RINGS.end() {
        ring_put(plan, ring + chance.below(2), chance, &half);
    }
}

/// Takes a ring out; its sites go to the one before or after it.
fn ring_joined(plan: &mut MasterProjectPlan, chance: &mut Chance) {
    let (from, to) = (chance.below(plan.rings.len()), chance.below(plan.rings.len()));
    for ring in &mut plan.ring_of {
        if *ring == position(from) {
            *ring = position(to);
        }
    }
}

/// A ring without sites is a fault of a plan.
fn empty_rings_left_out(plan: &mut MasterProjectPlan) {
    for ring in (0..plan.rings.len()).rev() {
        if plan.ring_of.contains(&position(ring)) || plan.rings.len() <= *RINGS.start() {
            continue;
        }
        let gone = plan.rings.remove(ring).id;
        for later in plan.ring_of.iter_mut().filter(|it| **it > position(ring)) {
            *later -= 1;
        }
        for rfc in &mut plan.rfcs {
            rfc.covers.rings.retain(|it| *it != gone);
        }
    }
}

fn component_added(plan: &mut MasterProjectPlan, chance: &mut Chance) {
    if plan.components.len() >= *COMPONENTS.end() {
        return;
    }
    let like = plan.components[chance.below(plan.components.len())].clone();
    let id: ComponentId = fresh("more", chance);
    let mode = if chance.once_in(2) { CoreMode::Advance } else { CoreMode::Parallel };
    plan.components.push(CoreComponent { id: id.clone(), mode, ..like });
    if chance.once_in(2) {
        let site = chance.below(plan.sites.len());
        plan.sites[site].needs.push(id);
    }
}

fn component_left_out(plan: &mut MasterProjectPlan, state: &State, chance: &mut Chance) {
    let begun = |it: usize| state.components.get(it).is_some_and(|it| it.runs > 0);
    let may: Vec<usize> = (0..plan.components.len()).filter(|it| !begun(*it)).collect();
    if may.is_empty() || plan.components.len() <= *COMPONENTS.start() {
        return;
    }
    let gone = plan.components.remove(may[chance.below(may.len())]).id;
    for other in &mut plan.components {
        other.needs.retain(|it| *it != gone);
    }
    for site in &mut plan.sites {
        site.needs.retain(|it| *it != gone);
    }
    for rfc in &mut plan.rfcs {
        rfc.covers.components.retain(|it| *it != gone);
    }
}

/// Gives each ring and component that no request covers one that can still be authorised, and takes out
/// those that cover nothing any more and were not begun.
fn covered(plan: &mut MasterProjectPlan, state: &State) {
    use RfcState::{Assessing, Authorised, Draft, Implementing, Scheduled, Submitted};
    let stands = |it: &RequestForChange| state.rfc(&it.id).map(|(_, it)| it.state);
    let has_begun =
        |it: RfcState| !matches!(it, Draft | Submitted | Assessing | Authorised | Scheduled);
    plan.rfcs.retain(|it| {
        let is_empty = it.covers == Covers::default() && it.template.is_none();
        !is_empty || stands(it).is_some_and(has_begun)
    });
    let is_live = |it: &&RequestForChange| {
        stands(it).is_none_or(|it| !has_begun(it) || it == Implementing) && it.template.is_none()
    };
    let live: Vec<&Covers> = plan.rfcs.iter().filter(is_live).map(|it| &it.covers).collect();
    let rings = plan.rings.iter().map(|it| it.id.clone());
    let rings: Vec<_> = rings.filter(|it| !live.iter().any(|of| of.rings.contains(it))).collect();
    let components = plan.components.iter().map(|it| it.id.clone());
    let components: Vec<_> =
        components.filter(|it| !live.iter().any(|of| of.components.contains(it))).collect();
    if rings.is_empty() && components.is_empty() {
        return;
    }
    let id = format!("R-more-{}", state.seq).parse().unwrap();
    let covers = Covers { components, rings, sites: vec![] };
    plan.rfcs.push(RequestForChange { id, covers, ..state.plan.rfcs[0].clone() });
}
