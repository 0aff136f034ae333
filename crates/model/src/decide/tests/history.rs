//! Accepting a loss of history: who may, how many it takes, and what follows.

use super::deployment::{busy, name, noon};
use crate::command::Command;
use crate::decide::{Acting, decide};
use crate::digest::Digest;
use crate::event::{Actor, Event};
use crate::history::{ClockDoubt, History, HistoryCommand, HistoryEvent, Loss};
use crate::state::State;
use expect_test::expect;
use jiff::SignedDuration;

/// Lets `person` accept the loss of what was after `found`, and returns what came of it, a line.
fn accept(state: &mut State, person: &str, found: u64) -> String {
    let root = Digest::of(b"what the witness has seen");
    let loss = Loss { witnessed: 52, root, found };
    let reason = "Monday's backup was put back".to_owned();
    let command = Command::History(HistoryCommand::AcceptLoss { loss, reason });
    let by = name(person);
    let events = match decide(&Acting::new(state, &by, noon()), &command) {
        Ok(events) => events,
        Err(refusal) => return format!("{person}: {refusal}\n"),
    };
    let mut line = format!("{person}:");
    for event in events {
        let actor = Actor::Person { person: by.clone(), login: String::new(), known: None };
        let seq = state.seq + 1;
        state.apply(&event, &actor, noon(), seq, None).unwrap();
        state.seq = seq;
        if let Event::Concurred { act, role, .. } = &event {
            line += &format!(" {role} agrees to {act}.");
        } else if let Event::History(it) = &event {
            line += &format!(" {it}.");
        }
    }
    line + "\n"
}

/// What people say about a loss is itself written after it, and is no part of it.
#[test]
fn a_loss_of_history_takes_two_people_and_is_accepted_once() {
    let mut state = busy();
    state.seq = 41;
    let mut story = String::new();
    for person in ["rel", "pgm", "pgm", "ops", "ops"] {
        let found = state.seq;
        story += &accept(&mut state, person, found);
    }
    for (_, loss) in &state.history.losses {
        story += &format!("{} entries gone after {}\n", loss.entries(), loss.found);
    }
    expect![[r#"
        rel: rel may not accept the loss up to entry 52 of e3637e9e: it takes Program Manager or Operations Manager
        pgm: Program Manager agrees to accept the loss up to entry 52 of e3637e9e.
        pgm: pgm has already agreed to accept the loss up to entry 52 of e3637e9e
        ops: Operations Manager agrees to accept the loss up to entry 52 of e3637e9e. the record goes on as it was found; its witness has seen entry 52, and it ended with entry 41: 11 gone: Monday's backup was put back.
        ops: this loss has been accepted already
        11 entries gone after 41
    "#]].assert_eq(&story);
}

#[test]
fn another_loss_takes_two_people_again() {
    let mut state = busy();
    let first = accept(&mut state, "pgm", 41) + &accept(&mut state, "ops", 42);
    assert!(first.contains("goes on"), "{first}");
    let root = Digest::of(b"a later history");
    let loss = Loss { witnessed: 90, root, found: 70 };
    assert!(!state.history.has_accepted(&loss));
}

/// What other places keep of the record that was lost is part of it, where it was there before.
#[test]
fn what_lay_elsewhere_before_a_loss_was_accepted_belongs_to_it() {
    let accepted = |witnessed, found| {
        let loss = Loss { witnessed, root: Digest::of(b"lost"), found };
        History { losses: vec![(noon(), loss)], ..History::default() }
    };
    let (before, after) = (Some(noon()), Some(noon() + SignedDuration::from_secs(1)));
    for (history, seen, since, covers) in [
        (accepted(52, 41), 47, before, true),
        (accepted(52, 41), 60, before, true),
        // What is left of the record vouches for these.
        (accepted(52, 41), 41, before, false),
        (accepted(52, 41), 47, after, false),
        (accepted(52, 41), 47, None, false),
        // Where it was written anew, nobody knows from which entry on.
        (accepted(30, 41), 30, before, true),
        (accepted(30, 41), 35, before, true),
        (accepted(30, 41), 29, before, false),
        (History::default(), 47, before, false),
    ] {
        let seen = Loss { witnessed: seen, root: Digest::of(b"seen"), found: 70 };
        assert_eq!(history.covers(&seen, since), covers, "{seen:?} {since:?} {history:?}");
    }
}

#[test]
fn a_doubted_clock_is_accepted_by_whoever_runs_it_or_answers_for_the_work() {
    let mut state = busy();
    let accept = |state: &State, person: &str, reason: &str| {
        let command = HistoryCommand::AcceptClock { reason: reason.to_owned() };
        let by = name(person);
        match decide(&Acting::new(state, &by, noon()), &Command::History(command)) {
            Ok(events) => format!("{person}: {}", events.len()),
            Err(refusal) => format!("{person}: {refusal}"),
        }
    };
    assert_eq!(accept(&state, "ops", "looked"), "ops: nobody doubts the server's clock");
    let doubt = ClockDoubt { said: noon() + SignedDuration::from_hours(480), expected: noon() };
    let doubted = Event::History(HistoryEvent::ClockDoubted { doubt });
    state.apply(&doubted, &Actor::System, noon(), state.seq + 1, None).unwrap();
    assert!(state.history.clock.is_some());
    assert_eq!(accept(&state, "ops", "looked"), "ops: 1");
    assert_eq!(accept(&state, "rel", "looked"), "rel: 1");
    assert!(accept(&state, "ops", " ").contains("what was found is missing"));
    assert!(accept(&state, "pgm", "looked").contains("it takes"), "{}", accept(&state, "pgm", "l"));
    let accepted = Event::History(HistoryEvent::ClockAccepted { reason: "looked".to_owned() });
    state.apply(&accepted, &Actor::System, noon(), state.seq + 1, None).unwrap();
    assert!(state.history.clock.is_none());
}
