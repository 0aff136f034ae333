//! What the typesetter sees: one template, one document, fonts. Whatever else it asks for is not
//! there.
//!
//! House rule: nothing is read from outside; a template cannot look at the server's disk.

use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// Names of files are kept for ever by the typesetter: there are four, and never more.
static MAIN: LazyLock<FileId> = LazyLock::new(|| named("/document.typ"));
static SHOWN: LazyLock<FileId> = LazyLock::new(|| named("/shown.json"));
static JSON: LazyLock<FileId> = LazyLock::new(|| named("/document.json"));
static LOGO: LazyLock<FileId> = LazyLock::new(|| named("/logo.png"));

static LIBRARY: LazyLock<LazyHash<Library>> =
    LazyLock::new(|| LazyHash::new(<Library as LibraryExt>::default()));

static TEMPLATE: LazyLock<Source> =
    LazyLock::new(|| Source::new(*MAIN, include_str!("../../templates/document.typ").to_owned()));

fn named(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("because our paths have no parents");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The fonts of a press.
pub(super) struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Fonts {
    /// Returns the fonts that the program brings.
    pub(super) fn built_in() -> Self {
        let files = typst_assets::fonts().map(Bytes::new);
        let fonts: Vec<Font> = files.flat_map(Font::iter).collect();
        Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    }

    /// Adds the fonts of a file. Returns whether there were any.
    pub(super) fn add(&mut self, bytes: Vec<u8>) -> bool {
        let found: Vec<Font> = Font::iter(Bytes::new(bytes)).collect();
        let is_font = !found.is_empty();
        self.fonts.extend(found);
        self.book = LazyHash::new(FontBook::from_fonts(&self.fonts));
        is_font
    }

    /// Returns all of them.
    pub(super) fn all(&self) -> &[Font] {
        &self.fonts
    }
}

/// One document before the typesetter.
pub(super) struct Desk<'a> {
    pub(super) fonts: &'a Fonts,
    pub(super) shown: Bytes,
    pub(super) json: Bytes,
    pub(super) logo: Option<Bytes>,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        *MAIN
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == *MAIN { Ok(TEMPLATE.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found =
            [(*SHOWN, Some(&self.shown)), (*JSON, Some(&self.json)), (*LOGO, self.logo.as_ref())];
        let found = found.into_iter().find(|(name, _)| *name == id).and_then(|(_, it)| it);
        found.cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
