//! The board as a live screen: rings with bars, sites at work, who is waited for, what came last.

use model::state::State;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Gauge, List, ListItem, Paragraph};
use views::board::{Board, RingLine};
use views::typed::Typing;

/// The widest name of a ring before its bar.
const NAME_WIDTH: u16 = 24;

/// Draws the board onto the screen.
pub(crate) fn draw(frame: &mut Frame<'_>, state: &State, board: &Board) {
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
    let line =
        format!("{} · {} · entry {} · q ends", board.state, super::board::ends(board), board.entry);
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
    let lines = board.waits.iter().map(|it| {
        ListItem::new(first_line(&views::why::wait(state, &it.wait, &Typing::default())))
    });
    draw_list(frame, waits, " Waiting for people ", lines.collect());
    let lines = super::board::newest(board).into_iter().map(ListItem::new);
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
        let colour = match super::board::ring_tone(ring.state) {
            super::table::Tone::Bad => Color::Red,
            super::table::Tone::Good => Color::Green,
            super::table::Tone::Plain | super::table::Tone::Mind => Color::Blue,
        };
        let gauge = Gauge::default().ratio(share.clamp(0.0, 1.0)).label(label);
        frame.render_widget(gauge.gauge_style(Style::new().fg(colour).bg(Color::DarkGray)), bar);
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
