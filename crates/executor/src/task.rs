//! One process order from its beginning to whatever can be known of its end.
//!
//! The order runs on its computer whether anybody watches or not. Watching is
//! all that happens here: a lost connection is made again, and the journal says
//! how far the order is.

mod stop;

use crate::answers::{Answer, Answers, Piece};
use crate::beginning::Beginning;
use crate::cancel::Cancel;
use crate::outputs::Sink;
use crate::redact::Redactor;
use crate::session::{Event, Reach, Session};
use crate::settings::OUTPUT_BYTES_MAX;
use crate::ssh::{ConnectFailure, Lane};
use crate::text::{Journal, Program};
use model::order::Place;
use std::time::Duration;
pub(crate) use stop::Leave;
use stop::never;
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

/// Why an order never began whose mark says that nobody begins it.
const STOPPED_BEFORE: &str = "it was stopped before it began";

/// A process order on its way.
pub(crate) struct Task<'a> {
    pub(crate) reach: &'a Reach,
    pub(crate) place: &'a Place,
    pub(crate) journal: Journal,
    /// The text that begins it.
    pub(crate) text: Zeroizing<String>,
    pub(crate) limit: Duration,
    /// What keeps the order's secrets out of what is told of it.
    pub(crate) redactor: Redactor,
}

