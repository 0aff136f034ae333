//! Tables: one look for all of them.

use crate::terminal::Setting;
use comfy_table::{Cell, CellAlignment, Color, ContentArrangement, Table, presets};

/// How a cell is meant, beside what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing special.
    Plain,
    /// As it should be.
    Good,
    /// Waits, or needs a look.
    Mind,
    /// Needs somebody now.
    Bad,
}

/// Returns an empty table with these headings.
pub(crate) fn table(setting: Setting, headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(setting.width);
    // Whoever made the setting has looked whether there is a terminal.
    table.force_no_tty();
    if setting.colours {
        table.enforce_styling();
    }
    table.set_header(headings.iter().map(|it| Cell::new(it.to_uppercase())));
    table
}

/// Returns a cell that says `text`.
pub(crate) fn cell(text: impl ToString, tone: Tone) -> Cell {
    let cell = Cell::new(text);
    match tone {
        Tone::Plain => cell,
        Tone::Good => cell.fg(Color::Green),
        Tone::Mind => cell.fg(Color::Yellow),
        Tone::Bad => cell.fg(Color::Red),
    }
}

/// Returns a cell with a count, bad unless it is none.
pub(crate) fn bad_count(count: usize) -> Cell {
    number(count, if count == 0 { Tone::Plain } else { Tone::Bad })
}

/// Returns a cell with a count.
pub(crate) fn number(count: usize, tone: Tone) -> Cell {
    cell(count, tone).set_alignment(CellAlignment::Right)
}

/// Returns the table's text, without spaces at the ends of lines.
pub(crate) fn text(table: &Table) -> String {
    let lines = table.lines();
    lines.map(|it| format!("{}\n", it.trim_end())).collect()
}
