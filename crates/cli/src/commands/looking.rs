//! Looking: where the deployment stands, why something waits, what waits on whom.

use super::watching;
use crate::args::look::{Status, Waiting, Why};
use crate::desk::{Desk, people_of};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use coordinator::Moment;
use jiff::Timestamp;
use model::guard::Supplier;
use model::machine::{ComponentState, DeploymentState, SiteState};
use model::state::{RingState, State};
use planner::waiting::WaitingOn;
use reception::Carriage;
use std::borrow::Cow;
use std::collections::BTreeMap;
use views::board::{Board, Ends};

/// How many of the newest entries a board shows.
const NEWEST: u64 = 8;
/// The most sites for which a board forecasts without being asked twice.
const FORECAST_SITES_MAX: usize = 1_000;
/// The most waits that are looked through.
pub(crate) const WAITS_MAX: usize = 1_000_000;

/// Returns the state that is meant, and the time there.
async fn as_of(desk: &Desk, at: Option<Moment>) -> Result<(Cow<'_, State>, Timestamp), Fault> {
    match at {
        None => Ok((Cow::Borrowed(desk.state()), desk.now())),
        Some(Moment::Seq(seq)) if seq > desk.state().seq => {
            let what = format!("the record has no entry {seq}: it ends with {}", desk.state().seq);
            Err(Fault::usage(what, "name an entry that there is, or leave out --at for now"))
        }
        Some(moment) => {
            let deployment = &desk.state().plan.deployment;
            let record = desk.coordinator.record();
            let state = coordinator::state_at(&*record, deployment, moment).await?;
            let now = match moment {
                Moment::Time(time) => time.max(state.at),
                Moment::Seq(_) => state.at,
            };
            Ok((Cow::Owned(state), now))
        }
    }
}

/// Returns when `state` is forecast to come to its end.
pub(crate) fn ends(state: &State, now: Timestamp) -> Ends {
    if state.plan.sites.len() > FORECAST_SITES_MAX {
        return Ends::NotYetKnown;
    }
    planner::forecast::forecast(state, now).ends.map_or(Ends::Never, Ends::At)
}

/// The board, with the places outside to which the record's checkpoints are carried.
#[derive(serde::Serialize)]
struct Standing<'a> {
    #[serde(flatten)]
    board: &'a Board,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    checkpoints: BTreeMap<String, Carriage>,
    /// That something is due and no server works on it, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    unserved: Option<WaitingOn>,
}

pub(crate) async fn status(it: &Status, desk: Desk) -> Result<Exit, Fault> {
    if it.watch {
        return watching::watch(desk, it.no_forecast).await;
    }
    let (state, now) = as_of(&desk, it.at).await?;
    let forecast = if it.no_forecast { Ends::NotAsked } else { ends(&state, now) };
    let newest = desk.coordinator.entries(state.seq.saturating_sub(NEWEST), NEWEST as u32).await?;
    let board = Board::of(&state, now, &newest, forecast);
    let setting = desk.terminal.setting();
    let checkpoints = match it.at {
        None => desk.carriages().await?,
        Some(_) => BTreeMap::new(),
    };
    let unserved = match it.at {
        None => desk.unserved_anywhere().await?,
        Some(_) => None,
    };
    let standing = Standing { board: &board, checkpoints, unserved };
    desk.answer(&standing, || {
        let page = render::board::page(&state.plan, &board, setting, &desk.typing());
        let unserved = standing.unserved.iter();
        let page = unserved.fold(page, |page, it| format!("{page}{}: {}.\n", it.scope, it.what));
        let lines = standing
            .checkpoints
            .iter()
            .map(|(place, it)| render::board::carriage(place, it, &board.zone));
        page + &lines.collect::<String>()
    })?;
    Ok(if is_halted(&state) { Exit::Halted } else { Exit::Done })
}

/// Returns whether something is halted or held as a whole, and goes on by a decision only.
pub(crate) fn is_halted(state: &State) -> bool {
    state.deployment == DeploymentState::Held
        || state.rings.iter().any(|it| it.state == RingState::Halted)
        || state.components.iter().any(|it| it.state == ComponentState::Halted)
        || state.sites.iter().any(|it| it.state == SiteState::Halted)
}

pub(crate) async fn why(it: &Why, desk: &Desk) -> Result<Exit, Fault> {
    let (state, now) = as_of(desk, it.at).await?;
    desk.known(&state, &it.scope)?;
    let waits = planner::waiting::why(&state, now, &it.scope);
    let mut waits = views::why::binding_first(waits);
    if it.at.is_none() {
        waits.splice(0..0, desk.unserved(&waits).await?);
    }
    waits.splice(0..0, desk.quarantine());
    desk.answer(&waits, || views::why::page(&state, now, &it.scope, &waits, &desk.typing()))?;
    Ok(Exit::Done)
}

pub(crate) async fn waiting(it: &Waiting, desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let person = it.person.as_ref().or(desk.person.as_ref());
    if let Some(stranger) = person.filter(|it| state.person(it).is_none()) {
        let what = format!("{stranger} is nobody in this plan");
        return Err(Fault::usage(what, people_of(&state.plan, stranger)));
    }
    let is_wanted = |wait: &WaitingOn| match person {
        Some(person) => views::why::is_for(state, person, wait),
        None => it.everything || matches!(wait.supplier, Supplier::Roles(_)),
    };
    let mut waits = match desk.quarantine() {
        // All else is refused before that is decided: whoever asks learns on whom it waits.
        Some(decision) => vec![decision],
        None => {
            let waits = planner::waiting::waiting(state, desk.now(), WAITS_MAX);
            let mut waits: Vec<WaitingOn> = waits.into_iter().filter(is_wanted).collect();
            waits.sort_by_key(|it| it.since);
            let unserved = desk.unserved_anywhere().await?;
            waits.splice(0..0, unserved.filter(is_wanted));
            waits
        }
    };
    let more = waits.len().saturating_sub(it.limit);
    waits.truncate(it.limit);
    desk.answer(&waits, || {
        if waits.is_empty() {
            return match person {
                Some(person) => {
                    format!("Nothing waits on {}.", views::people::person(&state.plan, person))
                }
                None => "Nothing waits on anybody.".to_owned(),
            };
        }
        let typing = desk.typing();
        let lines: Vec<String> =
            waits.iter().map(|it| views::why::wait(state, it, &typing)).collect();
        let more = if more > 0 { format!("\n… and {more} more: --limit") } else { String::new() };
        format!("{}{more}", lines.join("\n"))
    })?;
    Ok(Exit::Done)
}
