//! One file of the release onto one computer, compared with its digest on arrival.
//!
//! What is there already is told by its digest. The bytes go to a file beside
//! the target, which takes the target's place only when its digest is the
//! ordered one, so a copy cut short may be made again. One that has ended is
//! not: its journal has its end, and what came after it may have changed the
//! target. Its mark there keeps one that was called back from beginning, or
//! says that it is too late for that.

use crate::answers::{Answer, Answers, Piece};
use crate::beginning::Beginning;
use crate::cancel::Cancel;
use crate::carry_out::Withheld;
use crate::outputs::Sink;
use crate::quote::Unquotable;
use crate::redact::Redactor;
use crate::session::{Deaf, Event, Input, Output, Reach, Session};
use crate::sources::Sources;
use crate::ssh::{ConnectFailure, Lane};
use crate::task::{End, Leave, Task, Unopened};
use crate::text::{Errand, Journal, Program};
use crate::verify::Verdict;
use model::digest::Digest;
use model::order::{Failure, Order, Outcome, Proof, Work};
use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// How much of a file is read and sent at once, in bytes.
const PIECE_BYTES: usize = 128 * 1024;

/// How often the bytes are sent again after a lost connection.
const TRIES_MAX: u32 = 5;

/// How long a lost connection is left alone before the first of those.
const BACKOFF: Duration = Duration::from_millis(200);

/// How long it is asked, after nothing of a copy lives any more, whether it is there all the same.
pub(crate) const ASK_LIMIT: Duration = Duration::from_secs(30);

/// A copy, as it is ordered.
pub(crate) struct Copy<'a> {
    file: &'a str,
    size_bytes: u64,
    sha256: Digest,
    to: &'a str,
    mode: u32,
}

/// What became of one attempt.
enum Talk {
    Answered(Answer),
    Broken(String),
    NotOpened(ConnectFailure),
    Withheld(String),
}

/// How far a copy that travels alone is.
struct Way {
    beginning: Beginning,
    /// Whether its last byte was sent.
    all_sent: bool,
}

impl<'a> Copy<'a> {
    /// Returns the copy that `work` orders.
    pub(crate) fn of(work: &'a Work) -> Option<Self> {
        match work {
            Work::Copy { file, size_bytes, sha256, to, mode, .. } => {
                Some(Self { file, size_bytes: *size_bytes, sha256: *sha256, to, mode: *mode })
            }
            Work::Command { .. } | Work::Script { .. } | Work::Http { .. } => None,
        }
    }

