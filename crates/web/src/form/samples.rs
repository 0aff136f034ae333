//! One command of each kind, as its form says it when everything is filled in: for tests, and to ask
//! whether somebody may do something of the kind at all.

use super::node::Node;
use super::{COMMANDS, Kind, Posted, ROOT};
use model::command::Command;
use model::digest::Digest;
use model::id::PersonId;

/// Returns a command of this kind.
///
/// # Errors
///
/// What is missing or cannot be read, in words.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn of(kind: &Kind) -> Result<Command, String> {
    with(kind, &[], None)
}

/// Returns a command of this kind that says what is `known`; of `person` alone where one is given, and then
/// no more than it must.
///
/// # Errors
///
/// What is missing or cannot be read, in words.
pub(crate) fn with(
    kind: &Kind,
    known: &[(String, String)],
    person: Option<&PersonId>,
) -> Result<Command, String> {
    let mut fields = kind.chosen.clone();
    each(&COMMANDS, ROOT, kind, &mut |node, name| {
        if person.is_none() || !matches!(node, Node::Optional(_)) {
            anything(node, name, &mut fields);
        }
    });
    let missing = known.iter().filter(|(name, _)| !fields.iter().any(|(it, _)| it == name));
    fields.extend(missing.cloned().collect::<Vec<_>>());
    for (name, said) in &mut fields {
        if let Some(person) = person
            && (name.ends_with(".person") || name.ends_with(".persons"))
        {
            *said = person.to_string();
        }
        if let Some((_, it)) = SPECIAL.iter().find(|(end, _)| name.ends_with(end)) {
            *said = (*it).to_owned();
        }
        if let Some((_, it)) = known.iter().find(|it| it.0 == *name) {
            said.clone_from(it);
        }
    }
    let zone = "America/Chicago".parse().map_err(|_| "it is no zone".to_owned())?;
    kind.command(&Posted::new(fields, &zone))
}

/// Returns fields that fill in whatever `node` asks for.
fn anything(node: &Node, name: &str, fields: &mut Vec<(String, String)>) {
    let mut say = |said: &str| fields.push((name.to_owned(), said.to_owned()));
    match node {
        Node::Text => say("a-1"),
        Node::Digest => say(&Digest::of(b"shown").to_string()),
        Node::Instant => say("2027-02-07T02:00:00Z"),
        Node::Day => say("2027-02-07"),
        Node::Number => say("3"),
        Node::Flag => say("true"),
        Node::Word(words) => say(words.first().map_or("", |it| &it.0)),
        Node::Lines(item) => {
            if let Node::Word(words) = item.as_ref() {
                say(words.first().map_or("", |it| &it.0));
            } else {
                say(if **item == Node::Number { "1\n2" } else { "a-1\nb-2" });
            }
        }
        Node::Map(item) if **item == Node::Number => say("1: 2"),
        Node::Map(_) => say(&format!("1: {0}, {0}", Digest::of(b"shown"))),
        Node::Json => say("1"),
        Node::List(item) => {
            anything(item, &format!("{name}.0"), fields);
            anything(item, &format!("{name}.1"), fields);
        }
        Node::Tuple(nodes) => {
            for (at, it) in nodes.iter().enumerate() {
                anything(it, &format!("{name}.{at}"), fields);
            }
        }
        Node::Group(inner) => {
            for it in inner {
                anything(&it.node, &format!("{name}.{}", it.name), fields);
            }
        }
        Node::Variant(choices) => {
            let Some(choice) = choices.last() else { return };
            say(&choice.name);
            if let Some(inner) = &choice.node {
                anything(inner, &format!("{name}.{}", choice.name), fields);
            }
        }
        Node::Optional(inner) => anything(inner, name, fields),
    }
}

/// Fields whose texts follow rules of their own, each with what it may say.
const SPECIAL: [(&str, &str); 8] = [
    (".scope", "deployment"),
    (".scopes", "site/a-1"),
    (".slot", "core:tester"),
    (".slots", "core:tester"),
    (".counts", "1: 1, 2, 3, 4, 5"),
    (".minutes", "entry/1"),
    (".evidence", "entry/1"),
    (".zone", "America/Chicago"),
];

/// Tells `tell` of each field of the form of `kind`, with its name.
fn each<'n>(node: &'n Node, name: &str, kind: &Kind, tell: &mut impl FnMut(&'n Node, &str)) {
    let chosen = kind.chosen.iter().find(|(it, _)| it == name).map(|(_, word)| word);
    match (node, chosen) {
        (Node::Variant(choices), Some(word)) => {
            let choice = choices.iter().find(|it| it.name == *word);
            if let Some(inner) = choice.and_then(|it| it.node.as_ref()) {
                each(inner, &format!("{name}.{word}"), kind, tell);
            }
        }
        (Node::Group(inner), _) => {
            for it in inner {
                each(&it.node, &format!("{name}.{}", it.name), kind, tell);
            }
        }
        _ => tell(node, name),
    }
}

/// The most ways of choosing words that are tried: somebody waits for the page.
const WAYS_MAX: usize = 64;

/// Returns each way to choose the words of `kind` that are not `known` and must be said, such as what a review
/// returns to: of a word beyond the most that are tried, whichever comes first.
pub(crate) fn ways(kind: &Kind, known: &[(String, String)]) -> Vec<Vec<(String, String)>> {
    let mut ways = vec![vec![]];
    each(&COMMANDS, ROOT, kind, &mut |node, name| {
        if let Node::Word(words) = node
            && !known.iter().any(|(it, _)| it == name)
            && ways.len() * words.len() <= WAYS_MAX
        {
            let with = |way: &Vec<(String, String)>, word: &str| {
                let mut way = way.clone();
                way.push((name.to_owned(), word.to_owned()));
                way
            };
            let all = ways.iter().flat_map(|way| words.iter().map(|(word, _)| with(way, word)));
            ways = all.collect();
        }
    });
    ways
}

/// Returns whether a sample of `kind` names by its number what there may not be; of what is not `known` and
/// must be said.
pub(crate) fn guesses(kind: &Kind, known: &[(String, String)]) -> bool {
    let mut a_number = false;
    each(&COMMANDS, ROOT, kind, &mut |node, name| {
        let is_open = !known.iter().any(|(it, _)| it == name);
        a_number |= is_open && *node == Node::Number;
    });
    a_number
}
