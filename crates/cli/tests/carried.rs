//! Checkpoints that leave the server: to a second volume, to a git repository and by mail; and a database
//! that is put back to an earlier day, which what was kept there tells from the one that was.
// Long because: each kind of place has its story, and all are told at one desk.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

#[path = "support/backup.rs"]
mod backup;
#[path = "support/folder.rs"]
mod folder;
#[path = "support/said.rs"]
mod said;

use backup::{back_up, put_back};
use notices::testing::{MailHouse, ObjectHouse};
use said::said;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: TempDir::new().unwrap() };
        let branches = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/two-branches");
        folder::copy(branches.as_ref(), &desk.path("plan"));
        std::fs::create_dir(desk.path("volume")).unwrap();
        desk.git(&["init", "--quiet", "--bare", "remote.git"]);
        desk.does("deployment create plan --as ivo");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn remote(&self) -> String {
        format!("git+file://{}", self.path("remote.git").display())
    }

    fn run(&self, program: &str, words: &[&str]) -> Output {
        Command::new(program)
            .current_dir(self.folder.path())
            .env_remove("LANDFALL_AS")
            .env("LANDFALL_DATA", self.path("data"))
            .args(words)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn git(&self, words: &[&str]) -> String {
        let output = self.run("git", words);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn types(&self, line: &str) -> (i32, String) {
        let words: Vec<&str> = line.split(' ').collect();
        said(self.run(env!("CARGO_BIN_EXE_landfall"), &words))
    }

    fn does(&self, line: &str) -> String {
        let (code, said) = self.types(line);
        assert_eq!(code, 0, "landfall {line}\n{said}");
        said
    }

    fn serving(&self) -> String {
        format!("serve --until-idle --checkpoints-to volume --checkpoints-to {}", self.remote())
    }

    /// Serves until nothing is to do, with a directory and a repository for checkpoints.
    fn serves(&self) -> String {
        self.does(&self.serving())
    }

    /// Serves, and expects that nothing starts and that everybody is told why.
    fn is_quarantined(&self) -> String {
        let (code, said) = self.types(&self.serving());
        assert!(code != 0 && said.contains("is in quarantine"), "{said}");
        assert!(self.does("status --no-forecast").contains("is in quarantine"));
        said
    }
}

// Proves: X-13
#[test]
fn a_backup_that_was_put_back_is_told_from_the_record_by_what_left_the_server() {
    let desk = Desk::new();
    let remote = desk.remote();
    desk.serves();
    let commits = || desk.git(&["-C", "remote.git", "rev-list", "landfall-checkpoints"]);
    let kept = || std::fs::read_dir(desk.path("volume/FG2")).unwrap().count();
    assert_eq!((commits().lines().count(), kept()), (1, 1));
    let backup = back_up(&desk.path("data"));
    desk.does("rfc submit RFC-1 --as saoirse");
    desk.serves();
    assert_eq!((commits().lines().count(), kept()), (2, 2), "a commit and a file for each");
    desk.serves();
    let whole = back_up(&desk.path("data"));
    assert_eq!((commits().lines().count(), kept()), (2, 2), "and none where nothing is new");
    for place in ["volume", &remote] {
        let said = desk.does(&format!("record verify --against {place}"));
        assert!(said.contains("Checkpoints kept elsewhere: 2; it begins with"), "{said}");
    }
    let said = desk.does("status --no-forecast");
    assert!(said.contains("checkpoint at volume: of "), "{said}");

    // An earlier day: the record holds together, and is shorter than what was carried.
    put_back(&desk.path("data"), &backup);
    assert!(desk.does("record verify").contains("holds"));
    for place in ["volume", &remote] {
        let (code, said) = desk.types(&format!("record verify --against {place}"));
        assert_eq!(code, 3, "{said}");
        assert!(said.contains("another record than the one that was witnessed"), "{said}");
        assert!(said.contains("an older backup was put back"), "{said}");
    }
    let said = desk.is_quarantined();
    assert!(said.contains("not carried to volume: history was lost"), "{said}");
    assert!(said.contains(&format!("not carried to {remote}: history was lost")), "{said}");
    let said = desk.does("status --no-forecast");
    assert!(said.contains("not the newest: history was lost"), "{said}");
    assert!(desk.does("waiting --for gunnvor").contains("record accept-loss"));
    let (code, said) = desk.types("rfc submit RFC-1 --as saoirse");
    assert!(code != 0 && said.contains("is in quarantine"), "{said}");
    let (code, said) = desk.types("record verify");
    assert!(code != 0 && said.contains("has lost history"), "{said}");

    // The right backup ends it by itself.
    let lost = back_up(&desk.path("data"));
    put_back(&desk.path("data"), &whole);
    desk.serves();
    assert!(!desk.does("status --no-forecast").contains("quarantine"));
    put_back(&desk.path("data"), &lost);

    // Or two people accept it, and what both places keep of the old record with it.
    desk.does("record accept-loss --reason nightly --as sabela");
    desk.is_quarantined();
    desk.does("record accept-loss --reason nightly --as gunnvor");
    let said = desk.serves();
    assert!(said.contains("not carried to volume: "), "{said}");
    assert!(said.contains("people have accepted that; name another place"), "{said}");
    desk.does("rfc submit RFC-1 --as saoirse");
    desk.serves();
    assert_eq!((commits().lines().count(), kept()), (2, 2), "nothing of it was put there");
    desk.does("record verify");
}

// Proves: X-13
#[test]
fn a_record_that_was_written_anew_is_in_quarantine_by_what_a_place_has_seen() {
    for place in ["volume", "git"] {
        let desk = Desk::new();
        let place = if place == "git" { desk.remote() } else { place.to_owned() };
        let serves = format!("serve --until-idle --checkpoints-to {place}");
        let backup = back_up(&desk.path("data"));
        desk.does("rfc submit RFC-1 --as saoirse");
        desk.does(&serves);
        put_back(&desk.path("data"), &backup);
        // Nobody looked, and it is as long as before.
        desk.does("rfc submit RFC-1 --as saoirse");
        desk.does("rfc classify RFC-1 --as rosalind");
        let (code, said) = desk.types(&serves);
        assert!(code != 0 && said.contains("the record was written anew"), "{said}");
        assert!(desk.does("status --no-forecast").contains("is in quarantine"));
    }
}

// Proves: X-13
#[test]
fn neither_another_server_of_the_record_nor_a_stranger_at_a_place_is_a_false_alarm() {
    let desk = Desk::new();
    let places = format!("--checkpoints-to volume --checkpoints-to {}", desk.remote());
    // A second server of the same record, with a data directory of its own.
    std::fs::create_dir(desk.path("second")).unwrap();
    std::fs::copy(desk.path("data/key"), desk.path("second/key")).unwrap();
    let second = format!("serve --until-idle {places} --data second --database data/record.db");
    for line in [
        "rfc submit RFC-1 --as saoirse",
        "rfc classify RFC-1 --as rosalind",
        "rfc return RFC-1 --reason incomplete --as rosalind",
    ] {
        desk.serves();
        desk.does(line);
        let said = desk.does(&second);
        assert!(!said.contains("not carried"), "{said}");
    }
    desk.does("record verify --against volume");

    // Somebody else's server, with another key, has a deployment of the same name.
    let stranger = Desk::new();
    let volume = desk.path("volume");
    let line = format!("serve --until-idle --checkpoints-to {}", volume.display());
    let said = stranger.does(&line);
    assert!(said.contains("cannot be relied on: it is not signed with the record's key"), "{said}");
    assert!(!stranger.does("status --no-forecast").contains("quarantine"));
}

#[test]
fn a_place_that_cannot_be_reached_stops_nothing_and_is_said() {
    let desk = Desk::new();
    let gone = format!("git+file://{}", desk.path("gone.git").display());
    let line = format!("serve --until-idle --checkpoints-to not-mounted --checkpoints-to {gone}");
    let said = desk.does(&line);
    assert!(said.contains("not carried to not-mounted: "), "{said}");
    assert!(said.contains(&format!("not carried to {gone}: git ls-remote: fatal: ")), "{said}");
    assert!(!desk.path("not-mounted").exists(), "a volume that is not there is not made up");
    let status = desk.does("status --no-forecast --json");
    assert!(status.contains("\"trouble\": \"not-mounted: "), "{status}");
    // Somebody else writes rubbish there: it is neither believed nor written over.
    std::fs::create_dir(desk.path("volume/FG2")).unwrap();
    std::fs::write(desk.path("volume/FG2/000000000009.checkpoint"), "rubbish").unwrap();
    let said = desk.serves();
    assert!(said.contains("not carried to volume: the checkpoint that was kept cannot"), "{said}");
    let (code, said) = desk.types("serve --checkpoints-to https://example.org/x");
    assert!(code != 0 && said.contains("a place is a directory"), "{said}");
}

/// A volume that hangs, as one over a network does whose server is gone: a pipe that nobody writes into.
#[test]
fn a_place_that_hangs_keeps_no_other_waiting_and_is_named() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path("hangs/FG2")).unwrap();
    let pipe = desk.path("hangs/FG2/000000000009.checkpoint");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // On one core, where a thread that hangs would be all there is; a server that could not be stopped any
    // more is killed, and fails this test.
    let line = "60 serve --checkpoints-to hangs --checkpoints-to volume --data data";
    let server = Command::new("timeout")
        .current_dir(desk.folder.path())
        .env("TOKIO_WORKER_THREADS", "1")
        .args(["--signal", "KILL"])
        .args(line.replacen(' ', &format!(" {} ", env!("CARGO_BIN_EXE_landfall")), 1).split(' '))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The server reads the pipe from here on, and nothing ever comes.
    let writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    let told = Command::new("kill").arg(server.id().to_string()).status();
    assert!(told.unwrap().success());
    let (code, said) = said(server.wait_with_output().unwrap());
    drop(writer);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("not carried to hangs: it has not answered for "), "{said}");
    assert!(!said.contains("not carried to volume"), "{said}");
    assert_eq!(std::fs::read_dir(desk.path("volume/FG2")).unwrap().count(), 1);
    let status = desk.does("status --no-forecast");
    assert!(
        status.contains("checkpoint at hangs: none yet; not the newest: it has not"),
        "{status}"
    );
    assert!(status.contains("checkpoint at volume: of "), "{status}");
}

