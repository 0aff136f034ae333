//! Sites: ready, started within every limit, phase by phase, paused and taken up again.
//!
//! Source: Deploy SMF, Process 2, Table 5; the site machine.

mod lines;
mod starting;

pub use lines::{running_grants, shortage};
pub use starting::whose_turn;

use super::Agenda;
use super::progress::{self, Stage};
use crate::facts::Look;
use crate::guards;
use crate::transfer::Budget;
use model::event::{Event, RingTransition};
use model::guard::{Guard, GuardReading};
use model::machine::{SiteState, SiteTransition};
use model::ring::RunningSites;
use model::run::{Run, RunKind};
use model::scope::Scope;
use model::site_care::terms::SiteMode;
use model::state::RingState;

pub(super) fn sites(look: &mut Look<'_>, agenda: &mut Agenda, room: &mut usize) {
    use SiteState::{Deployed, Deploying, Notified, Planned, RollingBack};
    let mut concerned = vec![Notified, Deploying, RollingBack, Deployed];
    if !look.state.waivers.is_empty() {
        concerned.push(Planned);
    }
    for position in look.state.sites.standing_in(&concerned) {
        if look.state.sites.get(position).is_some_and(|it| it.state == Deploying) {
            starting::under(look, agenda, position);
        }
        site(look, agenda, position, room);
    }
    // What goes wrong in this look may close a ring: whether others start is asked in the next.
    if !agenda.events.iter().any(stops_starts) {
        starting::starts(look, agenda);
    }
}

fn stops_starts(event: &Event) -> bool {
    match event {
        Event::SignalRaised { .. } => true,
        Event::Ring { transition, .. } => *transition == RingTransition::Halted,
        Event::Site { transition, .. } => {
            matches!(transition, SiteTransition::Halted | SiteTransition::RollbackStarted)
        }
        Event::DeploymentCreated { .. }
        | Event::Deployment { .. }
        | Event::Concurred { .. }
        | Event::PlanRevised { .. }
        | Event::OrdersCancelled { .. }
        | Event::Component { .. }
        | Event::Phase { .. }
        | Event::Rfc { .. }
        | Event::RfcApproved { .. }
        | Event::SignOff { .. }
        | Event::WaiverRequested { .. }
        | Event::WaiverApproved { .. }
        | Event::Waiver { .. }
        | Event::Attested { .. }
        | Event::Hold { .. }
        | Event::OrderIntended { .. }
        | Event::OrdersIntended { .. }
        | Event::OrderEnded { .. }
        | Event::OrdersEnded { .. }
        | Event::OrderWithdrawn { .. }
        | Event::StepAsked { .. }
        | Event::Incident(_)
        | Event::Escalation(_)
        | Event::Readiness(_)
        | Event::Assignment(_)
        | Event::Milestone(_)
        | Event::QuietPeriod(_)
        | Event::Survey(_)
        | Event::Assessment(_)
        | Event::CloseOut(_)
        | Event::Termination(_)
        | Event::History(_)
        | Event::Delegation(_)
        | Event::Dispute(_)
        | Event::Paper(_)
        | Event::Batch(_)
        | Event::ChangeSchedule(_)
        | Event::SiteCare(_)
        | Event::Message(_)
        | Event::Training(_)
        | Event::Precheck(_)
        | Event::ReleaseReadiness(_)
        | Event::StepDecided { .. } => false,
    }
}

/// While the deployment is held, what is deployed comes to rest: what is under way there comes to its
/// end, and nothing more of it begins.
pub(super) fn sites_at_rest(look: &mut Look<'_>, agenda: &mut Agenda) {
    for position in look.state.sites.standing(SiteState::Deploying) {
        site(look, agenda, position, &mut 0);
    }
}

/// While the deployment is given up, what is deployed comes to rest: what is under way there comes to
/// its end, and nothing more of it begins.
pub(super) fn sites_given_up(look: &mut Look<'_>, agenda: &mut Agenda) {
    for position in look.state.sites.standing(SiteState::Deploying) {
        let before = agenda.events.len();
        site(look, agenda, position, &mut 0);
        let run = look.state.sites.get(position).and_then(|it| it.run.as_deref());
        if agenda.events.len() == before && !run.is_some_and(Run::is_busy) {
            let why = Some(super::GIVEN_UP.to_owned());
            happened(look, agenda, position, SiteTransition::Halted, why, vec![]);
        }
    }
}

