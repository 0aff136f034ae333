//! Whether a PostgreSQL lets us in: asked once and plainly, before a pool tries for as long as it waits.
//!
//! A pool takes a refused connection for a server that is just being started, tries again until
//! its time is over, and then says no more than that it is. Here the first answer is told.

use crate::error::{Cause, RecordError};
use crate::location::Location;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::time::Duration;

/// How long a server may take to answer: one that is there answers within a second or two.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

const WHERE: &str = "look at the address in --database, and whether PostgreSQL runs there";
const WHO: &str = "look at the user and the password in the address in --database";
const WHICH: &str = "look at the name of the database in --database, or make it there";

/// Returns once PostgreSQL at `url` has let us in, or has said something for which it is worth
/// waiting.
///
/// # Errors
///
/// [`RecordError::Unreachable`] where nobody is there, or nobody is let in.
pub(crate) async fn reach(url: &str) -> Result<(), RecordError> {
    // An address that cannot be read is refused by whoever opens it.
    let Ok(options) = url.parse::<PgConnectOptions>() else { return Ok(()) };
    let unreachable = |look_at: &'static str, source: Cause| {
        let place = Location::Postgres(url.to_owned()).to_string();
        Err(RecordError::Unreachable { place, look_at, source })
    };
    match tokio::time::timeout(ANSWERS_WITHIN, options.connect()).await {
        Ok(Ok(connection)) => {
            close(connection).await;
            Ok(())
        }
        Ok(Err(sqlx::Error::Io(error))) => unreachable(WHERE, error.into()),
        Ok(Err(error)) => match error.as_database_error().and_then(|it| it.code()).as_deref() {
            Some("28P01" | "28000") => unreachable(WHO, said(&error)),
            Some("3D000") => unreachable(WHICH, said(&error)),
            Some(_) | None => Ok(()),
        },
        Err(_) => unreachable(WHERE, format!("nothing answers within {ANSWERS_WITHIN:?}").into()),
    }
}

/// Ends the connection in good order; what becomes of it is of no interest.
async fn close(connection: PgConnection) {
    connection.close().await.ok();
}

/// Returns what the database says, without how it came to be said.
fn said(error: &sqlx::Error) -> Cause {
    error.as_database_error().map_or_else(|| error.to_string(), |it| it.message().to_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use expect_test::expect;
    use std::error::Error as _;

    async fn refused(url: &str) -> String {
        let refused = reach(url).await.unwrap_err();
        let why = refused.source().unwrap().to_string();
        format!("{refused} | {why}")
    }

    #[tokio::test]
    async fn where_no_database_listens_that_is_said_at_once() {
        // Whoever was given this port has given it back: nobody listens there.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let said = refused(&format!("postgres://landfall:secret@127.0.0.1:{port}/landfall")).await;
        expect!["the database at postgres://127.0.0.1:PORT/landfall cannot be connected to; look at the address in --database, and whether PostgreSQL runs there | Connection refused (os error 111)"].assert_eq(&said.replace(&port.to_string(), "PORT"));
    }

    #[tokio::test]
    async fn a_database_or_an_account_that_is_not_there_is_said_to_be_missing() {
        let url = testing::postgres().database();
        reach(&url).await.unwrap();
        let (before, after) = url.split_once("landfall@localhost/test_").unwrap();
        let (_, after) = after.split_once('?').unwrap();
        let mut told = String::new();
        for named in ["landfall@localhost/nosuch", "stranger@localhost/postgres"] {
            told += &format!("{}\n", refused(&format!("{before}{named}?{after}")).await);
        }
        expect![[r#"
            the database at postgres://localhost/nosuch cannot be connected to; look at the name of the database in --database, or make it there | database "nosuch" does not exist
            the database at postgres://localhost/postgres cannot be connected to; look at the user and the password in the address in --database | role "stranger" does not exist
        "#]].assert_eq(&told);
    }
}
