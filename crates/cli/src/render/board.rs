//! The board as a page of text.

use super::counted::counted;
use super::table::{Tone, bad_count, cell, number, table, text};
use crate::terminal::Setting;
use model::machine::ComponentState;
use model::plan::MasterProjectPlan;
use model::state::RingState;
use model::window::TimeZoneName;
use reception::Carriage;
use views::alike::Alike;
use views::board::{Board, Ends, RingLine};
use views::people::any_of;
use views::time::{between, exactly, told, when};
use views::typed::Typing;

/// Returns the board as a page of text, for whoever types as `typing` says.
pub(crate) fn page(
    plan: &MasterProjectPlan,
    board: &Board,
    setting: Setting,
    typing: &Typing,
) -> String {
    let mut page = head(board);
    if !board.components.is_empty() {
        page += &format!("\n{}", components(board, setting));
    }
    if !board.rings.is_empty() {
        page += &format!("\n{}", rings(board, setting));
    }
    if !board.working.is_empty() {
        page += &format!("\n{}", working(board, setting));
    }
    page += &format!("\n{}", counters(board));
    page += &format!("\n{}", waits(plan, board, typing));
    page
}

/// Returns how a place stands to which checkpoints are carried, as a line.
pub(crate) fn carriage(place: &str, it: &Carriage, zone: &TimeZoneName) -> String {
    let kept = match it.at {
        Some(at) => format!("of {} entries, since {}", it.entries, when(at, zone)),
        None => "none yet".to_owned(),
    };
    match &it.trouble {
        Some(why) => format!("\ncheckpoint at {place}: {kept}; not the newest: {why}\n"),
        None => format!("\ncheckpoint at {place}: {kept}\n"),
    }
}

fn head(board: &Board) -> String {
    let Board { deployment, title, environment, release, state, baseline, entry, .. } = board;
    let stamp = match environment.as_str() {
        "production" => String::new(),
        other => format!(" · {}", other.to_uppercase()),
    };
    let since = when(board.since, &board.zone);
    let at = when(board.at, &board.zone);
    let baseline =
        if *baseline == 0 { "no baseline".to_owned() } else { format!("baseline {baseline}") };
    format!(
        "{deployment} · {title}{stamp}\n{state} since {since}\n{release} · {baseline} · entry {entry} · as of {at}\n"
    )
}

/// Returns how a ring's success gate reads: how many more verified sites it needs.
pub(crate) fn gate(line: &RingLine) -> String {
    let verified = line.counts.verified;
    match line.verified_needed.saturating_sub(verified) {
        0 => format!("met: {verified} of {}", line.verified_needed),
        more => format!("needs {more} more: {verified} of {}", line.verified_needed),
    }
}

/// Returns how the state of a ring is meant.
pub(crate) fn ring_tone(state: RingState) -> Tone {
    match state {
        RingState::Waiting => Tone::Plain,
        RingState::Open | RingState::Soaking => Tone::Mind,
        RingState::Halted => Tone::Bad,
        RingState::Passed => Tone::Good,
    }
}

fn component_tone(state: ComponentState) -> Tone {
    match state {
        ComponentState::Planned | ComponentState::Authorised | ComponentState::Descoped => {
            Tone::Plain
        }
        ComponentState::Adopting
        | ComponentState::Deploying
        | ComponentState::Verifying
        | ComponentState::RollingBack => Tone::Mind,
        ComponentState::Halted | ComponentState::RolledBack => Tone::Bad,
        ComponentState::Verified | ComponentState::Accepted => Tone::Good,
    }
}

fn rings(board: &Board, setting: Setting) -> String {
    let headings =
        ["ring", "state", "planned", "running", "verified", "failed", "lost", "signed off", "gate"];
    let mut rings = table(setting, &headings);
    for line in &board.rings {
        let counts = &line.counts;
        rings.add_row(vec![
            cell(&line.ring, Tone::Plain),
            cell(line.state, ring_tone(line.state)),
            number(counts.planned, Tone::Plain),
            number(counts.running, Tone::Plain),
            number(counts.verified, Tone::Plain),
            bad_count(counts.failed),
            bad_count(counts.lost),
            number(line.signed_off, Tone::Plain),
            cell(gate(line), Tone::Plain),
        ]);
    }
    let mut text = text(&rings);
    for line in board.rings.iter().filter(|it| it.state == RingState::Halted) {
        let why = line.reason.as_deref().unwrap_or("no reason was recorded");
        text += &format!("  ring {} is halted: {why}\n", line.ring);
    }
    text
}

