//! The board: where a deployment stands, on one page.

use super::Answer;
use crate::block::{Block, Body, Cell, Drawing, Link, Tone};
use crate::charts;
use crate::offer::offered;
use crate::page::Page;
use crate::template::said;
use crate::trouble::counted;
use crate::visit::Visit;
use model::command::{Command, Resumable};
use model::id::ComponentId;
use model::machine::{ComponentState, DeploymentState, SiteState};
use model::ring::agreed;
use model::scope::Scope;
use model::state::RingState;
use planner::forecast::all_signed_off;
use serde::Serialize;
use strum::VariantArray as _;
use views::bandwidth::LineHeld;
use views::board::{Board, Ends, EntryLine, RingLine};
use views::processes::{ProcessLine, ProcessStanding, processes};

/// How many of the newest entries the board shows.
const NEWEST: u64 = 8;

/// The most lines that are drawn.
const LINES_MAX: usize = 12;

/// The most sites for which a page forecasts while somebody waits for it.
const FORECAST_SITES_MAX: usize = 200;

/// A figure beside its goal.
#[derive(Serialize)]
struct Tile {
    name: &'static str,
    now: String,
    goal: String,
    tone: Tone,
}

#[derive(Serialize)]
struct Ring {
    ring: String,
    link: String,
    state: Cell,
    since: String,
    reason: Option<String>,
    bar: String,
    tiles: Vec<Tile>,
    acts: Vec<Link>,
}

#[derive(Serialize)]
struct Process {
    number: u8,
    title: &'static str,
    stands: ProcessStanding,
    stands_text: &'static str,
    gate: String,
    link: String,
    signed: usize,
    slots: usize,
}

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let newest = visit.followed.entries(state.seq.saturating_sub(NEWEST), NEWEST as u32).await?;
    let board = Board::of(state, visit.now, &newest, ends(&visit));
    let lead = format!(
        "{} {} is {} since {}. {}",
        board.release,
        match board.baseline {
            0 => "(no baseline yet)".to_owned(),
            baseline => format!("(baseline {baseline})"),
        },
        stands(state.deployment),
        visit.when(board.since),
        forecast(&visit, &board.forecast)
    );
    let waits = super::waits::cards(&visit, &board.waits, usize::MAX);
    let mut page = Page::new(board.title.clone()).lead(lead).typed("landfall status");
    page =
        page.with(Block::new("What waits on people", Body::Waits(waits)).lead("The oldest first."));
    if !board.components.is_empty() {
        page = page.with(components(&visit, &board));
    }
    if !board.working.is_empty() {
        page = page.with(working(&visit, &board));
    }
    let end = end_of(&board.forecast).filter(|_| all_signed_off(state).is_none());
    page = page.and(super::outcomes::risen(&visit, end)).and(bandwidth(&visit));
    let newest: Vec<EntryLine> = board.newest.iter().rev().cloned().collect();
    page = page.with(wall(&visit)).with(entries(&visit, &newest));
    let rings: Vec<Ring> = board.rings.iter().map(|it| ring(&visit, it)).collect();
    let processes: Vec<Process> =
        processes(state).into_iter().map(|it| process(&visit, it)).collect();
    page = page.and(acts(&visit));
    Ok(page.shown_as(&visit, "board.html", said! { rings, processes }))
}

fn ends(visit: &Visit) -> Ends {
    let state = visit.state();
    let is_over = matches!(
        state.deployment,
        DeploymentState::Closed | DeploymentState::Terminated | DeploymentState::Terminating
    );
    if is_over {
        return Ends::NotAsked;
    }
    if state.plan.sites.len() > FORECAST_SITES_MAX {
        // Nobody waits for it: whoever looks again finds it.
        let known = (visit.at.is_none()).then(|| visit.followed.forecast(visit.now)).flatten();
        return known.map_or(Ends::NotYetKnown, |it| it.ends.map_or(Ends::Never, Ends::At));
    }
    planner::forecast::forecast(state, visit.now).ends.map_or(Ends::Never, Ends::At)
}

