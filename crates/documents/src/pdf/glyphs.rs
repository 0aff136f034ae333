//! Letters that can be printed: one that no font has is shown as its code point, and a word without
//! an end may break.
//!
//! House rule: a document never fails for what somebody wrote in it.

use super::world::Fonts;
use serde_json::Value;

/// Which letters are printed as they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    /// Those that any font has.
    OfAnyFont,
    /// Those that the font of the text has.
    OfTheTextFont,
}

/// The longest word that does not break; a digest has 64 letters.
const WORD_MAX: usize = 64;

/// Where a longer word may break, in letters.
const BREAK_EVERY: usize = 24;

/// Puts every text of `value` into letters that `fonts` have.
pub(super) fn in_letters(value: &mut Value, fonts: &Fonts, letters: Letters) {
    match value {
        Value::String(text) => {
            if !text.is_ascii() || has_long_word(text) {
                *text = printable(text, fonts, letters);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|it| in_letters(it, fonts, letters)),
        Value::Object(fields) => fields.values_mut().for_each(|it| in_letters(it, fonts, letters)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn has_long_word(text: &str) -> bool {
    text.split_whitespace().any(|it| it.len() > WORD_MAX)
}

fn printable(text: &str, fonts: &Fonts, letters: Letters) -> String {
    let mut printable = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let breaks = piece.chars().count() > WORD_MAX;
        for (position, letter) in piece.chars().enumerate() {
            if breaks && position > 0 && position % BREAK_EVERY == 0 {
                printable.push('\u{200b}');
            }
            if letter.is_whitespace() || has(fonts, letter, letters) {
                printable.push(letter);
            } else {
                printable += &format!("\u{2039}U+{:04X}\u{203a}", u32::from(letter));
            }
        }
    }
    printable
}

fn has(fonts: &Fonts, letter: char, letters: Letters) -> bool {
    let of_text = |family: &str| family == "Libertinus Serif";
    fonts.all().iter().any(|it| {
        let info = it.info();
        let counts = letters == Letters::OfAnyFont || of_text(&info.family);
        counts && info.coverage.contains(u32::from(letter))
    })
}
