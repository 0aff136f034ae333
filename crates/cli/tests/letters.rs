//! The server is killed while it sends: every letter arrives once.
//!
//! The mail server lets a few letters through and holds the next one before its text. When the
//! record holds those few, the server is killed and started again.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

use coordinator::{Author, Coordinator, Creation};
use mailin::response;
use model::command::{Command, Findings};
use model::message::{LetterState, MessageCommand};
use model::profile::Purpose;
use notices::testing::MailHouse;
use record::{Location, Record, Signer};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use tempfile::TempDir;

/// How many letters the mail server lets through before each kill.
const THROUGH: [usize; 3] = [1, 5, 7];
/// One to the owner of the site, and eleven to its users.
const LETTERS: usize = 12;

const PLAN: &str = r#"
deployment: TOLD
title: A deployment that is told
zone: Europe/Vienna
profile: solo
release: {name: Counter, version: 1.0.0, readiness: {on: 2026-01-01, decision: go}, deliverables: []}
people:
  - {id: me, mail: me@example.org, roles: [solution-manager, program-manager, developer, release-management, operations-experience, test-manager, tester, product-manager, user-experience, customer, operations-manager, support-manager, change-authority]}
success-criteria:
  - {id: told, text: Everybody was told once, measure: letters, target: 1}
site-templates:
  - {id: branch, each-computer: [{id: install, script: 'true', rollback: nothing}], rollback: {forward-fix: nothing is changed}}
rings:
  - {id: pilot, kind: pilot, windows: [always]}
sites:
  - {id: s1, ring: pilot, owner: me, users: 3, computers: 1}
rfcs:
  - {id: RFC-1, title: Everything, category: minor, requested-by: me, covers: {rings: [pilot]}, reason: To be told, impact: None, risk: None, rollback-plan: None, test-evidence: This test, levels: [{role: change-authority}]}
communications:
  users-mail: users.${site}@example.org
  messages:
    - {id: M1, when: T-28 d, audience: site owners, channels: [mail], text: Your date, acknowledge: true, texts: {en: {subject: Your date, body: "${slot}\n${acknowledge}\n[${survey}]\n"}}}
    - {id: M2, when: T-26 d, audience: users, channels: [mail], text: What changes, texts: {en: {subject: What changes, body: "[${survey}]\n"}}}
    - {id: M3, when: T-25 d, audience: users, channels: [mail], text: What changes}
    - {id: M4, when: T-24 d, audience: users, channels: [mail], text: What changes}
    - {id: M5, when: T-23 d, audience: users, channels: [mail], text: What changes}
    - {id: M6, when: T-22 d, audience: users, channels: [mail], text: What changes}
    - {id: M7, when: T-21 d, audience: users, channels: [mail], text: What changes}
    - {id: M8, when: T-20 d, audience: users, channels: [mail], text: What changes}
    - {id: M9, when: T-19 d, audience: users, channels: [mail], text: What changes}
    - {id: M10, when: T-18 d, audience: users, channels: [mail], text: What changes}
    - {id: M11, when: T-17 d, audience: users, channels: [mail], text: What changes}
    - {id: M12, when: T-16 d, audience: users, channels: [mail], text: What changes}
"#;

/// A turnstile: so many letters go through, the next waits until the server that sends it is gone.
#[derive(Default)]
struct Turnstile {
    stands: Mutex<(usize, u32)>,
    turned: Condvar,
}

impl Turnstile {
    /// Lets a letter through, or waits; false where the server that sent it is gone by then.
    fn pass(&self) -> bool {
        let mut stands = self.stands.lock().unwrap();
        let server = stands.1;
        while stands.0 == 0 && stands.1 == server {
            stands = self.turned.wait(stands).unwrap();
        }
        let is_there = stands.1 == server;
        if is_there {
            stands.0 -= 1;
        }
        is_there
    }

    /// Lets `letters` letters of the next server through.
    fn open(&self, letters: usize) {
        let mut stands = self.stands.lock().unwrap();
        *stands = (letters, stands.1 + 1);
        self.turned.notify_all();
    }
}

