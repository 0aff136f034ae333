//! Runs: how far the steps of one component or site have come, computer by computer.
//!
//! A run is made of tracks, one for each computer and list of steps, in stages
//! that follow one another. It is the same for a component (a stage a host) and
//! for a site (preparation, its phases, completion), forwards and backwards.
//!
//! House rule: no path leads from failed or unknown to the next step without a
//! recorded rule or a recorded human decision.

use crate::id::StepId;
use crate::order::{Failure, Outcome};
use crate::planted::{Planted, is_planted};
use crate::site_care::terms::is_default;
use crate::step::{OnFailure, Repeat, Step};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest wait before a further try, in seconds.
const BACKOFF_S_MAX: u32 = 3600;

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// To deploy.
    Deploy,
    /// To find out whether the pilot's component can be taken as it is: checks only.
    Adopt,
    /// To undo what an earlier run did, in reverse.
    RollBack,
}

/// Which steps a track goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepList {
    /// A site's `before`.
    Before,
    /// A site's `each-computer`.
    EachComputer,
    /// A site's `after`.
    After,
    /// A component's `steps` and then its `checks`.
    Host,
    /// A component's `checks` alone.
    Checks,
}

/// One pass over the computers of a component or site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its number, from 1; never used twice for the same component or site.
    pub number: u32,
    /// What it is for.
    pub kind: RunKind,
    /// The stage that is being worked on, from 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stage: u16,
    /// How many stages there are.
    pub stages: u16,
    /// When it began.
    #[serde(with = "crate::instant")]
    pub began: Timestamp,
    /// Its tracks, stage by stage.
    pub tracks: Vec<Track>,
}

/// One computer going through one list of steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// The stage it belongs to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stage: u16,
    /// The computer, as a position in the component's hosts or the site's computers.
    pub computer: u32,
    /// Its steps.
    pub list: StepList,
    /// The next step, as a position in its list (backwards: among the steps to be undone).
    #[serde(default, skip_serializing_if = "is_default")]
    pub next: u16,
    /// Backwards only: how many steps of the list had been done.
    #[serde(default, skip_serializing_if = "is_default")]
    pub done_before: u16,
    /// How often the next step has been tried.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tries: u8,
    /// How many orders its next step has had; numbers the next one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub orders: u16,
    /// How many failures were passed over by rule or decision.
    #[serde(default, skip_serializing_if = "is_default")]
    pub passed_over: u16,
    /// Where it stands.
    pub state: TrackState,
    /// Whether its next step has been ordered, and so may have had an effect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begun: bool,
    /// The earliest instant for a further try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// How many of the steps behind the next one are ordered already: each begins only after the
    /// one before it has succeeded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ahead: u16,
    /// How many of the steps behind the next one may have begun, though nobody knows what became
    /// of the next one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unclear: u16,
}

/// Where a track stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrackState {
    /// Its next step may be ordered.
    Waiting,
    /// An order is in flight.
    InFlight,
    /// A person has been asked to carry out its next step.
    Asked,
    /// All of its steps are done.
    Done,
    /// A step failed for good.
    Failed,
    /// Its computer could not be reached, or a deadline passed.
    Lost,
    /// Nobody knows whether its last order had an effect; a person decides.
    Unknown,
    /// Its computer was excluded by a decision.
    Excluded,
}

impl TrackState {
    /// Returns whether nothing more will happen on it by itself.
    pub fn is_ended(self) -> bool {
        match self {
            Self::Done | Self::Failed | Self::Lost | Self::Unknown | Self::Excluded => true,
            Self::Waiting | Self::InFlight | Self::Asked => false,
        }
    }
}

/// A step and the direction in which it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn<'p> {
    /// The step.
    pub step: &'p Step,
    /// Whether it is undone.
    pub undo: bool,
}

