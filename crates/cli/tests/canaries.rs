//! A hundred secrets, planted through the steps of a whole deployment that say them in every form: none
//! is in the database, in an export, in what the program says, or in what its API answers.
//!
//! What a step writes on its own computer stays there as it wrote it; the journal is that computer's.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

#[expect(dead_code, reason = "this test kills nobody")]
mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use support::{Site, load};

const LANDFALL: &str = env!("CARGO_BIN_EXE_landfall");
const PASSWORD: &str = "correct horse battery";
const CANARIES: usize = 100;

const PLAN: &str = r#"
deployment: CANARIES
title: A deployment whose steps tell their secrets
zone: Europe/Vienna
profile: solo
release:
  name: Birds
  version: 1.0.0
  readiness: {on: 2027-01-01, decision: go}
  deliverables: []
people:
  - id: me
    roles: [solution-manager, program-manager, developer, release-management, operations-experience, test-manager, tester, product-manager, user-experience, customer, operations-manager, support-manager, change-authority]
success-criteria:
  - {id: silent, text: Nobody tells, measure: secrets told, target: 0}
site-templates:
  - id: cage
    each-computer:
@STEPS@
    observation: {lasting: 60s}
    rollback: {forward-fix: nothing is left}
rings:
  - {id: pilot, kind: pilot, windows: [always], soak: 1h}
sites:
  - {id: cage, ring: pilot, owner: me, users: 1, computers: 1, template: cage}
rfcs:
  - id: RFC-1
    title: Everything
    category: minor
    requested-by: me
    covers: {rings: [pilot]}
    reason: To see whether anything leaks.
    impact: None.
    risk: None.
    rollback-plan: None.
    test-evidence: This test.
    levels: [{role: change-authority}]
"#;

/// What a step does: it says its secret as it is, and in Base64, in hex, for a URL and in JSON, on both
/// streams, and complains of a program of that name. The last line, which the record keeps, is one too.
const TELLS: &str = r#"
set +e
hex=$(printf %s "$CANARY" | od -An -v -tx1 | tr -d " \n")
base=$(printf %s "$CANARY" | base64 | tr -d "\n")
url=$(printf %s "$CANARY" | sed -e "s/%/%25/g" -e "s/ /%20/g" -e "s/\"/%22/g" -e "s/&/%26/g")
json=$(printf %s "$CANARY" | sed -e "s/\"/\\\\\"/g")
for form in "$CANARY" "$base" "$hex" "$url" "$json"; do
  printf "x%sx\n" "$form"
  printf "%s\n" "$form" >&2
done
"./$CANARY"
set -x
: "$CANARY"
printf "%s\n" "$json"
"#;

fn canary(number: usize) -> String {
    let odd = ["", " ", "\"", "%", "&"].into_iter().cycle().nth(number % 5).unwrap();
    format!("cnry{number:03}{odd}Zq9{}{odd}end{number:03}", "wX7".repeat(number % 9))
}

/// Returns the forms in which `secret` was said.
fn forms(secret: &str) -> [String; 5] {
    let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let url = secret.bytes().fold(String::new(), |mut url, byte| {
        if byte.is_ascii_alphanumeric() {
            url.push(char::from(byte));
        } else {
            write!(url, "%{byte:02X}").unwrap();
        }
        url
    });
    let json = serde_json::to_string(secret).unwrap().trim_matches('"').to_owned();
    [secret.to_owned(), STANDARD.encode(secret), hex, url, json]
}

/// What somebody may read, by where it stands.
struct Sinks(Vec<(String, Vec<u8>)>);

impl Sinks {
    fn leak_nothing(&self) {
        let all: Vec<(usize, String)> = (0..CANARIES)
            .flat_map(|number| forms(&canary(number)).map(|form| (number, form)))
            .collect();
        let searched = aho_corasick::AhoCorasick::new(all.iter().map(|(_, form)| form)).unwrap();
        for (place, bytes) in &self.0 {
            if let Some(found) = searched.find(bytes) {
                let (number, form) = all.get(found.pattern().as_usize()).unwrap();
                panic!("{place} holds secret {number} as {form}");
            }
        }
    }

    fn add(&mut self, place: impl Into<String>, bytes: Vec<u8>) {
        self.0.push((place.into(), bytes));
    }

    /// Adds every file under `folder` but the journal, which is the computer's own.
    fn add_files(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && path.file_name().is_none_or(|it| it != "journal") {
                self.add_files(&path);
            } else if path.is_file() {
                self.add(path.display().to_string(), std::fs::read(&path).unwrap());
            }
        }
    }
}

