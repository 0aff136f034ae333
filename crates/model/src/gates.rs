//! The guards that people's acts meet: each a small pure function of the state.
//!
//! The guards of a start, which ask the calendar and the links, live with the
//! planner; the rest is here.
//!
//! Source: Deploy SMF, key questions of Tables 4 to 6, as worked out in `catalogue/guards.psv`.

#![expect(
    clippy::missing_errors_doc,
    reason = "what a guard misses is its finding, not a failure of asking it"
)]

mod change;
pub mod close_out;
pub mod complete;
pub mod entry;
pub mod incidents;
pub mod milestone;
mod notices;
pub mod parts;
pub mod quiet_period;
pub mod readiness;
pub mod sites;
pub mod stable;
pub mod team;
pub mod termination;

pub use change::{c5, open_level, rf1, rf2, rf3, rf5, rf6, rf8};
pub use entry::{INDISPENSABLE, e1, e2, e4, e7, e8, e9};
pub use notices::{s4, s5, s7, v6};

use crate::guard::{Guard, GuardReading, Supplier, Verdict};
use crate::id::SiteId;
use crate::machine::core_component::ComponentState;
use crate::machine::site::SiteState;
use crate::role_type::RoleType;
use crate::run::{StepList, TrackState};
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::site::Observation;
use crate::state::State;
use jiff::Timestamp;

/// What a guard found: nothing missing, or what and from whom.
pub type Found = Result<(), (String, Supplier)>;

/// Returns that `missing` must come from holders of `roles`.
pub fn missing(missing: impl Into<String>, roles: &[RoleType]) -> Found {
    Err((missing.into(), Supplier::Roles(roles.to_vec())))
}

/// Returns the reading of a guard of which nothing that is asked may be waived.
pub fn read_strictly(guard: Guard, found: Found) -> GuardReading {
    match found {
        Ok(()) => GuardReading::met(guard),
        Err((missing, supplier)) => GuardReading::unmet(guard, missing, supplier),
    }
}

impl State {
    /// Returns the reading of `guard` at the first of `scopes`, after waivers in force.
    pub fn reading(
        &self,
        guard: Guard,
        scopes: &[Scope],
        now: Timestamp,
        found: Found,
    ) -> GuardReading {
        match found {
            Ok(()) => GuardReading::met(guard),
            Err((missing, supplier)) => match self.waived(guard, scopes, now) {
                Some(waiver) => GuardReading {
                    guard,
                    verdict: Verdict::Waived {
                        by: waiver.approvals.iter().map(|(by, _)| by.clone()).collect(),
                        until: waiver.until,
                        reason: waiver.reason.clone(),
                    },
                    since: None,
                },
                None => GuardReading::unmet(guard, missing, supplier),
            },
        }
    }

    /// Returns whether somebody stated `guard` at one of `scopes`, or what to ask for.
    pub fn stated(&self, guard: Guard, scopes: &[Scope], what: &str) -> Found {
        match self.attested(guard, scopes) {
            Some(_) => Ok(()),
            None => missing(format!("nobody has stated that {what}"), attesters(guard)),
        }
    }
}

/// The guards that the program cannot see for itself, and the role types who may state them.
const STATED: &[(Guard, &[RoleType])] = &[
    (Guard::E1, &[RoleType::ProgramManager, RoleType::SolutionManager]),
    (Guard::E4, &[RoleType::Customer]),
    (Guard::E7, &[RoleType::ProductManager, RoleType::ProgramManager]),
    (Guard::C7, &[RoleType::ProductManager]),
    (Guard::S4, &[RoleType::ProductManager, RoleType::UserExperience, RoleType::ReleaseManagement]),
    (Guard::S5, &[RoleType::UserExperience]),
    (Guard::S6, &[RoleType::ReleaseManagement, RoleType::OperationsManager]),
    (Guard::V6, &[RoleType::UserExperience]),
    (Guard::Q2, &[RoleType::OperationsManager]),
    (Guard::Q3, &[RoleType::OperationsManager]),
];

