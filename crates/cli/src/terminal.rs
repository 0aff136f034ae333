//! The terminal: results go to standard output, talk to standard error.
//!
//! Whoever reads only one of the two misses nothing of it: standard output holds
//! what was asked for and nothing else. Nothing else in the program prints.

use crate::args::{Colours, Everywhere};
use crate::exit::Exit;
use crate::fault::Fault;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ratatui::crossterm::event::{Event, KeyCode, KeyModifiers, read};
use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use serde::Serialize;
use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::time::Duration;
use zeroize::Zeroizing;

/// How wide text is set where nobody says how wide the terminal is, in characters.
const WIDTH: u16 = 100;

/// The most bytes of an answer that is not shown: a password, not a book.
const ANSWER_BYTES_MAX: u64 = 4096;

/// How often a progress bar moves.
const TICK: Duration = Duration::from_millis(120);

/// The terminal, or whatever stands in for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    json: bool,
    colours: bool,
}

impl Terminal {
    /// Returns the terminal as `everywhere` asks for it.
    pub(crate) fn new(everywhere: &Everywhere, no_colour: bool) -> Self {
        let colours = match everywhere.color {
            Colours::Always => true,
            Colours::Never => false,
            Colours::Auto => !no_colour && std::io::stdout().is_terminal(),
        };
        Self { json: everywhere.json, colours }
    }

    /// Returns the terminal of whoever reads JSON, and typed what cannot be read.
    pub(crate) fn in_json() -> Self {
        Self { json: true, colours: false }
    }

    /// Returns whether answers are in JSON.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Returns whether results go to a screen that can be drawn on.
    pub(crate) fn is_screen(self) -> bool {
        !self.json && std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
    }

    /// Returns how tables are to be set.
    pub(crate) fn setting(self) -> Setting {
        let width = ratatui::crossterm::terminal::size().map_or(WIDTH, |(width, _)| width);
        let width = if std::io::stdout().is_terminal() { width.max(60) } else { WIDTH };
        Setting { width, colours: self.colours }
    }

    /// Prints a result: `value` in JSON, or what `text` returns.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(crate) fn answer(
        self,
        value: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<(), Fault> {
        if self.json { self.print_json(value) } else { self.print(&text()) }
    }

