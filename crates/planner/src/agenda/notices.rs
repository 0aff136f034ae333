//! Messages: slots that are set and moved, letters that are due, silence that somebody hears of.
//!
//! Source: Deploy SMF, Process 2, Table 5: did the team communicate the deployment schedule to each
//! site?

use super::Agenda;
use crate::facts::{Look, calendar_now};
use crate::notices::{
    Occasion, Triggers, due_after, due_before, letters, moved, outside_quiet_hours, slot,
};
use jiff::{SignedDuration, Timestamp};
use model::companion_plans::{
    Audience, CommunicationsPlan, Message, MilestoneMoment, SiteMoment, Trigger,
};
use model::event::Event;
use model::machine::{DeploymentState, SiteState, SiteTransition};
use model::message::{LetterState, MessageEvent};
use model::milestone::Milestone;
use model::profile::Purpose;
use model::scope::Scope;
use model::site::Site;
use model::state::{RingState, SiteStatus, State};
use std::sync::Arc;

/// What is told at which time of a deployment's life.
struct Telling<'p> {
    plan: &'p CommunicationsPlan,
    triggers: Arc<Triggers>,
}

impl<'p> Telling<'p> {
    fn message(&self, position: usize) -> Option<&'p Message> {
        self.plan.messages.get(position)
    }
}

pub(super) fn notices(look: &mut Look<'_>, agenda: &mut Agenda) {
    let state = look.state;
    rehearse(look, agenda);
    let Some(plan) = state.plan.communications.as_ref().filter(|it| !it.messages.is_empty()) else {
        return;
    };
    match state.deployment {
        DeploymentState::Draft | DeploymentState::Terminating | DeploymentState::Terminated => {
            return;
        }
        DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed => {}
    }
    let telling = Telling { plan, triggers: look.triggers(plan) };
    let mut writing = Writing { next: state.messages.letters.len() as u32 + 1 };
    due(look, agenda, &telling, &mut writing);
    if !look.are_sites_told() {
        of_sites(look, agenda, &telling, &mut writing);
    }
    milestones(look, agenda, &telling, &mut writing);
    silence(look, agenda, &telling, &mut writing);
}

/// Goes through all sites. Where none is ahead, and none has anything to be told, that stays so until
/// one moves: no look goes through them again.
fn of_sites(
    look: &mut Look<'_>,
    agenda: &mut Agenda,
    telling: &Telling<'_>,
    writing: &mut Writing,
) {
    let (state, before) = (look.state, agenda.events.len());
    let mut is_any_ahead = false;
    for position in 0..look.plan().sites.len() {
        let Some((site, status)) = look.plan().sites.get(position).zip(state.sites.get(position))
        else {
            continue;
        };
        is_any_ahead |= crate::notices::is_ahead(status.state);
        if telling.triggers.has_slots && crate::notices::is_ahead(status.state) {
            set_slot(look, agenda, position);
        }
        if telling.triggers.follows_service {
            follow_service(look, agenda, site, status);
        }
        moments(look, agenda, telling, writing, site, status);
    }
    if !is_any_ahead && agenda.events.len() == before {
        look.sites_are_told();
    }
}

/// In a rehearsal nothing leaves the house: every letter arrives at once.
fn rehearse(look: &Look<'_>, agenda: &mut Agenda) {
    let state = look.state;
    match state.purpose {
        Purpose::Production => {}
        Purpose::Rehearsal => {
            let delivered = state.messages.unsent.iter().map(|letter| {
                let receipt = "rehearsed: nothing was sent".to_owned();
                Event::Message(MessageEvent::Delivered { letter: *letter, receipt })
            });
            agenda.events.extend(delivered);
        }
    }
}

/// The number of the next letter.
struct Writing {
    next: u32,
}

impl Writing {
    fn write(
        &mut self,
        look: &Look<'_>,
        agenda: &mut Agenda,
        occasion: &Occasion<'_>,
        audience: &[Audience],
    ) {
        let letters = letters(look.state, occasion, audience, self.next);
        self.next += letters.len() as u32;
        agenda.events.extend(letters.into_iter().map(|it| Event::Message(MessageEvent::Due(it))));
    }
}

