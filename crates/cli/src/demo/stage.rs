//! The deployment of the demo: its record, its people's acts, and the driver that does the work.

use super::place::Place;
use super::telling::Telling;
use crate::args::Everywhere;
use crate::commands::listening::{Door, House};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use coordinator::clock::{Clock as _, RehearsalClock, act_time};
use coordinator::{Acted, Author, CommandError, Coordinator, Creation, DriveError, Driver, Until};
use executor::Executor;
use jiff::Timestamp;
use model::command::Command;
use model::id::{PersonId, Seq};
use model::profile::Purpose;
use model::state::State;
use reception::Plans;
use record::{Record, VerifierKey};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often the record is looked at for what the driver has written, to tell it.
const LOOK_EVERY: Duration = Duration::from_millis(60);

/// How many entries are told at once.
const ENTRIES_MAX: u32 = 2_000;

/// Who creates the deployment.
const CREATOR: &str = "ines.roald";

/// Returns `everywhere` with the record at `place`.
pub(super) fn at(place: &Place, everywhere: &Everywhere) -> Everywhere {
    let (data, everywhere) = (place.root.clone(), everywhere.clone());
    Everywhere { data, database: None, witness: None, server: None, person: None, ..everywhere }
}

/// The deployment of the demo.
pub(super) struct Stage {
    /// The record.
    pub(super) record: Arc<dyn Record>,
    /// The key that its checkpoints are signed with.
    pub(super) key: VerifierKey,
    coordinator: Coordinator,
    executor: Executor,
    clock: Arc<RehearsalClock>,
    login: String,
    acts: u32,
    /// The last entry that was told.
    told: Seq,
}

/// The pages of the demo, for as long as it is held.
pub(super) struct Opened {
    /// Where they are, for one person, once.
    pub(super) link: String,
    _stop: watch::Sender<bool>,
}

impl Stage {
    /// Creates the deployment, as a rehearsal, from the plan in `place`.
    ///
    /// # Errors
    ///
    /// When this computer does not let it.
    pub(super) async fn create(place: &Place, everywhere: &Everywhere) -> Result<Self, Fault> {
        let everywhere = at(place, everywhere);
        let surroundings = Surroundings::of(&everywhere);
        let now = surroundings.now();
        let plan = place.furnish(now)?;
        let record = surroundings.record_made().await?;
        let key = surroundings.signer()?.verifier_key().clone();
        let folder = place.plan_folder().display().to_string();
        let creation = Creation { plan, folder, purpose: Purpose::Rehearsal };
        let login = surroundings.login.clone();
        let author = Author { person: known(CREATOR), login: login.clone(), known: None };
        let coordinator = Coordinator::create(Arc::clone(&record), creation, &author, now).await?;
        let told = coordinator.head().seq;
        let clock = Arc::new(RehearsalClock::new(now));
        let executor = surroundings.executor()?;
        Ok(Self { record, key, coordinator, executor, clock, login, acts: 0, told })
    }

    /// Opens the pages on this computer, for somebody who wants to follow. Returns a link that lets
    /// them in as the person who runs the deployment, and what keeps the door open.
    ///
    /// # Errors
    ///
    /// When this computer does not let it.
    pub(super) async fn open(&self, everywhere: &Everywhere) -> Result<Opened, Fault> {
        let surroundings = Surroundings::of(everywhere);
        let door = Door::on_this_computer().await?;
        let secrets = |_: &str| Err("the demo has no secrets".to_owned());
        let house = House {
            surroundings: &surroundings,
            record: Arc::clone(&self.record),
            executor: self.executor.clone(),
            post: Arc::new(notices::Post::new(None, Box::new(secrets))),
            carried: Arc::default(),
        };
        let (reception, first) =
            house.reception(Plans::default(), &door.here, Arc::new(|_: &str| ())).await?;
        let link = match first {
            Some(secret) => reception.invite_first(secret.reveal(), known(CREATOR)).await,
            None => Ok(door.here.to_string()),
        };
        let link = link.map_err(|error| {
            Fault::new(Exit::Failure, "nobody can be let in").why(error.to_string())
        })?;
        let (stop, told) = watch::channel(false);
        let _open = door.open(reception, told)?;
        Ok(Opened { link, _stop: stop })
    }

    /// Returns where the deployment stands.
    pub(super) fn state(&self) -> &State {
        self.coordinator.state()
    }

    /// Returns what time it is in the rehearsal.
    pub(super) fn now(&self) -> Timestamp {
        act_time(self.state(), self.clock.now())
    }

    /// Carries out `command` for `person`.
    ///
    /// # Errors
    ///
    /// When the rules refuse it; then nothing has happened.
    pub(super) async fn act(
        &mut self,
        person: &PersonId,
        command: &Command,
    ) -> Result<Acted, CommandError> {
        self.acts += 1;
        let id = format!("demo-{}", self.acts).parse().expect("because it is letters and digits");
        let author = Author { person: person.clone(), login: self.login.clone(), known: None };
        let now = self.now();
        let acted = self.coordinator.act(&author, command, &id, now).await?;
        self.told = self.coordinator.head().seq;
        Ok(acted)
    }

    /// Lets the driver work until nothing goes on without people, and tells what it does.
    ///
    /// # Errors
    ///
    /// When the record cannot be relied on.
    pub(super) async fn drive(&mut self, telling: &mut Telling) -> Result<(), Fault> {
        let driver = Driver::new(
            Arc::clone(&self.record),
            self.executor.clone(),
            self.clock.clone(),
            "demo".to_owned(),
        );
        let deployment = self.state().plan.deployment.clone();
        let mut driven = std::pin::pin!(driver.run(&deployment, Until::Idle));
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let rest = loop {
            tokio::select! {
                rest = &mut driven => break rest,
                _ = looks.tick() => self.tell_news(telling).await?,
            }
        };
        self.tell_news(telling).await?;
        rest.map(|_| ()).map_err(of_driving)
    }

    async fn tell_news(&mut self, telling: &mut Telling) -> Result<(), Fault> {
        self.coordinator.catch_up().await?;
        let entries = self.coordinator.entries(self.told, ENTRIES_MAX).await?;
        for entry in &entries {
            telling.happened(self.coordinator.state(), entry).await?;
            self.told = entry.seq;
        }
        telling.stands(self.coordinator.state());
        Ok(())
    }

    /// Returns all entries of the record.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(super) async fn entries(&self) -> Result<Vec<model::event::Entry>, Fault> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |it: &model::event::Entry| it.seq);
            let page = self.coordinator.entries(after, ENTRIES_MAX).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

/// Returns a name that the demo's plan has.
pub(super) fn known(name: &str) -> PersonId {
    name.parse().expect("because the demo's plan has this name")
}

fn of_driving(error: DriveError) -> Fault {
    match error {
        DriveError::Command(error) => error.into(),
        DriveError::HeldBy { .. } | DriveError::Superseded { .. } => {
            Fault::new(Exit::Failure, "the demo was not left alone").why(error.to_string())
        }
    }
}
