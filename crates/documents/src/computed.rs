//! Answers that were computed, such as "Yes, at 40 of 40 sites", in the reader's language.
//!
//! The record and what is signed have them in English. The catalogue has the sentences with a gap for
//! each figure and name: what stands in the gaps is put into the sentence of the other language.
//!
//! House rule: only what the program itself computed is told in another language; people's words stay.

use crate::block::Said;
use crate::words::{Sentences, answer_sentences, otherwise_sentences};

/// What stands between the parts of an answer.
const BETWEEN: &str = "; ";

/// Returns `answer` as sentences of the catalogue with what stands in their gaps; nothing where it has none.
pub(crate) fn told(answer: &str) -> Option<Said> {
    // The parts first: a gap would take the others for a name.
    let sentence = |it| sentence(it, answer_sentences());
    let parts: Option<Vec<Said>> = answer.split(BETWEEN).map(sentence).collect();
    match parts {
        Some(all) if all.len() > 1 => Some(Said::All { all }),
        Some(_) | None => sentence(answer),
    }
}

/// Returns what did not go as planned as a sentence of the catalogue; nothing where it has none.
pub(crate) fn otherwise(text: &str) -> Option<Said> {
    sentence(text, otherwise_sentences())
}

/// Returns `answer` as one of these sentences.
fn sentence(answer: &str, sentences: &Sentences) -> Option<Said> {
    let found = sentences.iter().find_map(|(sentence, key)| {
        let gaps = gaps(answer, sentence)?;
        Some((*key, gaps))
    });
    let (key, with) = found?;
    Some(Said::Word { word: key.to_owned(), with: with.into_iter().map(str::to_owned).collect() })
}

/// Returns what stands in the gaps of `sentence`, where `text` is that sentence.
fn gaps<'a>(text: &'a str, sentence: &str) -> Option<Vec<&'a str>> {
    let mut parts = sentence.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut gaps = Vec::new();
    let parts: Vec<&str> = parts.collect();
    let (last, between) = match parts.split_last() {
        None => return rest.is_empty().then_some(gaps),
        Some(split) => split,
    };
    for part in between {
        let (gap, after) = rest.split_once(part)?;
        gaps.push(gap);
        rest = after;
    }
    gaps.push(rest.strip_suffix(last)?);
    Some(gaps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::words::filled;

    #[test]
    fn what_was_computed_is_told_in_the_readers_language_and_nothing_else_is() {
        let word = |it: &Said| match it {
            Said::Word { word, with } => filled(word, with, Language::De),
            Said::Text(_) | Said::Named { .. } | Said::All { .. } => format!("{it:?}"),
        };
        let german = |answer: &str| match told(answer) {
            Some(Said::All { all }) => all.iter().map(word).collect::<Vec<_>>().join("; "),
            Some(one) => word(&one),
            None => "None".to_owned(),
        };
        for (answer, expected) in [
            ("Yes, at 40 of 40 sites", "Ja, an 40 von 40 Standorten"),
            ("No", "Nein"),
            (
                "Yes, all 6, and their sheet is signed",
                "Ja, alle 6, und ihr Blatt ist unterzeichnet",
            ),
            ("In advance: dns, vpn; in parallel: none", "Vorab: dns, vpn; nebenher: none"),
            (
                "users: 3 of 4 answers on the solution are satisfied; site-owners: 2 of 2 answers on the deployment are satisfied",
                "Benutzer: 3 von 4 Antworten zur L\u{f6}sung sind zufrieden; Verantwortliche der Standorte: 2 von 2 Antworten zur Bereitstellung sind zufrieden",
            ),
            (
                "5 of 6 come on 2027-04-01, a quorum",
                "5 von 6 kommen am 2027-04-01, beschlussf\u{e4}hig",
            ),
            ("at most 0", "h\u{f6}chstens 0"),
            ("No; whatever somebody wrote", "None"),
            ("Whatever somebody wrote", "None"),
        ] {
            assert_eq!(german(answer), expected, "{answer}");
        }
    }
}
