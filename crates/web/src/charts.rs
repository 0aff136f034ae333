//! Drawings, made here: no script is needed to see them, and what they show is said beside them.
//!
//! Colours come from the style sheet by class, so that they follow light and dark and paper; what a
//! colour means is said by a pattern of outlines or in words too.

use jiff::Timestamp;
use model::id::RingId;
use model::state::RingCounts;

/// The width of a bar, in units of its drawing.
const BAR: usize = 600;

/// The longest name beside something that is drawn.
const NAME_LETTERS_MAX: usize = 22;

/// Returns how the sites of a ring stand, as one bar with the goal marked.
pub(crate) fn ring_bar(ring: &RingId, counts: &RingCounts, goal: usize) -> String {
    let planned = counts.planned.max(1);
    let mut x = 0;
    let mut rects = String::new();
    let parts = [
        ("verified", counts.verified),
        ("running", counts.running),
        ("failed", counts.failed),
        ("lost", counts.lost),
        ("exempt", counts.exempt),
        ("rest", counts.not_started),
    ];
    for (class, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
        let width = BAR * count / planned;
        rects +=
            &format!("<rect class=\"{class}\" x=\"{x}\" y=\"2\" width=\"{width}\" height=\"14\"/>");
        x += width;
    }
    let at = (BAR * goal / planned).clamp(1, BAR - 1);
    let said = format!(
        "Ring {ring}: {} of {} sites verified, {} running, {} failed, {} lost, {} left out, {} not started; the goal is {goal}",
        counts.verified,
        counts.planned,
        counts.running,
        counts.failed,
        counts.lost,
        counts.exempt,
        counts.not_started
    );
    format!(
        "<svg viewBox=\"0 0 {BAR} 18\" role=\"img\" aria-label=\"{said}\" preserveAspectRatio=\"none\" width=\"100%\" height=\"18\">{rects}<rect class=\"outline\" x=\"0.5\" y=\"2.5\" width=\"{}\" height=\"13\"/><path class=\"goal\" d=\"M{at} 0v18\"/></svg>",
        BAR - 1
    )
}

/// Returns how full lines are, one bar each: what is held, and what each can carry, in kbit/s.
pub(crate) fn lines(all: &[(String, u64, u64)]) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    let (row, left) = (26_usize, 130_usize);
    let mut bars = String::new();
    for (number, (name, held, limit)) in all.iter().enumerate() {
        let y = number * row;
        let width = u64::try_from(BAR - left - 110).unwrap_or(1);
        let full = (width * (*held).min(*limit)).checked_div(*limit).unwrap_or(0);
        let class = if held >= limit { "lost" } else { "running" };
        bars += &format!(
            "<text x=\"0\" y=\"{}\">{}</text><rect class=\"rest\" x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"14\"/><rect class=\"{class}\" x=\"{left}\" y=\"{}\" width=\"{full}\" height=\"14\"/><text x=\"{BAR}\" y=\"{}\" text-anchor=\"end\">{} of {} Mbit/s</text>",
            y + 16,
            escaped(&shortened(name)),
            y + 5,
            y + 5,
            y + 16,
            megabits(*held),
            megabits(*limit)
        );
    }
    let height = all.len() * row;
    Some(format!(
        "<svg viewBox=\"0 0 {BAR} {height}\" role=\"img\" aria-label=\"Lines by how full they are\">{bars}</svg>"
    ))
}

/// Returns a rate in Mbit/s, with a digit after the point where it is small.
fn megabits(kbit_per_s: u64) -> String {
    if kbit_per_s >= 10_000 || kbit_per_s.is_multiple_of(1_000) {
        (kbit_per_s / 1_000).to_string()
    } else {
        format!("{:.1}", kbit_per_s as f64 / 1_000.0)
    }
}

/// A line that rises with time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rising {
    /// What was reached when, the first first.
    pub(crate) points: Vec<(Timestamp, usize)>,
    /// What there is to reach.
    pub(crate) goal: usize,
    /// When it is forecast to be reached.
    pub(crate) ends: Option<Timestamp>,
    /// Until when it is known.
    pub(crate) now: Option<Timestamp>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 34.0;
const BOTTOM: f64 = 20.0;

