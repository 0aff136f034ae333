//! What sites wait on.
//!
//! House rule: nothing waits without saying on what.

use super::{WaitingOn, deployment, its_turn, or_otherwise, otherwise, site_care, steps};
use crate::agenda::{deadline, phase_success, shortage, whose_turn, works};
use crate::facts::Look;
use crate::guards;
use jiff::Timestamp;
use model::command::Command;
use model::gates;
use model::guard::Guard;
use model::machine::{DeploymentState, MilestoneTransition, SiteState, Transition};
use model::message::MessageCommand;
use model::milestone::{Milestone, MilestoneCommand};
use model::role_type::RoleType;
use model::scope::Scope;
use model::site_care::material::material_change;
use model::site_care::terms::SiteMode;

pub(super) fn site(look: &mut Look<'_>, position: usize) -> Vec<WaitingOn> {
    let Some(planned) = look.plan().sites.get(position) else { return vec![] };
    let mut asked = site_care::exemptions(look, &planned.id);
    asked.extend(site_care::revisits(look, &planned.id));
    let mut waits = stands(look, position);
    waits.append(&mut asked);
    waits
}

/// Returns whether a site in `state` waits on anything by standing there.
pub(super) fn may_wait(state: SiteState) -> bool {
    match state {
        SiteState::SignedOff | SiteState::Exempt => false,
        SiteState::Planned
        | SiteState::Notified
        | SiteState::Ready
        | SiteState::Deploying
        | SiteState::Paused
        | SiteState::Halted
        | SiteState::Deployed
        | SiteState::Observing
        | SiteState::Refused
        | SiteState::Reconfirm
        | SiteState::RollingBack
        | SiteState::RolledBack => true,
    }
}

/// Returns what a site waits on where it stands.
pub(super) fn stands(look: &mut Look<'_>, position: usize) -> Vec<WaitingOn> {
    let state = look.state;
    let Some((planned, status)) = look.plan().sites.get(position).zip(state.sites.get(position))
    else {
        return vec![];
    };
    let scope = Scope::Site(planned.id.clone());
    let since = status.since;
    let people = |what: String, roles: &[RoleType]| {
        WaitingOn::people(state, scope.clone(), what, since, roles)
    };
    match status.state {
        SiteState::Planned if planned.terms.mode == SiteMode::None => {
            vec![site_care::nothing_to_deploy(look, planned, since)]
        }
        SiteState::Planned => {
            let text = format!("the owner of {} has to acknowledge the schedule", planned.id);
            let Some(version) = state.told_version(position) else { return vec![] };
            let command = Command::AcknowledgeSchedule { site: planned.id.clone(), version };
            let wait = people(text, &[RoleType::SiteOwner]).with(command);
            let guard = Guard::S3;
            let waivable_by = guard.waiver().authority().to_vec();
            vec![WaitingOn { guard: Some(guard), waivable_by, ..wait }]
        }
        SiteState::Notified => {
            let readings = guards::site_ready(look, position);
            // From then on its work fits another window, or none.
            if let Some(Ok(fitting)) = look.fitting(position) {
                look.again(Some(fitting.begins_by));
            }
            let waits = readings.iter().filter_map(|it| WaitingOn::guard(state, &scope, it, since));
            let waits = waits.map(|it| site_care::with_command(look, position, it)).collect();
            or_otherwise(waits, look, &scope, since)
        }
        SiteState::Ready => {
            let readings = guards::site_start(look, position);
            let closed =
                readings.iter().filter_map(|it| WaitingOn::guard(state, &scope, it, since));
            let closed = super::entry::with_commands(look, closed.collect());
            let told = gates::s7(state, &planned.id, look.now);
            let closed: Vec<WaitingOn> =
                closed.into_iter().map(|it| sooner(look, &told, it)).collect();
            if closed.is_empty() && !works(state.deployment) {
                otherwise(look, &scope, since)
            } else if closed.is_empty() {
                let s6 = guards::s6_at_start(look, position);
                let wait = WaitingOn::guard(state, &scope, &s6, since);
                let turn = || WaitingOn::system(scope, whose_turn(look, position), since);
                vec![wait.unwrap_or_else(turn)]
            } else {
                closed
            }
        }
        SiteState::Deploying => {
            let mut waits = steps::asked(look, &scope);
            if works(state.deployment) {
                waits.extend(steps::retries(look, &scope));
            }
            let s10 = guards::s10(look, position);
            waits.extend(WaitingOn::guard(state, &scope, &s10, since));
            let ends = deadline(state, since, state.plan.limits.site_deadline_s);
            waits.extend(steps::overdue(look, &scope, ends));
            let stage = state.run(&scope).map_or(0, |it| it.stage);
            let success_percent_min = phase_success(look, position, stage);
            waits.extend(steps::breaking(look, &scope, since, success_percent_min));
            or_otherwise(waits, look, &scope, since)
        }
        SiteState::RollingBack => {
            let mut waits = steps::asked(look, &scope);
            waits.extend(steps::retries(look, &scope));
            let ends = steps::deadline_back(since, state.plan.limits.site_deadline_s);
            waits.extend(steps::overdue(look, &scope, ends));
            waits.extend(steps::breaking(look, &scope, since, 100));
            if waits.is_empty() { its_turn(look, &scope, since) } else { waits }
        }
        SiteState::Paused => {
            let s8 = guards::never_waived(Guard::S8, guards::s8_underway(look, position));
            let scopes = guards::site_scopes(look, position);
            let s2 = state.reading(Guard::S2, &scopes, look.now, guards::s2(look, position));
            let s7 = state.reading(Guard::S7, &scopes, look.now, guards::s7(look, position));
            // The first of them says what it waits for.
            let closed = [s2, s7, s8].into_iter().find(|it| !it.verdict.passes());
            let closed = closed.and_then(|it| WaitingOn::guard(state, &scope, &it, since));
            let mut waits: Vec<WaitingOn> = closed.into_iter().collect();
            if waits.is_empty() {
                waits.extend(
                    shortage(look, position)
                        .map(|why| WaitingOn::system(scope.clone(), why, since)),
                );
            }
            or_otherwise(waits, look, &scope, since)
        }
        SiteState::Halted => match state.site_care.goes_on(&planned.id) {
            Some(decided) => going_on(look, position, &scope, decided.at),
            None => steps::halted(look, &scope, since, status.reason.as_deref()),
        },
        SiteState::Observing => {
            let mut asked = deployment::slots(look, Some(&scope));
            if !asked.is_empty() {
                asked.extend(site_care::not_whole(look, planned));
                return asked;
            }
            signing(look, position, &scope, since)
        }
        SiteState::Refused => {
            let why = status.reason.as_deref().unwrap_or("no reason was recorded");
            let text = format!("the owner of {} refused: {why}", planned.id);
            let roles = [RoleType::ReleaseManagement, RoleType::Tester];
            let act = format!("resolve the refusal of {scope}");
            vec![people(text, &deployment::lacking(look, &act, &roles))]
        }
        SiteState::Reconfirm => {
            if let Some(why) = material_change(state, position) {
                let text =
                    format!("{} is confirmed again once that is in place: {why}", planned.id);
                return vec![WaitingOn::system(scope, text, since)];
            }
            let asked = deployment::slots(look, Some(&scope));
            if asked.is_empty() { signing(look, position, &scope, since) } else { asked }
        }
        SiteState::RolledBack
            if !state.may_be_authorised(&planned.id)
                && matches!(
                    state.deployment,
                    DeploymentState::QuietPeriod | DeploymentState::MilestoneReview
                ) =>
        {
            let text = format!(
                "{} was rolled back after the requests for change for it were over: Deployment Stable is taken back before a revised plan has a new one, or before it is left out",
                planned.id
            );
            let (milestone, reason) = (Milestone::Stable, String::new());
            let command = Command::Milestone(MilestoneCommand::Revoke { milestone, reason });
            vec![people(text, MilestoneTransition::Revoked.authority().roles()).with(command)]
        }
        SiteState::RolledBack if !state.may_be_authorised(&planned.id) => {
            let text = format!(
                "{} was rolled back after the requests for change for it were over: a revised plan with a new one comes before it is planned anew, or it is left out",
                planned.id
            );
            let command = Command::Exempt { site: planned.id.clone(), reason: String::new() };
            let roles = [RoleType::ProgramManager, RoleType::Customer];
            let act = format!("exempt {scope}");
            vec![people(text, &deployment::lacking(look, &act, &roles)).with(command)]
        }
        SiteState::RolledBack => {
            let text = format!("{} was rolled back and has to be planned anew", planned.id);
            let command = Command::Replan { scope: scope.clone(), reason: String::new() };
            vec![people(text, &[RoleType::ReleaseManagement]).with(command)]
        }
        SiteState::Deployed => otherwise(look, &scope, since),
        SiteState::SignedOff | SiteState::Exempt => vec![],
    }
}

