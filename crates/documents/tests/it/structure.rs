//! Tags and reading order, looked at with the tools of others: whoever hears a document instead of
//! seeing it hears all of it, in the order in which it is read, and knows what a cell belongs to.
//!
//! `pdfinfo -struct-text` of poppler (Debian: poppler-utils, which `./test` installs) walks the tags of
//! a PDF and prints what stands in each. Poppler shares nothing with typst, which writes them.

use crate::world::{created, plan};
use documents::{Document, Language, Letterhead, Press, shown};
use model::profile::Purpose;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{program} is needed, of poppler-utils, which ./test installs: {error}")
    });
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is read of a PDF by its tags.
struct Tagged {
    headings: Vec<String>,
    heads: Vec<String>,
    cells_without_head: usize,
    text: String,
}

/// Reads the tags of `pdf`: in each line stands a tag, one of its attributes, or a text.
fn tagged(pdf: &Path) -> Tagged {
    let read = said("pdfinfo", &["-struct-text", pdf.to_str().unwrap()]);
    let mut found =
        Tagged { headings: vec![], heads: vec![], cells_without_head: 0, text: String::new() };
    let mut tag = String::new();
    for line in read.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
            found.text += text;
            match tag.as_str() {
                "H1" => found.headings.last_mut().unwrap().push_str(text),
                "TH" => found.heads.last_mut().unwrap().push_str(text),
                _ => {}
            }
        } else if line.starts_with('/') {
            let is_alone = tag == "TD" && line == "/Headers []";
            found.cells_without_head += usize::from(is_alone);
            assert!(tag != "TH" || !line.starts_with("/Scope") || line == "/Scope /Column");
        } else {
            tag = line.split([' ', ':']).next().unwrap().to_owned();
            match tag.as_str() {
                "H1" => found.headings.push(String::new()),
                "TH" => found.heads.push(String::new()),
                _ => {}
            }
        }
    }
    found
}

/// Returns `text` without what typesetting puts in or takes out: spaces, and hyphens at line ends.
fn bare(text: &str) -> String {
    let is_set = |it: &char| it.is_whitespace() || matches!(it, '-' | '\u{ad}' | '\u{200b}');
    text.chars().filter(|it| !is_set(it)).collect()
}

/// What a document says, in the order in which it is read.
#[derive(Default)]
struct Read {
    headings: Vec<String>,
    heads: Vec<String>,
    text: String,
}

impl Read {
    fn say(&mut self, text: &Value) {
        self.text += text.as_str().unwrap_or_default();
    }

    fn rows(&mut self, rows: &Value) {
        rows.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()).for_each(|it| {
            self.say(it);
        });
    }

    fn columns(&mut self, columns: &Value) {
        for it in columns.as_array().unwrap() {
            self.heads.push(it.as_str().unwrap().to_owned());
            self.say(it);
        }
    }

    fn quoted(&mut self, text: &Value) {
        self.text += &format!("\u{201c}{}\u{201d}", text.as_str().unwrap());
    }

    fn block(&mut self, it: &Value) {
        match it["kind"].as_str().unwrap() {
            "facts" => self.rows(&it["rows"]),
            "table" => {
                self.say(&it["title"]);
                self.columns(&it["columns"]);
                self.rows(&it["rows"]);
                self.say(&it["more"]);
            }
            "cards" => {
                self.say(&it["title"]);
                for card in it["cards"].as_array().unwrap() {
                    self.say(&card["title"]);
                    let is_short = |row: &&Value| {
                        let text = row[1].as_str().unwrap();
                        text.chars().count() <= 32 && !text.contains('\n')
                    };
                    let rows = card["rows"].as_array().unwrap();
                    let (short, long): (Vec<_>, Vec<_>) = rows.iter().partition(is_short);
                    short.into_iter().chain(long).for_each(|row| {
                        self.say(&row[0]);
                        self.say(&row[1]);
                    });
                }
                self.say(&it["more"]);
            }
            "criteria" => {
                self.columns(&it["columns"]);
                for row in it["rows"].as_array().unwrap() {
                    self.say(&row["id"]);
                    self.say(&row["text"]);
                    self.say(&row["detail"]);
                    self.text += match row["tone"].as_str().unwrap() {
                        "met" | "answered" => "\u{2713}",
                        "not-met" => "\u{2717}",
                        "waived" => "\u{2248}",
                        _ => "?",
                    };
                    self.say(&row["verdict"]);
                }
            }
            "statement" => {
                self.quoted(&it["text"]);
                self.text += "\u{2014}";
                self.say(&it["by"]);
            }
            "list" => {
                self.say(&it["title"]);
                for item in it["items"].as_array().unwrap() {
                    self.text += "\u{2022}";
                    self.say(item);
                }
            }
            "note" => self.say(&it["text"]),
            "annex" => {
                self.say(&it["text"]);
                self.say(&it["digest"]);
            }
            "signature" => {
                self.say(&it["role"]);
                self.say(&it["stands"]);
                self.quoted(&it["meaning"]);
                if !it["recorded"].is_null() {
                    self.quoted(&it["recorded"]);
                }
                self.say(&it["name"]);
                it["statements"].as_array().unwrap().iter().for_each(|said| self.quoted(said));
                self.rows(&it["lines"]);
            }
            other => panic!("{other}"),
        }
    }

    fn of(shown: &Value) -> Self {
        let mut read = Self::default();
        read.say(&shown["code"]);
        read.text += "\u{b7}";
        for part in ["project", "title", "of", "status", "version", "lead"] {
            read.say(&shown[part]);
        }
        for lacking in shown["lacks"].as_array().unwrap() {
            read.text += "\u{2013}";
            read.say(lacking);
        }
        read.rows(&shown["head"]);
        for (number, section) in (1..).zip(shown["sections"].as_array().unwrap()) {
            read.text += &format!("{number}");
            read.headings.push(format!("{number}{}", section["title"].as_str().unwrap()));
            read.say(&section["title"]);
            read.say(&section["source"]);
            section["blocks"].as_array().unwrap().iter().for_each(|it| read.block(it));
        }
        read
    }
}

