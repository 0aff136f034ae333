//! The guards of a site's expectations, requirements, coverage and sign-off.
//!
//! Source: Deploy SMF, key questions of Tables 4 and 5: S3, S6, S9, S10, V1, V3, V5, SC2, C2.

#![expect(
    clippy::missing_errors_doc,
    reason = "what a guard misses is its finding, not a failure of asking it"
)]

use super::parts::{Lack, first};
use super::{COVERAGE_PERCENT_MIN, Found, missing};
use crate::guard::{Guard, GuardReading, Supplier};
use crate::id::{ComponentId, SiteId};
use crate::machine::{ComponentState, SiteState};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::site_care::ItemOrigin;
use crate::site_care::coverage::{Coverage, coverage};
use crate::site_care::terms::{RequirementKind, UserAccess, requirements};
use crate::state::State;
use jiff::Timestamp;

/// S3: the owner acknowledged the present version of what the site is told to expect.
pub fn s3(state: &State, position: usize) -> Found {
    let Some(site) = state.plan.sites.get(position) else { return Ok(()) };
    let acknowledged = state.site_care.of(&site.id).and_then(|it| it.acknowledged.as_ref());
    let present = state.told_version(position);
    match acknowledged {
        Some((version, ..)) if Some(*version) == present => Ok(()),
        Some((version, ..)) => missing(
            format!(
                "what {} is told to expect has changed since its owner acknowledged version {}",
                site.id,
                version.short()
            ),
            &[RoleType::SiteOwner],
        ),
        None => missing(
            format!("the owner of {} has not acknowledged what to expect, and when", site.id),
            &[RoleType::SiteOwner],
        ),
    }
}

/// S9, and what of S6 only people can see: every requirement of `kind` at the site is met.
pub fn required(state: &State, position: usize, kind: RequirementKind) -> Found {
    first(open_requirements(state, position, kind))
}

/// Returns the requirements of `kind` at the site at `position` that are not met.
pub fn open_requirements(state: &State, position: usize, kind: RequirementKind) -> Vec<Lack> {
    let Some(site) = state.plan.sites.get(position) else { return vec![] };
    let care = state.site_care.of(&site.id);
    let is_met = |id| care.is_some_and(|it| it.met.contains_key(id));
    let open = requirements(&state.plan, position).filter(|it| it.kind == kind && !is_met(&it.id));
    let lack = |it: &crate::site_care::terms::Requirement| {
        let text = format!("requirement {} of {}: {}", it.id, site.id, it.text);
        Lack::of(it.id.as_str(), text, &[it.by])
    };
    open.map(lack).collect()
}

/// Returns the site's own requirements that are not met at `scope`.
pub fn open_at(state: &State, scope: &Scope) -> Vec<Lack> {
    let position = |id: &SiteId| state.index.sites.get(id).map(|it| *it as usize);
    let positions: Vec<usize> = match scope {
        Scope::Site(id) => position(id).into_iter().collect(),
        Scope::Ring(id) => {
            let ring = state.index.rings.get(id).map(|it| *it as usize);
            let sites = ring.and_then(|it| state.index.sites_of_ring.get(it));
            sites.into_iter().flatten().map(|it| *it as usize).collect()
        }
        Scope::Deployment => (0..state.plan.sites.len()).collect(),
        Scope::Core | Scope::Component(_) | Scope::Rfc(_) => vec![],
    };
    let own = |it| open_requirements(state, it, RequirementKind::Own);
    positions.into_iter().flat_map(own).collect()
}

/// V1, at the sign-off: enough computers and users are covered.
pub fn covered(state: &State, site: &SiteId) -> Found {
    let Some(coverage) = coverage(state, site) else { return Ok(()) };
    let percent = u64::try_from(COVERAGE_PERCENT_MIN).unwrap_or(100);
    lacks(site, &coverage, |share| share.reaches(percent))
}

/// Returns the scopes at which a statement or waiver for `site` may stand: its own, its ring, all.
pub fn scopes(state: &State, site: &SiteId) -> [Scope; 3] {
    let position = state.index.sites.get(site);
    let ring = position.and_then(|it| state.plan.ring_of.get(*it as usize));
    let ring = ring.and_then(|it| state.plan.rings.get(*it as usize));
    let ring = ring.map_or(Scope::Deployment, |it| Scope::Ring(it.id.clone()));
    [Scope::Site(site.clone()), ring, Scope::Deployment]
}

/// Returns what the guards of the technical signature of a site read: V1, V2.
pub fn technical(state: &State, site: &SiteId, now: Timestamp) -> Vec<GuardReading> {
    let scopes = scopes(state, site);
    vec![
        // What lies below the least coverage is no exception that anybody may list.
        super::read_strictly(Guard::V1, covered(state, site)),
        super::incidents::v2(state, site, &scopes, now),
    ]
}

/// Returns what V3 reads: the owner has observed the site for long enough, in normal use.
pub fn observed(state: &State, site: &SiteId, now: Timestamp) -> GuardReading {
    let found = super::v3(state, site, now).and_then(|()| used(state, site));
    state.reading(Guard::V3, &scopes(state, site), now, found)
}