impl Turn<'_> {
    /// Returns the name under which it is ordered.
    pub fn name(&self) -> String {
        if self.undo { format!("undo-{}", self.step.id) } else { self.step.id.to_string() }
    }
}

/// Counts of a stage's tracks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrackCounts {
    /// All.
    pub all: usize,
    /// Ended well.
    pub done: usize,
    /// Failed for good.
    pub failed: usize,
    /// Not reached, or past a deadline.
    pub lost: usize,
    /// Without a known outcome.
    pub unknown: usize,
    /// Excluded by decision.
    pub excluded: usize,
    /// In flight, or asked of a person.
    pub running: usize,
}

impl TrackCounts {
    /// Returns how many are still to come to an end.
    pub fn open(&self) -> usize {
        self.all - self.done - self.failed - self.lost - self.unknown - self.excluded
    }

    /// Returns how many count against success.
    pub fn bad(&self) -> usize {
        self.failed + self.lost + self.unknown
    }

    fn add(mut self, state: TrackState) -> Self {
        self.all += 1;
        match state {
            TrackState::Waiting => {}
            TrackState::InFlight | TrackState::Asked => self.running += 1,
            TrackState::Done => self.done += 1,
            TrackState::Failed => self.failed += 1,
            TrackState::Lost => self.lost += 1,
            TrackState::Unknown => self.unknown += 1,
            TrackState::Excluded => self.excluded += 1,
        }
        self
    }
}

impl Track {
    /// Returns a track that has not begun.
    pub fn new(stage: u16, computer: usize, list: StepList) -> Self {
        Self {
            stage,
            computer: u32::try_from(computer).unwrap_or(u32::MAX),
            list,
            next: 0,
            done_before: 0,
            tries: 0,
            orders: 0,
            passed_over: 0,
            state: TrackState::Waiting,
            begun: false,
            not_before: None,
            ahead: 0,
            unclear: 0,
        }
    }

