//! Appending, in one transaction: the head first, which is the fence; then all that hangs on it.

use super::link::{Link, Value};
use super::orders::{FOR_EVER, Granted, Handed, give_tokens, take_tickets, to_json};
use super::reading::{Stored, ensure_known, stored};
use super::rows::Rows;
use super::seals::{self, Seals};
use super::text;
use crate::chain::Tip;
use crate::change::{Appended, Change, Head};
use crate::error::RecordError;
use crate::notary::Notary;
use crate::note::Checkpoint;
use crate::queue::{OrderState, TOKENS_LOST};
use crate::seal::Seal;
use model::digest::Digest;
use model::id::{DeploymentId, Seq};
use model::order::{Intent, OrderId};
use std::collections::{BTreeMap, BTreeSet};

pub(super) async fn create(
    link: &mut Link<'_>,
    notary: &Notary,
    deployment: &DeploymentId,
) -> Result<(), RecordError> {
    let tip = Tip::beginning();
    let (checkpoint, vkey) = (notary.sign(deployment, &tip), notary.key().to_string());
    let peaks = tip.tree.to_bytes();
    let name = deployment.as_str().into();
    let hash = &tip.head.hash;
    let values =
        [name, hash.into(), (&peaks).into(), checkpoint.as_str().into(), vkey.as_str().into()];
    link.run(text::CREATE, &values).await?;
    Ok(())
}

pub(super) async fn accept(
    link: &mut Link<'_>,
    notary: &Notary,
    kept: &Checkpoint,
) -> Result<(Head, String), RecordError> {
    let deployment = &kept.deployment;
    let Stored { tip, checkpoint, key, contradicted } = stored(link, deployment).await?;
    notary.check_key(deployment, &key)?;
    notary.check_tip(deployment, &tip, (&checkpoint, &key))?;
    let contradicted = Checkpoint::claimed(&contradicted);
    if !contradicted.is_some_and(|it| it.is_that_of(kept)) {
        // Another program has carried out what people decided.
        return Ok((tip.head, checkpoint));
    }
    let checkpoint = notary.sign(deployment, &tip);
    let mut head = tip.head;
    let name = deployment.as_str().into();
    let values = [checkpoint.as_str().into(), name, head.seq.into(), head.epoch.into()];
    if link.run(text::ACCEPT, &values).await? == 0 {
        return Err(moved(link, deployment, &head).await);
    }
    link.run(text::FORGET_HOLDERS, &[deployment.as_str().into()]).await?;
    take_tickets(link, TOKENS_LOST).await?;
    head.epoch += 1;
    Ok((head, checkpoint))
}

pub(super) async fn contradict(link: &mut Link<'_>, kept: &Checkpoint) -> Result<(), RecordError> {
    let deployment = &kept.deployment;
    ensure_known(link, deployment).await?;
    let note = kept.unsigned();
    let values = [note.as_str().into(), deployment.as_str().into()];
    if link.run(text::CONTRADICT, &values).await? > 0 {
        link.run(text::END_ALL_ADMISSIONS, &[]).await?;
    }
    Ok(())
}

pub(super) async fn append(
    link: &mut Link<'_>,
    notary: &Notary,
    deployment: &DeploymentId,
    expected: &Head,
    change: &Change,
) -> Result<Appended, RecordError> {
    let before = stored(link, deployment).await?;
    refuse_repeated(link, deployment, change).await?;
    let mut tip = before.tip;
    expected.check(deployment, &tip.head)?;
    notary.check_tip(deployment, &tip, (&before.checkpoint, &before.key))?;
    notary.check_keys(deployment, &before.key, expected, &change.entries)?;
    change.check(deployment, expected.seq)?;

    let hashes: Vec<Digest> = change.entries.iter().map(|it| tip.push(it)).collect();
    let checkpoint = notary.sign(deployment, &tip);
    let signed = Signed { checkpoint: &checkpoint, vkey: &notary.key().to_string() };
    move_head(link, deployment, expected, &tip, &signed).await?;
    let head = tip.head;

    let writing = Writing { deployment, seq: head.seq, change };
    writing.add_entries(link, expected.seq, &hashes).await?;
    writing.add_commands(link).await?;
    writing.settle(link).await?;
    let withdrawn = writing.withdraw(link).await?;
    writing.withhold(link).await?;
    writing.stop(link).await?;
    if before.key != *notary.key() {
        seals::anew(link, deployment, &before.key, notary.signer()).await?;
    }
    let Handed { licences: granted, unsealed } = writing.grant(link, notary).await?;
    if change.orders.is_empty() && !(change.settle.is_empty() && withdrawn.is_empty()) {
        seals::forget(link, deployment).await?;
    }
    writing.add_contents(link).await?;
    writing.forget(link).await?;
    writing.add_notices(link).await?;
    // Last of all: nothing but the commit comes after it.
    change.is_in_time(deployment)?;
    Ok(Appended { head, granted, unsealed, withdrawn, checkpoint })
}

