//! Noes as pages: what is wrong, why, and what to do next.

use crate::template::{rendered, said};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use coordinator::CommandError;
use model::guard::{GuardReading, Verdict};
use model::refusal::RefusalCode;
use model::window::TimeZoneName;
use reception::ReceptionError;
use serde::Serialize;
use views::time::told;

/// A no.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Nobody is let in: log in, and come back to this address.
    LogIn(String),
    /// A page that says no.
    No(No),
}

/// What is wrong, why, and what to do next.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct No {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    /// What is wrong, in words.
    pub(crate) said: String,
    /// What to do next, in words.
    pub(crate) next_step: Option<String>,
    /// What the guards read, where a gate refused.
    pub(crate) gate: Vec<String>,
    /// Whether a gate refused: then it is shown what is waited on.
    pub(crate) asks_why: bool,
}

impl No {
    pub(crate) fn new(status: StatusCode, title: &'static str, said: impl Into<String>) -> Self {
        Self { status, title, said: said.into(), next_step: None, gate: vec![], asks_why: false }
    }

    pub(crate) fn unknown(said: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no such thing", said)
    }

    pub(crate) fn invalid(said: impl Into<String>) -> Self {
        let title = "Something is missing or contradicts itself";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, title, said)
    }

    pub(crate) fn next(mut self, step: impl Into<String>) -> Self {
        self.next_step = Some(step.into());
        self
    }

    fn fault(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a page could not be made");
        let said = "Something that the server needs did not work; its log says what.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The server could not answer", said)
            .next("Try again. Where it stays so, ask whoever runs the server.")
    }
}

impl From<CommandError> for No {
    fn from(error: CommandError) -> Self {
        let said = sentence(&error.to_string());
        match error {
            CommandError::Refused(it) => {
                let (status, title) = match it.code {
                    RefusalCode::NotPermitted => (StatusCode::FORBIDDEN, "You may not do this"),
                    RefusalCode::Gate => (StatusCode::CONFLICT, "A gate refuses it"),
                    RefusalCode::State => (StatusCode::CONFLICT, "It is in another state"),
                    RefusalCode::Unknown => (StatusCode::NOT_FOUND, "There is no such thing"),
                    RefusalCode::Stale => (
                        StatusCode::PRECONDITION_FAILED,
                        "What was shown is no longer what is there",
                    ),
                    RefusalCode::Invalid => (
                        StatusCode::UNPROCESSABLE_ENTITY,
                        "Something is missing or contradicts itself",
                    ),
                };
                let asks_why = it.code == RefusalCode::Gate;
                let failed = it.gate.iter().filter(|it| !it.verdict.passes());
                let utc = TimeZoneName::utc();
                let gate = failed.map(|it| reading(it, &utc)).collect();
                let no = Self::new(status, title, sentence(&it.text));
                Self { gate, asks_why, ..no.next(sentence(&it.next_step)) }
            }
            CommandError::Quarantined { .. } => {
                Self::new(StatusCode::CONFLICT, "The deployment is in quarantine", said)
                    .next("Two people accept the loss: `landfall record accept-loss`.")
            }
            CommandError::Contended => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too many are writing", said)
                    .next("Try again.")
            }
            CommandError::Exists => Self::new(StatusCode::CONFLICT, "It exists already", said),
            CommandError::NotThereYet { .. } => Self::unknown(said),
            CommandError::Record(_)
            | CommandError::Unreadable { .. }
            | CommandError::Impossible { .. }
            | CommandError::NoPlan { .. } => Self::fault(&error),
        }
    }
}

impl From<ReceptionError> for No {
    fn from(error: ReceptionError) -> Self {
        let said = sentence(&error.to_string());
        match error {
            ReceptionError::WrongPassword
            | ReceptionError::WrongPasskey(_)
            | ReceptionError::WrongSignOn(_)
            | ReceptionError::NotAdmitted => {
                Self::new(StatusCode::UNAUTHORIZED, "Nobody is let in with this", said)
            }
            ReceptionError::SignOnUnreachable(_) => {
                let title = "The sign-on service cannot be asked";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, title, said)
                    .next("Try again, or log in by another way.")
            }
            ReceptionError::TooManyAttempts(_) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many attempts have failed", said)
            }
            ReceptionError::NotAllowed { .. } => {
                Self::new(StatusCode::FORBIDDEN, "You may not do this", said)
            }
            ReceptionError::AlreadySetUp | ReceptionError::Taken(_) => {
                Self::new(StatusCode::CONFLICT, "It exists already", said)
            }
            ReceptionError::Unknown(_) | ReceptionError::NoDeployment(_) => Self::unknown(said),
            ReceptionError::Invalid(_) => Self::invalid(said),
            ReceptionError::Command(error) => (*error).into(),
            ReceptionError::NoChance | ReceptionError::Unprinted | ReceptionError::Record(_) => {
                Self::fault(&error)
            }
        }
    }
}

impl<E: Into<No>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::No(error.into())
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        match self {
            Self::LogIn(next) => {
                Redirect::to(&format!("/log-in?next={}", crate::link::encoded(&next)))
                    .into_response()
            }
            Self::No(no) => {
                let status = no.status;
                let kept = [(header::CACHE_CONTROL, "no-store")];
                let what = said! { title => no.title, no => no };
                (status, kept, rendered("trouble.html", what)).into_response()
            }
        }
    }
}

/// Returns `said` as a sentence: with a capital at its beginning, where no name begins it that is
/// written small, and a full stop at its end.
pub(crate) fn sentence(said: &str) -> String {
    let said = said.trim();
    let mut letters = said.chars();
    let Some(first) = letters.next() else { return String::new() };
    let word = said.split(' ').next().unwrap_or_default();
    let word = word.trim_end_matches(['.', ',', ':']);
    let is_name =
        word.contains(['.', '_', ':', '/']) || word.contains(|it: char| it.is_ascii_digit());
    let mut text: String =
        if is_name { said.to_owned() } else { first.to_uppercase().chain(letters).collect() };
    if !text.ends_with(['.', '!', '?', ':', '`']) {
        text.push('.');
    }
    text
}

/// Returns `count` and `word`, in the plural where there is not exactly one.
pub(crate) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Returns what a guard read, in words, with its times on the clock of `zone`.
pub(crate) fn reading(it: &GuardReading, zone: &TimeZoneName) -> String {
    let (guard, text) = (it.guard, it.guard.text());
    match &it.verdict {
        Verdict::Met => format!("{guard}: {text}"),
        Verdict::Unmet { missing, supplier } => {
            let supplier = told(&supplier.to_string(), zone);
            format!("{guard}: {} It can be supplied by {supplier}.", sentence(missing))
        }
        Verdict::Waived { by, reason, .. } => {
            let by: Vec<String> = by.iter().map(ToString::to_string).collect();
            format!("{guard}: waived by {}: {}", by.join(", "), sentence(reason))
        }
        Verdict::Unknown { missing } => format!("{guard}: not known: {}", sentence(missing)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_letters_where_a_sentence_begins_with_it() {
        for (said, expected) in [
            ("it is held", "It is held."),
            ("site/B27 is halted", "site/B27 is halted."),
            ("pc-01 failed", "pc-01 failed."),
            ("lucan.reyes agrees", "lucan.reyes agrees."),
            ("re-run it", "Re-run it."),
        ] {
            assert_eq!(sentence(said), expected);
        }
    }
}
