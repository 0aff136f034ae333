//! Rows of a foreign table, cell by cell, each fault with its place.
//!
//! House rule: a message that a person must act on names the file, the line and the column.

use super::MeasuredTable;
use crate::code::Code;
use crate::diagnostic::quoted;
use crate::findings::{Findings, IS_FIELD};
use crate::span::Span;
use crate::table::ROWS_MAX;
use csv::StringRecord;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// A table whose head was understood.
pub(super) struct Sheet<'a> {
    rows: csv::Reader<&'a [u8]>,
    columns: HashMap<String, usize>,
    place: Place<'a>,
}

/// Where faults go, and of which file they are.
struct Place<'a> {
    findings: &'a mut Findings,
    file: u32,
}

impl Place<'_> {
    fn report(
        &mut self,
        code: Code,
        (line, field): (u32, usize),
        what: String,
        help: Option<String>,
    ) {
        let column = u32::try_from(field).unwrap_or(u32::MAX);
        let at = Span { file: self.file, line, column, length: IS_FIELD };
        self.findings.report_with(code, at, what, help);
    }
}

impl Sheet<'_> {
    /// Reads the head of `table` and lets `take` read its rows.
    pub(super) fn read(
        table: MeasuredTable,
        findings: &mut Findings,
        take: &mut dyn FnMut(&mut Sheet<'_>),
    ) {
        let text = match String::from_utf8(table.bytes) {
            Ok(text) => text,
            Err(error) => {
                let good = error.as_bytes().get(..error.utf8_error().valid_up_to());
                let line = good.unwrap_or_default().iter().filter(|it| **it == b'\n').count() + 1;
                let file = findings.add_file(&table.name, None);
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                let at = Span { file, line, column: 1, length: 1 };
                return findings.report(Code::NotUtf8, at, "the table is not UTF-8 here");
            }
        };
        let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
        let file = findings.add_file(&table.name, Some(text.clone()));
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let headers = rows.headers().cloned().unwrap_or_default();
        let mut place = Place { findings, file };
        let mut columns = HashMap::new();
        for (position, header) in headers.iter().enumerate() {
            let name = header.trim().to_ascii_lowercase();
            if !name.is_empty() && columns.insert(name, position).is_some() {
                let what = format!("the column {} is there twice", quoted(header));
                place.report(Code::Table, (1, position + 1), what, None);
            }
        }
        take(&mut Sheet { rows, columns, place });
    }

    /// Calls `take` with each row, once all of `required` are among the columns. A table without
    /// any text has no rows.
    pub(super) fn rows(&mut self, required: &[&str], take: impl FnMut(&mut Row<'_>)) {
        if !self.columns.is_empty() {
            self.rows_under_head(required, take);
        }
    }

    /// Calls `take` with each row as [`Self::rows`]; a table without any text is reported.
    pub(super) fn rows_under_head(
        &mut self,
        required: &[&str],
        mut take: impl FnMut(&mut Row<'_>),
    ) {
        let mut is_whole = true;
        for name in required.iter().filter(|it| !self.columns.contains_key(**it)) {
            let what = format!("the column `{name}` is missing");
            let mut found: Vec<&str> = self.columns.keys().map(String::as_str).collect();
            found.sort_unstable();
            let help = (!found.is_empty()).then(|| format!("there are: {}", found.join(", ")));
            self.place.report(Code::Table, (1, 1), what, help);
            is_whole = false;
        }
        if !is_whole {
            return;
        }
        let mut record = StringRecord::new();
        for _ in 0..ROWS_MAX {
            match self.rows.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    let line = u32::try_from(line).unwrap_or(u32::MAX);
                    let what = format!("this row cannot be read: {error}");
                    return self.place.report(Code::Table, (line, 1), what, None);
                }
            }
            let line = record.position().map_or(0, csv::Position::line);
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let head = self.rows.headers().map_or(0, StringRecord::len);
            if record.iter().skip(head).any(|it| !it.trim().is_empty()) {
                let what = "this row has more fields than there are columns".to_owned();
                let help = Some("quote fields that hold a comma".to_owned());
                self.place.report(Code::Table, (line, head + 1), what, help);
                continue;
            }
            if record.iter().all(|it| it.trim().is_empty()) {
                continue;
            }
            let place = Place { findings: &mut *self.place.findings, file: self.place.file };
            take(&mut Row { record: &record, columns: &self.columns, line, place });
        }
        let what = format!("the table has more than {ROWS_MAX} rows");
        self.place.report(Code::Table, (1, 1), what, None);
    }

    /// Returns whether there is a column of this name.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }
}

