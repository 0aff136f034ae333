//! Writing the sections of a document from its body: what a section takes is gone, and whatever no
//! section takes stands in the last one.
//!
//! House rule: nothing that is signed is left out, whoever adds a fact to a body.

use crate::block::{Block, Criterion, Fact, Said, Section, Verdict};
use crate::facts::{Reader, key_of};
use crate::reading::{Issued, Paper, ranges};
use model::guard::Guard;
use model::id::Seq;
use serde_json::{Map, Value};

/// A body being laid out.
pub(crate) struct Writer<'a> {
    pub(crate) paper: &'a Paper<'a>,
    pub(crate) reader: Reader<'a>,
    /// The issue that is laid out, where it was issued: what came later is not of it.
    pub(crate) issued: Option<Issued>,
    left: Value,
    sections: Vec<Section>,
    missing: Vec<Said>,
}

impl<'a> Writer<'a> {
    /// Returns a writer that has `facts` to lay out.
    pub(crate) fn of(paper: &'a Paper<'a>, reader: Reader<'a>, facts: Value) -> Self {
        Self { paper, reader, issued: None, left: facts, sections: vec![], missing: vec![] }
    }

    /// Returns it as the writer of what was issued then.
    pub(crate) fn issued(self, issued: Option<Issued>) -> Self {
        Self { issued, ..self }
    }

    /// Begins a section, whose facts come from these entries; of what was issued, from those until then.
    pub(crate) fn section(&mut self, title: &str, from: &[&[Seq]]) -> &mut Self {
        let until = self.issued.map_or(Seq::MAX, |it| it.seq);
        let from = from.iter().flat_map(|it| it.iter().copied()).filter(|it| *it <= until);
        let from = ranges(from);
        self.sections.push(Section { title: title.to_owned(), from, blocks: vec![] });
        self
    }

    /// Puts a block into the section.
    pub(crate) fn put(&mut self, block: Block) -> &mut Self {
        if let Some(section) = self.sections.last_mut() {
            section.blocks.push(block);
        }
        self
    }

    /// Says, of what was issued, that what follows is as of today: it is no part of what is signed.
    pub(crate) fn of_today(&mut self) -> &mut Self {
        if self.issued.is_some() { self.put(Block::Note(Said::word("as-of-today"))) } else { self }
    }

    /// Says that the document lacks something.
    pub(crate) fn lacks(&mut self, what: Said) -> &mut Self {
        self.missing.push(what);
        self
    }

