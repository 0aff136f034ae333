//! On paper: every document of the sealed deployment, looked at with the tools of others, and the
//! evidence package, verified by two programs that share nothing.

use super::stage::Stage;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The least share of a page's pixels that are not white, in millionths: less is an empty page.
const INK_MIN: usize = 2_000;

pub(crate) async fn holds_up(stage: &mut Stage) {
    let papers = stage.world().join("papers");
    let folder = papers.to_str().unwrap();
    stage.landfall(&["document", "pdf", "--all", "--into", folder]);
    let pdfs = files(&papers, "pdf");
    let codes: std::collections::BTreeSet<String> =
        pdfs.iter().map(|it| name(it).chars().take(4).collect()).collect();
    assert_eq!(codes.len(), 19, "every document but an early end: {codes:?}");
    pdfs.iter().for_each(|it| is_sound(it));
    looks_like_paper(&papers.join("D-06-milestone-review.pdf"));
    looks_like_paper(&papers.join("D-02-site-B27.pdf"));
    says_who_signed(&papers.join("D-02-site-B27.pdf"));
    holds_the_json_that_was_signed(stage, &papers);
    the_rows_of_all_sites_are_those_that_were_signed(stage, &papers);
    the_package_is_verified_by_two_programs(stage);
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|it| it.extension().is_some_and(|it| it == ending)).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments);
    let (said, error) = (output.stdout, output.stderr);
    let error = String::from_utf8_lossy(&error);
    assert!(output.status.success(), "{program} {arguments:?}: {error}");
    String::from_utf8_lossy(&said).into_owned()
}

/// It is well formed, tagged, PDF/A, with its JSON attached.
fn is_sound(pdf: &Path) {
    let path = pdf.to_str().unwrap();
    said("qpdf", &["--check", path]);
    let info = said("pdfinfo", &[path]);
    assert!(info.contains("Tagged:          yes"), "{path}: {info}");
    let subtype = said("pdfinfo", &["-meta", path]);
    assert!(subtype.contains("<pdfaid:part>3<"), "{path}: {subtype}");
    let attached = said("pdfdetach", &["-list", path]);
    assert!(attached.contains("document.json"), "{path}: {attached}");
}

/// No page is empty, and every page names its document and its number.
fn looks_like_paper(pdf: &Path) {
    let path = pdf.to_str().unwrap();
    let pictures = tempfile::TempDir::new().unwrap();
    let prefix = pictures.path().join("page");
    said("pdftoppm", &["-r", "40", "-gray", path, prefix.to_str().unwrap()]);
    let pages = files(pictures.path(), "pgm");
    assert!(!pages.is_empty(), "{path}");
    for page in &pages {
        let bytes = std::fs::read(page).unwrap();
        let dark = bytes.iter().skip(16).filter(|it| **it < 200).count();
        assert!(dark * 1_000_000 / bytes.len() > INK_MIN, "{} is empty", page.display());
    }
    for number in 1..=pages.len() {
        let at = number.to_string();
        let text = said("pdftotext", &["-f", &at, "-l", &at, "-layout", path, "-"]);
        let foot = format!("Page {number} of {}", pages.len());
        assert!(text.contains(&foot), "{path} page {number}: {text}");
    }
}

