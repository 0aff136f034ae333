//! Problems: every no of the API in the form of RFC 9457, with a code that never changes.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use coordinator::CommandError;
use model::guard::GuardReading;
use model::refusal::{Refusal, RefusalCode};
use planner::waiting::WaitingOn;
use reception::ReceptionError;
use record::RecordError;
use serde::{Deserialize, Serialize};

/// The most letters that are said about a request that cannot be read.
const SAID_LETTERS_MAX: usize = 400;

/// A no, with its reason and the next step (RFC 9457).
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Problem {
    /// What kind of no it is, as an address that names the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of no it is, in words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong, in words.
    pub detail: String,
    /// What kind of no it is, for programs.
    pub code: String,
    /// What else is said with it.
    #[serde(flatten)]
    pub more: Box<More>,
}

/// What else is said with a no.
#[derive(Clone, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct More {
    /// What to do next, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// What the guards read, where a gate refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gate: Vec<GuardReading>,
    /// What the thing waits on, where a gate refused.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub waiting_on: Vec<WaitingOn>,
    /// After how many seconds to try again.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// Returns a problem.
    pub fn new(status: StatusCode, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:landfall:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            more: Box::default(),
        }
    }

    /// Returns it with the next step.
    #[must_use]
    pub fn next(mut self, step: impl Into<String>) -> Self {
        self.more.next_step = Some(step.into());
        self
    }

    /// Returns it with the time after which to try again, in seconds.
    fn after(mut self, seconds: u64) -> Self {
        self.more.retry_after = Some(seconds);
        self
    }

    /// Returns it with what the thing waits on.
    #[must_use]
    pub fn waiting_on(mut self, waits: Vec<WaitingOn>) -> Self {
        self.more.waiting_on = waits;
        self
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        let title = "The request is incomplete or contradicts itself";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail)
    }

    pub(crate) fn unknown(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown", "There is no such thing", detail)
    }

    /// Returns the problem of a fault of this server or what it stands on. What it was is logged,
    /// and not told: it may name what is nobody's to know.
    fn fault(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request could not be answered");
        let title = "The server could not answer";
        let detail = "something that the server needs did not work; its log says what";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", title, detail)
            .next("try again; where it stays so, ask whoever runs the server")
    }
}

impl From<Refusal> for Problem {
    fn from(it: Refusal) -> Self {
        let (status, title) = match it.code {
            RefusalCode::NotPermitted => (StatusCode::FORBIDDEN, "You may not do this"),
            RefusalCode::Gate => (StatusCode::CONFLICT, "A gate refuses it"),
            RefusalCode::State => (StatusCode::CONFLICT, "It is in another state"),
            RefusalCode::Unknown => (StatusCode::NOT_FOUND, "There is no such thing"),
            RefusalCode::Stale => {
                (StatusCode::PRECONDITION_FAILED, "What was shown is no longer what is there")
            }
            RefusalCode::Invalid => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "The request is incomplete or contradicts itself",
            ),
        };
        let mut problem =
            Self::new(status, &it.code.to_string(), title, it.text).next(it.next_step);
        problem.more.gate = it.gate;
        problem
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Quarantined { .. } => {
                let title = "The deployment is in quarantine";
                Self::new(StatusCode::CONFLICT, "quarantine", title, error.to_string())
                    .next("two people accept the loss: `landfall record accept-loss`")
            }
            CommandError::Contended => {
                let title = "Too many are writing";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "contended", title, error.to_string())
                    .after(1)
            }
            CommandError::Exists => {
                let title = "It exists already";
                Self::new(StatusCode::CONFLICT, "exists", title, error.to_string()).next(
                    "`landfall deployment list` shows it; give the plan another name, or revise the one there is",
                )
            }
            CommandError::NotThereYet { .. } => Self::unknown(error.to_string()),
            CommandError::Record(it) => (*it).into(),
            CommandError::Unreadable { .. }
            | CommandError::Impossible { .. }
            | CommandError::NoPlan { .. } => Self::fault(&error),
        }
    }
}

impl From<RecordError> for Problem {
    fn from(error: RecordError) -> Self {
        Self::fault(&error)
    }
}

impl From<ReceptionError> for Problem {
    fn from(error: ReceptionError) -> Self {
        let said = error.to_string();
        match error {
            ReceptionError::WrongPassword => {
                let title = "Nobody is let in with this";
                Self::new(StatusCode::UNAUTHORIZED, "wrong-password", title, said).next(
                    "try again; where the password is lost, whoever looks after accounts invites you anew",
                )
            }
            ReceptionError::WrongPasskey(_) => {
                let title = "Nobody is let in with this";
                Self::new(StatusCode::UNAUTHORIZED, "wrong-passkey", title, said)
            }
            ReceptionError::WrongSignOn(_) => {
                let title = "Nobody is let in with this";
                Self::new(StatusCode::UNAUTHORIZED, "wrong-sign-on", title, said)
            }
            ReceptionError::SignOnUnreachable(_) => {
                let title = "The sign-on service cannot be asked";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "sign-on-unreachable", title, said)
            }
            ReceptionError::NotAdmitted => {
                let title = "Nobody is let in with this";
                Self::new(StatusCode::UNAUTHORIZED, "not-admitted", title, said)
                    .next("log in, or send a token: `Authorization: Bearer …`")
            }
            ReceptionError::TooManyAttempts(wait) => {
                let title = "Too many attempts have failed";
                let seconds = u64::try_from(wait.as_secs()).unwrap_or(0).max(1);
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", title, said)
                    .after(seconds)
            }
            ReceptionError::NotAllowed { .. } => {
                Self::new(StatusCode::FORBIDDEN, "not-permitted", "You may not do this", said)
            }
            ReceptionError::AlreadySetUp | ReceptionError::Taken(_) => {
                Self::new(StatusCode::CONFLICT, "exists", "It exists already", said)
            }
            ReceptionError::Unknown(_) => Self::unknown(said).next(
                "`landfall account list` shows accounts, `landfall account show` passkeys, `landfall plan show` sites",
            ),
            ReceptionError::NoDeployment(_) => {
                Self::unknown(said).next("`landfall deployment list` shows those that you take part in")
            }
            ReceptionError::Invalid(_) => Self::invalid(said),
            ReceptionError::NoChance | ReceptionError::Unprinted => Self::fault(&error),
            ReceptionError::Command(error) => (*error).into(),
            ReceptionError::Record(error) => (*error).into(),
        }
    }
}

/// Returns the beginning of what was said about a request: what was sent is not sent back whole.
fn bounded(said: &str) -> String {
    said.chars().take(SAID_LETTERS_MAX).collect()
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let status = rejection.status();
        let title = match status {
            StatusCode::PAYLOAD_TOO_LARGE => "The request is too large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "The request is not JSON",
            _ => "The request cannot be read",
        };
        let code = match status {
            StatusCode::PAYLOAD_TOO_LARGE => "too-large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "not-json",
            _ => "unreadable",
        };
        Self::new(status, code, title, bounded(&rejection.body_text()))
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let title = "The request cannot be read";
        Self::new(StatusCode::BAD_REQUEST, "unreadable", title, bounded(&rejection.body_text()))
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        let title = "The request cannot be read";
        Self::new(StatusCode::BAD_REQUEST, "unreadable", title, bounded(&rejection.body_text()))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.more.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