fn write_plan(folder: &Path) {
    let script: String =
        TELLS.lines().fold(String::new(), |text, line| text + "          " + line + "\n");
    let steps = (0..CANARIES).fold(String::new(), |text, number| {
        text + &format!(
            "      - id: s{number}\n        repeat: safe\n        environment: {{CANARY: {{secret: 'env:CANARY_{number}'}}}}\n        script: |\n{script}"
        )
    });
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("landfall.yaml"), PLAN.replace("@STEPS@\n", &steps)).unwrap();
}

/// Returns the program on the data of `site`, with every secret where it looks for it.
fn landfall(site: &Site) -> Command {
    let mut command = Command::new(LANDFALL);
    command.arg("--data").arg(&site.data).arg("--database").arg(&site.database);
    command.arg("--witness").arg(site.data.join("witness"));
    command.envs((0..CANARIES).map(|it| (format!("CANARY_{it}"), canary(it))));
    command.stdin(Stdio::null());
    command
}

/// A server that is asked.
struct Server(Child, String);

impl Server {
    fn start(site: &Site) -> Self {
        let mut process = landfall(site)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let pages = lines.next().unwrap().unwrap();
        let address =
            pages.split_whitespace().nth(2).unwrap().trim_end_matches([',', '/']).to_owned();
        let first = lines.next().unwrap().unwrap();
        let secret = first.rsplit_once("secret=").unwrap().1.to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        let body = format!(r#"{{"secret":"{secret}","name":"me","password":"{PASSWORD}"}}"#);
        let host = address.rsplit_once('/').unwrap().1.to_owned();
        let mut stream = TcpStream::connect(&host).unwrap();
        let length = body.len();
        write!(stream, "POST /api/v1/set-up HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        Self(process, address)
    }

    /// Types `line` on another computer, as it were.
    fn types(&self, folder: &Path, line: &[&str], typed: &str) -> Vec<u8> {
        let mut process = Command::new(LANDFALL)
            .args(line)
            .args(["--server", &self.1, "--data"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        process.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let said = process.wait_with_output().unwrap();
        let all = [said.stdout, said.stderr].concat();
        assert!(said.status.success(), "{line:?}: {}", String::from_utf8_lossy(&all));
        all
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_secrets_are_in_no_database_export_output_or_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    write_plan(&path("plan"));
    let database = path("data").join("record.db").display().to_string();
    let (plan, at) = (load(&path("plan")), "2027-01-04T08:00:00Z");
    let mut site = Site::create(&path("data"), &database, plan, &path("plan"), at).await;
    let mut sinks = Sinks(vec![]);
    let ended = |text: &str| text.matches("took_ms").count();
    let mut told = String::new();
    for _ in 0..20 {
        site.people_answer(|_| false).await;
        let served = landfall(&site).args(["serve", "--until-idle"]).output().unwrap();
        sinks.add("what the server said", [served.stdout, served.stderr].concat());
        let entries = site.record.read(&site.deployment, 0, 10_000).await.unwrap();
        told = entries.iter().map(|it| String::from_utf8_lossy(&it.body)).collect();
        if ended(&told) == CANARIES {
            break;
        }
    }
    assert_eq!(ended(&told), CANARIES, "every step has run");

    let order = "site/cage@1/pc-1/s42#1";
    let order = if told.contains(order) { order.to_owned() } else { first_order(&told) };
    let export = path("export").display().to_string();
    for line in [
        &["status"][..],
        &["status", "--json"],
        &["why", "site/cage", "--json"],
        &["waiting", "--json"],
        &["record", "show"],
        &["output", &order],
        &["sheet", "site/cage"],
        &["record", "export", &export],
    ] {
        let said = landfall(&site).args(line).output().unwrap();
        sinks.add(format!("{line:?}"), [said.stdout, said.stderr].concat());
    }
    let output = sinks.0.iter().find(|(it, _)| it.starts_with("[\"output\"")).unwrap();
    assert!(String::from_utf8_lossy(&output.1).contains("[secret]"), "it says that there was one");

    let server = Server::start(&site);
    let asking = path("asking");
    server.types(&asking, &["log-in", "me"], &format!("{PASSWORD}\n"));
    for line in [
        &["status", "--json"][..],
        &["record", "show", "--json"],
        &["why", "site/cage", "--json"],
        &["output", &order],
    ] {
        let said = server.types(&asking, line, "");
        sinks.add(format!("the answer to {line:?}"), said);
    }
    drop(server);
    sinks.add_files(&path("data"));
    sinks.add_files(&asking);
    assert!(Path::new(&export).exists(), "it was exported");
    if Path::new(&export).is_dir() {
        sinks.add_files(Path::new(&export));
    } else {
        sinks.add("the export", std::fs::read(&export).unwrap());
    }
    sinks.leak_nothing();
}

/// Returns the name of the first order that the record tells of.
fn first_order(told: &str) -> String {
    let (_, after) = told.split_once("\"order\":\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}
