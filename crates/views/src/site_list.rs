//! Sites as a list: a line each, filtered, a page at a time.

use crate::listing::{self, Field, Item, Key, Listed, Listing, Unlisted, Use, Wanted};
use crate::time::zone_of;
use jiff::Timestamp;
use model::id::{RingId, SiteId};
use model::machine::SiteState;
use model::scope::Scope;
use model::site::Site;
use model::state::{SiteStatus, State};
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize as _, Serialize};
use std::borrow::Cow;
use strum::VariantArray as _;

/// One site in a list.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SiteRow {
    /// The site.
    pub site: SiteId,
    /// Its title.
    pub title: String,
    /// The ring it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring: Option<RingId>,
    /// Its state.
    pub state: SiteState,
    /// Since when.
    pub since: Timestamp,
    /// Why it stands still, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when its users work with the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_service: Option<Timestamp>,
    /// How many computers it has.
    pub computers: usize,
    /// The name of its time zone.
    pub zone: String,
}

/// A site in the list of all: what a line is made from, once it is on the page that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct SiteAt<'s> {
    state: &'s State,
    site: &'s Site,
    status: &'s SiteStatus,
    ring: u32,
}

/// The positions of the fields by which few sites are found without a look at all.
const RING: usize = 2;
const STATE: usize = 3;

impl Listed for SiteAt<'_> {
    const FIELDS: &'static [Field] = &[
        Field { name: "site", about: "Its name.", asked: Use::Both },
        Field { name: "title", about: "Its title.", asked: Use::Both },
        Field {
            name: "ring",
            about: "The ring it belongs to, in the order of rings.",
            asked: Use::Both,
        },
        Field {
            name: "state",
            about: "Its state, such as `halted`; from planned to signed off.",
            asked: Use::Both,
        },
        Field { name: "since", about: "Since when it is in that state.", asked: Use::Order },
        Field {
            name: "in_service",
            about: "Since when its users work with the release.",
            asked: Use::Order,
        },
        Field { name: "computers", about: "How many computers it has.", asked: Use::Both },
        Field { name: "zone", about: "The name of its time zone.", asked: Use::Both },
    ];
}

impl Item for SiteAt<'_> {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::text(self.site.id.as_str()),
            1 => Key::text(&self.site.title),
            RING => Key::Number(u64::from(self.ring)),
            STATE => Key::Number(self.status.state as u64),
            4 => Key::Instant(self.status.since),
            5 => self.status.in_service.map_or(Key::None, Key::Instant),
            6 => Key::count(self.site.computers.len()),
            _ => Key::made(zone_of(self.state, &Scope::Site(self.site.id.clone()))),
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.site.id.as_str().into()
    }

    fn is(&self, field: usize, wanted: &str) -> bool {
        match field {
            RING => self.ring_name().is_some_and(|it| it.as_str() == wanted),
            STATE => state(wanted) == Some(self.status.state),
            field => self.key(field).is(wanted),
        }
    }

    fn says(&self, text: &str) -> bool {
        listing::has(self.site.id.as_str(), text) || listing::has(&self.site.title, text)
    }
}

impl<'s> SiteAt<'s> {
    fn of(state: &'s State, position: usize) -> Option<Self> {
        let (site, status) = (state.plan.sites.get(position)?, state.sites.get(position)?);
        Some(Self { state, site, status, ring: *state.plan.ring_of.get(position)? })
    }

    fn ring_name(&self) -> Option<&'s RingId> {
        self.state.plan.rings.get(self.ring as usize).map(|it| &it.id)
    }

    /// Returns it as a line.
    pub fn row(&self) -> SiteRow {
        let Self { state, site, status, .. } = *self;
        let scope = Scope::Site(site.id.clone());
        SiteRow {
            site: site.id.clone(),
            title: site.title.clone(),
            ring: self.ring_name().cloned(),
            state: status.state,
            since: status.since,
            reason: status.reason.as_deref().map(str::to_owned),
            in_service: status.in_service,
            computers: site.computers.len(),
            zone: zone_of(state, &scope).to_string(),
        }
    }
}

/// Returns the state that is called so in addresses and in the record.
fn state(word: &str) -> Option<SiteState> {
    SiteState::deserialize(StrDeserializer::<Error>::new(word)).ok()
}

/// Returns the word by which a state is called in addresses and in the record.
pub fn word_of(state: SiteState) -> String {
    let word = serde_json::to_value(state).ok();
    word.and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns the page of all sites that is wanted, in the order of the plan where no other is.
///
/// # Errors
///
/// As [`Wanted::page`].
pub fn sites<'s>(state: &'s State, wanted: &Wanted) -> Result<Listing<SiteAt<'s>>, Unlisted> {
    let is_wanted = |field: usize| wanted.filters.iter().find(|(it, _)| *it == field);
    let at = |position: usize| SiteAt::of(state, position);
    // Few of a hundred thousand are halted: they are known without a look at the others.
    if let Some((_, word)) = is_wanted(STATE) {
        let one = self::state(word).ok_or_else(|| Unlisted::Word {
            wanted: word.chars().take(80).collect(),
            known: SiteState::VARIANTS.iter().map(|it| word_of(*it)).collect::<Vec<_>>().join(", "),
        })?;
        return wanted.page(state.sites.standing_in(&[one]).into_iter().filter_map(at));
    }
    if let Some((_, ring)) = is_wanted(RING) {
        let ring = state.plan.rings.iter().position(|it| it.id.as_str() == ring);
        let sites = ring.and_then(|it| state.index.sites_of_ring.get(it));
        return wanted.page(sites.into_iter().flatten().filter_map(|it| at(*it as usize)));
    }
    wanted.page((0..state.plan.sites.len()).filter_map(at))
}

/// Returns one site as a line of the list; nothing where it is not in the plan.
pub fn site(state: &State, id: &SiteId) -> Option<SiteRow> {
    let position = *state.index.sites.get(id)? as usize;
    SiteAt::of(state, position).map(|it| it.row())
}
