//! The order queue in a database.
//!
//! Everywhere the order's own row is taken before its ticket, so that an
//! order's tokens rise in the order in which its grants are committed, and nobody
//! waits for a row while others wait for his ticket.
//!
//! House rule: a row becomes a licence only where its seal holds; anything else may be in it.

use super::link::{Link, Row};
use super::rows::Rows;
use super::seals::Seals;
use super::{now_us, text};
use crate::error::RecordError;
use crate::key::VerifierKey;
use crate::memory::{FORGOTTEN_AFTER_US, end_of_lease, timestamp};
use crate::queue::{
    BUNDLE_MAX, Before, Claimed, Enlisted, HANDED_OUT_WITHIN, OpenOrder, OrderState, Present,
    Receipt, Renewed, Reported, Wish, beside_unknown_ending, unsealed_ending,
};
use model::id::{DeploymentId, Seq};
use model::order::{Ending, Intent, Order, OrderId};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::time::Duration;

/// Until when an order without a lease is held.
pub(super) const FOR_EVER: i64 = i64::MAX;

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

/// An order as it stands in the queue, that is granted in this transaction and waits for its token.
pub(super) struct Granted {
    pub(super) number: u64,
    pub(super) intent: Seq,
    pub(super) deployment: DeploymentId,
    pub(super) id: OrderId,
    /// The order as JSON; nothing is made of it before its seal is known to hold.
    pub(super) body: String,
}

impl Granted {
    pub(super) fn read(row: &mut Row) -> Result<Self, RecordError> {
        // Anything may stand there: an entry that there cannot be is of no seal.
        let (number, intent) = (row.number()?, row.integer()?);
        let intent = Seq::try_from(intent).unwrap_or(Seq::MAX);
        let deployment = super::reading::deployment_id(&row.text()?)?;
        Ok(Self { number, intent, deployment, id: OrderId(row.text()?.into()), body: row.text()? })
    }

    /// Returns the order, where it names the row in which it stands.
    pub(super) fn order(&self) -> Option<Order> {
        let order: Order = serde_json::from_str(&self.body).ok()?;
        (order.id == self.id && order.deployment == self.deployment).then_some(order)
    }
}

/// Orders that were granted, by whether they are what was sealed.
#[derive(Default)]
pub(super) struct Handed {
    pub(super) licences: Vec<Intent>,
    /// Those whose seals do not hold, each with its token.
    pub(super) unsealed: Vec<(OrderId, u64)>,
}

/// Gives each of these orders its token, the first one `first`; those whose seals hold with a licence.
pub(super) async fn give_tokens(
    link: &mut Link<'_>,
    granted: &[Granted],
    first: u64,
    mut seals: Seals<'_>,
) -> Result<Handed, RecordError> {
    let mut tokens = Rows::tuples(text::SET_TOKENS, vec![]);
    for (token, it) in (first..).zip(granted) {
        tokens.push([it.number.into(), token.into()]);
    }
    tokens.run(link).await?;
    let mut handed = Handed::default();
    for (token, it) in (first..).zip(granted) {
        match seals.open(link, it).await? {
            Some(order) => handed.licences.push(Intent::recorded(order, it.intent, token)),
            None => handed.unsealed.push((it.id.clone(), token)),
        }
    }
    Ok(handed)
}

pub(super) async fn claim(
    link: &mut Link<'_>,
    by: &Enlisted,
    key: &VerifierKey,
    limit: u32,
    lease: Duration,
) -> Result<Vec<Claimed>, RecordError> {
    let now_us = now_us(link).await?;
    let Enlisted { worker, session } = by;
    let values = [worker.as_str().into(), (*session).into(), now_us.into()];
    link.row(text::IS_ENLISTED, &values).await?.ok_or_else(|| by.dismissed())?;
    let BySeals { given, refused, .. } = claimable(link, now_us, key, limit).await?;
    let count = (given.len() + refused.len()) as u64;
    if count == 0 {
        return Ok(Vec::new());
    }
    let first = take_tickets(link, count).await? + 1 - count;
    let until = end_of_lease(now_us, lease);
    let mut take = Rows::tuples(text::TAKE, vec![worker.as_str().into(), until.into()]);
    let numbers = given.iter().map(|(_, it)| &it.granted).chain(refused.iter().map(|(it, _)| it));
    for (token, it) in (first..).zip(numbers) {
        take.push([it.number.into(), token.into()]);
    }
    take.run(link).await?;
    let of_the_refused = first + given.len() as u64;
    let claimed = (first..).zip(given).map(|(token, (order, it))| {
        let Claimable { granted, before, wish, .. } = it;
        Claimed { intent: Intent::recorded(order, granted.intent, token), before, wish }
    });
    let claimed = claimed.collect();
    // Nobody carries these out: whoever leads hears of them as of any other order.
    let reports = (of_the_refused..).zip(refused).map(|(token, (granted, ending))| {
        let Granted { deployment, id: order, .. } = granted;
        Reported { deployment, order, token, ending }
    });
    report(link, &reports.collect::<Vec<_>>()).await?;
    Ok(claimed)
}

