//! How a run goes on: the orders of its stage, and what the stage has come to.
//!
//! House rule: no path leads from failed or unknown to the next step without a
//! recorded rule or a recorded human decision.

use super::Agenda;
use crate::facts::Look;
use jiff::{SignedDuration, Timestamp};
use model::component::RollbackPlan;
use model::event::Event;
use model::machine::{DeploymentState, PhaseTransition};
use model::order::{Order, Outcome, Proof};
use model::run::{Run, Track, TrackState};
use model::scope::Scope;
use model::state::State;
use model::step::OnFailure;
use model::work::{Next, next_on};

/// A step that is expected to take longer than this, in seconds, is the last of those that travel
/// together: a computer begins nothing later than a minute after it arrived.
const LONG_S: u32 = 60;

/// Where the present stage of a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Orders are in flight, or may be given.
    GoesOn,
    /// It has come to its end well.
    Finished,
    /// More went wrong than is tolerated, and nothing is in flight any more.
    Broken {
        /// What went wrong, in words.
        why: String,
        /// Whether the plan says to go back by itself.
        roll_back: bool,
    },
    /// More went wrong than is tolerated; what is in flight comes to its end first.
    Breaking,
    /// All stages are behind it.
    RunFinished,
}

/// Returns where the present stage of `run` stands, when `success_percent_min` of it must succeed.
pub(super) fn stage(look: &Look<'_>, scope: &Scope, run: &Run, success_percent_min: u8) -> Stage {
    if run.is_finished() {
        return Stage::RunFinished;
    }
    let counts = run.counts(run.stage);
    let counted = counts.all - counts.excluded;
    let allowed = counted - (counted * usize::from(success_percent_min)).div_ceil(100);
    if counts.bad() > allowed {
        if run.is_busy() {
            return Stage::Breaking;
        }
        return Stage::Broken {
            why: what_went_wrong(look, scope, run),
            roll_back: rolls_back(look, scope, run),
        };
    }
    if counts.open() == 0 { Stage::Finished } else { Stage::GoesOn }
}

/// Returns what went wrong on the present stage of `run`, in words, where it is more than is tolerated and
/// the rest of it comes to its end first.
pub(crate) fn what_breaks(
    look: &Look<'_>,
    scope: &Scope,
    run: &Run,
    success_percent_min: u8,
) -> Option<String> {
    let breaks = stage(look, scope, run, success_percent_min) == Stage::Breaking;
    breaks.then(|| what_went_wrong(look, scope, run))
}

fn bad_tracks(run: &Run) -> impl Iterator<Item = &Track> {
    let is_bad = |it: &&Track| {
        it.stage == run.stage
            && matches!(it.state, TrackState::Failed | TrackState::Lost | TrackState::Unknown)
    };
    run.tracks.iter().filter(is_bad)
}

fn rolls_back(look: &Look<'_>, scope: &Scope, run: &Run) -> bool {
    let plan = match scope {
        Scope::Component(id) => look.state.component(id).map(|(it, _)| &it.rollback),
        Scope::Site(id) => {
            let site = look.state.site(id).map(|(it, _)| it);
            site.and_then(|it| look.plan().template(&it.template)).map(|it| &it.rollback)
        }
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
    };
    // Only a person accepts the loss of data, or goes back where the plan says to go forward.
    if !matches!(plan, Some(RollbackPlan::Steps { loses: None })) {
        return false;
    }
    bad_tracks(run).any(|track| {
        let steps = model::work::steps(look.plan(), look.state, scope, track.list);
        track.state == TrackState::Failed
            && track
                .turn(run.kind, &steps)
                .is_some_and(|it| !it.undo && it.step.on_failure == OnFailure::Rollback)
    })
}

fn what_went_wrong(look: &Look<'_>, scope: &Scope, run: &Run) -> String {
    let computers = match scope {
        Scope::Component(id) => look.state.component(id).map(|(it, _)| it.hosts.as_slice()),
        Scope::Site(id) => look.state.site(id).map(|(it, _)| it.computers.as_slice()),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
    };
    let mut texts: Vec<String> = bad_tracks(run)
        .map(|track| {
            let steps = model::work::steps(look.plan(), look.state, scope, track.list);
            let step = track.turn(run.kind, &steps).map_or_else(String::new, |it| it.name());
            let computer = computers.and_then(|it| it.get(track.computer as usize));
            let computer = computer.map_or_else(String::new, |it| it.id.to_string());
            let what = match track.state {
                TrackState::Lost => "could not be reached for",
                TrackState::Unknown => "has no known outcome of",
                TrackState::Failed
                | TrackState::Waiting
                | TrackState::InFlight
                | TrackState::Asked
                | TrackState::Done
                | TrackState::Excluded => "failed",
            };
            format!("{computer} {what} {step}")
        })
        .collect();
    let others = texts.len().saturating_sub(3);
    texts.truncate(3);
    let more = if others > 0 { format!(" and {others} more") } else { String::new() };
    format!("{}{more}", texts.join(", "))
}

