//! What is promised of every entry, as far as entries alone tell.
//!
//! House rule: nothing runs that was not authorised; nothing is repeated, lost or started wrongly.

use super::{Known, Step, Watch};
use coordinator::clock::TOLERANCE;
use jiff::{SignedDuration, Timestamp};
use model::event::{Entry, Event, RingTransition};
use model::id::SiteId;
use model::machine::{
    ComponentTransition, DeploymentState, DeploymentTransition, RfcTransition, SignOffTransition,
    SiteState, SiteTransition,
};
use model::order::{Order, OrderId, Outcome};
use model::rfc::Covers;
use model::ring::{choices, resume_act};
use model::scope::Scope;
use model::sheet::{self, Sheet};
use model::state::{RingState, State};
use std::collections::BTreeSet;

/// The local hours in which sites may be worked on, as the plan says: from this one …
const OPENS: i8 = 22;
/// … to this one.
const CLOSES: i8 = 4;
/// How long after its window an order may begin: the clock may be wrong by two minutes, handing out takes
/// three at most, and a bundle waits for one.
const BEGINS_LATE_S: i64 = 6 * 60 + 30;
/// How long after its window an intent may be recorded: the clock's two minutes, and one in which
/// what was decided may still be written.
const DECIDED_LATE_S: i64 = 3 * 60 + 10;

impl Watch {
    /// Checks `entry` against what was before it.
    pub(super) fn before(&mut self, now: Timestamp, entry: &Entry) {
        let Some(state) = self.state.take() else { return };
        if let Some(what) = self.wrong_with(&state, now, entry) {
            self.breaks(now, format!("entry {}: {what}", entry.seq));
        }
        self.state = Some(state);
    }

    fn wrong_with(&self, state: &State, now: Timestamp, entry: &Entry) -> Option<String> {
        let person = entry.actor.person();
        match &entry.event {
            Event::Site { site, transition: SiteTransition::Started, .. } => {
                self.site_starts(state, now, site).map(|why| format!("{site} starts {why}"))
            }
            Event::Component { component, transition: ComponentTransition::Started, .. } => {
                let covers = |it: &Covers| it.components.contains(component);
                (!self.is_authorised(state, covers))
                    .then(|| format!("{component} starts without authorisation"))
            }
            Event::OrderIntended { scope, track, .. }
            | Event::OrdersIntended { scope, track, .. } => {
                entry.event.intends().iter().find_map(|order| {
                    let why = self.step_starts(state, now, order, scope, *track)?;
                    Some(format!("{order} is intended {why}"))
                })
            }
            Event::OrderEnded { .. } | Event::OrdersEnded { .. } => {
                entry.event.ends().find_map(|(order, _)| self.ends_unbidden(order))
            }
            Event::OrderWithdrawn { order, .. } => self.ends_unbidden(order),
            Event::SignOff { slot, transition, document, .. } => {
                use SignOffTransition::{Declined, Signed, SignedWithExceptions};
                let is_decision = matches!(transition, Signed | SignedWithExceptions | Declined);
                let is_other = is_decision && *document != sheet::digest(state, &slot.sheet);
                is_other.then(|| format!("{slot} is decided on another sheet"))
            }
            Event::RfcApproved { rfc, part, .. } => {
                let (planned, _) = state.rfc(rfc)?;
                let by = person?;
                let is_party = *by == planned.requested_by || planned.implementers.contains(by);
                let is_other = *part != state.plan.part_digest(&planned.covers);
                is_party
                    .then(|| format!("{by} approves {rfc} and has a part in it"))
                    .or_else(|| is_other.then(|| format!("another part of {rfc} is approved")))
            }
            Event::Rfc { rfc, transition: RfcTransition::Authorised, .. } => {
                let approved = self.approvals.get(rfc).map_or(0, |it| it.by.len());
                (approved < 2).then(|| format!("{rfc} is authorised by {approved} people"))
            }
            Event::Ring { ring, transition: RingTransition::Resumed, .. } => {
                let given = |only: Vec<_>| state.concurrences.get(&resume_act(ring, &only));
                let people = choices()
                    .filter_map(given)
                    .map(|given| given.iter().map(|it| &it.by).collect::<BTreeSet<_>>().len());
                (people.max() < Some(2)).then(|| format!("{ring} is resumed by one person"))
            }
            Event::Ring { ring, transition: RingTransition::Passed, .. } => {
                let rings = state.plan.rings.iter().zip(&state.rings);
                let (planned, status) = rings.into_iter().find(|(it, _)| it.id == *ring)?;
                let soaked = now.duration_since(status.since).as_secs();
                let is_early = soaked < i64::from(planned.soak_s);
                is_early.then(|| format!("{ring} passes after {soaked} s of soaking"))
            }
            Event::Deployment { transition: DeploymentTransition::SitesCompleted, .. } => {
                let is_settled = |it| matches!(it, SiteState::SignedOff | SiteState::Exempt);
                let open = state.sites.iter().filter(|it| !is_settled(it.state)).count();
                (open > 0).then(|| format!("the sites are complete and {open} are not signed"))
            }
            _ => None,
        }
    }

