//! Incidents, announced work, feedback and problems: told to the record, listed, shown.

use super::escalations;
use super::incident_lists as lists;
use super::instants::{instant, optional};
use crate::args::incident::{Feedback, Hit, ImpactOf, Incident, Maintenance, Opened, Problem};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use model::command::Command;
use model::id::SiteId;
use model::incident::{
    FeedbackDecision, Impact, ImpactSites, IncidentAct, IncidentCommand, MaintenanceWindow,
    Opening, Source, Work,
};
use model::private::Private;
use model::scope::Scope;
use model::window::TimeZoneName;

/// Tells the record.
async fn told(mut desk: Desk, command: IncidentCommand) -> Result<Exit, Fault> {
    desk.act_and_tell(&Scope::Deployment, &Command::Incident(command)).await?;
    Ok(Exit::Done)
}

async fn acted(desk: Desk, incident: u32, act: IncidentAct) -> Result<Exit, Fault> {
    told(desk, IncidentCommand::Act { incident, act }).await
}

pub(crate) async fn incident(it: &Incident, desk: Desk) -> Result<Exit, Fault> {
    let zone = desk.state().plan.zone.clone();
    let (incident, act) = match it {
        Incident::Open(it) => {
            let opening = opening(it, &desk, &zone)?;
            return told(desk, IncidentCommand::Open(Box::new(opening))).await;
        }
        Incident::Escalate { incident, needs } => {
            return escalations::raise(Some(*incident), needs, desk).await;
        }
        Incident::Impact(it) => return impact(it, desk).await,
        Incident::List { all } => return lists::list(&desk, *all),
        Incident::Show { incident } => return lists::show(&desk, *incident),
        Incident::Acknowledge { incident, at } => {
            (incident, IncidentAct::Acknowledge { at: optional(at.as_deref(), &zone)? })
        }
        Incident::Work { incident, workaround: Some(workaround), .. } => {
            (incident, IncidentAct::FindWorkaround { workaround: workaround.clone() })
        }
        Incident::Work { incident, assignee, workaround: None } => {
            (incident, IncidentAct::Work { assignee: assignee.clone() })
        }
        Incident::Restore { incident, at, confirmation } => {
            let at = optional(at.as_deref(), &zone)?;
            (incident, IncidentAct::Restore { at, confirmation: confirmation.clone() })
        }
        Incident::Resolve { incident, cause, fix, workaround, problem } => {
            let (fix, workaround) = (fix.clone(), workaround.clone());
            let cause = cause.clone();
            (incident, IncidentAct::Resolve { cause, fix, workaround, problem: *problem })
        }
        Incident::Close { incident } => (incident, IncidentAct::Close),
        Incident::Reopen { incident, at, reason } => {
            let at = optional(at.as_deref(), &zone)?;
            (incident, IncidentAct::Reopen { at, reason: reason.clone() })
        }
        Incident::Duplicate { incident, of: Some(into), reason, .. } => {
            (incident, IncidentAct::Merge { into: *into, reason: reason.clone() })
        }
        Incident::Duplicate { incident, of: None, reason, .. } => {
            (incident, IncidentAct::Unmerge { reason: reason.clone() })
        }
        Incident::Cancel { incident, reason } => {
            (incident, IncidentAct::Cancel { reason: reason.clone() })
        }
        Incident::Reclassify { incident, severity, attribution, reason } => {
            let (severity, attribution) = (*severity, *attribution);
            let reason = reason.clone();
            (incident, IncidentAct::Reclassify { severity, attribution, reason })
        }
    };
    acted(desk, *incident, act).await
}

fn opening(it: &Opened, desk: &Desk, zone: &TimeZoneName) -> Result<Opening, Fault> {
    let detected = optional(it.detected.as_deref(), zone)?.unwrap_or_else(|| desk.now());
    let impact = match it.level {
        None => None,
        Some(level) => Some(Impact {
            start: optional(it.since.as_deref(), zone)?.unwrap_or(detected),
            end: optional(it.until.as_deref(), zone)?,
            sites: sites_of(desk, &it.scopes),
            level,
            users: it.users,
        }),
    };
    let source = match &it.source {
        Some(system) => Source { system: system.clone(), id: it.external_id.clone() },
        None => Source::person(),
    };
    Ok(Opening {
        kind: it.kind,
        severity: it.severity,
        attribution: it.attribution,
        scopes: it.scopes.clone(),
        title: it.title.clone(),
        text: it.text.clone(),
        detected,
        source,
        reporter: it.reporter.clone().map(Private::Clear),
        impact,
        recurrence_of: None,
    })
}

/// Returns the sites within `scopes`; all of them where something else than sites is hit.
fn sites_of(desk: &Desk, scopes: &[Scope]) -> ImpactSites {
    let state = desk.state();
    let mut sites: Vec<SiteId> = Vec::new();
    for scope in scopes {
        match scope {
            Scope::Site(site) => sites.push(site.clone()),
            Scope::Ring(ring) => {
                let of_ring = state.index.rings.get(ring).copied();
                let of_ring = of_ring.and_then(|it| state.index.sites_of_ring.get(it as usize));
                let of_ring = of_ring.into_iter().flatten();
                let planned = of_ring.filter_map(|it| state.plan.sites.get(*it as usize));
                sites.extend(planned.map(|it| it.id.clone()));
            }
            Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Rfc(_) => {
                return ImpactSites::All;
            }
        }
    }
    ImpactSites::Only(sites)
}

