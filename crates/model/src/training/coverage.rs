//! How many users of a site are trained, and what stands in the way of a session.
//!
//! Source: Deploy SMF, Table 1: User Experience; guard S5.

use super::Session;
use crate::companion_plans::Course;
use crate::digest::Digest;
use crate::id::{LineId, SiteId};
use crate::state::State;
use serde::Serialize;
use std::fmt;

/// How many hexadecimal digits a pseudonym has: enough that two users of a site never share one.
const PSEUDONYM_LENGTH: usize = 16;

/// Returns the pseudonym of the user called `name` at `site`.
pub fn pseudonym(state: &State, site: &SiteId, name: &str) -> String {
    let name = name.trim().to_lowercase();
    let digest = Digest::of(format!("{}\n{site}\n{name}", state.plan.deployment).as_bytes());
    let hexadecimal: String = digest.as_bytes().iter().map(|it| format!("{it:02x}")).collect();
    hexadecimal.chars().take(PSEUDONYM_LENGTH).collect()
}

/// How many users of a site have attended a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The site.
    pub site: SiteId,
    /// The course.
    pub course: LineId,
    /// How many attended or completed it.
    pub trained: u32,
    /// How many users the site has, less those who need no training.
    pub users: u32,
    /// How many must be trained before the site starts.
    pub needed: u32,
}

impl Coverage {
    /// Returns whether enough are trained.
    pub fn is_reached(&self) -> bool {
        self.trained >= self.needed
    }
}

/// Returns the coverage of `site`, for each course that users attend.
pub fn coverage(state: &State, site: &SiteId) -> Vec<Coverage> {
    let Some((planned, _)) = state.site(site) else { return vec![] };
    let Some(training) = &state.plan.training else { return vec![] };
    let none = Default::default();
    let exempt = state.training.exempt.get(site).unwrap_or(&none);
    let users = planned.users.saturating_sub(count(exempt.len()));
    let of = |course: &Course| {
        let attended = state.training.attended.get(site).and_then(|it| it.get(&course.id));
        let attended = attended.unwrap_or(&none);
        let needed = (u64::from(users) * u64::from(training.threshold_percent)).div_ceil(100);
        Coverage {
            site: site.clone(),
            course: course.id.clone(),
            trained: count(attended.difference(exempt).count()),
            users,
            needed: u32::try_from(needed).unwrap_or(users),
        }
    };
    training.courses.iter().filter(|it| it.is_for_users()).map(of).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What stands in the way of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conflict {
    /// Its trainer teaches another one then.
    Trainer {
        /// The other session.
        session: LineId,
    },
    /// A site of it is being changed then, or has been before.
    Slot {
        /// The site.
        site: SiteId,
    },
    /// A freeze lies over it: a holiday or a sale.
    Freeze {
        /// The freeze.
        freeze: LineId,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trainer { session } => write!(f, "its trainer teaches {session} at that time"),
            Self::Slot { site } => write!(f, "it is not over when the slot of {site} begins"),
            Self::Freeze { freeze } => write!(f, "it falls into {freeze}"),
        }
    }
}

/// Returns what stands in the way of `session`, the worst first.
pub fn conflicts(state: &State, session: &Session) -> Vec<Conflict> {
    let when = &session.when;
    let overlaps = |other: &&super::SessionStatus| {
        let other = &other.session;
        other.id != session.id
            && other.trainer == session.trainer
            && other.when.from < when.until
            && when.from < other.when.until
    };
    let trainer = state.training.held().into_iter().filter(overlaps);
    let mut found: Vec<Conflict> =
        trainer.map(|it| Conflict::Trainer { session: it.session.id.clone() }).collect();
    let late = session.sites.iter().filter(|site| {
        let slot = state.messages.slots.get(*site);
        slot.is_some_and(|it| it.version > 0 && it.service.is_none() && when.until > it.from)
    });
    found.extend(late.map(|site| Conflict::Slot { site: site.clone() }));
    let zone = when.zone.rules();
    let civil = |at: jiff::Timestamp| at.to_zoned(zone.clone()).datetime();
    let (from, until) = (civil(when.from), civil(when.until));
    let frozen =
        state.plan.freezes.iter().filter(|it| it.span.start() < until && from < it.span.end());
    found.extend(frozen.map(|it| Conflict::Freeze { freeze: it.name.clone() }));
    found
}
