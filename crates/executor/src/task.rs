//! One process order from its beginning to whatever can be known of its end.
//!
//! The order runs on its computer whether anybody watches or not. Watching is
//! all that happens here: a lost connection is made again, and the journal says
//! how far the order is.

use crate::answers::{Answer, Answers, Piece};
use crate::cancel::Cancel;
use crate::outputs::Sink;
use crate::session::{Event, Reach, Session};
use crate::settings::OUTPUT_BYTES_MAX;
use crate::ssh::{ConnectFailure, Lane};
use crate::text::{Journal, Program};
use model::order::Place;
use std::time::Duration;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// The most bytes that a look brings home: what is kept of an order's output, and a little more.
const OUTPUT_BYTES_HEARD_MAX: usize = OUTPUT_BYTES_MAX as usize + 64 * 1024;

/// An order under way is looked at this often, for what it wrote.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A look, or the last fetch of an output, takes no longer than this.
const LOOK_LIMIT: Duration = Duration::from_secs(30);

/// How long a lost connection is left alone at first, and at most, before it is made again.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// How long it is tried to stop an order, beyond the grace it is given.
const STOP_PATIENCE: Duration = Duration::from_secs(45);

/// A process order on its way.
pub(crate) struct Task<'a> {
    pub(crate) reach: &'a Reach,
    pub(crate) place: &'a Place,
    pub(crate) journal: Journal,
    /// The text that begins it.
    pub(crate) text: Zeroizing<String>,
    pub(crate) limit: Duration,
    /// Whether nobody can have begun it before.
    pub(crate) is_new: bool,
    /// When it was sent, where it was and its end was not heard.
    pub(crate) sent_at: Option<Instant>,
}

/// What can be known of the end of a process order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It ended by itself. Watched, or read in the computer's journal.
    Ended { code: i32, watched: bool },
    /// It was stopped, for this reason; nobody knows what it had done by then.
    Stopped { why: String },
    /// Its process is gone and left no end.
    Interrupted,
    /// It never began and never will, for this reason.
    Never { why: String },
    /// The computer could not be spoken to, and nothing was sent to it.
    Unreached(ConnectFailure),
    /// The computer cannot carry it out; nothing was begun.
    Refused { why: String },
    /// It was sent, and cannot be asked after.
    Lost { why: String },
}

/// What became of one attempt to watch the order.
enum Talk {
    End(End),
    /// The connection or the watching shell is gone.
    Broken(String),
    NotOpened(ConnectFailure),
    /// The shell must be started in a session of its own.
    Bound,
}

/// How far a watched order is.
#[derive(Default)]
struct Progress {
    begun: bool,
    following: bool,
    conclusion: Option<Answer>,
    /// How often a look found the order ended while its shell still waits.
    overdue: u8,
}

