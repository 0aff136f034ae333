//! One journey of a bundle: it is sent off, listened to, and left when nothing more is to be heard.

use super::Tell;
use super::hearing::{Hearing, Said};
use crate::answers::Answer;
use crate::beginning::Beginning;
use crate::cancel::Cancel;
use crate::carry_out::{Inner, redactor, refused, without_secrets};
use crate::copy::Copy;
use crate::outputs::Sink;
use crate::redact::Redactor;
use crate::secrets::Environment;
use crate::session::{Event, Session};
use crate::task::{End, Task, Unopened, end_of};
use crate::text::{self, Effect, Program};
use model::order::{Ending, Failure, Order, Outcome, Report};
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// Why an order was not begun whose shell had waited for longer than it may.
const TOO_LATE: &str = "its turn came too late on its computer";

/// Orders that travel together.
pub(super) struct Bundle<'a> {
    pub(super) members: Vec<Member<'a>>,
    /// How many of them have come to an end: also the position of the one that is under way, or next.
    pub(super) ended: usize,
    /// What is known of the beginning of that one.
    pub(super) known: Beginning,
}

impl Bundle<'_> {
    /// Returns how many have come to an end, and what is known of the beginning of each.
    pub(super) fn beginnings(&self) -> (usize, Vec<Beginning>) {
        // Those behind one that was sent off were sent off with it.
        let behind = if self.known.is_new() { Beginning::Unsent } else { Beginning::Sent };
        let known = |it: usize| if it == self.ended { self.known } else { behind };
        (self.ended, (0..self.members.len()).map(known).collect())
    }
}

/// One of them.
pub(super) struct Member<'a> {
    pub(super) order: &'a Order,
    pub(super) cancel: &'a Cancel,
    pub(super) environment: Environment,
    pub(super) freight: Freight<'a>,
    /// The order as one that is looked at, stopped and withheld alone.
    pub(super) task: Task<'a>,
    /// Where its output goes, until its end is told.
    pub(super) sink: Option<Sink>,
}

