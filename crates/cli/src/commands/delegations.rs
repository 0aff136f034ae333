//! Delegations: given, ended, listed.

use super::waivers::end;
use crate::args::delegate::Delegate;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render::table::{Tone, cell, table, text};
use model::command::Command;
use model::delegation::DelegationCommand;
use model::scope::Scope;
use views::people::person;
use views::time::when;

pub(crate) async fn delegate(it: &Delegate, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it {
        Delegate::Give { delegate, role, scope, slots, from, until, reason } => {
            DelegationCommand::Give {
                delegate: delegate.clone(),
                role: *role,
                scope: scope.clone(),
                slots: slots.clone(),
                from: *from,
                until: end(until, &desk.state().plan.zone)?,
                reason: reason.clone(),
            }
        }
        Delegate::End { delegation, reason } => {
            DelegationCommand::End { delegation: *delegation, reason: reason.clone() }
        }
        Delegate::List => return list(&desk),
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Delegation(command)).await?;
    Ok(Exit::Done)
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let given = &state.delegations.given;
    let now = desk.now();
    desk.terminal.answer(given, || {
        let headings =
            ["Delegation", "By", "To", "As", "Where", "From", "Until", "In force", "Reason"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for (it, number) in given.iter().zip(1..) {
            let only: Vec<String> = it.slots.iter().map(ToString::to_string).collect();
            let place = if only.is_empty() { it.scope.to_string() } else { only.join(", ") };
            rows.add_row(vec![
                cell(number, Tone::Plain),
                cell(person(&state.plan, &it.by), Tone::Plain),
                cell(person(&state.plan, &it.delegate), Tone::Plain),
                cell(it.role, Tone::Plain),
                cell(place, Tone::Plain),
                cell(when(it.from, &state.plan.zone), Tone::Plain),
                cell(when(it.until, &state.plan.zone), Tone::Plain),
                cell(if it.is_in_force(now) { "yes" } else { "no" }, Tone::Plain),
                cell(&it.reason, Tone::Plain),
            ]);
        }
        if given.is_empty() { "There is no delegation.".to_owned() } else { text(&rows) }
    })?;
    Ok(Exit::Done)
}
