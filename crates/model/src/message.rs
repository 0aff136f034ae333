//! Messages of the communications plan on their way to people: slots, letters, acknowledgements.
//!
//! A slot is what a site was told: its window, with a version that grows when the
//! window moves. A letter is one message to one reader about one occasion. What it
//! says is kept by digest beside the record; a token that stands in it is known
//! here by its digest only.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan; did the team communicate the schedule?

mod letter;
mod slot;
mod words;

pub use letter::{Addressee, Letter, LetterState, LetterStatus, LetterText};
pub use slot::Slot;

use crate::evolve::{Happening, Impossible};
use crate::id::{LineId, PersonId, SiteId};
use crate::scope::Scope;
use imbl::{OrdMap, OrdSet, Vector};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MessageEvent {
    /// A site was given a slot, its slot was moved, or it stands under a revised plan.
    SlotSet {
        /// The site.
        site: SiteId,
        /// When it begins.
        from: Timestamp,
        /// When it ends.
        until: Timestamp,
        /// Its version, from 1; each move is another.
        version: u32,
        /// The baseline under which it was worked out.
        baseline: u32,
        /// The messages that are sent because of it, and when.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        due: Vec<(LineId, Timestamp)>,
        /// Why it was moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Somebody said that a site does not keep its slot: it is given another one.
    SlotGivenUp {
        /// The site.
        site: SiteId,
        /// When the next one begins, at the earliest.
        from: Timestamp,
        /// Why.
        reason: String,
    },
    /// A site came into service, and messages follow from it.
    ServiceBegan {
        /// The site.
        site: SiteId,
        /// When.
        at: Timestamp,
        /// The messages that are sent because of it, and when.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        due: Vec<(LineId, Timestamp)>,
    },
    /// A message is due to one reader: it was written, and waits to be sent.
    Due(Letter),
    /// A person handed it over.
    HandedOver {
        /// The number of the letter.
        letter: u32,
        /// What shows it.
        evidence: String,
    },
    /// It was accepted by the reader's mail server or program.
    Delivered {
        /// The number of the letter.
        letter: u32,
        /// What was answered.
        receipt: String,
    },
    /// It came back from some or all of its readers.
    Bounced {
        /// The number of the letter.
        letter: u32,
        /// How many readers it has not reached.
        readers: u32,
        /// Why.
        why: String,
    },
    /// It could not be sent, and is not tried again.
    Failed {
        /// The number of the letter.
        letter: u32,
        /// Why.
        why: String,
    },
    /// Its reader acknowledged it.
    Acknowledged {
        /// The number of the letter.
        letter: u32,
        /// Whether by the token in the letter.
        token: bool,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MessageCommand {
    /// Acknowledge a letter, as its reader.
    Acknowledge {
        /// The number of the letter.
        letter: u32,
        /// The digest of the token from the letter, where one was given.
        token: Option<crate::digest::Digest>,
    },
    /// State that a letter was handed over.
    HandOver {
        /// The number of the letter.
        letter: u32,
        /// What shows it.
        evidence: String,
    },
    /// State that a letter came back.
    Bounce {
        /// The number of the letter.
        letter: u32,
        /// How many readers it has not reached; all of them where none is given.
        readers: Option<u32>,
        /// Why.
        reason: String,
    },
    /// Give up the slots of a site, or of all sites of a ring that have not begun, for others.
    MoveSlot {
        /// The site or ring.
        scope: Scope,
        /// When the next one begins, at the earliest; now where none is given.
        from: Option<Timestamp>,
        /// Why.
        reason: String,
    },
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Messages {
    /// What each site was told about its window.
    pub slots: OrdMap<SiteId, Slot>,
    /// What is sent when, by time.
    pub upcoming: OrdSet<(Timestamp, SiteId, LineId)>,
    /// Every letter; the first has number 1.
    pub letters: Vector<LetterStatus>,
    /// The letters of each site.
    pub of_site: OrdMap<SiteId, Vec<u32>>,
    /// Letters that were not sent yet.
    pub unsent: OrdSet<u32>,
    /// Letters that must be acknowledged and are not.
    pub unacknowledged: OrdSet<u32>,
    /// Letters to whose silence somebody's attention was drawn.
    pub escalated: OrdSet<u32>,
    /// What sites and milestones were last told of, so that it is told once.
    pub told: OrdMap<String, String>,
}

impl Messages {
    /// Returns the letter with this number.
    pub fn letter(&self, number: u32) -> Option<&LetterStatus> {
        self.letters.get((number as usize).checked_sub(1)?)
    }

    /// Returns the letters about `site`, oldest first.
    pub fn about(&self, site: &SiteId) -> impl Iterator<Item = &LetterStatus> {
        let numbers = self.of_site.get(site).into_iter().flatten();
        numbers.filter_map(|it| self.letter(*it))
    }

    /// Returns the letter in which the token with this digest stands.
    pub fn with_token(&self, token: &crate::digest::Digest) -> Option<&LetterStatus> {
        self.letters.iter().find(|it| it.letter.token.as_ref() == Some(token))
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &MessageEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        match event {
            MessageEvent::SlotSet { site, from, until, version, baseline, due, .. } => {
                let before = self.slots.get(site);
                let stands = before.is_some_and(|it| {
                    it.version == *version && (it.from, it.until) == (*from, *until)
                });
                if *version <= before.map_or(0, |it| it.version) && !stands {
                    let why = format!("the slot of {site} has version {version} or a later one");
                    return Err(Impossible::Order { why });
                }
                let slot = Slot {
                    from: *from,
                    until: *until,
                    version: *version,
                    baseline: *baseline,
                    first: before.and_then(|it| it.first).or(Some(*from)),
                    service: before.and_then(|it| it.service),
                    given_up: None,
                    due: vec![],
                };
                let before = self.slots.insert(site.clone(), slot);
                for (at, message) in before.into_iter().flat_map(|it| it.due) {
                    self.upcoming.remove(&(at, site.clone(), message));
                }
                self.expect(site, due);
                self.forget_questions(site, *version);
            }
            MessageEvent::SlotGivenUp { site, from, reason } => {
                let slot = self.slots.get_mut(site);
                let slot =
                    slot.ok_or_else(|| Impossible::unknown(format!("the slot of {site}")))?;
                slot.given_up = Some((*from, reason.clone()));
            }
            MessageEvent::ServiceBegan { site, at, due } => {
                let slot = self.slots.entry(site.clone()).or_insert(Slot {
                    from: *at,
                    until: *at,
                    version: 0,
                    baseline: 0,
                    first: None,
                    service: None,
                    given_up: None,
                    due: vec![],
                });
                slot.service = Some(*at);
                self.expect(site, due);
            }
            MessageEvent::Due(letter) => self.written(letter, happening)?,
            MessageEvent::HandedOver { letter, .. } | MessageEvent::Delivered { letter, .. } => {
                self.letter_mut(*letter)?.arrived(happening.at);
                self.unsent.remove(letter);
            }
            MessageEvent::Bounced { letter, readers, why } => {
                self.letter_mut(*letter)?.bounced(*readers, why, happening.at);
                self.unsent.remove(letter);
            }
            MessageEvent::Failed { letter, why } => {
                self.letter_mut(*letter)?.failed(why, happening.at);
                self.unsent.remove(letter);
            }
            MessageEvent::Acknowledged { letter, .. } => {
                let status = self.letter_mut(*letter)?;
                if status.acknowledged.is_some() {
                    let why = format!("letter {letter} was acknowledged before");
                    return Err(Impossible::Order { why });
                }
                status.acknowledged = Some((happening.by.clone(), happening.at));
                self.unacknowledged.remove(letter);
            }
        }
        Ok(())
    }

    fn expect(&mut self, site: &SiteId, due: &[(LineId, Timestamp)]) {
        let all = due.iter().map(|(message, at)| (*at, site.clone(), message.clone()));
        self.upcoming.extend(all);
        if let Some(slot) = self.slots.get_mut(site) {
            slot.due.extend(due.iter().map(|(message, at)| (*at, message.clone())));
        }
    }

    /// What was asked about an earlier slot is no longer asked: the new one is.
    fn forget_questions(&mut self, site: &SiteId, version: u32) {
        let Self { of_site, letters, unacknowledged, .. } = self;
        let old = of_site.get(site).into_iter().flatten().filter(|number| {
            let letter = letters.get((**number as usize).saturating_sub(1));
            letter.is_some_and(|it| it.letter.version < version)
        });
        for number in old {
            unacknowledged.remove(number);
        }
    }

    fn written(&mut self, letter: &Letter, happening: &Happening) -> Result<(), Impossible> {
        let number = u32::try_from(self.letters.len() + 1).unwrap_or(u32::MAX);
        if letter.letter != number {
            let why = format!("the next letter is {number}, not {}", letter.letter);
            return Err(Impossible::Order { why });
        }
        if let Scope::Site(site) = &letter.scope {
            self.upcoming.remove(&(letter.due, site.clone(), letter.message.clone()));
            self.of_site.entry(site.clone()).or_default().push(number);
        }
        self.told.insert(format!("{} {}", letter.message, letter.scope), letter.occasion.clone());
        self.unsent.insert(number);
        if letter.acknowledge {
            self.unacknowledged.insert(number);
        }
        self.escalated.extend(letter.escalates);
        self.letters.push_back(LetterStatus::new(letter.clone(), happening.at));
        Ok(())
    }

    /// Asks nothing more of a reader who was forgotten, and sends them nothing.
    pub(crate) fn forget_reader(&mut self, person: &PersonId, at: Timestamp) {
        let Self { letters, unsent, unacknowledged, .. } = self;
        let theirs = |it: &&mut LetterStatus| it.letter.to == Addressee::Person(person.clone());
        for status in letters.iter_mut().filter(theirs) {
            status.forgotten(at);
            unsent.remove(&status.letter.letter);
            unacknowledged.remove(&status.letter.letter);
        }
    }

    fn letter_mut(&mut self, number: u32) -> Result<&mut LetterStatus, Impossible> {
        let position = (number as usize).checked_sub(1);
        let status = position.and_then(|it| self.letters.get_mut(it));
        status.ok_or_else(|| Impossible::unknown(format!("letter {number}")))
    }
}
