//! Acts on the project team: accept, answer, hand over, leave.
//!
//! Source: Deploy SMF, Process 3, Table 6, and Process 4, Table 7: have team members transferred out of the project?

use super::{Acting, worded};
use crate::assignment::{AssignmentCommand, AssignmentEvent, Staying};
use crate::event::Event;
use crate::gates::team;
use crate::guard::{Guard, GuardReading};
use crate::id::PersonId;
use crate::machine::{AssignmentState, AssignmentTransition, DeploymentState, Transition};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::civil::Date;
use std::collections::BTreeSet;

impl Acting<'_> {
    pub(super) fn assignment(&self, command: &AssignmentCommand) -> Result<Vec<Event>, Refusal> {
        use AssignmentTransition as T;
        match command {
            AssignmentCommand::Accept => self.accept_assignment(),
            AssignmentCommand::Answer { persons, answer, from, until } => {
                self.answer(persons, *answer, *from, *until)
            }
            AssignmentCommand::AcceptKnowledge { persons, what } => {
                self.accept_knowledge(persons, what)
            }
            AssignmentCommand::PutOnCall { persons, rota } => {
                let rota = worded("the rota", rota)?;
                self.members_move(persons, T::PutOnCall, None, Some(rota))
            }
            AssignmentCommand::Transfer { persons, role } => {
                if !matches!(role, RoleType::OperationsManager | RoleType::SupportManager) {
                    let text = format!("nobody is transferred to {role}");
                    let next = "transfer them to operations-manager or support-manager";
                    return Err(Refusal::invalid(text, next));
                }
                self.members_move(persons, T::Transferred, Some(*role), None)
            }
            AssignmentCommand::Finish { persons, reason } => {
                let reason = worded("the reason", reason)?;
                self.members_move(persons, T::DutiesFinished, None, Some(reason))
            }
            AssignmentCommand::Recall { persons, reason } => {
                if self.state.deployment != DeploymentState::Stabilizing {
                    let text = "people are recalled once Deployment Stable is revoked";
                    let next = "`landfall quiet-period reset` gives the ownership back";
                    return Err(Refusal::new(RefusalCode::State, text, next));
                }
                let reason = worded("the reason", reason)?;
                self.members_move(persons, T::Recalled, None, Some(reason))
            }
            AssignmentCommand::Release { persons, proof } => {
                let proof = worded("what proves that the access is revoked", proof)?;
                self.members_move(persons, T::Released, None, Some(proof))
            }
        }
    }

    fn member(&self, person: &PersonId) -> Result<AssignmentState, Refusal> {
        if self.state.person(person).is_none() {
            return Err(Refusal::unknown(person));
        }
        self.state.assignment(person).ok_or_else(|| {
            let text = format!("{person} is not of the project team and has no assignment");
            Refusal::invalid(text, "`landfall team list` shows who has")
        })
    }

    fn accept_assignment(&self) -> Result<Vec<Event>, Refusal> {
        let transition = AssignmentTransition::Accepted;
        transition.attempt(self.person, self.member(self.person)?)?;
        let a1 = team::a1(self.state, self.person);
        let reading = self.state.reading_of_parts(Guard::A1, &[Scope::Deployment], self.now, a1);
        let gate = pass("the assignment", vec![reading])?;
        Ok(vec![moved(self.person, transition, None, None, gate)])
    }

    fn answer(
        &self,
        persons: &[PersonId],
        answer: Staying,
        from: Option<Date>,
        until: Option<Date>,
    ) -> Result<Vec<Event>, Refusal> {
        let persons = some(persons)?;
        if !persons.iter().all(|it| *it == self.person) {
            self.role(&[RoleType::ProgramManager], &Scope::Deployment, "say what becomes of them")?;
        }
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            return Err(Refusal::invalid("it would end before it begins", "exchange the days"));
        }
        let answered = persons.into_iter().map(|person| {
            self.member(person)?;
            let person = person.clone();
            Ok(Event::Assignment(AssignmentEvent::Answered { person, answer, from, until }))
        });
        answered.collect()
    }

    fn accept_knowledge(&self, persons: &[PersonId], what: &str) -> Result<Vec<Event>, Refusal> {
        let persons = some(persons)?;
        let what = worded("what was handed over", what)?;
        let roles = [RoleType::OperationsManager, RoleType::SupportManager];
        let role = self.role(&roles, &Scope::Deployment, "accept what somebody knows")?;
        self.may_accept_from_project()?;
        let accepted = persons.into_iter().map(|person| {
            self.member(person)?;
            let (person, what) = (person.clone(), what.clone());
            Ok(Event::Assignment(AssignmentEvent::KnowledgeAccepted { person, role, what }))
        });
        accepted.collect()
    }

    fn members_move(
        &self,
        persons: &[PersonId],
        transition: AssignmentTransition,
        role: Option<RoleType>,
        reason: Option<String>,
    ) -> Result<Vec<Event>, Refusal> {
        let persons = some(persons)?;
        self.role(transition.authority().roles(), &Scope::Deployment, "move somebody of the team")?;
        let moves = persons.into_iter().map(|person| {
            transition.attempt(person, self.member(person)?)?;
            let gate = pass(&format!("the move of {person}"), self.move_gate(person, transition))?;
            Ok(moved(person, transition, role, reason.clone(), gate))
        });
        moves.collect()
    }

    fn move_gate(&self, person: &PersonId, transition: AssignmentTransition) -> Vec<GuardReading> {
        let read = |guard: &Guard| {
            // A3 is the proof, without which nobody is released.
            let found = if *guard == Guard::A2 { team::a2(self.state, person) } else { Ok(()) };
            self.state.reading(*guard, &[Scope::Deployment], self.now, found)
        };
        transition.guards().iter().map(read).collect()
    }

    /// Returns the moves by which whoever is on call only reviews and signs from now on: D4.
    pub(super) fn on_call_ends(&self) -> Vec<Event> {
        let transition = AssignmentTransition::DutiesFinished;
        let members = self.state.team().filter(|(_, it)| *it == AssignmentState::OnCall);
        let moves = members.filter_map(|(member, _)| {
            let gate = self.move_gate(&member.id, transition);
            let passes = gate.iter().all(|it| it.verdict.passes());
            let reason = Some("Deployment Complete is declared".to_owned());
            passes.then(|| moved(&member.id, transition, None, reason, gate))
        });
        moves.collect()
    }

    /// Returns the moves by which the team is put as the signed sheet says it will be.
    pub(super) fn team_moves(&self) -> Vec<Event> {
        let members = self.state.team().filter(|(_, it)| *it == AssignmentState::Active);
        let moves = members.filter_map(|(member, _)| {
            let (transition, role) = team::transition_at_stable(self.state, member)?;
            let gate = self.move_gate(&member.id, transition);
            let passes = gate.iter().all(|it| it.verdict.passes());
            let reason = Some("as signed with Deployment Stable".to_owned());
            passes.then(|| moved(&member.id, transition, role, reason, gate))
        });
        moves.collect()
    }
}

/// Returns those who are named, each once.
fn some(persons: &[PersonId]) -> Result<BTreeSet<&PersonId>, Refusal> {
    if persons.is_empty() {
        return Err(Refusal::invalid("nobody is named", "name at least one person"));
    }
    Ok(persons.iter().collect())
}

fn moved(
    person: &PersonId,
    transition: AssignmentTransition,
    role: Option<RoleType>,
    reason: Option<String>,
    gate: Vec<GuardReading>,
) -> Event {
    let person = person.clone();
    Event::Assignment(AssignmentEvent::Moved { person, transition, role, reason, gate })
}
