//! What requests for change wait on: from the draft to the closure.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use crate::facts::{Authorised, Look};
use jiff::Timestamp;
use model::change_schedule::{ChangeScheduleCommand, unruled};
use model::command::{Command, RfcAct};
use model::gates;
use model::guard::Guard;
use model::id::RfcId;
use model::machine::{DeploymentState, RfcState, RfcTransition, Transition};
use model::rfc::RollbackResult;
use model::rfc::{EmergencyKind, ImplementationReview, RequestForChange, RfcCategory};
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::{RfcStatus, State};

const AUTHORITY: &[RoleType] = &[RoleType::ChangeAuthority];
const RELEASE: &[RoleType] = &[RoleType::ReleaseManagement];

/// Returns what the request called `id` waits on.
pub(super) fn rfc(look: &Look<'_>, id: &RfcId) -> Vec<WaitingOn> {
    let Some((planned, status)) = look.state.rfc(id) else { return vec![] };
    let change = Change { state: look.state, now: look.now, planned, status };
    let mut waits = change.waits();
    waits.extend(change.review_of_emergency());
    waits
}

/// Returns `wait`, for a conflict of the request under which something is to start, with the ruling
/// that ends it.
pub(super) fn conflict(look: &Look<'_>, wait: WaitingOn) -> WaitingOn {
    let index = &look.state.index;
    let position = |of: Option<&u32>| of.map(|it| *it as usize);
    let authority = match &wait.scope {
        Scope::Site(id) => position(index.sites.get(id)).map(|it| look.authority_of_site(it)),
        Scope::Component(id) => position(index.components.get(id))
            .map(|it| look.authority(index.rfcs_of_component.get(it))),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
    };
    let Some(Authorised::By(id, _)) = authority else { return wait };
    let Some((planned, status)) = look.state.rfc(id) else { return wait };
    Change { state: look.state, now: look.now, planned, status }.ruled(wait)
}

struct Change<'s> {
    state: &'s State,
    now: Timestamp,
    planned: &'s RequestForChange,
    status: &'s RfcStatus,
}

