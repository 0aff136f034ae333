//! One run: a world, its servers, its people, until the deployment is closed or a promise is broken.

use crate::computers::Hands;
use crate::database::{Connection, Is};
use crate::faults::Fault;
use crate::people::People;
use crate::process::Process;
use crate::time::ServerClock;
use crate::world::World;
use coordinator::{Author, Clock as _, Coordinator, Creation, Driver, OrdersTo, Until, Worker};
use model::id::DeploymentId;
use model::machine::DeploymentState;
use model::profile::Purpose;
use record::{Backup, Signer};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// What the record is signed with.
pub(crate) const KEY: [u8; 32] = [7; 32];

/// After how many looks faults stop.
const LOOKS_WITH_FAULTS: u32 = 900;
/// After how many more looks everything must have come to its end.
const LOOKS_TO_THE_END: u32 = 6_000;
/// How long a server waits before it tries again.
const AGAIN_AFTER: Duration = Duration::from_secs(3);
/// How often the world looks around, in the scheduler's time.
const LOOK: Duration = Duration::from_millis(300);

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The promise that was broken, where one was.
    pub broken: Option<String>,
    /// How many entries the record has.
    pub entries: usize,
    /// A digest of everything that happened, with its times.
    pub trace: u64,
    /// What happened, a line each, where it was asked for.
    pub story: Vec<String>,
}

/// Runs the world of `seed`.
///
/// # Panics
///
/// When the runtime cannot be made, or the plan of the simulation does not load: mistakes of this crate.
pub fn run(seed: u64, keeps_story: bool) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("because a runtime on this thread needs nothing");
    let local = tokio::task::LocalSet::new();
    let outcome = local.block_on(&runtime, Box::pin(play(seed, keeps_story)));
    drop(local);
    outcome
}

async fn play(seed: u64, keeps_story: bool) -> Outcome {
    let world = World::new(seed, keeps_story);
    let faults = world.inner().faults.to_string();
    let now = world.time.now();
    world.inner().watch.tell(now, || format!("seed {seed}: {faults}"));
    let deployment = create(&world).await;
    let mut play = Play {
        people: People::new(world.clone(), deployment.clone()),
        members: vec![],
        times_aside: 0,
        backup: None,
        world: world.clone(),
        deployment,
    };
    for (name, is) in MEMBERS {
        if is == Is::Server || world.inner().has_workers {
            play.start(name, is, Arc::default());
        }
    }
    play.until_the_end().await;
    for member in &play.members {
        member.task.abort();
    }
    play.chain_holds().await;
    let inner = &mut *world.inner();
    Outcome {
        broken: inner.watch.broken.clone(),
        entries: inner.watch.entries.len(),
        trace: inner.watch.trace,
        story: inner.watch.story.take().unwrap_or_default(),
    }
}

async fn create(world: &Arc<World>) -> DeploymentId {
    let plan = world.plans.first();
    let deployment = plan.deployment.clone();
    let all = world.plans.all().iter().map(|it| (it.digest().to_string(), it.clone()));
    world.inner().watch.plans.extend(all);
    let connection = Connection { world: world.clone(), process: Arc::default(), is: Is::Client };
    let author =
        Author { person: "rolf".parse().expect("a name"), login: "sim".to_owned(), known: None };
    let faults = std::mem::take(&mut world.inner().faults);
    let plan = plan.as_ref().clone();
    let creation = Creation { plan, folder: "/".to_owned(), purpose: Purpose::Rehearsal };
    let now = world.time.now();
    let created = Coordinator::create(Arc::new(connection), creation, &author, now).await;
    assert!(created.is_ok(), "a deployment is created in an empty record: {:?}", created.err());
    world.inner().faults = faults;
    deployment
}

/// The processes of a world.
const MEMBERS: [(&str, Is); 5] = [
    ("here#one", Is::Server),
    ("here#two", Is::Server),
    ("there#one", Is::Worker),
    ("there#two", Is::Worker),
    ("yonder#one", Is::Worker),
];
/// How many orders a worker carries out at once.
const AT_ONCE: usize = 2;

/// A process of a world.
struct Member {
    name: &'static str,
    is: Is,
    process: Arc<Process>,
    /// By how many seconds its computer's clock is ahead of the true time.
    wrong_by_s: Arc<AtomicI64>,
    task: JoinHandle<()>,
}

