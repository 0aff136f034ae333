//! What waits, as a list: filtered by whom it waits on, where, and at which gate.

use crate::listing::{self, Field, Item, Key, Listed, Use, Wanted};
use crate::why::is_for;
use jiff::Timestamp;
use model::state::State;
use planner::waiting::{WaitingOn, waiting, waiting_where};
use std::borrow::Cow;

/// One wait, in the deployment that it stands in.
#[derive(Clone, Debug)]
pub struct WaitAt<'s> {
    /// The deployment.
    pub state: &'s State,
    /// The wait.
    pub wait: WaitingOn,
}

/// The position of the field that only those know who are asked.
const PERSON: usize = 3;

impl Listed for WaitAt<'_> {
    const FIELDS: &'static [Field] = &[
        Field { name: "since", about: "Since when it waits.", asked: Use::Order },
        Field { name: "scope", about: "What waits, such as `site/B27`.", asked: Use::Both },
        Field { name: "guard", about: "The guard that holds it back.", asked: Use::Both },
        Field { name: "person", about: "Somebody who can supply it.", asked: Use::Filter },
    ];
}

impl Item for WaitAt<'_> {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::Instant(self.wait.since),
            1 => Key::made(&self.wait.scope),
            2 => self.wait.guard.map_or(Key::None, Key::made),
            _ => Key::None,
        }
    }

    fn name(&self) -> Cow<'_, str> {
        format!("{} {}", self.wait.scope, self.wait.what).into()
    }

    fn is(&self, field: usize, wanted: &str) -> bool {
        match field {
            PERSON => wanted.parse().is_ok_and(|it| is_for(self.state, &it, &self.wait)),
            field => self.key(field).is(wanted),
        }
    }

    fn says(&self, text: &str) -> bool {
        listing::has(&self.wait.what, text) || listing::has(&self.wait.scope.to_string(), text)
    }
}

/// Returns what of everything that waits at the instant `now` is `wanted`; at most `limit`, however much
/// else waits.
pub fn gathered(state: &State, now: Timestamp, wanted: &Wanted, limit: usize) -> Vec<WaitingOn> {
    if !wanted.is_narrowed() {
        return waiting(state, now, limit);
    }
    let passes = |it: &WaitingOn| wanted.lets_pass(&WaitAt { state, wait: it.clone() });
    waiting_where(state, now, limit, &passes)
}
