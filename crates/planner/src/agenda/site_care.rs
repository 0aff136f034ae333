//! What happens to sites by itself beside their deployment: exemptions that run out.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use super::Agenda;
use crate::facts::Look;
use jiff::Timestamp;
use model::event::Event;
use model::machine::{SiteState, SiteTransition};
use model::sheet::{Sheet, superseded};
use model::site_care::material::{material_change, other_release};
use model::site_care::{Exemption, SiteCareEvent};

/// Asks the owners again whose sites rest on something that is not in place any more, or who have
/// signed for another release than the plan's.
pub(super) fn material_changes(look: &mut Look<'_>, agenda: &mut Agenda) {
    let state = look.state;
    // Whoever signs signs for the release of the plan in force: only another plan has another one.
    let are_of_release = look.are_signed_for_release();
    if state.components.is_empty() && are_of_release {
        return;
    }
    let of_release = |position| {
        if are_of_release { None } else { other_release(state, position) }
    };
    let mut is_first = true;
    for position in state.sites.standing(SiteState::SignedOff) {
        let Some(site) = look.plan().sites.get(position) else { continue };
        let why = material_change(state, position).or_else(|| of_release(position));
        let Some(why) = why else { continue };
        agenda.events.extend(superseded(state, &Sheet::Site(site.id.clone())));
        if is_first {
            agenda.events.extend(superseded(state, &Sheet::SitesComplete));
        }
        is_first = false;
        let (site, transition) = (site.id.clone(), SiteTransition::MaterialChange);
        agenda.events.push(Event::Site { site, transition, reason: Some(why), gate: vec![] });
    }
    if is_first {
        look.signed_for_release();
    }
}

/// Ends the exemptions whose last day is over.
pub(super) fn exemptions(look: &mut Look<'_>, agenda: &mut Agenda) {
    for (exemption, number) in look.state.site_care.exemptions.iter().zip(1_u32..) {
        let Some(ends) = exemption.ended.is_none().then(|| end_of(look, exemption)).flatten()
        else {
            continue;
        };
        if ends <= look.now {
            let reason = format!("its last day was {}", exemption.until);
            let ended = SiteCareEvent::ExemptionEnded { number, reason };
            agenda.events.push(Event::SiteCare(ended));
        } else {
            look.again(Some(ends));
        }
    }
}

/// Returns when the last day of an exemption ends at its site.
fn end_of(look: &Look<'_>, exemption: &Exemption) -> Option<Timestamp> {
    let (site, _) = look.state.site(&exemption.site)?;
    let midnight = exemption.until.tomorrow().ok()?.at(0, 0, 0, 0);
    site.zone.rules().to_ambiguous_timestamp(midnight).compatible().ok()
}
