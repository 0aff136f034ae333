//! Messages: listed, shown, acknowledged, handed over, given back.

use crate::args::act::Acknowledge;
use crate::args::message::Message;
use crate::commands::instants::instant;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render::table::{Tone, cell, table, text};
use jiff::Timestamp;
use model::command::Command;
use model::companion_plans::MessageText;
use model::digest::Digest;
use model::id::{LineId, SiteId};
use model::message::{Addressee, LetterState, LetterStatus, LetterText, MessageCommand};
use model::private::{Opening, Private, REMOVED};
use model::scope::Scope;
use planner::notices::{ACKNOWLEDGE, SURVEY};
use serde::Serialize;
use std::path::Path;
use views::time::when;

/// The longest report of a mail server, in bytes: it quotes a letter, not an attachment.
const REPORT_BYTES_MAX: u64 = 1024 * 1024;

pub(crate) async fn message(it: &Message, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it {
        Message::List { scope, open } => return list(&desk, scope.as_ref(), *open),
        Message::Show { letter } => return show(&desk, *letter).await,
        Message::Acknowledge { letter } => {
            MessageCommand::Acknowledge { letter: *letter, token: None }
        }
        Message::HandOver { letter, evidence } => {
            MessageCommand::HandOver { letter: *letter, evidence: evidence.clone() }
        }
        Message::Bounce { letter, report, readers, reason } => {
            let (of_report, said) = match report {
                Some(file) => reported(&desk, file)?,
                None => (0, String::new()),
            };
            MessageCommand::Bounce {
                letter: letter.unwrap_or(of_report),
                readers: *readers,
                reason: reason.clone().unwrap_or(said),
            }
        }
        Message::MoveSlot { scope, from, reason } => {
            desk.known(desk.state(), scope)?;
            let zone = views::time::zone_of(desk.state(), scope);
            let from = from.as_deref().map(|it| instant(it, zone)).transpose()?;
            let (of, reason) = (scope.clone(), reason.clone());
            let command = MessageCommand::MoveSlot { scope: of, from, reason };
            desk.act_and_tell(scope, &Command::Message(command)).await?;
            return Ok(Exit::Done);
        }
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Message(command)).await?;
    Ok(Exit::Done)
}

/// Acknowledges the letter in which a token stands, for the reader whom it was sent to.
pub(crate) async fn by_token(token: &str, mut desk: Desk) -> Result<Exit, Fault> {
    let digest = Digest::of(token.trim().as_bytes());
    let found = desk.state().messages.with_token(&digest);
    let Some((letter, reader)) = found.map(|it| (it.letter.letter, it.letter.to.clone())) else {
        return Err(Fault::new(Exit::Refused, "no letter holds this token")
            .next("copy it whole from the newest letter"));
    };
    if desk.person.is_none()
        && let Addressee::Person(person) = reader
    {
        desk.person = Some(person);
    }
    let command = MessageCommand::Acknowledge { letter, token: Some(digest) };
    desk.act_and_tell(&Scope::Deployment, &Command::Message(command)).await?;
    Ok(Exit::Done)
}

/// Returns whether `it` names a token, which takes another way than the rest.
pub(crate) fn token_of(it: &Acknowledge) -> Option<&str> {
    it.token.as_deref()
}

#[derive(Serialize)]
struct Listed<'a> {
    letters: Vec<&'a LetterStatus>,
    upcoming: Vec<Upcoming<'a>>,
}

#[derive(Serialize)]
struct Upcoming<'a> {
    at: Timestamp,
    site: &'a SiteId,
    message: &'a LineId,
}

