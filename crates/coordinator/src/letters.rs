//! Letters on their way out: sealed with a token when they are due, sent until they are accepted.
//!
//! The outbox is a row of the record's database, written in the transaction that
//! makes the letter due. It holds the token in the clear, which the record must
//! not, and nothing that is private: that lies under its digest. It is emptied when the letter
//! has arrived. What became of a letter is an event, and the row is closed after that event is
//! durable. Others may be able to write to the database: a row only says again what the record says
//! by digest, and one that says anything else is sent to nobody.
//!
//! House rule: a letter is sent at least once. It is sent twice only where the program was killed
//! after the reader's server accepted it and before the record held that, and then under the same
//! name.

use crate::clock::Clock;
use crate::error::CommandError;
use crate::posted::Posted;
use crate::sealing;
use jiff::{SignedDuration, Timestamp};
use model::companion_plans::MessageText;
use model::digest::Digest;
use model::event::Event;
use model::id::Seq;
use model::message::{Addressee, Letter, LetterState, LetterText, MessageEvent};
use model::private::{Opening, Private, without_addresses};
use model::scope::Scope;
use model::state::State;
use notices::{Delivery, Parcel, Post};
use planner::notices::{ACKNOWLEDGE, SURVEY};
use record::Record;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::task::JoinSet;

/// How long after the first failure a letter is tried again, in seconds; twice as long each time.
const BACKOFF_S: i64 = 30;
/// The longest time between two tries, in seconds.
const BACKOFF_S_MAX: i64 = 3600;
/// How often a letter is tried: a mail server that is gone for a day and a half is given up.
const TRIES_MAX: u32 = 40;
/// The most letters sent at once: a mail server's usual limit of connections.
const AT_ONCE_MAX: usize = 4;
/// What a row was taken up as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TakenUp {
    /// As a letter, which is sent until it has arrived.
    Letter,
    /// As nothing: it is no row of a letter.
    NoLetter,
    /// As nothing: somebody else has written or changed it.
    Strange {
        /// The number of the letter that it names.
        letter: u32,
        /// How that shows.
        why: &'static str,
    },
}

/// What became of a letter that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    key: Key,
    letter: u32,
    delivery: Delivery,
}

/// The letters that wait to be sent, and those on their way.
pub(crate) struct Outbox {
    post: Option<Arc<Post>>,
    clock: Arc<dyn Clock>,
    waiting: BTreeMap<Key, Waiting>,
    /// Those that are not on their way, by when they are tried.
    by_time: BTreeSet<(Timestamp, Key)>,
    /// Those that may need no sending any more, once the record says so.
    ended: Vec<Key>,
    on_their_way: JoinSet<Answered>,
}

/// A row of the outbox: the entry, and its place among the rows of that entry.
type Key = (Seq, u64);

struct Waiting {
    posted: Posted,
    /// Where it goes; nothing where that is not known any more.
    address: Option<String>,
    tries: u32,
    is_on_its_way: bool,
}

impl Outbox {
    /// Returns an empty outbox; without a post its letters wait.
    pub(crate) fn new(post: Option<Arc<Post>>, clock: Arc<dyn Clock>) -> Self {
        let (waiting, by_time, ended) = (BTreeMap::new(), BTreeSet::new(), vec![]);
        Self { post, clock, waiting, by_time, ended, on_their_way: JoinSet::new() }
    }

    /// Takes up a row of a letter, as far as it says what `state` knows of that letter.
    pub(crate) async fn take_up(
        &mut self,
        key: Key,
        body: &[u8],
        state: &State,
        record: &dyn Record,
    ) -> Result<TakenUp, CommandError> {
        let Ok(mut posted) = serde_json::from_slice::<Posted>(body) else {
            return Ok(TakenUp::NoLetter);
        };
        // That of an entry which is not read yet is taken up by whoever leads by then.
        if self.waiting.contains_key(&key) || key.0 > state.seq {
            return Ok(TakenUp::Letter);
        }
        let known = match posted.letter_in(state) {
            Ok(known) => known,
            Err(why) => return Ok(TakenUp::Strange { letter: posted.letter, why }),
        };
        let mut address = known.letter.address.clone();
        let mut wanted: Vec<Digest> =
            address.as_ref().and_then(Private::sealed).into_iter().collect();
        let sealed = match known.letter.text {
            LetterText::Kept(_) => None,
            LetterText::Sealed { sealed } => Some(sealed),
        };
        wanted.extend(sealed);
        let openings = sealing::openings(record, &wanted).await?;
        address.iter_mut().for_each(|it| it.open(&openings));
        if let Some(sealed) = sealed {
            let opening = openings.get(&sealed).and_then(|it| Opening::from_bytes(it));
            posted.text = opening.map(|it| it.value);
        }
        let address = address.and_then(|it| it.value().cloned());
        let has_ended = known.state != LetterState::Due;
        let waiting = Waiting { posted, address, tries: 0, is_on_its_way: false };
        self.waiting.insert(key, waiting);
        if has_ended {
            self.ended.push(key);
        } else {
            self.by_time.insert((Timestamp::MIN, key));
        }
        Ok(TakenUp::Letter)
    }

