//! The five measures by which the outcomes of a deployment are known, on one page.
//!
//! Source: Deploy SMF, Table 2: outcomes and measures of the Deploy SMF goals.
//! House rule: say unknown when you do not know.

use super::recorded;
use crate::assignment::involvement;
use crate::escalation::EscalationPurpose;
use crate::machine::{MilestoneState, SignOffState, SiteState};
use crate::milestone::{Milestone, signatures};
use crate::state::State;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt;

/// One measure of an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// What is measured.
    pub measure: &'static str,
    /// How.
    pub rule: &'static str,
    /// What was found, in words.
    pub value: String,
    /// Of how many things.
    pub n: usize,
    /// Whether the outcome is reached.
    pub standing: OutcomeStanding,
}

/// Whether an outcome is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeStanding {
    /// It is.
    Reached,
    /// Not yet.
    Open,
    /// The figure has no target: people judge it.
    Judged,
    /// Nobody knows.
    Unknown,
}

impl fmt::Display for OutcomeStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reached => "reached",
            Self::Open => "not yet",
            Self::Judged => "for people to judge",
            Self::Unknown => "unknown",
        })
    }
}

/// Returns the five measures, as they are at the instant `now`.
pub fn outcomes(state: &State, now: Timestamp) -> [Outcome; 5] {
    [support_issues(state, now), sites(state), milestone(state), team(state), escalations(state)]
}

pub(super) fn support_issues(state: &State, now: Timestamp) -> Outcome {
    let figures = recorded::support_issues(state, now);
    let since = recorded::first_in_use(state);
    let shown = |it: super::measure::Fraction| {
        it.rounded(2).map_or_else(|| "n/a".to_owned(), |it| it.to_string())
    };
    let (value, standing) = match since {
        None => ("no site is in service yet".to_owned(), OutcomeStanding::Unknown),
        Some(_) => {
            let value = format!(
                "{}, which is {} per 100 users and {} per 100 users and week",
                figures.count,
                shown(figures.per_100_users()),
                shown(figures.per_100_users_and_week())
            );
            (value, OutcomeStanding::Judged)
        }
    };
    Outcome {
        measure: "Support issues opened after deployment",
        rule: "requests of any kind about a site in service; no duplicates, nothing unrelated",
        value,
        n: figures.count,
        standing,
    }
}

fn sites(state: &State) -> Outcome {
    let count = |wanted: SiteState| state.sites.iter().filter(|it| it.state == wanted).count();
    let in_scope = state.sites.len() - count(SiteState::Exempt);
    let signed = count(SiteState::SignedOff);
    Outcome {
        measure: "All sites are fully deployed",
        rule: "sites signed off, out of all that are not left out by decision",
        value: format!("{signed} of {in_scope}"),
        n: in_scope,
        standing: reached(in_scope > 0 && signed == in_scope),
    }
}

fn milestone(state: &State) -> Outcome {
    let last = state.milestones.state(Milestone::Complete);
    let slots = signatures(state, Milestone::Complete);
    let signed = slots.iter().filter(|it| it.state == SignOffState::Signed).count();
    Outcome {
        measure: "Sign-off on the Deployment Complete Milestone",
        rule: "its review is approved by everybody who must sign",
        value: format!("{last}; {signed} of {} have signed", slots.len()),
        n: slots.len(),
        standing: reached(last == MilestoneState::Approved),
    }
}

fn team(state: &State) -> Outcome {
    let found = involvement(state);
    Outcome {
        measure: "No member of the project team is active",
        rule: "people with a role type of the project whose assignment is active, but for those who span all projects",
        value: found.to_string(),
        n: found.counted(),
        standing: reached(found.active == 0),
    }
}

fn escalations(state: &State) -> Outcome {
    let real = state.escalations.list.iter();
    let n = real.filter(|it| it.raising.purpose == EscalationPurpose::Real).count();
    Outcome {
        measure: "Number of escalations",
        rule: "escalations to the project team, by the path or past it, without drills",
        value: n.to_string(),
        n,
        standing: OutcomeStanding::Judged,
    }
}

fn reached(is_reached: bool) -> OutcomeStanding {
    if is_reached { OutcomeStanding::Reached } else { OutcomeStanding::Open }
}
