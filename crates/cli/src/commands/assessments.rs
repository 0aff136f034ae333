//! Key questions and success criteria: listed, answered, evaluated.

use crate::args::assessment::{Criterion, Question};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::assessment::{AssessmentCommand, KeyQuestion, Standing, criteria, standing};
use model::command::Command;
use model::scope::Scope;
use serde_json::json;

pub(crate) async fn question(it: &Question, mut desk: Desk) -> Result<Exit, Fault> {
    match it.clone() {
        Question::List { open } => {
            let state = desk.state();
            let all = KeyQuestion::ALL.iter().map(|it| standing(state, *it));
            let listed: Vec<Standing> = all.filter(|it| !open || !it.is_answered()).collect();
            desk.terminal.answer(&listed, || {
                render::assessment::questions(desk.terminal.setting(), &listed)
            })?;
        }
        Question::Show { question } => {
            let state = desk.state();
            let it = standing(state, question);
            desk.terminal.answer(&it, || render::assessment::question(state, &it))?;
        }
        Question::Answer { question, answer, evidence } => {
            let command = AssessmentCommand::Answer { question, answer, evidence };
            desk.act_and_tell(&Scope::Deployment, &Command::Assessment(command)).await?;
        }
    }
    Ok(Exit::Done)
}

pub(crate) async fn criterion(it: &Criterion, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it.clone() {
        Criterion::List => {
            let state = desk.state();
            let all = criteria(state);
            let items = &state.assessments.items;
            desk.terminal.answer(
                &json!({ "criteria": all, "items": items, "assessed": state.assessments.assessed }),
                || render::assessment::criteria(desk.terminal.setting(), state, &all),
            )?;
            return Ok(Exit::Done);
        }
        Criterion::Measure { criterion, found } => {
            AssessmentCommand::Measure { criterion, measurement: found.measurement() }
        }
        Criterion::Judge { item, kind, text, found } => {
            AssessmentCommand::Judge { item, kind, text, measurement: found.measurement() }
        }
        Criterion::Assess { ring, rating, text } => {
            AssessmentCommand::Assess { ring, rating, text }
        }
        Criterion::Accept { item, reason } => AssessmentCommand::AcceptShortfall { item, reason },
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Assessment(command)).await?;
    Ok(Exit::Done)
}
