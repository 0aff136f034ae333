//! What an early end waits on: what becomes of everything, who takes over what stays, the report.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use super::stable::{names, people};
use crate::facts::Look;
use model::command::Command;
use model::component::RollbackPlan;
use model::gates::termination as gate;
use model::guard::{Guard, Supplier};
use model::machine::{ComponentState, ComponentTransition, SiteState, SiteTransition, Transition};
use model::role_type::RoleType;
use model::scope::Scope;
use model::termination::{Disposition, TerminationCommand, begun, is_executed};

/// What follows while nobody acts.
const STAYS: &str = "the project does not end, and nobody answers for what it left";

const ENDING: [RoleType; 3] =
    [RoleType::SolutionManager, RoleType::ProgramManager, RoleType::ReleaseManagement];

/// Returns what an early end waits on.
pub(super) fn terminating(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let mut waits = dispositions(look);
    if waits.is_empty() {
        waits.extend(taking_over(look));
    }
    if state.termination.lessons.is_none() {
        let learn = TerminationCommand::Learn { lessons: String::new() };
        let what = "what is to be learnt has to be put down";
        let wait = people(look, what, &[RoleType::SolutionManager, RoleType::ProgramManager]);
        waits.push(WaitingOn { guard: Some(Guard::TR3), ..with(wait, learn) });
    }
    // The signatures of the report wait for themselves.
    let gate = gate::gate(state, look.now);
    if waits.is_empty() && gate.iter().all(|it| it.verdict.passes()) {
        let what = "the termination has to be completed, and the record sealed";
        let wait = people(look, what, &[RoleType::SolutionManager]);
        waits.push(with(wait, TerminationCommand::Complete));
    }
    waits
}

fn with(wait: WaitingOn, command: TerminationCommand) -> WaitingOn {
    wait.with(Command::Termination(command)).if_nobody_acts(STAYS)
}

/// Returns what is not decided or not done.
fn dispositions(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let all = begun(state);
    let is_decided = |it: &&Scope| state.termination.dispositions.contains_key(*it);
    let open: Vec<&Scope> = all.iter().filter(|it| !is_decided(it)).collect();
    let mut waits = Vec::new();
    if !open.is_empty() {
        let what = format!("it is not decided what becomes of {}", names(&open));
        let (scope, disposition) = (Scope::Deployment, Disposition::HandOver);
        let reason = String::new();
        let dispose = TerminationCommand::Dispose { scope, disposition, reason };
        let wait = with(people(look, what, &ENDING), dispose);
        waits.push(WaitingOn { guard: Some(Guard::TR1), ..wait });
    }
    let undone = all.iter().filter(is_decided).filter(|it| !is_executed(state, it));
    waits.extend(undone.map(|it| going_back(look, it)));
    waits
}

fn going_back(look: &Look<'_>, scope: &Scope) -> WaitingOn {
    let state = look.state;
    let (is_going, may_go, plan) = match scope {
        Scope::Component(id) => match state.component(id) {
            Some((planned, it)) => (
                it.state == ComponentState::RollingBack,
                ComponentTransition::RollbackStarted.follows(it.state).is_some(),
                Some(&planned.rollback),
            ),
            None => (false, false, None),
        },
        Scope::Site(id) => match state.site(id) {
            Some((planned, it)) => (
                it.state == SiteState::RollingBack,
                SiteTransition::RollbackStarted.follows(it.state).is_some(),
                state.plan.template(&planned.template).map(|it| &it.rollback),
            ),
            None => (false, false, None),
        },
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => (false, false, None),
    };
    let since = state.deployment_since;
    if is_going {
        return WaitingOn::system(scope.clone(), "it is going back", since);
    }
    let roles = [RoleType::ReleaseManagement];
    let wait = |what: &str| WaitingOn::people(state, scope.clone(), what, since, &roles);
    let wait = match plan {
        Some(RollbackPlan::Steps { loses }) if may_go => {
            let (reason, accept_loss) = (String::new(), loses.is_some());
            let roll_back = Command::RollBack { scope: scope.clone(), reason, accept_loss };
            wait("it is to go back").with(roll_back)
        }
        _ => {
            let proof = String::new();
            let gone = TerminationCommand::GoneBack { scope: scope.clone(), proof };
            let what = "it is to go back, and somebody has to put down that it has";
            wait(what).with(Command::Termination(gone))
        }
    };
    WaitingOn { guard: Some(Guard::TR1), ..wait.if_nobody_acts(STAYS) }
}

/// Returns who has to accept what stays.
fn taking_over(look: &Look<'_>) -> Option<WaitingOn> {
    let Err((missing, Supplier::Roles(roles))) = gate::tr2(look.state) else { return None };
    let wait = with(people(look, missing, &roles), TerminationCommand::AcceptStay);
    Some(WaitingOn { guard: Some(Guard::TR2), ..wait })
}
