//! What a form is made of: the shape of what is asked, taken from its JSON Schema.

use super::posted::Posted;
use serde_json::{Map, Value, json};

/// Deeper than any command goes; a description that names itself ends here.
const DEPTH_MAX: usize = 12;

/// The most items of a list in a form.
pub(super) const ITEMS_MAX: usize = 500;

/// The shape of something that is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A text.
    Text,
    /// A digest of what was shown.
    Digest,
    /// An instant.
    Instant,
    /// A day.
    Day,
    /// A number, with or without a fraction.
    Number,
    /// Yes or no.
    Flag,
    /// One of several words, each with what it means.
    Word(Vec<(String, String)>),
    /// Several, one a line.
    Lines(Box<Self>),
    /// Several, each with fields of its own.
    List(Box<Self>),
    /// Names with values, one a line.
    Map(Box<Self>),
    /// Several in a fixed order.
    Tuple(Vec<Self>),
    /// Fields.
    Group(Vec<Field>),
    /// One of several, some with fields of their own.
    Variant(Vec<Choice>),
    /// Something that may be left out.
    Optional(Box<Self>),
    /// Anything else, as JSON.
    Json,
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) node: Node,
}

/// One of several.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) node: Option<Node>,
}

/// Returns the shape of all commands.
pub(super) fn of_commands() -> Node {
    let schema = schemars::schema_for!(model::command::Command);
    let whole = schema.to_value();
    Node::of(&whole, &whole, 0)
}

