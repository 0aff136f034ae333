//! Conflicts of changes: two at one place, on one line or with one person, at one time.
//!
//! Within a deployment the engine shares lines and computers itself, so only places and people
//! conflict there. Between deployments nobody does: there a shared uplink is a conflict too.
//!
//! House rule: a conflict is found before the authorisation, and ruled on by name.

use crate::digest::{Digest, canonical_digest};
use crate::id::{ComponentId, DeploymentId, PersonId, RfcId, SiteId};
use crate::machine::RfcState;
use crate::plan::MasterProjectPlan;
use crate::rfc::RequestForChange;
use crate::state::{RfcStatus, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A change in the schedule of a deployment: when, where, on which lines, with whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledChange {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The request.
    pub rfc: RfcId,
    /// Where it stands.
    pub state: RfcState,
    /// From when on; none means at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when; none means for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What it touches.
    #[serde(flatten)]
    pub places: Places,
}

/// What a change touches: where, on which lines, with whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// The components.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub components: BTreeSet<ComponentId>,
    /// The sites.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sites: BTreeSet<SiteId>,
    /// The addresses of its computers.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub computers: BTreeSet<String>,
    /// The shared uplinks.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub uplinks: BTreeSet<String>,
    /// Who is on shift for it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub people: BTreeSet<PersonId>,
}

/// Two changes that meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The request.
    pub rfc: RfcId,
    /// The deployment of the other.
    pub deployment: DeploymentId,
    /// The other request.
    pub other: RfcId,
    /// What they have in common, in words.
    pub over: Vec<String>,
    /// From when on they meet; none means from now on.
    pub from: Option<Timestamp>,
    /// Until when they meet; none means for ever.
    pub until: Option<Timestamp>,
    /// How it was ruled on.
    pub ruling: Option<String>,
    /// What they have in common.
    #[serde(skip)]
    pub common: Places,
}

/// On what two changes meet, and when: what a ruling is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// The digest of what they have in common.
    pub places: Digest,
    /// From when on; none means at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when; none means for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Meeting {
    /// Returns whether `other` is on the same, and at no other time.
    fn covers(&self, other: &Self) -> bool {
        let is_later = self.from.is_none_or(|it| other.from.is_some_and(|from| it <= from));
        let is_sooner = self.until.is_none_or(|it| other.until.is_some_and(|until| until <= it));
        self.places == other.places && is_later && is_sooner
    }
}

impl Conflict {
    /// Returns on what they meet, and when.
    pub fn meeting(&self) -> Meeting {
        Meeting { places: canonical_digest(&self.common), from: self.from, until: self.until }
    }
}

/// Returns whether a request in this state takes a place in the schedule.
fn is_scheduled(state: RfcState) -> bool {
    match state {
        RfcState::Authorised
        | RfcState::EmergencyAuthorised
        | RfcState::Scheduled
        | RfcState::Implementing => true,
        RfcState::Draft
        | RfcState::Submitted
        | RfcState::Assessing
        | RfcState::Implemented
        | RfcState::BackedOut
        | RfcState::Reviewed
        | RfcState::Closed
        | RfcState::Rejected
        | RfcState::Cancelled => false,
    }
}

/// Returns the schedule of a deployment: what is authorised and not over.
pub fn scheduled(state: &State) -> Vec<ScheduledChange> {
    let known = state.rfcs.iter().filter_map(|it| state.rfc(&it.id));
    known.filter(|(_, it)| is_scheduled(it.state)).map(|(it, at)| change(state, it, at)).collect()
}

fn change(state: &State, planned: &RequestForChange, status: &RfcStatus) -> ScheduledChange {
    let (from, until) = span(planned, status);
    ScheduledChange {
        deployment: state.plan.deployment.clone(),
        rfc: planned.id.clone(),
        state: status.state,
        from,
        until,
        places: places(state, planned).into_owned(),
    }
}

/// Returns from when until when a change may be carried out.
fn span(planned: &RequestForChange, status: &RfcStatus) -> (Option<Timestamp>, Option<Timestamp>) {
    let window = planned.window;
    (window.map(|it| it.from), window.map(|it| it.until).or(status.until))
}

/// Returns what a change touches: of those of the plan it is kept.
fn places<'a>(state: &'a State, planned: &RequestForChange) -> Cow<'a, Places> {
    let position = state.index.rfcs.get(&planned.id).map(|it| *it as usize);
    let kept = position.and_then(|it| state.index.places.get(it));
    match kept {
        Some(kept) => Cow::Borrowed(kept.or_anew(|| touched(&state.plan, planned))),
        None => Cow::Owned(touched(&state.plan, planned)),
    }
}

