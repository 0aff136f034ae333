//! What the demo says of entries of the record: whoever has never seen one should understand it.

use crate::render::counted::counted;
use jiff::SignedDuration;
use model::event::{Event, RingTransition, StepDecision};
use model::evolve::act_name;
use model::id::PersonId;
use model::machine::{
    ComponentTransition, DeploymentTransition, RfcTransition, SignOffTransition, SiteTransition,
};
use model::order::Outcome;
use model::release_readiness::ReleaseReadinessEvent;
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::State;
use views::event::sentence;
use views::time::{lasting, told};

/// Returns what happened by itself, where a reader of the demo wants to know it.
pub(super) fn of_landfall(state: &State, event: &Event) -> Option<String> {
    if let Event::OrderEnded { order, report } = event {
        return match &report.outcome {
            Outcome::Failed { cause } => Some(format!("{} {cause}", order.0)),
            Outcome::Succeeded { .. } | Outcome::Unknown { .. } => None,
        };
    }
    if let Event::Component { component, transition: ComponentTransition::ChecksPassed, .. } = event
    {
        return Some(format!("core component {component} is deployed, runs and answers"));
    }
    if let Event::Site { site, transition: SiteTransition::Deployed, .. } = event {
        return Some(deployed(state, site));
    }
    if let Event::Site { site, transition: SiteTransition::Halted, reason, .. } = event {
        let why = reason.as_deref().unwrap_or_default();
        return Some(format!("SITE {site} HALTS: {why}"));
    }
    if let Event::Ring { ring, transition, reason, .. } = event {
        let (planned, status) = state.ring(ring)?;
        let reason = reason.as_deref().unwrap_or_default();
        let soak = lasting(SignedDuration::from_secs(i64::from(planned.soak_s)));
        return match transition {
            RingTransition::Opened => {
                let count = status.counts.planned;
                Some(format!("ring {ring} opens: {}, by night", counted(count, "shop")))
            }
            RingTransition::Halted => {
                Some(format!("RING {ring} HALTS: {reason}; no further shop starts"))
            }
            RingTransition::SoakStarted => {
                Some(format!("ring {ring} has succeeded; it must stay healthy for {soak}"))
            }
            RingTransition::Passed => Some(format!("ring {ring} has passed")),
            RingTransition::Resumed | RingTransition::SoakBroken => Some(sentence(event)),
        };
    }
    if let Event::Rfc { rfc, transition: RfcTransition::Implemented, .. } = event {
        return Some(format!("{rfc} is implemented: all that it covers is verified or signed off"));
    }
    None
}

fn deployed(state: &State, site: &model::id::SiteId) -> String {
    let Some((planned, _)) = state.site(site) else { return format!("{site} is deployed") };
    let host = planned.computers.first().map(|it| it.host.clone()).unwrap_or_default();
    format!("{site} is deployed and answers on {host}")
}

/// What people do with requests for change: in which role, and the word for it.
const RFC_ACTS: &[(RfcTransition, RoleType, &str)] = &[
    (RfcTransition::Submitted, RoleType::ReleaseManagement, "submits"),
    (RfcTransition::Classified, RoleType::ChangeAuthority, "classifies"),
    (RfcTransition::Scheduled, RoleType::ReleaseManagement, "schedules"),
    (RfcTransition::Reviewed, RoleType::ChangeAuthority, "reviews"),
    (RfcTransition::Closed, RoleType::ChangeAuthority, "closes"),
];

/// Returns what a person did, in which role, as far as it is worth a line of its own.
pub(super) fn of_person(
    state: &State,
    person: &PersonId,
    event: &Event,
) -> Option<(RoleType, String)> {
    let said = |role, text: String| Some((role, text));
    if let Event::Attested { guard, scope, statement } = event {
        let held = state.roles_of(person, scope);
        let role = model::gates::attesters(*guard).iter().find(|it| held.contains(it))?;
        return said(
            *role,
            format!("states (guard {guard}, {scope}): \u{201c}{statement}\u{201d}"),
        );
    }
    // What is said of the core at once is told once, of its first component.
    if let Event::Precheck(event) = event {
        let first = state.plan.components.first().map(|it| Scope::Component(it.id.clone()));
        let is_told = first.is_some_and(|it| it == event.scope());
        let text = told(&event.to_string(), &state.plan.zone);
        return if is_told { said(RoleType::ReleaseManagement, text) } else { None };
    }
    if let Event::ReleaseReadiness(ReleaseReadinessEvent::CriteriaAcknowledged { .. }) = event {
        return said(RoleType::Customer, "acknowledges the success criteria".to_owned());
    }
    if let Event::Concurred { act, role, .. } = event {
        let is_baseline = *act == act_name(DeploymentTransition::Baselined);
        let act = if is_baseline { "make the plan the baseline" } else { act };
        return said(*role, format!("agrees to {act}"));
    }
    if let Event::Deployment { transition: DeploymentTransition::Opened, .. } = event {
        return said(RoleType::ProgramManager, "opens the deployment".to_owned());
    }
    if let Event::RfcApproved { rfc, part, .. } = event {
        let text = format!("approves {rfc}, for exactly the plan part {}", part.short());
        return said(RoleType::ChangeAuthority, text);
    }
    if let Event::Rfc { rfc, transition, reason, .. } = event {
        let (_, role, verb) = RFC_ACTS.iter().find(|(it, _, _)| it == transition)?;
        // Whoever requested a change may submit it, whatever their role.
        let held = state.roles_of(person, &Scope::Deployment);
        let role = if held.contains(role) { *role } else { *held.first()? };
        let reason = reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
        return said(role, format!("{verb} {rfc}{reason}"));
    }
    if let Event::Site { site, transition: SiteTransition::ScheduleAcknowledged, .. } = event {
        return said(RoleType::SiteOwner, format!("acknowledges the date of {site}"));
    }
    if let Event::SignOff { slot, transition: SignOffTransition::Signed, meaning, .. } = event {
        let meaning = meaning.as_deref().unwrap_or_default();
        let text = if slot.role == RoleType::SiteOwner {
            format!("signs that {} operates as expected", slot.sheet)
        } else {
            format!("signs: \u{201c}{meaning}\u{201d}")
        };
        return said(slot.role, text);
    }
    if let Event::SignOff { slot, transition, statements, .. } = event
        && *transition == SignOffTransition::SignedWithExceptions
    {
        return said(slot.role, format!("signs {}, but: {}", slot.sheet, statements.join("; ")));
    }
    None
}

/// Returns what follows from a person's act in the same change, worth a line of its own.
pub(super) fn consequence(event: &Event) -> Option<String> {
    if let Event::Deployment { transition: DeploymentTransition::Baselined, .. } = event {
        return Some("the plan is baseline 1".to_owned());
    }
    if let Event::Deployment { transition: DeploymentTransition::SitesCompleted, .. } = event {
        return Some("ALL SITES ARE DEPLOYED AND SIGNED OFF".to_owned());
    }
    if let Event::Rfc { rfc, transition: RfcTransition::Authorised, .. } = event {
        return Some(format!("{rfc} is authorised, for what was approved and nothing else"));
    }
    if let Event::Component { component, transition: ComponentTransition::Accepted, .. } = event {
        return Some(format!("core component {component} is accepted"));
    }
    if let Event::StepDecided { scope, decision: StepDecision::Retry, .. } = event {
        return Some(format!("{scope}: its failed step is tried again"));
    }
    if let Event::Ring { ring, transition: RingTransition::Resumed, .. } = event {
        return Some(format!("ring {ring} goes on"));
    }
    None
}
