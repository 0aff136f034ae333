//! Sign-off sheets as people read them: facts, digest, slots.

use model::machine::SignOffState;
use model::sheet::{Sheet, SlotId, body, digest};
use model::state::State;
use model::window::TimeZoneName;
use serde_json::{Value, json};
use views::fact::{named, plain, worded};
use views::people::person;
use views::time::{told, when, zone_of};

/// Returns a sheet as a page of text: its facts, its digest, its slots.
pub(crate) fn page(state: &State, sheet: &Sheet) -> String {
    let body = body(state, sheet);
    let plan = &state.plan;
    let mut page = format!("{}\n{}\n", sheet.title(), "=".repeat(sheet.title().chars().count()));
    page += &format!(
        "{} · {} · {} {} · {}\n\n",
        plan.deployment,
        plan.title,
        plan.release.name,
        plan.release.version,
        state.environment()
    );
    let mut said = String::new();
    facts(body.get("facts").unwrap_or(&Value::Null), 0, &mut said);
    page += &told(&said, zone_of(state, &sheet.scope()));
    page += &format!(
        "\ndigest {}\n\nSlots, in the order in which they are asked:\n",
        digest(state, sheet)
    );
    sheet.slots().iter().for_each(|it| page += &slot(state, it));
    page
}

/// Returns `value` as a document with a title, its instants on the clock of `zone`.
pub(crate) fn document(title: &str, value: &Value, zone: &TimeZoneName) -> String {
    let page = format!("{title}\n{}\n\n", "=".repeat(title.chars().count()));
    let mut said = String::new();
    facts(value, 0, &mut said);
    page + &told(&said, zone)
}

/// Writes what `value` says, a line a fact.
fn facts(value: &Value, depth: usize, page: &mut String) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| field(name, value, depth, page));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            *page += &format!("{}{}\n", "  ".repeat(depth), plain(value));
        }
    }
}

/// Writes one fact by its name; what consists of others is written below it.
fn field(name: &str, value: &Value, depth: usize, page: &mut String) {
    let (indent, name) = ("  ".repeat(depth), worded(name));
    if !is_nested(value) {
        *page += &format!("{indent}{name}: {}\n", named(&name, value));
        return;
    }
    *page += &format!("{indent}{name}:\n");
    match value {
        Value::Array(items) => items.iter().for_each(|it| item(it, depth + 1, page)),
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            facts(value, depth + 1, page);
        }
    }
}

/// Returns whether `value` does not fit a line.
fn is_nested(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => items.iter().any(|it| it.is_object() || it.is_array()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Writes one of several alike: its plain facts in a line, and what consists of others below it.
fn item(value: &Value, depth: usize, page: &mut String) {
    let mut below = Vec::new();
    let said: Vec<String> = match value {
        Value::Object(fields) => {
            let (nested, plains): (Vec<_>, Vec<_>) =
                fields.iter().partition(|(_, value)| is_nested(value));
            below = nested;
            let line = |(name, value): (&String, &Value)| {
                format!("{}: {}", worded(name), named(name, value))
            };
            plains.into_iter().map(line).collect()
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![plain(value)],
    };
    *page += &format!("{}- {}\n", "  ".repeat(depth), said.join(", "));
    below.into_iter().for_each(|(name, value)| field(name, value, depth + 1, page));
}

fn slot(state: &State, slot: &SlotId) -> String {
    let status = state.slots.get(slot);
    let standing = match status {
        None => "not asked for yet".to_owned(),
        Some(status) => {
            let zone = zone_of(state, &slot.sheet.scope());
            let by = status.by.as_ref().map(|it| format!(" by {}", person(&state.plan, it)));
            let by = by.unwrap_or_default();
            let of_this = status.document == digest(state, &slot.sheet);
            let of = if of_this || status.state != SignOffState::Signed {
                String::new()
            } else {
                format!(", of the sheet {}", status.document.short())
            };
            format!("{}{by} on {}{of}", status.state, when(status.since, zone))
        }
    };
    let mut text = format!("- {slot}\n  {}\n  {standing}\n", slot.meaning());
    if let Some(said) = state.said_on_paper(slot) {
        text += &format!("  {said}\n");
    }
    if let Some(said) = state.in_batch(slot) {
        text += &format!("  {said}\n");
    }
    if let Some(said) = state.disputed_slot(slot) {
        text += &format!("  DISPUTED: {said}\n");
    }
    for statement in status.iter().flat_map(|it| &it.statements) {
        text += &format!("  \"{statement}\"\n");
    }
    text
}

/// Returns a sheet for programs.
pub(crate) fn value(state: &State, sheet: &Sheet) -> Value {
    let slots = sheet.slots().into_iter().map(|slot| {
        let status = state.slots.get(&slot);
        json!({ "slot": slot, "meaning": slot.meaning(), "status": status,
            "on_paper": state.on_paper(&slot), "batch": state.in_batch(&slot), "dispute": state.disputes.of(&slot).map(|(dispute, _)| dispute) })
    });
    json!({
        "sheet": sheet.to_string(),
        "title": sheet.title(),
        "digest": digest(state, sheet),
        "body": body(state, sheet),
        "slots": slots.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn whatever_a_sheet_holds_reads_like_a_document() {
        let value = json!({
            "milestone": "Deployment Complete",
            "criteria": [
                { "guard": "D1", "reads": "met" },
                { "guard": "D8", "reads": { "waived": { "by": ["prm", "cus"] } }, "evidence": [] },
            ],
            "changes": [["R-1", "closed"], ["R-2", "cancelled"]],
            "coverage": { "computers": { "verified": 7, "exempt": {} }, "users": null },
            "waivers": [],
            "sites": ["B01", "B02"],
        });
        let mut page = String::new();
        facts(&value, 0, &mut page);
        expect![[r#"
            changes:
              - R-1, closed
              - R-2, cancelled
            coverage:
              computers:
                exempt: none
                verified: 7
              users: none
            criteria:
              - guard: D1, reads: met
              - evidence: none, guard: D8
                reads:
                  waived:
                    by: prm, cus
            milestone: Deployment Complete
            sites: B01, B02
            waivers: none
        "#]]
        .assert_eq(&page);
    }
}
