//! The stage of the story: the plan's folder, the computers, the record, the engine and its clock.

use super::folder::copy;
use coordinator::clock::Clock;
use coordinator::{Acted, Author, CommandError, Coordinator, Creation, Driver, Rest, Until};
use executor::{Executor, MissingSecret, Settings};
use jiff::Timestamp;
use model::command::Command;
use model::id::DeploymentId;
use model::plan::MasterProjectPlan;
use model::profile::Purpose;
use model::refusal::Refusal;
use model::state::State;
use planner::people::answer;
use planner::waiting::{WaitingOn, waiting};
use record::{Location, Record, Signer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/fieldgate");
/// The most rounds in which people answer before the story has reached its next instant.
const ROUNDS_MAX: usize = 4_000;

/// A clock that stands still until the story or the engine moves it, and never beyond the instant
/// that the story has reached.
#[derive(Debug)]
pub(crate) struct StoryClock {
    now: Mutex<Timestamp>,
    ends: Mutex<Timestamp>,
}

impl StoryClock {
    fn new(begins: Timestamp) -> Self {
        Self { now: Mutex::new(begins), ends: Mutex::new(begins) }
    }

    /// Moves on to `at`.
    pub(crate) fn set(&self, at: Timestamp) {
        let mut now = self.now.lock().unwrap();
        *now = at.max(*now);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn jump(&self, at: Timestamp) -> bool {
        let ends = *self.ends.lock().unwrap();
        if at <= ends {
            self.set(at);
        }
        at <= ends
    }
}

/// Of whom the story says that they do not answer at once.
type Silent = Box<dyn Fn(&WaitingOn) -> bool + Send>;

pub(crate) struct Stage {
    world: TempDir,
    pub(crate) folder: PathBuf,
    pub(crate) record: Arc<dyn Record>,
    pub(crate) deployment: DeploymentId,
    pub(crate) clock: Arc<StoryClock>,
    executor: Executor,
    engine: Driver,
    coordinator: Coordinator,
    silent: Vec<(&'static str, Silent)>,
    acts: u64,
}

impl Stage {
    /// Returns the stage with the deployment as a draft, on the day of the Release Readiness Milestone.
    pub(crate) async fn new() -> Self {
        let world = TempDir::new().unwrap();
        let folder = world.path().join("plan");
        copy(Path::new(EXAMPLE), &folder);
        let begins = "2027-01-15T15:00:00Z".parse().unwrap();
        let record = open(world.path()).await;
        let executor = executor(world.path());
        let computers = world.path().join("computers");
        for (from, to) in [
            ("connection:\n  ssh:\n    user: deploy\n", "connection: here\n"),
            // Where the story has put a pipe, the step waits until it is let go on.
            (
                "grep -q '^Fieldgate 3.0.2 ' \"$FIELDGATE_ROOT/desk.pkg\"\n        verify",
                "if [ -p \"$FIELDGATE_ROOT/gate\" ]; then read -r _ < \"$FIELDGATE_ROOT/gate\"; fi\n          grep -q '^Fieldgate 3.0.2 ' \"$FIELDGATE_ROOT/desk.pkg\"\n        verify",
            ),
            ("root: /var/lib/fieldgate", &format!("root: {}", computers.display())),
        ] {
            rewrite(&folder.join("landfall.yaml"), from, to);
        }
        let creation = Creation {
            plan: load(&folder),
            folder: folder.display().to_string(),
            purpose: Purpose::Production,
        };
        let author = author("ivo.marchetti");
        let coordinator =
            Coordinator::create(record.clone(), creation, &author, begins).await.unwrap();
        let clock = Arc::new(StoryClock::new(begins));
        let engine = engine(&record, &executor, &clock);
        Self {
            world,
            folder,
            record,
            deployment: "FG30".parse().unwrap(),
            clock,
            executor,
            engine,
            coordinator,
            silent: vec![],
            acts: 0,
        }
    }

    /// Returns the directory of the record and everything else.
    pub(crate) fn world(&self) -> &Path {
        self.world.path()
    }

    /// Returns the directory in which every computer has its own.
    pub(crate) fn computers(&self) -> PathBuf {
        self.world.path().join("computers")
    }

    /// Returns the directory of the computer `path`, such as `B03/pc-17` or `core/api/api3`.
    pub(crate) fn computer(&self, path: &str) -> PathBuf {
        self.computers().join(path)
    }

    /// Replaces text in the plan's main file.
    pub(crate) fn rewrite(&self, from: &str, to: &str) {
        rewrite(&self.folder.join("landfall.yaml"), from, to);
    }

    /// Returns the plan as it is written now.
    pub(crate) fn load(&self) -> MasterProjectPlan {
        load(&self.folder)
    }

    /// From now on nobody answers what `is_asked` says, until `speak` is told the same `name`.
    pub(crate) fn silence(
        &mut self,
        name: &'static str,
        is_asked: impl Fn(&WaitingOn) -> bool + Send + 'static,
    ) {
        self.silent.push((name, Box::new(is_asked)));
    }

    /// Ends a silence.
    pub(crate) fn speak(&mut self, name: &'static str) {
        self.silent.retain(|(it, _)| *it != name);
    }

    /// Returns where the deployment stands.
    pub(crate) async fn state(&mut self) -> State {
        self.coordinator.catch_up().await.unwrap();
        self.coordinator.state().clone()
    }

    /// Returns a driver of the deployment: the engine of another server.
    pub(crate) fn driver(&self) -> Driver {
        engine(&self.record, &self.executor, &self.clock)
    }

    /// Plays until `instant`: the engine works, the people answer, the clock moves on.
    pub(crate) async fn until(&mut self, instant: &str) {
        let instant: Timestamp = instant.parse().unwrap();
        assert!(instant >= self.clock.now(), "{instant} is over");
        *self.clock.ends.lock().unwrap() = instant;
        for _ in 0..ROUNDS_MAX {
            let Rest::Idle { next_look, .. } =
                self.engine.run(&self.deployment, Until::Idle).await.unwrap()
            else {
                unreachable!("nobody tells it to stop")
            };
            if self.people_answer().await > 0 {
                continue;
            }
            match next_look.filter(|it| *it <= instant && *it > self.clock.now()) {
                Some(next) => self.clock.set(next),
                None if self.clock.now() < instant => self.clock.set(instant),
                None => return,
            }
        }
        let waits = waiting(&self.state().await, self.clock.now(), 20);
        panic!("the story does not come to {instant}: {waits:#?}");
    }

    /// Lets everybody who is asked answer, but for the silent. Returns how many did.
    async fn people_answer(&mut self) -> usize {
        self.coordinator.catch_up().await.unwrap();
        let mut answered = 0;
        loop {
            let (state, now) = (self.coordinator.state(), self.clock.now());
            let acts: Vec<_> = waiting(state, now, 100_000)
                .iter()
                .filter(|wait| !self.silent.iter().any(|(_, is_asked)| is_asked(wait)))
                .filter_map(|wait| answer(state, now, wait))
                .map(|(person, command, _)| (person, command))
                .collect();
            let mut moved = 0;
            for (person, command) in acts {
                let id = self.next_id();
                let author = author(person.as_str());
                moved +=
                    usize::from(self.coordinator.act(&author, &command, &id, now).await.is_ok());
            }
            answered += moved;
            if moved == 0 {
                return answered;
            }
        }
    }

    fn next_id(&mut self) -> record::CommandId {
        self.acts += 1;
        format!("act-{}", self.acts).parse().unwrap()
    }

    /// Lets `person` tell `command`, now.
    pub(crate) async fn act(&mut self, person: &str, command: Command) -> Acted {
        let told = self.tell(person, &command).await;
        told.unwrap_or_else(|it| panic!("{person} may not {command:?}: {it}"))
    }

    /// Lets `person` tell `command`, now, and returns why it is refused.
    pub(crate) async fn refused(&mut self, person: &str, command: Command) -> Refusal {
        match self.tell(person, &command).await {
            Err(CommandError::Refused(refusal)) => refusal,
            Err(error) => panic!("{error}"),
            Ok(acted) => panic!("{person} was not refused: {acted:?}"),
        }
    }

    async fn tell(&mut self, person: &str, command: &Command) -> Result<Acted, CommandError> {
        let id = self.next_id();
        let at = self.clock.now();
        self.coordinator.act(&author(person), command, &id, at).await
    }

    /// Replaces the plan by what is written in its folder now.
    pub(crate) async fn revise(&mut self, person: &str, reason: &str) {
        let plan = self.load();
        self.coordinator.catch_up().await.unwrap();
        let difference = planfile::diff(&self.coordinator.state().plan, &plan);
        let changes = difference.sections.into_iter().flat_map(|it| it.sentences).collect();
        let at = self.clock.now();
        let author = author(person);
        self.coordinator.revise(&author, plan, changes, false, reason, at).await.unwrap();
    }

    /// Checks that the record holds from its first entry to its last.
    pub(crate) async fn verifies(&self) {
        let key = self.record.standing(&self.deployment).await.unwrap().key;
        record::verify(self.record.as_ref(), &self.deployment, &key).await.unwrap();
    }
}

fn engine(record: &Arc<dyn Record>, executor: &Executor, clock: &Arc<StoryClock>) -> Driver {
    Driver::new(record.clone(), executor.clone(), clock.clone(), "server".to_owned())
}

fn rewrite(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "the plan does not say {from:?}");
    std::fs::write(file, text.replace(from, to)).unwrap();
}

fn load(folder: &Path) -> MasterProjectPlan {
    let disk = planfile::DiskFolder::new(folder).unwrap();
    let loaded = planfile::load(&disk, "landfall.yaml");
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    loaded.plan.unwrap()
}

fn author(person: &str) -> Author {
    Author { person: person.parse().unwrap(), login: "story".to_owned(), known: None }
}

async fn open(folder: &Path) -> Arc<dyn Record> {
    let location = Location::Sqlite(folder.join("record.db"));
    let signer = Signer::from_file(&folder.join("key")).unwrap();
    record::open(&location, signer, Some(folder.join("witness"))).await.unwrap()
}

fn executor(folder: &Path) -> Executor {
    let settings = Settings::new(
        folder.join("plan"),
        folder.join("journal"),
        folder.join("output"),
        Arc::new(|reference: &str| {
            let (reference, why) = (reference.to_owned(), "there are none".to_owned());
            Err(MissingSecret { reference, why })
        }),
    );
    Executor::new(settings)
}