fn serve(data: &Path, house: &MailHouse) -> Child {
    Program::new(env!("CARGO_BIN_EXE_landfall"))
        .arg("--data")
        .arg(data)
        .args(["serve", "--mail-from", "landfall@example.org", "--smtp"])
        .arg(format!("smtp://{}", house.address))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a process at once, as a power cut would, and waits until it is gone.
fn kill(server: &mut Child) {
    server.kill().unwrap();
    server.wait().unwrap();
}

fn delivered(coordinator: &Coordinator) -> usize {
    let letters = coordinator.state().messages.letters.iter();
    letters.filter(|it| it.state == LetterState::Delivered).count()
}

async fn created(folder: &Path) -> (Coordinator, Author) {
    std::fs::write(folder.join("landfall.yaml"), PLAN).unwrap();
    let disk = planfile::DiskFolder::new(folder).unwrap();
    let plan = planfile::load(&disk, "landfall.yaml").plan.unwrap();
    let location = Location::Sqlite(folder.join("record.db"));
    let signer = Signer::from_file(&folder.join("key")).unwrap();
    let record: Arc<dyn Record> = record::open(&location, signer, None).await.unwrap();
    let author = Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None };
    let now = jiff::Timestamp::now();
    let creation =
        Creation { plan, folder: folder.display().to_string(), purpose: Purpose::Production };
    let mut coordinator = Coordinator::create(record, creation, &author, now).await.unwrap();
    // Statements and the baseline: whatever the draft waits on.
    for (number, wait) in planner::waiting::waiting(coordinator.state(), now, 20).iter().enumerate()
    {
        if let Some((_, command, _)) = planner::people::answer(coordinator.state(), now, wait) {
            let id = format!("begin-{number}").parse().unwrap();
            let _ = coordinator.act(&author, &command, &id, now).await;
        }
    }
    let baseline = Command::Baseline { findings: Findings::default() };
    let _ = coordinator.act(&author, &baseline, &"baseline".parse().unwrap(), now).await;
    assert_eq!(coordinator.state().baseline, 1);
    (coordinator, author)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_neither_forgets_a_letter_nor_sends_it_twice() {
    let folder = TempDir::new().unwrap();
    let (mut coordinator, author) = created(folder.path()).await;
    let turnstile = Arc::new(Turnstile::default());
    let keeper = turnstile.clone();
    let house = MailHouse::open(Arc::new(move |_, _| {
        if keeper.pass() { response::OK } else { response::INTERNAL_ERROR }
    }))
    .unwrap();
    let mut through = 0;
    for letters in THROUGH.into_iter().chain([LETTERS]) {
        turnstile.open(letters.min(LETTERS - through));
        through = (through + letters).min(LETTERS);
        let mut server = serve(folder.path(), &house);
        while delivered(&coordinator) < through {
            assert!(server.try_wait().unwrap().is_none(), "the server stopped by itself");
            tokio::task::yield_now().await;
            coordinator.catch_up().await.unwrap();
        }
        kill(&mut server);
    }
    turnstile.open(0);
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for mail in house.arrived() {
        *names.entry(mail.header("Message-ID").to_owned()).or_default() += 1;
    }
    assert_eq!(names.len(), LETTERS, "{names:?}");
    assert!(names.values().all(|it| *it == 1), "{names:?}");
    acknowledged_once(&mut coordinator, &author, &house).await;
    surveys_are_answered_by_name(&house);
}

/// A letter says to a person where they answer the survey; a user has a link of their own.
fn surveys_are_answered_by_name(house: &MailHouse) {
    let says = |subject: &str, text: &str| {
        let arrived = house.arrived();
        let mut found = arrived.iter().filter(|it| it.header("Subject") == subject);
        assert!(found.any(|it| it.text.contains(text)), "{subject}: {text}");
    };
    says("Your date", "[landfall survey answer --help]");
    says("What changes", "[]");
}

/// The token from a letter acknowledges it, and no other letter, and once.
async fn acknowledged_once(coordinator: &mut Coordinator, author: &Author, house: &MailHouse) {
    let arrived = house.arrived();
    let asks = arrived.iter().find_map(|it| it.text.split("--token ").nth(1));
    let token = asks.unwrap().split_whitespace().next().unwrap();
    let token = model::digest::Digest::of(token.as_bytes());
    let letter = coordinator.state().messages.with_token(&token).unwrap().letter.letter;
    let now = jiff::Timestamp::now();
    for (number, (letter, is)) in
        [(letter + 1, "is not the token"), (letter, ""), (letter, "was acknowledged at")]
            .into_iter()
            .enumerate()
    {
        let command = Command::Message(MessageCommand::Acknowledge { letter, token: Some(token) });
        let id = format!("token-{number}").parse().unwrap();
        let refused = coordinator.act(author, &command, &id, now).await.err();
        let said = refused.map(|it| it.to_string()).unwrap_or_default();
        assert!(said.contains(is) && said.is_empty() == is.is_empty(), "{letter}: {said}");
    }
    let kept = coordinator.entries(0, 10_000).await.unwrap();
    let record = serde_json::to_string(&kept).unwrap();
    let told = arrived.iter().filter_map(|it| it.text.split("--token ").nth(1));
    for token in told.map(|it| it.split_whitespace().next().unwrap()) {
        assert!(!record.contains(token), "a token stands in the record");
    }
}
