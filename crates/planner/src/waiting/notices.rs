//! Which letters wait for an answer or for hands, and which sessions come too late.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use crate::facts::Look;
use crate::notices::moved;
use model::command::Command;
use model::companion_plans::{Channel, Offset};
use model::message::{Addressee, LetterState, LetterStatus, MessageCommand};
use model::role_type::RoleType;
use model::scope::Scope;
use model::training::{Conflict, SessionStatus, SessionTime, TrainingCommand, conflicts};

/// Returns what letters about `scope` wait on; about anything where none is given.
pub(super) fn letters(look: &Look<'_>, scope: Option<&Scope>) -> Vec<WaitingOn> {
    let messages = &look.state.messages;
    let is_open =
        |number: &u32| messages.unacknowledged.contains(number) || messages.unsent.contains(number);
    let numbers: Vec<u32> = match scope {
        Some(Scope::Site(site)) => {
            let all = messages.of_site.get(site).into_iter().flatten().copied();
            all.filter(is_open).collect()
        }
        Some(_) | None => {
            messages.unacknowledged.clone().union(messages.unsent.clone()).into_iter().collect()
        }
    };
    let open = numbers.into_iter().filter_map(|it| messages.letter(it));
    let about = open.filter(|it| scope.is_none_or(|scope| it.letter.scope == *scope));
    about.filter_map(|it| letter(look, it)).collect()
}

fn letter(look: &Look<'_>, status: &LetterStatus) -> Option<WaitingOn> {
    let state = look.state;
    let (letter, scope) = (&status.letter, status.letter.scope.clone());
    let number = letter.letter;
    let what = format!("{} to {} (letter {number})", letter.message, letter.to);
    match (status.state, &letter.channel) {
        (LetterState::Delivered | LetterState::Failed, _) => {
            let Addressee::Person(reader) = &letter.to else { return None };
            let text = format!("{what} has to be acknowledged");
            let command = MessageCommand::Acknowledge { letter: number, token: None };
            let roles = [RoleType::SiteOwner];
            let mut wait = WaitingOn::people(state, scope, text, status.since, &roles);
            wait.people.retain(|it| it != reader);
            wait.people.insert(0, reader.clone());
            Some(wait.with(Command::Message(command)))
        }
        (LetterState::Due, Channel::Hand) => {
            let text = format!("{what} has to be handed over: its channels are people's");
            let roles = [RoleType::UserExperience, RoleType::ReleaseManagement];
            let command = MessageCommand::HandOver { letter: number, evidence: String::new() };
            let wait = WaitingOn::people(state, scope, text, status.since, &roles);
            Some(wait.with(Command::Message(command)))
        }
        (LetterState::Due, Channel::Mail | Channel::Webhook) if letter.address.is_none() => {
            let text = format!("{what} has no address: revise the plan, or hand it over");
            let roles = [RoleType::UserExperience, RoleType::ReleaseManagement];
            let command = MessageCommand::HandOver { letter: number, evidence: String::new() };
            let wait = WaitingOn::people(state, scope, text, status.since, &roles);
            Some(wait.with(Command::Message(command)))
        }
        (LetterState::Due, Channel::Mail | Channel::Webhook) => {
            let text = format!("{what} waits to be sent by `landfall serve`");
            Some(WaitingOn::system(scope, text, status.since))
        }
    }
}

/// Returns the sessions that are not over when the slot of one of their sites begins, each with the
/// time that lies as long before the new slot as a day's work needs.
pub(super) fn sessions(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let ahead = state.training.held().into_iter().filter(|it| it.session.when.from > look.now);
    ahead.filter_map(|it| session(look, it)).collect()
}

fn session(look: &Look<'_>, status: &SessionStatus) -> Option<WaitingOn> {
    let state = look.state;
    let session = &status.session;
    let late = conflicts(state, session).into_iter().find_map(|it| match it {
        Conflict::Slot { site } => Some(site),
        Conflict::Trainer { .. } | Conflict::Freeze { .. } => None,
    });
    let site = late.filter(|_| session.despite.is_none())?;
    let slot = state.messages.slots.get(&site)?;
    let text = format!("session {} is not over when the slot of {site} begins", session.id);
    let roles = [RoleType::UserExperience, RoleType::ProgramManager];
    let wait = WaitingOn::people(state, Scope::Site(site), text, session.when.from, &roles);
    // The same time of day, on the last day before the slot that is ahead.
    let zone = session.when.zone.rules();
    let day = |at: jiff::Timestamp| at.to_zoned(zone.clone()).date();
    let days = day(slot.from).since(day(session.when.until)).ok()?.get_days() - 1;
    let shifted = |at| moved(at, Offset { days, ..Offset::default() }, &session.when.zone);
    let when = SessionTime {
        from: shifted(session.when.from),
        until: shifted(session.when.until),
        zone: session.when.zone.clone(),
    };
    if when.from <= look.now {
        return Some(wait);
    }
    Some(wait.with(Command::Training(TrainingCommand::Move {
        session: session.id.clone(),
        when,
        place: None,
        trainer: None,
        reason: String::new(),
    })))
}
