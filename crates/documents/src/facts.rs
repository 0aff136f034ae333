//! From the JSON of a body to what stands in a place: names instead of short names, instants on the
//! clock of the place, words instead of keys.
//!
//! House rule: whatever a body says is shown; nothing that is signed is left out.

use crate::block::{Block, Fact, Said};
use crate::computed;
use crate::words;
use jiff::{SignedDuration, Timestamp};
use model::role_type::RoleType;
use model::state::State;
use model::window::TimeZoneName;
use serde_json::{Map, Number, Value};

/// The most rows that a table of a document has, and the most things that stand in one place. More
/// belong into a file beside it.
pub(crate) const ROWS_MAX: usize = 2_000;

/// What names people by their short names.
const OF_PEOPLE: &[&str] = &[
    "accepted-by",
    "agreed-to-by",
    "assignee",
    "brought-by",
    "by",
    "deputy",
    "implementers",
    "invitees",
    "knowledge-accepted-by",
    "member",
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
    "contacts",
    "people",
    "holder",
    "holders",
    "called",
];

/// What is measured in hundredths of a percent.
const IN_HUNDREDTHS: &[&str] = &["availability-min", "measured-min"];

/// What is measured in tenths of a percent.
const IN_TENTHS: &[&str] =
    &["response-rate", "satisfied", "satisfied-per-mille", "interval", "interval-per-mille"];

/// The longest slot that is a window, and not any time.
const SLOT_MAX: SignedDuration = SignedDuration::from_hours(28 * 24);

/// What the program itself computed or asked for, in sentences of the catalogue with gaps.
const OF_RULES: &[&str] = &["derived", "asked-for", "found"];

/// What names role types.
const OF_ROLES: &[&str] =
    &["role", "roles", "owner-role", "given-by", "to", "agreed-to-by", "side"];

/// By what a row is known: where nobody says which columns come first, these do.
const IDENTIFYING: &[&str] = &[
    "number",
    "incident",
    "escalation",
    "lesson",
    "waiver",
    "change",
    "rfc",
    "quiet-period",
    "report",
    "site",
    "component",
    "ring",
    "criterion",
    "question",
    "item",
    "guide",
    "instrument",
    "member",
    "scope",
    "id",
    "name",
    "title",
    "text",
    "heading",
    "severity",
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

    /// Returns it as it reads in a table, where there is little room.
    pub(crate) fn in_table(&self) -> Self {
        Self { place: Place::Cell, ..*self }
    }

    /// Returns what `value` says under the name `key`.
    pub(crate) fn said(&self, key: &str, value: &Value) -> Said {
        match value {
            Value::Null => Said::word("none"),
            Value::Bool(true) => Said::word("yes"),
            Value::Bool(false) => Said::word("no"),
            Value::Number(number) => Said::text(measured(key, number)),
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
                interval(key, fields).unwrap_or_else(|| self.parts(key, fields))
            }
        }
    }

    /// Returns what something with parts says, each under its name; a person alone needs none, and a
    /// beginning and an end are one thing.
    fn parts(&self, of: &str, fields: &Map<String, Value>) -> Said {
        let mut parts: Vec<(String, &Value)> = fields
            .iter()
            .filter(|(_, value)| !is_nothing(value))
            .map(|(name, value)| (key_of(name), value))
            .collect();
        if let [(name, value)] = parts.as_slice()
            && OF_PEOPLE.contains(&name.as_str())
        {
            return self.said(name, value);
        }
        let bound = |of: &str| fields.get(of).and_then(Value::as_str);
        let span = bound("from").zip(bound("until")).map(|(from, until)| {
            parts.retain(|(name, _)| !matches!(name.as_str(), "from" | "until"));
            let [from, until] = [("from", from), ("until", until)].map(|(of, it)| {
                let said = self.text(of, it);
                if let Said::Text(text) = said { text } else { it.to_owned() }
            });
            let word = if is_any_time(of, fields) { "any-time-from-until" } else { "from-until" };
            Said::Word { word: word.to_owned(), with: vec![from, until] }
        });
        let named = parts
            .into_iter()
            .map(|(name, value)| Said::Named { is: Box::new(self.said(&name, value)), name });
        let all: Vec<Said> = span.into_iter().chain(named).collect();
        match all.as_slice() {
            [] => Said::word("none"),
            [only @ (Said::Text(_) | Said::Word { .. })] => only.clone(),
            _ => Said::All { all },
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
                Place::Cell => Said::text(person.name()),
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
        if OF_ROLES.contains(&key) && text.parse::<RoleType>().is_ok() {
            return Said::Word { word: format!("role-{text}"), with: vec![] };
        }
        if OF_RULES.contains(&key)
            && let Some(told) = computed::told(text)
        {
            return told;
        }
        if key == "text"
            && let Some(told) = computed::otherwise(text)
        {
            return told;
        }
        if key == "measure"
            && let Some(word) = words::measure_key(text)
        {
            return Said::Word { word, with: vec![] };
        }
        if let Some(key) = words::sentence_key(text) {
            return Said::word(key);
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
        let reader = self.in_table();
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
            if let Value::Array(parts) = item
                && parts.len() == columns.len()
            {
                let parts = columns.iter().zip(parts);
                return parts.map(|(column, it)| reader.said(column, it)).collect();
            }
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
            about: of("guard")
                .or_else(|| of("topic"))
                .map(Said::text)
                .or_else(|| of("role").map(|it| self.text("role", it))),
            at: of("at").and_then(|it| it.parse().ok()),
            entry: fields.get("entry").and_then(Value::as_u64),
        })
    }
}

