//! A plan folder, a record and an executor in a temporary directory; and people who answer.

use coordinator::clock::{Clock, RehearsalClock, act_time};
use coordinator::{Author, Coordinator, Creation, Driver, Effects, Rest, Until};
use executor::{Executor, MissingSecret, Settings};
use jiff::Timestamp;
use model::id::DeploymentId;
use model::machine::DeploymentState;
use model::profile::Purpose;
use model::state::State;
use planner::people::answer;
use planner::waiting::waiting;
use record::{Location, Record, Signer};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// The most rounds of people answering and the driver coming to rest.
const ROUNDS_MAX: usize = 500;
/// How often the record is looked at, and how often at most.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(50);
const LOOKS_MAX: usize = 1_200;

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) record: Arc<dyn Record>,
    pub(crate) deployment: DeploymentId,
    executor: Executor,
    clock: Arc<RehearsalClock>,
}

pub(crate) fn begins() -> Timestamp {
    "2027-01-04T08:00:00Z".parse().unwrap()
}

impl World {
    /// Returns a world with a created deployment of `plan`, a YAML text.
    pub(crate) async fn new(plan: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let plan = plan.replace("@FOLDER@", &folder.path().display().to_string());
        std::fs::write(folder.path().join("landfall.yaml"), plan).unwrap();
        let disk = planfile::DiskFolder::new(folder.path()).unwrap();
        let loaded = planfile::load(&disk, "landfall.yaml");
        assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
        let plan = loaded.plan.unwrap();
        let record = open(folder.path()).await;
        let author =
            Author { person: plan.people[0].id.clone(), login: "test".to_owned(), known: None };
        let deployment = plan.deployment.clone();
        let creation = Creation {
            plan,
            folder: folder.path().display().to_string(),
            purpose: Purpose::Rehearsal,
        };
        Coordinator::create(record.clone(), creation, &author, begins()).await.unwrap();
        let clock = Arc::new(RehearsalClock::new(begins()));
        let executor = executor(folder.path());
        Self { folder, record, deployment, executor, clock }
    }

    pub(crate) async fn coordinator(&self) -> Coordinator {
        Coordinator::open(self.record.clone(), &self.deployment).await.unwrap()
    }

    /// Lets the driver work until it rests, and returns when it would look again.
    pub(crate) async fn drive(&self) -> Rest {
        self.drive_with(self.executor.clone()).await
    }

    /// Lets the driver work until it rests, with others that carry out its orders.
    pub(crate) async fn drive_with(&self, effects: impl Effects + 'static) -> Rest {
        let (record, clock) = (self.record.clone(), self.clock.clone());
        let driver = Driver::new(record, effects, clock, "test".to_owned());
        driver.run(&self.deployment, Until::Idle).await.unwrap()
    }

    /// Lets `seconds` pass while nobody works.
    pub(crate) fn later(&self, seconds: i64) {
        let then = self.clock.now().checked_add(jiff::SignedDuration::from_secs(seconds));
        self.clock.jump(then.unwrap());
    }

    /// Starts a driver that works until it is aborted.
    pub(crate) fn serve(&self) -> tokio::task::JoinHandle<()> {
        let driver = Driver::new(
            self.record.clone(),
            self.executor.clone(),
            self.clock.clone(),
            "test".to_owned(),
        );
        let deployment = self.deployment.clone();
        tokio::spawn(async move {
            let (_never, told) = tokio::sync::watch::channel(false);
            driver.run(&deployment, Until::Stopped(told)).await.unwrap();
        })
    }

    /// Waits until the deployment is as `wanted` says, and returns its coordinator.
    pub(crate) async fn until(&self, wanted: impl Fn(&State) -> bool) -> Coordinator {
        for _ in 0..LOOKS_MAX {
            let coordinator = self.coordinator().await;
            if wanted(coordinator.state()) {
                return coordinator;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("it did not come about");
    }

    /// Lets people answer until it is as `wanted` says. Returns whether it came to that.
    pub(crate) async fn until_answered(&self, wanted: impl Fn() -> bool) -> bool {
        for _ in 0..LOOKS_MAX {
            if wanted() {
                return true;
            }
            self.people_answer().await;
            tokio::time::sleep(LOOK_EVERY).await;
        }
        false
    }

    /// Lets everybody who is asked answer once. Returns whether anybody did.
    pub(crate) async fn people_answer(&self) -> bool {
        let mut coordinator = self.coordinator().await;
        let now = act_time(coordinator.state(), self.clock.now());
        let mut answered = false;
        for (number, wait) in waiting(coordinator.state(), now, 10_000).into_iter().enumerate() {
            let Some((person, command, _)) = answer(coordinator.state(), now, &wait) else {
                continue;
            };
            let author = Author { person, login: "test".to_owned(), known: None };
            let id = format!("answer-{}-{number}", coordinator.head().seq).parse().unwrap();
            answered |= coordinator.act(&author, &command, &id, now).await.is_ok();
        }
        answered
    }

    /// Drives and answers until the deployment is stabilizing.
    pub(crate) async fn to_the_end(&self) {
        for _ in 0..ROUNDS_MAX {
            let answered = self.people_answer().await;
            self.drive().await;
            let coordinator = self.coordinator().await;
            if coordinator.state().deployment == DeploymentState::Stabilizing {
                return;
            }
            if !answered {
                let waits = waiting(coordinator.state(), self.clock.now(), 20);
                assert!(!waits.is_empty(), "nothing moves and nothing waits");
                let asked = waits.iter().any(|it| it.command.is_some());
                assert!(asked, "nobody can answer: {waits:#?}");
            }
        }
        panic!("the deployment did not come to its end");
    }
}

pub(crate) async fn open(folder: &Path) -> Arc<dyn Record> {
    let location = Location::Sqlite(folder.join("record.db"));
    let signer = Signer::from_file(&folder.join("key")).unwrap();
    record::open(&location, signer, Some(folder.join("witness"))).await.unwrap()
}

fn executor(folder: &Path) -> Executor {
    let settings = Settings::new(
        folder.to_owned(),
        folder.join("journal"),
        folder.join("output"),
        Arc::new(|reference: &str| {
            let (reference, why) = (reference.to_owned(), "there are none".to_owned());
            Err(MissingSecret { reference, why })
        }),
    );
    Executor::new(settings)
}
