//! A database that is put back to an earlier day: nothing starts, everything says so, two people end it.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

#[path = "support/backup.rs"]
mod backup;
#[path = "support/folder.rs"]
mod folder;
#[path = "support/said.rs"]
mod said;

use backup::{back_up, put_back};
use said::said;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

struct Desk {
    folder: TempDir,
    /// The folder of the witness.
    witness: &'static str,
}

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Types `words`, and returns the exit code with all that was said.
    fn types(&self, words: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
            .current_dir(self.folder.path())
            .env_remove("LANDFALL_AS")
            .env("LANDFALL_DATA", self.path("data"))
            .env("LANDFALL_WITNESS", self.path(self.witness))
            .args(words)
            .stdin(Stdio::null())
            .output();
        said(output.unwrap())
    }

    fn does(&self, line: &str) -> String {
        let (code, said) = self.types(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(code, 0, "landfall {line}\n{said}");
        said
    }

    /// Types `line`, and expects that it is refused and says why.
    fn is_refused(&self, line: &str, why: &str) {
        let (code, said) = self.types(&line.split(' ').collect::<Vec<_>>());
        assert_ne!(code, 0, "landfall {line}\n{said}");
        assert!(said.contains(why), "landfall {line}\n{said}");
    }
}

/// Asks for everything that is told or made of a deployment: a program that reads only the answer learns that
/// history was lost, and a person is told before anything else.
fn says_so_everywhere(desk: &Desk) {
    let gone = " gone";
    for line in [
        "status --no-forecast --json",
        "why deployment --json",
        "waiting --json",
        "deployment list --json",
        "document list --json",
        "plan show --json",
        "sheet site/B27 --json",
        "record export lost.jsonl --json",
        "evidence package lost.tar --json",
    ] {
        let said = desk.does(line);
        assert!(
            said.contains("\"quarantine\": {") && said.contains("\"found\": 2"),
            "landfall {line}\n{said}"
        );
    }
    for line in
        ["deployment list", "record export lost.again", "document pdf site/B27 --into papers"]
    {
        let said = desk.does(line);
        assert!(said.contains("in quarantine") && said.contains(gone), "landfall {line}\n{said}");
    }
    let said = desk.does("waiting --for amara");
    assert!(
        said.contains("record accept-loss") && !said.contains("landfall acknowledge"),
        "{said}"
    );
    desk.is_refused("record verify", "`landfall record accept-loss`");
}

#[test]
fn a_database_put_back_is_in_quarantine_until_two_people_accept_the_loss() {
    let desk = Desk { folder: TempDir::new().unwrap(), witness: "elsewhere" };
    let branches = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/two-branches");
    folder::copy(branches.as_ref(), &desk.path("plan"));
    desk.does("deployment create plan --rehearsal --as ivo");
    desk.does("rfc submit RFC-1 --as saoirse");
    let backup = back_up(&desk.path("data"));
    desk.does("rfc classify RFC-1 --as rosalind");
    desk.does("rfc return RFC-1 --reason incomplete --as rosalind");
    put_back(&desk.path("data"), &backup);

    let said = desk.does("status --no-forecast");
    assert!(said.contains("is in quarantine"), "{said}");
    assert!(desk.does("why deployment").contains("until two people accept it"));
    assert!(desk.does("waiting --for gunnvor").contains("record accept-loss"));
    desk.is_refused("rfc classify RFC-1 --as rosalind", "is in quarantine");
    desk.is_refused("serve --until-idle", "is in quarantine");
    says_so_everywhere(&desk);

    desk.is_refused("record accept-loss --reason nightly --as ivo", "it takes");
    desk.does("record accept-loss --reason nightly --as sabela");
    desk.is_refused("rfc classify RFC-1 --as rosalind", "is in quarantine");
    desk.is_refused("record accept-loss --reason nightly --as sabela", "already agreed");
    desk.does("record accept-loss --reason nightly --as gunnvor");

    assert!(!desk.does("status --no-forecast").contains("quarantine"));
    desk.does("rfc classify RFC-1 --as rosalind");
    assert!(desk.does("record show").contains("goes on as it was found"));
    desk.does("record verify");
    desk.is_refused(
        "record accept-loss --reason nightly --as sabela",
        "nothing of the record is lost",
    );
}

/// Another server, or the computer of whoever administers it, has a witness of its own, which has seen less.
#[test]
fn whoever_finds_a_loss_has_all_know_of_it_whatever_their_own_witness_has_seen() {
    let mut desk = Desk { folder: TempDir::new().unwrap(), witness: "elsewhere" };
    let branches = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/two-branches");
    folder::copy(branches.as_ref(), &desk.path("plan"));
    desk.does("deployment create plan --as ivo");
    desk.does("rfc submit RFC-1 --as saoirse");
    let backup = back_up(&desk.path("data"));
    desk.does("rfc classify RFC-1 --as rosalind");
    desk.witness = "theirs";
    desk.does("status --no-forecast");
    desk.witness = "elsewhere";
    desk.does("rfc return RFC-1 --reason incomplete --as rosalind");
    put_back(&desk.path("data"), &backup);

    desk.witness = "of nobody";
    assert!(!desk.does("status --no-forecast").contains("quarantine"), "nobody has noticed yet");
    desk.witness = "elsewhere";
    assert!(desk.does("status --no-forecast").contains("is in quarantine"));
    for other in ["of nobody", "theirs"] {
        desk.witness = other;
        assert!(desk.does("status --no-forecast").contains("is in quarantine"), "{other}");
        desk.is_refused("rfc classify RFC-1 --as rosalind", "is in quarantine");
        desk.is_refused("serve --until-idle", "is in quarantine");
    }
    desk.does("record accept-loss --reason nightly --as sabela");
    desk.witness = "of nobody";
    desk.does("record accept-loss --reason nightly --as gunnvor");

    // Theirs has seen a part of what people have accepted: nobody is asked again, and nobody is fenced.
    for witness in ["elsewhere", "theirs", "of nobody"] {
        desk.witness = witness;
        assert!(!desk.does("status --no-forecast").contains("quarantine"), "{witness}");
    }
    desk.does("rfc classify RFC-1 --as rosalind");
    desk.does("record verify");
}