    /// Returns the rows whose letters need not be sent any more, by what is in the record.
    pub(crate) fn settled(&mut self, state: &State) -> Vec<Key> {
        let Self { waiting, ended, .. } = self;
        let is_settled = |key: &mut Key| {
            waiting.get(key).is_none_or(|it| {
                let letter = state.messages.letter(it.posted.letter);
                !it.is_on_its_way && letter.is_none_or(|it| it.state != LetterState::Due)
            })
        };
        let settled: Vec<Key> = ended.extract_if(.., is_settled).collect();
        settled.iter().for_each(|key| drop(self.waiting.remove(key)));
        settled
    }

    /// Returns whether letters are on their way.
    pub(crate) fn is_busy(&self) -> bool {
        !self.on_their_way.is_empty()
    }

    /// Returns when the next letter is due to be tried again.
    pub(crate) fn next_try(&self) -> Option<Timestamp> {
        self.post.as_ref()?;
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Sends what is due, as much as goes at once.
    pub(crate) fn send(&mut self, state: &State) {
        let Some(post) = &self.post else { return };
        let now = self.clock.now();
        while self.on_their_way.len() < AT_ONCE_MAX
            && let Some((at, key)) = self.by_time.first().copied()
            && at <= now
        {
            self.by_time.pop_first();
            let Some(waiting) = self.waiting.get_mut(&key).filter(|it| !it.is_on_its_way) else {
                continue;
            };
            let letter = state.messages.letter(waiting.posted.letter);
            let Some(letter) = letter.filter(|it| it.state == LetterState::Due) else {
                self.ended.push(key);
                continue;
            };
            // What it says was of somebody who is forgotten now.
            let Some(parcel) = parcel(state, &letter.letter, waiting, post) else { continue };
            waiting.is_on_its_way = true;
            let (number, post) = (waiting.posted.letter, post.clone());
            self.on_their_way.spawn(async move {
                let delivery = post.deliver(&parcel, now).await;
                Answered { key, letter: number, delivery }
            });
        }
    }

    /// Returns the answers that have arrived, without waiting.
    pub(crate) fn arrived(&mut self) -> Vec<Answered> {
        let arrived = std::iter::from_fn(|| self.on_their_way.try_join_next());
        arrived.flatten().collect()
    }

    /// Waits for an answer; for ever where nothing is on its way.
    pub(crate) async fn next(&mut self) -> Option<Answered> {
        match self.on_their_way.join_next().await {
            Some(Ok(answered)) => Some(answered),
            // It went astray with its task: the letter is tried again when the record is read anew.
            Some(Err(_)) => None,
            None => std::future::pending().await,
        }
    }

    /// Returns the event that follows from `answered`, where one does; else it is tried again.
    pub(crate) fn event(&mut self, state: &State, answered: &Answered) -> Option<Event> {
        let waiting = self.waiting.get_mut(&answered.key)?;
        waiting.is_on_its_way = false;
        self.ended.push(answered.key);
        let is_open = state.messages.letter(answered.letter)?.state == LetterState::Due;
        let letter = answered.letter;
        let event = match &answered.delivery {
            Delivery::Accepted { receipt } => {
                MessageEvent::Delivered { letter, receipt: plain(receipt) }
            }
            Delivery::Refused { why } => MessageEvent::Failed { letter, why: plain(why) },
            Delivery::NotNow { why } if waiting.tries + 1 >= TRIES_MAX => {
                let why = format!("given up after {TRIES_MAX} tries: {}", plain(why));
                MessageEvent::Failed { letter, why }
            }
            Delivery::NotNow { .. } | Delivery::Waits { .. } => {
                let was_tried = matches!(answered.delivery, Delivery::NotNow { .. });
                let wait_s =
                    if was_tried { BACKOFF_S << waiting.tries.min(9) } else { BACKOFF_S_MAX };
                waiting.tries += u32::from(was_tried);
                let wait = SignedDuration::from_secs(wait_s.min(BACKOFF_S_MAX));
                let now = self.clock.now();
                self.ended.pop();
                self.by_time.insert((now.checked_add(wait).unwrap_or(now), answered.key));
                return None;
            }
        };
        is_open.then_some(Event::Message(event))
    }

    /// Takes back what followed from `answered`, since the record did not take it: it is counted again.
    pub(crate) fn again(&mut self, answered: &Answered) {
        let Some(waiting) = self.waiting.get_mut(&answered.key) else { return };
        waiting.is_on_its_way = true;
        self.ended.retain(|it| *it != answered.key);
        let before = self.by_time.len();
        self.by_time.retain(|(_, it)| *it != answered.key);
        if self.by_time.len() < before && matches!(answered.delivery, Delivery::NotNow { .. }) {
            waiting.tries -= 1;
        }
    }
}

/// The most characters of another server's answer that are kept.
const ANSWER_LENGTH_MAX: usize = 300;

/// Returns `text` as it may stand in the record: short, without anything that cannot be seen, and without
/// the addresses in it.
fn plain(text: &str) -> String {
    let plain: String = text.chars().filter(|it| !it.is_control()).collect();
    without_addresses(&plain).chars().take(ANSWER_LENGTH_MAX).collect()
}

/// Returns where the page of the letter with `token` is found.
fn letter_path(state: &State, token: &str) -> String {
    format!("/letter/{}/{token}", state.plan.deployment)
}

/// Returns `letter` as it is sent; nothing where what it says is not known any more.
fn parcel(state: &State, letter: &Letter, waiting: &Waiting, post: &Post) -> Option<Parcel> {
    let Waiting { posted, address, .. } = waiting;
    let MessageText { subject, body } = posted.text.as_ref()?;
    let how = match &posted.token {
        // A letter about a site opens its page, for whoever holds the letter.
        Some(token) => match (post.link(&letter_path(state, token)), &letter.scope) {
            (Some(link), Scope::Site(_)) => link,
            (Some(_) | None, _) => format!("landfall acknowledge --token {token}"),
        },
        None => format!("landfall message acknowledge {}", letter.letter),
    };
    let page = format!("/d/{}/act/survey/answer", state.plan.deployment);
    let survey = post.link(&page).unwrap_or_else(|| "landfall survey answer --help".to_owned());
    let hooks = state.plan.communications.iter().flat_map(|it| &it.webhooks);
    let hook = match &letter.to {
        Addressee::Program(id) => hooks.into_iter().find(|it| it.id == *id),
        Addressee::Person(_) | Addressee::UsersOf(_) => None,
    };
    Some(Parcel {
        deployment: state.plan.deployment.clone(),
        letter: letter.letter,
        text: letter.text.digest(),
        channel: letter.channel.clone(),
        address: address.clone().unwrap_or_default(),
        language: letter.language.clone(),
        subject: subject.clone(),
        body: body.replace(ACKNOWLEDGE, &how).replace(SURVEY, &survey),
        secret: hook.map(|it| it.secret.clone()),
        inside: hook.is_some_and(|it| it.inside),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SteadyClock;
    use model::companion_plans::Channel;
    use model::digest::{canonical, canonical_digest};
    use model::event::{Actor, Entry};
    use model::plan::MasterProjectPlan;
    use model::private::Salt;
    use model::profile::Purpose;
    use record::{Change, Location, NewOpening, Signer};

    const TOKEN: &str = "00112233445566778899aabbccddeeff";

    fn text(body: &str) -> MessageText {
        MessageText { subject: "Your window".to_owned(), body: body.to_owned() }
    }

    fn letter(number: u32, text: LetterText, token: Option<&str>) -> Letter {
        Letter {
            letter: number,
            message: "window".parse().unwrap(),
            scope: Scope::Deployment,
            to: Addressee::Person("ann".parse().unwrap()),
            occasion: String::new(),
            version: 1,
            due: Timestamp::UNIX_EPOCH,
            language: "en".to_owned(),
            channel: Channel::Mail,
            address: Some(Private::Clear("ann@example.org".to_owned())),
            readers: 1,
            text,
            acknowledge: token.is_some(),
            token: token.map(|it| Digest::of(it.as_bytes())),
            escalates: None,
        }
    }

    /// Returns a deployment in which three letters are due: one whose text stands in its row, one with a
    /// token, and one whose text is sealed as `sealed`.
    fn state(purpose: Purpose, sealed: Digest) -> State {
        let name = "FG30".parse().unwrap();
        let plan = MasterProjectPlan::empty(name, "Etc/UTC".parse().unwrap());
        let created = Event::DeploymentCreated {
            deployment: plan.deployment.clone(),
            plan: plan.digest(),
            release: plan.release.digest(),
            purpose,
            folder: String::new(),
        };
        let (at, actor) = ("2027-01-04T08:00:00Z".parse().unwrap(), Actor::System);
        let entry = |seq, event| {
            let actor = actor.clone();
            Entry { seq, at, actor, baseline: 0, command: None, event }
        };
        let mut state = State::begin(&entry(1, created), Arc::new(plan)).unwrap();
        let kept = || LetterText::Kept(canonical_digest(&text("true")));
        let letters = [
            letter(1, kept(), None),
            letter(2, kept(), Some(TOKEN)),
            letter(3, LetterText::Sealed { sealed }, None),
        ];
        for (seq, letter) in (2..).zip(letters) {
            state.evolve(&entry(seq, Event::Message(MessageEvent::Due(letter))), None).unwrap();
        }
        state
    }

    #[tokio::test]
    async fn what_others_write_into_the_outbox_is_mailed_to_nobody() {
        let signer = Signer::from_seed([7; 32]);
        let record = record::open(&Location::Memory, signer, None).await.unwrap();
        let (deployment, ann) = ("FG30".parse().unwrap(), "ann".parse().unwrap());
        let head = record.create(&deployment).await.unwrap();
        let opening = Opening { salt: Salt::of_chance([7; 32]), value: text("sealed") };
        let whose = model::forgetting::Whom::Person(ann);
        let openings = vec![NewOpening { whose, body: opening.to_bytes() }];
        let change = Change { openings, ..Change::default() };
        record.append(&deployment, &head, change).await.unwrap();
        let sealed = canonical_digest(&opening);

        let posted = |letter, text: Option<MessageText>, token: Option<&str>| {
            canonical(&Posted { letter, text, token: token.map(str::to_owned) })
        };
        let other = "it says something else than the record has of it";
        let token = "its token is another one than the record has of it";
        let of_a_rehearsal = "nothing leaves a rehearsal";
        for (purpose, row, sent) in [
            (Purpose::Production, posted(1, Some(text("true")), None), Ok("true")),
            (Purpose::Production, posted(1, Some(text("Click here")), None), Err(other)),
            (Purpose::Production, posted(1, None, None), Err(other)),
            (Purpose::Production, posted(1, Some(text("true")), Some(TOKEN)), Err(token)),
            (Purpose::Production, posted(2, Some(text("true")), Some(TOKEN)), Ok("true")),
            (Purpose::Production, posted(2, Some(text("true")), Some("guessed")), Err(token)),
            (Purpose::Production, posted(2, Some(text("true")), None), Err(token)),
            (Purpose::Production, posted(3, None, None), Ok("sealed")),
            (Purpose::Production, posted(3, Some(text("Click here")), None), Ok("sealed")),
            (
                Purpose::Production,
                posted(4, Some(text("true")), None),
                Err("the record has no such letter"),
            ),
            (Purpose::Rehearsal, posted(1, Some(text("true")), None), Err(of_a_rehearsal)),
            (Purpose::Rehearsal, posted(3, None, None), Err(of_a_rehearsal)),
        ] {
            let state = state(purpose, sealed);
            let clock = Arc::new(SteadyClock::of_this_computer());
            let mut outbox = Outbox::new(None, clock);
            let taken = outbox.take_up((2, 0), &row, &state, record.as_ref()).await.unwrap();
            let shown = String::from_utf8_lossy(&row);
            let to_be_sent: Vec<&str> = outbox
                .waiting
                .values()
                .filter_map(|it| Some(it.posted.text.as_ref()?.body.as_str()))
                .collect();
            match (taken, sent) {
                (TakenUp::Letter, Ok(body)) => assert_eq!(to_be_sent, [body], "{shown}"),
                (TakenUp::Strange { why, .. }, Err(expected)) => {
                    assert_eq!((why, to_be_sent.len()), (expected, 0), "{shown}");
                }
                (taken, _) => panic!("{taken:?}: {shown}"),
            }
        }
    }
}
