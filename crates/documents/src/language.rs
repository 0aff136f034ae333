//! The languages in which documents are shown. What is signed has none: its digest is the same in
//! every language.
//!
//! House rule: a language is a column of the catalogue; to add one is to fill it.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A language in which documents are shown.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// A text names no language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no language of documents: write `en` or `de`")]
pub struct InvalidLanguage {
    /// What was given.
    pub text: String,
}

impl FromStr for Language {
    type Err = InvalidLanguage;

    fn from_str(text: &str) -> Result<Self, InvalidLanguage> {
        match text {
            "en" => Ok(Self::En),
            "de" => Ok(Self::De),
            _ => Err(InvalidLanguage { text: text.chars().take(20).collect() }),
        }
    }
}
