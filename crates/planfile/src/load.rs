//! Reading a plan: the main file, the files it takes in, and everything that is wrong with them.
//!
//! House rule: one run says everything that can be said.

use crate::build::build;
use crate::code::Code;
use crate::decode::{Cuts, decode};
use crate::diagnostic::{Diagnostic, Severity, quoted};
use crate::findings::Findings;
use crate::folder::{CSV_BYTES_MAX, Folder, FolderError, YAML_BYTES_MAX};
use crate::span::{At, Span};
use crate::table::{HashingReader, Table};
use crate::tree::{Entry, Kind, Node, parse};
use crate::written::PlanFile;
use model::digest::Digest;
use model::plan::MasterProjectPlan;
use serde::Serialize;
use std::sync::Arc;

/// A plan as it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The plan; none if there was an error.
    pub plan: Option<MasterProjectPlan>,
    /// Everything that is wrong, file by file and line by line.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read.
    pub sources: Vec<Source>,
}

/// A file that a plan was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its path, relative to the plan's folder.
    pub file: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
}

/// Returns the plan in the file `main` of `folder`, or everything that is wrong with it.
pub fn load(folder: &dyn Folder, main: &str) -> Loaded {
    let mut loader =
        Loader { folder, findings: Findings::default(), sources: vec![], cuts: Cuts::default() };
    let plan = loader.plan(main);
    let Loader { findings, sources, .. } = loader;
    let diagnostics = findings.finish(folder);
    let is_right = diagnostics.iter().all(|it| it.severity != Severity::Error);
    Loaded { plan: plan.filter(|_| is_right), diagnostics, sources }
}

/// Returns the tree of the YAML file `main` of `folder`, and what is wrong with it.
pub(crate) fn tree_of(folder: &dyn Folder, main: &str) -> (Option<Arc<Node>>, Findings) {
    let mut loader =
        Loader { folder, findings: Findings::default(), sources: vec![], cuts: Cuts::default() };
    let tree = loader.yaml(main, None);
    (tree, loader.findings)
}

struct Loader<'f> {
    folder: &'f dyn Folder,
    findings: Findings,
    sources: Vec<Source>,
    cuts: Cuts,
}

/// Tables that sections were read from.
#[derive(Default)]
struct Tables {
    people: Option<At<Vec<crate::written::Person>>>,
    sites: Option<At<Vec<crate::written::Site>>>,
    computers: Vec<crate::written::ComputerAddress>,
}