/// Returns what the guards of a site's sign-off read: V1 to V6.
pub fn sign_off(state: &State, site: &SiteId, now: Timestamp) -> Vec<GuardReading> {
    let scopes = scopes(state, site);
    let [_, ring, _] = &scopes;
    let read = |guard, found| state.reading(guard, &scopes, now, found);
    let mut readings = technical(state, site, now);
    readings.extend([
        observed(state, site, now),
        // V4, the technical signature, is met by the order in which slots are asked.
        read(Guard::V4, super::v4(state, site)),
        read(Guard::V5, v5(state, site)),
        read(Guard::V6, super::v6(state, site, ring)),
    ]);
    readings
}

/// Returns what the guards of the sheet of all sites read: SC1 to SC3.
pub fn complete(state: &State, now: Timestamp) -> Vec<GuardReading> {
    let read = |guard, found| state.reading(guard, &[Scope::Deployment], now, found);
    vec![
        read(Guard::SC1, super::sc1(state)),
        read(Guard::SC2, sc2(state)),
        read(Guard::SC3, super::sc3(state)),
    ]
}

/// SC2: everything that is not exempt is covered, over all sites.
pub fn sc2(state: &State) -> Found {
    for (site, status) in state.plan.sites.iter().zip(&state.sites) {
        if status.state != SiteState::Exempt
            && let Some(coverage) = coverage(state, &site.id)
        {
            lacks(&site.id, &coverage, crate::site_care::coverage::Share::is_whole)?;
        }
    }
    Ok(())
}

fn lacks(
    site: &SiteId,
    coverage: &Coverage,
    is_enough: impl Fn(crate::site_care::coverage::Share) -> bool,
) -> Found {
    if !is_enough(coverage.computers) {
        let share = coverage.computers;
        let named: Vec<String> = coverage.lacking.iter().take(3).map(ToString::to_string).collect();
        let text = format!(
            "{} of {} computers of {site} are verified; the others need an exemption: {}",
            share.covered,
            share.due(),
            named.join(", ")
        );
        return missing(text, &[RoleType::ReleaseManagement]);
    }
    if !is_enough(coverage.users) {
        let share = coverage.users;
        let how = match coverage.user_access {
            UserAccess::Probe => "by the site's checks",
            UserAccess::Reported => "as reported",
        };
        let text =
            format!("{} of {} users of {site} have access, {how}", share.covered, share.due());
        return missing(text, &[RoleType::UserExperience, RoleType::SiteOwner]);
    }
    Ok(())
}

/// What of V3 is not time: the site has been seen in normal use.
pub fn used(state: &State, site: &SiteId) -> Found {
    let Some((planned, status)) = state.site(site) else { return Ok(()) };
    let wanted = state.plan.template(&planned.template).map_or(0, |it| it.terms.use_percent_min);
    let seen = state.site_care.of(site).and_then(|it| it.used.as_deref());
    let seen = seen.filter(|it| status.in_service.is_some_and(|at| at <= it.at));
    let seen = seen.map_or(0, |it| it.what);
    if wanted <= seen {
        return Ok(());
    }
    missing(
        format!("{site} was seen at {seen} % of its usual use, and {wanted} % are asked for"),
        &[RoleType::SiteOwner, RoleType::UserExperience],
    )
}

/// V5: every exception that is open at the site has an owner and a date.
pub fn v5(state: &State, site: &SiteId) -> Found {
    let here = Scope::Site(site.clone());
    let mut open = state.site_care.open_items(&here);
    let incomplete = |it: &crate::site_care::Item| {
        it.origin == ItemOrigin::Exception && (it.owner.is_none() || it.due.is_none())
    };
    match open.find(|(_, it)| incomplete(it)) {
        None => Ok(()),
        Some((number, it)) => missing(
            format!("item {number} of {site} has no owner or no date: {}", it.text),
            &[RoleType::ReleaseManagement, RoleType::SiteOwner],
        ),
    }
}

/// C2: the components that `component` needs are verified.
pub fn c2(state: &State, component: &crate::component::CoreComponent) -> Found {
    component.needs.iter().try_for_each(|it| stands(state, it))
}

fn stands(state: &State, id: &ComponentId) -> Found {
    let Some((_, status)) = state.component(id) else { return Ok(()) };
    let is_there = matches!(status.state, ComponentState::Verified | ComponentState::Accepted);
    if !is_there {
        return Err((format!("it needs {id}, which is {}", status.state), Supplier::System));
    }
    let scope = Scope::Component(id.clone());
    let mut open = state.incidents.closing_gates();
    match open.find(|it| it.scopes.contains(&scope)) {
        None => Ok(()),
        Some(it) => missing(
            format!("it needs {id}, where incident {} is open: {}", it.number, it.title),
            &[RoleType::SupportManager, RoleType::OperationsManager],
        ),
    }
}
