//! A person is forgotten: nothing of them is left in any file, and everything verifies as before.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails where it stands"
)]

#[path = "support/backup.rs"]
mod backup;
#[path = "support/said.rs"]
mod said;

use backup::{back_up, put_back};
use coordinator::{Author, Coordinator, Creation};
use model::command::{Command as Act, Findings};
use model::profile::Purpose;
use record::{ArchivedFile, Location, Record, Signer, Snapshot};
use said::said;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// What is private of her: in words that stand nowhere else.
const PRIVATE: [&str; 6] = [
    "Zenobia Quillfeather",
    "zenobia.q@brindlemark.example",
    "2031-11-23",
    "Pacific/Chatham",
    "zenobia quillfeather",
    "Dear Zenobia",
];

/// Whoever called about the counters, who is nobody of the plan.
const CALLER: &str = "Barnaby Thistlewood";

const PLAN: &str = r#"
deployment: KEPT
title: A deployment in which somebody is forgotten
zone: Europe/Vienna
profile: solo
release: {name: Counter, version: 1.0.0, readiness: {on: 2026-01-01, decision: go}, deliverables: []}
people:
  - {id: me, mail: me@example.org, roles: [solution-manager, program-manager, developer, release-management, operations-experience, test-manager, tester, product-manager, user-experience, customer, operations-manager, support-manager, change-authority]}
  - {id: zed.q, name: Zenobia Quillfeather, mail: zenobia.q@brindlemark.example, zone: Pacific/Chatham, leave: [{first: '2031-11-23', last: '2031-11-23'}], roles: [stakeholder]}
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
    - {id: M1, when: T-28 d, audience: zed.q, channels: [mail], text: Your date, acknowledge: true, texts: {en: {subject: Your date, body: "Dear ${person}, ${slot}\n${acknowledge}\n"}}}
"#;

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, program: &str, words: &[&str]) -> Output {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env("LANDFALL_AS", "me")
            .env("LANDFALL_DATA", self.path("data"))
            .env("LANDFALL_WITNESS", self.path("witness"))
            .args(words)
            .stdin(Stdio::null());
        command.output().unwrap()
    }

    /// Types `words`, and returns the exit code with all that was said.
    fn types(&self, words: &[&str]) -> (i32, String) {
        said(self.run(env!("CARGO_BIN_EXE_landfall"), words))
    }

    fn does(&self, words: &[&str]) -> String {
        let (code, said) = self.types(words);
        assert_eq!(code, 0, "landfall {words:?}\n{said}");
        said
    }

    /// Types `words`, and expects that it is refused and says why.
    fn is_refused(&self, words: &[&str], why: &str) {
        let (code, said) = self.types(words);
        assert!(code != 0 && said.contains(why), "landfall {words:?}\n{said}");
    }

    /// Returns the file of a package, and checks that both verifiers say `holds` of it.
    fn packed(&self, name: &str, words: &[&str], holds: &str) -> Vec<u8> {
        let words = [&["evidence", "package", name, "--documents", "html"], words].concat();
        self.does(&words);
        let verified = self.does(&["verify", name]);
        assert!(verified.contains(&format!("Private values: {holds}.")), "{verified}");
        self.run("tar", &["-xf", name, "README/verify.py"]);
        let (code, said) = said(self.run("python3", &["README/verify.py", name]));
        let holds = holds.replace(" open", " private values open");
        assert!(code == 0 && said.contains(&holds), "{said}");
        std::fs::read(self.path(name)).unwrap()
    }

    async fn record(&self) -> Arc<dyn Record> {
        let location = Location::Sqlite(self.path("data/record.db"));
        let signer = Signer::from_file(&self.path("data/key")).unwrap();
        record::open(&location, signer, Some(self.path("witness"))).await.unwrap()
    }

    /// Writes the plan, with what is to be another one in it.
    fn writes(&self, change: (&str, &str)) {
        std::fs::create_dir_all(self.path("plan")).unwrap();
        std::fs::write(self.path("plan/landfall.yaml"), PLAN.replace(change.0, change.1)).unwrap();
    }
}

