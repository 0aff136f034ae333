//! Who shows again that it is them, about what, and for how long it counts.
//!
//! House rule: a signature is a person's, who shows in the act of signing that it is them.

use super::*;
use crate::event::{Actor, Entry, Event};
use crate::plan::MasterProjectPlan;
use std::sync::Arc;

fn state(profile: Profile, purpose: Purpose) -> State {
    let mut plan = MasterProjectPlan::empty("FG30".parse().unwrap(), "UTC".parse().unwrap());
    plan.profile = profile;
    let event = Event::DeploymentCreated {
        deployment: plan.deployment.clone(),
        plan: plan.digest(),
        release: plan.release.digest(),
        purpose,
        folder: String::new(),
    };
    let at = at("15:00:00");
    let entry = Entry { seq: 1, at, actor: Actor::System, baseline: 0, command: None, event };
    State::begin(&entry, Arc::new(plan)).unwrap()
}

fn at(time: &str) -> Timestamp {
    format!("2027-03-23T{time}Z").parse().unwrap()
}

fn withdraw() -> Command {
    Command::Withdraw { slot: "core:tester".parse().unwrap(), reason: "x".to_owned() }
}

#[test]
fn who_signs_shows_it_again_as_the_profile_and_the_way_they_came_in_ask() {
    use AuthenticationMethod::{Computer, Link, Passkey, Password, SingleSignOn};
    use Profile::{Regulated, Solo, Standard};
    let (declared, withdraw) = (Digest::of(b"this"), withdraw());
    for (profile, method, is_asked) in [
        (Solo, Password, false),
        (Solo, Link, false),
        (Solo, Computer, false),
        (Standard, Password, true),
        (Standard, Passkey, true),
        (Standard, SingleSignOn, true),
        (Standard, Link, false),
        (Standard, Computer, false),
        (Regulated, Password, true),
        (Regulated, Passkey, true),
        (Regulated, SingleSignOn, true),
        (Regulated, Link, true),
        (Regulated, Computer, true),
    ] {
        let known = Authentication { method, at: at("15:00:00"), again: None };
        let known = (method != Computer).then_some(&known);
        let real = state(profile, Purpose::Production);
        let found = suffices(&real, &withdraw, &declared, known, at("15:00:01"));
        assert_eq!(found.is_err(), is_asked, "{profile} {method}: {found:?}");
        let other = suffices(&real, &Command::Open, &declared, known, at("15:00:01"));
        assert_eq!(other, Ok(()), "{profile} {method}");
        let rehearsal = state(profile, Purpose::Rehearsal);
        assert_eq!(suffices(&rehearsal, &withdraw, &declared, known, at("15:00:01")), Ok(()));
    }
}

#[test]
fn a_plan_may_trust_the_log_in() {
    let mut plan = MasterProjectPlan::empty("FG30".parse().unwrap(), "UTC".parse().unwrap());
    assert_eq!(plan.signing(), Signing::ShownAgain);
    plan.signing = Some(Signing::ByLogIn);
    assert_eq!(plan.signing(), Signing::ByLogIn);
    plan.profile = Profile::Regulated;
    assert_eq!(plan.signing(), Signing::ShownAgain, "not where it is regulated");
}

#[test]
fn what_was_shown_again_counts_for_one_act_and_five_minutes() {
    let (this, other) = (Digest::of(b"this"), Digest::of(b"another"));
    let real = state(Profile::Regulated, Purpose::Production);
    for (about, now, said) in [
        (this, "15:05:00", ""),
        (this, "15:05:01", "what was shown again is older than 5 minutes"),
        (
            other,
            "15:00:01",
            "what was shown again is about something else than what would be recorded now",
        ),
    ] {
        let again =
            ShownAgain { challenge: about, at: at("15:00:00"), meaning: None, by: Proof::Password };
        let known = Authentication {
            method: AuthenticationMethod::Password,
            at: at("09:00:00"),
            again: Some(Box::new(again)),
        };
        let found = suffices(&real, &withdraw(), &this, Some(&known), at(now));
        assert_eq!(found.err().map_or_else(String::new, |it| it.text), said);
    }
}

#[test]
fn a_token_never_signs_whatever_is_shown_with_it() {
    let declared = Digest::of(b"this");
    let again =
        ShownAgain { challenge: declared, at: at("15:00:00"), meaning: None, by: Proof::Password };
    let known = Authentication {
        method: AuthenticationMethod::Token,
        at: at("15:00:00"),
        again: Some(Box::new(again)),
    };
    for profile in [Profile::Solo, Profile::Standard, Profile::Regulated] {
        let real = state(profile, Purpose::Production);
        let found = suffices(&real, &withdraw(), &declared, Some(&known), at("15:00:00"));
        assert_eq!(found.unwrap_err().text, "a token never signs");
    }
}
