//! What closing a project waits on: from the post-project analysis to the seal, and the review of
//! the benefits after it.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use super::completing::receiver;
use super::deployment::lacking;
use super::stable::{asked, names, people};
use crate::facts::Look;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use model::assessment::{KeyQuestion, standing};
use model::close_out::{
    Availability, BenefitReview, CloseOutCommand, Contribution, Findings, Lesson, OpenItem,
    Package, Settlement, Topic, contributors, open_items, with_access,
};
use model::command::Command;
use model::digest::Digest;
use model::evolve::act_name;
use model::gates::close_out;
use model::guard::{Guard, GuardReading};
use model::id::PersonId;
use model::machine::DeploymentTransition;
use model::profile::Profile;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::Sheet;
use model::state::State;

const CLOSING: [RoleType; 2] = [RoleType::ProgramManager, RoleType::SolutionManager];

/// What follows while nobody acts.
const STAYS: &str = "the project is not closed, and its record not sealed";

/// When a lesson or an open item is due, and when the benefits are reviewed, where nobody says
/// otherwise.
const DUE_DAYS: i64 = 90;
const BENEFIT_DAYS: i64 = 180;

/// How long after today the analysis is, where nobody says otherwise.
const ANALYSIS_DAYS: i64 = 7;

/// Returns what closing the project waits on.
pub(super) fn closing(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let gate = close_out::gate(state, look.now);
    let open: Vec<&GuardReading> = gate.iter().filter(|it| !it.verdict.passes()).collect();
    let mut waits: Vec<WaitingOn> = open.iter().flat_map(|it| of_guard(look, it)).collect();
    waits.extend(analysis(look));
    // The signatures of the report wait for themselves.
    if open.is_empty() && state.is_locked(&Sheet::CloseOut) {
        waits.extend(if close_out::k7(state).is_err() { vec![package(look)] } else { seal(look) });
    }
    waits
}

fn of_guard(look: &Look<'_>, reading: &GuardReading) -> Vec<WaitingOn> {
    let asks: [super::stable::Asked; 4] = [
        (Guard::K2, contributions),
        (Guard::K5, items),
        (Guard::K6, access),
        (Guard::K8, lessons_and_benefits),
    ];
    // What requests for change wait on, they say themselves.
    if reading.guard == Guard::K4 {
        return vec![];
    }
    asked(look, reading, &asks).into_iter().map(|it| it.if_nobody_acts(STAYS)).collect()
}

/// Returns who is asked when the analysis is, and whether they come.
fn analysis(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    // One person alone knows when they come.
    let is_alone = state.plan.profile == Profile::Solo;
    if is_alone || standing(state, KeyQuestion::AllAvailable).is_answered() {
        return vec![];
    }
    let follows = "nobody knows who takes part in the analysis";
    let Some(analysis) = &state.close_out.analysis else {
        let (on, place) = (later(look, ANALYSIS_DAYS), String::new());
        let plan = CloseOutCommand::PlanAnalysis { on, place };
        let what = "the post-project analysis has to be given a day and a place";
        let wait = people(look, what, &CLOSING).with(Command::CloseOut(plan));
        return vec![wait.if_nobody_acts(follows).advisable()];
    };
    let silent = analysis.invitees.iter().filter(|it| !analysis.answers.contains_key(*it));
    let ask = |person: &PersonId| {
        let what = format!("{person} has to say whether they come to the analysis");
        let mut wait = people(look, what, &roles_of(state, person));
        wait.people = vec![person.clone()];
        let say = CloseOutCommand::SayAvailable { availability: Availability::Comes };
        wait.with(Command::CloseOut(say)).if_nobody_acts(follows).advisable()
    };
    silent.map(ask).collect()
}

