//! Where things stand before anything has happened to them.
//!
//! House rule: everything begins in the first state of its machine.

use crate::id::RfcId;
use crate::machine::core_component::ComponentState;
use crate::machine::request_for_change::RfcState;
use crate::machine::site::SiteState;
use crate::state::{
    ComponentStatus, RfcStatus, RingCounts, RingState, RingStatus, SiteCount, SiteStatus,
};
use std::collections::BTreeMap;

pub(super) fn new_component(at: jiff::Timestamp) -> ComponentStatus {
    ComponentStatus {
        state: ComponentState::default(),
        since: at,
        reason: None,
        run: None,
        runs: 0,
        adopted: false,
        drifted: false,
        went_back: None,
        let_go: None,
    }
}

pub(super) fn new_site(at: jiff::Timestamp) -> SiteStatus {
    SiteStatus {
        state: SiteState::default(),
        since: at,
        counts_as: SiteCount::NotStarted,
        reason: None,
        run: None,
        runs: 0,
        in_service: None,
        went_back: None,
        digest: Default::default(),
    }
}

pub(super) fn new_ring(at: jiff::Timestamp) -> RingStatus {
    RingStatus {
        state: RingState::Waiting,
        since: at,
        reason: None,
        counts: RingCounts::default(),
        severity_1: 0,
        severity_2: 0,
        excused: BTreeMap::new(),
    }
}

pub(super) fn new_rfc(id: &RfcId, at: jiff::Timestamp) -> RfcStatus {
    RfcStatus {
        id: id.clone(),
        state: RfcState::default(),
        since: at,
        category: None,
        approvals: vec![],
        given: vec![],
        on_behalf_of: vec![],
        part: None,
        was_emergency: false,
        ended: None,
        until: None,
        reason: None,
    }
}
