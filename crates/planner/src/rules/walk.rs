//! Random walks: any command by anybody at any time, faults and answers in between; the promises
//! hold at every entry, and when faults stop and people answer, the deployment comes to its end.
//!
//! House rule: nothing starts that a gate forbids; nothing waits without saying on what.

mod dice;
mod draws;
mod plans;
mod revised;
mod steered;

pub(super) use plans::full as full_plan;

use super::world::{WELL, World, exit, unknown, unreachable};
use crate::agenda::agenda;
use crate::people::answer;
use crate::waiting::WaitingOn;
pub(super) use dice::Chance;
use dice::{Dice, Drawn};
use jiff::Timestamp;
use model::command::Command;
use model::decide::{Acting, decide};
use model::digest::Digest;
use model::event::{Entry, Event};
use model::id::PersonId;
use model::machine::DeploymentState;
use model::plan::MasterProjectPlan;
use model::refusal::{Refusal, RefusalCode};
use model::role_type::RoleType;
use model::state::State;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use strum::VariantArray;

/// A command that was accepted, and where.
#[derive(Clone)]
pub(super) struct Sample {
    pub(super) state: State,
    pub(super) now: Timestamp,
    pub(super) person: PersonId,
    pub(super) command: Command,
    pub(super) plan: Option<Arc<MasterProjectPlan>>,
}

/// What walks saw.
#[derive(Default)]
pub(super) struct Seen {
    /// The first command of each kind that was accepted.
    pub(super) accepted: BTreeMap<String, Sample>,
    refused: BTreeMap<String, usize>,
}

impl Seen {
    fn accepted(
        &mut self,
        world: &World,
        (person, command, plan): (&PersonId, &Command, Option<&Arc<MasterProjectPlan>>),
    ) {
        self.accepted.entry(command.kind()).or_insert_with(|| Sample {
            state: world.state.clone(),
            now: world.now,
            person: person.clone(),
            command: command.clone(),
            plan: plan.cloned(),
        });
    }

    fn refused(&mut self, kind: &str, world: &World, refusal: &Refusal) {
        says_how_to_go_on(world, refusal);
        *self.refused.entry(kind.to_owned()).or_default() += 1;
    }
}

/// What a person is told whom no single name helps.
const WAYS_ON: [&str; 9] = [
    "ask somebody else to act",
    "ask the ",
    "act as a person of the plan",
    "name somebody else",
    "name another holder in the plan",
    "in the plan holds that role type",
    "`landfall why` names who can",
    "it closes by itself",
    "begin one of your own",
];

/// Checks that `refusal` says what is wrong, and who or what helps.
fn says_how_to_go_on(world: &World, refusal: &Refusal) {
    let Refusal { code, text, next_step, .. } = refusal;
    assert!(!text.trim().is_empty() && !next_step.trim().is_empty(), "{refusal:?}");
    if *code == RefusalCode::NotPermitted {
        let people = world.state.plan.people.iter();
        let mut names = people.flat_map(|it| [it.id.as_str(), it.name()]).chain(WAYS_ON);
        let mut roles = RoleType::VARIANTS.iter().map(ToString::to_string);
        let names_somebody =
            names.any(|it| next_step.contains(it)) || roles.any(|it| next_step.contains(&it));
        assert!(names_somebody, "nobody is named: {text}; {next_step}");
    }
}

/// Lets one thing happen by chance.
fn step(world: &mut World, chance: &mut Chance, seen: &mut Seen) {
    match chance.below(25) {
        0..=2 => {
            world.look();
        }
        3..=6 => {
            let orders = world.in_flight();
            if let Some(order) = orders.get(chance.below(orders.len())) {
                let outcome = match chance.below(12) {
                    0 => exit(1),
                    1 => unreachable(),
                    2 => unknown(),
                    _ => WELL,
                };
                world.end(order, outcome);
            }
        }
        7..=9 => {
            world.look();
            let waits = world.waits();
            if let Some(wait) = waits.get(chance.below(waits.len())) {
                answered(world, seen, wait);
            }
        }
        10..=19 => attempt(world, chance, seen),
        24 => rescope(world, chance, seen),
        20 | 21 => {
            for _ in 0..chance.below(12) {
                if !is_over(world) && !world.settled_once() {
                    return;
                }
            }
        }
        _ => {
            let next = agenda(&world.state, world.now, usize::MAX).next_look;
            match next.filter(|_| chance.once_in(3)) {
                Some(next) => world.now = next,
                None => world.pass(i64::try_from(chance.below(20_000)).unwrap()),
            }
        }
    }
}

