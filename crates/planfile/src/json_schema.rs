//! The JSON Schema of a plan, for editors and for other programs.
//!
//! House rule: the schema is made from the types that read the plan, so it cannot lag behind.

use crate::written::PlanFile;
use serde_json::{Value, json};

/// The name of the schema.
const ID: &str = "urn:landfall:schema:plan:1";

/// Returns the JSON Schema (2020-12) of `landfall.yaml`.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(PlanFile).to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("$id".to_owned(), json!(ID));
        root.insert("title".to_owned(), json!("Landfall master project plan"));
        if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
            let sections = properties
                .iter_mut()
                .filter(|(name, section)| *name != "variables" && is_section(section));
            sections.for_each(|(_, section)| allow_from(section));
        }
        let definitions = root.entry("$defs").or_insert_with(|| json!({}));
        if let Some(definitions) = definitions.as_object_mut() {
            definitions.insert("From".to_owned(), from());
        }
    }
    schema
}

/// Returns whether a property is a list or a group of keys, and so may stand in a file of its own.
fn is_section(property: &Value) -> bool {
    let is_list =
        property.get("type").is_some_and(|it| *it == "array" || *it == json!(["array", "null"]));
    is_list || property.get("$ref").is_some() || property.get("anyOf").is_some()
}

fn allow_from(section: &mut Value) {
    let description = section.get("description").cloned();
    let written = section.take();
    *section = json!({ "anyOf": [written, { "$ref": "#/$defs/From" }] });
    if let (Some(object), Some(description)) = (section.as_object_mut(), description) {
        object.insert("description".to_owned(), description);
    }
}

fn from() -> Value {
    json!({
        "type": "object",
        "description": "The section stands in a file of its own, relative to the plan's folder.",
        "properties": { "from": { "type": "string", "description": "The file." } },
        "required": ["from"],
        "additionalProperties": false,
    })
}