fn about(schema: &Value) -> String {
    let said = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    // The first paragraph says what it is; what follows is for programmers.
    said.split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

fn resolved<'w>(schema: &'w Value, whole: &'w Value) -> &'w Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let found = reference.and_then(|it| whole.pointer(it.trim_start_matches('#')));
    found.unwrap_or(schema)
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

impl Node {
    fn of(schema: &Value, whole: &Value, depth: usize) -> Self {
        if depth > DEPTH_MAX {
            return Self::Json;
        }
        let is_digest = schema.get("$ref").and_then(Value::as_str) == Some("#/$defs/Digest");
        if is_digest {
            return Self::Digest;
        }
        let schema = resolved(schema, whole);
        let below = |it: &Value| Self::of(it, whole, depth + 1);
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            return Self::variant(choices, whole, depth);
        }
        if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
            let others: Vec<&Value> = any.iter().filter(|it| !is_null(it)).collect();
            return match others.as_slice() {
                [only] if any.len() > 1 => Self::Optional(Box::new(below(only))),
                [only] => below(only),
                [] | [_, _, ..] => Self::Json,
            };
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            let words = words.iter().filter_map(Value::as_str);
            return Self::Word(words.map(|it| (it.to_owned(), String::new())).collect());
        }
        let (kind, may_be_null) = match schema.get("type") {
            Some(Value::String(kind)) => (kind.as_str(), false),
            Some(Value::Array(kinds)) => {
                let mut named = kinds.iter().filter_map(Value::as_str).filter(|it| *it != "null");
                (named.next().unwrap_or_default(), kinds.iter().any(|it| it == "null"))
            }
            Some(_) | None => ("", false),
        };
        let node = match kind {
            "string" => match schema.get("format").and_then(Value::as_str) {
                Some("date-time") => Self::Instant,
                Some("date") => Self::Day,
                Some(_) | None => Self::Text,
            },
            "integer" | "number" => Self::Number,
            "boolean" => Self::Flag,
            "array" => Self::array(schema, whole, depth),
            "object" => Self::object(schema, whole, depth),
            _ => Self::Json,
        };
        if may_be_null { Self::Optional(Box::new(node)) } else { node }
    }

    fn variant(choices: &[Value], whole: &Value, depth: usize) -> Self {
        let mut found = Vec::new();
        for choice in choices {
            if let Some(name) = choice.get("const").and_then(Value::as_str) {
                found.push(Choice { name: name.to_owned(), about: about(choice), node: None });
            } else if let Some(words) = choice.get("enum").and_then(Value::as_array) {
                let words = words.iter().filter_map(Value::as_str).map(str::to_owned);
                found.extend(words.map(|name| Choice { name, about: about(choice), node: None }));
            } else if let Some((name, inner)) =
                choice.get("properties").and_then(Value::as_object).and_then(|it| it.iter().next())
            {
                let node = Some(Self::of(inner, whole, depth + 1));
                found.push(Choice { name: name.clone(), about: about(choice), node });
            } else {
                return Self::Json;
            }
        }
        if found.iter().all(|it| it.node.is_none()) {
            return Self::Word(found.into_iter().map(|it| (it.name, it.about)).collect());
        }
        Self::Variant(found)
    }

    fn array(schema: &Value, whole: &Value, depth: usize) -> Self {
        if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
            return Self::Tuple(items.iter().map(|it| Self::of(it, whole, depth + 1)).collect());
        }
        let Some(items) = schema.get("items") else { return Self::Json };
        let item = Self::of(items, whole, depth + 1);
        match item {
            Self::Text | Self::Number | Self::Digest | Self::Word(_) => Self::Lines(Box::new(item)),
            Self::Instant
            | Self::Day
            | Self::Flag
            | Self::Lines(_)
            | Self::List(_)
            | Self::Map(_)
            | Self::Tuple(_)
            | Self::Group(_)
            | Self::Variant(_)
            | Self::Optional(_)
            | Self::Json => Self::List(Box::new(item)),
        }
    }

    fn object(schema: &Value, whole: &Value, depth: usize) -> Self {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            let by_pattern = schema.get("patternProperties").and_then(Value::as_object);
            let by_pattern = by_pattern.and_then(|it| it.values().next());
            return match by_pattern.or_else(|| schema.get("additionalProperties")) {
                Some(values) if values.is_object() => {
                    Self::Map(Box::new(Self::of(values, whole, depth + 1)))
                }
                Some(_) | None => Self::Json,
            };
        };
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|it| it.iter().any(|it| it == name));
        let field = |(name, inner): (&String, &Value)| {
            let node = Self::of(inner, whole, depth + 1);
            let leaves_out = !is_required(name)
                && !matches!(node, Self::Optional(_) | Self::Flag | Self::Lines(_) | Self::List(_));
            let node = if leaves_out { Self::Optional(Box::new(node)) } else { node };
            Field { name: name.clone(), about: about(inner), node }
        };
        Self::Group(properties.iter().map(field).collect())
    }

    /// Adds the fields that say `written` under `name`.
    pub(super) fn flatten(&self, written: &Value, name: &str, fields: &mut Vec<(String, String)>) {
        match self {
            Self::Text | Self::Digest | Self::Instant | Self::Day | Self::Word(_) => {
                let said = written.as_str().unwrap_or_default();
                if !said.is_empty() {
                    fields.push((name.to_owned(), said.to_owned()));
                }
            }
            Self::Number => {
                if written.is_number() {
                    fields.push((name.to_owned(), written.to_string()));
                }
            }
            Self::Flag => {
                if written == &Value::Bool(true) {
                    fields.push((name.to_owned(), "true".to_owned()));
                }
            }
            Self::Lines(_) => {
                let lines = written.as_array().into_iter().flatten();
                let lines: Vec<String> = lines.map(line).collect();
                if !lines.is_empty() {
                    fields.push((name.to_owned(), lines.join("\n")));
                }
            }
            Self::Map(_) => {
                let lines = written.as_object().into_iter().flatten();
                let lines: Vec<String> =
                    lines.map(|(key, it)| format!("{key}: {}", line(it))).collect();
                if !lines.is_empty() {
                    fields.push((name.to_owned(), lines.join("\n")));
                }
            }
            Self::List(item) => {
                let items = written.as_array().into_iter().flatten().enumerate();
                items.for_each(|(at, it)| item.flatten(it, &format!("{name}.{at}"), fields));
            }
            Self::Tuple(nodes) => {
                let items = written.as_array().into_iter().flatten().zip(nodes).enumerate();
                items
                    .for_each(|(at, (it, node))| node.flatten(it, &format!("{name}.{at}"), fields));
            }
            Self::Group(inner) => {
                for field in inner {
                    if let Some(it) = written.get(&field.name) {
                        field.node.flatten(it, &format!("{name}.{}", field.name), fields);
                    }
                }
            }
            Self::Variant(choices) => {
                let chosen = match written {
                    Value::String(word) => Some((word.as_str(), &Value::Null)),
                    Value::Object(it) => it.iter().next().map(|(word, it)| (word.as_str(), it)),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
                };
                let Some((word, it)) = chosen else { return };
                fields.push((name.to_owned(), word.to_owned()));
                let choice = choices.iter().find(|it| it.name == word);
                if let Some(node) = choice.and_then(|it| it.node.as_ref()) {
                    node.flatten(it, &format!("{name}.{word}"), fields);
                }
            }
            Self::Optional(inner) => {
                if !written.is_null() {
                    inner.flatten(written, name, fields);
                }
            }
            Self::Json => {
                if !written.is_null() {
                    fields.push((name.to_owned(), written.to_string()));
                }
            }
        }
    }

    /// Returns what was posted under `name`; nothing where nothing was filled in.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    pub(super) fn read(&self, name: &str, posted: &Posted) -> Result<Option<Value>, String> {
        let said = posted.get(name).map(|it| it.replace("\r\n", "\n"));
        let said = said.filter(|it| !it.trim().is_empty());
        match self {
            Self::Text | Self::Word(_) | Self::Day | Self::Digest => {
                Ok(said.map(|it| json!(it.trim())))
            }
            Self::Instant => said.map(|it| posted.instant(&it)).transpose(),
            Self::Number => said.map(|it| number(&it)).transpose(),
            Self::Flag => Ok(Some(json!(said.is_some()))),
            Self::Lines(item) => {
                let said = said.unwrap_or_default();
                let lines = said.lines().map(str::trim).filter(|it| !it.is_empty());
                let lines = lines.map(|it| scalar(item, it));
                Ok(Some(Value::Array(lines.collect::<Result<_, _>>()?)))
            }
            Self::Map(item) => {
                let said = said.unwrap_or_default();
                let mut map = Map::new();
                for line in said.lines().map(str::trim).filter(|it| !it.is_empty()) {
                    let (key, value) = line.split_once(':').ok_or_else(|| {
                        format!("`{line}` is no name with a value: write `name: value`")
                    })?;
                    map.insert(key.trim().to_owned(), scalar(item, value.trim())?);
                }
                Ok(Some(Value::Object(map)))
            }
            Self::List(item) => {
                let mut items = Vec::new();
                for at in posted.items(name) {
                    let below = format!("{name}.{at}");
                    if item.is_filled(&below, posted) {
                        items.extend(item.read(&below, posted)?);
                    }
                }
                Ok(Some(Value::Array(items)))
            }
            Self::Tuple(nodes) => {
                let items = nodes.iter().enumerate();
                let items = items.map(|(at, it)| it.read(&format!("{name}.{at}"), posted));
                let items = items.collect::<Result<Vec<_>, _>>()?;
                Ok(Some(Value::Array(items.into_iter().map(Option::unwrap_or_default).collect())))
            }
            Self::Group(fields) => {
                let mut group = Map::new();
                for field in fields {
                    let below = format!("{name}.{}", field.name);
                    let read = field.node.read(&below, posted);
                    let read = read.map_err(|error| format!("{}: {error}", spoken(&field.name)))?;
                    // A text that is required and empty is for the rules to refuse, in their words.
                    let read = read.or_else(|| (field.node == Self::Text).then(|| json!("")));
                    if let Some(it) = read {
                        group.insert(field.name.clone(), it);
                    }
                }
                Ok(Some(Value::Object(group)))
            }
            Self::Variant(choices) => {
                let Some(word) = said else { return Ok(None) };
                let choice = choices.iter().find(|it| it.name == word.trim());
                let choice = choice.ok_or_else(|| format!("`{word}` is not among the choices"))?;
                Ok(Some(match &choice.node {
                    None => json!(choice.name),
                    Some(node) => {
                        let below = format!("{name}.{}", choice.name);
                        json!({ choice.name.as_str(): node.read(&below, posted)? })
                    }
                }))
            }
            Self::Optional(inner) => {
                if inner.is_filled(name, posted) {
                    inner.read(name, posted)
                } else {
                    Ok(None)
                }
            }
            Self::Json => said
                .map(|it| serde_json::from_str(&it).map_err(|error| error.to_string()))
                .transpose(),
        }
    }

    /// Returns whether anything was filled in under `name`.
    fn is_filled(&self, name: &str, posted: &Posted) -> bool {
        posted.has_below(name)
    }
}

/// Returns a value as it stands in a line; several are parted by commas.
fn line(value: &Value) -> String {
    if let Some(items) = value.as_array() {
        return items.iter().map(line).collect::<Vec<_>>().join(", ");
    }
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn number(said: &str) -> Result<Value, String> {
    let said = said.trim();
    said.parse::<u64>()
        .map(|it| json!(it))
        .or_else(|_| said.parse::<i64>().map(|it| json!(it)))
        .or_else(|_| said.parse::<f64>().map(|it| json!(it)))
        .map_err(|_| format!("`{said}` is no number"))
}

/// Returns what a line says.
fn scalar(node: &Node, said: &str) -> Result<Value, String> {
    if let Node::Lines(item) = node {
        let items = said.split(',').map(str::trim).filter(|it| !it.is_empty());
        let items = items.map(|it| scalar(item, it));
        return Ok(Value::Array(items.collect::<Result<_, _>>()?));
    }
    if *node == Node::Number { number(said) } else { Ok(json!(said)) }
}

/// Returns a field's name as it is spoken.
pub(crate) fn spoken(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