// Proves: X-13
#[test]
fn a_place_that_has_lost_what_was_kept_there_is_not_filled_anew() {
    let desk = Desk::new();
    let remote = desk.remote();
    desk.serves();
    let backup = back_up(&desk.path("data"));
    desk.does("rfc submit RFC-1 --as saoirse");
    desk.serves();
    let kept = || {
        let listed = std::fs::read_dir(desk.path("volume/FG2"));
        let mut kept: Vec<PathBuf> =
            listed.map(|all| all.map(|it| it.unwrap().path()).collect()).unwrap_or_default();
        kept.sort();
        kept
    };
    let branch = ["-C", "remote.git", "for-each-ref", "--format=%(objectname)", "refs/heads"];
    let tip = desk.git(&branch);
    let newest = kept().pop().unwrap();
    let note = std::fs::read(&newest).unwrap();

    // Somebody takes the newest away, then all of it; or the volume is not mounted.
    std::fs::remove_file(&newest).unwrap();
    let said = desk.serves();
    assert!(said.contains("not carried to volume: what was kept there, of "), "{said}");
    std::fs::remove_dir_all(desk.path("volume/FG2")).unwrap();
    desk.git(&["-C", "remote.git", "update-ref", "-d", "refs/heads/landfall-checkpoints"]);
    desk.does("rfc classify RFC-1 --as rosalind");
    let said = desk.serves();
    assert!(said.contains(&format!("not carried to {remote}: what was kept there, of ")), "{said}");
    let status = desk.does("status --no-forecast");
    assert_eq!(status.matches("is gone: is it mounted?").count(), 2, "{status}");
    assert_eq!((kept().len(), desk.git(&branch).as_str()), (0, ""), "and nothing was put there");

    // A record that has lost more than that is told from it.
    let whole = back_up(&desk.path("data"));
    put_back(&desk.path("data"), &backup);
    let said = desk.serves();
    assert!(
        said.contains("not carried to volume: history was lost: what was kept there"),
        "{said}"
    );
    put_back(&desk.path("data"), &whole);

    // Whoever mounts it again, or brings it back, need say nothing.
    std::fs::create_dir(desk.path("volume/FG2")).unwrap();
    std::fs::write(&newest, note).unwrap();
    desk.git(&["-C", "remote.git", "update-ref", "refs/heads/landfall-checkpoints", tip.trim()]);
    let said = desk.serves();
    assert!(said.contains("checkpoints are carried to volume again"), "{said}");
    assert!(said.contains(&format!("checkpoints are carried to {remote} again")), "{said}");
    assert_eq!(kept().len(), 2);

    // Whoever has emptied it on purpose names another place.
    std::fs::remove_dir_all(desk.path("volume/FG2")).unwrap();
    std::fs::create_dir(desk.path("volume/anew")).unwrap();
    let said = desk.does("serve --until-idle --checkpoints-to volume/anew");
    assert!(!said.contains("not carried"), "{said}");
    assert_eq!(std::fs::read_dir(desk.path("volume/anew/FG2")).unwrap().count(), 1);
}

