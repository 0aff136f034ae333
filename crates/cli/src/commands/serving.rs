//! `landfall serve`: carries out the work of all deployments of the record.

use super::carrying::{self, Carrier};
use super::listening::{Door, House, listen};
use super::looking::{WAITS_MAX, is_halted};
use crate::args::Everywhere;
use crate::args::run::{LogForm, OrdersTo, Serve};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use coordinator::clock::{RehearsalClock, SteadyClock};
use coordinator::{Clock, Coordinator, DriveError, Driver, Notice, Rest, Teller, Until};
use jiff::Timestamp;
use model::guard::Supplier;
use model::id::{DeploymentId, Seq};
use model::profile::Purpose;
use record::{Record, VerifierKey};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long to wait before a deployment that could not be driven is tried again.
pub(super) const AGAIN_AFTER: Duration = Duration::from_secs(3);
/// How often new deployments are looked for.
const LOOK_FOR_NEW: Duration = Duration::from_secs(2);
/// How often a deployment that is over is looked at: nothing there is in a hurry.
const LOOK_AT_OVER: Duration = Duration::from_secs(5);
/// How long stopping may take: an append, and the wish of a slow database to think about it.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// How long work waits at the start for the places that checkpoints are carried to.
const LOOK_WITHIN: Duration = Duration::from_secs(20);
/// What is said where orders wait for nobody.
const NO_WORKERS: &str = "no worker is there: orders wait until `landfall worker` is started";
/// What is said where the record's key is not the one here.
const OTHER_KEY: &str = "its record goes on under another key: this server writes nothing of it until it has the new file `key` and is started again";
/// What is said last.
const STOPPED: &str =
    "stopped; steps that were running go on, and are found again at the next start";

/// Writes what happens on standard error.
#[derive(Clone, Copy)]
pub(super) struct Log {
    terminal: Terminal,
    form: LogForm,
}

impl Log {
    /// Writes a line about a deployment.
    pub(super) fn line(self, deployment: &DeploymentId, text: &str) {
        match self.form {
            LogForm::Text => self.terminal.say(&format!("{deployment}: {text}")),
            LogForm::Json => {
                let line = serde_json::json!({ "deployment": deployment, "text": text });
                self.terminal.say(&line.to_string());
            }
        }
    }

    /// Writes what went wrong.
    pub(super) fn complain(self, fault: &Fault) {
        self.terminal.complain(fault);
    }
}

impl Teller for Log {
    fn tell(&self, notice: &Notice) {
        let people: Vec<String> = notice.people.iter().map(ToString::to_string).collect();
        let whom =
            if people.is_empty() { String::new() } else { format!(" ({})", people.join(", ")) };
        self.line(&notice.deployment, &format!("{}{whom}", notice.text));
    }
}

