//! How somebody was known when they acted: by what, when they last showed it, and what they showed in
//! the act itself.
//!
//! It stands with every entry that came through a server, and is printed beside signatures. Whoever
//! acts from an account of the computer itself was known by that account, and may sign with their key.
//!
//! House rule: a signature is a person's, who shows in the act of signing that it is them.

mod declaration;
mod proof;

pub use declaration::{Declaration, Meaning, sentence};
pub use proof::{Assertion, Proof, SSH_NAMESPACE, ShownAgain};

use crate::batch::BatchCommand;
use crate::command::{Command, RfcAct};
use crate::digest::Digest;
use crate::dispute::DisputeCommand;
use crate::history::HistoryCommand;
use crate::paper::PaperCommand;
use crate::profile::{Profile, Purpose};
use crate::refusal::{Refusal, RefusalCode};
use crate::state::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long what was shown again counts: as long as it takes to send it.
pub const FRESH_FOR: SignedDuration = SignedDuration::from_mins(5);

/// How and when somebody showed that it is them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// By what they came in.
    pub method: AuthenticationMethod,
    /// When.
    pub at: Timestamp,
    /// What they showed in the act itself, about exactly this act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Box<ShownAgain>>,
}

impl crate::event::Actor {
    /// Returns how they were known, where it is a person of whom that stands here.
    pub fn known(&self) -> Option<&Authentication> {
        match self {
            Self::System => None,
            Self::Person { known, .. } => known.as_ref(),
        }
    }

    /// Returns the actor of what follows from an act: what they showed in it was about its first event.
    #[must_use]
    pub fn afterwards(&self) -> Self {
        let mut actor = self.clone();
        if let Self::Person { known: Some(known), .. } = &mut actor {
            known.again = None;
        }
        actor
    }
}

/// By what somebody came in.
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
    /// An account of the computer on which the record lies.
    Computer,
}

/// Whether whoever signs shows in the act of signing that it is them.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Signing {
    /// They show it again, about exactly what they sign.
    ShownAgain,
    /// That they have logged in is enough.
    ByLogIn,
}

impl Signing {
    /// Returns what `profile` means where a plan says nothing.
    pub fn of(profile: Profile) -> Self {
        match profile {
            Profile::Solo => Self::ByLogIn,
            Profile::Standard | Profile::Regulated => Self::ShownAgain,
        }
    }
}

/// Returns whether `command` puts a person's name under something.
pub fn signs(command: &Command) -> bool {
    matches!(command, Command::Sign { .. } | Command::Refuse { .. } | Command::Withdraw { .. })
        || matches!(command, Command::Batch(BatchCommand::Sign { .. }))
        || matches!(
            command,
            Command::Dispute(
                DisputeCommand::Confirm { .. } | DisputeCommand::ConfirmApproval { .. }
            )
        )
        || matches!(
            command,
            Command::Paper(PaperCommand::Record { .. } | PaperCommand::Attest { .. })
        )
        || matches!(
            command,
            Command::Rfc { act: RfcAct::Approve { .. } | RfcAct::AuthoriseEmergency { .. }, .. }
        )
}

/// Returns whether `command` is for a person alone, and never for a program that acts with a token of
/// theirs: what [signs](signs), and what lets go on that something was lost, missed or wrongly approved.
pub fn is_for_a_person(command: &Command) -> bool {
    signs(command)
        || matches!(
            command,
            Command::ApproveWaiver { .. }
                | Command::Dispute(
                    DisputeCommand::SetAside { .. } | DisputeCommand::SetAsideApproval { .. }
                )
                | Command::History(
                    HistoryCommand::AcceptLoss { .. }
                        | HistoryCommand::AcceptClock { .. }
                        | HistoryCommand::ForgetPerson { .. }
                )
        )
}

/// Returns whether whoever came in by `method` shows again that it is them when they give `command`.
pub fn is_shown_again(state: &State, command: &Command, method: AuthenticationMethod) -> bool {
    signs(command) && asks_again(state, method)
}

/// Returns whether whoever came in by `method` shows again that it is them when they put their name under
/// something.
///
/// A link was made for one act and is used up by it; an account of the computer is what whoever looks
/// after the computer says it is. Both are enough but in the regulated profile.
pub fn asks_again(state: &State, method: AuthenticationMethod) -> bool {
    if state.purpose != Purpose::Production {
        return false;
    }
    match method {
        AuthenticationMethod::Link | AuthenticationMethod::Computer => {
            state.plan.profile == Profile::Regulated
        }
        AuthenticationMethod::Password
        | AuthenticationMethod::Passkey
        | AuthenticationMethod::SingleSignOn
        | AuthenticationMethod::Token => state.plan.signing() == Signing::ShownAgain,
    }
}

/// Refuses `command` where whoever gives it has not shown enough that it is them: where nothing was
/// shown again that has to be, and where what was shown is about another act than the one that is
/// `declared`, or was shown too long ago.
///
/// # Errors
///
/// Read what is signed, and show it once more.
pub fn suffices(
    state: &State,
    command: &Command,
    declared: &Digest,
    known: Option<&Authentication>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let method = known.map_or(AuthenticationMethod::Computer, |it| it.method);
    if method == AuthenticationMethod::Token && signs(command) {
        let next = "log in and sign there";
        return Err(Refusal::new(RefusalCode::NotPermitted, "a token never signs", next));
    }
    let Some(again) = known.and_then(|it| it.again.as_ref()) else {
        if !is_shown_again(state, command, method) {
            return Ok(());
        }
        let text = "whoever signs shows in the act itself that it is them, and nothing was shown";
        return Err(Refusal::new(RefusalCode::NotPermitted, text, how_to_show(method)));
    };
    if again.challenge != *declared {
        let text = "what was shown again is about something else than what would be recorded now";
        let next = "read what there is to sign now, and sign that";
        return Err(Refusal::new(RefusalCode::Stale, text, next));
    }
    if now.duration_since(again.at) > FRESH_FOR {
        let text = format!("what was shown again is older than {} minutes", FRESH_FOR.as_mins());
        return Err(Refusal::new(RefusalCode::NotPermitted, text, "show it once more, and sign"));
    }
    Ok(())
}

/// Returns what to do for whoever came in by `method` and has shown nothing again.
fn how_to_show(method: AuthenticationMethod) -> &'static str {
    match method {
        AuthenticationMethod::Computer => {
            "sign with your key, which the plan names: --ssh-key FILE or --ssh-key agent; or at the server"
        }
        AuthenticationMethod::Link => {
            "give the password or the passkey of your own account on the page of the link"
        }
        AuthenticationMethod::Password
        | AuthenticationMethod::Passkey
        | AuthenticationMethod::SingleSignOn
        | AuthenticationMethod::Token => {
            "give your password, your passkey or your key along with it: POST …/signatures, or the page of what is signed"
        }
    }
}

#[cfg(test)]
mod tests;