/// Returns when it ends by the forecast, where that is known.
fn end_of(ends: &Ends) -> Option<jiff::Timestamp> {
    match ends {
        Ends::At(at) => Some(*at),
        Ends::NotAsked | Ends::NotYetKnown | Ends::Never => None,
    }
}

/// Returns how full the lines are that sites share; nothing where none is limited.
fn bandwidth(visit: &Visit) -> Option<Block> {
    let lines = views::bandwidth::lines(visit.state());
    let name = |it: &LineHeld| it.line.clone().unwrap_or_else(|| "The source".to_owned());
    let bars = lines.iter().map(|it| (name(it), it.held_kbit_per_s, it.limit_kbit_per_s));
    let bars: Vec<(String, u64, u64)> = bars.take(LINES_MAX).collect();
    let svg = charts::lines(&bars)?;
    let text = match lines.iter().map(|it| it.sites).max() {
        Some(0) | None => "No site is being deployed: nothing is sent.".to_owned(),
        Some(1) => "One site being deployed holds a share of its line.".to_owned(),
        Some(sites) => format!("{sites} sites being deployed hold a share of their lines."),
    };
    Some(Block::new("Bandwidth", Body::Drawing(Drawing { svg, text })))
}

fn forecast(visit: &Visit, ends: &Ends) -> String {
    let state = visit.state();
    if let Some(at) = all_signed_off(state) {
        return format!("All sites in scope were signed off by {}.", visit.when(at));
    }
    if state.deployment == DeploymentState::Held {
        return "There is a forecast again once it goes on.".to_owned();
    }
    match ends {
        Ends::NotAsked => String::new(),
        // What was to be by now, had everybody done at once what they are asked, has not come about.
        Ends::At(at) if *at < visit.now => {
            "A newer forecast is being made: look again in a moment.".to_owned()
        }
        Ends::NotYetKnown => "A forecast is being made: look again in a moment.".to_owned(),
        Ends::At(at) => format!(
            "If everybody does at once what they are asked, all sites are signed off by {}.",
            visit.when(*at)
        ),
        Ends::Never => "As the plan is, it does not come to its end.".to_owned(),
    }
}

fn process(visit: &Visit, it: ProcessLine) -> Process {
    let stands_text = match it.stands {
        ProcessStanding::Ahead => "still to come",
        ProcessStanding::Now => "going on",
        ProcessStanding::Done if it.number == 1 && visit.state().plan.components.is_empty() => {
            "the plan has none"
        }
        ProcessStanding::Done => "done",
    };
    let link = visit.link(&format!("documents/{}", it.sheet));
    let ProcessLine { number, title, stands, gate, signed, slots, .. } = it;
    Process { number, title, stands, stands_text, gate, link, signed, slots }
}

