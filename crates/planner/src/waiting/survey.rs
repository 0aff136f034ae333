//! What the satisfaction survey waits on: to be opened, sent, answered by the customer, closed.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use super::stable::people;
use crate::facts::Look;
use model::command::Command;
use model::gates::complete::survey_may_open;
use model::role_type::RoleType;
use model::scope::Scope;
use model::survey::{Instrument, Respondent, Round, SurveyCommand, invitees_at};

const ASKING: [RoleType; 2] = [RoleType::UserExperience, RoleType::ProductManager];

/// What follows where nobody opens a survey, or the customer does not answer it.
const UNREVIEWED: &str = "Deployment Complete is not reviewed without an answer of the customer";

/// Returns what the survey waits on, from when on it may be opened.
pub(super) fn survey(look: &Look<'_>) -> Vec<WaitingOn> {
    match (look.state.survey_round(), look.state.surveys.open()) {
        (Some(round), _) if round.closed.is_none() => open(look, round),
        (Some(round), _) if answered(round) => vec![],
        (Some(_), _) => to_open(look, "the survey closed without an answer of the customer"),
        (None, Some(earlier)) => {
            let what = "the survey of an earlier quiet period is still open";
            vec![WaitingOn::time(Scope::Deployment, what, earlier.opened, earlier.closes)]
        }
        (None, None) => to_open(look, "the satisfaction survey has to be opened"),
    }
}

/// Returns whether somebody answered for the customer.
fn answered(round: &Round) -> bool {
    let imported = round.imports.iter().any(|it| it.instrument == Instrument::Customer);
    imported || !round.customer.is_empty()
}

fn to_open(look: &Look<'_>, what: &str) -> Vec<WaitingOn> {
    if survey_may_open(look.state, look.now).is_err() {
        return vec![];
    }
    let open = SurveyCommand::Open { closes: None, languages: vec![], sample_percent: None };
    let wait = people(look, what, &ASKING).with(Command::Survey(open));
    vec![wait.if_nobody_acts(UNREVIEWED)]
}

fn open(look: &Look<'_>, round: &Round) -> Vec<WaitingOn> {
    let mut waits = Vec::new();
    let uninvited = invitees_at(look.state, round).count();
    if uninvited > 0 {
        let what = format!("the users of {uninvited} sites have to be invited to the survey");
        let invite = SurveyCommand::Invite { invitations: [].into() };
        let wait = people(look, what, &ASKING).with(Command::Survey(invite));
        let wait =
            wait.if_nobody_acts("no user is asked, and only the customer and site owners answer");
        waits.push(wait.advisable());
    }
    if !answered(round) {
        let respondent = Respondent::Named(Instrument::Customer);
        let answer = SurveyCommand::Answer { respondent, replies: vec![] };
        let what = format!("the customer has to answer the survey before {}", round.closes);
        let wait = people(look, what, &[RoleType::Customer]).with(Command::Survey(answer));
        waits.push(wait.if_nobody_acts(UNREVIEWED));
    }
    let what = "the survey is open; nobody closes it early";
    waits.push(WaitingOn::time(Scope::Deployment, what, round.opened, round.closes));
    waits
}
