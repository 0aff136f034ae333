//! Folding the record: from its entries to where the deployment stands.

use crate::error::CommandError;
use crate::parsing::{Parsed, Parsing};
use crate::sealing;
use futures::future;
use jiff::Timestamp;
use model::digest::Digest;
use model::event::{Entry, Event};
use model::id::{DeploymentId, Seq, sharing_names};
use model::plan::MasterProjectPlan;
use model::state::State;
use model::state_index::StateIndex;
use record::{Head, Record, Snapshot, chain};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

/// How many entries are read at once: some megabytes.
const PAGE: u32 = 5_000;

/// How many of these are parsed, or read to be, while one is folded.
const AHEAD: usize = 3;

/// How many entries may follow the newest snapshot before another one is worth its place, at least.
const SNAPSHOT_EVERY: Seq = 20_000;

/// Returns how many entries may follow the newest snapshot of `state` before another one is worth its
/// place: it costs the more, the more sites there are.
pub(crate) fn snapshot_every(state: &State) -> Seq {
    SNAPSHOT_EVERY.max(state.sites.len() as Seq)
}

/// A moment of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After this entry.
    Seq(Seq),
    /// After the last entry that was written by then.
    Time(Timestamp),
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seq(seq) => write!(f, "entry {seq}"),
            Self::Time(time) => time.fmt(f),
        }
    }
}

/// A folded record.
pub(crate) struct Folded {
    pub(crate) state: State,
    pub(crate) head: Head,
    pub(crate) snapshot_seq: Seq,
}

/// Returns the deployment as its record says, from the newest snapshot on.
///
/// # Errors
///
/// When the record cannot be read, or says what cannot have happened.
pub(crate) async fn fold(
    record: &dyn Record,
    deployment: &DeploymentId,
) -> Result<Folded, CommandError> {
    let mut last = None;
    if let Some(snapshot) = record.snapshot(deployment).await? {
        last = restored(record, &snapshot).await?;
    }
    let snapshot_seq = last.as_ref().map_or(0, |(state, _): &(State, Digest)| state.seq);
    loop {
        // The head is read first: entries after it are read at the next catching up.
        let head = record.head(deployment).await?;
        let state = follow(record, deployment, last, head.seq, |_, _| true).await?;
        let Some((state, hash)) = state else {
            return Err(record::RecordError::Unknown { deployment: deployment.clone() }.into());
        };
        if state.seq == head.seq {
            leads_to(deployment, &hash, &head)?;
            return Ok(Folded { state, head, snapshot_seq });
        }
        last = Some((state, hash));
    }
}

/// Returns an error where the chain of the entries that were folded, which ends with `hash`, is not that of
/// the head: what is folded is what the checkpoint vouches for.
///
/// # Errors
///
/// Then.
pub(crate) fn leads_to(
    deployment: &DeploymentId,
    hash: &Digest,
    head: &Head,
) -> Result<(), CommandError> {
    if *hash == head.hash {
        return Ok(());
    }
    let what = format!("entry {} of {deployment} is not the one that its head names", head.seq);
    Err(record::RecordError::Corrupt { what }.into())
}

/// Returns the deployment as it stood at `moment`, as its entries from the first one on say.
///
/// # Errors
///
/// As [`fold`]; [`CommandError::NotThereYet`] for a moment before its first entry.
pub async fn state_at(
    record: &dyn Record,
    deployment: &DeploymentId,
    moment: Moment,
) -> Result<State, CommandError> {
    let end = match moment {
        Moment::Seq(seq) => seq,
        Moment::Time(_) => Seq::MAX,
    };
    let is_within = |_: Option<&(State, Digest)>, entry: &Entry| match moment {
        Moment::Seq(_) => true,
        Moment::Time(time) => entry.at <= time,
    };
    let state = follow(record, deployment, None, end, is_within).await?;
    let not_yet = || CommandError::NotThereYet { deployment: deployment.clone(), moment };
    Ok(state.ok_or_else(not_yet)?.0)
}

