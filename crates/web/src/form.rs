//! Forms: one for every command, made from what the command says of itself.
//!
//! The words of the model describe themselves as JSON Schema. Here that becomes fields that a
//! person can fill in without a script, and what is posted becomes the command again. A command
//! that is added to the model has its form at once.

mod node;
mod posted;
pub(crate) mod samples;
mod shown;

pub(crate) use node::spoken;
pub(crate) use posted::Posted;
pub(crate) use shown::{AgainView, ChoiceView, FieldView, FormView, Hints};

use model::command::Command;
use node::{Choice, Node};
use serde_json::Value;
use std::sync::LazyLock;

/// Under which name the fields of the command are posted.
const ROOT: &str = "c";

static COMMANDS: LazyLock<Node> = LazyLock::new(node::of_commands);

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let mut kinds = Vec::new();
    found(&COMMANDS, &Kind::default(), ROOT, &mut kinds);
    kinds
});

/// A kind of command: what is chosen before its form is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kind {
    /// How it is named in addresses, such as `rfc/approve`.
    pub(crate) path: String,
    /// What it does, in words.
    pub(crate) about: String,
    /// What the nouns it belongs to are about.
    pub(crate) group: String,
    /// The choices that are made, by field.
    chosen: Vec<(String, String)>,
}

/// Returns all kinds of commands, in the order of the model.
pub(crate) fn kinds() -> &'static [Kind] {
    &KINDS
}

/// Returns the kind that addresses name so.
pub(crate) fn kind(path: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.path == path)
}

/// Returns what the button of the kind that addresses name so says, such as "Approve the change".
pub(crate) fn short(path: &str) -> String {
    let Some((nouns, verb)) = path.rsplit_once('/') else { return spoken(path) };
    let noun = match nouns.split('/').next().unwrap_or_default() {
        "rfc" => "the change",
        "batch" => "the batch",
        "survey" => "the survey",
        "incident" => "the incident",
        "escalation" => "the escalation",
        "milestone" => "the review",
        "quiet-period" => "the quiet period",
        "training" => "the training",
        "readiness" => "readiness",
        "termination" => "the early end",
        _ => "",
    };
    // A verb of several words says by itself what it is about.
    if noun.is_empty() || verb.contains('-') {
        spoken(verb)
    } else {
        format!("{} {noun}", spoken(verb))
    }
}

/// Returns the kind of `command` and its fields, to fill in its form.
pub(crate) fn filled(command: &Command) -> Option<(&'static str, Vec<(String, String)>)> {
    let written = serde_json::to_value(command).ok()?;
    let mut fields = Vec::new();
    COMMANDS.flatten(&written, ROOT, &mut fields);
    let kind = KINDS.iter().find(|kind| kind.chosen.iter().all(|it| fields.contains(it)))?;
    fields.retain(|it| !kind.chosen.contains(it));
    Some((&kind.path, fields))
}

/// Adds the kinds below `node`, which is posted under `name`.
fn found(node: &Node, above: &Kind, name: &str, kinds: &mut Vec<Kind>) {
    let Node::Variant(choices) = node else { return };
    for choice in choices {
        let mut kind = above.chosen(name, choice);
        if above.path.is_empty() {
            kind.group = choice.about.clone();
        }
        let below = format!("{name}.{}", choice.name);
        match &choice.node {
            Some(inner @ Node::Variant(_)) => found(inner, &kind, &below, kinds),
            Some(Node::Group(fields)) => match fields.iter().find(|it| it.name == "act") {
                Some(act) if matches!(act.node, Node::Variant(_)) => {
                    found(&act.node, &kind, &format!("{below}.act"), kinds);
                }
                Some(_) | None => kinds.push(kind),
            },
            Some(_) | None => kinds.push(kind),
        }
    }
}

impl Kind {
    fn chosen(&self, name: &str, choice: &Choice) -> Self {
        let mut chosen = self.chosen.clone();
        chosen.push((name.to_owned(), choice.name.clone()));
        let path = match self.path.as_str() {
            "" => choice.name.clone(),
            above => format!("{above}/{}", choice.name),
        };
        Self { path, about: choice.about.clone(), group: self.group.clone(), chosen }
    }

    /// Returns the word under which it is listed: the noun that its address begins with.
    pub(crate) fn noun(&self) -> &str {
        self.path.split_once('/').map_or("", |(noun, _)| noun)
    }

    /// Returns the command that was posted.
    ///
    /// # Errors
    ///
    /// What is missing or cannot be read, in words.
    pub(crate) fn command(&self, posted: &Posted) -> Result<Command, String> {
        let posted = posted.with(&self.chosen);
        let written = COMMANDS.read(ROOT, &posted)?.unwrap_or(Value::Null);
        serde_json::from_value(written).map_err(|error| error.to_string())
    }

    /// Returns its form, filled in with what was posted or is known already.
    pub(crate) fn form(&self, posted: &Posted, hints: &Hints) -> FormView {
        shown::form(&COMMANDS, self, &posted.with(&self.chosen), hints)
    }

    /// Returns what its button says, where the page says what it is about.
    pub(crate) fn spoken(&self) -> String {
        spoken(self.path.rsplit('/').next().unwrap_or_default())
    }

    fn is_chosen(&self, name: &str) -> bool {
        self.chosen.iter().any(|(field, _)| field == name)
    }
}

#[cfg(test)]
mod tests;
