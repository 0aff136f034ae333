//! Where a record lives: in memory, in a file of SQLite, or in PostgreSQL.

use std::fmt;
use std::path::PathBuf;

/// Where a record lives.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// In this process, gone with it: for rehearsals and tests.
    Memory,
    /// In this file, made at first use.
    Sqlite(PathBuf),
    /// In the database of this URL.
    Postgres(String),
}

/// A text does not say where a record lives.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` does not say where the record lives: give a file's path, or postgres://user@host/database"
)]
pub struct InvalidLocation {
    /// What was given, without what may be a password.
    pub text: String,
}

impl std::str::FromStr for Location {
    type Err = InvalidLocation;

    fn from_str(text: &str) -> Result<Self, InvalidLocation> {
        match text.split_once(':') {
            Some(("memory", "")) => Ok(Self::Memory),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Ok(Self::Postgres(text.to_owned()))
            }
            Some(("sqlite", path)) if !path.is_empty() && !path.starts_with("//") => {
                Ok(Self::Sqlite(path.into()))
            }
            Some((scheme, rest)) if rest.starts_with("//") || scheme == "sqlite" => {
                Err(InvalidLocation { text: format!("{scheme}:…") })
            }
            _ if text.is_empty() => Err(InvalidLocation { text: String::new() }),
            _ => Ok(Self::Sqlite(text.into())),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            // A URL may carry a password before the `@`, or among its options.
            Self::Postgres(url) => {
                let bare = url.split('?').next().unwrap_or_default();
                let place = bare.rsplit_once('@').map_or_else(
                    || bare.split_once("//").map_or(bare, |(_, place)| place),
                    |(_, place)| place,
                );
                write!(f, "postgres://{place}")
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_where_the_record_lives_and_a_password_is_never_shown() {
        for (text, shown) in [
            ("memory:", Some("memory:")),
            ("/var/lib/landfall/record.db", Some("/var/lib/landfall/record.db")),
            ("record.db", Some("record.db")),
            ("sqlite:record.db", Some("record.db")),
            ("postgres://me:secret@db.example/landfall", Some("postgres://db.example/landfall")),
            ("postgresql:///landfall?host=/run&password=secret", Some("postgres:///landfall")),
            ("mysql://me:secret@db.example/landfall", None),
            ("sqlite:", None),
            ("", None),
        ] {
            let parsed = text.parse::<Location>();
            let shown_really = parsed.as_ref().ok().map(ToString::to_string);
            assert_eq!(shown_really.as_deref(), shown, "{text}");
            assert!(!format!("{parsed:?}").contains("secret"), "{text}");
        }
    }
}
