//! Commands of closing as they are typed.

use super::{TEXT, quoted};
use model::close_out::{Availability, CloseOutCommand, Contribution, Settlement};
use model::termination::TerminationCommand;

pub(super) fn close_out(command: &CloseOutCommand) -> String {
    format!("close-out {}", words(command))
}

fn words(command: &CloseOutCommand) -> String {
    match command {
        CloseOutCommand::Contribute { contribution: Contribution::Declined { reason } } => {
            format!("decline ROLE --reason {}", quoted(reason))
        }
        CloseOutCommand::Contribute {
            contribution: Contribution::Given { topic, accomplishments, challenges, lessons },
        } => format!(
            "contribute --topic {topic} --accomplishments {} --challenges {} --lessons {}",
            quoted(accomplishments),
            quoted(challenges),
            quoted(lessons)
        ),
        CloseOutCommand::Decline { role, reason } => {
            format!("decline {} --reason {}", role.key(), quoted(reason))
        }
        CloseOutCommand::PlanAnalysis { on, place } => {
            format!("analysis --on {on} --place {}", quoted(place))
        }
        CloseOutCommand::SayAvailable { availability: Availability::Comes } => {
            "available".to_owned()
        }
        CloseOutCommand::SayAvailable { availability: Availability::Absent { instead } } => {
            format!("available --absent {}", quoted(instead))
        }
        CloseOutCommand::RecordLesson { lesson } => format!(
            "lesson --title {} --situation {} --recommendation {} --owner {} --due {}",
            quoted(&lesson.title),
            quoted(&lesson.situation),
            quoted(&lesson.recommendation),
            lesson.owner,
            lesson.due
        ),
        CloseOutCommand::DecideLesson { number, standing, reason } => {
            format!("decide-lesson {number} {standing} --reason {}", quoted(reason))
        }
        CloseOutCommand::SettleItem { item, settlement: Settlement::Closed { how } } => {
            format!("settle {item} --closed {}", quoted(how))
        }
        CloseOutCommand::SettleItem { item, settlement: Settlement::Transferred { to, due } } => {
            format!("settle {item} --to {to} --due {due}")
        }
        CloseOutCommand::AcceptItem { item } => format!("accept {item}"),
        CloseOutCommand::RevokeAccess { people, proof } => {
            let people: String = people.iter().map(|it| format!(" {it}")).collect();
            format!("revoke-access{people} --proof {}", quoted(proof))
        }
        CloseOutCommand::ConfirmAccess { statement } => {
            format!("confirm-access --statement {}", quoted(statement))
        }
        CloseOutCommand::NameOwner { scopes, owner } => {
            let scopes: String = scopes.iter().map(|it| format!(" {it}")).collect();
            format!("own {owner}{scopes}")
        }
        CloseOutCommand::AcceptOwnership => "accept-ownership".to_owned(),
        CloseOutCommand::PlanBenefitReview { review } => format!(
            "benefit --on {} --owner {} --expects {}",
            review.on,
            review.owner,
            quoted(&review.expects)
        ),
        CloseOutCommand::ReviewBenefits { findings } => {
            format!("review-benefits --found {}", quoted(&findings.text))
        }
        CloseOutCommand::Package { package } => {
            format!("package {TEXT} --stored {}", quoted(&package.stored))
        }
        CloseOutCommand::Seal => "seal".to_owned(),
    }
}

pub(super) fn termination(command: &TerminationCommand) -> String {
    match command {
        TerminationCommand::Begin { reason } => {
            format!("terminate begin --reason {}", quoted(reason))
        }
        TerminationCommand::Dispose { scope, disposition, reason } => {
            format!("terminate dispose {scope} {disposition} --reason {}", quoted(reason))
        }
        TerminationCommand::GoneBack { scope, proof } => {
            format!("terminate gone-back {scope} --proof {}", quoted(proof))
        }
        TerminationCommand::AcceptStay => "terminate accept".to_owned(),
        TerminationCommand::Learn { lessons } => {
            format!("terminate learn --lessons {}", quoted(lessons))
        }
        TerminationCommand::Complete => "terminate complete".to_owned(),
    }
}
