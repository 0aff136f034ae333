//! Risks with which the deployment began: what the pilot did not reach, what was decided late, what
//! was let pass. They stand on the milestone review.
//!
//! Source: Deploy SMF, Process 2, best practice "Make decisions about deployment strategy early";
//! the questions of the Release Readiness review.

use super::ConditionStatus;
use crate::assessment::Verdict;
use crate::companion_plans::Experience;
use crate::machine::WaiverState;
use crate::state::State;
use serde::Serialize;

/// A risk that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// What it comes of, such as `pilot/SC-3`.
    pub of: String,
    /// What may go wrong.
    pub text: String,
    /// What is done against it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
}

fn risk(of: impl Into<String>, text: impl Into<String>) -> Risk {
    Risk { of: of.into(), text: text.into(), control: None }
}

/// Returns the risks that are known, in the order in which they arose.
pub fn risks(state: &State) -> Vec<Risk> {
    let mut risks = Vec::new();
    for (criterion, judged) in &state.release_readiness.pilot {
        let it = &judged.measurement;
        if it.verdict == Verdict::NotMet {
            let text = format!("the pilot did not meet {criterion}: {}, {}", it.value, it.how);
            risks.push(risk(format!("pilot/{criterion}"), text));
        }
    }
    risks.extend(late_strategy(state));
    risks.extend(little_experience(state));
    for (condition, status) in &state.release_readiness.conditions {
        if let ConditionStatus::Carried { owner, due, reason, .. } = status {
            let text =
                format!("condition {condition} was not fulfilled before the start: {reason}");
            let control = Some(format!("{owner} sees to it by {due}"));
            risks.push(Risk { control, ..risk(format!("condition/{condition}"), text) });
        }
    }
    for (waiver, number) in state.waivers.iter().zip(1_u32..) {
        if waiver.state == WaiverState::Granted {
            let text = match waiver.risk.as_str() {
                "" => format!("{} was let pass at {}", waiver.guard, waiver.scope),
                text => text.to_owned(),
            };
            let control = Some(waiver.control.clone()).filter(|it| !it.is_empty());
            risks.push(Risk { control, ..risk(format!("waiver/{number}"), text) });
        }
    }
    risks
}

/// The strategy has to be decided before the baseline; later is a risk that nobody makes good.
fn late_strategy(state: &State) -> Option<Risk> {
    if state.plan.profile == crate::profile::Profile::Solo && state.strategy().is_none() {
        return None;
    }
    let Some(strategy) = state.strategy() else {
        return Some(risk("strategy", "no decision on strategy is on record"));
    };
    let baselined = state.release_readiness.baselined?;
    let day = baselined.to_zoned(state.plan.zone.rules()).date();
    let recorded = state.release_readiness.strategy.as_ref();
    let is_late = strategy.on > day || recorded.is_some_and(|it| it.at > baselined);
    is_late.then(|| {
        let text =
            format!("the strategy of {} was decided after the baseline of {day}", strategy.on);
        risk("strategy", text)
    })
}

fn little_experience(state: &State) -> Option<Risk> {
    let told = state.experience()?;
    let of = "the team has not deployed a similar infrastructure";
    let control = match told {
        Experience::Similar(_) => return None,
        Experience::Rehearsed(text) => format!("it was rehearsed: {text}"),
        Experience::Help(text) => format!("there is help: {text}"),
        Experience::ExtraApprover(text) => {
            format!("one person more approves each change of the core: {text}")
        }
    };
    Some(Risk { control: Some(control), ..risk("experience", of) })
}
