//! What core components wait on.
//!
//! House rule: nothing waits without saying on what.

use super::{WaitingOn, its_turn, or_otherwise, otherwise, steps};
use crate::agenda::{core_sheet, deadline, works};
use crate::facts::{Authorised, Look};
use crate::guards;
use jiff::SignedDuration;
use model::command::Command;
use model::component::Adopt;
use model::guard::Guard;
use model::id::PersonId;
use model::machine::{ComponentState, DeploymentState};
use model::precheck::PrecheckCommand;
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::Hold;

/// Returns what the sheet of the core waits on before anybody is asked to sign it.
pub(super) fn sheet(look: &Look<'_>) -> Option<WaitingOn> {
    let state = look.state;
    let is_asked = works(state.deployment) || state.deployment == DeploymentState::Held;
    let sheet = core_sheet(look).filter(|it| is_asked && !state.is_locked(it))?;
    let reading = model::gates::incidents::cs1(state, &sheet, look.now);
    let since = state.components.iter().map(|it| it.since).max()?;
    WaitingOn::guard(state, &Scope::Core, &reading, since)
}

/// How long a restore point is kept where nobody says otherwise, in days.
const KEPT_DAYS: i64 = 30;

/// Returns `wait` with the command that supplies the first of what C5 lacks.
pub(super) fn prechecked(look: &Look<'_>, wait: WaitingOn) -> WaitingOn {
    let Scope::Component(id) = &wait.scope else { return wait };
    let (state, now) = (look.state, look.now);
    let scope = wait.scope.clone();
    let waived = |part: &str| {
        let scopes = [scope.clone(), Scope::Core, Scope::Deployment];
        state.waived_part(Guard::C5, part, &scopes, now).is_some()
    };
    let command = if state.capacity(id).is_none() && !waived("capacity") {
        PrecheckCommand::FindCapacity { scope: scope.clone(), evidence: String::new() }
    } else if state.restore_point(id, now).is_none() {
        let kept = SignedDuration::from_hours(24 * KEPT_DAYS);
        PrecheckCommand::TakeRestorePoint {
            scope: scope.clone(),
            reference: String::new(),
            taken: None,
            kept_until: now.checked_add(kept).unwrap_or(now),
        }
    } else {
        let there =
            |it: &PersonId| state.person(it).is_some_and(|it| !it.is_away(now, &state.plan.zone));
        let people = super::holders(state, &scope, &[RoleType::ReleaseManagement]);
        let people = people.into_iter().filter(there).take(1).collect();
        PrecheckCommand::NameContacts { scope: scope.clone(), people }
    };
    wait.with(Command::Precheck(command))
}

pub(super) fn component(look: &mut Look<'_>, position: usize) -> Vec<WaitingOn> {
    let state = look.state;
    let Some((planned, status)) =
        look.plan().components.get(position).zip(state.components.get(position))
    else {
        return vec![];
    };
    let scope = Scope::Component(planned.id.clone());
    let since = status.since;
    let release = [RoleType::ReleaseManagement];
    match status.state {
        ComponentState::Planned if planned.adopt == Adopt::FromPilot && !status.drifted => {
            let text = format!("{} was deployed in the pilot and has to be adopted", planned.id);
            let command = Command::Adopt { component: planned.id.clone() };
            vec![WaitingOn::people(state, scope, text, since, &release).with(command)]
        }
        ComponentState::Planned => {
            match look.authority(state.index.rfcs_of_component.get(position)) {
                Authorised::By(..) => otherwise(look, &scope, since),
                Authorised::No(why, _) => {
                    let roles = [RoleType::ReleaseManagement, RoleType::ChangeAuthority];
                    let wait = WaitingOn::people(state, scope, why, since, &roles);
                    vec![WaitingOn { guard: Some(Guard::C1), ..wait }]
                }
            }
        }
        ComponentState::Authorised => {
            if let Some(hold) = state.held(&scope) {
                return vec![held(look, &scope, hold)];
            }
            let readings = guards::component_start(look, position);
            let waits = readings.iter().filter_map(|it| WaitingOn::guard(state, &scope, it, since));
            let waits = super::entry::with_commands(look, waits.collect());
            or_otherwise(waits, look, &scope, since)
        }
        ComponentState::Halted => steps::halted(look, &scope, since, status.reason.as_deref()),
        ComponentState::Deploying => {
            let mut waits = steps::asked(look, &scope);
            let hold = guards::held_underway(look, position);
            waits.extend(hold.map(|it| held(look, &scope, it)));
            let reading = guards::component_start(look, position).into_iter().next();
            waits.extend(reading.and_then(|it| WaitingOn::guard(state, &scope, &it, since)));
            if works(state.deployment) {
                waits.extend(steps::retries(look, &scope));
            }
            let limit_s = state.plan.limits.component_deadline_s();
            let ends = deadline(state, status.working_since(), limit_s);
            waits.extend(steps::overdue(look, &scope, ends.filter(|_| hold.is_none())));
            waits.extend(steps::breaking(look, &scope, since, 100));
            or_otherwise(waits, look, &scope, since)
        }
        ComponentState::Adopting | ComponentState::RollingBack => {
            let mut waits = steps::asked(look, &scope);
            waits.extend(steps::retries(look, &scope));
            let limit_s = state.plan.limits.component_deadline_s();
            waits.extend(steps::overdue(look, &scope, steps::deadline_back(since, limit_s)));
            waits.extend(steps::breaking(look, &scope, since, 100));
            if waits.is_empty() { its_turn(look, &scope, since) } else { waits }
        }
        ComponentState::RolledBack => {
            let text = format!("{} was rolled back and has to be planned anew", planned.id);
            let command = Command::Replan { scope: scope.clone(), reason: String::new() };
            vec![WaitingOn::people(state, scope, text, since, &release).with(command)]
        }
        ComponentState::Verifying => otherwise(look, &scope, since),
        ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped => vec![],
    }
}

fn held(look: &Look<'_>, scope: &Scope, hold: &Hold) -> WaitingOn {
    let text = format!("it is held: {}", hold.reason);
    let release = [RoleType::ReleaseManagement];
    WaitingOn::people(look.state, scope.clone(), text, hold.since, &release)
}
