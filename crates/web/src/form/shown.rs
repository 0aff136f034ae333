//! Forms as they are shown: every field with its label, its meaning and what it holds.

use super::node::{Field, Node, spoken};
use super::posted::Posted;
use super::{Kind, ROOT};
use model::state::State;
use serde::Serialize;

/// The most names that are offered for a field; beyond, people know what to type.
const OFFERED_MAX: usize = 300;

/// A form.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FormView {
    /// Where it is posted.
    pub(crate) action: String,
    pub(crate) fields: Vec<FieldView>,
    /// What may be left out, where it is much: shown when it is asked for.
    pub(crate) more: Vec<FieldView>,
    /// Whether some of that is filled in, and so is shown at once.
    pub(crate) has_more_said: bool,
    /// What is posted along, unseen.
    pub(crate) hidden: Vec<(String, String)>,
    /// What the button says.
    pub(crate) button: String,
    /// What is wrong, and what to do next.
    pub(crate) trouble: Option<crate::trouble::No>,
    /// Names that are offered, by list.
    pub(crate) offers: Vec<(String, Vec<String>)>,
    /// What gives it up.
    pub(crate) back: Option<String>,
    /// Whether the button says a no.
    pub(crate) is_grave: bool,
    /// How whoever sends it shows again that it is them.
    pub(crate) again: Option<AgainView>,
}

/// How whoever sends a form shows again, in the act, that it is them.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct AgainView {
    /// Whether they can by their password.
    pub(crate) password: bool,
    /// Where a passkey is asked for, where they have one.
    pub(crate) passkey: Option<String>,
    /// The sign-on service that they can show it at.
    pub(crate) sign_on: Option<String>,
    /// That they have shown it there, under this name.
    pub(crate) shown: Option<String>,
}

/// A field of a form.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct FieldView {
    /// How it is asked.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) about: String,
    pub(crate) value: String,
    pub(crate) is_required: bool,
    /// Whether it may be left out as a whole.
    #[serde(skip)]
    pub(crate) may_be_left_out: bool,
    /// The list of names that are offered.
    pub(crate) offer: Option<&'static str>,
    pub(crate) choices: Vec<ChoiceView>,
    /// The fields of a group.
    pub(crate) fields: Vec<Self>,
    /// The items of a list, each with its fields.
    pub(crate) items: Vec<Vec<Self>>,
}

impl FieldView {
    /// Returns a line by which a list is looked through, as the page's address has it.
    pub(crate) fn line(visit: &crate::visit::Visit, name: &str, label: &str) -> Self {
        Self {
            kind: "line",
            name: name.to_owned(),
            label: label.to_owned(),
            value: visit.says(name).to_owned(),
            ..Self::default()
        }
    }
}

impl FormView {
    /// Puts what is filled in already by `usual` aside: it is right as it stands, if nobody knows better.
    pub(crate) fn set_aside(&mut self, usual: &[(String, String)]) {
        let is_usual = |it: &FieldView| {
            let below = format!("{}.", it.name);
            usual.iter().any(|(name, _)| *name == it.name || name.starts_with(&below))
        };
        let fields = std::mem::take(&mut self.fields);
        let (aside, asked) = fields.into_iter().partition(is_usual);
        self.fields = asked;
        self.more.extend::<Vec<FieldView>>(aside);
    }
}

impl FieldView {
    /// Returns whether anything is filled in.
    fn is_said(&self) -> bool {
        let below = |all: &[Self]| all.iter().any(Self::is_said);
        !self.value.is_empty()
            || below(&self.fields)
            || self.items.iter().any(|it| below(it))
            || self.choices.iter().any(|it| it.is_chosen || below(&it.fields))
    }
}

/// One of several.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChoiceView {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) about: String,
    pub(crate) is_chosen: bool,
    pub(crate) fields: Vec<FieldView>,
}

