//! Canonical JSON (RFC 8785) written in one go, where every number is an integer below 2^53.
//!
//! Every entry, sheet and question is written so, and a rehearsal writes millions of them. What the
//! library buffers and sorts object by object is a tree here already, and mostly in order.
//!
//! House rule: the same bytes as the library's, which still writes what has other numbers.

use serde_json::{Map, Number, Value};
use std::io::Write as _;

/// The first integer that a double cannot tell from its neighbour.
const EXACT_BELOW: u64 = 1 << 53;

/// Returns `tree` as canonical JSON; nothing where a number in it is no integer below 2^53.
pub(super) fn written(tree: &Value) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(512);
    write(tree, &mut bytes)?;
    Some(bytes)
}

fn write(tree: &Value, bytes: &mut Vec<u8>) -> Option<()> {
    match tree {
        Value::Null => bytes.extend(b"null"),
        Value::Bool(true) => bytes.extend(b"true"),
        Value::Bool(false) => bytes.extend(b"false"),
        Value::Number(number) => write_number(number, bytes)?,
        Value::String(text) => write_text(text, bytes)?,
        Value::Array(items) => {
            bytes.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    bytes.push(b',');
                }
                write(item, bytes)?;
            }
            bytes.push(b']');
        }
        Value::Object(fields) => write_object(fields, bytes)?,
    }
    Some(())
}

fn write_number(number: &Number, bytes: &mut Vec<u8>) -> Option<()> {
    let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs))?;
    (size < EXACT_BELOW).then_some(())?;
    write!(bytes, "{number}").ok()
}

fn write_text(text: &str, bytes: &mut Vec<u8>) -> Option<()> {
    serde_json::to_writer(bytes, text).ok()
}

fn write_object(fields: &Map<String, Value>, bytes: &mut Vec<u8>) -> Option<()> {
    let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
    // By their UTF-16, as the standard has it; of ASCII that is the order of the bytes.
    if fields.iter().all(|(name, _)| name.is_ascii()) {
        fields.sort_by_key(|(name, _)| *name);
    } else {
        fields.sort_by_cached_key(|(name, _)| name.encode_utf16().collect::<Vec<u16>>());
    }
    bytes.push(b'{');
    for (position, (name, value)) in fields.into_iter().enumerate() {
        if position > 0 {
            bytes.push(b',');
        }
        write_text(name, bytes)?;
        bytes.push(b':');
        write(value, bytes)?;
    }
    bytes.push(b'}');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn trees() -> impl Strategy<Value = Value> {
        let number = prop_oneof![
            any::<u32>().prop_map(u64::from),
            (EXACT_BELOW - 3)..(EXACT_BELOW + 3),
            any::<u64>()
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            number.prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,6}|[\\x00-\\x7f]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            let name = "[a-c]{1,2}|[\\x00-\\x7f]{0,3}|[\u{e000}\u{1f600}é]{1,2}";
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(name, inner, 0..5)
                    .prop_map(|it| Value::Object(it.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_has_the_bytes_of_the_library(tree in trees()) {
            if let Some(bytes) = written(&tree) {
                let known = serde_json_canonicalizer::to_vec(&tree).unwrap();
                prop_assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&known));
            }
        }
    }

    #[test]
    fn integers_below_two_to_the_53_are_written_and_other_numbers_are_left_to_the_library() {
        for (tree, is_written) in [
            (json!({ "b": [1, -1], "a": { "\u{1f600}": 0, "\u{e000}": null } }), true),
            (json!(EXACT_BELOW - 1), true),
            (json!(EXACT_BELOW), false),
            (json!([i64::MIN]), false),
            (json!(0.5), false),
        ] {
            assert_eq!(written(&tree).is_some(), is_written, "{tree}");
        }
    }
}
