//! The demo, as somebody runs it: what it says is so, and nothing is left behind.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// What must be told, in this order.
const LANDMARKS: &[&str] = &[
    "LANDFALL DEMO",
    "2 core components, 12 shops in 3 rings (pilot 1, early 4, broad 7), 24 people",
    "AUTHORISE",
    "Clara Holm, Customer, acknowledges the success criteria",
    "the plan is baseline 1",
    "REFUSED: paul.okafor requested this change and cannot approve it",
    "RFC-1 is authorised",
    "RFC-2 is authorised",
    "as Site Owner, acknowledge the date of their shop",
    "ROLL OUT",
    "core component registry is deployed, runs and answers",
    "core component gateway is deployed, runs and answers",
    "oslo is deployed",
    "ring pilot has passed",
    "SITE turku HALTS",
    "RING early HALTS: 1 of 4 sites failed",
    "$ landfall why site/turku",
    "site/turku: halted",
    "$ landfall why ring/early",
    "two people let it go on",
    "503: it sells by prices-trial.csv",
    "200: Till 2.0.0 is ready at Turku Market",
    "Sven Akker, Release Management, agrees to resume ring/early",
    "Marcus Weil, Program Manager, agrees to resume ring/early",
    "GO ON",
    "ring broad opens: 7 shops",
    "the second receipt printer is in repair",
    "ALL SITES ARE DEPLOYED AND SIGNED OFF",
    "$ landfall status",
    "holds 12 of 12 shops answer over HTTP",
    "holds 39 of 39 deployed files",
    "holds 12 of 12 owners have signed for their own shop, 1 with an exception",
    "each with one outcome (1 failed)",
    "holds the record:",
    "holds the exported file:",
    "holds a forged copy is found out",
    "14 programs were stopped.",
];

#[expect(clippy::disallowed_methods, reason = "the demo is tried as people run it")]
fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut program = Command::new(name);
    for variable in ["DATA", "DATABASE", "WITNESS", "DEPLOYMENT", "AS"] {
        program.env_remove(format!("LANDFALL_{variable}"));
    }
    program.stdin(Stdio::null());
    program
}

fn landfall(arguments: &[&str], folder: &Path) -> Output {
    let mut landfall = program(env!("CARGO_BIN_EXE_landfall"));
    landfall
        .args(arguments)
        .env("TMPDIR", folder)
        .current_dir(folder)
        .output()
        .expect("because it was built")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns the command lines of all processes that have to do with `folder`.
fn processes_at(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = entries.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
    let lines = lines.map(|it| text(&it).replace('\0', " "));
    let folder = folder.display().to_string();
    lines.filter(|it| it.contains("demo answer") && it.contains(&folder)).collect()
}

// Proves: G-07, X-13, X-18
#[test]
fn the_demo_comes_to_its_end_and_its_record_holds() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("look here");
    let place = place.to_str().unwrap();
    let shown = landfall(&["demo", "--data", place], folder.path());
    let (told, complaint) = (text(&shown.stdout), text(&shown.stderr));
    assert!(shown.status.success(), "{told}\n{complaint}");
    let in_one_line = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = in_one_line.as_str();
    for landmark in LANDMARKS {
        let Some((_, after)) = rest.split_once(landmark) else {
            panic!("`{landmark}` is missing, or in another place:\n{told}");
        };
        rest = after;
    }
    assert_eq!(processes_at(folder.path()), Vec::<String>::new());
    // What the demo says of the record, the commands say of it too.
    let verified = landfall(&["--data", place, "record", "verify"], folder.path());
    assert!(verified.status.success(), "{}", text(&verified.stderr));
    assert!(text(&verified.stdout).contains("The record of TILL2 holds"));
    let file = format!("{place}/TILL2.landfall");
    let verified = landfall(&["verify", &file], folder.path());
    assert!(verified.status.success(), "{}", text(&verified.stderr));
    // What the demo shows as the answer of `why` is what `why` answers of that entry.
    let page = told.split("$ landfall why site/turku\n").nth(1).unwrap();
    let page = page.split("\n  $ ").next().unwrap().trim_end();
    let entry = page.split("entry ").nth(1).unwrap().split(' ').next().unwrap();
    let mut why = program(env!("CARGO_BIN_EXE_landfall"));
    why.args(["why", "site/turku", "--at", entry]).env("LANDFALL_DATA", place);
    let why = why.current_dir(folder.path()).output().unwrap();
    let why: Vec<String> = text(&why.stdout).lines().map(|it| format!("  {it}")).collect();
    let why: Vec<&str> = why.iter().map(|it| it.trim_end()).collect();
    assert_eq!(why.join("\n"), page);
}

#[test]
fn for_programs_it_says_what_holds_and_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let shown = landfall(&["demo", "--json"], folder.path());
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let proof: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let claims = proof["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 7);
    assert!(claims.iter().all(|it| it["holds"] == true), "{proof:#}");
    assert_eq!(processes_at(folder.path()), Vec::<String>::new());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn interrupted_it_stops_its_programs_and_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let mut landfall = program(env!("CARGO_BIN_EXE_landfall"));
    landfall.arg("demo").env("TMPDIR", folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = landfall.spawn().unwrap();
    let lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    assert!(lines.any(|it| it.contains("oslo is deployed")));
    assert!(processes_at(folder.path()).len() >= 3);
    let number = running.id().to_string();
    let told = program("/bin/sh").args(["-c", "kill -s INT \"$1\"", "sh", &number]).status();
    assert!(told.unwrap().success());
    // It goes on to speak until it has read the signal; nobody need listen.
    lines.for_each(drop);
    assert_eq!(running.wait().unwrap().code(), Some(130));
    assert_eq!(processes_at(folder.path()), Vec::<String>::new());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn it_does_not_go_where_something_is() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("record.db"), "somebody's").unwrap();
    let place = folder.path().to_str().unwrap();
    let shown = landfall(&["demo", "--data", place], folder.path());
    assert_eq!(shown.status.code(), Some(2), "{}", text(&shown.stderr));
    assert!(text(&shown.stderr).contains("which has something in it"));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(std::fs::read_to_string(left[0].path()).unwrap(), "somebody's");
}