/// Lets everybody who has to agree to it revise the scope of the plan; not where it stands by now.
fn rescope(world: &mut World, chance: &mut Chance, seen: &mut Seen) {
    let plan = revised::rescoped(&world.state, chance);
    let digest = plan.digest();
    world.plans.insert(digest, Arc::new(plan));
    let (changes, removes_scope) = (vec!["as discussed".to_owned()], false);
    let reason = "as agreed with the customer".to_owned();
    let command = Command::RevisePlan { plan: digest, changes, removes_scope, reason };
    for person in WHO_REVISES {
        if world.state.plan_digest != digest {
            anybody_of(world, seen, &command, &[person.parse().unwrap()]);
        }
    }
}

/// Who may have to agree to a revised plan: Program Manager, customer, Change Authority, Solution Manager.
const WHO_REVISES: [&str; 4] = ["sabela", "winifred", "rosalind", "hedda"];

/// Lets the people whom `wait` asks answer: whoever is asked for a command can give it.
fn answered(world: &mut World, seen: &mut Seen, wait: &WaitingOn) {
    let Some((person, command, events)) = answer(&world.state, world.now, wait) else {
        is_explained(world, wait);
        return;
    };
    seen.accepted(world, (&person, &command, None));
    let actor = Acting::new(&world.state, &person, world.now).actor("test");
    for event in events {
        world.apply(event, actor.clone());
    }
}

/// Checks that whoever cannot do what they are asked for waits for something that is said beside.
fn is_explained(world: &World, wait: &WaitingOn) {
    let (Some(command), Some(person)) = (wait.command.clone(), wait.people.first()) else { return };
    let acting = Acting::new(&world.state, person, world.now);
    let refusal = decide(&acting, &crate::people::worded(&world.state, command)).unwrap_err();
    let closed = refusal.gate.iter().filter(|it| !it.verdict.passes());
    let waits = world.waits();
    let mut said = closed.map(|it| waits.iter().any(|wait| wait.guard == Some(it.guard)));
    if !(said.any(|it| it)) {
        panic!("{person} is asked and cannot: {}: {refusal}: {wait:?}", wait.what);
    }
}

fn is_over(world: &World) -> bool {
    matches!(
        world.state.deployment,
        DeploymentState::MilestoneReview
            | DeploymentState::Closing
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated
    )
}

/// The commands that end a deployment early, and so most walks.
const ENDS: [&str; 2] = ["Cancel", "Termination Begin"];

/// Lets somebody try a command; mostly one of a kind that nobody has got through with yet.
fn attempt(world: &mut World, chance: &mut Chance, seen: &mut Seen) {
    let is_new = chance.once_in(2);
    for _ in 0..60 {
        let command = drawn(world, chance);
        let kind = command.kind();
        if (is_new && seen.accepted.contains_key(&kind))
            || (ENDS.contains(&kind.as_str()) && !chance.once_in(14))
        {
            continue;
        }
        if anybody(world, chance, seen, &command) {
            return;
        }
    }
}

/// Returns a command, with the plan that it names at hand.
fn drawn(world: &mut World, chance: &mut Chance) -> Command {
    let mut command = Command::drawn(&mut Dice::new(&world.state, world.now, chance), "");
    if let Command::RevisePlan { plan, .. } = &mut command
        && !chance.once_in(8)
    {
        let new = if chance.once_in(2) {
            revised::changed(&world.state, chance)
        } else {
            revised::rescoped(&world.state, chance)
        };
        *plan = new.digest();
        world.plans.insert(*plan, Arc::new(new));
    }
    command
}

/// Lets people try `command` one after the other, strangers among them, until one gets through.
/// Returns whether one did.
fn anybody(world: &mut World, chance: &mut Chance, seen: &mut Seen, command: &Command) -> bool {
    let mut people: Vec<PersonId> =
        world.state.plan.people.iter().map(|it| it.id.clone()).collect();
    people.push("stranger".parse().unwrap());
    let first = chance.below(people.len());
    people.rotate_left(first);
    if chance.once_in(4) {
        people.truncate(1);
    }
    anybody_of(world, seen, command, &people)
}

