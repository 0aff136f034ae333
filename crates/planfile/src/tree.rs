//! YAML text as a tree whose every part knows where it stands.
//!
//! The tree is built from the parser's events, not by deserialising: that
//! way a text stays as it was written (`3.10` is a version, `no` a word), both
//! places of a duplicate key are known, and one fault does not hide the next.
//!
//! House rule: a plan is read by people. Tags, merge keys and second documents,
//! which make a text mean something else than it says, are refused.

use crate::code::Code;
use crate::diagnostic::{is_invisible, quoted};
use crate::findings::Findings;
use crate::span::Span;
use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The deepest nesting: the reference plan needs 9.
pub const DEPTH_MAX: usize = 32;

/// The most values of one file, aliases expanded: 40 sites with everything take about 4,000.
/// Larger inventories belong into a CSV file.
pub const NODES_MAX: u32 = 500_000;

/// The most places with invisible characters that are named for one file.
const INVISIBLE_NAMED_MAX: usize = 5;

/// A value of the text.
#[derive(Debug)]
pub(crate) struct Node {
    /// Its number, unique over all files.
    pub(crate) id: NodeId,
    /// Where it begins.
    pub(crate) at: Span,
    /// What it is.
    pub(crate) kind: Kind,
    /// How many values it holds, itself included and aliases expanded.
    weight: u32,
}

/// The number of a node: of its file, and in it.
pub(crate) type NodeId = (u32, u32);

/// What a node is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A text; `is_plain` where it has no quotes.
    Scalar { text: String, is_plain: bool },
    /// A list.
    List(Vec<Arc<Node>>),
    /// Keys with values, each key once.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The key, a scalar.
    pub(crate) key: Node,
    /// Its value.
    pub(crate) value: Arc<Node>,
}

impl Node {
    /// Returns the node with other `entries`, where it is a map and they are given; its parts are shared.
    pub(crate) fn shallow_copy(&self, entries: Option<Vec<Entry>>) -> Self {
        let kind = match (&self.kind, entries) {
            (Kind::Scalar { text, is_plain }, _) => {
                Kind::Scalar { text: text.clone(), is_plain: *is_plain }
            }
            (Kind::List(items), _) => Kind::List(items.clone()),
            (Kind::Map(_), Some(entries)) => Kind::Map(entries),
            (Kind::Map(entries), None) => {
                Kind::Map(entries.iter().map(Entry::shallow_copy).collect())
            }
        };
        Self { id: self.id, at: self.at, kind, weight: self.weight }
    }

    /// Returns whether nothing was written here.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, is_plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// Returns the text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Returns the value at `key` of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => {
                entries.iter().find(|it| it.key.text() == Some(key)).map(|it| &*it.value)
            }
            Kind::Scalar { .. } | Kind::List(_) => None,
        }
    }

    /// Returns what the node is called, if it is a map with a name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.get("id").or_else(|| self.get("name")).and_then(Self::text)
    }

    /// Returns whether the node called `id` is this one or a part of it; `path` becomes the way there.
    pub(crate) fn find<'n>(&'n self, id: NodeId, path: &mut Vec<&'n Self>) -> bool {
        path.push(self);
        let is_here = self.id == id
            || match &self.kind {
                Kind::Scalar { .. } => false,
                Kind::List(items) => items.iter().any(|it| it.find(id, path)),
                Kind::Map(entries) => {
                    entries.iter().any(|it| it.key.id == id || it.value.find(id, path))
                }
            };
        if !is_here {
            path.pop();
        }
        is_here
    }

    /// Returns the place to point at for what is missing in it: its first key.
    pub(crate) fn place(&self) -> Span {
        match &self.kind {
            Kind::Map(entries) => entries.first().map_or(self.at, |it| it.key.at),
            Kind::Scalar { .. } | Kind::List(_) => self.at,
        }
    }
}

impl Entry {
    /// Returns the entry with the same value.
    pub(crate) fn shallow_copy(&self) -> Self {
        Self { key: self.key.shallow_copy(None), value: self.value.clone() }
    }
}

