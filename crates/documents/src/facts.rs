//! From the JSON of a body to what stands in a place: names instead of short names, instants on the
//! clock of the place, words instead of keys.
//!
//! House rule: whatever a body says is shown; nothing that is signed is left out.

use crate::block::{Block, Fact, Said};
use crate::words;
use jiff::Timestamp;
use model::role_type::RoleType;
use model::state::State;
use model::window::TimeZoneName;
use serde_json::{Map, Value};

/// The most rows that a table of a document has, and the most things that stand in one place. More
/// belong into a file beside it.
pub(crate) const ROWS_MAX: usize = 2_000;

/// What names people by their short names.
const OF_PEOPLE: &[&str] = &[
    "accepted-by",
    "agreed-to-by",
    "assignee",
    "by",
    "deputy",
    "implementers",
    "invitees",
    "knowledge-accepted-by",
    "on-behalf-of",
    "on-shift",
    "opened-by",
    "owner",
    "person",
    "raised-by",
    "read-by",
    "received-by",
    "requested-by",
    "receiver",
    "said-by",
    "signed-by",
    "trainer",
    "approved-by",
    "acknowledged-by",
    "decided-by",
    "giver",
];

/// On whose clock and with whose names a value is read.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) state: &'a State,
    pub(crate) zone: &'a TimeZoneName,
    place: Place,
}

/// Where a value stands: in a table there is little room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Beside its name: people with their short names, instants in UTC too.
    Fact,
    /// In a table: printed names, instants on the clock of the place.
    Cell,
}

impl<'a> Reader<'a> {
    /// Returns whoever reads on this clock and with these names.
    pub(crate) fn of(state: &'a State, zone: &'a TimeZoneName) -> Self {
        Self { state, zone, place: Place::Fact }
    }

    /// Returns what `value` says under the name `key`.
    pub(crate) fn said(&self, key: &str, value: &Value) -> Said {
        match value {
            Value::Null => Said::word("none"),
            Value::Bool(true) => Said::word("yes"),
            Value::Bool(false) => Said::word("no"),
            Value::Number(number) => Said::text(number),
            Value::String(text) => self.text(key, text),
            Value::Array(items) if items.is_empty() => Said::word("none"),
            Value::Array(items) => {
                let mut all: Vec<Said> =
                    items.iter().take(ROWS_MAX).map(|it| self.said(key, it)).collect();
                let more = items.len() - all.len();
                if more > 0 {
                    all.push(Said::with("and-more", &[&more]));
                }
                match all.as_slice() {
                    [only] => only.clone(),
                    _ => Said::All { all },
                }
            }
            Value::Object(fields) if fields.is_empty() => Said::word("none"),
            Value::Object(fields) => {
                let all: Vec<Said> = fields
                    .iter()
                    .filter(|(_, value)| !is_nothing(value))
                    .map(|(name, value)| {
                        let name = key_of(name);
                        Said::Named { is: Box::new(self.said(&name, value)), name }
                    })
                    .collect();
                if all.is_empty() { Said::word("none") } else { Said::All { all } }
            }
        }
    }

    fn text(&self, key: &str, text: &str) -> Said {
        if text.is_empty() {
            return Said::word("none");
        }
        if OF_PEOPLE.contains(&key)
            && let Ok(id) = text.parse()
            && let Some(person) = self.state.person(&id)
        {
            return match self.place {
                Place::Fact => Said::text(views::people::person(&self.state.plan, &id)),
                Place::Cell => Said::text(&person.name),
            };
        }
        if text.ends_with('Z')
            && let Ok(at) = text.parse::<Timestamp>()
        {
            return match self.place {
                Place::Fact => Said::text(views::time::when(at, self.zone)),
                Place::Cell => {
                    let here = at.to_zoned(self.zone.rules());
                    Said::text(here.strftime("%Y-%m-%d %H:%M %Z"))
                }
            };
        }
        if matches!(key, "role" | "roles" | "owner-role") && text.parse::<RoleType>().is_ok() {
            return Said::Word { word: format!("role-{text}"), with: vec![] };
        }
        match words::value_key(text) {
            Some(word) => Said::Word { word, with: vec![] },
            None => Said::text(text),
        }
    }

    /// Returns `fields` as facts with their names; those of an inner object under its name.
    pub(crate) fn facts(&self, fields: &Map<String, Value>) -> Vec<Fact> {
        let fact = |(name, value): (&String, &Value)| {
            let name = key_of(name);
            Fact { said: self.said(&name, value), name }
        };
        fields.iter().map(fact).collect()
    }

    /// Returns `items` as a table: the columns that are named first, then whatever else the rows
    /// have.
    pub(crate) fn table(&self, of: Option<&str>, items: &[Value], first: &[&str]) -> Block {
        let columns = columns(items, first);
        let reader = Self { place: Place::Cell, ..*self };
        let rows = items.iter().take(ROWS_MAX).map(|item| {
            let cell = |column: &String| match item {
                Value::Object(fields) => {
                    let value = fields.iter().find(|(name, _)| key_of(name) == *column);
                    value
                        .map_or_else(|| Said::text(""), |(name, it)| reader.said(&key_of(name), it))
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_) => reader.said(column, item),
            };
            columns.iter().map(cell).collect()
        });
        Block::Table {
            of: of.map(str::to_owned),
            rows: rows.collect(),
            left_out: items.len().saturating_sub(ROWS_MAX),
            columns,
        }
    }

    /// Returns what people said, each with who, when and the entry that holds it.
    pub(crate) fn statement(&self, item: &Value) -> Option<Block> {
        let fields = item.as_object()?;
        let of = |key: &str| fields.get(key).and_then(Value::as_str);
        let text = ["statement", "text", "reason"].iter().find_map(|it| of(it))?;
        let by = of("by").map(|it| match it.parse() {
            Ok(id) => views::people::person(&self.state.plan, &id),
            Err(_) => it.to_owned(),
        });
        Some(Block::Statement {
            text: text.to_owned(),
            by,
            about: of("guard").or_else(|| of("role")).or_else(|| of("topic")).map(str::to_owned),
            at: of("at").and_then(|it| it.parse().ok()),
            entry: fields.get("entry").and_then(Value::as_u64),
        })
    }
}

/// Returns whether `value` says nothing that a reader would miss.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Returns a name of JSON as a word of the catalogue.
pub(crate) fn key_of(name: &str) -> String {
    name.replace('_', "-")
}

/// Returns the columns of `items`: `first`, where any of them has it, then the rest.
fn columns(items: &[Value], first: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, value) in items.iter().filter_map(Value::as_object).flatten() {
        let key = key_of(name);
        if !is_nothing(value) && !found.contains(&key) {
            found.push(key);
        }
    }
    let mut columns: Vec<String> = first
        .iter()
        .filter(|it| found.iter().any(|key| key == **it))
        .map(ToString::to_string)
        .collect();
    let rest: Vec<String> = found.into_iter().filter(|it| !columns.contains(it)).collect();
    columns.extend(rest);
    if columns.is_empty() { vec!["what".to_owned()] } else { columns }
}