/// Returns who is asked to contribute to the post-project analysis.
fn contributions(look: &Look<'_>) -> Vec<WaitingOn> {
    let lacking = contributors(look.state).into_iter();
    let lacking = lacking.filter(|it| !look.state.close_out.has_contribution(*it));
    let ask = |role: RoleType| {
        let what = format!("{role} has to contribute to the post-project analysis, or to decline");
        let text = String::new;
        let contribution = Contribution::Given {
            topic: Topic::default(),
            accomplishments: text(),
            challenges: text(),
            lessons: text(),
        };
        let contribute = CloseOutCommand::Contribute { contribution };
        people(look, what, &[role]).with(Command::CloseOut(contribute))
    };
    lacking.map(ask).collect()
}

/// Returns the day `days` after today, in the project's zone.
fn later(look: &Look<'_>, days: i64) -> Date {
    let today = look.now.to_zoned(look.plan().zone.rules()).date();
    today.checked_add(days.days()).unwrap_or(today)
}

/// Returns who is asked what becomes of everything that is still open.
fn items(look: &Look<'_>) -> Vec<WaitingOn> {
    let open = open_items(look.state).into_iter().filter(|it| !it.is_settled());
    open.filter_map(|it| item(look, &it)).collect()
}

fn item(look: &Look<'_>, it: &OpenItem) -> Option<WaitingOn> {
    if let Some(Settlement::Transferred { to, .. }) = it.status.as_ref().map(|it| &it.settlement) {
        let accept = CloseOutCommand::AcceptItem { item: it.item.clone() };
        let what = format!("{to} has to accept {}: {}", it.item, it.text);
        let roles = roles_of(look.state, to);
        let mut wait = people(look, what, &roles).with(Command::CloseOut(accept));
        wait.people = vec![to.clone()];
        return Some(wait);
    }
    // What has a machine of its own is closed there, and waits there.
    if !it.closes_by_word() {
        return None;
    }
    let owner = it.owner.clone().or_else(|| receiver(look.state));
    let settlement = match owner {
        Some(to) => {
            let today = later(look, 0);
            let due = it.due.filter(|it| *it >= today).unwrap_or_else(|| later(look, DUE_DAYS));
            Settlement::Transferred { to, due }
        }
        None => Settlement::Closed { how: String::new() },
    };
    let what = format!("what becomes of {} has to be said: {}", it.item, it.text);
    let settle = CloseOutCommand::SettleItem { item: it.item.clone(), settlement };
    Some(people(look, what, &CLOSING).with(Command::CloseOut(settle)))
}

fn roles_of(state: &State, person: &PersonId) -> Vec<RoleType> {
    let roles = state.plan.person(person).map(|it| it.roles.clone()).unwrap_or_default();
    if roles.is_empty() { vec![RoleType::SiteOwner] } else { roles }
}

/// Returns who is asked so that nobody of the project has access any more.
fn access(look: &Look<'_>) -> Vec<WaitingOn> {
    let left = with_access(look.state);
    if left.is_empty() {
        let confirm = CloseOutCommand::ConfirmAccess { statement: String::new() };
        let what = "operations has to confirm that nobody of the project has access";
        let wait = people(look, what, &[RoleType::OperationsManager]);
        return vec![wait.with(Command::CloseOut(confirm))];
    }
    let what = format!("the production access has to be revoked of {}", names(&left));
    let revoke = CloseOutCommand::RevokeAccess { people: vec![], proof: String::new() };
    let roles = [RoleType::OperationsManager, RoleType::ReleaseManagement];
    vec![people(look, what, &roles).with(Command::CloseOut(revoke))]
}

