//! Commands about incidents and escalations, as they are typed.

use super::quoted;
use model::escalation::{EscalationAct, EscalationCommand, EscalationPurpose};
use model::incident::{
    FeedbackDecision, Impact, ImpactSites, IncidentAct, IncidentCommand, MaintenanceWindow, Work,
};

/// Returns what is typed for a command about incidents, after the program's name.
pub(super) fn incident(command: &IncidentCommand) -> String {
    match command {
        IncidentCommand::Open(opening) => {
            let scopes: Vec<String> = opening.scopes.iter().map(ToString::to_string).collect();
            format!(
                "incident open {} --severity {} --title {}",
                scopes.join(" "),
                opening.severity.number(),
                quoted(&opening.title)
            )
        }
        IncidentCommand::Act { incident, act } => act_words(*incident, act),
        IncidentCommand::AnnounceMaintenance { title, window, sites } => {
            let title = quoted(title);
            format!("maintenance announce --title {title}{}{}", span(*window), at(sites))
        }
        IncidentCommand::ChangeMaintenance { maintenance, window, reason } => {
            let reason = quoted(reason);
            format!("maintenance change {maintenance}{} --reason {reason}", span(*window))
        }
        IncidentCommand::CancelMaintenance { maintenance, reason } => {
            format!("maintenance cancel {maintenance} --reason {}", quoted(reason))
        }
        IncidentCommand::RecordWork { work: Work::Maintenance(number), impact } => {
            format!("maintenance impact {number}{}", hit(impact))
        }
        IncidentCommand::RecordWork { work: Work::Change(rfc), impact } => {
            format!("rfc impact {rfc}{}", hit(impact))
        }
        IncidentCommand::GiveFeedback { scope, text, .. } => {
            format!("feedback give {scope} --text {}", quoted(text))
        }
        IncidentCommand::ProcessFeedback { feedback, decision, answer } => {
            let how = match decision {
                FeedbackDecision::OpenIncident(severity) => {
                    format!(" --incident {}", severity.number())
                }
                FeedbackDecision::Revisit => " --revisit".to_owned(),
                FeedbackDecision::Answer => String::new(),
            };
            format!("feedback process {feedback}{how} --answer {}", quoted(answer))
        }
        IncidentCommand::OpenProblem { title, incidents } => {
            let incidents: String =
                incidents.iter().map(|it| format!(" --incident {it}")).collect();
            format!("problem open --title {}{incidents}", quoted(title))
        }
        IncidentCommand::AnalyseProblem { problem, cause, .. } => {
            format!("problem analyse {problem} --cause {}", quoted(cause))
        }
        IncidentCommand::FixProblem { problem, release, rfc } => {
            format!("problem fix {problem} --release {} --rfc {rfc}", quoted(release))
        }
        IncidentCommand::AcceptProblem { problem, workaround, owner } => {
            format!("problem accept {problem} --workaround {} --owner {owner}", quoted(workaround))
        }
    }
}

fn span(window: MaintenanceWindow) -> String {
    format!(" --from {} --until {}", window.start, window.end)
}

fn at(sites: &ImpactSites) -> String {
    match sites {
        ImpactSites::All => String::new(),
        ImpactSites::Only(sites) => sites.iter().map(|it| format!(" --site {it}")).collect(),
    }
}

fn hit(impact: &Impact) -> String {
    let until = impact.end.map(|it| format!(" --until {it}")).unwrap_or_default();
    let users = impact.users.map(|it| format!(" --users {it}")).unwrap_or_default();
    let sites = at(&impact.sites);
    format!(" --level {} --since {}{until}{sites}{users}", impact.level, impact.start)
}

