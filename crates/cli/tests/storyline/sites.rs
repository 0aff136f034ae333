//! February and March: forty branches in five rings.

use super::pipe::Pipe;
use super::stage::Stage;
use super::{exemption, refusal, training};
use coordinator::Until;
use coordinator::clock::Clock as _;
use jiff::Timestamp;
use model::command::{Command, Resumable};
use model::machine::{RfcState, SiteState};
use model::scope::Scope;
use model::sheet::{Sheet, SlotId};
use model::state::{RingState, SiteStatus, State};

/// From the flagship to the forty signatures.
pub(crate) async fn are_deployed_and_signed(stage: &mut Stage) {
    the_flagship_goes_from_the_pilot_to_the_release(stage).await;
    the_server_is_killed_in_the_middle_of_b03(stage).await;
    the_deputy_of_b15_answers_for_its_owner(stage).await;
    exemption::two_computers_of_b09_wait_for_others(stage).await;
    a_ring_halts_at_the_label_driver(stage).await;
    a_changed_plan_voids_an_authorisation(stage).await;
    clocks_change_and_a_generator_stops(stage).await;
    stage.silence("the last sheet", |wait| {
        matches!(&wait.command, Some(Command::Sign { slot, .. }) if slot.sheet == Sheet::SitesComplete)
    });
    refusal::b27_is_gone_back_to_through_a_freeze(stage).await;
    training::of_b38_is_no_longer_waived(stage).await;
    forty_of_forty_are_signed(stage).await;
}

pub(crate) fn site(state: &State, id: &str) -> SiteStatus {
    state.site(&id.parse().unwrap()).unwrap().1.clone()
}

pub(crate) fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

/// Returns whether `wait` asks for the signature of the owner of `id`.
pub(crate) fn asks_owner(wait: &planner::waiting::WaitingOn, id: &str) -> bool {
    let slot: SlotId = format!("site/{id}:site-owner").parse().unwrap();
    matches!(&wait.command, Some(Command::Sign { slot: asked, .. }) if *asked == slot)
}

async fn the_flagship_goes_from_the_pilot_to_the_release(stage: &mut Stage) {
    stage.silence("the owner of B01", |wait| asks_owner(wait, "B01"));
    stage.until("2027-02-01T23:30:00Z").await;
    assert_eq!(site(&stage.state().await, "B01").state, SiteState::Observing);
    stage.until("2027-02-02T15:00:00Z").await;
    stage.speak("the owner of B01");
    stage.until("2027-02-02T15:00:01Z").await;
    let flagship = site(&stage.state().await, "B01");
    assert_eq!(flagship.state, SiteState::SignedOff);
    assert_eq!(flagship.since, "2027-02-02T15:00:00Z".parse::<Timestamp>().unwrap());
}

async fn the_server_is_killed_in_the_middle_of_b03(stage: &mut Stage) {
    let pipe = Pipe::new(&stage.computer("B03/pc-17/gate"));
    stage.until("2027-02-07T05:59:59Z").await;
    let midnight = "2027-02-07T06:00:00Z".parse().unwrap();
    stage.clock.set(midnight);
    let (driver, deployment) = (stage.driver(), stage.deployment.clone());
    let server = tokio::spawn(async move {
        let (_never, told) = tokio::sync::watch::channel(false);
        driver.run(&deployment, Until::Stopped(told)).await
    });
    let waiting = pipe.reached().await;
    server.abort();
    assert!(server.await.unwrap_err().is_cancelled());
    let run = site(&stage.state().await, "B03").run.unwrap();
    let done = |run: &model::run::Run| {
        run.tracks.iter().filter(|it| it.state == model::run::TrackState::Done).count()
    };
    let done_before = done(&run);
    assert!((1..30).contains(&done_before), "{done_before} of 30 computers were done");
    waiting.go_on(&pipe);
    stage.until("2027-02-07T12:00:00Z").await;
    let b03 = site(&stage.state().await, "B03");
    assert_eq!(b03.state, SiteState::Observing);
    assert_eq!(b03.runs, 1, "it was gone on with, not begun anew");
    for computer in &stage.load().sites[2].computers {
        let log = stage.computer(&format!("B03/{}/steps.log", computer.id));
        let log = std::fs::read_to_string(log).unwrap();
        let times = log.lines().filter(|it| it.starts_with("desk-verify ")).count();
        assert_eq!(times, 1, "{}:\n{log}", computer.id);
    }
}

async fn the_deputy_of_b15_answers_for_its_owner(stage: &mut Stage) {
    let b15 = scope("site/B15");
    let is_b15 = b15.clone();
    stage.silence("the owner of B15", move |wait| {
        wait.scope == is_b15 && matches!(wait.command, Some(Command::AcknowledgeSchedule { .. }))
    });
    // It was silent from the beginning: what was acknowledged before is taken back by a new date.
    stage.until("2027-02-18T16:00:00Z").await;
    stage.speak("the owner of B15");
}