/// Returns how many of the goal were reached when, with the forecast of the rest.
pub(crate) fn burn_up(it: &Rising, from: &str, to: &str) -> Option<String> {
    let first = it.points.first()?.0;
    let now = it.now.unwrap_or(first);
    let last = it.ends.unwrap_or(now).max(now);
    let span = last.duration_since(first).as_secs().max(1);
    let x = |at: Timestamp| {
        LEFT + (WIDTH - LEFT - 6.0) * (at.duration_since(first).as_secs() as f64 / span as f64)
    };
    let y =
        |count: usize| 8.0 + (HEIGHT - BOTTOM - 8.0) * (1.0 - count as f64 / it.goal.max(1) as f64);
    let mut path = format!("M{:.1} {:.1}", x(first), y(0));
    for (at, count) in &it.points {
        path += &format!("H{:.1}V{:.1}", x(*at), y(*count));
    }
    path += &format!("H{:.1}", x(now));
    let reached = it.points.last().map_or(0, |(_, count)| *count);
    let forecast = it.ends.filter(|it| *it > now).map_or_else(String::new, |ends| {
        let (x0, y0, x1, y1) = (x(now), y(reached), x(ends), y(it.goal));
        format!("<path class=\"line-dash\" d=\"M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}\"/>")
    });
    let (goal, floor) = (y(it.goal), y(0));
    Some(format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{reached} of {} reached\"><path class=\"faint\" d=\"M{LEFT} {goal:.1}H{WIDTH}\"/><path class=\"axis\" d=\"M{LEFT} 4V{floor:.1}H{WIDTH}\"/>{forecast}<path class=\"line-good\" d=\"{path}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><text x=\"{}\" y=\"{floor:.1}\" text-anchor=\"end\">0</text><text x=\"{LEFT}\" y=\"{}\">{from}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{to}</text></svg>",
        it.goal,
        LEFT - 6.0,
        goal + 4.0,
        it.goal,
        LEFT - 6.0,
        HEIGHT - 4.0,
        WIDTH - 4.0,
        HEIGHT - 4.0
    ))
}

/// Returns counts side by side, each under its label.
pub(crate) fn columns(counts: &[(String, usize)]) -> Option<String> {
    let most = counts.iter().map(|(_, count)| *count).max().filter(|it| *it > 0)?;
    let width = ((WIDTH - LEFT) / counts.len() as f64).min(48.0);
    let mut drawn = String::new();
    for (at, (label, count)) in counts.iter().enumerate() {
        let x = LEFT + width * at as f64;
        let tall = (HEIGHT - BOTTOM - 20.0) * *count as f64 / most as f64;
        let y = HEIGHT - BOTTOM - tall;
        drawn += &format!(
            "<rect class=\"running\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"/>",
            x + 2.0,
            (width - 4.0).max(1.0)
        );
        if *count > 0 {
            drawn += &format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{count}</text>",
                x + width / 2.0,
                y - 4.0
            );
        }
        if at == 0 || at + 1 == counts.len() {
            let anchor = if at == 0 { "start" } else { "end" };
            let x = if at == 0 { x } else { x + width };
            drawn += &format!(
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{label}</text>",
                HEIGHT - 4.0
            );
        }
    }
    Some(format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{} in all\"><path class=\"axis\" d=\"M{LEFT} {}H{WIDTH}\"/>{drawn}</svg>",
        counts.iter().map(|(_, count)| count).sum::<usize>(),
        HEIGHT - BOTTOM
    ))
}

/// A stretch of time of something.
pub(crate) struct Stretch {
    /// Of what.
    pub(crate) name: String,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) class: &'static str,
}

/// Returns stretches of time, a line each, from the first to the last.
pub(crate) fn timeline(stretches: &[Stretch], from: &str, to: &str) -> Option<String> {
    let first = stretches.iter().map(|it| it.from).min()?;
    let last = stretches.iter().map(|it| it.until).max()?;
    let span = last.duration_since(first).as_secs().max(1) as f64;
    let left = 150.0;
    let x = |at: Timestamp| {
        left + (WIDTH - left - 6.0) * (at.duration_since(first).as_secs() as f64 / span)
    };
    let mut names: Vec<&str> = Vec::new();
    for it in stretches {
        if !names.contains(&it.name.as_str()) {
            names.push(&it.name);
        }
    }
    let tall = 22 * names.len() + 22;
    let mut drawn = String::new();
    for (at, name) in names.iter().enumerate() {
        let y = 22 * at + 15;
        drawn += &format!("<text x=\"0\" y=\"{y}\">{}</text>", escaped(&shortened(name)));
    }
    for it in stretches {
        let at = names.iter().position(|name| *name == it.name).unwrap_or_default();
        let (x0, x1) = (x(it.from), x(it.until));
        drawn += &format!(
            "<rect class=\"{}\" x=\"{x0:.1}\" y=\"{}\" width=\"{:.1}\" height=\"14\"/>",
            it.class,
            22 * at + 4,
            (x1 - x0).max(2.0)
        );
    }
    Some(format!(
        "<svg viewBox=\"0 0 {WIDTH} {tall}\" role=\"img\" aria-label=\"{} stretches of time\">{drawn}<text x=\"{left}\" y=\"{}\">{from}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{to}</text></svg>",
        stretches.len(),
        tall - 4,
        WIDTH - 4.0,
        tall - 4
    ))
}

