//! What a command or a question is about.

use model::batch::BatchCommand;
use model::command::Command;
use model::dispute::DisputeCommand;
use model::id::SiteId;
use model::paper::PaperCommand;
use model::precheck::PrecheckCommand;
use model::scope::Scope;
use model::state::State;

/// Returns what `command` is about, as far as one thing can be named.
pub fn of(command: &Command) -> Scope {
    let site = |it: &SiteId| Scope::Site(it.clone());
    match command {
        Command::Baseline { .. }
        | Command::Open
        | Command::RevisePlan { .. }
        | Command::HoldDeployment { .. }
        | Command::ReleaseDeployment { .. }
        | Command::Cancel { .. }
        | Command::ApproveWaiver { .. }
        | Command::RefuseWaiver { .. }
        | Command::CloseWaiver { .. }
        | Command::Incident(_)
        | Command::Escalation(_)
        | Command::Readiness(_)
        | Command::Assignment(_)
        | Command::Milestone(_)
        | Command::QuietPeriod(_)
        | Command::Survey(_)
        | Command::Assessment(_)
        | Command::CloseOut(_)
        | Command::Termination(_)
        | Command::History(_)
        | Command::Delegation(_)
        | Command::Batch(BatchCommand::Begin { .. } | BatchCommand::Sign { .. })
        | Command::Paper(PaperCommand::Attest { .. } | PaperCommand::Reject { .. })
        | Command::Dispute(DisputeCommand::Report { .. } | DisputeCommand::Renew { .. })
        | Command::ChangeSchedule(_)
        | Command::SiteCare(_)
        | Command::Message(_)
        | Command::Training(_)
        | Command::ReleaseReadiness(_) => Scope::Deployment,
        Command::Hold { scope, .. }
        | Command::Attest { scope, .. }
        | Command::RequestWaiver { scope, .. }
        | Command::CancelOrders { scope, .. }
        | Command::Resume { scope, .. }
        | Command::Decide { scope, .. }
        | Command::Confirm { scope, .. }
        | Command::RollBack { scope, .. }
        | Command::Replan { scope, .. } => scope.clone(),
        Command::Precheck(
            PrecheckCommand::FindCapacity { scope, .. }
            | PrecheckCommand::TakeRestorePoint { scope, .. }
            | PrecheckCommand::NameContacts { scope, .. },
        ) => scope.clone(),
        Command::Rfc { rfc, .. }
        | Command::Dispute(
            DisputeCommand::ConfirmApproval { rfc, .. }
            | DisputeCommand::SetAsideApproval { rfc, .. },
        ) => Scope::Rfc(rfc.clone()),
        Command::Adopt { component } => Scope::Component(component.clone()),
        Command::Paper(PaperCommand::Record { signed }) => signed.slot.sheet.scope(),
        Command::Dispute(
            DisputeCommand::Confirm { slot, .. } | DisputeCommand::SetAside { slot, .. },
        )
        | Command::Batch(BatchCommand::LookAt { slot, .. })
        | Command::Sign { slot, .. }
        | Command::Refuse { slot, .. }
        | Command::Withdraw { slot, .. } => slot.sheet.scope(),
        Command::HaltRing { ring, .. } | Command::ResumeRing { ring, .. } => {
            Scope::Ring(ring.clone())
        }
        Command::AcknowledgeSchedule { site: it, .. }
        | Command::ResolveRefusal { site: it, .. }
        | Command::Revisit { site: it, .. }
        | Command::HaltSite { site: it, .. }
        | Command::Exempt { site: it, .. } => site(it),
    }
}

/// Returns `scope` by its title, as people speak of it; by its name where it has no other.
pub fn spoken(state: &State, scope: &Scope) -> String {
    let titled = |kind: &str, id: &str, title: &str| match title {
        "" => format!("{kind} {id}"),
        title if title == id => format!("{kind} {id}"),
        title => format!("{kind} {title} ({id})"),
    };
    match scope {
        Scope::Deployment => "The deployment".to_owned(),
        Scope::Core => "Core components".to_owned(),
        Scope::Component(id) => {
            let known = state.plan.components.iter().find(|it| it.id == *id);
            titled(
                "Component",
                id.as_str(),
                known.and_then(|it| it.title.as_deref()).unwrap_or_default(),
            )
        }
        Scope::Ring(id) => format!("Ring {id}"),
        Scope::Site(id) => titled("Site", id.as_str(), state.site(id).map_or("", |it| &it.0.title)),
        Scope::Rfc(id) => titled("Change", id.as_str(), state.rfc(id).map_or("", |it| &it.0.title)),
    }
}

/// Returns whether `scope` names something in `state`.
pub fn is_known(state: &State, scope: &Scope) -> bool {
    let index = &state.index;
    match scope {
        Scope::Deployment | Scope::Core => true,
        Scope::Component(id) => index.components.contains_key(id),
        Scope::Ring(id) => index.rings.contains_key(id),
        Scope::Site(id) => index.sites.contains_key(id),
        Scope::Rfc(id) => index.rfcs.contains_key(id),
    }
}
