//! Stopping an order, or seeing to it that it never begins.
//!
//! Its journal decides: the mark of beginning can be made once, by whoever carries the order out or
//! by whoever sees to it that nobody does.

use super::{BACKOFF, End, LOOK_LIMIT, Task, end_of};
use crate::answers::Answer;
use crate::beginning::Beginning;
use crate::cancel::Cancel;
use crate::outputs::Sink;
use crate::redact::Redactor;
use crate::text::{LAPSE_S, Program};
use std::time::Duration;
use tokio::time::Instant;

/// How long it is tried to stop an order, beyond the grace it is given.
const STOP_PATIENCE: Duration = Duration::from_secs(45);

/// How long after it was sent off no shell begins an order of a bundle any more: what it was told, and
/// as much again for its way and its clock.
const LAPSE: Duration = Duration::from_secs(2 * LAPSE_S);

/// How long a computer that could not be asked is left alone.
const WITHHOLD_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Whether an order may begin, now that its computer listens.
pub(crate) enum Leave {
    /// It may.
    Begins,
    /// It has begun already, and is seen through.
    HasBegun,
    /// It never began, and never will.
    Withheld { why: String },
    /// It is not to begin, and its computer cannot be asked whether it has.
    Unclear { why: String },
}

impl Task<'_> {
    /// Returns whether the order may begin now: it was called back meanwhile, or too much time has
    /// gone by, as often as it waited for its computer.
    pub(crate) async fn leave(&self, beginning: Beginning, cancel: &Cancel) -> Leave {
        if beginning.is_marked() {
            return Leave::HasBegun;
        }
        let Some(why) = cancel.why_not_begin() else { return Leave::Begins };
        if beginning.is_new() {
            return Leave::Withheld { why };
        }
        match self.surely_withhold(cancel, Instant::now()).await {
            Some(true) => Leave::Withheld { why },
            Some(false) => Leave::HasBegun,
            None => Leave::Unclear { why },
        }
    }

    /// Follows an order that cannot be begun from here to its end, and keeps nothing of what it writes.
    /// Nothing where it never began; then it never will.
    pub(crate) async fn find(&self, beginning: Beginning, cancel: &Cancel) -> Option<End> {
        if beginning.is_new() {
            return None;
        }
        let mut known = beginning;
        if !known.is_marked() {
            match self.surely_withhold(cancel, Instant::now()).await {
                Some(true) => return None,
                Some(false) => known.learn(Beginning::Marked { since: Instant::now() }),
                None => {
                    let why = "its computer does not say whether it has begun".to_owned();
                    return Some(End::Lost { why });
                }
            }
        }
        let mut nowhere = Sink::nowhere(Redactor::of_nothing());
        Some(self.carry_through(known, &mut nowhere, cancel).await)
    }

    /// Waits until the order is not to begin any more, and sees to it that it does not. Returns why,
    /// and what [`Self::withhold`] returns.
    pub(crate) async fn withhold_once_unwanted(&self, cancel: &Cancel) -> (String, Option<bool>) {
        let why = cancel.not_to_begin().await;
        (why, self.withhold().await)
    }

    /// Stops the order on its computer and returns what can then be known of it.
    pub(crate) async fn stop(
        &self,
        program: Program,
        why: &str,
        beginning: Beginning,
        sink: &mut Sink,
    ) -> End {
        if beginning.is_new() {
            return End::Withheld { why: why.to_owned() };
        }
        let grace = self.reach.settings.grace;
        let patience = grace + STOP_PATIENCE;
        let halt = self.halt(program, why, grace.as_secs());
        let Ok(halted) = tokio::time::timeout(patience, halt).await else {
            return End::Lost { why: format!("{why}, and could not be asked to stop") };
        };
        if halted == Answer::Never {
            return never(why, beginning);
        }
        if halted == Answer::Surviving {
            let why = format!("{why}, and something of it outlived being killed");
            return End::Lost { why };
        }
        let text = self.journal.follow();
        match tokio::time::timeout(LOOK_LIMIT, self.ask(program, &text)).await {
            Ok(Some((answer, output))) => {
                sink.take(0, &output);
                stopped_end(&answer, why)
            }
            Ok(None) | Err(_) => End::Stopped { why: why.to_owned() },
        }
    }

    /// Sees to it that the order never begins. Returns whether that is so, and nothing where nobody
    /// can be asked.
    pub(crate) async fn withhold(&self) -> Option<bool> {
        let text = self.journal.withhold();
        let asked = self.ask_until_answered(Program::Shell, &text);
        match tokio::time::timeout(STOP_PATIENCE, asked).await {
            Ok(Answer::Never) => Some(true),
            Ok(Answer::Over) => Some(false),
            Ok(_) | Err(_) => None,
        }
    }

    /// Sees to it that the order never begins, which nobody has heard of any more `since`. Nothing where its
    /// computer could not be asked for as long as somebody may begin it: said sooner, that nobody knows would
    /// be said of an order that may yet begin.
    pub(crate) async fn surely_withhold(&self, cancel: &Cancel, since: Instant) -> Option<bool> {
        let shell = since + LAPSE;
        let until = cancel.begins_until().map_or(shell, |it| it.max(shell));
        loop {
            let is_withheld = self.withhold().await;
            if is_withheld.is_some() || Instant::now() >= until {
                return is_withheld;
            }
            tokio::time::sleep(WITHHOLD_AGAIN_AFTER).await;
        }
    }

    async fn halt(&self, program: Program, why: &str, grace_s: u64) -> Answer {
        let text = self.journal.halt(why, grace_s);
        self.ask_until_answered(program, &text).await
    }

    /// Asks until there is an answer: the caller's patience is the limit.
    async fn ask_until_answered(&self, program: Program, text: &str) -> Answer {
        let mut program = program;
        let mut backoff = BACKOFF.0;
        loop {
            match self.ask(program, text).await {
                Some((Answer::Bound, _)) => program = Program::ShellInSession,
                Some((answer, _)) => return answer,
                None => {}
            }
            tokio::time::sleep(backoff).await;
            backoff = (backoff * 2).min(BACKOFF.1);
        }
    }
}

/// Returns the end of an order of which the journal says that it never began. One that was heard to
/// begin has lost its journal.
pub(super) fn never(why: &str, beginning: Beginning) -> End {
    let why = why.to_owned();
    if beginning.is_begun() {
        return End::Lost { why: format!("{why}, and its computer has lost its journal") };
    }
    End::Never { why }
}

/// Returns the end of an order that was asked to stop because of `why`, and of which the journal
/// then says `answer`.
fn stopped_end(answer: &Answer, why: &str) -> End {
    match end_of(answer, true) {
        Some(end @ End::Ended { .. }) => end,
        Some(End::Never { .. }) => End::Never { why: why.to_owned() },
        Some(
            End::Stopped { .. }
            | End::Interrupted
            | End::Withheld { .. }
            | End::Unreached(_)
            | End::Refused { .. }
            | End::Lost { .. },
        )
        | None => End::Stopped { why: why.to_owned() },
    }
}
