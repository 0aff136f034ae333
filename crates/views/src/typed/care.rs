//! Commands about sites and their care, as they are typed.

use super::quoted;
use model::site_care::{Exempted, SiteCareCommand};

/// Returns what is typed for a command about sites, after the program's name.
pub(super) fn site_care(command: &SiteCareCommand) -> String {
    match command {
        SiteCareCommand::ReportAccess { sites, source } => match sites.as_slice() {
            [(site, users)] => format!(
                "coverage set site/{site} --users-with-access {users} --source {}",
                quoted(source)
            ),
            _ => format!("coverage import FILE --source {}", quoted(source)),
        },
        SiteCareCommand::MeetRequirement { site, requirement, evidence } => {
            format!("fulfil site/{site} {requirement} --evidence {}", quoted(evidence))
        }
        SiteCareCommand::ObserveUse { site, percent, evidence } => {
            let evidence = quoted(evidence);
            format!("coverage used site/{site} --percent {percent} --evidence {evidence}")
        }
        SiteCareCommand::JoinLate { site, users, computers, note } => format!(
            "coverage late site/{site} --users {users} --computers {computers} --note {}",
            quoted(note)
        ),
        SiteCareCommand::RequestExemption { site, what, reason, until } => {
            let what = match what {
                Exempted::Users(users) => format!("--users {users}"),
                Exempted::Computer(computer) => format!("--computer {computer}"),
            };
            let reason = quoted(reason);
            format!("coverage exempt site/{site} {what} --until {until} --reason {reason}")
        }
        SiteCareCommand::ApproveExemption { number } => format!("coverage approve {number}"),
        SiteCareCommand::EndExemption { number, reason } => {
            format!("coverage end {number} --reason {}", quoted(reason))
        }
        SiteCareCommand::CloseItem { number, how } => {
            format!("item close {number} --how {}", quoted(how))
        }
        SiteCareCommand::OpenRevisit { site, cause, reason, .. } => {
            format!("revisits open site/{site} --cause {cause} --reason {}", quoted(reason))
        }
        SiteCareCommand::AgreeToRevisit { number, rfc } => {
            let under = rfc.as_ref().map(|it| format!(" --under {it}")).unwrap_or_default();
            format!("revisits agree {number}{under}")
        }
        SiteCareCommand::DropRevisit { number, reason } => {
            format!("revisits drop {number} --reason {}", quoted(reason))
        }
        SiteCareCommand::AskAgain { slot, how } => {
            format!("ask-again {slot} --how {}", quoted(how))
        }
        SiteCareCommand::Descope { component, reason } => {
            format!("descope component/{component} --reason {}", quoted(reason))
        }
    }
}