/// A node of a graph.
pub(crate) struct Node {
    pub(crate) name: String,
    /// Its state, in words.
    pub(crate) state: String,
    pub(crate) class: &'static str,
    /// The positions of those that it needs.
    pub(crate) needs: Vec<usize>,
}

/// The most nodes that are drawn; more are read better as a table.
const NODES_MAX: usize = 60;

/// Returns what needs what, from left to right.
pub(crate) fn graph(nodes: &[Node]) -> Option<String> {
    const WIDE: usize = 150;
    const TALL: usize = 40;
    const GAP_X: usize = 46;
    const GAP_Y: usize = 14;
    if nodes.is_empty() || nodes.len() > NODES_MAX {
        return None;
    }
    // What needs nothing stands first; everything else behind the last of what it needs.
    let mut columns = vec![0; nodes.len()];
    for _ in 0..nodes.len() {
        for (at, node) in nodes.iter().enumerate() {
            let behind = node.needs.iter().filter_map(|it| columns.get(*it)).max();
            let behind = behind.map_or(0, |it| it + 1).min(nodes.len());
            if let Some(column) = columns.get_mut(at) {
                *column = behind;
            }
        }
    }
    let mut in_column = vec![0; nodes.len() + 1];
    let mut places = Vec::with_capacity(nodes.len());
    for column in &columns {
        let row = in_column.get(*column).copied().unwrap_or_default();
        if let Some(count) = in_column.get_mut(*column) {
            *count += 1;
        }
        places.push((column * (WIDE + GAP_X) + 1, row * (TALL + GAP_Y) + 1));
    }
    let (mut edges, mut boxes) = (String::new(), String::new());
    for (node, (x, y)) in nodes.iter().zip(&places) {
        for (from_x, from_y) in node.needs.iter().filter_map(|it| places.get(*it)) {
            let (x0, y0, y1) = (from_x + WIDE, from_y + TALL / 2, y + TALL / 2);
            let bend = GAP_X / 2;
            edges += &format!(
                "<path class=\"axis\" d=\"M{x0} {y0}C{} {y0} {} {y1} {x} {y1}\"/>",
                x0 + bend,
                x - bend.min(*x)
            );
        }
        boxes += &format!(
            "<rect class=\"outline\" x=\"{x}\" y=\"{y}\" width=\"{WIDE}\" height=\"{TALL}\" rx=\"4\"/><rect class=\"{}\" x=\"{x}\" y=\"{y}\" width=\"6\" height=\"{TALL}\"/><text x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\">{}</text>",
            node.class,
            x + 14,
            y + 17,
            escaped(&node.name),
            x + 14,
            y + 33,
            escaped(&node.state)
        );
    }
    let wide = (columns.iter().max().copied().unwrap_or_default() + 1) * (WIDE + GAP_X);
    let tall = in_column.iter().max().copied().unwrap_or_default() * (TALL + GAP_Y);
    Some(format!(
        "<svg viewBox=\"0 0 {wide} {tall}\" width=\"{wide}\" role=\"img\" aria-label=\"{} core components, each behind what it needs\">{edges}{boxes}</svg>",
        nodes.len()
    ))
}

/// Returns `text` as it may stand in a drawing.
/// Returns a name that fits beside what is drawn.
fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_LETTERS_MAX {
        return name.to_owned();
    }
    let begins: String = name.chars().take(NAME_LETTERS_MAX - 1).collect();
    format!("{}\u{2026}", begins.trim_end())
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars().take(22) {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            _ => safe.push(letter),
        }
    }
    safe
}
