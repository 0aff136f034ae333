//! Carrying the record's checkpoints to places outside, for as long as a server runs.
//!
//! Whoever holds the server's key and its database can write the record anew; a checkpoint that they
//! cannot reach shows it. What is at a place is looked at before anything is put there: a record that does
//! not begin with it was put back or written anew, and leaves it alone.
//!
//! House rule: what cannot be carried stops nothing, and is said; a place that has seen another record is a
//! witness, and nothing starts until two people have decided.

use super::places::{self, Reach};
use super::serving::Log;
use crate::args::place::Place;
use crate::fault::Fault;
use crate::surroundings::{Surroundings, secret};
use coordinator::is_contradicted;
use jiff::{SignedDuration, Timestamp};
use model::companion_plans::Channel;
use model::digest::Digest;
use model::event::{Entry, Event};
use model::id::DeploymentId;
use model::profile::Purpose;
use notices::{Delivery, Parcel, Post, ask_authority};
use reception::{Carriage, Carried};
use record::{KeptElsewhere, Record, Standing, VerifierKey, compare};
use record::{timestamp_in, timestamp_question};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often checkpoints are carried: what somebody wrote anew within it shows nowhere.
const EVERY: Duration = Duration::from_secs(60);

/// How often one goes by mail or to an authority: as often as somebody keeps reading them.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// Returns how places are reached, with the key of object stores that `key` names.
///
/// # Errors
///
/// When there is no such key.
pub(super) fn reach(surroundings: &Surroundings, key: Option<&str>) -> Result<Reach, Fault> {
    let key = key.map(secret).transpose().map_err(|missing| {
        Fault::usage(missing.to_string(), "name where the key is: --object-store-key")
    })?;
    Ok(Reach { repositories: surroundings.repositories(), key })
}

/// Whoever carries checkpoints.
pub(super) struct Carrier {
    places: Vec<Place>,
    reach: Reach,
    record: Arc<dyn Record>,
    key: VerifierKey,
    post: Arc<Post>,
    surroundings: Surroundings,
    log: Log,
    only: Option<DeploymentId>,
    /// What came of it.
    carried: Arc<Carried>,
    /// The notes at places that were compared with the record.
    known: BTreeMap<(DeploymentId, String), String>,
    /// Those of a loss that people have accepted, with what is said of them.
    accepted: BTreeMap<(DeploymentId, String), (String, String)>,
    /// Says that every place was looked at once.
    looked: watch::Sender<bool>,
}

impl Carrier {
    /// Returns whoever carries the checkpoints of `record` to these places.
    ///
    /// # Errors
    ///
    /// When the key cannot be read, or mail or an object store is wanted and what it takes is not named.
    pub(super) fn new(
        (places, key): (&[Place], Option<&str>),
        record: Arc<dyn Record>,
        post: Arc<Post>,
        surroundings: &Surroundings,
        log: Log,
    ) -> Result<Self, Fault> {
        let by_mail = places.iter().any(|it| matches!(it, Place::Mail(_)));
        if by_mail && !post.sends_mail() {
            let next = "name a mail server with --smtp and --mail-from";
            return Err(Fault::usage("checkpoints are to go by mail, and none is sent", next));
        }
        let reach = reach(surroundings, key)?;
        for place in places {
            let Place::Bucket(address) = place else { continue };
            let next = "name where the key is, as `NAME:SECRET`: --object-store-key file:/path";
            reach.store(address).map_err(|why| Fault::usage(why, next))?;
        }
        let mut before = surroundings.carriages();
        let names: Vec<String> = places.iter().map(ToString::to_string).collect();
        before.values_mut().for_each(|it| it.retain(|place, _| names.contains(place)));
        Ok(Self {
            places: places.to_vec(),
            reach,
            record,
            key: surroundings.signer()?.verifier_key().clone(),
            post,
            surroundings: surroundings.clone(),
            log,
            only: None,
            carried: Arc::new(Carried::from(before)),
            known: BTreeMap::new(),
            accepted: BTreeMap::new(),
            looked: watch::Sender::new(places.is_empty()),
        })
    }

    /// Returns it for one deployment only, where one is named.
    pub(super) fn only(self, only: Option<&DeploymentId>) -> Self {
        Self { only: only.cloned(), ..self }
    }

    /// Returns what came of it, to be told by others.
    pub(super) fn carried(&self) -> Arc<Carried> {
        self.carried.clone()
    }

    /// Returns what becomes true when every place was looked at once: before that nobody knows whether one
    /// has seen another record.
    pub(super) fn looked(&self) -> watch::Receiver<bool> {
        self.looked.subscribe()
    }