    /// Copies the file, as the order of `task`, of whose beginning so much is known.
    pub(crate) async fn carry_out(
        &self,
        (order, task): (&Order, &Task<'_>),
        cancel: &Cancel,
        beginning: Beginning,
    ) -> Result<Outcome, Withheld> {
        let now = Instant::now();
        let until = beginning.since(now).unwrap_or(now) + task.limit;
        let mut way = Way { beginning, all_sent: false };
        let why = tokio::select! {
            outcome = self.try_often(task, cancel, &mut way) => return outcome,
            () = tokio::time::sleep_until(until) => {
                format!("it took longer than its {} seconds", order.time_limit_s)
            }
            who = cancel.stopped() => format!("it was stopped by {who}"),
        };
        if way.beginning.is_new() {
            return Err(Withheld { why });
        }
        let mut nowhere = Sink::nowhere(Redactor::of_nothing());
        if let End::Never { why } =
            task.stop(Program::Shell, &why, way.beginning, &mut nowhere).await
        {
            return Ok(Outcome::Failed { cause: Failure::NotDone { why } });
        }
        Ok(match self.ask(task.reach, order, Errand::Find, ASK_LIMIT).await {
            Verdict::Done => Outcome::Succeeded { proof: Proof::Verified },
            // Without its last byte a copy never takes the target's place.
            Verdict::NotDone { .. } if beginning.is_new() && !way.all_sent => {
                Outcome::Failed { cause: Failure::NotDone { why } }
            }
            Verdict::NotDone { why: found } | Verdict::Unclear { why: found } => {
                Outcome::Unknown { why: format!("{why}; {found}") }
            }
        })
    }

    /// Returns the text that orders the copy as one of a bundle. `last` says that nothing comes after
    /// its bytes.
    pub(crate) fn in_bundle(
        &self,
        journal: &Journal,
        last: bool,
    ) -> Result<Zeroizing<String>, Unquotable> {
        journal.copy_in_bundle(self.to, (self.size_bytes, self.sha256, self.mode), last)
    }

    /// Returns the outcome of a copy that was stopped because of `why`, and of which nothing lives
    /// on its computer any more.
    pub(crate) async fn found_after(&self, reach: &Reach, order: &Order, why: &str) -> Outcome {
        match self.ask(reach, order, Errand::Find, ASK_LIMIT).await {
            Verdict::Done => Outcome::Succeeded { proof: Proof::Verified },
            Verdict::NotDone { .. } => {
                Outcome::Failed { cause: Failure::NotDone { why: why.to_owned() } }
            }
            Verdict::Unclear { why: unclear } => {
                Outcome::Unknown { why: format!("{why}; {unclear}") }
            }
        }
    }

    /// Looks at what can be wrong before anything is sent.
    pub(crate) async fn examine(&self, sources: &Sources) -> Result<(), Failure> {
        let Self { to, file, .. } = self;
        let is_plain = to.starts_with('/')
            && !to.ends_with('/')
            && !to.contains(['\0', '\n'])
            && !to.split('/').any(|part| part == "..");
        if !is_plain {
            let why = format!("`{to}` is not an absolute path of a file without `..`");
            return Err(Failure::Refused { why });
        }
        if self.mode > 0o7777 {
            return Err(Failure::Refused {
                why: format!("{:o} are no permission bits", self.mode),
            });
        }
        let (size, digest) = sources
            .digest(Path::new(file))
            .await
            .map_err(|error| Failure::Digest { why: format!("{file} cannot be read: {error}") })?;
        if (size, digest) != (self.size_bytes, self.sha256) {
            let Self { size_bytes, sha256, .. } = self;
            return Err(Failure::Digest {
                why: format!(
                    "{file} has {size} bytes and the digest {digest}, \
                     not {size_bytes} bytes and {sha256}"
                ),
            });
        }
        Ok(())
    }

    async fn try_often(
        &self,
        task: &Task<'_>,
        cancel: &Cancel,
        way: &mut Way,
    ) -> Result<Outcome, Withheld> {
        let is_new = way.beginning.is_new();
        let mut reached = way.beginning.is_sent();
        let mut why = String::new();
        for try_number in 0..TRIES_MAX {
            if try_number > 0 {
                tokio::time::sleep(BACKOFF * 4_u32.pow(try_number - 1)).await;
            }
            match self.talk(task, cancel, way).await {
                Talk::Answered(answer) => return Ok(self.outcome(answer)),
                Talk::Withheld(why) => return Err(Withheld { why }),
                Talk::NotOpened(failure) if !reached && is_new => {
                    return Ok(Outcome::Failed { cause: failure.into() });
                }
                Talk::NotOpened(failure) => {
                    why = failure.to_string();
                    if !reached {
                        break;
                    }
                }
                Talk::Broken(broken) => {
                    reached = true;
                    why = broken;
                }
            }
        }
        if is_new && !way.all_sent {
            return Ok(Outcome::Failed { cause: Failure::Unreachable { why } });
        }
        Ok(Outcome::Unknown { why })
    }

    /// Returns the outcome that `answer` tells of.
    pub(crate) fn outcome(&self, answer: Answer) -> Outcome {
        match answer {
            Answer::Copied => Outcome::Succeeded { proof: Proof::Watched },
            Answer::Have => Outcome::Succeeded { proof: Proof::Verified },
            Answer::Ended(0) => Outcome::Succeeded { proof: Proof::Journal },
            Answer::Differs(found) => Outcome::Failed {
                cause: Failure::Digest {
                    why: format!(
                        "what arrived for {} has the digest {found}, not {}",
                        self.to, self.sha256
                    ),
                },
            },
            Answer::Refused(why) => Outcome::Failed { cause: Failure::Refused { why } },
            Answer::Never => {
                let why = "it was stopped before it began".to_owned();
                Outcome::Failed { cause: Failure::NotDone { why } }
            }
            Answer::Interrupted => {
                let why = "it was copied, but its computer cannot write that down".to_owned();
                Outcome::Unknown { why }
            }
            other @ (Answer::Begun
            | Answer::Following
            | Answer::Running
            | Answer::Ended(_)
            | Answer::Stopped
            | Answer::Over
            | Answer::Halted
            | Answer::Surviving
            | Answer::Taken
            | Answer::Lapsed
            | Answer::Bound
            | Answer::Lacks
            | Answer::Send) => {
                Outcome::Unknown { why: format!("the computer gave the odd answer {other:?}") }
            }
        }
    }

    /// Asks whether the target has the digest, or had it when the copy ended.
    pub(crate) async fn ask(
        &self,
        reach: &Reach,
        order: &Order,
        errand: Errand,
        limit: Duration,
    ) -> Verdict {
        let unclear = |why: String| Verdict::Unclear { why };
        match tokio::time::timeout(limit, self.question(reach, order, errand)).await {
            Ok(Talk::Answered(Answer::Have | Answer::Ended(0))) => Verdict::Done,
            Ok(Talk::Answered(Answer::Lacks)) => Verdict::NotDone {
                why: format!("{} does not have the digest {}", self.to, self.sha256),
            },
            Ok(Talk::Answered(other)) => unclear(format!("the computer answered {other:?}")),
            Ok(Talk::Broken(why) | Talk::Withheld(why)) => unclear(why),
            Ok(Talk::NotOpened(failure)) => unclear(failure.to_string()),
            Err(_elapsed) => unclear("the computer gave no answer".to_owned()),
        }
    }

    async fn question(&self, reach: &Reach, order: &Order, errand: Errand) -> Talk {
        let here = &reach.settings.journal_here;
        let prepared = Journal::of(&order.place, &order.deployment, &order.id, here)
            .and_then(|it| Ok((it.copy_alone(self.to, (self.sha256, self.mode), errand)?, it)));
        let (text, journal) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Talk::Broken(error.to_string()),
        };
        let mut session = match reach.open(&order.place, Program::Copy, Lane::Glance).await {
            Ok(session) => session,
            Err(failure) => return Talk::NotOpened(failure),
        };
        // A shell that hears nothing says so where its answer is read.
        let _ = session.say_all(&text).await;
        let answers = Answers::tagged(&journal.tag, Redactor::of_nothing());
        Ear::of(&mut session.output, answers, Beginning::Sent).hear(Until::Ended).await
    }

