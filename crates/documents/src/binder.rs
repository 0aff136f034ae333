//! The binder: every document of a deployment, where it stands, and whose signatures it lacks.
//!
//! House rule: nothing waits without saying on whom, since when.

use crate::block::Said;
use crate::document::Status;
use crate::frame;
use crate::name::{self, DocumentName};
use crate::reading::Paper;
use jiff::Timestamp;
use model::digest::Digest;
use model::id::PersonId;
use model::machine::{DocumentState, SignOffState};
use model::role_type::RoleType;
use model::sheet::{self, Sheet, SlotId};
use serde::Serialize;

/// Every document of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Binder {
    /// Each, in the order of the process.
    pub documents: Vec<BinderLine>,
}

/// A document in a binder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BinderLine {
    /// Its name.
    #[schemars(with = "String")]
    pub document: DocumentName,
    /// What it is in the catalogue of documents, such as `D-02`.
    pub code: String,
    /// Its title, in English.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// The digest that is signed; nothing where nobody signs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// How many signatures it has.
    pub signed: usize,
    /// How many it needs.
    pub needed: usize,
    /// The signatures that it lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingSignature>,
    /// What else it lacks, in English, as its paper says it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
}

impl BinderLine {
    /// Returns whether it lacks nothing: no signature, and nothing else.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.lacks.is_empty()
    }
}

/// A signature that a document lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MissingSignature {
    /// The slot.
    pub slot: SlotId,
    /// The role type that signs.
    pub role: RoleType,
    /// Who may.
    pub people: Vec<PersonId>,
    /// Where it stands: pending while nobody is asked.
    pub stands: SignOffState,
    /// Since when it stands so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The dispute about it, where it is signed and disputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute: Option<u32>,
}

/// Returns the binder of the deployment. It needs no reading of the record.
pub fn binder(paper: &Paper<'_>) -> Binder {
    let documents = name::all(paper.state).into_iter().map(|it| line(paper, it)).collect();
    Binder { documents }
}

/// Returns where a document stands. It costs less than its line, which has its digest and who is to sign it.
pub fn status(paper: &Paper<'_>, name: &DocumentName) -> Status {
    let DocumentName::Sheet(sheet) = name else { return Status::Current };
    match model::document::standing(paper.state, sheet) {
        DocumentState::Draft => Status::Draft,
        DocumentState::InSignature => Status::InSignature,
        DocumentState::Locked => Status::Locked,
        DocumentState::Superseded => Status::Superseded,
    }
}

/// Returns the line of a document in the binder.
pub fn line(paper: &Paper<'_>, name: DocumentName) -> BinderLine {
    let state = paper.state;
    let title = crate::shown::title(&name, state, crate::Language::En);
    let (code, mut signed, mut needed) = (name.code().to_string(), 0, 0);
    let status = status(paper, &name);
    let DocumentName::Sheet(sheet) = &name else {
        return BinderLine {
            code,
            title,
            status,
            digest: None,
            signed,
            needed,
            missing: vec![],
            lacks: lacks(paper, &name),
            document: name,
        };
    };
    let mut missing = Vec::new();
    for slot in sheet.slots() {
        needed += 1;
        let known = state.slots.get(&slot);
        if state.is_signed(&slot) {
            signed += 1;
            continue;
        }
        if known.is_none() && frame::is_overtaken(state, sheet) {
            needed -= 1;
            continue;
        }
        let roles = model::gates::milestone::signers(&state.plan, &slot);
        missing.push(MissingSignature {
            role: slot.role,
            people: planner::waiting::holders(state, &slot.sheet.scope(), &roles),
            stands: known.map(|it| it.state).unwrap_or_default(),
            since: known.map(|it| it.since),
            dispute: state.disputes.of(&slot).map(|(dispute, _)| dispute),
            slot,
        });
    }
    let digest = Some(digest(paper, sheet));
    let lacks = vec![];
    BinderLine { document: name, code, title, status, digest, signed, needed, missing, lacks }
}

/// Returns what a document that nobody signs lacks, by the rule of its paper and without its facts.
fn lacks(paper: &Paper<'_>, name: &DocumentName) -> Vec<String> {
    let told = |it: &Said| crate::shown::told(it, paper.state, crate::Language::En);
    crate::frame::lacks(paper, name).iter().map(told).collect()
}

/// Returns the digest of what was last asked to be signed, or of what would be.
fn digest(paper: &Paper<'_>, sheet: &Sheet) -> Digest {
    let slots = sheet.slots();
    let asked = slots.iter().filter_map(|it| paper.state.slots.get(it));
    let last =
        asked.filter(|it| matches!(it.state, SignOffState::Signed | SignOffState::Requested));
    last.max_by_key(|it| it.since)
        .map_or_else(|| sheet::digest(paper.state, sheet), |it| it.document)
}
