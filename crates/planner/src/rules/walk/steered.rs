//! Walks that people steer: to the sealed record and to an early end, with trouble by chance in an
//! excursion from every station on the way.
//!
//! House rule: whoever is asked can do it, up to the end; and whatever else anybody may do, can be
//! done somewhere on the way there.

use super::dice::{Chance, Drawn};
use super::{Seen, answered, anybody, drawn, plans, rescope, step};
use crate::rules::world::World;
use model::command::Command;
use model::machine::{
    ComponentState, DeploymentState, MilestoneState, QuietPeriodState, SiteState,
};
use model::milestone::Milestone;
use model::state::RingState;
use model::termination::TerminationCommand;

/// The most rounds of answers until a record must be sealed.
const ROUNDS_MAX: usize = 2_000;

/// At one in how many stations the scope is revised.
const REVISED_ONCE_IN: usize = 3;

/// How many commands are drawn in one excursion.
const DRAWS: usize = 60;

/// A way to steer one of the plans, chosen by a seed.
pub(super) type Steer = fn(u64, &mut Seen) -> World;

/// How a deployment stands, as far as other commands may be given there.
type Station = (
    DeploymentState,
    [MilestoneState; 2],
    Option<QuietPeriodState>,
    Option<(ComponentState, RingState, SiteState)>,
);

fn station(world: &World) -> Station {
    let state = &world.state;
    let milestones = [Milestone::Stable, Milestone::Complete].map(|it| state.milestones.state(it));
    let works = state.deployment == DeploymentState::Deploying;
    let first =
        works.then(|| (state.components[0].state, state.rings[1].state, state.sites[0].state));
    (state.deployment, milestones, state.quiet_periods.last().map(|it| it.state), first)
}

/// Lets people steer a deployment of a plan until its record is sealed. Returns where it came to.
pub(super) fn to_the_seal(seed: u64, seen: &mut Seen) -> World {
    let (mut world, mut chance) = begun(seed);
    steer(&mut world, &mut chance, seen, &|_| false);
    world
}

/// Lets people steer a deployment of a plan until a site is signed off, and then give it up until
/// its record is sealed. Returns where it came to.
pub(super) fn to_an_early_end(seed: u64, seen: &mut Seen) -> World {
    let (mut world, mut chance) = begun(seed);
    steer(&mut world, &mut chance, seen, &|it| it.state.sites[0].state == SiteState::SignedOff);
    let begin = TerminationCommand::Begin { reason: "the release is withdrawn".to_owned() };
    let begin = Command::Termination(begin);
    for person in ["hedda", "winifred"] {
        world.act(person, &begin).unwrap();
    }
    steer(&mut world, &mut chance, seen, &|_| false);
    world
}

fn begun(seed: u64) -> (World, Chance) {
    let plans = plans::plans();
    let which = usize::try_from(seed).unwrap() % plans.len();
    (World::of(plans[which].clone()), Chance(1_000 + seed))
}

/// Lets people do what they are asked, with an excursion from every station, until `is_there` or the
/// record is sealed.
fn steer(
    world: &mut World,
    chance: &mut Chance,
    seen: &mut Seen,
    is_there: &dyn Fn(&World) -> bool,
) {
    let mut last = None;
    for _ in 0..ROUNDS_MAX {
        world.look();
        if world.state.is_sealed() || is_there(world) {
            excursion(world.clone(), chance, seen);
            return;
        }
        let here = station(world);
        if last.replace(here) != Some(here) {
            excursion(world.clone(), chance, seen);
            if chance.once_in(REVISED_ONCE_IN) {
                rescope(world, chance, seen);
                world.look();
            }
        }
        for wait in world.waits() {
            answered(world, seen, &wait);
        }
        if !world.state.is_sealed() {
            world.settle_once();
        }
    }
    panic!("its record is never sealed: {:#?}", world.waits());
}

/// Lets anybody try anything, most of all what nobody has got through with yet.
fn excursion(mut world: World, chance: &mut Chance, seen: &mut Seen) {
    for _ in 0..DRAWS {
        let command = drawn(&mut world, chance);
        let is_known = seen.accepted.contains_key(&command.kind());
        if !is_known || chance.once_in(60) {
            anybody(&mut world, chance, seen, &command);
        }
        if chance.once_in(60) {
            step(&mut world, chance, seen);
        }
    }
}