    fn site_starts(&self, state: &State, now: Timestamp, site: &SiteId) -> Option<String> {
        let position = state.plan.site_index(site)?;
        let ring = usize::try_from(*state.plan.ring_of.get(position)?).ok()?;
        let says = |wrong: bool, why: &str| wrong.then(|| why.to_owned());
        let status = state.rings.get(ring)?;
        let running = |it: &&model::state::SiteStatus| {
            matches!(it.state, SiteState::Deploying | SiteState::Paused)
        };
        let at_once = state.sites.iter().filter(running).count();
        let covers = |it: &Covers| covers_site(state, it, site);
        let is_core_signed =
            state.is_locked(&Sheet::CoreInterim) || state.is_locked(&Sheet::CoreFinal);
        let earlier = state.rings.iter().take(ring);
        says(self.is_quarantined, "after history was lost and before anybody has cleared it")
            .or_else(|| says(!self.is_authorised(state, covers), "without authorisation"))
            .or_else(|| says(!was_open(state, position, now, DECIDED_LATE_S), "outside its window"))
            .or_else(|| says(!is_core_signed, "before the core is signed off"))
            .or_else(|| says(status.state == RingState::Halted, "in a halted ring"))
            .or_else(|| {
                let all = earlier.clone().all(|it| it.state == RingState::Passed);
                says(!all, "before its ring's turn")
            })
            .or_else(|| {
                let limit = usize::try_from(state.plan.limits.sites_at_once).unwrap_or(0);
                says(at_once >= limit, "beside as many as may be at once")
            })
            .or_else(|| says(state.holds.contains_key(&format!("site/{site}")), "while it is held"))
            .or_else(|| says(state.deployment == DeploymentState::Held, "while everything is held"))
    }

    fn step_starts(
        &self,
        state: &State,
        now: Timestamp,
        order: &OrderId,
        scope: &Scope,
        track: u32,
    ) -> Option<String> {
        let says = |wrong: bool, why: &str| wrong.then(|| why.to_owned());
        let same = |it: &&model::state::OrderPlace| it.scope == *scope && it.track == track;
        let is_beside = self.orders_ahead == 0 && state.orders.values().any(|it| same(&it));
        let at_work = state.orders.values().filter(|it| it.asked.is_none() && !same(it));
        let tracks: BTreeSet<_> = at_work.map(|it| (it.scope.to_string(), it.track)).collect();
        let in_flight = tracks.len();
        let limit = usize::try_from(state.plan.limits.orders_at_once).unwrap_or(0);
        let covers = |it: &Covers| match scope {
            Scope::Component(component) => it.components.contains(component),
            Scope::Site(site) => covers_site(state, it, site),
            _ => false,
        };
        let site = match scope {
            Scope::Site(site) => state.plan.site_index(site),
            _ => None,
        };
        let deploys = site
            .and_then(|it| state.sites.get(it))
            .is_none_or(|it| it.state == SiteState::Deploying);
        let last = self.steps.get(step_of(order));
        // Going back is authorised by whoever decides it (C7), after the request is void, too.
        let goes_back = order.0.contains("/undo-");
        // The plan says so of these steps, forwards and backwards.
        let may_try_again = ["stop#", "vpn"].iter().any(|it| order.0.contains(it));
        says(self.is_quarantined, "after history was lost and before anybody has cleared it")
            .or_else(|| says(self.orders.contains_key(order), "a second time"))
            .or_else(|| says(is_beside, "beside another one of its track"))
            .or_else(|| says(in_flight >= limit, "beside as many as may be at once"))
            .or_else(|| {
                says(!goes_back && !self.is_authorised(state, covers), "without authorisation")
            })
            .or_else(|| {
                let closed = site.is_some_and(|it| !was_open(state, it, now, DECIDED_LATE_S));
                says(closed && deploys, "outside its window")
            })
            .or_else(|| {
                says(state.deployment == DeploymentState::Held && deploys, "while all is held")
            })
            .or_else(|| match last {
                None | Some(Step::Decided) => None,
                Some(Step::Failed | Step::Unknown) => {
                    says(!may_try_again, "again, and nobody has decided so")
                }
                Some(Step::Done) => says(true, "again, after it was done"),
                Some(Step::Ordered) => says(true, "again, while it is under way"),
            })
    }

