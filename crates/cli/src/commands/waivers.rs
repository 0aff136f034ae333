//! Waivers: asked for, decided, listed.

use crate::args::waiver::Waiver;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render::table::{Tone, cell, table, text};
use jiff::Timestamp;
use jiff::civil::Date;
use model::command::Command;
use model::scope::Scope;
use model::state::WaiverStatus;
use model::window::TimeZoneName;
use views::people;
use views::time::when;

pub(crate) async fn waiver(it: &Waiver, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it {
        Waiver::Request { guard, scope, part, reason, risk, control, until } => {
            Command::RequestWaiver {
                guard: *guard,
                part: part.clone(),
                scope: scope.clone(),
                reason: reason.clone(),
                risk: risk.clone(),
                control: control.clone(),
                until: end(until, &desk.state().plan.zone)?,
            }
        }
        Waiver::Approve { waiver } => Command::ApproveWaiver { waiver: *waiver },
        Waiver::Refuse { waiver, reason } => {
            Command::RefuseWaiver { waiver: *waiver, reason: reason.clone() }
        }
        Waiver::Close { waiver, reason } => {
            Command::CloseWaiver { waiver: *waiver, reason: reason.clone() }
        }
        Waiver::List => return list(&desk),
    };
    desk.act_and_tell(&Scope::Deployment, &command).await?;
    Ok(Exit::Done)
}

/// Returns the instant that `text` names: itself, or the end of a day in the project's zone.
pub(super) fn end(text: &str, zone: &TimeZoneName) -> Result<Timestamp, Fault> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let day = text.parse::<Date>().ok().and_then(|it| it.tomorrow().ok());
    let end = day.and_then(|it| it.to_zoned(zone.rules()).ok());
    end.map(|it| it.timestamp()).ok_or_else(|| {
        let next = "write a date such as 2027-03-24, or a time such as 2027-03-24T12:00:00Z";
        Fault::usage(format!("`{text}` is no time"), next)
    })
}

fn part_of(waiver: &WaiverStatus) -> String {
    match &waiver.part {
        Some(part) => format!("{} {part}", waiver.guard),
        None => waiver.guard.to_string(),
    }
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    desk.terminal.answer(&state.waivers, || {
        let headings = ["Waiver", "Guard", "Where", "State", "Until", "Approved by", "Reason"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for (waiver, number) in state.waivers.iter().zip(1..) {
            let by: Vec<_> = waiver.approvals.iter().map(|(by, _)| by.clone()).collect();
            rows.add_row(vec![
                cell(number, Tone::Plain),
                cell(part_of(waiver), Tone::Plain),
                cell(&waiver.scope, Tone::Plain),
                cell(waiver.state, Tone::Plain),
                cell(when(waiver.until, &state.plan.zone), Tone::Plain),
                cell(people::any_of(&state.plan, &by), Tone::Plain),
                cell(&waiver.reason, Tone::Plain),
            ]);
        }
        if state.waivers.is_empty() { "There is no waiver.".to_owned() } else { text(&rows) }
    })?;
    Ok(Exit::Done)
}