impl Task<'_> {
    /// Begins or follows the order until its end, its time limit, or a wish to stop it.
    pub(crate) async fn carry_through(&self, sink: &mut Sink, cancel: &Cancel) -> End {
        let mut program = Program::Shell;
        let mut sent_at = self.sent_at;
        let mut backoff = BACKOFF.0;
        loop {
            let deadline = sent_at.map(|at| at + self.limit);
            let talk = tokio::select! {
                talk = self.talk(program, sink, &mut sent_at, cancel) => talk,
                why = self.stop_wanted(deadline, cancel) => {
                    return self.stop(program, &why, sent_at.is_some(), sink).await;
                }
            };
            let why = match talk {
                Talk::End(end) => return end,
                Talk::Bound if program == Program::Shell => {
                    program = Program::ShellInSession;
                    continue;
                }
                Talk::Bound => {
                    let why = "its SSH server gives no process a group of its own".to_owned();
                    return End::Refused { why };
                }
                Talk::NotOpened(failure) if sent_at.is_none() => return End::Unreached(failure),
                Talk::NotOpened(ConnectFailure::Unreachable { why }) | Talk::Broken(why) => why,
                Talk::NotOpened(
                    ConnectFailure::HostKey { why } | ConnectFailure::Refused { why },
                ) => return End::Lost { why },
            };
            tokio::select! {
                () = tokio::time::sleep(backoff) => backoff = (backoff * 2).min(BACKOFF.1),
                wish = self.stop_wanted(sent_at.map(|at| at + self.limit), cancel) => {
                    let end = self.stop(program, &wish, true, sink).await;
                    if matches!(end, End::Lost { .. }) {
                        return End::Lost { why: format!("{wish}; before that: {why}") };
                    }
                    return end;
                }
            }
        }
    }

    /// Waits for a reason to stop the order, and returns it. Waiting for a connection is not the
    /// order's fault, so there is no deadline before it is sent.
    async fn stop_wanted(&self, deadline: Option<Instant>, cancel: &Cancel) -> String {
        let late = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = late => format!("it took longer than its {} seconds", self.limit.as_secs()),
            who = cancel.stopped() => format!("it was stopped by {who}"),
        }
    }

    /// Opens a shell, gives it the order and watches it to the end.
    async fn talk(
        &self,
        program: Program,
        sink: &mut Sink,
        sent_at: &mut Option<Instant>,
        cancel: &Cancel,
    ) -> Talk {
        let mut session = match self.reach.open(self.place, program, Lane::Order).await {
            Ok(session) => session,
            Err(failure) => return Talk::NotOpened(failure),
        };
        if sent_at.is_none()
            && let Some(why) = cancel.is_late()
        {
            let never_begins = if self.is_new { Some(true) } else { self.withhold().await };
            match never_begins {
                Some(true) => return Talk::End(End::Never { why }),
                // It has begun, and is seen through.
                Some(false) => {}
                None => return Talk::End(End::Lost { why }),
            }
        }
        let before = *sent_at;
        let at = *sent_at.get_or_insert_with(Instant::now);
        // A shell that hears nothing more says why where its answer is read.
        let _ = session.say_all(&self.text).await;
        let watched = self.watch(&mut session, program, sink);
        let talk = match tokio::time::timeout_at(at + self.limit, watched).await {
            Ok(talk) => talk,
            Err(_elapsed) => Talk::Broken("its time is over".to_owned()),
        };
        if matches!(talk, Talk::Bound) {
            *sent_at = before;
        }
        talk
    }

    async fn watch(&self, session: &mut Session, program: Program, sink: &mut Sink) -> Talk {
        let mut answers = Answers::tagged(&self.journal.tag);
        let mut progress = Progress::default();
        let mut from = 0;
        let mut look = Box::pin(self.look_later(program, sink.taken(), false));
        loop {
            tokio::select! {
                event = session.output.next() => match event {
                    Event::Wrote(bytes) => for piece in answers.push(&bytes) {
                        match piece {
                            Piece::Answer(answer) => progress.note(answer),
                            Piece::Output(bytes) => {
                                sink.take(from, &bytes);
                                from += bytes.len() as u64;
                            }
                        }
                    },
                    Event::Complained(bytes) => answers.note(&bytes),
                    Event::Denied => return refused("its SSH server starts no programs"),
                    Event::Ended(code) => return progress.end(code, &answers.noise()),
                    Event::Lost => return Talk::Broken("the connection was lost".to_owned()),
                },
                (asked_from, seen) = &mut look => {
                    if let Some((answer, bytes)) = seen {
                        sink.take(asked_from, &bytes);
                        if let Some(end) = progress.seen(&answer) {
                            return Talk::End(end);
                        }
                    }
                    let release = progress.overdue > 0;
                    look = Box::pin(self.look_later(program, sink.taken(), release));
                }
            }
        }
    }

    pub(crate) async fn look_later(
        &self,
        program: Program,
        from: u64,
        release: bool,
    ) -> (u64, Option<(Answer, Vec<u8>)>) {
        tokio::time::sleep(LOOK_EVERY).await;
        let text = self.journal.glance(from, release);
        let seen = tokio::time::timeout(LOOK_LIMIT, self.ask(program, &text)).await;
        (from, seen.ok().flatten())
    }

    /// Says `text` to a shell beside the order's, and returns its last answer and what follows it.
    async fn ask(&self, program: Program, text: &str) -> Option<(Answer, Vec<u8>)> {
        let mut session = self.reach.open(self.place, program, Lane::Glance).await.ok()?;
        session.say_all(text).await.ok()?;
        let mut answers = Answers::tagged(&self.journal.tag);
        let mut last = None;
        let mut output = Vec::new();
        loop {
            match session.output.next().await {
                Event::Wrote(bytes) => {
                    for piece in answers.push(&bytes) {
                        match piece {
                            Piece::Answer(answer) => last = Some(answer),
                            // Whoever says more than an order can have written floods.
                            Piece::Output(bytes) => {
                                let room = OUTPUT_BYTES_HEARD_MAX.saturating_sub(output.len());
                                output.extend(bytes.into_iter().take(room));
                            }
                        }
                    }
                }
                Event::Complained(_) => {}
                Event::Ended(_) => return Some((last?, output)),
                Event::Denied | Event::Lost => return None,
            }
        }
    }

    /// Stops the order on its computer and returns what can then be known of it.
    pub(crate) async fn stop(
        &self,
        program: Program,
        why: &str,
        sent: bool,
        sink: &mut Sink,
    ) -> End {
        if !sent && self.is_new {
            return End::Never { why: why.to_owned() };
        }
        let grace = self.reach.settings.grace;
        let patience = grace + STOP_PATIENCE;
        let halt = self.halt(program, why, grace.as_secs());
        let Ok(halted) = tokio::time::timeout(patience, halt).await else {
            return End::Lost { why: format!("{why}, and could not be asked to stop") };
        };
        if halted == Answer::Never {
            return End::Never { why: why.to_owned() };
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
        let answer = tokio::time::timeout(STOP_PATIENCE, asked).await.ok()?;
        Some(answer == Answer::Never)
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

fn refused(why: &str) -> Talk {
    Talk::End(End::Refused { why: why.to_owned() })
}

impl Progress {
    fn note(&mut self, answer: Answer) {
        self.begun |= answer == Answer::Begun;
        self.following |= answer == Answer::Following;
        if answer.is_last() {
            self.conclusion = Some(answer);
        }
    }

    /// Takes in what a look found. An order that has ended while its shell still waits has left
    /// a process behind that holds its output: after one more look, nobody waits for it.
    fn seen(&mut self, answer: &Answer) -> Option<End> {
        if !matches!(answer, Answer::Ended(_) | Answer::Stopped) {
            return None;
        }
        self.overdue += 1;
        let watched = self.begun;
        (self.overdue > 1).then(|| end_of(answer, watched)).flatten()
    }

    /// Returns what the end of the order's shell means.
    fn end(&self, code: Option<i32>, noise: &str) -> Talk {
        match &self.conclusion {
            Some(Answer::Bound) => Talk::Bound,
            Some(Answer::Refused(why)) => refused(why),
            Some(answer) => match end_of(answer, self.begun) {
                Some(end) => Talk::End(end),
                None => Talk::Broken(format!("its shell answered {answer:?}")),
            },
            None if self.begun || self.following => Talk::Broken("its shell is gone".to_owned()),
            // It ended by itself without a word, and so before it read the order.
            None => match code {
                Some(code @ ..=128) => {
                    refused(&format!("its shell ended with code {code} and said: {noise}"))
                }
                Some(_) | None => Talk::Broken("its shell was killed".to_owned()),
            },
        }
    }
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
            | End::Unreached(_)
            | End::Refused { .. }
            | End::Lost { .. },
        )
        | None => End::Stopped { why: why.to_owned() },
    }
}

/// Returns the end that `answer` tells of, where it tells of one.
pub(crate) fn end_of(answer: &Answer, watched: bool) -> Option<End> {
    match answer {
        Answer::Ended(code) => Some(End::Ended { code: *code, watched }),
        Answer::Stopped => Some(End::Stopped { why: "it was stopped earlier".to_owned() }),
        Answer::Interrupted => Some(End::Interrupted),
        Answer::Never => Some(End::Never { why: "it was stopped before it began".to_owned() }),
        Answer::Begun
        | Answer::Following
        | Answer::Running
        | Answer::Over
        | Answer::Halted
        | Answer::Surviving
        | Answer::Taken
        | Answer::Lapsed
        | Answer::Bound
        | Answer::Refused(_)
        | Answer::Have
        | Answer::Lacks
        | Answer::Send
        | Answer::Copied
        | Answer::Differs(_) => None,
    }
}
