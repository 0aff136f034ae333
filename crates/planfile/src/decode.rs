//! From a tree to typed values, naming every structural fault and not only the first.
//!
//! Serde stops at the first fault. Here the faulty part is cut out of the tree,
//! the fault is reported, and decoding begins anew, until what is left is whole.
//! What is cut takes no other part with it unless that cannot be without it.
//!
//! House rule: one run says everything that can be said.

use crate::code::Code;
use crate::diagnostic::quoted;
use crate::findings::Findings;
use crate::span::Span;
use crate::suggest;
use crate::tree::{Kind, Node, NodeId};
use crate::tree_deserializer::TreeDeserializer;
use serde::de::{DeserializeOwned, Expected, Unexpected};
use std::collections::HashSet;
use std::fmt;

/// The most structural faults of one file: whoever has more has misunderstood something.
const FAULTS_MAX: usize = 100;

/// What was left out of the trees because it was faulty.
///
/// Later checks ask it, so that nothing is called missing that was written.
#[derive(Default)]
pub(crate) struct Cuts {
    nodes: HashSet<NodeId>,
    sections: HashSet<String>,
    names: HashSet<String>,
    incomplete: HashSet<String>,
}

impl Cuts {
    /// Returns whether the node called `id` is left out.
    pub(crate) fn has(&self, id: NodeId) -> bool {
        !self.nodes.is_empty() && self.nodes.contains(&id)
    }

    /// Returns whether something called `name` was written, but left out because of a fault.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Returns whether something was left out of what is called `name`.
    pub(crate) fn is_incomplete(&self, name: &str) -> bool {
        self.incomplete.contains(name)
    }

    /// Returns whether something was left out of the section called `key`.
    pub(crate) fn has_section(&self, key: &str) -> bool {
        self.sections.contains(key)
    }

    /// Notes that something was left out of the section called `key`.
    pub(crate) fn note_section(&mut self, key: &str) {
        self.sections.insert(key.to_owned());
    }

    /// Notes that something called `name` was left out, or a part of it.
    pub(crate) fn note_name(&mut self, name: &str) {
        self.names.insert(name.to_owned());
        self.incomplete.insert(name.to_owned());
    }

    fn cut(&mut self, root: &Node, fault: &Node) {
        self.nodes.insert(fault.id);
        self.names.extend(fault.name().map(str::to_owned));
        let mut path = Vec::new();
        if root.find(fault.id, &mut path) {
            self.incomplete.extend(path.iter().filter_map(|it| it.name()).map(str::to_owned));
        }
        if let Kind::Map(entries) = &root.kind {
            let section = entries
                .iter()
                .find(|it| it.key.id == fault.id || it.value.find(fault.id, &mut vec![]));
            self.sections.extend(section.and_then(|it| it.key.text()).map(str::to_owned));
        }
    }

    /// Returns whether a direct part of `node` was left out, so that what is missing was written.
    fn inside(&self, node: &Node) -> bool {
        match &node.kind {
            Kind::Map(entries) => {
                entries.iter().any(|it| self.has(it.value.id) || self.has(it.key.id))
            }
            Kind::List(items) => items.iter().any(|it| self.has(it.id)),
            Kind::Scalar { .. } => false,
        }
    }
}

/// Returns what `root` says, as far as it is right; every fault goes to `findings`.
pub(crate) fn decode<T: DeserializeOwned>(
    root: &Node,
    cuts: &mut Cuts,
    findings: &mut Findings,
) -> Option<T> {
    for _ in 0..FAULTS_MAX {
        let error = match T::deserialize(TreeDeserializer::new(root, cuts)) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let fault =
            Fault { node: error.node.unwrap_or(root), code: error.code, problem: error.problem };
        fault.report(cuts, findings);
        if fault.node.id == root.id {
            return None;
        }
        cuts.cut(root, fault.node);
    }
    None
}

/// One structural fault, and the part of the tree that has it.
struct Fault<'t> {
    node: &'t Node,
    code: Option<Code>,
    problem: Problem,
}

impl Fault<'_> {
    fn report(&self, cuts: &Cuts, findings: &mut Findings) {
        let at = self.node.at;
        match &self.problem {
            Problem::UnknownKey { key, known } => {
                let what = format!("{} is not a key here", quoted(key));
                let help = suggest::help(key, known.iter().copied());
                findings.report_with(Code::UnknownKey, at, what, help);
            }
            Problem::UnknownWord { word, known } => {
                let what = format!("{} is not one of the words that may stand here", quoted(word));
                let help = suggest::help(word, known.iter().copied());
                findings.report_with(Code::BadValue, at, what, help);
            }
            // What was cut out of it has been reported, and is why it is not whole.
            _ if cuts.inside(self.node) => {}
            Problem::Missing { key } => {
                let what = format!("the key `{key}` is missing here");
                findings.report(Code::MissingKey, self.node.place(), what);
            }
            Problem::WrongType { expected, found } => {
                let what = format!("{found} stands here, where {expected} is expected");
                findings.report(self.code.unwrap_or(Code::WrongType), self.place(), what);
            }
            Problem::Refused { why } => {
                findings.report(self.code.unwrap_or(Code::BadValue), self.place(), why.clone());
            }
        }
    }

    fn place(&self) -> Span {
        self.node.place()
    }
}

/// What is wrong with a part of the tree.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A key that is not known there.
    UnknownKey { key: String, known: &'static [&'static str] },
    /// A word that is not known there.
    UnknownWord { word: String, known: &'static [&'static str] },
    /// A key that is not there.
    Missing { key: &'static str },
    /// A value of another shape.
    WrongType { expected: String, found: String },
    /// A value that its type refuses, with the type's own words.
    Refused { why: String },
}

/// Deserialising a tree failed.
#[derive(Debug)]
pub(crate) struct DecodeError<'t> {
    /// The part that has the fault; none while the error is on its way there.
    pub(crate) node: Option<&'t Node>,
    /// The code of the value that was being read, where it has one of its own.
    pub(crate) code: Option<Code>,
    /// What is wrong.
    pub(crate) problem: Problem,
}

impl<'t> DecodeError<'t> {
    pub(crate) fn new(node: &'t Node, problem: Problem) -> Self {
        Self { node: Some(node), code: None, problem }
    }

    /// Returns the error as one of `node`, unless it is already known to be of a part of it.
    pub(crate) fn or_at(mut self, node: &'t Node) -> Self {
        self.node.get_or_insert(node);
        self
    }

    fn of(problem: Problem) -> Self {
        Self { node: None, code: None, problem }
    }
}

impl fmt::Display for DecodeError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.problem, f)
    }
}

impl std::error::Error for DecodeError<'_> {}

impl serde::de::Error for DecodeError<'_> {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::of(Problem::Refused { why: why.to_string() })
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        Self::of(Problem::UnknownKey { key: key.to_owned(), known })
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self::of(Problem::UnknownWord { word: word.to_owned(), known })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::of(Problem::Missing { key })
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // The tree holds texts, lists and maps, so nothing else is ever found.
        let found = if let Unexpected::Str(text) = found {
            format!("the text {}", quoted(text))
        } else if matches!(found, Unexpected::Map) {
            "a group of keys".to_owned()
        } else if matches!(found, Unexpected::Seq) {
            "a list".to_owned()
        } else {
            "nothing".to_owned()
        };
        Self::of(Problem::WrongType { expected: expected.to_string(), found })
    }
}
