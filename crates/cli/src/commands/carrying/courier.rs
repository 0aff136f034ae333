//! Whoever carries checkpoints to one place.
//!
//! What is at the place is looked at before anything is put there: a record that does not begin with it was
//! put back or written anew, and leaves it alone; and a place that has lost what was carried there is not
//! filled anew, as if nothing had ever been there.

use super::Office;
use super::patience::in_time;
use crate::args::place::Place;
use crate::commands::places;
use coordinator::is_contradicted;
use jiff::{SignedDuration, Timestamp};
use model::companion_plans::Channel;
use model::digest::Digest;
use model::id::{DeploymentId, Seq};
use notices::{Delivery, Parcel, ask_authority};
use reception::Carriage;
use record::{KeptElsewhere, Standing, compare};
use record::{timestamp_in, timestamp_question};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often checkpoints are carried: what somebody wrote anew within it shows nowhere.
const EVERY: Duration = Duration::from_secs(60);

/// How often one goes by mail or to an authority: as often as somebody keeps reading them.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// Whoever carries checkpoints to one place.
pub(super) struct Courier {
    place: Place,
    name: String,
    office: Arc<Office>,
    /// The notes there that were compared with the record.
    known: BTreeMap<DeploymentId, String>,
    /// Those of a loss that people have accepted, with what is said of them.
    accepted: BTreeMap<DeploymentId, (String, String)>,
}

impl Courier {
    /// Returns whoever carries to `place`.
    pub(super) fn new(place: Place, office: Arc<Office>) -> Self {
        let name = place.to_string();
        Self { place, name, office, known: BTreeMap::new(), accepted: BTreeMap::new() }
    }

