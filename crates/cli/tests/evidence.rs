//! A signature by somebody's own key, and the package that proves it to whoever trusts nobody here.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails where it stands"
)]

#[path = "support/folder.rs"]
mod folder;

use record::{ArchivedFile, Signer, package};
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
        let output = self.run(env!("CARGO_BIN_EXE_landfall"), &words);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8(said).unwrap())
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
    let text = |path: &str| {
        let file = files.iter().find(|it| it.path == path).unwrap();
        String::from_utf8(file.bytes.clone()).unwrap()
    };
    let document = files.iter().find(|it| it.path.starts_with("documents/")).unwrap().path.clone();
    for (path, from, to, named) in [
        ("chain.ndjson", "\"level\":0", "\"level\":9", "chain: entry"),
        ("chain.ndjson", "\"checkpoint\":\"landfall/", "\"checkpoint\":\"landfill/", "chain"),
        ("chain.ndjson", "\"vkey\":\"landfall", "\"vkey\":\"landfill", "chain"),
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
