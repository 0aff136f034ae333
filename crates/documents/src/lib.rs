//! Documents: what the Deploy SMF wants on paper, computed from the record and never edited.
//!
//! A document is a body and a frame. The body is what its digest covers and what people sign; the
//! frame says where it stands: versions, gate, disclosures, signatures, place in the record. Both
//! are functions of the record, so the same record gives the same bytes. Two renderers, HTML and
//! PDF, lay out the same parts and know none of the documents.
//!
//! Source: Deploy SMF, outputs of Tables 4 to 7.
//! House rule: documents are composed from the record and never edited.

mod analysis;
mod binder;
mod block;
mod close_out;
mod communications;
mod computed;
mod core_components;
mod course;
mod decided;
mod deployment_report;
mod document;
mod escalation;
mod evidence;
mod facts;
mod frame;
mod html;
mod language;
mod lesson;
mod letterhead;
mod milestone_review;
mod name;
mod package_files;
mod package_text;
mod pdf;
mod quiet_period;
mod readiness;
mod reading;
mod release_readiness;
mod request_for_change;
mod shown;
mod signature;
mod site;
mod sites_complete;
mod stable;
mod survey;
mod table_file;
mod termination;
mod text;
mod training;
mod waiver;
mod words;
mod writer;

pub use binder::{Binder, BinderLine, MissingSignature, binder, line, status};
pub use block::{Block, Criterion, Fact, Said, Section, Verdict};
pub use document::{
    Again, Disputed, Document, Head, Issue, OnPaper, Place, Revision, Slot, Status,
};
pub use html::html;
pub use language::{InvalidLanguage, Language};
pub use letterhead::{Addition, InvalidLetterhead, Letterhead};
pub use name::{Code, DocumentName, InvalidDocument};
pub use package_files::{PackageFile, configuration_files, metric_files};
pub use package_text::{CERTIFICATION, README, VERIFIER};
pub use pdf::{Press, PressError};
pub use reading::{Paper, Reading, Wanted};
pub use shown::{Shown, shown};
pub use signature::{
    Chained, Declared, GateRead, Known, Meaning, SignatureManifest, Signer, signature_manifests,
};
pub use table_file::{TableFile, files_beside, table_files};
pub use text::text;
pub use words::meaning;

/// Returns every document that the deployment has or will have, in the order of a binder.
pub fn all(paper: &Paper<'_>) -> Vec<DocumentName> {
    name::all(paper.state)
}

/// Returns the document called `name` in its newest issue; nothing where the plan and the record
/// know nothing of the kind.
pub fn document(paper: &Paper<'_>, name: &DocumentName) -> Option<Document> {
    frame::document(paper, name, Issue::Newest)
}

/// Returns the document called `name` as it was issued for the `number`th time, the first being 1.
pub fn issue(paper: &Paper<'_>, name: &DocumentName, number: u32) -> Option<Document> {
    frame::document(paper, name, Issue::Number(number))
}
