//! The people of the demo: each answers what they are asked, in their own words.
//!
//! House rule: they act through the same rules as real people. Whom the rules refuse is
//! not taken.

use super::stage::known;
use jiff::Timestamp;
use jiff::civil::Date;
use model::command::{Command, RfcAct};
use model::guard::Guard;
use model::id::PersonId;
use model::precheck::PrecheckCommand;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::Sheet;
use model::state::State;
use planner::people::answer;
use planner::waiting::waiting;

/// The most waits that are looked through for one to answer.
const WAITS_MAX: usize = 1_000;

/// How long after it was noted an exception is to be seen to, in days.
const EXCEPTION_DAYS: i64 = 14;

/// The site whose owner signs with an exception.
const WITH_EXCEPTION: &str = "gdansk";

/// The request for change of all sites.
const OF_SITES: &str = "RFC-2";

/// Returns who answers next, and what they tell Landfall; nothing where nobody is asked who need
/// not think first, as at a halt.
pub(super) fn next_answer(state: &State, now: Timestamp) -> Option<(PersonId, Command)> {
    let waits = waiting(state, now, WAITS_MAX);
    let asked = waits.iter().filter(|it| !needs_thought(it.command.as_ref()));
    let (person, command, _) = { asked }.find_map(|wait| answer(state, now, wait))?;
    Some((person, worded(state, now, command)))
}

/// Returns whether a command lets something go on that has stopped: nobody says that unasked.
fn needs_thought(command: Option<&Command>) -> bool {
    matches!(
        command,
        Some(Command::ResumeRing { .. } | Command::Resume { .. } | Command::Decide { .. })
    )
}

/// What people state of guards that the program cannot see, and for how much at once.
const STATED: &[(Guard, Scope, &str)] = &[
    (Guard::E4, Scope::Deployment, "we open every shop with it, or we do not call it done"),
    (Guard::S4, Scope::Deployment, "the mail of T-7 d has reached all 69 users"),
    (Guard::S5, Scope::Deployment, "65 of 69 users have sold with it in training"),
];

/// Returns `command` as the person says it.
fn worded(state: &State, now: Timestamp, mut command: Command) -> Command {
    if let Command::Attest { guard, scope, statement } = &mut command
        && let Some((_, wider, words)) = STATED.iter().find(|(it, _, _)| it == guard)
    {
        scope.clone_from(wider);
        (*words).clone_into(statement);
    }
    if let Command::Precheck(
        PrecheckCommand::FindCapacity { scope, .. }
        | PrecheckCommand::TakeRestorePoint { scope, .. }
        | PrecheckCommand::NameContacts { scope, .. },
    ) = &mut command
    {
        *scope = Scope::Core;
    }
    if let Command::Precheck(
        PrecheckCommand::FindCapacity { evidence: words, .. }
        | PrecheckCommand::TakeRestorePoint { reference: words, .. },
    ) = &mut command
    {
        "two spare machines and last night's copy".clone_into(words);
    }
    if let Command::Sign { slot, exceptions, .. } = &mut command
        && slot.sheet == Sheet::Site(site_id(WITH_EXCEPTION))
        && slot.role == RoleType::SiteOwner
    {
        let by = day(state, now).saturating_add(jiff::Span::new().days(EXCEPTION_DAYS));
        *exceptions = vec![format!("the second receipt printer is in repair (zofia.nowak, {by})")];
    }
    if let Command::Rfc { rfc, act: RfcAct::ReviewImplementation { review } } = &mut command {
        let words = if rfc.as_str() == OF_SITES {
            "it met its purpose; the shop that failed was put right the same night"
        } else {
            "it met its purpose, in time, without side effects"
        };
        words.clone_into(&mut review.lessons);
    }
    command
}

fn day(state: &State, now: Timestamp) -> Date {
    now.to_zoned(state.plan.zone.rules()).date()
}

/// Returns the name of a site of the demo's plan.
pub(super) fn site_id(name: &str) -> model::id::SiteId {
    name.parse().expect("because the demo's plan has this name")
}

/// Returns who puts right what fails, and who agrees that the ring goes on.
pub(super) fn who_resume() -> [PersonId; 2] {
    [known("sven.akker"), known("marcus.weil")]
}
