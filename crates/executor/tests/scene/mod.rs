//! What the tests of whole orders share: an executor over a temporary directory, and orders.

#![expect(unreachable_pub, reason = "each test binary uses its part of the scene")]
#![expect(dead_code, reason = "each test binary uses its part of the scene")]

use executor::{Cancel, Executor, MissingSecret, Settings};
use model::digest::Digest;
use model::id::DeploymentId;
use model::order::{
    Ending, Failure, Intent, Order, OrderId, Outcome, Place, Proof, Report, Setting, SshAddress,
    Work,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// The only secret there is: `env:PASSWORD`.
pub const SECRET: &str = "correct horse battery staple";

/// An executor and its directory.
pub struct Scene {
    pub folder: tempfile::TempDir,
    pub executor: Executor,
    settings: Settings,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// Returns a scene whose settings `change` has changed.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        let secrets = |reference: &str| match reference {
            "env:PASSWORD" => Ok(Zeroizing::new(SECRET.to_owned())),
            other => {
                Err(MissingSecret { reference: other.to_owned(), why: "it is not set".to_owned() })
            }
        };
        let mut settings = Settings::new(
            home,
            folder.path().join("journal"),
            folder.path().join("outputs"),
            Arc::new(secrets),
        );
        settings.grace = Duration::from_secs(1);
        change(&mut settings);
        Self { folder, executor: Executor::new(settings.clone()), settings }
    }

    /// Returns another executor over the same directory, as a restarted server has.
    pub fn restarted(&self) -> Executor {
        Executor::new(self.settings.clone())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the text of a file, empty where there is none.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub async fn output(&self, order: &Order) -> String {
        let kept = self.executor.read_output(&order.deployment, &order.id).await.unwrap();
        String::from_utf8(kept.unwrap_or_default()).unwrap()
    }
}

pub fn here() -> Place {
    Place::Here { computer: "db-1".parse().unwrap() }
}

pub fn over(address: &SshAddress) -> Place {
    Place::Ssh { computer: "pc-1".parse().unwrap(), address: address.clone() }
}

pub fn deployment() -> DeploymentId {
    "FG30".parse().unwrap()
}

pub fn order(id: &str, place: Place, work: Work) -> Order {
    Order {
        id: OrderId(id.into()),
        deployment: deployment(),
        place,
        work,
        verify: None,
        environment: BTreeMap::new(),
        time_limit_s: 60,
        authorised: Digest::of(b"the plan"),
    }
}

pub fn script(text: &str) -> Work {
    Work::Script { text: text.to_owned() }
}

pub fn command(argv: &[&str]) -> Work {
    Work::Command { argv: argv.iter().map(|&it| it.to_owned()).collect() }
}

pub fn copy(file: &Path, to: &Path) -> Work {
    let bytes = std::fs::read(file).unwrap();
    Work::Copy {
        deliverable: "edge.tar".parse().unwrap(),
        file: file.to_string_lossy().into_owned(),
        size_bytes: bytes.len() as u64,
        sha256: Digest::of(&bytes),
        to: to.to_string_lossy().into_owned(),
        mode: 0o750,
    }
}

pub fn plain(environment: &mut BTreeMap<String, Setting>, name: &str, value: &str) {
    environment.insert(name.to_owned(), Setting::Plain(value.to_owned()));
}

pub fn intent(order: &Order) -> Intent {
    Intent::recorded(order.clone(), 1, 1)
}

pub fn succeeded(proof: Proof) -> Outcome {
    Outcome::Succeeded { proof }
}

/// Returns the text of a file, empty where there is none.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

pub fn orders(name: &str, place: &Place, works: Vec<Work>) -> Vec<Order> {
    let named = works.into_iter().enumerate();
    named.map(|(n, work)| order(&format!("site/{name}/{n}#1"), place.clone(), work)).collect()
}

pub fn handed_out(orders: &[Order]) -> Vec<(Intent, Cancel)> {
    orders.iter().map(|it| (intent(it), Cancel::new())).collect()
}

pub fn told(ending: &Ending) -> String {
    match ending {
        Ending::Ended(report) => said(report),
        Ending::Withheld { why } => format!("withheld: {why}"),
    }
}

pub async fn all(executor: &Executor, orders: &[(Intent, Cancel)]) -> Vec<String> {
    let mut endings = Vec::new();
    executor.carry_out_all(orders, |ending| endings.push(told(&ending))).await;
    endings
}

pub async fn resumed(executor: &Executor, orders: &[(Intent, Cancel)]) -> Vec<String> {
    let mut endings = Vec::new();
    executor.resume_all(orders, |ending| endings.push(told(&ending))).await;
    endings
}

/// Returns why the order failed or is unknown, after the name of how.
pub fn said(report: &Report) -> String {
    match &report.outcome {
        Outcome::Succeeded { proof } => format!("succeeded: {proof:?}"),
        Outcome::Unknown { why } => format!("unknown: {why}"),
        Outcome::Failed { cause } => {
            let kind = match cause {
                Failure::Exit { .. } => "exit",
                Failure::Unreachable { .. } => "unreachable",
                Failure::HostKey { .. } => "host key",
                Failure::NotDone { .. } => "not done",
                Failure::Digest { .. } => "digest",
                Failure::Check { .. } => "check",
                Failure::Refused { .. } => "refused",
                Failure::Attested { .. } => "attested",
            };
            format!("{kind}: {cause}")
        }
    }
}

/// Returns whether a process lives. One that ended and was not yet buried by its parent does not.
pub fn lives(process: &str) -> bool {
    let state = std::fs::read_to_string(Path::new("/proc").join(process).join("stat"));
    state.is_ok_and(|it| !it.rsplit_once(") ").unwrap().1.starts_with('Z'))
}
