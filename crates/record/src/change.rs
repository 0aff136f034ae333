//! What is appended: one change, one transaction.
//!
//! Entries, the commands they answer, the orders they intend, what became of
//! earlier orders, contents and notices stand or fall together. Group commit is
//! the caller's: a change of a thousand entries costs little more than one.

use crate::error::RecordError;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, InvalidName, Seq, is_name};
use model::order::{Intent, Order, OrderId};
use model::planted::{Planted, is_planted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use tokio::time::Instant;

/// Where a deployment's record ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of its last entry; 0 for an empty record.
    pub seq: Seq,
    /// The chain's hash of that entry; 32 zero bytes for an empty record.
    pub hash: Digest,
    /// How often somebody has begun to lead the deployment.
    pub epoch: u64,
}

impl Head {
    /// Returns an error where the head that was expected is not the one there is.
    pub(crate) fn check(&self, deployment: &DeploymentId, found: &Self) -> Result<(), RecordError> {
        if is_planted(Planted::HeadNotCompared) {
            return Ok(());
        }
        if self.seq != found.seq || self.epoch != found.epoch {
            let (deployment, expected, found) = (deployment.clone(), self.clone(), found.clone());
            return Err(RecordError::Moved { deployment, expected, found });
        }
        if self.hash != found.hash {
            let what = format!("entry {} of {deployment} is not the one that was read", self.seq);
            return Err(RecordError::Corrupt { what });
        }
        Ok(())
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} of epoch {}", self.seq, self.epoch)
    }
}

/// The name of one command, chosen by whoever sends it (a UUID serves) and sent
/// again with every retry, so that a command is recorded once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommandId(Arc<str>);

impl CommandId {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for CommandId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_name(text) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName { text: text.chars().take(80).collect() })
        }
    }
}

impl TryFrom<String> for CommandId {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<CommandId> for String {
    fn from(id: CommandId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// An order whose intent is recorded by the same change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// What is to be done.
    pub order: Order,
    /// The number of the entry that holds the intent.
    pub intent: Seq,
    /// The worker that gets it at once and without a lease; nobody leaves it open to be claimed.
    pub grant: Option<String>,
    /// Whether an order of this name may stand in what was lost of the record, and have begun.
    pub is_perhaps_begun: bool,
}

/// The opening of a private value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOpening {
    /// Whose the value is.
    pub whose: Whom,
    /// Its bytes, kept under their SHA-256.
    pub body: Vec<u8>,
}

/// All that one append writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The commands answered here, each with the number of the entry that answers it.
    pub commands: Vec<(CommandId, Seq)>,
    /// The bodies of the new entries: canonical JSON objects, stored and hashed as they are.
    pub entries: Vec<Vec<u8>>,
    /// New orders.
    pub orders: Vec<NewOrder>,
    /// Held or open orders that go to another worker under a new token, without a lease.
    pub regrant: Vec<(OrderId, String)>,
    /// Orders that have ended, each with the token under which it was held.
    pub settle: Vec<(OrderId, u64)>,
    /// Orders that are to be taken back if nobody has claimed them yet, or may have begun them.
    pub withdraw: Vec<OrderId>,
    /// Orders that their holders are not to begin, where they have not, each with who called it back:
    /// reads well after "called back by".
    pub withhold: Vec<(OrderId, String)>,
    /// Orders that their holders are to stop, each with who wants it: reads well after "stopped by".
    pub stop: Vec<(OrderId, String)>,
    /// Evidence and other bytes, kept under their SHA-256.
    pub contents: Vec<Vec<u8>>,
    /// The openings of private values: contents too, until whoever they are of is forgotten.
    pub openings: Vec<NewOpening>,
    /// Of whom every opening is destroyed.
    pub forget: Vec<Whom>,
    /// What is to be sent to people and other programs, once this is durable.
    pub notices: Vec<Vec<u8>>,
    /// Until when it may be written: what was decided is of its time.
    pub not_after: Option<Instant>,
}

