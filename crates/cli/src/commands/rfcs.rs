//! Requests for change: shown, approved by digest, scheduled, reviewed.

use crate::args::rfc::Rfc;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::command::{Command, RfcAct};
use model::digest::Digest;
use model::id::RfcId;
use model::scope::Scope;

pub(crate) async fn rfc(it: &Rfc, mut desk: Desk) -> Result<Exit, Fault> {
    let (rfc, act) = match it {
        Rfc::List => return list(&desk),
        Rfc::Show { rfc } => return show(&desk, rfc),
        Rfc::Submit { rfc } => (rfc, RfcAct::Submit),
        Rfc::Classify { rfc, category } => {
            let planned = desk.state().plan.rfc(rfc).map(|it| it.category);
            let category = category.or(planned).ok_or_else(|| unknown(rfc))?;
            (rfc, RfcAct::Classify { category })
        }
        Rfc::Return { rfc, reason } => (rfc, RfcAct::Return { reason: reason.clone() }),
        Rfc::Approve { rfc, digest, condition } => {
            let part = shown(&desk, rfc, digest.as_deref())?;
            (rfc, RfcAct::Approve { part, conditions: condition.clone() })
        }
        Rfc::Reject { rfc, reason } => (rfc, RfcAct::Reject { reason: reason.clone() }),
        Rfc::Schedule { rfc } => (rfc, RfcAct::Schedule),
        Rfc::Cancel { rfc, reason } => (rfc, RfcAct::Cancel { reason: reason.clone() }),
        Rfc::Review { rfc, reason } => (rfc, RfcAct::Review { reason: reason.clone() }),
        Rfc::Close { rfc } => (rfc, RfcAct::Close),
        Rfc::Emergency { rfc, digest, reason } => {
            let part = shown(&desk, rfc, digest.as_deref())?;
            (rfc, RfcAct::AuthoriseEmergency { part, reason: reason.clone() })
        }
    };
    let scope = Scope::Rfc(rfc.clone());
    desk.act_and_tell(&scope, &Command::Rfc { rfc: rfc.clone(), act }).await?;
    Ok(Exit::Done)
}

fn unknown(rfc: &RfcId) -> Fault {
    Fault::usage(format!("{rfc} is not in the plan"), "`landfall rfc list` shows which are")
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let values: Vec<_> = state
        .plan
        .rfcs
        .iter()
        .filter_map(|planned| {
            let (planned, status) = state.rfc(&planned.id)?;
            Some(render::rfc::value(state, planned, status))
        })
        .collect();
    desk.terminal.answer(&values, || render::rfc::list(state, desk.terminal.setting()))?;
    Ok(Exit::Done)
}

fn show(desk: &Desk, rfc: &RfcId) -> Result<Exit, Fault> {
    let state = desk.state();
    let (planned, status) = state.rfc(rfc).ok_or_else(|| unknown(rfc))?;
    let value = render::rfc::value(state, planned, status);
    desk.terminal.answer(&value, || render::rfc::page(state, planned, status))?;
    Ok(Exit::Done)
}

/// Returns the digest that the person has seen: by the digits given, or by asking.
fn shown(desk: &Desk, rfc: &RfcId, digits: Option<&str>) -> Result<Digest, Fault> {
    let state = desk.state();
    let (planned, status) = state.rfc(rfc).ok_or_else(|| unknown(rfc))?;
    let part = render::rfc::part(state, planned).ok_or_else(|| unknown(rfc))?;
    super::signing::seen(desk, part, digits, "--digest", || {
        render::rfc::page(state, planned, status)
    })
}
