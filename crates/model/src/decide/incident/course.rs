//! The course of one incident: seen, worked on, restored, resolved, closed, and back again.
//!
//! Source: Deploy SMF, Process 3, Table 6; the incident machine, I1 to I5.

use super::super::{Acting, worded};
use crate::event::Event;
use crate::gates::incidents as gates;
use crate::guard::{Guard, GuardReading};
use crate::id::PersonId;
use crate::incident::{
    Attribution, Closure, Incident, IncidentEvent, Opening, Severity, Source, opened, signals,
};
use crate::machine::{DeploymentState, IncidentState, IncidentTransition as Happened, Transition};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::Concurrence;
use jiff::Timestamp;

fn one(event: IncidentEvent) -> Result<Vec<Event>, Refusal> {
    Ok(vec![Event::Incident(event)])
}

impl Acting<'_> {
    pub(super) fn acknowledge_incident(
        &self,
        of: &Incident,
        at: Option<Timestamp>,
    ) -> Result<Vec<Event>, Refusal> {
        self.incident_role(of, Happened::Acknowledged)?;
        let at = self.instant("when it was seen", at, Some(of.detected()))?;
        one(IncidentEvent::Acknowledged { incident: of.number, at })
    }

    pub(super) fn work_on_incident(
        &self,
        of: &Incident,
        assignee: Option<&PersonId>,
    ) -> Result<Vec<Event>, Refusal> {
        self.incident_role(of, Happened::WorkedOn)?;
        let assignee = assignee.unwrap_or(self.person);
        self.state.person(assignee).ok_or_else(|| Refusal::unknown(assignee))?;
        one(IncidentEvent::WorkedOn { incident: of.number, assignee: assignee.clone() })
    }

    pub(super) fn find_workaround(
        &self,
        of: &Incident,
        workaround: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let roles = [RoleType::SupportManager, RoleType::OperationsManager, RoleType::Developer];
        self.role(&roles, &Scope::Deployment, "record a way around an incident")?;
        if !of.is_unresolved() {
            let text = format!("incident {} is {}", of.number, of.state);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to get around"));
        }
        let workaround = worded("the workaround", workaround)?;
        one(IncidentEvent::WorkaroundFound { incident: of.number, workaround })
    }

    pub(super) fn restore_incident(
        &self,
        of: &Incident,
        at: Option<Timestamp>,
        confirmation: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.incident_role(of, Happened::Restored)?;
        let began = of.segments.iter().filter(|it| it.is_open()).map(|it| it.impact.start);
        let began = began.chain(of.episodes.last().map(|it| it.detected)).max();
        let at = self.instant("when the service was back", at, began)?;
        let confirmation = worded("what shows that the service is back", confirmation)?;
        let gate = vec![GuardReading::met(Guard::I3)];
        one(IncidentEvent::Restored { incident: of.number, at, confirmation, gate })
    }

    pub(super) fn resolve_incident(
        &self,
        of: &Incident,
        cause: &str,
        remedies: [Option<&str>; 2],
        problem: Option<u32>,
    ) -> Result<Vec<Event>, Refusal> {
        self.incident_role(of, Happened::Resolved)?;
        let cause = worded("the cause", cause)?;
        let [fix, workaround] = remedies;
        let fix = fix.map(|it| worded("the fix", it)).transpose()?;
        let workaround = workaround.map(|it| worded("the workaround", it)).transpose()?;
        if fix.is_none() && workaround.is_none() && of.workaround.is_none() {
            let text = "neither a fix nor a way around it is named";
            return Err(Refusal::invalid(text, "give `--fix` or `--workaround`"));
        }
        if let Some(problem) = problem {
            self.known_problem(problem)?;
        }
        one(IncidentEvent::Resolved { incident: of.number, cause, fix, workaround, problem })
    }

    pub(super) fn close_incident(&self, of: &Incident) -> Result<Vec<Event>, Refusal> {
        Happened::Closed.attempt(of.number, of.state)?;
        if of.opened_by.as_ref() != Some(self.person) {
            self.incident_role(of, Happened::Closed)?;
        }
        one(IncidentEvent::Closed { incident: of.number, closure: Closure::Confirmed })
    }

    pub(super) fn reopen_incident(
        &self,
        of: &Incident,
        at: Option<Timestamp>,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.incident_role(of, Happened::Reopened)?;
        let at = self.instant("when it came back", at, of.restored())?;
        let reason = worded("what was seen", reason)?;
        let found = gates::i4(self.state, of, at);
        if found.is_err() && of.state == IncidentState::Closed {
            return Ok(self.recurrence(of, at, reason));
        }
        let reading = self.state.reading(Guard::I4, &[], self.now, found);
        let gate = pass(&format!("reopening incident {}", of.number), vec![reading])?;
        let again = IncidentEvent::Reopened { incident: of.number, at, reason, gate };
        let mut events = vec![Event::Incident(again)];
        if of.counts() && of.severity.is_severe() {
            events.extend(signals(self.state, of.number, of.severity, &of.scopes, &of.title));
        }
        Ok(events)
    }

    /// It came back too late to be the same: another incident, linked to it.
    fn recurrence(&self, of: &Incident, at: Timestamp, reason: String) -> Vec<Event> {
        let again = self.state.incidents.next_number();
        let opening = Opening {
            kind: of.kind,
            severity: of.severity,
            attribution: of.attribution,
            scopes: of.scopes.clone(),
            title: of.title.clone(),
            text: Some(reason),
            detected: at,
            source: Source::person(),
            reporter: None,
            impact: None,
            recurrence_of: Some(of.number),
        };
        let mut events = opened(self.state, again, opening);
        let recurred = IncidentEvent::Recurred { incident: of.number, again };
        events.push(Event::Incident(recurred));
        events
    }

    /// Returns the agreement of this person to `act`, and whether a second one is still needed.
    fn second_person(
        &self,
        of: &Incident,
        transition: Happened,
        act: &str,
        reason: &str,
    ) -> Result<(Vec<Event>, bool), Refusal> {
        let role = self.incident_role(of, transition)?;
        if !gates::needs_second_person(self.state, of) {
            return Ok((vec![], true));
        }
        let before = self.state.concurrences.get(act).map(Vec::as_slice).unwrap_or_default();
        if let Some(agreed) = self.has_agreed(role, &Scope::Deployment, before) {
            let text = format!("{agreed} has already agreed to {act}");
            let next = format!(
                "a second person confirms it: {}",
                self.ask(transition.authority().roles(), &Scope::Deployment)
            );
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        self.runs_it_too(transition, (act, before))?;
        let reason = Some(reason.to_owned());
        let is_complete = before.len() + 1 >= self.two_persons();
        let roles = transition.authority().roles();
        let wanted = if is_complete { vec![] } else { roles.to_vec() };
        let (act, on_behalf_of) = (act.to_owned(), self.on_behalf_of(role, &Scope::Deployment));
        let agreed = Event::Concurred { act, role, reason, wanted, on_behalf_of };
        Ok((vec![agreed], is_complete))
    }

    /// SOD-11: of those who say that something severe was none, one at least runs the service: the
    /// project does not grade its own work. Where nobody who runs it may, the project may.
    fn runs_it_too(
        &self,
        transition: Happened,
        (act, before): (&str, &[Concurrence]),
    ) -> Result<(), Refusal> {
        let outside: Vec<RoleType> =
            transition.authority().roles().iter().copied().filter(|it| !it.is_project()).collect();
        let is_held = |it: &RoleType| self.state.plan.holders(*it).next().is_some();
        let is_last = before.len() + 1 >= self.two_persons();
        let held = self.held(&Scope::Deployment);
        let is_outside = held.iter().any(|it| outside.contains(it))
            || before.iter().any(|it| outside.contains(&it.role));
        if self.two_persons() < 2 || !is_last || is_outside || !outside.iter().any(is_held) {
            return Ok(());
        }
        let text = format!("to {act}, one of the two has to run the service");
        let next = format!("{} confirms it", self.ask(&outside, &Scope::Deployment));
        Err(Refusal::new(RefusalCode::NotPermitted, text, next))
    }

    pub(super) fn merge_incident(
        &self,
        of: &Incident,
        into: u32,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let reason = worded("the reason", reason)?;
        let target = self.known_incident(into)?;
        if into == of.number || self.state.incidents.merged_into(into) == Some(of.number) {
            let text = format!("incident {} cannot be a duplicate of itself", of.number);
            return Err(Refusal::invalid(text, "name the other incident"));
        }
        if target.state == IncidentState::Cancelled {
            let text = format!("incident {into} was cancelled");
            return Err(Refusal::new(RefusalCode::State, text, "name an incident that was one"));
        }
        if of.severity_highest < target.severity_highest {
            let text = format!(
                "incident {} was of {}, and incident {into} never of more than {}",
                of.number, of.severity_highest, target.severity_highest
            );
            let next = "merge it the other way round, or raise the severity of the other first";
            return Err(Refusal::invalid(text, next));
        }
        let act = format!("merge incident/{} into {into}", of.number);
        let (mut events, is_complete) = self.second_person(of, Happened::Merged, &act, &reason)?;
        if is_complete {
            let (incident, gate) = (of.number, vec![GuardReading::met(Guard::I1)]);
            let merged = IncidentEvent::Merged { incident, into, reason, gate };
            events.push(Event::Incident(merged));
        }
        Ok(events)
    }

    pub(super) fn unmerge_incident(
        &self,
        of: &Incident,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.incident_role(of, Happened::Unmerged)?;
        let reason = worded("the reason", reason)?;
        one(IncidentEvent::Unmerged { incident: of.number, reason })
    }

    pub(super) fn cancel_incident(
        &self,
        of: &Incident,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let reason = worded("the reason", reason)?;
        let act = format!("cancel incident/{}", of.number);
        let (mut events, is_complete) =
            self.second_person(of, Happened::Cancelled, &act, &reason)?;
        if is_complete {
            let (incident, gate) = (of.number, vec![GuardReading::met(Guard::I1)]);
            events.push(Event::Incident(IncidentEvent::Cancelled { incident, reason, gate }));
        }
        Ok(events)
    }

    pub(super) fn reclassify_incident(
        &self,
        of: &Incident,
        severity: Option<Severity>,
        attribution: Option<Attribution>,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let role = self.incident_role(of, Happened::Reclassified)?;
        let reason = worded("the reason", reason)?;
        let severity = severity.unwrap_or(of.severity);
        let attribution = attribution.unwrap_or(of.attribution);
        if (severity, attribution) == (of.severity, of.attribution) {
            let text = format!("incident {} is {severity}, {attribution} already", of.number);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        let is_softer =
            severity > of.severity || (of.attribution.counts() && !attribution.counts());
        let is_quiet = self.state.deployment == DeploymentState::QuietPeriod;
        let mut gate = vec![];
        if is_quiet && is_softer {
            if !self.is_outside_the_project() {
                let act = format!("reclassify incident/{} to {severity}, {attribution}", of.number);
                return self.proposed(&act, role, reason);
            }
            gate.push(GuardReading::met(Guard::I5));
        }
        let mut events = vec![Event::Incident(IncidentEvent::Reclassified {
            incident: of.number,
            from_severity: of.severity,
            severity,
            from_attribution: of.attribution,
            attribution,
            reason,
            gate,
        })];
        let counts = of.kind == crate::incident::RequestKind::Incident && attribution.counts();
        if counts && severity.is_severe() && of.counted_as.is_none_or(|it| severity < it) {
            events.extend(signals(self.state, of.number, severity, &of.scopes, &of.title));
        }
        Ok(events)
    }

    /// SOD-11: who holds a role type of the project does not grade its work in the quiet period.
    pub(super) fn is_outside_the_project(&self) -> bool {
        let held = self.state.roles_of(self.person, &Scope::Deployment);
        let runs =
            |it: &RoleType| matches!(it, RoleType::OperationsManager | RoleType::SupportManager);
        held.iter().any(runs) && !held.iter().any(|it| it.is_project())
    }

    /// Returns that the person proposes `act`, which Operations or Support have to confirm.
    fn proposed(&self, act: &str, role: RoleType, reason: String) -> Result<Vec<Event>, Refusal> {
        let before = self.state.concurrences.get(act).map(Vec::as_slice).unwrap_or_default();
        let wanted = [RoleType::OperationsManager, RoleType::SupportManager];
        if let Some(proposed) = self.has_agreed(role, &Scope::Deployment, before) {
            let text = format!("{proposed} has already proposed to {act}");
            let next = format!(
                "in the quiet period Operations or Support confirm it: {}",
                self.ask(&wanted, &Scope::Deployment)
            );
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let (act, reason, wanted) = (act.to_owned(), Some(reason), wanted.to_vec());
        let on_behalf_of = self.on_behalf_of(role, &Scope::Deployment);
        Ok(vec![Event::Concurred { act, role, reason, wanted, on_behalf_of }])
    }
}
