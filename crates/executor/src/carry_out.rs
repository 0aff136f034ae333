//! Carrying out one order, and saying what can be known of its outcome.

use crate::beginning::Beginning;
use crate::cancel::Cancel;
use crate::copy::{ASK_LIMIT, Copy};
use crate::http::{self, Check, Http};
use crate::outputs::{self, Found, Sink};
use crate::redact::Redactor;
use crate::secrets::Environment;
use crate::session::Reach;
use crate::settings::Settings;
use crate::sources::Sources;
use crate::ssh::{ConnectFailure, Pool};
use crate::task::{End, Task};
use crate::text::{Effect, Errand, Journal};
use crate::verify::Verdict;
use model::id::DeploymentId;
use model::order::{Ending, Failure, Intent, Order, OrderId, Outcome, Proof, Report, Work};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// The lines a search finds ahead of whoever reads them.
const FOUND_AHEAD: usize = 64;

/// Carries out orders, many at once. A clone shares connections and settings.
#[derive(Clone)]
pub struct Executor {
    pub(crate) inner: Arc<Inner>,
}

/// An order never began and never will, for this reason.
pub(crate) struct Withheld {
    pub(crate) why: String,
}

pub(crate) struct Inner {
    pub(crate) reach: Reach,
    pub(crate) http: Http,
    pub(crate) sources: Sources,
    #[cfg(feature = "testing")]
    pub(crate) pretends: bool,
}

impl Executor {
    /// Returns an executor without connections.
    pub fn new(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let reach = Reach { pool: Pool::new(Arc::clone(&settings)), settings };
        Self {
            inner: Arc::new(Inner {
                reach,
                http: Http::default(),
                sources: Sources::default(),
                #[cfg(feature = "testing")]
                pretends: false,
            }),
        }
    }

    /// Returns an executor that does nothing and says at once that all went well: for measuring
    /// what surrounds it.
    #[cfg(feature = "testing")]
    pub fn pretending(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let reach = Reach { pool: Pool::new(Arc::clone(&settings)), settings };
        let (http, sources) = (Http::default(), Sources::default());
        Self { inner: Arc::new(Inner { reach, http, sources, pretends: true }) }
    }

    /// Carries out an order that nobody can have begun before, and returns what became of it.
    ///
    /// Where its computer cannot be reached nothing was begun, and the order is *failed*; so it is
    /// where it was called back, or its time to begin was over, before it began.
    /// May be dropped at any time: the order goes on, and [`Self::resume`] finds it.
    pub async fn carry_out(&self, intent: &Intent, cancel: &Cancel) -> Report {
        self.inner.alone(intent.order(), cancel, Beginning::Unsent).await
    }

    /// Finds an order that may have been handed out before, or begins it, and returns what
    /// became of it.
    ///
    /// Where its computer cannot be reached nobody knows, and the order is *unknown*.
    pub async fn resume(&self, intent: &Intent, cancel: &Cancel) -> Report {
        self.inner.alone(intent.order(), cancel, Beginning::Earlier).await
    }

    /// Returns the kept output of an order, or nothing where it wrote none.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub async fn read_output(
        &self,
        deployment: &DeploymentId,
        order: &OrderId,
    ) -> io::Result<Option<Vec<u8>>> {
        let path = outputs::path_of(&self.inner.reach.settings.outputs, deployment, order);
        tokio::task::spawn_blocking(move || outputs::read(&path)).await.map_err(io::Error::other)?
    }

    /// Returns at most `most` bytes of the kept output of an order from byte `from` on: none where it
    /// has not written so far.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub async fn read_output_from(
        &self,
        deployment: &DeploymentId,
        order: &OrderId,
        from: u64,
        most: u64,
    ) -> io::Result<Vec<u8>> {
        let path = outputs::path_of(&self.inner.reach.settings.outputs, deployment, order);
        let read = tokio::task::spawn_blocking(move || outputs::read_from(&path, from, most));
        read.await.map_err(io::Error::other)?
    }

    /// Returns the lines of a deployment's kept outputs that hold `needle`, as they are found, at
    /// most `limit`.
    pub fn search_output(
        &self,
        deployment: &DeploymentId,
        needle: &str,
        limit: usize,
    ) -> mpsc::Receiver<Found> {
        let (sender, found) = mpsc::channel(FOUND_AHEAD);
        let folder = self.inner.reach.settings.outputs.join(deployment.as_str());
        let needle = needle.to_owned();
        tokio::task::spawn_blocking(move || outputs::search(&folder, &needle, limit, &sender));
        found
    }

    /// Returns how many SSH connections were opened so far.
    pub fn connections_opened(&self) -> u64 {
        self.inner.reach.pool.opened()
    }

    /// Closes all connections. Orders under way go on unwatched.
    pub async fn close(&self) {
        self.inner.reach.pool.close().await;
    }
}