/// What an append has brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The new end of the record.
    pub head: Head,
    /// The licences for the orders granted and regranted, in the order of the change.
    pub granted: Vec<Intent>,
    /// The orders that were to be regranted and are not what was signed, each with its token: nobody carries
    /// them out.
    pub unsealed: Vec<(OrderId, u64)>,
    /// The orders that really were withdrawn; the others had been claimed.
    pub withdrawn: Vec<OrderId>,
    /// The signed checkpoint of the new head.
    pub checkpoint: String,
}

/// The part of an entry's body that this crate understands.
#[derive(Deserialize)]
struct Numbered {
    seq: Option<Seq>,
}

/// Returns why `body` cannot be entry `seq`, if it cannot.
pub(crate) fn unfit_body(body: &[u8], seq: Seq) -> Option<String> {
    let is_line = !body.iter().any(|it| *it < 0x20) && std::str::from_utf8(body).is_ok();
    if body.first() != Some(&b'{') || !is_line {
        return Some("it is not one line of canonical JSON that begins with `{`".to_owned());
    }
    match serde_json::from_slice::<Numbered>(body) {
        Err(error) => Some(format!("it is not a JSON object: {error}")),
        Ok(Numbered { seq: Some(said) }) if said != seq => {
            Some(format!("it calls itself entry {said}"))
        }
        Ok(Numbered { seq: Some(_) | None }) => None,
    }
}

impl Change {
    /// Returns an error where it may not be written any more.
    pub(crate) fn is_in_time(&self, deployment: &DeploymentId) -> Result<(), RecordError> {
        match self.not_after {
            Some(until) if Instant::now() > until => {
                Err(RecordError::Late { deployment: deployment.clone() })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Returns an error where the change could not be recorded after entry `last` whatever the
    /// database holds: a mistake of the program, found before anything is written.
    pub(crate) fn check(&self, deployment: &DeploymentId, last: Seq) -> Result<(), RecordError> {
        let unfit = |why: String| Err(RecordError::Unfit { deployment: deployment.clone(), why });
        for (seq, body) in (last + 1..).zip(&self.entries) {
            if let Some(why) = unfit_body(body, seq) {
                return unfit(format!("entry {seq} cannot be stored: {why}"));
            }
        }
        let end = last + self.entries.len() as Seq;
        for new in &self.orders {
            if new.order.deployment != *deployment {
                return unfit(format!("order {} is of {}", new.order.id, new.order.deployment));
            }
            if new.intent == 0 || new.intent > end {
                return unfit(format!("order {} has no intent in the record", new.order.id));
            }
        }
        let mut commands = BTreeSet::new();
        if let Some((id, _)) = self.commands.iter().find(|(id, _)| !commands.insert(id)) {
            return unfit(format!("command {id} is answered twice"));
        }
        let mut orders = BTreeSet::new();
        let mut named = self
            .orders
            .iter()
            .map(|it| &it.order.id)
            .chain(self.regrant.iter().map(|(id, _)| id))
            .chain(self.settle.iter().map(|(id, _)| id))
            .chain(&self.withdraw);
        match named.find(|id| !orders.insert(*id)) {
            Some(id) => unfit(format!("order {id} is named twice")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_of_json_with_its_own_number_can_be_an_entry() {
        for (body, fits) in [
            (&br#"{"seq":7,"event":"site-deployed"}"#[..], true),
            (br#"{"event":"site-deployed"}"#, true),
            (br#"{"seq":8}"#, false),
            (br#"{"seq":7,"seq":7}"#, false),
            (br#"{"seq":"7"}"#, false),
            (b"{\n}", false),
            (b"[]", false),
            (b"{", false),
            (b"", false),
            (b"{\"a\":\"\xff\"}", false),
        ] {
            let text = String::from_utf8_lossy(body);
            assert_eq!(unfit_body(body, 7).is_none(), fits, "{text}");
        }
    }
}