/// Prints one document of each kind of a draft, and hands each over with its words and its file.
fn every_document(language: Language, mut each: impl FnMut(&Document, &Value, &Path)) {
    let world = created(plan(), Purpose::Production);
    let (press, letterhead, paper) = (Press::new(), Letterhead::default(), world.paper());
    let folder = TempDir::new().unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    for name in documents::all(&paper) {
        let document = documents::document(&paper, &name).unwrap();
        if !kinds.insert(document.title.clone()) {
            continue;
        }
        let words = shown(&document, language, &letterhead);
        let path = folder.path().join(format!("{}.pdf", name.file()));
        std::fs::write(&path, press.pdf(&document, &words, &letterhead).unwrap()).unwrap();
        each(&document, &serde_json::to_value(&words).unwrap(), &path);
    }
}

#[test]
fn whoever_hears_a_document_hears_all_of_it_in_the_order_in_which_it_is_read() {
    let mut tables = 0;
    // German has the longer words, and letters beyond ASCII.
    every_document(Language::De, |document, words, pdf| {
        let name = &document.document;
        let (expected, found) = (Read::of(words), tagged(pdf));
        assert_eq!(found.headings, expected.headings, "{name}");
        let heads = |of: &[String]| of.iter().map(|it| bare(it)).collect::<Vec<_>>();
        assert_eq!(heads(&found.heads), heads(&expected.heads), "{name}");
        assert_eq!(found.cells_without_head, 0, "{name}");
        assert_eq!(bare(&found.text), bare(&expected.text), "{name}");
        tables += usize::from(!found.heads.is_empty());
    });
    assert!(tables > 12, "only {tables} documents had tables");
}

#[test]
fn every_page_has_its_number_and_the_heads_of_its_tables_and_the_file_holds_what_is_signed() {
    let mut pages_max = 0;
    every_document(Language::En, |document, _, pdf| {
        let path = pdf.to_str().unwrap();
        let info = said("pdfinfo", &[path]);
        assert!(info.contains("Tagged:          yes"), "{path}: {info}");
        let pages = info.lines().find_map(|it| it.strip_prefix("Pages:")).unwrap().trim();
        let pages: usize = pages.parse().unwrap();
        pages_max = pages_max.max(pages);
        for number in 1..=pages {
            let at = number.to_string();
            let text = said("pdftotext", &["-f", &at, "-l", &at, "-layout", path, "-"]);
            assert!(text.contains(&format!("Page {number} of {pages}")), "{path}: {text}");
            // The sites in training fill several pages, and each says what its columns are.
            if document.code == "D-11" && number > 1 {
                assert!(text.contains("Trained") && text.contains("Needed"), "{path}: {text}");
            }
        }
        let attached = pdf.with_extension("json");
        said("pdfdetach", &["-savefile", "document.json", "-o", attached.to_str().unwrap(), path]);
        assert!(std::fs::read(&attached).unwrap() == document.canonical(), "{path}");
    });
    assert!(pages_max > 2, "no document has more than {pages_max} pages");
}
