//! The parts that every document is made of.
//!
//! They are few on purpose: whoever can lay out these can lay out every document, and a new
//! document needs no new layout.
//!
//! House rule: facts name the entries they come from; a person's statement is marked as theirs.

use jiff::Timestamp;
use model::id::Seq;
use serde::{Deserialize, Serialize};

/// A part of a document, under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Section {
    /// Its heading, as a word of the catalogue.
    pub title: String,
    /// The entries that its facts come from, as ranges with both ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<(Seq, Seq)>,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// One part of a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Block {
    /// Facts with their names.
    Facts(Vec<Fact>),
    /// Rows of facts of one kind.
    Table {
        /// What the rows are, as a word of the catalogue; nothing where the section says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        /// The names of its columns, as words of the catalogue.
        columns: Vec<String>,
        /// Its rows.
        rows: Vec<Vec<Said>>,
        /// How many rows stand in the file beside the document only.
        #[serde(default, skip_serializing_if = "is_zero")]
        left_out: usize,
    },
    /// What had to be true, and whether it is.
    Criteria(Vec<Criterion>),
    /// Questions and what was answered.
    Answers(Vec<Criterion>),
    /// What a person said, in their words.
    Statement {
        /// The words.
        text: String,
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// In which role, or about what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Said>,
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// The entry that holds it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entry: Option<Seq>,
    },
    /// Several things of one kind.
    List {
        /// What they are, as a word of the catalogue; nothing where the section says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        /// The things.
        items: Vec<Said>,
    },
    /// A remark of the program.
    Note(Said),
    /// A file beside the document that holds all rows of a table; its digest stands in the body.
    Annex {
        /// The name of the file.
        file: String,
        /// How many rows it has.
        rows: usize,
        /// The SHA-256 of the file.
        sha256: model::digest::Digest,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A fact with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Its name, as a word of the catalogue.
    pub name: String,
    /// What it says.
    pub said: Said,
}

/// What stands in a place: a text as it is, or a word of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Said {
    /// As it is, in every language.
    Text(String),
    /// A word of the catalogue, with what is put into it in its order.
    Word {
        /// The word.
        word: String,
        /// What is put in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        with: Vec<String>,
    },
    /// Something under its name.
    Named {
        /// The name, as a word of the catalogue.
        name: String,
        /// What it says.
        is: Box<Self>,
    },
    /// Several, side by side.
    All {
        /// Each.
        all: Vec<Self>,
    },
}

impl Said {
    /// Returns a text that is the same in every language.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// Returns a word of the catalogue.
    pub fn word(word: &str) -> Self {
        Self::Word { word: word.to_owned(), with: vec![] }
    }

    /// Returns a word of the catalogue with something put into it.
    pub fn with(word: &str, with: &[&dyn ToString]) -> Self {
        Self::Word { word: word.to_owned(), with: with.iter().map(|it| it.to_string()).collect() }
    }
}

/// What had to be true, and whether it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Criterion {
    /// Its name, such as `V3`.
    pub id: String,
    /// What had to be true.
    pub text: String,
    /// Whether it is.
    pub verdict: Verdict,
    /// What was measured or is missing, or why it was waived.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The same as a sentence of the catalogue, where the program computed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Said>,
    /// When it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Whether something that had to be true is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// It is.
    Met,
    /// It is not.
    NotMet,
    /// It is not, and those who may have let it pass.
    Waived,
    /// Nobody knows.
    NotKnown,
}
