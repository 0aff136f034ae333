//! A person's calendar as other programs read it: slots and sessions of the sites that they own.

use super::Answer;
use crate::guest::Address;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use model::id::SiteId;
use notices::calendar::{Entry, Method, file, of_sites};
use reception::Reception;
use std::sync::Arc;

pub(crate) async fn calendar(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    Path(secret): Path<String>,
) -> Answer {
    let secret = secret.strip_suffix(".ics").unwrap_or(&secret);
    let visitor = reception.calendar(secret, &address).await?;
    let mut entries: Vec<Entry> = Vec::new();
    for followed in reception.deployments(&visitor).await? {
        let standing = followed.standing();
        let state = &standing.state;
        let is_own = |it: &&model::site::Site| {
            it.owner == *visitor.person() || it.deputy.as_ref() == Some(visitor.person())
        };
        let own: Vec<&SiteId> = state.plan.sites.iter().filter(is_own).map(|it| &it.id).collect();
        entries.extend(of_sites(state, &own, standing.now(reception.clock())));
    }
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((kind, [(header::CACHE_CONTROL, "no-store")], file(Method::Publish, &entries))
        .into_response())
}
