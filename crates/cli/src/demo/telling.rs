//! How the demo is told: a line a happening, in the order in which they stand in the record.
//!
//! On a screen the rings stand below and move, and lines come slowly enough to be read;
//! into a pipe there are lines alone.

use super::gathering::{Act, Gathering, Row};
use super::live::Live;
use super::words;
use crate::fault::Fault;
use crate::terminal::{Setting, Terminal};
use coordinator::Acted;
use jiff::{SignedDuration, Timestamp, Unit};
use model::event::{Actor, Entry, Event};
use model::id::{PersonId, Seq};
use model::machine::{SignOffTransition, SiteTransition};
use model::role_type::RoleType;
use model::sheet::Sheet;
use model::state::State;
use std::time::Duration;
use views::time::lasting;

/// How long a line stands before the next one comes, on a screen.
const LINE_STANDS: Duration = Duration::from_millis(180);

/// How long a chapter's end stands, on a screen.
const CHAPTER_STANDS: Duration = Duration::from_millis(1_200);

/// The shortest jump of the clock that is told: less is how long the work took.
const JUMP_MIN: SignedDuration = SignedDuration::from_mins(20);

/// How the demo is told.
pub(super) struct Telling {
    terminal: Terminal,
    live: Option<Live>,
    gathering: Gathering,
    last: Option<Timestamp>,
}

impl Telling {
    /// Returns a telling on `terminal`.
    pub(super) fn new(terminal: Terminal) -> Self {
        let live = terminal.is_screen().then(Live::default);
        Self { terminal, live, gathering: Gathering::default(), last: None }
    }

    /// Begins a chapter.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(super) async fn chapter(&mut self, title: &str) -> Result<(), Fault> {
        self.gathered().await?;
        if self.live.is_some() {
            tokio::time::sleep(CHAPTER_STANDS).await;
        }
        self.print(&format!("\n{title}\n"))
    }

    /// Tells something that is no entry of the record.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(super) async fn says(&mut self, text: &str) -> Result<(), Fault> {
        self.gathered().await?;
        self.line(text, CONTINUED).await
    }

    /// Tells something that belongs to the record's story, with what stands in its columns.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(super) async fn row(&mut self, entry: &str, when: &str, text: &str) -> Result<(), Fault> {
        self.gathered().await?;
        let (entry, when, text) = (entry.to_owned(), when.to_owned(), text.to_owned());
        self.put(&Row { entry, when, text }).await
    }

    /// Tells what a person did.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(super) async fn acted(
        &mut self,
        state: &State,
        person: &PersonId,
        acted: &Acted,
    ) -> Result<(), Fault> {
        for (seq, event) in (acted.first..).zip(&acted.events) {
            if let Some((role, text)) = words::of_person(state, person, event) {
                let act = self.act(state, person, event, seq, role, text);
                for row in self.gathering.take(act) {
                    self.put(&row).await?;
                }
            }
            if let Some(text) = words::consequence(event) {
                self.row(&seq.to_string(), &when(state, state.at), &text).await?;
            }
        }
        self.last = Some(state.at);
        self.stands(state);
        Ok(())
    }

    fn act(
        &self,
        state: &State,
        person: &PersonId,
        event: &Event,
        seq: Seq,
        role: RoleType,
        text: String,
    ) -> Act {
        let who =
            state.person(person).map_or_else(|| person.to_string(), |it| it.name().to_owned());
        Act { seq, when: when(state, state.at), who, role, text, gathered: gathered(event) }
    }

    /// Tells what happened by itself.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(super) async fn happened(&mut self, state: &State, entry: &Entry) -> Result<(), Fault> {
        if entry.actor != Actor::System {
            return Ok(());
        }
        let jump = self.last.map(|it| entry.at.duration_since(it)).filter(|it| *it >= JUMP_MIN);
        self.last = Some(entry.at);
        if let Some(jump) = jump {
            let jump = jump.round(Unit::Minute).unwrap_or(jump);
            let text = "the rehearsal's clock jumps";
            let because = "nothing may run, nobody is asked";
            self.row("", "", &format!("({text} {}: {because})", lasting(jump))).await?;
        }
        if let Some(text) = words::of_landfall(state, &entry.event) {
            self.row(&entry.seq.to_string(), &when(state, entry.at), &text).await?;
        }
        Ok(())
    }

    /// Shows where the rings stand, on a screen.
    pub(super) fn stands(&mut self, state: &State) {
        if let Some(live) = &mut self.live {
            live.show(state);
        }
    }

    /// Prints text of several lines as it stands, such as what a command prints.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(super) async fn quotes(&mut self, command: &str, printed: &str) -> Result<(), Fault> {
        self.gathered().await?;
        let lines = printed.trim_end().lines().map(|it| format!("  {it}").trim_end().to_owned());
        let lines: Vec<String> = lines.collect();
        self.print(&format!("\n  $ {command}\n{}\n", lines.join("\n")))?;
        if self.live.is_some() {
            tokio::time::sleep(CHAPTER_STANDS).await;
        }
        Ok(())
    }

    /// Returns how tables are to be set.
    pub(super) fn setting(&self) -> Setting {
        self.terminal.setting()
    }

    /// Ends the live view.
    pub(super) fn end(&mut self) {
        if let Some(live) = self.live.take() {
            live.end();
        }
    }

    async fn gathered(&mut self) -> Result<(), Fault> {
        for row in self.gathering.end() {
            self.put(&row).await?;
        }
        Ok(())
    }

    async fn put(&self, row: &Row) -> Result<(), Fault> {
        let line = format!("{:>7}  {:9}  {}", row.entry, row.when, row.text);
        self.line(&line, COLUMNS).await
    }

    async fn line(&self, text: &str, indent: usize) -> Result<(), Fault> {
        let width = usize::from(self.setting().width);
        self.print(&format!("{}\n", wrapped(text.trim_end(), width, indent)))?;
        if self.live.is_some() {
            tokio::time::sleep(LINE_STANDS).await;
        }
        Ok(())
    }

    fn print(&self, text: &str) -> Result<(), Fault> {
        if self.terminal.is_json() {
            return Ok(());
        }
        match &self.live {
            Some(live) => live.beside(|| self.terminal.print(text)),
            None => self.terminal.print(text),
        }
    }
}