// Proves: X-13
#[test]
fn an_object_store_keeps_every_checkpoint_and_tells_the_record_from_another_one() {
    let desk = Desk::new();
    let house = ObjectHouse::open("audit").unwrap();
    let place = format!("s3+{}/landfall", house.bucket());
    let serves = format!("serve --until-idle --checkpoints-to {place}");
    let (code, said) = desk.types(&serves);
    assert!(code != 0 && said.contains("--object-store-key"), "{said}");
    std::fs::write(desk.path("s3"), house.key()).unwrap();
    let key = format!("--object-store-key file:{}", desk.path("s3").display());
    let serves = format!("{serves} {key}");
    let kept = || {
        let objects = std::fs::read_dir(house.folder().join("landfall/FG2")).unwrap();
        let mut names: Vec<String> =
            objects.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    desk.does(&serves);
    let first = kept();
    let text = std::fs::read_to_string(house.folder().join("landfall/FG2").join(&first[0]));
    let backup = back_up(&desk.path("data"));
    desk.does("rfc submit RFC-1 --as saoirse");
    desk.does(&serves);
    desk.does(&serves);
    assert_eq!((first.len(), kept().len()), (1, 2), "an object for each: {:?}", kept());
    assert!(first.iter().all(|it| kept().contains(it)));
    let again = std::fs::read_to_string(house.folder().join("landfall/FG2").join(&first[0]));
    assert_eq!(text.unwrap(), again.unwrap(), "and none is written over");
    let said = desk.does(&format!("record verify --against {place} {key}"));
    assert!(said.contains("Checkpoints kept elsewhere: 2"), "{said}");
    let status = desk.does("status --no-forecast");
    assert!(status.contains(&format!("checkpoint at {place}: of ")), "{status}");
    let (code, said) =
        desk.types(&format!("record verify --against {place} --object-store-key env:NONE"));
    assert!(code != 0 && said.contains("NONE"), "{said}");

    put_back(&desk.path("data"), &backup);
    let (code, said) = desk.types(&serves);
    assert!(code != 0 && said.contains("is in quarantine"), "{said}");
    let carried = std::fs::read_to_string(desk.path("data/carried.json")).unwrap();
    let secret = house.key().split_once(':').unwrap().1;
    for told in [&said, &status, &carried] {
        assert!(!told.contains(secret) && !told.contains("X-Amz"), "{told}");
    }
    assert_eq!(kept().len(), 2, "nothing of it was put there");
    // Whoever has no key any more is told, and nothing stops.
    put_back(&desk.path("data"), &backup);
    std::fs::remove_file(desk.path("data/carried.json")).unwrap();
    std::fs::write(desk.path("s3"), "LANDFALLTESTS:another").unwrap();
    let said = desk.does(&serves);
    assert!(said.contains(&format!("not carried to {place}: the object store answers ")), "{said}");
}

#[test]
fn one_checkpoint_a_day_goes_by_mail_to_whoever_keeps_it() {
    let desk = Desk::new();
    let (code, said) = desk.types("serve --until-idle --checkpoints-to mailto:audit@example.org");
    assert!(code != 0 && said.contains("name a mail server with --smtp"), "{said}");
    let house = MailHouse::hospitable().unwrap();
    let line = format!(
        "serve --until-idle --checkpoints-to mailto:audit@example.org --smtp smtp://{} --mail-from landfall@example.org",
        house.address
    );
    desk.does(&line);
    desk.does("rfc submit RFC-1 --as saoirse");
    desk.does(&line);
    let mails = house.arrived();
    assert_eq!(mails.len(), 1, "the second is due tomorrow");
    std::fs::write(desk.path("mail"), &mails[0].text).unwrap();
    let reads = "import email, email.policy; \
        mail = email.message_from_bytes(open('mail', 'rb').read(), policy=email.policy.default); \
        text = mail.get_content(); open('saved', 'w').write(text[text.index('landfall/FG2'):])";
    let output = desk.run("python3", &["-c", reads]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // What is saved from the mail is enough.
    assert!(desk.does("record verify --against saved").contains("Checkpoints kept elsewhere: 1"));
}

/// How openssl signs timestamps.
const AUTHORITY: &str = "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\ncrypto_device = builtin\n\
    signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\n\
    ess_cert_id_alg = sha256\n[stamps]\nextendedKeyUsage = critical,timeStamping\n";

/// A timestamp authority on this computer: openssl behind a door of a few lines.
fn authority(desk: &Desk) -> SocketAddr {
    std::fs::write(desk.path("tsa.cnf"), AUTHORITY).unwrap();
    std::fs::write(desk.path("serial"), "01\n").unwrap();
    let openssl = |line: &str| {
        let output = desk.run("openssl", &line.split(' ').collect::<Vec<_>>());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    for name in ["ca", "stranger"] {
        openssl(&format!(
            "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.pem -days 30 -subj /CN={name}"
        ));
    }
    openssl("req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=stamps");
    openssl(
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 30 -extfile tsa.cnf -extensions stamps",
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let folder = desk.folder.path().to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream);
            let (mut line, mut length) = (String::new(), 0);
            while lines.read_line(&mut line).is_ok_and(|it| it > 2) {
                let value = line.to_ascii_lowercase();
                if let Some(value) = value.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut question = vec![0; length];
            lines.read_exact(&mut question).unwrap();
            let answer = answered(&folder, &question);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.len());
            (&stream).write_all(&[head.as_bytes(), &answer].concat()).unwrap();
        }
    });
    address
}

