//! Tables: CSV files with people, sites and addresses, read row by row.
//!
//! A table of 100,000 sites is never held as text: rows become values as they
//! are read, and the few lines that a message must show are read again.
//!
//! House rule: everything has a limit; unknown columns are never ignored.

use crate::code::Code;
use crate::decode::Cuts;
use crate::diagnostic::{is_invisible, quoted};
use crate::findings::{Findings, IS_FIELD};
use crate::span::{At, Span};
use crate::suggest;
use csv::StringRecord;
use model::digest::Digest;
use sha2::Digest as _;
use std::collections::HashMap;
use std::fmt::Display;
use std::io::Read;
use std::str::FromStr;

/// The most rows of a table: ten times the design size of a deployment.
pub(crate) const ROWS_MAX: usize = 1_000_000;

/// The prefix of columns that hold variables of a site.
pub(crate) const VARIABLE_PREFIX: &str = "var.";

/// A reader that digests and counts what it reads, up to a limit.
pub(crate) struct HashingReader<R> {
    reader: std::io::Take<R>,
    hash: sha2::Sha256,
    size_bytes: u64,
}

impl<R: Read> HashingReader<R> {
    /// Returns a reader of the first `limit` bytes of `reader`.
    pub(crate) fn new(reader: R, limit: u64) -> Self {
        Self { reader: reader.take(limit), hash: sha2::Sha256::new(), size_bytes: 0 }
    }

    /// Returns the size and the digest of everything, read to its end.
    pub(crate) fn finish(mut self) -> (u64, Digest) {
        let mut rest = [0; 8192];
        while self.read(&mut rest).is_ok_and(|count| count > 0) {}
        (self.size_bytes, Digest::from_bytes(self.hash.finalize().into()))
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        self.size_bytes += count as u64;
        Ok(count)
    }
}

/// A table that is being read.
pub(crate) struct Table<'a> {
    /// The position of its file.
    pub(crate) file: u32,
    /// Where faults go.
    pub(crate) findings: &'a mut Findings,
    /// What was left out because it was faulty.
    pub(crate) cuts: &'a mut Cuts,
    /// Whether no row has been left out.
    pub(crate) is_whole: bool,
}

impl Table<'_> {
    /// Calls `take` with each row. `required` and `optional` are all columns that may be there,
    /// besides variables if `has_variables`.
    pub(crate) fn rows(
        &mut self,
        reader: &mut dyn Read,
        required: &[&'static str],
        optional: &[&'static str],
        mut take: impl FnMut(&mut Row<'_>),
    ) {
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
        let columns = match rows.headers() {
            Ok(headers) => self.columns(&headers.clone(), required, optional),
            Err(error) => return self.refuse(1, &error.to_string()),
        };
        let mut record = StringRecord::new();
        for _ in 0..ROWS_MAX {
            match rows.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    self.refuse(line, &row_error(&error));
                    return;
                }
            }
            let line = record.position().map_or(0, csv::Position::line);
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            if record.len() > columns.count {
                let at = self.place(line, columns.count + 1);
                self.findings.report_with(
                    Code::Table,
                    at,
                    "this row has more fields than there are columns",
                    Some("quote fields that hold a comma"),
                );
                self.is_whole = false;
                self.cuts.note_name(record.get(0).unwrap_or_default());
                continue;
            }
            let mut row = Row {
                record: &record,
                columns: &columns,
                line,
                file: self.file,
                findings: self.findings,
                cuts: self.cuts,
                is_whole: &mut self.is_whole,
            };
            row.refuse_invisible();
            take(&mut row);
        }
        self.refuse(1, &format!("the table has more than {ROWS_MAX} rows"));
    }

    fn columns(
        &mut self,
        headers: &StringRecord,
        required: &[&'static str],
        optional: &[&'static str],
    ) -> Columns {
        let mut positions = HashMap::new();
        for (position, header) in headers.iter().enumerate() {
            let name = header.trim().trim_start_matches('\u{feff}');
            let at = self.place(1, position + 1);
            let is_variable = name.strip_prefix(VARIABLE_PREFIX).is_some_and(|it| !it.is_empty())
                && optional.contains(&VARIABLE_PREFIX);
            if !is_variable && !required.contains(&name) && !optional.contains(&name) {
                let what = format!("there is no column {}", quoted(name));
                let known = required.iter().chain(optional).copied();
                self.findings.report_with(Code::Table, at, what, suggest::help(name, known));
            } else if positions.insert(name.to_owned(), position).is_some() {
                self.findings.report(
                    Code::Table,
                    at,
                    format!("the column {} is there twice", quoted(name)),
                );
            }
        }
        for name in required.iter().filter(|it| !positions.contains_key(**it)) {
            self.refuse(1, &format!("the column `{name}` is missing"));
        }
        Columns { positions, count: headers.len() }
    }

    fn place(&self, line: u32, field: usize) -> Span {
        let column = u32::try_from(field).unwrap_or(u32::MAX);
        Span { file: self.file, line, column, length: IS_FIELD }
    }

    fn refuse(&mut self, line: u64, what: &str) {
        let at = self.place(u32::try_from(line).unwrap_or(u32::MAX), 1);
        self.is_whole = false;
        self.findings.report(Code::Table, at, what);
    }
}

fn row_error(error: &csv::Error) -> String {
    if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) {
        "this row is not UTF-8".to_owned()
    } else if error.is_io_error() {
        "the file cannot be read to its end".to_owned()
    } else {
        format!("this row cannot be read: {error}")
    }
}

/// Where each column is.
struct Columns {
    positions: HashMap<String, usize>,
    count: usize,
}

/// A row of a table.
pub(crate) struct Row<'r> {
    record: &'r StringRecord,
    columns: &'r Columns,
    line: u32,
    file: u32,
    findings: &'r mut Findings,
    cuts: &'r mut Cuts,
    is_whole: &'r mut bool,
}

