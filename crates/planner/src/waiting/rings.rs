//! What rings wait on.
//!
//! House rule: nothing waits without saying on what.

use super::stable::names;
use super::{WaitingOn, deployment, otherwise};
use crate::agenda::health;
use crate::facts::Look;
use jiff::SignedDuration;
use model::command::{Command, Resumable};
use model::gates;
use model::guard::{Guard, Supplier};
use model::id::{PersonId, RingId};
use model::machine::DeploymentState;
use model::ring::{agreed, of_which, resume_act};
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::{RingState, State};
use strum::VariantArray;

pub(super) fn ring(look: &Look<'_>, position: usize) -> Vec<WaitingOn> {
    let state = look.state;
    let Some((planned, status)) = look.plan().rings.get(position).zip(state.rings.get(position))
    else {
        return vec![];
    };
    let scope = Scope::Ring(planned.id.clone());
    let since = status.since;
    match status.state {
        RingState::Waiting => {
            let rings = look.plan().rings.iter().zip(&state.rings).take(position);
            let mut behind = rings.filter(|(_, it)| it.state != RingState::Passed);
            match behind.next_back() {
                Some((earlier, _)) => {
                    let text = format!("ring {} has to pass first", earlier.id);
                    vec![WaitingOn::system(scope, text, since)]
                }
                // Whoever opens the deployment is asked once, not for each of its rings.
                None if matches!(
                    state.deployment,
                    DeploymentState::Draft | DeploymentState::Ready
                ) =>
                {
                    let text = "the deployment has to be opened first";
                    vec![WaitingOn::system(scope, text, since)]
                }
                None => otherwise(look, &scope, since),
            }
        }
        RingState::Halted => {
            let h1 = state.reading(
                Guard::H1,
                std::slice::from_ref(&scope),
                look.now,
                gates::h1(state, &scope),
            );
            if let Some(unknown) = WaitingOn::guard(state, &scope, &h1, since) {
                return vec![unknown];
            }
            let why = status.reason.as_deref().unwrap_or("no reason was recorded");
            let ring = planned.id.clone();
            let agreed = agreed(state, &ring);
            let has = agreed.as_ref().map(|it| has_agreed(state, &ring, it)).unwrap_or_default();
            let only = agreed.unwrap_or_else(|| Resumable::VARIANTS.to_vec());
            let text = format!("ring {ring} is halted: {why}; two people let it go on{has}");
            let roles = [RoleType::ReleaseManagement, RoleType::ProgramManager];
            let roles = deployment::lacking(look, &resume_act(&ring, &only), &roles);
            let command = Command::ResumeRing { ring, reason: String::new(), only };
            vec![WaitingOn::people(state, scope, text, since, &roles).with(command)]
        }
        RingState::Soaking => {
            let soak = SignedDuration::from_secs(i64::from(planned.soak_s));
            let Ok(ends) = since.checked_add(soak) else { return vec![] };
            // It has soaked, and the deployment stands still.
            if ends <= look.now {
                return otherwise(look, &scope, since);
            }
            let text = format!("ring {} soaks: it must stay healthy until then", planned.id);
            let waivable_by = Guard::S8.waiver().authority().to_vec();
            let wait = WaitingOn::time(scope, text, since, ends);
            vec![WaitingOn { guard: Some(Guard::S8), waivable_by, ..wait }]
        }
        RingState::Open => {
            let Err((text, supplier)) = health(look, position) else {
                return otherwise(look, &scope, since);
            };
            vec![match supplier {
                Supplier::Roles(roles) => WaitingOn::people(state, scope, text, since, &roles),
                Supplier::At(at) => WaitingOn::time(scope, text, since, at),
                Supplier::System => WaitingOn::system(scope, text, since),
            }]
        }
        RingState::Passed => vec![],
    }
}

/// Returns who has agreed already that `ring` goes on, and with which of its sites.
fn has_agreed(state: &State, ring: &RingId, only: &[Resumable]) -> String {
    let given = state.concurrences.get(&resume_act(ring, only)).into_iter().flatten();
    let mut persons: Vec<&PersonId> = given.map(|it| &it.by).collect();
    persons.dedup();
    match of_which(only) {
        Some(sites) => format!("; {} agreed, for {sites}", names(&persons)),
        None => format!("; {} agreed", names(&persons)),
    }
}