/// What an order of a bundle does.
pub(super) enum Freight<'a> {
    Process(Effect<'a>),
    Copy(Copy<'a>),
}

/// How a bundle's journey ended.
pub(super) enum Then {
    /// All of its orders succeeded.
    GoesOn,
    /// One did not, and those behind it never began.
    Stops { why: String },
    /// How far it came must be asked for, order by order.
    Asks,
    /// One did not succeed, and those behind it may be in the hands of its shell.
    Doubts,
    /// Nothing was begun, and its orders have to travel alone.
    Alone,
}

/// Why a bundle is listened to no longer.
enum Leaving {
    /// Its shell ended by itself, with this code.
    Closed(Option<i32>),
    /// The way to it was lost.
    Lost,
    /// An order said how it ended, and nothing behind it begins.
    Stops,
    /// The order under way is to be stopped.
    Strikes { why: String },
    /// The order under way has ended while its shell still waits, which has now been let go.
    LetGo { end: End },
    /// Nothing was begun: its shell must lead a session.
    Bound,
    /// The order whose turn it is has not begun and never will, nor will any behind it.
    Withheld { why: String },
}

/// How far a bundle is.
struct Way {
    /// When the order that is under way began.
    begun: Option<Instant>,
    /// How much of its output was heard.
    heard: u64,
    /// How often a look found it ended.
    overdue: u8,
    /// When its turn came: when the end of the one before it was heard, or the computer listened.
    since: Instant,
    /// Which order never begins, and why, where that has come about.
    withheld: Option<(usize, String)>,
    /// Whether somebody else had made the mark of the order whose turn came.
    is_taken: bool,
}

/// A look at an order: from which byte of its output on, and what was seen.
type Seen = (u64, Option<(Answer, Vec<u8>)>);

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl Inner {
    /// Sends the orders off and listens until they have ended, or cannot be heard any more.
    pub(super) async fn send(&self, bundle: &mut Bundle<'_>, tell: Tell<'_>) -> Then {
        let Some(first) = bundle.members.first() else { return Then::GoesOn };
        let cancel = first.cancel;
        let asked = Instant::now();
        let opening = first.task.open(Program::Bundle, bundle.known, cancel);
        let session = match opening.await {
            Ok(session) => session,
            Err(Unopened::Unwanted { why }) => return Then::Stops { why },
            Err(Unopened::Failed(failure)) => {
                self.conclude(bundle, asked, Outcome::Failed { cause: failure.into() }, tell);
                return Then::Stops { why: "the computer could not be reached".to_owned() };
            }
        };
        if let Some(why) = cancel.why_not_begin() {
            return Then::Stops { why };
        }
        // While it waited for a place. What stays behind was given to nobody.
        let called_back = |it: &Member<'_>| it.cancel.is_unwanted().is_some();
        if let Some(before) = bundle.members.iter().skip(1).position(called_back) {
            bundle.members.truncate(before + 1);
        }
        let since = Instant::now();
        let mut way =
            Way { begun: None, heard: 0, overdue: 0, since, withheld: None, is_taken: false };
        let tags = bundle.members.iter().map(|it| it.task.journal.tag.clone()).collect();
        let secrets = bundle.members.iter().flat_map(|it| &it.environment.secret);
        let mut hearing = Hearing::of(tags, Redactor::of(secrets.map(|it| it.as_str())));
        bundle.known = Beginning::Sent;
        let leaving = self.listen(bundle, session, &mut way, &mut hearing, tell).await;
        self.leave(bundle, &way, &hearing, leaving, tell).await
    }

    async fn listen(
        &self,
        bundle: &mut Bundle<'_>,
        session: Session,
        way: &mut Way,
        hearing: &mut Hearing,
        tell: Tell<'_>,
    ) -> Leaving {
        let Session { mut input, mut output } = session;
        let sinks: Vec<Option<Sink>> = bundle.members.iter_mut().map(|it| it.sink.take()).collect();
        let mut sinks = sinks;
        let members = &bundle.members;
        let mut sending: Option<Later<'_, ()>> = Some(Box::pin(async {
            // A shell that hears nothing more says why where its answer is read.
            let _ = input.say(said_to(members).as_bytes().to_vec()).await;
            for copy in members.iter().filter_map(Member::copy) {
                if copy.send(&mut input).await.is_err() {
                    break;
                }
            }
            input.finish().await;
        }));
        let mut look: Later<'_, _> = Box::pin(pending());
        let mut wished: Later<'_, usize> = Box::pin(unwanted(members, 0));
        let mut withholding: Later<'_, (usize, Option<bool>)> = Box::pin(pending());
        let leaving = loop {
            let Some(member) = members.get(bundle.ended) else { break Leaving::Closed(Some(0)) };
            tokio::select! {
                () = until_done(&mut sending), if sending.is_some() => sending = None,
                event = output.next() => match event {
                    Event::Wrote(bytes) => {
                        let mut left = None;
                        for said in hearing.push(&bytes) {
                            // Whatever is said out of turn counts for nothing.
                            if said.order() != bundle.ended {
                                continue;
                            }
                            let sink = sinks.get_mut(bundle.ended).and_then(Option::as_mut);
                            match said {
                                Said::Output(_, bytes) => {
                                    if let Some(sink) = sink {
                                        sink.take(way.heard, &bytes);
                                    }
                                    way.heard += bytes.len() as u64;
                                }
                                // Nothing begins twice, nor has twice the time.
                                Said::Answer(order, Answer::Begun) => if way.begun.is_none() {
                                    let since = Instant::now();
                                    (way.begun, way.heard, way.overdue) = (Some(since), 0, 0);
                                    bundle.known = Beginning::Begun { since };
                                    if let Some(member) = members.get(order) {
                                        look = member.look(sinks.get(order), false);
                                    }
                                }
                                Said::Answer(order, Answer::Bound) => {
                                    if order == 0 && way.begun.is_none() {
                                        left = Some(Leaving::Bound);
                                    }
                                }
                                // The shell ends by itself then, and says nothing of what follows.
                                Said::Answer(_, Answer::Taken) => way.is_taken = true,
                                Said::Answer(_, Answer::Lapsed) => if way.begun.is_none() {
                                    left = Some(Leaving::Withheld { why: TOO_LATE.to_owned() });
                                }
                                Said::Answer(order, answer) => {
                                    let Some(member) = members.get(order) else { continue };
                                    let outcome = self.meant(member, &answer).await;
                                    let went_well = matches!(outcome, Outcome::Succeeded { .. });
                                    let sink = sinks.get_mut(order).and_then(Option::take);
                                    tell(ending(member, sink, way.since, outcome));
                                    bundle.ended += 1;
                                    look = Box::pin(pending());
                                    (way.begun, way.since) = (None, Instant::now());
                                    bundle.known = Beginning::Sent;
                                    if !went_well {
                                        left = Some(Leaving::Stops);
                                    }
                                }
                            }
                            if left.is_some() {
                                break;
                            }
                        }
                        if let Some(left) = left {
                            break left;
                        }
                    }
                    Event::Complained(bytes) => hearing.note(&bytes),
                    Event::Denied => break Leaving::Closed(Some(1)),
                    Event::Ended(code) => break Leaving::Closed(code),
                    Event::Lost => break Leaving::Lost,
                },
                (asked_from, seen) = &mut look => {
                    let mut release = way.overdue > 0;
                    if let Some((answer, bytes)) = seen {
                        if let Some(Some(sink)) = sinks.get_mut(bundle.ended) {
                            sink.take(asked_from, &bytes);
                        }
                        if let Some(end) = end_of(&answer, true) {
                            way.overdue += 1;
                            release = true;
                            // After one more look nobody waits for what holds its output.
                            if way.overdue > 1 {
                                break Leaving::LetGo { end };
                            }
                        }
                    }
                    look = member.look(sinks.get(bundle.ended), release);
                }
                why = member.strike_wanted(way) => break Leaving::Strikes { why },
                order = &mut wished => {
                    let next = bundle.ended + usize::from(way.begun.is_some());
                    match members.get(order) {
                        // It has begun: the wish is that of the next one that is unwanted.
                        Some(_) if order < next => wished = Box::pin(unwanted(members, next)),
                        Some(member) => {
                            wished = Box::pin(pending());
                            withholding = Box::pin(async move { (order, member.task.withhold().await) });
                        }
                        None => wished = Box::pin(pending()),
                    }
                }
                (order, is_withheld) = &mut withholding => {
                    withholding = Box::pin(pending());
                    let why = members.get(order).and_then(|it| it.cancel.why_not_begin());
                    match (is_withheld, why) {
                        (Some(true), Some(why)) if order > bundle.ended => {
                            way.withheld = Some((order, why));
                        }
                        (Some(true), Some(why)) if way.begun.is_none() => {
                            break Leaving::Withheld { why };
                        }
                        // It had begun: the wish is that of the next one that is unwanted.
                        (Some(_), _) => wished = Box::pin(unwanted(members, order + 1)),
                        // It is asked again for as long as the bundle is listened to.
                        (None, _) => wished = Box::pin(unwanted(members, order)),
                    }
                }
            }
        };
        drop((look, wished, withholding, sending));
        for (member, sink) in bundle.members.iter_mut().zip(sinks) {
            member.sink = sink;
        }
        leaving
    }

    /// Returns what a bundle that is listened to no longer has come to.
    async fn leave(
        &self,
        bundle: &mut Bundle<'_>,
        way: &Way,
        hearing: &Hearing,
        leaving: Leaving,
        tell: Tell<'_>,
    ) -> Then {
        let is_all = bundle.ended == bundle.members.len();
        let why = "the step before it did not succeed".to_owned();
        match leaving {
            Leaving::Stops => Then::Stops { why },
            Leaving::Closed(_) | Leaving::Lost if is_all => Then::GoesOn,
            Leaving::Bound => {
                bundle.known = Beginning::Unsent;
                Then::Alone
            }
            Leaving::Lost => Then::Asks,
            Leaving::Withheld { why } => Then::Stops { why },
            Leaving::Closed(_) if way.is_taken => match &way.withheld {
                Some((order, why)) if *order == bundle.ended => Then::Stops { why: why.clone() },
                Some(_) | None => Then::Asks,
            },
            // The shell is gone with the texts of what it did not begin.
            Leaving::Closed(_) if way.begun.is_none() && bundle.ended > 0 => {
                Then::Stops { why: TOO_LATE.to_owned() }
            }
            Leaving::Closed(Some(code @ ..=128)) if way.begun.is_none() => {
                let said = hearing.noise();
                let why = format!("its shell ended with code {code} and said: {said}");
                self.conclude(bundle, way.since, refused(why), tell);
                Then::Stops { why: "the step before it was refused".to_owned() }
            }
            Leaving::Closed(_) => Then::Asks,
            Leaving::LetGo { end } => self.let_go(bundle, way, end, tell).await,
            Leaving::Strikes { why } => {
                let outcome = self.strike(bundle, &why).await;
                self.conclude(bundle, way.since, outcome, tell)
            }
        }
    }

    async fn let_go(&self, bundle: &mut Bundle<'_>, way: &Way, end: End, tell: Tell<'_>) -> Then {
        let Some(member) = bundle.members.get(bundle.ended) else { return Then::Asks };
        let outcome = self.outcome(member.order, &member.environment, end, true).await;
        self.conclude(bundle, way.since, outcome, tell)
    }

    /// Stops the order under way.
    async fn strike(&self, bundle: &mut Bundle<'_>, why: &str) -> Outcome {
        let ended = bundle.ended;
        let Some(member) = bundle.members.get_mut(ended) else {
            return Outcome::Unknown { why: why.to_owned() };
        };
        let mut nowhere = Sink::nowhere(redactor(&member.environment));
        let sink = member.sink.as_mut().unwrap_or(&mut nowhere);
        let end = member.task.stop(Program::Shell, why, bundle.known, sink).await;
        match &member.freight {
            Freight::Process(_) => self.outcome(member.order, &member.environment, end, true).await,
            Freight::Copy(copy) => match end {
                End::Never { why } => Outcome::Failed { cause: Failure::NotDone { why } },
                End::Ended { .. }
                | End::Stopped { .. }
                | End::Withheld { .. }
                | End::Interrupted
                | End::Unreached(_)
                | End::Refused { .. }
                | End::Lost { .. } => copy.found_after(&self.reach, member.order, why).await,
            },
        }
    }

    /// Returns the outcome that an answer tells of.
    async fn meant(&self, member: &Member<'_>, answer: &Answer) -> Outcome {
        match (&member.freight, end_of(answer, true)) {
            (Freight::Process(_), Some(end)) => {
                self.outcome(member.order, &member.environment, end, true).await
            }
            (Freight::Copy(copy), _) => copy.outcome(answer.clone()),
            (Freight::Process(_), None) => {
                let odd = || Outcome::Unknown { why: format!("its shell answered {answer:?}") };
                answer.refusal().map_or_else(odd, |why| refused(why.to_owned()))
            }
        }
    }

    /// Says that the order whose turn it is has come to `outcome`.
    fn conclude(
        &self,
        bundle: &mut Bundle<'_>,
        since: Instant,
        outcome: Outcome,
        tell: Tell<'_>,
    ) -> Then {
        let went_well = matches!(outcome, Outcome::Succeeded { .. });
        if let Some(member) = bundle.members.get_mut(bundle.ended) {
            let sink = member.sink.take();
            tell(ending(member, sink, since, outcome));
            bundle.ended += 1;
            if !bundle.known.is_new() {
                bundle.known = Beginning::Sent;
            }
        }
        if went_well { Then::Asks } else { Then::Doubts }
    }
}

