//! The guide is true: every command in it is typed as it stands, page after page, and what the
//! guide shows is what comes back.
//!
//! In a block marked `console`, a line after `$ ` is typed, and the lines below it come back in
//! their order, with others between them; `…` stands for anything. A block marked
//! `console exit=4` says with which code its last command ends; all others end with 0.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

#[path = "support/folder.rs"]
mod folder;

use folder::copy;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// What stands for anything.
const ANYTHING: &str = "…";

/// A command of the guide.
struct Typed {
    place: String,
    line: String,
    exit: i32,
    shown: Vec<String>,
}

// Proves: G-08, G-16, P4-D1, P4-D2, P4a-A1, P4a-O1, P4b-A1, P4b-O2
#[test]
fn every_command_of_the_guide_does_what_the_guide_says() {
    let world = TempDir::new().unwrap();
    let programs = world.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_landfall"), programs.join("landfall")).unwrap();
    let reader = world.path().join("reader");
    copy(&Path::new(ROOT).join("examples"), &reader.join("examples"));
    let commands: Vec<Typed> = pages().iter().flat_map(|page| commands(page)).collect();
    assert!(!commands.is_empty(), "the guide has no command");
    for typed in commands {
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let output = Command::new("bash")
            // As on a screen: what is said beside the results stands where it was said.
            .args(["-c", &format!("exec 2>&1\n{}", typed.line)])
            .current_dir(&reader)
            .env_clear()
            .envs([("PATH", path.as_str()), ("HOME", &reader.display().to_string())])
            .envs([("LANG", "C.UTF-8"), ("TZ", "UTC"), ("COLUMNS", "120")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let Typed { place, line, exit, shown } = typed;
        assert_eq!(output.status.code(), Some(exit), "{place}: {line}\n{said}");
        let mut lines = said.lines();
        for expected in &shown {
            let found = lines.any(|it| is_like(it.trim(), expected));
            assert!(found, "{place}: {line}\ndoes not say, in this order: {expected}\n{said}");
        }
    }
}

/// Returns the pages of the guide, in the order of their names.
fn pages() -> Vec<PathBuf> {
    let folder = Path::new(ROOT).join("docs/guide");
    let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut pages: Vec<PathBuf> =
        entries.filter(|it| it.extension() == Some("md".as_ref())).collect();
    pages.sort();
    pages
}

/// Returns the commands of `page`.
fn commands(page: &Path) -> Vec<Typed> {
    let text = std::fs::read_to_string(page).unwrap();
    let name = page.file_name().unwrap().display().to_string();
    let mut commands: Vec<Typed> = Vec::new();
    let mut block: Option<i32> = None;
    for (number, line) in text.lines().enumerate() {
        match block {
            None => {
                block = line.strip_prefix("```console").map(|it| {
                    it.trim().strip_prefix("exit=").map_or(0, |code| code.parse().unwrap())
                });
            }
            Some(exit) if line.starts_with("```") => {
                if let Some(last) = commands.last_mut() {
                    last.exit = exit;
                }
                block = None;
            }
            Some(_) => match line.strip_prefix("$ ") {
                Some(line) => commands.push(Typed {
                    place: format!("{name}:{}", number + 1),
                    line: line.to_owned(),
                    exit: 0,
                    shown: vec![],
                }),
                None if line.trim() == ANYTHING || line.trim().is_empty() => {}
                None => commands.last_mut().unwrap().shown.push(line.trim().to_owned()),
            },
        }
    }
    commands
}

/// Returns whether `line` is what `expected` says.
fn is_like(line: &str, expected: &str) -> bool {
    let pieces: Vec<&str> = expected.split(ANYTHING).collect();
    let [first, middle @ .., last] = pieces.as_slice() else { return line == expected };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for piece in middle {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn what_the_guide_shows_is_compared_piece_by_piece() {
    for (line, expected, like) in [
        ("site/B27: planned", "site/B27: planned", true),
        ("site/B27: planned", "site/B27: plan", false),
        ("entry 12 at 09:00", "entry … at …", true),
        ("entry 12 at 09:00", "entry … at", false),
        ("the entry 12", "entry …", false),
        ("ring pilot has passed", "… has passed", true),
    ] {
        assert_eq!(is_like(line, expected), like, "{line} / {expected}");
    }
}
