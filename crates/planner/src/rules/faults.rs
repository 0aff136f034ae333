//! Faults, answers and commands in any order; the promises hold at every entry, and
//! when faults stop and people answer, the deployment comes to its end.
//!
//! House rule: nothing starts that a gate forbids; nothing waits without saying on what.

use super::walk::{Chance, reads_back};
use super::world::{WELL, World, exit, unknown, unreachable};
use crate::agenda::agenda;
use crate::fixture::{night_plan, plan};
use model::command::{Command, Resumable, RfcAct};
use model::event::StepDecision;
use model::guard::Guard;
use model::machine::SignOffState;
use model::plan::MasterProjectPlan;
use model::scope::Scope;
use model::sheet;
use model::state::State;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};

static DAYS: LazyLock<World> = LazyLock::new(|| World::ready(plan()));
static NIGHTS: LazyLock<World> = LazyLock::new(|| World::ready(night_plan()));

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_promises_hold_and_it_ends(
        by_night in any::<bool>(),
        ahead in prop::sample::select(vec![0_usize, 0, 1, 31]),
        steps in prop::collection::vec((0_u8..16, any::<u16>()), 1..140),
    ) {
        let mut world = if by_night { NIGHTS.clone() } else { DAYS.clone() };
        world.ahead = ahead;
        for (kind, chance) in steps {
            happens(&mut world, kind, usize::from(chance));
        }
        world.settle();
        reads_back(&world, &mut Chance(7));
    }
}

fn happens(world: &mut World, kind: u8, chance: usize) {
    if world.is_over() {
        return;
    }
    match kind {
        0..=3 => {
            world.look();
        }
        4..=8 => {
            let orders = world.in_flight();
            if let Some(order) = orders.get(chance % orders.len().max(1)) {
                let outcome = match chance / 7 % 12 {
                    0 => exit(1),
                    1 => unreachable(),
                    2 => unknown(),
                    _ => WELL,
                };
                world.end(order, outcome);
            }
        }
        9..=11 => {
            let waits = world.waits();
            if let Some(wait) = waits.get(chance % waits.len().max(1)) {
                world.answered(wait);
            }
        }
        12 | 13 => {
            let command = command(world, chance);
            world.anybody(chance / 11, &command);
        }
        _ => {
            let next = agenda(&world.state, world.now, usize::MAX).next_look;
            match next {
                Some(next) if chance.is_multiple_of(3) => world.now = next,
                Some(_) | None => world.pass(i64::try_from(chance % 20_000).unwrap()),
            }
        }
    }
}

fn command(world: &mut World, chance: usize) -> Command {
    let state = &world.state;
    let (kind, pick) = (chance % 22, chance / 22);
    let reason = "as it seemed right".to_owned();
    let site: model::id::SiteId = format!("s{}", pick % 9 + 1).parse().unwrap();
    let ring = state.plan.rings[pick % 3].id.clone();
    let unit = match pick % 11 {
        0 => Scope::Component(state.plan.components[0].id.clone()),
        1 => Scope::Component(state.plan.components[1].id.clone()),
        _ => Scope::Site(site.clone()),
    };
    let decisions = [
        StepDecision::Retry,
        StepDecision::Ignore,
        StepDecision::Exclude,
        StepDecision::Done,
        StepDecision::NotDone,
        StepDecision::Failed,
    ];
    let waiver = u32::try_from(pick % state.waivers.len().max(1)).unwrap() + 1;
    match kind {
        0 => Command::HaltRing { ring, reason },
        1 => {
            let all = [Resumable::Failed, Resumable::Lost, Resumable::NotStarted];
            let only = all.into_iter().enumerate().filter(|(it, _)| pick >> it & 1 == 1);
            Command::ResumeRing { ring, reason, only: only.map(|(_, it)| it).collect() }
        }
        2 => Command::HoldDeployment { reason },
        3 => Command::ReleaseDeployment { reason },
        4 | 5 => {
            let all = [Scope::Deployment, Scope::Core, Scope::Ring(ring), unit];
            Command::Hold { scope: all[pick / 11 % 4].clone(), held: kind == 4, reason }
        }
        6..=8 => {
            let computers = if pick % 2 == 0 { vec![] } else { vec!["pc-2".parse().unwrap()] };
            Command::Decide { scope: unit, computers, decision: decisions[pick / 11 % 6], reason }
        }
        9 => Command::Resume { scope: unit, reason },
        10 => Command::Exempt { site, reason },
        11 | 12 => declined(state, pick).unwrap_or(Command::HaltSite { site, reason }),
        13 => {
            let scopes = [Scope::Site(site), Scope::Ring(ring), unit];
            let severity = u8::try_from(pick / 11 % 4).unwrap() + 1;
            super::reported(world, scopes[pick % 3].clone(), severity)
        }
        14 => {
            let guards = [Guard::S8, Guard::V3, Guard::S6, Guard::C5, Guard::V2];
            let until = world.now.checked_add(jiff::SignedDuration::from_hours(30)).unwrap();
            let (guard, scope) = (
                guards[pick % 5],
                [unit, Scope::Ring(ring), Scope::Deployment][pick / 5 % 3].clone(),
            );
            Command::RequestWaiver {
                part: None,
                guard,
                scope,
                reason: reason.clone(),
                risk: reason.clone(),
                control: reason,
                until,
            }
        }
        15 => Command::ApproveWaiver { waiver },
        16 => Command::CloseWaiver { waiver, reason },
        17 => {
            let scope = if pick % 5 == 0 { Scope::Ring(ring) } else { unit };
            Command::RollBack { scope, reason, accept_loss: true }
        }
        18 => Command::Replan { scope: unit, reason },
        19 => Command::Revisit { site, reason },
        20 => {
            let act =
                if pick % 4 == 0 { RfcAct::Cancel { reason } } else { RfcAct::Return { reason } };
            Command::Rfc { rfc: state.plan.rfcs[pick % 2].id.clone(), act }
        }
        _ => {
            let plan = changed(&state.plan, pick);
            let digest = plan.digest();
            world.plans.insert(digest, Arc::new(plan));
            Command::RevisePlan { plan: digest, changes: vec![], removes_scope: false, reason }
        }
    }
}

/// Returns the refusal of one of the site signatures that have been asked for.
fn declined(state: &State, pick: usize) -> Option<Command> {
    let asked = state.slots.iter().filter(|(slot, it)| {
        it.state == SignOffState::Requested && slot.role == model::role_type::RoleType::SiteOwner
    });
    let asked: Vec<_> = asked.collect();
    let (slot, _) = asked.get(pick % asked.len().max(1))?;
    let document = sheet::digest(state, &slot.sheet);
    Some(Command::Refuse { slot: (*slot).clone(), document, reasons: vec!["no".to_owned()] })
}

/// Returns the plan with something changed: some of it voids an authorisation, some does not.
fn changed(plan: &MasterProjectPlan, pick: usize) -> MasterProjectPlan {
    let mut plan = plan.clone();
    match pick % 5 {
        0 => plan.title += "+",
        1 => plan.rings[pick / 5 % 3].soak_s += 60,
        2 => plan.sites[pick / 5 % 9].users += 1,
        3 => plan.components[pick / 5 % 2].steps[0].time_limit_s += 1,
        _ => {
            plan.templates[0].each_computer.pop();
        }
    }
    plan
}
