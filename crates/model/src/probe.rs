//! Probes: questions that the engine asks the running solution, again and again.
//!
//! A probe changes nothing. That it is asked needs no authorisation, and what it
//! is answered is kept only where it differs from before.
//!
//! Source: Deploy SMF, Process 3, Table 6: "Monitor the solution during the quiet period".

use crate::id::LineId;
use crate::incident::{ImpactLevel, Severity};
use crate::scope::Scope;
use serde::{Deserialize, Serialize};

/// A question that is asked again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Its name.
    pub id: LineId,
    /// What is hit when it is not answered.
    pub scope: Scope,
    /// What is asked.
    pub check: ProbeCheck,
    /// How often it is asked, in seconds.
    pub every_s: u32,
    /// How long an answer may take, in seconds.
    pub time_limit_s: u32,
    /// After how many questions in a row without the right answer it counts as down.
    pub failures: u8,
    /// How bad it is when it is down.
    pub severity: Severity,
    /// How much of its sites is hit when it is down.
    pub level: ImpactLevel,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeCheck {
    /// Whether a page answers as expected.
    Http {
        /// The page.
        url: String,
        /// The expected status.
        status: u16,
        /// What the answer has to contain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contains: Option<String>,
    },
    /// Whether somebody listens.
    Tcp {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// Whether a program on Landfall's own computer ends well. It must change nothing.
    Command {
        /// The program, then its arguments.
        argv: Vec<String>,
    },
}