/// What is known of a deployment that helps to fill in a form.
#[derive(Debug)]
pub(crate) struct Hints {
    offers: Vec<(&'static str, Vec<String>)>,
}

impl Hints {
    pub(crate) fn of(state: &State) -> Self {
        let plan = &state.plan;
        let sites: Vec<String> =
            plan.sites.iter().take(OFFERED_MAX).map(|it| it.id.to_string()).collect();
        let rings: Vec<String> = plan.rings.iter().map(|it| it.id.to_string()).collect();
        let components: Vec<String> = plan.components.iter().map(|it| it.id.to_string()).collect();
        let rfcs: Vec<String> = plan.rfcs.iter().map(|it| it.id.to_string()).collect();
        let people = plan.people.iter().take(OFFERED_MAX).map(|it| it.id.to_string()).collect();
        let under = |kind: &'static str, names: &[String]| {
            names.iter().map(move |it| format!("{kind}/{it}")).collect::<Vec<_>>()
        };
        let mut scopes = vec!["deployment".to_owned(), "core".to_owned()];
        scopes.extend(under("component", &components));
        scopes.extend(under("ring", &rings));
        scopes.extend(under("site", &sites));
        scopes.extend(under("rfc", &rfcs));
        let offers = vec![
            ("offer-sites", sites),
            ("offer-rings", rings),
            ("offer-components", components),
            ("offer-rfcs", rfcs),
            ("offer-people", people),
            ("offer-scopes", scopes),
        ];
        Self { offers }
    }
}

/// Returns the form of `kind`.
pub(super) fn form(node: &Node, kind: &Kind, posted: &Posted, hints: &Hints) -> FormView {
    let mut fields = Vec::new();
    below_choices(node, kind, ROOT, posted, &mut fields);
    only_what_can_be(kind, &mut fields);
    let used = offers(&fields);
    let (fields, more) = parted(fields);
    let offers = hints.offers.iter().filter(|(name, _)| used.contains(name));
    FormView {
        action: String::new(),
        has_more_said: more.iter().any(FieldView::is_said),
        fields,
        more,
        hidden: vec![],
        button: kind.about.trim_end_matches('.').to_owned(),
        trouble: None,
        offers: offers.map(|(name, names)| ((*name).to_owned(), names.clone())).collect(),
        back: None,
        is_grave: false,
        again: None,
    }
}

/// Fields of which only some words can be meant: the kind of the act, the field, and these words.
const CAN_BE: [(&str, &str, [&str; 2]); 1] =
    [("assignment/transfer", "role", ["operations-manager", "support-manager"])];

/// Leaves of the words that a field offers those that can be meant.
fn only_what_can_be(kind: &Kind, fields: &mut [FieldView]) {
    for (path, name, words) in CAN_BE {
        let ends = format!(".{name}");
        let of_kind = |it: &&mut FieldView| kind.path == path && it.name.ends_with(&ends);
        for field in fields.iter_mut().filter(of_kind) {
            field.choices.retain(|it| words.contains(&it.value.as_str()));
        }
    }
}

/// From how many fields on those that may be left out stand by themselves.
const PARTED_FROM: usize = 6;

/// Returns the fields that are asked, and apart from them those that may be left out, where there are
/// many.
fn parted(mut fields: Vec<FieldView>) -> (Vec<FieldView>, Vec<FieldView>) {
    fields.sort_by_key(|it| (it.may_be_left_out, rank(&it.name)));
    if fields.len() < PARTED_FROM {
        return (fields, vec![]);
    }
    let (more, asked): (Vec<_>, Vec<_>) = fields.into_iter().partition(|it| it.may_be_left_out);
    if more.len() < 2 || asked.is_empty() {
        ([asked, more].concat(), vec![])
    } else {
        (asked, more)
    }
}

/// Returns where a field stands among others: what it is about before what is said of it.
fn rank(name: &str) -> usize {
    const FIRST: [&str; 24] = [
        "title",
        "rfc",
        "id",
        "site",
        "sites",
        "ring",
        "component",
        "incident",
        "escalation",
        "problem",
        "person",
        "people",
        "role",
        "slot",
        "scope",
        "scopes",
        "severity",
        "kind",
        "text",
        "statement",
        "answer",
        "reason",
        "from",
        "until",
    ];
    let name = name.rsplit('.').next().unwrap_or_default();
    FIRST.iter().position(|it| *it == name).unwrap_or(FIRST.len())
}

