//! Asking a step's own `verify` whether it has been done, when nobody knows.

use crate::beginning::Beginning;
use crate::cancel::Cancel;
use crate::carry_out::{Inner, redactor};
use crate::copy::Copy;
use crate::http::{self, Check};
use crate::outputs::Sink;
use crate::redact::Redactor;
use crate::secrets::Environment;
use crate::settings::VERIFY_LIMIT_S;
use crate::task::{End, Task};
use crate::text::{Effect, Errand, Journal};
use model::order::{Order, OrderId, Work};
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;
use tokio::time::Instant;

/// What `verify` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The step has been done.
    Done,
    /// The step has not been done.
    NotDone { why: String },
    /// It cannot be told.
    Unclear { why: String },
}

impl Inner {
    /// Asks `verify` of `order` once.
    pub(crate) async fn ask_verify(
        &self,
        order: &Order,
        verify: &Work,
        environment: &Environment,
    ) -> Verdict {
        let limit = Duration::from_secs(u64::from(VERIFY_LIMIT_S));
        match verify {
            Work::Command { argv } => {
                self.ask_process(order, &Effect::Command(argv), environment, limit).await
            }
            Work::Script { text } => {
                self.ask_process(order, &Effect::Script(text), environment, limit).await
            }
            Work::Copy { .. } => match Copy::of(verify) {
                Some(copy) => copy.ask(&self.reach, order, Errand::Verify, limit).await,
                None => Verdict::Unclear { why: "it is no copy".to_owned() },
            },
            Work::Http { url, status, contains } => {
                let check = http::check(&self.http, url, *status, contains.as_deref());
                match tokio::time::timeout(limit, check).await {
                    Ok(Check::Passed) => Verdict::Done,
                    Ok(Check::Other { why }) => Verdict::NotDone { why },
                    Ok(Check::NoAnswer { why }) => Verdict::Unclear { why },
                    Err(_elapsed) => Verdict::Unclear { why: format!("{url} gave no answer") },
                }
            }
        }
    }

    /// Runs a question as an order of its own, never handed out before: the answer of an earlier
    /// asking is not the answer of today.
    async fn ask_process(
        &self,
        order: &Order,
        effect: &Effect<'_>,
        environment: &Environment,
        limit: Duration,
    ) -> Verdict {
        if let Some(why) = &environment.lacking {
            return Verdict::Unclear { why: why.clone() };
        }
        let once = RandomState::new().hash_one(order.id.0.as_ref());
        let id = OrderId(format!("{}/verify-{once:016x}", order.id).into());
        let here = &self.reach.settings.journal_here;
        let prepared = Journal::of(&order.place, &order.deployment, &id, here)
            .and_then(|journal| Ok((journal.begin(effect, environment)?, journal)));
        let (text, journal) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Verdict::Unclear { why: error.to_string() },
        };
        let task = Task {
            reach: &self.reach,
            place: &order.place,
            journal,
            text,
            limit,
            redactor: redactor(environment),
        };
        let mut sink = Sink::nowhere(Redactor::of_nothing());
        // Whoever asks may hold what the question waits for: a place on the connection.
        let in_time = Cancel::begun_until(Instant::now() + limit);
        match task.carry_through(Beginning::Unsent, &mut sink, &in_time).await {
            End::Ended { code: 0, .. } => Verdict::Done,
            // The shell's own words: not found, not executable, killed.
            End::Ended { code: code @ 126.., .. } => {
                Verdict::Unclear { why: format!("it could not be run (exit code {code})") }
            }
            End::Ended { code, .. } => Verdict::NotDone { why: format!("exit code {code}") },
            End::Stopped { why }
            | End::Never { why }
            | End::Withheld { why }
            | End::Refused { why }
            | End::Lost { why } => Verdict::Unclear { why },
            End::Interrupted => Verdict::Unclear { why: "it was interrupted".to_owned() },
            End::Unreached(failure) => Verdict::Unclear { why: failure.to_string() },
        }
    }
}
