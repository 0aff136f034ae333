//! What is promised of every entry, and of every moment of rest.
//!
//! House rule: nothing starts that a gate forbids; nothing waits without saying on what. The
//! checks read the plan and the state by themselves and ask no guard.

use super::world::World;
use crate::agenda::{broken_budget, running_grants};
use crate::facts::Look;
use crate::waiting::{WaitingOn, has_left, holders, why};
use model::command::Command;
use model::component::{CoreComponent, CoreMode};
use model::event::{Actor, Event};
use model::guard::{Guard, Supplier};
use model::machine::{
    ComponentState, ComponentTransition, DeploymentState, DeploymentTransition, RfcState,
    RfcTransition, SignOffTransition, SiteState, SiteTransition,
};
use model::profile::Profile;
use model::rights::Rights;
use model::ring::{Concurrency, RunningSites};
use model::ring::{choices, resume_act};
use model::run::{RunKind, TrackState};
use model::scope::Scope;
use model::sheet::{self, Sheet};
use model::state::{RingCounts, RingState, SiteCount, State};

/// Checks that `event` may happen now.
pub(super) fn before(world: &World, event: &Event, actor: &Actor) {
    let state = &world.state;
    match event {
        Event::Site { site, transition: SiteTransition::Started, .. } => site_starts(world, site),
        Event::Site { site, transition: SiteTransition::Resumed, .. } => {
            assert!(state.site_care.goes_on(site).is_some(), "nobody decided that {site} goes on");
            let site = state.plan.site_index(site).unwrap();
            assert!(is_open(world, site) && works(state), "a site resumes outside its window");
            has_its_turn(world, site);
            lines_hold(world, site);
        }
        Event::Site { site, transition: SiteTransition::NextWindowBegan, .. } => {
            let site = state.plan.site_index(site).unwrap();
            assert!(
                is_open(world, site) && is_authorised(world, |it| covers_site(state, it, site))
            );
            lines_hold(world, site);
        }
        Event::Component { component, transition: ComponentTransition::Started, .. } => {
            component_starts(world, state.component(component).unwrap().0);
        }
        Event::OrderIntended { scope, track, .. } => {
            step_goes_on(world, scope, *track);
            let run = state.run(scope).unwrap();
            if run.tracks[*track as usize].state == TrackState::InFlight {
                return;
            }
            let in_flight = world.in_flight().len();
            assert!(in_flight < state.plan.limits.orders_at_once as usize, "orders at once");
            let at_once = run.tracks.iter().filter(|it| it.state == TrackState::InFlight).count();
            let limit = state.plan.limits.computers_at_once_per_site as usize;
            assert!(!matches!(scope, Scope::Site(_)) || at_once < limit, "computers at once");
        }
        Event::StepAsked { scope, track, .. } => step_goes_on(world, scope, *track),
        Event::SignOff { slot, transition, document, .. } => {
            use SignOffTransition::{Declined, Signed, SignedWithExceptions};
            if matches!(transition, Signed | SignedWithExceptions | Declined) {
                assert_eq!(*document, sheet::digest(state, &slot.sheet), "{slot} of another sheet");
                let by = actor.person().expect("because only people sign");
                let roles = state.roles_of(by, &slot.sheet.scope());
                let delegated = state.delegated_slot(by, slot, world.now).is_some();
                assert!(roles.contains(&slot.role) || delegated, "{by} is not {}", slot.role);
            }
        }
        Event::RfcApproved { rfc, part, .. } => {
            let (planned, _) = state.rfc(rfc).unwrap();
            let by = actor.person().unwrap();
            assert_eq!(Some(*part), state.part_of(&planned.id));
            let is_party = *by == planned.requested_by || planned.implementers.contains(by);
            assert!(!is_party || state.plan.profile == Profile::Solo, "{by} approves {rfc}");
        }
        Event::Rfc { rfc, transition: RfcTransition::Authorised, part, .. } => {
            let (planned, status) = state.rfc(rfc).unwrap();
            assert_eq!(*part, state.part_of(&planned.id));
            let digests = world.record.iter().rev().filter_map(|it| match &it.event {
                Event::RfcApproved { rfc: of, part, .. } if of == rfc => Some(*part),
                _ => None,
            });
            let approved: Vec<_> = digests.take(status.approvals.len()).collect();
            let levels = state.levels_of(planned, status);
            let quorum: usize = levels.iter().map(|it| usize::from(it.quorum)).sum();
            let is_whole = approved.len() >= quorum && approved.iter().all(|it| Some(*it) == *part);
            assert!(is_whole, "{rfc} {status:?}: {quorum} of {levels:?}, {approved:?}, {part:?}");
        }
        Event::Deployment { transition: DeploymentTransition::SitesCompleted, .. } => {
            let is_settled = |it| matches!(it, SiteState::SignedOff | SiteState::Exempt);
            assert!(state.sites.iter().all(|it| is_settled(it.state)));
            nothing_is_left_over(state);
        }
        Event::Deployment { transition: DeploymentTransition::DeclaredStable, .. } => {
            let stays = [SiteState::SignedOff, SiteState::Exempt, SiteState::Reconfirm];
            assert!(state.sites.iter().all(|it| stays.contains(&it.state)), "not all sites stand");
            let core = state.components.iter().all(|it| is_there(it.state));
            assert!(core, "not all components stand");
            nothing_is_left_over(state);
        }
        Event::Deployment {
            transition:
                DeploymentTransition::QuietPeriodEnded | DeploymentTransition::DeclaredComplete,
            ..
        } => nothing_is_left_over(state),
        Event::Ring { ring, transition: model::event::RingTransition::Resumed, .. } => {
            // All agreed to the same sites.
            let given = |only: Vec<_>| state.concurrences.get(&resume_act(ring, &only));
            let people = choices().filter_map(given).map(|given| {
                given.iter().map(|it| &it.by).collect::<std::collections::BTreeSet<_>>().len()
            });
            assert!(
                people.max() >= Some(2) || state.plan.profile == Profile::Solo,
                "{ring} resumed alone"
            );
        }
        _ => {}
    }
}