    /// Carries what is new, again and again, and once more when it is `over`.
    pub(super) async fn run(mut self, mut over: watch::Receiver<bool>) {
        if self.places.is_empty() {
            return;
        }
        loop {
            let is_last = *over.borrow();
            self.round().await;
            self.looked.send_replace(true);
            if is_last {
                return;
            }
            tokio::select! {
                _ = over.wait_for(|it| *it) => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    async fn round(&mut self) {
        let Ok(deployments) = self.record.deployments().await else { return };
        let before = self.carried.carriages();
        for deployment in deployments {
            let is_other = self.only.as_ref().is_some_and(|only| *only != deployment);
            if is_other || !self.is_real(&deployment).await {
                continue;
            }
            for place in self.places.clone() {
                self.carry(&deployment, &place).await;
            }
        }
        let now = self.carried.carriages();
        if now != before
            && let Err(fault) = self.surroundings.keep_carriages(&now)
        {
            self.log.complain(&fault);
        }
    }

    /// Returns whether the deployment is real: nothing of a rehearsal leaves the house.
    async fn is_real(&self, deployment: &DeploymentId) -> bool {
        let Ok(first) = self.record.read(deployment, 0, 1).await else { return false };
        let first = first.first().and_then(|it| serde_json::from_slice::<Entry>(&it.body).ok());
        let created = first.map(|it| it.event);
        matches!(created, Some(Event::DeploymentCreated { purpose: Purpose::Production, .. }))
    }

    /// Carries the deployment's checkpoint to one place, and says what came of it where that is new.
    async fn carry(&mut self, deployment: &DeploymentId, place: &Place) {
        let name = place.to_string();
        let before = self.carried.of(deployment, &name);
        let now = self.surroundings.now();
        let after = match self.brought(deployment, place, &before, now).await {
            Ok(after) => after,
            Err(why) => Carriage { trouble: Some(why), ..before.clone() },
        };
        if after.trouble != before.trouble {
            let text = match &after.trouble {
                Some(why) => format!("the checkpoint is not carried to {name}: {why}"),
                None => format!("checkpoints are carried to {name} again"),
            };
            self.log.line(deployment, &text);
        }
        self.carried.stands(deployment, &name, after);
    }

    /// Brings the checkpoint to the place, if it is not there, and returns how the place stands then.
    async fn brought(
        &mut self,
        deployment: &DeploymentId,
        place: &Place,
        before: &Carriage,
        now: Timestamp,
    ) -> Result<Carriage, String> {
        let standing = self.record.standing(deployment).await.map_err(|it| it.to_string())?;
        let size = standing.head.seq;
        if let Place::Mail(_) | Place::Authority(_) = place {
            if before.entries > size {
                let known = KeptElsewhere::Shorter { size: before.entries, found: size };
                return Err(another(&known));
            }
            let is_early = before.at.is_some_and(|it| now.duration_since(it) < DAILY);
            if before.entries == size || is_early {
                return Ok(Carriage { trouble: None, ..before.clone() });
            }
        }
        match place {
            Place::Mail(address) => {
                self.mailed(deployment, address, &standing, now).await?;
                return Ok(Carriage { entries: size, at: Some(now), trouble: None });
            }
            Place::Authority(address) => {
                self.stamped(deployment, address, &standing).await?;
                return Ok(Carriage { entries: size, at: Some(now), trouble: None });
            }
            Place::Folder(_) | Place::Bucket(_) | Place::Repository(_) => {}
        }
        let there = places::newest(place, deployment, &self.reach, before.entries).await?;
        let compared = match self.holds_against(deployment, place, there.as_deref()).await? {
            Ok(compared) => compared,
            Err(other) => {
                let note = there.unwrap_or_default();
                return self.another(deployment, place, (&note, other), before, now).await;
            }
        };
        if there.is_none() || compared < size {
            let carried = (size, standing.checkpoint.as_str());
            places::put(place, deployment, carried, &self.reach).await?;
            self.known.insert((deployment.clone(), place.to_string()), standing.checkpoint);
            return Ok(Carriage { entries: size, at: Some(now), trouble: None });
        }
        Ok(Carriage { entries: compared, at: before.at.or(Some(now)), trouble: None })
    }

    /// Returns how a place stands at which another record was seen, which puts the deployment into
    /// quarantine, unless nobody can tell whose record that is.
    async fn another(
        &mut self,
        deployment: &DeploymentId,
        place: &Place,
        (note, other): (&str, KeptElsewhere),
        before: &Carriage,
        now: Timestamp,
    ) -> Result<Carriage, String> {
        let (KeptElsewhere::Shorter { size, .. } | KeptElsewhere::Other { size }) = other else {
            return Err(another(&other));
        };
        // It is there since this server put it there, or saw it.
        let at = before.at.filter(|_| before.entries == size);
        let told = is_contradicted(&self.record, deployment, note, at).await;
        let mut trouble = another(&other);
        if told.map_err(|it| it.to_string())? {
            trouble += "; or two people accept it: `landfall record accept-loss`. Until then nothing starts";
        } else {
            trouble = format!(
                "what is kept there, of {size} entries, belongs to what was lost, and people have accepted that; name another place for what follows"
            );
            let of = (deployment.clone(), place.to_string());
            self.accepted.insert(of, (note.to_owned(), trouble.clone()));
        }
        Ok(Carriage { entries: size, at: at.or(Some(now)), trouble: Some(trouble) })
    }

    /// Compares the record with what is at the place, and returns how many entries that vouches for.
    async fn holds_against(
        &mut self,
        deployment: &DeploymentId,
        place: &Place,
        there: Option<&str>,
    ) -> Result<Result<u64, KeptElsewhere>, String> {
        let Some(note) = there else { return Ok(Ok(0)) };
        let at = (deployment.clone(), place.to_string());
        let size_of = |note: &str| note.lines().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        if let Some((_, said)) = self.accepted.get(&at).filter(|(it, _)| it == note) {
            return Err(said.clone());
        }
        let head = self.record.head(deployment).await.map_err(|it| it.to_string())?;
        if self.known.get(&at).is_some_and(|it| it == note) && size_of(note) <= head.seq {
            return Ok(Ok(size_of(note)));
        }
        let notes = [note.to_owned()];
        let compared = compare(self.record.as_ref(), deployment, &notes, &self.key).await;
        let compared = compared.map_err(|it| it.to_string())?;
        if compared.is_ok() {
            self.known.insert(at, note.to_owned());
        }
        Ok(compared.map(|largest| largest.map_or(0, |it| it.size)))
    }

    /// Asks an authority when it sees the checkpoint, and keeps both.
    async fn stamped(
        &self,
        deployment: &DeploymentId,
        address: &str,
        standing: &Standing,
    ) -> Result<(), String> {
        let note = &standing.checkpoint;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|it| it.to_string())?;
        let nonce = u64::from_be_bytes(random);
        let answer = ask_authority(address, timestamp_question(note, nonce)).await?;
        let token = timestamp_in(&answer, note, nonce).map_err(|it| it.to_string())?;
        let folder = self.surroundings.timestamps(deployment);
        let file = |ending: &str| folder.join(format!("{:012}.{ending}", standing.head.seq));
        let write = |ending: &str, bytes: &[u8]| {
            let file = file(ending);
            let written = places::write_whole(&folder, &file, bytes);
            written.map_err(|error| format!("{}: {error}", file.display()))
        };
        // The timestamp first: a checkpoint without one would be none of the package's.
        write("tst", &token)?;
        write("checkpoint", note.as_bytes())
    }

    async fn mailed(
        &self,
        deployment: &DeploymentId,
        address: &str,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<(), String> {
        let size = standing.head.seq;
        let note = &standing.checkpoint;
        let parcel = Parcel {
            deployment: deployment.clone(),
            letter: 0,
            text: Digest::of(note.as_bytes()),
            channel: Channel::Mail,
            address: address.to_owned(),
            language: "en".to_owned(),
            subject: format!("{deployment}: checkpoint of {size} entries"),
            body: format!(
                "Keep this mail. With it anybody can tell the record of {deployment} from one that was \
                 put back to an earlier day or written anew: save the five lines below into a file, and\n\n  \
                 landfall record verify --against FILE\n\nThe key is {}\n\n{note}",
                standing.key
            ),
            secret: None,
            inside: false,
        };
        match self.post.deliver(&parcel, now).await {
            Delivery::Accepted { .. } => Ok(()),
            Delivery::Refused { why } | Delivery::NotNow { why } | Delivery::Waits { why } => {
                Err(why)
            }
        }
    }
}

/// Returns what is said where the record is not the one that was carried.
fn another(other: &KeptElsewhere) -> String {
    match other {
        KeptElsewhere::Shorter { size, found } => format!(
            "history was lost: what is kept there is of {size} entries, and the record has {found}; restore a later backup"
        ),
        KeptElsewhere::Other { size } => format!(
            "the record was written anew: its first {size} entries are not the ones of which a checkpoint is kept there; find out who changed the database"
        ),
        KeptElsewhere::Note(_) => {
            format!(
                "{other}; look who else writes there, or whether a backup from before a key rotation was put back"
            )
        }
    }
}
