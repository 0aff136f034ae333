//! What differs between two plans, in words, and which authorisations that voids.
//!
//! Things are compared by their names, not by their lines: a plan that was only
//! written in another order or with other comments does not differ.
//!
//! House rule: what is private of people is never said, only that it changed; the approver of what
//! is void is shown the difference only.

mod words;

use crate::code::Code;
use model::id::RfcId;
use model::plan::MasterProjectPlan;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use words::{change_in_words, name_of_field, value_in_words};

/// The most sentences of one section: whoever changed more reads the new plan.
const SENTENCES_MAX: usize = 200;

/// The longest sentence, in characters: what is longer is read in the plan.
const SENTENCE_LENGTH_MAX: usize = 1_000;

/// The most names that one sentence lists.
const NAMES_MAX: usize = 12;

/// What a plan has of a person that is private, or stands for it.
const PRIVATE: [&str; 6] = ["name", "mail", "zone", "leave", "hours", "sealed"];

/// What differs between two plans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlanDiff {
    /// What differs, section by section; sections that are the same are not there.
    pub sections: Vec<SectionDiff>,
    /// The RFCs of the old plan whose authorisation the change voids.
    pub voided: Vec<RfcId>,
    /// Why the new plan cannot be a revision of the old one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Objection>,
}

/// Why a plan cannot be a revision of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Objection {
    /// The code.
    pub code: Code,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

/// What differs in one section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SectionDiff {
    /// The section, such as `rings`.
    pub section: String,
    /// What differs, a sentence each.
    pub sentences: Vec<String>,
}

impl PlanDiff {
    /// Returns whether the plans say the same.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }
}

/// Returns what differs between `old` and `new`, and what that voids.
pub fn diff(old: &MasterProjectPlan, new: &MasterProjectPlan) -> PlanDiff {
    let (before, after) = (as_value(old), as_value(new));
    let mut sections = Vec::new();
    let mut general = Sentences::default();
    let (empty_before, empty_after) = (Map::new(), Map::new());
    let before = before.as_object().unwrap_or(&empty_before);
    let after = after.as_object().unwrap_or(&empty_after);
    let removed = before.keys().filter(|it| !after.contains_key(*it));
    for key in after.keys().chain(removed) {
        let (was, is) =
            (before.get(key).unwrap_or(&Value::Null), after.get(key).unwrap_or(&Value::Null));
        let private = if key == "people" { private_changes(old, new) } else { vec![] };
        if was == is && private.is_empty() {
            continue;
        }
        if was.is_array() || was.is_object() || is.is_array() || is.is_object() {
            let mut sentences = Sentences::default();
            sentences.compare("", singular(key), was, is);
            private.into_iter().for_each(|it| sentences.say(it));
            sections.push(SectionDiff {
                section: key.replace('_', " "),
                sentences: sentences.finish(),
            });
        } else {
            general.compare("", key, was, is);
        }
    }
    let general = general.finish();
    if !general.is_empty() {
        sections.insert(0, SectionDiff { section: "plan".to_owned(), sentences: general });
    }
    PlanDiff { sections, voided: old.voided_by(new), refused: refused(old, new) }
}

/// Returns why `new` cannot be a revision of `old`.
fn refused(old: &MasterProjectPlan, new: &MasterProjectPlan) -> Vec<Objection> {
    if old.environment == new.environment {
        return vec![];
    }
    let what = format!(
        "the plan deploys to {}, and the deployment is of {}",
        new.environment, old.environment
    );
    let help = "keep the environment, or create a deployment of its own".to_owned();
    vec![Objection { code: Code::EnvironmentChanged, what, help }]
}

/// Returns what changed of what is private of people, without what it was and is: it is written down.
fn private_changes(old: &MasterProjectPlan, new: &MasterProjectPlan) -> Vec<String> {
    let mut sentences = Vec::new();
    let before: HashMap<_, _> = old.people.iter().map(|it| (&it.id, &it.private)).collect();
    for person in &new.people {
        let before = before.get(&person.id).and_then(|it| it.value());
        let (Some(was), Some(is)) = (before, person.private.value()) else { continue };
        let changed = [
            ("name", was.name != is.name),
            ("mail", was.mail != is.mail),
            ("zone", was.zone != is.zone),
            ("leave", was.leave != is.leave),
            ("hours", was.hours != is.hours),
        ];
        for (field, _) in changed.iter().filter(|(_, it)| *it) {
            sentences
                .push(sentence(&format!("person `{}`", person.id), &format!("{field} changed")));
        }
    }
    sentences
}

/// Returns the plan as JSON, with each site's ring beside the site, and without what is private.
fn as_value(plan: &MasterProjectPlan) -> Value {
    let mut value = serde_json::to_value(plan).unwrap_or_default();
    if let Some(plan_value) = value.as_object_mut() {
        plan_value.remove("ring_of");
        let people = plan_value.get_mut("people").and_then(Value::as_array_mut);
        for person in people.into_iter().flatten().filter_map(Value::as_object_mut) {
            person.retain(|key, _| !PRIVATE.contains(&key.as_str()));
        }
        let sites = plan_value.get_mut("sites").and_then(Value::as_array_mut);
        for (site, ring) in sites.into_iter().flatten().zip(&plan.ring_of) {
            let ring = plan.rings.get(*ring as usize).map(|it| it.id.as_str());
            if let Some(site) = site.as_object_mut() {
                site.insert("ring".to_owned(), json!(ring));
            }
        }
    }
    value
}

