//! What is typed wrongly, or asked of somebody who is not there: each is told so, with what to do next,
//! and the exit code says whose fault it is.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/said.rs"]
mod said;

use said::said;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A place with the examples, and a rehearsal of the one with two branches.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        folder::copy(&examples, folder.path());
        let place = Self { folder };
        let (code, said) = place.types("deployment create two-branches --rehearsal --as ivo");
        assert_eq!(code, 0, "{said}");
        place
    }

    fn landfall(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
        command.args(line.split(' ')).current_dir(self.folder.path()).env_clear();
        command.stdin(Stdio::null());
        command
    }

    fn types(&self, line: &str) -> (i32, String) {
        said(self.landfall(line).output().unwrap())
    }
}

#[test]
fn whatever_is_not_there_is_named_with_where_to_look_and_ends_with_code_2() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("there.jsonl"), "").unwrap();
    let not_in_plan = "site/B99 is not in the plan";
    let lists = "`landfall plan show` lists";
    for (line, what, next) in [
        ("sheet site/B99", not_in_plan, lists),
        ("record show site/B99", not_in_plan, lists),
        ("sign site/B99 --as ivo", not_in_plan, lists),
        ("evidence receipt site/B99:site-owner receipt.json", not_in_plan, lists),
        ("why site/B72", "site/B72 is not in the plan", "did you mean site/B27?"),
        ("why ring/flaghsip", "ring/flaghsip is not in the plan", "did you mean ring/flagship?"),
        ("why B27", "`B27` names nothing", "such as `site/B27`"),
        ("why site/B27 --at 99999", "the record has no entry 99999", "name an entry that there is"),
        ("rfc show RFC-11", "RFC-11 is not in the plan", "did you mean RFC-1?"),
        (
            "rfc submit RFC-11 --as saoirse",
            "rfc/RFC-11 is not in the plan",
            "did you mean rfc/RFC-1?",
        ),
        ("rfc approve RFC-1 --digest zzzzzzzz --as rosalind", "zzzzzzzz is no digest", "0 to 9"),
        ("document show site/B72", "knows nothing of site/B72", "did you mean site/B27?"),
        ("wy site/B27", "unrecognized subcommand 'wy'", "'why'"),
        ("demo --keep kept", "'kept'", "`landfall demo --keep --data kept`"),
        ("waiting --for amarra", "amarra is nobody in this plan", "did you mean amara?"),
        (
            "log-in ivo --server http://127.0.0.1:1",
            "\u{201c}Password:\u{201d} was asked",
            "type it",
        ),
        ("acknowledge site/B99 --as amara", "B99 is not in the plan", lists),
        ("incident show 99", "there is no incident 99", "`landfall incident list --all`"),
        ("escalation show 99", "there is no escalation 99", "`landfall escalation list --all`"),
        ("report ring/nosuch", "is not in the plan", "`landfall report` lists"),
        ("verify nosuch.jsonl", "nosuch.jsonl cannot be used", "check the path"),
        ("record export there.jsonl", "there.jsonl is there already", "name another file"),
        ("forecast two-branches --from tomorrow", "'tomorrow'", "write a time with its zone"),
        ("status --server localhost:7534", "localhost:7534 is no address", "http://127.0.0.1:7500"),
    ] {
        let (code, said) = place.types(line);
        assert!(code == 2 && said.contains(what) && said.contains(next), "{line}: {code} {said}");
    }
    let (_, shown) = place.types("plan show");
    assert!(shown.contains("Modesto CA"), "the list that is named has no sites: {shown}");
}

#[test]
fn a_server_or_a_database_that_nobody_runs_is_said_to_be_unreachable() {
    let place = Place::new();
    // Whoever was given this port has given it back: nobody listens there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    for (line, what) in [
        (format!("status --server http://{at}"), "the server cannot be reached".to_owned()),
        (
            format!("status --database postgres://me:secret@{at}/landfall"),
            format!("the database at postgres://{at}/landfall cannot be connected to"),
        ),
    ] {
        let (code, said) = place.types(&line);
        assert!(code == 1 && said.contains(&what), "{line}: {code} {said}");
        assert!(said.contains("Connection refused") && !said.contains("secret"), "{line}: {said}");
    }
}

#[test]
fn what_is_wrong_with_a_plan_is_said_with_the_path_that_was_typed() {
    let place = Place::new();
    let plan = place.folder.path().join("two-branches/landfall.yaml");
    let text = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, text.replace("owner: amara", "owner: amarra")).unwrap();
    for typed in ["two-branches", "two-branches/landfall.yaml", "./two-branches/landfall.yaml"] {
        let folder = typed.trim_end_matches("/landfall.yaml");
        let (code, said) = place.types(&format!("check {typed}"));
        let at = format!("at {folder}/landfall.yaml:");
        assert!(code == 3 && said.contains(&at), "{typed}: {said}");
    }
}

