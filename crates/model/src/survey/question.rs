//! The questions of one deployment's survey: the standard ones, those the plan adds, and their texts
//! in each language.
//!
//! Source: Deploy SMF, Process 4, Table 7, "customers and users satisfied with the solution and
//! deployment".

use super::{Asked, Axis, Instrument};
use crate::digest::{Digest, canonical_digest};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The number of the first question that a plan adds to an instrument: the standard ones may grow
/// without moving it.
pub const OWN_FROM: u8 = 31;

/// The most questions that a plan adds to an instrument: it is answered in minutes.
pub const OWN_MAX: usize = 20;

/// A question that the plan adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnQuestion {
    /// Who is asked.
    pub instrument: Instrument,
    /// How it is answered.
    pub asked: Asked,
    /// What it asks.
    pub text: String,
}

/// Texts of questions in one language: by instrument and number.
pub type Translation = BTreeMap<Instrument, BTreeMap<u8, String>>;

/// What the plan says of the questions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questions {
    /// The questions that it adds, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<OwnQuestion>,
    /// Their texts and those of the standard questions, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<String, Translation>,
}

/// A question as it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question<'q> {
    /// Its number in the instrument.
    pub number: u8,
    /// How it is answered.
    pub asked: Asked,
    /// What it is about.
    pub axis: Axis,
    /// What it asks.
    pub text: &'q str,
}

impl Questions {
    /// Returns whether the plan adds nothing: the standard questions in English.
    pub fn are_standard(&self) -> bool {
        *self == Self::default()
    }

    /// Returns all questions of `instrument`, in English: the standard ones first.
    pub fn of(&self, instrument: Instrument) -> impl Iterator<Item = Question<'_>> {
        let standard = instrument.standard().iter().map(|it| Question {
            number: it.number,
            asked: it.asked,
            axis: it.axis,
            text: it.text,
        });
        let own = self.own.iter().filter(move |it| it.instrument == instrument);
        let own = own.zip(OWN_FROM..).map(|(it, number)| Question {
            number,
            asked: it.asked,
            axis: Axis::Detail,
            text: &it.text,
        });
        standard.chain(own)
    }

    /// Returns all questions of `instrument` in `language`; in English where it has no text of its
    /// own.
    pub fn in_language<'q>(
        &'q self,
        instrument: Instrument,
        language: &str,
    ) -> impl Iterator<Item = Question<'q>> {
        let texts = self.translations.get(language).and_then(|it| it.get(&instrument));
        self.of(instrument).map(move |it| {
            let text = texts.and_then(|texts| texts.get(&it.number));
            Question { text: text.map_or(it.text, String::as_str), ..it }
        })
    }

    /// Returns question number `number` of `instrument`.
    pub fn question(&self, instrument: Instrument, number: u8) -> Option<Question<'_>> {
        self.of(instrument).find(|it| it.number == number)
    }

    /// Returns the digest of all questions of all instruments, with their texts in each language.
    pub(crate) fn definition(&self) -> Digest {
        let standard = (
            Instrument::Users.standard(),
            Instrument::SiteOwners.standard(),
            Instrument::Customer.standard(),
        );
        if self.are_standard() {
            canonical_digest(&standard)
        } else {
            canonical_digest(&(standard, self))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_own() -> Questions {
        let own = |instrument, text: &str| OwnQuestion {
            instrument,
            asked: Asked::Score,
            text: text.to_owned(),
        };
        let french = [(1, "Dans l'ensemble ?".to_owned()), (31, "Plus vite ?".to_owned())];
        Questions {
            own: vec![
                own(Instrument::Customer, "Is the price right?"),
                own(Instrument::Users, "Is the till faster?"),
            ],
            translations: [("fr".to_owned(), [(Instrument::Users, french.into())].into())].into(),
        }
    }

    // Proves: P4a-Q2
    #[test]
    fn a_plan_adds_questions_and_the_standard_ones_stay() {
        let questions = with_own();
        for instrument in Instrument::ALL {
            let of: Vec<u8> = questions.of(*instrument).map(|it| it.number).collect();
            let standard: Vec<u8> = instrument.standard().iter().map(|it| it.number).collect();
            assert!(of.starts_with(&standard), "{instrument}: {of:?}");
        }
        let last = questions.of(Instrument::Users).last().unwrap();
        assert_eq!((last.number, last.axis, last.text), (31, Axis::Detail, "Is the till faster?"));
        assert_eq!(questions.question(Instrument::SiteOwners, 31), None);
    }

    #[test]
    fn a_question_without_a_text_in_a_language_is_asked_in_english() {
        let questions = with_own();
        let told: Vec<&str> =
            questions.in_language(Instrument::Users, "fr").map(|it| it.text).collect();
        assert_eq!((told[0], *told.last().unwrap()), ("Dans l'ensemble ?", "Plus vite ?"));
        assert_eq!(told[1], Instrument::Users.standard()[1].text);
    }

    #[test]
    fn standard_numbers_leave_room_and_what_is_asked_has_one_digest() {
        let numbers = Instrument::ALL.iter().flat_map(|it| it.standard()).map(|it| it.number);
        assert!(numbers.max().unwrap() < OWN_FROM);
        assert_ne!(with_own().definition(), Questions::default().definition());
        assert_eq!(with_own().definition(), with_own().definition());
    }
}
