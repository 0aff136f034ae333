//! Acts on escalations: raise, accept, reject, insist, answer, confirm.
//!
//! Only the side that raised one says that it is over (SOD-12). An incident that
//! was escalated comes back with the answer, in the same change.
//!
//! Source: Deploy SMF, Process 3, Table 6: the escalation process; the escalation machine.

use super::{Acting, worded};
use crate::escalation::{
    Answer, AnswerKind, Avoidable, Escalation, EscalationAct, EscalationCommand, EscalationEvent,
    EscalationPath, EscalationPurpose, KnownError, Paged, Raising,
};
use crate::event::Event;
use crate::gates::incidents as gates;
use crate::guard::{Guard, GuardReading};
use crate::id::{PersonId, RfcId};
use crate::incident::{Incident, IncidentEvent, Severity};
use crate::machine::{EscalationTransition as Happened, IncidentTransition, Transition};
use crate::plan::MasterProjectPlan;
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::Timestamp;

/// Returns `level` of the support plan as it is paged at `at` for what is as severe, or its last
/// level. Its clock runs in support hours, where the plan says so.
pub fn paged(
    plan: &MasterProjectPlan,
    (level, severity): (u8, Option<Severity>),
    at: Timestamp,
) -> Paged {
    let levels = plan.support.as_ref().map(|it| it.escalation.as_slice()).unwrap_or_default();
    let last = u8::try_from(levels.len().saturating_sub(1)).unwrap_or(u8::MAX);
    let level = level.min(last);
    let minutes = levels.get(usize::from(level)).map(|it| it.answer_minutes);
    let due = plan.support.as_ref().zip(minutes).and_then(|(it, m)| it.due(severity, at, m));
    Paged { level, due }
}

/// Returns the level that is paged when `level` did not answer, if there is one above it.
pub fn paged_after(
    plan: &MasterProjectPlan,
    (level, severity): (u8, Option<Severity>),
    at: Timestamp,
) -> Option<Paged> {
    let next = paged(plan, (level.saturating_add(1), severity), at);
    (next.level > level).then_some(next)
}