/// By how many seconds a clock jumps: more than what is put right as time servers do, up to weeks.
const JUMPS_S: [i64; 8] = [240, 3_600, 86_400, 20 * 86_400, -240, -3_600, -86_400, -20 * 86_400];

/// By how many seconds a clock jumps further while its server stands still: as often as one has by then.
const ASIDE_S: i64 = 600;

struct Play {
    world: Arc<World>,
    deployment: DeploymentId,
    people: People,
    members: Vec<Member>,
    /// How often a clock has jumped whose server stood still.
    times_aside: i64,
    /// What the database held some time ago.
    backup: Option<(usize, Backup)>,
}

impl Play {
    fn start(&mut self, name: &'static str, is: Is, wrong_by_s: Arc<AtomicI64>) {
        let process = Arc::new(Process::default());
        let deployment = self.deployment.clone();
        let serving = Serving {
            clock: Arc::new(ServerClock::new(&self.world, &wrong_by_s)),
            world: self.world.clone(),
            process: process.clone(),
            name,
        };
        let task = tokio::task::spawn_local(async move {
            match is {
                Is::Worker => serving.work().await,
                Is::Server | Is::Client => serving.serve(&deployment).await,
            }
        });
        {
            let mut inner = self.world.inner();
            inner.clocks.push(wrong_by_s.clone());
            inner.processes.retain(|it| !it.is_dead());
            inner.processes.push(process.clone());
        }
        self.members.push(Member { name, is, process, wrong_by_s, task });
    }

    /// Kills what is dead in name only, and starts it again.
    fn restart(&mut self) {
        for place in 0..self.members.len() {
            let Some(member) = self.members.get(place) else { continue };
            if !member.process.is_dead() {
                continue;
            }
            member.task.abort();
            let member = self.members.remove(place);
            // Whoever starts a server looks at the clock of its computer.
            member.wrong_by_s.store(0, Ordering::SeqCst);
            self.start(member.name, member.is, member.wrong_by_s);
        }
    }

    fn kill(&mut self) {
        for member in &self.members {
            member.process.kill();
            member.task.abort();
        }
    }

    /// Returns one of the processes, by chance.
    fn any_member(&self) -> Option<&Member> {
        let last = u64::try_from(self.members.len()).unwrap_or(1).saturating_sub(1);
        let which = self.world.between(0, last);
        self.members.get(usize::try_from(which).unwrap_or(0))
    }

    async fn until_the_end(&mut self) {
        for look in 0..LOOKS_WITH_FAULTS + LOOKS_TO_THE_END {
            tokio::time::sleep(LOOK).await;
            if look == LOOKS_WITH_FAULTS {
                self.world.heal();
            }
            {
                let inner = self.world.inner();
                let is_over = inner.watch.state.as_ref().is_some_and(|it| is_over(it.deployment));
                if is_over || inner.watch.broken.is_some() {
                    return;
                }
            }
            if look % 4 == 3 {
                self.restart();
            }
            self.faults_strike();
            let busy = self.world.inner().is_busy();
            self.people.look(busy).await;
        }
        let now = self.world.time.now();
        let mut inner = self.world.inner();
        let waits = inner.watch.state.as_ref().map(|it| planner::waiting::waiting(it, now, 5));
        let waits: Vec<String> = waits
            .into_iter()
            .flatten()
            .map(|it| format!("{}: {} ({:?})", it.scope, it.what, it.supplier))
            .collect();
        inner.watch.breaks(now, format!("it does not come to its end: {}", waits.join("; ")));
    }