/// Returns the state of `snapshot`, and the chain's hash there; nothing where an earlier program wrote
/// it in another way: the entries always read.
async fn restored(
    record: &dyn Record,
    snapshot: &Snapshot,
) -> Result<Option<(State, Digest)>, CommandError> {
    let Some(digest) = model::snapshot::plan_of(&snapshot.bytes) else { return Ok(None) };
    let content = content(record, digest).await?;
    // State and plan are of a size: each is read by a thread of its own. What is private of people is
    // in no index.
    let (state, plan) = std::thread::scope(|scope| {
        let state = scope.spawn(|| State::from_snapshot(&snapshot.bytes));
        let plan = parsed_plan(&content).map(|it| (StateIndex::of(&it), it));
        (state.join().unwrap_or_else(|it| std::panic::resume_unwind(it)), plan)
    });
    let (index, plan) = plan?;
    let plan = opened(record, plan).await?;
    let Some(mut state) = state else { return Ok(None) };
    let openings = sealing::openings(record, &state.commitments()).await?;
    if !openings.is_empty() {
        state.open(&openings);
    }
    Ok(Some((state.with_indexed_plan(plan, index), snapshot.hash)))
}

/// Returns the deployment as its whole record says, from the first entry on, and has each entry
/// noted with the state that it led to and the chain's hash of it.
///
/// # Errors
///
/// When the record cannot be read, or says what cannot have happened.
pub async fn read_through(
    record: &dyn Record,
    deployment: &DeploymentId,
    noted: &mut (dyn FnMut(&State, &Entry, Digest) + Send),
) -> Result<State, CommandError> {
    let head = record.head(deployment).await?;
    let mut last: Option<Entry> = None;
    let note = |came_to: Option<&(State, Digest)>, next: &Entry| {
        if let (Some((state, hash)), Some(entry)) = (came_to, last.replace(next.clone())) {
            noted(state, &entry, *hash);
        }
        true
    };
    let state = follow(record, deployment, None, head.seq, note).await?;
    let unknown = || record::RecordError::Unknown { deployment: deployment.clone() };
    let (state, hash) = state.ok_or_else(unknown)?;
    if let Some(entry) = last {
        noted(&state, &entry, hash);
    }
    Ok(state)
}

/// Moves `last` on by the entries up to `end`, as long as `goes_on` says so: it is told of each, and of
/// the state in which it is about to happen with the chain's hash there.
pub(crate) async fn follow(
    record: &dyn Record,
    deployment: &DeploymentId,
    last: Option<(State, Digest)>,
    end: Seq,
    mut goes_on: impl FnMut(Option<&(State, Digest)>, &Entry) -> bool,
) -> Result<Option<(State, Digest)>, CommandError> {
    let mut folding = Folding { record, deployment, last };
    let page = |after: Seq| {
        let left = u32::try_from(end.saturating_sub(after)).unwrap_or(PAGE).min(PAGE);
        async move { if left == 0 { Ok(None) } else { record.stretch(deployment, after, left).await } }
    };
    let mut known = (folding.seq(), folding.hash());
    let mut parsing: VecDeque<Parsing> = VecDeque::with_capacity(AHEAD);
    let mut is_read = false;
    while !(is_read && parsing.is_empty()) {
        let is_due = is_read || parsing.len() == AHEAD;
        let parsed = match parsing.pop_front_if(|_| is_due) {
            Some(parsing) => Some(parsing.parsed().await),
            None => None,
        };
        // While one stretch is folded those after it are parsed, and another one is read.
        let reading = async { if is_read { Ok(None) } else { page(known.0).await } };
        let (read, went_on) = future::join(reading, folding.take(parsed, &mut goes_on)).await;
        if !went_on? {
            break;
        }
        match read? {
            Some(stretch) => {
                let next = (stretch.last, stretch.hash);
                parsing.push_back(Parsing::begin(stretch, known, Seq::from(PAGE)));
                known = next;
            }
            None => is_read = true,
        }
    }
    Ok(folding.last)
}

/// A record on its way to a state.
struct Folding<'a> {
    record: &'a dyn Record,
    deployment: &'a DeploymentId,
    /// The state so far, and the chain's hash there.
    last: Option<(State, Digest)>,
}