pub(crate) async fn serve(
    it: &Serve,
    everywhere: &Everywhere,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    if everywhere.server.is_some() {
        let next = "start it where the record is, with --data or --database";
        return Err(Fault::usage("a server serves its own record", next));
    }
    let record = if it.listen.is_some() {
        surroundings.record_made().await?
    } else {
        surroundings.record().await?
    };
    let _alone = surroundings.serve_alone()?;
    let executor = surroundings.executor()?;
    let log = Log { terminal, form: it.log };
    // Before signals are listened for: a file with a secret may hang, and Ctrl-C ends that.
    let mut post = surroundings.post(it)?;
    let reach = carrying::reach(surroundings, it.object_store_key.as_deref())?;
    let told = told_to_stop()?;
    let door = Door::of(it).await?;
    if let Some(door) = &door {
        post = post.reached_at(door.here.to_string());
    }
    let (holder, post) = (surroundings.holder()?, Arc::new(post));
    let only = everywhere.deployment.as_ref();
    let places = (it.checkpoints_to.as_slice(), reach);
    let (kept, mail) = (record.clone(), post.clone());
    let carrier = Carrier::new(places, kept, mail, surroundings, log)?.only(only);
    let carried = carrier.carried();
    let listening = match door {
        Some(door) => {
            let (record, executor, post) = (record.clone(), executor.clone(), post.clone());
            let house = House { surroundings, record, executor, post, carried };
            Some(listen(it, door, house, terminal, told.clone()).await?)
        }
        None => None,
    };
    let orders_to = match it.orders_to {
        OrdersTo::ThisServer => coordinator::OrdersTo::ThisServer,
        OrdersTo::Workers => coordinator::OrdersTo::Workers,
    };
    let clock = Arc::new(SteadyClock::of_this_computer());
    let key = surroundings.signer()?.verifier_key().clone();
    let serving = Serving { record, executor, post, log, holder, orders_to, told, clock, key };
    let (end, over) = watch::channel(false);
    let unheard = carrier.unheard();
    let mut all_heard = unheard.clone();
    let carrying = tokio::spawn(carrier.run(over));
    // What a place outside has seen is known before anything begins; one that does not answer stops nothing.
    let mut stop = serving.told.clone();
    tokio::select! {
        _ = all_heard.wait_for(BTreeSet::is_empty) => {}
        _ = stop.wait_for(|it| *it) => {}
        () = tokio::time::sleep(LOOK_WITHIN) => terminal.say(&without(&unheard.borrow())),
    }
    let ended = if it.until_idle {
        serving.until_idle(only).await
    } else {
        terminal.say("serving; Ctrl-C or SIGTERM stops");
        serving.until_stopped(only).await
    };
    serving.executor.close().await;
    end.send_replace(true);
    if tokio::time::timeout(STOP_WITHIN, carrying).await.is_err() {
        terminal.say("the newest checkpoints were still being carried; they are next time");
    }
    if let Some(listening) = listening
        && tokio::time::timeout(STOP_WITHIN, listening).await.is_err()
    {
        terminal.say("some requests were still being answered; they are cut off");
    }
    ended
}

/// Returns what is said where places do not answer at the start.
fn without(unheard: &BTreeSet<String>) -> String {
    let places: Vec<&str> = unheard.iter().map(String::as_str).collect();
    format!(
        "no answer yet from places for checkpoints: {}; work begins without them",
        places.join(", ")
    )
}

struct Serving {
    record: Arc<dyn Record>,
    executor: executor::Executor,
    post: Arc<notices::Post>,
    log: Log,
    holder: String,
    orders_to: coordinator::OrdersTo,
    told: watch::Receiver<bool>,
    /// One for all, so that a jump is noticed however often a deployment is taken up anew.
    clock: Arc<SteadyClock>,
    /// The key with which this server signs.
    key: VerifierKey,
}

impl Serving {
    /// Returns what drives `deployment`.
    fn one(&self, deployment: DeploymentId) -> One {
        One {
            record: self.record.clone(),
            executor: self.executor.clone(),
            post: self.post.clone(),
            log: self.log,
            holder: self.holder.clone(),
            orders_to: self.orders_to,
            clock: self.clock.clone(),
            deployment,
        }
    }

    async fn wanted(&self, only: Option<&DeploymentId>) -> Result<Vec<DeploymentId>, Fault> {
        let mut deployments = self.record.deployments().await?;
        deployments.retain(|it| only.is_none_or(|only| only == it));
        Ok(deployments)
    }

    /// Drives each deployment until it rests. One that cannot be driven keeps no other from it.
    async fn until_idle(&self, only: Option<&DeploymentId>) -> Result<Exit, Fault> {
        let mut tasks = JoinSet::new();
        for deployment in self.wanted(only).await? {
            let one = self.one(deployment);
            tasks.spawn(async move { one.drive(Until::Idle).await });
        }
        let mut told = self.told.clone();
        let (mut halted, mut fault) = (false, None);
        loop {
            tokio::select! {
                ended = tasks.join_next() => match ended {
                    None => break,
                    Some(Ok(Ok(is_halted))) => halted |= is_halted,
                    Some(Ok(Err(found))) => fault = fault.or(Some(found)),
                    Some(Err(gone)) => fault = fault.or_else(|| Some(gone_astray(&gone))),
                },
                _ = told.wait_for(|it| *it) => {
                    self.log.terminal.say(STOPPED);
                    return Ok(Exit::Interrupted);
                }
            }
        }
        match fault {
            Some(fault) => Err(fault),
            None => Ok(if halted { Exit::Halted } else { Exit::Done }),
        }
    }

