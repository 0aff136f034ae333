//! The house as it lies on disk: its text files, its paths and its crates.
//!
//! Read once a test and handed to the rules, so that a rule can be tried on a
//! house of three lines as well as on the real one.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the checkout.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Hidden folders that belong to the project; every other one belongs to a tool.
const HIDDEN_FOLDERS: &[&str] = &[".ci", ".cargo", ".config", ".github"];

/// Everything that the rules look at.
#[derive(Default)]
pub(crate) struct House {
    /// Every text file.
    pub(crate) files: Vec<File>,
    /// The path of every file and folder, from the root.
    pub(crate) paths: BTreeSet<String>,
    /// The crates of the workspace.
    pub(crate) crates: Vec<Crate>,
}

/// A text file.
pub(crate) struct File {
    /// Its path from the root, such as `crates/model/src/id.rs`.
    pub(crate) path: String,
    /// What stands in it.
    pub(crate) text: String,
}

/// A crate of the workspace.
pub(crate) struct Crate {
    /// Its name.
    pub(crate) name: String,
    /// What it builds on; what only its tests use is not counted.
    pub(crate) dependencies: Vec<String>,
}

impl House {
    /// Returns the house this program was built from.
    pub(crate) fn here() -> Self {
        let mut house = Self { crates: workspace_crates(), ..Self::default() };
        let leave_out = ignored();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            house.read_folder(&folder, &leave_out, &mut folders);
        }
        house.files.sort_by(|one, other| one.path.cmp(&other.path));
        house
    }

    fn read_folder(&mut self, folder: &str, leave_out: &[String], folders: &mut Vec<String>) {
        let listing = Path::new(ROOT).join(folder).read_dir();
        for entry in listing.expect("because a folder of the checkout can be read") {
            let entry = entry.expect("because its folder could be read");
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let is_tools_own = name.starts_with('.') && !HIDDEN_FOLDERS.contains(&name.as_str());
            // In a linked worktree `.git` is a file.
            if leave_out.contains(&path) || path == ".git" {
                continue;
            }
            if !entry.path().is_dir() {
                let text = std::fs::read_to_string(entry.path());
                self.files.extend(text.ok().map(|text| File { path: path.clone(), text }));
                self.paths.insert(path);
            } else if !is_tools_own {
                self.paths.insert(path.clone());
                folders.push(path);
            }
        }
    }

    /// Returns where the file called `path` from the root lies.
    pub(crate) fn path(path: &str) -> PathBuf {
        Path::new(ROOT).join(path)
    }

    /// Returns the Rust sources.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// Returns the written pages.
    pub(crate) fn pages(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".md"))
    }
}

impl File {
    /// Returns the file's lines, each with its place (`path:line`) for a message.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (String, &str)> {
        let places = (1..).map(|number| format!("{}:{number}", self.path));
        places.zip(self.text.lines())
    }

    /// Returns what is built into the program: the text without the tests at its end.
    pub(crate) fn without_tests(&self) -> &str {
        if self.path.contains("/tests/") || self.path.ends_with("/tests.rs") {
            return "";
        }
        self.text.split_once("#[cfg(test)]\nmod ").map_or(self.text.as_str(), |(built, _)| built)
    }
}

/// Returns the paths that `.gitignore` names from the root.
fn ignored() -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(ROOT).join(".gitignore")).unwrap_or_default();
    let rooted = text.lines().filter_map(|line| line.strip_prefix('/'));
    rooted.map(|path| path.trim_end_matches('/').to_owned()).collect()
}

/// Returns every crate of the workspace, as Cargo sees it.
fn workspace_crates() -> Vec<Crate> {
    #[expect(clippy::disallowed_methods, reason = "only Cargo knows the workspace")]
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(ROOT)
        .output()
        .expect("because Cargo runs this program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {said}");
    let metadata: Value =
        serde_json::from_slice(&output.stdout).expect("because Cargo writes JSON");
    items(&metadata, "packages")
        .map(|package| Crate { name: text(package, "name"), dependencies: built_on(package) })
        .collect()
}

fn built_on(package: &Value) -> Vec<String> {
    let dependencies = items(package, "dependencies");
    let built = dependencies.filter(|it| it.get("kind").and_then(Value::as_str) != Some("dev"));
    built.map(|it| text(it, "name")).collect()
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
pub(crate) mod planted {
    //! Small houses with something wrong in them.

    use super::{Crate, File, House};
    use crate::Rule;

    /// Returns a house of these files.
    pub(crate) fn files(rows: &[(&str, &str)]) -> House {
        let files =
            rows.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() });
        let paths = rows.iter().map(|(path, _)| (*path).to_owned()).collect();
        House { files: files.collect(), paths, crates: Vec::new() }
    }

    /// Returns a house of one crate.
    pub(crate) fn krate(name: &str, dependencies: &[&str]) -> House {
        let dependencies = dependencies.iter().map(|it| (*it).to_owned()).collect();
        House { crates: vec![Crate { name: name.into(), dependencies }], ..House::default() }
    }

    /// Fails with every breach of `rule` in the real house.
    #[track_caller]
    pub(crate) fn holds(rule: Rule) {
        let breaches = rule(&House::here());
        assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_read_whole_and_nothing_else_is() {
        let house = House::here();
        for path in ["Cargo.toml", "xtask/src/house.rs", "crates/model/src", "docs/decisions"] {
            assert!(house.paths.contains(path), "{path} is missing");
        }
        let strange = ["target/", ".git/"];
        assert!(!house.paths.iter().any(|path| strange.iter().any(|it| path.starts_with(it))));
        assert!(house.crates.iter().any(|it| it.name == "model"));
        assert!(house.sources().count() > house.crates.len());
    }

    #[test]
    fn tests_are_told_from_what_is_built() {
        for (path, text, built) in [
            ("crates/a/src/b.rs", "fn a() {}\n#[cfg(test)]\nmod tests {}", "fn a() {}\n"),
            ("crates/a/src/b.rs", "fn a() {}", "fn a() {}"),
            ("crates/a/tests/b.rs", "fn a() {}", ""),
            ("crates/a/src/b/tests.rs", "fn a() {}", ""),
        ] {
            let file = File { path: path.into(), text: text.into() };
            assert_eq!(file.without_tests(), built, "{path}");
        }
    }
}
