//! Entries of the record: a page of them, one, and each new one as it is written.

use super::{Json, Noes, Path, Query};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{Page, PageOf};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures::stream::{self, Stream};
use model::event::Entry;
use model::id::Seq;
use reception::{Followed, Reception};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use views::board::EntryLine;

/// The most entries read for a listener at once.
const EVENTS_AT_ONCE: u32 = 200;

/// One entry.
#[derive(Serialize, JsonSchema)]
pub(crate) struct EntryView {
    /// As people read it.
    #[serde(flatten)]
    line: EntryLine,
    /// As the record has it.
    #[schemars(with = "serde_json::Value")]
    entry: Entry,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<EntryLine>>();
    generator.subschema_for::<EntryView>();
}

type EntriesBody = Described<Page<EntryLine>>;
type EntryBody = Described<EntryView>;

fn seq(text: Option<&str>) -> Result<Seq, Problem> {
    let Some(text) = text else { return Ok(0) };
    text.parse().map_err(|_| Problem::invalid("`after` is the number of an entry"))
}

/// List the entries of the record
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/entries", tag = "record",
    params(("deployment" = String, Path, description = "The deployment."), PageOf),
    responses((status = 200, description = "A page of entries, the oldest first.", body = EntriesBody), Noes))]
pub(crate) async fn entries(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    Query(page): Query<PageOf>,
) -> Result<Json<Page<EntryLine>>, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let after = seq(page.after.as_deref())?;
    let found = followed.entries(after, page.limit()? as u32).await?;
    let standing = followed.standing();
    let next = found.last().filter(|it| it.seq < standing.state.seq).map(|it| it.seq.to_string());
    let items = found.iter().map(|it| EntryLine::of(&standing.state, it)).collect();
    Ok(Json(Page { items, next, entry: Some(standing.state.seq) }))
}

/// Look at one entry
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/entries/{seq}", tag = "record",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("seq" = u64, Path, description = "The number of the entry."),
    ),
    responses((status = 200, description = "The entry.", body = EntryBody), Noes))]
pub(crate) async fn entry(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path((deployment, seq)): Path<(String, Seq)>,
) -> Result<Json<EntryView>, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let unknown = || Problem::unknown(format!("there is no entry {seq}"));
    let before = seq.checked_sub(1).filter(|_| seq <= followed.standing().state.seq);
    let found = followed.entries(before.ok_or_else(unknown)?, 1).await?;
    let entry = found.into_iter().next().ok_or_else(unknown)?;
    let line = EntryLine::of(&followed.standing().state, &entry);
    Ok(Json(EntryView { line, entry }))
}

/// What a listener has been sent, and what is read for it.
struct Listener {
    followed: Arc<Followed>,
    changes: tokio::sync::watch::Receiver<Arc<reception::Standing>>,
    sent: Seq,
    read: VecDeque<Entry>,
}

/// Listen to the record
///
/// Sends every new entry as it is written, with its number as the id. Whoever comes back with
/// `Last-Event-ID` is sent what was written meanwhile.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/events", tag = "record",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("Last-Event-ID" = Option<String>, Header, description = "The last entry that was received."),
    ),
    responses((status = 200, description = "Entries, as server-sent events.", body = String, content_type = "text/event-stream"), Noes))]
pub(crate) async fn events(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let changes = followed.changes();
    let here = changes.borrow().state.seq;
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok());
    let sent = seq(last)?.min(here);
    let sent = if last.is_none() { here } else { sent };
    let listener = Listener { followed, changes, sent, read: VecDeque::new() };
    Ok(Sse::new(stream::unfold(listener, next)).keep_alive(KeepAlive::default()))
}

/// Returns the next entry for a listener, as soon as there is one; nothing once it cannot be read.
async fn next(mut it: Listener) -> Option<(Result<Sent, Infallible>, Listener)> {
    while it.read.is_empty() {
        let here = it.changes.borrow_and_update().state.seq;
        if here > it.sent {
            it.read = it.followed.entries(it.sent, EVENTS_AT_ONCE).await.ok()?.into();
            continue;
        }
        it.changes.changed().await.ok()?;
    }
    let entry = it.read.pop_front()?;
    it.sent = entry.seq;
    let standing = it.followed.standing();
    let line = EntryLine::of(&standing.state, &entry);
    let sent = Sent::default().id(entry.seq.to_string()).event("entry").json_data(&line).ok()?;
    Some((Ok(sent), it))
}
