//! Requests for change: shown, approved by digest, scheduled, reviewed.

use super::instants::instant;
use crate::args::rfc::{AskEmergency, Review, Rfc};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::change_schedule::ChangeScheduleCommand;
use model::command::{Command, RfcAct};
use model::digest::Digest;
use model::id::RfcId;
use model::incident::{IncidentCommand, Work};
use model::rfc::{
    ChangeDetails, ChangeWindow, Covers, ImplementationReview, RequestForChange, RfcCategory,
};
use model::scope::Scope;

pub(crate) async fn rfc(it: &Rfc, mut desk: Desk) -> Result<Exit, Fault> {
    let (rfc, act) = match it {
        Rfc::List => return list(&desk),
        Rfc::Show { rfc } => return show(&desk, rfc),
        Rfc::Submit { rfc } => (rfc, RfcAct::Submit),
        Rfc::Classify { rfc, category } => {
            let planned = desk.state().plan.rfc(rfc).map(|it| it.category);
            let category = category.or(planned).ok_or_else(|| unknown(&desk, rfc))?;
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
        Rfc::Review(it) => (&it.rfc, review(it)),
        Rfc::ReviewEmergency { rfc, justified, reason, .. } => {
            (rfc, RfcAct::ReviewEmergency { justified: *justified, finding: reason.clone() })
        }
        Rfc::BackOut { rfc, reason } => (rfc, RfcAct::BackOut { reason: reason.clone() }),
        Rfc::Standard { template, sites, from, until, reason } => {
            let window = from.as_deref().zip(until.as_deref());
            let window =
                window.map(|(from, until)| change_window(&desk, from, until)).transpose()?;
            let (template, sites, reason) = (template.clone(), sites.clone(), reason.clone());
            let asked = ChangeScheduleCommand::RequestStandard { template, sites, window, reason };
            return tell(desk, &Scope::Deployment, asked).await;
        }
        Rfc::AskEmergency(it) => {
            let asked = asked_in_an_emergency(it, &desk)?;
            return tell(desk, &Scope::Deployment, asked).await;
        }
        Rfc::Begin { rfc } => (rfc, RfcAct::Begin),
        Rfc::Finish { rfc, evidence } => (rfc, RfcAct::Finish { evidence: evidence.clone() }),
        Rfc::Impact { rfc, hit } => {
            let impact = super::incidents::hit(hit, &desk.state().plan.zone)?;
            let recorded = IncidentCommand::RecordWork { work: Work::Change(rfc.clone()), impact };
            let scope = Scope::Rfc(rfc.clone());
            desk.act_and_tell(&scope, &Command::Incident(recorded)).await?;
            return Ok(Exit::Done);
        }
        Rfc::Rule { rfc, with, of, reason } => {
            let here = &desk.state().plan.deployment;
            let ruled = ChangeScheduleCommand::Rule {
                rfc: rfc.clone(),
                deployment: of.as_ref().unwrap_or(here).clone(),
                other: with.clone(),
                ruling: reason.clone(),
            };
            return tell(desk, &Scope::Rfc(rfc.clone()), ruled).await;
        }
        Rfc::Close { rfc } => (rfc, RfcAct::Close),
        Rfc::Emergency { rfc, digest, restores, reason } => {
            let part = shown(&desk, rfc, digest.as_deref())?;
            let (kind, reason) = (Some(*restores), reason.clone());
            (rfc, RfcAct::AuthoriseEmergency { part, kind, reason })
        }
    };
    let scope = Scope::Rfc(rfc.clone());
    desk.known(desk.state(), &scope)?;
    desk.act_and_tell(&scope, &Command::Rfc { rfc: rfc.clone(), act }).await?;
    Ok(Exit::Done)
}

async fn tell(
    mut desk: Desk,
    scope: &Scope,
    command: ChangeScheduleCommand,
) -> Result<Exit, Fault> {
    desk.act_and_tell(scope, &Command::ChangeSchedule(command)).await?;
    Ok(Exit::Done)
}

fn asked_in_an_emergency(it: &AskEmergency, desk: &Desk) -> Result<ChangeScheduleCommand, Fault> {
    let mut covers = Covers::default();
    for scope in &it.covers {
        match scope {
            Scope::Site(site) => covers.sites.push(site.clone()),
            Scope::Ring(ring) => covers.rings.push(ring.clone()),
            Scope::Component(component) => covers.components.push(component.clone()),
            Scope::Deployment | Scope::Core | Scope::Rfc(_) => {
                let what = format!("{scope} is not covered by a request");
                return Err(Fault::usage(what, "name sites, rings or components"));
            }
        }
    }
    let request = RequestForChange {
        id: it.rfc.clone(),
        title: it.title.clone(),
        category: RfcCategory::Emergency,
        requested_by: desk.author()?.person,
        implementers: it.implementers.clone(),
        covers,
        reason: it.reason.clone(),
        impact: it.impact.clone(),
        risk: it.risk.clone(),
        rollback_plan: it.rollback.clone(),
        test_evidence: it.tested.clone(),
        levels: vec![],
        window: Some(change_window(desk, &it.from, &it.until)?),
        validity_days: 1,
        details: ChangeDetails::default(),
        template: None,
    };
    Ok(ChangeScheduleCommand::RequestEmergency { request: Box::new(request) })
}

fn change_window(desk: &Desk, from: &str, until: &str) -> Result<ChangeWindow, Fault> {
    let zone = &desk.state().plan.zone;
    Ok(ChangeWindow { from: instant(from, zone)?, until: instant(until, zone)? })
}

fn review(it: &Review) -> RfcAct {
    if let Some(reason) = &it.reason {
        return RfcAct::Review { reason: reason.clone() };
    }
    let review = ImplementationReview {
        success: it.success,
        objectives_met: !it.objectives_missed,
        on_time: !it.late,
        side_effects: it.side_effects.clone(),
        incidents: it.incident.clone(),
        rollback: it.rollback,
        lessons: it.lessons.clone().unwrap_or_default(),
    };
    RfcAct::ReviewImplementation { review }
}

/// Shows the change schedule, with what conflicts.
pub(crate) fn change_schedule(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let schedule = render::change_schedule::schedule(state);
    desk.terminal.answer(&schedule, || {
        render::change_schedule::page(state, &schedule, desk.terminal.setting())
    })?;
    Ok(Exit::Done)
}

fn unknown(desk: &Desk, rfc: &RfcId) -> Fault {
    let lists = "`landfall rfc list` shows which are";
    let known = desk.state().rfcs.iter().map(|it| it.id.as_str());
    let next = match planfile::nearest(rfc.as_str(), known) {
        Some(meant) => format!("did you mean {meant}? {lists}"),
        None => lists.to_owned(),
    };
    Fault::usage(format!("{rfc} is not in the plan"), next)
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let known = state.rfcs.iter().filter_map(|it| state.rfc(&it.id));
    let values: Vec<_> =
        known.map(|(planned, status)| render::rfc::value(state, planned, status)).collect();
    desk.terminal.answer(&values, || render::rfc::list(state, desk.terminal.setting()))?;
    Ok(Exit::Done)
}

fn show(desk: &Desk, rfc: &RfcId) -> Result<Exit, Fault> {
    let state = desk.state();
    let (planned, status) = state.rfc(rfc).ok_or_else(|| unknown(desk, rfc))?;
    let value = render::rfc::value(state, planned, status);
    desk.terminal.answer(&value, || render::rfc::page(state, planned, status))?;
    Ok(Exit::Done)
}

/// Returns the digest that the person has seen: by the digits given, or by asking.
fn shown(desk: &Desk, rfc: &RfcId, digits: Option<&str>) -> Result<Digest, Fault> {
    let state = desk.state();
    let (planned, status) = state.rfc(rfc).ok_or_else(|| unknown(desk, rfc))?;
    let part = render::rfc::part(state, planned).ok_or_else(|| unknown(desk, rfc))?;
    super::signing::seen(desk, part, digits, "--digest", || {
        render::rfc::page(state, planned, status)
    })
}
