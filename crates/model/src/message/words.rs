//! What happened to messages, as it is shown to people.
//!
//! House rule: one sentence an event.

use super::MessageEvent;
use crate::scope::Scope;
use std::fmt;

impl MessageEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::SlotSet { site, .. }
            | Self::SlotGivenUp { site, .. }
            | Self::ServiceBegan { site, .. } => Scope::Site(site.clone()),
            Self::Due(letter) => letter.scope.clone(),
            Self::HandedOver { .. }
            | Self::Delivered { .. }
            | Self::Bounced { .. }
            | Self::Failed { .. }
            | Self::Acknowledged { .. } => Scope::Deployment,
        }
    }
}

impl fmt::Display for MessageEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SlotSet { site, from, until, version, reason, .. } => {
                let why = reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
                let verb = if *version == 1 { "is" } else { "is moved to" };
                write!(f, "the slot of {site} {verb} {from} to {until} (version {version}){why}")
            }
            Self::SlotGivenUp { site, from, reason } => {
                write!(f, "{site} gives its slot up for another one from {from} on: {reason}")
            }
            Self::ServiceBegan { site, due, .. } => {
                write!(f, "{site} is in service, and {} messages follow", due.len())
            }
            Self::Due(letter) => write!(
                f,
                "letter {}: {} is due to {} for {}",
                letter.letter, letter.message, letter.to, letter.occasion
            ),
            Self::HandedOver { letter, evidence } => {
                write!(f, "letter {letter} was handed over: {evidence}")
            }
            Self::Delivered { letter, receipt } => {
                write!(f, "letter {letter} was delivered: {receipt}")
            }
            Self::Bounced { letter, readers, why } => {
                write!(f, "letter {letter} came back from {readers} readers: {why}")
            }
            Self::Failed { letter, why } => write!(f, "letter {letter} could not be sent: {why}"),
            Self::Acknowledged { letter, token } => {
                let how = if *token { " by its token" } else { "" };
                write!(f, "letter {letter} was acknowledged{how}")
            }
        }
    }
}
