//! What was found where the pilot deployed a component: the same as the release, or drift.
//!
//! Source: Deploy SMF, Process 1 (core components may have been deployed in the pilot test).

use crate::digest::Digest;
use crate::id::{ComponentId, ComputerId, StepId};
use crate::order::{Outcome, Report};
use crate::run::RunKind;
use crate::scope::Scope;
use crate::state::{OrderPlace, State};
use serde::{Deserialize, Serialize};

/// The longest part of a step's output that is kept of a finding, in characters.
const SAID_MAX: usize = 300;

/// What one look at one host found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The host.
    pub computer: ComputerId,
    /// The step that looked.
    pub step: StepId,
    /// Whether it found what the release says.
    pub matches: bool,
    /// The digest of what lies there, where the step printed it after the word `as-found`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_found: Option<Digest>,
    /// What the step said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// Returns what the report of an order says of a component that is being adopted.
pub(crate) fn finding(
    state: &State,
    place: &OrderPlace,
    report: &Report,
) -> Option<(ComponentId, Finding)> {
    let Scope::Component(id) = &place.scope else { return None };
    let (planned, status) = state.component(id)?;
    let run = status.run.as_ref().filter(|it| it.kind == RunKind::Adopt)?;
    let track = run.tracks.get(place.track as usize)?;
    let steps = crate::work::component_steps(planned, track.list);
    let step = track.turn(run.kind, &steps)?.step.id.clone();
    let computer = planned.hosts.get(track.computer as usize)?.id.clone();
    let said = report.last_output.as_deref();
    let as_found = said.and_then(|it| {
        let mut words = it.split_whitespace().skip_while(|it| *it != "as-found");
        words.nth(1)?.parse().ok()
    });
    let matches = match report.outcome {
        Outcome::Succeeded { .. } => true,
        Outcome::Failed { .. } | Outcome::Unknown { .. } => false,
    };
    let said = said.map(|it| it.trim().chars().take(SAID_MAX).collect());
    Some((id.clone(), Finding { computer, step, matches, as_found, said }))
}

/// Returns what differs from the release, in words; nothing where all that was found is the same.
pub fn drift(findings: &[Finding]) -> Option<String> {
    let differs = findings.iter().filter(|it| !it.matches).map(|it| {
        let found = it.as_found.map(|it| format!(", found {}", it.short())).unwrap_or_default();
        format!("{} {}{found}", it.computer, it.step)
    });
    let differs: Vec<String> = differs.collect();
    (!differs.is_empty()).then(|| format!("differs from the release: {}", differs.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_lists_everything_that_differs() {
        let finding = |step: &str, matches| Finding {
            computer: "db1".parse().unwrap(),
            step: step.parse().unwrap(),
            matches,
            as_found: (!matches).then(|| Digest::of(b"older")),
            said: None,
        };
        assert_eq!(drift(&[finding("schema", true)]), None);
        let drift =
            drift(&[finding("schema", false), finding("engine", true), finding("conf", false)]);
        let short = Digest::of(b"older").short();
        let expected =
            format!("differs from the release: db1 schema, found {short}; db1 conf, found {short}");
        assert_eq!(drift, Some(expected));
    }
}