fn components(board: &Board, setting: Setting) -> String {
    let mut components = table(setting, &["core component", "state", "hosts", "since"]);
    for line in &board.components {
        components.add_row(vec![
            cell(&line.component, Tone::Plain),
            cell(&line.state_text, component_tone(line.state)),
            cell(format!("{} of {} done", line.hosts_done, line.hosts), Tone::Plain),
            cell(when(line.since, &board.zone), Tone::Plain),
        ]);
    }
    text(&components)
}

fn working(board: &Board, setting: Setting) -> String {
    let mut sites =
        table(setting, &["site at work", "title", "state", "stage", "computers", "in flight"]);
    for line in &board.working {
        sites.add_row(vec![
            cell(&line.site, Tone::Plain),
            cell(&line.title, Tone::Plain),
            cell(&line.state, if line.state == "halted" { Tone::Bad } else { Tone::Mind }),
            cell(format!("{} of {}", line.stage, line.stages), Tone::Plain),
            cell(format!("{} of {} done", line.computers_done, line.computers), Tone::Plain),
            number(line.in_flight, Tone::Plain),
        ]);
    }
    let more = match board.working_more {
        0 => String::new(),
        more => format!("  and {more} more\n"),
    };
    text(&sites) + &more
}

fn counters(board: &Board) -> String {
    let sheets =
        board.sheets.iter().map(|it| format!("{} {} of {}", it.sheet, it.signed, it.slots));
    let sheets: Vec<String> = sheets.collect();
    let throughput = &board.throughput;
    format!(
        "Signatures   {}\nThroughput   {}, {} into service in the last {} h\nForecast     {}\n",
        sheets.join(" · "),
        counted(throughput.sites, "site"),
        counted(throughput.computers, "computer"),
        throughput.hours,
        ends(board)
    )
}

/// Returns when the deployment is forecast to come to its end.
pub(crate) fn ends(board: &Board) -> String {
    match &board.forecast {
        Ends::NotAsked => "not asked for".to_owned(),
        Ends::NotYetKnown => "takes longer to compute: `landfall forecast`".to_owned(),
        Ends::At(at) if *at < board.at => {
            format!("all sites are signed off, the last one since {}", when(*at, &board.zone))
        }
        Ends::At(at) => format!(
            "all sites signed off by {}, in {}, if everybody does at once what they are asked",
            when(*at, &board.zone),
            between(board.at, *at)
        ),
        Ends::Never => "it does not come to its end: `landfall forecast` says why".to_owned(),
    }
}

fn waits(plan: &MasterProjectPlan, board: &Board, typing: &Typing) -> String {
    if board.waits.is_empty() {
        return "Nothing waits on people.\n".to_owned();
    }
    let mut text = "Waits on people:\n".to_owned();
    for Alike { wait, also, more } in &board.waits {
        let lasting = between(wait.since, board.at);
        text += &format!("- {}: {} (for {lasting})\n", wait.scope, told(&wait.what, &board.zone));
        text += &format!("  {}", any_of(plan, &wait.people));
        if let Some(command) = &wait.command {
            text += &format!(": {}", typing.typed(command, None));
        }
        text.push('\n');
        if !also.is_empty() {
            let named: Vec<String> = also.iter().map(ToString::to_string).collect();
            let more = if *more > 0 { format!(" and {more} more") } else { String::new() };
            text += &format!("  the same holds back {}{more}\n", named.join(", "));
        }
    }
    text
}

/// Returns the newest entries, a line each.
pub(crate) fn newest(board: &Board) -> Vec<String> {
    let lines = board.newest.iter();
    lines
        .map(|it| format!("{:>6}  {}  {}  {}", it.seq, exactly(it.at, &board.zone), it.what, it.by))
        .collect()
}