impl Folding<'_> {
    fn seq(&self) -> Seq {
        self.last.as_ref().map_or(0, |(state, _)| state.seq)
    }

    fn hash(&self) -> Digest {
        self.last.as_ref().map_or_else(chain::beginning, |(_, hash)| *hash)
    }

    /// Moves on by the entries of `stretch`, where there is one. Returns whether `goes_on` said so of
    /// all of them.
    async fn take(
        &mut self,
        stretch: Option<Parsed>,
        goes_on: &mut impl FnMut(Option<&(State, Digest)>, &Entry) -> bool,
    ) -> Result<bool, CommandError> {
        let Some(stretch) = stretch else { return Ok(true) };
        if !stretch.holds() {
            return Err(self.first_wrong(stretch.follows, stretch.last).await);
        }
        let Parsed { hashes, mut entries, .. } = stretch;
        let reports = entries.iter_mut().filter_map(|it| it.as_mut().ok()).collect();
        sealing::open_reports(self.record, reports).await?;
        for (entry, hash) in entries.into_iter().zip(hashes) {
            let entry = entry?;
            if !goes_on(self.last.as_ref(), &entry) {
                return Ok(false);
            }
            self.evolve(&entry, hash).await?;
        }
        Ok(true)
    }

    async fn evolve(&mut self, entry: &Entry, hash: Digest) -> Result<(), CommandError> {
        let mut new_plan = None;
        if let Event::DeploymentCreated { plan: digest, .. }
        | Event::PlanRevised { plan: digest, .. } = &entry.event
        {
            new_plan = Some(plan(self.record, *digest).await?);
        }
        let impossible = |source| CommandError::Impossible { seq: entry.seq, source };
        match (&mut self.last, new_plan) {
            (Some((state, last)), new_plan) => {
                state.evolve(entry, new_plan).map_err(impossible)?;
                *last = hash;
            }
            (None, Some(plan)) => {
                self.last = Some((State::begin(entry, plan).map_err(impossible)?, hash));
            }
            (None, None) => {
                let why = "it comes before the creation of the deployment".to_owned();
                return Err(impossible(model::evolve::Impossible::Order { why }));
            }
        }
        Ok(())
    }

    /// Returns an error that names the first entry up to `end` that does not follow the one before it,
    /// whose hash is `follows`.
    async fn first_wrong(&self, mut follows: Digest, end: Seq) -> CommandError {
        let after = self.seq();
        let many = u32::try_from(end - after).unwrap_or(u32::MAX);
        let stored = match self.record.read(self.deployment, after, many).await {
            Ok(stored) => stored,
            Err(error) => return error.into(),
        };
        let mut expected = after + 1..;
        let wrong = stored.iter().find(|it| {
            follows = chain::link(&follows, &it.body);
            expected.next() != Some(it.seq) || follows != it.hash
        });
        let seq = wrong.map_or(end, |it| it.seq);
        let what = format!("entry {seq} of {} does not follow what was read", self.deployment);
        record::RecordError::Corrupt { what }.into()
    }
}

/// Returns `plan` with its people as far as they are known.
async fn opened(
    record: &dyn Record,
    mut plan: MasterProjectPlan,
) -> Result<Arc<MasterProjectPlan>, CommandError> {
    plan.open(&sealing::openings(record, &plan.commitments()).await?);
    Ok(Arc::new(plan))
}

/// Returns the plan with this digest, from beside the record.
///
/// # Errors
///
/// When it is not there or cannot be read.
pub(crate) async fn plan(
    record: &dyn Record,
    digest: Digest,
) -> Result<Arc<MasterProjectPlan>, CommandError> {
    let plan = parsed_plan(&content(record, digest).await?)?;
    opened(record, plan).await
}

async fn content(record: &dyn Record, digest: Digest) -> Result<Vec<u8>, CommandError> {
    record.content(&digest).await?.ok_or(CommandError::NoPlan { digest })
}

fn parsed_plan(bytes: &[u8]) -> Result<MasterProjectPlan, CommandError> {
    let plan = sharing_names(|| serde_json::from_slice(bytes));
    plan.map_err(|source| CommandError::Unreadable { seq: 0, source })
}