    /// Returns what stands at `path`, which stays to be laid out.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        path.split('/').try_fold(&self.left, |place, key| place.get(key))
    }

    /// Takes what stands at `path`, such as `care/coverage`; nothing where nothing stands there.
    pub(crate) fn take(&mut self, path: &str) -> Option<Value> {
        let (parents, last) = path.rsplit_once('/').unwrap_or(("", path));
        let mut place = &mut self.left;
        for key in parents.split('/').filter(|it| !it.is_empty()) {
            place = place.get_mut(key)?;
        }
        place.as_object_mut()?.remove(last)
    }

    /// Puts the facts at these paths into the section, each under its last name; what consists of
    /// facts itself, fact by fact.
    pub(crate) fn facts(&mut self, paths: &[&str]) -> &mut Self {
        let mut facts = Vec::new();
        for path in paths {
            let Some(value) = self.take(path) else { continue };
            let name = key_of(path.rsplit('/').next().unwrap_or(path));
            match &value {
                Value::Object(fields) if fields.len() > 1 => {
                    let nested = fields.values().any(Value::is_object);
                    if nested {
                        for fact in self.reader.facts(fields) {
                            let name = format!("{name}-{}", fact.name);
                            facts.push(Fact { name, said: fact.said });
                        }
                    } else {
                        facts.push(Fact { said: self.reader.said(&name, &value), name });
                    }
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => {
                    facts.push(Fact { said: self.reader.said(&name, &value), name });
                }
            }
        }
        self.flush(&mut facts);
        self
    }

    /// Puts what is covered at `path` into the section: computers and users.
    pub(crate) fn coverage(&mut self, path: &str) -> &mut Self {
        let mut facts = Vec::new();
        for of in ["computers", "users"] {
            if let Some(value) = self.take(&format!("{path}/{of}")) {
                let name = format!("{path}-{of}");
                facts.push(Fact { said: self.reader.said(&name, &value), name });
            }
        }
        self.flush(&mut facts);
        self
    }

    fn flush(&mut self, facts: &mut Vec<Fact>) {
        if !facts.is_empty() {
            self.put(Block::Facts(std::mem::take(facts)));
        }
    }

    /// Puts the rows at `path` into the section as a table, these columns first. Where there are
    /// none, it says so.
    pub(crate) fn table(&mut self, path: &str, first: &[&str]) -> &mut Self {
        let of = path.rsplit('/').next().unwrap_or(path).to_owned();
        match self.take(path) {
            Some(Value::Array(items)) if !items.is_empty() => {
                let table = self.reader.table(Some(&key_of(&of)), &items, first);
                self.put(table)
            }
            Some(Value::Object(fields)) if !fields.is_empty() => {
                let table = self.reader.table(Some(&key_of(&of)), &rows(&fields), first);
                self.put(table)
            }
            Some(_) => {
                let said = Said::word("none");
                self.put(Block::Facts(vec![Fact { name: key_of(&of), said }]))
            }
            None => self,
        }
    }

    /// Puts the rows at `path` into the section as a table that is called `title`.
    pub(crate) fn titled_table(&mut self, path: &str, title: &str, first: &[&str]) -> &mut Self {
        match self.take(path) {
            Some(Value::Array(items)) if !items.is_empty() => {
                let table = self.reader.table(Some(title), &items, first);
                self.put(table)
            }
            Some(_) | None => self,
        }
    }

    /// Puts the rows at `path` into the section as a table, where there are any.
    pub(crate) fn table_if_any(&mut self, path: &str, first: &[&str]) -> &mut Self {
        let is_empty = self.at(path).and_then(Value::as_array).is_none_or(Vec::is_empty);
        if is_empty { self.without(path) } else { self.table(path, first) }
    }

    /// Leaves out what stands at `path`: it is nothing, or is said elsewhere in the document.
    pub(crate) fn without(&mut self, path: &str) -> &mut Self {
        self.take(path);
        self
    }

    /// Puts what people said at `path` into the section, as theirs.
    pub(crate) fn statements(&mut self, path: &str) -> &mut Self {
        if let Some(Value::Array(items)) = self.take(path) {
            for item in &items {
                let block = self.reader.statement(item).unwrap_or_else(|| Block::List {
                    of: None,
                    items: vec![self.reader.said("what", item)],
                });
                self.put(block);
            }
            if items.is_empty() {
                let of = key_of(path.rsplit('/').next().unwrap_or(path));
                self.put(Block::Facts(vec![Fact { name: of, said: Said::word("none") }]));
            }
        }
        self
    }

    /// Puts the things at `path` into the section, one below the other.
    pub(crate) fn list(&mut self, path: &str) -> &mut Self {
        let of = key_of(path.rsplit('/').next().unwrap_or(path));
        match self.take(path) {
            Some(Value::Array(items)) if !items.is_empty() => {
                let items = items.iter().map(|it| self.reader.said(&of, it)).collect();
                self.put(Block::List { of: Some(of), items })
            }
            Some(_) => self.put(Block::Facts(vec![Fact { name: of, said: Said::word("none") }])),
            None => self,
        }
    }

    /// Puts the criteria at `path` into the section: guards with what they read.
    pub(crate) fn criteria(&mut self, path: &str) -> &mut Self {
        let Some(Value::Array(items)) = self.take(path) else { return self };
        let criteria = items.iter().filter_map(Value::as_object).map(|it| {
            let of = |key: &str| it.get(key).and_then(Value::as_str).unwrap_or_default();
            let id = [of("guard"), of("criterion"), of("id")].into_iter().find(|it| !it.is_empty());
            let id = id.unwrap_or_default().to_owned();
            let reads = of("reads");
            let (verdict, detail) = verdict(reads);
            let text = match of("text") {
                "" => id.parse::<Guard>().map_or_else(|_| String::new(), |it| it.text().to_owned()),
                text => text.to_owned(),
            };
            Criterion { id, text, verdict, detail, told: None, at: None }
        });
        let criteria: Vec<Criterion> = criteria.collect();
        if criteria.is_empty() { self } else { self.put(Block::Criteria(criteria)) }
    }

    /// Returns the sections and what is missing; whatever no section took stands in the last one.
    pub(crate) fn finish(mut self) -> (Vec<Section>, Vec<Said>) {
        if let Value::Object(left) = std::mem::take(&mut self.left) {
            let mut left = left;
            prune(&mut left);
            if !left.is_empty() {
                self.section("further-facts", &[]);
                self.rest(left);
            }
        }
        self.sections.retain(|it| !it.blocks.is_empty());
        (self.sections, self.missing)
    }

    /// Puts whatever stands at `path` into the section: plain facts first, then what has rows.
    pub(crate) fn everything(&mut self, path: &str) -> &mut Self {
        match self.take(path) {
            // What had parts, all of which stand above already, says nothing more.
            Some(Value::Object(fields)) if fields.is_empty() => {}
            Some(Value::Object(fields)) => self.rest(fields),
            Some(Value::Array(items)) if items.iter().any(Value::is_object) => {
                let table = self.reader.table(None, &items, &[]);
                self.put(table);
            }
            Some(value) => {
                let name = key_of(path.rsplit('/').next().unwrap_or(path));
                let said = self.reader.said(&name, &value);
                self.put(Block::Facts(vec![Fact { name, said }]));
            }
            None => {}
        }
        self
    }

    fn rest(&mut self, left: Map<String, Value>) {
        let mut plain = Vec::new();
        let mut below = Vec::new();
        for (name, value) in left {
            let key = key_of(&name);
            match value {
                Value::Array(items) if items.iter().any(Value::is_object) => {
                    below.push(self.reader.table(Some(&key), &items, &[]));
                }
                Value::Object(inner) if inner.values().any(has_rows) => {
                    self.flush(&mut plain);
                    self.rest(inner);
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => {
                    plain.push(Fact { said: self.reader.said(&key, &value), name: key });
                }
            }
        }
        self.flush(&mut plain);
        below.into_iter().for_each(|it| {
            self.put(it);
        });
    }
}

/// Returns whether `value` has rows somewhere, and so needs more than one place.
fn has_rows(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(Value::is_object),
        Value::Object(fields) => fields.values().any(has_rows),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Drops objects from which everything was taken.
fn prune(fields: &mut Map<String, Value>) {
    for value in fields.values_mut() {
        if let Value::Object(inner) = value {
            prune(inner);
        }
    }
    fields.retain(|_, value| !value.is_null() && value.as_object().is_none_or(|it| !it.is_empty()));
}

/// Returns the fields of an object as rows, each with its name.
fn rows(fields: &Map<String, Value>) -> Vec<Value> {
    let row = |(name, value): (&String, &Value)| {
        let mut row = Map::new();
        row.insert("name".to_owned(), Value::String(name.clone()));
        match value {
            Value::Object(inner) => row.extend(inner.clone()),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                row.insert("is".to_owned(), value.clone());
            }
        }
        Value::Object(row)
    };
    fields.iter().map(row).collect()
}

/// Returns what a guard read, from the words in which a sheet holds it.
fn verdict(reads: &str) -> (Verdict, String) {
    let split =
        |of: &str| reads.strip_prefix(of).map(|it| it.trim_start_matches(':').trim().to_owned());
    if reads == "met" {
        (Verdict::Met, String::new())
    } else if let Some(detail) = split("not met") {
        (Verdict::NotMet, detail)
    } else if let Some(detail) = split("waived") {
        (Verdict::Waived, detail)
    } else if let Some(detail) = split("not known") {
        (Verdict::NotKnown, detail)
    } else {
        (Verdict::NotKnown, reads.to_owned())
    }
}
