//! What is wrong with a plan, where, and what would be right.
//!
//! House rule: every refusal offers the next step.

use crate::code::Code;
use crate::span::Span;
use serde::Serialize;
use std::fmt;

/// The longest piece of a line that is shown, in characters: it must fit a terminal.
const SNIPPET_LENGTH_MAX: usize = 96;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Severity {
    /// The plan cannot be used.
    Error,
    /// The plan can be used, but it says something that is rarely meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// One thing that is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The file, relative to the plan's folder.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// What stands there.
    pub snippet: Option<Snippet>,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
}

/// A line of the source, with the offending stretch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// The line, or the piece of it that matters, with invisible characters escaped.
    pub text: String,
    /// Where the offending stretch begins in `text`, in characters from 0.
    pub from: usize,
    /// How many characters it takes.
    pub length: usize,
}

impl Snippet {
    /// Returns the piece of `line` around the stretch at `span`.
    pub(crate) fn of(line: &str, span: Span) -> Self {
        let start = span.column.saturating_sub(1) as usize;
        let skipped =
            if start > SNIPPET_LENGTH_MAX * 2 / 3 { start - SNIPPET_LENGTH_MAX / 3 } else { 0 };
        let mut snippet = Self { text: String::new(), from: 0, length: 0 };
        let mut shown = 0;
        if skipped > 0 {
            snippet.text.push('…');
            shown += 1;
        }
        let end = start + span.length.max(1) as usize;
        for (number, letter) in line.chars().enumerate().skip(skipped).take(SNIPPET_LENGTH_MAX) {
            if number == start {
                snippet.from = shown;
            }
            let width = push_visible(&mut snippet.text, letter);
            shown += width;
            if (start..end).contains(&number) {
                snippet.length += width;
            }
        }
        if snippet.length == 0 {
            snippet.from = shown;
            snippet.length = 1;
        }
        snippet
    }
}

/// Writes `letter` so that it can be seen, and returns how many characters that took.
fn push_visible(text: &mut String, letter: char) -> usize {
    if letter == '\t' {
        text.push(' ');
        return 1;
    }
    if !is_invisible(letter) {
        text.push(letter);
        return 1;
    }
    let escaped = letter.escape_unicode().to_string();
    text.push_str(&escaped);
    escaped.chars().count()
}

/// Returns whether `letter` cannot be seen or changes the order in which others are shown.
pub(crate) fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{feff}' | '\u{061c}' | '\u{00ad}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Returns `text` in one line, shortened, with invisible characters escaped: fit for a message.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN_MAX: usize = 60;
    let mut shown = String::new();
    for letter in text.chars().take(SHOWN_MAX) {
        push_visible(&mut shown, letter);
    }
    if text.chars().nth(SHOWN_MAX).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}: {}", self.severity, self.code, self.what)?;
        match (self.line, &self.snippet) {
            (0, _) => writeln!(f, "  in {}", self.file)?,
            (line, None) => writeln!(f, "  at {}:{line}:{}", self.file, self.column)?,
            (line, Some(snippet)) => {
                let number = line.to_string();
                let margin = " ".repeat(number.len());
                writeln!(f, "  at {}:{line}:{}", self.file, self.column)?;
                writeln!(f, "  {number} | {}", snippet.text)?;
                let under = "^".repeat(snippet.length);
                writeln!(f, "  {margin} | {}{under}", " ".repeat(snippet.from))?;
            }
        }
        match &self.help {
            Some(help) => writeln!(f, "  help: {help}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn rendered(line: &str, column: u32, length: u32) -> String {
        let span = Span { file: 0, line: 12, column, length };
        let diagnostic = Diagnostic {
            code: Code::UnknownKey,
            severity: Severity::Error,
            file: "landfall.yaml".to_owned(),
            line: span.line,
            column: span.column,
            snippet: Some(Snippet::of(line, span)),
            what: "`paralel` is not a key here".to_owned(),
            help: Some("did you mean `parallel`?".to_owned()),
        };
        diagnostic.to_string()
    }

    #[test]
    fn a_diagnostic_shows_the_line_and_points_at_the_place() {
        expect![[r#"
            error LF0101: `paralel` is not a key here
              at landfall.yaml:12:3
              12 |   paralel: 3
                 |   ^^^^^^^
              help: did you mean `parallel`?
        "#]]
        .assert_eq(&rendered("  paralel: 3", 3, 7));
    }

    #[test]
    fn a_long_line_is_cut_and_what_cannot_be_seen_is_written_out() {
        let long = format!("{}wrong{}", "x".repeat(200), "y".repeat(200));
        let cut = rendered(&long, 201, 5);
        assert!(cut.lines().all(|line| line.chars().count() < 120), "{cut}");
        let under = |text: &str| text.lines().nth(3).unwrap().find('^').unwrap();
        let shown = cut.lines().nth(2).unwrap();
        assert_eq!(shown.chars().skip(under(&cut)).take(5).collect::<String>(), "wrong");
        assert!(rendered("title: a\u{202e}b", 9, 1).contains("a\\u{202e}b"));
    }
}