/// Returns an error where a command of the change is in the record already. Looked for before the
/// head is compared, so that a retry after a lost reply is told what became of the first try.
async fn refuse_repeated(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    change: &Change,
) -> Result<(), RecordError> {
    let mut known = Rows::list(text::KNOWN_COMMANDS, vec![deployment.as_str().into()]);
    change.commands.iter().for_each(|(id, _)| known.push([id.as_str().into()]));
    let Some(mut row) = known.fetch(link).await?.into_iter().next() else { return Ok(()) };
    let (id, seq) = (row.text()?, row.number()?);
    let command = id.parse();
    let command = command.map_err(|_| RecordError::corrupt(format!("`{id}` is no command")))?;
    Err(RecordError::Repeated { command, seq })
}

/// A checkpoint, and the key that has signed it.
struct Signed<'a> {
    checkpoint: &'a str,
    vkey: &'a str,
}

/// Moves the head on, unless somebody else has: after this no other append of the deployment can
/// be committed before this one ends.
async fn move_head(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    expected: &Head,
    tip: &Tip,
    signed: &Signed<'_>,
) -> Result<(), RecordError> {
    let peaks = tip.tree.to_bytes();
    let values = [
        tip.head.seq.into(),
        (&tip.head.hash).into(),
        (&peaks).into(),
        signed.checkpoint.into(),
        signed.vkey.into(),
        deployment.as_str().into(),
        expected.seq.into(),
        expected.epoch.into(),
    ];
    match link.run(text::MOVE, &values).await? {
        0 => Err(moved(link, deployment, expected).await),
        _ => Ok(()),
    }
}

async fn moved(link: &mut Link<'_>, deployment: &DeploymentId, expected: &Head) -> RecordError {
    match stored(link, deployment).await {
        Ok(Stored { tip, .. }) => {
            let (deployment, expected) = (deployment.clone(), expected.clone());
            RecordError::Moved { deployment, expected, found: tip.head }
        }
        Err(error) => error,
    }
}

/// A change that is being written after the head has moved.
struct Writing<'a> {
    deployment: &'a DeploymentId,
    /// The last entry of the record with this change.
    seq: Seq,
    change: &'a Change,
}