    /// Returns whether orders are left to workers and none is there.
    async fn lacks_workers(&self) -> bool {
        self.orders_to == coordinator::OrdersTo::Workers
            && self.record.workers().await.is_ok_and(|all| all.iter().all(|it| it.is_silent))
    }

    /// Says once of each deployment that its record goes on under another key: this server writes no more
    /// of it.
    async fn tell_of_keys(&self, wanted: &[DeploymentId], rotated: &mut BTreeSet<DeploymentId>) {
        for deployment in
            wanted.iter().filter(|it| !rotated.contains(*it)).cloned().collect::<Vec<_>>()
        {
            let standing = self.record.standing(&deployment).await;
            if standing.is_ok_and(|it| it.key != self.key) {
                self.log.line(&deployment, OTHER_KEY);
                rotated.insert(deployment);
            }
        }
    }

    /// Drives every deployment, those that are created meanwhile too, until told to stop.
    async fn until_stopped(&self, only: Option<&DeploymentId>) -> Result<Exit, Fault> {
        let mut told = self.told.clone();
        let mut driven = BTreeSet::new();
        let mut tasks = JoinSet::new();
        let (mut were_missing, mut rotated) = (false, BTreeSet::new());
        while !*told.borrow() {
            let are_missing = self.lacks_workers().await;
            if are_missing && !were_missing {
                self.log.terminal.say(NO_WORKERS);
            }
            were_missing = are_missing;
            match self.wanted(only).await {
                Ok(wanted) => {
                    self.tell_of_keys(&wanted, &mut rotated).await;
                    for deployment in wanted.into_iter().filter(|it| driven.insert(it.clone())) {
                        let (one, until) = (self.one(deployment), Until::Stopped(told.clone()));
                        tasks.spawn(async move { one.drive(until).await });
                    }
                }
                Err(fault) => self.log.terminal.complain(&fault),
            }
            tokio::select! {
                _ = told.wait_for(|it| *it) => {}
                () = tokio::time::sleep(LOOK_FOR_NEW) => {}
                Some(Err(gone)) = tasks.join_next() => return Err(gone_astray(&gone)),
            }
        }
        // Each ends after the entry it is writing, and lets another server lead at once.
        let ended = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_WITHIN, ended).await.is_err() {
            self.log
                .terminal
                .say("some deployments did not stop in time; they are left as they are");
        }
        self.log.terminal.say(STOPPED);
        Ok(Exit::Done)
    }
}

/// Returns the fault of a deployment's driver that ended in a way that no rule foresees.
fn gone_astray(gone: &tokio::task::JoinError) -> Fault {
    Fault::new(Exit::Failure, "a deployment is driven no longer")
        .why(gone.to_string())
        .next("start the server again: it takes up what was begun")
}

struct One {
    record: Arc<dyn Record>,
    executor: executor::Executor,
    post: Arc<notices::Post>,
    log: Log,
    holder: String,
    orders_to: coordinator::OrdersTo,
    clock: Arc<SteadyClock>,
    deployment: DeploymentId,
}

impl One {
    /// Drives the deployment until it rests. Returns whether something in it is halted.
    async fn drive(&self, until: Until) -> Result<bool, Fault> {
        let mut said = None;
        loop {
            let rest = self.drive_once(until.clone()).await;
            match (rest, &until) {
                (Ok(Rest::Stopped), _) => return self.is_halted().await,
                (Ok(Rest::Idle { next_look, .. }), Until::Idle) => {
                    return self.rest(next_look).await;
                }
                (Ok(Rest::Idle { next_look, seen }), Until::Stopped(told)) => {
                    said = None;
                    if self.was_told_before_anything(told, next_look, seen).await {
                        return self.is_halted().await;
                    }
                }
                (Err(fault), Until::Idle) => return Err(fault),
                (Err(fault), Until::Stopped(told)) => {
                    // Whoever stands by says so once.
                    let text = format!("{}; trying again", fault.what);
                    if said.as_ref() != Some(&text) {
                        self.log.line(&self.deployment, &text);
                        said = Some(text);
                    }
                    if was_told_within(told.clone(), AGAIN_AFTER).await {
                        return self.is_halted().await;
                    }
                }
            }
        }
    }

