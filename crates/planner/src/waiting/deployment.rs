//! What the deployment, its waivers and its sheets wait on.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use crate::facts::Look;
use model::command::{Command, Findings};
use model::decide::{Acting, decide};
use model::gates;
use model::guard::Guard;
use model::id::PersonId;
use model::machine::{DeploymentState, DeploymentTransition, SignOffState, WaiverState};
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{self, Sheet, SlotId};
use model::site_care::SiteCareCommand;
use model::state::SlotStatus;

pub(super) fn deployment(look: &mut Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let since = state.deployment_since;
    let people = |what: &str, roles: &[RoleType]| {
        WaitingOn::people(state, Scope::Deployment, what, since, roles)
    };
    match state.deployment {
        DeploymentState::Draft => draft(look),
        DeploymentState::Ready => {
            let waits = super::entry::reviewed(look);
            let open = people("the deployment has to be opened", &[RoleType::ProgramManager]);
            if waits.is_empty() { vec![open.with(Command::Open)] } else { waits }
        }
        DeploymentState::Held => {
            let h1 = gates::h1(state, &Scope::Deployment);
            let h1 = state.reading(Guard::H1, &[Scope::Deployment], look.now, h1);
            if let Some(unknown) = WaitingOn::guard(state, &Scope::Deployment, &h1, since) {
                return vec![unknown];
            }
            let text = "the deployment is held; two people let it go on";
            let act = model::evolve::act_name(DeploymentTransition::HoldReleased);
            let roles =
                lacking(look, &act, &[RoleType::ReleaseManagement, RoleType::ProgramManager]);
            vec![people(text, &roles)]
        }
        DeploymentState::Stabilizing => super::stable::stabilizing(look),
        DeploymentState::QuietPeriod => super::stable::quiet_period(look),
        DeploymentState::MilestoneReview => super::completing::reviewing(look),
        DeploymentState::Closing => super::closing::closing(look),
        DeploymentState::Closed => super::closing::benefits(look),
        DeploymentState::Terminating => super::terminating::terminating(look),
        DeploymentState::Deploying | DeploymentState::Terminated => vec![],
    }
}

fn draft(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    // Whoever reads the gate of the baseline need not be anybody.
    let nobody = "nobody".parse().expect("because it is a name");
    let acting = Acting::new(state, &nobody, look.now);
    let readings = acting.baseline_gate(&Findings::default());
    let since = state.deployment_since;
    let mut waits: Vec<WaitingOn> =
        readings.iter().flat_map(|reading| super::entry::of_baseline(look, reading)).collect();
    if waits.is_empty() {
        let act = model::evolve::act_name(DeploymentTransition::Baselined);
        let roles = [RoleType::ProgramManager, RoleType::ReleaseManagement];
        for role in lacking(look, &act, &roles) {
            let text = format!("the plan has to be baselined, by {role} too");
            let command = Command::Baseline { findings: Findings::default() };
            let wait = WaitingOn::people(state, Scope::Deployment, text, since, &[role]);
            waits.push(wait.with(command));
        }
    }
    waits
}

/// Returns those of `roles` whose holders have not agreed to `act`; all when none is missing but
/// another person is.
pub(super) fn lacking(look: &Look<'_>, act: &str, roles: &[RoleType]) -> Vec<RoleType> {
    let given = look.state.concurrences.get(act).map(Vec::as_slice).unwrap_or_default();
    let lacking: Vec<RoleType> =
        roles.iter().copied().filter(|role| !given.iter().any(|it| it.role == *role)).collect();
    if lacking.is_empty() { roles.to_vec() } else { lacking }
}

pub(super) fn waivers(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let requested = state.waivers.iter().zip(1_u32..);
    let requested = requested.filter(|(it, _)| it.state == WaiverState::Requested);
    requested
        .map(|(status, waiver)| {
            let text = format!(
                "waiver {waiver} of {} at {} has to be decided: {}",
                status.guard, status.scope, status.reason
            );
            let authority = status.guard.waiver().authority();
            let scope = status.scope.clone();
            let mut wait = WaitingOn::people(state, scope, text, status.since, authority);
            let command = Command::ApproveWaiver { waiver };
            let may = |it: &PersonId| decide(&Acting::new(state, it, look.now), &command).is_ok();
            wait.people.retain(may);
            wait.with(command)
        })
        .collect()
}

