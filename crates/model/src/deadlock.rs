//! Deadlocks among people: a gate that nobody can pass, found before anything is begun.
//!
//! A quorum of three among two, a slot whose only holder must not sign it, an approver who is on
//! leave for the whole of a window: each would be met at night, weeks later. What only makes
//! somebody wait, or wakes them, is told too.
//!
//! House rule: a plan that can never be carried out is refused when it is read, not at night.

use crate::person::Person;
use crate::plan::MasterProjectPlan;
use crate::rfc::{ApprovalLevel, ChangeWindow, RequestForChange};
use crate::role_type::RoleType;
use crate::separation_of_duties::{Change, may_approve, may_take_over};
use crate::sheet::Sheet;
use crate::step::{Step, StepWork};
use crate::window::{Days, MaintenanceWindow, TimeZoneName};
use jiff::Timestamp;
use serde::Serialize;

/// A gate that nobody can pass, or only late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadlock {
    /// What kind it is.
    pub kind: DeadlockKind,
    /// What is wrong, in words.
    pub what: String,
    /// What to do about it, in words.
    pub next_step: String,
}

/// What kind of deadlock it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DeadlockKind {
    /// More must approve than may.
    Quorum,
    /// So many are away that too few are left for the whole of a window.
    Leave,
    /// A slot that nobody who holds its role type may fill.
    Slot,
    /// Somebody would be asked in the middle of their night.
    Night,
}

impl DeadlockKind {
    /// Returns whether the gate could never be passed; otherwise it is only late, or at night.
    pub fn is_for_ever(self) -> bool {
        match self {
            Self::Quorum | Self::Leave | Self::Slot => true,
            Self::Night => false,
        }
    }
}

/// Returns every deadlock of `plan`, requests for change first.
pub fn deadlocks(plan: &MasterProjectPlan) -> Vec<Deadlock> {
    let mut found = Vec::new();
    for rfc in plan.rfcs.iter().filter(|it| !it.covers.is_empty()) {
        found.extend(rfc.levels.iter().filter_map(|level| of_level(plan, rfc, level)));
    }
    found.extend(of_slots(plan));
    found.extend(of_nights(plan));
    found
}

fn of_level(
    plan: &MasterProjectPlan,
    rfc: &RequestForChange,
    level: &ApprovalLevel,
) -> Option<Deadlock> {
    let builders = plan.release.builders();
    let change = Change {
        requester: &rfc.requested_by,
        plan_author: &rfc.requested_by,
        implementers: &rfc.implementers,
        builders: &builders,
    };
    let may = |it: &&Person| may_approve(change, &it.id, plan.profile).is_ok();
    let eligible: Vec<&Person> = plan.holders(level.role).filter(may).collect();
    let quorum = usize::from(level.quorum);
    if eligible.len() < quorum {
        let what = format!(
            "{} needs {quorum} approvals by {}, and {} may give one",
            rfc.id,
            level.role,
            eligible.len()
        );
        let next_step = "name more people with that role type, or lower the quorum".to_owned();
        return Some(Deadlock { kind: DeadlockKind::Quorum, what, next_step });
    }
    let window = rfc.window?;
    let away: Vec<&str> = (eligible.iter())
        .filter(|it| is_away_throughout(it, window, &plan.zone))
        .map(|it| it.id.as_str())
        .collect();
    if eligible.len() - away.len() >= quorum {
        return None;
    }
    let what = format!(
        "{} needs {quorum} approvals by {}, and {} are on leave for the whole of its window",
        rfc.id,
        level.role,
        away.join(", ")
    );
    let next_step = "let them delegate beforehand, move the window, or name others".to_owned();
    Some(Deadlock { kind: DeadlockKind::Leave, what, next_step })
}

/// Returns whether somebody is away on every day of a window.
fn is_away_throughout(person: &Person, window: ChangeWindow, project: &TimeZoneName) -> bool {
    let zone = person.zone().unwrap_or(project).rules();
    let first = window.from.to_zoned(zone.clone()).date();
    let last = window.until.to_zoned(zone).date();
    person.leave().iter().any(|it| it.first <= first && last <= it.last)
}

