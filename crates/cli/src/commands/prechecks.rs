//! What is looked at before core components are touched: listed, and put down.

use crate::args::precheck::Precheck;
use crate::commands::instants::instant;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render::table::{Tone, cell, table, text};
use model::command::Command;
use model::gates::c5;
use model::precheck::PrecheckCommand;
use serde_json::json;
use views::time::when;

pub(crate) async fn precheck(it: &Precheck, mut desk: Desk) -> Result<Exit, Fault> {
    let zone = desk.state().plan.zone.clone();
    let (scope, command) = match it.clone() {
        Precheck::List => return list(&desk),
        Precheck::Capacity { scope, evidence } => {
            (scope.clone(), PrecheckCommand::FindCapacity { scope, evidence })
        }
        Precheck::RestorePoint { scope, reference, taken, kept_until } => {
            let taken = taken.map(|it| instant(&it, &zone)).transpose()?;
            let kept_until = instant(&kept_until, &zone)?;
            let of = scope.clone();
            (of, PrecheckCommand::TakeRestorePoint { scope, reference, taken, kept_until })
        }
        Precheck::Contacts { scope, people } => {
            (scope.clone(), PrecheckCommand::NameContacts { scope, people })
        }
    };
    desk.known(desk.state(), &scope)?;
    desk.act_and_tell(&scope, &Command::Precheck(command)).await?;
    Ok(Exit::Done)
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let (state, now) = (desk.state(), desk.now());
    let components = || state.plan.components.iter().zip(&state.components);
    let rows: Vec<_> = components()
        .map(|(it, status)| {
            let lacks: Vec<String> =
                c5(state, &it.id, now).into_iter().map(|it| it.missing).collect();
            json!({
                "component": it.id,
                "state": status.state,
                "on-record": state.prechecks.of.get(&it.id),
                "restore-point": state.restore_point(&it.id, now),
                "contacts": state.contacts(&it.id, now),
                "lacking": lacks,
            })
        })
        .collect();
    desk.terminal.answer(&rows, || {
        let headings =
            ["Component", "State", "Capacity", "Restore point", "Kept until", "On shift"];
        let mut shown = table(desk.terminal.setting(), &headings);
        let plain = |text: String| cell(text, Tone::Plain);
        for (it, status) in components() {
            let nothing = || "none".to_owned();
            let capacity = state.capacity(&it.id).map_or_else(nothing, |it| it.evidence.clone());
            let point = state.restore_point(&it.id, now);
            let kept = point.map(|it| when(it.kept_until, &state.plan.zone));
            let contacts: Vec<String> =
                state.contacts(&it.id, now).iter().map(ToString::to_string).collect();
            shown.add_row(vec![
                plain(it.id.to_string()),
                plain(status.state.to_string()),
                plain(capacity),
                plain(point.map_or_else(nothing, |it| it.reference.clone())),
                plain(kept.unwrap_or_default()),
                plain(if contacts.is_empty() { nothing() } else { contacts.join(", ") }),
            ]);
        }
        text(&shown)
    })?;
    Ok(Exit::Done)
}
