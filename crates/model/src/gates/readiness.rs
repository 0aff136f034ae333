//! The gates of readiness: ST4, ST5 and ST6.
//!
//! Source: Deploy SMF, Process 3, Table 6, as worked out in `catalogue/guards.psv`.

use super::{Found, missing};
use crate::guard::{Guard, GuardReading, Supplier};
use crate::machine::SiteState;
use crate::plan::MasterProjectPlan;
use crate::readiness::{Judgement, ReadinessItem, checklist};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use jiff::{SignedDuration, Timestamp};

/// The share of sites that monitoring must report from, in percent.
pub const MONITORED_PERCENT_MIN: usize = 95;

/// How long monitoring must report without a gap, in hours.
pub const MONITORED_HOURS_MIN: i64 = 48;

/// Returns who may judge `item`: its owner, and whoever prepares the hand-over.
pub fn judges(plan: &MasterProjectPlan, item: &ReadinessItem) -> Vec<RoleType> {
    let mut roles = vec![item.owner];
    if item.owner == RoleType::SupportManager {
        roles = support(plan);
    }
    let preparing = [RoleType::OperationsExperience, RoleType::ReleaseManagement];
    roles.extend(preparing.into_iter().filter(|it| *it != item.owner));
    roles
}

/// Returns who answers for support: operations, where the plan names nobody else.
pub fn support(plan: &MasterProjectPlan) -> Vec<RoleType> {
    match plan.holders(RoleType::SupportManager).next() {
        Some(_) => vec![RoleType::SupportManager],
        None => vec![RoleType::OperationsManager],
    }
}

/// Returns who must accept the checklist.
pub fn accepting(plan: &MasterProjectPlan) -> Vec<RoleType> {
    let mut roles = vec![RoleType::OperationsManager];
    roles.extend(support(plan));
    roles.dedup();
    roles
}

/// Returns the items of the checklist that are neither there nor not needed.
pub fn open_items(state: &State) -> Vec<ReadinessItem> {
    let is_open = |it: &ReadinessItem| {
        let judged = state.readiness.item(&it.id).map(|it| it.judgement);
        !matches!(judged, Some(Judgement::Passed | Judgement::NotApplicable))
    };
    checklist(&state.plan).into_iter().filter(is_open).collect()
}

/// Finds items that are open and not waived.
pub fn items(state: &State, now: Timestamp) -> Found {
    let open = open_items(state);
    let Some(first) = open.first() else { return Ok(()) };
    if state.waived(Guard::ST4, &[Scope::Deployment], now).is_some() {
        return Ok(());
    }
    let failed = state.readiness.item(&first.id).is_some();
    let word = if failed { "failed" } else { "is open" };
    let text = format!(
        "{} of the readiness checklist {word}: {} ({} in all)",
        first.id,
        first.text,
        open.len()
    );
    missing(text, &judges(&state.plan, first))
}

/// ST4: operations and support have accepted the checklist. Items can be waived, the acceptance
/// cannot.
pub fn st4(state: &State, now: Timestamp) -> GuardReading {
    if let Err((missing, supplier)) = items(state, now) {
        return GuardReading::unmet(Guard::ST4, missing, supplier);
    }
    let accepted = state.readiness.accepted();
    let lacking = accepting(&state.plan);
    let lacking = lacking.into_iter().find(|role| !accepted.iter().any(|it| it.role == *role));
    match lacking {
        None => {
            let found = if open_items(state).is_empty() {
                Ok(())
            } else {
                missing("items are open", &[RoleType::OperationsManager])
            };
            state.reading(Guard::ST4, &[Scope::Deployment], now, found)
        }
        Some(role) => {
            let text = format!("{role} has not accepted the readiness checklist");
            GuardReading::unmet(Guard::ST4, text, Supplier::Roles(vec![role]))
        }
    }
}

/// ST5: every guide is published for this release, and was read.
pub fn st5(state: &State) -> Found {
    let planned = state.plan.operations.as_ref();
    for guide in planned.iter().flat_map(|it| &it.guides) {
        let id = &guide.id;
        match state.readiness.guide(id) {
            None => {
                let roles = [RoleType::OperationsExperience, RoleType::ReleaseManagement];
                return missing(format!("guide {id}, {}, is not published", guide.title), &roles);
            }
            Some(it) if it.release != state.plan.release.version => {
                let text = format!(
                    "guide {id} is published for {}, not for {}",
                    it.release, state.plan.release.version
                );
                let roles = [RoleType::OperationsExperience, RoleType::ReleaseManagement];
                return missing(text, &roles);
            }
            Some(it) if it.acknowledged.is_empty() => {
                let roles = [RoleType::OperationsManager, RoleType::SupportManager];
                return missing(format!("nobody has acknowledged guide {id}"), &roles);
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Returns when enough sites have reported for long enough; nothing where that is not in sight.
fn monitored_from(state: &State) -> Option<Timestamp> {
    let in_scope = state.plan.sites.iter().zip(&state.sites);
    let in_scope = in_scope.filter(|(_, it)| it.state != SiteState::Exempt);
    let since: Vec<Option<Timestamp>> =
        in_scope.map(|(site, _)| state.readiness.monitored(&site.id)).collect();
    let needed = (since.len() * MONITORED_PERCENT_MIN).div_ceil(100);
    if needed == 0 {
        return Some(Timestamp::UNIX_EPOCH);
    }
    let mut reporting: Vec<Timestamp> = since.into_iter().flatten().collect();
    reporting.sort_unstable();
    let last = *reporting.get(needed - 1)?;
    last.checked_add(SignedDuration::from_hours(MONITORED_HOURS_MIN)).ok()
}

/// ST6: monitoring reports from enough sites for long enough.
pub fn st6(state: &State, now: Timestamp) -> Found {
    match monitored_from(state) {
        Some(at) if at <= now => Ok(()),
        Some(at) => {
            let text = format!(
                "monitoring reports from enough sites, for {MONITORED_HOURS_MIN} hours at {at}"
            );
            Err((text, Supplier::At(at)))
        }
        None => missing(
            format!("monitoring does not report from {MONITORED_PERCENT_MIN} % of the sites"),
            &[RoleType::OperationsManager, RoleType::OperationsExperience],
        ),
    }
}