impl Inner {
    async fn alone(&self, order: &Order, cancel: &Cancel, beginning: Beginning) -> Report {
        match self.carry_out(order, cancel, beginning).await {
            Ending::Ended(report) => report,
            Ending::Withheld { why } => {
                Report::unseen(Outcome::Failed { cause: Failure::NotDone { why } })
            }
        }
    }

    /// Carries out an order of whose beginning so much is known, and says what became of it.
    pub(crate) async fn carry_out(
        &self,
        order: &Order,
        cancel: &Cancel,
        beginning: Beginning,
    ) -> Ending {
        let began = Instant::now();
        let settings = &self.reach.settings;
        let environment = Environment::of(order, settings.secrets.as_ref());
        let environment = environment.unwrap_or_else(Environment::lacking);
        let mut sink = self.sink(order, &environment);
        if beginning == Beginning::Earlier {
            self.reach.reached(&order.place, cancel).await;
        }
        let outcome = match self.work(order, &environment, &mut sink, cancel, beginning).await {
            Ok(outcome) => outcome,
            Err(Withheld { why }) => return Ending::Withheld { why },
        };
        Ending::Ended(sink.conclude(Report {
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            ..Report::unseen(without_secrets(outcome, &environment))
        }))
    }

    /// Returns where the output of `order` goes.
    pub(crate) fn sink(&self, order: &Order, environment: &Environment) -> Sink {
        let outputs = &self.reach.settings.outputs;
        let path = outputs::path_of(outputs, &order.deployment, &order.id);
        Sink::new(path, redactor(environment))
    }

