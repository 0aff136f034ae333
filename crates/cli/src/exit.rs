//! The exit codes: how other programs learn what became of a command.
//!
//! House rule: distinct for *refused by gate*, *halted*, *infeasible*, *not permitted*;
//! a code never changes its meaning.

use model::refusal::RefusalCode;
use serde::Serialize;

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Exit {
    /// It was done.
    Done = 0,
    /// A disk, a database or the network failed.
    Failure = 1,
    /// The command line is wrong, or names something that is not there.
    Usage = 2,
    /// The plan is wrong, or a record did not stand its verification.
    Wrong = 3,
    /// The person may not do it.
    NotPermitted = 4,
    /// A gate, or the state of the thing, refuses it.
    Refused = 5,
    /// Something is halted and needs a decision.
    Halted = 6,
    /// The plan never comes to its end.
    Infeasible = 7,
    /// What was shown is no longer what is there.
    Stale = 8,
    /// Somebody interrupted it.
    Interrupted = 130,
}

impl Exit {
    /// All of them, in the order of their codes.
    const ALL: [Self; 10] = [
        Self::Done,
        Self::Failure,
        Self::Usage,
        Self::Wrong,
        Self::NotPermitted,
        Self::Refused,
        Self::Halted,
        Self::Infeasible,
        Self::Stale,
        Self::Interrupted,
    ];
}

/// The exit codes, as `landfall help exit-codes` prints them.
pub(crate) const TABLE: &str = "List the exit codes and what they mean.

    0  done
    1  a disk, a database or the network failed
    2  the command line is wrong, or names something that is not there
    3  the plan is wrong, or a record did not stand its verification
    4  the person may not do it
    5  a gate, or the state of the thing, refuses it
    6  something is halted and needs a decision
    7  the plan never comes to its end: its windows, links or people do not allow it
    8  what was shown is no longer what is there: read it again, then decide
  130  interrupted

A code never changes its meaning. After 1 nobody knows whether an act was recorded: repeat it with
the same --command-id, and it is recorded once. After 2 to 8 nothing was recorded but
what was printed before.";

/// An exit code, for programs.
#[derive(Serialize)]
pub(crate) struct Code {
    code: u8,
    kind: Exit,
    meaning: &'static str,
}

/// Returns every exit code with what it means, as the table says.
pub(crate) fn codes() -> Vec<Code> {
    let rows = TABLE.lines().filter_map(|it| it.trim_start().split_once("  "));
    let rows = rows.filter_map(|(code, meaning)| Some((code.parse().ok()?, meaning)));
    let kind = |code: u8| Exit::ALL.into_iter().find(|it| *it as u8 == code);
    rows.filter_map(|(code, meaning)| Some(Code { code, kind: kind(code)?, meaning })).collect()
}

impl From<RefusalCode> for Exit {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::NotPermitted => Self::NotPermitted,
            RefusalCode::Gate | RefusalCode::State => Self::Refused,
            RefusalCode::Unknown | RefusalCode::Invalid => Self::Usage,
            RefusalCode::Stale => Self::Stale,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_stands_in_the_table() {
        for exit in Exit::ALL {
            let number = format!("{:>5}  ", exit as u8);
            assert!(TABLE.lines().any(|it| it.starts_with(&number)), "{exit:?}");
        }
        let told: Vec<Exit> = codes().iter().map(|it| it.kind).collect();
        assert_eq!(told, Exit::ALL);
    }
}
