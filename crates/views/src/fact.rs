//! Facts of a sheet or a report, in words: the same on a page, in a terminal and on paper's draft.

use serde_json::Value;

/// The longest list that is shown in one line; a longer one is counted.
const LISTED_MAX: usize = 12;

/// Returns the name of a fact in words.
pub fn worded(name: &str) -> String {
    name.replace(['-', '_'], " ")
}

/// What is measured in tenths of a percent.
const IN_TENTHS: [&str; 4] = ["response rate", "satisfied", "low", "high"];

/// Returns what `value` says under `name`, in a line: a share with its unit.
pub fn named(name: &str, value: &Value) -> String {
    match value.as_u64() {
        Some(tenths) if IN_TENTHS.contains(&worded(name).as_str()) => {
            format!("{}.{} %", tenths / 10, tenths % 10)
        }
        Some(_) | None => plain(value),
    }
}

/// Returns `value` in a line.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let said = |(name, value): (&String, &Value)| {
                format!("{}: {}", worded(name), within(name, value))
            };
            fields.iter().map(said).collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) if !items.is_empty() => {
            let listed: Vec<String> =
                items.iter().take(LISTED_MAX).map(|it| within("", it)).collect();
            let more = items.len() - listed.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{}{more}", listed.join(", "))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => "none".to_owned(),
        Value::String(text) if text.trim().is_empty() => "not said".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
    }
}

/// Returns `value` as a part of a line: what has several names stands in brackets.
fn within(name: &str, value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => format!("({})", plain(value)),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => named(name, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whatever_a_fact_is_it_reads_in_a_line() {
        let many: Vec<u32> = (1..=14).collect();
        for (value, said) in [
            (json!(null), "none"),
            (json!([]), "none"),
            (json!({}), "none"),
            (json!(true), "yes"),
            (json!(7), "7"),
            (json!("a\u{2011}b"), "a\u{2011}b"),
            (json!(""), "not said"),
            (json!({"high": 1000, "low": 207, "n": 1}), "high: 100.0 %, low: 20.7 %, n: 1"),
            (json!(["a", "b"]), "a, b"),
            (json!(many), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more"),
            (json!({"covered_by": {"who": "me"}, "users": 3}), "covered by: (who: me), users: 3"),
            (json!([{"pc": 1}, {"pc": 2}]), "(pc: 1), (pc: 2)"),
        ] {
            assert_eq!(plain(&value), said);
        }
        assert_eq!(named("satisfied", &json!(827)), "82.7 %");
    }
}
