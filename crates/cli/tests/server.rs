//! The server and its command line on two computers, as it were: whoever asks has no record of
//! their own.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const LANDFALL: &str = env!("CARGO_BIN_EXE_landfall");
const PASSWORD: &str = "correct horse battery";

/// A server with its first account, `me`, and a place for whoever asks it.
struct Server {
    process: Child,
    address: String,
    folder: TempDir,
}

impl Server {
    /// Starts a server with `more` said on its command line.
    fn start(more: &[&str]) -> (Self, String) {
        Self::start_in(tempfile::tempdir().unwrap(), more)
    }

    /// Starts it over what stands in `server` of the folder already.
    fn start_in(folder: TempDir, more: &[&str]) -> (Self, String) {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        Self::start_with(folder, &examples, more)
    }

    /// Starts it with the plans of a folder of its own.
    fn start_with(folder: TempDir, plans: &Path, more: &[&str]) -> (Self, String) {
        let mut process = Command::new(LANDFALL)
            .args(["serve", "--listen", "127.0.0.1:0", "--plans"])
            .arg(plans)
            .arg("--data")
            .arg(folder.path().join("server"))
            .args(more)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let pages = lines.next().unwrap().unwrap();
        let address = pages.split_whitespace().nth(2).unwrap();
        let address = address.trim_end_matches([',', '/']).to_owned();
        let first = lines.next().unwrap().unwrap();
        let secret = first.rsplit_once("secret=").unwrap().1.to_owned();
        // What else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        (Self { process, address, folder }, secret)
    }

    /// Makes the first account, by hand as it were.
    fn set_up(&self, secret: &str) {
        self.set_up_for(secret, "me");
    }