/// While the deployment is held or given up, what goes back goes on.
pub(super) fn sites_going_back(look: &mut Look<'_>, agenda: &mut Agenda, room: &mut usize) {
    for position in look.state.sites.standing(SiteState::RollingBack) {
        site(look, agenda, position, room);
    }
}

fn happened(
    look: &Look<'_>,
    agenda: &mut Agenda,
    position: usize,
    transition: SiteTransition,
    reason: Option<String>,
    gate: Vec<GuardReading>,
) {
    if let Some(site) = look.plan().sites.get(position) {
        agenda.events.push(Event::Site { site: site.id.clone(), transition, reason, gate });
    }
}

pub(super) fn site(look: &mut Look<'_>, agenda: &mut Agenda, position: usize, room: &mut usize) {
    let Some(status) = look.state.sites.get(position) else { return };
    match status.state {
        SiteState::Notified => {
            // What all sites of a ring share is asked before what costs a calendar.
            if guards::s2(look, position).is_err() || !look.is_prepared(position) {
                return;
            }
            let gate = guards::site_ready(look, position);
            if gate.iter().all(|it| it.verdict.passes()) {
                happened(look, agenda, position, SiteTransition::GateOpened, None, gate);
            }
        }
        SiteState::Deploying => deploying(look, agenda, position, room),
        SiteState::RollingBack => rolling_back(look, agenda, position, room),
        SiteState::Deployed => {
            happened(look, agenda, position, SiteTransition::ObservationStarted, None, vec![]);
        }
        SiteState::Planned => waived(look, agenda, position),
        SiteState::Ready
        | SiteState::Paused
        | SiteState::Halted
        | SiteState::Observing
        | SiteState::SignedOff
        | SiteState::Refused
        | SiteState::Reconfirm
        | SiteState::RolledBack
        | SiteState::Exempt => {}
    }
}

/// Where it was waived that the owner acknowledges, the site goes on without.
fn waived(look: &Look<'_>, agenda: &mut Agenda, position: usize) {
    let Some(planned) = look.plan().sites.get(position) else { return };
    if look.state.waivers.is_empty() || planned.terms.mode == SiteMode::None {
        return;
    }
    let scopes = guards::site_scopes(look, position);
    if look.state.waived(Guard::S3, &scopes, look.now).is_none() {
        return;
    }
    let s3 = model::gates::sites::s3(look.state, position);
    let gate = vec![look.state.reading(Guard::S3, &scopes, look.now, s3)];
    happened(look, agenda, position, SiteTransition::ScheduleAcknowledged, None, gate);
}

fn deploying(look: &mut Look<'_>, agenda: &mut Agenda, position: usize, room: &mut usize) {
    let state = look.state;
    let Some((planned, status)) = look.plan().sites.get(position).zip(state.sites.get(position))
    else {
        return;
    };
    let Some(run) = status.run.as_deref() else { return };
    let scope = Scope::Site(planned.id.clone());
    let success_percent_min = phase_success(look, position, run.stage);
    match progress::stage(look, &scope, run, success_percent_min) {
        Stage::Breaking => {}
        Stage::Finished => {
            if is_phase(look, position, run.stage) {
                let s10 = guards::s10(look, position);
                if !s10.verdict.passes() {
                    return;
                }
                happened(look, agenda, position, SiteTransition::PhaseFinished, None, vec![s10]);
            }
            agenda.events.push(progress::finished(&scope, run));
        }
        Stage::RunFinished => {
            let scopes = guards::site_scopes(look, position);
            let v1 = model::gates::v1(state, &planned.id);
            let v1 = state.reading(Guard::V1, &scopes, look.now, v1);
            if v1.verdict.passes() {
                happened(look, agenda, position, SiteTransition::Deployed, None, vec![v1]);
            } else {
                let why = "too few of its computers are verified".to_owned();
                happened(look, agenda, position, SiteTransition::Halted, Some(why), vec![v1]);
            }
        }
        Stage::Broken { why, roll_back } => {
            happened(look, agenda, position, SiteTransition::Halted, Some(why.clone()), vec![]);
            if roll_back {
                let gate = vec![GuardReading::met(Guard::C7)];
                let why = Some(format!("the plan says to go back: {why}"));
                happened(look, agenda, position, SiteTransition::RollbackStarted, why, gate);
            }
        }
        Stage::GoesOn => {
            if let Some((transition, reason)) = must_stop(look, position) {
                if !run.is_busy() {
                    happened(look, agenda, position, transition, reason, vec![]);
                }
                return;
            }
            let at_once = look.plan().limits.computers_at_once_per_site.max(1) as usize;
            progress::orders(look, agenda, &scope, run, at_once, room);
        }
    }
}

