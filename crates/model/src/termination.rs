//! An early end: what becomes of each component and site.
//!
//! Source: Deploy SMF, Process 4, read with Table 1, "Solution Manager"; PRJ-15, PRJ-16, TR1 to TR3.

use crate::evolve::{Happening, Impossible};
use crate::machine::{ComponentState, SiteState};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What becomes of a component or site.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Disposition {
    /// It stays, and works as planned.
    Keep,
    /// It goes back to what was there before.
    RollBack,
    /// It stays as it is, unfinished.
    HandOver,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum TerminationEvent {
    /// It was decided that the project ends early.
    Begun {
        /// Why.
        reason: String,
    },
    /// It was decided what becomes of something.
    Disposed {
        /// Of what.
        scope: Scope,
        /// What.
        disposition: Disposition,
        /// Why.
        reason: String,
    },
    /// It was put down that something has gone back, where the program cannot see it.
    GoneBack {
        /// What.
        scope: Scope,
        /// What shows it.
        proof: String,
    },
    /// Operations or support accepted what stays.
    StayAccepted {
        /// In which role.
        role: RoleType,
    },
    /// What is to be learnt was put down.
    LessonsLearnt {
        /// What.
        lessons: String,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TerminationCommand {
    /// End the project early.
    Begin {
        /// Why.
        reason: String,
    },
    /// Decide what becomes of a component or site; of all undecided, for the whole deployment.
    Dispose {
        /// Of what.
        scope: Scope,
        /// What.
        disposition: Disposition,
        /// Why.
        reason: String,
    },
    /// Put down that something has gone back.
    GoneBack {
        /// What.
        scope: Scope,
        /// What shows it.
        proof: String,
    },
    /// Accept what stays, as operations or support.
    AcceptStay,
    /// Put down what is to be learnt.
    Learn {
        /// What.
        lessons: String,
    },
    /// Complete it, and seal the record.
    Complete,
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Termination {
    /// Why the project ends early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Timestamp>,
    /// What becomes of what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dispositions: BTreeMap<Scope, Disposed>,
    /// Who accepted what stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<RoleType>,
    /// What is to be learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lessons: Option<String>,
}

/// What becomes of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposed {
    /// What.
    pub disposition: Disposition,
    /// Why.
    pub reason: String,
    /// What shows that it has gone back, where the program cannot see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_back: Option<String>,
}

impl Termination {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &TerminationEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        match event {
            TerminationEvent::Begun { reason } => {
                self.reason = Some(reason.clone());
                self.begun = Some(happening.at);
            }
            TerminationEvent::Disposed { scope, disposition, reason } => {
                let (disposition, reason) = (*disposition, reason.clone());
                let it = Disposed { disposition, reason, gone_back: None };
                self.dispositions.insert(scope.clone(), it);
                // Who accepted what stays accepted something else.
                self.accepted.clear();
            }
            TerminationEvent::GoneBack { scope, proof } => {
                let it = self.dispositions.get_mut(scope);
                it.ok_or_else(|| Impossible::unknown(scope))?.gone_back = Some(proof.clone());
            }
            TerminationEvent::StayAccepted { role } => self.accepted.push(*role),
            TerminationEvent::LessonsLearnt { lessons } => self.lessons = Some(lessons.clone()),
        }
        Ok(())
    }
}

/// Returns the components and sites on which work has begun: something has to become of each.
pub fn begun(state: &State) -> Vec<Scope> {
    let components = state.plan.components.iter().zip(&state.components);
    let components = components
        .filter(|(_, it)| it.runs > 0 || it.adopted)
        .map(|(it, _)| Scope::Component(it.id.clone()));
    let sites = state.plan.sites.iter().zip(&state.sites);
    let sites = sites.filter(|(_, it)| it.runs > 0).map(|(it, _)| Scope::Site(it.id.clone()));
    components.chain(sites).collect()
}

/// Returns whether what was decided of `scope` has been done.
pub fn is_executed(state: &State, scope: &Scope) -> bool {
    let Some(it) = state.termination.dispositions.get(scope) else { return false };
    match it.disposition {
        Disposition::Keep | Disposition::HandOver => true,
        Disposition::RollBack => it.gone_back.is_some() || has_gone_back(state, scope),
    }
}

fn has_gone_back(state: &State, scope: &Scope) -> bool {
    match scope {
        Scope::Component(id) => {
            state.component(id).is_some_and(|(_, it)| it.state == ComponentState::RolledBack)
        }
        Scope::Site(id) => state.site(id).is_some_and(|(_, it)| it.state == SiteState::RolledBack),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => false,
    }
}

impl TerminationEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Disposed { scope, .. } | Self::GoneBack { scope, .. } => scope.clone(),
            Self::Begun { .. } | Self::StayAccepted { .. } | Self::LessonsLearnt { .. } => {
                Scope::Deployment
            }
        }
    }
}

impl fmt::Display for TerminationEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begun { reason } => write!(f, "the project ends early: {reason}"),
            Self::Disposed { scope, disposition, reason } => {
                write!(
                    f,
                    "{scope} is to {}: {reason}",
                    match disposition {
                        Disposition::Keep => "stay",
                        Disposition::RollBack => "go back",
                        Disposition::HandOver => "be handed over as it is",
                    }
                )
            }
            Self::GoneBack { scope, proof } => write!(f, "{scope} has gone back: {proof}"),
            Self::StayAccepted { role } => write!(f, "{role} accepts what stays"),
            Self::LessonsLearnt { lessons } => write!(f, "to be learnt: {lessons}"),
        }
    }
}
