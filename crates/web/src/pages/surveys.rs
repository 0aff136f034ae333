//! Surveys: that of users, opened by the link of an invitation and answered without a name; and those
//! of site owners and the customer, who are known.

use super::Answer;
use crate::page::Page;
use crate::template::{rendered, said};
use crate::trouble::No;
use crate::visit::Visit;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use model::command::Command;
use model::survey::{Asked, Instrument, Question, Questions, Reply, Respondent, SurveyCommand};
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
    /// What was answered to it.
    said: String,
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

    /// Returns the questions of `instrument`, with what was answered to them in `fields`.
    fn asks(&self, instrument: Instrument, fields: &Fields) -> Vec<QuestionView<'_>> {
        let questions = self.questions.in_language(instrument, &self.language);
        let view = |it: Question<'a>| QuestionView {
            number: it.number,
            text: it.text,
            is_text: it.asked == Asked::Text,
            said: fields.get(&format!("q{}", it.number)).cloned().unwrap_or_default(),
        };
        questions.map(view).collect()
    }
}

/// What was posted, by the names of the fields.
type Fields = HashMap<String, String>;

/// Returns what was answered.
fn replies(asked: &[QuestionView<'_>]) -> Vec<Reply> {
    let reply = |it: &QuestionView<'_>| {
        let said = it.said.trim();
        if !it.is_text {
            return Some(Reply { question: it.number, score: said.parse().ok(), text: None });
        }
        let text = (!said.is_empty()).then(|| said.to_owned())?;
        Some(Reply { question: it.number, score: None, text: Some(text) })
    };
    asked.iter().filter_map(reply).collect()
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
    Ok(shown(
        lead,
        &Survey::wanted(&questions, &headers).asks(Instrument::Users, &Fields::new()),
        None,
    ))
}

pub(crate) async fn answer(
    State(reception): State<Arc<Reception>>,
    crate::guest::Address(address): crate::guest::Address,
    Path((deployment, token)): Path<(String, String)>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Answer {
    let (title, questions) = reception.open_survey(&deployment, &token, &address).await?;
    let survey = Survey::wanted(&questions, &headers);
    let asked = survey.asks(Instrument::Users, &fields);
    let replies = replies(&asked);
    match reception.answer_survey(&deployment, &token, &address, replies).await {
        Ok(_) => Ok(shown(format!("{title}. Thank you: your answers are in."), &[], None)),
        Err(error) => Ok(shown(title, &asked, Some(error.into()))),
    }
}

/// Shows the questions of a survey whose answers bear a name.
fn named(
    visit: &Visit,
    headers: &HeaderMap,
    instrument: Instrument,
    (fields, no): (&Fields, Option<No>),
) -> Response {
    let questions = visit.state().survey_questions();
    let survey = Survey::wanted(&questions, headers);
    let answer = |_| {
        Command::Survey(SurveyCommand::Answer {
            respondent: Respondent::Named(instrument),
            replies: vec![],
        })
    };
    // Only whoever is asked is shown the questions.
    let may = visit.may(answer);
    let asked = if may { survey.asks(instrument, fields) } else { vec![] };
    let lead = if may {
        "Your answers stand in the record under your name. If you answer again, the last answer counts."
    } else {
        "Nothing is asked of you here: the survey is open to others, or it is not open."
    };
    let page = Page::new("How was it for you?")
        .lead(lead)
        .typed(format!("landfall survey answer --of {instrument} 1=5 2=4 --as {}", visit.person()));
    let status = no.as_ref().map_or(StatusCode::OK, |it| it.status);
    let more = said! { questions => asked, scale => SCALE, no };
    (status, page.shown_as(visit, "answer.html", more)).into_response()
}

/// Returns whose survey an address names.
fn instrument(word: &str) -> Result<Instrument, No> {
    let unknown = || No::unknown(format!("There is no survey of {word}."));
    let found = word.parse().map_err(|_| unknown())?;
    if found == Instrument::Users { Err(unknown()) } else { Ok(found) }
}

pub(crate) async fn named_page(
    visit: Visit,
    Path((_, word)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    Ok(named(&visit, &headers, instrument(&word)?, (&Fields::new(), None)))
}

pub(crate) async fn named_answer(
    State(reception): State<Arc<Reception>>,
    visit: Visit,
    Path((_, word)): Path<(String, String)>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Answer {
    let instrument = instrument(&word)?;
    let questions = visit.state().survey_questions();
    let replies = replies(&Survey::wanted(&questions, &headers).asks(instrument, &fields));
    let respondent = Respondent::Named(instrument);
    let command = Command::Survey(SurveyCommand::Answer { respondent, replies });
    match reception.act(&visit.visitor, &visit.followed, &command, None).await {
        Ok(acted) => {
            Ok(Redirect::to(&visit.link(&format!("work?done={}", acted.first))).into_response())
        }
        Err(error) => Ok(named(&visit, &headers, instrument, (&fields, Some(error.into())))),
    }
}