fn due(look: &mut Look<'_>, agenda: &mut Agenda, telling: &Telling<'_>, writing: &mut Writing) {
    let state = look.state;
    for (at, id, message) in &state.messages.upcoming {
        if *at > look.now {
            look.again(Some(*at));
            return;
        }
        let Some((_, status)) = state.site(id) else { continue };
        let Some(message) = telling.plan.message(message) else { continue };
        let Some(slot) = state.messages.slots.get(id) else { continue };
        let is_before = match message.trigger() {
            Ok(it) => it.is_before_slot() || it == Trigger::SlotMoved,
            Err(_) => continue,
        };
        if is_before && !crate::notices::is_ahead(status.state) {
            continue;
        }
        let (name, version) = match (is_before, slot.service) {
            (true, _) => (format!("slot {}", slot.version), slot.version),
            (false, Some(began)) => (format!("service {began}"), 0),
            (false, None) => continue,
        };
        let scope = Scope::Site(id.clone());
        let occasion = Occasion { message, scope, name, version, due: *at, escalates: None };
        writing.write(look, agenda, &occasion, &message.to().0);
    }
}

/// Gives the site at `position` a slot, or another one where what it was told cannot be kept.
fn set_slot(look: &mut Look<'_>, agenda: &mut Agenda, position: usize) {
    let state = look.state;
    let Some((site, status)) = look.plan().sites.get(position).zip(state.sites.get(position))
    else {
        return;
    };
    let told = state.messages.slots.get(&site.id).filter(|it| it.version > 0);
    let ring = look.ring_of(position);
    let not_before = told.and_then(|it| it.given_up.as_ref()).map_or(look.now, |(from, _)| *from);
    let (version, reason) = match told {
        None => (1, None),
        Some(told) if told.given_up.is_some() => {
            (told.version + 1, told.given_up.as_ref().map(|(_, why)| why.clone()))
        }
        Some(told) if told.until <= look.now => {
            let scope = Scope::Site(site.id.clone());
            // What stands still before it, or at it, moves its slot once it goes on.
            let is_halted =
                state.rings.iter().take(ring + 1).any(|it| it.state == RingState::Halted);
            let is_held = state.deployment == DeploymentState::Held || state.held(&scope).is_some();
            if is_halted || is_held {
                return;
            }
            (told.version + 1, Some("it was not begun in its slot".to_owned()))
        }
        Some(told) if told.baseline != state.baseline => {
            let calendar = calendar_now(state, site, ring, look.now);
            let first = told.from.checked_add(SignedDuration::from_secs(1)).unwrap_or(told.from);
            let begins = crate::calendar::Interval::new(told.from, first);
            if begins.is_some_and(|it| !calendar.intervals(it).is_empty()) {
                let (from, until) = (told.from, told.until);
                let due = due_before(state, site, from, told.version, look.now);
                let (version, baseline) = (told.version, state.baseline);
                let site = site.id.clone();
                let reason = Some("it stands under the revised plan".to_owned());
                let set =
                    MessageEvent::SlotSet { site, from, until, version, baseline, due, reason };
                agenda.events.push(Event::Message(set));
                return;
            }
            (told.version + 1, Some("the plan was revised".to_owned()))
        }
        Some(told) => {
            look.again(Some(told.until));
            return;
        }
    };
    let Some(found) = slot(look, position, not_before) else { return };
    let (from, until) = (found.start(), found.end());
    let due = due_before(state, site, from, version, look.now);
    let baseline = state.baseline;
    let set = MessageEvent::SlotSet {
        site: site.id.clone(),
        from,
        until,
        version,
        baseline,
        due,
        reason: reason.clone(),
    };
    agenda.events.push(Event::Message(set));
    if version > 1 && matches!(status.state, SiteState::Notified | SiteState::Ready) {
        agenda.events.push(Event::Site {
            site: site.id.clone(),
            transition: SiteTransition::ScheduleChanged,
            reason,
            gate: vec![],
        });
    }
}

fn follow_service(look: &Look<'_>, agenda: &mut Agenda, site: &Site, status: &SiteStatus) {
    let Some(began) = status.in_service else { return };
    let known = look.state.messages.slots.get(&site.id).and_then(|it| it.service);
    if known == Some(began) {
        return;
    }
    let due = due_after(look.state, site, began, look.now);
    let site = site.id.clone();
    agenda.events.push(Event::Message(MessageEvent::ServiceBegan { site, at: began, due }));
}

