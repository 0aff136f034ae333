//! Commands of the third process as they are typed.

use super::{quoted, to_the_second};
use model::assignment::AssignmentCommand;
use model::milestone::MilestoneCommand;
use model::quiet_period::QuietPeriodCommand;
use model::readiness::{Judgement, ReadinessCommand};

pub(super) fn milestone(command: &MilestoneCommand) -> String {
    match command {
        MilestoneCommand::Convene { milestone, invitees, effective } => {
            let invited: String = invitees.iter().map(|it| format!(" --invite {it}")).collect();
            let effective = effective.map(|it| format!(" --effective {it}")).unwrap_or_default();
            format!("milestone convene {milestone}{invited}{effective}")
        }
        MilestoneCommand::Vote { milestone, recommendation, reason } => {
            let reason = reason.as_ref().map(|it| format!(" --reason {}", quoted(it)));
            format!("milestone vote {milestone} {recommendation}{}", reason.unwrap_or_default())
        }
        MilestoneCommand::AddAction { milestone, action } => format!(
            "milestone action {milestone} --text {} --owner {} --due {}",
            quoted(&action.text),
            action.owner,
            action.due
        ),
        MilestoneCommand::Adjourn { milestone, reason } => {
            format!("milestone adjourn {milestone} --reason {}", quoted(reason))
        }
        MilestoneCommand::Reject { milestone, returns_to, reason } => {
            format!("milestone reject {milestone} --to {returns_to} --reason {}", quoted(reason))
        }
        MilestoneCommand::Rework { milestone, reason } => {
            format!("milestone rework {milestone} --reason {}", quoted(reason))
        }
        MilestoneCommand::Declare { statement } => {
            let statement = statement.as_ref().map(|it| format!(" --statement {}", quoted(it)));
            format!("milestone declare{}", statement.unwrap_or_default())
        }
        MilestoneCommand::Revoke { milestone, reason } => {
            format!("milestone revoke {milestone} --reason {}", quoted(reason))
        }
    }
}

fn list<T: ToString>(names: &[T]) -> String {
    names.iter().map(|it| format!(" {}", it.to_string())).collect()
}

pub(super) fn team(command: &AssignmentCommand) -> String {
    match command {
        AssignmentCommand::Accept => "team accept".to_owned(),
        AssignmentCommand::Answer { persons, answer, from, until } => {
            let from = from.map(|it| format!(" --from {it}")).unwrap_or_default();
            let until = until.map(|it| format!(" --until {it}")).unwrap_or_default();
            format!("team answer {answer}{}{from}{until}", list(persons))
        }
        AssignmentCommand::AcceptKnowledge { persons, what } => {
            format!("team knowledge{} --what {}", list(persons), quoted(what))
        }
        AssignmentCommand::PutOnCall { persons, rota } => {
            format!("team on-call{} --rota {}", list(persons), quoted(rota))
        }
        AssignmentCommand::Transfer { persons, role } => {
            format!("team transfer{} --to {}", list(persons), role.key())
        }
        AssignmentCommand::Finish { persons, reason } => {
            format!("team finish{} --reason {}", list(persons), quoted(reason))
        }
        AssignmentCommand::Recall { persons, reason } => {
            format!("team recall{} --reason {}", list(persons), quoted(reason))
        }
        AssignmentCommand::Release { persons, proof } => {
            format!("team release{} --proof {}", list(persons), quoted(proof))
        }
    }
}

pub(super) fn readiness(command: &ReadinessCommand) -> String {
    match command {
        ReadinessCommand::Judge { items, judgement, evidence } => {
            let (verb, option) = match judgement {
                Judgement::Passed => ("pass", "evidence"),
                Judgement::Failed => ("fail", "evidence"),
                Judgement::NotApplicable => ("not-needed", "reason"),
            };
            format!("readiness {verb}{} --{option} {}", list(items), quoted(evidence))
        }
        ReadinessCommand::Accept => "readiness accept".to_owned(),
        ReadinessCommand::DeclareReady => "readiness declare".to_owned(),
        ReadinessCommand::Object { reason } => {
            format!("readiness object --reason {}", quoted(reason))
        }
        ReadinessCommand::WithdrawObjection { reason } => {
            format!("readiness withdraw-objection --reason {}", quoted(reason))
        }
        ReadinessCommand::PublishGuides { guides, place } => {
            format!("guide publish{} --place {}", list(guides), quoted(place))
        }
        ReadinessCommand::AcknowledgeGuides { guides } => {
            format!("guide acknowledge{}", list(guides))
        }
        ReadinessCommand::ReportMonitoring { sites, since, evidence } => {
            let (sites, since) = (list(sites), to_the_second(*since));
            format!("readiness monitoring{sites} --since {since} --evidence {}", quoted(evidence))
        }
        ReadinessCommand::LoseMonitoring { sites, reason } => {
            format!("readiness unmonitored{} --reason {}", list(sites), quoted(reason))
        }
    }
}

pub(super) fn quiet_period(command: &QuietPeriodCommand) -> String {
    match command {
        QuietPeriodCommand::Extend { days, reason } => {
            format!("quiet-period extend --days {days} --reason {}", quoted(reason))
        }
        QuietPeriodCommand::Shorten { reason } => {
            format!("quiet-period shorten --reason {}", quoted(reason))
        }
        QuietPeriodCommand::Accept { actions, reason } => {
            let actions: String =
                actions.iter().map(|it| format!(" --action {}", quoted(&it.to_string()))).collect();
            format!("quiet-period accept --reason {}{actions}", quoted(reason))
        }
        QuietPeriodCommand::Reset { reason } => {
            format!("quiet-period reset --reason {}", quoted(reason))
        }
        QuietPeriodCommand::ReportDays { days } if days.is_empty() => {
            "quiet-period days DATE=NUMBER".to_owned()
        }
        QuietPeriodCommand::ReportDays { days } => format!("quiet-period days{}", list(days)),
    }
}
