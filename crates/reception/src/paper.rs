//! Documents on their way to whoever asks: read from the record, and printed one after the other.
//!
//! To set a page takes a processor for a while, so it is done aside, a few at a time: whoever asks
//! for many papers keeps nobody else waiting.
//!
//! House rule: a document is computed from the record at the time it is asked for, and never edited.

use crate::error::ReceptionError;
use crate::followed::Followed;
use documents::{DocumentName, Language, Letterhead, Paper, Press, Reading, Wanted, html, shown};
use jiff::Timestamp;
use model::id::Seq;
use serde::Deserialize;
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// How many documents are printed at once: each takes a processor.
const AT_ONCE: usize = 2;

/// The fonts are read once, when the first document is printed.
static PRESS: LazyLock<Press> = LazyLock::new(Press::new);

/// What a document is written as.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, strum::Display, strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum PaperForm {
    /// Canonical JSON.
    #[default]
    Json,
    /// A page that prints like paper.
    Html,
    /// PDF/A-3 with the canonical JSON attached.
    Pdf,
}

/// A document that somebody asks for.
#[derive(Clone, Debug)]
pub struct PaperWanted {
    /// Which.
    pub document: DocumentName,
    /// As what.
    pub form: PaperForm,
    /// In which language.
    pub language: Language,
    /// Which issue of it, where not the newest.
    pub issue: Option<u32>,
}

/// A document, as it is sent.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The name of the file.
    pub file: String,
    /// Its media type.
    pub media: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// The last entry that it was computed from.
    pub entry: Seq,
}

impl PaperForm {
    /// Returns the media type of its files.
    pub fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }
}

/// The press of a server.
pub(crate) struct Printery {
    places: Semaphore,
    letterhead: Arc<Letterhead>,
    /// A press with fonts of one's own; nothing where the built-in ones are enough.
    press: Option<Arc<Press>>,
}

impl Default for Printery {
    fn default() -> Self {
        Self { places: Semaphore::new(AT_ONCE), letterhead: Arc::default(), press: None }
    }
}

impl Printery {
    /// Returns the press of a server that prints on the company's own paper.
    pub(crate) fn on(letterhead: Letterhead, press: Press) -> Self {
        let (letterhead, press) = (Arc::new(letterhead), Some(Arc::new(press)));
        Self { letterhead, press, ..Self::default() }
    }

    /// Returns the document that is wanted as it stands at `now`; nothing where the record knows of
    /// none.
    pub(crate) async fn print(
        &self,
        followed: &Followed,
        wanted: PaperWanted,
        now: Timestamp,
    ) -> Result<Option<Printed>, ReceptionError> {
        let busy = |_| ReceptionError::Invalid("the server is stopping".to_owned());
        let _place = self.places.acquire().await.map_err(busy)?;
        let mut reading = Reading::of(Wanted::of(std::slice::from_ref(&wanted.document)));
        let state = followed
            .read_through(&mut |state, entry, hash| reading.note(state, entry, hash))
            .await?;
        let (letterhead, press) = (self.letterhead.clone(), self.press.clone());
        let made = tokio::task::spawn_blocking(move || {
            let paper = Paper { state: &state, now: now.max(state.at), reading: &reading };
            made(&paper, &wanted, &letterhead, press.as_deref().unwrap_or(&PRESS))
        });
        made.await.map_err(|_| ReceptionError::Unprinted)?
    }
}

fn made(
    paper: &Paper<'_>,
    wanted: &PaperWanted,
    letterhead: &Letterhead,
    press: &Press,
) -> Result<Option<Printed>, ReceptionError> {
    let name = &wanted.document;
    let document = match wanted.issue {
        Some(number) => documents::issue(paper, name, number),
        None => documents::document(paper, name),
    };
    let Some(document) = document else { return Ok(None) };
    let shown = shown(&document, wanted.language, letterhead);
    let bytes = match wanted.form {
        PaperForm::Json => document.canonical(),
        PaperForm::Html => html(&document, &shown, letterhead).into_bytes(),
        PaperForm::Pdf => {
            press.pdf(&document, &shown, letterhead).map_err(|_| ReceptionError::Unprinted)?
        }
    };
    let file = format!("{}.{}", name.file(), wanted.form);
    Ok(Some(Printed { file, media: wanted.form.media(), bytes, entry: document.record.entry }))
}
