//! `landfall serve`: carries out the work of all deployments of the record.

use crate::args::Everywhere;
use crate::args::run::{LogForm, Serve};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use coordinator::clock::{RehearsalClock, SystemClock};
use coordinator::{Clock, Coordinator, DriveError, Driver, Notice, Rest, Teller, Until};
use model::id::DeploymentId;
use model::profile::Purpose;
use model::state::RingState;
use record::Record;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long to wait before a deployment that could not be driven is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(3);
/// How often new deployments are looked for.
const LOOK_FOR_NEW: Duration = Duration::from_secs(2);

/// Writes what happens on standard error.
#[derive(Clone, Copy)]
struct Log {
    terminal: Terminal,
    form: LogForm,
}

impl Log {
    fn line(self, deployment: &DeploymentId, text: &str) {
        match self.form {
            LogForm::Text => self.terminal.say(&format!("{deployment}: {text}")),
            LogForm::Json => {
                let line = serde_json::json!({ "deployment": deployment, "text": text });
                self.terminal.say(&line.to_string());
            }
        }
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
    let record = surroundings.record().await?;
    let executor = surroundings.executor()?;
    let log = Log { terminal, form: it.log };
    let (stop, told) = watch::channel(false);
    let serving = Serving { record, executor, log, holder: holder(surroundings), told };
    let only = everywhere.deployment.clone();
    tokio::select! {
        done = serving.all(it.until_idle, only.as_ref()) => {
            let exit = done?;
            serving.executor.close().await;
            return Ok(exit);
        }
        () = told_to_stop() => {}
    }
    // Whoever listens no longer has stopped already.
    let _nobody_listens = stop.send(true);
    serving.executor.close().await;
    terminal.say("stopped; steps that were running go on, and are found again at the next start");
    Ok(Exit::Done)
}

struct Serving {
    record: Arc<dyn Record>,
    executor: executor::Executor,
    log: Log,
    holder: String,
    told: watch::Receiver<bool>,
}

impl Serving {
    async fn all(&self, until_idle: bool, only: Option<&DeploymentId>) -> Result<Exit, Fault> {
        let mut driven = BTreeSet::new();
        let mut tasks = JoinSet::new();
        loop {
            let deployments = self.record.deployments().await?;
            let wanted = deployments.into_iter().filter(|it| only.is_none_or(|only| only == it));
            for deployment in wanted.filter(|it| driven.insert(it.clone())).collect::<Vec<_>>() {
                let one = One {
                    record: self.record.clone(),
                    executor: self.executor.clone(),
                    log: self.log,
                    holder: self.holder.clone(),
                    deployment,
                };
                let until =
                    if until_idle { Until::Idle } else { Until::Stopped(self.told.clone()) };
                tasks.spawn(async move { one.drive(until).await });
            }
            if until_idle {
                let mut halted = false;
                while let Some(done) = tasks.join_next().await {
                    let done = done.map_err(|it| Fault::new(Exit::Failure, it.to_string()))?;
                    halted |= done?;
                }
                return Ok(if halted { Exit::Halted } else { Exit::Done });
            }
            tokio::time::sleep(LOOK_FOR_NEW).await;
        }
    }
}

struct One {
    record: Arc<dyn Record>,
    executor: executor::Executor,
    log: Log,
    holder: String,
    deployment: DeploymentId,
}

impl One {
    /// Drives the deployment until it rests. Returns whether something in it is halted.
    async fn drive(&self, until: Until) -> Result<bool, Fault> {
        loop {
            let rest = self.drive_once(until.clone()).await;
            match (rest, &until) {
                (Ok(Rest::Stopped | Rest::Idle { .. }), _) => return self.is_halted().await,
                (Err(fault), Until::Idle) => return Err(fault),
                (Err(fault), Until::Stopped(_)) => {
                    self.log.line(&self.deployment, &format!("{}; trying again", fault.what));
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
    }

    async fn drive_once(&self, until: Until) -> Result<Rest, Fault> {
        let coordinator = Coordinator::open(self.record.clone(), &self.deployment).await?;
        let clock: Arc<dyn Clock> = match coordinator.state().purpose {
            Purpose::Production => Arc::new(SystemClock),
            Purpose::Rehearsal => Arc::new(RehearsalClock::new(coordinator.state().at)),
        };
        drop(coordinator);
        let driver =
            Driver::new(self.record.clone(), self.executor.clone(), clock, self.holder.clone())
                .telling(Arc::new(self.log));
        driver.run(&self.deployment, until).await.map_err(|error| match error {
            DriveError::Command(error) => error.into(),
            error @ (DriveError::HeldBy { .. } | DriveError::Superseded { .. }) => {
                Fault::new(Exit::Failure, error.to_string())
                    .next("let it work, or stop it and start this one again")
            }
        })
    }

    async fn is_halted(&self) -> Result<bool, Fault> {
        let coordinator = Coordinator::open(self.record.clone(), &self.deployment).await?;
        Ok(coordinator.state().rings.iter().any(|it| it.state == RingState::Halted))
    }
}

/// Returns the name under which this server leads: that of the computer and of its data directory,
/// so that the same server takes its work up again at once, and another one waits.
fn holder(surroundings: &Surroundings) -> String {
    let computer = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}:{}", computer.trim(), surroundings.folder_in_full().display())
}

/// Waits for Ctrl-C or SIGTERM.
async fn told_to_stop() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