/// Returns the role types who may state that `guard` is met; none where the program sees it itself.
pub fn attesters(guard: Guard) -> &'static [RoleType] {
    STATED.iter().find(|(it, _)| *it == guard).map_or(&[], |(_, roles)| roles)
}

/// H1: no outcome in `scope` is unknown.
pub fn h1(state: &State, scope: &Scope) -> Found {
    let unknown = |run: Option<&crate::run::Run>| {
        run.is_some_and(|it| it.tracks.iter().any(|it| it.state == TrackState::Unknown))
    };
    let first = match scope {
        Scope::Component(_) | Scope::Site(_) => {
            unknown(state.run(scope)).then(|| scope.to_string())
        }
        Scope::Ring(id) => {
            let ring = state.index.rings.get(id).map(|it| *it as usize);
            let sites = ring.and_then(|it| state.index.sites_of_ring.get(it));
            let mut sites = sites.into_iter().flatten();
            sites.find_map(|site| {
                let status = state.sites.get(*site as usize)?;
                let is_unknown = unknown(status.run.as_deref());
                is_unknown
                    .then(|| state.plan.sites.get(*site as usize))?
                    .map(|it| it.id.to_string())
            })
        }
        Scope::Deployment | Scope::Core | Scope::Rfc(_) => {
            let sites = state.plan.sites.iter().zip(&state.sites);
            let components = state.plan.components.iter().zip(&state.components);
            let mut names = sites
                .filter(|(_, it)| unknown(it.run.as_deref()))
                .map(|(it, _)| it.id.to_string())
                .chain(
                    components
                        .filter(|(_, it)| unknown(it.run.as_ref()))
                        .map(|(it, _)| it.id.to_string()),
                );
            names.next()
        }
    };
    match first {
        None => Ok(()),
        Some(name) => missing(
            format!("at {name} nobody knows whether a step had an effect"),
            &[RoleType::ReleaseManagement],
        ),
    }
}

/// Returns the components that are on `sheet`.
fn on_sheet<'s>(
    state: &'s State,
    sheet: &Sheet,
) -> impl Iterator<Item = (&'s crate::component::CoreComponent, ComponentState)> {
    let is_interim = *sheet == Sheet::CoreInterim;
    let all = state.plan.components.iter().zip(&state.components);
    let listed = all.filter(move |(planned, _)| {
        !is_interim || planned.mode == crate::component::CoreMode::Advance
    });
    listed.map(|(planned, status)| (planned, status.state))
}

/// The first third of CS1: the components on the sheet are verified.
fn cs1_verified(state: &State, sheet: &Sheet) -> Found {
    let open = on_sheet(state, sheet).find(|(_, it)| {
        !matches!(
            it,
            ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped
        )
    });
    match open {
        None => Ok(()),
        Some((planned, it)) => Err((format!("{} is {it}", planned.id), Supplier::System)),
    }
}

/// The last third of CS1: what monitors them is live.
fn cs1_monitored(state: &State, sheet: &Sheet, now: Timestamp) -> Found {
    let there = on_sheet(state, sheet).filter(|(_, it)| *it != ComponentState::Descoped);
    readiness::core_monitored(state, there.map(|(planned, _)| planned), now)
}

/// Computers of a site that must be verified before its sign-off, in percent of those not exempt.
pub const COVERAGE_PERCENT_MIN: usize = 95;

/// V1, where the work ends: enough computers are verified of those that were not left out.
pub fn v1(state: &State, site: &SiteId) -> Found {
    let Some((planned, status)) = state.site(site) else { return Ok(()) };
    if planned.terms.mode != crate::site_care::terms::SiteMode::Client {
        return Ok(());
    }
    let tracks = status.run.as_ref().map(|it| it.tracks.as_slice()).unwrap_or_default();
    let of = |wanted: TrackState| {
        let each = tracks.iter().filter(|it| it.list == StepList::EachComputer);
        each.filter(|it| it.state == wanted).count()
    };
    let due = planned.computers.len() - of(TrackState::Excluded);
    let verified = of(TrackState::Done);
    if verified * 100 >= due * COVERAGE_PERCENT_MIN {
        return Ok(());
    }
    Err((format!("{verified} of {due} computers of {site} are verified"), Supplier::System))
}

