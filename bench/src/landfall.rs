//! Landfall, whole: a plan, its rules and its people, a record in SQLite with a
//! witness, and the orders over SSH. Every intent and every outcome is durable.

use crate::Fault;
use crate::cost::{Confession, SitePhase, own_cpu_s, own_peak_kib};
use crate::scene::{self, Computer, Group, INSTALL, VERIFY};
use coordinator::clock::{Clock as _, RehearsalClock, act_time};
use coordinator::{Author, Coordinator, Creation, Driver, Notice, Teller, Until};
use executor::{Executor, MissingSecret, Settings};
use jiff::Timestamp;
use model::digest::Digest;
use model::event::{Entry, Event};
use model::id::DeploymentId;
use model::machine::{DeploymentState, SiteState, SiteTransition};
use model::plan::MasterProjectPlan;
use model::profile::Purpose;
use model::state::SiteStatus;
use planner::people::answer;
use planner::waiting::waiting;
use record::{Location, Record, Signer};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

const PLAN: &str = include_str!("../contenders/plan.yaml");

/// The most rounds of people answering and the driver coming to rest.
const ROUNDS_MAX: usize = 200;

/// The most waits that are looked at in one round.
const WAITS_MAX: usize = 10_000;

/// The most entries read at the end: far more than there are.
pub(crate) const ENTRIES_MAX: u32 = 1_000_000;

/// Who acts.
const LOGIN: &str = "bench";

/// Who hears what people are told.
struct Nobody;

impl Teller for Nobody {
    fn tell(&self, _: &Notice) {}
}

/// A deployment on its way.
pub(crate) struct Deployment {
    record: Arc<dyn Record>,
    id: DeploymentId,
    executor: Executor,
    clock: Arc<RehearsalClock>,
    /// The time and the processor time of the dearest run of the driver: the one in which the sites
    /// are deployed.
    pub(crate) longest_drive_s: (f64, f64),
}

/// Does the work of the scene at `folder`.
pub(crate) fn deploy(folder: &Path) -> Result<(), Fault> {
    let runtime = tokio::runtime::Runtime::new()?;
    let site_phase = runtime.block_on(from_draft_to_stabilizing(folder))?;
    let confession =
        Confession { peak_kib: own_peak_kib(), site_phase: Some(site_phase), bare: None };
    std::fs::write(scene::confession(folder), serde_json::to_vec(&confession)?)?;
    Ok(())
}

async fn from_draft_to_stabilizing(folder: &Path) -> Result<SitePhase, Fault> {
    let work = folder.join("work");
    let plan = plan(folder, &scene::computers(folder)?)?;
    let database = work.join("record.db");
    let mut deployment =
        Deployment::begin(plan, &work, Location::Sqlite(database.clone()), executor(&work)).await?;
    deployment.see_it_through().await?;
    let coordinator = deployment.coordinator().await?;
    let entries = coordinator.entries(0, ENTRIES_MAX).await?;
    let connections = deployment.executor.connections_opened();
    deployment.executor.close().await;
    Ok(SitePhase {
        wall_s: site_phase_s(&entries).ok_or("no site was deployed")?,
        cpu_s: deployment.longest_drive_s.1,
        site_s: site_s(&entries),
        connections,
        entries: entries.len() as u64,
        database_bytes: std::fs::metadata(database)?.len(),
    })
}

impl Deployment {
    /// Returns the rehearsal of `plan`, whose record lies at `location` and all else in `work`.
    pub(crate) async fn begin(
        plan: MasterProjectPlan,
        work: &Path,
        location: Location,
        executor: Executor,
    ) -> Result<Self, Fault> {
        let signer = Signer::from_file(&work.join("key"))?;
        let record = record::open(&location, signer, Some(work.join("witness"))).await?;
        let begins: Timestamp = "2027-01-04T08:00:00Z".parse()?;
        let author = Author {
            person: plan.people.first().ok_or("there is nobody in the plan")?.id.clone(),
            login: LOGIN.to_owned(),
            known: None,
        };
        let id = plan.deployment.clone();
        let folder = work.parent().unwrap_or(work).display().to_string();
        let creation = Creation { plan, folder, purpose: Purpose::Rehearsal };
        Coordinator::create(record.clone(), creation, &author, begins).await?;
        let clock = Arc::new(RehearsalClock::new(begins));
        Ok(Self { record, id, executor, clock, longest_drive_s: (0.0, 0.0) })
    }

    pub(crate) async fn coordinator(&self) -> Result<Coordinator, Fault> {
        Ok(Coordinator::open(self.record.clone(), &self.id).await?)
    }

    /// Lets people answer and the driver work, in turn, until every site is signed off.
    pub(crate) async fn see_it_through(&mut self) -> Result<(), Fault> {
        for _ in 0..ROUNDS_MAX {
            let answered = self.people_answer().await?;
            self.drive().await?;
            let coordinator = self.coordinator().await?;
            if coordinator.state().deployment == DeploymentState::Stabilizing {
                return Ok(());
            }
            let waits = waiting(coordinator.state(), self.clock.now(), WAITS_MAX);
            if !answered && !waits.iter().any(|it| it.command.is_some()) {
                return Err(format!("nobody can answer: {waits:#?}").into());
            }
        }
        Err("the deployment does not come to its end".into())
    }

