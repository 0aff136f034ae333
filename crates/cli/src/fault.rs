//! What went wrong, for people: what, why, and what to do next.
//!
//! House rule: to people a sentence each, to programs an exit code and JSON.

use crate::exit::Exit;
use api::ClientError;
use coordinator::CommandError;
use model::guard::GuardReading;
use model::refusal::Refusal;
use planfile::Diagnostic;
use record::{InvalidKey, RecordError, VerifyError};
use serde::Serialize;
use std::error::Error;
use std::io::ErrorKind;
use std::path::Path;

/// Why a command was not carried out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fault {
    /// The exit code.
    #[serde(rename = "kind")]
    pub(crate) exit: Exit,
    /// What happened.
    pub(crate) what: String,
    /// Why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) why: Vec<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// What is wrong with the plan, where it is one.
    #[serde(skip_serializing_if = "<[Diagnostic]>::is_empty")]
    pub(crate) diagnostics: Box<[Diagnostic]>,
    /// What the guards read, where a gate refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) gate: Vec<GuardReading>,
}

impl Fault {
    /// Returns a fault with nothing but what happened.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            why: vec![],
            next: None,
            diagnostics: Box::default(),
            gate: vec![],
        }
    }

    /// Returns the fault of a command that cannot be carried out as it was typed.
    pub(crate) fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what).next(next)
    }

    /// Returns the fault of a line that cannot be read, of which `said` tells what is wrong first, and how it is
    /// typed after it.
    pub(crate) fn of_line(said: &str) -> Self {
        let (what, rest) = said.split_once("\n\n").unwrap_or((said, ""));
        let what = what.strip_prefix("error: ").unwrap_or(what).trim();
        let tip = rest.lines().find_map(|it| it.trim().strip_prefix("tip: "));
        let usage = rest.lines().find_map(|it| it.trim().strip_prefix("Usage: "));
        let usage = usage.map(|it| format!("type `{it}`"));
        let next = tip.map(str::to_owned).or(usage);
        Self::usage(what, next.unwrap_or_else(|| "add --help to read how it is typed".to_owned()))
    }

    /// Returns that whoever read what was printed has gone: no fault of anybody.
    pub(crate) fn nobody_reads() -> Self {
        Self::new(Exit::Done, "")
    }

    /// Returns the fault with its reason.
    #[must_use]
    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why.push(why.into());
        self
    }

    /// Returns the fault with what to do next.
    #[must_use]
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Returns whether there is nothing to say: whoever read has gone.
    pub(crate) fn is_silent(&self) -> bool {
        self.what.is_empty()
    }

    /// Returns the fault of a file or directory. One that is not there, or is there already, was typed
    /// wrongly; one that cannot be read or written is something else.
    pub(crate) fn of_file(path: &Path, error: &std::io::Error) -> Self {
        let (path, kind) = (path.display(), error.kind());
        if kind == ErrorKind::AlreadyExists {
            return Self::usage(format!("{path} is there already"), "name another file");
        }
        let what = format!("{path} cannot be used");
        if kind == ErrorKind::NotFound {
            return Self::usage(what, "check the path").why("there is no such file or directory");
        }
        Self::new(Exit::Failure, what)
            .why(error.to_string())
            .next("check the path and its permissions")
    }

    /// Returns a fault whose message is a sentence with its next step after a semicolon or colon.
    fn of_error(exit: Exit, error: &dyn Error) -> Self {
        let message = error.to_string();
        let (what, next) = match message.rsplit_once("; ") {
            Some((what, next)) => (what.to_owned(), Some(next.to_owned())),
            None => (message, None),
        };
        let mut why = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            why.push(cause.to_string());
            source = cause.source();
        }
        why.dedup();
        Self { exit, what, why, next, diagnostics: Box::default(), gate: vec![] }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self {
            exit: refusal.code.into(),
            what: refusal.text,
            why: vec![],
            next: Some(refusal.next_step).filter(|it| !it.is_empty()),
            diagnostics: Box::default(),
            gate: refusal.gate,
        }
    }
}

