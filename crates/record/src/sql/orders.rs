//! The order queue in a database.
//!
//! Everywhere the order's own row is taken first and the ticket last, so that an
//! order's tokens rise in the order in which its grants are committed, and nobody
//! waits for a row while others wait for his ticket.

use super::link::{Link, Row};
use super::rows::Rows;
use super::{now_us, text};
use crate::error::RecordError;
use crate::memory::end_of_lease;
use crate::queue::{OpenOrder, OrderState, Receipt, Reported};
use model::id::{DeploymentId, Seq};
use model::order::{Intent, Order, OrderId, Report};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::time::Duration;

/// Returns the last of `count` fresh tickets, each greater than any before in this database.
pub(super) async fn take_tickets(link: &mut Link<'_>, count: u64) -> Result<u64, RecordError> {
    match link.row(text::TAKE_TICKETS, &[count.into()]).await? {
        Some(mut row) => row.number(),
        None => Err(RecordError::corrupt("the counter of tickets is gone")),
    }
}

/// Returns what is stored as JSON.
pub(super) fn from_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, RecordError> {
    serde_json::from_str(text)
        .map_err(|error| RecordError::corrupt(format!("{what} cannot be read: {error}")))
}

/// Returns `value` as it is stored.
pub(super) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("because orders and reports have text keys only")
}

/// An order that is granted in this transaction, and waits for its token.
pub(super) struct Granted {
    pub(super) number: u64,
    pub(super) intent: Seq,
    pub(super) order: Order,
}

impl Granted {
    pub(super) fn read(row: &mut Row) -> Result<Self, RecordError> {
        let (number, intent) = (row.number()?, row.number()?);
        Ok(Self { number, intent, order: from_json("an order", &row.text()?)? })
    }
}

/// Gives each of these orders its token, the first one `first`, and returns the licences.
pub(super) async fn give_tokens(
    link: &mut Link<'_>,
    granted: Vec<Granted>,
    first: u64,
) -> Result<Vec<Intent>, RecordError> {
    let mut tokens = Rows::tuples(text::SET_TOKENS, vec![]);
    for (token, it) in (first..).zip(&granted) {
        tokens.push([it.number.into(), token.into()]);
    }
    tokens.run(link).await?;
    let licence = |(token, it): (u64, Granted)| Intent::recorded(it.order, it.intent, token);
    Ok((first..).zip(granted).map(licence).collect())
}

pub(super) async fn claim(
    link: &mut Link<'_>,
    worker: &str,
    limit: u32,
    lease: Duration,
) -> Result<Vec<Intent>, RecordError> {
    let until = end_of_lease(now_us(link).await?, lease);
    let claim = link.choose(text::CLAIM_SQLITE, text::CLAIM_POSTGRES);
    let mut rows =
        link.rows(claim, &[worker.into(), until.into(), i64::from(limit).into()]).await?;
    let mut granted = rows.iter_mut().map(Granted::read).collect::<Result<Vec<_>, _>>()?;
    if granted.is_empty() {
        return Ok(Vec::new());
    }
    granted.sort_by_key(|it| it.number);
    let count = granted.len() as u64;
    let last = take_tickets(link, count).await?;
    give_tokens(link, granted, last + 1 - count).await
}

pub(super) async fn renew(
    link: &mut Link<'_>,
    worker: &str,
    tokens: &[u64],
    lease: Duration,
) -> Result<Vec<u64>, RecordError> {
    let now_us = now_us(link).await?;
    let until = end_of_lease(now_us, lease);
    // In order, so that two renewals never wait for each other in a circle.
    let tokens: BTreeSet<u64> = tokens.iter().copied().collect();
    let mut list = Rows::list(text::RENEW, vec![until.into(), worker.into(), now_us.into()]);
    tokens.iter().for_each(|it| list.push([(*it).into()]));
    let rows = list.fetch(link).await?;
    let mut kept = rows.into_iter().map(|mut row| row.number()).collect::<Result<Vec<u64>, _>>()?;
    kept.sort_unstable();
    Ok(kept)
}