/// Returns what stops a site at its next step boundary, if anything does.
fn must_stop(look: &mut Look<'_>, position: usize) -> Option<(SiteTransition, Option<String>)> {
    let status = look.state.sites.get(position)?;
    let ring = look.ring_of(position);
    let (planned, of_ring) = look.plan().rings.get(ring).zip(look.state.rings.get(ring))?;
    if of_ring.state == RingState::Halted && planned.halting.running == RunningSites::Stop {
        let why = format!("ring {} is halted, and its sites stop", planned.id);
        return Some((SiteTransition::Halted, Some(why)));
    }
    let limit_s = look.plan().limits.site_deadline_s;
    if progress::is_overdue(look, status.since, limit_s) {
        let why = format!("it was not finished within {limit_s} s");
        return Some((SiteTransition::Halted, Some(why)));
    }
    if let Err((why, _)) = guards::s2(look, position).and_then(|()| guards::s7(look, position)) {
        return Some((SiteTransition::WindowEnded, Some(why)));
    }
    None
}

fn is_phase(look: &Look<'_>, position: usize, stage: u16) -> bool {
    let phases = look.template_of(position).map_or(0, |it| it.phases.len());
    (1..=phases).contains(&usize::from(stage))
}

/// Preparation and completion must succeed altogether; a phase as far as the plan says.
pub(crate) fn phase_success(look: &Look<'_>, position: usize, stage: u16) -> u8 {
    let phase = usize::from(stage).checked_sub(1);
    let template = look.template_of(position);
    let phase = phase.and_then(|it| template.and_then(|template| template.phases.get(it)));
    phase.map_or(100, |it| it.success_percent_min)
}

fn paused(look: &mut Look<'_>, agenda: &mut Agenda, position: usize, budget: &mut Budget<'_>) {
    let scopes = guards::site_scopes(look, position);
    let (state, now) = (look.state, look.now);
    let found = [(Guard::S2, guards::s2(look, position)), (Guard::S7, guards::s7(look, position))];
    let read = |(guard, found)| state.reading(guard, &scopes, now, found);
    let s8 = guards::never_waived(Guard::S8, guards::s8_underway(look, position));
    let gate: Vec<GuardReading> = found.into_iter().map(read).chain([s8]).collect();
    if gate.iter().all(|it| it.verdict.passes()) && lines::hold(look, position, budget).is_ok() {
        starting::under(look, agenda, position);
        happened(look, agenda, position, SiteTransition::NextWindowBegan, None, gate);
    }
}

fn rolling_back(look: &mut Look<'_>, agenda: &mut Agenda, position: usize, room: &mut usize) {
    let Some((planned, status)) =
        look.plan().sites.get(position).zip(look.state.sites.get(position))
    else {
        return;
    };
    let Some(run) = status.run.as_deref().filter(|it| it.kind == RunKind::RollBack) else { return };
    let scope = Scope::Site(planned.id.clone());
    match progress::stage(look, &scope, run, 100) {
        Stage::Breaking => {}
        Stage::Finished => agenda.events.push(progress::finished(&scope, run)),
        Stage::RunFinished => {
            happened(look, agenda, position, SiteTransition::RollbackVerified, None, vec![]);
        }
        Stage::Broken { why, .. } => {
            let text = format!("the rollback of {} failed: {why}", planned.id);
            happened(look, agenda, position, SiteTransition::RollbackFailed, Some(why), vec![]);
            super::incidents::found(look, agenda, scope, text);
        }
        Stage::GoesOn => {
            let at_once = look.plan().limits.computers_at_once_per_site.max(1) as usize;
            progress::orders(look, agenda, &scope, run, at_once, room);
        }
    }
}