impl Change<'_> {
    fn scope(&self) -> Scope {
        Scope::Rfc(self.planned.id.clone())
    }

    fn wait(&self, what: String, roles: &[RoleType]) -> WaitingOn {
        WaitingOn::people(self.state, self.scope(), what, self.status.since, roles)
    }

    fn act(&self, what: String, roles: &[RoleType], act: RfcAct) -> WaitingOn {
        let command = Command::Rfc { rfc: self.planned.id.clone(), act };
        self.wait(what, roles).with(command)
    }

    fn waits(&self) -> Vec<WaitingOn> {
        let id = &self.planned.id;
        let is_template = self.planned.is_template();
        if self.is_too_late() && !is_template {
            let what = format!("{id} will not be carried out any more, and has to be cancelled");
            let roles = [RoleType::ChangeAuthority, RoleType::ReleaseManagement];
            return vec![self.act(what, &roles, RfcAct::Cancel { reason: String::new() })];
        }
        let may_end = RfcTransition::Cancelled.follows(self.status.state).is_some();
        if self.planned.covers.is_empty() && may_end && !is_template {
            return vec![self.without_scope()];
        }
        let is_to_begin = matches!(self.status.state, RfcState::Authorised | RfcState::Scheduled);
        if is_to_begin && let Some(window) = self.planned.window.filter(|it| it.until <= self.now) {
            let reason = format!("its window ended at {}", window.until);
            let what = format!("{id} has to be withdrawn, and asked for anew: {reason}");
            return vec![self.act(what, RELEASE, RfcAct::Cancel { reason })];
        }
        match self.status.state {
            // It is for later: nobody waits for it.
            RfcState::Draft if is_template => vec![],
            RfcState::Draft => vec![self.draft()],
            RfcState::Submitted => self.submitted(),
            RfcState::Assessing => self.approvals(),
            // Whoever confirms the approval, or sets it aside, is asked for that.
            RfcState::Authorised if self.state.disputed_request(id).is_some() => vec![],
            RfcState::Authorised => {
                vec![self.act(format!("{id} has to be scheduled"), RELEASE, RfcAct::Schedule)]
            }
            RfcState::Implemented | RfcState::BackedOut => vec![self.review()],
            RfcState::Reviewed => {
                vec![self.act(format!("{id} has to be closed"), AUTHORITY, RfcAct::Close)]
            }
            RfcState::EmergencyAuthorised if self.is_by_hand() => {
                vec![self.by_implementers(format!("{id} has to be begun"), RfcAct::Begin)]
            }
            RfcState::Implementing if self.is_by_hand() => {
                let finish = RfcAct::Finish { evidence: String::new() };
                vec![self.by_implementers(format!("{id} has to be finished"), finish)]
            }
            RfcState::EmergencyAuthorised
            | RfcState::Scheduled
            | RfcState::Implementing
            | RfcState::Closed
            | RfcState::Rejected
            | RfcState::Cancelled => vec![],
        }
    }

    /// Returns whether the project ends, and the request was not begun.
    fn is_too_late(&self) -> bool {
        let ends = matches!(
            self.state.deployment,
            DeploymentState::Closing | DeploymentState::Terminating
        );
        ends && RfcTransition::Cancelled.follows(self.status.state).is_some()
    }

    /// Returns whether people carry it out, and no step of the plan.
    fn is_by_hand(&self) -> bool {
        self.state.change_schedule.urgent(&self.planned.id).is_some()
    }

    fn by_implementers(&self, what: String, act: RfcAct) -> WaitingOn {
        let mut wait = self.act(what, RELEASE, act);
        wait.people.clone_from(&self.planned.implementers);
        wait
    }

    /// Returns that nothing is left to do under it: what it covered is covered by another one since the
    /// plan was revised, or left the plan.
    fn without_scope(&self) -> WaitingOn {
        let id = &self.planned.id;
        let what = format!(
            "{id} covers nothing any more: it has to be cancelled, or a revised plan says what it covers"
        );
        let roles = [RoleType::ReleaseManagement, RoleType::ChangeAuthority];
        self.act(what, &roles, RfcAct::Cancel { reason: "it covers nothing any more".to_owned() })
    }

    fn draft(&self) -> WaitingOn {
        let id = &self.planned.id;
        let rf1 = gates::rf1(self.planned, self.state.plan.profile);
        let reading = self.state.reading(Guard::RF1, &[self.scope()], self.now, rf1);
        let incomplete = WaitingOn::guard(self.state, &self.scope(), &reading, self.status.since);
        // What is asked for in an emergency says the rest in its review.
        if let Some(incomplete) = incomplete.filter(|_| !self.is_by_hand()) {
            return incomplete;
        }
        if self.planned.category == RfcCategory::Emergency
            && let Some(part) = self.state.part_of(id)
        {
            let (kind, reason) = (Some(EmergencyKind::Service), String::new());
            let act = RfcAct::AuthoriseEmergency { part, kind, reason };
            let what = format!("{id} has to be authorised as an emergency, by who is on call");
            return self.act(what, AUTHORITY, act);
        }
        let mut wait = self.act(format!("{id} has to be submitted"), RELEASE, RfcAct::Submit);
        wait.people.retain(|it| *it != self.planned.requested_by);
        wait.people.insert(0, self.planned.requested_by.clone());
        wait
    }

    fn submitted(&self) -> Vec<WaitingOn> {
        let id = &self.planned.id;
        let classify = RfcAct::Classify { category: self.planned.category };
        let Some(change) = self.state.change_schedule.standard(id) else {
            return vec![self.act(format!("{id} has to be classified"), AUTHORITY, classify)];
        };
        match gates::rf5(self.state, change, self.now) {
            Ok(()) => {
                let what = "the engine takes it up at its next look";
                vec![WaitingOn::system(self.scope(), what, self.status.since)]
            }
            // What a template does not authorise, the change authority may assess as any other.
            Err((why, _)) => {
                let what = format!("{id} is no standard change and has to be classified: {why}");
                vec![self.act(what, AUTHORITY, classify)]
            }
        }
    }

    fn review(&self) -> WaitingOn {
        let id = &self.planned.id;
        let mut review = ImplementationReview::as_planned("");
        if self.status.state == RfcState::BackedOut {
            (review.success, review.objectives_met) = (false, false);
            review.rollback = RollbackResult::Worked;
        }
        let act = if self.state.change_schedule.is_sampled_out(id) {
            RfcAct::Review { reason: String::new() }
        } else {
            RfcAct::ReviewImplementation { review }
        };
        self.act(format!("{id} has to be reviewed"), AUTHORITY, act)
    }

    fn review_of_emergency(&self) -> Option<WaitingOn> {
        let id = &self.planned.id;
        let emergency = self.state.change_schedule.emergencies.get(id)?;
        if emergency.review.is_some() {
            return None;
        }
        let by = emergency.by.as_ref();
        let other = by.map_or_else(String::new, |it| format!(" by somebody else than {it}"));
        let what =
            format!("the emergency of {id} has to be reviewed by {}{other}", emergency.review_due);
        let act = RfcAct::ReviewEmergency { justified: true, finding: String::new() };
        let mut wait = self.act(what, AUTHORITY, act);
        wait.since = emergency.at;
        Some(wait)
    }

    /// Returns the wait for a conflict, with the ruling that ends it.
    fn ruled(&self, wait: WaitingOn) -> WaitingOn {
        let open = unruled(self.state, &self.planned.id);
        let Some(first) = open.into_iter().next() else { return wait };
        let (rfc, deployment, other) = (first.rfc, first.deployment, first.other);
        let rule = ChangeScheduleCommand::Rule { rfc, deployment, other, ruling: String::new() };
        wait.with(Command::ChangeSchedule(rule))
    }

    fn approvals(&self) -> Vec<WaitingOn> {
        let (planned, status) = (self.planned, self.status);
        let levels = self.state.levels_of(planned, status);
        let counted = self.state.undisputed_approvals(status);
        let open = gates::open_level(&levels, &counted);
        let rf3 = gates::rf3(self.state, &planned.id);
        let rf3 = self.state.reading(Guard::RF3, &[self.scope()], self.now, rf3);
        let conflict = WaitingOn::guard(self.state, &self.scope(), &rf3, status.since);
        let conflict = conflict.map(|it| self.ruled(it));
        let Some((level, number)) = open else {
            // Its levels changed under it: nobody gives a last approval that would authorise it.
            let reason = "its levels of approval have changed".to_owned();
            let what = format!("{} has to be returned, and submitted anew: {reason}", planned.id);
            let again = self.act(what, AUTHORITY, RfcAct::Return { reason });
            return vec![conflict.unwrap_or(again)];
        };
        let counts = counted.iter().filter(|(_, it)| *it == number).count();
        let lacking = usize::from(level.quorum).saturating_sub(counts);
        let word = if lacking == 1 { "approval" } else { "approvals" };
        let text = format!("{} needs {lacking} more {word} by {}", planned.id, level.role);
        let mut wait = self.wait(text, &[level.role]);
        wait.command = self.state.part_of(&planned.id).map(|part| Command::Rfc {
            rfc: planned.id.clone(),
            act: RfcAct::Approve { part, conditions: None },
        });
        conflict.into_iter().chain([wait]).collect()
    }
}