/// Returns what one item of the section `key` is called.
fn singular(key: &str) -> &str {
    match key {
        "people" => "person",
        "success_criteria" => "success criterion",
        "rfcs" => "RFC",
        "templates" => "site template",
        "each_computer" => "step on each computer",
        "before" => "step before",
        "after" => "step after",
        _ => key.strip_suffix('s').unwrap_or(key),
    }
}

#[derive(Default)]
struct Sentences {
    all: Vec<String>,
    omitted: usize,
}

impl Sentences {
    fn say(&mut self, sentence: String) {
        if self.all.len() < SENTENCES_MAX { self.all.push(sentence) } else { self.omitted += 1 }
    }

    fn finish(mut self) -> Vec<String> {
        if self.omitted > 0 {
            self.all.push(format!("And {} more changes.", self.omitted));
        }
        self.all
    }

    /// Says what differs between two values called `field`, which are part of `place`.
    fn compare(&mut self, place: &str, field: &str, was: &Value, is: &Value) {
        if was == is {
            return;
        }
        match (was, is) {
            (Value::Object(was), Value::Object(is)) => self.compare_fields(place, was, is),
            (Value::Array(was), Value::Array(is)) if is_named(was) && is_named(is) => {
                self.compare_items(place, field, was, is);
            }
            _ => self.say_change(place, field, was, is),
        }
    }

    fn compare_fields(&mut self, place: &str, was: &Map<String, Value>, is: &Map<String, Value>) {
        let removed = was.keys().filter(|it| !is.contains_key(*it));
        for key in is.keys().chain(removed) {
            let (was, is) =
                (was.get(key).unwrap_or(&Value::Null), is.get(key).unwrap_or(&Value::Null));
            let inner = match (was, is) {
                (Value::Object(_), Value::Object(_)) => joined(place, &name_of_field(key)),
                _ => place.to_owned(),
            };
            self.compare(&inner, key, was, is);
        }
    }

    fn compare_items(&mut self, place: &str, field: &str, was: &[Value], is: &[Value]) {
        let what = singular(field);
        let by_name: HashMap<&str, &Value> =
            was.iter().filter_map(|it| Some((name(it)?, it))).collect();
        let names: HashSet<&str> = is.iter().filter_map(name).collect();
        for item in was.iter().filter_map(name).filter(|it| !names.contains(it)) {
            self.say(sentence(place, &format!("the {what} `{item}` was removed")));
        }
        for item in is {
            let Some(item_name) = name(item) else { continue };
            match by_name.get(item_name) {
                None => self.say(sentence(place, &format!("the {what} `{item_name}` was added"))),
                Some(before) => self.compare(
                    &joined(place, &format!("{what} `{item_name}`")),
                    field,
                    before,
                    item,
                ),
            }
        }
        let kept_before: Vec<&str> =
            was.iter().filter_map(name).filter(|it| names.contains(it)).collect();
        let kept_after: Vec<&str> =
            is.iter().filter_map(name).filter(|it| by_name.contains_key(it)).collect();
        if kept_before != kept_after {
            let mut order = kept_after
                .iter()
                .take(NAMES_MAX)
                .map(|it| format!("`{it}`"))
                .collect::<Vec<_>>()
                .join(", ");
            if kept_after.len() > NAMES_MAX {
                order.push_str(" …");
            }
            self.say(sentence(place, &format!("the order of each {what} is now {order}")));
        }
    }

    fn say_change(&mut self, place: &str, field: &str, was: &Value, is: &Value) {
        let name = name_of_field(field);
        let said = match (was, is) {
            (Value::Null, is) => format!("{name} was added: {}", value_in_words(field, is)),
            (was, Value::Null) => {
                format!("{name} was removed (it was {})", value_in_words(field, was))
            }
            (was, is) => format!("{name} changed{}", change_in_words(field, was, is)),
        };
        self.say(sentence(place, &said));
    }
}

/// Returns whether every item of a list has a name to compare it by.
fn is_named(items: &[Value]) -> bool {
    items.iter().all(|it| name(it).is_some())
}

fn name(item: &Value) -> Option<&str> {
    item.get("id").or_else(|| item.get("name")).and_then(Value::as_str)
}

fn joined(place: &str, part: &str) -> String {
    if place.is_empty() { part.to_owned() } else { format!("{place}, {part}") }
}

fn sentence(place: &str, said: &str) -> String {
    let whole = if place.is_empty() { format!("{said}.") } else { format!("{place}: {said}.") };
    let is_long = whole.chars().nth(SENTENCE_LENGTH_MAX).is_some();
    let mut letters = whole.chars().take(SENTENCE_LENGTH_MAX).chain(is_long.then_some('…'));
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
