//! How somebody was known when they acted: by what, and when they last showed it.
//!
//! It stands with every entry that came through a server, and is printed beside signatures. Whoever
//! acts from an account of the computer itself was known by that account.
//!
//! House rule: a signature is a person's; where the profile is regulated, one who has just shown that
//! it is them.

use crate::command::{Command, RfcAct};
use crate::profile::{Profile, Purpose};
use crate::refusal::{Refusal, RefusalCode};
use crate::state::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long ago somebody may have shown that it is them who signs in the regulated profile: as long as
/// it takes to read a document, and no longer than a screen may be left alone.
pub const FRESH_FOR: SignedDuration = SignedDuration::from_mins(5);

/// How and when somebody showed that it is them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// By what.
    pub method: AuthenticationMethod,
    /// When.
    pub at: Timestamp,
}

/// By what somebody showed that it is them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AuthenticationMethod {
    /// A password.
    Password,
    /// A passkey, with a look at its holder.
    Passkey,
    /// The log-in of the company.
    SingleSignOn,
    /// A token, which never signs.
    Token,
    /// A link in a message, which works once.
    Link,
}

/// Returns whether `command` puts a person's name under something.
pub fn signs(command: &Command) -> bool {
    matches!(command, Command::Sign { .. } | Command::Refuse { .. } | Command::Withdraw { .. })
        || matches!(command, Command::Rfc { act: RfcAct::Approve { .. }, .. })
}

/// Refuses a signature of somebody who has not shown of late that it is them, where the profile asks
/// for it. Whoever acts from an account of the computer has no log-in of ours that could grow old.
///
/// # Errors
///
/// Log in again, then sign.
pub fn is_fresh(
    state: &State,
    command: &Command,
    known: Option<&Authentication>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let is_asked = state.plan.profile == Profile::Regulated
        && state.purpose == Purpose::Production
        && signs(command);
    match known.filter(|it| is_asked && now.duration_since(it.at) > FRESH_FOR) {
        None => Ok(()),
        Some(it) => {
            let text = format!(
                "the log-in of {:.0} is too old for a signature: in the regulated profile it is at most {} minutes",
                it.at,
                FRESH_FOR.as_mins()
            );
            let next = "log in again, read the document, then sign";
            Err(Refusal::new(RefusalCode::NotPermitted, text, next))
        }
    }
}

#[cfg(test)]
mod tests {
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
        let at = "2027-03-23T15:00:00Z".parse().unwrap();
        let entry = Entry { seq: 1, at, actor: Actor::System, baseline: 0, command: None, event };
        State::begin(&entry, Arc::new(plan)).unwrap()
    }

    #[test]
    fn a_regulated_signature_needs_a_log_in_of_the_last_five_minutes() {
        let withdraw =
            Command::Withdraw { slot: "core:tester".parse().unwrap(), reason: "x".to_owned() };
        let at = "2027-03-23T15:00:00Z".parse().unwrap();
        let known = Authentication { method: AuthenticationMethod::Password, at };
        for (profile, purpose, command, known, now, holds) in [
            (Profile::Regulated, Purpose::Production, &withdraw, Some(&known), "15:05:00", true),
            (Profile::Regulated, Purpose::Production, &withdraw, Some(&known), "15:05:01", false),
            (Profile::Regulated, Purpose::Production, &withdraw, None, "19:00:00", true),
            (
                Profile::Regulated,
                Purpose::Production,
                &Command::Open,
                Some(&known),
                "19:00:00",
                true,
            ),
            (Profile::Regulated, Purpose::Rehearsal, &withdraw, Some(&known), "19:00:00", true),
            (Profile::Standard, Purpose::Production, &withdraw, Some(&known), "19:00:00", true),
        ] {
            let now = format!("2027-03-23T{now}Z").parse().unwrap();
            let found = is_fresh(&state(profile, purpose), command, known, now);
            assert_eq!(found.is_ok(), holds, "{profile} {purpose:?} {now}: {found:?}");
        }
    }
}
