//! Readiness and guides: judged, accepted, published, read.

use crate::args::readiness::{Guide, Readiness};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render::table::{Tone, cell, table, text};
use model::command::Command;
use model::gates::readiness::is_proved;
use model::machine::SiteState;
use model::readiness::{Judgement, ReadinessCommand, checklist, standing};
use model::scope::Scope;
use model::watching::Reports;
use serde_json::json;

pub(crate) async fn readiness(it: &Readiness, mut desk: Desk) -> Result<Exit, Fault> {
    let judge = |items, judgement, evidence| ReadinessCommand::Judge { items, judgement, evidence };
    let command = match it.clone() {
        Readiness::List => return list(&desk),
        Readiness::Pass { items, evidence } => judge(items, Judgement::Passed, evidence),
        Readiness::Fail { items, evidence } => judge(items, Judgement::Failed, evidence),
        Readiness::NotNeeded { items, reason } => judge(items, Judgement::NotApplicable, reason),
        Readiness::Accept => ReadinessCommand::Accept,
        Readiness::Declare => ReadinessCommand::DeclareReady,
        Readiness::Object { reason } => ReadinessCommand::Object { reason },
        Readiness::WithdrawObjection { reason } => ReadinessCommand::WithdrawObjection { reason },
        Readiness::Monitoring { sites, since, evidence } => {
            ReadinessCommand::ReportMonitoring { sites, since, evidence }
        }
        Readiness::Unmonitored { sites, reason } => {
            ReadinessCommand::LoseMonitoring { sites, reason }
        }
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Readiness(command)).await?;
    Ok(Exit::Done)
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let (state, now) = (desk.state(), desk.now());
    let reports = Reports::of(state, now);
    let in_scope = (0..).zip(&state.sites).filter(|(_, it)| it.state != SiteState::Exempt);
    let in_scope: Vec<u32> = in_scope.map(|(position, _)| position).collect();
    let monitored = in_scope.iter().filter(|it| reports.since(**it).is_some()).count();
    let probed = in_scope.iter().filter(|it| reports.is_probed(**it)).count();
    let items: Vec<_> = checklist(&state.plan)
        .into_iter()
        .map(|it| {
            let judged = state.readiness.item(&it.id);
            let stands = standing(state, &it, now);
            json!({ "item": it, "judged": judged, "stands": stands })
        })
        .collect();
    let accepted = state.readiness.accepted();
    let declared = state.readiness.declared();
    let planned = state.plan.operations.iter().flat_map(|it| &it.requirements);
    let requirements: Vec<_> = planned
        .map(|it| json!({ "requirement": it, "proved": is_proved(state, &it.proof, now) }))
        .collect();
    let answer = json!({
        "items": items,
        "requirements": requirements,
        "objection": state.readiness.objection(),
        "declared": declared,
        "accepted": accepted,
        "monitoring": { "sites": in_scope.len(), "reporting": monitored, "asked-by-probes": probed },
    });
    desk.terminal.answer(&answer, || {
        let headings =
            ["Item", "For", "Judged by", "State", "What must be there", "Evidence", "Said by"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for it in checklist(&state.plan) {
            let stands = standing(state, &it, now);
            let (word, tone) = match stands.judgement {
                None => ("open".to_owned(), Tone::Mind),
                Some(Judgement::Failed) => ("failed".to_owned(), Tone::Bad),
                Some(it @ (Judgement::Passed | Judgement::NotApplicable)) => {
                    (it.to_string().replace('-', " "), Tone::Good)
                }
            };
            rows.add_row(vec![
                cell(&it.id, Tone::Plain),
                cell(it.area, Tone::Plain),
                cell(it.owner, Tone::Plain),
                cell(word, tone),
                cell(&it.text, Tone::Plain),
                cell(stands.evidence.unwrap_or_default(), Tone::Plain),
                cell(stands.said_by.map(|it| it.to_string()).unwrap_or_default(), Tone::Plain),
            ]);
        }
        for it in state.plan.operations.iter().flat_map(|it| &it.requirements) {
            let is_proved = is_proved(state, &it.proof, now);
            let (word, tone) =
                if is_proved { ("proved", Tone::Good) } else { ("not proved", Tone::Mind) };
            rows.add_row(vec![
                cell(&it.id, Tone::Plain),
                cell("requirement", Tone::Plain),
                cell("Landfall", Tone::Plain),
                cell(word, tone),
                cell(&it.text, Tone::Plain),
                cell(&it.proof, Tone::Plain),
                cell("", Tone::Plain),
            ]);
        }
        let objection = state.readiness.objection();
        let objection = objection.map(|it| format!("Operations Experience objects: {}\n", it.reason));
        let ready: Vec<String> = declared.iter().map(|it| it.role.to_string()).collect();
        let ready = if ready.is_empty() { "nobody yet".to_owned() } else { ready.join(" and ") };
        let by: Vec<String> = accepted.iter().map(|it| it.role.to_string()).collect();
        let by = if by.is_empty() { "nobody yet".to_owned() } else { by.join(" and ") };
        let by_probes = match probed {
            0 => String::new(),
            _ => format!("; probes look at {probed}, and nobody states what they show"),
        };
        format!(
            "{}{}Declared ready by {ready}. Accepted by {by}. Monitoring reports from {monitored} of {} sites{by_probes}.\n",
            text(&rows),
            objection.unwrap_or_default(),
            in_scope.len()
        )
    })?;
    Ok(Exit::Done)
}

pub(crate) async fn guide(it: &Guide, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it.clone() {
        Guide::List => return guides(&desk),
        Guide::Publish { guides, place } => ReadinessCommand::PublishGuides { guides, place },
        Guide::Acknowledge { guides } => ReadinessCommand::AcknowledgeGuides { guides },
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Readiness(command)).await?;
    Ok(Exit::Done)
}

fn guides(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let planned = state.plan.operations.as_ref();
    let planned = planned.map(|it| it.guides.as_slice()).unwrap_or_default();
    let answer: Vec<_> = planned
        .iter()
        .map(|it| json!({ "guide": it, "status": state.readiness.guide(&it.id) }))
        .collect();
    desk.terminal.answer(&answer, || {
        let headings = ["Guide", "Title", "For release", "Where", "Read by"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for it in planned {
            let status = state.readiness.guide(&it.id);
            let read = status.map(|it| it.acknowledged.as_slice()).unwrap_or_default();
            let read: Vec<String> =
                read.iter().filter_map(|it| Some(it.by.as_ref()?.to_string())).collect();
            rows.add_row(vec![
                cell(&it.id, Tone::Plain),
                cell(&it.title, Tone::Plain),
                cell(status.map(|it| it.release.as_str()).unwrap_or_default(), Tone::Plain),
                cell(status.map(|it| it.place.as_str()).unwrap_or_default(), Tone::Plain),
                cell(read.join(", "), Tone::Plain),
            ]);
        }
        if planned.is_empty() { "The plan names no guide.".to_owned() } else { text(&rows) }
    })?;
    Ok(Exit::Done)
}