fn ring(visit: &Visit, it: &RingLine) -> Ring {
    let state = visit.state();
    let scope = Scope::Ring(it.ring.clone());
    let counts = it.counts;
    let halting = state.plan.rings.iter().find(|ring| ring.id == it.ring).map(|it| it.halting);
    let planned = counts.planned;
    let failed_max =
        halting.map_or(0, |halting| model::ring::tolerated(planned, halting.failed_percent));
    let lost_max =
        halting.map_or(0, |halting| model::ring::tolerated(planned, halting.lost_percent));
    let of = |name, now: usize, max: usize| Tile {
        name,
        now: now.to_string(),
        goal: format!("at most {max}"),
        tone: if now > max {
            Tone::Bad
        } else if now > 0 {
            Tone::Mind
        } else {
            Tone::Plain
        },
    };
    let more = it.verified_needed.saturating_sub(counts.verified);
    let success = Tile {
        name: "Verified",
        now: format!("{} of {}", counts.verified, it.verified_needed),
        goal: match more {
            0 => "the goal is reached".to_owned(),
            more => format!("needs {more} more"),
        },
        tone: if more == 0 { Tone::Good } else { Tone::Plain },
    };
    let signed = Tile {
        name: "Signed off",
        now: format!("{} of {}", it.signed_off, planned.saturating_sub(counts.exempt)),
        goal: "by their owners".to_owned(),
        tone: if it.signed_off + counts.exempt >= planned { Tone::Good } else { Tone::Plain },
    };
    let id = &it.ring;
    let resume = |reason| {
        let only = agreed(visit.state(), id).unwrap_or_else(|| Resumable::VARIANTS.to_vec());
        Command::ResumeRing { ring: id.clone(), reason, only }
    };
    let halt = |reason| Command::HaltRing { ring: id.clone(), reason };
    let act = match it.state {
        RingState::Halted => visit.offer(&format!("Resume ring {id}"), resume),
        RingState::Open => visit.offer(&format!("Halt ring {id}"), halt),
        RingState::Waiting | RingState::Soaking | RingState::Passed => None,
    };
    // On the board stands only what can be done.
    let act = act.filter(|it| it.link.is_some());
    Ring {
        ring: it.ring.to_string(),
        link: visit.to(&scope),
        state: Cell::of(it.state).tone(ring_tone(it.state)),
        since: format!("since {}", visit.when(it.since)),
        reason: it.reason.clone(),
        bar: charts::ring_bar(&it.ring, &counts, it.verified_needed),
        tiles: vec![
            success,
            signed,
            of("Failed", counts.failed, failed_max),
            of("Lost", counts.lost, lost_max),
        ],
        acts: act.into_iter().collect(),
    }
}

fn components(visit: &Visit, board: &Board) -> Block {
    let title = |id: &ComponentId| {
        let planned = visit.state().component(id).and_then(|(it, _)| it.title.clone());
        planned.unwrap_or_else(|| id.to_string())
    };
    let rows = board.components.iter().map(|it| {
        let scope = Scope::Component(it.component.clone());
        vec![
            Cell::of(title(&it.component)).link(visit.to(&scope)).small(it.component.to_string()),
            Cell::of(it.state)
                .tone(component_tone(it.state))
                .small(it.reason.clone().unwrap_or_default()),
            Cell::number(format!("{} of {}", it.hosts_done, it.hosts)),
            Cell::of(visit.when(it.since)),
        ]
    });
    let columns = ["Component", "State", "Hosts done", "Since"];
    Block::table("Core components", &columns, rows.collect(), "").typed("landfall status")
}

fn working(visit: &Visit, board: &Board) -> Block {
    let rows = board.working.iter().map(|it| {
        let scope = Scope::Site(it.site.clone());
        vec![
            Cell::of(&it.title).link(visit.to(&scope)).small(it.site.to_string()),
            Cell::of(&it.state),
            Cell::number(format!("{} of {}", it.stage, it.stages)),
            Cell::number(format!("{} of {}", it.computers_done, it.computers)),
            Cell::number(it.in_flight),
        ]
    });
    let columns = ["Site", "State", "Stage", "Computers done", "Steps running"];
    let throughput = board.throughput;
    let more = match board.working_more {
        0 => String::new(),
        1 => " One more is being worked on.".to_owned(),
        more => format!(" {more} more are being worked on."),
    };
    let came = format!(
        "{} with {} came into service in the last {} hours.{more}",
        counted(throughput.sites, "site"),
        counted(throughput.computers, "computer"),
        throughput.hours
    );
    Block::table("Sites at work", &columns, rows.collect(), "").lead(came)
}

/// Returns all sites at once, with how many are in which state.
fn wall(visit: &Visit) -> Block {
    let state = visit.state();
    let mut counts: Vec<(SiteState, usize)> = Vec::new();
    for status in &state.sites {
        match counts.iter_mut().find(|(it, _)| *it == status.state) {
            Some((_, count)) => *count += 1,
            None => counts.push((status.state, 1)),
        }
    }
    let cell = |(it, count): (SiteState, usize)| {
        let name = views::site_list::word_of(it);
        Cell::of(format!("{count} {it}"))
            .tone(site_tone(it))
            .link(visit.link(&format!("sites?state={name}")))
    };
    let wall = crate::block::Wall {
        source: visit.link(&format!("wall?entry={}", state.seq)),
        sites: visit.link("sites"),
        counts: counts.into_iter().map(cell).collect(),
    };
    Block::new("All sites", Body::Wall(wall))
}

