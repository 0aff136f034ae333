//! Pages that were made already: for each person, page and entry of the record once.
//!
//! A board of a hundred thousand sites takes a computer a moment, and many look at it at once.
//! What they are shown is made for the first who asks, and the others wait for that one. It counts
//! until the record moves on, or the minute that it says it is.

use crate::guest;
use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use reception::{Cookie, Reception};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The most pages that are kept; beyond, those of an earlier minute are forgotten, then all.
const KEPT_MAX: usize = 256;

/// The most bytes of a page that is kept.
const BYTES_MAX: usize = 1024 * 1024;

/// A page, as it was made.
#[derive(Clone)]
struct Made {
    headers: HeaderMap,
    body: Bytes,
    minute: i64,
}

/// Where one page of one person is kept once it is made; whoever makes it holds the lock.
type Place = Arc<tokio::sync::Mutex<Option<(u64, Made)>>>;

static PAGES: LazyLock<Mutex<HashMap<String, Place>>> = LazyLock::new(Mutex::default);

/// Answers with the page as it was made, where nothing has happened since; else has it made.
pub(crate) async fn kept(
    State(reception): State<Arc<Reception>>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let deployment = params.iter().find(|(name, _)| *name == "deployment").map(|(_, it)| it);
    let (parts, body) = request.into_parts();
    let asked = asked(&reception, deployment, &parts).await;
    let request = Request::from_parts(parts, body);
    let Some((name, seq, minute)) = asked else { return next.run(request).await };
    let place = place(name, minute);
    let mut page = place.lock().await;
    if let Some((of, made)) = &*page
        && *of == seq
        && made.minute == minute
    {
        return (made.headers.clone(), made.body.clone()).into_response();
    }
    let response = next.run(request).await;
    let is_small = response.body().size_hint().exact().is_some_and(|it| it <= BYTES_MAX as u64);
    if response.status() != StatusCode::OK || !is_small {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let made = Made { headers: parts.headers.clone(), body: body.clone(), minute };
    *page = Some((seq, made));
    Response::from_parts(parts, Body::from(body))
}

/// Returns how the page is named that is asked for, the entry up to which it is made, and the
/// minute; nothing where it is made each time.
async fn asked(
    reception: &Reception,
    deployment: Option<&str>,
    request: &Parts,
) -> Option<(String, u64, i64)> {
    // What somebody has just done is told to them once.
    let is_told = request.uri.query().is_some_and(|it| it.contains("done="));
    if request.method != Method::GET || is_told {
        return None;
    }
    let secret = guest::kept(&request.headers, Cookie::Session)?;
    let visitor = reception.visitor(&secret).await.ok()?;
    let followed = reception.deployment(&visitor, deployment?).await.ok()?;
    let standing = followed.standing();
    let minute = standing.now(reception.clock()).as_second().div_euclid(60);
    let name = format!("{} {} {}", visitor.binding(), standing.loss.is_some(), request.uri);
    Some((name, standing.state.seq, minute))
}

/// Returns where the page with this name is kept.
fn place(name: String, minute: i64) -> Place {
    let mut pages = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    if pages.len() >= KEPT_MAX {
        // One that is being made is of now.
        pages.retain(|_, it| {
            it.try_lock().map_or(true, |it| it.as_ref().is_some_and(|it| it.1.minute >= minute))
        });
    }
    if pages.len() >= KEPT_MAX {
        pages.clear();
    }
    pages.entry(name).or_default().clone()
}
