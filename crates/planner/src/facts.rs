//! What one look at a deployment needs to know of calendars, links and authorisations.
//!
//! House rule: found once a look and shared, since all sites of a ring ask the same.

use crate::agenda::CallsBack;
use crate::calendar::Opening;
use crate::notices::Triggers;
use crate::waiting::WaitingOn;
use jiff::Timestamp;
use model::companion_plans::CommunicationsPlan;
use model::component::{CoreComponent, CoreMode};
use model::digest::Digest;
use model::guard::{Guard, GuardReading};
use model::id::RfcId;
use model::machine::{ComponentState, RfcState};
use model::plan::MasterProjectPlan;
use model::rfc::RequestForChange;
use model::scope::Scope;
use model::sheet::Sheet;
use model::site::{Site, SiteTemplate};
use model::state::{RfcStatus, State};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

mod calendars;
mod fit;
mod kept;

use calendars::request_of_revisit;
pub use calendars::{calendar_now, component_calendar, site_calendar};
pub use fit::{FitsNowhere, Fitting, bandwidth_limits, expected_s, fitting, payload, site_work};
use kept::Place;
pub use kept::{Kept, Moved};

/// One look at a deployment.
pub struct Look<'s> {
    /// Where the deployment stands.
    pub state: &'s State,
    /// When it is looked at.
    pub now: Timestamp,
    /// The earliest instant at which looking again may show something else.
    pub next: Option<Timestamp>,
    /// How many orders may travel with another one of their computer.
    pub(crate) ahead: usize,
    /// Whether an order was not given because too many are in flight.
    pub(crate) lacks_room: bool,
    /// Which orders are named that must not begin any more.
    pub(crate) calls_back: CallsBack,
    /// The components and sites that may be given orders now.
    going_on: HashSet<Scope>,
    kept: Kept,
    /// What the conflicts of requests for change read in this look.
    conflicts: HashMap<RfcId, GuardReading>,
}

impl<'s> Look<'s> {
    /// Returns a look at `state` at the instant `now`.
    pub fn new(state: &'s State, now: Timestamp) -> Self {
        Self::with(state, now, Kept::default())
    }

    /// Returns a look that need not find again what earlier ones have found.
    pub fn with(state: &'s State, now: Timestamp, kept: Kept) -> Self {
        let (kept, going_on) = (kept.under(state.plan_digest), HashSet::new());
        Self {
            state,
            now,
            next: None,
            ahead: 0,
            lacks_room: false,
            calls_back: CallsBack::Nothing,
            going_on,
            kept,
            conflicts: HashMap::new(),
        }
    }

    /// Returns what later looks need not find again.
    pub fn kept(self) -> Kept {
        self.kept
    }

    /// Notes that looking again at `at` may show something else.
    pub fn again(&mut self, at: Option<Timestamp>) {
        if let Some(at) = at.filter(|at| *at > self.now) {
            self.next = Some(self.next.map_or(at, |next| next.min(at)));
        }
    }

    /// Returns where alone something may be to be done, if nothing happened since the last look but
    /// steps.
    pub fn carrying_on(&mut self) -> Option<BTreeSet<Moved>> {
        let (moved, until) = self.kept.carrying_on(self.state, self.now)?;
        self.again(until);
        Some(moved)
    }

    /// Notes that there was nothing to do but to carry on what is begun.
    pub fn at_rest(&mut self) {
        self.kept.at_rest(self.state, self.next);
    }

    /// Notes that `scope` may be given orders now, if there is room for any.
    pub(crate) fn goes_on(&mut self, scope: &Scope) {
        if self.calls_back != crate::agenda::CallsBack::Nothing {
            self.going_on.insert(scope.clone());
        }
    }

    /// Notes that nothing may be given orders now.
    pub(crate) fn nothing_goes_on(&mut self) {
        self.going_on.clear();
    }

    /// Returns whether `scope` may be given orders now, if there is room for any.
    pub(crate) fn is_going_on(&self, scope: &Scope) -> bool {
        self.going_on.contains(scope)
    }

