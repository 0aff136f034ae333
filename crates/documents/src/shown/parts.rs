//! The parts of a document in words: what both renderers lay out.
//!
//! House rule: whoever can lay out these can lay out every document.

use serde::Serialize;

/// A document in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    pub(crate) language: String,
    pub(crate) code: String,
    pub(crate) document: String,
    pub(crate) title: String,
    pub(crate) of: Option<String>,
    pub(crate) version: String,
    pub(crate) status: String,
    pub(crate) tone: &'static str,
    pub(crate) mark: Option<String>,
    pub(crate) complete: bool,
    pub(crate) lead: String,
    pub(crate) lacks: Vec<String>,
    pub(crate) company: String,
    pub(crate) project: String,
    pub(crate) colour: String,
    pub(crate) has_logo: bool,
    pub(crate) head: Vec<[String; 2]>,
    pub(crate) sections: Vec<ShownSection>,
    pub(crate) foot: Foot,
}

/// A section in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ShownSection {
    pub(crate) title: String,
    pub(crate) source: Option<String>,
    pub(crate) blocks: Vec<ShownBlock>,
}

/// A part in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum ShownBlock {
    Facts {
        rows: Vec<[String; 2]>,
    },
    Table {
        title: Option<String>,
        columns: Vec<String>,
        weights: Vec<usize>,
        rows: Vec<Vec<String>>,
        more: Option<String>,
    },
    Cards {
        title: Option<String>,
        cards: Vec<Card>,
        more: Option<String>,
    },
    Criteria {
        columns: [String; 3],
        rows: Vec<ShownCriterion>,
    },
    Statement {
        text: String,
        by: String,
    },
    List {
        title: Option<String>,
        items: Vec<String>,
    },
    Note {
        text: String,
    },
    Annex {
        text: String,
        digest: String,
    },
    Signature(Box<Signature>),
}

/// One row that is laid out by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) rows: Vec<[String; 2]>,
}

/// A criterion in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ShownCriterion {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) tone: &'static str,
    pub(crate) verdict: String,
    pub(crate) detail: String,
}

/// A signature in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Signature {
    pub(crate) role: String,
    pub(crate) tone: &'static str,
    pub(crate) stands: String,
    pub(crate) name: String,
    pub(crate) is_signed: bool,
    pub(crate) meaning: String,
    pub(crate) recorded: Option<String>,
    pub(crate) statements: Vec<String>,
    pub(crate) lines: Vec<[String; 2]>,
}

/// What stands at the foot of every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Foot {
    pub(crate) digest_name: String,
    pub(crate) digest: String,
    pub(crate) short: String,
    pub(crate) code_name: String,
    pub(crate) code: String,
    pub(crate) place: String,
    pub(crate) page: String,
    pub(crate) of: String,
    pub(crate) generator: String,
    pub(crate) attribution: String,
}
