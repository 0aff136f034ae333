//! The terms of the satisfaction survey, with the questions that a plan adds.
//!
//! Source: Deploy SMF, overview: customer satisfaction survey.

use super::Building;
use crate::code::Code;
use crate::span::At;
use crate::written;
use model::survey::{
    Instrument, OWN_MAX, OwnQuestion, Questions, SurveyTerms, THRESHOLD_MIN, Translation,
};
use std::collections::BTreeMap;

/// The longest text of a question, in characters.
const TEXT_MAX: usize = 500;

impl Building<'_> {
    /// Returns the terms of the survey, as written or as usual, within what keeps anybody anonymous.
    pub(super) fn survey(&mut self, written: written::Survey) -> SurveyTerms {
        let usual = SurveyTerms::default();
        let questions = self.questions(written.questions, written.translations);
        SurveyTerms {
            languages: written.languages,
            threshold: written.threshold.map_or(usual.threshold, |it| it.value.max(THRESHOLD_MIN)),
            sample_percent: written
                .sample_percent
                .map_or(usual.sample_percent, |it| it.value.clamp(1, 100)),
            open_days: written.open_days.map_or(usual.open_days, |it| it.value.clamp(3, 60)),
            questions,
        }
    }

    fn questions(
        &mut self,
        own: Vec<At<written::SurveyQuestion>>,
        translations: BTreeMap<String, At<Translation>>,
    ) -> Questions {
        let mut questions = Questions::default();
        for it in own {
            let written::SurveyQuestion { of, answer, text } = it.value;
            if !is_a_text(&text) {
                let what = format!("a question has 1 to {TEXT_MAX} characters");
                self.findings.report(Code::BadValue, it.at, what);
            }
            let before = questions.own.iter().filter(|it| it.instrument == of).count();
            if before == OWN_MAX {
                let what =
                    format!("{of} are asked more than {OWN_MAX} questions of the plan's own");
                self.findings.report(Code::BadValue, it.at, what);
            }
            questions.own.push(OwnQuestion { instrument: of, asked: answer, text });
        }
        for (language, it) in translations {
            for (instrument, texts) in &it.value {
                self.texts(&questions, *instrument, texts, it.at);
            }
            questions.translations.insert(language, it.value);
        }
        questions
    }

    fn texts(
        &mut self,
        questions: &Questions,
        instrument: Instrument,
        texts: &BTreeMap<u8, String>,
        at: crate::span::Span,
    ) {
        for (number, text) in texts {
            if questions.question(instrument, *number).is_none() {
                let what = format!("{instrument} are not asked question {number}");
                self.findings.report(Code::BadValue, at, what);
            }
            if !is_a_text(text) {
                let what = format!("question {number} has a text of 1 to {TEXT_MAX} characters");
                self.findings.report(Code::BadValue, at, what);
            }
        }
    }
}

fn is_a_text(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= TEXT_MAX
}
