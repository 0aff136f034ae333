//! The catalogue of words: what the program itself says on a document, in every language.
//!
//! What people wrote and what things are called stands as it is in every language. A word that the
//! catalogue lacks is spoken as its key is written: a new fact shows at once, in English.
//!
//! House rule: a language is a column of `catalogue/words.psv`; to add one is to fill it.

use crate::language::Language;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Key, English and German, a line each.
const CATALOGUE: &str = include_str!("../catalogue/words.psv");

/// What separates the columns.
const SEPARATOR: &str = " || ";

static WORDS: LazyLock<HashMap<&'static str, [&'static str; 2]>> = LazyLock::new(|| {
    let lines = CATALOGUE.lines().filter(|it| !it.is_empty() && !it.starts_with('#'));
    let word = |line: &'static str| {
        let mut columns = line.split(SEPARATOR);
        Some((columns.next()?, [columns.next()?, columns.next()?]))
    };
    lines.filter_map(word).collect()
});

fn column(words: &[&'static str; 2], language: Language) -> &'static str {
    let [en, de] = words;
    match language {
        Language::En => en,
        Language::De => de,
    }
}

/// Returns the word `key` in `language`.
pub(crate) fn word(key: &str, language: Language) -> Cow<'static, str> {
    match WORDS.get(key) {
        Some(words) => Cow::Borrowed(column(words, language)),
        None => Cow::Owned(spoken(key)),
    }
}

/// Returns the word `key` in `language`, with `with` put in where it has `{}`, in order.
pub(crate) fn filled(key: &str, with: &[String], language: Language) -> String {
    let word = word(key, language);
    let mut parts = word.split("{}");
    let mut said = parts.next().unwrap_or_default().to_owned();
    let mut with = with.iter();
    for part in parts {
        said += with.next().map_or("", String::as_str);
        said += part;
    }
    said
}

/// Returns the key under which the catalogue has a value such as `signed-off`, where it does.
pub(crate) fn value_key(text: &str) -> Option<String> {
    let is_short = text.len() <= 40 && !text.is_empty();
    let is_word = is_short
        && text
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b" -".contains(&it));
    let key = format!("is-{}", text.replace(' ', "-"));
    (is_word && WORDS.contains_key(key.as_str())).then_some(key)
}

/// The program's own sentences, in English, with the keys under which the catalogue has them.
static SENTENCES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let is_sentence =
        |key: &str| ["guard-", "question-", "text-"].iter().any(|it| key.starts_with(it));
    let sentences = WORDS.iter().filter(|(key, _)| is_sentence(key));
    sentences.map(|(key, words)| (column(words, Language::En), *key)).collect()
});

/// Sentences with gaps, in English, with their keys: those that say most first.
pub(crate) type Sentences = Vec<(&'static str, &'static str)>;

/// The sentences of computed answers.
static ANSWERS: LazyLock<Sentences> = LazyLock::new(|| sentences_of("answer-"));

/// The sentences in which the program says what did not go as planned.
static OTHERWISE: LazyLock<Sentences> = LazyLock::new(|| sentences_of("otherwise-"));

fn sentences_of(beginning: &str) -> Sentences {
    let answers = WORDS.iter().filter(|(key, _)| key.starts_with(beginning));
    let mut answers: Vec<_> =
        answers.map(|(key, words)| (column(words, Language::En), *key)).collect();
    answers
        .sort_by_key(|(sentence, key)| (std::cmp::Reverse(sentence.replace("{}", "").len()), *key));
    answers
}

/// Returns the sentences of computed answers.
pub(crate) fn answer_sentences() -> &'static Sentences {
    &ANSWERS
}

/// Returns the sentences in which the program says what did not go as planned.
pub(crate) fn otherwise_sentences() -> &'static Sentences {
    &OTHERWISE
}

/// Returns the key under which the catalogue has a measure such as `coverage.computers`, where it does.
pub(crate) fn measure_key(text: &str) -> Option<String> {
    let key = format!("measure-{text}");
    WORDS.contains_key(key.as_str()).then_some(key)
}

