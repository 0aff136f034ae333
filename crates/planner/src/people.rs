//! People who do at once what they are asked: for the forecast and for rehearsals.
//!
//! House rule: they act through the same rules as real people; whom the rules
//! refuse is not taken, and the next one who may is.

mod complete;
mod entry;
mod stable;

use crate::waiting::{WaitingOn, holders};
use jiff::Timestamp;
use model::change_schedule::ChangeScheduleCommand;
use model::command::{Command, RfcAct};
use model::decide::{Acting, decide};
use model::dispute::DisputeCommand;
use model::escalation::{EscalationAct, EscalationCommand};
use model::event::Event;
use model::guard::Supplier;
use model::history::HistoryCommand;
use model::id::PersonId;
use model::incident::{IncidentAct, IncidentCommand};
use model::message::MessageCommand;
use model::paper::PaperCommand;
use model::precheck::PrecheckCommand;
use model::site_care::SiteCareCommand;
use model::state::State;
use model::training::TrainingCommand;

/// What people say in a rehearsal where a text is asked for.
const AS_REHEARSED: &str = "as rehearsed";

/// Returns what the first of the people whom `wait` asks would do, and what would follow from it.
pub fn answer(
    state: &State,
    now: Timestamp,
    wait: &WaitingOn,
) -> Option<(PersonId, Command, Vec<Event>)> {
    let command = worded(state, wait.command.clone()?);
    let Supplier::Roles(roles) = &wait.supplier else { return None };
    let named = wait.people.iter().cloned();
    let others = holders(state, &wait.scope, roles).into_iter();
    named.chain(others).find_map(|person| {
        let acting = Acting::new(state, &person, now);
        let events = decide(&acting, &command).ok()?;
        Some((person.clone(), command.clone(), events))
    })
}

/// Returns `command` with the texts that it lacks.
pub(crate) fn worded(state: &State, mut command: Command) -> Command {
    complete::fill(state, &mut command);
    if let Command::Resume { reason, .. }
    | Command::CancelOrders { reason, .. }
    | Command::ResumeRing { reason, .. }
    | Command::Replan { reason, .. }
    | Command::Exempt { reason, .. }
    | Command::RollBack { reason, .. }
    | Command::Decide { reason, .. }
    | Command::Training(TrainingCommand::Move { reason, .. })
    | Command::ChangeSchedule(ChangeScheduleCommand::Rule { ruling: reason, .. })
    | Command::Message(
        MessageCommand::HandOver { evidence: reason, .. } | MessageCommand::MoveSlot { reason, .. },
    )
    | Command::History(HistoryCommand::AcceptClock { reason })
    | Command::Dispute(
        DisputeCommand::SetAside { reason, .. } | DisputeCommand::SetAsideApproval { reason, .. },
    )
    | Command::Paper(PaperCommand::Reject { reason, .. })
    | Command::Rfc {
        act:
            RfcAct::Review { reason } | RfcAct::Cancel { reason } | RfcAct::Finish { evidence: reason },
        ..
    }
    | Command::Rfc { act: RfcAct::AuthoriseEmergency { reason, .. }, .. }
    | Command::Rfc { act: RfcAct::ReviewEmergency { finding: reason, .. }, .. } = &mut command
        && reason.is_empty()
    {
        AS_REHEARSED.clone_into(reason);
    } else if let Some(text) = stable::text_of(&mut command) {
        AS_REHEARSED.clone_into(text);
    } else if let Command::ReleaseReadiness(it) = &mut command {
        entry::fill(it, AS_REHEARSED);
    } else if let Command::Incident(IncidentCommand::Act { act, .. }) = &mut command {
        worded_act(act);
    } else if let Command::Incident(IncidentCommand::ProcessFeedback { answer: text, .. })
    | Command::Escalation(EscalationCommand::Act {
        act: EscalationAct::Answer { text, .. },
        ..
    })
    | Command::Precheck(
        PrecheckCommand::FindCapacity { evidence: text, .. }
        | PrecheckCommand::TakeRestorePoint { reference: text, .. },
    )
    | Command::SiteCare(
        SiteCareCommand::ReportAccess { source: text, .. }
        | SiteCareCommand::AskAgain { how: text, .. }
        | SiteCareCommand::MeetRequirement { evidence: text, .. }
        | SiteCareCommand::ObserveUse { evidence: text, .. }
        | SiteCareCommand::RequestExemption { reason: text, .. },
    ) = &mut command
    {
        AS_REHEARSED.clone_into(text);
    } else if let Command::Rfc { act: RfcAct::ReviewImplementation { review }, .. } = &mut command
        && review.lessons.is_empty()
    {
        AS_REHEARSED.clone_into(&mut review.lessons);
    } else if let Command::Confirm { evidence, .. } = &mut command {
        evidence.get_or_insert_with(|| AS_REHEARSED.to_owned());
    }
    command
}

fn worded_act(act: &mut IncidentAct) {
    if let IncidentAct::Restore { confirmation, .. } = act {
        AS_REHEARSED.clone_into(confirmation);
    } else if let IncidentAct::Resolve { cause, fix, .. } = act {
        AS_REHEARSED.clone_into(cause);
        *fix = Some(AS_REHEARSED.to_owned());
    }
}