/// B21, B22 and B24 have old label printers.
async fn a_ring_halts_at_the_label_driver(stage: &mut Stage) {
    stage.silence("the halt", |wait| {
        matches!(
            wait.command,
            Some(Command::ResumeRing { .. } | Command::Resume { .. } | Command::Decide { .. })
        )
    });
    stage.until("2027-03-07T13:00:00Z").await;
    let state = stage.state().await;
    let ring = |state: &State| state.ring(&"second-third".parse().unwrap()).unwrap().1.state;
    assert_eq!(ring(&state), RingState::Halted);
    for id in ["B21", "B22", "B24"] {
        assert_eq!(site(&state, id).state, SiteState::Halted, "{id}");
    }
    stage.rewrite("label-driver: original", "label-driver: fixed");
    stage.revise("sabela.roig", "the label driver is set by a parameter now").await;
    let rfc = |state: &State| state.rfc(&"RFC-2027-040".parse().unwrap()).unwrap().1.state;
    assert_eq!(rfc(&stage.state().await), RfcState::Draft);
    stage.until("2027-03-07T20:00:00Z").await;
    assert_eq!(rfc(&stage.state().await), RfcState::Scheduled);
    let reason = "the label driver failed; it is set by a parameter now".to_owned();
    let back =
        Command::RollBack { scope: scope("site/B21"), reason: reason.clone(), accept_loss: false };
    stage.act("ivo.marchetti", back).await;
    let resume = Command::ResumeRing {
        ring: "second-third".parse().unwrap(),
        reason,
        only: vec![Resumable::Failed, Resumable::Lost, Resumable::NotStarted],
    };
    stage.act("ivo.marchetti", resume.clone()).await;
    let refusal = stage.refused("ivo.marchetti", resume.clone()).await;
    assert!(refusal.to_string().contains("already agreed"), "{refusal}");
    assert_eq!(ring(&stage.state().await), RingState::Halted, "one person does not resume a ring");
    stage.act("sabela.roig", resume).await;
    stage.speak("the halt");
    refusal::is_looked_for(stage);
    stage.until("2027-03-08T14:00:00Z").await;
    let state = stage.state().await;
    for id in ["B21", "B22", "B24"] {
        assert_eq!(site(&state, id).state, SiteState::Observing, "{id}");
    }
    assert_eq!(site(&state, "B21").runs, 3, "deployed, undone, deployed anew");
}

async fn a_changed_plan_voids_an_authorisation(stage: &mut Stage) {
    stage.until("2027-03-09T16:00:00Z").await;
    training::of_b38_is_scheduled(stage).await;
    stage.silence("the change authority", |wait| {
        matches!(wait.command, Some(Command::Rfc { .. })) && wait.scope == scope("rfc/RFC-2027-040")
    });
    stage.rewrite("sites-at-once: 6", "sites-at-once: 5");
    stage.revise("sabela.roig", "five field teams for the last ring, not six").await;
    let rfc = |state: &State| state.rfc(&"RFC-2027-040".parse().unwrap()).unwrap().1.clone();
    training::of_b38_is_cancelled_by_a_storm(stage).await;
    stage.until("2027-03-11T17:00:00Z").await;
    assert_eq!(rfc(&stage.state().await).state, RfcState::Draft);
    stage.speak("the change authority");
    stage.until("2027-03-11T17:00:01Z").await;
    let state = stage.state().await;
    assert!(matches!(rfc(&state).state, RfcState::Scheduled | RfcState::Implementing));
}

async fn clocks_change_and_a_generator_stops(stage: &mut Stage) {
    stage.until("2027-03-14T05:00:00Z").await;
    assert_eq!(site(&stage.state().await, "B38").state, SiteState::Ready, "by the waiver");
    // B40's third computer is in the middle of its last step when the generator stops at noon.
    let pipe = Pipe::new(&stage.computer("B40/pc-03/gate"));
    stage.until("2027-03-14T12:29:59Z").await;
    stage.clock.set("2027-03-14T12:30:00Z".parse().unwrap());
    let (driver, deployment) = (stage.driver(), stage.deployment.clone());
    let mut server = tokio::spawn(async move { driver.run(&deployment, Until::Idle).await });
    let waiting = tokio::select! {
        waiting = pipe.reached() => waiting,
        rest = &mut server => {
            let why = planner::waiting::why(&stage.state().await, stage.clock.now(), &scope("site/B40"));
            panic!("the engine rests ({rest:?}) before B40 has come so far: {why:#?}");
        }
    };
    stage.clock.set("2027-03-14T18:00:00Z".parse().unwrap());
    waiting.go_on(&pipe);
    server.await.unwrap().unwrap();
    stage.until("2027-03-14T18:30:00Z").await;
    assert_eq!(site(&stage.state().await, "B40").state, SiteState::Paused);
    stage.until("2027-03-15T20:00:00Z").await;
    let state = stage.state().await;
    assert_eq!(site(&state, "B40").state, SiteState::Observing);
}

async fn forty_of_forty_are_signed(stage: &mut Stage) {
    stage.until("2027-03-30T15:00:00Z").await;
    let state = stage.state().await;
    let open: Vec<_> = state
        .plan
        .sites
        .iter()
        .zip(&state.sites)
        .filter(|(_, it)| it.state != SiteState::SignedOff)
        .map(|(it, status)| format!("{} {}", it.id, status.state))
        .collect();
    assert!(open.is_empty(), "{open:?}");
    super::stabilizing::is_looked_forward_to(stage);
    super::milestone::is_looked_forward_to(stage);
    stage.speak("the last sheet");
    stage.until("2027-03-30T15:00:01Z").await;
    let state = stage.state().await;
    assert!(state.is_locked(&Sheet::SitesComplete));
}
