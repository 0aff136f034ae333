//! The guards about messages and training: S4, S5, V6; and of S7, what people were told.
//!
//! The program reads what it sent and who attended. Where that is not enough, those who may can
//! state that people were reached in another way.
//!
//! Source: Deploy SMF, Process 2, Table 5; `catalogue/guards.psv`.

use super::{Found, attesters, missing};
use crate::guard::{Guard, Supplier};
use crate::id::SiteId;
use crate::machine::SiteState;
use crate::message::{LetterState, LetterStatus};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use crate::training::{Coverage, coverage};
use jiff::Timestamp;

/// S4: what had to be said before the site's slot has reached its readers.
pub fn s4(state: &State, site: &SiteId, scopes: &[Scope], now: Timestamp) -> Found {
    let Some(plan) = &state.plan.communications else { return Ok(()) };
    let is_before = |id: &crate::id::LineId| state.index.before_slots.contains(id);
    if state.attested(Guard::S4, scopes).is_some() {
        return Ok(());
    }
    if state.index.has_untimed_messages {
        let what = "the messages whose time only people know have reached their audiences";
        state.stated(Guard::S4, scopes, what)?;
    }
    if state.index.before_slots.is_empty() {
        return Ok(());
    }
    let Some(slot) = state.messages.slots.get(site).filter(|it| it.version > 0) else {
        return Err((format!("{site} has not been given a slot"), Supplier::System));
    };
    let mut upcoming = state.messages.upcoming.iter();
    let next = upcoming.find(|(_, of, message)| of == site && is_before(message));
    if let Some((at, _, message)) = next {
        let what = format!("{message} is not sent to {site} before {at}");
        return Err((what, if *at > now { Supplier::At(*at) } else { Supplier::System }));
    }
    let told: Vec<&LetterStatus> = state
        .messages
        .about(site)
        .filter(|it| it.letter.version == slot.version && is_before(&it.letter.message))
        .collect();
    reached(site, &told, plan.bounce_limit())?;
    match told.iter().find(|it| it.is_open() && it.letter.escalates.is_none()) {
        None => Ok(()),
        Some(open) => missing(
            format!(
                "{} has not acknowledged {} (letter {})",
                open.letter.to, open.letter.message, open.letter.letter
            ),
            &[RoleType::SiteOwner],
        ),
    }
}

/// What S7 asks beside the calendar: a site begins in the slot that it was told.
pub fn s7(state: &State, site: &SiteId, now: Timestamp) -> Found {
    let Some((planned, status)) = state.site(site) else { return Ok(()) };
    let is_ahead =
        matches!(status.state, SiteState::Planned | SiteState::Notified | SiteState::Ready);
    let slot = state.messages.slots.get(site).filter(|it| it.version > 0 && is_ahead);
    let Some(slot) = slot else { return Ok(()) };
    let tolerance_s = state.plan.communications.as_ref().map_or(0, |it| it.slot_tolerance_s());
    let begins = slot.begins(tolerance_s);
    let zone = planned.zone.rules();
    let told = slot.from.to_zoned(zone).strftime("%Y-%m-%d %H:%M");
    if let Some((_, why)) = &slot.given_up {
        let text = format!("{site} was told a slot from {told} on, which is given up: {why}");
        return Err((text, Supplier::System));
    }
    if now < begins {
        let text = format!("{site} was told that it begins at {told} there, and not before");
        return Err((text, Supplier::At(begins)));
    }
    if slot.until <= now {
        let text = format!("the slot of {site} from {told} on is over: it is told another one");
        return Err((text, Supplier::System));
    }
    Ok(())
}

/// Returns whether `letters` have reached all of their readers but for the `limit_percent` that
/// may be lost.
fn reached(site: &SiteId, letters: &[&LetterStatus], limit_percent: u8) -> Found {
    if let Some(unsent) = letters.iter().find(|it| it.state == LetterState::Due) {
        let what = format!(
            "{} has not been delivered to {} (letter {})",
            unsent.letter.message, unsent.letter.to, unsent.letter.letter
        );
        return missing(what, attesters(Guard::S4));
    }
    let readers: u64 = letters.iter().map(|it| u64::from(it.letter.readers)).sum();
    let lost: u64 = letters.iter().map(|it| u64::from(it.bounced)).sum();
    if lost * 100 > readers * u64::from(limit_percent) {
        let what = format!(
            "messages to {lost} of {readers} readers at {site} came back; at most {limit_percent} % may"
        );
        return missing(what, attesters(Guard::S4));
    }
    Ok(())
}

/// S5: enough users of the site are trained.
pub fn s5(state: &State, site: &SiteId, scopes: &[Scope]) -> Found {
    if state.attested(Guard::S5, scopes).is_some() {
        return Ok(());
    }
    let lacking: Vec<Coverage> =
        coverage(state, site).into_iter().filter(|it| !it.is_reached()).collect();
    match lacking.first() {
        None => Ok(()),
        Some(it) => missing(
            format!(
                "{} of {} users of {site} are trained in {}; {} must be",
                it.trained, it.users, it.course, it.needed
            ),
            attesters(Guard::S5),
        ),
    }
}

/// V6: training and material have reached the site's users.
pub fn v6(state: &State, site: &SiteId, ring: &Scope) -> Found {
    let scopes = [Scope::Site(site.clone()), ring.clone(), Scope::Deployment];
    if state.attested(Guard::V6, &scopes).is_some() {
        return Ok(());
    }
    let of_users = state
        .messages
        .about(site)
        .filter(|it| matches!(it.letter.to, crate::message::Addressee::UsersOf(_)));
    if let Some(lost) = of_users.into_iter().find(|it| it.state != LetterState::Delivered)
        && state.attested(Guard::S4, &scopes).is_none()
    {
        let what = format!(
            "{} has not reached the users of {site} (letter {})",
            lost.letter.message, lost.letter.letter
        );
        return missing(what, attesters(Guard::V6));
    }
    let is_waived = state.waived(Guard::S5, &scopes, state.at).is_some();
    if is_waived || s5(state, site, &scopes).is_ok() {
        return Ok(());
    }
    state.stated(Guard::V6, &scopes, "training and material have reached the site's users")
}
