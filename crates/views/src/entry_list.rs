//! Entries of the record, as a list: in the order of their numbers, filtered by who and what.

use crate::board::EntryLine;
use crate::listing::{self, Field, Item, Key, Listed, Use};
use model::event::{Actor, Entry};
use model::state::State;
use std::borrow::Cow;

/// One entry, as the record has it and as people read it.
#[derive(Clone, Debug)]
pub struct EntryAt {
    /// As the record has it.
    pub entry: Entry,
    /// As people read it.
    pub line: EntryLine,
}

impl EntryAt {
    /// Returns `entry` of the deployment that stands so.
    pub fn of(state: &State, entry: Entry) -> Self {
        Self { line: EntryLine::of(state, &entry), entry }
    }
}

/// The position of the field that says who answers for it.
const BY: usize = 1;

impl Listed for EntryAt {
    const FIELDS: &'static [Field] = &[
        Field { name: "seq", about: "Its number.", asked: Use::Both },
        Field {
            name: "by",
            about: "The person who answers for it, by their short name, or `landfall`.",
            asked: Use::Filter,
        },
    ];
}

impl Item for EntryAt {
    fn key(&self, field: usize) -> Key<'_> {
        if field == BY { Key::text(&self.line.by) } else { Key::Number(self.line.seq) }
    }

    fn name(&self) -> Cow<'_, str> {
        self.line.seq.to_string().into()
    }

    fn is(&self, field: usize, wanted: &str) -> bool {
        match (field, &self.entry.actor) {
            (BY, Actor::System) => wanted == "landfall",
            (BY, Actor::Person { person, .. }) => person.as_str() == wanted,
            (field, _) => self.key(field).is(wanted),
        }
    }

    fn says(&self, text: &str) -> bool {
        listing::has(&self.line.what, text)
    }
}