    /// Lets people answer until the work begins, and the driver work until every site is deployed and
    /// waits for its owner. The owners are not asked: theirs is another measure.
    pub(crate) async fn until_all_are_deployed(&mut self) -> Result<(), Fault> {
        for _ in 0..ROUNDS_MAX {
            self.drive().await?;
            let coordinator = self.coordinator().await?;
            let state = coordinator.state();
            let is_to_come = |it: &SiteStatus| {
                use SiteState::{Deploying, Notified, Planned, Ready};
                matches!(it.state, Planned | Notified | Ready | Deploying)
            };
            if !state.sites.iter().any(is_to_come) {
                return Ok(());
            }
            if !self.people_answer().await? {
                let waits = waiting(state, self.clock.now(), 20);
                return Err(format!("nobody can answer: {waits:#?}").into());
            }
        }
        Err("the sites are not deployed in the end".into())
    }

    async fn drive(&mut self) -> Result<(), Fault> {
        let (before, began) = (own_cpu_s(), tokio::time::Instant::now());
        let (record, executor) = (self.record.clone(), self.executor.clone());
        let driver = Driver::new(record, executor, self.clock.clone(), LOGIN.to_owned());
        // As in a server: what people are told is passed on, and is not read again.
        let driver = driver.telling(Arc::new(Nobody));
        driver.run(&self.id, Until::Idle).await?;
        let cpu_s = own_cpu_s() - before;
        if cpu_s > self.longest_drive_s.1 {
            self.longest_drive_s = (began.elapsed().as_secs_f64(), cpu_s);
        }
        Ok(())
    }

    /// Lets everybody who is asked answer once. Returns whether anybody did.
    pub(crate) async fn people_answer(&self) -> Result<bool, Fault> {
        let mut coordinator = self.coordinator().await?;
        let now = act_time(coordinator.state(), self.clock.now());
        let mut answered = false;
        let waits = waiting(coordinator.state(), now, WAITS_MAX);
        for (number, wait) in waits.into_iter().enumerate() {
            let Some((person, command, _)) = answer(coordinator.state(), now, &wait) else {
                continue;
            };
            let author = Author { person, login: LOGIN.to_owned(), known: None };
            let id = format!("answer-{}-{number}", coordinator.head().seq).parse()?;
            answered |= coordinator.act(&author, &command, &id, now).await.is_ok();
        }
        Ok(answered)
    }
}

/// Returns the time from the start of the first site until the last is verified. The rehearsal's
/// clock runs as the real one does while anything is in flight, so these are true seconds.
pub(crate) fn site_phase_s(entries: &[Entry]) -> Option<f64> {
    let at = |wanted: SiteTransition| {
        let is_wanted = move |entry: &&Entry| matches!(&entry.event, Event::Site { transition, .. } if *transition == wanted);
        entries.iter().filter(is_wanted).map(|entry| entry.at)
    };
    let began = at(SiteTransition::Started).min()?;
    let ended = at(SiteTransition::Deployed).max()?;
    Some(ended.duration_since(began).as_secs_f64())
}

/// Returns how long a site took, from its start until it was deployed: the median.
fn site_s(entries: &[Entry]) -> f64 {
    let mut started = HashMap::new();
    let mut took = Vec::new();
    for entry in entries {
        if let Event::Site { site, transition, .. } = &entry.event {
            if *transition == SiteTransition::Started {
                started.insert(site, entry.at);
            } else if let (SiteTransition::Deployed, Some(at)) = (transition, started.get(site)) {
                took.push(entry.at.duration_since(*at).as_secs_f64());
            }
        }
    }
    took.sort_by(f64::total_cmp);
    took.get(took.len() / 2).copied().unwrap_or(0.0)
}

fn plan(folder: &Path, scene: &Group) -> Result<MasterProjectPlan, Fault> {
    let computers = &scene.hosts;
    let first = computers.values().next().ok_or("there are no computers")?;
    let payload = std::fs::read(&first.payload)?;
    let mut text = PLAN.to_owned();
    for (mark, value) in [
        ("@USER@", first.ansible_user.clone()),
        ("@KEY@", first.ansible_ssh_private_key_file.clone()),
        ("@KNOWN_HOSTS@", first.known_hosts.clone()),
        ("@SIZE@", payload.len().to_string()),
        ("@SHA256@", Digest::of(&payload).to_string()),
        ("@AT_ONCE@", scene.vars.at_once.to_string()),
        ("@INSTALL@", INSTALL.to_owned()),
        ("@VERIFY@", VERIFY.to_owned()),
    ] {
        text = text.replace(mark, &value);
    }
    for (name, Computer { ansible_host: host, ansible_port: port, folder, .. }) in computers {
        let _ = writeln!(
            text,
            "  - {{id: {name}, owner: me, users: 1, variables: {{folder: '{folder}'}}, \
             computers: [{{id: pc, host: '{host}:{port}'}}]}}"
        );
    }
    std::fs::write(folder.join("landfall.yaml"), text)?;
    let loaded = planfile::load(&planfile::DiskFolder::new(folder)?, "landfall.yaml");
    loaded.plan.ok_or_else(|| format!("{:#?}", loaded.diagnostics).into())
}

fn executor(work: &Path) -> Executor {
    Executor::new(settings(work))
}

/// Returns the settings of an executor that keeps what it keeps in `work`.
pub(crate) fn settings(work: &Path) -> Settings {
    Settings::new(
        work.to_owned(),
        work.join("journal"),
        work.join("output"),
        Arc::new(|reference: &str| {
            let (reference, why) = (reference.to_owned(), "there are none".to_owned());
            Err(MissingSecret { reference, why })
        }),
    )
}
