//! The satisfaction survey: opened, answered, imported, shown.

mod answers;
mod invitations;

use crate::args::survey::Survey;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use jiff::Timestamp;
use model::command::Command;
use model::digest::Digest;
use model::scope::Scope;
use model::survey::{Instrument, Question, Respondent, Round, SurveyCommand, results};
use serde::Serialize;
use std::collections::BTreeMap;

/// A round of the survey, for programs: how many answered, and nobody's answers (SOD-14).
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Held<'a> {
    opened: Timestamp,
    closes: Timestamp,
    closed: Option<Timestamp>,
    languages: &'a [String],
    sample_percent: u8,
    links: usize,
    users: usize,
    site_owners: usize,
    customer: usize,
    imported: Vec<Instrument>,
}

/// Where the survey stands, and what it asks.
#[derive(Serialize)]
struct Shown<'a> {
    rounds: Vec<Held<'a>>,
    questions: BTreeMap<Instrument, Vec<Question<'a>>>,
}

impl<'a> Held<'a> {
    fn of(round: &'a Round) -> Self {
        Self {
            opened: round.opened,
            closes: round.closes,
            closed: round.closed,
            languages: &round.languages,
            sample_percent: round.sample_percent,
            links: round.links.len(),
            users: round.by_link.len(),
            site_owners: round.site_owners.len(),
            customer: round.customer.len(),
            imported: round.imports.iter().map(|it| it.instrument).collect(),
        }
    }
}

pub(crate) async fn survey(it: &Survey, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it.clone() {
        Survey::Show { language } => return show(&desk, language.as_deref()),
        Survey::Results => return show_results(&desk),
        Survey::Invite { sites, all, addresses } => {
            return invitations::invite(desk, sites, all, addresses.as_deref()).await;
        }
        Survey::Open { closes, languages, sample_percent } => {
            SurveyCommand::Open { closes, languages, sample_percent }
        }
        Survey::Answer { link, of, replies } => {
            let users = link.as_ref().map(|_| Instrument::Users);
            let instrument = users.or(of).unwrap_or(Instrument::Customer);
            let questions = desk.state().survey_questions();
            let replies: Result<Vec<_>, Fault> =
                replies.iter().map(|it| answers::reply(&questions, instrument, it)).collect();
            let replies = replies?;
            let token = link.as_deref().map(invitations::token_of);
            if let Some(token) = token
                && let Some(acted) = desk.answer_at_server(token, &replies).await?
            {
                desk.tell(&Scope::Deployment, &acted)?;
                return Ok(Exit::Done);
            }
            let by_link = token.map(|it| Respondent::Link(Digest::of(it.as_bytes())));
            let respondent = by_link.unwrap_or(Respondent::Named(instrument));
            SurveyCommand::Answer { respondent, replies }
        }
        Survey::Import { file, of, invited } => {
            let questions = desk.state().survey_questions();
            SurveyCommand::Import { import: answers::import(&file, &questions, of, invited)? }
        }
        Survey::Close => SurveyCommand::Close,
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Survey(command)).await?;
    Ok(Exit::Done)
}

fn show(desk: &Desk, language: Option<&str>) -> Result<Exit, Fault> {
    let state = desk.state();
    let questions = state.survey_questions();
    if let Some(unknown) = language.filter(|it| !questions.translations.contains_key(*it)) {
        let known: Vec<&str> = questions.translations.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "English only".to_owned() } else { known.join(", ") };
        let next = format!("the plan has its questions in: {known} (`survey.translations`)");
        return Err(Fault::usage(format!("the survey has no texts in `{unknown}`"), next));
    }
    let asked = |it: &Instrument| -> Vec<Question> {
        questions.in_language(*it, language.unwrap_or_default()).collect()
    };
    let questions: BTreeMap<Instrument, Vec<Question>> =
        Instrument::ALL.iter().map(|it| (*it, asked(it))).collect();
    let rounds = state.surveys.rounds.iter().map(Held::of).collect();
    let shown = Shown { rounds, questions };
    desk.terminal.answer(&shown, || render::survey::page(state, &shown.questions))?;
    Ok(Exit::Done)
}

fn show_results(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let shown: Vec<_> = Instrument::ALL.iter().filter_map(|it| results(state, *it)).collect();
    desk.terminal.answer(&shown, || render::survey::results(&shown))?;
    Ok(Exit::Done)
}