/// Returns the signatures that have been asked for: all, or those of the sheets of `of`.
pub(super) fn slots(look: &Look<'_>, of: Option<&Scope>) -> Vec<WaitingOn> {
    let state = look.state;
    // A site that its owner refused says so itself; and whose signature was taken back is asked for
    // it again by itself once the sheet says something else.
    let is_declined = |slot: &SlotId, status: &SlotStatus| match status.state {
        SignOffState::Declined => slot.role != RoleType::SiteOwner,
        SignOffState::Withdrawn => status.document == sheet::digest(state, &slot.sheet),
        SignOffState::Pending
        | SignOffState::Requested
        | SignOffState::Signed
        | SignOffState::Void
        | SignOffState::Superseded => false,
    };
    // The slots of a sheet stand together, those of all sites between those of the core and of the
    // deployment: only near ones are looked at.
    let role = RoleType::SolutionManager;
    let first = match of {
        Some(Scope::Site(id)) => {
            state.slots.range(SlotId { sheet: Sheet::Site(id.clone()), role }..)
        }
        Some(Scope::Deployment) => {
            state.slots.range(SlotId { sheet: Sheet::SitesComplete, role }..)
        }
        Some(Scope::Core | Scope::Component(_) | Scope::Ring(_) | Scope::Rfc(_)) | None => {
            state.slots.range::<_, SlotId>(..)
        }
    };
    let is_near = |slot: &SlotId| match (of, &slot.sheet) {
        (Some(Scope::Site(wanted)), Sheet::Site(site)) => wanted == site,
        (Some(Scope::Site(_)), _) => false,
        (Some(Scope::Core), sheet) => matches!(sheet, Sheet::CoreInterim | Sheet::CoreFinal),
        (_, _) => true,
    };
    let open = first
        .take_while(|(slot, _)| is_near(slot))
        .filter(|(slot, it)| it.state == SignOffState::Requested || is_declined(slot, it));
    let waits = open.filter_map(|(slot, status)| {
        let scope = slot.sheet.scope();
        if of.is_some_and(|it| *it != scope) {
            return None;
        }
        if status.state != SignOffState::Requested {
            let why = status.statements.join("; ");
            let did = if status.state == SignOffState::Declined {
                "declined to sign"
            } else {
                "took back the signature of"
            };
            let text =
                format!("{} {did} {}: {why}; what it says must change", slot.role, slot.sheet);
            let roles = [RoleType::ReleaseManagement];
            let again = SiteCareCommand::AskAgain { slot: slot.clone(), how: String::new() };
            let wait = WaitingOn::people(state, scope, text, status.since, &roles);
            return Some(wait.with(Command::SiteCare(again)));
        }
        if let Some(disputed) = nobody_may_sign_yet(look, slot, status) {
            return Some(disputed);
        }
        let text = format!("{} has to sign: {}", slot.role, slot.meaning());
        let command =
            Command::Sign { slot: slot.clone(), document: status.document, exceptions: vec![] };
        let roles = gates::milestone::signers(&state.plan, slot);
        let wait = WaitingOn::people(state, scope, text, status.since, &roles);
        Some(wait.with(command))
    });
    let mut waits: Vec<WaitingOn> = waits.collect();
    // What keeps several from signing is said once.
    waits.dedup();
    waits
}

/// Returns on what a signature waits although it was asked for: on one that is disputed since, of a site
/// where it is one of all sites, or on the same sheet where it is the last.
fn nobody_may_sign_yet(look: &Look<'_>, slot: &SlotId, status: &SlotStatus) -> Option<WaitingOn> {
    let (state, scope) = (look.state, slot.sheet.scope());
    let reading =
        |guard, found| state.reading(guard, std::slice::from_ref(&scope), look.now, found);
    let is_signed =
        |it: &SlotId| state.slots.get(it).is_some_and(|it| it.state == SignOffState::Signed);
    let is_last = || slot.sheet.slots().iter().all(|it| it == slot || is_signed(it));
    let of_all_sites =
        (slot.sheet == Sheet::SitesComplete).then(|| reading(Guard::SC1, gates::sc1(state)));
    let wait = of_all_sites.and_then(|it| WaitingOn::guard(state, &scope, &it, status.since));
    wait.or_else(|| {
        let found = is_last().then(|| gates::milestone::m2(state, slot, status.document))?;
        WaitingOn::guard(state, &scope, &reading(Guard::M2, found), status.since)
    })
}
