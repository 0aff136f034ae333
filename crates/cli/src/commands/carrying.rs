//! Carrying the record's checkpoints to places outside, for as long as a server runs.
//!
//! Whoever holds the server's key and its database can write the record anew; a checkpoint that they
//! cannot reach shows it. Each place has a courier of its own: one that hangs keeps no other waiting.
//!
//! House rule: what cannot be carried stops nothing, and is said; a place that has seen another record is a
//! witness, and nothing starts until two people have decided.

mod courier;
mod patience;

use super::places::Reach;
use super::serving::Log;
use crate::args::place::Place;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::{Surroundings, secret};
use courier::Courier;
use model::event::{Entry, Event};
use model::id::DeploymentId;
use model::profile::Purpose;
use notices::Post;
use reception::{Carriage, Carriages, Carried};
use record::{Record, VerifierKey};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinSet;

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

/// Whoever has checkpoints carried.
pub(super) struct Carrier {
    places: Vec<Place>,
    office: Office,
}

/// What all couriers have in common.
struct Office {
    reach: Reach,
    record: Arc<dyn Record>,
    key: VerifierKey,
    post: Arc<Post>,
    surroundings: Surroundings,
    log: Log,
    only: Option<DeploymentId>,
    /// What came of it.
    carried: Arc<Carried>,
    /// Says that something else came of it than before.
    changed: Notify,
    /// Held by whoever says that a place contradicts the record: that is said of it once.
    contradicting: Mutex<()>,
    /// The places that nobody has looked at yet.
    unheard: watch::Sender<BTreeSet<String>>,
}

impl Carrier {
    /// Returns whoever has the checkpoints of `record` carried to these places.
    ///
    /// # Errors
    ///
    /// When the key cannot be read, or mail or an object store is wanted and what it takes is not named.
    pub(super) fn new(
        (places, reach): (&[Place], Reach),
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
        for place in places {
            let Place::Bucket(address) = place else { continue };
            let next = "name where the key is, as `NAME:SECRET`: --object-store-key file:/path";
            reach.store(address).map_err(|why| Fault::usage(why, next))?;
        }
        let mut before = surroundings.carriages();
        let names: BTreeSet<String> = places.iter().map(ToString::to_string).collect();
        before.values_mut().for_each(|it| it.retain(|place, _| names.contains(place)));
        let mut once = places.to_vec();
        once.sort_by_cached_key(ToString::to_string);
        once.dedup();
        let office = Office {
            reach,
            record,
            key: surroundings.signer()?.verifier_key().clone(),
            post,
            surroundings: surroundings.clone(),
            log,
            only: None,
            carried: Arc::new(Carried::from(before)),
            changed: Notify::new(),
            contradicting: Mutex::new(()),
            unheard: watch::Sender::new(names),
        };
        Ok(Self { places: once, office })
    }

    /// Returns it for one deployment only, where one is named.
    pub(super) fn only(self, only: Option<&DeploymentId>) -> Self {
        Self { office: Office { only: only.cloned(), ..self.office }, ..self }
    }

    /// Returns what came of it, to be told by others.
    pub(super) fn carried(&self) -> Arc<Carried> {
        self.office.carried.clone()
    }

    /// Returns the places that nobody has looked at yet: before that nobody knows whether one has seen
    /// another record.
    pub(super) fn unheard(&self) -> watch::Receiver<BTreeSet<String>> {
        self.office.unheard.subscribe()
    }

    /// Has what is new carried, again and again, and once more when it is `over`; and keeps what came of it.
    pub(super) async fn run(self, over: watch::Receiver<bool>) {
        let office = Arc::new(self.office);
        let mut couriers = JoinSet::new();
        for place in self.places {
            couriers.spawn(Courier::new(place, office.clone()).run(over.clone()));
        }
        let mut kept = office.carried.carriages();
        loop {
            let is_last = tokio::select! {
                ended = couriers.join_next() => match ended {
                    Some(Ok(())) => false,
                    Some(Err(gone)) => {
                        let fault = Fault::new(Exit::Failure, "checkpoints are not carried to a place any more");
                        office.log.complain(&fault.why(gone.to_string()).next("start the server again"));
                        false
                    }
                    None => true,
                },
                () = office.changed.notified() => false,
            };
            office.keep(&mut kept).await;
            if is_last {
                return;
            }
        }
    }
}

impl Office {
    /// Says how a place stands now, and that in the log where what is wrong with it is new or over.
    fn stands(&self, deployment: &DeploymentId, place: &str, now: Carriage) {
        let before = self.carried.of(deployment, place);
        if now == before {
            return;
        }
        if now.trouble != before.trouble {
            let text = match &now.trouble {
                Some(why) => format!("the checkpoint is not carried to {place}: {why}"),
                None => format!("checkpoints are carried to {place} again"),
            };
            self.log.line(deployment, &text);
        }
        self.carried.stands(deployment, place, now);
        self.changed.notify_one();
    }

    /// Says that a place was looked at.
    fn heard(&self, place: &str) {
        self.unheard.send_if_modified(|it| it.remove(place));
    }

    /// Keeps what came of carrying, where that is not what was kept last.
    async fn keep(&self, kept: &mut Carriages) {
        let now = self.carried.carriages();
        if now == *kept {
            return;
        }
        kept.clone_from(&now);
        let surroundings = self.surroundings.clone();
        let keep = move || surroundings.keep_carriages(&now);
        if let Ok(Err(fault)) = tokio::task::spawn_blocking(keep).await {
            self.log.complain(&fault);
        }
    }

    /// Returns the deployments whose checkpoints are carried: nothing of a rehearsal leaves the house.
    async fn deployments(&self) -> Vec<DeploymentId> {
        let mut wanted = Vec::new();
        for deployment in self.record.deployments().await.unwrap_or_default() {
            let is_other = self.only.as_ref().is_some_and(|only| *only != deployment);
            if !is_other && self.is_real(&deployment).await {
                wanted.push(deployment);
            }
        }
        wanted
    }

    async fn is_real(&self, deployment: &DeploymentId) -> bool {
        let Ok(first) = self.record.read(deployment, 0, 1).await else { return false };
        let first = first.first().and_then(|it| serde_json::from_slice::<Entry>(&it.body).ok());
        let created = first.map(|it| it.event);
        matches!(created, Some(Event::DeploymentCreated { purpose: Purpose::Production, .. }))
    }
}
