//! `landfall status --watch`: the live view, or into a pipe a table with each change.

use super::looking::ends;
use crate::board::{Board, Ends, RingLine};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use ratatui::Frame;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Gauge, List, ListItem, Paragraph};
use std::time::Duration;

/// How often the record is looked at.
const EVERY: Duration = Duration::from_millis(250);
/// How many of the newest entries are shown.
const NEWEST: u64 = 8;
/// The widest name of a ring before its bar.
const NAME_WIDTH: u16 = 24;

pub(crate) async fn watch(mut desk: Desk, no_forecast: bool) -> Result<Exit, Fault> {
    let mut forecast = Ends::NotAsked;
    let mut forecast_at = None;
    let mut screen = desk.terminal.is_screen().then(ratatui::init);
    let mut shown = None;
    let ended = loop {
        if let Err(error) = desk.coordinator.catch_up().await {
            break Err(error.into());
        }
        let state = desk.state();
        if !no_forecast && forecast_at != Some(state.seq) && state.orders.is_empty() {
            forecast = ends(state, desk.now());
            forecast_at = Some(state.seq);
        }
        let board = match board(&desk, forecast.clone()).await {
            Ok(board) => board,
            Err(fault) => break Err(fault),
        };
        match &mut screen {
            Some(screen) => {
                let drawn = screen.draw(|frame| draw(frame, &desk, &board));
                if drawn.is_err() {
                    break Err(Fault::nobody_reads());
                }
                match is_ended() {
                    Ok(true) => break Ok(Exit::Done),
                    Ok(false) => {}
                    Err(fault) => break Err(fault),
                }
            }
            None if shown != Some(board.entry) => {
                shown = Some(board.entry);
                let page = render::board::page(&desk.state().plan, &board, desk.terminal.setting());
                if let Err(fault) = desk.terminal.print(&page) {
                    break Err(fault);
                }
            }
            None => {}
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break Ok(Exit::Done),
            () = tokio::time::sleep(EVERY) => {}
        }
    };
    if screen.is_some() {
        ratatui::restore();
    }
    ended
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

fn draw(frame: &mut Frame<'_>, desk: &Desk, board: &Board) {
    let rings = u16::try_from(board.rings.len()).unwrap_or(8).clamp(1, 12);
    let [head, of_rings, working, waits, newest] = Layout::vertical([
        Constraint::Length(3),
        Constraint::Length(rings + 2),
        Constraint::Min(3),
        Constraint::Length(8),
        Constraint::Length(10),
    ])
    .areas(frame.area());
    let title = format!(" {} · {} · {} ", board.deployment, board.title, board.release);
    let line = format!(
        "{} · {} · entry {} · q ends",
        board.state,
        render::board::ends(board),
        board.entry
    );
    frame.render_widget(Paragraph::new(line).block(Block::bordered().title(title)), head);
    draw_rings(frame, of_rings, &board.rings);
    let sites = board.working.iter().map(|it| {
        let text = format!(
            "{:<10} {:<28} {} · stage {} of {} · {} of {} computers done · {} in flight",
            it.site,
            it.title,
            it.state,
            it.stage,
            it.stages,
            it.computers_done,
            it.computers,
            it.in_flight
        );
        ListItem::new(text)
    });
    draw_list(frame, working, " Sites being worked on ", sites.collect());
    let state = desk.state();
    let lines =
        board.waits.iter().map(|it| ListItem::new(first_line(&render::why::wait(state, it))));
    draw_list(frame, waits, " Waiting for people ", lines.collect());
    let lines = render::board::newest(board).into_iter().map(ListItem::new);
    draw_list(frame, newest, " Newest entries ", lines.collect());
}

fn draw_list(frame: &mut Frame<'_>, area: Rect, title: &'static str, lines: Vec<ListItem<'_>>) {
    let lines = if lines.is_empty() { vec![ListItem::new("none")] } else { lines };
    frame.render_widget(List::new(lines).block(Block::bordered().title(title)), area);
}

fn draw_rings(frame: &mut Frame<'_>, area: Rect, rings: &[RingLine]) {
    let block = Block::bordered().title(" Rings ");
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let rows = Layout::vertical(rings.iter().map(|_| Constraint::Length(1))).split(inside);
    for (ring, row) in rings.iter().zip(rows.iter()) {
        let [name, bar] =
            Layout::horizontal([Constraint::Length(NAME_WIDTH), Constraint::Min(10)]).areas(*row);
        let text = Span::styled(ring.ring.to_string(), Style::new().add_modifier(Modifier::BOLD));
        frame.render_widget(Line::from(text), name);
        let counts = &ring.counts;
        let share = (counts.verified + counts.exempt) as f64 / counts.planned.max(1) as f64;
        let label = format!(
            "{} · {} of {} verified · {} running · {} failed · {} lost · {} signed off",
            ring.state,
            counts.verified,
            counts.planned,
            counts.running,
            counts.failed,
            counts.lost,
            ring.signed_off
        );
        let colour = match render::board::ring_tone(ring.state) {
            render::table::Tone::Bad => Color::Red,
            render::table::Tone::Good => Color::Green,
            render::table::Tone::Plain | render::table::Tone::Mind => Color::Blue,
        };
        let gauge = Gauge::default().ratio(share.clamp(0.0, 1.0)).label(label);
        frame.render_widget(gauge.gauge_style(Style::new().fg(colour).bg(Color::DarkGray)), bar);
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