impl Acting<'_> {
    pub(super) fn escalation(&self, command: &EscalationCommand) -> Result<Vec<Event>, Refusal> {
        self.is_going_on()?;
        match command {
            EscalationCommand::Raise { incident, reason, text, tried, called, purpose } => {
                let raising = Raising {
                    incident: *incident,
                    reason: *reason,
                    text: text.clone(),
                    tried: tried.clone(),
                    side: RoleType::SupportManager,
                    at: called.unwrap_or(self.now),
                    path: called.map_or(EscalationPath::Levels, |_| EscalationPath::Bypass),
                    purpose: *purpose,
                    level: 0,
                    due: None,
                };
                self.raise_escalation(raising)
            }
            EscalationCommand::Act { escalation, act } => {
                let known = self.state.escalations.escalation(*escalation).ok_or_else(|| {
                    let text = format!("there is no escalation {escalation}");
                    let next = "`landfall escalation list` shows them";
                    Refusal::new(RefusalCode::Unknown, text, next)
                })?;
                self.act_on_escalation(known, act)
            }
        }
    }

    fn raise_escalation(&self, raising: Raising) -> Result<Vec<Event>, Refusal> {
        let roles = [RoleType::SupportManager, RoleType::OperationsManager];
        let side = self.role(&roles, &Scope::Deployment, "escalate to the project team")?;
        let text = worded("what is needed", &raising.text)?;
        let tried = raising.tried.iter().map(|it| worded("what was tried", it));
        let tried: Vec<String> = tried.collect::<Result<_, _>>()?;
        let at = self.instant("when somebody was called", Some(raising.at), None)?;
        let incident = raising.incident.map(|it| self.known_incident(it)).transpose()?;
        if incident.is_some() && raising.purpose == EscalationPurpose::Drill {
            let text = "a drill is about no incident";
            return Err(Refusal::invalid(text, "leave the incident out, or escalate it"));
        }
        let plan = &self.state.plan;
        let first = plan.support.as_ref().map_or(0, |it| it.first_project_level());
        let severity = incident.map(|it| it.severity);
        let first = u8::try_from(first).unwrap_or(0);
        let Paged { level, due } = paged(plan, (first, severity), at);
        // Whoever was called directly is past the clocks of the levels.
        let due = due.filter(|_| raising.path == EscalationPath::Levels);
        let escalation = self.state.escalations.next_number();
        let follows = match incident {
            Some(incident) => {
                IncidentTransition::Escalated.attempt(incident.number, incident.state)?;
                let found = gates::i2(incident, &tried);
                let reading = self.state.reading(Guard::I2, &[], self.now, found);
                let gate =
                    pass(&format!("escalating incident {}", incident.number), vec![reading])?;
                let incident = incident.number;
                let escalated = IncidentEvent::Escalated { incident, escalation, gate };
                vec![Event::Incident(escalated)]
            }
            None => vec![],
        };
        let raising = Raising { text, tried, side, at, level, due, ..raising };
        let raised = EscalationEvent::Raised { escalation, raising: Box::new(raising) };
        Ok([Event::Escalation(raised)].into_iter().chain(follows).collect())
    }

    fn act_on_escalation(
        &self,
        of: &Escalation,
        act: &EscalationAct,
    ) -> Result<Vec<Event>, Refusal> {
        match act {
            EscalationAct::Accept { at } => self.accept_escalation(of, *at),
            EscalationAct::Reject { reason } => {
                self.project_may(of, Happened::Rejected)?;
                let reason = worded("the reason", reason)?;
                Ok(vec![EscalationEvent::Rejected { escalation: of.number, reason }.into()])
            }
            EscalationAct::Insist { reason } => {
                self.raiser_may(of, Happened::Insisted)?;
                let reason = worded("the reason", reason)?;
                let level = of.paged.level.saturating_add(1);
                let severity = of.severity(self.state);
                let paged = paged(&self.state.plan, (level, severity), self.now);
                Ok(vec![EscalationEvent::Insisted { escalation: of.number, reason, paged }.into()])
            }
            EscalationAct::Agree => {
                self.raiser_may(of, Happened::Agreed)?;
                self.is_of_the_side(of)?;
                let agreed = EscalationEvent::Agreed { escalation: of.number };
                Ok(self.with_returned(of, agreed))
            }
            EscalationAct::Answer { kind, text, release, rfc } => {
                self.answer_escalation(of, *kind, text, (release.as_deref(), rfc.as_ref()))
            }
            EscalationAct::Confirm { article, avoidable } => {
                self.confirm_escalation(of, article.as_deref(), *avoidable)
            }
            EscalationAct::Reopen { reason } => self.not_solved(of, reason),
            EscalationAct::AcceptKnownError { workaround, owner } => {
                self.accept_known_error(of, workaround, owner)
            }
        }
    }

    /// Returns nothing where the person may bring `transition` about for the project: by their
    /// role type, or because the paged level names them.
    fn project_may(&self, of: &Escalation, transition: Happened) -> Result<(), Refusal> {
        transition.attempt(of.number, of.state)?;
        let row = transition.row();
        let plan = &self.state.plan;
        let level = plan.support.as_ref();
        let level = level.and_then(|it| it.escalation.get(usize::from(of.paged.level)));
        if level.is_some_and(|it| it.people.contains(self.person)) {
            return Ok(());
        }
        let act = format!("let escalation {} {}", of.number, row.act);
        self.role(row.authority.roles(), &Scope::Deployment, &act).map(|_| ())
    }

    fn raiser_may(&self, of: &Escalation, transition: Happened) -> Result<(), Refusal> {
        transition.attempt(of.number, of.state)?;
        let row = transition.row();
        let act = format!("let escalation {} {}", of.number, row.act);
        self.role(row.authority.roles(), &Scope::Deployment, &act).map(|_| ())
    }

    fn accept_escalation(
        &self,
        of: &Escalation,
        at: Option<Timestamp>,
    ) -> Result<Vec<Event>, Refusal> {
        self.project_may(of, Happened::Accepted)?;
        if at.is_some() && !of.is_bypass() {
            let text = "only what came by a direct call is recorded afterwards";
            return Err(Refusal::invalid(text, "leave the instant out"));
        }
        let at = self.instant("when it was taken", at, Some(of.raising.at))?;
        Ok(vec![EscalationEvent::Accepted { escalation: of.number, at }.into()])
    }

    /// Returns the incident behind `of`, where `transition` can happen to it.
    fn behind(&self, of: &Escalation, transition: IncidentTransition) -> Option<&Incident> {
        let incident = self.state.incidents.incident(of.raising.incident?)?;
        transition.follows(incident.state).map(|_| incident)
    }

    /// Returns `event`, and that the incident behind `of` comes back with it.
    fn with_returned(&self, of: &Escalation, event: EscalationEvent) -> Vec<Event> {
        let behind = self.behind(of, IncidentTransition::Returned);
        let returned = behind.map(|it| {
            let (incident, escalation) = (it.number, of.number);
            Event::Incident(IncidentEvent::Returned { incident, escalation })
        });
        [event.into()].into_iter().chain(returned).collect()
    }

    fn answer_escalation(
        &self,
        of: &Escalation,
        kind: AnswerKind,
        text: &str,
        fix: (Option<&str>, Option<&RfcId>),
    ) -> Result<Vec<Event>, Refusal> {
        self.project_may(of, Happened::Answered)?;
        let text = worded("what is given", text)?;
        let (release, rfc) = match (kind, fix) {
            (AnswerKind::Fix, (Some(release), Some(rfc))) => {
                self.known_rfc(rfc)?;
                (Some(self.new_release(release)?), Some(rfc.clone()))
            }
            (AnswerKind::Fix, (None, _) | (_, None)) => {
                let text = "a fix is a new release under a request for change";
                return Err(Refusal::invalid(text, "give both: `--release` and `--rfc`"));
            }
            (
                AnswerKind::Workaround
                | AnswerKind::Knowledge
                | AnswerKind::Environment
                | AnswerKind::NotADefect,
                _,
            ) => (None, None),
        };
        let answer = Answer { kind, text, release, rfc, at: self.now };
        let answered = EscalationEvent::Answered { escalation: of.number, answer };
        Ok(self.with_returned(of, answered))
    }

    fn confirm_escalation(
        &self,
        of: &Escalation,
        article: Option<&str>,
        avoidable: Option<Avoidable>,
    ) -> Result<Vec<Event>, Refusal> {
        self.raiser_may(of, Happened::Confirmed)?;
        let gate = self.is_of_the_side(of)?;
        let article = article.map(|it| self.title("the article", it)).transpose()?;
        let escalation = of.number;
        Ok(vec![EscalationEvent::Confirmed { escalation, article, avoidable, gate }.into()])
    }

    /// SOD-12: only the side that raised an escalation says that it is over.
    fn is_of_the_side(&self, of: &Escalation) -> Result<Vec<GuardReading>, Refusal> {
        let found = gates::es1(of, &self.held(&Scope::Deployment));
        let reading = self.state.reading(Guard::ES1, &[], self.now, found);
        pass(&format!("closing escalation {}", of.number), vec![reading])
    }

    fn not_solved(&self, of: &Escalation, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.raiser_may(of, Happened::NotSolved)?;
        let reason = worded("what is still wrong", reason)?;
        let behind = self.behind(of, IncidentTransition::Escalated);
        let again = behind.map(|it| {
            let (incident, escalation) = (it.number, of.number);
            let gate = vec![GuardReading::met(Guard::I2)];
            Event::Incident(IncidentEvent::Escalated { incident, escalation, gate })
        });
        let not_solved = EscalationEvent::NotSolved { escalation: of.number, reason };
        Ok([not_solved.into()].into_iter().chain(again).collect())
    }

    fn accept_known_error(
        &self,
        of: &Escalation,
        workaround: &str,
        owner: &PersonId,
    ) -> Result<Vec<Event>, Refusal> {
        self.raiser_may(of, Happened::KnownError)?;
        let workaround = worded("the workaround", workaround)?;
        self.taking_over(owner)?;
        let known_error = KnownError { workaround: workaround.clone(), owner: owner.clone() };
        let gate = vec![GuardReading::met(Guard::ES2)];
        let escalation = of.number;
        let accepted = EscalationEvent::KnownError { escalation, known_error, gate };
        let mut events = self.with_returned(of, accepted);
        if let Some(incident) = self.behind(of, IncidentTransition::Returned) {
            let incident = incident.number;
            let found = IncidentEvent::WorkaroundFound { incident, workaround };
            events.push(Event::Incident(found));
        }
        Ok(events)
    }
}

impl From<EscalationEvent> for Event {
    fn from(event: EscalationEvent) -> Self {
        Self::Escalation(event)
    }
}
