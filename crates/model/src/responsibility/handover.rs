//! The handover: for each component, each site and the service, who gave it to whom, and when.
//!
//! It goes by the signatures that stand in the record. A component comes into operation with the
//! sheet of the core, a site with its own; with Deployment Stable operations and support answer for
//! it first, and with Deployment Complete alone. Nobody keeps another list.
//!
//! Source: Deploy SMF, "transferring responsibility for the solution from the project team to the
//! Operations and Support teams".

use crate::digest::{Digest, canonical_digest};
use crate::id::PersonId;
use crate::machine::{SignOffState, SiteState};
use crate::milestone::{Milestone, Review};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::{Sheet, SlotId};
use crate::state::State;
use jiff::Timestamp;
use serde::Serialize;

/// The handover of one component, of one site or of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Handover {
    /// Of what.
    pub scope: Scope,
    /// Its steps, the first one first.
    pub steps: Vec<HandoverStep>,
}

/// One step of a handover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HandoverStep {
    /// What it hands over.
    pub stage: Stage,
    /// From when.
    pub at: Timestamp,
    /// Who gave it.
    pub given_by: Signer,
    /// Who received it.
    pub received_by: Vec<Signer>,
    /// The document that they signed.
    pub document: Digest,
    /// Until when the project stands behind it, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_until: Option<Timestamp>,
}

/// What a step of a handover hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It works, and is watched.
    #[strum(to_string = "into operation")]
    IntoOperation,
    /// Who answers for it first; the project stands behind them.
    #[strum(to_string = "first responsibility")]
    First,
    /// Who answers for it alone.
    #[strum(to_string = "sole responsibility")]
    Sole,
}

/// Who signed, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Signer {
    /// In which role.
    pub role: RoleType,
    /// Who; nobody where it is not signed yet.
    pub by: Option<PersonId>,
    /// When.
    pub at: Option<Timestamp>,
}

/// Returns the handover of each component and each site that is in scope, and of the service last.
pub fn handovers(state: &State) -> Vec<Handover> {
    let whole = of_the_whole(state);
    let components = state.plan.components.iter().map(|it| Scope::Component(it.id.clone()));
    let sites = state.plan.sites.iter().zip(&state.sites);
    let sites = sites.filter(|(_, it)| it.state != SiteState::Exempt);
    let sites = sites.map(|(it, _)| Scope::Site(it.id.clone()));
    let scopes = components.chain(sites).chain([Scope::Deployment]);
    scopes.map(|scope| of(state, scope, &whole)).collect()
}

/// Returns the handover of `scope`.
pub fn handover(state: &State, scope: &Scope) -> Handover {
    of(state, scope.clone(), &of_the_whole(state))
}

fn of(state: &State, scope: Scope, whole: &[HandoverStep]) -> Handover {
    let mut steps: Vec<HandoverStep> = into_operation(state, &scope).into_iter().collect();
    steps.extend(whole.iter().cloned());
    Handover { scope, steps }
}

fn into_operation(state: &State, scope: &Scope) -> Option<HandoverStep> {
    let (sheet, receiver) = match scope {
        Scope::Component(_) | Scope::Core => (Sheet::CoreFinal, RoleType::OperationsManager),
        Scope::Site(id) => (Sheet::Site(id.clone()), RoleType::SiteOwner),
        Scope::Deployment | Scope::Ring(_) | Scope::Rfc(_) => return None,
    };
    signed(state, &sheet, RoleType::ReleaseManagement, &[receiver], Stage::IntoOperation)
}

/// Returns the steps that hand everything over at once: with the two milestones.
fn of_the_whole(state: &State) -> Vec<HandoverStep> {
    use RoleType::{OperationsManager, ProgramManager, SolutionManager, SupportManager};
    let receivers = [OperationsManager, SupportManager];
    let effective = |milestone| state.milestones.approved(milestone).and_then(Review::in_effect);
    let (stable, complete) = (effective(Milestone::Stable), effective(Milestone::Complete));
    let first = stable.and_then(|at| {
        let sheet = Sheet::DeploymentStable;
        let step = signed(state, &sheet, ProgramManager, &receivers, Stage::First)?;
        let ends = || state.quiet_periods.last().map(|it| it.end);
        Some(HandoverStep { at, behind_until: complete.or_else(ends), ..step })
    });
    let sole = complete.and_then(|at| {
        let sheet = Sheet::MilestoneReview;
        let step = signed(state, &sheet, SolutionManager, &receivers, Stage::Sole)?;
        Some(HandoverStep { at, ..step })
    });
    first.into_iter().chain(sole).collect()
}

/// Returns the step that `sheet` stands for, where its giver and all of its receivers have signed.
fn signed(
    state: &State,
    sheet: &Sheet,
    giver: RoleType,
    receivers: &[RoleType],
    stage: Stage,
) -> Option<HandoverStep> {
    let of_role = |role: RoleType| {
        let status = state.slots.get(&SlotId { sheet: sheet.clone(), role })?;
        (status.state == SignOffState::Signed).then_some(status)
    };
    let signer = |role: RoleType| {
        let status = of_role(role)?;
        Some(Signer { role, by: status.by.clone(), at: Some(status.since) })
    };
    let given_by = signer(giver)?;
    let received_by: Vec<Signer> = receivers.iter().map(|it| signer(*it)).collect::<Option<_>>()?;
    let at = received_by.iter().filter_map(|it| it.at).chain(given_by.at).max()?;
    let document = of_role(giver)?.document;
    Some(HandoverStep { stage, at, given_by, received_by, document, behind_until: None })
}

/// The most lines that a sheet lists: more do not fit what people sign.
const LINES_MAX: usize = 200;

/// Returns the lines that the signatures of Deployment Stable hand over: a component or site each,
/// with who brought it into operation. Of many the rest is counted, and all of them have a digest.
pub fn lines(state: &State) -> serde_json::Value {
    let row = |it: Handover| {
        let step = it.steps.first().filter(|it| it.stage == Stage::IntoOperation);
        serde_json::json!({
            "scope": it.scope,
            "in-operation-since": step.map(|it| it.at),
            "brought-by": step.and_then(|it| it.given_by.by.clone()),
            "received-by": step.and_then(|it| it.received_by.first()).and_then(|it| it.by.clone()),
            "given-by": RoleType::ProgramManager,
            "to": [RoleType::OperationsManager, RoleType::SupportManager],
        })
    };
    let rows: Vec<_> = handovers(state).into_iter().map(row).collect();
    let (count, sha256) = (rows.len(), canonical_digest(&rows));
    let listed: Vec<_> = rows.into_iter().take(LINES_MAX).collect();
    let left_out = count - listed.len();
    serde_json::json!({ "lines": listed, "left-out": left_out, "lines-sha256": sha256 })
}