/// V3: the owner has observed normal use for long enough.
pub fn v3(state: &State, site: &SiteId, now: Timestamp) -> Found {
    let Some((planned, status)) = state.site(site) else { return Ok(()) };
    let template = state.plan.template(&planned.template);
    let from = status.in_service.unwrap_or(status.since);
    let observation = template.map_or(Observation::Seconds(0), |it| it.observation);
    match observation_ends(observation, from, &planned.zone) {
        Some(end) if now < end => {
            Err((format!("{site} is being observed until {end}"), Supplier::At(end)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Returns when an observation that began at `from` ends at a site in `zone`.
pub fn observation_ends(
    observation: Observation,
    from: Timestamp,
    zone: &crate::window::TimeZoneName,
) -> Option<Timestamp> {
    match observation {
        Observation::Seconds(length_s) => {
            from.checked_add(jiff::SignedDuration::from_secs(i64::from(length_s))).ok()
        }
        Observation::BusinessDays(days) => {
            let zone = zone.rules();
            let mut day = from.to_zoned(zone.clone()).date();
            let mut left = days;
            // A business day counts when it is whole: the day of going live does not, unless it
            // began before anybody came to work.
            if from.to_zoned(zone.clone()).hour() >= BUSINESS_HOUR_FIRST {
                day = day.tomorrow().ok()?;
            }
            while left > 0 {
                if !matches!(
                    day.weekday(),
                    jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday
                ) {
                    left -= 1;
                }
                if left > 0 {
                    day = day.tomorrow().ok()?;
                }
            }
            let end = day.at(BUSINESS_HOUR_LAST, 0, 0, 0);
            zone.to_ambiguous_timestamp(end).compatible().ok()
        }
    }
}

/// A business day that begins after this local hour is not whole.
const BUSINESS_HOUR_FIRST: i8 = 9;
/// The local hour at which a business day has ended.
const BUSINESS_HOUR_LAST: i8 = 17;

/// V4: Release Management has verified the site.
pub fn v4(state: &State, site: &SiteId) -> Found {
    let slot = crate::sheet::SlotId {
        sheet: Sheet::Site(site.clone()),
        role: RoleType::ReleaseManagement,
    };
    if state.is_signed(&slot) {
        return Ok(());
    }
    let unsigned = || format!("the technical verification of {site} is not signed");
    missing(state.disputed_slot(&slot).unwrap_or_else(unsigned), &[RoleType::ReleaseManagement])
}

/// SC1: every site in scope is signed off or exempt.
pub fn sc1(state: &State) -> Found {
    let settled = [SiteState::SignedOff, SiteState::Exempt].map(|it| state.sites.count(it));
    let open = state.sites.len() - settled.iter().sum::<usize>();
    // Whoever has signed for a site that is settled: nobody rests on it while it is disputed.
    let disputed = state.disputes.open.keys().find(|it| matches!(it.sheet, Sheet::Site(_)));
    if open == 0
        && let Some(said) = disputed.and_then(|it| state.disputed_slot(it))
    {
        return missing(said, &[RoleType::SiteOwner]);
    }
    if open == 0 {
        return Ok(());
    }
    missing(
        format!("{open} of {} sites are not signed off", state.sites.len()),
        &[RoleType::SiteOwner],
    )
}

/// SC3: the sheet of all core components is signed.
pub fn sc3(state: &State) -> Found {
    let sheet = Sheet::CoreFinal;
    if state.plan.components.is_empty() || state.stands(&sheet) {
        return Ok(());
    }
    let unsigned = || "the sheet of all core components is not signed".to_owned();
    missing(
        state.disputed(&sheet).unwrap_or_else(unsigned),
        &[RoleType::ReleaseManagement, RoleType::Tester, RoleType::OperationsManager],
    )
}
