//! What people and other programs are told, written in the transaction in which it happens.
//!
//! House rule: whoever is asked for something is told so once; what the record
//! does not hold was not told.

use model::digest::canonical;
use model::escalation::EscalationEvent;
use model::event::{Event, RingTransition};
use model::id::{DeploymentId, PersonId};
use model::incident::IncidentEvent;
use model::machine::{ComponentTransition, SignOffTransition, SiteTransition};
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::State;
use planner::waiting::holders;
use serde::{Deserialize, Serialize};

/// Something that people are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The deployment.
    pub deployment: DeploymentId,
    /// What it is about.
    pub scope: Scope,
    /// What has happened or is asked, in words.
    pub text: String,
    /// Who is asked; empty where it is for everybody's information.
    pub people: Vec<PersonId>,
}

/// Whoever passes notices on.
pub trait Teller: Send + Sync {
    /// Passes `notice` on. It is told again after a crash, but not after a return.
    fn tell(&self, notice: &Notice);
}

/// Returns what is to be told about `event`, which has led to `state`, as bytes for the outbox.
pub(crate) fn told(state: &State, event: &Event) -> Option<Vec<u8>> {
    let asked = asked(state, event);
    let (scope, text, people) = asked.or_else(|| stopped(state, event))?;
    let deployment = state.plan.deployment.clone();
    Some(canonical(&Notice { deployment, scope, text, people }))
}

/// Returns what somebody is asked for by `event`.
fn asked(state: &State, event: &Event) -> Option<(Scope, String, Vec<PersonId>)> {
    if let Event::SignOff { slot, transition: SignOffTransition::Requested, .. } = event {
        let scope = slot.sheet.scope();
        let people = holders(state, &scope, &[slot.role]);
        return Some((scope, format!("please sign {slot}: {}", slot.meaning()), people));
    }
    if let Event::StepAsked { order, scope, role, .. } = event {
        let people = holders(state, scope, &[*role]);
        return Some((scope.clone(), format!("please carry out {order} and confirm it"), people));
    }
    if let Event::Escalation(EscalationEvent::Unanswered { escalation, next: Some(next), .. }) =
        event
    {
        let level = state.plan.support.as_ref();
        let level = level.and_then(|it| it.escalation.get(usize::from(next.level)))?;
        let mut people = level.people.clone();
        people.extend(holders(state, &Scope::Deployment, level.role.as_slice()));
        let text = format!("please accept escalation {escalation}: {}", level.who);
        return Some((Scope::Deployment, text, people));
    }
    if let Event::Incident(IncidentEvent::Opened { incident, opening }) = event {
        let scope = opening.scopes.first().cloned().unwrap_or(Scope::Deployment);
        let roles = [RoleType::SupportManager, RoleType::OperationsManager];
        let text = format!("please acknowledge incident {incident}: {}", opening.title);
        return Some((scope.clone(), text, holders(state, &scope, &roles)));
    }
    None
}

/// Returns what `event` has halted, and who lets it go on.
fn stopped(state: &State, event: &Event) -> Option<(Scope, String, Vec<PersonId>)> {
    use RoleType::{ProgramManager, ReleaseManagement};
    let (scope, reason, roles) = if let Event::Ring { ring, transition, reason, .. } = event
        && *transition == RingTransition::Halted
    {
        (Scope::Ring(ring.clone()), reason, &[ReleaseManagement, ProgramManager][..])
    } else if let Event::Site { site, transition, reason, .. } = event
        && *transition == SiteTransition::Halted
    {
        (Scope::Site(site.clone()), reason, &[ReleaseManagement][..])
    } else if let Event::Component { component, transition, reason, .. } = event
        && *transition == ComponentTransition::Halted
    {
        (Scope::Component(component.clone()), reason, &[ReleaseManagement][..])
    } else {
        return None;
    };
    let text = match reason {
        Some(reason) => format!("{scope} is halted: {reason}"),
        None => format!("{scope} is halted"),
    };
    let people = holders(state, &scope, roles);
    Some((scope, text, people))
}
