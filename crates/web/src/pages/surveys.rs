//! The survey of users: opened by the link of an invitation, answered without a name.

use super::Answer;
use crate::template::{rendered, said};
use crate::trouble::No;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::survey::{Asked, Instrument, Question, Questions, Reply};
use reception::Reception;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

const SCALE: [(&str, &str); 6] = [
    ("1", "1, not at all"),
    ("2", "2"),
    ("3", "3"),
    ("4", "4"),
    ("5", "5, very much"),
    ("", "does not apply"),
];

#[derive(Serialize)]
struct QuestionView<'a> {
    number: u8,
    text: &'a str,
    is_text: bool,
}

/// The questions, in the language that somebody reads.
struct Survey<'a> {
    questions: &'a Questions,
    language: String,
}

impl<'a> Survey<'a> {
    /// Returns the survey in the first language that `headers` ask for and the plan has.
    fn wanted(questions: &'a Questions, headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
        let tags = wanted.unwrap_or_default().split(',');
        let tags = tags.map(|it| it.split(';').next().unwrap_or_default().trim());
        let known = |tag: &str| {
            let of = questions.translations.keys();
            let is_it =
                |it: &&String| it.eq_ignore_ascii_case(tag) || it.split('-').next() == Some(tag);
            if tag.starts_with("en") {
                Some(String::new())
            } else {
                of.into_iter().find(is_it).cloned()
            }
        };
        Self { questions, language: tags.into_iter().find_map(known).unwrap_or_default() }
    }

    fn asks(&self) -> Vec<QuestionView<'_>> {
        let questions = self.questions.in_language(Instrument::Users, &self.language);
        let view = |it: Question<'a>| QuestionView {
            number: it.number,
            text: it.text,
            is_text: it.asked == Asked::Text,
        };
        questions.map(view).collect()
    }
}

fn shown(lead: String, questions: &[QuestionView<'_>], no: Option<No>) -> Response {
    let status = no.as_ref().map_or(StatusCode::OK, |it| it.status);
    let what = said! { title => "How was it for you?", lead, questions, scale => SCALE, no };
    (status, [(header::CACHE_CONTROL, "no-store")], rendered("survey.html", what)).into_response()
}

pub(crate) async fn page(
    State(reception): State<Arc<Reception>>,
    crate::guest::Address(address): crate::guest::Address,
    Path((deployment, token)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let (title, questions) = reception.open_survey(&deployment, &token, &address).await?;
    let lead = format!(
        "{title}. Your answers are anonymous: nobody learns who gave them. If you answer again, the last answer counts."
    );
    Ok(shown(lead, &Survey::wanted(&questions, &headers).asks(), None))
}

pub(crate) async fn answer(
    State(reception): State<Arc<Reception>>,
    crate::guest::Address(address): crate::guest::Address,
    Path((deployment, token)): Path<(String, String)>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Answer {
    let (title, questions) = reception.open_survey(&deployment, &token, &address).await?;
    let survey = Survey::wanted(&questions, &headers);
    let asked = survey.asks();
    let reply = |it: &QuestionView| {
        let said = fields.get(&format!("q{}", it.number)).map(|it| it.trim())?;
        if !it.is_text {
            return Some(Reply { question: it.number, score: said.parse().ok(), text: None });
        }
        let text = (!said.is_empty()).then(|| said.to_owned())?;
        Some(Reply { question: it.number, score: None, text: Some(text) })
    };
    let replies = asked.iter().filter_map(reply).collect();
    match reception.answer_survey(&deployment, &token, &address, replies).await {
        Ok(_) => Ok(shown(format!("{title}. Thank you: your answers are in."), &[], None)),
        Err(error) => Ok(shown(title, &asked, Some(error.into()))),
    }
}