/// Returns which of `words` stand in a file of the record: the database, its log, the witness, the outputs.
fn found(desk: &Desk, words: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for folder in ["data", "witness"] {
        files(&desk.path(folder), &mut all);
    }
    let mut found = Vec::new();
    for path in all {
        // A log goes when the last program that used the database ends.
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let here = words.iter().filter(|it| holds(&bytes, it));
        found.extend(here.map(|it| format!("{it} in {}", path.display())));
    }
    found
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|it| it == word.as_bytes())
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for it in std::fs::read_dir(folder).unwrap().flatten() {
        let path = it.path();
        if path.is_dir() { files(&path, all) } else { all.push(path) }
    }
}

/// Creates the deployment, answers whatever the draft waits on, and makes the plan the baseline.
async fn created(desk: &Desk) {
    std::fs::create_dir_all(desk.path("data")).unwrap();
    desk.writes(("", ""));
    let folder = desk.path("plan");
    let plan = planfile::load(&planfile::DiskFolder::new(&folder).unwrap(), "landfall.yaml").plan;
    let author = Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None };
    let now = jiff::Timestamp::now();
    let (plan, folder) = (plan.unwrap(), folder.display().to_string());
    let creation = Creation { plan, folder, purpose: Purpose::Production };
    let record = desk.record().await;
    let mut coordinator = Coordinator::create(record, creation, &author, now).await.unwrap();
    let waits = planner::waiting::waiting(coordinator.state(), now, 20);
    for (number, wait) in waits.iter().enumerate() {
        if let Some((_, command, _)) = planner::people::answer(coordinator.state(), now, wait) {
            let id = format!("begin-{number}").parse().unwrap();
            let _ = coordinator.act(&author, &command, &id, now).await;
        }
    }
    let baseline = Act::Baseline { findings: Findings::default() };
    let _ = coordinator.act(&author, &baseline, &"baseline".parse().unwrap(), now).await;
    assert_eq!(coordinator.state().baseline, 1);
}

/// Keeps a snapshot beside the record, as a server does after twenty thousand entries.
async fn snapshot(desk: &Desk) {
    let record = desk.record().await;
    let deployment = "KEPT".parse().unwrap();
    let coordinator = Coordinator::open(record.clone(), &deployment).await.unwrap();
    let bytes = coordinator.state().to_snapshot().unwrap();
    let (seq, hash) = (coordinator.head().seq, coordinator.head().hash);
    record.put_snapshot(&deployment, Snapshot { seq, hash, bytes }).await.unwrap();
}

