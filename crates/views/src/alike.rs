//! What waits on the same thing, told once.
//!
//! A hundred sites wait for one ring: whoever looks reads it once, with the sites that it holds back.

use model::scope::Scope;
use planner::waiting::WaitingOn;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// The most of what waits on the same that is named beside the first.
pub const NAMED_MAX: usize = 12;

/// Something that waits, and what else waits on the same.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Alike {
    /// The first of them, since whenever one of them waits.
    #[serde(flatten)]
    pub wait: WaitingOn,
    /// What else waits on the same; at most a dozen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Scope>,
    /// How many more do.
    #[serde(skip_serializing_if = "is_none")]
    pub more: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(more: &usize) -> bool {
    *more == 0
}

impl From<WaitingOn> for Alike {
    fn from(wait: WaitingOn) -> Self {
        Self { wait, also: vec![], more: 0 }
    }
}

impl Alike {
    /// Takes in another wait on the same; it tells the age of the oldest.
    fn take(&mut self, other: WaitingOn) {
        self.wait.since = self.wait.since.min(other.since);
        if self.also.len() < NAMED_MAX {
            self.also.push(other.scope);
        } else {
            self.more += 1;
        }
    }
}

/// Returns `waits` in their order, those together that wait on the same and that nobody can end one
/// by one.
pub fn alike(waits: impl IntoIterator<Item = WaitingOn>) -> Vec<Alike> {
    let mut all: Vec<Alike> = Vec::new();
    let mut known: HashMap<String, Vec<usize>> = HashMap::new();
    for wait in waits {
        if wait.command.is_some() {
            all.push(wait.into());
            continue;
        }
        let places = known.get(&wait.what).into_iter().flatten();
        let is_first = |it: &&usize| all.get(**it).is_some_and(|it| is_the_same(&it.wait, &wait));
        let first = places.copied().find(|it| is_first(&it));
        match first.and_then(|it| all.get_mut(it)) {
            Some(first) => first.take(wait),
            None => {
                known.entry(wait.what.clone()).or_default().push(all.len());
                all.push(wait.into());
            }
        }
    }
    all
}

fn is_the_same(one: &WaitingOn, other: &WaitingOn) -> bool {
    one.guard == other.guard
        && one.supplier == other.supplier
        && one.people == other.people
        && one.waivable_by == other.waivable_by
        && one.next_look == other.next_look
        && one.if_nobody_acts == other.if_nobody_acts
        && one.binds == other.binds
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use model::guard::{Guard, Supplier};
    use planner::waiting::Binds;

    fn waits(scope: &str, what: &str, supplier: Supplier) -> WaitingOn {
        WaitingOn {
            scope: scope.parse().unwrap(),
            what: what.to_owned(),
            guard: Some(Guard::S8),
            since: Timestamp::UNIX_EPOCH,
            supplier,
            people: vec![],
            command: None,
            waivable_by: vec![],
            next_look: None,
            if_nobody_acts: None,
            binds: Binds::Now,
        }
    }

    #[test]
    fn what_is_told_once_waits_since_the_oldest_of_them_does() {
        let ring = "ring early is halted";
        let later = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(2);
        let first = WaitingOn { since: later, ..waits("site/a", ring, Supplier::System) };
        let told = alike([first, waits("site/b", ring, Supplier::System)]);
        let told: Vec<_> =
            told.iter().map(|it| (it.wait.scope.to_string(), it.wait.since)).collect();
        assert_eq!(told, [("site/a".to_owned(), Timestamp::UNIX_EPOCH)]);
    }

    #[test]
    fn what_waits_on_the_same_is_told_once_with_all_that_it_holds_back() {
        let ring = "ring early is halted";
        let mut all = vec![
            waits("site/a", ring, Supplier::System),
            waits("site/b", "the window of b is closed", Supplier::System),
            waits("site/c", ring, Supplier::System),
            waits("site/d", ring, Supplier::At(Timestamp::UNIX_EPOCH)),
        ];
        all.extend(
            (0..NAMED_MAX + 2).map(|it| waits(&format!("site/s{it}"), ring, Supplier::System)),
        );
        let told: Vec<_> = alike(all)
            .into_iter()
            .map(|it| (it.wait.scope.to_string(), it.also.len(), it.more))
            .collect();
        // What somebody else can supply is something else.
        let expected = [("site/a", NAMED_MAX, 3), ("site/b", 0, 0), ("site/d", 0, 0)];
        assert_eq!(told, expected.map(|(it, also, more)| (it.to_owned(), also, more)));
    }
}