/// Orders that may be claimed, by whether they are what was sealed.
#[derive(Default)]
struct BySeals {
    given: Vec<(Order, Claimable)>,
    /// Those that nobody gets, each with what is said of it.
    refused: Vec<(Granted, Ending)>,
    /// How many bundles are left as they are for now: somebody may wake up and begin them.
    put_off: u32,
}

/// Returns of the orders that a worker may have at most `limit` bundles, and those that it may not. What is put
/// off takes nobody's place.
async fn claimable(
    link: &mut Link<'_>,
    now_us: i64,
    key: &VerifierKey,
    limit: u32,
) -> Result<BySeals, RecordError> {
    let mut put_off = 0;
    loop {
        let asked = limit.saturating_add(put_off);
        let bundles = may_be_claimed(link, now_us, key, asked).await?;
        let is_all = bundles.len() < usize::try_from(asked).unwrap_or(usize::MAX);
        let found = by_their_seals(link, bundles, key, now_us).await?;
        if is_all || found.put_off <= put_off {
            return Ok(found);
        }
        put_off = found.put_off;
    }
}

/// Returns bundles by their seals. Of orders that travel together those before the first that is not what was
/// sealed are given; where that is the first of all, nobody gets any of them.
async fn by_their_seals(
    link: &mut Link<'_>,
    bundles: Vec<Vec<Claimable>>,
    key: &VerifierKey,
    now_us: i64,
) -> Result<BySeals, RecordError> {
    let mut seals = Seals::under(key);
    let mut found = BySeals::default();
    for bundle in bundles {
        let mut sealed = Vec::with_capacity(bundle.len());
        for it in &bundle {
            let Some(order) = seals.open(link, &it.granted).await? else { break };
            sealed.push(order);
        }
        if !sealed.is_empty() {
            found.given.extend(sealed.into_iter().zip(bundle));
        } else if bundle.iter().any(|it| it.may_be_begun_yet(now_us)) {
            found.put_off += 1;
        } else {
            let endings = std::iter::once(unsealed_ending())
                .chain(std::iter::repeat_with(beside_unknown_ending));
            found.refused.extend(bundle.into_iter().map(|it| it.granted).zip(endings));
        }
    }
    Ok(found)
}

/// An order that a worker may have.
struct Claimable {
    granted: Granted,
    /// Who had it before, and until when.
    before: Before,
    held_until_us: i64,
    wish: Option<Wish>,
}

impl Claimable {
    fn read(mut row: Row) -> Result<Self, RecordError> {
        let granted = Granted::read(&mut row)?;
        let word =
            |row: &mut Row| Ok::<_, RecordError>(Some(row.text()?).filter(|it| !it.is_empty()));
        let before = Before::of(word(&mut row)?, row.integer()? != 0);
        let wish = Wish::of(word(&mut row)?, word(&mut row)?);
        Ok(Self { granted, before, held_until_us: row.integer()?, wish })
    }

    /// Returns whether somebody who had it and fell silent may still wake up and begin it.
    fn may_be_begun_yet(&self, now_us: i64) -> bool {
        let within = i64::try_from(HANDED_OUT_WITHIN.as_micros()).unwrap_or(i64::MAX);
        matches!(self.before, Before::Worker(_))
            && self.held_until_us.saturating_add(within) > now_us
    }
}

/// Returns the orders that a worker which trusts `key` may have now, oldest first: at most `limit`, each with
/// those that one entry intends behind it.
async fn may_be_claimed(
    link: &mut Link<'_>,
    now_us: i64,
    key: &VerifierKey,
    limit: u32,
) -> Result<Vec<Vec<Claimable>>, RecordError> {
    let (limit, key) = (i64::from(limit), key.to_string());
    let values = |limit: i64| [now_us.into(), limit.into(), key.as_str().into()];
    let lapsed = link.choose(text::LAPSED_SQLITE, text::LAPSED_POSTGRES);
    let mut rows = link.rows(lapsed, &values(limit)).await?;
    let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
    let open = link.choose(text::OPEN_SQLITE, text::OPEN_POSTGRES);
    rows.extend(link.rows(open, &values(left)).await?);
    let behind = link.choose(text::BEHIND_SQLITE, text::BEHIND_POSTGRES);
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        // What cannot be read is no order: it keeps nobody from the others.
        let Ok(first) = Claimable::read(row) else { continue };
        let Granted { number, intent, deployment, .. } = &first.granted;
        let (mut next, end) = (number + 1, number + BUNDLE_MAX);
        let values = [(*number).into(), end.into(), deployment.as_str().into(), (*intent).into()];
        let rows = link.rows(behind, &values).await?;
        let mut bundle = vec![first];
        for row in rows {
            // What another transaction is at just now is left, and all behind it.
            let Ok(one) = Claimable::read(row) else { break };
            if one.granted.number != next {
                break;
            }
            next += 1;
            bundle.push(one);
        }
        found.push(bundle);
    }
    found.sort_by_key(|it| it.first().map(|it| it.granted.number));
    Ok(found)
}

