//! Training: sessions, attendance, coverage of sites.
//!
//! Who attended is kept as a digest of their name within the deployment and site:
//! enough to count nobody twice, and no list of names in a record that is kept for
//! years. It is a pseudonym, not a secret: whoever has the names can find them again.
//!
//! Source: Deploy SMF, Table 1: User Experience trains users and maintains the training schedule.

mod coverage;
mod words;

pub use coverage::{Conflict, Coverage, conflicts, coverage, pseudonym};

use crate::evolve::{Happening, Impossible};
use crate::id::{LineId, PersonId, SiteId};
use crate::window::TimeZoneName;
use imbl::OrdMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum TrainingEvent {
    /// A session was put into the training schedule.
    SessionScheduled(Session),
    /// It was moved to another time, place or trainer.
    SessionMoved {
        /// The session.
        session: LineId,
        /// Its new time.
        when: SessionTime,
        /// Its place from now on.
        place: String,
        /// Its trainer from now on.
        trainer: PersonId,
        /// Why.
        reason: String,
    },
    /// It does not take place.
    SessionCancelled {
        /// The session.
        session: LineId,
        /// Why.
        reason: String,
    },
    /// Users were invited to it.
    Invited {
        /// The session.
        session: LineId,
        /// How many of them.
        users: u32,
    },
    /// Users of a site attended a course or completed it.
    Attended {
        /// The site.
        site: SiteId,
        /// The course.
        course: LineId,
        /// The session, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<LineId>,
        /// The users, by pseudonym.
        users: Vec<String>,
    },
    /// Users of a site need not be trained.
    Exempted {
        /// The site.
        site: SiteId,
        /// The users, by pseudonym.
        users: Vec<String>,
        /// Why.
        reason: String,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingCommand {
    /// Put a session into the training schedule.
    Schedule {
        /// The session.
        session: Session,
        /// Why it is held although it meets a window or a freeze, where it does.
        despite: Option<String>,
    },
    /// Move a session.
    Move {
        /// The session.
        session: LineId,
        /// Its new time.
        when: SessionTime,
        /// Its new place; the old one where none is given.
        place: Option<String>,
        /// Its new trainer; the old one where none is given.
        trainer: Option<PersonId>,
        /// Why.
        reason: String,
    },
    /// Cancel a session.
    Cancel {
        /// The session.
        session: LineId,
        /// Why.
        reason: String,
    },
    /// Note that users were invited to a session.
    Invite {
        /// The session.
        session: LineId,
        /// How many.
        users: u32,
    },
    /// Note who attended.
    Attend {
        /// The site.
        site: SiteId,
        /// The course.
        course: LineId,
        /// The session, where it was one.
        session: Option<LineId>,
        /// The users, by name or number; they are kept as pseudonyms.
        users: Vec<String>,
    },
    /// Exempt users from training.
    Exempt {
        /// The site.
        site: SiteId,
        /// The users, by name or number.
        users: Vec<String>,
        /// Why.
        reason: String,
    },
}

/// When a session takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SessionTime {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The zone in which it is announced.
    pub zone: TimeZoneName,
}

/// One session of a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Session {
    /// Its name.
    pub id: LineId,
    /// Its course.
    pub course: LineId,
    /// The sites whose users attend it.
    pub sites: Vec<SiteId>,
    /// When it takes place.
    pub when: SessionTime,
    /// The room, or the link.
    pub place: String,
    /// Who teaches.
    pub trainer: PersonId,
    /// How many can attend.
    pub seats: u32,
    /// Its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Why it is held although it meets a window or a freeze.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despite: Option<String>,
}

/// Where a session stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionStatus {
    /// As it was last scheduled.
    pub session: Session,
    /// How often it was moved, from 0: the sequence of its calendar entry.
    pub moved: u32,
    /// How many users were invited.
    pub invited: u32,
    /// Why it does not take place, where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<String>,
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// The sessions, by name.
    pub sessions: BTreeMap<LineId, SessionStatus>,
    /// Who attended, by site and course.
    pub attended: OrdMap<SiteId, BTreeMap<LineId, BTreeSet<String>>>,
    /// Who need not be trained, by site.
    pub exempt: OrdMap<SiteId, BTreeSet<String>>,
}

impl Training {
    /// Returns the sessions that take place, in the order of their time.
    pub fn held(&self) -> Vec<&SessionStatus> {
        let mut held: Vec<_> = self.sessions.values().filter(|it| it.cancelled.is_none()).collect();
        held.sort_by_key(|it| it.session.when.from);
        held
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &TrainingEvent,
        _happening: &Happening,
    ) -> Result<(), Impossible> {
        match event {
            TrainingEvent::SessionScheduled(session) => {
                let status = SessionStatus {
                    session: session.clone(),
                    moved: 0,
                    invited: 0,
                    cancelled: None,
                };
                self.sessions.insert(session.id.clone(), status);
            }
            TrainingEvent::SessionMoved { session, when, place, trainer, .. } => {
                let status = self.session_mut(session)?;
                status.session.when = when.clone();
                status.session.place.clone_from(place);
                status.session.trainer = trainer.clone();
                status.moved += 1;
            }
            TrainingEvent::SessionCancelled { session, reason } => {
                let status = self.session_mut(session)?;
                status.cancelled = Some(reason.clone());
                status.moved += 1;
            }
            TrainingEvent::Invited { session, users } => {
                self.session_mut(session)?.invited += users;
            }
            TrainingEvent::Attended { site, course, users, .. } => {
                let of_site = self.attended.entry(site.clone()).or_default();
                of_site.entry(course.clone()).or_default().extend(users.iter().cloned());
            }
            TrainingEvent::Exempted { site, users, .. } => {
                self.exempt.entry(site.clone()).or_default().extend(users.iter().cloned());
            }
        }
        Ok(())
    }

    fn session_mut(&mut self, id: &LineId) -> Result<&mut SessionStatus, Impossible> {
        self.sessions.get_mut(id).ok_or_else(|| Impossible::unknown(format!("session {id}")))
    }
}
