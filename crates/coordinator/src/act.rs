//! A person's act: read, decide, append; again when somebody else was first.

use crate::author::Author;
use crate::creation::Creation;
use crate::elsewhere::Elsewhere;
use crate::entries::{Stamp, extend, parse};
use crate::error::CommandError;
use crate::findings;
use crate::fold::{self, Folded, follow};
use crate::quarantine;
use crate::sealing;
use jiff::Timestamp;
use model::authentication::{self, Declaration, Proof};
use model::command::{Command, RfcAct};
use model::decide::{Acting, decide};
use model::digest::{Digest, canonical};
use model::event::{Actor, Entry, Event};
use model::forgetting::Whom;
use model::history::{HistoryCommand, Loss};
use model::id::{DeploymentId, Seq};
use model::plan::MasterProjectPlan;
use model::planted::{Planted, is_planted};
use model::refusal::{Refusal, RefusalCode};
use model::state::State;
use record::{Change, CommandId, Head, NewOpening, Record, RecordError};
use std::collections::HashSet;
use std::sync::Arc;

/// How often a command is decided anew because somebody else wrote first.
const ATTEMPTS: usize = 20;

/// What an act has brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Its first entry.
    pub first: Seq,
    /// Its last entry.
    pub last: Seq,
    /// What happened; empty where it had happened before.
    pub events: Vec<Event>,
    /// Whether the command had been carried out before, and nothing new happened.
    pub repeated: bool,
}

/// The one way to make something happen in a deployment.
pub struct Coordinator {
    pub(crate) record: Arc<dyn Record>,
    pub(crate) deployment: DeploymentId,
    pub(crate) state: State,
    pub(crate) head: Head,
    pub(crate) snapshot_seq: Seq,
    /// What was lost of the record and is not accepted yet.
    pub(crate) quarantine: Option<Loss>,
    /// Up to which entry whoever acts next has seen the record, where they say so.
    pub(crate) seen: Option<Seq>,
    /// What was read of other deployments last.
    pub(crate) elsewhere: Elsewhere,
}

