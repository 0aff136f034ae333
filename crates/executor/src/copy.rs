//! One file of the release onto one computer, compared with its digest on arrival.
//!
//! A copy needs no journal: its digest is its name. The bytes go to a file
//! beside the target, which takes the target's place only when its digest is
//! the ordered one, so a copy handed out twice ends as one handed out once.

use crate::answers::{Answer, Answers, Piece};
use crate::cancel::Cancel;
use crate::carry_out::Sent;
use crate::quote::Unquotable;
use crate::session::{Deaf, Event, Input, Output, Reach, Session};
use crate::sources::Sources;
use crate::ssh::{ConnectFailure, Lane};
use crate::text::{Journal, Program};
use crate::verify::Verdict;
use model::digest::Digest;
use model::order::{Failure, Order, Outcome, Proof, Work};
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use zeroize::Zeroizing;

/// How much of a file is read and sent at once, in bytes.
const PIECE_BYTES: usize = 128 * 1024;

/// How often the bytes are sent again after a lost connection.
const TRIES_MAX: u32 = 5;

/// How long a lost connection is left alone before the first of those.
const BACKOFF: Duration = Duration::from_millis(200);

/// How long it is asked, after a copy was stopped, whether it is there all the same.
const ASK_LIMIT: Duration = Duration::from_secs(30);

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

    /// Copies the file.
    pub(crate) async fn carry_out(
        &self,
        reach: &Reach,
        sources: &Sources,
        order: &Order,
        cancel: &Cancel,
        sent: Sent,
    ) -> Outcome {
        let is_new = sent == Sent::Never;
        if let Err(cause) = self.examine(sources).await {
            return Outcome::Failed { cause };
        }
        let limit = Duration::from_secs(u64::from(order.time_limit_s));
        let mut all_sent = false;
        let copied = tokio::select! {
            outcome = self.try_often(reach, order, &mut all_sent, sent) => return outcome,
            () = tokio::time::sleep(limit) => {
                format!("it took longer than its {} seconds", order.time_limit_s)
            }
            who = cancel.stopped() => format!("it was stopped by {who}"),
        };
        match self.ask(reach, order, ASK_LIMIT).await {
            Verdict::Done => Outcome::Succeeded { proof: Proof::Verified },
            // Without its last byte a copy never takes the target's place.
            Verdict::NotDone { .. } if is_new && !all_sent => {
                Outcome::Failed { cause: Failure::NotDone { why: copied } }
            }
            Verdict::NotDone { why } | Verdict::Unclear { why } => {
                Outcome::Unknown { why: format!("{copied}; {why}") }
            }
        }
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
        match self.ask(reach, order, ASK_LIMIT).await {
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
        reach: &Reach,
        order: &Order,
        all_sent: &mut bool,
        sent: Sent,
    ) -> Outcome {
        let is_new = sent == Sent::Never;
        let mut reached = matches!(sent, Sent::At(_));
        let mut why = String::new();
        for try_number in 0..TRIES_MAX {
            if try_number > 0 {
                tokio::time::sleep(BACKOFF * 4_u32.pow(try_number - 1)).await;
            }
            match self.talk(reach, order, false, all_sent).await {
                Talk::Answered(answer) => return self.outcome(answer),
                Talk::NotOpened(failure) if !reached && is_new => {
                    return Outcome::Failed { cause: failure.into() };
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
        if is_new && !*all_sent {
            return Outcome::Failed { cause: Failure::Unreachable { why } };
        }
        Outcome::Unknown { why }
    }

    /// Returns the outcome that `answer` tells of.
    pub(crate) fn outcome(&self, answer: Answer) -> Outcome {
        match answer {
            Answer::Copied => Outcome::Succeeded { proof: Proof::Watched },
            Answer::Have => Outcome::Succeeded { proof: Proof::Verified },
            Answer::Differs(found) => Outcome::Failed {
                cause: Failure::Digest {
                    why: format!(
                        "what arrived for {} has the digest {found}, not {}",
                        self.to, self.sha256
                    ),
                },
            },
            Answer::Refused(why) => Outcome::Failed { cause: Failure::Refused { why } },
            other @ (Answer::Begun
            | Answer::Following
            | Answer::Running
            | Answer::Ended(_)
            | Answer::Stopped
            | Answer::Interrupted
            | Answer::Never
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

    /// Asks whether the target has the digest.
    pub(crate) async fn ask(&self, reach: &Reach, order: &Order, limit: Duration) -> Verdict {
        let unclear = |why: String| Verdict::Unclear { why };
        let mut sent = false;
        let talk = self.talk(reach, order, true, &mut sent);
        match tokio::time::timeout(limit, talk).await {
            Ok(Talk::Answered(Answer::Have)) => Verdict::Done,
            Ok(Talk::Answered(Answer::Lacks)) => Verdict::NotDone {
                why: format!("{} does not have the digest {}", self.to, self.sha256),
            },
            Ok(Talk::Answered(other)) => unclear(format!("the computer answered {other:?}")),
            Ok(Talk::Broken(why)) => unclear(why),
            Ok(Talk::NotOpened(failure)) => unclear(failure.to_string()),
            Err(_elapsed) => unclear("the computer gave no answer".to_owned()),
        }
    }

    async fn talk(&self, reach: &Reach, order: &Order, asks: bool, all_sent: &mut bool) -> Talk {
        let lane = if asks { Lane::Glance } else { Lane::Order };
        let opened = reach.open(&order.place, Program::Copy, lane).await;
        let Session { mut input, mut output } = match opened {
            Ok(session) => session,
            Err(failure) => return Talk::NotOpened(failure),
        };
        let tag: String = Digest::of(order.id.0.as_bytes()).to_string().chars().take(16).collect();
        let short = if asks { "ask" } else { tag.get(..8).unwrap_or(&tag) };
        let Self { to, sha256, mode, .. } = self;
        let head = format!("{tag}\n{to}\n{sha256}\n{mode:o}\n{short}\n");
        // A shell that hears nothing says so where its answer is read.
        let _ = input.say(head.into_bytes()).await;
        let mut ear = Ear { output: &mut output, answers: Answers::tagged(&tag), last: None };
        let asked = ear.hear(Until::AskedToSend).await;
        if !matches!(asked, Talk::Answered(Answer::Send)) {
            return asked;
        }
        ear.last = None;
        tokio::select! {
            sent = self.send(&mut input) => match sent {
                Ok(()) => {
                    input.finish().await;
                    *all_sent = true;
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

/// How long to listen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    AskedToSend,
    Ended,
}

/// Listens to the computer.
struct Ear<'a> {
    output: &'a mut Output,
    answers: Answers,
    last: Option<Answer>,
}

impl Ear<'_> {
    async fn hear(&mut self, until: Until) -> Talk {
        loop {
            match self.output.next().await {
                Event::Wrote(bytes) => {
                    for piece in self.answers.push(&bytes) {
                        match piece {
                            Piece::Answer(answer) => self.last = Some(answer),
                            Piece::Output(_) => {}
                        }
                    }
                    if until == Until::AskedToSend && self.last == Some(Answer::Send) {
                        return Talk::Answered(Answer::Send);
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
                        (None, Some(code @ ..=128)) if until == Until::AskedToSend => {
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
