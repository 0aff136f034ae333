//! Commands about what is looked at before a core component is touched, as they are typed.

use super::{quoted, to_the_second};
use model::precheck::PrecheckCommand;

pub(super) fn typed(command: &PrecheckCommand) -> String {
    match command {
        PrecheckCommand::FindCapacity { scope, evidence } => {
            format!("precheck capacity {scope} --evidence {}", quoted(evidence))
        }
        PrecheckCommand::TakeRestorePoint { scope, reference, taken, kept_until } => {
            let kept_until = to_the_second(*kept_until);
            let taken = taken.map(|it| format!(" --taken {it}")).unwrap_or_default();
            let reference = quoted(reference);
            format!(
                "precheck restore-point {scope} --reference {reference}{taken} --kept-until {kept_until}"
            )
        }
        PrecheckCommand::NameContacts { scope, people } => {
            let people: String = people.iter().map(|it| format!(" --person {it}")).collect();
            format!("precheck contacts {scope}{people}")
        }
    }
}