fn named(sites: &[SiteId]) -> ImpactSites {
    if sites.is_empty() { ImpactSites::All } else { ImpactSites::Only(sites.to_vec()) }
}

pub(super) fn hit(it: &Hit, zone: &TimeZoneName) -> Result<Impact, Fault> {
    Ok(Impact {
        start: instant(&it.since, zone)?,
        end: optional(it.until.as_deref(), zone)?,
        sites: named(&it.sites),
        level: it.level,
        users: it.users,
    })
}

async fn impact(it: &ImpactOf, desk: Desk) -> Result<Exit, Fault> {
    let zone = desk.state().plan.zone.clone();
    let (incident, act) = match it {
        ImpactOf::Add { incident, hit: of } => {
            (incident, IncidentAct::OpenSegment { impact: hit(of, &zone)? })
        }
        ImpactOf::End { incident, segment, at } => {
            let end = optional(at.as_deref(), &zone)?;
            (incident, IncidentAct::CloseSegment { segment: *segment, end })
        }
        ImpactOf::Correct { incident, segment, hit: of, reason } => {
            let (impact, reason) = (hit(of, &zone)?, reason.clone());
            (incident, IncidentAct::CorrectSegment { segment: *segment, impact, reason })
        }
        ImpactOf::Withdraw { incident, segment, reason } => {
            let (segment, reason) = (*segment, reason.clone());
            (incident, IncidentAct::WithdrawSegment { segment, reason })
        }
    };
    acted(desk, *incident, act).await
}

pub(crate) async fn maintenance(it: &Maintenance, desk: Desk) -> Result<Exit, Fault> {
    let zone = desk.state().plan.zone.clone();
    let window = |from: &str, until: &str| -> Result<MaintenanceWindow, Fault> {
        Ok(MaintenanceWindow { start: instant(from, &zone)?, end: instant(until, &zone)? })
    };
    let command = match it {
        Maintenance::Announce { title, from, until, sites } => {
            let (window, sites) = (window(from, until)?, named(sites));
            IncidentCommand::AnnounceMaintenance { title: title.clone(), window, sites }
        }
        Maintenance::Change { maintenance, from, until, reason } => {
            let (window, reason) = (window(from, until)?, reason.clone());
            IncidentCommand::ChangeMaintenance { maintenance: *maintenance, window, reason }
        }
        Maintenance::Cancel { maintenance, reason } => {
            let (maintenance, reason) = (*maintenance, reason.clone());
            IncidentCommand::CancelMaintenance { maintenance, reason }
        }
        Maintenance::Impact { maintenance, hit: of } => {
            let work = Work::Maintenance(*maintenance);
            IncidentCommand::RecordWork { work, impact: hit(of, &zone)? }
        }
        Maintenance::List => return lists::maintenances(&desk),
    };
    told(desk, command).await
}

pub(crate) async fn feedback(it: &Feedback, desk: Desk) -> Result<Exit, Fault> {
    let command = match it {
        Feedback::Give { scope, from, text } => {
            let (scope, from, text) = (scope.clone(), from.clone(), text.clone());
            IncidentCommand::GiveFeedback { scope, from, text }
        }
        Feedback::Process { feedback, incident, revisit, answer } => {
            let decision = match (incident, revisit) {
                (Some(severity), _) => FeedbackDecision::OpenIncident(*severity),
                (None, true) => FeedbackDecision::Revisit,
                (None, false) => FeedbackDecision::Answer,
            };
            let (feedback, answer) = (*feedback, answer.clone());
            IncidentCommand::ProcessFeedback { feedback, decision, answer }
        }
        Feedback::List => return lists::feedback(&desk),
    };
    told(desk, command).await
}

pub(crate) async fn problem(it: &Problem, desk: Desk) -> Result<Exit, Fault> {
    let command = match it {
        Problem::Open { title, incidents } => {
            let (title, incidents) = (title.clone(), incidents.clone());
            IncidentCommand::OpenProblem { title, incidents }
        }
        Problem::Analyse { problem, cause, workaround } => {
            let (cause, workaround) = (cause.clone(), workaround.clone());
            IncidentCommand::AnalyseProblem { problem: *problem, cause, workaround }
        }
        Problem::Fix { problem, release, rfc } => {
            let (release, rfc) = (release.clone(), rfc.clone());
            IncidentCommand::FixProblem { problem: *problem, release, rfc }
        }
        Problem::Accept { problem, workaround, owner } => {
            let (workaround, owner) = (workaround.clone(), owner.clone());
            IncidentCommand::AcceptProblem { problem: *problem, workaround, owner }
        }
        Problem::List => return lists::problems(&desk),
    };
    told(desk, command).await
}
