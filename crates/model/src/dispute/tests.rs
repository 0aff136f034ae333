//! By what somebody signs, and what signs no more while others may have it, too.
//!
//! House rule: a signature counts for as long as nobody has reason to doubt it.

use super::*;
use crate::authentication::{Proof, ShownAgain};
use crate::event::{Entry, Event};
use crate::plan::MasterProjectPlan;
use crate::profile::Purpose;
use std::sync::Arc;

fn state() -> State {
    let plan = MasterProjectPlan::empty("FG30".parse().unwrap(), "UTC".parse().unwrap());
    let event = Event::DeploymentCreated {
        deployment: plan.deployment.clone(),
        plan: plan.digest(),
        release: plan.release.digest(),
        purpose: Purpose::Production,
        folder: String::new(),
    };
    let actor = Actor::System;
    let entry =
        Entry { seq: 1, at: Timestamp::UNIX_EPOCH, actor, baseline: 0, command: None, event };
    State::begin(&entry, Arc::new(plan)).unwrap()
}

fn known(method: AuthenticationMethod, by: Option<Proof>) -> Authentication {
    let (at, challenge) = (Timestamp::UNIX_EPOCH, Digest::of(b"x"));
    let again = by.map(|by| Box::new(ShownAgain { challenge, at, meaning: None, by }));
    Authentication { method, at, again }
}

#[test]
fn what_was_shown_in_the_act_counts_before_what_somebody_came_in_by() {
    use AuthenticationMethod as By;
    for (known, means) in [
        (None, Means::Computer),
        (Some(known(By::Password, None)), Means::Password),
        (Some(known(By::Passkey, None)), Means::Passkey),
        (Some(known(By::SingleSignOn, None)), Means::SingleSignOn),
        (Some(known(By::Link, None)), Means::Link),
        (Some(known(By::Passkey, Some(Proof::Password))), Means::Password),
        (Some(known(By::Link, Some(Proof::Password))), Means::Password),
    ] {
        assert_eq!(Means::of(known.as_ref()), means, "{known:?}");
    }
}

#[test]
fn what_others_may_have_signs_nothing_until_it_is_said_to_be_replaced() {
    let (ivo, other): (PersonId, PersonId) = ("ivo".parse().unwrap(), "other".parse().unwrap());
    let happening =
        |by: &PersonId| Happening { by: Some(by.clone()), at: Timestamp::UNIX_EPOCH, seq: 2 };
    for means in [None, Some(Means::Password), Some(Means::Passkey)] {
        let mut state = state();
        let (person, since) = (ivo.clone(), Timestamp::UNIX_EPOCH);
        let (reason, slots, requests) = ("lost".to_owned(), vec![], vec![]);
        let reported =
            DisputeEvent::Reported { dispute: 1, person, means, since, reason, slots, requests };
        state.disputes.happened(&reported, &happening(&ivo)).unwrap();
        for (method, is_barred) in [
            (AuthenticationMethod::Password, means != Some(Means::Passkey)),
            (AuthenticationMethod::Passkey, means != Some(Means::Password)),
            (AuthenticationMethod::SingleSignOn, means.is_none()),
        ] {
            let known = known(method, None);
            let found = state.signs_alone(&ivo, Some(&known));
            assert_eq!(found.is_err(), is_barred, "{means:?} {method}: {found:?}");
            assert_eq!(state.signs_alone(&other, Some(&known)), Ok(()), "{means:?} {method}");
        }
        let renewed = DisputeEvent::Renewed { dispute: 1, statement: "new".to_owned() };
        state.disputes.happened(&renewed, &happening(&other)).unwrap();
        assert_eq!(state.signs_alone(&ivo, None), Ok(()), "{means:?}");
    }
}