impl From<RecordError> for Fault {
    fn from(error: RecordError) -> Self {
        let exit = match &error {
            RecordError::HistoryLost { .. }
            | RecordError::WentBack { .. }
            | RecordError::Rewritten { .. }
            | RecordError::OtherKey { .. }
            | RecordError::NotTrusted { .. }
            | RecordError::Corrupt { .. } => Exit::Wrong,
            RecordError::Unknown { .. } => Exit::Usage,
            RecordError::Moved { .. }
            | RecordError::Repeated { .. }
            | RecordError::Late { .. }
            | RecordError::Fenced { .. }
            | RecordError::Dismissed { .. }
            | RecordError::Unfit { .. }
            | RecordError::Unwitnessed { .. }
            | RecordError::Weak { .. }
            | RecordError::Key { .. }
            | RecordError::Full { .. }
            | RecordError::Unreachable { .. }
            | RecordError::Replaced { .. }
            | RecordError::Locked { .. }
            | RecordError::ReadOnly { .. }
            | RecordError::Newer { .. }
            | RecordError::Storage { .. } => Exit::Failure,
        };
        Self::of_error(exit, &error)
    }
}

impl From<VerifyError> for Fault {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Bad(bad) => Self::new(Exit::Wrong, bad.to_string()).next(
                "rely on nothing from that entry on; compare with the witness and with exports made before",
            ),
            VerifyError::Record(error) => (*error).into(),
            VerifyError::File { path, source } => Self::of_file(&path, &source),
        }
    }
}

impl From<CommandError> for Fault {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Record(error) => (*error).into(),
            CommandError::Unreadable { .. } | CommandError::Impossible { .. } => {
                Self::of_error(Exit::Wrong, &error).next("`landfall record verify` finds out more")
            }
            CommandError::Quarantined { .. } => Self::of_error(Exit::Refused, &error).next(
                "restore a later backup; or, once you know what was put back and why: `landfall record accept-loss`",
            ),
            CommandError::Contended => Self::of_error(Exit::Failure, &error)
                .next("repeat it; others are writing to this deployment"),
            CommandError::Exists => Self::of_error(Exit::Refused, &error)
                .next("`landfall deployment list` shows it; give the plan another name, or revise the one there is"),
            CommandError::NotThereYet { .. } => Self::of_error(Exit::Refused, &error)
                .next("`landfall record show --limit 1 --after 0` says when it began"),
            CommandError::NoPlan { .. } => Self::of_error(Exit::Wrong, &error)
                .next("`landfall record verify` finds out whether contents are missing"),
        }
    }
}

impl From<ClientError> for Fault {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Problem(problem) => {
                let exit = match problem.code.as_str() {
                    "not-permitted" | "not-admitted" | "wrong-password" => Exit::NotPermitted,
                    "gate" | "state" | "quarantine" | "exists" => Exit::Refused,
                    "stale" => Exit::Stale,
                    "unknown" | "invalid" | "unreadable" => Exit::Usage,
                    _ => Exit::Failure,
                };
                let mut fault = Self::new(exit, problem.detail);
                fault.next = problem.more.next_step;
                fault.gate = problem.more.gate;
                fault
            }
            ClientError::Untrue { .. } => Self::of_error(Exit::Wrong, &error).next(
                "ask whoever runs the server what was put back; the copy in the data directory is what it said before",
            ),
            ClientError::Unreachable(_) => Self::of_error(Exit::Failure, &error)
                .next("look at --server, and whether the server runs"),
            ClientError::Copy(error) => (*error).into(),
        }
    }
}

impl From<InvalidKey> for Fault {
    fn from(error: InvalidKey) -> Self {
        Self::of_error(Exit::Usage, &error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use model::refusal::RefusalCode;

    #[test]
    fn every_kind_of_no_has_its_exit_code() {
        let mut table = String::new();
        for code in [
            RefusalCode::NotPermitted,
            RefusalCode::Gate,
            RefusalCode::State,
            RefusalCode::Unknown,
            RefusalCode::Stale,
            RefusalCode::Invalid,
        ] {
            let fault = Fault::from(Refusal::new(code, "no", "do something else"));
            table += &format!("{code} {}\n", fault.exit as u8);
        }
        expect![[r#"
            not-permitted 4
            gate 5
            state 5
            unknown 2
            stale 8
            invalid 2
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_fault_of_the_record_says_what_and_what_next() {
        let deployment = "FG30".parse().unwrap();
        let fault = Fault::from(RecordError::Unknown { deployment });
        expect!["there is no deployment FG30 in this record | create it first"]
            .assert_eq(&format!("{} | {}", fault.what, fault.next.unwrap()));
    }
}
