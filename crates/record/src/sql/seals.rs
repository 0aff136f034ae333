//! Seals of orders in a database.

use super::link::Link;
use super::orders::Granted;
use super::text;
use crate::error::RecordError;
use crate::key::{Signer, VerifierKey};
use crate::seal::Seal;
use model::id::DeploymentId;
use model::order::Order;

/// How many of the oldest seals are looked at when one more is kept: more than there are new ones.
const LOOKED_AT: i64 = 8;

/// What is known of seals within one transaction: orders that follow one another mostly share one.
pub(super) struct Seals<'a> {
    key: &'a VerifierKey,
    /// The last one, of which deployment it is, and whether it holds.
    last: Option<(DeploymentId, Seal, bool)>,
}

impl<'a> Seals<'a> {
    /// Returns what is known at first of seals that `key` has to have signed.
    pub(super) fn under(key: &'a VerifierKey) -> Self {
        Self { key, last: None }
    }

    /// Returns the order in `queued`, where it is what was sealed.
    pub(super) async fn open(
        &mut self,
        link: &mut Link<'_>,
        queued: &Granted,
    ) -> Result<Option<Order>, RecordError> {
        Ok(if self.hold(link, queued).await? { queued.order() } else { None })
    }

    /// Returns whether the seal of `order` holds.
    async fn hold(&mut self, link: &mut Link<'_>, order: &Granted) -> Result<bool, RecordError> {
        let Granted { number, intent, deployment, body, .. } = order;
        let is_of = |seal: &Seal| seal.is_of(*number, *intent, body);
        if let Some((of, seal, holds)) = &self.last
            && of == deployment
            && is_of(seal)
        {
            return Ok(*holds);
        }
        let values = [deployment.as_str().into(), (*number).into()];
        let Some(mut row) = link.row(text::SEAL, &values).await? else { return Ok(false) };
        let seal = Seal { first: row.number()?, digests: row.bytes()?, note: row.text()? };
        let (is_of, holds) = (is_of(&seal), seal.holds(deployment, self.key));
        self.last = Some((deployment.clone(), seal, holds));
        Ok(is_of && holds)
    }
}

/// Keeps `seal`, and lets old ones go whose orders have all left the queue.
pub(super) async fn put(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    seal: &Seal,
) -> Result<(), RecordError> {
    let Seal { first, digests, note } = seal;
    let values =
        [deployment.as_str().into(), (*first).into(), digests.into(), note.as_str().into()];
    link.run(text::PUT_SEAL, &values).await?;
    link.run(text::FORGET_SEALS, &[deployment.as_str().into(), LOOKED_AT.into()]).await?;
    Ok(())
}

/// Lets all go, where no order is left.
pub(super) async fn forget(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
) -> Result<(), RecordError> {
    link.run(text::FORGET_LAST_SEALS, &[deployment.as_str().into()]).await?;
    Ok(())
}

/// Seals the orders of `deployment` anew with another key: those that `old` has sealed.
pub(super) async fn anew(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    old: &VerifierKey,
    signer: &Signer,
) -> Result<(), RecordError> {
    let mut seals = Seals::under(old);
    // Those whose numbers follow one another share one.
    let mut runs: Vec<Vec<Granted>> = Vec::new();
    for mut row in link.rows(text::QUEUED, &[deployment.as_str().into()]).await? {
        let Ok(order) = Granted::read(&mut row) else { continue };
        if !seals.hold(link, &order).await? {
            continue;
        }
        let last = runs
            .last_mut()
            .filter(|run| run.last().is_some_and(|it| it.number + 1 == order.number));
        match last {
            Some(run) => run.push(order),
            None => runs.push(vec![order]),
        }
    }
    link.run(text::DROP_SEALS, &[deployment.as_str().into()]).await?;
    for run in runs {
        let Some(first) = run.first().map(|it| it.number) else { continue };
        let orders = run.iter().map(|it| (it.intent, it.body.as_str()));
        put(link, deployment, &Seal::of(deployment, first, orders, signer)).await?;
    }
    Ok(())
}
