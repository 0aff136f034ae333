//! What came of carrying the record's checkpoints to places outside, for whoever looks after the server.
//!
//! House rule: what could not be carried stops nothing, and is said wherever the server says how it is.

use jiff::Timestamp;
use model::id::{DeploymentId, Seq};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How one place stands that a deployment's checkpoints are carried to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carriage {
    /// How many entries the newest checkpoint there is of.
    pub entries: Seq,
    /// When it was carried there; nothing where none was yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Why the newest one is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// How all places stand, by deployment and place.
pub type Carriages = BTreeMap<DeploymentId, BTreeMap<String, Carriage>>;

/// What came of carrying, shared by whoever carries and whoever tells of it.
#[derive(Debug, Default)]
pub struct Carried(Mutex<Carriages>);

impl Carried {
    /// Returns what came of it before.
    pub fn from(carriages: Carriages) -> Self {
        Self(Mutex::new(carriages))
    }

    fn all(&self) -> MutexGuard<'_, Carriages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how all places stand.
    pub fn carriages(&self) -> Carriages {
        self.all().clone()
    }

    /// Returns how `place` stands for the deployment.
    pub fn of(&self, deployment: &DeploymentId, place: &str) -> Carriage {
        let all = self.all();
        all.get(deployment).and_then(|it| it.get(place)).cloned().unwrap_or_default()
    }

    /// Returns how the places of the deployment stand.
    pub fn places(&self, deployment: &DeploymentId) -> BTreeMap<String, Carriage> {
        self.all().get(deployment).cloned().unwrap_or_default()
    }

    /// Says how `place` stands now.
    pub fn stands(&self, deployment: &DeploymentId, place: &str, carriage: Carriage) {
        self.all().entry(deployment.clone()).or_default().insert(place.to_owned(), carriage);
    }

    /// Returns in how many places the newest checkpoint is not.
    pub fn troubles(&self) -> usize {
        let all = self.all();
        all.values().flat_map(BTreeMap::values).filter(|it| it.trouble.is_some()).count()
    }
}