    fn faults_strike(&mut self) {
        if self.world.happens(Fault::Killed)
            && let Some(member) = self.any_member()
        {
            member.process.kill();
            member.task.abort();
        }
        if self.world.happens(Fault::Frozen) {
            let (member, lasting) = (self.any_member(), self.world.between(1, 60));
            if let Some(member) = member {
                member.process.freeze(Duration::from_secs(lasting));
            }
        }
        if self.world.happens(Fault::CutOff) {
            let (member, lasting) = (self.any_member(), self.world.between(1, 60));
            if let Some(member) = member.filter(|it| it.is == Is::Worker) {
                member.process.cut_off(Duration::from_secs(lasting));
            }
        }
        if self.world.happens(Fault::ClockJumps) {
            let member = self.any_member();
            let jump = self.world.inner().chance.one_of(&JUMPS_S).copied().unwrap_or(0);
            // What a worker does does not depend on what time it is.
            if let Some(member) = member.filter(|it| it.is == Is::Server) {
                // What people accept of a server that stands still is the reading that it doubted: its
                // clock does not come to exactly that one again before it has looked, however often it
                // jumps until then.
                let (name, wrong_by_s) = (member.name, member.wrong_by_s.clone());
                let is_frozen = member.process.is_frozen();
                self.times_aside += i64::from(is_frozen);
                let aside = if is_frozen { ASIDE_S * self.times_aside } else { 0 };
                let is_right = wrong_by_s.load(Ordering::SeqCst) == 0;
                let by = if is_right { jump + aside } else { 0 };
                wrong_by_s.store(by, Ordering::SeqCst);
                let now = self.world.time.now();
                self.world
                    .inner()
                    .watch
                    .tell(now, || format!("the clock of {name} is wrong by {by} s"));
            }
        }
        let rate = self.world.inner().faults.rate(Fault::Restored);
        if rate == 0 {
            return;
        }
        if self.backup.is_none() || self.world.between(0, 40) == 0 {
            let entries = self.world.inner().watch.entries.len();
            self.backup = Some((entries, self.world.memory.back_up()));
        } else if self.world.happens(Fault::Restored) {
            self.restore();
        }
    }

    /// Puts the database back to where it was; half of the time under running servers.
    fn restore(&mut self) {
        let Some((entries, backup)) = self.backup.take() else { return };
        {
            let inner = self.world.inner();
            // A queue of which nothing but claims was lost looks as if nothing was: nobody can tell.
            if inner.has_workers && entries == inner.watch.entries.len() {
                return;
            }
        }
        if self.world.between(0, 1) == 0 {
            self.kill();
        }
        self.world.memory.restore(&backup);
        let now = self.world.time.now();
        let mut inner = self.world.inner();
        inner.watch.put_back(now, entries);
    }

    /// The record verifies, and gives the state that was folded on the way.
    async fn chain_holds(&self) {
        let now = self.world.time.now();
        let verified = record::verify(
            &self.world.memory,
            &self.deployment,
            Signer::from_seed(KEY).verifier_key(),
        )
        .await;
        let mut inner = self.world.inner();
        let commands: Vec<String> = inner.watch.acknowledged.iter().cloned().collect();
        for command in commands {
            if !inner.watch.commands.contains_key(&command) {
                inner.watch.breaks(now, format!("command {command} was acknowledged and is gone"));
            }
        }
        if let Err(error) = verified {
            inner.watch.breaks(now, format!("the record does not verify: {error}"));
        }
    }
}

fn is_over(state: DeploymentState) -> bool {
    match state {
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Terminating => false,
        DeploymentState::Closed | DeploymentState::Terminated => true,
    }
}

/// A process, from inside.
struct Serving {
    world: Arc<World>,
    process: Arc<Process>,
    clock: Arc<ServerClock>,
    name: &'static str,
}

impl Serving {
    fn connection(&self, is: Is) -> Arc<Connection> {
        let (world, process) = (self.world.clone(), self.process.clone());
        Arc::new(Connection { world, process, is })
    }

    fn hands(&self) -> Hands {
        Hands { world: self.world.clone(), process: self.process.clone(), name: self.name }
    }

    fn gave_up(&self, why: &dyn std::fmt::Display) {
        let now = self.world.time.now();
        self.world.inner().watch.tell(now, || format!("{}: {why}", self.name));
    }

    /// Drives the deployment for as long as the process lives.
    async fn serve(&self, deployment: &DeploymentId) {
        let (_never, told) = tokio::sync::watch::channel(false);
        let has_workers = self.world.inner().has_workers;
        let whom = if has_workers { OrdersTo::Workers } else { OrdersTo::ThisServer };
        loop {
            let (connection, clock) = (self.connection(Is::Server), self.clock.clone());
            let driver = Driver::new(connection, self.hands(), clock, self.name.to_owned());
            let driver = driver.giving(whom);
            if let Err(error) = driver.run(deployment, Until::Stopped(told.clone())).await {
                self.gave_up(&error);
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    /// Carries out what servers leave to be claimed, for as long as the process lives.
    async fn work(&self) {
        let (_never, told) = tokio::sync::watch::channel(false);
        loop {
            let (connection, name) = (self.connection(Is::Worker), self.name.to_owned());
            let key = Signer::from_seed(KEY).verifier_key().clone();
            let worker = Worker::new(connection, key, self.hands(), name).at_once(AT_ONCE);
            if let Err(error) = worker.run(told.clone()).await {
                self.gave_up(&error);
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }
}
