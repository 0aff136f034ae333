//! The command line as people and programs use it, told as stories.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// How often the server and the person take turns.
const ROUNDS_MAX: usize = 6;

struct Desk {
    folder: TempDir,
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Types `line`, its words divided by blanks, into a shell without a terminal.
    fn types(&self, line: &str) -> Said {
        let mut words: Vec<String> = Vec::new();
        for (number, part) in line.split('"').enumerate() {
            if number % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        let output: Output = Command::new(env!("CARGO_BIN_EXE_landfall"))
            .current_dir(self.folder.path())
            .env_remove("LANDFALL_AS")
            .env("LANDFALL_DATA", self.path("data"))
            .args(words)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Types `line` and expects that it is done.
    fn does(&self, line: &str) -> String {
        let said = self.types(line);
        assert_eq!(said.code, 0, "landfall {line}\n{}{}", said.out, said.err);
        said.out
    }
}

fn digest(json: &str, key: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let digest = value.get(key).or_else(|| value.get(0)?.get(key)).unwrap();
    digest.as_str().unwrap().chars().take(12).collect()
}

/// Takes the plan of `init` to the opened deployment.
fn opened(desk: &Desk) {
    desk.does("init hello");
    desk.does("check hello --deliverables");
    desk.does("deployment create hello --rehearsal");
    desk.does("attest E4 deployment --statement \"asked today\"");
    desk.does("rfc submit RFC-1");
    desk.does("rfc classify RFC-1");
    let part = digest(&desk.does("rfc show RFC-1 --json"), "part");
    desk.does(&format!("rfc approve RFC-1 --digest {part}"));
    desk.does("rfc schedule RFC-1");
    desk.does("acknowledge --ring pilot");
    desk.does("deployment start");
}

#[test]
fn one_person_takes_a_plan_to_the_last_signature() {
    let desk = Desk::new();
    opened(&desk);
    let mut signed = 0;
    for _ in 0..ROUNDS_MAX {
        desk.does("serve --until-idle");
        for sheet in ["site/north", "site/south", "sites-complete"] {
            let document = digest(&desk.does(&format!("sheet {sheet} --json")), "digest");
            // Refused with 5 as long as nobody is asked to sign that sheet.
            let said = desk.types(&format!("sign {sheet} --digest {document}"));
            assert!([0, 5].contains(&said.code), "{}", said.err);
            signed += usize::from(said.code == 0);
        }
    }
    assert!(signed >= 5, "two slots of each site, and the sheet of all: {signed}");
    let status = desk.does("status --no-forecast");
    assert!(status.contains("stabilizing"), "{status}");
    assert!(desk.does("record verify").contains("entries"));
    let file = desk.path("record.landfall");
    desk.does(&format!("record export {file}"));
    desk.does(&format!("verify {file}"));
    let text = std::fs::read_to_string(&file).unwrap().replacen("asked today", "asked never", 1);
    std::fs::write(&file, text).unwrap();
    let forged = desk.types(&format!("verify {file}"));
    assert_eq!(forged.code, 3, "{}", forged.err);
}

#[test]
fn a_wrong_plan_is_refused_with_every_mistake_and_nothing_is_written() {
    let desk = Desk::new();
    desk.does("init hello");
    let plan = Path::new(&desk.path("hello")).join("landfall.yaml");
    let text = std::fs::read_to_string(&plan).unwrap();
    let wrong = text
        .replace("zone: Europe/Vienna", "zone: Europe/Atlantis")
        .replace("kind: pilot", "knd: pilot");
    std::fs::write(&plan, wrong).unwrap();
    let checked = desk.types("check hello");
    assert_eq!(checked.code, 3);
    assert!(checked.out.contains("Atlantis") && checked.out.contains("knd"), "{}", checked.out);
    let created = desk.types("deployment create hello --rehearsal");
    assert_eq!(created.code, 3, "{}", created.err);
    assert!(!Path::new(&desk.path("data")).join("record.db").exists(), "nothing is written");
}

#[test]
fn every_kind_of_no_has_its_exit_code_and_its_next_step() {
    let desk = Desk::new();
    desk.does("init hello");
    desk.does("deployment create hello --rehearsal");
    for (line, code, says) in [
        ("deployment start", 5, "E4"),
        ("rfc approve RFC-1 --digest 00000000", 8, "no longer"),
        ("deployment start --as nobody", 4, "nobody in this plan"),
        ("why site/atlantis", 2, "not in the plan"),
        ("deployment create hello --rehearsal", 5, "already"),
        ("halt", 2, "SCOPE"),
    ] {
        let said = desk.types(line);
        assert_eq!(said.code, code, "landfall {line}\n{}{}", said.out, said.err);
        assert!(said.err.contains(says), "landfall {line} does not say `{says}`:\n{}", said.err);
    }
}

#[test]
fn a_command_sent_twice_under_one_name_is_recorded_once() {
    let desk = Desk::new();
    desk.does("init hello");
    desk.does("deployment create hello --rehearsal");
    let line = "attest E4 deployment --statement \"asked today\" --command-id once --json";
    let (first, second) = (desk.does(line), desk.does(line));
    assert!(
        first.contains("\"repeated\": false") && second.contains("\"repeated\": true"),
        "{second}"
    );
    assert!(desk.does("status --no-forecast --json").contains("\"entry\": 2"));
}

#[test]
fn changed_bytes_of_the_release_keep_the_deployment_from_starting() {
    let desk = Desk::new();
    desk.does("init hello");
    desk.does("deployment create hello --rehearsal");
    desk.does("attest E4 deployment --statement \"asked today\"");
    let file = Path::new(&desk.path("hello")).join("release/greeting.txt");
    std::fs::write(file, "Hello from Landsink.\n").unwrap();
    let started = desk.types("deployment start");
    assert_eq!(started.code, 5);
    assert!(started.err.contains("E2"), "{}", started.err);
}

#[test]
fn a_database_that_cannot_be_written_is_said_so_and_stays_as_it_is() {
    let desk = Desk::new();
    desk.does("init hello");
    desk.does("deployment create hello --rehearsal");
    let database = Path::new(&desk.path("data")).join("record.db");
    for beside in ["record.db-wal", "record.db-shm"] {
        // They may be gone already: whoever closes the database last tidies up.
        let _gone = std::fs::remove_file(Path::new(&desk.path("data")).join(beside));
    }
    std::fs::write(&database, b"this is no database, and never was one").unwrap();
    let said = desk.types("status");
    assert_ne!(said.code, 0);
    assert!(!said.err.contains("panicked"), "{}", said.err);
    assert_eq!(std::fs::read(&database).unwrap(), b"this is no database, and never was one");
}

#[test]
fn completions_manual_pages_and_the_schema_are_there() {
    let desk = Desk::new();
    assert!(desk.does("completions bash").contains("landfall"));
    desk.does("man pages");
    assert!(Path::new(&desk.path("pages")).join("landfall.1").exists());
    assert!(desk.does("schema").contains("2020-12"));
}
