//! The guards of a request for change: complete, approved, without conflict, reviewed.
//!
//! Source: Deploy SMF, Process 1, Best Practice; RF1 to RF8 of `catalogue/guards.psv`.

use super::parts::Lack;
use super::{Found, missing};
use crate::change_schedule::{StandardChange, unruled};
use crate::guard::{Guard, Supplier};
use crate::id::{ComponentId, RfcId};
use crate::machine::RfcState;
use crate::profile::Profile;
use crate::rfc::{ApprovalLevel, RequestForChange, RfcCategory};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use jiff::Timestamp;

const RELEASE: &[RoleType] = &[RoleType::ReleaseManagement];
const AUTHORITY: &[RoleType] = &[RoleType::ChangeAuthority];

/// C5: there is room for a component, a point to restore it from, and somebody on shift. All but the
/// restore point can be waived, one by one.
pub fn c5(state: &State, component: &ComponentId, now: Timestamp) -> Vec<Lack> {
    let scopes = [Scope::Component(component.clone()), Scope::Core, Scope::Deployment];
    // Before each was put down by itself, one statement was of all three.
    if state.attested(Guard::C5, &scopes).is_some() {
        return vec![];
    }
    let mut lacks = Vec::new();
    if state.capacity(component).is_none() {
        let text = format!("nobody has seen that there is room for {component}");
        lacks.push(Lack::of("capacity", text, RELEASE));
    }
    if state.restore_point(component, now).is_none() {
        let text = match state.prechecks.of.get(component).and_then(|it| it.restore_points.last()) {
            Some(last) if last.kept_until <= now => format!(
                "restore point {} of {component} was kept until {}",
                last.reference, last.kept_until
            ),
            Some(last) => format!(
                "restore point {} of {component} is from before it last changed",
                last.reference
            ),
            None => format!("no point to restore {component} from has been taken"),
        };
        lacks.push(Lack::never(text, RELEASE));
    }
    if state.contacts(component, now).is_empty() {
        let text = format!("nobody is named who is on shift for {component} and not on leave");
        lacks.push(Lack::of("contacts", text, RELEASE));
    }
    lacks
}

/// Returns whether a request must say more than reason, impact, risk, rollback and tests.
fn is_weighed_in_full(category: RfcCategory, profile: Profile) -> bool {
    match (profile, category) {
        (Profile::Solo, _) | (Profile::Standard, RfcCategory::Standard | RfcCategory::Minor) => {
            false
        }
        (
            Profile::Standard,
            RfcCategory::Significant | RfcCategory::Major | RfcCategory::Emergency,
        )
        | (Profile::Regulated, _) => true,
    }
}

/// RF1: the request is complete.
pub fn rf1(planned: &RequestForChange, profile: Profile) -> Found {
    let details = &planned.details;
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    let mut wanted = vec![
        ("a title", planned.title.clone()),
        ("a reason", planned.reason.clone()),
        ("the impact", planned.impact.clone()),
        ("the risk", planned.risk.clone()),
        ("a rollback plan", planned.rollback_plan.clone()),
        ("test evidence", planned.test_evidence.clone()),
    ];
    if is_weighed_in_full(planned.category, profile) {
        let score = details.score.map(|it| it.score().to_string()).unwrap_or_default();
        wanted.extend([
            ("likelihood and impact of the risk", score),
            ("the impact on security", text(&details.security_impact)),
            ("a decision point for the rollback", text(&details.decision_point)),
            ("criteria to abort", text(&details.abort_criteria)),
        ]);
    }
    let lacking: Vec<&str> =
        wanted.iter().filter(|(_, it)| it.trim().is_empty()).map(|(what, _)| *what).collect();
    if !lacking.is_empty() {
        return missing(format!("{} lacks {}", planned.id, lacking.join(", ")), RELEASE);
    }
    if planned.covers.is_empty() {
        return missing(format!("{} covers nothing", planned.id), RELEASE);
    }
    Ok(())
}

