//! The command line as people and programs use it, told as stories.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

use std::io::{BufRead as _, BufReader, Read as _};
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
    if !Path::new(&desk.path("hello")).exists() {
        desk.does("init hello");
    }
    opened_as_it_is(desk);
}

/// Takes the plan in the folder `hello` to the opened deployment.
fn opened_as_it_is(desk: &Desk) {
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

// Proves: G-01, X-19
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

/// Whoever looks before they start a server is not told that all is well.
#[test]
fn what_is_due_while_no_server_works_is_said_wherever_one_looks() {
    let desk = Desk::new();
    opened(&desk);
    let unserved = "no server works on it: `landfall serve` does what is due";
    for line in [
        "why deployment",
        "status --no-forecast",
        "status --no-forecast --json",
        "waiting",
        "waiting --for me",
        "waiting --json",
    ] {
        let said = desk.does(line);
        assert!(said.contains(unserved), "landfall {line}\n{said}");
        assert!(!said.contains("for 0 s"), "landfall {line}\n{said}");
    }
    desk.does("serve --until-idle");
    for line in ["status --no-forecast", "waiting"] {
        let said = desk.does(line);
        assert!(!said.contains(unserved), "nothing is due\n{said}");
    }
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

// Proves: G-03, P1-I1, P2-I1
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

#[test]
fn every_answer_in_json_is_one_document() {
    let desk = Desk::new();
    for line in ["init hello", "check hello", "plan show hello", "plan diff hello hello", "schema"]
    {
        is_one_document(&desk.does(&format!("{line} --json")), line);
    }
    opened(&desk);
    desk.does("waiver request S3 site/north --reason a --risk b --control c --until 2999-01-01");
    desk.does("serve --until-idle");
    let document = digest(&desk.does("sheet site/north --json"), "digest");
    let signed = format!("sign site/north --digest {document}");
    let file = desk.path("record.landfall");
    let exported = format!("record export {file}");
    let verified = format!("verify {file}");
    for line in [
        "deployment list",
        "forecast",
        "status",
        "why site/north",
        "waiting --everything",
        "rfc list",
        "rfc show RFC-1",
        "sheet site/north site/south",
        "waiver list",
        "record show",
        "record key",
        "record verify",
        &signed,
        "incident open site/north --severity 4 --title slow",
        &exported,
        &verified,
    ] {
        is_one_document(&desk.does(&format!("{line} --json")), line);
    }
    let refused = desk.types("deployment start --json");
    assert_eq!((refused.code, refused.out.as_str()), (5, ""));
    is_one_document(&refused.err, "deployment start");
}

#[track_caller]
fn is_one_document(text: &str, line: &str) {
    let read = serde_json::from_str::<serde_json::Value>(text);
    assert!(read.is_ok(), "landfall {line} --json\n{text}");
}

#[test]
fn several_sites_are_acknowledged_and_the_deployment_started_in_one_document_each() {
    let desk = Desk::new();
    desk.does("init hello");
    desk.does("deployment create hello --rehearsal");
    desk.does("attest E4 deployment --statement \"asked today\"");
    for line in ["acknowledge --ring pilot --json", "deployment start --json"] {
        let acts: serde_json::Value = serde_json::from_str(&desk.does(line)).unwrap();
        assert_eq!(acts.as_array().unwrap().len(), 2, "{acts}");
    }
    let again = desk.types("deployment start");
    assert_eq!(again.code, 5, "{}", again.err);
    assert!(again.err.contains("already"), "{}", again.err);
}

#[test]
fn where_one_of_several_sheets_is_stale_none_is_signed() {
    let desk = Desk::new();
    opened(&desk);
    desk.does("serve --until-idle");
    let north = digest(&desk.does("sheet site/north --json"), "digest");
    let before = desk.does("record show --json");
    for (line, code) in [
        (format!("sign site/north site/south --digest {north} --digest 0123456789"), 8),
        (format!("sign site/north site/south --digest {north}"), 2),
        ("sign site/north".to_owned(), 2),
        ("sign site/north --digest 0123".to_owned(), 2),
    ] {
        let said = desk.types(&line);
        assert_eq!(said.code, code, "landfall {line}\n{}", said.err);
        assert_eq!(desk.does("record show --json"), before, "landfall {line}");
    }
}

#[test]
fn why_says_who_holds_it_and_what_lets_it_go() {
    let desk = Desk::new();
    opened(&desk);
    desk.does("hold ring/pilot --reason \"The vendor looks into a fault\"");
    desk.does("serve --until-idle");
    let why = desk.does("why site/north");
    assert!(why.contains("The vendor looks into a fault"), "{why}");
    let before = desk.does("why site/north --at 1");
    assert!(!before.contains("vendor") && before.contains("entry 1 of the record"), "{before}");
    assert!(why.contains("landfall release ring/pilot --reason"), "{why}");
}

#[test]
fn what_a_step_printed_is_kept_found_and_followed_to_its_end() {
    let desk = Desk::new();
    desk.does("init hello");
    let plan = Path::new(&desk.path("hello")).join("landfall.yaml");
    let text = std::fs::read_to_string(&plan).unwrap();
    let loud = text.replace("run: [grep, -q, Landfall,", "run: [grep, -n, Landfall,");
    assert_ne!(text, loud, "the plan of `init` reads its greeting");
    std::fs::write(&plan, loud).unwrap();
    opened_as_it_is(&desk);
    desk.does("serve --until-idle");
    for line in ["output site/north", "output site/north --follow"] {
        assert!(desk.does(line).contains("1:Hello from Landfall"), "landfall {line}");
    }
    assert!(desk.does("output search \"Hello from\"").contains("site/south@1/"));
    assert_eq!(desk.types("output site/atlantis").code, 2);
}

#[test]
fn a_served_deployment_goes_on_until_the_server_is_told_to_stop() {
    let desk = Desk::new();
    desk.does("init hello");
    desk.does("deployment create hello --rehearsal");
    let mut server = Command::new(env!("CARGO_BIN_EXE_landfall"))
        .args(["serve", "--data", &desk.path("data")])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(server.stderr.take().unwrap());
    lines.read_line(&mut said).unwrap();
    assert!(said.contains("SIGTERM stops"), "{said}");
    let told = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(told.success());
    lines.read_to_string(&mut said).unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(0), "{said}");
    assert!(said.contains("stopped;"), "{said}");
    // Another server, which is told from this one by its directory, need not wait for a lease to
    // run out.
    let (mine, others) = (desk.path("data"), desk.path("others"));
    std::fs::create_dir(&others).unwrap();
    std::fs::copy(format!("{mine}/key"), format!("{others}/key")).unwrap();
    desk.does(&format!("serve --until-idle --data {others} --database {mine}/record.db"));
}

#[test]
fn a_record_that_is_followed_from_an_entry_on_leaves_none_out() {
    let desk = Desk::new();
    desk.does("init hello");
    desk.does("deployment create hello --rehearsal");
    for _ in 0..3 {
        desk.does("hold site/north --reason Later");
        desk.does("release site/north --reason Now");
    }
    let mut following = Command::new(env!("CARGO_BIN_EXE_landfall"))
        .args(["record", "show", "--after", "1", "--limit", "2", "--follow", "--json"])
        .env("LANDFALL_DATA", desk.path("data"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    let mut next = || {
        let line = lines.next().unwrap().unwrap();
        serde_json::from_str::<serde_json::Value>(&line).unwrap()["seq"].as_u64().unwrap()
    };
    let mut seen = vec![next(), next()];
    // Where it left entries out, this one comes next.
    desk.does("hold site/north --reason Again");
    while seen.last().is_some_and(|it| *it < 8) {
        seen.push(next());
    }
    following.kill().unwrap();
    following.wait().unwrap();
    assert_eq!(seen, [2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_record_that_another_key_has_signed_is_not_vouched_for() {
    let (desk, other) = (Desk::new(), Desk::new());
    for desk in [&desk, &other] {
        desk.does("init hello");
        desk.does("deployment create hello --rehearsal");
    }
    assert_ne!(desk.does("record key"), other.does("record key"));
    desk.does("record verify");
    let key = |desk: &Desk| Path::new(&desk.path("data")).join("key");
    std::fs::copy(key(&other), key(&desk)).unwrap();
    for line in ["record verify", "record key", "status", "deployment start"] {
        let said = desk.types(line);
        assert_eq!(said.code, 3, "landfall {line}\n{}{}", said.out, said.err);
    }
}

#[test]
fn a_rehearsal_plays_to_the_sealed_record_and_says_who_is_asked_when_and_what_stands_still() {
    let desk = Desk::new();
    desk.does("init hello");
    let from = "--from 2027-01-04T08:00:00Z --runs 4";
    let page = desk.does(&format!("rehearse hello {from}"));
    for words in
        ["4 runs from", "All come to the end", "closed", "WHERE THE TIME GOES", "ASKED (HALF BY)"]
    {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let played = |line: &str| -> serde_json::Value {
        serde_json::from_str(&desk.types(&format!("rehearse hello {from} --json {line}")).out)
            .unwrap()
    };
    let usual = played("");
    assert_eq!(usual, played("--seed 1"), "the same seed gives the same rehearsal");
    assert_eq!(usual["runs"], 4);
    assert_eq!(usual["ended"], 4);
    let reached = usual["reached"].as_array().unwrap().last().unwrap();
    assert_eq!((&reached["deployment"], &reached["runs"]), (&"closed".into(), &4.into()));
    let site = "site/north";
    let storm =
        format!("storyline:\n  - {{when: {site} started, fail: {{scope: {site}, times: 3}}}}\n");
    std::fs::write(desk.path("storm.yaml"), storm).unwrap();
    let stormy = played("--storyline storm.yaml");
    assert!(stormy["site_halts"]["runs"].as_u64() > usual["site_halts"]["runs"].as_u64());
    let plan = Path::new(&desk.path("hello")).join("landfall.yaml");
    let text = std::fs::read_to_string(&plan).unwrap();
    let vain = text.replace(
        "windows: [always]",
        "windows: [{dates: [2026-12-24], from: '01:00', to: '02:00'}]",
    );
    assert_ne!(text, vain, "the plan of `init` has a window");
    std::fs::write(&plan, vain).unwrap();
    let stuck = desk.types(&format!("rehearse hello {from}"));
    assert_eq!(stuck.code, 7, "{}{}", stuck.out, stuck.err);
    assert!(stuck.out.contains("0 come to the end, 4 do not"), "{}", stuck.out);
    assert!(stuck.out.contains("has no window left"), "{}", stuck.out);
}