impl Loader<'_> {
    fn plan(&mut self, main: &str) -> Option<MasterProjectPlan> {
        let root = self.yaml(main, None)?;
        let (root, tables) = self.with_sections(&root);
        let mut file: PlanFile = decode(&root, &mut self.cuts, &mut self.findings)?;
        file.people = file.people.or(tables.people);
        file.sites = file.sites.or(tables.sites);
        file.computers.extend(tables.computers);
        Some(build(file, root.place(), &self.cuts, &mut self.findings))
    }

    /// Returns `root` with each `{from: file}` replaced by what is in the file.
    fn with_sections(&mut self, root: &Node) -> (Node, Tables) {
        let mut tables = Tables::default();
        let Kind::Map(entries) = &root.kind else { return (root.shallow_copy(None), tables) };
        let mut whole = Vec::with_capacity(entries.len());
        for entry in entries {
            let section = entry.key.text().unwrap_or_default();
            let Some((file, at)) = taken_from(section, &entry.value) else {
                whole.push(entry.shallow_copy());
                continue;
            };
            if file.to_ascii_lowercase().ends_with(".csv") {
                if !self.table(section, file, at, &mut tables) {
                    self.cuts.note_section(section);
                }
            } else if let Some(value) = self.yaml(file, Some(at)) {
                whole.push(Entry { key: entry.key.shallow_copy(None), value });
            } else {
                self.cuts.note_section(section);
            }
        }
        (root.shallow_copy(Some(whole)), tables)
    }

    /// Returns the tree of the YAML file `name`, which is named at `named_at`.
    fn yaml(&mut self, name: &str, named_at: Option<Span>) -> Option<Arc<Node>> {
        let bytes = match self.folder.read(name, YAML_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.refuse_file(name, named_at, &error);
                return None;
            }
        };
        self.sources.push(Source {
            file: name.to_owned(),
            size_bytes: bytes.len() as u64,
            sha256: Digest::of(&bytes),
        });
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let file = self.findings.add_file(name, None);
                let before =
                    &error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
                let line = before.iter().filter(|it| **it == b'\n').count() + 1;
                let at =
                    Span { file, line: u32::try_from(line).unwrap_or(0), column: 1, length: 1 };
                self.findings.report_with(
                    Code::NotUtf8,
                    at,
                    "this line is not UTF-8",
                    Some("save the file as UTF-8"),
                );
                return None;
            }
        };
        let file = self.findings.add_file(name, Some(text.clone()));
        let tree = parse(&text, file, &mut self.findings);
        let is_empty = tree.as_ref().is_none_or(|it| it.is_nothing());
        if is_empty {
            let at = Span { file, line: 1, column: 1, length: 1 };
            self.findings.report_if_none(Code::MissingKey, at, "the file holds nothing");
            return None;
        }
        tree
    }

    fn table(&mut self, section: &str, name: &str, at: Span, tables: &mut Tables) -> bool {
        let file = match self.folder.open(name) {
            Ok(file) if file.size_bytes > CSV_BYTES_MAX => {
                let error =
                    FolderError::TooLarge { size_bytes: file.size_bytes, limit: CSV_BYTES_MAX };
                self.refuse_file(name, Some(at), &error);
                return false;
            }
            Ok(file) => file,
            Err(error) => {
                self.refuse_file(name, Some(at), &error);
                return false;
            }
        };
        let position = self.findings.add_file(name, None);
        let mut reader = HashingReader::new(file.reader, CSV_BYTES_MAX);
        let mut table = Table {
            file: position,
            findings: &mut self.findings,
            cuts: &mut self.cuts,
            is_whole: true,
        };
        match section {
            "people" => tables.people = Some(At::new(table.people(&mut reader), at)),
            "sites" => tables.sites = Some(At::new(table.sites(&mut reader), at)),
            "computers" => tables.computers = table.computers(&mut reader),
            _ => {
                let what = format!("{} cannot stand in a CSV file", quoted(section));
                let help =
                    "only `people`, `sites` and `computers` can; use a YAML file for the rest";
                table.findings.report_with(Code::Table, at, what, Some(help));
                table.is_whole = false;
            }
        }
        let is_whole = table.is_whole;
        let (size_bytes, sha256) = reader.finish();
        self.sources.push(Source { file: name.to_owned(), size_bytes, sha256 });
        is_whole
    }

    fn refuse_file(&mut self, name: &str, named_at: Option<Span>, error: &FolderError) {
        let code = match error {
            FolderError::TooLarge { .. } => Code::FileTooLarge,
            FolderError::Outside => Code::PathOutside,
            FolderError::Missing | FolderError::NotAFile | FolderError::Unreadable(_) => Code::File,
        };
        let why = match error {
            FolderError::Unreadable(cause) => cause.to_string(),
            FolderError::TooLarge { .. }
            | FolderError::Outside
            | FolderError::Missing
            | FolderError::NotAFile => error.to_string(),
        };
        let what = format!("the file {} cannot be read: {why}", quoted(name));
        let help = match error {
            FolderError::TooLarge { .. } => {
                "keep large inventories in a CSV file: `sites: {from: sites.csv}`"
            }
            FolderError::Outside => {
                "put the file into the plan's folder and write its relative path"
            }
            FolderError::Missing | FolderError::NotAFile => {
                "check the name; paths are relative to the plan's folder"
            }
            FolderError::Unreadable(_) => {
                "check its permissions and those of its folder: it is there, and whoever runs this may not read it"
            }
        };
        let at = named_at.unwrap_or_else(|| {
            let file = self.findings.add_file(name, None);
            Span { file, line: 0, column: 0, length: 1 }
        });
        self.findings.report_with(code, at, what, Some(help));
    }
}

/// Returns the file that the section `name` is taken from, if `value` says so.
fn taken_from<'n>(name: &str, value: &'n Node) -> Option<(&'n str, Span)> {
    // A plan may have a variable called `from`.
    if name == "variables" {
        return None;
    }
    let Kind::Map(entries) = &value.kind else { return None };
    match entries.as_slice() {
        [only] if only.key.text() == Some("from") => {
            only.value.text().map(|it| (it, only.value.at))
        }
        _ => None,
    }
}
