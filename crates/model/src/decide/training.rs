//! Training: what User Experience schedules, and who was there.
//!
//! Source: Deploy SMF, Table 1: User Experience trains users and maintains the training schedule.

use super::{Acting, worded};
use crate::digest::canonical_digest;
use crate::event::Event;
use crate::id::{LineId, SiteId};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::training::{
    Conflict, Session, SessionStatus, TrainingCommand, TrainingEvent, conflicts, pseudonym,
};

/// Those who keep the training schedule.
const SCHEDULERS: &[RoleType] = &[RoleType::UserExperience, RoleType::ProgramManager];
/// Those who can say who was there.
const WITNESSES: &[RoleType] = &[RoleType::UserExperience, RoleType::SiteOwner];
/// The most users named at once: one site's, not one country's.
const USERS_MAX: usize = 10_000;
/// The longest session, in seconds: a working day and a half of it.
const SESSION_LENGTH_MAX_S: i64 = 12 * 3600;

impl Acting<'_> {
    pub(super) fn training(&self, command: &TrainingCommand) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            TrainingCommand::Schedule { session, despite } => self.schedule(session, despite)?,
            TrainingCommand::Move { session, when, place, trainer, reason } => {
                let reason = worded("the reason", reason)?;
                let status = self.session(session)?;
                let mut moved = status.session.clone();
                moved.when = when.clone();
                if let Some(place) = place {
                    moved.place = worded("the place", place)?;
                }
                if let Some(trainer) = trainer {
                    moved.trainer = trainer.clone();
                }
                if moved == status.session {
                    let text = format!("session {session} is held then and there already");
                    return Err(Refusal::invalid(text, "give what changes"));
                }
                // A freeze was weighed when it was scheduled; a window or a trainer is not waived.
                self.fits(&moved, moved.despite.is_some())?;
                let (session, when) = (session.clone(), when.clone());
                let (place, trainer) = (moved.place, moved.trainer);
                TrainingEvent::SessionMoved { session, when, place, trainer, reason }
            }
            TrainingCommand::Cancel { session, reason } => {
                self.session(session)?;
                let (session, reason) = (session.clone(), worded("the reason", reason)?);
                TrainingEvent::SessionCancelled { session, reason }
            }
            TrainingCommand::Invite { session, users } => {
                let status = self.session(session)?;
                let left = status.session.seats.saturating_sub(status.invited);
                if *users == 0 || *users > left {
                    let text = format!("session {session} has {left} seats left");
                    return Err(Refusal::invalid(
                        text,
                        "invite no more than that, or schedule another",
                    ));
                }
                TrainingEvent::Invited { session: session.clone(), users: *users }
            }
            TrainingCommand::Attend { site, course, session, users } => {
                self.attend(site, course, session.as_ref(), users)?
            }
            TrainingCommand::Exempt { site, users, reason } => {
                return self.exempt_from_training(site, users, reason);
            }
        };
        Ok(vec![Event::Training(event)])
    }

    /// User Experience and the site's owner agree that these users need no training: neither alone
    /// lets a site start whose users are not trained (SOD-13, S5).
    fn exempt_from_training(
        &self,
        site: &SiteId,
        users: &[String],
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let scope = self.known_site(site)?;
        let roles = [RoleType::UserExperience, RoleType::SiteOwner];
        self.role(&roles, &scope, "exempt users from training")?;
        let mut users = self.pseudonyms(site, users)?;
        users.sort();
        let reason = worded("the reason", reason)?;
        let these = canonical_digest(&users).short();
        let act = format!("exempt {} users ({these}) from training at {scope}", users.len());
        let (mut events, is_complete) =
            self.concur(&act, &roles, self.two_persons(), &scope, Some(&reason))?;
        if is_complete {
            let exempted = TrainingEvent::Exempted { site: site.clone(), users, reason };
            events.push(Event::Training(exempted));
        }
        Ok(events)
    }

    fn known_site(&self, site: &SiteId) -> Result<Scope, Refusal> {
        self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        Ok(Scope::Site(site.clone()))
    }

    fn known_course(&self, course: &LineId) -> Result<(), Refusal> {
        let courses = self.state.plan.training.iter().flat_map(|it| &it.courses);
        let is_known = courses.into_iter().any(|it| it.id == *course);
        if is_known { Ok(()) } else { Err(Refusal::unknown(format!("course {course}"))) }
    }

    fn session(&self, id: &LineId) -> Result<&SessionStatus, Refusal> {
        self.role(SCHEDULERS, &Scope::Deployment, "change the training schedule")?;
        let status = self.state.training.sessions.get(id);
        let status = status.ok_or_else(|| Refusal::unknown(format!("session {id}")))?;
        match &status.cancelled {
            None => Ok(status),
            Some(reason) => Err(Refusal::new(
                RefusalCode::State,
                format!("session {id} is cancelled: {reason}"),
                "schedule another one",
            )),
        }
    }

    fn schedule(
        &self,
        session: &Session,
        despite: &Option<String>,
    ) -> Result<TrainingEvent, Refusal> {
        self.role(SCHEDULERS, &Scope::Deployment, "schedule a session")?;
        self.known_course(&session.course)?;
        if session.sites.is_empty() {
            return Err(Refusal::invalid("a session is for at least one site", "name its sites"));
        }
        for site in &session.sites {
            self.known_site(site)?;
        }
        if self.state.training.sessions.contains_key(&session.id) {
            let text = format!("there is a session {} already", session.id);
            return Err(Refusal::invalid(text, "give another name, or move that one"));
        }
        if session.seats == 0 {
            return Err(Refusal::invalid("a session has at least one seat", "give the seats"));
        }
        let despite = despite.as_ref().map(|it| worded("the reason", it)).transpose()?;
        let place = worded("the place", &session.place)?;
        let language = session.language.as_ref();
        let language = language.map(|it| worded("the language", it)).transpose()?;
        self.fits(session, despite.is_some())?;
        let scheduled = Session { place, language, despite, ..session.clone() };
        Ok(TrainingEvent::SessionScheduled(scheduled))
    }

    /// Refuses a session that cannot be held: two at once by one trainer never, into a window or
    /// a freeze only with a reason.
    fn fits(&self, session: &Session, has_reason: bool) -> Result<(), Refusal> {
        let when = &session.when;
        let length_s = when.from.duration_until(when.until).as_secs();
        if length_s <= 0 || length_s > SESSION_LENGTH_MAX_S {
            let text = format!("session {} does not end within a day after it begins", session.id);
            return Err(Refusal::invalid(text, "give an end after the beginning"));
        }
        if when.from < self.now {
            let text = format!("session {} would begin in the past", session.id);
            return Err(Refusal::invalid(text, "give a time ahead; who attended is imported"));
        }
        if self.state.person(&session.trainer).is_none() {
            return Err(Refusal::unknown(&session.trainer));
        }
        let is_weighed = |it: &Conflict| match it {
            Conflict::Trainer { .. } => false,
            Conflict::Slot { .. } | Conflict::Freeze { .. } => has_reason,
        };
        match conflicts(self.state, session).into_iter().find(|it| !is_weighed(it)) {
            None => Ok(()),
            Some(found) => Err(Refusal::new(
                RefusalCode::Gate,
                format!("session {} cannot be held then: {found}", session.id),
                match found {
                    Conflict::Trainer { .. } => "choose another time or trainer",
                    Conflict::Slot { .. } | Conflict::Freeze { .. } => {
                        "choose another time, or say why it is held nevertheless: `--despite`"
                    }
                },
            )),
        }
    }

    fn attend(
        &self,
        site: &SiteId,
        course: &LineId,
        session: Option<&LineId>,
        users: &[String],
    ) -> Result<TrainingEvent, Refusal> {
        let scope = self.known_site(site)?;
        self.role(WITNESSES, &scope, "say who attended")?;
        self.known_course(course)?;
        if let Some(id) = session {
            let status = self.state.training.sessions.get(id);
            let status = status.ok_or_else(|| Refusal::unknown(format!("session {id}")))?;
            if status.session.course != *course || !status.session.sites.contains(site) {
                let text = format!("session {id} is not one of {course} for {site}");
                return Err(Refusal::invalid(text, "name the session that was attended"));
            }
            if self.now < status.session.when.from {
                let text = format!("session {id} has not begun");
                return Err(Refusal::invalid(text, "wait until it is over"));
            }
        }
        let users = self.pseudonyms(site, users)?;
        let known = self.state.training.attended.get(site).and_then(|it| it.get(course));
        let is_new = |it: &String| known.is_none_or(|known| !known.contains(it));
        let users: Vec<String> = users.into_iter().filter(is_new).collect();
        if users.is_empty() {
            let text = format!("all of them are known to have attended {course}");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        let all = known.map_or(0, std::collections::BTreeSet::len) + users.len();
        let at_site = self.state.site(site).map_or(0, |(it, _)| it.users);
        if all > at_site as usize {
            let text = format!("{site} has {at_site} users, and {all} would have attended");
            return Err(Refusal::invalid(text, "check the list, or revise the plan"));
        }
        let (site, course, session) = (site.clone(), course.clone(), session.cloned());
        Ok(TrainingEvent::Attended { site, course, session, users })
    }

    fn pseudonyms(&self, site: &SiteId, users: &[String]) -> Result<Vec<String>, Refusal> {
        if users.is_empty() || users.len() > USERS_MAX {
            let text = format!("{} users are named", users.len());
            return Err(Refusal::invalid(text, format!("name 1 to {USERS_MAX} users")));
        }
        let mut found = Vec::with_capacity(users.len());
        for user in users {
            let user = worded("the name of a user", user)?;
            found.push(pseudonym(self.state, site, &user));
        }
        found.sort();
        found.dedup();
        Ok(found)
    }
}
