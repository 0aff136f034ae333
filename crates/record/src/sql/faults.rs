//! What a database's complaint means for the caller.

use crate::error::{Cause, RecordError};

/// PostgreSQL's codes for a transaction that lost a race and may simply be run again.
const RACE_LOST: [&str; 2] = ["40001", "40P01"];

/// A transaction lost a race against another one.
#[derive(Debug, thiserror::Error)]
#[error("the transaction lost a race against another one")]
struct RaceLost {
    #[source]
    source: sqlx::Error,
}

/// A pool gave no connection in time. It does not say why.
#[derive(Debug, thiserror::Error)]
#[error("no connection to it came free or could be made in time: it may be busy, or gone")]
struct NoneFree;

/// Returns what `error` means for the caller.
pub(super) fn fault(error: sqlx::Error) -> RecordError {
    if let sqlx::Error::PoolTimedOut = error {
        return RecordError::Locked { source: NoneFree.into() };
    }
    let Some(database) = error.as_database_error() else {
        return RecordError::Storage { source: error.into() };
    };
    let code = database.code().unwrap_or_default().into_owned();
    let of_sqlite = database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some();
    if RACE_LOST.contains(&code.as_str()) {
        return RecordError::Locked { source: RaceLost { source: error }.into() };
    }
    let said = database.message().to_owned();
    let source: Cause = error.into();
    let meaning = if of_sqlite { of_sqlite_code(&code) } else { of_sqlstate(&code) };
    match meaning {
        Meaning::Full => RecordError::Full { source },
        Meaning::Locked => RecordError::Locked { source },
        Meaning::ReadOnly => RecordError::ReadOnly { source },
        Meaning::Corrupt => RecordError::corrupt(format!("the database says: {said}")),
        Meaning::Other => RecordError::Storage { source },
    }
}

/// Returns whether the transaction that ended with `error` may be run again at once.
pub(super) fn lost_a_race(error: &RecordError) -> bool {
    matches!(error, RecordError::Locked { source } if source.is::<RaceLost>())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Full,
    Locked,
    ReadOnly,
    Corrupt,
    Other,
}

/// Returns the meaning of SQLite's extended result code; its low byte is the primary code.
fn of_sqlite_code(code: &str) -> Meaning {
    match code.parse::<u32>().map(|it| it & 0xff) {
        Ok(5 | 6) => Meaning::Locked,
        Ok(8) => Meaning::ReadOnly,
        Ok(11 | 26) => Meaning::Corrupt,
        Ok(13) => Meaning::Full,
        Ok(_) | Err(_) => Meaning::Other,
    }
}

/// Returns the meaning of PostgreSQL's SQLSTATE.
fn of_sqlstate(code: &str) -> Meaning {
    match code {
        "53100" => Meaning::Full,
        "55P03" | "53300" => Meaning::Locked,
        "25006" => Meaning::ReadOnly,
        "XX001" | "XX002" => Meaning::Corrupt,
        _ => Meaning::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_that_a_caller_can_act_on_has_its_meaning() {
        for (code, meaning) in [
            ("5", Meaning::Locked),
            ("517", Meaning::Locked),
            ("8", Meaning::ReadOnly),
            ("1032", Meaning::ReadOnly),
            ("11", Meaning::Corrupt),
            ("26", Meaning::Corrupt),
            ("13", Meaning::Full),
            ("10", Meaning::Other),
            ("", Meaning::Other),
        ] {
            assert_eq!(of_sqlite_code(code), meaning, "SQLite {code}");
        }
        for (code, meaning) in [
            ("53100", Meaning::Full),
            ("55P03", Meaning::Locked),
            ("25006", Meaning::ReadOnly),
            ("XX001", Meaning::Corrupt),
            ("23505", Meaning::Other),
        ] {
            assert_eq!(of_sqlstate(code), meaning, "PostgreSQL {code}");
        }
    }
}
