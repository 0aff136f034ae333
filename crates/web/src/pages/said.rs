//! What a sheet or a report says, as parts of a page.

use crate::block::{Block, Cell, Fact};
use crate::visit::Visit;
use model::scope::Scope;
use model::sheet::{self, Sheet};
use serde_json::Value;
use views::fact::named;
use views::time::{told, zone_of};

/// The most rows of a table in a document.
const ROWS_MAX: usize = 5_000;

/// By what a row is known: these columns stand first, the others behind them as they are named.
const FIRST: [&str; 20] = [
    "number",
    "incident",
    "escalation",
    "waiver",
    "rfc",
    "site",
    "component",
    "ring",
    "scope",
    "criterion",
    "question",
    "item",
    "guide",
    "role",
    "person",
    "id",
    "name",
    "title",
    "text",
    "state",
];

/// Returns what `sheet` says.
pub(super) fn of_sheet(visit: &Visit, sheet: &Sheet) -> Vec<Block> {
    let body = sheet::body(visit.state(), sheet);
    let facts = body.get("facts").unwrap_or(&Value::Null);
    blocks(visit, &sheet.scope(), "What the sheet says", facts)
}

/// Returns what a report says.
pub(super) fn of_report(visit: &Visit, facts: &Value) -> Vec<Block> {
    blocks(visit, &Scope::Deployment, "Facts", facts)
}

/// Returns a document as parts of a page: plain facts first, then a part for what consists of others.
fn blocks(visit: &Visit, scope: &Scope, title: &str, value: &Value) -> Vec<Block> {
    let zone = zone_of(visit.state(), scope);
    let said = |name: &str, value: &Value| told(&named(name, value), zone);
    let mut facts = Vec::new();
    let mut below = Vec::new();
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Array(items) if items.iter().any(Value::is_object) => {
                        below.push(table(name, items, &said));
                    }
                    Value::Object(inner)
                        if inner.values().any(|it| it.is_object() || it.is_array()) =>
                    {
                        below.extend(blocks(visit, scope, &spoken(name), value));
                    }
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_)
                    | Value::Object(_) => facts.push(Fact::said(spoken(name), said(name, value))),
                }
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            return vec![table(title, items, &said)];
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            facts.push(Fact::said("Says", said("", value)));
        }
    }
    let first = (!facts.is_empty()).then(|| Block::facts(title, facts));
    first.into_iter().chain(below).collect()
}

fn table(name: &str, items: &[Value], said: &dyn Fn(&str, &Value) -> String) -> Block {
    let mut columns: Vec<&str> = Vec::new();
    for item in items.iter().filter_map(Value::as_object) {
        for key in item.keys() {
            if !columns.contains(&key.as_str()) {
                columns.push(key);
            }
        }
    }
    let place = |of: &&str| FIRST.iter().position(|it| it == of).unwrap_or(FIRST.len());
    columns.sort_by_key(place);
    let rows: Vec<Vec<Cell>> = items
        .iter()
        .take(ROWS_MAX)
        .map(|item| {
            columns
                .iter()
                .map(|key| Cell::of(item.get(*key).map_or_else(String::new, |it| said(key, it))))
                .collect()
        })
        .collect();
    let more = items.len().saturating_sub(rows.len());
    let headings: Vec<String> = columns.iter().map(|it| spoken(it)).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let block = Block::table(spoken(name), &headings, rows, "");
    if more > 0 { block.lead(format!("{more} more stand in the document.")) } else { block }
}

fn spoken(name: &str) -> String {
    crate::form::spoken(name)
}
