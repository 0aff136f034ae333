//! The survey of users: opened by the link of an invitation, answered without a name.

use super::Answer;
use crate::template::{rendered, said};
use crate::trouble::No;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::survey::{Asked, Instrument, Question, Reply};
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
struct QuestionView {
    number: u8,
    text: &'static str,
    is_text: bool,
}

fn shown(lead: String, questions: &[Question], no: Option<No>) -> Response {
    let view = |it: &Question| QuestionView {
        number: it.number,
        text: it.text,
        is_text: it.asked == Asked::Text,
    };
    let questions: Vec<QuestionView> = questions.iter().map(view).collect();
    let status = no.as_ref().map_or(StatusCode::OK, |it| it.status);
    let what = said! { title => "How was it for you?", lead, questions, scale => SCALE, no };
    (status, [(header::CACHE_CONTROL, "no-store")], rendered("survey.html", what)).into_response()
}

pub(crate) async fn page(
    State(reception): State<Arc<Reception>>,
    crate::guest::Address(address): crate::guest::Address,
    Path((deployment, token)): Path<(String, String)>,
) -> Answer {
    let title = reception.open_survey(&deployment, &token, &address).await?;
    let lead = format!(
        "{title}. Your answers are anonymous: nobody learns who gave them. If you answer again, the last answer counts."
    );
    Ok(shown(lead, Instrument::Users.questions(), None))
}

pub(crate) async fn answer(
    State(reception): State<Arc<Reception>>,
    crate::guest::Address(address): crate::guest::Address,
    Path((deployment, token)): Path<(String, String)>,
    Form(fields): Form<HashMap<String, String>>,
) -> Answer {
    let title = reception.open_survey(&deployment, &token, &address).await?;
    let questions = Instrument::Users.questions();
    let reply = |it: &Question| {
        let said = fields.get(&format!("q{}", it.number)).map(|it| it.trim())?;
        match it.asked {
            Asked::Score => {
                Some(Reply { question: it.number, score: said.parse().ok(), text: None })
            }
            Asked::Text => (!said.is_empty()).then(|| Reply {
                question: it.number,
                score: None,
                text: Some(said.to_owned()),
            }),
        }
    };
    let replies = questions.iter().filter_map(reply).collect();
    match reception.answer_survey(&deployment, &token, &address, replies).await {
        Ok(_) => Ok(shown(format!("{title}. Thank you: your answers are in."), &[], None)),
        Err(error) => Ok(shown(title, questions, Some(error.into()))),
    }
}
