//! Folding the record: from its entries to where the deployment stands.

use crate::entries::parse;
use crate::error::CommandError;
use jiff::Timestamp;
use model::digest::Digest;
use model::event::Event;
use model::id::{DeploymentId, Seq};
use model::plan::MasterProjectPlan;
use model::state::State;
use record::{Head, Record, Snapshot, chain};
use std::sync::Arc;

/// How many entries are read at once: some megabytes.
const PAGE: u32 = 5_000;

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
        let state = follow(record, deployment, last, head.seq, |_| true).await?;
        let Some((state, hash)) = state else {
            return Err(record::RecordError::Unknown { deployment: deployment.clone() }.into());
        };
        if state.seq == head.seq {
            let head = Head { hash, ..head };
            return Ok(Folded { state, head, snapshot_seq });
        }
        last = Some((state, hash));
    }
}

/// Returns the deployment as it stood at `moment`.
///
/// # Errors
///
/// As [`fold`].
pub(crate) async fn fold_until(
    record: &dyn Record,
    deployment: &DeploymentId,
    moment: Moment,
) -> Result<State, CommandError> {
    let end = match moment {
        Moment::Seq(seq) => seq,
        Moment::Time(_) => Seq::MAX,
    };
    let is_within = |entry: &model::event::Entry| match moment {
        Moment::Seq(_) => true,
        Moment::Time(time) => entry.at <= time,
    };
    let state = follow(record, deployment, None, end, is_within).await?;
    let unknown = || record::RecordError::Unknown { deployment: deployment.clone() };
    Ok(state.ok_or_else(unknown)?.0)
}

async fn restored(
    record: &dyn Record,
    snapshot: &Snapshot,
) -> Result<Option<(State, Digest)>, CommandError> {
    // A snapshot of an older program may not read; the entries always do.
    let Ok(state) = serde_json::from_slice::<State>(&snapshot.bytes) else { return Ok(None) };
    let plan = plan(record, state.plan_digest).await?;
    Ok(Some((state.with_plan(plan), snapshot.hash)))
}

/// Moves `last` on by the entries up to `end`, as long as `is_within` says so.
pub(crate) async fn follow(
    record: &dyn Record,
    deployment: &DeploymentId,
    mut last: Option<(State, Digest)>,
    end: Seq,
    is_within: impl Fn(&model::event::Entry) -> bool,
) -> Result<Option<(State, Digest)>, CommandError> {
    loop {
        let after = last.as_ref().map_or(0, |(state, _)| state.seq);
        if after >= end {
            return Ok(last);
        }
        let left = u32::try_from(end - after).unwrap_or(PAGE).min(PAGE);
        let stored = record.read(deployment, after, left).await?;
        if stored.is_empty() {
            return Ok(last);
        }
        for stored in &stored {
            let entry = parse(stored)?;
            let follows = last.as_ref().map_or_else(chain::beginning, |(_, hash)| *hash);
            if chain::link(&follows, &stored.body) != stored.hash {
                let what =
                    format!("entry {} of {deployment} does not follow what was read", entry.seq);
                return Err(record::RecordError::Corrupt { what }.into());
            }
            if !is_within(&entry) {
                return Ok(last);
            }
            let mut new_plan = None;
            if let Event::DeploymentCreated { plan: digest, .. }
            | Event::PlanRevised { plan: digest, .. } = &entry.event
            {
                new_plan = Some(plan(record, *digest).await?);
            }
            let impossible = |source| CommandError::Impossible { seq: entry.seq, source };
            match (&mut last, new_plan) {
                (Some((state, hash)), new_plan) => {
                    state.evolve(&entry, new_plan).map_err(impossible)?;
                    *hash = stored.hash;
                }
                (None, Some(plan)) => {
                    let state = State::begin(&entry, plan).map_err(impossible)?;
                    last = Some((state, stored.hash));
                }
                (None, None) => {
                    let why = "it comes before the creation of the deployment".to_owned();
                    return Err(impossible(model::evolve::Impossible::Order { why }));
                }
            }
        }
    }
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
    let bytes = record.content(&digest).await?.ok_or(CommandError::NoPlan { digest })?;
    let plan = serde_json::from_slice(&bytes);
    let plan = plan.map_err(|source| CommandError::Unreadable { seq: 0, source })?;
    Ok(Arc::new(plan))
}
