//! What the deployment waits on from stabilizing to the end of the quiet period.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use crate::facts::Look;
use model::assignment::{AssignmentCommand, Staying};
use model::command::Command;
use model::escalation::{Escalation, EscalationCommand, EscalationPurpose, EscalationReason};
use model::gates::{readiness, stable, team};
use model::guard::{Guard, GuardReading};
use model::id::{LineId, PersonId};
use model::machine::{AssignmentState, DeploymentState, MilestoneState, QuietPeriodState};
use model::milestone::{Milestone, MilestoneCommand};
use model::profile::Profile;
use model::quiet_period::{Criterion, CriterionVerdict, QuietPeriod, QuietPeriodCommand};
use model::readiness::{Judgement, ReadinessCommand, ReadinessItem, shown_by, standing};
use model::role_type::RoleType;
use model::scope::Scope;

const OUTSIDE: [RoleType; 2] = [RoleType::OperationsManager, RoleType::SupportManager];
const PREPARING: [RoleType; 2] = [RoleType::OperationsExperience, RoleType::ReleaseManagement];

/// Returns that the deployment waits on holders of `roles` for `what`.
pub(super) fn people(look: &Look<'_>, what: impl Into<String>, roles: &[RoleType]) -> WaitingOn {
    let since = look.state.deployment_since;
    WaitingOn::people(look.state, Scope::Deployment, what, since, roles)
}

