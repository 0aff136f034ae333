//! What the plan says of the survey: in which languages, of how many, from which number on a group
//! is shown, for how long, and what it is asked beside the standard questions.
//!
//! Source: Deploy SMF, overview: customer satisfaction survey.

use super::{Questions, Round, THRESHOLD_MIN};
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The terms of the survey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyTerms {
    /// The languages in which it is asked.
    pub languages: Vec<String>,
    /// The fewest answers of a group that is shown by itself.
    pub threshold: u32,
    /// The share of users who are asked, in percent.
    pub sample_percent: u8,
    /// How long a round is open, in days.
    pub open_days: u16,
    /// The questions beside the standard ones, and the texts in other languages.
    #[serde(default, skip_serializing_if = "Questions::are_standard")]
    pub questions: Questions,
}

impl Default for SurveyTerms {
    fn default() -> Self {
        Self {
            languages: vec![],
            threshold: THRESHOLD_MIN,
            sample_percent: 100,
            open_days: 10,
            questions: Questions::default(),
        }
    }
}

impl State {
    /// Returns the terms of the survey: the plan's, or the usual ones.
    pub fn survey_terms(&self) -> SurveyTerms {
        self.plan.survey.clone().unwrap_or_default()
    }

    /// Returns the last round of the survey that counts: the last one, where it was opened since the last
    /// quiet period began. What people answered before, they answered of something else.
    pub fn survey_round(&self) -> Option<&Round> {
        let began = self.quiet_periods.last().map(|it| it.start);
        self.surveys.last().filter(|it| began.is_none_or(|began| began <= it.opened))
    }

    /// Returns the questions of the survey: those the last round was opened with; before the first,
    /// the plan's.
    pub fn survey_questions(&self) -> Arc<Questions> {
        match self.surveys.last() {
            Some(round) => Arc::clone(&round.questions),
            None => Arc::new(self.survey_terms().questions),
        }
    }
}