    /// Returns the plan.
    pub fn plan(&self) -> &'s MasterProjectPlan {
        &self.state.plan
    }

    /// Returns the ring of the site at `position`, as a position.
    pub fn ring_of(&self, position: usize) -> usize {
        self.plan().ring_of.get(position).map_or(usize::MAX, |it| *it as usize)
    }

    /// Returns the template of the site at `position`.
    pub fn template_of(&self, position: usize) -> Option<&'s SiteTemplate> {
        let template = *self.state.index.template_of_site.get(position)?;
        self.plan().templates.get(template as usize)
    }

    /// Returns whether the window of the site at `position` is open, and until or from when.
    pub fn site_opening(&mut self, position: usize) -> Opening {
        let (plan, now, ring) = (self.plan(), self.now, self.ring_of(position));
        let Some(site) = plan.sites.get(position) else {
            return Opening::Open { until: None };
        };
        if self.state.site_care.revisits.under_way(&site.id).is_some() {
            return calendar_now(self.state, site, ring, now).open_window(now);
        }
        let own = !site.windows.is_empty() || !plan.freezes.is_empty();
        let place = if own { Place::Site(position) } else { Place::Ring(ring, site.zone.clone()) };
        self.kept.opening(place, now, || site_calendar(plan, site, ring).open_window(now))
    }

    /// Returns the first window ahead that the work of the site at `position` fits, or why none does;
    /// nothing where there is no such site.
    pub fn fitting(&mut self, position: usize) -> Option<Result<Fitting, FitsNowhere>> {
        let (state, now, ring) = (self.state, self.now, self.ring_of(position));
        let site = self.plan().sites.get(position)?;
        let template = self.template_of(position)?;
        let found = || {
            let work = site_work(&state.plan, site, template);
            fitting(site, &work, &calendar_now(state, site, ring, now), now)
        };
        if state.site_care.revisits.under_way(&site.id).is_some() {
            return Some(found());
        }
        Some(self.kept.fitting(position, now, found))
    }

    /// Adds to `waits` what the site at `position` waits on, which `found` would find.
    pub fn site_waits(
        &mut self,
        position: usize,
        waits: &mut Vec<WaitingOn>,
        found: impl FnOnce(&mut Self) -> Vec<WaitingOn>,
    ) {
        if let Some((known, until)) = self.kept.site_waits(position, self.now) {
            self.again(until);
            waits.extend_from_slice(&known);
            return;
        }
        let next = self.next.take();
        let new = found(self);
        self.kept.keep_site_waits(self.state, position, &new, self.next);
        self.again(next);
        waits.extend(new);
    }

    /// Asks for the signatures of the site at `position` with `ask`, which returns whether it asked for
    /// any; not where an earlier look has found that nobody is to be asked yet.
    pub(crate) fn asks_for(&mut self, position: usize, ask: impl FnOnce(&mut Self) -> bool) {
        if let Some(until) = self.kept.unasked(position, self.now) {
            self.again(until);
            return;
        }
        let next = self.next.take();
        if !ask(self) {
            self.kept.keep_unasked(position, self.next);
        }
        self.again(next);
    }

    /// Returns whether no site is to be told anything until one moves.
    pub(crate) fn are_sites_told(&self) -> bool {
        self.kept.are_sites_told()
    }

    /// Keeps that no site is to be told anything until one moves.
    pub(crate) fn sites_are_told(&mut self) {
        self.kept.sites_are_told();
    }

    /// Returns whether all who have signed for a site are known to have signed for the release of the
    /// plan in force.
    pub(crate) fn are_signed_for_release(&self) -> bool {
        self.kept.are_signed_for_release()
    }

    /// Keeps that all who have signed for a site have signed for the release of the plan in force.
    pub(crate) fn signed_for_release(&mut self) {
        self.kept.signed_for_release();
    }

    /// Returns when the messages of the plan are sent.
    pub fn triggers(&mut self, plan: &CommunicationsPlan) -> Arc<Triggers> {
        self.kept.triggers(|| Triggers::of(plan))
    }

    /// Returns whether the people of the site at `position` are told and trained.
    pub fn is_prepared(&mut self, position: usize) -> bool {
        let mut kept = std::mem::take(&mut self.kept);
        let is_prepared = kept.is_prepared(position, || crate::guards::is_prepared(self, position));
        self.kept = kept;
        is_prepared
    }

    /// Returns whether the window of `component` is open, and until or from when.
    pub fn component_opening(&mut self, component: &CoreComponent) -> Opening {
        let (plan, now) = (self.plan(), self.now);
        let place = Place::Component(component.id.clone());
        self.kept.opening(place, now, || component_calendar(plan, component).open_window(now))
    }

    /// Returns the RFC that authorises the component or ring whose covering RFCs are `rfcs`.
    pub fn authority(&self, rfcs: Option<&'s Vec<u32>>) -> Authorised<'s> {
        self.first_authority(self.requests(rfcs))
    }

    /// Returns the requests at the places `rfcs`, each with where it stands and the part of the plan
    /// that it covers now.
    fn requests(
        &self,
        rfcs: Option<&'s Vec<u32>>,
    ) -> impl Iterator<Item = Request<'s>> + use<'_, 's> {
        rfcs.into_iter().flatten().map(|it| *it as usize).filter_map(|position| {
            let planned = self.plan().rfcs.get(position)?;
            let status = self.state.rfcs.get(position)?;
            Some((planned, status, self.state.index.parts.get(position).copied()))
        })
    }

    /// Returns what the conflicts of the request called `id` read now: they are looked at again
    /// before each start, since what it meets may have come after it was authorised.
    pub fn conflict(&mut self, id: &RfcId) -> GuardReading {
        let (state, now) = (self.state, self.now);
        let read = || {
            let scopes = [Scope::Rfc(id.clone())];
            state.reading(Guard::RF3, &scopes, now, model::gates::rf3(state, id))
        };
        self.conflicts.entry(id.clone()).or_insert_with(read).clone()
    }

    /// Returns the RFC that authorises the site at `position`: the one under which the team goes
    /// back to it; where none was named, or that one is over, one of its ring, or a standard change of
    /// its own.
    pub fn authority_of_site(&self, position: usize) -> Authorised<'s> {
        if let Some(named) = self.authority_of_revisit(position) {
            return named;
        }
        let of_ring = self.requests(self.state.index.rfcs_of_ring.get(self.ring_of(position)));
        let site = self.plan().sites.get(position).map(|it| &it.id);
        let standard = site.into_iter().flat_map(|it| self.state.standard_of(it));
        let standard = standard.map(|(planned, status)| {
            (planned, status, self.state.part_beside(self.plan(), &planned.id))
        });
        self.first_authority(of_ring.chain(standard))
    }

    /// Returns what the request says that was named when it was agreed to go back to the site.
    fn authority_of_revisit(&self, position: usize) -> Option<Authorised<'s>> {
        let (state, site) = (self.state, self.plan().sites.get(position)?);
        let (planned, status) = request_of_revisit(state, &site.id, self.now)?;
        Some(self.authorises(planned, status, state.part_of(&planned.id)))
    }

    /// Returns the first that authorises. Where none does: the one that time alone lets authorise soonest;
    /// else the last one that is not over, which people can bring on; else the last.
    fn first_authority(&self, known: impl Iterator<Item = Request<'s>>) -> Authorised<'s> {
        let no = Authorised::No("no request for change covers it".to_owned(), None);
        let mut best = (Leads::Nowhere, no);
        for (planned, status, part) in known {
            let found = self.authorises(planned, status, part);
            let leads = match &found {
                Authorised::By(..) => return found,
                Authorised::No(_, Some(at)) => Leads::InTime(Reverse(*at)),
                Authorised::No(_, None) if status.state.is_over() => Leads::Nowhere,
                Authorised::No(_, None) => Leads::ByPeople,
            };
            if leads >= best.0 {
                best = (leads, found);
            }
        }
        best.1
    }

    fn authorises(
        &self,
        planned: &'s RequestForChange,
        status: &RfcStatus,
        part: Option<Digest>,
    ) -> Authorised<'s> {
        let is_begun = status.state == RfcState::Implementing;
        let is_valid = is_begun || status.until.is_none_or(|it| self.now < it);
        let no = |why: String| Authorised::No(why, None);
        if let Some(disputed) = self.state.disputed_request(&planned.id) {
            return no(disputed);
        }
        match status.state {
            RfcState::Scheduled | RfcState::EmergencyAuthorised | RfcState::Implementing
                if status.part == part && is_valid =>
            {
                match planned.window {
                    Some(window) if self.now < window.from => Authorised::No(
                        format!("the window of {} opens at {}", planned.id, window.from),
                        Some(window.from),
                    ),
                    Some(window) if window.until <= self.now => {
                        no(format!("the window of {} ended at {}", planned.id, window.until))
                    }
                    Some(_) | None => Authorised::By(&planned.id, status.state),
                }
            }
            RfcState::Scheduled | RfcState::EmergencyAuthorised | RfcState::Implementing => {
                no(format!("{} no longer authorises what the plan says", planned.id))
            }
            RfcState::Draft
            | RfcState::Submitted
            | RfcState::Assessing
            | RfcState::Authorised
            | RfcState::Implemented
            | RfcState::BackedOut
            | RfcState::Reviewed
            | RfcState::Closed
            | RfcState::Rejected
            | RfcState::Cancelled => no(format!("{} is {}", planned.id, status.state)),
        }
    }

    /// Returns when `found` may be another by time alone: when the authorisation begins, or ends.
    pub(crate) fn authority_changes(&self, found: &Authorised<'_>) -> Option<Timestamp> {
        let (id, state) = match found {
            Authorised::By(id, state) => (id, state),
            Authorised::No(_, at) => return *at,
        };
        let (planned, status) = self.state.rfc(id)?;
        let window = planned.window.map(|it| it.until);
        let unused = status.until.filter(|_| *state != RfcState::Implementing);
        window.into_iter().chain(unused).min()
    }

    /// Returns whether the core components let a site start: the sheet where any component is
    /// in advance mode, and every component that it needs.
    ///
    /// # Errors
    ///
    /// With what is missing, in words.
    pub fn core_lets_start(&self, site: &Site) -> Result<(), String> {
        let plan = self.plan();
        let has_advance = plan.components.iter().any(|it| it.mode == CoreMode::Advance);
        let is_signed =
            self.state.stands(&Sheet::CoreInterim) || self.state.stands(&Sheet::CoreFinal);
        let disputed =
            || [Sheet::CoreFinal, Sheet::CoreInterim].iter().find_map(|it| self.state.disputed(it));
        if has_advance
            && !is_signed
            && let Some(said) = disputed()
        {
            return Err(said);
        }
        if has_advance && !is_signed {
            return Err("the core components sign-off sheet is not signed".to_owned());
        }
        let advance = plan.components.iter().filter(|it| it.mode == CoreMode::Advance);
        let needed = advance.map(|it| &it.id).chain(&site.needs);
        for id in needed {
            let Some((_, status)) = self.state.component(id) else { continue };
            match status.state {
                ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped => {}
                ComponentState::Planned
                | ComponentState::Authorised
                | ComponentState::Adopting
                | ComponentState::Deploying
                | ComponentState::Verifying
                | ComponentState::Halted
                | ComponentState::RollingBack
                | ComponentState::RolledBack => {
                    return Err(format!("core component {id} is {}", status.state));
                }
            }
        }
        Ok(())
    }
}

/// Whether an RFC authorises something now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorised<'s> {
    /// This one does; it stands in this state.
    By(&'s RfcId, RfcState),
    /// None does: why, and when that may change by itself.
    No(String, Option<Timestamp>),
}

/// A request for change, where it stands, and the digest of the part of the plan that it covers now.
type Request<'s> = (&'s RequestForChange, &'s RfcStatus, Option<Digest>);

/// What leads on from a request that does not authorise, the best last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Leads {
    /// Nothing: it is over.
    Nowhere,
    /// Its people.
    ByPeople,
    /// Time alone, the sooner the better.
    InTime(Reverse<Timestamp>),
}