/// No milestone passes a site or component of the plan where nobody has been and that nobody left out.
fn nothing_is_left_over(state: &State) {
    for (planned, status) in state.plan.components.iter().zip(&state.components) {
        let is_out = status.state == ComponentState::Descoped;
        assert!(is_out || status.runs > 0, "component {} was never deployed", planned.id);
    }
    for (planned, status) in state.plan.sites.iter().zip(&state.sites) {
        let is_out = status.state == SiteState::Exempt;
        assert!(is_out || status.runs > 0, "site {} was never deployed", planned.id);
    }
}

/// No ring goes on over its budget.
fn rings_hold(world: &World) {
    let state = &world.state;
    if !works(state) || state.history.clock.is_some() {
        return;
    }
    for (planned, status) in state.plan.rings.iter().zip(&state.rings) {
        let is_over = broken_budget(planned, status);
        let stands = matches!(status.state, RingState::Waiting | RingState::Halted);
        assert!(stands || is_over.is_none(), "ring {}: {is_over:?}", planned.id);
    }
}

/// Whatever waits for a ring waits for one of the plan that is not behind it.
fn waits_for_a_ring(state: &State, wait: &WaitingOn) {
    let ring = wait.what.strip_prefix("ring ").filter(|_| wait.guard == Some(Guard::S8));
    let Some(ring) = ring.and_then(|it| it.split([' ', ':']).next()) else { return };
    let ring = state.ring(&ring.parse().unwrap()).map(|(_, it)| it.state);
    assert!(ring.is_some_and(|it| it != RingState::Passed), "{}: {}", wait.scope, wait.what);
}

fn covers_site(state: &State, covers: &model::rfc::Covers, site: usize) -> bool {
    covers.sites.contains(&state.plan.sites[site].id)
        || covers.rings.contains(&state.plan.rings[state.plan.ring_of[site] as usize].id)
}

/// S2, C1: an RFC in force covers it, with the digest of the plan part as it is now.
fn is_authorised(world: &World, covers: impl Fn(&model::rfc::Covers) -> bool) -> bool {
    let state = &world.state;
    let standard = state.change_schedule.standard.iter().map(|it| &it.request);
    state.plan.rfcs.iter().chain(standard).filter(|it| covers(&it.covers)).any(|planned| {
        let (_, status) = state.rfc(&planned.id).unwrap();
        let is_begun = status.state == RfcState::Implementing;
        let is_in_force =
            is_begun || matches!(status.state, RfcState::Scheduled | RfcState::EmergencyAuthorised);
        is_in_force
            && (is_begun || status.until.is_none_or(|it| world.now < it))
            && (status.part.as_ref() == world.parts.get(&planned.id)
                || state
                    .change_schedule
                    .standard(&planned.id)
                    .is_some_and(|_| status.part == state.part_of(&planned.id)))
    })
}

