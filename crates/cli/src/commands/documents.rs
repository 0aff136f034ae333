//! Documents: listed, shown, written as PDF, HTML or JSON.
//!
//! House rule: a document is computed from the record at the time it is asked for, and never edited.

use crate::args::document::{DocumentOf, Wanted, Written};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use documents::{
    Binder, Document, DocumentName, Letterhead, Paper, Press, Reading, Shown, binder, html, shown,
};
use model::event::Entry;
use model::sheet::Sheet;
use model::state::State;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The most sites whose documents are written with all others: of more, name those that are wanted.
const SITES_MAX: usize = 2_000;

/// The largest font file that is read, in bytes.
const FONT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The largest file of a letterhead that is read, in bytes.
const LETTERHEAD_BYTES_MAX: u64 = 4 * 1024 * 1024;

pub(crate) async fn document(it: &DocumentOf, desk: Desk) -> Result<Exit, Fault> {
    match it {
        DocumentOf::List { open } => list(*open, &desk),
        DocumentOf::Show(wanted) => show(wanted, &desk).await,
        DocumentOf::Pdf(written) => {
            let press = press(written.fonts.as_deref())?;
            let pdf = |document: &Document, shown: &Shown, letterhead: &Letterhead| {
                press.pdf(document, shown, letterhead).map_err(|error| {
                    Fault::new(Exit::Failure, format!("{} cannot be printed", document.document))
                        .why(error.to_string())
                })
            };
            write(written, &desk, "pdf", &pdf).await
        }
        DocumentOf::Html(written) => {
            let page = |document: &Document, shown: &Shown, letterhead: &Letterhead| {
                Ok(html(document, shown, letterhead).into_bytes())
            };
            write(written, &desk, "html", &page).await
        }
        DocumentOf::Json(written) => {
            write(written, &desk, "json", &|document, _, _| Ok(document.canonical())).await
        }
    }
}

/// What makes a file of a document.
type Maker<'a> = dyn Fn(&Document, &Shown, &Letterhead) -> Result<Vec<u8>, Fault> + Sync + 'a;

fn list(open: bool, desk: &Desk) -> Result<Exit, Fault> {
    let reading = Reading::default();
    let paper = Paper { state: desk.state(), now: desk.now(), reading: &reading };
    let mut binder: Binder = binder(&paper);
    if open {
        binder.documents.retain(|it| !it.is_complete());
    }
    desk.answer(&binder, || render::document::binder(desk.state(), &binder))?;
    Ok(Exit::Done)
}

