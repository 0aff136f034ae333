//! Entries of the record: a page of them, one, and each new one as it is written.

use super::{Json, Noes, Path};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{AsOf, ListOf, Page};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures::stream::{self, Stream};
use model::event::Entry;
use model::id::Seq;
use reception::{Followed, Reception, Visitor};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use views::board::EntryLine;
use views::entry_list::EntryAt;

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
    text.parse().map_err(|_| Problem::invalid("`Last-Event-ID` is the number of an entry"))
}

/// How the list of entries is asked.
type EntriesWanted = ListOf<EntryAt>;

/// List the entries of the record
///
/// The oldest first, or with `order=-seq` the newest. A page of filtered entries may have fewer than
/// `limit`, or none, where it took long to find them: `next` goes on looking.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/entries", tag = "record",
    params(("deployment" = String, Path, description = "The deployment."), EntriesWanted, AsOf),
    responses((status = 200, description = "A page of entries.", body = EntriesBody), Noes))]
pub(crate) async fn entries(sight: Sight, wanted: EntriesWanted) -> Result<Response, Problem> {
    let found = sight.followed.listed(sight.state(), wanted.wanted()).await?;
    let page = Page::of(found, |it| it.line).up_to(sight.state().seq);
    Ok(sight.answer(Json(page)))
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
    reception: Arc<Reception>,
    visitor: Visitor,
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
    let read = VecDeque::new();
    let listener = Listener { reception, visitor, followed, changes, sent, read };
    Ok(Sse::new(stream::unfold(listener, next)).keep_alive(KeepAlive::default()))
}

/// Returns the next entry for a listener, as soon as there is one; nothing once it cannot be read, or the
/// listener is no longer admitted.
async fn next(mut it: Listener) -> Option<(Result<Sent, Infallible>, Listener)> {
    while it.read.is_empty() {
        let here = it.changes.borrow_and_update().state.seq;
        if here > it.sent {
            it.read = it.followed.entries(it.sent, EVENTS_AT_ONCE).await.ok()?.into();
            continue;
        }
        it.changes.changed().await.ok()?;
    }
    if !it.reception.still_admits(&it.visitor, &it.followed).await {
        return None;
    }
    let entry = it.read.pop_front()?;
    it.sent = entry.seq;
    let standing = it.followed.standing();
    let line = EntryLine::of(&standing.state, &entry);
    let sent = Sent::default().id(entry.seq.to_string()).event("entry").json_data(&line).ok()?;
    Some((Ok(sent), it))
}
