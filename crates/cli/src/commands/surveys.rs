//! The satisfaction survey: opened, answered, imported, shown.

mod answers;

use crate::args::survey::Survey;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use jiff::Timestamp;
use model::command::Command;
use model::digest::Digest;
use model::id::SiteId;
use model::scope::Scope;
use model::survey::{
    Instrument, Question, Respondent, Round, SurveyCommand, due_at, invitees_at, results,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many random bytes a link holds: nobody guesses 128 bits.
const LINK_BYTES: usize = 16;

/// How many sites are invited in one entry of the database: so that none grows without end.
const SITES_AT_ONCE: usize = 500;

/// The links of one site.
#[derive(Serialize)]
struct Invited {
    site: SiteId,
    links: Vec<String>,
}

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
        Survey::Invite { sites, all } => return invite(desk, sites, all).await,
        Survey::Open { closes, languages, sample_percent } => {
            SurveyCommand::Open { closes, languages, sample_percent }
        }
        Survey::Answer { link, of, replies } => {
            let respondent = match (link, of) {
                (Some(link), _) => Respondent::Link(Digest::of(link.trim().as_bytes())),
                (None, of) => Respondent::Named(of.unwrap_or(Instrument::Customer)),
            };
            let instrument = match &respondent {
                Respondent::Link(_) => Instrument::Users,
                Respondent::Named(instrument) => *instrument,
            };
            let questions = desk.state().survey_questions();
            let replies: Result<_, Fault> =
                replies.iter().map(|it| answers::reply(&questions, instrument, it)).collect();
            SurveyCommand::Answer { respondent, replies: replies? }
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

/// Makes the links of the users of `sites`; of all that have not been invited, where `all`.
async fn invite(mut desk: Desk, sites: Vec<SiteId>, all: bool) -> Result<Exit, Fault> {
    let state = desk.state();
    let Some(round) = state.surveys.open() else {
        let next = "`landfall survey open` opens one";
        return Err(Fault::new(Exit::Refused, "no survey is open").next(next));
    };
    let due: Vec<(SiteId, u32)> = if all {
        invitees_at(state, round).map(|(site, due)| (site.clone(), due)).collect()
    } else {
        let users = |it: &SiteId| state.site(it).map_or(0, |(site, _)| site.users);
        sites.iter().map(|it| (it.clone(), due_at(users(it), round.sample_percent))).collect()
    };
    let mut invited = Vec::new();
    for sites in due.chunks(SITES_AT_ONCE) {
        let mut invitations = BTreeMap::new();
        for (site, due) in sites {
            let links = (0..*due).map(|_| link()).collect::<Result<Vec<String>, Fault>>()?;
            let digests = links.iter().map(|it| Digest::of(it.as_bytes())).collect();
            invitations.insert(site.clone(), digests);
            invited.push(Invited { site: site.clone(), links });
        }
        desk.act(&Command::Survey(SurveyCommand::Invite { invitations })).await?;
    }
    desk.terminal.answer(&invited, || {
        let lines = invited.iter().flat_map(|it| it.links.iter().map(|link| (&it.site, link)));
        lines.map(|(site, link)| format!("{site} {link}\n")).collect()
    })?;
    Ok(Exit::Done)
}

fn link() -> Result<String, Fault> {
    let mut bytes = [0; LINK_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        Fault::new(Exit::Failure, "this computer gives no random numbers").why(error.to_string())
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