/// Reads the record for its documents, and hands each one that is wanted to `each`.
async fn each(
    wanted: &Wanted,
    desk: &Desk,
    mut each: impl FnMut(&Paper<'_>, &Document, &Letterhead) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let letterhead = letterhead(wanted.letterhead.as_deref())?;
    let mut reading = Reading::of(match wanted.all {
        true => documents::Wanted::All,
        false => documents::Wanted::of(&wanted.documents),
    });
    let record = desk.coordinator.record();
    let noted = &mut |state: &State, entry: &Entry, hash| reading.note(state, entry, hash);
    let state = coordinator::read_through(&*record, &desk.deployment(), noted).await?;
    let paper = Paper { state: &state, now: desk.now(), reading: &reading };
    let names = if wanted.all { all(&paper) } else { wanted.documents.clone() };
    for name in &names {
        let document = match wanted.issue {
            Some(number) => documents::issue(&paper, name, number),
            None => documents::document(&paper, name),
        };
        let document = document.ok_or_else(|| {
            let what = match wanted.issue {
                Some(number) => format!("{name} has no issue {number}"),
                None => format!("the record knows nothing of {name}"),
            };
            let lists = "`landfall document list` names every document";
            let known: Vec<String> = all(&paper).iter().map(ToString::to_string).collect();
            let known = known.iter().map(String::as_str).filter(|it| *it != name.to_string());
            let next = match planfile::nearest(&name.to_string(), known) {
                Some(meant) => format!("did you mean {meant}? {lists}"),
                None => lists.to_owned(),
            };
            Fault::usage(what, next)
        })?;
        each(&paper, &document, &letterhead)?;
    }
    Ok(())
}

/// Returns every document; those of single sites where they are not too many.
pub(super) fn all(paper: &Paper<'_>) -> Vec<DocumentName> {
    let mut names = documents::all(paper);
    if paper.state.plan.sites.len() > SITES_MAX {
        names.retain(|it| !matches!(it, DocumentName::Sheet(Sheet::Site(_))));
    }
    names
}

async fn show(wanted: &Wanted, desk: &Desk) -> Result<Exit, Fault> {
    let (mut values, mut pages) = (Vec::new(), Vec::new());
    each(wanted, desk, |_, document, letterhead| {
        pages.push(documents::text(&shown(document, wanted.language, letterhead)));
        values.push(json!(document));
        Ok(())
    })
    .await?;
    desk.terminal.answer(&values, || pages.join("\n\n"))?;
    Ok(Exit::Done)
}

async fn write(it: &Written, desk: &Desk, ending: &str, make: &Maker<'_>) -> Result<Exit, Fault> {
    let folder = &it.into;
    std::fs::create_dir_all(folder).map_err(|error| Fault::of_file(folder, &error))?;
    let mut files: Vec<PathBuf> = Vec::new();
    let mut keep = |name: String, bytes: &[u8]| -> Result<(), Fault> {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(|error| Fault::of_file(&path, &error))?;
        files.push(path);
        Ok(())
    };
    let mut beside: BTreeSet<String> = BTreeSet::new();
    each(&it.wanted, desk, |paper, document, letterhead| {
        let shown = shown(document, it.wanted.language, letterhead);
        let name = format!("{}.{ending}", document.document.file());
        keep(name, &make(document, &shown, letterhead)?)?;
        let files = match it.wanted.all {
            true if beside.is_empty() => documents::table_files(paper),
            true => vec![],
            false => documents::files_beside(paper, document),
        };
        for file in files {
            if beside.insert(file.name.clone()) {
                keep(file.name, &file.bytes)?;
            }
        }
        Ok(())
    })
    .await?;
    desk.terminal.answer(&files, || {
        let lines: Vec<String> = files.iter().map(|it| it.display().to_string()).collect();
        lines.join("\n")
    })?;
    Ok(Exit::Done)
}

/// Reads a file that is not too large.
fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Fault> {
    let of_file = |error: std::io::Error| Fault::of_file(path, &error);
    let length = std::fs::metadata(path).map_err(of_file)?.len();
    if length > bytes_max {
        let what = format!("{} is larger than {bytes_max} bytes", path.display());
        return Err(Fault::usage(what, "give a smaller one"));
    }
    std::fs::read(path).map_err(of_file)
}

/// Returns the company's paper; a logo is looked for beside its file.
pub(super) fn letterhead(path: Option<&Path>) -> Result<Letterhead, Fault> {
    let Some(path) = path else { return Ok(Letterhead::default()) };
    let json = read(path, LETTERHEAD_BYTES_MAX)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let logo = |name: &str| {
        read(&folder.join(name), LETTERHEAD_BYTES_MAX).map_err(|fault| fault.what.clone())
    };
    Letterhead::read(&json, logo).map_err(|error| {
        let what = format!("{} is no letterhead", path.display());
        let next = "`landfall help document pdf` says what it holds";
        Fault::usage(what, next).why(error.to_string())
    })
}

/// Returns a press with the fonts in `folder`.
pub(super) fn press(folder: Option<&Path>) -> Result<Press, Fault> {
    let Some(folder) = folder else { return Ok(Press::new()) };
    let of_file = |error: std::io::Error| Fault::of_file(folder, &error);
    let is_font = |it: &PathBuf| {
        let ending = it.extension().and_then(|it| it.to_str()).unwrap_or_default();
        ["ttf", "otf", "ttc", "otc"].iter().any(|font| ending.eq_ignore_ascii_case(font))
    };
    let entries = std::fs::read_dir(folder).map_err(of_file)?;
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|it| it.path()).collect();
    paths.retain(is_font);
    // In the order of their names: which font comes first decides how a page looks.
    paths.sort();
    let mut fonts = Vec::with_capacity(paths.len());
    for path in &paths {
        fonts.push((path.display().to_string(), read(path, FONT_BYTES_MAX)?));
    }
    Press::with_fonts(fonts).map_err(|error| {
        Fault::usage(error.to_string(), "take it out of the directory that --fonts names")
    })
}