/// S7 of the night plan, by the clock on the wall.
fn is_open(world: &World, site: usize) -> bool {
    let plan = &world.state.plan;
    if plan.freezes.is_empty() {
        return true;
    }
    let local = world.now.to_zoned(plan.sites[site].zone.rules());
    let frozen = ["2027-01-06", "2027-01-07"].contains(&local.date().to_string().as_str());
    !frozen && (local.hour() >= 22 || local.hour() < 4)
}

fn is_there(state: ComponentState) -> bool {
    matches!(state, ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped)
}

fn site_starts(world: &World, id: &model::id::SiteId) {
    let state = &world.state;
    let plan = &state.plan;
    let position = plan.site_index(id).unwrap();
    let (site, ring) = (&plan.sites[position], plan.ring_of[position] as usize);
    let (planned, status) = (&plan.rings[ring], &state.rings[ring]);
    assert!(works(state), "{id} starts while the deployment is {}", state.deployment);
    // A plan that was revised since all sites were signed off brings others.
    let is_declared = state.deployment == DeploymentState::QuietPeriod;
    assert!(!is_declared || state.sites[position].runs > 0, "{id} begins in the quiet period");
    assert!(is_open(world, position), "{id} starts outside its window");
    assert!(is_authorised(world, |it| covers_site(state, it, position)), "{id} has no RFC");
    let advance = |it: &&CoreComponent| it.mode == CoreMode::Advance;
    let needed = plan.components.iter().filter(|it| advance(it) || site.needs.contains(&it.id));
    for component in needed {
        let status = state.component(&component.id).unwrap().1;
        assert!(is_there(status.state), "{id} starts while {} is {}", component.id, status.state);
    }
    let is_signed = state.is_locked(&Sheet::CoreInterim) || state.is_locked(&Sheet::CoreFinal);
    assert!(is_signed || !plan.components.iter().any(|it| advance(&it)));
    let earlier_passed = state.rings[..ring].iter().all(|it| it.state == RingState::Passed);
    assert!(earlier_passed, "{id} starts before its ring's turn");
    assert!(matches!(status.state, RingState::Open | RingState::Soaking | RingState::Passed));
    for scope in ["deployment".to_owned(), format!("ring/{}", planned.id), format!("site/{id}")] {
        assert!(!state.holds.contains_key(&scope), "{id} starts while {scope} is held");
    }
    assert!(broken_budget(planned, status).is_none(), "{id} starts over its ring's budget");
    has_its_turn(world, position);
    lines_hold(world, position);
}

/// No more sites deploy at once than may, when the site at `position` does as well. One that has
/// failed does not count against itself.
fn has_its_turn(world: &World, position: usize) {
    let (state, plan) = (&world.state, &world.state.plan);
    let id = &plan.sites[position].id;
    let ring = plan.ring_of[position] as usize;
    let (planned, status) = (&plan.rings[ring], &state.rings[ring]);
    let running = |of: Option<usize>| {
        let sites = state.sites.iter().zip(&plan.ring_of);
        let sites = sites.filter(|(_, ring)| of.is_none_or(|of| of == **ring as usize));
        sites.filter(|(it, _)| matches!(it.state, SiteState::Deploying | SiteState::Paused)).count()
    };
    assert!(running(None) < plan.limits.sites_at_once as usize, "{id}: sites at once");
    let is_bad = matches!(state.sites[position].counts_as, SiteCount::Failed | SiteCount::Lost)
        && !status.excused.contains_key(id);
    let bad = status.failed() + status.lost() - usize::from(is_bad);
    let allowed = match planned.concurrency {
        Concurrency::Free => planned.sites_at_once as usize,
        Concurrency::Ramp => {
            let earned = [(0, 1), (1, 2), (3, 4), (7, 8)];
            let widths = earned.iter().filter(|(after, _)| *after <= status.counts.verified);
            widths.map(|(_, width)| *width).max().unwrap().min(planned.sites_at_once as usize)
        }
        Concurrency::Strict => 1_usize.saturating_sub(bad),
    };
    assert!(running(Some(ring)) < allowed, "{id}: {allowed} at once in its ring");
}

