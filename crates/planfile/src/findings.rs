//! What has been found wrong so far, over all files of a plan.
//!
//! House rule: one run says everything that can be said. Whoever corrects a
//! plan should not meet its second fault only after the first is gone.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity, Snippet, quoted};
use crate::folder::Folder;
use crate::span::Span;
use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, Read};

/// The most diagnostics that are kept: with more, the first ones explain the rest.
pub const DIAGNOSTICS_MAX: usize = 500;

/// The longest line that is read back for showing, in bytes.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// A `length` that says: `column` counts the fields of a table's row, not characters.
pub(crate) const IS_FIELD: u32 = 0;

/// A file that was read, and its lines where they are kept.
struct FileRead {
    name: String,
    text: Option<String>,
    line_starts: Vec<usize>,
}

/// Everything found wrong so far.
#[derive(Default)]
pub(crate) struct Findings {
    files: Vec<FileRead>,
    found: Vec<(Code, Span, String, Option<String>)>,
    seen: HashSet<(Code, Span, String)>,
    /// How many were found beyond the limit.
    omitted: usize,
}

impl Findings {
    /// Returns the position of a new file called `name`, whose `text` is kept for showing.
    pub(crate) fn add_file(&mut self, name: &str, text: Option<String>) -> u32 {
        let starts = text.iter().flat_map(|it| it.match_indices('\n').map(|(at, _)| at + 1));
        let line_starts = std::iter::once(0).chain(starts).collect();
        self.files.push(FileRead { name: name.to_owned(), text, line_starts });
        u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
    }

    /// Notes that `what` is wrong at `at`.
    pub(crate) fn report(&mut self, code: Code, at: Span, what: impl Into<String>) {
        self.report_with(code, at, what, None::<String>);
    }

    /// Notes that `what` is wrong at `at`, and what would be right.
    pub(crate) fn report_with(
        &mut self,
        code: Code,
        at: Span,
        what: impl Into<String>,
        help: Option<impl Into<String>>,
    ) {
        if self.found.len() >= DIAGNOSTICS_MAX {
            self.omitted += 1;
            // What refuses the plan is told before what does not.
            let is_error = |code: Code| code.severity() == Severity::Error;
            let warning = self.found.iter().rposition(|(it, ..)| !is_error(*it));
            match warning.filter(|_| is_error(code)) {
                Some(place) => drop(self.found.remove(place)),
                None => return,
            }
        }
        let what = what.into();
        if self.seen.insert((code, at, what.clone())) {
            self.found.push((code, at, what, help.map(Into::into)));
        }
    }

    /// Notes that `what` is wrong at `at`, unless something is known to be wrong in that file already.
    pub(crate) fn report_if_none(&mut self, code: Code, at: Span, what: &str) {
        if self.found.iter().all(|(_, found, _, _)| found.file != at.file) {
            self.report(code, at, what);
        }
    }

    /// Returns all diagnostics, file by file and line by line; lines that were not kept are read again.
    pub(crate) fn finish(mut self, folder: &dyn Folder) -> Vec<Diagnostic> {
        self.found.sort_by_key(|(code, at, _, _)| (*at, *code));
        let mut lines = self.lines_read_again(folder);
        let found = std::mem::take(&mut self.found);
        let mut diagnostics: Vec<Diagnostic> =
            found.into_iter().map(|it| self.diagnostic(it, &mut lines)).collect();
        if let (true, Some(last)) = (self.omitted > 0, diagnostics.last_mut()) {
            let more = format!("{} more were found and are not listed", self.omitted);
            last.help =
                Some(last.help.take().map_or(more.clone(), |help| format!("{help}; {more}")));
        }
        diagnostics
    }

    fn diagnostic(
        &self,
        (code, mut at, what, help): (Code, Span, String, Option<String>),
        lines: &mut BTreeMap<(u32, u32), String>,
    ) -> Diagnostic {
        let read = self.files.get(at.file as usize);
        let line = match read.and_then(|it| it.line(at.line)) {
            Some(line) => Some(line.to_owned()),
            None => lines.get(&(at.file, at.line)).cloned(),
        };
        if at.length == IS_FIELD {
            (at.column, at.length) =
                line.as_deref().map_or((1, 1), |it| field_stretch(it, at.column));
        }
        Diagnostic {
            code,
            severity: code.severity(),
            file: read.map(|it| it.name.clone()).unwrap_or_default(),
            line: at.line,
            column: at.column,
            snippet: line.filter(|_| at.line > 0).map(|it| Snippet::of(&it, at)),
            what,
            help,
        }
    }

    fn lines_read_again(&self, folder: &dyn Folder) -> BTreeMap<(u32, u32), String> {
        let mut wanted: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (_, at, _, _) in &self.found {
            let is_kept = self.files.get(at.file as usize).is_none_or(|it| it.text.is_some());
            if !is_kept && at.line > 0 {
                wanted.entry(at.file).or_default().push(at.line);
            }
        }
        let mut lines = BTreeMap::new();
        for (file, wanted) in wanted {
            let Some(read) = self.files.get(file as usize) else { continue };
            if let Ok(opened) = folder.open(&read.name) {
                let found = lines_of(opened.reader, &wanted);
                lines.extend(found.into_iter().map(|(line, text)| ((file, line), text)));
            }
        }
        lines
    }
}

impl FileRead {
    fn line(&self, line: u32) -> Option<&str> {
        let text = self.text.as_deref()?;
        let start = *self.line_starts.get(line.checked_sub(1)? as usize)?;
        Some(text.get(start..)?.lines().next().unwrap_or_default())
    }
}

/// Returns the lines numbered `wanted` (sorted) of what `reader` holds.
fn lines_of(reader: Box<dyn Read + '_>, wanted: &[u32]) -> Vec<(u32, String)> {
    let mut reader = BufReader::new(reader);
    let mut found = Vec::new();
    let last = wanted.last().copied().unwrap_or(0);
    for number in 1..=last {
        let mut line = Vec::new();
        match reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) if wanted.binary_search(&number).is_ok() => {
                let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
                found.push((number, text));
            }
            Ok(_) => {}
        }
    }
    found
}

/// Returns the column and length, in characters, of field number `field` (from 1) of a row.
fn field_stretch(line: &str, field: u32) -> (u32, u32) {
    let (mut number, mut column, mut start, mut is_quoted) = (1, 1, 1, false);
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted && number == field => break,
            ',' if !is_quoted => {
                number += 1;
                start = column + 1;
            }
            _ => {}
        }
        column += 1;
    }
    if number == field { (start, (column - start).max(1)) } else { (1, 1) }
}

/// Returns `what` in a sentence with its name: ``site `B27` ``.
pub(crate) fn named(what: &str, name: &str) -> String {
    format!("{what} {}", quoted(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_a_row_is_found_also_behind_quoted_commas() {
        let line = r#"B01,"Des Moines IA (flagship, pilot)",Central"#;
        for (field, expected) in [(1, (1, 3)), (2, (5, 33)), (3, (39, 7)), (9, (1, 1))] {
            assert_eq!(field_stretch(line, field), expected, "field {field}");
        }
    }
}