    /// Prints `text`, with the end of its last line.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(crate) fn print(self, text: &str) -> Result<(), Fault> {
        self.print_bytes(format!("{}\n", text.trim_end_matches('\n')).as_bytes())
    }

    /// Prints bytes, as they stand.
    ///
    /// # Errors
    ///
    /// When nobody reads them.
    pub(crate) fn print_bytes(self, bytes: &[u8]) -> Result<(), Fault> {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        written.map_err(|error| {
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                return Fault::nobody_reads();
            }
            Fault::new(Exit::Failure, "standard output cannot be written").why(error.to_string())
        })
    }

    /// Prints what a step printed: on a screen so that it cannot command it, else as it stands.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(crate) fn print_output(self, bytes: &[u8]) -> Result<(), Fault> {
        if std::io::stdout().is_terminal() {
            return self.print_bytes(harmless(&String::from_utf8_lossy(bytes)).as_bytes());
        }
        self.print_bytes(bytes)
    }

    /// Prints `value` as one document of JSON.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(crate) fn print_json(self, value: &impl Serialize) -> Result<(), Fault> {
        let mut text =
            serde_json::to_string_pretty(value).expect("because our types have text keys");
        text.push('\n');
        self.print(&text)
    }

    /// Prints `value` as one line of JSON, for what never ends.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(crate) fn print_json_line(self, value: &impl Serialize) -> Result<(), Fault> {
        let mut text = serde_json::to_string(value).expect("because our types have text keys");
        text.push('\n');
        self.print(&text)
    }

    /// Says something to whoever sits there: progress, advice. Never part of the result.
    pub(crate) fn say(self, text: &str) {
        let mut out = std::io::stderr().lock();
        // Talk that nobody hears is no reason to fail.
        let _ = writeln!(out, "{}", text.trim_end());
    }

    /// Says what went wrong.
    pub(crate) fn complain(self, fault: &Fault) {
        if self.json {
            let text = serde_json::to_string(&serde_json::json!({ "error": fault }));
            self.say(&text.expect("because a fault has text keys"));
        } else {
            let colours = self.colours && std::io::stderr().is_terminal();
            self.say(&crate::render::fault::text(fault, colours));
        }
    }

    /// Asks `question` and returns the answer; nothing where nobody sits there.
    pub(crate) fn ask(self, question: &str) -> Option<String> {
        if self.json || !std::io::stdin().is_terminal() {
            return None;
        }
        let mut out = std::io::stderr().lock();
        let _ = write!(out, "{question} ").and_then(|()| out.flush());
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        read.ok().map(|_| answer.trim().to_owned())
    }

    /// Asks `question` and returns the answer, which is not shown; where nobody sits there, the
    /// first line of standard input.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub(crate) fn ask_hidden(self, question: &str) -> Result<Zeroizing<String>, Fault> {
        let unheard = || {
            let what = format!("\u{201c}{question}\u{201d} was asked, and there is no answer");
            Fault::usage(what, "type it on a terminal, or give it as a line of standard input")
        };
        if !std::io::stdin().is_terminal() {
            let mut answer = Zeroizing::new(String::new());
            // Not a byte beyond the line: the next question is answered by the next one.
            let mut bounded = std::io::stdin().lock().take(ANSWER_BYTES_MAX);
            bounded.read_line(&mut answer).map_err(|_| unheard())?;
            let answer = Zeroizing::new(answer.trim_end_matches(['\r', '\n']).to_owned());
            return if answer.is_empty() { Err(unheard()) } else { Ok(answer) };
        }
        let mut out = std::io::stderr().lock();
        let _ = write!(out, "{question} ").and_then(|()| out.flush());
        enable_raw_mode().map_err(|_| unheard())?;
        let answer = typed_unseen();
        let _ = disable_raw_mode();
        let _ = writeln!(out);
        answer.filter(|it| !it.is_empty()).ok_or_else(unheard)
    }

    /// Returns a bar for `length` pieces of work, on standard error, if that is a terminal.
    pub(crate) fn bar(self, what: impl Into<String>, length: u64) -> ProgressBar {
        let bar = self.spinner(what);
        let style = ProgressStyle::with_template("{spinner} {msg} {bar:30} {pos}/{len} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_length(length);
        bar
    }

    /// Returns a bar for long work of unknown length, on standard error, if that is a terminal.
    pub(crate) fn spinner(self, what: impl Into<String>) -> ProgressBar {
        let quiet = self.json || !std::io::stderr().is_terminal();
        let target =
            if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_message(what.into());
        bar.enable_steady_tick(TICK);
        bar
    }
}

/// Returns what is typed up to the end of the line; nothing where it is interrupted.
fn typed_unseen() -> Option<Zeroizing<String>> {
    let mut answer = Zeroizing::new(String::new());
    loop {
        let Ok(Event::Key(key)) = read() else { continue };
        match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
            (KeyCode::Enter, _) => return Some(answer),
            (KeyCode::Char('c' | 'd'), true) | (KeyCode::Esc, _) => return None,
            (KeyCode::Backspace, _) => {
                answer.pop();
            }
            (KeyCode::Char(letter), false) => answer.push(letter),
            (_, _) => {}
        }
    }
}

/// Returns `text` with whatever would move a cursor, change colours or turn the reading direction
/// written out.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        let turns = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match letter {
            '\n' | '\t' => shown.push(letter),
            _ if letter.is_control() || turns => shown.extend(letter.escape_unicode()),
            _ => shown.push(letter),
        }
    }
    shown
}

/// How tables and text are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// How wide, in characters.
    pub(crate) width: u16,
    /// Whether colours are used, beside words.
    pub(crate) colours: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_printed_cannot_command_the_screen() {
        for (text, shown) in [
            ("fine\n\tindented\r\n", "fine\n\tindented\n"),
            ("\u{1b}[2Jgone", r"\u{1b}[2Jgone"),
            ("50 %\r100 %", r"50 %\u{d}100 %"),
            ("a\u{202e}b", r"a\u{202e}b"),
        ] {
            assert_eq!(harmless(text), shown);
        }
    }
}