    /// Returns what it does next out of `steps`, its list; nothing once all are done.
    pub fn turn<'p>(&self, kind: RunKind, steps: &[&'p Step]) -> Option<Turn<'p>> {
        let next = usize::from(self.next);
        match kind {
            RunKind::Deploy | RunKind::Adopt => {
                steps.get(next).map(|step| Turn { step, undo: false })
            }
            RunKind::RollBack => {
                let done = steps.iter().take(usize::from(self.done_before)).rev();
                let undoable = done.filter(|it| it.rollback.is_some());
                undoable.map(|step| Turn { step, undo: true }).nth(next)
            }
        }
    }

    /// Notes that an order stands in the record: for its next step, or, while one is in flight, for
    /// the first step behind that has none.
    pub fn ordered(&mut self) {
        if self.state == TrackState::InFlight {
            self.orders = self.orders.saturating_add(1);
            self.ahead = self.ahead.saturating_add(1);
            return;
        }
        self.tries = self.tries.saturating_add(1);
        self.orders = self.orders.saturating_add(1);
        self.not_before = None;
        self.begun = true;
        self.state = TrackState::InFlight;
    }

    /// Returns whether orders are left that stood behind one that has not succeeded.
    pub fn is_called_back(&self) -> bool {
        self.ahead > 0 && self.state != TrackState::InFlight
    }

    /// Notes that the first of its orders that are left never began, and never will.
    pub fn withdrawn(&mut self) {
        if self.state == TrackState::InFlight {
            self.state = TrackState::Waiting;
            self.begun = false;
            self.tries = 0;
        } else {
            self.ahead = self.ahead.saturating_sub(1);
        }
    }

    /// Notes what became of its order, whose step was `step`, out of `steps`.
    pub fn ended(&mut self, kind: RunKind, steps: &[&Step], outcome: &Outcome, at: Timestamp) {
        if self.is_called_back() {
            // Whatever it came to, it stood behind one of which that is not known.
            self.ahead -= 1;
            self.unclear = self.unclear.saturating_add(1);
            return;
        }
        let Some(turn) = self.turn(kind, steps) else {
            self.state = ended_without_step(outcome);
            return;
        };
        match outcome {
            Outcome::Unknown { .. } if is_planted(Planted::UnknownRetried) => {
                self.wait_for_retry(turn.step, at);
            }
            Outcome::Failed { .. } if is_planted(Planted::FailurePassedOver) => {
                self.pass_over(kind, steps);
            }
            Outcome::Succeeded { .. } => self.advance(kind, steps),
            Outcome::Failed { cause } if self.may_try_again(turn.step, cause) => {
                self.wait_for_retry(turn.step, at);
            }
            Outcome::Failed { cause } => match (turn.step.on_failure, turn.undo) {
                (OnFailure::Continue, false) => self.pass_over(kind, steps),
                (OnFailure::Pause | OnFailure::Rollback, _) | (OnFailure::Continue, true) => {
                    self.state =
                        if cause.is_lost() { TrackState::Lost } else { TrackState::Failed };
                }
            },
            Outcome::Unknown { .. } => match turn.step.repeat {
                Repeat::Safe if self.tries < turn.step.tries => self.wait_for_retry(turn.step, at),
                Repeat::Safe | Repeat::Ask => self.state = TrackState::Unknown,
            },
        }
    }

    /// A wrong key, wrong bytes or an impossible order do not become right by repetition.
    fn may_try_again(&self, step: &Step, cause: &Failure) -> bool {
        let may_help = match cause {
            Failure::Exit { .. }
            | Failure::Unreachable { .. }
            | Failure::NotDone { .. }
            | Failure::Check { .. } => true,
            Failure::HostKey { .. }
            | Failure::Digest { .. }
            | Failure::Refused { .. }
            | Failure::Attested { .. } => false,
        };
        may_help && self.tries < step.tries
    }

    fn wait_for_retry(&mut self, step: &Step, at: Timestamp) {
        let doublings = u32::from(self.tries.saturating_sub(1)).min(12);
        let wait_s = step.backoff_s.saturating_mul(1 << doublings).min(BACKOFF_S_MAX);
        self.not_before = at.checked_add(SignedDuration::from_secs(i64::from(wait_s))).ok();
        self.state = TrackState::Waiting;
    }

    /// Goes on past a failure; it stays on the sheet.
    pub fn pass_over(&mut self, kind: RunKind, steps: &[&Step]) {
        self.passed_over = self.passed_over.saturating_add(1);
        self.advance(kind, steps);
    }

    /// Lets the failed, lost or unknown step be tried again from its first try.
    pub fn retry(&mut self) {
        self.tries = 0;
        self.not_before = None;
        self.state = TrackState::Waiting;
    }

    /// Notes that a person says that its next step was not done. So nothing behind it has begun.
    pub fn not_done(&mut self) {
        self.retry();
        self.begun = false;
        self.unclear = 0;
    }

    fn advance(&mut self, kind: RunKind, steps: &[&Step]) {
        let was_in_flight = self.state == TrackState::InFlight;
        self.next = self.next.saturating_add(1);
        self.begun = false;
        self.tries = 0;
        self.not_before = None;
        let Some(turn) = self.turn(kind, steps) else {
            self.state = TrackState::Done;
            return;
        };
        self.state = TrackState::Waiting;
        if self.ahead > 0 && was_in_flight {
            self.ahead -= 1;
            (self.state, self.begun, self.tries) = (TrackState::InFlight, true, 1);
        } else if self.unclear > 0 {
            self.unclear -= 1;
            (self.begun, self.tries) = (true, 1);
            if turn.step.repeat == Repeat::Ask || turn.step.tries < 2 {
                self.state = TrackState::Unknown;
            }
        }
    }
}

impl Run {
    /// Returns the counts of stage `stage`.
    pub fn counts(&self, stage: u16) -> TrackCounts {
        let of_stage = self.tracks.iter().filter(|it| it.stage == stage);
        of_stage.fold(TrackCounts::default(), |counts, it| counts.add(it.state))
    }