/// Returns entries of the record as a part of a page, in the order in which they come.
pub(super) fn entries(visit: &Visit, newest: &[EntryLine]) -> Block {
    let zone = &visit.state().plan.zone;
    let rows = newest.iter().map(|it| {
        vec![
            Cell::number(it.seq).link(visit.link(&format!("record/{}", it.seq))),
            Cell::of(visit.when(it.at)),
            Cell::of(&it.by),
            Cell::of(crate::trouble::sentence(&views::time::told(&it.what, zone))),
        ]
    });
    let columns = ["Entry", "When", "Who", "What"];
    Block::table("Newest entries", &columns, rows.collect(), "Nothing has happened yet.")
        .typed("landfall record show")
}

/// Returns what whoever looks can do with the whole deployment.
fn acts(visit: &Visit) -> Option<Block> {
    let hold = || visit.offer("Hold the deployment", |reason| Command::HoldDeployment { reason });
    let cancel = || visit.offer("Cancel the deployment", |reason| Command::Cancel { reason });
    let go_on = || visit.offer("Let it go on", |reason| Command::ReleaseDeployment { reason });
    let whole = match visit.state().deployment {
        DeploymentState::Held => [go_on(), None],
        DeploymentState::Draft | DeploymentState::Ready => [cancel(), hold()],
        DeploymentState::Deploying
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => [hold(), None],
    };
    let incident = visit.offer_kind("Open an incident", "incident/open", &[]);
    let all = visit.is_open().then(|| Link::new("All acts", visit.link("act")));
    offered(whole.into_iter().chain([incident, all]))
}

/// Returns where a deployment stands, as it is said of it.
fn stands(state: DeploymentState) -> String {
    match state {
        DeploymentState::Draft => "a draft".to_owned(),
        DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => state.to_string(),
    }
}

pub(super) fn deployment_tone(state: DeploymentState) -> Tone {
    match state {
        DeploymentState::Draft | DeploymentState::Ready => Tone::Plain,
        DeploymentState::Deploying
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing => Tone::Busy,
        DeploymentState::Closed => Tone::Good,
        DeploymentState::Held => Tone::Mind,
        DeploymentState::Terminating | DeploymentState::Terminated => Tone::Bad,
    }
}

pub(super) fn ring_tone(state: RingState) -> Tone {
    match state {
        RingState::Waiting => Tone::Plain,
        RingState::Open | RingState::Soaking => Tone::Busy,
        RingState::Halted => Tone::Bad,
        RingState::Passed => Tone::Good,
    }
}

pub(super) fn component_tone(state: ComponentState) -> Tone {
    match state {
        ComponentState::Planned | ComponentState::Authorised | ComponentState::Descoped => {
            Tone::Plain
        }
        ComponentState::Adopting | ComponentState::Deploying | ComponentState::Verifying => {
            Tone::Busy
        }
        ComponentState::Halted => Tone::Bad,
        ComponentState::Verified | ComponentState::Accepted => Tone::Good,
        ComponentState::RollingBack | ComponentState::RolledBack => Tone::Mind,
    }
}

pub(super) fn site_tone(state: SiteState) -> Tone {
    match state {
        SiteState::Planned | SiteState::Notified | SiteState::Ready | SiteState::Exempt => {
            Tone::Plain
        }
        SiteState::Deploying | SiteState::Deployed | SiteState::Observing => Tone::Busy,
        SiteState::SignedOff => Tone::Good,
        SiteState::Paused
        | SiteState::Reconfirm
        | SiteState::RollingBack
        | SiteState::RolledBack => Tone::Mind,
        SiteState::Halted | SiteState::Refused => Tone::Bad,
    }
}