fn list(desk: &Desk, scope: Option<&Scope>, open: bool) -> Result<Exit, Fault> {
    let state = desk.state();
    let messages = &state.messages;
    let is_open = |it: &&LetterStatus| {
        it.state != LetterState::Delivered
            || it.bounced > 0
            || messages.unacknowledged.contains(&it.letter.letter)
    };
    let letters = messages
        .letters
        .iter()
        .filter(|it| scope.is_none_or(|scope| it.letter.scope == *scope))
        .filter(|it| !open || is_open(it));
    let upcoming = messages
        .upcoming
        .iter()
        .filter(|(_, site, _)| scope.is_none_or(|it| *it == Scope::Site(site.clone())))
        .map(|(at, site, message)| Upcoming { at: *at, site, message });
    let listed = Listed {
        letters: letters.collect(),
        upcoming: if open { vec![] } else { upcoming.collect() },
    };
    desk.terminal.answer(&listed, || {
        let headings = ["Letter", "Message", "About", "To", "For", "State", "Since", "Answer"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for it in &listed.letters {
            let answer = match (&it.acknowledged, it.letter.acknowledge) {
                (Some((_, at)), _) => format!("acknowledged {}", when(*at, &state.plan.zone)),
                (None, true) => "asked for".to_owned(),
                (None, false) => String::new(),
            };
            let state_words = match &it.why {
                Some(why) => format!("{}: {why}", it.state),
                None => it.state.to_string(),
            };
            rows.add_row(vec![
                cell(it.letter.letter, Tone::Plain),
                cell(&it.letter.message, Tone::Plain),
                cell(&it.letter.scope, Tone::Plain),
                cell(&it.letter.to, Tone::Plain),
                cell(&it.letter.occasion, Tone::Plain),
                cell(state_words, Tone::Plain),
                cell(when(it.since, &state.plan.zone), Tone::Plain),
                cell(answer, Tone::Plain),
            ]);
        }
        let next = listed.upcoming.first().map(|it| {
            let at = when(it.at, &state.plan.zone);
            format!(
                "\nNext: {} to site/{} at {at}, and {} more.",
                it.message,
                it.site,
                listed.upcoming.len() - 1
            )
        });
        let letters =
            if listed.letters.is_empty() { "There is no letter.".to_owned() } else { text(&rows) };
        letters + &next.unwrap_or_default()
    })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Shown<'a> {
    letter: &'a LetterStatus,
    text: MessageText,
}

async fn show(desk: &Desk, number: u32) -> Result<Exit, Fault> {
    let Some(letter) = desk.state().messages.letter(number) else {
        let next = "`landfall message list` shows which there are";
        return Err(Fault::usage(format!("there is no letter {number}"), next));
    };
    let mut letter = letter.clone();
    let kept = desk.coordinator.content(&letter.letter.text.digest()).await?;
    let text = match letter.letter.text {
        LetterText::Kept(_) => {
            let text = kept.and_then(|it| serde_json::from_slice(&it).ok());
            text.unwrap_or_else(|| planner::notices::written(desk.state(), &letter.letter))
        }
        LetterText::Sealed { .. } => {
            let opening = kept.and_then(|it| Opening::from_bytes(&it));
            let removed = || MessageText { subject: REMOVED.to_owned(), body: REMOVED.to_owned() };
            opening.map_or_else(removed, |it| it.value)
        }
    };
    if let Some(address) = &mut letter.letter.address
        && let Some(digest) = address.sealed()
    {
        let kept = desk.coordinator.content(&digest).await?;
        let value = kept.and_then(|it| Opening::from_bytes(&it)).map(|it| it.value);
        *address = Private::Clear(value.unwrap_or_else(|| REMOVED.to_owned()));
    }
    let shown = Shown { letter: &letter, text };
    desk.terminal.answer(&shown, || {
        let address = letter.letter.address.as_ref();
        let to = address.map_or_else(|| "by hand".to_owned(), ToString::to_string);
        format!(
            "Letter {number}: {} to {} ({to}), {}\n\n{}\n\n{}",
            letter.letter.message,
            letter.letter.to,
            letter.state,
            shown.text.subject,
            as_sent(&shown.text.body)
        )
    })?;
    Ok(Exit::Done)
}

/// Returns what a letter says, with words for what is filled in as it is sent: the links in it are
/// their reader's own, and nobody else knows them.
fn as_sent(body: &str) -> String {
    let acknowledge = "(a link of the reader's own, to acknowledge it)";
    let survey = "(a link of the reader's own, to the survey)";
    body.replace(ACKNOWLEDGE, acknowledge).replace(SURVEY, survey)
}

/// Returns the letter that came back with the report in `file`, and what the report says.
fn reported(desk: &Desk, file: &Path) -> Result<(u32, String), Fault> {
    let size = std::fs::metadata(file).map_err(|it| Fault::of_file(file, &it))?.len();
    if size > REPORT_BYTES_MAX {
        return Err(Fault::usage("the report is too long", "give the part with its headers"));
    }
    let bytes = std::fs::read(file).map_err(|it| Fault::of_file(file, &it))?;
    let text = String::from_utf8_lossy(&bytes);
    let deployment = desk.deployment();
    let number = notices::mail::letter_of(&text, &deployment);
    let number = number.filter(|it| desk.state().messages.letter(*it).is_some());
    let Some(number) = number else {
        let what = format!("the report names no letter of {deployment}");
        return Err(Fault::usage(what, "give the number of the letter: `landfall message list`"));
    };
    Ok((number, notices::mail::reason_of(&text)))
}