/// Returns an interval between two shares as one thing: `20.7 % to 100 %`.
fn interval(key: &str, fields: &Map<String, Value>) -> Option<Said> {
    let bound = |of: &str| fields.get(of).and_then(Value::as_number).map(|it| measured(key, it));
    let (low, high) = bound("low").zip(bound("high"))?;
    let is_both = fields.len() == 2 && IN_TENTHS.contains(&key);
    is_both.then(|| Said::Word { word: "from-until".to_owned(), with: vec![low, high] })
}

/// Returns whether a slot ends only where somebody stopped looking: work at a site is no matter of weeks,
/// and so it may be done at any time until then.
fn is_any_time(key: &str, fields: &Map<String, Value>) -> bool {
    let bound = |of: &str| fields.get(of)?.as_str()?.parse::<Timestamp>().ok();
    let length = bound("from").zip(bound("until")).map(|(from, until)| until.duration_since(from));
    key == "slot" && length.is_some_and(|it| it >= SLOT_MAX)
}

/// Returns a number with its unit, where what is called `key` has one.
fn measured(key: &str, number: &Number) -> String {
    match number.as_u64() {
        Some(it) if IN_HUNDREDTHS.contains(&key) => format!("{}.{:02} %", it / 100, it % 100),
        Some(it) if IN_TENTHS.contains(&key) && it % 10 == 0 => format!("{} %", it / 10),
        Some(it) if IN_TENTHS.contains(&key) => format!("{}.{} %", it / 10, it % 10),
        Some(_) | None => number.to_string(),
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
    let mut rest: Vec<String> = found.into_iter().filter(|it| !columns.contains(it)).collect();
    let place = |of: &String| IDENTIFYING.iter().position(|it| *it == of.as_str());
    rest.sort_by_key(|it| place(it).unwrap_or(IDENTIFYING.len()));
    columns.extend(rest);
    // Rows without names are as long as whoever lays them out says.
    let is_row = |it: &Value| it.as_array().is_some_and(|it| it.len() == first.len());
    if columns.is_empty() && !first.is_empty() && items.iter().all(is_row) {
        columns = first.iter().map(ToString::to_string).collect();
    }
    if columns.is_empty() { vec!["what".to_owned()] } else { columns }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_in_percent_and_an_interval_is_one_thing() {
        let number = |it: u32| Number::from(it);
        assert_eq!(measured("satisfied-per-mille", &number(1_000)), "100 %");
        assert_eq!(measured("satisfied", &number(667)), "66.7 %");
        assert_eq!(measured("level", &number(1_000)), "1000");
        let value = serde_json::json!({ "low": 207, "high": 1_000 });
        let fields = value.as_object().expect("because it is one");
        let told = interval("interval-per-mille", fields);
        assert_eq!(told, Some(Said::with("from-until", &[&"20.7 %", &"100 %"])));
        assert_eq!(interval("risk", fields), None);
    }

    #[test]
    fn a_slot_of_weeks_is_any_time() {
        for (until, expected) in [("2026-11-28T04:00:00Z", false), ("2028-01-01T00:00:00Z", true)] {
            let value = serde_json::json!({ "from": "2026-11-27T11:41:00Z", "until": until });
            let fields = value.as_object().expect("because it is one");
            assert_eq!(is_any_time("slot", fields), expected, "{until}");
            assert!(!is_any_time("period", fields));
        }
    }
}