/// A row.
pub(super) struct Row<'r> {
    record: &'r StringRecord,
    columns: &'r HashMap<String, usize>,
    /// Its line.
    pub(super) line: u32,
    place: Place<'r>,
}

impl<'r> Row<'r> {
    /// Returns the text in `column`, if there is any.
    pub(super) fn text(&self, column: &str) -> Option<&'r str> {
        let text = self.record.get(*self.columns.get(column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Reports that what stands in `column` is wrong.
    pub(super) fn refuse(&mut self, column: &str, what: String, help: Option<String>) {
        self.refuse_as(Code::BadValue, column, what, help);
    }

    /// Reports that what stands in `column` is wrong in a way that has a code.
    pub(super) fn refuse_as(
        &mut self,
        code: Code,
        column: &str,
        what: String,
        help: Option<String>,
    ) {
        let field = self.columns.get(column).map_or(1, |it| it + 1);
        self.place.report(code, (self.line, field), what, help);
    }

    /// Returns the text in `column`; where there is none, that is reported.
    pub(super) fn required(&mut self, column: &str) -> Option<&'r str> {
        let text = self.text(column);
        if text.is_none() {
            let what = format!("this row has nothing in column `{column}`");
            self.refuse_as(Code::MissingKey, column, what, None);
        }
        text
    }

    /// Returns the whole number in `column`, if there is one.
    pub(super) fn number(&mut self, column: &str) -> Option<u32> {
        let text = self.text(column)?;
        // Spreadsheets write whole numbers with a point when some cells of the column are empty.
        let whole = text.split_once('.').map_or(text, |(whole, rest)| {
            if rest.bytes().all(|it| it == b'0') { whole } else { text }
        });
        let number = whole.parse().ok();
        if number.is_none() {
            self.refuse(column, format!("{} is not a whole number from 0", quoted(text)), None);
        }
        number
    }

    /// Returns the instant in `column` in milliseconds, if there is one.
    pub(super) fn instant_ms(&mut self, column: &str) -> Option<i64> {
        let text = self.text(column)?;
        self.instant_of(column, text)
    }

    /// Returns the instant that `text`, a piece of `column`, names, in milliseconds.
    pub(super) fn instant_of(&mut self, column: &str, text: &str) -> Option<i64> {
        match instant(text) {
            Ok(at) => Some(at.as_millisecond()),
            Err(what) => {
                let help = "write it like 2027-04-08T14:05Z or 2027-04-08T09:05-05:00".to_owned();
                self.refuse(column, what, Some(help));
                None
            }
        }
    }

    /// Reports `end_ms` in `column` where it is before `start_ms`; returns whether it is not.
    pub(super) fn is_ordered(
        &mut self,
        column: &str,
        (start_ms, end_ms): (Option<i64>, Option<i64>),
        what: &str,
    ) -> bool {
        let is_ordered = start_ms.zip(end_ms).is_none_or(|(start, end)| start <= end);
        if !is_ordered {
            self.refuse(column, what.to_owned(), None);
        }
        is_ordered
    }
}

/// Returns the instant that `text` names; without an offset it is UTC.
///
/// # Errors
///
/// When it is not an instant.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    let refused = || format!("{} is not an instant", quoted(text));
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    // A day alone has no instant: it begins at another one in every zone.
    if !text.contains(':') {
        return Err(refused());
    }
    let civil: DateTime = text.parse().map_err(|_| refused())?;
    TimeZone::UTC.to_timestamp(civil).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_seconds_or_not_and_an_offset_or_utc() {
        for text in [
            "2027-04-08T14:05Z",
            "2027-04-08T14:05:00Z",
            "2027-04-08t14:05:00.000z",
            "2027-04-08 14:05",
            "2027-04-08T14:05:00",
            "2027-04-08T09:05-05:00",
            "2027-04-08T19:35:00+05:30",
            "2027-04-08 14:05:00+00:00",
        ] {
            assert_eq!(instant(text), Ok("2027-04-08T14:05:00Z".parse().unwrap()), "{text}");
        }
        for text in ["2027-04-08", "soon", "14:05", "2027-13-01T00:00Z", "2027-02-29T00:00Z"] {
            assert!(instant(text).is_err(), "{text}");
        }
    }
}
