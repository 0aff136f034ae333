//! What a track makes of its orders' outcomes, one by one and together, and how a run goes back.
//!
//! House rule: no path leads from failed or unknown to the next step without a rule or a decision.

use super::*;
use crate::order::Proof;
use crate::step::StepWork;

fn step(id: &str, tries: u8, repeat: Repeat, on_failure: OnFailure) -> Step {
    Step {
        id: id.parse().unwrap(),
        title: None,
        work: StepWork::Script("true".to_owned()),
        verify: None,
        rollback: (id != "look").then(|| StepWork::Script("true".to_owned())),
        repeat,
        tries,
        backoff_s: 10,
        time_limit_s: 60,
        expected_s: 1,
        environment: [].into(),
        way_back: Default::default(),
        on_failure,
    }
}

const WELL: Outcome = Outcome::Succeeded { proof: Proof::Watched };
const BADLY: Outcome = Outcome::Failed { cause: Failure::Exit { code: 1 } };

fn unknown() -> Outcome {
    Outcome::Unknown { why: "silence".to_owned() }
}

fn lost() -> Outcome {
    Outcome::Failed { cause: Failure::Unreachable { why: "no route".to_owned() } }
}

#[test]
fn what_a_track_makes_of_each_outcome() {
    let at = Timestamp::UNIX_EPOCH;
    for (tries, repeat, on_failure, outcome, state) in [
        (1, Repeat::Ask, OnFailure::Pause, WELL, TrackState::Done),
        (1, Repeat::Ask, OnFailure::Pause, BADLY, TrackState::Failed),
        (2, Repeat::Ask, OnFailure::Pause, BADLY, TrackState::Waiting),
        (1, Repeat::Ask, OnFailure::Continue, BADLY, TrackState::Done),
        (1, Repeat::Ask, OnFailure::Pause, lost(), TrackState::Lost),
        (1, Repeat::Ask, OnFailure::Pause, unknown(), TrackState::Unknown),
        (5, Repeat::Ask, OnFailure::Continue, unknown(), TrackState::Unknown),
        (1, Repeat::Safe, OnFailure::Pause, unknown(), TrackState::Unknown),
        (2, Repeat::Safe, OnFailure::Pause, unknown(), TrackState::Waiting),
    ] {
        let step = step("install", tries, repeat, on_failure);
        let mut track = Track::new(0, 0, StepList::EachComputer);
        track.ordered();
        track.ended(RunKind::Deploy, &[&step], &outcome, at);
        assert_eq!(track.state, state, "{tries} tries, {repeat:?}, {on_failure:?}, {outcome:?}");
    }
}

#[test]
fn what_a_track_makes_of_orders_that_were_given_together() {
    use TrackState::{Done, Failed, InFlight, Unknown, Waiting};
    /// What happens to a track of three steps that are all ordered.
    #[derive(Clone, Copy)]
    enum Happens {
        Well,
        Badly,
        Silence,
        Withdrawn,
        SaidDone,
        SaidNotDone,
    }
    use Happens::{Badly, SaidDone, SaidNotDone, Silence, Well, Withdrawn};
    /// What happens, where that leads, how far it has come, and what is left in flight and behind.
    type Row<'a> = (&'a [Happens], TrackState, u16, (u16, u16));
    let rows: [Row<'_>; 11] = [
        (&[], InFlight, 0, (2, 0)),
        (&[Well], InFlight, 1, (1, 0)),
        (&[Well, Well, Well], Done, 3, (0, 0)),
        (&[Well, Withdrawn], Waiting, 1, (1, 0)),
        (&[Well, Withdrawn, Withdrawn], Waiting, 1, (0, 0)),
        (&[Badly], Failed, 0, (2, 0)),
        (&[Badly, Withdrawn, Withdrawn], Failed, 0, (0, 0)),
        (&[Silence, Silence, Withdrawn], Unknown, 0, (0, 1)),
        (&[Silence, Silence, Withdrawn, SaidDone], Unknown, 1, (0, 0)),
        (&[Silence, Silence, Withdrawn, SaidDone, SaidDone], Waiting, 2, (0, 0)),
        (&[Silence, Silence, Silence, SaidNotDone], Waiting, 0, (0, 0)),
    ];
    let [a, b, c] =
        ["install", "look", "switch"].map(|id| step(id, 1, Repeat::Ask, OnFailure::Pause));
    let steps = [&a, &b, &c];
    for (number, (happens, state, next, left)) in rows.into_iter().enumerate() {
        let mut track = Track::new(0, 0, StepList::EachComputer);
        (0..3).for_each(|_| track.ordered());
        for it in happens {
            let outcome = match it {
                Well | SaidDone => WELL,
                Badly => BADLY,
                Silence => unknown(),
                Withdrawn => {
                    track.withdrawn();
                    continue;
                }
                SaidNotDone => {
                    track.not_done();
                    continue;
                }
            };
            track.ended(RunKind::Deploy, &steps, &outcome, Timestamp::UNIX_EPOCH);
        }
        let found = (track.state, track.next, (track.ahead, track.unclear));
        assert_eq!(found, (state, next, left), "row {number}");
        assert_eq!(track.orders, 3, "a further order has a name of its own");
    }
}

#[test]
fn going_back_undoes_what_was_done_or_begun_in_reverse() {
    let [a, b, c] =
        ["install", "look", "switch"].map(|id| step(id, 1, Repeat::Ask, OnFailure::Pause));
    let steps = [&a, &b, &c];
    let mut track = Track::new(0, 0, StepList::EachComputer);
    for outcome in [WELL, WELL, BADLY] {
        track.ordered();
        track.ended(RunKind::Deploy, &steps, &outcome, Timestamp::UNIX_EPOCH);
    }
    let run = Run {
        number: 1,
        kind: RunKind::Deploy,
        stage: 0,
        stages: 1,
        began: Timestamp::UNIX_EPOCH,
        tracks: vec![track],
    };
    let mut back = run.backwards(2, Timestamp::UNIX_EPOCH).tracks.remove(0);
    let mut undone = Vec::new();
    while let Some(turn) = back.turn(RunKind::RollBack, &steps) {
        undone.push(turn.name());
        back.ordered();
        back.ended(RunKind::RollBack, &steps, &WELL, Timestamp::UNIX_EPOCH);
    }
    assert_eq!(undone, ["undo-switch", "undo-install"]);
    assert_eq!(back.state, TrackState::Done);
}