/// What is known of an order on its way.
struct Way {
    beginning: Beginning,
    /// What was known of its beginning before this talk.
    before: Beginning,
    /// Since when its time runs.
    since: Option<Instant>,
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
    /// It was stopped before it began, for this reason, and never will begin.
    Never { why: String },
    /// It was not to begin any more, for this reason, and never did and never will.
    Withheld { why: String },
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

/// Why no shell was opened for an order.
pub(crate) enum Unopened {
    /// Its computer could not be spoken to.
    Failed(ConnectFailure),
    /// It was not waited for: the order is not to begin any more, for this reason.
    Unwanted { why: String },
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
    pub(crate) async fn carry_through(
        &self,
        beginning: Beginning,
        sink: &mut Sink,
        cancel: &Cancel,
    ) -> End {
        let mut program = Program::Shell;
        let since = beginning.since(Instant::now());
        let mut way = Way { beginning, before: beginning, since };
        let mut backoff = BACKOFF.0;
        loop {
            let since = way.since;
            let talk = tokio::select! {
                talk = self.talk(program, sink, &mut way, cancel) => talk,
                why = self.stop_wanted(since, cancel) => {
                    return self.stop(program, &why, way.beginning, sink).await;
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
                Talk::NotOpened(failure) if way.since.is_none() => return End::Unreached(failure),
                Talk::NotOpened(ConnectFailure::Unreachable { why }) | Talk::Broken(why) => why,
                Talk::NotOpened(
                    ConnectFailure::HostKey { why } | ConnectFailure::Refused { why },
                ) => return End::Lost { why },
            };
            tokio::select! {
                () = tokio::time::sleep(backoff) => backoff = (backoff * 2).min(BACKOFF.1),
                wish = self.stop_wanted(way.since, cancel) => {
                    let end = self.stop(program, &wish, way.beginning, sink).await;
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
    async fn stop_wanted(&self, since: Option<Instant>, cancel: &Cancel) -> String {
        let late = async {
            match since {
                Some(since) => tokio::time::sleep_until(since + self.limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = late => format!("it took longer than its {} seconds", self.limit.as_secs()),
            who = cancel.stopped() => format!("it was stopped by {who}"),
        }
    }

    /// Opens a shell, gives it the order and watches it to the end. An order that is known to have
    /// begun is not given to it again.
    async fn talk(
        &self,
        program: Program,
        sink: &mut Sink,
        way: &mut Way,
        cancel: &Cancel,
    ) -> Talk {
        let mut session = match self.open(program, way.beginning, cancel).await {
            Ok(session) => session,
            Err(Unopened::Unwanted { why }) => return Talk::End(End::Withheld { why }),
            Err(Unopened::Failed(failure)) => return Talk::NotOpened(failure),
        };
        let unsent_since = way.since;
        way.before = way.beginning;
        let since = *way.since.get_or_insert_with(Instant::now);
        let ends = since + self.limit;
        match self.leave(way.beginning, cancel).await {
            Leave::Withheld { why } => return Talk::End(End::Withheld { why }),
            Leave::Unclear { why } => return Talk::Broken(why),
            Leave::HasBegun => {
                way.beginning.learn(Beginning::Marked { since });
                // A shell that hears nothing more says why where its answer is read.
                let text = self.journal.follow();
                let _ = tokio::time::timeout_at(ends, session.say_all(&text)).await;
            }
            Leave::Begins => {
                way.beginning.learn(Beginning::Sent);
                let _ = tokio::time::timeout_at(ends, session.say_all(&self.text)).await;
            }
        }
        let watched = self.watch(&mut session, program, (sink, way, cancel));
        let talk = match tokio::time::timeout_at(ends, watched).await {
            Ok(talk) => talk,
            Err(_elapsed) => Talk::Broken("its time is over".to_owned()),
        };
        if matches!(talk, Talk::Bound) {
            (way.beginning, way.since) = (way.before, unsent_since);
        }
        talk
    }

    /// Starts `program`, unless the order is not to begin any more and nobody can have begun it.
    pub(crate) async fn open(
        &self,
        program: Program,
        beginning: Beginning,
        cancel: &Cancel,
    ) -> Result<Session, Unopened> {
        let opening = self.reach.open(self.place, program, Lane::Order);
        if !beginning.is_new() {
            return opening.await.map_err(Unopened::Failed);
        }
        tokio::select! {
            opened = opening => opened.map_err(Unopened::Failed),
            why = cancel.not_to_begin() => Err(Unopened::Unwanted { why }),
        }
    }

    async fn watch(
        &self,
        session: &mut Session,
        program: Program,
        (sink, way, cancel): (&mut Sink, &mut Way, &Cancel),
    ) -> Talk {
        let mut answers = Answers::tagged(&self.journal.tag, self.redactor.clone());
        let mut progress = Progress::default();
        let mut from = 0;
        let mut look = Box::pin(self.look_later(program, sink.taken(), false));
        let mut withholding = Box::pin(self.withhold_once_unwanted(cancel));
        loop {
            tokio::select! {
                event = session.output.next() => match event {
                    Event::Wrote(bytes) => for piece in answers.push(&bytes) {
                        match piece {
                            Piece::Answer(answer) => progress.note(answer, way),
                            Piece::Output(bytes) => {
                                sink.take(from, &bytes);
                                from += bytes.len() as u64;
                            }
                        }
                    },
                    Event::Complained(bytes) => answers.note(&bytes),
                    Event::Denied => return refused("its SSH server starts no programs"),
                    Event::Ended(code) => {
                        return progress.end(code, way, &answers.noise());
                    }
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
                (why, is_withheld) = &mut withholding, if !way.beginning.is_marked() => {
                    match is_withheld {
                        Some(true) => return Talk::End(End::Withheld { why }),
                        Some(false) => way.mark(),
                        None => withholding = Box::pin(self.withhold_once_unwanted(cancel)),
                    }
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
        let mut answers = Answers::tagged(&self.journal.tag, self.redactor.clone());
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
}

fn refused(why: &str) -> Talk {
    Talk::End(End::Refused { why: why.to_owned() })
}

impl Way {
    /// Takes in that its computer has its mark.
    fn mark(&mut self) {
        let since = *self.since.get_or_insert_with(Instant::now);
        self.beginning.learn(Beginning::Marked { since });
    }

    /// Takes in that its computer said that it begins.
    fn begin(&mut self) {
        let since = *self.since.get_or_insert_with(Instant::now);
        self.beginning.learn(Beginning::Begun { since });
    }
}

impl Progress {
    fn note(&mut self, answer: Answer, way: &mut Way) {
        if answer == Answer::Begun {
            self.begun = true;
            way.begin();
        }
        if answer == Answer::Following {
            self.following = true;
            // Whoever is asked to begin it follows only what has its mark.
            way.mark();
        }
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
    fn end(&self, code: Option<i32>, way: &Way, noise: &str) -> Talk {
        match &self.conclusion {
            Some(Answer::Bound) => Talk::Bound,
            // Nothing that was begun is refused.
            Some(Answer::Refused(why)) if way.beginning.is_marked() => Talk::Broken(why.clone()),
            Some(Answer::Refused(why)) => refused(why),
            Some(Answer::Never) => Talk::End(never(STOPPED_BEFORE, way.beginning)),
            Some(answer) => match end_of(answer, self.begun) {
                Some(end) => Talk::End(end),
                None => Talk::Broken(format!("its shell answered {answer:?}")),
            },
            None if self.begun || self.following => Talk::Broken("its shell is gone".to_owned()),
            // It ended by itself without a word, and so before it read the order.
            None => match code {
                Some(code @ ..=128) => {
                    let why = format!("its shell ended with code {code} and said: {noise}");
                    // What an earlier one read, this one says nothing of.
                    if way.before.is_new() { refused(&why) } else { Talk::Broken(why) }
                }
                Some(_) | None => Talk::Broken("its shell was killed".to_owned()),
            },
        }
    }
}

/// Returns the end that `answer` tells of, where it tells of one.
pub(crate) fn end_of(answer: &Answer, watched: bool) -> Option<End> {
    match answer {
        Answer::Ended(code) => Some(End::Ended { code: *code, watched }),
        Answer::Stopped => Some(End::Stopped { why: "it was stopped earlier".to_owned() }),
        Answer::Interrupted => Some(End::Interrupted),
        Answer::Never => Some(End::Never { why: STOPPED_BEFORE.to_owned() }),
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
