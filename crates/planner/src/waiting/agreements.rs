//! What one person has agreed to and takes effect only once others agree too.
//!
//! House rule: nothing waits without saying on what; half of an agreement is a wait.

use super::stable::names;
use super::{WaitingOn, has_left, holders_who};
use model::command::Command;
use model::evolve::act_name;
use model::history::HistoryCommand;
use model::id::PersonId;
use model::machine::deployment::DeploymentTransition;
use model::rights::Rights;
use model::role_type::RoleType;
use model::state::{Concurrence, State, scope_of_act};

/// How the acts begin for which people are asked anyway: a ring or site that stands still, and lost
/// history.
const ASKED_ANYWAY: [&str; 3] = ["resume ", "resolve the refusal of ", "accept the loss "];

/// Returns the acts to which somebody has agreed and others have not, but for those that are asked
/// for anyway.
pub(super) fn half_agreed(state: &State) -> impl Iterator<Item = WaitingOn> {
    let asked = [DeploymentTransition::Baselined, DeploymentTransition::Closed].map(act_name);
    let is_asked = move |act: &String| {
        asked.contains(act) || ASKED_ANYWAY.iter().any(|it| act.starts_with(it))
    };
    let acts = state.concurrences.iter().filter(move |(act, _)| !is_asked(act));
    acts.filter_map(|(act, given)| half(state, act, given))
}

fn half(state: &State, act: &str, given: &[Concurrence]) -> Option<WaitingOn> {
    let last = given.last().filter(|it| !it.wanted.is_empty())?;
    let mut agreed: Vec<&PersonId> = given.iter().map(|it| &it.by).collect();
    agreed.dedup();
    let what = format!(
        "{} agreed to {act}: it takes effect once somebody else does too, by the same command",
        names(&agreed)
    );
    let scope = scope_of_act(act);
    let mut wait = WaitingOn::people(state, scope, what, last.at, &last.wanted);
    if let Some(person) = act.strip_prefix("forget ").and_then(|it| it.parse().ok()) {
        let reason = String::new();
        wait = wait.with(Command::History(HistoryCommand::ForgetPerson { person, reason }));
    }
    let rights = wait.command.as_ref().map_or(Rights::Contribute, Command::rights);
    let has_agreed = |it: &PersonId| given.iter().flat_map(Concurrence::behind).any(|by| by == it);
    let may = |it: &PersonId| !has_agreed(it) && !has_left(state, it, rights);
    wait.people = holders_who(state, &wait.scope, &last.wanted, may);
    if wait.people.is_empty() {
        let what = format!("{}, and nobody else in the plan may", wait.what);
        let roles = [RoleType::ProgramManager];
        wait = WaitingOn::people(state, wait.scope, what, last.at, &roles);
    }
    Some(wait.if_nobody_acts("nothing: it stays as it is").advisable())
}
