//! Lessons that suggest themselves: what did not go as planned.
//!
//! Source: Deploy SMF, Process 4, Table 7, "document lessons learned and best practices".

use crate::machine::{SignOffState, SiteState};
use crate::scope::Scope;
use crate::state::State;
use serde::Serialize;

/// Something that may be worth a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Where.
    pub scope: Scope,
    /// What did not go as planned.
    pub text: String,
}

/// Returns what may be worth a lesson.
pub fn suggestions(state: &State) -> Vec<Suggestion> {
    let mut all = Vec::new();
    let mut add = |scope: Scope, text: String| all.push(Suggestion { scope, text });
    for (planned, it) in state.plan.components.iter().zip(&state.components) {
        let scope = || Scope::Component(planned.id.clone());
        if it.drifted {
            add(scope(), "what the pilot left had drifted".to_owned());
        }
        if it.runs > 1 {
            add(scope(), format!("it took {} runs", it.runs));
        }
    }
    for (planned, it) in state.plan.sites.iter().zip(&state.sites) {
        let scope = || Scope::Site(planned.id.clone());
        if it.runs > 1 {
            add(scope(), format!("it took {} runs", it.runs));
        }
        if it.state == SiteState::Exempt {
            let reason = it.reason.as_deref().unwrap_or("no reason was given");
            add(scope(), format!("it was left out: {reason}"));
        }
    }
    for (scope, it) in &state.close_out.otherwise {
        for text in it.told() {
            add(scope.clone(), text);
        }
    }
    for (planned, it) in state.plan.rings.iter().zip(&state.rings) {
        if !it.excused.is_empty() {
            let sites: Vec<String> = (it.excused.iter())
                .map(|(site, it)| format!("{site} {}: {}", it.counts_as, it.reason))
                .collect();
            let text = format!("it halted and went on without {}", sites.join("; "));
            add(Scope::Ring(planned.id.clone()), text);
        }
    }
    for it in &state.waivers {
        add(it.scope.clone(), format!("{} was to be waived: {}", it.guard, it.reason));
    }
    for (slot, it) in &state.slots {
        if matches!(it.state, SignOffState::Declined | SignOffState::Withdrawn) {
            let why = it.statements.join("; ");
            add(slot.sheet.scope(), format!("{slot} was {}: {why}", it.state));
        } else if it.state == SignOffState::Signed && !it.statements.is_empty() {
            let why = it.statements.join("; ");
            add(slot.sheet.scope(), format!("{slot} was signed with exceptions: {why}"));
        }
    }
    for it in state.signals.iter().filter(|it| it.severity <= 2) {
        add(it.scope.clone(), format!("severity {}: {}", it.severity, it.text));
    }
    all
}