    async fn talk(&self, task: &Task<'_>, cancel: &Cancel, way: &mut Way) -> Talk {
        let text = match task.journal.copy_alone(self.to, (self.sha256, self.mode), Errand::Copy) {
            Ok(text) => text,
            Err(error) => return Talk::Answered(Answer::Refused(error.to_string())),
        };
        let opening = task.open(Program::Copy, way.beginning, cancel);
        let Session { mut input, mut output } = match opening.await {
            Ok(session) => session,
            Err(Unopened::Unwanted { why }) => return Talk::Withheld(why),
            Err(Unopened::Failed(failure)) => return Talk::NotOpened(failure),
        };
        let before = way.beginning;
        match task.leave(before, cancel).await {
            Leave::Withheld { why } => return Talk::Withheld(why),
            Leave::Unclear { why } => return Talk::Broken(why),
            Leave::Begins | Leave::HasBegun => way.beginning.learn(Beginning::Sent),
        }
        let answers = Answers::tagged(&task.journal.tag, task.redactor.clone());
        let mut ear = Ear::of(&mut output, answers, before);
        // A shell that hears nothing says so where its answer is read.
        let _ = input.say(text.as_bytes().to_vec()).await;
        while !way.beginning.is_marked() {
            tokio::select! {
                heard = ear.hear(Until::Begun) => {
                    if !matches!(heard, Talk::Answered(Answer::Begun)) {
                        return heard;
                    }
                    way.begin();
                }
                (why, is_withheld) = task.withhold_once_unwanted(cancel) => match is_withheld {
                    Some(true) => return Talk::Withheld(why),
                    Some(false) => way.begin(),
                    None => {}
                },
            }
        }
        let asked = ear.hear(Until::AskedToSend).await;
        if !matches!(asked, Talk::Answered(Answer::Send)) {
            return asked;
        }
        tokio::select! {
            sent = self.send(&mut input) => match sent {
                Ok(()) => {
                    input.finish().await;
                    way.all_sent = true;
                }
                // The file changed under our hands, or the computer listens no more: what arrived
                // is not the file, and the computer will say so.
                Err(_cut_short) => input.finish().await,
            },
            early = ear.hear(Until::Ended) => return early,
        }
        ear.hear(Until::Ended).await
    }