/// Returns the key of what is asked by a guard or as a key question, where `text` is one of these; what
/// a plan's author wrote is in no catalogue.
pub(crate) fn sentence_key(text: &str) -> Option<&'static str> {
    SENTENCES.get(text).copied()
}

/// Returns a key as it is spoken: `signed-off-sha256` as `Signed off SHA-256`.
fn spoken(key: &str) -> String {
    let bare = key.strip_prefix("is-").unwrap_or(key);
    let is_value = bare.len() != key.len();
    let text =
        bare.replace("sha256", "SHA-256").replace(['-', '_'], " ").replace("SHA 256", "SHA-256");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !is_value => first.to_uppercase().chain(letters).collect(),
        Some(_) | None => text,
    }
}

/// Returns the sentence that a signature means, in `language`. What is recorded is English.
pub fn meaning(sentence: &str, language: Language) -> String {
    if let Some(words) = WORDS.get(sentence) {
        return column(words, language).to_owned();
    }
    // A site's own sentence names the site.
    let site = sentence.split_whitespace().skip_while(|it| !it.eq_ignore_ascii_case("site")).nth(1);
    let template = site.map(|it| sentence.replacen(it, "{}", 1));
    match (template.as_deref().and_then(|it| WORDS.get(it)), site) {
        (Some(words), Some(site)) => column(words, language).replace("{}", site),
        (None, _) | (_, None) => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::assessment::KeyQuestion;
    use model::guard::Guard;
    use model::survey::Instrument;
    use strum::VariantArray as _;

    #[test]
    fn every_line_of_the_catalogue_has_every_language() {
        let lines = CATALOGUE.lines().filter(|it| !it.is_empty() && !it.starts_with('#'));
        let mut seen = std::collections::HashSet::new();
        for line in lines {
            let columns: Vec<&str> = line.split(SEPARATOR).collect();
            assert_eq!(columns.len(), 3, "{line}");
            assert!(columns.iter().all(|it| !it.trim().is_empty()), "{line}");
            assert!(seen.insert(columns[0]), "twice: {line}");
            let holes = |it: &str| it.matches("{}").count();
            assert_eq!(holes(columns[1]), holes(columns[2]), "{line}");
        }
    }

    #[test]
    fn every_guard_and_every_question_is_told_in_every_language() {
        let guards = Guard::VARIANTS.iter().map(|it| (format!("guard-{it}"), it.text()));
        let questions = KeyQuestion::ALL.iter().map(|it| (format!("question-{it}"), it.text()));
        let asked = |of: &Instrument| {
            let standard = of.standard().iter();
            standard.map(|it| (format!("text-{of}-{}", it.number), it.text)).collect::<Vec<_>>()
        };
        let asked: Vec<_> = Instrument::ALL.iter().flat_map(asked).collect();
        for (key, text) in guards.chain(questions).chain(asked) {
            assert_eq!(sentence_key(text), Some(key.as_str()), "{text}");
            let german = word(&key, Language::De);
            assert_ne!(german, text, "{key}");
            assert_eq!(german.chars().last(), text.chars().last(), "{key}");
        }
    }

    #[test]
    fn what_the_catalogue_lacks_is_spoken_as_it_is_written() {
        assert_eq!(word("rows-of-nobody", Language::De), "Rows of nobody");
        assert_eq!(word("signed-off-sha256-x", Language::En), "Signed off SHA-256 x");
    }

    #[test]
    fn the_sentence_of_a_signature_is_told_in_the_signers_language() {
        for (sentence, german) in [
            (
                "I confirm that site B27 is operating as expected.",
                "Ich best\u{e4}tige, dass der Standort B27 wie erwartet arbeitet.",
            ),
            (
                "The solution meets its objectives; I accept it.",
                "Die L\u{f6}sung erf\u{fc}llt ihre Ziele; ich nehme sie ab.",
            ),
        ] {
            assert_eq!(meaning(sentence, Language::En), sentence);
            assert_eq!(meaning(sentence, Language::De), german);
        }
    }
}
