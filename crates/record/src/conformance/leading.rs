//! Leadership: one at a time by lease, and never two by epoch.

use super::{Home, LONG, NONE, chapter, one};
use crate::{Change, Lead, RecordError};
use std::time::Duration;
use tokio::time::Instant;

chapter! {
    one_leads_while_its_lease_lasts,
    a_new_leader_fences_the_one_before,
    a_leader_whose_lease_ran_out_goes_on_while_nobody_has_taken_over,
    a_leader_that_stops_makes_room_at_once,
    the_same_holder_takes_it_again_and_fences_its_earlier_self,
    what_was_decided_too_long_ago_is_not_written,
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
    let taken = record.lead(&deployment, "a", LONG).await.unwrap();
    assert_eq!(taken, Lead::Taken { epoch: 1 });
    let refused = record.lead(&deployment, "b", LONG).await.unwrap();
    let Lead::HeldBy { holder, until } = refused else { panic!("{refused:?}") };
    assert_eq!(holder, "a");
    assert!(record.keep_leading(&deployment, 1, LONG * 2).await.unwrap());
    let later = record.lead(&deployment, "b", LONG).await.unwrap();
    assert!(matches!(later, Lead::HeldBy { until: it, .. } if it > until), "{later:?}");
    assert_eq!(record.head(&deployment).await.unwrap().epoch, 1);
}

async fn a_new_leader_fences_the_one_before(home: Home) {
    let (record, deployment, _) = home.begun().await;
    record.lead(&deployment, "a", NONE).await.unwrap();
    let known_to_a = record.head(&deployment).await.unwrap();
    let taken = record.lead(&deployment, "b", LONG).await.unwrap();
    assert_eq!(taken, Lead::Taken { epoch: 2 });
    // Frozen in between, `a` wakes up and knows nothing of it.
    let refused = record.append(&deployment, &known_to_a, one("stale")).await.unwrap_err();
    assert!(matches!(refused, RecordError::Moved { .. }), "{refused}");
    assert!(!record.keep_leading(&deployment, 1, LONG).await.unwrap());
    record.stop_leading(&deployment, 1).await.unwrap();
    assert!(record.keep_leading(&deployment, 2, LONG).await.unwrap());
    let head = record.head(&deployment).await.unwrap();
    let appended = record.append(&deployment, &head, one("b leads")).await.unwrap();
    assert_eq!((appended.head.seq, appended.head.epoch), (1, 2));
}

async fn a_leader_whose_lease_ran_out_goes_on_while_nobody_has_taken_over(home: Home) {
    let (record, deployment, _) = home.begun().await;
    assert!(!record.keep_leading(&deployment, 0, LONG).await.unwrap());
    record.lead(&deployment, "a", NONE).await.unwrap();
    assert!(record.keep_leading(&deployment, 1, LONG).await.unwrap());
    let refused = record.lead(&deployment, "b", LONG).await.unwrap();
    assert!(matches!(refused, Lead::HeldBy { .. }), "{refused:?}");
    assert!(record.keep_leading(&deployment, 1, NONE).await.unwrap());
    let taken = record.lead(&deployment, "b", LONG).await.unwrap();
    assert_eq!(taken, Lead::Taken { epoch: 2 });
    assert!(!record.keep_leading(&deployment, 1, LONG).await.unwrap());
}

async fn a_leader_that_stops_makes_room_at_once(home: Home) {
    let (record, deployment, _) = home.begun().await;
    record.lead(&deployment, "a", LONG).await.unwrap();
    record.stop_leading(&deployment, 1).await.unwrap();
    assert!(!record.keep_leading(&deployment, 1, LONG).await.unwrap());
    let taken = record.lead(&deployment, "b", LONG).await.unwrap();
    assert_eq!(taken, Lead::Taken { epoch: 2 });
}

async fn the_same_holder_takes_it_again_and_fences_its_earlier_self(home: Home) {
    let (record, deployment, _) = home.begun().await;
    record.lead(&deployment, "a", LONG).await.unwrap();
    let known = record.head(&deployment).await.unwrap();
    let taken = record.lead(&deployment, "a", LONG).await.unwrap();
    assert_eq!(taken, Lead::Taken { epoch: 2 });
    let refused = record.append(&deployment, &known, one("ghost")).await.unwrap_err();
    assert!(matches!(refused, RecordError::Moved { .. }), "{refused}");
}