    /// Says the bytes of the file.
    pub(crate) async fn send(&self, input: &mut Input) -> std::io::Result<()> {
        let mut file = tokio::fs::File::open(self.file).await?;
        loop {
            let mut piece = Vec::with_capacity(PIECE_BYTES);
            if file.read_buf(&mut piece).await? == 0 {
                break;
            }
            input.say(piece).await.map_err(|Deaf| std::io::ErrorKind::BrokenPipe)?;
        }
        Ok(())
    }
}

impl Way {
    /// Takes in that its computer has a mark of it.
    fn begin(&mut self) {
        self.beginning.learn(Beginning::Marked { since: Instant::now() });
    }
}

/// How long to listen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Begun,
    AskedToSend,
    Ended,
}

/// Listens to the computer.
struct Ear<'a> {
    output: &'a mut Output,
    answers: Answers,
    /// What was known of the copy's beginning before.
    before: Beginning,
    /// What was said and not yet heard of.
    said: VecDeque<Answer>,
    last: Option<Answer>,
}

impl<'a> Ear<'a> {
    fn of(output: &'a mut Output, answers: Answers, before: Beginning) -> Self {
        Self { output, answers, before, said: VecDeque::new(), last: None }
    }

    /// May be dropped and called again.
    async fn hear(&mut self, until: Until) -> Talk {
        loop {
            while let Some(answer) = self.said.pop_front() {
                let is_awaited = match until {
                    Until::Begun => answer == Answer::Begun,
                    Until::AskedToSend => answer == Answer::Send,
                    Until::Ended => false,
                };
                if is_awaited {
                    return Talk::Answered(answer);
                }
                if answer.is_last() {
                    self.last = Some(answer);
                }
            }
            match self.output.next().await {
                Event::Wrote(bytes) => {
                    for piece in self.answers.push(&bytes) {
                        match piece {
                            Piece::Answer(answer) => self.said.push_back(answer),
                            Piece::Output(_) => {}
                        }
                    }
                }
                Event::Complained(bytes) => self.answers.note(&bytes),
                Event::Denied => {
                    let why = "its SSH server starts no programs".to_owned();
                    return Talk::Answered(Answer::Refused(why));
                }
                Event::Lost => return Talk::Broken("the connection was lost".to_owned()),
                Event::Ended(code) => {
                    return match (self.last.take(), code) {
                        (Some(answer), _) => Talk::Answered(answer),
                        (None, Some(code @ ..=128))
                            if self.before.is_new() && until == Until::Begun =>
                        {
                            let said = self.answers.noise();
                            let why = format!("its shell ended with code {code} and said: {said}");
                            Talk::Answered(Answer::Refused(why))
                        }
                        (None, _) => Talk::Broken("its shell is gone".to_owned()),
                    };
                }
            }
        }
    }
}