fn offers(fields: &[FieldView]) -> Vec<&'static str> {
    let mut used = Vec::new();
    for field in fields {
        used.extend(field.offer);
        used.extend(offers(&field.fields));
        used.extend(field.items.iter().flat_map(|it| offers(it)));
        used.extend(field.choices.iter().flat_map(|it| offers(&it.fields)));
    }
    used
}

/// Adds the fields below the choices that `kind` has made.
fn below_choices(
    node: &Node,
    kind: &Kind,
    name: &str,
    posted: &Posted,
    fields: &mut Vec<FieldView>,
) {
    match node {
        Node::Variant(choices) if kind.is_chosen(name) => {
            let word = posted.get(name).unwrap_or_default();
            let choice = choices.iter().find(|it| it.name == word);
            if let Some(inner) = choice.and_then(|it| it.node.as_ref()) {
                below_choices(inner, kind, &format!("{name}.{word}"), posted, fields);
            }
        }
        Node::Group(inner) => {
            for it in inner {
                let below = format!("{name}.{}", it.name);
                if kind.is_chosen(&below) {
                    below_choices(&it.node, kind, &below, posted, fields);
                } else {
                    fields.push(field(it, below, posted));
                }
            }
        }
        Node::Text
        | Node::Digest
        | Node::Instant
        | Node::Day
        | Node::Number
        | Node::Flag
        | Node::Word(_)
        | Node::Lines(_)
        | Node::List(_)
        | Node::Map(_)
        | Node::Tuple(_)
        | Node::Variant(_)
        | Node::Optional(_)
        | Node::Json => {
            fields.push(unnamed(node, name.to_owned(), posted));
        }
    }
}

fn unnamed(node: &Node, name: String, posted: &Posted) -> FieldView {
    let label = name.rsplit('.').next().unwrap_or_default().to_owned();
    let label = if label.parse::<usize>().is_ok() { String::new() } else { label };
    let it = Field { name: label, about: String::new(), node: node.clone() };
    field(&it, name, posted)
}

fn field(it: &Field, name: String, posted: &Posted) -> FieldView {
    let (node, is_required) = if let Node::Optional(inner) = &it.node {
        (inner.as_ref(), false)
    } else {
        (&it.node, true)
    };
    let value = posted.get(&name).unwrap_or_default().to_owned();
    let mut view = FieldView {
        label: label(&it.name),
        // What is code in a document is a word like others on a page.
        about: it.about.replace('`', ""),
        is_required,
        offer: offer(&it.name),
        value,
        ..FieldView::default()
    };
    match node {
        Node::Text if is_short(&it.name) || view.offer.is_some() => view.kind = "line",
        Node::Text => view.kind = "text",
        Node::Digest => view.kind = "digest",
        Node::Instant => {
            view.kind = "instant";
            view.value = posted.on_the_clock(&view.value);
            view.about = format!("{} On the clock of {}.", view.about, posted.zone());
        }
        Node::Day => view.kind = "day",
        Node::Number if it.name == "severity" => {
            view.kind = "word";
            let choice = |(value, about): (&str, &str)| ChoiceView {
                is_chosen: view.value == value,
                value: value.to_owned(),
                label: value.to_owned(),
                about: about.to_owned(),
                fields: vec![],
            };
            view.choices = SEVERITIES.into_iter().map(choice).collect();
        }
        Node::Number => view.kind = "number",
        Node::Flag => view.kind = "flag",
        Node::Lines(inner) => {
            view.is_required = it.about.contains("at least one");
            if let Node::Word(words) = inner.as_ref() {
                view.kind = "words";
                let choice = |(word, about): &(String, String)| ChoiceView {
                    is_chosen: view.value.lines().any(|it| it.trim() == word),
                    value: word.clone(),
                    label: spoken(word),
                    about: about.clone(),
                    fields: vec![],
                };
                view.choices = words.iter().map(choice).collect();
            } else {
                view.kind = "lines";
                view.about = format!("{} One a line.", view.about);
            }
        }
        Node::Map(_) => {
            view.kind = "lines";
            view.is_required = false;
            view.about = format!("{} One a line, as `name: value`.", view.about);
        }
        Node::Json => {
            view.kind = "text";
            view.about = format!("{} As JSON.", view.about);
        }
        Node::Word(words) => {
            view.kind = "word";
            let choice = |(word, about): &(String, String)| ChoiceView {
                value: word.clone(),
                label: spoken(word),
                about: about.clone(),
                is_chosen: view.value == *word,
                fields: vec![],
            };
            view.choices = words.iter().map(choice).collect();
        }
        Node::Group(inner) => {
            view.kind = "group";
            view.fields = group(inner, &name, posted);
        }
        Node::Tuple(nodes) => {
            view.kind = "group";
            let nodes = nodes.iter().enumerate();
            let nodes = nodes.map(|(at, it)| unnamed(it, format!("{name}.{at}"), posted));
            view.fields = nodes.collect();
        }
        Node::List(item) => {
            view.kind = "list";
            let mut numbers = posted.items(&name);
            let next = numbers.last().map_or(0, |it| it + 1);
            let wanted = if posted.get("_more") == Some(name.as_str()) { 2 } else { 1 };
            numbers.extend(next..next + wanted);
            let fields_of = |at: usize| item_fields(item, &format!("{name}.{at}"), posted);
            view.items = numbers.into_iter().map(fields_of).collect();
        }
        Node::Variant(choices) => {
            view.kind = "variant";
            let choice = |it: &super::node::Choice| {
                let below = format!("{name}.{}", it.name);
                let fields = it.node.as_ref().map(|it| item_fields(it, &below, posted));
                ChoiceView {
                    value: it.name.clone(),
                    label: spoken(&it.name),
                    about: it.about.clone(),
                    is_chosen: view.value == it.name,
                    fields: fields.unwrap_or_default(),
                }
            };
            view.choices = choices.iter().map(choice).collect();
        }
        Node::Optional(inner) => return unnamed(inner, name, posted),
    }
    view.name = name;
    view.may_be_left_out = matches!(it.node, Node::Optional(_));
    view
}

