//! Texts as they may stand on a page: nothing in them acts on a screen, and each has an end.
//!
//! House rule: what people wrote is a text, whatever it is.

/// The longest text that is shown: the rest stands in the attached JSON, and the reader is told so.
const LETTERS_MAX: usize = 20_000;

/// How many letters stand side by side in a table, its inner margins taken off.
const LETTERS_ACROSS: usize = 112;

/// The room between two columns, in letters.
const BETWEEN: usize = 3;

/// The longest words that columns are made wide enough for; longer ones are broken. Where a table is so
/// crowded that its sentences would stand in towers of single words, shorter ones are.
const WORDS_MAX: [usize; 3] = [18, 14, 10];

/// The share of a crowded table, one in so many, that is kept for what does not fit by words.
const KEPT_FOR_SENTENCES: usize = 4;

/// Returns how wide each column is, in letters: as wide as it wants where there is room for all, else
/// as wide as its longest word and a share of what is left.
pub(super) fn weights(names: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let letters = |text: &str| text.chars().count();
    let word = |text: &str| text.split_whitespace().map(letters).max().unwrap_or(0);
    let of = |position: usize, name: &String, word_max: usize| {
        let cells = || {
            rows.iter()
                .filter_map(|row| row.get(position))
                .map(String::as_str)
                .chain([name.as_str()])
        };
        let least = cells().map(word).max().unwrap_or(0).clamp(3, word_max);
        (least, cells().map(letters).max().unwrap_or(0).max(least))
    };
    let columns = |word_max: usize| -> Vec<(usize, usize)> {
        names.iter().enumerate().map(|(position, name)| of(position, name, word_max)).collect()
    };
    let room = LETTERS_ACROSS.saturating_sub(BETWEEN * names.len());
    let sum = |of: &[(usize, usize)]| of.iter().fold((0, 0), |(a, b), it| (a + it.0, b + it.1));
    let fits = |it: &Vec<(usize, usize)>| {
        let (least, wanted) = sum(it);
        wanted <= room || least + room / KEPT_FOR_SENTENCES <= room
    };
    let [_, _, narrowest] = WORDS_MAX;
    let found = WORDS_MAX.into_iter().map(columns).find(fits);
    let columns = found.unwrap_or_else(|| columns(narrowest));
    let (least, wanted) = sum(&columns);
    let left = room.saturating_sub(least);
    let more = (wanted - least).max(1);
    let width = |(least, wanted): &(usize, usize)| {
        if *wanted == *least || left == 0 {
            return least + BETWEEN;
        }
        least + BETWEEN + ((wanted - least) * left / more).min(wanted - least)
    };
    columns.iter().map(width).collect()
}

/// Returns a digest that stands in a table as its first digits: the whole of it stands in the JSON.
pub(super) fn shortened(text: String) -> String {
    let is_digest = text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit());
    if is_digest { format!("{}\u{2026}", text.get(..12).unwrap_or_default()) } else { text }
}

/// Returns `text` as a text: nothing in it acts on a screen, and it has an end.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len().min(LETTERS_MAX));
    let mut letters = text.chars();
    for letter in letters.by_ref().take(LETTERS_MAX) {
        match letter {
            '\n' => cleaned.push('\n'),
            '\r' | '\t' => cleaned.push(' '),
            _ if letter.is_control() || acts(letter) => {
                cleaned += &format!("\u{2039}U+{:04X}\u{203a}", u32::from(letter));
            }
            _ => cleaned.push(letter),
        }
    }
    let more = letters.count();
    if more > 0 {
        cleaned += &format!(" \u{2026} (+{more})");
    }
    cleaned
}

/// Returns whether a letter changes how others are shown: direction, joining, or nothing to see.
fn acts(letter: char) -> bool {
    matches!(letter,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_room_for_its_words_and_the_longest_gets_what_is_left() {
        let row = |cells: &[&str]| cells.iter().map(ToString::to_string).collect::<Vec<_>>();
        let names = row(&["Site", "Text"]);
        assert_eq!(weights(&names, &[row(&["B27", "short"])]), [7, 8]);
        let long = "a long sentence ".repeat(20);
        let widths = weights(&names, &[row(&["B27", &long])]);
        assert_eq!(widths.iter().sum::<usize>(), LETTERS_ACROSS);
        assert_eq!(widths[0], 7);
    }

    #[test]
    fn what_acts_on_a_screen_is_shown_as_its_code_point() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a\u{202e}gnp.exe", "a\u{2039}U+202E\u{203a}gnp.exe"),
            ("nul\0", "nul\u{2039}U+0000\u{203a}"),
            ("two\r\nlines\tand a tab", "two \nlines and a tab"),
            ("\u{5d0}\u{5d1} \u{1f600}", "\u{5d0}\u{5d1} \u{1f600}"),
        ] {
            assert_eq!(clean(text), expected);
        }
    }

    #[test]
    fn a_text_without_an_end_is_cut_and_says_so() {
        let cleaned = clean(&"x".repeat(1_000_000));
        assert!(cleaned.ends_with(" \u{2026} (+980000)"), "{}", cleaned.len());
    }
}