/// Returns the tree of `text`, the file at position `file`; what is wrong goes to `findings`.
pub(crate) fn parse(text: &str, file: u32, findings: &mut Findings) -> Option<Arc<Node>> {
    name_invisible(text, file, findings);
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    let mut growing = Growing {
        file,
        findings,
        next_id: 0,
        weight: 0,
        open: vec![],
        anchors: HashMap::new(),
        root: None,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let went_on = match event {
            Ok((event, span)) => growing.take(event, span),
            Err(error) => {
                growing.refuse_syntax(&error);
                Err(Stopped)
            }
        };
        if went_on.is_err() {
            return None;
        }
    }
    growing.root
}

/// Reports characters of the file itself that cannot be seen, comments included.
fn name_invisible(text: &str, file: u32, findings: &mut Findings) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split('\n').zip(1..);
    let places = lines.flat_map(|(line, number)| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let bad = |(_, letter): &(u32, char)| is_invisible(*letter) && *letter != '\t';
        (1..).zip(line.chars()).find(bad).map(|(column, letter)| (number, column, letter))
    });
    for (line, column, letter) in places.take(INVISIBLE_NAMED_MAX) {
        report_invisible(letter, Span { file, line, column, length: 1 }, findings);
    }
}

fn report_invisible(letter: char, at: Span, findings: &mut Findings) {
    let what =
        format!("there is a character here that cannot be seen: U+{:04X}", u32::from(letter));
    let help = "remove it: what people approve must be what they see";
    findings.report_with(Code::InvisibleCharacters, at, what, Some(help));
}

/// Parsing cannot go on; why has been reported.
struct Stopped;

/// A list or map that is not finished.
struct Open {
    id: NodeId,
    at: Span,
    anchor: usize,
    weight_before: u32,
    held: Held,
}

enum Held {
    List(Vec<Arc<Node>>),
    Map { entries: Vec<Entry>, keys: HashSet<String>, key: Option<Node> },
}

struct Growing<'a> {
    file: u32,
    findings: &'a mut Findings,
    next_id: u32,
    weight: u32,
    open: Vec<Open>,
    anchors: HashMap<usize, Arc<Node>>,
    root: Option<Arc<Node>>,
}

