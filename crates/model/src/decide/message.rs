//! Messages: acknowledged by their readers, handed over and given back by people.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan; did the team communicate the schedule?

use super::{Acting, worded};
use crate::digest::Digest;
use crate::event::Event;
use crate::id::SiteId;
use crate::machine::SiteState;
use crate::message::{Addressee, LetterState, LetterStatus, MessageCommand, MessageEvent, Slot};
use crate::private::without_addresses;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::{SignedDuration, Timestamp};

/// The furthest that a slot may be put off: later, nobody knows what the calendar will be.
const SLOT_DAYS_MAX: i64 = 366;

/// Those who see to it that messages reach people.
pub(crate) const MESSENGERS: &[RoleType] = &[
    RoleType::ReleaseManagement,
    RoleType::UserExperience,
    RoleType::ProductManager,
    RoleType::ProgramManager,
    RoleType::SupportManager,
];

impl Acting<'_> {
    pub(super) fn message(&self, command: &MessageCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            MessageCommand::Acknowledge { letter, token } => {
                self.acknowledge_letter(*letter, token.as_ref())
            }
            MessageCommand::HandOver { letter, evidence } => {
                let status = self.messenger_of(*letter, "hand over a letter")?;
                if status.state == LetterState::Delivered && status.bounced == 0 {
                    let text = format!("letter {letter} has been delivered already");
                    return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
                }
                let evidence = worded("the evidence", evidence)?;
                Ok(vec![Event::Message(MessageEvent::HandedOver { letter: *letter, evidence })])
            }
            MessageCommand::Bounce { letter, readers, reason } => {
                let status = self.messenger_of(*letter, "give back a letter")?;
                let left = status.letter.readers.saturating_sub(status.bounced);
                let readers = readers.unwrap_or(left);
                if readers == 0 || readers > left {
                    let text = format!("letter {letter} can come back from 1 to {left} readers");
                    return Err(Refusal::invalid(text, "give how many it has not reached"));
                }
                let why = without_addresses(&worded("the reason", reason)?);
                let bounced = MessageEvent::Bounced { letter: *letter, readers, why };
                Ok(vec![Event::Message(bounced)])
            }
            MessageCommand::MoveSlot { scope, from, reason } => {
                self.move_slot(scope, *from, reason)
            }
        }
    }

    /// Gives up slots that have been told: the planner finds the next ones, and everybody is told
    /// and asked anew.
    fn move_slot(
        &self,
        scope: &Scope,
        from: Option<Timestamp>,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        self.role(&[RoleType::ReleaseManagement], scope, "move the slot of a site")?;
        let reason = worded("the reason", reason)?;
        let from = from.unwrap_or(self.now);
        let latest = self.now.checked_add(SignedDuration::from_hours(24 * SLOT_DAYS_MAX));
        if from < self.now || latest.is_ok_and(|it| it < from) {
            let text = "a slot begins neither in the past nor in more than a year";
            return Err(Refusal::invalid(text, "leave the time out: the next window decides"));
        }
        let sites: Vec<SiteId> = match scope {
            Scope::Site(site) => vec![site.clone()],
            Scope::Ring(ring) => {
                let ring = self.state.index.rings.get(ring).map(|it| *it as usize);
                let sites = ring.and_then(|it| self.state.index.sites_of_ring.get(it));
                let sites = sites.into_iter().flatten();
                sites
                    .filter_map(|it| self.state.plan.sites.get(*it as usize))
                    .map(|it| it.id.clone())
                    .collect()
            }
            Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Rfc(_) => {
                let text = format!("{scope} has no slot");
                return Err(Refusal::invalid(text, "name a site or a ring"));
            }
        };
        let has_one = |site: &SiteId| {
            let slot = self.state.messages.slots.get(site);
            let standing = self.state.site(site).map(|(_, it)| it.state);
            let is_ahead = standing.is_some_and(|it| {
                matches!(it, SiteState::Planned | SiteState::Notified | SiteState::Ready)
            });
            let is_new = |it: &Slot| it.given_up.as_ref().is_none_or(|(given, _)| *given != from);
            is_ahead && slot.is_some_and(|it| it.version > 0 && is_new(it))
        };
        let moved = sites.into_iter().filter(has_one).map(|site| {
            let reason = reason.clone();
            Event::Message(MessageEvent::SlotGivenUp { site, from, reason })
        });
        let moved: Vec<Event> = moved.collect();
        if moved.is_empty() {
            let text = format!("nothing at {scope} has been given a slot and not begun");
            let next = format!("`landfall why {scope}` says what it waits on");
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        Ok(moved)
    }

    fn known_letter(&self, number: u32) -> Result<&LetterStatus, Refusal> {
        self.state.messages.letter(number).ok_or_else(|| {
            let text = format!("there is no letter {number}");
            Refusal::new(
                RefusalCode::Unknown,
                text,
                "`landfall message list` shows which there are",
            )
        })
    }

    fn messenger_of(&self, number: u32, act: &str) -> Result<&LetterStatus, Refusal> {
        let status = self.known_letter(number)?;
        self.role(MESSENGERS, &status.letter.scope, act)?;
        Ok(status)
    }

    fn acknowledge_letter(
        &self,
        number: u32,
        token: Option<&Digest>,
    ) -> Result<Vec<Event>, Refusal> {
        let status = self.known_letter(number)?;
        if let Some(token) = token
            && status.letter.token.as_ref() != Some(token)
        {
            let text = format!("this is not the token of letter {number}");
            let next = "use the token from the newest letter, or acknowledge in person";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        self.may_acknowledge(status)?;
        if !status.is_open() {
            let text = match &status.acknowledged {
                Some((_, at)) => format!("letter {number} was acknowledged at {at}"),
                None => format!("letter {number} asks for no acknowledgement"),
            };
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        if !self.state.messages.unacknowledged.contains(&number) {
            let text = format!("letter {number} tells a slot that has been moved since");
            let next = "acknowledge the newest letter: `landfall message list --open`";
            return Err(Refusal::new(RefusalCode::Stale, text, next));
        }
        let acknowledged =
            Event::Message(MessageEvent::Acknowledged { letter: number, token: token.is_some() });
        let mut events = vec![acknowledged];
        // Whoever acknowledges what a letter says about the slot acknowledges the schedule.
        if status.letter.version > 0
            && let Scope::Site(site) = &status.letter.scope
            && let Some(position) = self.state.index.sites.get(site)
            // A letter that is still open tells what holds now: one that changed was sent anew.
            && let Some(told) = self.state.told_version(*position as usize)
            && let Ok(more) = self.acknowledge_schedule(site, told)
        {
            let is_this = |it: &Event| matches!(it, Event::Message(MessageEvent::Acknowledged { letter, .. }) if *letter == number);
            let more: Vec<Event> = more.into_iter().filter(|it| !is_this(it)).collect();
            events.extend(more);
        }
        Ok(events)
    }

    fn may_acknowledge(&self, status: &LetterStatus) -> Result<(), Refusal> {
        let is_reader = status.letter.to == Addressee::Person(self.person.clone());
        let stands_in = || {
            let roles = self.state.roles_of(self.person, &status.letter.scope);
            matches!(status.letter.scope, Scope::Site(_)) && roles.contains(&RoleType::SiteOwner)
        };
        if is_reader || stands_in() {
            return Ok(());
        }
        let text = format!("letter {} is for {}", status.letter.letter, status.letter.to);
        let next = format!("ask {} to acknowledge it", status.letter.to);
        Err(Refusal::new(RefusalCode::NotPermitted, text, next))
    }

    /// Returns the acknowledgements of what `site` was told about its schedule and the person has
    /// not answered yet.
    pub(super) fn schedule_letters_acknowledged(&self, site: &SiteId) -> Vec<Event> {
        let open = self.state.messages.about(site).filter(|it| {
            it.letter.version > 0
                && self.state.messages.unacknowledged.contains(&it.letter.letter)
                && self.may_acknowledge(it).is_ok()
        });
        open.map(|it| {
            let letter = it.letter.letter;
            Event::Message(MessageEvent::Acknowledged { letter, token: false })
        })
        .collect()
    }
}