fn ending(member: &Member<'_>, sink: Option<Sink>, since: Instant, outcome: Outcome) -> Ending {
    let report = Report {
        took_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..Report::unseen(without_secrets(outcome, &member.environment))
    };
    Ending::Ended(match sink {
        Some(sink) => sink.conclude(report),
        None => report,
    })
}

/// Returns what a shell is told before the bytes of the copies.
fn said_to(members: &[Member<'_>]) -> Zeroizing<String> {
    let last = members.iter().rposition(|it| it.copy().is_some());
    let texts = members.iter().enumerate().map(|(position, it)| {
        let journal = &it.task.journal;
        let text = match &it.freight {
            Freight::Process(effect) => journal.in_bundle(effect, &it.environment),
            Freight::Copy(copy) => copy.in_bundle(journal, Some(position) == last),
        };
        (journal, text.unwrap_or_default())
    });
    text::bundle(&texts.collect::<Vec<_>>())
}

async fn until_done(future: &mut Option<Later<'_, ()>>) {
    match future {
        Some(future) => future.await,
        None => pending().await,
    }
}

/// Waits until one of the orders from the `first`th on is not to begin, and returns which. Those behind
/// another one have no time of their own: no shell begins them for long.
async fn unwanted(members: &[Member<'_>], first: usize) -> usize {
    let waits = members.iter().enumerate().skip(first);
    let mut waits: Vec<_> =
        waits.map(|(order, it)| (order, Box::pin(not_to_begin(order, it.cancel)))).collect();
    poll_fn(|cx| {
        let mut ready = waits.iter_mut().filter_map(|(order, it)| match it.as_mut().poll(cx) {
            Poll::Ready(()) => Some(*order),
            Poll::Pending => None,
        });
        ready.next().map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

async fn not_to_begin(order: usize, cancel: &Cancel) {
    if order == 0 {
        let _why = cancel.not_to_begin().await;
    } else {
        let _who = cancel.unwanted().await;
    }
}

impl<'a> Member<'a> {
    fn copy(&self) -> Option<&Copy<'a>> {
        match &self.freight {
            Freight::Copy(copy) => Some(copy),
            Freight::Process(_) => None,
        }
    }

    /// Returns a later look at what it has written since. Copies write nothing.
    fn look<'m>(&'m self, sink: Option<&Option<Sink>>, release: bool) -> Later<'m, Seen> {
        let from = sink.and_then(Option::as_ref).map_or(0, Sink::taken);
        match self.freight {
            Freight::Process(_) => Box::pin(self.task.look_later(Program::Shell, from, release)),
            Freight::Copy(_) => Box::pin(pending()),
        }
    }

    /// Waits for a reason to stop it, and returns it. A computer that never begins it is not waited
    /// for longer than for its end.
    async fn strike_wanted(&self, way: &Way) -> String {
        let late = way.begun.unwrap_or(way.since) + self.task.limit;
        tokio::select! {
            () = tokio::time::sleep_until(late) => format!("it took longer than its {} seconds", self.task.limit.as_secs()),
            who = self.cancel.stopped() => format!("it was stopped by {who}"),
        }
    }
}
