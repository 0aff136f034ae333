//! What a command or a question is about.

use model::command::Command;
use model::id::SiteId;
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
        Command::Rfc { rfc, .. } => Scope::Rfc(rfc.clone()),
        Command::Adopt { component } => Scope::Component(component.clone()),
        Command::Sign { slot, .. }
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