    /// Returns the counts over all stages.
    pub fn counts_all(&self) -> TrackCounts {
        self.tracks.iter().fold(TrackCounts::default(), |counts, it| counts.add(it.state))
    }

    /// Returns whether every stage is behind it.
    pub fn is_finished(&self) -> bool {
        self.stage >= self.stages
    }

    /// Returns whether an order is in flight or being called back, or a person is at work.
    pub fn is_busy(&self) -> bool {
        let is_busy = |it: &Track| {
            it.ahead > 0 || matches!(it.state, TrackState::InFlight | TrackState::Asked)
        };
        self.tracks.iter().any(is_busy)
    }

    /// Turns back to the first stage of which a track may go on again, by a decision.
    pub fn turn_back(&mut self) {
        let open = self.tracks.iter().filter(|it| !it.state.is_ended()).map(|it| it.stage);
        self.stage = open.min().map_or(self.stage, |it| it.min(self.stage));
    }

    /// Returns the run that undoes this one: its stages in reverse, and of each
    /// track the steps that were done, or may have been. A rollback that failed
    /// is gone on with from where it failed: what it undid is not done again.
    pub fn backwards(&self, number: u32, began: Timestamp) -> Self {
        match self.kind {
            RunKind::Deploy | RunKind::Adopt => self.reversed(number, began),
            RunKind::RollBack => self.gone_on_with(number, began),
        }
    }

    fn gone_on_with(&self, number: u32, began: Timestamp) -> Self {
        let mut tracks = self.tracks.clone();
        for track in &mut tracks {
            (track.tries, track.orders, track.not_before) = (0, 0, None);
            if !matches!(track.state, TrackState::Done | TrackState::Excluded) {
                track.state = TrackState::Waiting;
            }
        }
        Self { number, began, tracks, ..self.clone() }
    }

    fn reversed(&self, number: u32, began: Timestamp) -> Self {
        let stages = self.stages;
        let mut tracks: Vec<Track> = self
            .tracks
            .iter()
            .filter(|it| it.next > 0 || it.orders > 0)
            .map(|it| {
                let mut track = Track::new(stages - 1 - it.stage, it.computer as usize, it.list);
                // A step that failed or is unknown may have left something behind: it is undone too.
                let begun = u16::from(it.state != TrackState::Done && it.begun);
                track.done_before = it.next + begun + it.unclear;
                track
            })
            .collect();
        tracks.sort_by_key(|it| it.stage);
        Self { number, kind: RunKind::RollBack, stage: 0, stages, began, tracks }
    }
}

/// Where a track ends whose step is not in its list any more, by the outcome of its last order.
fn ended_without_step(outcome: &Outcome) -> TrackState {
    match outcome {
        Outcome::Succeeded { .. } => TrackState::Done,
        Outcome::Failed { cause } if cause.is_lost() => TrackState::Lost,
        Outcome::Failed { .. } => TrackState::Failed,
        Outcome::Unknown { .. } => TrackState::Unknown,
    }
}

/// Returns the name of the order for `turn` on `computer`: never used twice in a deployment.
/// `list` tells lists apart that may name a step alike, such as `before/`.
pub fn order_name(
    scope: &crate::scope::Scope,
    run: u32,
    computer: &crate::id::ComputerId,
    (list, turn): (&str, &Turn<'_>),
    attempt: u16,
) -> crate::order::OrderId {
    let name = turn.name();
    crate::order::OrderId(format!("{scope}@{run}/{computer}/{list}{name}#{attempt}").into())
}

/// Returns the name of the step in an order's name, without the attempt.
pub fn step_of(order: &str) -> Option<StepId> {
    let step = order.rsplit_once('/')?.1.split_once('#')?.0;
    step.parse().ok()
}

#[cfg(test)]
mod tests;
