//! Fields and values of a plan in words.
//!
//! House rule: durations with their unit, dates with their zone.

use crate::diagnostic::quoted;
use serde_json::Value;

/// The units that end the name of a field, and how a number of them is written.
const UNITS: [(&str, &str); 5] = [
    ("kbit_per_s", "kbit/s"),
    ("_percent_min", "%"),
    ("_percent", "%"),
    ("_bytes", "bytes"),
    ("_days", "days"),
];

/// The most items of a list that are named.
const ITEMS_MAX: usize = 12;

/// How many of the characters that two texts have in common are shown before those that differ.
const SAME_SHOWN: usize = 20;

/// Returns the name of a field in words, without its unit.
pub(super) fn name_of_field(field: &str) -> String {
    let unit = UNITS
        .iter()
        .find_map(|(end, _)| field.strip_suffix(end))
        .or_else(|| field.strip_suffix("_s"));
    let plain = unit.unwrap_or(field).replace('_', " ");
    if plain.trim().is_empty() {
        return "rate".to_owned();
    }
    plain.trim().to_owned()
}

/// Returns the value of `field` in words.
pub(super) fn value_in_words(field: &str, value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => {
            let unit = UNITS.iter().find(|(end, _)| field.ends_with(end)).map(|(_, unit)| *unit);
            match (unit, number.as_u64()) {
                (Some(unit), _) => format!("{number} {unit}"),
                (None, Some(seconds)) if field.ends_with("_s") => length(seconds),
                (None, _) => number.to_string(),
            }
        }
        Value::String(text) => quoted(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let mut words: Vec<String> =
                items.iter().take(ITEMS_MAX).map(|it| value_in_words(field, it)).collect();
            if items.len() > ITEMS_MAX {
                words.push(format!("and {} more", items.len() - ITEMS_MAX));
            }
            words.join(", ")
        }
        Value::Object(fields) => {
            let parts = fields.iter().filter(|(_, value)| !value.is_null());
            let parts = parts.map(|(key, value)| {
                format!("{} {}", name_of_field(key), value_in_words(key, value))
            });
            parts.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Returns how `was` became `is`, in words that follow "changed": of long texts where they begin to differ, of long lists what
/// was added and what was removed.
pub(super) fn change_in_words(field: &str, was: &Value, is: &Value) -> String {
    match (was, is) {
        (Value::String(was), Value::String(is)) if quoted(was) == quoted(is) => {
            let same = was.chars().zip(is.chars()).take_while(|(was, is)| was == is).count();
            let from = same.saturating_sub(SAME_SHOWN);
            let shown = |text: &str| quoted(&text.chars().skip(from).collect::<String>());
            format!(" after its first {from} characters from {} to {}", shown(was), shown(is))
        }
        (Value::Array(was), Value::Array(is)) if was.len().max(is.len()) > ITEMS_MAX => {
            let beyond = |some: &[Value], others: &[Value]| {
                let items = some.iter().filter(|it| !others.contains(it)).cloned().collect();
                value_in_words(field, &Value::Array(items))
            };
            match (beyond(is, was), beyond(was, is)) {
                (added, removed) if added == removed => " in its order".to_owned(),
                (added, removed) => format!(": added {added}; removed {removed}"),
            }
        }
        _ => format!(" from {} to {}", value_in_words(field, was), value_in_words(field, is)),
    }
}

/// Returns a length of time as it is written in plans.
fn length(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (size, unit) in units {
        // Two days and less are said in hours, as people plan nights.
        if left >= size && !(size == 86_400 && seconds <= 172_800) {
            parts.push(format!("{} {unit}", left / size));
            left %= size;
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_told_where_it_is() {
        let script = |line: &str| json!(format!("{}\n{line}\nexit 0", "set -eu; ".repeat(12)));
        let names = |names: std::ops::Range<u32>| {
            json!(names.map(|it| format!("site-{it}")).collect::<Vec<_>>())
        };
        for (field, was, is, words) in [
            ("tries", json!(1), json!(2), " from 1 to 2"),
            (
                "script",
                script("copy one"),
                script("copy two"),
                " after its first 94 characters from `-eu; set -eu; \\u{a}copy one\\u{a}exit 0` to `-eu; set -eu; \\u{a}copy two\\u{a}exit 0`",
            ),
            (
                "sites",
                names(0..600),
                names(1..602),
                ": added `site-600`, `site-601`; removed `site-0`",
            ),
        ] {
            assert_eq!(change_in_words(field, &was, &is), words);
        }
        let all = change_in_words("sites", &names(0..0), &names(0..600));
        assert!(all.ends_with("`site-11`, and 588 more; removed none"), "{all}");
    }

    #[test]
    fn values_are_said_with_their_unit() {
        for (field, value, name, words) in [
            ("soak_s", json!(172_800), "soak", "48 h"),
            ("soak_s", json!(432_000), "soak", "5 d"),
            ("margin_s", json!(5_400), "margin", "1 h 30 min"),
            ("failed_percent", json!(2), "failed", "2 %"),
            ("kbit_per_s", json!(2_000), "rate", "2000 kbit/s"),
            ("source_kbit_per_s", json!(2_000), "source", "2000 kbit/s"),
            ("prestaged", json!(true), "prestaged", "yes"),
            ("needs", json!(["dns", "idp"]), "needs", "`dns`, `idp`"),
            ("needs", json!([]), "needs", "none"),
        ] {
            assert_eq!(
                (name_of_field(field).as_str(), value_in_words(field, &value).as_str()),
                (name, words)
            );
        }
    }
}