    /// Carries what is new, again and again, and once more when it is `over`.
    pub(super) async fn run(mut self, mut over: watch::Receiver<bool>) {
        loop {
            let is_last = *over.borrow();
            if self.round(&over).await.is_break() {
                return;
            }
            self.office.heard(&self.name);
            if is_last {
                return;
            }
            tokio::select! {
                _ = over.wait_for(|it| *it) => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Carries once what is new of all deployments, or until it is over and the place does not answer.
    async fn round(&mut self, over: &watch::Receiver<bool>) -> ControlFlow<()> {
        let office = self.office.clone();
        let mut waiting = office.deployments().await;
        while let Some(deployment) = waiting.first().cloned() {
            let name = self.name.clone();
            let late = |limit: Duration| {
                for it in &waiting {
                    let trouble = Some(format!("it has not answered for {} s", limit.as_secs()));
                    let now = Carriage { trouble, ..office.carried.of(it, &name) };
                    office.stands(it, &name, now);
                }
            };
            in_time(self.carry(&deployment), over.clone(), late).await?;
            waiting.remove(0);
        }
        ControlFlow::Continue(())
    }

    /// Carries the deployment's checkpoint, and says what came of it.
    async fn carry(&mut self, deployment: &DeploymentId) {
        let before = self.office.carried.of(deployment, &self.name);
        let now = self.office.surroundings.now();
        let after = match self.brought(deployment, &before, now).await {
            Ok(after) => after,
            Err(why) => Carriage { trouble: Some(why), ..before },
        };
        self.office.stands(deployment, &self.name, after);
    }

    /// Brings the checkpoint to the place, if it is not there, and returns how the place stands then.
    async fn brought(
        &mut self,
        deployment: &DeploymentId,
        before: &Carriage,
        now: Timestamp,
    ) -> Result<Carriage, String> {
        let (office, place) = (self.office.clone(), self.place.clone());
        let standing = office.record.standing(deployment).await.map_err(|it| it.to_string())?;
        let size = standing.head.seq;
        if let Place::Mail(_) | Place::Authority(_) = &place {
            if before.entries > size {
                let known = KeptElsewhere::Shorter { size: before.entries, found: size };
                return Err(another(&known));
            }
            let is_early = before.at.is_some_and(|it| now.duration_since(it) < DAILY);
            if before.entries == size || is_early {
                return Ok(Carriage { trouble: None, ..before.clone() });
            }
        }
        match &place {
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
        let there = places::newest(&place, deployment, &office.reach, before.entries).await?;
        let compared = match self.holds_against(deployment, there.as_deref()).await? {
            Ok(compared) => compared,
            Err(other) => {
                let note = there.unwrap_or_default();
                return self.another(deployment, (&note, other), before, now).await;
            }
        };
        if compared < before.entries {
            return Err(gone(before.entries, size));
        }
        if there.is_none() || compared < size {
            let carried = (size, standing.checkpoint.as_str());
            places::put(&place, deployment, carried, &office.reach).await?;
            self.known.insert(deployment.clone(), standing.checkpoint);
            return Ok(Carriage { entries: size, at: Some(now), trouble: None });
        }
        Ok(Carriage { entries: compared, at: before.at.or(Some(now)), trouble: None })
    }

    /// Returns how a place stands at which another record was seen, which puts the deployment into
    /// quarantine, unless nobody can tell whose record that is.
    async fn another(
        &mut self,
        deployment: &DeploymentId,
        (note, other): (&str, KeptElsewhere),
        before: &Carriage,
        now: Timestamp,
    ) -> Result<Carriage, String> {
        let (KeptElsewhere::Shorter { size, .. } | KeptElsewhere::Other { size }) = other else {
            return Err(another(&other));
        };
        // It is there since this server put it there, or saw it.
        let at = before.at.filter(|_| before.entries == size);
        let one_by_one = self.office.contradicting.lock().await;
        let told = is_contradicted(&self.office.record, deployment, note, at).await;
        drop(one_by_one);
        let mut trouble = another(&other);
        if told.map_err(|it| it.to_string())? {
            trouble += "; or two people accept it: `landfall record accept-loss`. Until then nothing starts";
        } else {
            trouble = format!(
                "what is kept there, of {size} entries, belongs to what was lost, and people have accepted that; name another place for what follows"
            );
            self.accepted.insert(deployment.clone(), (note.to_owned(), trouble.clone()));
        }
        Ok(Carriage { entries: size, at: at.or(Some(now)), trouble: Some(trouble) })
    }

    /// Compares the record with what is at the place, and returns how many entries that vouches for.
    async fn holds_against(
        &mut self,
        deployment: &DeploymentId,
        there: Option<&str>,
    ) -> Result<Result<u64, KeptElsewhere>, String> {
        let Some(note) = there else { return Ok(Ok(0)) };
        let size_of = |note: &str| note.lines().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        if let Some((_, said)) = self.accepted.get(deployment).filter(|(it, _)| it == note) {
            return Err(said.clone());
        }
        let office = &self.office;
        let head = office.record.head(deployment).await.map_err(|it| it.to_string())?;
        if self.known.get(deployment).is_some_and(|it| it == note) && size_of(note) <= head.seq {
            return Ok(Ok(size_of(note)));
        }
        let notes = [note.to_owned()];
        let compared = compare(office.record.as_ref(), deployment, &notes, &office.key).await;
        let compared = compared.map_err(|it| it.to_string())?;
        if compared.is_ok() {
            self.known.insert(deployment.clone(), note.to_owned());
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
        let folder = self.office.surroundings.timestamps(deployment);
        let file = |ending: &str| folder.join(format!("{:012}.{ending}", standing.head.seq));
        // The timestamp first: a checkpoint without one would be none of the package's.
        places::write_whole(&folder, &file("tst"), &token).await?;
        places::write_whole(&folder, &file("checkpoint"), note.as_bytes()).await
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
        match self.office.post.deliver(&parcel, now).await {
            Delivery::Accepted { .. } => Ok(()),
            Delivery::Refused { why } | Delivery::NotNow { why } | Delivery::Waits { why } => {
                Err(why)
            }
        }
    }
}

/// Returns what is said where a place has less than the `carried` entries that it had, and the record `found`.
fn gone(carried: Seq, found: Seq) -> String {
    if carried > found {
        return format!(
            "history was lost: what was kept there, of {carried} entries, is gone, and the record has {found}; restore a later backup"
        );
    }
    format!(
        "what was kept there, of {carried} entries, is gone: is it mounted? Where it was emptied on purpose, name another place"
    )
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
