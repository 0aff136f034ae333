//! What steps printed, asked for by name.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/said.rs"]
mod said;

use said::said;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn types(folder: &Path, words: &[&str]) -> (i32, String) {
    let landfall = Command::new(env!("CARGO_BIN_EXE_landfall"))
        .current_dir(folder)
        .env_remove("LANDFALL_AS")
        .env("LANDFALL_DATA", folder.join("data"))
        .args(words)
        .stdin(Stdio::null())
        .output();
    said(landfall.unwrap())
}

#[test]
fn an_order_that_the_record_does_not_have_is_named_and_is_no_empty_output() {
    let folder = TempDir::new().unwrap();
    let branches = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/two-branches");
    folder::copy(branches.as_ref(), &folder.path().join("plan"));
    let (code, created) = types(folder.path(), &["deployment", "create", "plan", "--as", "ivo"]);
    assert_eq!(code, 0, "{created}");

    for follow in [&[][..], &["--follow"]] {
        let words = [&["output", "site/vigo@1/till-1/install#1"], follow].concat();
        let (code, told) = types(folder.path(), &words);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("the record has no order `site/vigo@1/till-1/install#1`"), "{told}");
    }
}