fn act_words(number: u32, act: &IncidentAct) -> String {
    match act {
        IncidentAct::Acknowledge { .. } => format!("incident acknowledge {number}"),
        IncidentAct::Work { assignee } => {
            let assignee = assignee.as_ref().map(|it| format!(" --assignee {it}"));
            format!("incident work {number}{}", assignee.unwrap_or_default())
        }
        IncidentAct::FindWorkaround { workaround } => {
            format!("incident work {number} --workaround {}", quoted(workaround))
        }
        IncidentAct::Restore { confirmation, .. } => {
            format!("incident restore {number} --confirmation {}", quoted(confirmation))
        }
        IncidentAct::Resolve { cause, fix, workaround, .. } => {
            let fix = fix.as_ref().map(|it| format!(" --fix {}", quoted(it)));
            let around = workaround.as_ref().map(|it| format!(" --workaround {}", quoted(it)));
            let remedy = format!("{}{}", fix.unwrap_or_default(), around.unwrap_or_default());
            format!("incident resolve {number} --cause {}{remedy}", quoted(cause))
        }
        IncidentAct::Close => format!("incident close {number}"),
        IncidentAct::Reopen { reason, .. } => {
            format!("incident reopen {number} --reason {}", quoted(reason))
        }
        IncidentAct::Merge { into, reason } => {
            format!("incident duplicate {number} --of {into} --reason {}", quoted(reason))
        }
        IncidentAct::Unmerge { reason } => {
            format!("incident duplicate {number} --undo --reason {}", quoted(reason))
        }
        IncidentAct::Cancel { reason } => {
            format!("incident cancel {number} --reason {}", quoted(reason))
        }
        IncidentAct::Reclassify { severity, attribution, reason } => {
            let severity = severity.map(|it| format!(" --severity {}", it.number()));
            let attribution = attribution.map(|it| format!(" --attribution {it}"));
            let to = format!("{}{}", severity.unwrap_or_default(), attribution.unwrap_or_default());
            format!("incident reclassify {number}{to} --reason {}", quoted(reason))
        }
        IncidentAct::OpenSegment { impact } => {
            format!("incident impact add {number}{}", hit(impact))
        }
        IncidentAct::CloseSegment { segment, .. } => {
            format!("incident impact end {number} {segment}")
        }
        IncidentAct::CorrectSegment { segment, impact, reason } => {
            let (hit, reason) = (hit(impact), quoted(reason));
            format!("incident impact correct {number} {segment}{hit} --reason {reason}")
        }
        IncidentAct::WithdrawSegment { segment, reason } => {
            format!("incident impact withdraw {number} {segment} --reason {}", quoted(reason))
        }
    }
}

/// Returns what is typed for a command about escalations, after the program's name.
pub(super) fn escalation(command: &EscalationCommand) -> String {
    match command {
        EscalationCommand::Raise { text, purpose: EscalationPurpose::Drill, .. } => {
            format!("escalation drill --text {}", quoted(text))
        }
        EscalationCommand::Raise { incident, reason, text, tried, .. } => {
            let incident = incident.map(|it| format!(" --incident {it}")).unwrap_or_default();
            let tried: String = tried.iter().map(|it| format!(" --tried {}", quoted(it))).collect();
            format!("escalation raise{incident} --because {reason} --text {}{tried}", quoted(text))
        }
        EscalationCommand::Act { escalation, act } => match act {
            EscalationAct::Accept { .. } => format!("escalation accept {escalation}"),
            EscalationAct::Reject { reason } => {
                format!("escalation reject {escalation} --reason {}", quoted(reason))
            }
            EscalationAct::Insist { reason } => {
                format!("escalation insist {escalation} --reason {}", quoted(reason))
            }
            EscalationAct::Agree => format!("escalation agree {escalation}"),
            EscalationAct::Answer { kind, text, release, rfc } => {
                let release = release.as_ref().map(|it| format!(" --release {}", quoted(it)));
                let rfc = rfc.as_ref().map(|it| format!(" --rfc {it}"));
                let fix = format!("{}{}", release.unwrap_or_default(), rfc.unwrap_or_default());
                format!("escalation answer {escalation} --kind {kind} --text {}{fix}", quoted(text))
            }
            EscalationAct::Confirm { .. } => format!("escalation confirm {escalation}"),
            EscalationAct::Reopen { reason } => {
                format!("escalation reopen {escalation} --reason {}", quoted(reason))
            }
            EscalationAct::AcceptKnownError { workaround, owner } => format!(
                "escalation known-error {escalation} --workaround {} --owner {owner}",
                quoted(workaround)
            ),
        },
    }
}