/// Where what happened begins on a line, behind the entry's number and the time.
const COLUMNS: usize = 20;

/// Where any other line goes on that is too long.
const CONTINUED: usize = 4;

/// Returns `text` broken at spaces into lines of at most `width` characters, the second and all
/// others beginning at `indent`.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split_inclusive(' ') {
        let letters = word.trim_end().chars().count();
        if length + letters > width && length > indent {
            lines.truncate(lines.trim_end().len());
            lines += &format!("\n{:indent$}", "");
            length = indent;
        }
        lines += word;
        length += word.chars().count();
    }
    lines
}

/// Returns `at` on the clock of the project, with its day.
fn when(state: &State, at: Timestamp) -> String {
    at.to_zoned(state.plan.zone.rules()).strftime("%a %H:%M").to_string()
}

/// Returns what an act is gathered under where several of its kind follow one another.
fn gathered(event: &Event) -> Option<(&'static str, String)> {
    if let Event::Site { site, transition: SiteTransition::ScheduleAcknowledged, .. } = event {
        return Some(("acknowledge the date of their shop", site.to_string()));
    }
    if let Event::SignOff { slot, transition: SignOffTransition::Signed, .. } = event
        && let Sheet::Site(site) = &slot.sheet
        && slot.role == RoleType::ReleaseManagement
    {
        return Some(("signs as deployed and verified", site.to_string()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_below_its_beginning() {
        let line = "      7  Mon 21:00  Ada, Site Owner, signs that everything is as it should be";
        let expected = [
            "      7  Mon 21:00  Ada, Site Owner, signs",
            "                    that everything is as it",
            "                    should be",
        ];
        assert_eq!(wrapped(line, 44, COLUMNS).lines().collect::<Vec<_>>(), expected);
        assert_eq!(wrapped("short", 44, CONTINUED), "short");
    }
}
