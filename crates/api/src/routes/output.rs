//! Outputs: what an order has printed, and what it prints while it runs.

use super::{Noes, Path, Query};
use crate::caller::Caller;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, Stream};
use model::order::OrderId;
use reception::{Followed, Reception, Visitor};
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use utoipa::IntoParams;

/// How often a running order's output is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// The most bytes of an output that are sent as one piece.
const PIECE_BYTES_MAX: usize = 256 * 1024;

/// Look at what an order has printed
///
/// Redacted as it was kept. Orders are carried out by servers and workers, and each keeps what its
/// own have printed.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/output/{*order}", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("order" = String, Path, description = "The order, such as `site/B03/pc-17/install#2`."),
    ),
    responses((status = 200, description = "What it has printed.", body = String, content_type = "text/plain"), Noes))]
pub(crate) async fn output(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path((deployment, order)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let id = OrderId(order.as_str().into());
    let kept = reception.output(&followed, &id).await?;
    let kept =
        kept.ok_or_else(|| Problem::unknown(format!("no output of {order} is kept here")))?;
    let text = String::from_utf8_lossy(&kept).into_owned();
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// From where on it is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// How many bytes of it are known already.
    from: usize,
}

/// An order whose output is followed.
struct Followers {
    reception: Arc<Reception>,
    visitor: Visitor,
    followed: Arc<Followed>,
    order: OrderId,
    sent: usize,
    next: VecDeque<Sent>,
    has_ended: bool,
}

/// Follow what an order prints
///
/// Sends each piece as it is printed, as JSON text, with the number of bytes so far as the id; and
/// `end` once the order has ended and all is sent. Whoever comes back with `Last-Event-ID` is sent
/// what was printed meanwhile.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/output-events/{*order}", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("order" = String, Path, description = "The order, such as `site/B03/pc-17/install#2`."),
        ("Last-Event-ID" = Option<String>, Header, description = "The last id that was received."),
        From,
    ),
    responses((status = 200, description = "Pieces of the output, as server-sent events.", body = String, content_type = "text/event-stream"), Noes))]
pub(crate) async fn follow(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path((deployment, order)): Path<(String, String)>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    if !reception.keeps_outputs() {
        return Err(Problem::unknown("no outputs are kept here"));
    }
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok());
    let sent = last.and_then(|it| it.parse().ok()).unwrap_or(from.from);
    let order = OrderId(order.as_str().into());
    let (next, has_ended) = (VecDeque::new(), false);
    let followers = Followers { reception, visitor, followed, order, sent, next, has_ended };
    Ok(Sse::new(stream::unfold(followers, piece)).keep_alive(KeepAlive::default()))
}

/// Returns the next piece, as soon as there is one; nothing once all was sent, or whoever follows is no
/// longer admitted.
async fn piece(mut it: Followers) -> Option<(Result<Sent, Infallible>, Followers)> {
    loop {
        if let Some(sent) = it.next.pop_front() {
            let is_admitted = it.reception.still_admits(&it.visitor, &it.followed).await;
            return is_admitted.then_some((Ok(sent), it));
        }
        if it.has_ended {
            return None;
        }
        // Asked before it is read: what an order prints last is there before its end is known.
        let has_ended = !it.followed.standing().state.orders.contains_key(&it.order);
        let (from, most) = (it.sent as u64, PIECE_BYTES_MAX as u64);
        let read = it.reception.output_from(&it.followed, &it.order, from, most).await.ok()?;
        let is_cut = read.len() == PIECE_BYTES_MAX;
        it.has_ended = has_ended && !is_cut;
        let new = if it.has_ended { &read } else { whole_lines(&read, is_cut) };
        if !new.is_empty() {
            it.sent += new.len();
            let text = String::from_utf8_lossy(new);
            let sent = Sent::default().id(it.sent.to_string()).event("output");
            it.next.push_back(sent.json_data(text).ok()?);
        }
        if it.has_ended {
            it.next.push_back(Sent::default().event("end").data("ended"));
        } else if it.next.is_empty() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Returns the whole lines at the beginning of `read`; a line that is longer than a piece is sent in several.
fn whole_lines(read: &[u8], is_cut: bool) -> &[u8] {
    match read.iter().rposition(|it| *it == b'\n') {
        Some(last) => read.get(..=last).unwrap_or_default(),
        None if is_cut => read,
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sent_whole_unless_one_is_longer_than_a_piece() {
        for (read, is_cut, sent) in [
            ("one\ntw", false, "one\n"),
            ("one\ntw", true, "one\n"),
            ("one\n", false, "one\n"),
            ("one", false, ""),
            ("one", true, "one"),
            ("", false, ""),
        ] {
            assert_eq!(whole_lines(read.as_bytes(), is_cut), sent.as_bytes(), "{read:?}");
        }
    }
}
