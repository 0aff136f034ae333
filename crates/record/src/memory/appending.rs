//! Appending in memory: look at everything first, then write what can no longer fail.

use super::{Deployment, Noted, Row, State};
use crate::change::{Appended, Change, Head};
use crate::entry::Entry;
use crate::error::RecordError;
use crate::notary::Notary;
use crate::queue::OrderState;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};
use model::order::{Intent, OrderId};
use model::planted::{Planted, is_planted};

impl State {
    pub(super) fn append(
        &mut self,
        notary: &Notary,
        deployment: &DeploymentId,
        expected: &Head,
        change: Change,
    ) -> Result<Appended, RecordError> {
        self.deployment(deployment)?.check(notary, deployment, expected, &change)?;
        self.check_orders(deployment, &change)?;
        change.is_in_time(deployment)?;
        let Change {
            commands,
            entries,
            orders,
            regrant,
            settle,
            withdraw,
            withhold,
            stop,
            contents,
            openings,
            forget,
            notices,
            not_after: _,
        } = change;
        let is_torn = is_planted(Planted::TornCommit) && expected.seq.is_multiple_of(5);
        for (id, _) in settle.into_iter().filter(|_| !is_torn) {
            self.orders.remove(deployment, &id);
        }
        let withdrawn = self.withdraw(deployment, withdraw);
        withhold.into_iter().for_each(|(id, who)| self.orders.withhold(deployment, &id, who));
        stop.into_iter().for_each(|(id, who)| self.orders.stop(deployment, &id, who));
        let mut granted: Vec<Intent> = Vec::new();
        granted.extend(orders.into_iter().filter_map(|it| self.orders.add(it)));
        granted
            .extend(regrant.iter().filter_map(|(id, to)| self.orders.regrant(deployment, id, to)));
        let it = self.deployment_mut(deployment)?;
        it.commands.extend(commands);
        for body in entries {
            let hash = it.tip.push(&body);
            it.entries.push(Entry { seq: it.tip.head.seq, body, hash });
        }
        it.key = notary.key().clone();
        it.checkpoint = notary.sign(deployment, &it.tip);
        it.note(notices);
        let (head, checkpoint) = (it.tip.head.clone(), it.checkpoint.clone());
        let openings = openings.into_iter().map(|it| (it.body, Some(it.whose)));
        for (body, whose) in contents.into_iter().map(|it| (it, None)).chain(openings) {
            let digest = Digest::of(&body);
            let own = &mut self.deployment_mut(deployment)?.contents;
            own.entry(digest).or_insert((head.seq, whose));
            self.contents.entry(digest).or_insert(body);
        }
        for whom in forget {
            let own = &mut self.deployment_mut(deployment)?.contents;
            let is_theirs = |_: &Digest, it: &mut (Seq, Option<Whom>)| it.1.as_ref() == Some(&whom);
            let gone: Vec<Digest> = own.extract_if(.., is_theirs).map(|(it, _)| it).collect();
            gone.iter().for_each(|it| drop(self.contents.remove(it)));
        }
        // Nobody else writes to this memory.
        Ok(Appended { head, granted, unsealed: vec![], withdrawn, checkpoint })
    }

    fn withdraw(&mut self, deployment: &DeploymentId, ids: Vec<OrderId>) -> Vec<OrderId> {
        let (asked, mut left) = (ids.clone(), ids);
        // What stands behind one that is withdrawn is the first that is left by then.
        loop {
            let next = left.iter().position(|id| self.orders.may_be_withdrawn(deployment, id));
            let Some(next) = next else { break };
            self.orders.remove(deployment, &left.swap_remove(next));
        }
        asked.into_iter().filter(|it| !left.contains(it)).collect()
    }

    fn check_orders(&self, deployment: &DeploymentId, change: &Change) -> Result<(), RecordError> {
        let row = |id: &OrderId| self.orders.row(deployment, id);
        let in_hand = |it: &Row, token: u64| {
            it.token == token && matches!(it.state, OrderState::Held | OrderState::Reported)
        };
        let can_go_on = |it: &Row| matches!(it.state, OrderState::Open | OrderState::Held);
        let settled = change.settle.iter();
        let lost = settled.filter(|(id, token)| !row(id).is_some_and(|it| in_hand(it, *token)));
        let regranted = change.regrant.iter();
        let gone = regranted.filter(|(id, _)| !row(id).is_some_and(can_go_on));
        if let Some(order) = lost.map(|(id, _)| id).chain(gone.map(|(id, _)| id)).next() {
            return Err(RecordError::Fenced { order: order.clone() });
        }
        match change.orders.iter().find(|it| row(&it.order.id).is_some()) {
            None => Ok(()),
            Some(again) => Err(RecordError::Unfit {
                deployment: deployment.clone(),
                why: format!("order {} was given before", again.order.id),
            }),
        }
    }
}

impl Deployment {
    fn check(
        &self,
        notary: &Notary,
        deployment: &DeploymentId,
        expected: &Head,
        change: &Change,
    ) -> Result<(), RecordError> {
        let commands = change.commands.iter();
        let known = commands.filter_map(|(id, _)| self.commands.get(id).map(|seq| (id, *seq)));
        if let Some((command, seq)) = known.min()
            && !is_planted(Planted::CommandRepeated)
        {
            return Err(RecordError::Repeated { command: command.clone(), seq });
        }
        expected.check(deployment, &self.tip.head)?;
        notary.check_tip(deployment, &self.tip, (&self.checkpoint, &self.key))?;
        notary.check_keys(deployment, &self.key, expected, &change.entries)?;
        change.check(deployment, expected.seq)
    }

    /// Numbers the notices of the change that ends with the present head.
    fn note(&mut self, notices: Vec<Vec<u8>>) {
        let seq = self.tip.head.seq;
        let earlier = self.notices.range((seq, 0)..=(seq, u64::MAX)).next_back();
        let first = earlier.map_or(0, |((_, n), _)| n + 1);
        let numbered = (first..).zip(notices);
        self.notices.extend(numbered.map(|(n, body)| ((seq, n), Noted { body, delivered: false })));
    }
}