    /// Returns whether a request in force covers it: approved by two, and nothing has changed since.
    fn is_authorised(&self, state: &State, covers: impl Fn(&Covers) -> bool) -> bool {
        let asked = state.plan.rfcs.iter().filter(|it| covers(&it.covers));
        asked.into_iter().any(|it| {
            self.approvals.get(&it.id).is_some_and(|found| found.is_in_force && found.by.len() >= 2)
        })
    }

    fn ends_unbidden(&self, order: &OrderId) -> Option<String> {
        match self.orders.get(order) {
            Some(known) if known.has_ended => Some(format!("{order} ends twice")),
            Some(_) => None,
            None => Some(format!("{order} ends and was never intended")),
        }
    }

    /// Notes what `entry` changes for the entries after it.
    pub(super) fn after(&mut self, entry: &Entry) {
        match &entry.event {
            Event::OrderIntended { scope, track, .. }
            | Event::OrdersIntended { scope, track, .. } => {
                for (number, order) in entry.event.intends().iter().enumerate() {
                    let (track, place) = ((scope.to_string(), *track), (entry.seq, number));
                    self.intended.insert(order.clone());
                    self.orders.insert(order.clone(), Known { has_ended: false, track, place });
                    self.steps.insert(step_of(order).to_owned(), Step::Ordered);
                }
            }
            Event::OrderEnded { .. } | Event::OrdersEnded { .. } => {
                for (order, report) in entry.event.ends() {
                    if let Some(known) = self.orders.get_mut(order) {
                        known.has_ended = true;
                    }
                    let step = match (&report.outcome, self.step_before(order)) {
                        // What it came to counts for nothing, until somebody has decided about both.
                        (_, Some(Step::Decided)) => Step::Decided,
                        (_, Some(Step::Failed | Step::Unknown)) => Step::Unknown,
                        (Outcome::Succeeded { .. }, _) => Step::Done,
                        (Outcome::Failed { .. }, _) => Step::Failed,
                        (Outcome::Unknown { .. }, _) => Step::Unknown,
                    };
                    self.steps.insert(step_of(order).to_owned(), step);
                }
            }
            Event::OrderWithdrawn { order, .. } => {
                if let Some(known) = self.orders.get_mut(order) {
                    known.has_ended = true;
                }
                // It never began: whatever was before it counts again.
                self.steps.insert(step_of(order).to_owned(), Step::Decided);
            }
            Event::StepDecided { scope, .. } => {
                let prefix = format!("{scope}@");
                for (name, step) in &mut self.steps {
                    if name.starts_with(&prefix) && matches!(step, Step::Failed | Step::Unknown) {
                        *step = Step::Decided;
                    }
                }
            }
            Event::RfcApproved { rfc, part, .. } => {
                let by = entry.actor.person().map(ToString::to_string);
                let found = self.approvals.entry(rfc.clone()).or_default();
                found.by.extend(by);
                found.part = Some(*part);
            }
            Event::Rfc { rfc, transition, .. } => self.rfc_moves(rfc, *transition),
            Event::PlanRevised { .. } => {
                // Whatever the program says of it: a changed part is not what was approved.
                if let Some(state) = &self.state {
                    for planned in &state.plan.rfcs {
                        let now = state.plan.part_digest(&planned.covers);
                        if let Some(found) = self.approvals.get_mut(&planned.id)
                            && found.part.is_some_and(|it| it != now)
                        {
                            *found = super::Approvals::default();
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn rfc_moves(&mut self, rfc: &model::id::RfcId, transition: RfcTransition) {
        let found = self.approvals.entry(rfc.clone()).or_default();
        match transition {
            RfcTransition::Authorised => found.is_in_force = true,
            RfcTransition::AuthorisationVoided
            | RfcTransition::AuthorisationExpired
            | RfcTransition::WindowExpired
            | RfcTransition::Returned
            | RfcTransition::Rejected
            | RfcTransition::Cancelled
            | RfcTransition::BackedOut => *found = super::Approvals::default(),
            RfcTransition::Submitted
            | RfcTransition::Classified
            | RfcTransition::EmergencyAuthorised
            | RfcTransition::StandardMatched
            | RfcTransition::Scheduled
            | RfcTransition::Started
            | RfcTransition::Implemented
            | RfcTransition::Reviewed
            | RfcTransition::Closed => {}
        }
    }

    /// Returns how the step stands that `order` was intended behind, where it was.
    fn step_before(&self, order: &OrderId) -> Option<Step> {
        let known = self.orders.get(order)?;
        let place = (known.place.0, known.place.1.checked_sub(1)?);
        let before =
            self.orders.iter().find(|(_, it)| it.track == known.track && it.place == place);
        before.and_then(|(id, _)| self.steps.get(step_of(id)).copied())
    }

    /// Returns the order that has to succeed before `order` may begin: the one before it in its
    /// track, where they were intended together or its end is not on record yet.
    pub(crate) fn has_to_succeed_before(&self, order: &OrderId) -> Option<OrderId> {
        let known = self.orders.get(order)?;
        let earlier = self.orders.iter().filter(|(_, it)| {
            let is_together = it.place.0 == known.place.0;
            it.track == known.track && it.place < known.place && (is_together || !it.has_ended)
        });
        earlier.max_by_key(|(_, it)| it.place).map(|(id, _)| id.clone())
    }

    /// An order begins on its computer.
    pub(crate) fn begins(&mut self, now: Timestamp, order: &Order) {
        let id = &order.id;
        match self.orders.get(id) {
            None if self.intended.contains(id) => {}
            None => self.breaks(now, format!("{id} begins and was never intended")),
            Some(known) if known.has_ended => {
                self.breaks(now, format!("{id} begins after its end is on record"));
            }
            Some(_) => {}
        }
        if let Some(site) = self.closed_site_of(now, id) {
            self.breaks(now, format!("{id} begins outside the window of {site}"));
        }
    }

    /// Returns the site that is deployed by `order` and was shut long ago.
    fn closed_site_of(&self, now: Timestamp, order: &OrderId) -> Option<SiteId> {
        let state = self.state.as_ref()?;
        let Scope::Site(site) = &state.orders.get(order)?.scope else { return None };
        let position = state.plan.site_index(site)?;
        let deploys = state.sites.get(position)?.state == SiteState::Deploying;
        (deploys && !was_open(state, position, now, BEGINS_LATE_S)).then(|| site.clone())
    }

    /// An order has its effect, for the `times`th time.
    pub(crate) fn takes_effect(&mut self, now: Timestamp, order: &OrderId, times: u32) {
        if times > 1 {
            self.breaks(now, format!("{order} has its effect {times} times"));
        }
        self.tell(now, || format!("{order} has its effect"));
    }

    /// A failure and the halt that follows from it are one change.
    pub(super) fn halts_follow(&mut self, now: Timestamp) {
        let Some(state) = &self.state else { return };
        if state.deployment == DeploymentState::Held {
            // Nothing goes on; the rings are looked at when it is let go.
            return;
        }
        let rings = state.plan.rings.iter().zip(&state.rings);
        let bad = rings.filter(|(planned, status)| {
            let is_open = matches!(status.state, RingState::Open | RingState::Soaking);
            let failed = status.failed() + status.lost();
            is_open && failed > 0 && planned.halting.failed_percent < 100
        });
        let names: Vec<String> = bad.map(|(it, _)| it.id.to_string()).collect();
        if let Some(ring) = names.first() {
            self.breaks(now, format!("a site of {ring} is bad and the ring goes on"));
        }
    }
}

fn covers_site(state: &State, covers: &Covers, site: &SiteId) -> bool {
    let ring = state.plan.site_index(site).and_then(|it| state.plan.ring_of.get(it));
    let ring = ring.and_then(|it| state.plan.rings.get(usize::try_from(*it).ok()?));
    covers.sites.contains(site) || ring.is_some_and(|it| covers.rings.contains(&it.id))
}

/// Whether the site's window is open, or was `seconds` ago, or will be by then: clocks differ.
fn was_open(state: &State, site: usize, now: Timestamp, seconds: i64) -> bool {
    let lately = [0, -seconds, TOLERANCE.as_secs()].map(SignedDuration::from_secs);
    lately.iter().any(|by| is_open(state, site, now.saturating_add(*by).unwrap_or(now)))
}

fn is_open(state: &State, site: usize, now: Timestamp) -> bool {
    let Some(site) = state.plan.sites.get(site) else { return false };
    let local = now.to_zoned(site.zone.rules());
    local.hour() >= OPENS || local.hour() < CLOSES
}

fn step_of(order: &OrderId) -> &str {
    order.0.rsplit_once('#').map_or(&*order.0, |(step, _)| step)
}