impl Growing<'_> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the parser's events may grow; those that hold no value are passed over"
    )]
    fn take(&mut self, event: Event<'_>, span: granit_parser::Span) -> Result<(), Stopped> {
        let at = self.span(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), at)?;
                let node = self.scalar(&text, style, at)?;
                self.place(node, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), at)?;
                self.begin(at, anchor, Held::List(vec![]))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), at)?;
                let held = Held::Map { entries: vec![], keys: HashSet::new(), key: None };
                self.begin(at, anchor, held)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::DocumentStart(..) if self.root.is_some() => self.refuse(
                at,
                "a second document begins here",
                "write one document in each file, without `---` inside",
            ),
            _ => Ok(()),
        }
    }

    fn span(&self, span: granit_parser::Span) -> Span {
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let is_one_line = span.start.line() == span.end.line();
        let length = if is_one_line { span.end.col().saturating_sub(span.start.col()) } else { 1 };
        Span {
            file: self.file,
            line: number(span.start.line()),
            column: number(span.start.col() + 1),
            length: number(length.max(1)),
        }
    }

    fn number(&mut self, at: Span) -> Result<NodeId, Stopped> {
        self.next_id += 1;
        self.grow(1, at)?;
        Ok((self.file, self.next_id))
    }

    fn grow(&mut self, weight: u32, at: Span) -> Result<(), Stopped> {
        self.weight = self.weight.saturating_add(weight);
        if self.weight <= NODES_MAX {
            return Ok(());
        }
        let what = format!("the file holds more than {NODES_MAX} values, aliases expanded");
        let help = "keep large inventories in a CSV file: `sites: {from: sites.csv}`";
        self.findings.report_with(Code::Budget, at, what, Some(help));
        Err(Stopped)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: Span) -> Result<Node, Stopped> {
        let id = self.number(at)?;
        if let (ScalarStyle::DoubleQuoted, Some(letter)) =
            (style, text.chars().find(|it| is_invisible(*it) && !matches!(it, '\n' | '\t' | '\r')))
        {
            report_invisible(letter, at, self.findings);
        }
        let kind = Kind::Scalar { text: text.to_owned(), is_plain: style == ScalarStyle::Plain };
        Ok(Node { id, at, kind, weight: 1 })
    }

    fn begin(&mut self, at: Span, anchor: usize, held: Held) -> Result<(), Stopped> {
        if let Some(Open { held: Held::Map { key: None, .. }, .. }) = self.open.last() {
            return self.refuse(at, "a key must be a plain text", "write a name before the `:`");
        }
        let weight_before = self.weight;
        let id = self.number(at)?;
        self.open.push(Open { id, at, anchor, weight_before, held });
        if self.open.len() <= DEPTH_MAX {
            return Ok(());
        }
        let what = format!("this is nested more than {DEPTH_MAX} levels deep");
        self.findings.report(Code::Budget, at, what);
        Err(Stopped)
    }

    fn end(&mut self) -> Result<(), Stopped> {
        let Some(Open { id, at, anchor, weight_before, held }) = self.open.pop() else {
            return Ok(());
        };
        let kind = match held {
            Held::List(items) => Kind::List(items),
            Held::Map { entries, .. } => Kind::Map(entries),
        };
        self.place(Node { id, at, kind, weight: self.weight - weight_before }, anchor)
    }

    fn alias(&mut self, anchor: usize, at: Span) -> Result<(), Stopped> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return self.refuse(at, "this alias stands inside what it names", "write it out");
        };
        self.grow(node.weight, at)?;
        self.hang(node, at)
    }

    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Stopped> {
        if let Some(Open { held: Held::Map { key: key @ None, keys, .. }, .. }) =
            self.open.last_mut()
        {
            let text = node.text().unwrap_or_default();
            let (is_merge, is_new) = (text == "<<", keys.insert(text.to_owned()));
            let (at, text) = (node.at, quoted(text));
            *key = Some(node);
            if is_merge {
                return self.refuse(
                    at,
                    "merge keys are not read",
                    "use a step template, or write the keys out",
                );
            }
            if !is_new {
                let what = format!("{text} stands twice in one place");
                self.findings.report_with(Code::DuplicateKey, at, what, Some("keep one of them"));
            }
            return Ok(());
        }
        let at = node.at;
        let node = Arc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.hang(node, at)
    }

    fn hang(&mut self, value: Arc<Node>, at: Span) -> Result<(), Stopped> {
        match self.open.last_mut().map(|it| &mut it.held) {
            None => self.root = Some(value),
            Some(Held::List(items)) => items.push(value),
            Some(Held::Map { entries, key, .. }) => match key.take() {
                // Of two equal keys the first one counts; the second has been reported.
                Some(key) if entries.iter().any(|it| it.key.text() == key.text()) => {}
                Some(key) => entries.push(Entry { key, value }),
                None => return self.refuse(at, "a key must be a plain text", "write the name out"),
            },
        }
        Ok(())
    }

    fn refuse_tag(&mut self, is_tagged: bool, at: Span) -> Result<(), Stopped> {
        if !is_tagged {
            return Ok(());
        }
        self.refuse(
            at,
            "tags (`!…`) are not read",
            "remove the tag: the plan knows what each value is",
        )
    }

    fn refuse(&mut self, at: Span, what: &str, help: &str) -> Result<(), Stopped> {
        self.findings.report_with(Code::RefusedYaml, at, what, Some(help));
        Err(Stopped)
    }

    fn refuse_syntax(&mut self, error: &granit_parser::ScanError) {
        let marker = *error.marker();
        let at = self.span(granit_parser::Span::new(marker, marker));
        let said = error.info();
        let is_limit = said.contains("limit") || said.contains("recursion");
        let code = if is_limit { Code::Budget } else { Code::Syntax };
        let help =
            "indent with spaces, quote texts that hold `: ` or begin with a special character";
        self.findings.report_with(code, at, format!("this is not YAML: {said}"), Some(help));
    }
}
