//! The worked example as a draft: its plan, and a record of one entry.

use documents::{Paper, Reading, Wanted};
use jiff::Timestamp;
use model::digest::Digest;
use model::event::{Actor, Entry, Event};
use model::plan::MasterProjectPlan;
use model::profile::Purpose;
use model::state::State;
use std::path::Path;
use std::sync::Arc;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/fieldgate");

/// A deployment as it was read.
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) reading: Reading,
}

/// Returns the plan of the worked example.
pub(crate) fn plan() -> MasterProjectPlan {
    let disk = planfile::DiskFolder::new(Path::new(EXAMPLE)).unwrap();
    planfile::load(&disk, "landfall.yaml").plan.unwrap()
}

/// Returns a deployment of `plan` that has just been created.
pub(crate) fn created(plan: MasterProjectPlan, purpose: Purpose) -> World {
    let event = Event::DeploymentCreated {
        deployment: plan.deployment.clone(),
        plan: plan.digest(),
        release: plan.release.digest(),
        purpose,
        folder: "/srv/fieldgate".to_owned(),
    };
    let at: Timestamp = "2027-01-15T15:00:00Z".parse().unwrap();
    let entry = Entry { seq: 1, at, actor: Actor::System, baseline: 0, command: None, event };
    let state = State::begin(&entry, Arc::new(plan)).unwrap();
    let mut reading = Reading::of(Wanted::All);
    reading.note(&state, &entry, Digest::of(b"the first entry"));
    World { state, reading }
}

/// Returns a person who acts.
pub(crate) fn person(name: &str) -> Actor {
    Actor::Person { person: name.parse().unwrap(), login: name.to_owned(), known: None }
}

/// Lets something happen in `world`, in the next entry of its record.
pub(crate) fn happens(world: &mut World, actor: Actor, event: Event) {
    let (seq, at) = (world.state.seq + 1, world.state.at);
    let entry = Entry { seq, at, actor, baseline: 0, command: None, event };
    world.state.evolve(&entry, None).unwrap();
    world.reading.note(&world.state, &entry, Digest::of(&seq.to_be_bytes()));
}

impl World {
    /// Returns what documents are made of.
    pub(crate) fn paper(&self) -> Paper<'_> {
        Paper { state: &self.state, now: self.state.at, reading: &self.reading }
    }
}