/// Returns what a halted site waits on of which it is decided that it goes on.
fn going_on(
    look: &mut Look<'_>,
    position: usize,
    scope: &Scope,
    since: Timestamp,
) -> Vec<WaitingOn> {
    let readings = guards::site_resume(look, position);
    let state = look.state;
    let closed = readings.iter().filter_map(|it| WaitingOn::guard(state, scope, it, since));
    let closed: Vec<WaitingOn> = closed.collect();
    if !closed.is_empty() {
        return closed;
    }
    if let Err((why, _)) = guards::s8_underway(look, position) {
        let roles = [RoleType::ReleaseManagement, RoleType::ProgramManager];
        return vec![WaitingOn::people(state, scope.clone(), why, since, &roles)];
    }
    if !works(state.deployment) {
        return otherwise(look, scope, since);
    }
    vec![WaitingOn::system(scope.clone(), whose_turn(look, position), since)]
}

/// Returns `wait` with the command that gives the slot up, where the site waits for nothing of S7
/// but the slot that it was `told`.
fn sooner(look: &Look<'_>, told: &gates::Found, wait: WaitingOn) -> WaitingOn {
    // What may be waived of S8 is the soak of a ring, and is waived there.
    if wait.guard == Some(Guard::S8) {
        return WaitingOn { waivable_by: vec![], ..wait };
    }
    let is_slot = told.as_ref().is_err_and(|(missing, _)| *missing == wait.what);
    if !is_slot || wait.next_look.is_none() {
        return wait;
    }
    let command =
        MessageCommand::MoveSlot { scope: wait.scope.clone(), from: None, reason: String::new() };
    let people = super::holders(look.state, &wait.scope, &[RoleType::ReleaseManagement]);
    WaitingOn { people, ..wait }.with(Command::Message(command))
}

/// Returns what the signatures of the site at `position` wait on, where nobody is asked for one.
fn signing(look: &Look<'_>, position: usize, scope: &Scope, since: Timestamp) -> Vec<WaitingOn> {
    let Scope::Site(site) = scope else { return vec![] };
    let readings = gates::sites::sign_off(look.state, site, look.now);
    let waits = readings.iter().filter_map(|it| WaitingOn::guard(look.state, scope, it, since));
    let waits = waits.map(|it| site_care::with_command(look, position, it)).collect();
    or_otherwise(waits, look, scope, since)
}
