//! Leadership: one at a time by lease, and never two by epoch.

use super::{Home, LONG, NONE, chapter, one};
use crate::{Change, Lead, Record, RecordError};
use model::id::DeploymentId;
use std::time::Duration;
use tokio::time::Instant;

chapter! {
    one_leads_while_its_lease_lasts,
    everybody_can_see_whether_somebody_leads,
    a_new_leader_fences_the_one_before,
    a_leader_whose_lease_ran_out_goes_on_while_nobody_has_taken_over,
    a_leader_that_stops_makes_room_at_once,
    the_same_holder_takes_it_again_and_fences_its_earlier_self,
    what_was_decided_too_long_ago_is_not_written,
}

/// Lets `holder` lead `deployment`, and returns the epoch.
async fn taken(
    record: &dyn Record,
    deployment: &DeploymentId,
    holder: &str,
    lease: Duration,
) -> u64 {
    match record.lead(deployment, holder, lease).await.unwrap() {
        Lead::Taken { epoch } => epoch,
        held @ Lead::HeldBy { .. } => panic!("{held:?}"),
    }
}

async fn what_was_decided_too_long_ago_is_not_written(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let now = Instant::now();
    let late = Change { not_after: now.checked_sub(Duration::from_millis(1)), ..one("late") };
    let refused = record.append(&deployment, &head, late).await.unwrap_err();
    assert!(matches!(refused, RecordError::Late { .. }), "{refused}");
    assert_eq!(record.head(&deployment).await.unwrap(), head, "nothing of it is written");
    let in_time = Change { not_after: Some(now + LONG), ..one("in time") };
    assert_eq!(record.append(&deployment, &head, in_time).await.unwrap().head.seq, 1);
}

async fn one_leads_while_its_lease_lasts(home: Home) {
    let (record, deployment, _) = home.begun().await;
    let epoch = taken(&*record, &deployment, "a", LONG).await;
    let refused = record.lead(&deployment, "b", LONG).await.unwrap();
    let Lead::HeldBy { holder, until } = refused else { panic!("{refused:?}") };
    assert_eq!(holder, "a");
    assert!(record.keep_leading(&deployment, epoch, LONG * 2).await.unwrap());
    let later = record.lead(&deployment, "b", LONG).await.unwrap();
    assert!(matches!(later, Lead::HeldBy { until: it, .. } if it > until), "{later:?}");
    assert_eq!(record.head(&deployment).await.unwrap().epoch, epoch);
}

async fn everybody_can_see_whether_somebody_leads(home: Home) {
    let (record, deployment, _) = home.begun().await;
    assert!(!record.is_led(&deployment).await.unwrap());
    let epoch = taken(&*record, &deployment, "a", LONG).await;
    assert!(record.is_led(&deployment).await.unwrap());
    record.keep_leading(&deployment, epoch, NONE).await.unwrap();
    assert!(!record.is_led(&deployment).await.unwrap(), "its lease has run out");
    taken(&*record, &deployment, "b", LONG).await;
    let known = record.head(&deployment).await.unwrap();
    record.stop_leading(&deployment, known.epoch).await.unwrap();
    assert!(!record.is_led(&deployment).await.unwrap(), "it has stopped");
}

async fn a_new_leader_fences_the_one_before(home: Home) {
    let (record, deployment, _) = home.begun().await;
    let of_a = taken(&*record, &deployment, "a", NONE).await;
    let known_to_a = record.head(&deployment).await.unwrap();
    let of_b = taken(&*record, &deployment, "b", LONG).await;
    assert!(of_a < of_b, "{of_a} and {of_b}");
    // Frozen in between, `a` wakes up and knows nothing of it.
    let refused = record.append(&deployment, &known_to_a, one("stale")).await.unwrap_err();
    assert!(matches!(refused, RecordError::Moved { .. }), "{refused}");
    assert!(!record.keep_leading(&deployment, of_a, LONG).await.unwrap());
    record.stop_leading(&deployment, of_a).await.unwrap();
    assert!(record.keep_leading(&deployment, of_b, LONG).await.unwrap());
    let head = record.head(&deployment).await.unwrap();
    let appended = record.append(&deployment, &head, one("b leads")).await.unwrap();
    assert_eq!((appended.head.seq, appended.head.epoch), (1, of_b));
}

async fn a_leader_whose_lease_ran_out_goes_on_while_nobody_has_taken_over(home: Home) {
    let (record, deployment, _) = home.begun().await;
    assert!(!record.keep_leading(&deployment, 0, LONG).await.unwrap());
    let of_a = taken(&*record, &deployment, "a", NONE).await;
    assert!(record.keep_leading(&deployment, of_a, LONG).await.unwrap());
    let refused = record.lead(&deployment, "b", LONG).await.unwrap();
    assert!(matches!(refused, Lead::HeldBy { .. }), "{refused:?}");
    assert!(record.keep_leading(&deployment, of_a, NONE).await.unwrap());
    assert!(taken(&*record, &deployment, "b", LONG).await > of_a);
    assert!(!record.keep_leading(&deployment, of_a, LONG).await.unwrap());
}

async fn a_leader_that_stops_makes_room_at_once(home: Home) {
    let (record, deployment, _) = home.begun().await;
    let of_a = taken(&*record, &deployment, "a", LONG).await;
    record.stop_leading(&deployment, of_a).await.unwrap();
    assert!(!record.keep_leading(&deployment, of_a, LONG).await.unwrap());
    assert!(taken(&*record, &deployment, "b", LONG).await > of_a);
}

async fn the_same_holder_takes_it_again_and_fences_its_earlier_self(home: Home) {
    let (record, deployment, _) = home.begun().await;
    let earlier = taken(&*record, &deployment, "a", LONG).await;
    let known = record.head(&deployment).await.unwrap();
    assert!(taken(&*record, &deployment, "a", LONG).await > earlier);
    let refused = record.append(&deployment, &known, one("ghost")).await.unwrap_err();
    assert!(matches!(refused, RecordError::Moved { .. }), "{refused}");
}
