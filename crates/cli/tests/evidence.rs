//! A signature by somebody's own key, and the package that proves it to whoever trusts nobody here.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails where it stands"
)]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/said.rs"]
mod said;

use record::{ArchivedFile, Signer, package};
use said::said;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The key that the example names of `ca1`, instead of which the test has one of its own.
const NAMED: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

/// How many single bytes are changed by chance; ten thousand by hand.
const CHANGES: usize = 300;

struct Desk {
    folder: TempDir,
}

impl Desk {
    /// Returns a desk with the reference plan, regulated, in which `ca1` signs with `key`.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        folder::copy(&examples, folder.path());
        let desk = Self { folder };
        desk.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "ca1", "-f", "key"]);
        let public = std::fs::read_to_string(desk.path("key.pub")).unwrap();
        let plan = std::fs::read_to_string(desk.path("reference.yaml")).unwrap();
        let plan = plan
            .replace("profile: standard ", "profile: regulated ")
            // One approval authorises at once: an act of two entries, of which the first was declared.
            .replace("quorum: 2 ", "quorum: 1 ")
            .replace(
                &format!("ssh-keys: [\"{NAMED}\"]"),
                &format!("ssh-keys: [\"{}\"]", public.trim()),
            );
        std::fs::write(desk.path("plan.yaml"), plan).unwrap();
        desk
    }

    /// Returns a desk with the smallest plan, in which one person owns both sites and signs with `key`.
    fn of_two_sites() -> Self {
        let desk = Self::new();
        let public = std::fs::read_to_string(desk.path("key.pub")).unwrap();
        let plan = std::fs::read_to_string(desk.path("minimal.yaml")).unwrap();
        let key = format!("  - id: me\n    ssh-keys: [\"{}\"]\n", public.trim());
        let own = desk.path("greetings").display().to_string();
        let plan = plan.replace("  - id: me\n", &key).replace("/tmp/landfall-hello", &own);
        std::fs::write(desk.path("plan.yaml"), plan).unwrap();
        desk
    }

    /// Returns what `line` prints as JSON.
    fn tells(&self, line: &str) -> serde_json::Value {
        serde_json::from_str(&self.does(line)).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn started(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_remove("LANDFALL_AS")
            .env("LANDFALL_DATA", self.path("data"))
            .env("SSH_AUTH_SOCK", self.path("agent"))
            .args(words)
            .stdin(Stdio::null());
        command
    }

    fn run(&self, program: &str, words: &[&str]) -> Output {
        self.started(program, words).output().unwrap()
    }

    /// Types `line`, and returns the exit code with all that was said.
    fn types(&self, line: &str) -> (i32, String) {
        let words: Vec<&str> = line.split(' ').collect();
        said(self.run(env!("CARGO_BIN_EXE_landfall"), &words))
    }

    fn does(&self, line: &str) -> String {
        let (code, said) = self.types(line);
        assert_eq!(code, 0, "landfall {line}\n{said}");
        said
    }

    /// Returns what the Python program in the package says of `file`, and whether it holds.
    fn python(&self, file: &str, key: &str) -> (bool, String) {
        let output = self.run("python3", &["verify.py", file, key]);
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Returns the file of the package with what is in it.
    fn packed(&self) -> (String, Vec<ArchivedFile>) {
        self.does("evidence package it.tar --documents json");
        std::fs::create_dir_all(self.path("packed")).unwrap();
        self.run("tar", &["-xf", "it.tar", "-C", "packed"]);
        let manifest = std::fs::read(self.path("packed/manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        let named = manifest["files"].as_array().unwrap().iter();
        let files = named.map(|it| {
            let path = it["path"].as_str().unwrap().to_owned();
            let bytes = std::fs::read(self.path("packed").join(&path)).unwrap();
            ArchivedFile { path, bytes }
        });
        let files = files.collect();
        (self.does("record key").trim().to_owned(), files)
    }
}

/// A change authority who approves with the key that the plan names, from a file and with an agent.
fn approved() -> Desk {
    let desk = Desk::new();
    desk.does("deployment create plan.yaml --as rel");
    desk.does("rfc submit RFC-1 --as rel");
    desk.does("rfc classify RFC-1 --as ca1");
    let part = desk.does("rfc show RFC-1 --json");
    let part: serde_json::Value = serde_json::from_str(&part).unwrap();
    let part = part["part"].as_str().unwrap().to_owned();
    let approve = format!("rfc approve RFC-1 --digest {part} --as ca1");
    let (code, said) = desk.types(&approve);
    assert!(code != 0 && said.contains("sign with your key"), "{said}");
    let (code, said) = desk.types(&format!("{approve} --ssh-key agent"));
    assert!(code != 0 && said.contains("no SSH agent signs"), "{said}");
    let (code, said) =
        desk.types(&format!("rfc approve RFC-1 --digest {part} --as ca2 --ssh-key key"));
    assert!(code != 0 && said.contains("the plan names no SSH key of yours"), "{said}");
    let mut agent = desk.started("ssh-agent", &["-D", "-a", "agent"]);
    let mut agent = agent.stdout(Stdio::null()).spawn().unwrap();
    // The agent listens once its socket is there.
    while !desk.path("agent").exists() {
        std::thread::yield_now();
    }
    desk.run("ssh-add", &["-q", "key"]);
    desk.does(&format!("{approve} --ssh-key agent"));
    agent.kill().unwrap();
    agent.wait().unwrap();
    desk
}

/// Packs the files anew with the server's key, after `change`, as `other.tar`.
fn repacked(desk: &Desk, files: &[ArchivedFile], change: impl Fn(&str, Vec<u8>) -> Vec<u8>) {
    let signer = Signer::from_file(&desk.path("data/key")).unwrap();
    let changed = files.iter().map(|it| {
        let bytes = change(&it.path, it.bytes.clone());
        ArchivedFile { path: it.path.clone(), bytes }
    });
    let chain = files.iter().find(|it| it.path == "chain.ndjson").unwrap();
    let name = String::from_utf8_lossy(&chain.bytes);
    let name = name.split_once("landfall/").unwrap().1.split('"').next().unwrap();
    let bytes = package(&name.parse().unwrap(), changed.collect(), &signer).unwrap();
    std::fs::write(desk.path("other.tar"), bytes).unwrap();
}

/// Writes the exported record anew after `change` of its entries, with hashes, root and signature: what
/// whoever has the key can do.
fn rechained(exported: &[u8], signer: &Signer, change: impl Fn(String) -> String) -> Vec<u8> {
    let text = String::from_utf8(exported.to_vec()).unwrap();
    let (mut out, mut tree) = (String::new(), record::tree::Frontier::default());
    let mut hash = record::chain::beginning();
    let count = text.lines().count();
    for (number, line) in text.lines().enumerate() {
        if number + 1 == count {
            let origin = text.split_once("landfall/").unwrap().1;
            let deployment = origin.split('"').next().unwrap().parse().unwrap();
            let size = tree.size();
            let (root, chain) = (tree.root(), Some(hash));
            let note = record::Checkpoint { deployment, size, root, chain }.sign(signer);
            let ending: serde_json::Value = serde_json::from_str(line).unwrap();
            let note = serde_json::to_string(&note).unwrap();
            let sha256 = model::digest::Digest::of(out.as_bytes());
            let (entries, contents) = (&ending["entries"], &ending["contents"]);
            out += &format!(
                "{{\"checkpoint\":{note},\"entries\":{entries},\"contents\":{contents},\"sha256\":\"{sha256}\"}}\n"
            );
        } else if let Some((_, body)) = line.split_once("\",\"body\":") {
            let body = change(body.strip_suffix('}').unwrap().to_owned());
            hash = record::chain::link(&hash, body.as_bytes());
            tree.push(body.as_bytes());
            let seq = tree.size();
            out += &format!("{{\"seq\":{seq},\"hash\":\"{hash}\",\"body\":{body}}}\n");
        } else {
            out += &format!("{line}\n");
        }
    }
    out.into_bytes()
}

// Proves: X-13
#[test]
fn a_record_goes_on_under_another_key_and_both_programs_follow_it_from_the_first() {
    let desk = Desk::new();
    desk.does("deployment create plan.yaml --as rel");
    desk.does("rfc submit RFC-1 --as rel");
    let first = desk.does("record key").trim().to_owned();
    // A server that runs meanwhile says that it needs the new key.
    let mut server = desk.started(env!("CARGO_BIN_EXE_landfall"), &["serve"]);
    let mut server = server.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|it| it.starts_with("serving")));
    desk.does("record rotate-key --reason leaver");
    assert!(lines.any(|it| it.contains("REF: its record goes on under another key")));
    server.kill().unwrap();
    server.wait().unwrap();
    let second = desk.does("record key").trim().to_owned();
    desk.does("record rotate-key --reason yearly");
    let third = desk.does("record key").trim().to_owned();
    assert!(desk.does("record show").contains(&format!("changed the record's key to {third}")));
    desk.does("record verify");
    desk.does("rfc classify RFC-1 --as ca1");

    let (_, files) = desk.packed();
    std::fs::write(desk.path("verify.py"), documents::VERIFIER).unwrap();
    let keys = files.iter().find(|it| it.path == "keys/record.vkey").unwrap();
    assert_eq!(keys.bytes, format!("{first}\n{second}\n{third}\n").into_bytes());
    for key in [&first, &second, &third] {
        desk.does(&format!("verify it.tar --key {key}"));
        assert!(desk.python("it.tar", key).0, "{}", desk.python("it.tar", key).1);
    }
    let stranger = Signer::from_seed([1; 32]).verifier_key().to_string();
    let (code, ours) = desk.types(&format!("verify it.tar --key {stranger}"));
    let (holds, theirs) = desk.python("it.tar", &stranger);
    assert!(code == 3 && !holds, "{ours} {theirs}");
    assert!(ours.contains("key: ") && theirs.contains("key: "), "{ours} {theirs}");

    // Whoever has the newest key, and with it writes that the record came to it from another one.
    let signer = Signer::from_file(&desk.path("data/key")).unwrap();
    let note_of = |of: &str| format!("{of}\\n");
    for (from, to) in [
        (note_of(&first), note_of(&stranger)),
        (note_of(&second), note_of(&stranger)),
        ("landfall-key/1\\n3\\n".to_owned(), "landfall-key/1\\n4\\n".to_owned()),
        ("\"key-rotated\"".to_owned(), "\"key-changed\"".to_owned()),
    ] {
        repacked(&desk, &files, |path, bytes| {
            if path != "chain.ndjson" {
                return bytes;
            }
            let changed = std::cell::Cell::new(false);
            rechained(&bytes, &signer, |body| {
                if changed.get() || !body.contains(&from) || !body.contains("\"key-rotated\"") {
                    return body;
                }
                changed.set(true);
                body.replacen(&from, &to, 1)
            })
        });
        let (code, ours) = desk.types(&format!("verify other.tar --key {first}"));
        let (holds, theirs) = desk.python("other.tar", &first);
        assert!(code == 3 && !holds, "{from}: {ours} {theirs}");
        let is_named = |said: &str| said.contains("key rotation") || said.contains("key: ");
        assert!(is_named(&ours) && is_named(&theirs), "{from}: {ours} {theirs}");
    }

    // A computer that still has the old key writes nothing, and says what to do.
    let old = first.split('+').nth(1).unwrap();
    std::fs::rename(desk.path("data/key"), desk.path("data/newest")).unwrap();
    std::fs::copy(desk.path(&format!("data/key.before-{old}")), desk.path("data/key")).unwrap();
    let (code, said) = desk.types("rfc submit RFC-2 --as rel");
    assert!(code != 0 && said.contains("give this server the new key file"), "{said}");
}

// Proves: P2-D7, X-13
#[test]
fn a_batch_is_signed_once_after_a_look_at_its_sample_and_both_programs_hold_it_against_its_list() {
    let desk = Desk::of_two_sites();
    desk.does("deployment create plan.yaml --rehearsal");
    desk.run(
        env!("CARGO_BIN_EXE_landfall"),
        &["attest", "E4", "deployment", "--statement", "asked"],
    );
    desk.does("rfc submit RFC-1");
    desk.does("rfc classify RFC-1");
    let part = desk.tells("rfc show RFC-1 --json")["part"].as_str().unwrap().to_owned();
    desk.does(&format!("rfc approve RFC-1 --digest {part}"));
    desk.does("rfc schedule RFC-1");
    desk.does("acknowledge --ring pilot");
    desk.does("deployment start");
    desk.does("serve --until-idle");

    // What is not of one kind is no batch, and neither is one signature.
    let slots = "site/north:release-management site/south:release-management";
    for (line, said) in [
        ("batch begin site/north:release-management", "at least two"),
        ("batch begin site/north:release-management site/north:release-management", "named twice"),
        ("batch begin site/north:release-management core:tester", "of another kind"),
        ("batch look 1 site/north", "there is no batch 1"),
    ] {
        let (code, found) = desk.types(line);
        assert!(code != 0 && found.contains(said), "{line}: {found}");
    }
    desk.does(&format!("batch begin {slots}"));
    let batch = desk.tells("batch show 1 --json");
    let list = batch["digest"].as_str().unwrap();
    let sign = format!("batch sign 1 --digest {list} --ssh-key key");
    let (code, said) = desk.types(&sign);
    assert!(code != 0 && said.contains("2 of 2 have not been looked at"), "{said}");
    let (code, said) = desk.types("batch look 1 site/north --digest 0123456789");
    assert!(code == 8, "{said}");
    for site in ["north", "south"] {
        let sheet = desk.tells(&format!("sheet site/{site} --json"));
        let digest = sheet[0]["digest"].as_str().unwrap().to_owned();
        desk.does(&format!("batch look 1 site/{site} --digest {digest}"));
        let (code, said) = desk.types(&format!("batch look 1 site/{site} --digest {digest}"));
        assert!(code != 0 && said.contains("already"), "{said}");
    }
    let said = desk.does(&sign);
    assert!(said.contains("in batch 1 of 2, 2 looked at, this one among them"), "{said}");
    let (code, said) = desk.types(&sign);
    assert!(code != 0 && said.contains("batch 1 is signed"), "{said}");

    // What an owner is asked for by itself is no batch; both sites are, where both were observed by now.
    desk.does("serve --until-idle");
    let (code, said) = desk.types("sign --all-mine");
    let is_one = said.contains("then give --digest");
    let is_batch = said.contains("2 signatures begun") && said.contains("`landfall batch look 2 ");
    assert!(code == 2 && (is_one || is_batch), "{said}");
    let shown = desk.does("sheet site/north");
    assert!(shown.contains("in batch 1 of 2, 2 looked at, this one among them"), "{shown}");
    let paper = desk.does("document show site/north --language de");
    assert!(paper.contains("Stapel 1 mit 2 Unterschriften, 2 seiner Bl\u{e4}tter"), "{paper}");

    let (key, files) = desk.packed();
    std::fs::write(desk.path("verify.py"), documents::VERIFIER).unwrap();
    desk.does(&format!("verify it.tar --key {key}"));
    assert!(desk.python("it.tar", &key).0, "{}", desk.python("it.tar", &key).1);
    let manifest = files.iter().find(|it| it.path.starts_with("signatures/")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest.bytes).unwrap();
    assert_eq!(manifest["batch"]["looked_at"], 2, "{manifest}");
    assert!(manifest["auth"]["again"]["by"]["ssh-key"].is_object(), "{manifest}");
    let signer = Signer::from_file(&desk.path("data/key")).unwrap();
    for (within, from, to, named) in [
        ("\"begun\"", "\"sample\":[\"site/", "\"sample\":[\"site/x", "sample"),
        ("\"looked-at\"", "\"slot\":\"site/", "\"slot\":\"site/x", "looked at"),
        ("\"of\":2", "\"looked_at\":2", "\"looked_at\":9", "name"),
        ("\"declarations\"", "\"meaning\":\"", "\"meaning\":\"Not: ", "about something else"),
    ] {
        repacked(&desk, &files, |path, bytes| {
            if path != "chain.ndjson" {
                return bytes;
            }
            rechained(&bytes, &signer, |body| {
                if body.contains(within) { body.replacen(from, to, 1) } else { body }
            })
        });
        let (code, ours) = desk.types(&format!("verify other.tar --key {key}"));
        let (holds, theirs) = desk.python("other.tar", &key);
        assert!(code == 3 && !holds, "{from}: {ours} {theirs}");
        assert!(ours.contains(named) && theirs.contains(named), "{from}: {ours} {theirs}");
    }
}

// Proves
#[test]
fn a_key_s_signature_is_proved_by_two_programs_and_no_byte_of_the_package_can_be_another() {
    let desk = approved();
    let (key, files) = desk.packed();
    std::fs::write(desk.path("verify.py"), documents::VERIFIER).unwrap();
    assert!(documents::VERIFIER.lines().count() < 200, "it is read in ten minutes");
    let verified = desk.does(&format!("verify it.tar --key {key}"));
    assert!(verified.contains("The package holds"), "{verified}");
    assert!(desk.python("it.tar", &key).0, "{}", desk.python("it.tar", &key).1);
    let again = desk.does("record verify");
    assert!(again.contains("hold"), "{again}");

    // Whoever has the server's key packs it anew with one thing changed: each has its name.
    let signer = Signer::from_file(&desk.path("data/key")).unwrap();
    let plan = files.iter().find(|it| it.path.starts_with("config/plans/")).unwrap().path.clone();
    for path in ["config/baselines.json", "config/papers.json", "metrics/inputs/sites.csv"] {
        assert!(files.iter().any(|it| it.path == path), "{path} lies in it");
    }
    let text = |path: &str| {
        let file = files.iter().find(|it| it.path == path).unwrap();
        String::from_utf8(file.bytes.clone()).unwrap()
    };
    let document = files.iter().find(|it| it.path.starts_with("documents/")).unwrap().path.clone();
    for (path, from, to, named) in [
        ("chain.ndjson", "\"level\":0", "\"level\":9", "chain: entry"),
        ("chain.ndjson", "\"checkpoint\":\"landfall/", "\"checkpoint\":\"landfill/", "chain"),
        ("chain.ndjson", "\"vkey\":\"landfall", "\"vkey\":\"landfill", "key"),
        (
            plan.as_str(),
            "\"profile\":\"regulated\"",
            "\"profile\":\"standard\"",
            "plan config/plans/",
        ),
        (document.as_str(), "\"body\":{", "\"body\":{\"a\":1,", "document documents/"),
        (
            "population/runs.csv",
            "took_ms\r\n",
            "took_ms\r\nnothing,ran\r\n",
            "population: 1 rows for 0 steps",
        ),
    ] {
        assert!(text(path).contains(from), "{path} has {from}");
        let changed = files.iter().map(|it| {
            let bytes = if it.path == path {
                text(path).replacen(from, to, 1).into_bytes()
            } else {
                it.bytes.clone()
            };
            ArchivedFile { path: it.path.clone(), bytes }
        });
        let bytes = package(&"REF".parse().unwrap(), changed.collect(), &signer).unwrap();
        std::fs::write(desk.path("other.tar"), bytes).unwrap();
        let (code, ours) = desk.types(&format!("verify other.tar --key {key}"));
        assert!(code != 0 && ours.contains(named), "{path} {from}: {ours}");
        let (holds, theirs) = desk.python("other.tar", &key);
        assert!(!holds && theirs.contains(named), "{path} {from}: {theirs}");
    }

    // Single bytes by chance, each refused by both: Python's in one process, without its last lines.
    let driver = "import random, sys\n\
        source = open('verify.py').read().rsplit('\\ntry:', 1)[0]\nexec(source)\n\
        data, key = open('it.tar', 'rb').read(), sys.argv[1]\n\
        sys.stdout = open('/dev/null', 'w')\n\
        for seed in range(int(sys.argv[2])):\n\
        \x20   at, bit = random.Random(seed).randrange(len(data)), seed % 8\n\
        \x20   try: verify(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:], key)\n\
        \x20   except Exception: continue\n\
        \x20   sys.exit(f'byte {at}, bit {bit} was believed')\n";
    std::fs::write(desk.path("changes.py"), driver).unwrap();
    let output = desk.run("python3", &["changes.py", &key, &CHANGES.to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let whole = std::fs::read(desk.path("it.tar")).unwrap();
    let vkey = key.parse().unwrap();
    for change in 0..CHANGES {
        let at = change * 7_919 * 131 % whole.len();
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (change % 8);
        assert!(record::verify_package(&bytes, Some(&vkey)).is_err(), "byte {at}");
    }
}