/// Whoever misspells themselves is told that, whatever they wanted to do.
#[test]
fn somebody_who_is_not_in_the_plan_is_told_so_with_who_was_meant() {
    let place = Place::new();
    for line in ["sign site/B27 --as amarra", "rfc submit RFC-1 --as amarra"] {
        let (code, said) = place.types(line);
        assert_eq!(code, 4, "{line}: {said}");
        assert!(said.contains("amarra is nobody in this plan"), "{line}: {said}");
        assert!(said.contains("did you mean amara?"), "{line}: {said}");
    }
}

#[test]
fn what_is_typed_wins_over_what_the_environment_says() {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let at_nobody = format!("status --server {nobody}");
    let both_typed = format!("status --server {nobody} --database .landfall/record.db");
    let by_database = "status --no-forecast --database .landfall/record.db";
    let server = ("LANDFALL_SERVER", nobody.as_str());
    let database = ("LANDFALL_DATABASE", ".landfall/record.db");
    let token = ("LANDFALL_TOKEN", "env:NOSUCH");
    for (line, environment, code, says) in [
        (at_nobody.as_str(), vec![database], 1, "the server cannot be reached"),
        (by_database, vec![server, token], 0, "at two branches"),
        (both_typed.as_str(), vec![], 2, "--server and --database cannot be said together"),
        ("status", vec![server, database], 2, "LANDFALL_SERVER and LANDFALL_DATABASE are both set"),
        ("status --no-forecast", vec![token], 0, "at two branches"),
        ("status --token env:NOSUCH", vec![], 2, "name the server that knows it"),
    ] {
        let (found, said) = said(place.landfall(line).envs(environment).output().unwrap());
        assert!(found == code && said.contains(says), "{line}: {found} {said}");
    }
}

#[test]
fn a_deployment_of_files_that_are_not_there_is_created_with_a_warning() {
    let place = Place::new();
    let typed = "deployment create minimal.yaml --rehearsal --data of-its-own";
    std::fs::remove_file(place.folder.path().join("release/greeting.txt")).unwrap();
    let (code, said) = place.types(typed);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("release/greeting.txt cannot be read in the plan's folder"), "{said}");
    // What is printed to be typed next works as it stands, with the place that was typed.
    assert!(said.contains("  landfall deployment start --data of-its-own\n"), "{said}");
    let (code, said) = place.types("why deployment --data of-its-own");
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_plan_that_may_not_be_read_is_not_said_to_be_misnamed() {
    let place = Place::new();
    let plan = place.folder.path().join("two-branches/landfall.yaml");
    let mut unreadable = std::fs::metadata(&plan).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut unreadable, 0);
    std::fs::set_permissions(&plan, unreadable).unwrap();
    let (code, said) = place.types("check two-branches");
    // Whoever may read everything, reads it.
    if code != 0 {
        assert!(said.contains("ermission") && !said.contains("check the name"), "{said}");
    }
}

#[test]
fn whoever_reads_no_further_is_told_nothing() {
    let place = Place::new();
    for line in ["schema", "completions bash", "exit-codes"] {
        let mut command = place.landfall(line);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut landfall = command.spawn().unwrap();
        drop(landfall.stdout.take());
        let output = landfall.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.is_empty() && output.status.success(), "{line}: {said}");
    }
}

#[test]
fn exit_codes_are_told_to_programs_too() {
    let place = Place::new();
    let (_, said) = place.types("--json exit-codes");
    let codes: Vec<serde_json::Value> = serde_json::from_str(&said).unwrap();
    let refused = codes.iter().find(|it| it["code"] == 5).unwrap();
    assert_eq!(refused["kind"], "refused");
    assert_eq!(refused["meaning"], "a gate, or the state of the thing, refuses it");
}

#[test]
fn a_line_that_cannot_be_read_is_told_in_json_to_whoever_reads_that() {
    let place = Place::new();
    for (line, what) in [
        ("document show nonsense --json", "`nonsense` is no document"),
        ("--json why nonsense", "`nonsense` names nothing"),
        ("quiet-period days --json", "DATE=NUMBER"),
    ] {
        let output = place.landfall(line).output().unwrap();
        let said: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        assert!(said.to_string().contains(what), "{line}: {said}");
        assert_eq!(output.status.code(), Some(2), "{line}");
    }
}

#[test]
fn a_document_that_lacks_something_is_listed_with_it() {
    let place = Place::new();
    let (code, open) = place.types("document list --open");
    assert!(code == 0 && open.contains("lacks: nobody has judged "), "{open}");
    let (_, listed) = place.types("document list --json");
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let documents = listed["documents"].as_array().unwrap();
    let readiness = documents.iter().find(|it| it["document"] == "readiness").unwrap();
    assert!(!readiness["lacks"].as_array().unwrap().is_empty(), "{readiness}");
}