    async fn work(
        &self,
        order: &Order,
        environment: &Environment,
        sink: &mut Sink,
        cancel: &Cancel,
        beginning: Beginning,
    ) -> Result<Outcome, Withheld> {
        if let Some(why) = environment.lacking.clone() {
            let cause = Failure::Refused { why };
            return Ok(self.find(order, environment, cause, cancel, beginning).await);
        }
        let effect = match &order.work {
            Work::Command { argv } if argv.is_empty() => {
                return Ok(refused("a command without a program".to_owned()));
            }
            Work::Command { argv } => Effect::Command(argv),
            Work::Script { text } => Effect::Script(text),
            Work::Copy { .. } => {
                let Some(copy) = Copy::of(&order.work) else {
                    return Ok(refused("it is no copy".to_owned()));
                };
                if let Err(cause) = copy.examine(&self.sources).await {
                    return Ok(self.find(order, environment, cause, cancel, beginning).await);
                }
                let here = &self.reach.settings.journal_here;
                let journal = match Journal::of(&order.place, &order.deployment, &order.id, here) {
                    Ok(journal) => journal,
                    Err(error) => return Ok(refused(error.to_string())),
                };
                let redactor = redactor(environment);
                let task = Task { redactor, ..self.task(order, journal, Zeroizing::default()) };
                return copy.carry_out((order, &task), cancel, beginning).await;
            }
            Work::Http { url, status, contains } => {
                let check = http::check(&self.http, url, *status, contains.as_deref());
                return Ok(look(order, url, check, cancel).await);
            }
        };
        let here = &self.reach.settings.journal_here;
        let prepared = Journal::of(&order.place, &order.deployment, &order.id, here)
            .map(|journal| journal.knowing(&order.id, environment))
            .and_then(|journal| Ok((journal.begin(&effect, environment)?, journal)));
        let (text, journal) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Ok(refused(error.to_string())),
        };
        let redactor = redactor(environment);
        let task = Task { redactor, ..self.task(order, journal, text) };
        let end = task.carry_through(beginning, sink, cancel).await;
        if let End::Withheld { why } = end {
            return Err(Withheld { why });
        }
        Ok(self.outcome(order, environment, end, beginning.is_new()).await)
    }

    /// Returns what became of an order that cannot be begun from here because of `cause`. Somebody may
    /// have begun it before; what it writes cannot be redacted here, and is not kept.
    async fn find(
        &self,
        order: &Order,
        environment: &Environment,
        cause: Failure,
        cancel: &Cancel,
        beginning: Beginning,
    ) -> Outcome {
        let copy = match &order.work {
            Work::Command { .. } | Work::Script { .. } => None,
            Work::Copy { .. } => Copy::of(&order.work),
            Work::Http { .. } => return Outcome::Failed { cause },
        };
        let here = &self.reach.settings.journal_here;
        let Ok(journal) = Journal::of(&order.place, &order.deployment, &order.id, here) else {
            return Outcome::Failed { cause };
        };
        let task = self.task(order, journal, Zeroizing::default());
        let end = match task.find(beginning, cancel).await {
            Some(End::Lost { why }) => return Outcome::Unknown { why: format!("{cause}; {why}") },
            Some(end) => end,
            None => return Outcome::Failed { cause },
        };
        match (copy, end) {
            (Some(copy), End::Stopped { .. } | End::Interrupted) => {
                match copy.ask(&self.reach, order, Errand::Find, ASK_LIMIT).await {
                    Verdict::Done => Outcome::Succeeded { proof: Proof::Verified },
                    Verdict::NotDone { why } | Verdict::Unclear { why } => {
                        Outcome::Unknown { why: format!("{cause}; {why}") }
                    }
                }
            }
            (_, end) => self.outcome(order, environment, end, beginning.is_new()).await,
        }
    }

    /// Returns `order` as one that is begun by `text`.
    pub(crate) fn task<'a>(
        &'a self,
        order: &'a Order,
        journal: Journal,
        text: Zeroizing<String>,
    ) -> Task<'a> {
        let limit = Duration::from_secs(u64::from(order.time_limit_s));
        let (reach, place, redactor) = (&self.reach, &order.place, Redactor::of_nothing());
        Task { reach, place, journal, text, limit, redactor }
    }

    /// Turns what can be known of an order's end into its outcome, asking `verify` where the end
    /// alone does not tell.
    pub(crate) async fn outcome(
        &self,
        order: &Order,
        environment: &Environment,
        end: End,
        is_new: bool,
    ) -> Outcome {
        match end {
            End::Ended { code: 0, watched: true } => Outcome::Succeeded { proof: Proof::Watched },
            End::Ended { code: 0, watched: false } => Outcome::Succeeded { proof: Proof::Journal },
            End::Ended { code, .. } => Outcome::Failed { cause: Failure::Exit { code } },
            End::Never { why } | End::Withheld { why } => {
                Outcome::Failed { cause: Failure::NotDone { why } }
            }
            End::Refused { why } => refused(why),
            End::Unreached(failure) if is_new => Outcome::Failed { cause: failure.into() },
            End::Unreached(failure) => Outcome::Unknown {
                why: format!("it was handed out before, and cannot be asked after: {failure}"),
            },
            End::Lost { why } => Outcome::Unknown { why },
            End::Stopped { why } => match self.verdict(order, environment).await {
                Some(Verdict::Done) => Outcome::Succeeded { proof: Proof::Verified },
                Some(Verdict::NotDone { .. }) => {
                    Outcome::Failed { cause: Failure::NotDone { why } }
                }
                Some(Verdict::Unclear { why: unclear }) => Outcome::Unknown {
                    why: format!("{why}; its verify gave no verdict: {unclear}"),
                },
                None => Outcome::Unknown { why: format!("{why}; it has no verify to ask") },
            },
            End::Interrupted => {
                let why = "it left no end on its computer: it was interrupted, or the computer was restarted before it began";
                match self.verdict(order, environment).await {
                    Some(Verdict::Done) => Outcome::Succeeded { proof: Proof::Verified },
                    Some(Verdict::NotDone { why: found }) => Outcome::Unknown {
                        why: format!("{why}; its verify says that it is not done: {found}"),
                    },
                    Some(Verdict::Unclear { why: unclear }) => Outcome::Unknown {
                        why: format!("{why}; its verify gave no verdict: {unclear}"),
                    },
                    None => Outcome::Unknown { why: format!("{why}; it has no verify to ask") },
                }
            }
        }
    }

    async fn verdict(&self, order: &Order, environment: &Environment) -> Option<Verdict> {
        Some(self.ask_verify(order, order.verify.as_ref()?, environment).await)
    }
}

