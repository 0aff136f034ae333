//! What tests of whole deployments share: the server as a process that can be killed, and people.

use coordinator::clock::act_time;
use coordinator::{Author, Coordinator, Creation};
use jiff::Timestamp;
use model::command::Command;
use model::id::DeploymentId;
use model::plan::MasterProjectPlan;
use model::profile::Purpose;
use planner::people::answer;
use planner::waiting::{WaitingOn, waiting};
use record::{Location, Record, Signer};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Program, Stdio};
use std::sync::Arc;

/// A deployment in a data directory, and the record on it.
pub(crate) struct Site {
    /// The data directory that the server is given.
    pub(crate) data: PathBuf,
    /// Where the record is, as the command line is told.
    pub(crate) database: String,
    /// The record.
    pub(crate) record: Arc<dyn Record>,
    /// The deployment.
    pub(crate) deployment: DeploymentId,
    acts: u64,
}

impl Site {
    /// Creates a rehearsal of `plan`, whose deliverables are in `folder`, on the record at `database`.
    pub(crate) async fn create(
        data: &Path,
        database: &str,
        plan: MasterProjectPlan,
        folder: &Path,
        at: &str,
    ) -> Self {
        std::fs::create_dir_all(data).unwrap();
        let location: Location = database.parse().unwrap();
        let signer = Signer::from_file(&data.join("key")).unwrap();
        let record = record::open(&location, signer, Some(data.join("witness"))).await.unwrap();
        let by = plan.holders(model::role_type::RoleType::ReleaseManagement).next().unwrap();
        let author = Author { person: by.id.clone(), login: "test".to_owned(), known: None };
        let deployment = plan.deployment.clone();
        let folder = folder.display().to_string();
        let creation = Creation { plan, folder, purpose: Purpose::Rehearsal };
        let at: Timestamp = at.parse().unwrap();
        Coordinator::create(record.clone(), creation, &author, at).await.unwrap();
        Self { data: data.to_owned(), database: database.to_owned(), record, deployment, acts: 0 }
    }

    /// Returns the deployment as it stands.
    pub(crate) async fn coordinator(&self) -> Coordinator {
        Coordinator::open(self.record.clone(), &self.deployment).await.unwrap()
    }

    /// Starts the server as a process of its own; it ends when nothing can happen without people.
    pub(crate) fn serve(&self) -> Child {
        self.start(&["serve", "--until-idle"])
    }

    /// Starts the program with `words` on the record.
    pub(crate) fn start(&self, words: &[&str]) -> Child {
        Program::new(env!("CARGO_BIN_EXE_landfall"))
            .arg("--data")
            .arg(&self.data)
            .arg("--database")
            .arg(&self.database)
            .arg("--witness")
            .arg(self.data.join("witness"))
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap()
    }

    /// Lets everybody who is asked answer, but for what `leave` says. Returns how many did.
    pub(crate) async fn people_answer(&mut self, leave: impl Fn(&WaitingOn) -> bool) -> usize {
        let mut coordinator = self.coordinator().await;
        let mut answered = 0;
        loop {
            let state = coordinator.state();
            let now = act_time(state, state.at);
            let waits = waiting(state, now, 100_000);
            let acts: Vec<_> = waits
                .iter()
                .filter(|wait| !leave(wait))
                .filter_map(|wait| answer(state, now, wait))
                .map(|(person, command, _)| (person, command))
                .collect();
            let mut moved = 0;
            for (person, command) in acts {
                moved += usize::from(self.act(&mut coordinator, person.as_str(), &command).await);
            }
            answered += moved;
            if moved == 0 {
                return answered;
            }
        }
    }

    /// Lets `person` tell `command`. Returns whether it was not refused.
    pub(crate) async fn act(
        &mut self,
        coordinator: &mut Coordinator,
        person: &str,
        command: &Command,
    ) -> bool {
        self.acts += 1;
        let author =
            Author { person: person.parse().unwrap(), login: "test".to_owned(), known: None };
        let now = act_time(coordinator.state(), coordinator.state().at);
        let id = format!("act-{}", self.acts).parse().unwrap();
        coordinator.act(&author, command, &id, now).await.is_ok()
    }
}

/// Lets the server work a little before it is looked at again.
pub(crate) async fn look_again() {
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
}

/// Kills a process at once, as a power cut would, and waits until it is gone.
pub(crate) fn kill(server: &mut Child) {
    server.kill().unwrap();
    server.wait().unwrap();
}

/// Returns the plan in `folder`, which must be without fault.
pub(crate) fn load(folder: &Path) -> MasterProjectPlan {
    let disk = planfile::DiskFolder::new(folder).unwrap();
    let loaded = planfile::load(&disk, "landfall.yaml");
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    loaded.plan.unwrap()
}