/// Returns the first of `all` by name, and how many more there are.
pub(super) fn names<T: ToString>(all: &[T]) -> String {
    /// The most names in one line.
    const NAMED_MAX: usize = 6;
    let named: Vec<String> = all.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    let more = all.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

pub(super) fn stabilizing(look: &mut Look<'_>) -> Vec<WaitingOn> {
    let mut waits = milestone(look);
    waits.extend(super::completing::to_rework(look));
    waits
}

fn milestone(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let program_manager = &[RoleType::ProgramManager];
    match state.milestones.state(Milestone::Stable) {
        MilestoneState::Pending => {
            let gate = stable::gate(state, look.now);
            gate.iter().flat_map(|it| criterion(look, it)).collect()
        }
        MilestoneState::ReadyForReview => {
            let convene = MilestoneCommand::Convene {
                milestone: Milestone::Stable,
                invitees: vec![],
                effective: None,
            };
            let text = "the review of Deployment Stable has to be convened";
            vec![people(look, text, program_manager).with(Command::Milestone(convene))]
        }
        MilestoneState::Rejected => {
            let why = state.milestones.last(Milestone::Stable).and_then(|it| it.reason.clone());
            let text = format!(
                "Deployment Stable was rejected and has to be reworked: {}",
                why.unwrap_or_default()
            );
            let milestone = Milestone::Stable;
            let rework = MilestoneCommand::Rework { milestone, reason: String::new() };
            vec![people(look, text, program_manager).with(Command::Milestone(rework))]
        }
        // Signatures wait for themselves, and what was not met since says so.
        MilestoneState::InReview => {
            let gate = stable::gate(state, look.now);
            gate.iter().flat_map(|it| criterion(look, it)).collect()
        }
        MilestoneState::Approved | MilestoneState::Revoked => vec![],
    }
}

/// A guard, and what is asked for so that it is met.
pub(super) type Asked = (Guard, fn(&Look<'_>) -> Vec<WaitingOn>);

/// Returns what `reading` waits on: what `asks` say of its guard, else what it says itself.
pub(super) fn asked(look: &Look<'_>, reading: &GuardReading, asks: &[Asked]) -> Vec<WaitingOn> {
    if reading.verdict.passes() {
        return vec![];
    }
    let ask = asks.iter().find(|(guard, _)| *guard == reading.guard);
    let waits = ask.map(|(_, ask)| ask(look)).unwrap_or_default();
    if waits.is_empty() {
        let since = look.state.deployment_since;
        let wait = WaitingOn::guard(look.state, &Scope::Deployment, reading, since);
        return wait.into_iter().collect();
    }
    let guard = Some(reading.guard);
    let waivable_by = reading.guard.waiver().authority().to_vec();
    let of_guard = |it| WaitingOn { guard, waivable_by: waivable_by.clone(), ..it };
    waits.into_iter().map(of_guard).collect()
}

/// Returns what one guard of Deployment Stable waits on.
fn criterion(look: &Look<'_>, reading: &GuardReading) -> Vec<WaitingOn> {
    let asks: [Asked; 4] = [
        (Guard::ST3, drill),
        (Guard::ST4, checklist),
        (Guard::ST5, guides),
        (Guard::ST7, team_lacks),
    ];
    let monitored = |it: WaitingOn| match &it.supplier {
        model::guard::Supplier::Roles(_) if reading.guard == Guard::ST6 => {
            let (sites, since, evidence) = (vec![], look.now, String::new());
            let report = ReadinessCommand::ReportMonitoring { sites, since, evidence };
            it.with(Command::Readiness(report))
        }
        model::guard::Supplier::Roles(_)
        | model::guard::Supplier::System
        | model::guard::Supplier::At(_) => it,
    };
    asked(look, reading, &asks).into_iter().map(monitored).collect()
}

/// Returns who is asked to try the escalation path, where the plan has one and nobody tries it.
fn drill(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let has_path = state.plan.support.as_ref().is_some_and(|it| !it.escalation.is_empty());
    if !has_path || state.escalations.open().any(Escalation::is_drill) {
        return vec![];
    }
    let raise = EscalationCommand::Raise {
        incident: None,
        reason: EscalationReason::NeedsKnowledge,
        text: "A drill: please answer".to_owned(),
        tried: vec![],
        called: None,
        purpose: EscalationPurpose::Drill,
    };
    let text = "the escalation path has to be tried";
    vec![people(look, text, &OUTSIDE).with(Command::Escalation(raise))]
}

fn checklist(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let mut open: Vec<(Vec<RoleType>, Vec<LineId>)> = Vec::new();
    let mut shown = Vec::new();
    for item in readiness::open_items(state, look.now) {
        if shown_by(state, &item).is_some() {
            shown.push(shown_item(look, &item));
            continue;
        }
        let judges = readiness::judges(&state.plan, &item);
        match open.iter_mut().find(|(it, _)| *it == judges) {
            Some((_, items)) => items.push(item.id),
            None => open.push((judges, vec![item.id])),
        }
    }
    let judge = |(roles, items): (Vec<RoleType>, Vec<LineId>)| {
        let text = format!("the readiness checklist lacks {}", names(&items));
        let (judgement, evidence) = (Judgement::Passed, String::new());
        let judge = ReadinessCommand::Judge { items, judgement, evidence };
        people(look, text, &roles).with(Command::Readiness(judge))
    };
    if let Some(it) = state.readiness.objection() {
        let text = format!("Operations Experience objects: {}", it.reason);
        let withdraw = ReadinessCommand::WithdrawObjection { reason: String::new() };
        let roles = [RoleType::OperationsExperience];
        return vec![people(look, text, &roles).with(Command::Readiness(withdraw))];
    }
    if readiness::items(state, look.now).is_err() {
        return open.into_iter().map(judge).chain(shown).collect();
    }
    let undeclared = readiness::undeclared(state);
    if !undeclared.is_empty() {
        let declare = |role: RoleType| {
            let text = format!("{role} has to declare the solution ready for operations");
            people(look, text, &[role]).with(Command::Readiness(ReadinessCommand::DeclareReady))
        };
        return undeclared.into_iter().map(declare).collect();
    }
    let given = readiness::accepted(state);
    let lacking = readiness::accepting(&state.plan).into_iter();
    let lacking = lacking.filter(|role| !given.iter().any(|it| it.role == *role));
    lacking
        .map(|role| {
            let text = format!("{role} has to accept the readiness checklist");
            people(look, text, &[role]).with(Command::Readiness(ReadinessCommand::Accept))
        })
        .collect()
}

/// Returns what an item waits on that a probe shows: nobody judges it.
fn shown_item(look: &Look<'_>, item: &ReadinessItem) -> WaitingOn {
    let stands = standing(look.state, item, look.now);
    let evidence = stands.evidence.unwrap_or_default();
    let text = format!("the readiness checklist lacks {}: {evidence}", item.id);
    match stands.judgement {
        // Whoever repairs it is asked with the incident that the probe has opened.
        Some(_) => people(look, text, &OUTSIDE),
        None => WaitingOn::system(Scope::Deployment, text, look.state.deployment_since),
    }
}

fn guides(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let planned = state.plan.operations.iter().flat_map(|it| &it.guides);
    let (mut unpublished, mut unread) = (Vec::new(), Vec::new());
    for guide in planned {
        match state.readiness.guide(&guide.id) {
            Some(it) if it.release == state.plan.release.version => {
                if it.acknowledged.is_empty() {
                    unread.push(guide.id.clone());
                }
            }
            Some(_) | None => unpublished.push(guide.id.clone()),
        }
    }
    let mut waits = Vec::new();
    if !unpublished.is_empty() {
        let text = format!("operations guides are not published: {}", names(&unpublished));
        let publish = ReadinessCommand::PublishGuides { guides: unpublished, place: String::new() };
        waits.push(people(look, text, &PREPARING).with(Command::Readiness(publish)));
    }
    let reached = readiness::st5(state, look.now).into_iter();
    let unreached = reached.filter(|it| it.missing.contains("reached"));
    // Whoever keeps the place sees to it: nobody states that what a probe misses is there.
    waits.extend(unreached.map(|it| people(look, it.missing, &PREPARING)));
    if !unread.is_empty() {
        let text = format!("operations guides have not been read: {}", names(&unread));
        let read = ReadinessCommand::AcknowledgeGuides { guides: unread };
        waits.push(people(look, text, &OUTSIDE).with(Command::Readiness(read)));
    }
    waits
}

fn team_lacks(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let mut waits = accept(look);
    let lacking: Vec<_> = state.team().filter(|(it, _)| team::lacks(state, it).is_err()).collect();
    let is_answered =
        |id: &PersonId| state.assignments.of(id).is_some_and(|it| it.answer.is_some());
    let of = |answered: bool| -> Vec<PersonId> {
        let accepted = lacking.iter().filter(|(_, it)| *it != AssignmentState::Named);
        let these = accepted.filter(|(it, _)| is_answered(&it.id) == answered);
        these.map(|(it, _)| it.id.clone()).collect()
    };
    let open = of(false);
    if !open.is_empty() {
        let text = format!("it is not said whether they leave or stay: {}", names(&open));
        let (answer, from, until) = (Staying::OnCall, None, None);
        let answer = AssignmentCommand::Answer { persons: open, answer, from, until };
        let wait = people(look, text, &[RoleType::ProgramManager]);
        waits.push(wait.with(Command::Assignment(answer)));
    }
    let unknown = of(true);
    if !unknown.is_empty() {
        let text = format!("nobody has accepted what they know: {}", names(&unknown));
        let accept = AssignmentCommand::AcceptKnowledge { persons: unknown, what: String::new() };
        waits.push(people(look, text, &OUTSIDE).with(Command::Assignment(accept)));
    }
    waits
}

/// Returns who is asked to accept their assignment.
pub(super) fn accept(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let named = state.team().filter(|(_, it)| *it == AssignmentState::Named);
    let ask = |(member, _): (&model::person::Person, AssignmentState)| {
        let text = format!("{} has to accept the assignment to the project", member.id);
        let mut wait = people(look, text, &member.roles);
        wait.people = vec![member.id.clone()];
        wait.with(Command::Assignment(AssignmentCommand::Accept))
    };
    named.map(ask).collect()
}

/// Returns who is asked to accept their assignment while sites are deployed.
pub(super) fn assignments(look: &Look<'_>) -> Vec<WaitingOn> {
    let is_asked = match look.state.deployment {
        DeploymentState::Deploying | DeploymentState::Held => {
            look.state.plan.profile != Profile::Solo
        }
        // While it is stabilized they are asked with the rest of ST7.
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => false,
    };
    if is_asked { accept(look) } else { vec![] }
}

pub(super) fn quiet_period(look: &mut Look<'_>) -> Vec<WaitingOn> {
    let Some(period) = look.state.quiet_periods.last() else { return vec![] };
    match period.state {
        QuietPeriodState::Running => {
            let text = format!("quiet period {} runs until {}", period.number, period.end);
            look.again(Some(period.end));
            let wait = WaitingOn::time(Scope::Deployment, text, period.since, period.end);
            let mut waits = vec![wait];
            waits.extend(super::completing::to_rework(look));
            waits.extend(super::completing::ahead(look, period.end));
            waits
        }
        QuietPeriodState::Evaluating => verdict(look, period),
        // The signatures of its report wait for themselves.
        QuietPeriodState::NotStarted | QuietPeriodState::Completed | QuietPeriodState::Aborted => {
            vec![]
        }
    }
}

/// Returns `wait` with what helps where too little was measured: a longer quiet period, in which all
/// is measured. Nobody states that what nobody asked was up.
fn measured_longer(look: &Look<'_>, period: &QuietPeriod, wait: WaitingOn) -> WaitingOn {
    let share = model::quiet_period::measured_share(look.state, period, look.now);
    let least = look.state.quiet_terms().rules.measured_min();
    let Some(share) = share.filter(|it| *it < least && wait.guard == Some(Guard::Q3)) else {
        return wait;
    };
    let days = lacking_days(period, (share, least));
    let extend = QuietPeriodCommand::Extend { days, reason: String::new() };
    wait.with(Command::QuietPeriod(extend))
}

/// Returns by how many days `period` has to be longer so that the share of it that is known becomes
/// the least that is asked for.
fn lacking_days(period: &QuietPeriod, (share, least): (u16, u16)) -> u16 {
    /// The most days that are asked for at once.
    const DAYS_MAX: i64 = 60;
    let hours = period.end.duration_since(period.start).as_hours();
    let (lacks, spare) = (i64::from(least - share), i64::from(10_000 - least).max(1));
    let days = (hours * lacks + spare * 24 - 1) / (spare * 24);
    u16::try_from(days.clamp(1, DAYS_MAX)).unwrap_or(1)
}

/// Returns what the verdict on `period` waits on.
fn verdict(look: &Look<'_>, period: &QuietPeriod) -> Vec<WaitingOn> {
    let gate = model::gates::quiet_period::readings(look.state, period, look.now);
    let is_measured = gate.iter().all(|it| it.guard != Guard::Q3 || it.verdict.passes());
    let of_guard = |reading: &GuardReading| {
        if reading.guard == Guard::Q2 {
            return eventful(look, period, reading, is_measured);
        }
        let wait = WaitingOn::guard(look.state, &Scope::Deployment, reading, period.since);
        wait.map(|it| measured_longer(look, period, it)).into_iter().collect()
    };
    gate.iter().filter(|it| !it.verdict.passes()).flat_map(of_guard).collect()
}

/// Returns what `period` waits on that is not found uneventful, by `reading` of Q2: the statement that
/// it lacks, else that it is accepted as it was. What is not known for lack of measurements is known
/// once those are there.
fn eventful(
    look: &Look<'_>,
    period: &QuietPeriod,
    reading: &GuardReading,
    is_measured: bool,
) -> Vec<WaitingOn> {
    let readings = model::quiet_period::readings(look.state, period, look.now);
    let of = |verdict: CriterionVerdict| -> Vec<String> {
        let these = readings.iter().filter(|it| it.verdict == verdict);
        these.map(ToString::to_string).collect()
    };
    let (failed, unknown) = (of(CriterionVerdict::NotMet), of(CriterionVerdict::Unknown));
    let is_unstated = readings
        .iter()
        .any(|it| it.verdict == CriterionVerdict::Unknown && it.criterion == Criterion::Stated);
    if failed.is_empty() && is_unstated {
        let wait = WaitingOn::guard(look.state, &Scope::Deployment, reading, period.since);
        return wait.map(|it| WaitingOn { waivable_by: vec![], ..it }).into_iter().collect();
    }
    let why = match (failed.is_empty(), is_measured) {
        (false, _) => failed,
        (true, true) => unknown,
        (true, false) => return vec![],
    };
    let text = format!(
        "the quiet period was not uneventful, and is accepted as it was, extended or taken back: {}",
        why.join("; ")
    );
    let act = format!("accept quiet period {}", period.number);
    let roles = [RoleType::Customer, RoleType::OperationsManager];
    let accepted_by = |role: RoleType| {
        let accept = QuietPeriodCommand::Accept { actions: vec![], reason: String::new() };
        let wait = people(look, text.clone(), &[role]).with(Command::QuietPeriod(accept));
        WaitingOn { since: period.since, guard: Some(Guard::Q2), ..wait }
    };
    super::deployment::lacking(look, &act, &roles).into_iter().map(accepted_by).collect()
}
