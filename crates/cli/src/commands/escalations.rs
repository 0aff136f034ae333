//! Escalations: told to the record, listed, shown.

use super::incident_lists as lists;
use super::instants::optional;
use crate::args::escalation::{Escalation, Needs};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use model::command::Command;
use model::escalation::{EscalationAct, EscalationCommand, EscalationPurpose, EscalationReason};
use model::scope::Scope;

async fn told(mut desk: Desk, command: EscalationCommand) -> Result<Exit, Fault> {
    desk.act_and_tell(&Scope::Deployment, &Command::Escalation(command)).await?;
    Ok(Exit::Done)
}

/// Asks the project team, about an incident or not.
pub(crate) async fn raise(incident: Option<u32>, needs: &Needs, desk: Desk) -> Result<Exit, Fault> {
    let zone = desk.state().plan.zone.clone();
    let command = EscalationCommand::Raise {
        incident,
        reason: needs.because,
        text: needs.text.clone(),
        tried: needs.tried.clone(),
        called: optional(needs.called.as_deref(), &zone)?,
        purpose: EscalationPurpose::Real,
    };
    told(desk, command).await
}

pub(crate) async fn escalation(it: &Escalation, desk: Desk) -> Result<Exit, Fault> {
    let zone = desk.state().plan.zone.clone();
    let (escalation, act) = match it {
        Escalation::Raise { incident, needs } => return raise(*incident, needs, desk).await,
        Escalation::Drill { text } => {
            let command = EscalationCommand::Raise {
                incident: None,
                reason: EscalationReason::NeedsKnowledge,
                text: text.clone(),
                tried: vec![],
                called: None,
                purpose: EscalationPurpose::Drill,
            };
            return told(desk, command).await;
        }
        Escalation::List { all } => return lists::escalations(&desk, *all),
        Escalation::Show { escalation } => return lists::escalation(&desk, *escalation),
        Escalation::Accept { escalation, at } => {
            (escalation, EscalationAct::Accept { at: optional(at.as_deref(), &zone)? })
        }
        Escalation::Reject { escalation, reason } => {
            (escalation, EscalationAct::Reject { reason: reason.clone() })
        }
        Escalation::Insist { escalation, reason } => {
            (escalation, EscalationAct::Insist { reason: reason.clone() })
        }
        Escalation::Agree { escalation } => (escalation, EscalationAct::Agree),
        Escalation::Answer { escalation, kind, text, release, rfc } => {
            let (text, release, rfc) = (text.clone(), release.clone(), rfc.clone());
            (escalation, EscalationAct::Answer { kind: *kind, text, release, rfc })
        }
        Escalation::Confirm { escalation, article, avoidable } => {
            let (article, avoidable) = (article.clone(), *avoidable);
            (escalation, EscalationAct::Confirm { article, avoidable })
        }
        Escalation::Reopen { escalation, reason } => {
            (escalation, EscalationAct::Reopen { reason: reason.clone() })
        }
        Escalation::KnownError { escalation, workaround, owner } => {
            let (workaround, owner) = (workaround.clone(), owner.clone());
            (escalation, EscalationAct::AcceptKnownError { workaround, owner })
        }
    };
    told(desk, EscalationCommand::Act { escalation: *escalation, act }).await
}