    fn set_up_for(&self, secret: &str, name: &str) {
        let body = format!(r#"{{"secret":"{secret}","name":"{name}","password":"{PASSWORD}"}}"#);
        let host = self.address.rsplit_once('/').unwrap().1;
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        write!(stream, "POST /api/v1/set-up HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }

    fn asked(&self, line: &str) -> Command {
        self.asked_from(&self.folder, line)
    }

    /// Returns `line` as it is typed by whoever sits in `place`.
    fn asked_from(&self, place: &TempDir, line: &str) -> Command {
        let mut command = Command::new(LANDFALL);
        command.args(line.split_whitespace());
        command.args(["--server", &self.address, "--data"]);
        command.arg(place.path().join("asking"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Types `line` where whoever asks sits, with `typed` on standard input.
    fn types(&self, line: &str, typed: &str) -> Output {
        said(self.asked(line), typed)
    }

    /// Types `line`, which is done, and returns what it said.
    fn does(&self, line: &str) -> String {
        let said = self.types(line, "");
        let (out, err) = (text(&said.stdout), text(&said.stderr));
        assert_eq!(said.status.code(), Some(0), "landfall {line}\n{out}{err}");
        out
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Returns what `command` says when `typed` comes on its standard input.
fn said(mut command: Command, typed: &str) -> Output {
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_deployment_is_created_looked_at_and_acted_in_from_another_computer() {
    let (server, secret) = Server::start(&[]);
    server.set_up(&secret);

    let unknown = server.types("status", "");
    assert_eq!(unknown.status.code(), Some(4), "{}", text(&unknown.stderr));
    let wrong = server.types("log-in me", "not the password\n");
    assert_eq!(wrong.status.code(), Some(4), "{}", text(&wrong.stderr));
    let right = server.types("log-in me", &format!("{PASSWORD}\n"));
    assert_eq!(right.status.code(), Some(0), "{}", text(&right.stderr));

    assert!(server.does("deployment create minimal.yaml --rehearsal").contains("HELLO"));
    assert!(server.does("deployment list").contains("HELLO"));
    assert!(server.does("why deployment").contains("the customer knows and accepts"));
    server.does("hold site/north --reason Later");
    assert!(server.does("record show").contains("site/north held: Later"));
    let refused = server.types("hold site/north --reason Again", "");
    assert_eq!(refused.status.code(), Some(5), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("held already"), "{}", text(&refused.stderr));

    // What a step printed is where it was carried out; whoever asks is shown it.
    let outputs = server.folder.path().join("server/output/HELLO/site/north/pc-01");
    std::fs::create_dir_all(&outputs).unwrap();
    std::fs::write(outputs.join("greet#1.log"), "hello from north\n").unwrap();
    assert_eq!(server.does("output site/north/pc-01/greet#1"), "hello from north\n");
    let searched = server.types("output search hello", "");
    assert_eq!(searched.status.code(), Some(2), "{}", text(&searched.stderr));

    // The same words from the server's own record and from the copy of whoever asks.
    let own = Command::new(LANDFALL)
        .args(["record", "show", "--json", "--data"])
        .arg(server.folder.path().join("server"))
        .output()
        .unwrap();
    assert_eq!(text(&own.stdout), server.does("record show --json"));
}

#[test]
fn a_plan_that_is_replaced_reaches_whoever_has_read_the_record_before() {
    let (folder, plans) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let file = plans.path().join("minimal.yaml");
    let written = std::fs::read_to_string(examples.join("minimal.yaml")).unwrap();
    std::fs::write(&file, &written).unwrap();
    std::fs::create_dir(plans.path().join("release")).unwrap();
    let greeting = "release/greeting.txt";
    std::fs::copy(examples.join(greeting), plans.path().join(greeting)).unwrap();
    let (server, secret) = Server::start_with(folder, plans.path(), &[]);
    server.set_up(&secret);
    server.types("log-in me", &format!("{PASSWORD}\n"));
    server.does("deployment create minimal.yaml --rehearsal");
    assert!(server.does("status --no-forecast").contains("HELLO"));

    let ann = "  - {id: ann, name: Ann Quillfeather, roles: [tester]}\n\nsuccess-criteria:";
    std::fs::write(&file, written.replacen("success-criteria:", ann, 1)).unwrap();
    server.does("deployment revise minimal.yaml --reason Ann_comes");
    // Who she is came with the plan, and is kept beside the copy as it is beside the record.
    let said = server.does("waiting --for ann");
    assert!(said.contains("Ann Quillfeather"), "{said}");
    let said = server.does("record show");
    assert!(said.contains("Ann_comes"), "{said}");
}

#[test]
fn where_checkpoints_are_carried_to_is_told_to_whoever_asks_from_another_computer() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = elsewhere.path().to_str().unwrap();
    let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/two-branches");
    let create = ["deployment", "create", plan, "--as", "ivo"];
    for line in [&create[..], &["serve", "--until-idle", "--checkpoints-to", place]] {
        let mut command = Command::new(LANDFALL);
        let done = command.args(line).arg("--data").arg(folder.path().join("server")).output();
        let done = done.unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    }
    let (server, secret) = Server::start_in(folder, &["--checkpoints-to", place]);
    server.set_up_for(&secret, "ivo");
    server.types("log-in ivo", &format!("{PASSWORD}\n"));
    let said = server.does("status --no-forecast");
    assert!(said.contains(&format!("checkpoint at {place}: of ")), "{said}");
}

#[test]
fn who_has_logged_in_acts_as_nobody_else() {
    let (server, secret) = Server::start(&[]);
    server.set_up(&secret);
    server.types("log-in me", &format!("{PASSWORD}\n"));
    server.does("deployment create minimal.yaml --rehearsal");
    let before = server.does("record show --json");
    let typed = server.types("hold site/north --reason Later --as hedda", "");
    assert_eq!(typed.status.code(), Some(2), "{}", text(&typed.stdout));
    let why = text(&typed.stderr);
    assert!(why.contains("you are logged in as me, and --as names hedda"), "{why}");
    let mut set = server.asked("hold site/north --reason Later");
    set.env("LANDFALL_AS", "hedda");
    let set = said(set, "");
    let why = text(&set.stderr);
    assert!(set.status.code() == Some(2) && why.contains("LANDFALL_AS names hedda"), "{why}");
    assert_eq!(server.does("record show --json"), before, "something was recorded");
    server.does("hold site/north --reason Later --as me");
}

/// Each line that is printed to be typed next works as it stands.
#[test]
fn what_is_to_be_typed_next_names_the_server_and_nobody() {
    let (server, secret) = Server::start(&[]);
    let place = server.folder.path().join("asking").display().to_string();
    let here = format!("--data {place} --server {}", server.address);
    let no_secret = server.types("account set-up ivo --secret WRONG", &format!("{PASSWORD}\n"));
    let why = text(&no_secret.stderr);
    assert!(why.contains("not the secret") && !why.contains("log in"), "{why}");
    let set_up =
        server.types(&format!("account set-up ivo --secret {secret}"), &format!("{PASSWORD}\n"));
    let set_up = text(&set_up.stdout);
    assert!(set_up.contains(&format!("`landfall log-in ivo {here}`")), "{set_up}");
    let wrong = server.types("log-in ivo", "not the password\n");
    assert!(text(&wrong.stderr).contains("next: try again"), "{}", text(&wrong.stderr));
    server.types("log-in ivo", &format!("{PASSWORD}\n"));
    let created = server.does("account create sabela");
    assert!(created.contains(&format!("`landfall account invite sabela {here}`")), "{created}");
    let invited = server.does("account invite sabela");
    assert!(invited.contains(" UTC, shown this once"), "{invited}");
    let unknown = server.types("account invite nobody", "");
    assert!(text(&unknown.stderr).contains("next: "), "{}", text(&unknown.stderr));
    let unknown = server.types("deployment create nosuch.yaml", "");
    assert!(text(&unknown.stderr).contains("next: "), "{}", text(&unknown.stderr));

    let created = server.does("deployment create two-branches");
    assert!(created.contains(&format!("landfall deployment start {here}\n")), "{created}");
    let again = server.types("deployment create two-branches", "");
    assert!(text(&again.stderr).contains("next: "), "{}", text(&again.stderr));
    let waits = server.does("waiting --for saoirse");
    assert!(waits.contains(&format!("landfall rfc submit RFC-1 {here}\n")), "{waits}");
    assert!(!waits.contains("--as "), "{waits}");
}

#[test]
fn an_act_repeated_under_its_name_is_recorded_once_across_the_network() {
    let (server, secret) = Server::start(&[]);
    server.set_up(&secret);
    server.types("log-in me", &format!("{PASSWORD}\n"));
    server.does("deployment create minimal.yaml --rehearsal");
    let line = "hold site/south --reason Later --command-id once --json";
    let (first, second) = (server.does(line), server.does(line));
    let read = |it: &str| -> serde_json::Value { serde_json::from_str(it).unwrap() };
    assert_eq!(read(&first)["first"], read(&second)["first"]);
    assert_eq!(read(&second)["repeated"], true);
}

#[test]
fn a_session_is_shown_to_the_server_that_gave_it_and_to_no_other() {
    let ((first, secret), (second, other)) = (Server::start(&[]), Server::start(&[]));
    first.set_up(&secret);
    second.set_up(&other);
    let place = tempfile::tempdir().unwrap();
    let types = |server: &Server, line: &str, typed: &str| {
        let said = said(server.asked_from(&place, line), typed);
        (said.status.code(), text(&said.stderr))
    };
    let password = format!("{PASSWORD}\n");
    assert_eq!(types(&first, "log-in me", &password).0, Some(0));
    let (code, why) = types(&second, "deployment list", "");
    assert_eq!(code, Some(4), "{why}");
    let asked = format!("nobody has logged in at {}", second.address);
    assert!(why.contains(&asked), "it was shown what the other one gave: {why}");
    assert_eq!(types(&second, "log-in me", &password).0, Some(0));
    for server in [&first, &second] {
        assert_eq!(types(server, "deployment list", "").0, Some(0), "{}", server.address);
    }
    assert_eq!(types(&second, "account log-out", "").0, Some(0));
    assert_eq!(types(&first, "deployment list", "").0, Some(0), "the other session goes on");
}

/// Somebody who can write to the database, and has no key.
fn written(server: &Server, statement: &str) {
    let database = server.folder.path().join("server/record.db");
    let program = "import sqlite3, sys; it = sqlite3.connect(sys.argv[1]); it.execute(sys.argv[2]); it.commit()";
    let done = Command::new("python3").args(["-c", program]).arg(database).arg(statement).output();
    let done = done.unwrap();
    assert!(done.status.success(), "{}", text(&done.stderr));
}

#[test]
fn who_writes_to_the_database_lets_nobody_in_before_somebody_with_the_key_seals_it() {
    let (server, secret) = Server::start(&[]);
    server.set_up(&secret);
    let password = format!("{PASSWORD}\n");
    assert_eq!(server.types("log-in me", &password).status.code(), Some(0));
    server.does("deployment create minimal.yaml --rehearsal");
    written(
        &server,
        "INSERT INTO accounts SELECT 'eve', password, 1, 0, created, seal FROM accounts",
    );
    assert_eq!(server.types("log-in eve", &password).status.code(), Some(4));
    assert!(!server.does("account list").contains("eve"));
    // Where the key is.
    let here = |line: &str| {
        let mut command = Command::new(LANDFALL);
        command.args(line.split_whitespace()).arg("--data");
        let said = command.arg(server.folder.path().join("server")).output().unwrap();
        (said.status.code(), text(&said.stdout) + &text(&said.stderr))
    };
    let (code, shown) = here("record seal-accounts");
    assert!(code == Some(0) && shown.contains("eve") && !shown.contains("me "), "{shown}");
    let (code, why) = here("record seal-accounts me");
    assert!(code == Some(5) && why.contains("nothing of the account me"), "{why}");
    assert_eq!(server.types("log-in eve", &password).status.code(), Some(4), "it was shown only");
    let (code, sealed) = here("record seal-accounts eve");
    assert!(code == Some(0) && sealed.contains("They are sealed"), "{sealed}");
    assert_eq!(server.types("log-in eve", &password).status.code(), Some(0));

    // Another key: it takes the accounts along, and a server with the old one knows nobody.
    let (code, said) = here("record rotate-key --reason leaver");
    assert_eq!(code, Some(0), "{said}");
    let (_, said) = here("record seal-accounts");
    assert_eq!(said, "all accounts, passkeys and links to single sign-on are sealed\n");
    assert_eq!(server.types("log-in me", &password).status.code(), Some(4));
}

#[test]
fn a_server_has_as_many_files_open_as_its_surroundings_let_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Command::new("prlimit")
        .args(["--nofile=200:3000", LANDFALL, "serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("pages at "));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id())).unwrap();
    process.kill().ok();
    process.wait().ok();
    let files = limits.lines().find(|it| it.starts_with("Max open files")).unwrap();
    let files: Vec<&str> = files.split_whitespace().skip(3).take(2).collect();
    assert_eq!(files, ["3000", "3000"]);
}

#[test]
fn by_tls_whoever_asks_knows_whom_they_ask() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let files = tempfile::tempdir().unwrap();
    let (certificate, key) = (files.path().join("tls.pem"), files.path().join("tls.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
    let (server, _) = Server::start(&["--certificate", &certificate, "--key", &key]);
    assert!(server.address.starts_with("https://"), "{}", server.address);

    let stranger = server.types("log-in me", "whatever it is\n");
    assert_eq!(stranger.status.code(), Some(1), "{}", text(&stranger.stderr));
    let mut known = server.asked("log-in me");
    let mut known = known.env("SSL_CERT_FILE", &certificate).spawn().unwrap();
    known.stdin.take().unwrap().write_all(b"whatever it is\n").unwrap();
    let known = known.wait_with_output().unwrap();
    assert!(text(&known.stderr).contains("password is wrong"), "{}", text(&known.stderr));
    assert_eq!(known.status.code(), Some(4));
}