/// Returns that an order could not be carried out as written.
pub(crate) fn refused(why: String) -> Outcome {
    Outcome::Failed { cause: Failure::Refused { why } }
}

async fn look(
    order: &Order,
    url: &str,
    check: impl Future<Output = Check>,
    cancel: &Cancel,
) -> Outcome {
    let limit = Duration::from_secs(u64::from(order.time_limit_s));
    tokio::select! {
        check = check => checked(check),
        () = tokio::time::sleep(limit) => {
            check_failed(format!("{url} gave no answer within {} seconds", order.time_limit_s))
        }
        who = cancel.stopped() => check_failed(format!("it was stopped by {who}")),
    }
}

fn check_failed(why: String) -> Outcome {
    Outcome::Failed { cause: Failure::Check { why } }
}

fn checked(check: Check) -> Outcome {
    match check {
        Check::Passed => Outcome::Succeeded { proof: Proof::Watched },
        Check::Other { why } | Check::NoAnswer { why } => check_failed(why),
    }
}

/// Returns what keeps the secrets of `environment` out of whatever is kept.
pub(crate) fn redactor(environment: &Environment) -> Redactor {
    Redactor::of(environment.secret.iter().map(|it| it.as_str()))
}

/// A shell that cannot read a line repeats it, and an address may be built from a secret: what is
/// said of an outcome is redacted as output is.
pub(crate) fn without_secrets(outcome: Outcome, environment: &Environment) -> Outcome {
    let clean = |why: String| {
        String::from_utf8_lossy(&redactor(environment).clean(why.as_bytes())).into_owned()
    };
    let cause = match outcome {
        Outcome::Succeeded { proof } => return Outcome::Succeeded { proof },
        Outcome::Unknown { why } => return Outcome::Unknown { why: clean(why) },
        Outcome::Failed { cause } => cause,
    };
    let cause = match cause {
        Failure::Exit { code } => Failure::Exit { code },
        Failure::Unreachable { why } => Failure::Unreachable { why: clean(why) },
        Failure::HostKey { why } => Failure::HostKey { why: clean(why) },
        Failure::NotDone { why } => Failure::NotDone { why: clean(why) },
        Failure::Digest { why } => Failure::Digest { why: clean(why) },
        Failure::Check { why } => Failure::Check { why: clean(why) },
        Failure::Refused { why } => Failure::Refused { why: clean(why) },
        Failure::Attested { why } => Failure::Attested { why: clean(why) },
    };
    Outcome::Failed { cause }
}

impl From<ConnectFailure> for Failure {
    fn from(failure: ConnectFailure) -> Self {
        match failure {
            ConnectFailure::Unreachable { why } => Self::Unreachable { why },
            ConnectFailure::HostKey { why } => Self::HostKey { why },
            ConnectFailure::Refused { why } => Self::Refused { why },
        }
    }
}