fn works(state: &State) -> bool {
    matches!(
        state.deployment,
        DeploymentState::Deploying | DeploymentState::Stabilizing | DeploymentState::QuietPeriod
    )
}

/// No line carries more than its limit when the site at `position` begins as well.
fn lines_hold(world: &World, position: usize) {
    let plan = &world.state.plan;
    let site = &plan.sites[position];
    let Some(link) = site.link.as_ref().filter(|_| !site.prestaged) else { return };
    if plan.release.deliverables.is_empty() {
        return;
    }
    let look = Look::new(&world.state, world.now);
    let share = u8::from(link.share_in_window_percent);
    let mine = u64::from(link.kbit_per_s) * u64::from(share) / 100;
    let held: u64 = running_grants(&look).iter().map(|it| u64::from(it.kbit_per_s)).sum();
    assert!(plan.limits.source_kbit_per_s.is_none_or(|it| held + mine <= it), "the source is full");
    assert!(plan.limits.uplinks_kbit_per_s.values().all(|it| held + mine <= *it));
}

fn component_starts(world: &World, planned: &CoreComponent) {
    let (state, id) = (&world.state, &planned.id);
    assert!(works(state), "{id} starts while the deployment is {}", state.deployment);
    assert!(is_authorised(world, |it| it.components.contains(id)), "{id} has no RFC");
    for needed in &planned.needs {
        let status = state.component(needed).unwrap().1;
        assert!(is_there(status.state), "{id} starts while {needed} is {}", status.state);
    }
    for scope in ["deployment".to_owned(), "core".to_owned(), format!("component/{id}")] {
        assert!(!state.holds.contains_key(&scope), "{id} starts while {scope} is held");
    }
}

fn step_goes_on(world: &World, scope: &Scope, track: u32) {
    let state = &world.state;
    let run = state.run(scope).unwrap();
    let track = &run.tracks[track as usize];
    let is_behind = world.ahead > 0 && track.state == TrackState::InFlight;
    assert!(is_behind || track.state == TrackState::Waiting, "one order at a time on a track");
    assert!(is_behind || track.ahead == 0, "what stood behind the one before is not called back");
    assert_eq!(track.stage, run.stage, "stages follow one another");
    assert!(track.not_before.is_none_or(|it| it <= world.now), "a further try comes too early");
    may_go_on(world, scope);
}

/// A site that may not go on is given no orders, and those that it has been given are called back.
fn may_go_on(world: &World, scope: &Scope) {
    let state = &world.state;
    let stands = matches!(state.deployment, DeploymentState::Held | DeploymentState::Terminating);
    let goes_back = stands && state.run(scope).unwrap().kind != RunKind::Deploy;
    assert!(works(state) || goes_back, "a step starts while it is {}", state.deployment);
    if let Scope::Component(id) = scope {
        let status = state.component(id).unwrap().1;
        for around in ["deployment".to_owned(), "core".to_owned(), scope.to_string()] {
            let hold = state.holds.get(&around);
            let goes_on = hold.is_none_or(|it| status.since <= it.since);
            assert!(
                goes_on || status.state != ComponentState::Deploying,
                "{id} goes on while {around} is held"
            );
        }
    }
    let Scope::Site(id) = scope else { return };
    let position = state.plan.site_index(id).unwrap();
    match state.sites[position].state {
        SiteState::RollingBack => {}
        SiteState::Deploying => {
            let ring = state.plan.ring_of[position] as usize;
            let stops = state.plan.rings[ring].halting.running == RunningSites::Stop;
            assert!(
                !stops || state.rings[ring].state != RingState::Halted,
                "{id} has to stop: {}",
                world.story(world.record.len() - 60, &[id.as_str(), "ring"])
            );
            assert!(is_open(world, position), "{id} goes on outside its window");
            assert!(is_authorised(world, |it| covers_site(state, it, position)), "{id} has no RFC");
        }
        other => panic!("a step of {id} starts while it is {other}"),
    }
}

