//! The company's own paper: its name, logo and colour, and sections that it adds to documents.
//!
//! A letterhead changes how a document looks and what is printed beside it, never what is signed.
//!
//! House rule: what comes from outside is read within limits, and refused with its reason.

use crate::document::Document;
use serde::Deserialize;
use std::sync::Arc;

/// The largest logo that is read, in bytes: more is no logo.
const LOGO_BYTES_MAX: usize = 512 * 1024;

/// The widest and tallest logo, in pixels: a picture of more is unpacked into hundreds of megabytes.
const LOGO_PIXELS_MAX: u32 = 4_000;

/// The longest text that a company adds, in bytes.
const ADDED_BYTES_MAX: usize = 64 * 1024;

/// The first bytes of a PNG file.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The colour of headings where the company names none.
const COLOUR: &str = "#1f4e79";

/// The company's own paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letterhead {
    /// The company; where there is none, the plan's.
    pub company: Option<String>,
    /// The colour of headings, such as `#1f4e79`.
    pub colour: String,
    /// The logo, a PNG.
    pub logo: Option<Arc<[u8]>>,
    /// What the company adds.
    pub additions: Vec<Addition>,
}

/// A section that a company adds to documents.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// Its heading.
    pub title: String,
    /// Its text.
    pub text: String,
    /// The documents that have it, by their codes, such as `D-02`; none means all.
    #[serde(default)]
    pub documents: Vec<String>,
}

impl Default for Letterhead {
    fn default() -> Self {
        Self { company: None, colour: COLOUR.to_owned(), logo: None, additions: vec![] }
    }
}

/// As it is written in its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    company: Option<String>,
    #[serde(default)]
    colour: Option<String>,
    #[serde(default)]
    logo: Option<String>,
    #[serde(default)]
    sections: Vec<Addition>,
}

/// A letterhead cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLetterhead {
    /// It is not what is asked for.
    #[error("it is no letterhead: {why}")]
    Form {
        /// What is wrong.
        why: String,
    },
    /// Its colour is none.
    #[error("`{found}` is no colour: write it as `#1f4e79`")]
    Colour {
        /// What was given.
        found: String,
    },
    /// Its logo is not one that is taken.
    #[error("its logo is not taken: {why}")]
    Logo {
        /// Why.
        why: &'static str,
    },
    /// It adds more text than a document bears.
    #[error("the section `{title}` is too long: at most {ADDED_BYTES_MAX} bytes are added")]
    Long {
        /// The section.
        title: String,
    },
}

impl Letterhead {
    /// Reads a letterhead from JSON. `file` reads the logo that it names.
    ///
    /// # Errors
    ///
    /// Where it cannot be used: mend the file as the message says.
    pub fn read(
        json: &[u8],
        file: impl FnOnce(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Self, InvalidLetterhead> {
        let form = |why: String| InvalidLetterhead::Form { why };
        let written: Written = serde_json::from_slice(json).map_err(|it| form(it.to_string()))?;
        let colour = written.colour.unwrap_or_else(|| COLOUR.to_owned());
        let digits = colour.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Err(InvalidLetterhead::Colour { found: colour.chars().take(40).collect() });
        }
        if let Some(long) = written.sections.iter().find(|it| it.text.len() > ADDED_BYTES_MAX) {
            return Err(InvalidLetterhead::Long { title: long.title.chars().take(80).collect() });
        }
        let logo = match &written.logo {
            Some(path) => Some(logo(file(path).map_err(form)?)?),
            None => None,
        };
        Ok(Self { company: written.company, colour, logo, additions: written.sections })
    }

    /// Returns what the company adds to `document`.
    pub(crate) fn additions_of(&self, document: &Document) -> impl Iterator<Item = &Addition> {
        let of = |it: &&Addition| it.documents.is_empty() || it.documents.contains(&document.code);
        self.additions.iter().filter(of)
    }
}

/// Returns `bytes` if they are a PNG of a sensible size. Other pictures can hold scripts, fonts and
/// references, and are refused.
fn logo(bytes: Vec<u8>) -> Result<Arc<[u8]>, InvalidLetterhead> {
    let refused = |why| Err(InvalidLetterhead::Logo { why });
    if bytes.len() > LOGO_BYTES_MAX {
        return refused("it is larger than 512 KiB");
    }
    let Some(rest) = bytes.strip_prefix(PNG) else {
        return refused("only PNG pictures are taken, because others can hold more than a picture");
    };
    let number =
        |at: usize| rest.get(at..at + 4).and_then(|it| it.try_into().ok()).map(u32::from_be_bytes);
    match (rest.get(4..8), number(8), number(12)) {
        (Some(b"IHDR"), Some(1..=LOGO_PIXELS_MAX), Some(1..=LOGO_PIXELS_MAX)) => {}
        (Some(b"IHDR"), Some(_), Some(_)) => {
            return refused("it is wider or taller than 4,000 pixels, or has none");
        }
        _ => return refused("its first bytes are not those of a PNG picture"),
    }
    if !crate::pdf::is_picture(&bytes) {
        return refused("it cannot be read as a picture");
    }
    Ok(bytes.into())
}
