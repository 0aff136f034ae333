//! What happened to training, as it is shown to people.
//!
//! House rule: one sentence an event.

use super::TrainingEvent;
use crate::scope::Scope;
use std::fmt;

impl TrainingEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::SessionScheduled(session) => match session.sites.as_slice() {
                [only] => Scope::Site(only.clone()),
                _ => Scope::Deployment,
            },
            Self::SessionMoved { .. } | Self::SessionCancelled { .. } | Self::Invited { .. } => {
                Scope::Deployment
            }
            Self::Attended { site, .. } | Self::Exempted { site, .. } => Scope::Site(site.clone()),
        }
    }
}

impl fmt::Display for TrainingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SessionScheduled(it) => write!(
                f,
                "session {} of {} is scheduled for {} with {}",
                it.id, it.course, it.when.from, it.trainer
            ),
            Self::SessionMoved { session, when, reason, .. } => {
                write!(f, "session {session} is moved to {}: {reason}", when.from)
            }
            Self::SessionCancelled { session, reason } => {
                write!(f, "session {session} is cancelled: {reason}")
            }
            Self::Invited { session, users } => {
                write!(f, "{users} users are invited to session {session}")
            }
            Self::Attended { site, course, users, .. } => {
                write!(f, "{} users of {site} attended {course}", users.len())
            }
            Self::Exempted { site, users, reason } => {
                write!(f, "{} users of {site} need no training: {reason}", users.len())
            }
        }
    }
}