/// What each severity means.
const SEVERITIES: [(&str, &str); 4] = [
    ("1", "the service is down for many"),
    ("2", "it is badly hurt, or down for some"),
    ("3", "a nuisance with a way around it"),
    ("4", "it can wait"),
];

/// Returns what a field is called where people read it.
fn label(name: &str) -> String {
    match name {
        "scope" | "scopes" => "Where".to_owned(),
        name => spoken(name),
    }
}

fn item_fields(node: &Node, name: &str, posted: &Posted) -> Vec<FieldView> {
    if let Node::Group(inner) = node {
        return group(inner, name, posted);
    }
    vec![unnamed(node, name.to_owned(), posted)]
}

fn group(fields: &[Field], name: &str, posted: &Posted) -> Vec<FieldView> {
    let fields = fields.iter().map(|it| field(it, format!("{name}.{}", it.name), posted));
    let mut fields: Vec<FieldView> = fields.collect();
    fields.sort_by_key(|it| (it.may_be_left_out, rank(&it.name)));
    fields
}

/// Returns the list of names that is offered for a field of this name.
fn offer(name: &str) -> Option<&'static str> {
    match name {
        "site" | "sites" => Some("offer-sites"),
        "ring" | "rings" => Some("offer-rings"),
        "component" | "components" => Some("offer-components"),
        "rfc" => Some("offer-rfcs"),
        "person" | "delegate" | "owner" | "assignee" | "successor" | "by" => Some("offer-people"),
        "scope" | "scopes" => Some("offer-scopes"),
        _ => None,
    }
}

/// Returns whether what the field of this name holds fits a line.
fn is_short(name: &str) -> bool {
    const LONG: [&str; 22] = [
        "reason",
        "text",
        "statement",
        "risk",
        "control",
        "answer",
        "finding",
        "lessons",
        "cause",
        "fix",
        "workaround",
        "evidence",
        "ruling",
        "what",
        "impact",
        "rollback_plan",
        "test_evidence",
        "how",
        "conditions",
        "side_effects",
        "recommendation",
        "description",
    ];
    !LONG.contains(&name)
}
