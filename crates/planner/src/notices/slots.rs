//! The slot of a site, and the messages that follow from it.
//!
//! Source: Deploy SMF, Process 2, Table 5: did the team communicate the deployment schedule to each
//! site?

use super::{moved, outside_quiet_hours};
use crate::calendar::Interval;
use crate::facts::{Look, calendar_now, fitting, site_work};
use crate::guards;
use crate::transfer::Payload;
use jiff::{SignedDuration, Timestamp};
use model::companion_plans::{CommunicationsPlan, Message, Trigger};
use model::guard::Guard;
use model::id::LineId;
use model::ring::Ring;
use model::site::Site;
use model::state::State;

/// Returns the slot of the site at `position`: its first window that fits the work, from
/// `not_before` and from the end of the rings before on. Nothing while these have no slots, or where
/// no window lies ahead.
pub fn slot(look: &Look<'_>, position: usize, not_before: Timestamp) -> Option<Interval> {
    let site = look.plan().sites.get(position)?;
    let ring = look.ring_of(position);
    // Nobody can be told of it before they may be disturbed.
    let told = match &look.plan().communications {
        Some(plan) => outside_quiet_hours(plan, &site.zone, look.now),
        None => look.now,
    };
    let after = after_earlier_rings(look, ring)?.max(told).max(not_before);
    let after = match authorised_from(look, ring) {
        Some(from) => after.max(from),
        None => after,
    };
    let calendar = calendar_now(look.state, site, ring, look.now);
    let mut work = site_work(look.plan(), site, look.template_of(position)?);
    if guards::is_answered_for(look, position, Guard::S6) {
        // Its payload is no reason to wait for a longer window.
        work.payload = Payload::NONE;
    }
    match fitting(site, &work, &calendar, after) {
        Ok(it) => Some(it.window),
        Err(it) => it.nearest,
    }
}

/// Returns when the rings before `ring` are over, soak included, by what their sites were told;
/// nothing while a site of them waits for a slot.
fn after_earlier_rings(look: &Look<'_>, ring: usize) -> Option<Timestamp> {
    let Some(before) = ring.checked_sub(1) else { return Some(look.now) };
    let soak_s = look.plan().rings.get(before).map_or(0, |it: &Ring| it.soak_s);
    let mut latest = look.now;
    for position in look.state.index.sites_of_ring.get(before).into_iter().flatten() {
        let position = *position as usize;
        let (site, status) = look.plan().sites.get(position).zip(look.state.sites.get(position))?;
        if !is_ahead(status.state) {
            continue;
        }
        let slot = look.state.messages.slots.get(&site.id).filter(|it| it.version > 0)?;
        // A window without an end ends when the work does: nobody waits a year for it.
        let length = slot.from.duration_until(slot.until).min(SignedDuration::from_hours(24));
        let end = slot.from.checked_add(length).unwrap_or(slot.until);
        let soaked = end.checked_add(SignedDuration::from_secs(i64::from(soak_s)));
        latest = latest.max(soaked.unwrap_or(end));
    }
    Some(latest)
}

/// Returns whether a site in `state` has not begun.
pub(crate) fn is_ahead(state: model::machine::SiteState) -> bool {
    use model::machine::SiteState;
    matches!(state, SiteState::Planned | SiteState::Notified | SiteState::Ready)
}

/// Returns from when on the requests that cover the ring allow its work.
fn authorised_from(look: &Look<'_>, ring: usize) -> Option<Timestamp> {
    let rfcs = look.state.index.rfcs_of_ring.get(ring)?;
    let windows = rfcs.iter().filter_map(|it| look.plan().rfcs.get(*it as usize)?.window);
    windows.filter(|it| it.until > look.now).map(|it| it.from).min()
}

/// Returns the messages that are due because `site` has the slot from `from` in this `version`,
/// each with its instant, now at the earliest.
pub fn due_before(
    state: &State,
    site: &Site,
    from: Timestamp,
    version: u32,
    now: Timestamp,
) -> Vec<(LineId, Timestamp)> {
    let Some(plan) = &state.plan.communications else { return vec![] };
    let tells_moves = plan.messages.iter().any(|it| it.trigger() == Ok(Trigger::SlotMoved));
    let instant = |message: &Message| match message.trigger().ok()? {
        Trigger::Slot(offset) if offset.is_before() => {
            let at = moved(from, offset, &site.zone);
            // Who has been told that the slot moved is not told its oldest news again.
            let is_news = version == 1 || at > now || message.acknowledge || !tells_moves;
            is_news.then_some(at)
        }
        Trigger::SlotMoved if version > 1 => Some(now),
        Trigger::Slot(_) | Trigger::SlotMoved | Trigger::Site(_) | Trigger::Milestone(..) => None,
    };
    due(state, site, plan, &format!("slot {version}"), now, instant)
}

/// Returns the messages that are due because `site` came into service at `began`.
pub fn due_after(
    state: &State,
    site: &Site,
    began: Timestamp,
    now: Timestamp,
) -> Vec<(LineId, Timestamp)> {
    let Some(plan) = &state.plan.communications else { return vec![] };
    let instant = |message: &Message| match message.trigger().ok()? {
        Trigger::Slot(offset) if !offset.is_before() => Some(moved(began, offset, &site.zone)),
        Trigger::Slot(_) | Trigger::SlotMoved | Trigger::Site(_) | Trigger::Milestone(..) => None,
    };
    due(state, site, plan, &format!("service {began}"), now, instant)
}

fn due(
    state: &State,
    site: &Site,
    plan: &CommunicationsPlan,
    occasion: &str,
    now: Timestamp,
    instant: impl Fn(&Message) -> Option<Timestamp>,
) -> Vec<(LineId, Timestamp)> {
    let is_told = |message: &Message| {
        let told = state.messages.told.get(&format!("{} site/{}", message.id, site.id));
        told.is_some_and(|it| it == occasion)
    };
    let messages = plan.messages.iter().filter(|it| !is_told(it) && !it.to().0.is_empty());
    let due = messages.filter_map(|message| {
        let at = instant(message)?.max(now);
        Some((message.id.clone(), outside_quiet_hours(plan, &site.zone, at)))
    });
    due.collect()
}