/// Checks what must hold after every entry.
pub(super) fn after(world: &World) {
    let state = &world.state;
    let mut counts = vec![RingCounts::default(); state.rings.len()];
    for (site, ring) in state.sites.iter().zip(&state.plan.ring_of) {
        counts[*ring as usize].planned += 1;
        *counts[*ring as usize].of(site.counts_as) += 1;
    }
    assert!(state.rings.iter().map(|it| it.counts).eq(counts), "the counts of the rings are right");
    let runs = state.sites.iter().filter_map(|it| it.run.as_deref());
    let runs = runs.chain(state.components.iter().filter_map(|it| it.run.as_ref()));
    let busy =
        |it: &&model::run::Track| matches!(it.state, TrackState::InFlight | TrackState::Asked);
    let tracks: Vec<_> = runs.flat_map(|it| &it.tracks).collect();
    let behind: usize = tracks.iter().map(|it| usize::from(it.ahead)).sum();
    let busy = tracks.into_iter().filter(busy).count();
    assert_eq!(busy + behind, state.orders.len(), "every track that is at work has its orders");
    assert_eq!(behind, state.orders.values().filter(|it| state.is_behind(it)).count());
}

/// Checks what must hold when nothing is left to do now.
pub(super) fn at_rest(world: &World) {
    rings_hold(world);
    let state = &world.state;
    let mut scopes: Vec<(Scope, bool)> = Vec::new();
    for (planned, status) in state.plan.components.iter().zip(&state.components) {
        scopes.push((Scope::Component(planned.id.clone()), is_there(status.state)));
    }
    for (planned, status) in state.plan.sites.iter().zip(&state.sites) {
        let rests = matches!(status.state, SiteState::SignedOff | SiteState::Exempt);
        scopes.push((Scope::Site(planned.id.clone()), rests));
    }
    for (planned, status) in state.plan.rings.iter().zip(&state.rings) {
        scopes.push((Scope::Ring(planned.id.clone()), status.state == RingState::Passed));
    }
    for (planned, status) in state.plan.rfcs.iter().zip(&state.rfcs) {
        let rests = !matches!(
            status.state,
            RfcState::Draft
                | RfcState::Submitted
                | RfcState::Assessing
                | RfcState::Authorised
                | RfcState::Implemented
                | RfcState::Reviewed
        );
        let is_template = planned.template.is_some();
        scopes.push((Scope::Rfc(planned.id.clone()), rests || is_template));
    }
    let stands = matches!(
        state.deployment,
        DeploymentState::Draft | DeploymentState::Ready | DeploymentState::Held
    );
    scopes.push((Scope::Deployment, !stands));
    for (order, place) in state.orders.iter().filter(|(_, it)| state.is_behind(it)) {
        if !world.called_back.contains(order) {
            may_go_on(world, &place.scope);
        }
    }
    for (scope, rests) in scopes {
        let waits = why(state, world.now, &scope);
        let is_moving = state.orders.values().any(|it| it.scope == scope);
        let says = rests || is_moving || !waits.is_empty();
        let story = || {
            let name = scope.to_string();
            let story = world.story(1, &[name.rsplit('/').next().unwrap()]);
            let last = story.lines().count().saturating_sub(8);
            let last: Vec<&str> = story.lines().skip(last).collect();
            format!("{} in {}", last.join("\n"), state.deployment)
        };
        assert!(says, "{scope} waits and does not say on what:\n{}", story());

        for wait in waits {
            waits_for_a_ring(state, &wait);
            assert!(
                !wait.what.contains("the engine takes it up"),
                "{scope}: {}\n{}",
                wait.what,
                story()
            );
            match &wait.supplier {
                Supplier::Roles(roles) => {
                    let rights = wait.command.as_ref().map_or(Rights::Contribute, Command::rights);
                    let left = |it: &_| has_left(state, it, rights);
                    let nobody = holders(state, &wait.scope, roles).iter().all(left);
                    assert!(
                        nobody || !wait.people.is_empty(),
                        "{scope} names nobody: {}",
                        wait.what
                    );
                }
                Supplier::At(at) => {
                    assert!(*at > world.now, "{scope} waits for {at}, which is past");
                }
                Supplier::System => {}
            }
        }
    }
}