fn answered(folder: &Path, question: &[u8]) -> Vec<u8> {
    std::fs::write(folder.join("question"), question).unwrap();
    let words =
        "ts -reply -queryfile question -signer tsa.pem -inkey tsa.key -config tsa.cnf -out answer";
    let output =
        Command::new("openssl").current_dir(folder).args(words.split(' ')).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(folder.join("answer")).unwrap()
}

// Proves: X-13
#[test]
fn an_authority_says_when_it_saw_a_checkpoint_and_both_programs_check_it() {
    let desk = Desk::new();
    let place = format!("tsa+http://{}/tsr", authority(&desk));
    let serves = format!("serve --until-idle --checkpoints-to {place}");
    desk.does(&serves);
    assert!(desk.does("status --no-forecast").contains(&format!("checkpoint at {place}: of ")));
    desk.does("rfc submit RFC-1 --as saoirse");
    desk.does(&serves);
    desk.does("evidence package it.tar --documents json");
    std::fs::write(desk.path("verify.py"), documents::VERIFIER).unwrap();
    let key = desk.does("record key").trim().to_owned();
    let python = |file: &str, authority: &str| {
        let output = desk.run("python3", &["verify.py", file, &key, authority]);
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    };
    let verify = |file: &str, authority: &str| {
        desk.types(&format!("verify {file} --key {key} --timestamp-authority {authority}"))
    };
    let (code, said) = verify("it.tar", "ca.pem");
    assert!(code == 0 && said.contains("Timestamps: 1, the last one at "), "{said}");
    assert!(said.contains("by an authority that you trust"), "{said}");
    assert!(python("it.tar", "ca.pem").0, "{}", python("it.tar", "ca.pem").1);
    // Without an authority that is named, only what it is about is checked.
    assert!(desk.does(&format!("verify it.tar --key {key}")).contains("that you have not named"));
    let (code, said) = verify("it.tar", "stranger.pem");
    assert!(
        code == 3 && said.contains("does not come from an authority that is trusted"),
        "{said}"
    );
    assert!(!python("it.tar", "stranger.pem").0);

    // A token over something else, and one for a checkpoint of another record: whoever has the key packs it.
    let stamps = desk.path("data/timestamps/FG2");
    let token = stamps.read_dir().unwrap().filter_map(Result::ok).map(|it| it.path());
    let token = token.into_iter().find(|it| it.extension().unwrap() == "tst").unwrap();
    let whole = std::fs::read(&token).unwrap();
    let mut other = whole.clone();
    let at = whole.len() - 20;
    other[at] ^= 1;
    std::fs::write(&token, &other).unwrap();
    desk.does("evidence package signed.tar --documents json");
    let (code, said) = verify("signed.tar", "ca.pem");
    assert!(code == 3 && said.contains("timestamp timestamps/"), "{said}");
    let (holds, said) = python("signed.tar", "ca.pem");
    assert!(!holds && said.contains("timestamp timestamps/"), "{said}");
    std::fs::write(&token, &whole).unwrap();
    let note = token.with_extension("checkpoint");
    let text = std::fs::read_to_string(&note).unwrap();
    std::fs::write(&note, text.replacen("FG2\n1\n", "FG2\n2\n", 1)).unwrap();
    desk.does("evidence package sized.tar --documents json");
    for (holds, said) in [
        (verify("sized.tar", "ca.pem").0 == 0, verify("sized.tar", "ca.pem").1),
        python("sized.tar", "ca.pem"),
    ] {
        assert!(!holds && said.contains("timestamp timestamps/"), "{said}");
    }
}