fn touched(plan: &MasterProjectPlan, planned: &RequestForChange) -> Places {
    let covers = &planned.covers;
    let sites = plan.sites.iter().zip(&plan.ring_of).filter(|(site, ring)| {
        let ring = plan.rings.get(**ring as usize);
        covers.sites.contains(&site.id) || ring.is_some_and(|it| covers.rings.contains(&it.id))
    });
    let sites: Vec<_> = sites.map(|(site, _)| site).collect();
    let components = plan.components.iter().filter(|it| covers.components.contains(&it.id));
    let hosts = components.flat_map(|it| &it.hosts);
    let computers = sites.iter().flat_map(|it| &it.computers).chain(hosts);
    let addresses = computers.map(|it| it.host.clone()).filter(|it| !it.is_empty());
    let uplinks = sites.iter().filter_map(|it| it.link.as_ref()?.uplink.as_ref());
    Places {
        components: covers.components.iter().cloned().collect(),
        sites: sites.iter().map(|it| it.id.clone()).collect(),
        computers: addresses.collect(),
        uplinks: uplinks.map(ToString::to_string).collect(),
        people: planned.details.on_shift.iter().cloned().collect(),
    }
}

/// One side of a conflict.
struct Side<'a> {
    deployment: &'a DeploymentId,
    rfc: &'a RfcId,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    places: Cow<'a, Places>,
}

impl<'a> Side<'a> {
    fn here(state: &'a State, planned: &'a RequestForChange, status: &RfcStatus) -> Self {
        let (from, until) = span(planned, status);
        let places = places(state, planned);
        Self { deployment: &state.plan.deployment, rfc: &planned.id, from, until, places }
    }

    fn elsewhere(it: &'a ScheduledChange) -> Self {
        let places = Cow::Borrowed(&it.places);
        Self { deployment: &it.deployment, rfc: &it.rfc, from: it.from, until: it.until, places }
    }
}

/// Returns the conflicts of the request called `id` with what is scheduled, here and elsewhere.
pub fn conflicts(state: &State, id: &RfcId) -> Vec<Conflict> {
    let Some((planned, status)) = state.rfc(id) else { return vec![] };
    let mine = Side::here(state, planned, status);
    let here = state.rfcs.iter().filter(|it| is_scheduled(it.state) && it.id != *id);
    let here = here.filter_map(|it| state.rfc(&it.id));
    let here = here.map(|(planned, status)| Side::here(state, planned, status));
    let elsewhere = state.change_schedule.elsewhere.iter();
    let elsewhere = elsewhere.filter(|it| it.rfc != *id || it.deployment != *mine.deployment);
    let others = here.chain(elsewhere.map(Side::elsewhere));
    others.filter_map(|other| meet(state, &mine, &other)).collect()
}

/// Returns the conflicts of `id` that nobody has ruled on.
pub fn unruled(state: &State, id: &RfcId) -> Vec<Conflict> {
    conflicts(state, id).into_iter().filter(|it| it.ruling.is_none()).collect()
}

fn meet(state: &State, mine: &Side<'_>, other: &Side<'_>) -> Option<Conflict> {
    let from = mine.from.max(other.from);
    let until = match (mine.until, other.until) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    if from.zip(until).is_some_and(|(from, until)| until <= from) {
        return None;
    }
    let mut common = mine.places.common_with(&other.places);
    if mine.deployment == other.deployment {
        common.uplinks.clear();
    }
    let over = common.in_words();
    if over.is_empty() {
        return None;
    }
    let (rfc, deployment) = (mine.rfc.clone(), other.deployment.clone());
    let (other_rfc, ruling) = (other.rfc.clone(), None);
    let met = Conflict { rfc, deployment, other: other_rfc, over, from, until, ruling, common };
    let is_it = |it: &&super::Ruling| {
        let (same, turned) = ((&it.rfc, &it.other), (&it.other, &it.rfc));
        let both = (mine.rfc, other.rfc);
        let is_here = it.deployment == *mine.deployment && other.deployment == mine.deployment;
        let is_theirs =
            (same == both && it.deployment == *other.deployment) || (turned == both && is_here);
        // What was ruled on in an older record, nobody knows.
        is_theirs && it.on.as_ref().is_none_or(|it| it.covers(&met.meeting()))
    };
    let ruling = state.change_schedule.rulings.iter().find(is_it);
    let ruling = ruling.map(|it| it.ruling.clone());
    Some(Conflict { ruling, ..met })
}

impl Places {
    /// Returns what both touch.
    fn common_with(&self, other: &Self) -> Self {
        fn both<T: Ord + Clone>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> BTreeSet<T> {
            one.intersection(other).cloned().collect()
        }
        Self {
            components: both(&self.components, &other.components),
            sites: both(&self.sites, &other.sites),
            computers: both(&self.computers, &other.computers),
            uplinks: both(&self.uplinks, &other.uplinks),
            people: both(&self.people, &other.people),
        }
    }

    /// Returns what is touched, in words.
    fn in_words(&self) -> Vec<String> {
        let Self { components, sites, computers, uplinks, people } = self;
        let words = [
            named("component", components),
            named("site", sites),
            named("computer", computers),
            named("on shift", people),
            named("uplink", uplinks),
        ];
        words.into_iter().flatten().collect()
    }
}

/// The most things that are named of what two changes have in common.
const NAMED_MAX: usize = 3;

fn named<T: ToString>(what: &str, all: &BTreeSet<T>) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    let more = all.len().saturating_sub(NAMED_MAX);
    let named = all.iter().take(NAMED_MAX).map(T::to_string).collect::<Vec<_>>().join(", ");
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{what} {named}{rest}"))
}