impl<'a> Writing<'a> {
    fn name(&self) -> Value<'a> {
        self.deployment.as_str().into()
    }

    async fn add_entries(
        &self,
        link: &mut Link<'_>,
        last: Seq,
        hashes: &[Digest],
    ) -> Result<(), RecordError> {
        let mut rows = Rows::beginning(text::ADD_ENTRIES, vec![self.name()]);
        for ((seq, hash), body) in (last + 1..).zip(hashes).zip(&self.change.entries) {
            rows.push([seq.into(), hash.into(), body.into()]);
        }
        rows.run(link).await?;
        Ok(())
    }

    async fn add_commands(&self, link: &mut Link<'_>) -> Result<(), RecordError> {
        let commands = &self.change.commands;
        let mut rows = Rows::beginning(text::ADD_COMMANDS, vec![self.name()]);
        commands.iter().for_each(|(id, seq)| rows.push([id.as_str().into(), (*seq).into()]));
        if rows.run(link).await? < commands.len() as u64 {
            // A change without entries does not move the head, so another one may have come between.
            refuse_repeated(link, self.deployment, self.change).await?;
        }
        Ok(())
    }

    async fn settle(&self, link: &mut Link<'_>) -> Result<(), RecordError> {
        let settle = sorted(self.change.settle.iter());
        let mut rows = Rows::beginning(text::SETTLE, vec![self.name()]);
        settle.iter().for_each(|(id, token)| rows.push([(&*id.0).into(), (*token).into()]));
        let settled = ids(rows.fetch(link).await?)?;
        refuse_missing(settle.iter().map(|(id, _)| id), &settled)
    }

    async fn withdraw(&self, link: &mut Link<'_>) -> Result<Vec<OrderId>, RecordError> {
        let mut left = sorted(self.change.withdraw.iter());
        let mut withdrawn = BTreeSet::new();
        // What stands behind one that is withdrawn is the first that is left by then.
        while !left.is_empty() {
            let mut rows = Rows::list(text::WITHDRAW, vec![self.name()]);
            left.iter().for_each(|id| rows.push([(&*id.0).into()]));
            let found = ids(rows.fetch(link).await?)?;
            if found.is_empty() {
                break;
            }
            left.retain(|id| !found.contains(&*id.0));
            withdrawn.extend(found);
        }
        let asked = self.change.withdraw.iter();
        Ok(asked.filter(|id| withdrawn.contains(&*id.0)).cloned().collect())
    }

    /// Leaves word for whoever holds an order that it is not to begin.
    async fn withhold(&self, link: &mut Link<'_>) -> Result<(), RecordError> {
        self.leave_word(link, text::WITHHOLD, &self.change.withhold).await
    }

    /// Leaves word for whoever holds an order that it is to be stopped.
    async fn stop(&self, link: &mut Link<'_>) -> Result<(), RecordError> {
        self.leave_word(link, text::STOP, &self.change.stop).await
    }

    async fn leave_word(
        &self,
        link: &mut Link<'_>,
        statement: &'static str,
        words: &[(OrderId, String)],
    ) -> Result<(), RecordError> {
        let mut rows = Rows::tuples(statement, vec![self.name()]);
        for (id, who) in sorted(words.iter()) {
            rows.push([(&*id.0).into(), who.as_str().into()]);
        }
        rows.run(link).await?;
        Ok(())
    }

    /// Adds the new orders, grants those that name a worker, and regrants others.
    async fn grant(&self, link: &mut Link<'_>, notary: &Notary) -> Result<Handed, RecordError> {
        let regranted = self.regrant(link).await?;
        let new = self.change.orders.len() as u64;
        let count = new + regranted.len() as u64;
        if count == 0 {
            return Ok(Handed::default());
        }
        let last = take_tickets(link, count).await?;
        let first = last + 1 - count;
        let mut licences = self.add_orders(link, notary, first).await?;
        let seals = Seals::under(notary.key());
        let handed = give_tokens(link, &regranted, first + new, seals).await?;
        licences.extend(handed.licences);
        Ok(Handed { licences, unsealed: handed.unsealed })
    }

    async fn add_orders(
        &self,
        link: &mut Link<'_>,
        notary: &Notary,
        first: u64,
    ) -> Result<Vec<Intent>, RecordError> {
        let orders = &self.change.orders;
        let bodies: Vec<String> = orders.iter().map(|it| to_json(&it.order)).collect();
        let mut rows = Rows::beginning(text::ADD_ORDERS, vec![self.name()]);
        let mut granted = Vec::new();
        for ((number, new), body) in (first..).zip(orders).zip(&bodies) {
            let (state, token, holder, until) = match &new.grant {
                None => (OrderState::Open, 0, "", 0),
                // The number is as fresh as any ticket, so it serves as the token too.
                Some(worker) => {
                    granted.push(Intent::recorded(new.order.clone(), new.intent, number));
                    (OrderState::Held, number, worker.as_str(), FOR_EVER)
                }
            };
            let (id, state) = ((&*new.order.id.0).into(), state.as_str().into());
            let (holder, body) = (holder.into(), body.as_str().into());
            rows.push([
                number.into(),
                id,
                new.intent.into(),
                state,
                token.into(),
                holder,
                until.into(),
                i64::from(new.is_perhaps_begun).into(),
                body,
            ]);
        }
        if rows.run(link).await? < orders.len() as u64 {
            return Err(self.given_before(link, first).await?);
        }
        if !orders.is_empty() {
            let stored = orders.iter().zip(&bodies).map(|(it, body)| (it.intent, body.as_str()));
            let seal = Seal::of(self.deployment, first, stored, notary.signer());
            seals::put(link, self.deployment, &seal).await?;
        }
        Ok(granted)
    }

    /// Returns the refusal of an order that was given before this change.
    async fn given_before(
        &self,
        link: &mut Link<'_>,
        first: u64,
    ) -> Result<RecordError, RecordError> {
        let mut rows = Rows::list(text::KNOWN_ORDERS, vec![self.name(), (first - 1).into()]);
        self.change.orders.iter().for_each(|it| rows.push([(&*it.order.id.0).into()]));
        let known = ids(rows.fetch(link).await?)?;
        let again = self.change.orders.iter().find(|it| known.contains(&*it.order.id.0));
        let why = match again {
            Some(new) => format!("order {} was given before", new.order.id),
            None => "one of its orders was given before".to_owned(),
        };
        Ok(RecordError::Unfit { deployment: self.deployment.clone(), why })
    }

    /// Hands orders over and returns them in the order of the change; their tokens come later.
    async fn regrant(&self, link: &mut Link<'_>) -> Result<Vec<Granted>, RecordError> {
        let regrant = sorted(self.change.regrant.iter());
        let mut rows = Rows::tuples(text::REGRANT, vec![self.name(), FOR_EVER.into()]);
        regrant
            .iter()
            .for_each(|(id, worker)| rows.push([(&*id.0).into(), worker.as_str().into()]));
        let mut found = BTreeMap::new();
        for mut row in rows.fetch(link).await? {
            let order = Granted::read(&mut row)?;
            found.insert(order.id.clone(), order);
        }
        let mut granted = Vec::with_capacity(found.len());
        for (id, _) in &self.change.regrant {
            match found.remove(id) {
                Some(it) => granted.push(it),
                None => return Err(RecordError::Fenced { order: id.clone() }),
            }
        }
        Ok(granted)
    }

    async fn add_contents(&self, link: &mut Link<'_>) -> Result<(), RecordError> {
        // By digest: two writers with the same contents then wait in the same order.
        let plain = self.change.contents.iter().map(|it| (it, String::new()));
        let openings = self.change.openings.iter().map(|it| (&it.body, it.whose.to_string()));
        let by_digest: BTreeMap<Digest, (&Vec<u8>, String)> =
            plain.chain(openings).map(|it| (Digest::of(it.0), it)).collect();
        let mut bodies = Rows::tuples(text::ADD_CONTENTS, vec![]);
        let shared = vec![self.name(), self.seq.into()];
        let mut ours = Rows::beginning(text::ADD_DEPLOYMENT_CONTENTS, shared);
        for (digest, (body, whose)) in &by_digest {
            bodies.push([digest.into(), (*body).into()]);
            ours.push([digest.into(), whose.as_str().into()]);
        }
        bodies.run(link).await?;
        ours.run(link).await?;
        Ok(())
    }

    /// Deletes the openings of whoever is forgotten. Each has a salt, so that no other deployment has it.
    async fn forget(&self, link: &mut Link<'_>) -> Result<(), RecordError> {
        let whom: Vec<String> = self.change.forget.iter().map(ToString::to_string).collect();
        let mut rows = Rows::list(text::FORGET, vec![self.name()]);
        whom.iter().for_each(|it| rows.push([it.as_str().into()]));
        let gone = rows.fetch(link).await?.into_iter().map(|mut row| row.digest());
        let gone = gone.collect::<Result<Vec<Digest>, _>>()?;
        let mut bodies = Rows::list(text::FORGET_CONTENTS, vec![]);
        gone.iter().for_each(|it| bodies.push([it.into()]));
        bodies.run(link).await?;
        Ok(())
    }

    async fn add_notices(&self, link: &mut Link<'_>) -> Result<(), RecordError> {
        let notices = &self.change.notices;
        if notices.is_empty() {
            return Ok(());
        }
        // A change without entries shares its number with the one before.
        let last = link.row(text::NOTICE_LAST, &[self.name(), self.seq.into()]).await?;
        let first = match last {
            Some(mut row) => row.number()? + 1,
            None => 0,
        };
        let shared = vec![self.name(), self.seq.into(), 0_i64.into()];
        let mut rows = Rows::beginning(text::ADD_NOTICES, shared);
        for (n, body) in (first..).zip(notices) {
            rows.push([n.into(), body.into()]);
        }
        rows.run(link).await?;
        Ok(())
    }
}

/// Returns `items` in order: whoever takes rows in the same order never waits in a circle.
fn sorted<'a, T: Ord>(items: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut items: Vec<&T> = items.collect();
    items.sort();
    items
}

fn ids(rows: Vec<super::link::Row>) -> Result<BTreeSet<String>, RecordError> {
    rows.into_iter().map(|mut row| row.text()).collect()
}

fn refuse_missing<'a>(
    mut asked: impl Iterator<Item = &'a OrderId>,
    found: &BTreeSet<String>,
) -> Result<(), RecordError> {
    match asked.find(|id| !found.contains(&*id.0)) {
        Some(order) => Err(RecordError::Fenced { order: order.clone() }),
        None => Ok(()),
    }
}