    /// Waits until something is written after entry `seen` of a deployment that is over, or it is time for
    /// what happens by itself; or until told to stop. Returns whether that came first.
    async fn was_told_before_anything(
        &self,
        told: &watch::Receiver<bool>,
        next_look: Option<Timestamp>,
        seen: Seq,
    ) -> bool {
        loop {
            if was_told_within(told.clone(), LOOK_AT_OVER).await {
                return true;
            }
            let is_due = next_look.is_some_and(|it| it <= self.clock.now());
            let head = self.record.head(&self.deployment).await;
            // What ails the database is told to whoever drives.
            if is_due || head.map_or(true, |it| it.seq != seen) {
                return false;
            }
        }
    }

    async fn drive_once(&self, until: Until) -> Result<Rest, Fault> {
        let coordinator = Coordinator::open(self.record.clone(), &self.deployment).await?;
        let clock: Arc<dyn Clock> = match coordinator.state().purpose {
            Purpose::Production => self.clock.clone(),
            Purpose::Rehearsal => Arc::new(RehearsalClock::new(coordinator.state().at)),
        };
        drop(coordinator);
        let driver =
            Driver::new(self.record.clone(), self.executor.clone(), clock, self.holder.clone())
                .telling(Arc::new(self.log))
                .posting(self.post.clone())
                .giving(self.orders_to);
        driver.run(&self.deployment, until).await.map_err(|error| match error {
            DriveError::Command(error) => error.into(),
            DriveError::HeldBy { deployment, holder, .. } => {
                Fault::new(Exit::Failure, format!("{holder} drives {deployment}"))
                    .next("let it work, or stop it and start this one again")
            }
            error @ DriveError::Superseded { .. } => Fault::new(Exit::Failure, error.to_string())
                .next("let it work, or stop it and start this one again"),
        })
    }

    /// Says what the deployment rests for. Returns whether something in it is halted.
    async fn rest(&self, next_look: Option<Timestamp>) -> Result<bool, Fault> {
        let coordinator = Coordinator::open(self.record.clone(), &self.deployment).await?;
        let state = coordinator.state();
        let now = next_look.unwrap_or(state.at);
        let waits = planner::waiting::waiting(state, now, WAITS_MAX);
        let asks = waits.iter().any(|it| matches!(it.supplier, Supplier::Roles(_)));
        let text = match next_look {
            _ if asks => "rests until people act; `landfall waiting` says who and how".to_owned(),
            Some(next_look) => format!("rests until {next_look}"),
            None => "rests; nobody is asked for anything".to_owned(),
        };
        self.log.line(&self.deployment, &text);
        Ok(is_halted(state))
    }

    async fn is_halted(&self) -> Result<bool, Fault> {
        let coordinator = Coordinator::open(self.record.clone(), &self.deployment).await?;
        Ok(is_halted(coordinator.state()))
    }
}

/// Returns what becomes true with Ctrl-C or SIGTERM. Listened for from now on: whoever is told
/// that the server serves can stop it.
pub(super) fn told_to_stop() -> Result<watch::Receiver<bool>, Fault> {
    let deaf = |error: std::io::Error| {
        Fault::new(Exit::Failure, "signals cannot be listened for").why(error.to_string())
    };
    let mut interrupted = signal(SignalKind::interrupt()).map_err(deaf)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(deaf)?;
    let (stop, told) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        stop.send_replace(true);
    });
    Ok(told)
}

/// Waits for `time`, or until told to stop. Returns whether that came first.
pub(super) async fn was_told_within(mut told: watch::Receiver<bool>, time: Duration) -> bool {
    tokio::select! {
        _ = told.wait_for(|it| *it) => true,
        () = tokio::time::sleep(time) => false,
    }
}
