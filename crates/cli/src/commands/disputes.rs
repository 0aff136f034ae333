//! Disputes: reported, settled, listed.

use super::signing::seen;
use crate::args::dispute::{Dispute, Disputed};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::render::table::{Tone, cell, table, text};
use model::command::Command;
use model::dispute::DisputeCommand;
use model::id::{PersonId, RfcId};
use model::sheet::SlotId;
use model::state::State;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use views::people::person;
use views::time::when;

pub(crate) async fn dispute(it: &Dispute, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it {
        Dispute::Report { whose, means, since, reason } => {
            let (person, reason) = (whose.clone(), reason.clone());
            DisputeCommand::Report { person, means: *means, since: *since, reason }
        }
        Dispute::Renew { dispute, statement } => {
            DisputeCommand::Renew { dispute: *dispute, statement: statement.clone() }
        }
        Dispute::Confirm { what: Disputed::Slot(slot), digest } => {
            confirm(slot, digest.as_deref(), &desk)?
        }
        Dispute::Confirm { what: Disputed::Request(rfc), digest } => {
            confirm_approval(rfc, digest.as_deref(), &desk)?
        }
        Dispute::SetAside { what: Disputed::Slot(slot), reason, of: _ } => {
            DisputeCommand::SetAside { slot: slot.clone(), reason: reason.clone() }
        }
        Dispute::SetAside { what: Disputed::Request(rfc), of, reason } => {
            let by = match of {
                Some(by) => by.clone(),
                None => only_disputed(rfc, &desk)?,
            };
            DisputeCommand::SetAsideApproval { rfc: rfc.clone(), by, reason: reason.clone() }
        }
        Dispute::List => return list(&desk),
    };
    let command = Command::Dispute(command);
    let scope = views::subject::of(&command);
    desk.act_and_tell(&scope, &command).await?;
    Ok(Exit::Done)
}

/// What is confirmed is what was signed, by its digest: it is shown first.
fn confirm(slot: &SlotId, digits: Option<&str>, desk: &Desk) -> Result<DisputeCommand, Fault> {
    let state = desk.state();
    let Some(status) = state.slots.get(slot) else {
        let what = format!("nobody has signed {slot}");
        let next = "`landfall dispute list` says what is disputed";
        return Err(Fault::new(Exit::Refused, what).next(next));
    };
    let page = || render::sheet::page(state, &slot.sheet);
    let document = seen(desk, status.document, digits, "--digest", page)?;
    Ok(DisputeCommand::Confirm { slot: slot.clone(), document })
}

/// Returns whose approval of `rfc` is disputed, where it is of one person.
fn only_disputed(rfc: &RfcId, desk: &Desk) -> Result<PersonId, Fault> {
    match desk.state().disputed_approvals(rfc).as_slice() {
        [only] => Ok(only.by.clone()),
        [] => {
            let next = "`landfall dispute list` says what is disputed";
            let what = format!("nobody disputes an approval of {rfc}");
            Err(Fault::new(Exit::Refused, what).next(next))
        }
        several => {
            let names: Vec<String> = several.iter().map(|it| it.by.to_string()).collect();
            let next = format!("name one with --of: {}", names.join(", "));
            Err(Fault::usage(format!("several approvals of {rfc} are disputed"), next))
        }
    }
}

/// What is confirmed is the plan part that was approved, by its digest: it is shown first.
fn confirm_approval(
    rfc: &RfcId,
    digits: Option<&str>,
    desk: &Desk,
) -> Result<DisputeCommand, Fault> {
    let state = desk.state();
    let found = state.rfc(rfc).and_then(|it| Some((it, state.part_of(rfc)?)));
    let ((planned, status), part) = found.ok_or_else(|| {
        Fault::usage(format!("{rfc} is not in the plan"), "`landfall rfc list` names what is")
    })?;
    let page = || render::rfc::page(state, planned, status);
    let part = seen(desk, part, digits, "--digest", page)?;
    Ok(DisputeCommand::ConfirmApproval { rfc: rfc.clone(), part })
}

/// Returns what an approval that was disputed is called.
fn approval(state: &State, rfc: &RfcId) -> String {
    let is_emergency = state.change_schedule.emergencies.contains_key(rfc);
    if is_emergency { format!("emergency {rfc}") } else { format!("approval of {rfc}") }
}

/// Returns what the requests have let run of which an approval is or was disputed, a line each.
fn let_run(state: &State) -> String {
    let requests = state.disputes.reported.iter().flat_map(|it| &it.requests);
    let requests: BTreeSet<&RfcId> = requests.collect();
    let lines = requests.into_iter().filter_map(|rfc| Some((rfc, state.let_run(rfc)?)));
    lines.map(|(rfc, ran)| format!("\n{rfc}: {ran}\n")).collect()
}

/// Returns where an approval stands that was disputed in a dispute.
fn stands(state: &State, rfc: &RfcId, dispute: u32) -> &'static str {
    let is_open = state.disputed_approvals(rfc).iter().any(|it| it.dispute == dispute);
    if is_open { "disputed" } else { "settled" }
}

/// Returns what became of a signature that was disputed.
fn became(state: &State, slot: &SlotId) -> &'static str {
    if state.disputes.of(slot).is_some() {
        "disputed"
    } else if state.disputes.confirmed.contains_key(slot) {
        "confirmed"
    } else {
        "set aside"
    }
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let reported = &state.disputes.reported;
    let values: Vec<_> = (1..)
        .zip(reported)
        .map(|(number, it)| {
            let signatures = it.slots.iter();
            let signatures: Vec<_> = signatures
                .map(|slot| json!({ "slot": slot, "became": became(state, slot) }))
                .collect();
            let ran = it.requests.iter().map(|rfc| (rfc, state.let_run(rfc)));
            let ran: BTreeMap<_, _> = ran.collect();
            json!({ "dispute": number, "person": it.person, "means": it.means, "since": it.since,
                "reason": it.reason, "by": it.by, "at": it.at, "renewed": it.renewed,
                "signatures": signatures, "requests": it.requests, "let_run": ran })
        })
        .collect();
    desk.terminal.answer(&values, || {
        let zone = &state.plan.zone;
        let headings = ["Dispute", "Of", "By what", "Since", "Replaced", "Signature", "", "Reason"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for (number, it) in (1..).zip(reported) {
            let means = it.means.map_or_else(|| "anything".to_owned(), |it| it.to_string());
            let renewed =
                it.renewed.as_ref().map_or("not yet".to_owned(), |(_, at)| when(*at, zone));
            let named = it.slots.iter().map(|slot| (slot.to_string(), became(state, slot)));
            let requests = it.requests.iter();
            let requests = requests.map(|rfc| (approval(state, rfc), stands(state, rfc, number)));
            let named: Vec<_> = named.chain(requests).collect();
            let none = vec![("none".to_owned(), "")];
            for (slot, became) in if named.is_empty() { none } else { named } {
                let tone = if became == "disputed" { Tone::Bad } else { Tone::Plain };
                rows.add_row(vec![
                    cell(number, Tone::Plain),
                    cell(person(&state.plan, &it.person), Tone::Plain),
                    cell(&means, Tone::Plain),
                    cell(when(it.since, zone), Tone::Plain),
                    cell(&renewed, Tone::Plain),
                    cell(slot, Tone::Plain),
                    cell(became, tone),
                    cell(&it.reason, Tone::Plain),
                ]);
            }
        }
        if reported.is_empty() {
            "Nobody disputes a signature.".to_owned()
        } else {
            text(&rows) + &let_run(state)
        }
    })?;
    Ok(Exit::Done)
}
