//! A no, with its reason and the next step.
//!
//! House rule: every refusal says what happened, why, and what to do next; to
//! programs it gives a stable code. A refused command leaves no trace.

use crate::guard::{GuardReading, Verdict};
use crate::machine::StateRefusal;
use serde::Serialize;

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// What kind of no it is.
    pub code: RefusalCode,
    /// What is wrong, in words.
    pub text: String,
    /// What to do next, in words.
    pub next_step: String,
    /// What the guards read, where a gate refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gate: Vec<GuardReading>,
}

/// What kind of no it is; each has an exit code and, later, an HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RefusalCode {
    /// The person may not do it.
    NotPermitted,
    /// A guard is not met.
    Gate,
    /// The thing is in another state.
    State,
    /// It names something that is not there.
    Unknown,
    /// What was shown is no longer what is there.
    Stale,
    /// The command itself is incomplete or contradicts itself.
    Invalid,
}

impl Refusal {
    /// Returns a refusal.
    pub fn new(code: RefusalCode, text: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { code, text: text.into(), next_step: next_step.into(), gate: vec![] }
    }

    /// Returns the refusal of a name that is not there.
    pub fn unknown(what: impl std::fmt::Display) -> Self {
        let text = format!("{what} is not in the plan");
        Self::new(
            RefusalCode::Unknown,
            text,
            "`landfall plan show` lists components, rings, sites and requests; with --json all that is planned",
        )
    }

    /// Returns the refusal of an incomplete command.
    pub fn invalid(text: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(RefusalCode::Invalid, text, next_step)
    }
}

impl From<StateRefusal> for Refusal {
    fn from(refusal: StateRefusal) -> Self {
        let name = &refusal.name;
        let next_step = match refusal.noun {
            "deployment" => "`landfall why deployment` says what it waits on".to_owned(),
            "core component" => format!("`landfall why component/{name}` says what it waits on"),
            "site" => format!("`landfall why site/{name}` says what it waits on"),
            "RFC" => format!("`landfall why rfc/{name}` says what it waits on"),
            "incident" => format!("`landfall incident show {name}` says where it stands"),
            "escalation" => format!("`landfall escalation show {name}` says where it stands"),
            "milestone" => "`landfall milestone show` says where it stands".to_owned(),
            "quiet period" => "`landfall quiet-period show` says where it stands".to_owned(),
            "assignment" => "`landfall team list` says where it stands".to_owned(),
            "waiver" => "`landfall waiver list` says where it stands".to_owned(),
            _ => "`landfall waiting` says what waits, and on whom".to_owned(),
        };
        Self::new(RefusalCode::State, refusal.to_string(), next_step)
    }
}

impl From<crate::separation_of_duties::SeparationRefusal> for Refusal {
    fn from(refusal: crate::separation_of_duties::SeparationRefusal) -> Self {
        let text = format!("{} ({})", refusal.text, refusal.rule);
        Self::new(RefusalCode::NotPermitted, text, refusal.next_step)
    }
}

/// Returns `readings` where all of them pass.
///
/// # Errors
///
/// With every reading that does not pass, for the act described by `what`.
pub fn pass(what: &str, readings: Vec<GuardReading>) -> Result<Vec<GuardReading>, Refusal> {
    let closed: Vec<&GuardReading> = readings.iter().filter(|it| !it.verdict.passes()).collect();
    let Some(first) = closed.first() else { return Ok(readings) };
    let texts: Vec<String> = closed
        .iter()
        .map(|it| match &it.verdict {
            Verdict::Unmet { missing, .. } | Verdict::Unknown { missing } => {
                format!("{}: {missing}", it.guard)
            }
            Verdict::Met | Verdict::Waived { .. } => it.guard.to_string(),
        })
        .collect();
    let next_step = match &first.verdict {
        Verdict::Unmet { supplier, .. } => format!("{supplier} can supply what is missing"),
        Verdict::Unknown { .. } => "find out what is not known".to_owned(),
        Verdict::Met | Verdict::Waived { .. } => String::new(),
    };
    let text = format!("{what} is refused by its gate: {}", texts.join("; "));
    Err(Refusal { code: RefusalCode::Gate, text, next_step, gate: readings })
}