// Proves: X-14
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_forgotten_is_in_no_file_and_everything_verifies_as_before() {
    let desk = Desk { folder: TempDir::new().unwrap() };
    created(&desk).await;
    desk.does(&["serve", "--until-idle"]);
    desk.does(&["incident", "open", "site/s1", "--title", "slow", "--reporter", CALLER]);
    let of_her = "zenobia quillfeather";
    desk.does(&["incident", "open", "site/s1", "--title", "down", "--reporter", of_her]);
    desk.does(&["feedback", "give", "site/s1", "--text", "slow", "--from", PRIVATE[0]]);
    snapshot(&desk).await;

    // Everything is there and read: else nothing would be proved by what follows.
    for word in PRIVATE.into_iter().chain([CALLER]) {
        assert!(!found(&desk, &[word]).is_empty(), "{word} is nowhere");
    }
    let letter = desk.does(&["message", "show", "1"]);
    assert!(
        letter.contains(PRIVATE[1]) && letter.contains("Dear Zenobia Quillfeather"),
        "{letter}"
    );
    assert!(desk.does(&["incident", "show", "1"]).contains(CALLER));
    let package = desk.packed("open.tar", &[], "7 open, 0 closed");
    assert!(holds(&package, PRIVATE[0]));
    let package = desk.packed("closed.tar", &["--without-private"], "0 open, 7 closed");
    for word in PRIVATE.into_iter().chain([CALLER]) {
        assert!(!holds(&package, word), "{word} lies in a package without what is private");
    }
    let digests = || {
        let digest = |name| {
            let said = desk.does(&["document", "show", name, "--json"]);
            serde_json::from_str::<serde_json::Value>(&said).unwrap()["digest"].clone()
        };
        ["site/s1", "deployment-stable", "readiness", "training"].map(digest)
    };

    desk.is_refused(&["person", "forget", "zed", "--reason", "asked"], "zed is not in the plan");
    let forget = ["person", "forget", "zed.q", "--reason", "She asked for it"];
    desk.is_refused(&forget, "zed.q still holds the role type Stakeholder");
    // What was reported stands under the name that she had.
    let she = PLAN.lines().find(|it| it.contains("id: zed.q")).unwrap();
    desk.writes((she, "  - {id: zed.q, name: Zenobia Brown}"));
    desk.does(&["deployment", "revise", "plan", "--reason", "She has left, and married"]);
    let signed = digests();
    let backup = back_up(&desk.path("data"));
    desk.does(&forget);
    assert_eq!(digests(), signed, "a document has another digest");
    assert_eq!(found(&desk, &PRIVATE), Vec::<String>::new());
    desk.is_refused(&forget, "zed.q was forgotten on");
    assert!(!found(&desk, &[CALLER]).is_empty());
    desk.is_refused(&["person", "forget", "incident/7", "--reason", "x"], "nobody is named");
    desk.does(&["person", "forget", "incident/1", "--reason", "The caller asked for it"]);
    assert_eq!(found(&desk, &[CALLER]), Vec::<String>::new());

    // The file still names her, and what it says is not taken.
    desk.writes((", roles: [stakeholder]}\nsuccess", "}\n  - {id: new, name: Ada Birch}\nsuccess"));
    desk.does(&["deployment", "revise", "plan", "--reason", "Ada comes"]);
    assert_eq!(found(&desk, &PRIVATE), Vec::<String>::new());
    desk.does(&["record", "verify"]);
    assert!(desk.does(&["message", "show", "1"]).contains("[removed]"));
    assert!(desk.does(&["incident", "show", "1"]).contains("[removed]"));
    snapshot(&desk).await;
    desk.does(&["status", "--no-forecast"]);
    let package = desk.packed("after.tar", &[], "2 open, 7 closed");
    assert!(PRIVATE.into_iter().all(|it| !holds(&package, it)));
    assert!(holds(&package, "[removed] (zed.q)") || holds(&package, "[removed]"));

    desk.does(&["record", "export", "KEPT.landfall", "--private", "KEPT.private"]);
    let beside = ["verify", "KEPT.landfall", "--private", "KEPT.private"];
    assert!(desk.does(&beside).contains("2 open, 7 closed"));
    assert!(desk.does(&beside[..2]).contains("0 open, 9 closed"));
    let said = std::fs::read_to_string(desk.path("KEPT.private")).unwrap();
    std::fs::write(desk.path("KEPT.private"), said.replace("Ada Birch", "Eve Birch")).unwrap();
    desk.is_refused(&beside, "opens nothing in the record");
    another_name_is_refused_by_both_verifiers(&desk);

    // A backup from before knows them again, until two people have accepted what is lost.
    put_back(&desk.path("data"), &backup);
    assert!(!found(&desk, &PRIVATE).is_empty());
    desk.does(&["record", "accept-loss", "--reason", "The disk failed"]);
    assert_eq!(found(&desk, &[&PRIVATE[..], &[CALLER]].concat()), Vec::<String>::new());
    let told = desk.does(&["record", "show"]);
    assert!(told.contains("known of zed.q was destroyed: they had been forgotten"), "{told}");
    desk.is_refused(&forget, "zed.q was forgotten on");
    desk.does(&["record", "verify"]);
}

/// Packs what is private anew with the server's key, with another name in it.
fn another_name_is_refused_by_both_verifiers(desk: &Desk) {
    std::fs::create_dir_all(desk.path("packed")).unwrap();
    desk.run("tar", &["-xf", "after.tar", "-C", "packed"]);
    let manifest = std::fs::read(desk.path("packed/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let files = manifest["files"].as_array().unwrap().iter().map(|it| {
        let path = it["path"].as_str().unwrap().to_owned();
        let mut bytes = std::fs::read(desk.path("packed").join(&path)).unwrap();
        if path == record::PRIVATE {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains("Ada Birch"), "{text}");
            bytes = text.replace("Ada Birch", "Eve Birch").into_bytes();
        }
        ArchivedFile { path, bytes }
    });
    let signer = Signer::from_file(&desk.path("data/key")).unwrap();
    let bytes = record::package(&"KEPT".parse().unwrap(), files.collect(), &signer).unwrap();
    std::fs::write(desk.path("other.tar"), bytes).unwrap();
    desk.is_refused(&["verify", "other.tar"], "opens nothing in the record");
    let (code, said) = said(desk.run("python3", &["README/verify.py", "other.tar"]));
    assert!(code == 3 && said.contains("opens nothing in the record"), "{said}");
}
