//! 10 March: a storm cancels the training at B38, which is deployed under a waiver.

use super::sites::{scope, site};
use super::stage::Stage;
use coordinator::clock::Clock as _;
use model::command::Command;
use model::guard::Guard;
use model::machine::{SiteState, WaiverState};
use model::training::{Session, SessionTime, TrainingCommand};

/// What nobody states of B38 is that its users are trained: their session lies ahead.
pub(crate) fn of_b38_lies_ahead(stage: &mut Stage) {
    stage.silence("training at B38", |wait| {
        wait.scope == scope("site/B38") && wait.guard == Some(Guard::S5)
    });
}

pub(crate) async fn of_b38_is_cancelled_by_a_storm(stage: &mut Stage) {
    let cancel = TrainingCommand::Cancel {
        session: "C1-B38".parse().unwrap(),
        reason: "a storm: nobody gets to Palmer before the weekend".to_owned(),
    };
    stage.act("noor.vasquez", Command::Training(cancel)).await;
    stage.until("2027-03-10T20:00:00Z").await;
    let state = stage.state().await;
    assert_eq!(site(&state, "B38").state, SiteState::Notified);
    let waits = planner::waiting::why(&state, stage.clock.now(), &scope("site/B38"));
    let untrained = waits.iter().find(|it| it.guard == Some(Guard::S5));
    let untrained = untrained.unwrap_or_else(|| panic!("{waits:#?}"));
    assert!(untrained.what.contains("0 of 24 users of B38 are trained"), "{untrained:?}");
    let ask = Command::RequestWaiver {
        guard: Guard::S5,
        part: None,
        scope: scope("site/B38"),
        reason: "a storm cancelled the training".to_owned(),
        risk: "sales take longer in the first days".to_owned(),
        control: "two trainers stand at the counters from 15 to 19 March".to_owned(),
        // The end of 24 March in Alaska.
        until: "2027-03-25T08:00:00Z".parse().unwrap(),
    };
    stage.act("saoirse.lund", ask).await;
    let approve = Command::ApproveWaiver { waiver: 1 };
    stage.refused("saoirse.lund", approve.clone()).await;
    stage.act("noor.vasquez", approve.clone()).await;
    assert_eq!(stage.state().await.waivers[0].state, WaiverState::Requested, "one is not enough");
    stage.act("lorcan.mbeki", approve).await;
    assert_eq!(stage.state().await.waivers[0].state, WaiverState::Granted);
    stage.speak("training at B38");
}

/// Of the session: on Friday morning before the night of the change.
pub(crate) async fn of_b38_is_scheduled(stage: &mut Stage) {
    let session = Session {
        id: "C1-B38".parse().unwrap(),
        course: "C1".parse().unwrap(),
        sites: vec!["B38".parse().unwrap()],
        when: SessionTime {
            from: "2027-03-12T16:00:00Z".parse().unwrap(),
            until: "2027-03-12T16:45:00Z".parse().unwrap(),
            zone: "America/Anchorage".parse().unwrap(),
        },
        place: "https://meet.brindlemark.example/c1".to_owned(),
        trainer: "noor.vasquez".parse().unwrap(),
        seats: 25,
        language: Some("en".to_owned()),
        despite: None,
    };
    let schedule = TrainingCommand::Schedule { session, despite: None };
    stage.act("noor.vasquez", Command::Training(schedule)).await;
}

pub(crate) async fn of_b38_is_no_longer_waived(stage: &mut Stage) {
    stage.until("2027-03-25T07:59:59Z").await;
    let waiver = |state: &model::state::State| state.waivers[0].state;
    assert_eq!(waiver(&stage.state().await), WaiverState::Granted);
    stage.until("2027-03-25T08:00:00Z").await;
    assert_eq!(waiver(&stage.state().await), WaiverState::Expired);
}