fn of_slots(plan: &MasterProjectPlan) -> Vec<Deadlock> {
    let core = (!plan.components.is_empty()).then_some(Sheet::CoreFinal);
    let sheets = core.into_iter().chain([Sheet::SitesComplete, Sheet::DeploymentStable]);
    let slots = sheets.flat_map(|it| it.slots());
    let mut found: Vec<Deadlock> = Vec::new();
    for slot in slots {
        let takes_over =
            matches!(slot.role, RoleType::OperationsManager | RoleType::SupportManager);
        let may =
            |it: &Person| !takes_over || may_take_over(&it.id, &it.roles, plan.profile).is_ok();
        let holders: Vec<&Person> = plan.holders(slot.role).collect();
        // That nobody holds a role type at all is another finding.
        if holders.is_empty() || holders.iter().any(|it| may(it)) {
            continue;
        }
        let names: Vec<&str> = holders.iter().map(|it| it.id.as_str()).collect();
        let what = format!(
            "{} has to be signed by {}, and {} must not: they are of the project",
            slot.sheet,
            slot.role,
            names.join(", ")
        );
        let next_step = format!("name somebody as {} who is not of the project", slot.role);
        found.push(Deadlock { kind: DeadlockKind::Slot, what, next_step });
    }
    found
}

/// Steps by hand whose people would all be asked outside of their hours when a ring's window opens.
fn of_nights(plan: &MasterProjectPlan) -> Vec<Deadlock> {
    let mut found: Vec<Deadlock> = Vec::new();
    for (site, ring) in plan.sites.iter().zip(&plan.ring_of) {
        let Some(ring) = plan.rings.get(*ring as usize) else { continue };
        let Some(template) = plan.template(&site.template) else { continue };
        let windows = if site.windows.is_empty() { &ring.windows } else { &site.windows };
        let Some(opens) = windows.first().and_then(|it| first_opening(it, &site.zone)) else {
            continue;
        };
        let steps = template.before.iter().chain(&template.each_computer).chain(&template.after);
        for (step, role) in steps.filter_map(by_hand) {
            let mut holders = plan.holders(role).peekable();
            // Owners are at their sites, and who is on call is called.
            if role == RoleType::SiteOwner || holders.peek().is_none() {
                continue;
            }
            if holders.any(|it| it.on_call || !it.is_night(opens, &plan.zone)) {
                continue;
            }
            let what = format!(
                "step {} of {} asks {role} when the window of ring {} opens, and it is night for all of them",
                step.id, template.id, ring.id
            );
            let next_step = "give somebody other `hours`, or let somebody be `on-call`".to_owned();
            let night = Deadlock { kind: DeadlockKind::Night, what, next_step };
            if !found.contains(&night) {
                found.push(night);
            }
        }
    }
    found
}

fn by_hand(step: &Step) -> Option<(&Step, RoleType)> {
    match &step.work {
        StepWork::Manual { role, .. } => Some((step, *role)),
        StepWork::Copy { .. } | StepWork::Run(_) | StepWork::Script(_) | StepWork::Http { .. } => {
            None
        }
    }
}

/// Returns when a window opens first: on its first day, or on a day of its week.
fn first_opening(window: &MaintenanceWindow, site: &TimeZoneName) -> Option<Timestamp> {
    let MaintenanceWindow::OnDays(window) = window else { return None };
    let day = match &window.days {
        Days::Dates(dates) => *dates.first()?,
        Days::Range { first, .. } => *first,
        Days::Weekdays(_) => {
            let monday = jiff::civil::date(2027, 1, 4);
            *window.days.between(monday, jiff::civil::date(2027, 1, 10)).first()?
        }
    };
    let zone = window.zone.as_ref().unwrap_or(site).rules();
    zone.to_ambiguous_timestamp(day.to_datetime(window.from.time())).compatible().ok()
}

#[cfg(test)]
mod tests;
