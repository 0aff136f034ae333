//! Words of a list, read from what people write.
//!
//! House rule: whoever writes a word that is not of the list is told which are.

use std::fmt::Display;
use std::str::FromStr;
use strum::VariantArray;

/// Declares lists of words: each is stored, shown and read as its name with dashes.
macro_rules! word_list {
    ($($(#[$about:meta])* pub enum $name:ident { $($words:tt)* })*) => {$(
        $(#[$about])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::EnumString,
            strum::VariantArray, serde::Serialize, serde::Deserialize,
            schemars::JsonSchema,
        )]
        #[serde(rename_all = "kebab-case")]
        #[strum(serialize_all = "kebab-case")]
        pub enum $name { $($words)* }
    )*};
}
pub(crate) use word_list;

/// The most words that are all named; of a longer list only the first few are.
const NAMED_MAX: usize = 12;

/// How many words of a longer list are named.
const EXAMPLES: usize = 3;

/// A text is none of the words of a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use {words}")]
pub struct UnknownWord {
    /// The words, or the first of them.
    pub words: String,
}

/// Returns the word that `text` is.
///
/// # Errors
///
/// When it is none of the list, with the list.
pub fn read<T: FromStr + VariantArray + Display>(text: &str) -> Result<T, UnknownWord> {
    text.parse().map_err(|_| {
        let words: Vec<String> = T::VARIANTS.iter().map(ToString::to_string).collect();
        let words = match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) if words.len() <= NAMED_MAX => {
                format!("{} or {last}", others.join(", "))
            }
            Some(_) | None => {
                let few: Vec<_> = words.iter().take(EXAMPLES).cloned().collect();
                format!("a word such as {}", few.join(", "))
            }
        };
        UnknownWord { words }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::KeyQuestion;
    use crate::milestone::{Milestone, Recommendation};

    #[test]
    fn a_word_that_is_not_of_the_list_is_answered_with_the_list() {
        let said = |error: Result<(), UnknownWord>| error.unwrap_err().to_string();
        assert_eq!(read::<Milestone>("stable"), Ok(Milestone::Stable));
        assert_eq!(said(read::<Milestone>("stables").map(drop)), "use stable or complete");
        assert_eq!(said(read::<Recommendation>("").map(drop)), "use go, no-go or abstain");
        let many = said(read::<KeyQuestion>("P9-Q9").map(drop));
        assert_eq!(many, "use a word such as RR-Q1, RR-Q2, RR-Q3");
    }
}
