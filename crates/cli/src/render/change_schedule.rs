//! The change schedule as people read it: what runs when, in local time and in UTC, and what conflicts.

use super::counted::counted;
use super::table::{Tone, cell, table, text};
use crate::terminal::Setting;
use model::change_schedule::{Conflict, ScheduledChange, conflicts, scheduled};
use model::id::DeploymentId;
use model::rfc::{ImplementationReview, RollbackResult};
use model::state::State;
use serde::Serialize;
use views::time::when;

/// The schedule of a deployment and of the others of its record.
#[derive(Serialize)]
pub(crate) struct Schedule {
    pub(crate) changes: Vec<ScheduledChange>,
    pub(crate) elsewhere: Vec<ScheduledChange>,
    /// The deployments whose schedules could not be read when that was last looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) unread: Vec<DeploymentId>,
    pub(crate) conflicts: Vec<Conflict>,
}

/// Returns the schedule with every conflict of what is in it, or asks to be.
pub(crate) fn schedule(state: &State) -> Schedule {
    let mut met: Vec<Conflict> = Vec::new();
    for status in &state.rfcs {
        use model::machine::RfcState as Is;
        let is_over = matches!(
            status.state,
            Is::Draft
                | Is::Implemented
                | Is::BackedOut
                | Is::Reviewed
                | Is::Closed
                | Is::Rejected
                | Is::Cancelled
        );
        for conflict in conflicts(state, &status.id).into_iter().filter(|_| !is_over) {
            let is_listed =
                met.iter().any(|it| it.rfc == conflict.other && it.other == conflict.rfc);
            if !is_listed {
                met.push(conflict);
            }
        }
    }
    Schedule {
        changes: scheduled(state),
        elsewhere: state.change_schedule.elsewhere.clone(),
        unread: state.change_schedule.unread.clone(),
        conflicts: met,
    }
}

/// Returns the schedule, a line a change.
pub(crate) fn page(state: &State, schedule: &Schedule, setting: Setting) -> String {
    let unread: String = schedule.unread.iter().map(unread).collect();
    if schedule.changes.is_empty() && schedule.elsewhere.is_empty() && unread.is_empty() {
        return "Nothing is scheduled; `landfall rfc list` shows what is asked for.\n".to_owned();
    }
    let zone = &state.plan.zone;
    let headings = ["deployment", "rfc", "state", "from", "until", "touches"];
    let mut rows = table(setting, &headings);
    for it in schedule.changes.iter().chain(&schedule.elsewhere) {
        let local = |at: Option<jiff::Timestamp>, open: &str| {
            at.map_or_else(|| open.to_owned(), |at| when(at, zone))
        };
        let (components, sites) = (it.places.components.len(), it.places.sites.len());
        let touches = format!("{}, {}", counted(components, "component"), counted(sites, "site"));
        rows.add_row(vec![
            cell(&it.deployment, Tone::Plain),
            cell(&it.rfc, Tone::Plain),
            cell(it.state, Tone::Plain),
            cell(local(it.from, "any time"), Tone::Plain),
            cell(local(it.until, "open"), Tone::Plain),
            cell(touches, Tone::Plain),
        ]);
    }
    let mut page = text(&rows);
    page += &unread;
    if schedule.conflicts.is_empty() && unread.is_empty() {
        page += "no conflicts\n";
    }
    for it in &schedule.conflicts {
        page += &format!("conflict: {} meets {}\n", it.rfc, conflict(it));
    }
    page
}

fn unread(deployment: &DeploymentId) -> String {
    format!("the schedule of {deployment} could not be read: conflicts with it are not known\n")
}

/// Returns what a change has in common with another, and how that was ruled on.
pub(crate) fn conflict(it: &Conflict) -> String {
    let ruling = it.ruling.as_ref().map_or_else(
        || format!("not ruled on: `landfall rfc rule {} --with {}`", it.rfc, it.other),
        |ruling| format!("ruled: {ruling}"),
    );
    format!("{} of {} over {}; {ruling}", it.other, it.deployment, it.over.join(", "))
}

/// Returns a review in a line.
pub(crate) fn review(it: &ImplementationReview) -> String {
    let either = |is: bool, yes: &str, no: &str| if is { yes.to_owned() } else { no.to_owned() };
    let mut said = vec![
        either(it.success, "a success", "a failure"),
        either(it.objectives_met, "objectives met", "objectives missed"),
        either(it.on_time, "on time", "late"),
    ];
    match it.rollback {
        RollbackResult::NotNeeded => {}
        RollbackResult::Worked => said.push("going back worked".to_owned()),
        RollbackResult::Failed => said.push("going back failed".to_owned()),
    }
    said.extend(it.side_effects.iter().map(|it| format!("side effects: {it}")));
    said.extend(it.incidents.iter().map(|it| format!("incident {it}")));
    format!("{}; learnt: {}", said.join(", "), it.lessons)
}