/// Lets `people` try `command` one after the other, until one gets through. Returns whether one did.
fn anybody_of(world: &mut World, seen: &mut Seen, command: &Command, people: &[PersonId]) -> bool {
    let kind = command.kind();
    let plan = match command {
        Command::RevisePlan { plan, .. } => world.plans.get(plan).cloned(),
        _ => None,
    };
    for person in people {
        let acting = Acting::new(&world.state, person, world.now).with_plan(plan.as_deref());
        match decide(&acting, command) {
            Err(refusal) => {
                seen.refused(&kind, world, &refusal);
                if refusal.code != RefusalCode::NotPermitted {
                    return false;
                }
            }
            Ok(events) => {
                assert!(!events.is_empty(), "an accepted command leaves entries: {command:?}");
                seen.accepted(world, (person, command, plan.as_ref()));
                let actor = acting.actor("test");
                for event in events {
                    world.apply(event, actor.clone());
                }
                return true;
            }
        }
    }
    false
}

/// The record alone gives the same state, read back from what was stored too; so does a snapshot
/// taken anywhere, with the entries after it.
pub(super) fn reads_back(world: &World, chance: &mut Chance) {
    let stored: Vec<Entry> = world
        .record
        .iter()
        .map(|it| serde_json::from_slice(&serde_json::to_vec(it).unwrap()).unwrap())
        .collect();
    assert!(stored == world.record, "an entry reads back as it was written");
    let plan_of = |digest: &Digest| world.plans[digest].clone();
    let Event::DeploymentCreated { plan, .. } = &stored[0].event else { unreachable!() };
    let mut anew = State::begin(&stored[0], plan_of(plan)).unwrap();
    let snapshot = chance.below(stored.len());
    for (number, entry) in stored.iter().enumerate().skip(1) {
        let new_plan = match &entry.event {
            Event::PlanRevised { plan, .. } => Some(plan_of(plan)),
            _ => None,
        };
        anew.evolve(entry, new_plan).unwrap();
        if number == snapshot {
            let kept = anew.to_snapshot().unwrap();
            let read = State::from_snapshot(&kept).unwrap();
            let read = read.with_plan(plan_of(&model::snapshot::plan_of(&kept).unwrap()));
            assert!(read == anew, "a snapshot at entry {number} reads back");
            anew = read;
        }
    }
    assert!(anew == world.state, "the record alone gives the same state");
}

/// The walks that are walked, and how long each is.
const SEEDS: u64 = 10;
const STEPS: usize = 260;

/// How many plans people steer to both of their ends.
const STEERED: u64 = 4;

/// Walks from the beginning under one of the plans. Returns where it came to.
fn walk(seed: u64, seen: &mut Seen) -> World {
    let plans = plans::plans();
    let which = usize::try_from(seed).unwrap() % plans.len();
    let mut world = World::of(plans[which].clone());
    let mut chance = Chance(seed);
    for _ in 0..STEPS {
        step(&mut world, &mut chance, seen);
    }
    reads_back(&world, &mut chance);
    world
}

/// What all walks saw.
pub(super) static SEEN: LazyLock<Seen> = LazyLock::new(|| {
    let mut seen = Seen::default();
    for seed in 0..SEEDS {
        walk(seed, &mut seen);
    }
    seen
});

#[test]
fn whatever_people_do_at_whatever_time_the_promises_hold() {
    let kinds = Command::kinds().into_iter();
    let never: Vec<String> = kinds.filter(|it| !SEEN.refused.contains_key(it)).collect();
    assert!(never.is_empty(), "walks never saw these refused: {never:?}");
}

#[test]
fn people_who_do_what_they_are_asked_come_to_the_seal_or_to_an_early_end_under_every_plan() {
    let mut seen = Seen::default();
    for seed in 0..STEERED {
        for (steer, end) in [
            (steered::to_the_seal as steered::Steer, DeploymentState::Closed),
            (steered::to_an_early_end, DeploymentState::Terminated),
        ] {
            let world = steer(seed, &mut seen);
            reads_back(&world, &mut Chance(seed));
            assert_eq!(world.state.deployment, end, "plan {seed}");
        }
    }
}
