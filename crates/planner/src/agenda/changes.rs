//! Waivers that end, authorisations that expire, changes that are implemented.
//!
//! Source: the RFC machine (RFC-10, RFC-11, RFC-17) and the waiver machine (WAI-3).

use super::Agenda;
use crate::facts::Look;
use model::event::Event;
use model::guard::{Guard, GuardReading};
use model::id::RfcId;
use model::machine::{
    ComponentState, RfcState, RfcTransition, SiteState, WaiverState, WaiverTransition,
};

pub(super) fn waivers(look: &mut Look<'_>, agenda: &mut Agenda) {
    for (status, waiver) in look.state.waivers.iter().zip(1_u32..) {
        if status.state != WaiverState::Granted {
            continue;
        }
        if status.until <= look.now {
            let transition = WaiverTransition::Expired;
            agenda.events.push(Event::Waiver { waiver, transition, reason: None });
        } else {
            look.again(Some(status.until));
        }
    }
}

pub(super) fn rfcs(look: &mut Look<'_>, agenda: &mut Agenda) {
    for position in 0..look.plan().rfcs.len() {
        let Some(status) = look.state.rfcs.get(position) else { continue };
        match status.state {
            RfcState::Authorised | RfcState::Scheduled | RfcState::EmergencyAuthorised => {
                match status.until {
                    Some(until) if until <= look.now => {
                        let reason = format!("it was not begun by {until}");
                        let transition = RfcTransition::AuthorisationExpired;
                        agenda.events.push(happened(&status.id, transition, Some(reason), vec![]));
                    }
                    until => look.again(until),
                }
            }
            RfcState::Implementing if is_implemented(look, position) => {
                let transition = RfcTransition::Implemented;
                agenda.events.push(happened(&status.id, transition, None, vec![]));
            }
            RfcState::Draft
            | RfcState::Submitted
            | RfcState::Assessing
            | RfcState::Implementing
            | RfcState::Implemented
            | RfcState::BackedOut
            | RfcState::Reviewed
            | RfcState::Closed
            | RfcState::Rejected
            | RfcState::Cancelled => {}
        }
    }
}

/// Returns that the RFC, which authorises what starts now, is being implemented from now on.
pub(super) fn started(agenda: &mut Agenda, rfc: &RfcId, state: RfcState) {
    let is_begun = state == RfcState::Implementing;
    let is_listed = agenda.events.iter().any(|it| {
        matches!(it, Event::Rfc { rfc: listed, transition: RfcTransition::Started, .. } if listed == rfc)
    });
    if !is_begun && !is_listed {
        let gate = vec![GuardReading::met(Guard::RF7)];
        agenda.events.push(happened(rfc, RfcTransition::Started, None, gate));
    }
}

fn happened(
    rfc: &RfcId,
    transition: RfcTransition,
    reason: Option<String>,
    gate: Vec<GuardReading>,
) -> Event {
    Event::Rfc { rfc: rfc.clone(), transition, part: None, until: None, reason, gate }
}

fn is_implemented(look: &Look<'_>, position: usize) -> bool {
    let Some(planned) = look.plan().rfcs.get(position) else { return false };
    let components_are = planned.covers.components.iter().all(|id| {
        look.state.component(id).is_some_and(|(_, it)| {
            matches!(
                it.state,
                ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped
            )
        })
    });
    let sites_are = planned.covers.rings.iter().all(|id| {
        let ring = look.state.index.rings.get(id).map(|it| *it as usize);
        let sites = ring.and_then(|it| look.state.index.sites_of_ring.get(it));
        sites.into_iter().flatten().all(|site| {
            let state = look.state.sites.get(*site as usize).map(|it| it.state);
            matches!(state, Some(SiteState::SignedOff | SiteState::Exempt))
        })
    });
    components_are && sites_are
}
