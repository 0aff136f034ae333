//! A storyline: what goes otherwise than planned in a rehearsal, when and where.
//!
//! It forces what chance would bring about only sometimes, so that people can see
//! what the rules make of it. Nothing in it reaches a real deployment.
//!
//! House rule: a rehearsal plays the real rules; a storyline changes the world, never a rule.

use crate::event::{Event, RingTransition};
use crate::id::{ComputerId, PersonId, SiteId, StepId};
use crate::machine::{ComponentTransition, DeploymentTransition, RfcTransition, SiteTransition};
use crate::plan::MasterProjectPlan;
use crate::scope::Scope;
use jiff::Timestamp;
use std::sync::Arc;
use strum::VariantArray as _;

/// What goes otherwise than planned, in the order in which it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storyline {
    /// Its turns.
    pub turns: Vec<Turn>,
}

/// One thing that goes otherwise than planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When it happens.
    pub cue: Cue,
    /// What happens.
    pub act: Act,
}

/// When a turn of the storyline happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cue {
    /// At this instant.
    At(Timestamp),
    /// After something in the deployment has happened for the first time.
    After {
        /// To what it happens.
        scope: Scope,
        /// What, as the machines call it: `started`, `signed off`.
        happens: String,
        /// How much later, in seconds.
        later_s: u32,
    },
}

/// What happens at a turn of the storyline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Steps fail.
    FailSteps {
        /// At this component or site.
        scope: Scope,
        /// On this computer alone.
        computer: Option<ComputerId>,
        /// In this step alone.
        step: Option<StepId>,
        /// So many times.
        times: u32,
    },
    /// Computers cannot be reached.
    LoseComputers {
        /// At this component or site.
        scope: Scope,
        /// This one alone.
        computer: Option<ComputerId>,
        /// For how long, in seconds.
        length_s: u32,
    },
    /// Somebody reports an incident.
    Incident {
        /// Where.
        scope: Scope,
        /// How bad, 1 the worst.
        severity: u8,
        /// What happened.
        text: String,
    },
    /// The owner of a site refuses it when next asked to sign.
    Refuse {
        /// The site.
        site: SiteId,
        /// Why.
        reason: String,
    },
    /// Somebody is away and answers nothing.
    Absent {
        /// Who.
        person: PersonId,
        /// For how long, in seconds.
        length_s: u32,
    },
    /// Somebody holds something, and lets it go again.
    Hold {
        /// What.
        scope: Scope,
        /// Why.
        reason: String,
        /// For how long, in seconds.
        length_s: u32,
    },
    /// The server is down: nothing begins, and nobody can tell it anything.
    Outage {
        /// For how long, in seconds.
        length_s: u32,
    },
    /// The plan is replaced by another.
    Revise {
        /// The new plan.
        plan: Arc<MasterProjectPlan>,
        /// Why.
        reason: String,
    },
}

/// Returns the words for what can happen to `scope`, as cues write them.
pub fn words(scope: &Scope) -> Vec<String> {
    fn of<T: Copy + ToString>(all: &[T]) -> Vec<String> {
        all.iter().map(|it| it.to_string().replace('-', " ")).collect()
    }
    match scope {
        Scope::Deployment => of(DeploymentTransition::VARIANTS),
        Scope::Core => vec![],
        Scope::Component(_) => of(ComponentTransition::VARIANTS),
        Scope::Ring(_) => of(RingTransition::VARIANTS),
        Scope::Site(_) => of(SiteTransition::VARIANTS),
        Scope::Rfc(_) => of(RfcTransition::VARIANTS),
    }
}

impl Cue {
    /// Returns whether `event` is what the cue waits for.
    pub fn is_given_by(&self, event: &Event) -> bool {
        let Self::After { scope, happens, .. } = self else { return false };
        let word = match (scope, event) {
            (Scope::Deployment, Event::Deployment { transition, .. }) => transition.to_string(),
            (Scope::Component(id), Event::Component { component, transition, .. })
                if id == component =>
            {
                transition.to_string()
            }
            (Scope::Ring(id), Event::Ring { ring, transition, .. }) if id == ring => {
                transition.to_string()
            }
            (Scope::Site(id), Event::Site { site, transition, .. }) if id == site => {
                transition.to_string()
            }
            (Scope::Rfc(id), Event::Rfc { rfc, transition, .. }) if id == rfc => {
                transition.to_string()
            }
            _ => return false,
        };
        word.replace('-', " ") == *happens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cue_is_given_by_what_happens_to_its_thing_and_by_nothing_else() {
        let of_site = |site: &str, transition| Event::Site {
            site: site.parse().unwrap(),
            transition,
            reason: None,
            gate: vec![],
        };
        let scope: Scope = "site/B03".parse().unwrap();
        assert!(words(&scope).contains(&"signed off".to_owned()));
        let cue = Cue::After { scope, happens: "signed off".to_owned(), later_s: 0 };
        assert!(cue.is_given_by(&of_site("B03", SiteTransition::SignedOff)));
        assert!(!cue.is_given_by(&of_site("B03", SiteTransition::Started)));
        assert!(!cue.is_given_by(&of_site("B04", SiteTransition::SignedOff)));
        assert!(
            !Cue::At(Timestamp::UNIX_EPOCH).is_given_by(&of_site("B03", SiteTransition::SignedOff))
        );
    }
}
