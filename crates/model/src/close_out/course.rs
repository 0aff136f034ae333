//! What went otherwise on the way: how often something halted, and what people decided on failed steps.
//!
//! The state of a ring or a site says nothing of it once it goes on. It is counted where it happens, so
//! that a report at the end says what there was.
//!
//! Source: Deploy SMF, Process 4, Table 7, input "deployment reports".

use crate::event::{Event, RingTransition, StepDecision};
use crate::machine::{ComponentTransition, SiteTransition};
use crate::scope::Scope;
use crate::state::State;
use serde::{Deserialize, Serialize};

/// What went otherwise at one component, site or ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Otherwise {
    /// How often it halted.
    #[serde(default)]
    pub halted: u32,
    /// How often people had failed steps of it tried again.
    #[serde(default)]
    pub retried: u32,
    /// How often people had failed steps of it passed over.
    #[serde(default)]
    pub passed_over: u32,
    /// How often people had computers of it left out.
    #[serde(default)]
    pub left_out: u32,
}

impl Otherwise {
    /// Returns what went otherwise, a text each.
    pub(super) fn told(self) -> Vec<String> {
        let said = |count: u32, text: &str| match count {
            0 => None,
            1 => Some(text.to_owned()),
            _ => Some(format!("{text}, {count} times")),
        };
        let all = [
            said(self.halted, "it halted"),
            said(self.retried, "a failed step was tried again by decision"),
            said(self.passed_over, "a failed step was passed over by decision"),
            said(self.left_out, "a computer was left out by decision"),
        ];
        all.into_iter().flatten().collect()
    }
}

impl State {
    /// Counts what `event` says that went otherwise.
    pub(crate) fn went_otherwise(&mut self, event: &Event) {
        if let Event::StepDecided { scope, decision, .. } = event {
            let count: fn(&mut Otherwise) = match decision {
                StepDecision::Retry => |it| it.retried += 1,
                StepDecision::Ignore => |it| it.passed_over += 1,
                StepDecision::Exclude => |it| it.left_out += 1,
                // What nobody knew is known by them: it went neither better nor worse.
                StepDecision::Done | StepDecision::NotDone | StepDecision::Failed => return,
            };
            count(self.otherwise_at(scope.clone()));
        }
        if let Some(scope) = halted(event) {
            self.otherwise_at(scope).halted += 1;
        }
    }

    fn otherwise_at(&mut self, scope: Scope) -> &mut Otherwise {
        self.close_out.otherwise.entry(scope).or_default()
    }
}

/// Returns what halts by `event`; nothing where nothing does.
fn halted(event: &Event) -> Option<Scope> {
    use ComponentTransition as Component;
    if let Event::Ring { ring, transition: RingTransition::Halted, .. } = event {
        return Some(Scope::Ring(ring.clone()));
    }
    if let Event::Site { site, transition, .. } = event
        && matches!(transition, SiteTransition::Halted | SiteTransition::RollbackFailed)
    {
        return Some(Scope::Site(site.clone()));
    }
    if let Event::Component { component, transition, .. } = event
        && matches!(
            transition,
            Component::Halted | Component::ChecksFailed | Component::RollbackFailed
        )
    {
        return Some(Scope::Component(component.clone()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_otherwise_is_told_with_how_often() {
        let it = Otherwise { halted: 1, retried: 3, passed_over: 0, left_out: 1 };
        let expected = [
            "it halted",
            "a failed step was tried again by decision, 3 times",
            "a computer was left out by decision",
        ];
        assert_eq!(it.told(), expected);
        assert!(Otherwise::default().told().is_empty());
    }
}