impl Coordinator {
    /// Creates a deployment, as a draft.
    ///
    /// # Errors
    ///
    /// When there is one of this name, when the person is nobody in the plan, or when the record
    /// says no.
    pub async fn create(
        record: Arc<dyn Record>,
        creation: Creation,
        author: &Author,
        at: Timestamp,
    ) -> Result<Self, CommandError> {
        let Creation { plan, folder, purpose } = creation;
        if plan.person(&author.person).is_none() {
            let text = format!("{} is nobody in this plan", author.person);
            let next = "act as a person whom the plan names";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next).into());
        }
        if let Err(too_small) = plan.profile.fits(plan.sites.len(), purpose) {
            let next = "choose the standard profile, or create it as a rehearsal";
            return Err(Refusal::new(RefusalCode::Gate, too_small.to_string(), next).into());
        }
        let plan = sealing::sealed(record.as_ref(), None, plan).await?;
        let deployment = plan.deployment.clone();
        let head = record.create(&deployment).await?;
        if head.seq > 0 {
            return Err(CommandError::Exists);
        }
        let entry = Entry {
            seq: 1,
            at,
            actor: Actor::Person {
                person: author.person.clone(),
                login: author.login.clone(),
                known: author.known.clone(),
            },
            baseline: 0,
            command: None,
            event: Event::DeploymentCreated {
                deployment: deployment.clone(),
                plan: plan.digest(),
                release: plan.release.digest(),
                purpose,
                folder,
            },
        };
        let (bytes, openings) = (canonical(&plan), sealing::of_plan(&plan));
        let state = State::begin(&entry, Arc::new(plan))
            .map_err(|source| CommandError::Impossible { seq: 1, source })?;
        let entries = vec![canonical(&entry)];
        let change = Change { entries, contents: vec![bytes], openings, ..Change::default() };
        let head = match record.append(&deployment, &head, change).await {
            Ok(appended) => appended.head,
            Err(RecordError::Moved { .. }) => return Err(CommandError::Exists),
            Err(error) => return Err(error.into()),
        };
        let folded = Folded { state, head, snapshot_seq: 0 };
        Ok(Self::of(record, deployment, folded))
    }

    /// Opens a deployment: compares the record with its witness, and folds it. Where history was
    /// lost it can still be read, in [quarantine](Self::quarantine).
    ///
    /// # Errors
    ///
    /// When there is none of this name, or its record cannot be relied on.
    pub async fn open(
        record: Arc<dyn Record>,
        deployment: &DeploymentId,
    ) -> Result<Self, CommandError> {
        // The witness first: the record may grow meanwhile, but it must never be behind.
        let is_whole = quarantine::is_whole(record.as_ref(), deployment).await?;
        let mut opened = Self::fold(record, deployment).await?;
        if is_whole {
            opened.forget_again().await?;
        } else {
            opened.compare().await?;
        }
        Ok(opened)
    }

    pub(crate) async fn fold(
        record: Arc<dyn Record>,
        deployment: &DeploymentId,
    ) -> Result<Self, CommandError> {
        let folded = fold::fold(record.as_ref(), deployment).await?;
        Ok(Self::of(record, deployment.clone(), folded))
    }

    fn of(record: Arc<dyn Record>, deployment: DeploymentId, folded: Folded) -> Self {
        let Folded { state, head, snapshot_seq } = folded;
        let (quarantine, seen, elsewhere) = (None, None, Elsewhere::default());
        Self { record, deployment, state, head, snapshot_seq, quarantine, seen, elsewhere }
    }

    /// Returns where the deployment stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Returns where its record ends, as far as it has been read.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Reads what others have written since. Returns whether there was anything.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub async fn catch_up(&mut self) -> Result<bool, CommandError> {
        self.catch_up_telling(|_, _| {}).await
    }

    /// Reads what others have written since, and tells of each event before it happens. Returns whether
    /// there was anything.
    pub(crate) async fn catch_up_telling(
        &mut self,
        mut hears: impl FnMut(&State, &Event),
    ) -> Result<bool, CommandError> {
        let standing = self.record.standing(&self.deployment).await?;
        let found = standing.head;
        let moved = found.seq != self.head.seq;
        let is_another = !moved && found.hash != self.head.hash;
        if found.seq < self.head.seq || is_another {
            return Err(quarantine::went_back(&self.deployment, &self.head, &found).into());
        }
        if moved {
            let last = (self.state.clone(), self.head.hash);
            let record = self.record.as_ref();
            let tell = |before: Option<&(State, Digest)>, entry: &Entry| {
                before.into_iter().for_each(|(it, _)| hears(it, &entry.event));
                true
            };
            let last = follow(record, &self.deployment, Some(last), found.seq, tell).await?;
            let Some((state, hash)) = last else { return Ok(false) };
            if state.seq == found.seq {
                fold::leads_to(&self.deployment, &hash, &found)?;
            }
            self.state = state;
            self.head.hash = hash;
            self.head.seq = self.state.seq;
        }
        self.head.epoch = found.epoch;
        Ok(self.hear_of_loss(standing.contradicted).await? || moved)
    }

    /// Returns it for somebody whose next act is refused where the record has moved on from the entry that
    /// they have `seen`.
    pub fn having_seen(&mut self, seen: Option<Seq>) -> &mut Self {
        self.seen = seen;
        self
    }

    /// Carries out `command` for `author`.
    ///
    /// # Errors
    ///
    /// With the reason why not; a refused command leaves no trace.
    pub async fn act(
        &mut self,
        author: &Author,
        command: &Command,
        id: &CommandId,
        at: Timestamp,
    ) -> Result<Acted, CommandError> {
        let mut seen = self.seen.take();
        quarantine::may(self, command)?;
        let mut command = command.clone();
        if let Command::Baseline { findings } = &mut command {
            // What was found is found here, not by whoever asks.
            self.catch_up().await?;
            *findings = findings::findings(&self.state, at).await;
        }
        let authorises = matches!(
            &command,
            Command::Rfc { act: RfcAct::Approve { .. } | RfcAct::Schedule, .. }
                | Command::ChangeSchedule(_)
        );
        if authorises && self.record.command(&self.deployment, id).await?.is_none() {
            // What is refused anyway leaves no trace, not even of a look at others.
            self.catch_up().await?;
            let now = at.max(self.state.at);
            self.is_as(seen)?;
            decide(&Acting::new(&self.state, &author.person, now), &command)?;
            let looked = self.look_elsewhere(at).await?;
            seen = seen.map(|it| looked.unwrap_or(it));
        }
        let acted = self.decide_and_append(author, &command, id, at, (None, seen)).await;
        if let Command::History(HistoryCommand::ForgetPerson { person, .. }) = &command {
            self.scrub_after(person, &acted).await?;
        }
        let acted = acted?;
        self.finish_accepting().await?;
        Ok(acted)
    }

    /// Has the witness know somebody who was forgotten, and leaves no remains of them: just now, or by an
    /// earlier try that came no further.
    async fn scrub_after(
        &self,
        whom: &Whom,
        acted: &Result<Acted, CommandError>,
    ) -> Result<(), CommandError> {
        let may = match acted {
            Ok(_) => true,
            Err(CommandError::Refused(refusal)) => refusal.code == RefusalCode::State,
            Err(_) => false,
        };
        if may && self.state.history.forgotten.contains_key(whom) {
            self.tell_of_forgotten().await?;
            self.record.scrub().await.map_err(|error| {
                let what = "is forgotten, but the database still holds remains";
                let source =
                    format!("{whom} {what}; say it again to have it written anew: {error}");
                RecordError::Storage { source: source.into() }
            })?;
        }
        Ok(())
    }

    /// Replaces the plan by `plan`.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub async fn revise(
        &mut self,
        author: &Author,
        plan: MasterProjectPlan,
        changes: Vec<String>,
        removes_scope: bool,
        reason: &str,
        at: Timestamp,
    ) -> Result<Acted, CommandError> {
        let seen = self.seen.take();
        quarantine::may(self, &Command::Open)?;
        let plan = sealing::sealed(self.record.as_ref(), Some(&self.state), plan).await?;
        let command = Command::RevisePlan {
            plan: plan.digest(),
            changes,
            removes_scope,
            reason: reason.to_owned(),
        };
        let seq = self.head.seq;
        let id = format!("revise-{}-{seq}-{}", plan.digest().short(), author.person);
        let id = id.chars().take(model::id::NAME_LENGTH_MAX).collect::<String>();
        let id = id.parse().expect("because it is made of letters, digits and `-`");
        self.decide_and_append(author, &command, &id, at, (Some(Arc::new(plan)), seen)).await
    }

    /// Returns the names under which whoever `command` has forgotten may have reported something.
    async fn names_to_forget(&self, command: &Command) -> Result<Vec<String>, CommandError> {
        let Command::History(HistoryCommand::ForgetPerson { person, .. }) = command else {
            return Ok(vec![]);
        };
        sealing::names_of(self.record.as_ref(), &self.deployment, person).await
    }

    async fn decide_and_append(
        &mut self,
        author: &Author,
        command: &Command,
        id: &CommandId,
        at: Timestamp,
        (plan, seen): (Option<Arc<MasterProjectPlan>>, Option<Seq>),
    ) -> Result<Acted, CommandError> {
        if let Some(seq) = self.record.command(&self.deployment, id).await?
            && !is_planted(Planted::CommandRepeated)
        {
            return self.repeated(seq).await;
        }
        let names = self.names_to_forget(command).await?;
        for _ in 0..ATTEMPTS {
            quarantine::may(self, command)?;
            self.is_as(seen)?;
            let now = self.instant_of(at);
            // Somebody may have been forgotten since it was sealed.
            let plan = plan.as_ref().map(|it| sealing::closed(&self.state, it));
            let acting = Acting::new(&self.state, &author.person, now)
                .with_plan(plan.as_deref())
                .with_names(&names)
                .at_head(self.head.hash);
            let mut events = match decide(&acting, command) {
                Ok(events) => events,
                // The refusal may be of a state that is no more.
                Err(refusal) => {
                    if self.catch_up().await? {
                        continue;
                    }
                    return Err(refusal.into());
                }
            };
            let openings = sealing::seal_reports(&mut events)?;
            self.is_signed_well(author, command, &events, now)?;
            let actor = acting.actor_of(command, &author.login).known_by(author.known.clone());
            let change = Change { openings, ..Change::default() };
            let stamp = Stamp { actor: &actor, at: now, command: Some(id) };
            let error = match self.append(&events, &stamp, change, plan.as_ref()).await {
                Ok((first, last)) => return Ok(Acted { first, last, events, repeated: false }),
                Err(error) => error,
            };
            let CommandError::Record(refused) = &error else { return Err(error) };
            if let RecordError::Repeated { seq, .. } = **refused {
                self.catch_up().await?;
                return self.repeated(seq).await;
            }
            if !matches!(**refused, RecordError::Moved { .. }) {
                return Err(error);
            }
            // Somebody else wrote first: it is decided anew on what they wrote.
            self.catch_up().await?;
        }
        Err(CommandError::Contended)
    }

    /// Answers a command that was carried out before, once the witness knows of it: whoever asks again may
    /// have been told that it could not be told.
    async fn repeated(&self, seq: Seq) -> Result<Acted, CommandError> {
        quarantine::is_whole(self.record.as_ref(), &self.deployment).await?;
        Ok(Acted { first: seq, last: seq, events: vec![], repeated: true })
    }

    /// Refuses an act of somebody who has `seen` less of the record than there is.
    fn is_as(&self, seen: Option<Seq>) -> Result<(), Refusal> {
        let here = self.state.seq;
        if seen.is_none_or(|it| it == here) {
            return Ok(());
        }
        let text = format!("the record ends with entry {here} now");
        let next = "read again what has changed, and decide anew";
        Err(Refusal::new(RefusalCode::Stale, text, next))
    }

    /// Refuses a signature of somebody who has not shown enough that it is them, about exactly what would
    /// be recorded now.
    fn is_signed_well(
        &self,
        author: &Author,
        command: &Command,
        events: &[Event],
        now: Timestamp,
    ) -> Result<(), CommandError> {
        let (state, known) = (&self.state, author.known.as_ref());
        let Some(event) = events.first().filter(|_| authentication::signs(command)) else {
            if authentication::is_for_a_person(command) {
                state.signs_alone(&author.person, known)?;
            }
            return Ok(());
        };
        let again = known.and_then(|it| it.again.as_ref());
        let meaning = again.and_then(|it| it.meaning.as_ref());
        let declared = Declaration::of(state, &author.person, event, meaning).challenge();
        authentication::suffices(state, command, &declared, known, now)?;
        state.signs_alone(&author.person, known)?;
        let Some(Proof::SshKey { key, signature }) = again.map(|it| &it.by) else { return Ok(()) };
        let own = state.person(&author.person).is_some_and(|it| it.ssh_keys.contains(key));
        if !own {
            let text = format!("the plan names no such key of {}", author.person);
            let next = "sign with a key that stands under `ssh-keys` of the person in the plan";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next).into());
        }
        record::verify_ssh(key, &declared, signature).map_err(|error| {
            let next = "sign the challenge with `ssh-keygen -Y sign -n landfall-signature`";
            Refusal::new(RefusalCode::NotPermitted, error.to_string(), next).into()
        })
    }

    /// Returns the instant of an act that whoever acts calls `at`: time stands still while nobody
    /// knows what time it is.
    fn instant_of(&self, at: Timestamp) -> Timestamp {
        if self.state.history.clock.is_some() { self.state.at } else { at.max(self.state.at) }
    }

    /// Appends `events` under the head that is known, and moves on to what they make.
    async fn append(
        &mut self,
        events: &[Event],
        stamp: &Stamp<'_>,
        mut change: Change,
        plan: Option<&Arc<MasterProjectPlan>>,
    ) -> Result<(Seq, Seq), CommandError> {
        let mut state = self.state.clone();
        let first = state.seq + 1;
        extend(&mut state, &mut change.entries, events, stamp, plan)?;
        change.commands.extend(stamp.command.map(|id| (id.clone(), first)));
        change.forget = events.iter().flat_map(model::forgetting::forgotten).collect();
        if let Some(plan) = plan {
            // Kept with a proposal too: whoever agrees to it comes to the same digest.
            let known: HashSet<Digest> = self.state.plan.commitments().into_iter().collect();
            let is_new = |it: &NewOpening| !known.contains(&Digest::of(&it.body));
            change.openings.extend(sealing::of_plan(plan).into_iter().filter(is_new));
        }
        let keeps_plan = events.iter().any(|it| matches!(it, Event::PlanRevised { .. }));
        if keeps_plan && let Some(plan) = plan {
            change.contents.push(canonical(plan.as_ref()));
        }
        let appended = if self.quarantine.is_some() {
            self.record.append_unwitnessed(&self.deployment, &self.head, change).await?
        } else {
            self.record.append(&self.deployment, &self.head, change).await?
        };
        self.head = appended.head;
        self.state = state;
        Ok((first, self.head.seq))
    }

    /// Returns at most `limit` entries after `after`.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub async fn entries(&self, after: Seq, limit: u32) -> Result<Vec<Entry>, CommandError> {
        let stored = self.record.read(&self.deployment, after, limit).await?;
        let entries = stored.iter().map(|it| parse(it.seq, &it.body));
        let mut entries = entries.collect::<Result<Vec<Entry>, _>>()?;
        sealing::open_reports(self.record.as_ref(), entries.iter_mut().collect()).await?;
        Ok(entries)
    }

    /// Returns what is kept beside the record under `digest`.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub async fn content(
        &self,
        digest: &model::digest::Digest,
    ) -> Result<Option<Vec<u8>>, CommandError> {
        Ok(self.record.content(digest).await?)
    }

    /// Returns the record that it writes.
    pub fn record(&self) -> Arc<dyn Record> {
        self.record.clone()
    }
}