impl Row<'_> {
    /// Returns the text in `column`, if there is any.
    pub(crate) fn text(&self, column: &str) -> Option<At<&str>> {
        let position = *self.columns.positions.get(column)?;
        let text = self.record.get(position)?.trim();
        (!text.is_empty()).then(|| At::new(text, self.place(position)))
    }

    /// Returns the text in `column` by itself, if there is any.
    pub(crate) fn string(&self, column: &str) -> Option<String> {
        self.text(column).map(|it| it.value.to_owned())
    }

    /// Returns what `column` says; a text that is refused is reported with `code` and its own words.
    pub(crate) fn value<T: FromStr<Err: Display>>(
        &mut self,
        column: &str,
        code: Code,
    ) -> Option<At<T>> {
        self.parsed(column, code, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// Returns what `parse` makes of `column`; its refusal is reported with `code`.
    pub(crate) fn parsed<T>(
        &mut self,
        column: &str,
        code: Code,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<At<T>> {
        let text = self.text(column)?;
        let (parsed, at) = (parse(text.value), text.at);
        match parsed {
            Ok(value) => Some(At::new(value, at)),
            Err(why) => {
                let name = self.record.get(0).unwrap_or_default();
                self.cuts.note_name(name);
                *self.is_whole = false;
                self.findings.report(code, at, why);
                None
            }
        }
    }

    /// Returns every word in `column` as a value.
    pub(crate) fn values<T: FromStr<Err: Display>>(&mut self, column: &str) -> Vec<At<T>> {
        let parse_all = |text: &str| {
            let words = text
                .split_whitespace()
                .map(|it| it.parse().map_err(|error: T::Err| error.to_string()));
            words.collect::<Result<Vec<T>, String>>()
        };
        let Some(all) = self.parsed(column, Code::BadValue, parse_all) else { return vec![] };
        let at = all.at;
        all.value.into_iter().map(|it| At::new(it, at)).collect()
    }

    /// Returns the number in `column`.
    pub(crate) fn number<T: FromStr>(&mut self, column: &str) -> Option<At<T>> {
        self.parsed(column, Code::BadValue, |text| {
            text.parse().map_err(|_| {
                format!("{} is not a whole number that is possible here", quoted(text))
            })
        })
    }

    /// Returns what `column` must say; where it says nothing, that is reported.
    pub(crate) fn required<T: FromStr<Err: Display>>(
        &mut self,
        column: &'static str,
    ) -> Option<At<T>> {
        if self.text(column).is_none() && self.columns.positions.contains_key(column) {
            let at = Span { file: self.file, line: self.line, column: 1, length: IS_FIELD };
            *self.is_whole = false;
            self.findings.report(
                Code::MissingKey,
                at,
                format!("this row has nothing in column `{column}`"),
            );
        }
        self.value(column, Code::BadValue)
    }

    /// Reports what one of the columns `of` says where `column`, which they are about, says nothing.
    pub(crate) fn needs(&mut self, column: &str, of: &[&str]) {
        if self.text(column).is_some() {
            return;
        }
        let said = of.iter().find_map(|it| Some((it, self.text(it)?.at)));
        if let Some((said, at)) = said {
            let what =
                format!("`{said}` is about column `{column}`, which says nothing in this row");
            let help = format!("write `{column}` in this row, or leave `{said}` empty");
            *self.is_whole = false;
            self.findings.report_with(Code::MissingKey, at, what, Some(help));
        }
    }

    /// Returns the columns that hold variables, with their names and texts.
    pub(crate) fn variables(&self) -> Vec<(String, At<String>)> {
        let named = self.columns.positions.iter().filter_map(|(column, position)| {
            let name = column.strip_prefix(VARIABLE_PREFIX)?;
            let text = self.record.get(*position)?.trim();
            Some((name.to_owned(), At::new(text.to_owned(), self.place(*position))))
        });
        named.filter(|(_, text)| !text.value.is_empty()).collect()
    }

    fn place(&self, position: usize) -> Span {
        let column = u32::try_from(position + 1).unwrap_or(u32::MAX);
        Span { file: self.file, line: self.line, column, length: IS_FIELD }
    }

    fn refuse_invisible(&mut self) {
        for (position, field) in self.record.iter().enumerate() {
            if field.bytes().all(|it| (0x20..0x7f).contains(&it)) {
                continue;
            }
            if let Some(letter) = field.chars().find(|it| is_invisible(*it)) {
                let what = format!(
                    "there is a character here that cannot be seen: U+{:04X}",
                    u32::from(letter)
                );
                let help = "remove it: what people approve must be what they see";
                self.findings.report_with(
                    Code::InvisibleCharacters,
                    self.place(position),
                    what,
                    Some(help),
                );
            }
        }
    }
}