pub(super) async fn report(
    link: &mut Link<'_>,
    reports: &[Reported],
) -> Result<Vec<Receipt>, RecordError> {
    type Key<'a> = (&'a str, &'a str, u64);
    fn key(it: &Reported) -> Key<'_> {
        (it.deployment.as_str(), &it.order.0, it.token)
    }
    let bodies: Vec<String> = reports.iter().map(|it| to_json(&it.report)).collect();
    let now_us = now_us(link).await?;
    let mut news = Rows::tuples(text::REPORT, vec![now_us.into()]);
    let mut asked = Rows::tuples(text::COUNTED, vec![]);
    let mut seen = BTreeSet::new();
    for (it, body) in reports.iter().zip(&bodies) {
        let (deployment, order, token) = key(it);
        // The same report twice in one call counts once: the first one.
        if seen.insert(key(it)) {
            news.push([deployment.into(), order.into(), token.into(), body.as_str().into()]);
            asked.push([deployment.into(), order.into(), token.into()]);
        }
    }
    news.run(link).await?;
    let mut counted = BTreeSet::new();
    for mut row in asked.fetch(link).await? {
        counted.insert((row.text()?, row.text()?, row.number()?));
    }
    let mut late = Rows::tuples(text::ADD_LATE_REPORTS, vec![]);
    let mut receipts = Vec::with_capacity(reports.len());
    for (it, body) in reports.iter().zip(&bodies) {
        let (deployment, order, token) = key(it);
        if counted.contains(&(deployment.to_owned(), order.to_owned(), token)) {
            receipts.push(Receipt::Accepted);
        } else {
            late.push([deployment.into(), order.into(), token.into(), body.as_str().into()]);
            receipts.push(Receipt::Late);
        }
    }
    late.run(link).await?;
    Ok(receipts)
}

/// Returns the reports that `statement` selects.
pub(super) async fn reported(
    link: &mut Link<'_>,
    statement: &'static str,
    deployment: &DeploymentId,
    limit: u32,
) -> Result<Vec<Reported>, RecordError> {
    let rows = link.rows(statement, &[deployment.as_str().into(), i64::from(limit).into()]).await?;
    if rows.is_empty() {
        super::reading::ensure_known(link, deployment).await?;
    }
    let read = |mut row: Row| {
        let (order, token) = (OrderId(row.text()?.into()), row.number()?);
        let report: Report = from_json("a report", &row.text()?)?;
        Ok(Reported { deployment: deployment.clone(), order, token, report })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn expired(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
) -> Result<Vec<OrderId>, RecordError> {
    super::reading::ensure_known(link, deployment).await?;
    let now_us = now_us(link).await?;
    let rows = link.rows(text::EXPIRED, &[deployment.as_str().into(), now_us.into()]).await?;
    rows.into_iter().map(|mut row| Ok(OrderId(row.text()?.into()))).collect()
}

pub(super) async fn unfinished(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
) -> Result<Vec<OpenOrder>, RecordError> {
    super::reading::ensure_known(link, deployment).await?;
    let rows = link.rows(text::OPEN_ORDERS, &[deployment.as_str().into()]).await?;
    let read = |mut row: Row| {
        let order: Order = from_json("an order", &row.text()?)?;
        let (intent, name, token) = (row.number()?, row.text()?, row.number()?);
        let holder = Some(row.text()?).filter(|it| !it.is_empty());
        let state = OrderState::ALL.into_iter().find(|it| it.as_str() == name);
        let state =
            state.ok_or_else(|| RecordError::corrupt(format!("order {} is `{name}`", order.id)))?;
        Ok(OpenOrder { order, intent, state, token, holder })
    };
    rows.into_iter().map(read).collect()
}