/// What happens to a site and is told at once, quiet hours or not.
fn moments(
    look: &Look<'_>,
    agenda: &mut Agenda,
    telling: &Telling<'_>,
    writing: &mut Writing,
    site: &Site,
    status: &SiteStatus,
) {
    if telling.triggers.of_sites.is_empty() {
        return;
    }
    let (moment, mark) = match status.state {
        SiteState::Deploying | SiteState::Paused => (SiteMoment::Started, status.runs.to_string()),
        SiteState::Deployed | SiteState::Observing => {
            (SiteMoment::Finished, status.runs.to_string())
        }
        SiteState::Halted => (SiteMoment::Stopped, status.since.to_string()),
        SiteState::RollingBack | SiteState::RolledBack => {
            (SiteMoment::RolledBack, status.runs.to_string())
        }
        SiteState::Planned
        | SiteState::Notified
        | SiteState::Ready
        | SiteState::SignedOff
        | SiteState::Refused
        | SiteState::Reconfirm
        | SiteState::Exempt => return,
    };
    let name = format!("{moment}@{mark}");
    let scope = Scope::Site(site.id.clone());
    for (position, moments) in &telling.triggers.of_sites {
        let Some(message) = telling.message(*position) else { continue };
        let told = look.state.messages.told.get(&format!("{} {scope}", message.id));
        if moments.contains(&moment) && told.is_none_or(|it| *it != name) {
            let occasion = Occasion {
                message,
                scope: scope.clone(),
                name: name.clone(),
                version: 0,
                due: look.now,
                escalates: None,
            };
            writing.write(look, agenda, &occasion, &message.to().0);
        }
    }
}

fn milestones(
    look: &mut Look<'_>,
    agenda: &mut Agenda,
    telling: &Telling<'_>,
    writing: &mut Writing,
) {
    let state = look.state;
    for (position, milestone, after) in &telling.triggers.of_milestones {
        let Some(reached) = reached(look, *milestone) else { continue };
        let Some(message) = telling.message(*position) else { continue };
        let told = state.messages.told.get(&format!("{} deployment", message.id));
        let name = again(state, *milestone);
        if told == Some(&name) {
            continue;
        }
        let zone = &state.plan.zone;
        let at = outside_quiet_hours(telling.plan, zone, moved(reached, *after, zone));
        if at > look.now {
            look.again(Some(at));
            continue;
        }
        let scope = Scope::Deployment;
        let occasion = Occasion { message, scope, name, version: 0, due: at, escalates: None };
        writing.write(look, agenda, &occasion, &message.to().0);
    }
}

/// Returns the name of the occasion: a milestone that was revoked and is reached again is told again.
fn again(state: &State, milestone: MilestoneMoment) -> String {
    let of = match milestone {
        MilestoneMoment::DeploymentStable => Milestone::Stable,
        MilestoneMoment::DeploymentComplete => Milestone::Complete,
    };
    let reviews = state.milestones.reviews(of);
    let times = reviews.iter().filter(|it| it.in_effect().is_some()).count();
    if times > 1 { format!("{milestone} {times}") } else { milestone.to_string() }
}

/// Returns when the milestone was reached, where that is now known.
fn reached(look: &Look<'_>, milestone: MilestoneMoment) -> Option<Timestamp> {
    let state = look.state;
    let holds = match milestone {
        MilestoneMoment::DeploymentStable => state.deployment == DeploymentState::QuietPeriod,
        MilestoneMoment::DeploymentComplete => {
            matches!(state.deployment, DeploymentState::Closing | DeploymentState::Closed)
        }
    };
    holds.then_some(state.deployment_since)
}

/// Draws attention to letters that nobody has acknowledged for too long.
fn silence(look: &mut Look<'_>, agenda: &mut Agenda, telling: &Telling<'_>, writing: &mut Writing) {
    let messages = &look.state.messages;
    for number in &messages.unacknowledged {
        let Some(status) = messages.letter(*number) else { continue };
        let letter = &status.letter;
        let is_new = !messages.escalated.contains(number);
        let message = telling.plan.message(&letter.message).filter(|_| is_new);
        let Some((message, escalation)) =
            message.and_then(|it| Some((it, it.escalation.as_ref()?)))
        else {
            continue;
        };
        if status.state != LetterState::Delivered {
            continue;
        }
        let after = SignedDuration::from_secs(i64::from(escalation.after_s));
        let at = status.since.checked_add(after).unwrap_or(status.since);
        if at > look.now {
            look.again(Some(at));
            continue;
        }
        let occasion = Occasion {
            message,
            scope: letter.scope.clone(),
            name: letter.occasion.clone(),
            version: letter.version,
            due: at,
            escalates: Some(*number),
        };
        writing.write(look, agenda, &occasion, &Audience::read(&escalation.audience).0);
    }
}
