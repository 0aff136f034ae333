//! 16 March: the owner of B27 refuses; the team goes back, by a standard change, in a freeze.

use super::sites::{asks_owner, scope, site};
use super::stage::Stage;
use coordinator::clock::Clock as _;
use jiff::Timestamp;
use model::change_schedule::ChangeScheduleCommand;
use model::command::Command;
use model::machine::{RfcState, SiteState};
use model::rfc::ChangeWindow;
use model::sheet::SlotId;
use model::site_care::{RevisitCause, RevisitState, SiteCareCommand};
use model::state::State;
use planner::waiting::{WaitingOn, why};

/// The night of 21 March in Modesto.
const FROM: &str = "2027-03-21T07:00:00Z";
const UNTIL: &str = "2027-03-21T12:00:00Z";

/// The owner looks on until the returns of a week have come in.
pub(crate) fn is_looked_for(stage: &mut Stage) {
    stage.silence("the owner of B27", |wait| asks_owner(wait, "B27"));
}

pub(crate) async fn b27_is_gone_back_to_through_a_freeze(stage: &mut Stage) {
    stage.until("2027-03-16T17:00:00Z").await;
    the_owner_refuses(stage).await;
    a_standard_change_is_asked_for(stage).await;
    release_management_and_product_manager_go_back(stage).await;
    stage.until("2027-03-21T06:59:59Z").await;
    let waits = why(&stage.state().await, stage.clock.now(), &scope("site/B27"));
    let of_window = |it: &WaitingOn| it.what.contains("the window of STD-017-1 opens at");
    assert!(waits.iter().any(of_window), "{waits:#?}");
    stage.until(UNTIL).await;
    let state = stage.state().await;
    let b27 = site(&state, "B27");
    assert_eq!((b27.state, b27.runs), (SiteState::Observing, 2));
    assert_eq!(b27.in_service, Some(FROM.parse::<Timestamp>().unwrap()));
    assert_eq!(rfc(&state, "STD-017-1"), RfcState::Implementing);
    stage.until("2027-03-23T16:00:00Z").await;
    assert_eq!(site(&stage.state().await, "B27").state, SiteState::Observing);
    stage.speak("the owner of B27");
    stage.until("2027-03-23T16:00:01Z").await;
    let state = stage.state().await;
    let b27 = site(&state, "B27");
    assert_eq!(b27.state, SiteState::SignedOff);
    assert_eq!(b27.since, "2027-03-23T16:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(state.site_care.revisits[0].state, RevisitState::Closed);
}

fn rfc(state: &State, id: &str) -> RfcState {
    state.rfc(&id.parse().unwrap()).unwrap().1.state
}

async fn the_owner_refuses(stage: &mut Stage) {
    let slot: SlotId = "site/B27:site-owner".parse().unwrap();
    let document = stage.state().await.slots[&slot].document;
    let refuse = |reasons: Vec<String>| Command::Refuse { slot: slot.clone(), document, reasons };
    stage.refused("anselm.bellini", refuse(vec![])).await;
    let reasons = vec!["the receipt of a return prints twice".to_owned()];
    stage.act("anselm.bellini", refuse(reasons)).await;
    let state = stage.state().await;
    assert_eq!(site(&state, "B27").state, SiteState::Refused);
    assert_eq!(state.site_care.open_items(&scope("site/B27")).count(), 1);
}

async fn a_standard_change_is_asked_for(stage: &mut Stage) {
    let ask = ChangeScheduleCommand::RequestStandard {
        template: "STD-017".parse().unwrap(),
        sites: vec!["B27".parse().unwrap()],
        window: Some(ChangeWindow { from: FROM.parse().unwrap(), until: UNTIL.parse().unwrap() }),
        reason: "the receipt of a return prints twice".to_owned(),
    };
    stage.act("saoirse.lund", Command::ChangeSchedule(ask)).await;
    stage.until("2027-03-16T17:00:01Z").await;
    assert_eq!(rfc(&stage.state().await, "STD-017-1"), RfcState::Scheduled);
}

async fn release_management_and_product_manager_go_back(stage: &mut Stage) {
    let want = SiteCareCommand::OpenRevisit {
        site: "B27".parse().unwrap(),
        cause: RevisitCause::Refusal,
        reference: None,
        reason: "the receipt of a return prints twice".to_owned(),
    };
    stage.act("lucan.ferreira", Command::SiteCare(want)).await;
    let rfc = Some("STD-017-1".parse().unwrap());
    let agree = Command::SiteCare(SiteCareCommand::AgreeToRevisit { number: 1, rfc });
    stage.act("saoirse.lund", agree.clone()).await;
    assert_eq!(site(&stage.state().await, "B27").state, SiteState::Refused);
    stage.act("lucan.ferreira", agree).await;
    assert_eq!(site(&stage.state().await, "B27").state, SiteState::Planned);
}