/// Tags and reading order: the signature stands where it is read, name after meaning.
fn says_who_signed(pdf: &Path) {
    let text = said("pdftotext", &[pdf.to_str().unwrap(), "-"]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let meaning = text.find("I confirm that site B27 is operating as expected.").unwrap();
    assert!(text.get(meaning..).unwrap().contains("UTC"), "{text}");
    assert!(text.contains("This document is complete and signed by everybody."), "{text}");
    assert!(text.contains("It shows the facts that were signed."), "{text}");
    let structure = said("pdfinfo", &["-struct-text", pdf.to_str().unwrap()]);
    assert!(structure.contains("H1") && structure.contains("Table"), "{structure}");
}

/// The attached JSON has the body whose digest was signed, byte for byte.
fn holds_the_json_that_was_signed(stage: &Stage, papers: &Path) {
    let json = papers.join("attached.json");
    let pdf = papers.join("D-02-site-B27.pdf");
    let (json, pdf) = (json.to_str().unwrap(), pdf.to_str().unwrap());
    said("pdfdetach", &["-savefile", "document.json", "-o", json, pdf]);
    let bytes = std::fs::read(json).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let digest = model::digest::digest_of_tree(&document["body"]);
    assert_eq!(document["digest"], digest.to_string());
    let shown = stage.landfall(&["sheet", "site/B27", "--json"]);
    assert!(shown.contains(&digest.to_string()), "it is what `sheet` shows");
    assert_eq!(document["status"], "locked");
}

/// What is signed of all sites holds the digest of a file with a row for each.
fn the_rows_of_all_sites_are_those_that_were_signed(stage: &Stage, papers: &Path) {
    let rows = std::fs::read(papers.join("sites-as-signed.json")).unwrap();
    let digest = model::digest::Digest::of(&rows).to_string();
    let sheet = stage.landfall(&["document", "show", "sites-complete"]);
    assert_eq!(sheet.matches(&digest).count(), 2, "among the facts and beside the file: {sheet}");
}

/// One file; Landfall and a Python program in it find it whole, and both name the first thing that
/// is wrong with a copy in which a byte is another.
fn the_package_is_verified_by_two_programs(stage: &Stage) {
    let file = stage.world().join("FG30.evidence.tar");
    let path = file.to_str().unwrap();
    stage.landfall(&["evidence", "package", path, "--documents", "json"]);
    let key = stage.landfall(&["record", "key"]);
    let key = key.trim();
    let verified = stage.landfall(&["verify", path, "--key", key]);
    assert!(verified.contains("The package holds"), "{verified}");
    let receipt = stage.world().join("B27.receipt.json");
    let receipt = receipt.to_str().unwrap();
    stage.landfall(&["evidence", "receipt", "site/B27:site-owner", receipt]);
    let verified = stage.landfall(&["verify", receipt, "--key", key]);
    assert!(verified.contains("is the signature site/B27:site-owner"), "{verified}");
    let checkpoint = stage.world().join("FG30.checkpoint");
    std::fs::write(&checkpoint, stage.landfall(&["evidence", "checkpoint"])).unwrap();
    let kept = checkpoint.to_str().unwrap();
    stage.landfall(&["verify", path, "--key", key, "--checkpoint", kept]);
    let program = stage.world().join("verify.py");
    let program = program.to_str().unwrap();
    std::fs::write(program, documents::VERIFIER).unwrap();
    let by_python = said("python3", &[program, path, key]);
    assert!(by_python.contains("FG30 holds"), "{by_python}");
    let whole = std::fs::read(&file).unwrap();
    let other = stage.world().join("other.tar");
    let found = |wanted: &[u8]| whole.windows(wanted.len()).position(|it| it == wanted).unwrap();
    for (what, at, named) in [
        ("event", found(b"\"order-ended\":{\"order\":"), "file chain.ndjson"),
        ("manifest", found(b"{\"deployment\":\"FG30\""), "key"),
        ("document", found(b"\"format\":\"landfall-document/1\""), "file documents/"),
        ("signature", found(b"\"decision\":\"accept"), "file signatures/"),
        ("population row", found(b",succeeded,"), "file population/runs.csv"),
        ("key", found(b"\"vkey\":\"landfall+"), "file chain.ndjson"),
        ("header", 130, "archive"),
    ] {
        let mut bytes = whole.clone();
        bytes[at + 1] ^= 1;
        std::fs::write(&other, bytes).unwrap();
        let ours = stage.fails(&["verify", other.to_str().unwrap(), "--key", key]);
        assert!(ours.contains(named), "{what}: {ours}");
        let theirs = run("python3", &[program, other.to_str().unwrap(), key]);
        assert_eq!(theirs.status.code(), Some(3), "{what}");
        let theirs = String::from_utf8_lossy(&theirs.stderr).into_owned();
        assert!(theirs.contains(named), "{what}: {theirs}");
    }
}
