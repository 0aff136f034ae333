//! A document as PDF/A-3: tagged, with its fonts, and with its canonical JSON attached.
//!
//! The typesetter is a library, and sees nothing but the texts it is given: no file, no network, no
//! clock. The same document gives the same bytes. A letter that no font has is shown as its code
//! point; a document never fails for what somebody wrote in it.
//!
//! House rule: the same record gives the same bytes.

mod glyphs;
mod world;

use crate::document::Document;
use crate::letterhead::Letterhead;
use crate::shown::Shown;
use glyphs::Letters;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::{Desk, Fonts};

/// For how many compilations what the typesetter has worked out is kept: it speeds up the next
/// documents, and without an end it would grow with every one of them.
const KEPT_FOR: usize = 4;

/// A press: the typesetter with its fonts, ready to print one document after the other.
pub struct Press {
    fonts: Fonts,
}

/// A document could not be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
    /// A font cannot be read.
    #[error("the font file {name} holds no font that can be read")]
    Font {
        /// The file.
        name: String,
    },
    /// The typesetter refused it.
    #[error("the typesetter refused the document: {why}")]
    Refused {
        /// Why.
        why: String,
    },
}

impl Press {
    /// Returns a press with the fonts that the program brings.
    pub fn new() -> Self {
        Self { fonts: Fonts::built_in() }
    }

    /// Returns a press that also has `files`, each with its name: fonts for the letters that the
    /// program's own lack.
    ///
    /// # Errors
    ///
    /// [`PressError::Font`] where a file holds none: take it out of the folder.
    pub fn with_fonts(files: Vec<(String, Vec<u8>)>) -> Result<Self, PressError> {
        let mut press = Self::new();
        for (name, bytes) in files {
            if !press.fonts.add(bytes) {
                return Err(PressError::Font { name });
            }
        }
        Ok(press)
    }

    /// Returns the document as PDF/A-3a.
    ///
    /// # Errors
    ///
    /// [`PressError::Refused`] where the typesetter does not take it even in plain letters.
    pub fn pdf(
        &self,
        document: &Document,
        shown: &Shown,
        letterhead: &Letterhead,
    ) -> Result<Vec<u8>, PressError> {
        let printed = self.print(document, shown, letterhead, Letters::OfAnyFont);
        let printed =
            printed.or_else(|_| self.print(document, shown, letterhead, Letters::OfTheTextFont));
        printed.map_err(|why| PressError::Refused { why })
    }

    fn print(
        &self,
        document: &Document,
        shown: &Shown,
        letterhead: &Letterhead,
        letters: Letters,
    ) -> Result<Vec<u8>, String> {
        let mut shown = serde_json::to_value(shown).map_err(|it| it.to_string())?;
        glyphs::in_letters(&mut shown, &self.fonts, letters);
        let desk = Desk {
            fonts: &self.fonts,
            shown: Bytes::new(shown.to_string().into_bytes()),
            json: Bytes::new(document.canonical()),
            logo: letterhead.logo.as_ref().map(|it| Bytes::new(it.to_vec())),
        };
        let printed = print(&desk, document);
        typst::comemo::evict(KEPT_FOR);
        printed
    }
}

impl Default for Press {
    fn default() -> Self {
        Self::new()
    }
}

fn print(desk: &Desk<'_>, document: &Document) -> Result<Vec<u8>, String> {
    let pages = typst::compile::<PagedDocument>(desk).output.map_err(|it| told(&it))?;
    let options = PdfOptions {
        ident: Smart::Custom(document.digest.to_string()),
        creator: Smart::Custom(Some(format!("Landfall {}", env!("CARGO_PKG_VERSION")))),
        timestamp: instant(document).map(Timestamp::new_utc),
        standards: PdfStandards::new(&[PdfStandard::A_3a])
            .map_err(|it| it.message().to_string())?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&pages, &options).map_err(|it| told(&it))
}

/// Returns the time of the record that the document was computed from.
fn instant(document: &Document) -> Option<Datetime> {
    let at = document.record.at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |it: i8| u8::try_from(it).ok();
    Datetime::from_ymd_hms(
        i32::from(at.year()),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )
}

fn told(errors: &[SourceDiagnostic]) -> String {
    let said: Vec<String> = errors.iter().take(3).map(|it| it.message.to_string()).collect();
    said.join("; ")
}

/// Returns whether the typesetter can read `bytes` as a picture.
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    use typst::visualize::{ExchangeFormat, RasterImage};
    let bytes = Bytes::new(bytes.to_vec());
    RasterImage::plain(bytes, ExchangeFormat::Png).is_ok()
}