/// Adds the orders that may be given now on the present stage of `run`.
pub(super) fn orders(
    look: &mut Look<'_>,
    agenda: &mut Agenda,
    scope: &Scope,
    run: &Run,
    at_once: usize,
    room: &mut usize,
) {
    let of_stage = || run.tracks.iter().zip(0_u32..).filter(|(it, _)| it.stage == run.stage);
    look.goes_on(scope);
    if *room == 0 {
        let is_next = |it: &Track| it.state == TrackState::Waiting && it.ahead == 0;
        look.lacks_room |= of_stage().any(|(it, _)| is_next(it));
        return;
    }
    let running = run.tracks.iter().filter(|it| it.state == TrackState::InFlight).count();
    let mut free = at_once.saturating_sub(running);
    for (track, position) in of_stage() {
        if track.state != TrackState::Waiting || track.ahead > 0 {
            continue;
        }
        if let Some(not_before) = track.not_before.filter(|it| *it > look.now) {
            look.again(Some(not_before));
            continue;
        }
        match next_on(look.state, scope, track) {
            Ok(Some(Next::Order(order))) => {
                if free == 0 || *room == 0 {
                    look.lacks_room |= *room == 0;
                    return;
                }
                free -= 1;
                *room -= 1;
                let behind = behind(look, scope, run, track, &order);
                for order in std::iter::once(*order).chain(behind) {
                    let (scope, id) = (scope.clone(), order.id.clone());
                    let intended = Event::OrderIntended { order: id, scope, track: position };
                    agenda.orders.push((intended, order));
                }
            }
            Ok(Some(Next::Ask { order, role, .. })) => {
                let scope = scope.clone();
                agenda.events.push(Event::StepAsked { order, scope, track: position, role });
            }
            // A checked plan has no such reference, and a finished track is not waiting.
            Ok(None) | Err(_) => {}
        }
    }
}

/// Returns the orders that travel with `first`, the next one of `track`: each is to begin after the
/// one before it has succeeded. What comes after a step of more than a minute does not: it would
/// have to be called back.
fn behind(look: &Look<'_>, scope: &Scope, run: &Run, track: &Track, first: &Order) -> Vec<Order> {
    let steps = model::work::steps(look.plan(), look.state, scope, track.list);
    let well = Outcome::Succeeded { proof: Proof::Watched };
    let mut track = track.clone();
    let mut orders = Vec::new();
    while orders.len() < look.ahead && track.unclear == 0 {
        let turn = track.turn(run.kind, &steps);
        if turn.is_none_or(|it| it.step.expected_s > LONG_S) {
            break;
        }
        track.ordered();
        track.ended(run.kind, &steps, &well, look.now);
        match next_on(look.state, scope, &track) {
            Ok(Some(Next::Order(order))) if order.place == first.place => orders.push(*order),
            Ok(Some(Next::Order(_) | Next::Ask { .. }) | None) | Err(_) => break,
        }
    }
    orders
}

/// Returns that the present stage of `run` is finished.
pub(super) fn finished(scope: &Scope, run: &Run) -> Event {
    let transition = PhaseTransition::Finished;
    Event::Phase { scope: scope.clone(), stage: run.stage, transition }
}

/// Returns when what is deployed since `since`, and may take `limit_s` seconds, is late: never while the
/// deployment is held, and once it is let go on the time counts anew.
pub(crate) fn deadline(state: &State, since: Timestamp, limit_s: u32) -> Option<Timestamp> {
    let since = match state.deployment {
        DeploymentState::Held => return None,
        DeploymentState::Deploying => since.max(state.deployment_since),
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => since,
    };
    since.checked_add(SignedDuration::from_secs(i64::from(limit_s))).ok()
}

/// Returns whether what is deployed since `since` has taken longer than `limit_s` seconds.
pub(super) fn is_overdue(look: &mut Look<'_>, since: Timestamp, limit_s: u32) -> bool {
    let ends = deadline(look.state, since, limit_s);
    look.again(ends);
    ends.is_some_and(|it| it <= look.now)
}
