//! `landfall status --watch`: the live view, or into a pipe a table with each change.

use super::looking::ends;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use jiff::Timestamp;
use model::id::Seq;
use model::state::State;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use std::time::Duration;
use tokio::task::JoinHandle;
use views::board::{Board, Ends};

/// How often the record is looked at.
const EVERY: Duration = Duration::from_millis(250);
/// How many of the newest entries are shown.
const NEWEST: u64 = 8;

pub(crate) async fn watch(desk: Desk, no_forecast: bool) -> Result<Exit, Fault> {
    let forecasting = Forecasting { wanted: !no_forecast, ..Forecasting::default() };
    if !desk.terminal.is_screen() {
        return tell_each_change(desk, forecasting).await;
    }
    let screen = ratatui::try_init().map_err(|error| {
        Fault::new(Exit::Failure, "the screen cannot be drawn on").why(error.to_string())
    })?;
    let ended = draw_until_ended(desk, forecasting, screen).await;
    ratatui::restore();
    ended
}

async fn draw_until_ended(
    mut desk: Desk,
    mut forecasting: Forecasting,
    mut screen: DefaultTerminal,
) -> Result<Exit, Fault> {
    loop {
        desk.catch_up().await?;
        let board = board(&desk, forecasting.look(desk.state(), desk.now()).await).await?;
        let drawn = screen.draw(|frame| render::live::draw(frame, desk.state(), &board));
        drawn.map_err(|_| Fault::nobody_reads())?;
        if is_ended()? {
            return Ok(Exit::Done);
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Prints the board, into a pipe, with each change of the record.
async fn tell_each_change(mut desk: Desk, mut forecasting: Forecasting) -> Result<Exit, Fault> {
    let mut shown = None;
    loop {
        desk.catch_up().await?;
        let forecast = forecasting.look(desk.state(), desk.now()).await;
        if shown != Some(desk.state().seq) {
            let board = board(&desk, forecast).await?;
            shown = Some(board.entry);
            if desk.terminal.is_json() {
                desk.terminal.print_json_line(&board)?;
            } else {
                let setting = desk.terminal.setting();
                let plan = &desk.state().plan;
                desk.terminal.print(&render::board::page(plan, &board, setting, &desk.typing()))?;
            }
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Done),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// The forecast of a view that goes on: computed beside it, and anew once things have moved.
struct Forecasting {
    wanted: bool,
    known: Ends,
    of: Option<Seq>,
    running: Option<JoinHandle<Ends>>,
}

impl Default for Forecasting {
    fn default() -> Self {
        Self { wanted: true, known: Ends::NotYetKnown, of: None, running: None }
    }
}

impl Forecasting {
    /// Returns the newest forecast that is ready, and has the next one begun where things moved.
    async fn look(&mut self, state: &State, now: Timestamp) -> Ends {
        if !self.wanted {
            return Ends::NotAsked;
        }
        if let Some(running) = self.running.take_if(|it| it.is_finished()) {
            self.known = running.await.unwrap_or(Ends::NotYetKnown);
        }
        // While steps run, the end they lead to is the one that was forecast.
        let has_moved = self.of != Some(state.seq) && state.orders.is_empty();
        if self.running.is_none() && (self.of.is_none() || has_moved) {
            self.of = Some(state.seq);
            let state = state.clone();
            self.running = Some(tokio::task::spawn_blocking(move || ends(&state, now)));
        }
        self.known.clone()
    }
}

async fn board(desk: &Desk, forecast: Ends) -> Result<Board, Fault> {
    let state = desk.state();
    let after = state.seq.saturating_sub(NEWEST);
    let newest = desk.coordinator.entries(after, NEWEST as u32).await?;
    Ok(Board::of(state, desk.now(), &newest, forecast))
}

/// Returns whether somebody has typed `q`, Escape or Ctrl-C.
fn is_ended() -> Result<bool, Fault> {
    let lost = |_| Fault::nobody_reads();
    while event::poll(Duration::ZERO).map_err(lost)? {
        if let Event::Key(key) = event::read().map_err(lost)? {
            let is_interrupt =
                key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
            if is_interrupt || matches!(key.code, KeyCode::Char('q') | KeyCode::Esc) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
