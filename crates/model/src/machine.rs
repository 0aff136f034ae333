//! State machines: what may happen to a deployment and to each thing in it.
//!
//! A machine is a state enum, a transition enum, and two tables: which state
//! follows (`after`), and who may bring it about under which guards (`row`).
//! A state says only where a thing stands. Everything else about it is elsewhere.
//!
//! The catalogue (`catalogue/state-machines.yaml`) holds the same tables as
//! data, and a test holds both together.
//!
//! Source: Deploy SMF, Processes 1 to 4.

pub mod assignment;
pub mod authority;
pub mod core_component;
pub mod deployment;
pub mod document;
pub mod escalation;
pub mod incident;
pub mod milestone;
pub mod quiet_period;
#[cfg(test)]
mod raci;
pub mod request_for_change;
pub mod sign_off;
pub mod site;
pub mod site_phase;
#[cfg(test)]
mod tests;
pub mod waiver;

pub use assignment::{AssignmentState, AssignmentTransition};
pub use authority::Authority;
pub use core_component::{ComponentState, ComponentTransition};
pub use deployment::{DeploymentState, DeploymentTransition};
pub use document::{DocumentState, DocumentTransition};
pub use escalation::{EscalationState, EscalationTransition};
pub use incident::{IncidentState, IncidentTransition};
pub use milestone::{MilestoneState, MilestoneTransition};
pub use quiet_period::{QuietPeriodState, QuietPeriodTransition};
pub use request_for_change::{RfcState, RfcTransition};
pub use sign_off::{SignOffState, SignOffTransition};
pub use site::{SiteState, SiteTransition};
pub use site_phase::{PhaseState, PhaseTransition};
pub use waiver::{WaiverState, WaiverTransition};

use crate::guard::Guard;
use std::fmt;

/// What is known of one transition, besides the states it joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id, such as `SIT-4`: people quote it, and it never changes meaning.
    pub id: &'static str,
    /// What happens, as it completes "the site cannot …": `be started`.
    pub act: &'static str,
    /// Who may bring it about.
    pub authority: Authority,
    /// What must be true.
    pub guards: &'static [Guard],
}

/// A transition of one of the machines.
pub trait Transition: Copy + fmt::Debug + fmt::Display + 'static {
    /// The states of the machine.
    type State: Copy + fmt::Debug + fmt::Display + PartialEq + 'static;

    /// What the machine is of, such as `site`.
    const NOUN: &'static str;

    /// Returns what is known of the transition: one row of the machine's table.
    fn row(self) -> Row;

    /// Returns the state that follows, or `None` where this cannot happen in `state`.
    fn follows(self, state: Self::State) -> Option<Self::State>;

    /// Returns its id, such as `SIT-4`.
    fn id(self) -> &'static str {
        self.row().id
    }

    /// Returns the guards that must be met or waived.
    fn guards(self) -> &'static [Guard] {
        self.row().guards
    }

    /// Returns who may bring it about.
    fn authority(self) -> Authority {
        self.row().authority
    }

    /// Returns the state that follows for the thing called `name`, which stands in `state`.
    ///
    /// # Errors
    ///
    /// Where this cannot happen in `state`: show the sentence, change nothing.
    fn attempt(
        self,
        name: impl fmt::Display,
        state: Self::State,
    ) -> Result<Self::State, StateRefusal> {
        self.follows(state).ok_or_else(|| StateRefusal {
            noun: Self::NOUN,
            name: name.to_string(),
            act: self.row().act,
            state: state.to_string(),
            transition: self.row().id,
        })
    }
}

/// A thing cannot do this where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{noun} {name} cannot {act} while it is {state}")]
pub struct StateRefusal {
    /// What it is, such as `site`.
    pub noun: &'static str,
    /// Its name, such as `B27`.
    pub name: String,
    /// What was asked of it, such as `be signed off`.
    pub act: &'static str,
    /// Where it stands, such as `deploying`.
    pub state: String,
    /// The id of the refused transition, such as `SIT-16`.
    pub transition: &'static str,
}

/// Declares the states of a machine, the first of which is its beginning, and what can happen to it.
/// Both are stored as words with dashes (`signed-off`), and shown with spaces or by their own
/// `to_string`.
macro_rules! words {
    (@one [$($more:ident)?] $(#[$about:meta])* $name:ident { $($words:tt)* }) => {
        $(#[$about])*
        #[derive(
            Clone, Copy, Debug, $($more,)? PartialEq, Eq, PartialOrd, Ord, Hash,
            strum::IntoStaticStr, strum::VariantArray, serde::Serialize, serde::Deserialize,
            schemars::JsonSchema,
        )]
        #[serde(rename_all = "kebab-case")]
        #[strum(serialize_all = "kebab-case")]
        pub enum $name { $($words)* }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&<&'static str>::from(*self).replace('-', " "))
            }
        }
    };
    (
        $(#[$about:meta])* pub enum $state:ident { $($states:tt)* }
        $(#[$what:meta])* pub enum $transition:ident { $($happens:tt)* }
    ) => {
        words! { @one [Default] $(#[$about])* $state { $($states)* } }
        words! { @one [] $(#[$what])* $transition { $($happens)* } }
    };
}
use words;
