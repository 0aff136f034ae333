//! What sites ask of their lines, and which line has too little left.
//!
//! House rule: who has nothing to move needs no line, neither to start nor to go on.

use crate::facts::{Look, bandwidth_limits, payload};
use crate::guards;
use crate::transfer::{Bottleneck, Budget, Demand, Grant, Shortage};
use model::guard::Guard;
use model::link::LinkTime;
use model::machine::SiteState;

/// Holds in `budget` what the site at `position` asks of its lines.
///
/// # Errors
///
/// With the line that has too little left.
pub(super) fn hold(
    look: &Look<'_>,
    position: usize,
    budget: &mut Budget<'_>,
) -> Result<(), Shortage> {
    match demand(look, position) {
        Some(demand) => budget.grant(&demand).map(|_| ()),
        None => Ok(()),
    }
}

/// Returns what the site at `position` asks of its lines while it deploys; nothing where its payload
/// is there, or there is none.
fn demand<'s>(look: &Look<'s>, position: usize) -> Option<Demand<'s>> {
    let site = look.plan().sites.get(position)?;
    let link = site.link.as_ref()?;
    let template = look.template_of(position)?;
    if payload(look.plan(), site, template).link_bytes() == 0 {
        return None;
    }
    // Where nothing may come during a window, whoever let the site pass S6 knows that it is there.
    let comes = link.usable_kbit_per_s(LinkTime::InWindow) > 0
        || !guards::is_answered_for(look, position, Guard::S6);
    comes.then(|| Demand::whole_share(&site.id, link, LinkTime::InWindow))
}

/// Returns what running sites hold of the links.
pub fn running_grants(look: &Look<'_>) -> Vec<Grant> {
    let deploying = look.state.sites.standing(SiteState::Deploying);
    let demands = deploying.filter_map(|position| demand(look, position));
    let grants = demands.map(|it| Grant {
        site: it.site.clone(),
        uplink: it.link.uplink.clone(),
        kbit_per_s: it.wanted_kbit_per_s,
    });
    grants.collect()
}

/// Returns which line has too little left for the site at `position`, in words.
pub fn shortage(look: &Look<'_>, position: usize) -> Option<String> {
    let limits = bandwidth_limits(look.plan());
    let grants = running_grants(look);
    let shortage = hold(look, position, &mut Budget::new(&limits, &grants)).err()?;
    Some(format!(
        "it asks for {} kbit/s and {} kbit/s are free of {}",
        shortage.wanted_kbit_per_s,
        shortage.free_kbit_per_s,
        match shortage.at {
            Bottleneck::Site => "its own link".to_owned(),
            Bottleneck::Uplink(id) => format!("uplink {id}"),
            Bottleneck::Source => "the source".to_owned(),
        }
    ))
}
