//! Acts of an early end.
//!
//! Source: Deploy SMF, Table 1, "Solution Manager"; PRJ-15, PRJ-16, TR1 to TR3.

use super::{Acting, worded};
use crate::event::Event;
use crate::evolve::act_name;
use crate::gates;
use crate::machine::{DeploymentState, DeploymentTransition, Transition};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::termination::{Disposition, TerminationCommand, TerminationEvent, begun};

impl Acting<'_> {
    pub(super) fn termination(&self, command: &TerminationCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            TerminationCommand::Begin { reason } => self.begin_termination(reason),
            TerminationCommand::Dispose { scope, disposition, reason } => {
                self.dispose(scope, *disposition, reason)
            }
            TerminationCommand::GoneBack { scope, proof } => self.gone_back(scope, proof),
            TerminationCommand::AcceptStay => self.accept_stay(),
            TerminationCommand::Learn { lessons } => {
                self.terminates("put down what is to be learnt")?;
                let lessons = worded("what is to be learnt", lessons)?;
                Ok(vec![Event::Termination(TerminationEvent::LessonsLearnt { lessons })])
            }
            TerminationCommand::Complete => self.complete_termination(),
        }
    }

    fn terminates(&self, act: &str) -> Result<RoleType, Refusal> {
        let roles =
            [RoleType::SolutionManager, RoleType::ProgramManager, RoleType::ReleaseManagement];
        let role = self.role(&roles, &Scope::Deployment, act)?;
        self.is_terminating()?;
        Ok(role)
    }

    fn is_terminating(&self) -> Result<(), Refusal> {
        if self.state.deployment == DeploymentState::Terminating {
            return Ok(());
        }
        let text = format!("the deployment is {}, not terminating", self.state.deployment);
        let next = "the Solution Manager and the customer end it early: `landfall terminate begin`";
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    fn begin_termination(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        let reason = worded("the reason", reason)?;
        let transition = DeploymentTransition::TerminatedEarly;
        let roles = [RoleType::SolutionManager, RoleType::Customer];
        self.role(&roles, &Scope::Deployment, "end the project early")?;
        transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
        let act = act_name(transition);
        let persons = self.two_persons();
        let (mut events, is_complete) =
            self.concur(&act, &roles, persons, &Scope::Deployment, Some(&reason))?;
        if is_complete {
            let gate = vec![];
            let because = Some(reason.clone());
            events.push(Event::Deployment { transition, reason: because, gate });
            events.push(Event::Termination(TerminationEvent::Begun { reason }));
        }
        Ok(events)
    }

    fn dispose(
        &self,
        scope: &Scope,
        disposition: Disposition,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.terminates("decide what becomes of something")?;
        let reason = worded("the reason", reason)?;
        let all = begun(self.state);
        let is_open = |it: &Scope| !self.state.termination.dispositions.contains_key(it);
        let scopes: Vec<Scope> = if *scope == Scope::Deployment {
            all.into_iter().filter(is_open).collect()
        } else if all.contains(scope) {
            vec![scope.clone()]
        } else {
            self.known_scope(scope)?;
            let text = format!("no work has begun on {scope}, so nothing has to become of it");
            return Err(Refusal::new(RefusalCode::State, text, "name a component or a site"));
        };
        if scopes.is_empty() {
            let text = "it is decided already what becomes of everything";
            return Err(Refusal::new(RefusalCode::State, text, "name what changes"));
        }
        let event = |scope| {
            let reason = reason.clone();
            Event::Termination(TerminationEvent::Disposed { scope, disposition, reason })
        };
        Ok(scopes.into_iter().map(event).collect())
    }

    fn gone_back(&self, scope: &Scope, proof: &str) -> Result<Vec<Event>, Refusal> {
        self.terminates("put down that something has gone back")?;
        let proof = worded("what shows it", proof)?;
        let decided = self.state.termination.dispositions.get(scope);
        if decided.is_none_or(|it| it.disposition != Disposition::RollBack) {
            let text = format!("{scope} is not to go back");
            let next = "`landfall terminate dispose` decides what becomes of it";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let scope = scope.clone();
        Ok(vec![Event::Termination(TerminationEvent::GoneBack { scope, proof })])
    }

    fn accept_stay(&self) -> Result<Vec<Event>, Refusal> {
        let roles = [RoleType::OperationsManager, RoleType::SupportManager];
        self.role(&roles, &Scope::Deployment, "accept what stays")?;
        self.may_accept_from_project()?;
        self.is_terminating()?;
        let reading = gates::termination::tr1(self.state);
        let reading =
            self.state.reading(crate::guard::Guard::TR1, &[Scope::Deployment], self.now, reading);
        pass("accepting what stays", vec![reading])?;
        let held = self.held(&Scope::Deployment);
        let mine = roles
            .into_iter()
            .filter(|it| held.contains(it) && !self.state.termination.accepted.contains(it));
        let events: Vec<Event> =
            mine.map(|role| Event::Termination(TerminationEvent::StayAccepted { role })).collect();
        if events.is_empty() {
            let text = format!("{} has accepted already", self.person);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(events)
    }

    fn complete_termination(&self) -> Result<Vec<Event>, Refusal> {
        let transition = DeploymentTransition::TerminationCompleted;
        let roles = [RoleType::SolutionManager];
        self.role(&roles, &Scope::Deployment, "complete the termination")?;
        transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
        let readings = gates::termination::gate(self.state, self.now);
        let gate = pass("completing the termination", readings)?;
        Ok(vec![Event::Deployment { transition, reason: None, gate }])
    }
}