pub(super) async fn renew(
    link: &mut Link<'_>,
    by: &Enlisted,
    tokens: &[u64],
    lease: Duration,
) -> Result<Vec<Renewed>, RecordError> {
    let now_us = now_us(link).await?;
    let until = end_of_lease(now_us, lease);
    let Enlisted { worker, session } = by;
    let worker = worker.as_str();
    let values = [worker.into(), (*session).into(), now_us.into(), until.into()];
    if link.run(text::STAY_ENLISTED, &values).await? == 0 {
        return Err(by.dismissed());
    }
    let list = Rows::list(text::RENEW, vec![until.into(), worker.into(), now_us.into()]);
    let rows = of_tokens(list, tokens).fetch(link).await?;
    let read = |mut row: Row| {
        let token = row.number()?;
        let mut word = || Ok::<_, RecordError>(Some(row.text()?).filter(|it| !it.is_empty()));
        let (withhold, stop) = (word()?, word()?);
        Ok(Renewed { token, wish: Wish::of(withhold, stop) })
    };
    let mut kept = rows.into_iter().map(read).collect::<Result<Vec<_>, RecordError>>()?;
    kept.sort_unstable_by_key(|it| it.token);
    Ok(kept)
}

/// Returns the list with these tokens, in order, so that two lists never wait for each other in a circle.
fn of_tokens<'a>(mut list: Rows<'a>, tokens: &[u64]) -> Rows<'a> {
    let tokens: BTreeSet<u64> = tokens.iter().copied().collect();
    tokens.iter().for_each(|it| list.push([(*it).into()]));
    list
}

pub(super) async fn enlist(
    link: &mut Link<'_>,
    worker: &str,
    lease: Duration,
) -> Result<Enlisted, RecordError> {
    let now_us = now_us(link).await?;
    let forgotten = now_us.saturating_sub(FORGOTTEN_AFTER_US);
    link.run(text::FORGET_WORKERS, &[forgotten.into()]).await?;
    let session = take_tickets(link, 1).await?;
    let until = end_of_lease(now_us, lease);
    link.run(text::ENLIST, &[worker.into(), session.into(), until.into()]).await?;
    Ok(Enlisted { worker: worker.to_owned(), session })
}

pub(super) async fn leave(
    link: &mut Link<'_>,
    by: &Enlisted,
    tokens: &[u64],
) -> Result<(), RecordError> {
    let now_us = now_us(link).await?;
    let worker = by.worker.as_str();
    let list = Rows::list(text::GIVE_BACK, vec![now_us.into(), worker.into()]);
    of_tokens(list, tokens).run(link).await?;
    link.run(text::LEAVE, &[worker.into(), by.session.into()]).await?;
    Ok(())
}

pub(super) async fn workers(link: &mut Link<'_>) -> Result<Vec<Present>, RecordError> {
    let now_us = now_us(link).await?;
    let read = |mut row: Row| {
        let (worker, until) = (row.text()?, row.integer()?);
        Ok(Present { worker, until: timestamp(until), is_silent: until <= now_us })
    };
    link.rows(text::WORKERS, &[]).await?.into_iter().map(read).collect()
}

pub(super) async fn report(
    link: &mut Link<'_>,
    reports: &[Reported],
) -> Result<Vec<Receipt>, RecordError> {
    if reports.is_empty() {
        return Ok(vec![]);
    }
    type Key<'a> = (&'a str, &'a str, u64);
    fn key(it: &Reported) -> Key<'_> {
        (it.deployment.as_str(), &it.order.0, it.token)
    }
    let bodies: Vec<String> = reports.iter().map(|it| to_json(&it.ending)).collect();
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
        // One that cannot be read says nothing, and is somebody else's.
        let ending = from_json("a report", &row.text()?).unwrap_or_else(|_| unsealed_ending());
        Ok(Reported { deployment: deployment.clone(), order, token, ending })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn unfinished(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
) -> Result<Vec<OpenOrder>, RecordError> {
    super::reading::ensure_known(link, deployment).await?;
    let rows = link.rows(text::OPEN_ORDERS, &[deployment.as_str().into()]).await?;
    let read = |mut row: Row| {
        let id = OrderId(row.text()?.into());
        let intent = Seq::try_from(row.integer()?).unwrap_or(Seq::MAX);
        let (name, token) = (row.text()?, row.number()?);
        let holder = Some(row.text()?).filter(|it| !it.is_empty());
        let state = OrderState::ALL.into_iter().find(|it| it.as_str() == name);
        let state = state.ok_or_else(|| RecordError::corrupt(format!("order {id} is `{name}`")))?;
        let is_leased = state == OrderState::Held && row.integer()? != FOR_EVER;
        Ok(OpenOrder { id, intent, state, token, holder, is_leased })
    };
    rows.into_iter().map(read).collect()
}