/// RF2: every level has its quorum.
pub fn rf2(levels: &[ApprovalLevel], approvals: &[(crate::id::PersonId, u8)]) -> Found {
    match open_level(levels, approvals) {
        None => Ok(()),
        Some((level, number)) => {
            let given = approvals.iter().filter(|(_, it)| *it == number).count();
            let text = format!("{given} of {} approvals by {}", level.quorum, level.role);
            missing(text, &[level.role])
        }
    }
}

/// Returns the first level without its quorum, and its number.
pub fn open_level<'a>(
    levels: &'a [ApprovalLevel],
    approvals: &[(crate::id::PersonId, u8)],
) -> Option<(&'a ApprovalLevel, u8)> {
    levels.iter().zip(0_u8..).find(|(level, number)| {
        let given = approvals.iter().filter(|(_, it)| it == number).count();
        given < usize::from(level.quorum)
    })
}

/// RF3: nobody has an open conflict with it in the change schedule.
pub fn rf3(state: &State, id: &RfcId) -> Found {
    let open = unruled(state, id);
    let Some(first) = open.first() else { return Ok(()) };
    let text = format!(
        "{id} meets {} of {} over {} ({} conflicts in all)",
        first.other,
        first.deployment,
        first.over.join(", "),
        open.len()
    );
    let is_elsewhere = first.deployment != state.plan.deployment;
    missing(text, if is_elsewhere { &[RoleType::SolutionManager] } else { AUTHORITY })
}

/// RF5: the standard change keeps the limits of its template, which is in force.
pub fn rf5(state: &State, change: &StandardChange, now: Timestamp) -> Found {
    let id = &change.template;
    let Some(template) = state.plan.rfc(id).and_then(|it| it.template.as_ref()) else {
        return missing(format!("{id} is no template of the plan any more"), AUTHORITY);
    };
    if let Some(why) = &template.suspended {
        return missing(format!("{id} is suspended: {why}"), AUTHORITY);
    }
    if template.until <= now {
        return missing(format!("{id} was valid until {}", template.until), AUTHORITY);
    }
    let sites = &change.request.covers.sites;
    if sites.len() > template.sites_at_most as usize {
        let text = format!("{id} is for {} sites at most", template.sites_at_most);
        return missing(text, AUTHORITY);
    }
    let is_outside = sites.iter().find(|site| {
        let position = state.index.sites.get(*site).map(|it| *it as usize);
        let ring = position.and_then(|it| state.plan.ring_of.get(it));
        let ring = ring.and_then(|it| state.plan.rings.get(*it as usize));
        !template.rings.is_empty() && ring.is_none_or(|it| !template.rings.contains(&it.id))
    });
    if let Some(site) = is_outside {
        return missing(format!("{id} is not for the ring of {site}"), AUTHORITY);
    }
    // What is standard is a repetition: the first time takes a request of its own.
    let is_new = sites.iter().find(|it| state.site(it).is_none_or(|(_, it)| it.runs == 0));
    match is_new {
        Some(site) => missing(format!("{site} has not been deployed before"), AUTHORITY),
        None => Ok(()),
    }
}

/// RF6: the window lies ahead, and inside the authorisation.
pub fn rf6(planned: &RequestForChange, until: Option<Timestamp>, now: Timestamp) -> Found {
    let Some(window) = planned.window else { return Ok(()) };
    if window.until <= now {
        let text = format!("the window of {} ended at {}", planned.id, window.until);
        return missing(text, RELEASE);
    }
    match until {
        Some(until) if until <= window.from => missing(
            format!(
                "the authorisation of {} ends at {until}, before its window opens at {}",
                planned.id, window.from
            ),
            AUTHORITY,
        ),
        Some(_) | None => Ok(()),
    }
}

/// RF8: it is reviewed; an emergency by somebody else than its approver too.
pub fn rf8(state: &State, id: &RfcId) -> Found {
    let Some((_, status)) = state.rfc(id) else { return Ok(()) };
    if status.state != RfcState::Reviewed {
        return missing("the review after implementation is missing", AUTHORITY);
    }
    let schedule = &state.change_schedule;
    if let Some(emergency) = schedule.emergencies.get(id).filter(|it| it.review.is_none()) {
        let text = format!("the review of the emergency is due by {}", emergency.review_due);
        return Err((text, Supplier::Roles(AUTHORITY.to_vec())));
    }
    Ok(())
}