/// Returns who is asked for a lesson, and for the day on which the benefits are reviewed.
fn lessons_and_benefits(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let mut waits = Vec::new();
    let owner = receiver(state);
    let give = |wait: WaitingOn, command: Option<CloseOutCommand>| match command {
        Some(command) => wait.with(Command::CloseOut(command)),
        None => wait,
    };
    if state.close_out.lessons.is_empty() {
        let command = owner.clone().map(|owner| {
            let text = String::new;
            let (due, evidence) = (later(look, DUE_DAYS), vec![]);
            let (title, situation, recommendation) = (text(), text(), text());
            let lesson = Lesson { title, situation, recommendation, owner, due, evidence };
            CloseOutCommand::RecordLesson { lesson }
        });
        let count = model::close_out::suggestions(state).len();
        let what = format!("no lesson was put down; {count} things suggest themselves");
        waits.push(give(people(look, what, &[RoleType::ProgramManager]), command));
    }
    if state.close_out.benefit.is_none() {
        let command = owner.map(|owner| {
            let (on, expects) = (later(look, BENEFIT_DAYS), String::new());
            CloseOutCommand::PlanBenefitReview { review: BenefitReview { on, owner, expects } }
        });
        let what = "the review of the benefits has no day and no owner";
        let roles = [RoleType::ProductManager, RoleType::ProgramManager];
        waits.push(give(people(look, what, &roles), command));
    }
    waits
}

fn package(look: &Look<'_>) -> WaitingOn {
    // Which file it is, whoever exports it knows.
    let (digest, stored) = (Digest::of(b""), String::new());
    let package = Package { digest, entries: look.state.seq, stored };
    let what = "the evidence package has to be exported, verified and stored";
    let roles =
        [RoleType::OperationsManager, RoleType::ReleaseManagement, RoleType::ProgramManager];
    let wait = people(look, what, &roles);
    let wait = wait.with(Command::CloseOut(CloseOutCommand::Package { package }));
    WaitingOn { guard: Some(Guard::K7), ..wait.if_nobody_acts(STAYS) }
}

/// Returns who still has to agree to the seal: each role type, and two different people.
fn seal(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let act = act_name(DeploymentTransition::Closed);
    let given = state.concurrences.get(&act).map(Vec::as_slice).unwrap_or_default();
    let has_agreed = |it: &PersonId| given.iter().any(|given| given.by == *it);
    let agreed: Vec<&PersonId> = given.iter().map(|it| &it.by).collect();
    let ask = |role: RoleType| {
        let what = match agreed.as_slice() {
            [] => format!("the record has to be sealed, by {role} too"),
            some => format!("the record has to be sealed by {role} too; {} agreed", names(some)),
        };
        let mut wait = people(look, what, &[role]);
        if state.plan.profile != Profile::Solo {
            wait.people.retain(|it| !has_agreed(it));
        }
        wait.with(Command::CloseOut(CloseOutCommand::Seal)).if_nobody_acts(STAYS)
    };
    lacking(look, &act, &CLOSING).into_iter().map(ask).collect()
}

/// Returns what is still due after the project was closed: the review of its benefits.
pub(super) fn benefits(look: &mut Look<'_>) -> Vec<WaitingOn> {
    let close_out = &look.state.close_out;
    let Some(review) = close_out.benefit.as_ref().filter(|_| close_out.benefit_found.is_none())
    else {
        return vec![];
    };
    let since = look.state.deployment_since;
    let begins = look.plan().zone.rules().to_ambiguous_timestamp(review.on.into()).compatible();
    let begins: Timestamp = begins.unwrap_or(since);
    if look.now < begins {
        look.again(Some(begins));
        let what = format!("the benefits are reviewed on {} by {}", review.on, review.owner);
        return vec![WaitingOn::time(Scope::Deployment, what, since, begins)];
    }
    let findings = Findings { text: String::new(), evidence: vec![] };
    let command = CloseOutCommand::ReviewBenefits { findings };
    let what = format!("the benefits have to be reviewed: {}", review.expects);
    let mut wait = people(look, what, &roles_of(look.state, &review.owner));
    wait.people = vec![review.owner.clone()];
    wait.since = begins;
    let wait = wait.with(Command::CloseOut(command));
    vec![wait.if_nobody_acts("nobody learns whether the project was worth its cost").advisable()]
}
