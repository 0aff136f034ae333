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
pub mod incidents;
pub mod milestone;
mod notices;
pub mod quiet_period;
pub mod readiness;
pub mod sites;
pub mod stable;
pub mod team;
pub mod termination;

pub use change::{open_level, rf1, rf2, rf3, rf5, rf6, rf8};
pub use notices::{s4, s5, v6};

use crate::command::Findings;
use crate::component::RollbackPlan;
use crate::guard::{Guard, GuardReading, Supplier, Verdict};
use crate::id::SiteId;
use crate::machine::core_component::ComponentState;
use crate::machine::site::SiteState;
use crate::profile::Profile;
use crate::release::ReadinessDecision;
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
pub(crate) fn read_strictly(guard: Guard, found: Found) -> GuardReading {
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
    (Guard::C5, &[RoleType::ReleaseManagement]),
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

/// E1: the Release Readiness Milestone said go for this release.
pub fn e1(state: &State) -> Found {
    let readiness = state.plan.release.readiness.as_ref();
    match readiness.map(|it| (it.decision, it.conditions.is_empty())) {
        Some((ReadinessDecision::Go, true)) => Ok(()),
        Some((ReadinessDecision::NoGo, _)) => {
            missing("the Release Readiness Milestone decided no-go", &[RoleType::ProgramManager])
        }
        Some((ReadinessDecision::Go | ReadinessDecision::GoWithConditions, _)) => {
            let what = "the conditions of the Release Readiness Milestone are closed";
            state.stated(Guard::E1, &[Scope::Deployment], what)
        }
        None => {
            let what = "the Release Readiness Milestone decided go for this release";
            state.stated(Guard::E1, &[Scope::Deployment], what)
        }
    }
}

/// E2: every deliverable is there and is the release's.
pub fn e2(findings: &Findings) -> Found {
    match findings.deliverables.first() {
        None => Ok(()),
        Some(first) => missing(
            format!("{first} ({} in all)", findings.deliverables.len()),
            &[RoleType::ReleaseManagement],
        ),
    }
}

/// E3: the plan holds the communications, operations, support and training plans.
pub fn e3(state: &State) -> Found {
    let plan = &state.plan;
    let absent: Vec<&str> = [
        ("communications", plan.communications.is_none()),
        ("training", plan.training.is_none()),
        ("operations", plan.operations.is_none()),
        ("support", plan.support.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, is_absent)| is_absent.then_some(name))
    .collect();
    if absent.is_empty() || plan.profile == Profile::Solo {
        return Ok(());
    }
    missing(format!("there is no plan for {}", absent.join(", ")), &[RoleType::ProgramManager])
}

/// E4: there is a measurable criterion of success, and the customer knows it.
pub fn e4(state: &State) -> Found {
    if state.plan.success_criteria.is_empty() {
        return missing("there is no success criterion", &[RoleType::ProductManager]);
    }
    let what = "the customer knows and accepts the success criteria";
    state.stated(Guard::E4, &[Scope::Deployment], what)
}

/// The role types without whose holders a deployment cannot come to its end.
pub const INDISPENSABLE: &[RoleType] = &[
    RoleType::ProgramManager,
    RoleType::ReleaseManagement,
    RoleType::Tester,
    RoleType::ProductManager,
    RoleType::Customer,
    RoleType::OperationsManager,
    RoleType::ChangeAuthority,
];

/// E5: every role type is held, and nobody holds two that must be separate.
pub fn e5(state: &State) -> Found {
    let plan = &state.plan;
    let required: Vec<RoleType> = match plan.profile {
        Profile::Solo => INDISPENSABLE.to_vec(),
        Profile::Standard | Profile::Regulated => {
            RoleType::PROJECT.iter().chain(INDISPENSABLE).copied().collect()
        }
    };
    let mut vacant: Vec<String> = required
        .into_iter()
        .filter(|role| plan.holders(*role).next().is_none())
        .map(|role| role.to_string())
        .collect();
    vacant.dedup();
    if !vacant.is_empty() {
        let text = format!("nobody holds {}", vacant.join(", "));
        return missing(text, &[RoleType::ProgramManager]);
    }
    for person in &plan.people {
        let conflicts = crate::separation_of_duties::may_hold(&person.roles, plan.profile);
        if let Some(conflict) = conflicts.into_iter().find(|it| !it.relaxed) {
            let text = format!(
                "{} holds {} and {}, which {} keeps apart",
                person.name, conflict.a, conflict.b, conflict.rule
            );
            return missing(text, &[RoleType::ProgramManager]);
        }
    }
    let deadlocks = crate::deadlock::deadlocks(plan).into_iter();
    if let Some(deadlock) = { deadlocks }.find(|it| it.kind.is_for_ever()) {
        let text = format!("{}: {}", deadlock.what, deadlock.next_step);
        return missing(text, &[RoleType::ProgramManager]);
    }
    match plan.profile.fits(plan.sites.len(), state.purpose) {
        Ok(()) => Ok(()),
        Err(too_small) => missing(too_small.to_string(), &[RoleType::ProgramManager]),
    }
}

/// E6: everything can be rolled back, or is declared to be fixed forward.
pub fn e6(state: &State) -> Found {
    let plan = &state.plan;
    let lacks = |rollback: &RollbackPlan, steps: &[&crate::step::Step]| {
        let goes_back = matches!(rollback, RollbackPlan::Steps { .. });
        goes_back && steps.iter().all(|it| it.rollback.is_none())
    };
    let component = plan.components.iter().find(|it| {
        !it.steps.is_empty() && lacks(&it.rollback, &it.steps.iter().collect::<Vec<_>>())
    });
    let template = plan.templates.iter().find(|it| {
        let steps: Vec<_> = it.before.iter().chain(&it.each_computer).chain(&it.after).collect();
        lacks(&it.rollback, &steps)
    });
    let names = [component.map(|it| it.id.to_string()), template.map(|it| it.id.to_string())];
    match names.into_iter().flatten().next() {
        None => Ok(()),
        Some(name) => missing(
            format!("{name} has no step that can be rolled back, and is not declared forward-fix"),
            &[RoleType::ReleaseManagement],
        ),
    }
}

/// E7: no blocker is open, and known issues are accepted.
pub fn e7(state: &State) -> Found {
    let issues = &state.plan.release.known_issues;
    if let Some(blocker) = issues.iter().find(|it| it.severity <= 1) {
        let text = format!("known issue {} blocks: {}", blocker.id, blocker.text);
        return missing(text, &[RoleType::Developer]);
    }
    if issues.iter().all(|it| it.severity > 2) {
        return Ok(());
    }
    state.stated(Guard::E7, &[Scope::Deployment], "the known issues are accepted")
}

/// E8: the strategy was decided before the baseline.
pub fn e8(state: &State, now: Timestamp) -> Found {
    let zone = state.plan.zone.rules();
    let today = now.to_zoned(zone).date();
    match &state.plan.strategy {
        Some(strategy) if strategy.on <= today => Ok(()),
        Some(strategy) => missing(
            format!("the strategy is dated {}, after today", strategy.on),
            &[RoleType::ProgramManager],
        ),
        None if state.plan.profile == Profile::Solo => Ok(()),
        None => missing("there is no decision on strategy", &[RoleType::ProgramManager]),
    }
}

/// E9: the plan comes to its end by its own windows and limits.
pub fn e9(findings: &Findings) -> Found {
    match findings.forecast.first() {
        None => Ok(()),
        Some(first) => missing(first.clone(), &[RoleType::ReleaseManagement]),
    }
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

/// The first half of CS1: the components on the sheet are verified.
fn cs1(state: &State, sheet: &Sheet) -> Found {
    let is_listed = |component: &crate::component::CoreComponent| {
        *sheet != Sheet::CoreInterim || component.mode == crate::component::CoreMode::Advance
    };
    let open = state.plan.components.iter().zip(&state.components).find(|(planned, status)| {
        is_listed(planned)
            && !matches!(
                status.state,
                ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped
            )
    });
    match open {
        None => Ok(()),
        Some((planned, status)) => {
            Err((format!("{} is {}", planned.id, status.state), Supplier::System))
        }
    }
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
    let is_signed = state
        .slots
        .get(&slot)
        .is_some_and(|it| it.state == crate::machine::sign_off::SignOffState::Signed);
    if is_signed {
        return Ok(());
    }
    missing(
        format!("the technical verification of {site} is not signed"),
        &[RoleType::ReleaseManagement],
    )
}

/// SC1: every site in scope is signed off or exempt.
pub fn sc1(state: &State) -> Found {
    let is_settled = |it: SiteState| matches!(it, SiteState::SignedOff | SiteState::Exempt);
    let open = state.sites.iter().filter(|it| !is_settled(it.state)).count();
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
    if state.plan.components.is_empty() || state.is_locked(&Sheet::CoreFinal) {
        return Ok(());
    }
    missing(
        "the sheet of all core components is not signed",
        &[RoleType::ReleaseManagement, RoleType::Tester, RoleType::OperationsManager],
    )
}
