//! Deciding: what a person's command makes happen, or why it is refused.
//!
//! House rule: `decide(state, command, actor, now) -> events or refusal`, without
//! any effect. A refused command leaves no trace.

mod assessment;
mod assignment;
mod batch;
mod change_schedule;
mod close_out;
mod completion;
mod concurring;
mod delegation;
mod deployment;
pub mod dispute;
pub mod escalation;
pub mod forgetting;
mod halting;
pub mod history;
mod incident;
mod message;
mod milestone;
pub mod paper;
mod precheck;
mod quiet_period;
mod readiness;
mod release_readiness;
mod rfc;
mod rolling_back;
mod sign_off;
mod site_care;
mod survey;
mod termination;
#[cfg(test)]
mod tests;
mod training;
mod waiver;

use crate::assignment::AssignmentCommand;
use crate::command::Command;
use crate::digest::Digest;
use crate::event::{Actor, Event};
use crate::id::PersonId;
use crate::machine::{SiteTransition, Transition};
use crate::paper::PaperCommand;
use crate::plan::MasterProjectPlan;
use crate::readiness::ReadinessCommand;
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::rights::Rights;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::{Holding, State};
use crate::termination::TerminationCommand;
use jiff::Timestamp;

/// Who decides, when, and with what at hand.
pub struct Acting<'a> {
    /// Where the deployment stands.
    pub state: &'a State,
    /// Who acts.
    pub person: &'a PersonId,
    /// When.
    pub now: Timestamp,
    /// The plan that a revision names.
    pub new_plan: Option<&'a MasterProjectPlan>,
    /// The printed names that whoever is to be forgotten ever had in a plan.
    pub names: &'a [String],
    rights: Rights,
    /// The chain's hash of the last entry.
    head: Digest,
}

impl<'a> Acting<'a> {
    /// Returns that `person` acts in `state` at the instant `now`.
    pub fn new(state: &'a State, person: &'a PersonId, now: Timestamp) -> Self {
        let head = Digest::from_bytes([0; 32]);
        let (new_plan, names, rights) = (None, &[][..], Rights::Operate);
        Self { state, person, now, new_plan, names, rights, head }
    }

    /// Returns the same with the plan that a revision names at hand.
    pub fn with_plan(self, new_plan: Option<&'a MasterProjectPlan>) -> Self {
        Self { new_plan, ..self }
    }

    /// Returns the same with the printed names at hand that whoever is to be forgotten ever had in a plan.
    pub fn with_names(self, names: &'a [String]) -> Self {
        Self { names, ..self }
    }
}

/// Returns why the acting person is kept from `command`, which others of their role type may carry
/// out: by a separation of duties, or because their voice was heard already. What stands in the way
/// of everybody is not looked at, nor are the texts that are still missing.
pub fn kept_from(acting: &Acting<'_>, command: &Command) -> Option<Refusal> {
    let acting = &Acting { rights: command.rights(), ..*acting };
    if let Command::Sign { slot, .. } = command {
        return acting.kept_from_signing(slot);
    }
    if let Command::Rfc { rfc, act } = command {
        return acting.kept_from_request(rfc, act);
    }
    if let Command::Paper(PaperCommand::Attest { paper, .. }) = command {
        return acting.kept_from_attesting(*paper);
    }
    let takes_over = matches!(
        command,
        Command::Readiness(ReadinessCommand::Accept)
            | Command::Assignment(AssignmentCommand::AcceptKnowledge { .. })
            | Command::Termination(TerminationCommand::AcceptStay)
    );
    takes_over.then(|| acting.may_accept_from_project().err()).flatten()
}

/// Returns what `command` makes happen.
///
/// # Errors
///
/// With the reason and the next step; nothing has happened then.
pub fn decide(acting: &Acting<'_>, command: &Command) -> Result<Vec<Event>, Refusal> {
    let acting = &Acting { rights: command.rights(), ..*acting };
    if !command.is_anonymous() {
        acting.known_person()?;
    }
    acting.not_sealed(command)?;
    match command {
        Command::Baseline { findings } => acting.baseline(findings),
        Command::Open => acting.open(),
        Command::RevisePlan { plan, changes, removes_scope, reason } => {
            acting.revise_plan(*plan, changes, *removes_scope, reason)
        }
        Command::HoldDeployment { reason } => acting.hold_deployment(reason),
        Command::ReleaseDeployment { reason } => acting.release_deployment(reason),
        Command::Cancel { reason } => acting.cancel(reason),
        Command::Hold { scope, held, reason } => acting.hold(scope, *held, reason),
        Command::Rfc { rfc, act } => acting.rfc(rfc, act),
        Command::AcknowledgeSchedule { site, version } => {
            acting.acknowledge_schedule(site, *version)
        }
        Command::Adopt { component } => acting.adopt(component),
        Command::Attest { guard, scope, statement } => acting.attest(*guard, scope, statement),
        Command::RequestWaiver { guard, scope, reason, risk, control, until, part } => {
            let (guard, until, part) = (*guard, *until, part.as_deref());
            let wanted = waiver::Wanted { guard, part, scope, until, reason, risk, control };
            acting.request_waiver(&wanted)
        }
        Command::ApproveWaiver { waiver } => acting.approve_waiver(*waiver),
        Command::RefuseWaiver { waiver, reason } => acting.refuse_waiver(*waiver, reason),
        Command::CloseWaiver { waiver, reason } => acting.close_waiver(*waiver, reason),
        Command::Sign { slot, document, exceptions } => acting.sign(slot, *document, exceptions),
        Command::Refuse { slot, document, reasons } => acting.refuse(slot, *document, reasons),
        Command::Withdraw { slot, reason } => acting.withdraw(slot, reason),
        Command::ResolveRefusal { site, reason } => acting.resolve_refusal(site, reason),
        Command::Revisit { site, reason } => acting.revisit(site, reason),
        Command::HaltRing { ring, reason } => acting.halt_ring(ring, reason),
        Command::HaltSite { site, reason } => acting.halt_site(site, reason),
        Command::CancelOrders { scope, reason } => acting.cancel_orders(scope, reason),
        Command::ResumeRing { ring, reason, only } => acting.resume_ring(ring, reason, only),
        Command::Resume { scope, reason } => acting.resume(scope, reason),
        Command::Decide { scope, computers, decision, reason } => {
            acting.decide_steps(scope, computers, *decision, reason)
        }
        Command::Confirm { scope, computer, done, evidence } => {
            acting.confirm(scope, computer.as_ref(), *done, evidence.as_deref())
        }
        Command::RollBack { scope, reason, accept_loss } => {
            acting.roll_back(scope, reason, *accept_loss)
        }
        Command::Replan { scope, reason } => acting.replan(scope, reason),
        Command::Exempt { site, reason } => acting.exempt(site, reason),
        Command::Incident(command) => acting.incident(command),
        Command::Escalation(command) => acting.escalation(command),
        Command::Readiness(command) => acting.readiness(command),
        Command::Assignment(command) => acting.assignment(command),
        Command::Milestone(command) => acting.milestone(command),
        Command::QuietPeriod(command) => acting.quiet_period(command),
        Command::Survey(command) => acting.survey(command),
        Command::Assessment(command) => acting.assessment(command),
        Command::CloseOut(command) => acting.close_out(command),
        Command::Termination(command) => acting.termination(command),
        Command::History(command) => acting.history(command),
        Command::Delegation(command) => acting.delegation(command),
        Command::Dispute(command) => acting.dispute(command),
        Command::Paper(command) => acting.paper(command),
        Command::Batch(command) => acting.batch(command),
        Command::ChangeSchedule(command) => acting.change_schedule(command),
        Command::SiteCare(command) => acting.site_care(command),
        Command::Message(command) => acting.message(command),
        Command::Training(command) => acting.training(command),
        Command::Precheck(command) => acting.precheck(command),
        Command::ReleaseReadiness(command) => acting.release_readiness(command),
    }
}

/// The longest text of a reason, statement or exception, in characters.
pub const TEXT_LENGTH_MAX: usize = 4_000;

/// Whether a letter only turns the direction of what follows: it shows nothing, and can make a text
/// read as another than it is.
fn turns(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns `text` trimmed, without marks that turn its direction.
///
/// # Errors
///
/// When it is empty, too long or holds control characters.
pub(crate) fn worded(what: &str, text: &str) -> Result<String, Refusal> {
    let too_long = || {
        let text = format!("{what} is too long or holds control characters");
        let next = format!("use plain text of at most {TEXT_LENGTH_MAX} characters");
        Refusal::invalid(text, next)
    };
    // Before anything else is done with it: a letter has four bytes at most.
    if text.len() > 4 * TEXT_LENGTH_MAX {
        return Err(too_long());
    }
    let text = text.replace(turns, "");
    let text = text.trim();
    let is_plain = text.chars().all(|it| !it.is_control() || it == '\n' || it == '\t');
    if text.is_empty() {
        return Err(Refusal::invalid(format!("{what} is missing"), format!("give {what}")));
    }
    if text.chars().count() > TEXT_LENGTH_MAX || !is_plain {
        return Err(too_long());
    }
    Ok(text.to_owned())
}

impl Acting<'_> {
    /// Returns the actor of entries that come of `command`: nobody, where it is anonymous.
    pub fn actor_of(&self, command: &Command, login: &str) -> Actor {
        if command.is_anonymous() { Actor::System } else { self.actor(login) }
    }

    /// Returns the actor of entries that come of what the person does.
    pub fn actor(&self, login: &str) -> Actor {
        Actor::Person { person: self.person.clone(), login: login.to_owned(), known: None }
    }

    fn known_person(&self) -> Result<(), Refusal> {
        match self.state.person(self.person) {
            Some(person) if person.holds(RoleType::Auditor) => Err(Refusal::new(
                RefusalCode::NotPermitted,
                format!(
                    "{} is an auditor, who reads everything and changes nothing ({})",
                    person.id,
                    crate::separation_of_duties::Rule::AuditorOnlyReads
                ),
                "ask somebody else to act",
            )),
            Some(person) if self.has_left(person) => Err(Refusal::new(
                RefusalCode::NotPermitted,
                format!("{} was released from the project and acts no more", person.id),
                "ask somebody else to act",
            )),
            Some(_) => Ok(()),
            None => Err(Refusal::new(
                RefusalCode::NotPermitted,
                format!("{} is nobody in this plan", self.person),
                "act as a person of the plan: `landfall plan show --json` names them",
            )),
        }
    }

    /// Returns the person called `id`, who takes something over: anybody but an auditor, who could
    /// do nothing about it.
    fn taking_over(&self, id: &PersonId) -> Result<&crate::person::Person, Refusal> {
        let person = self.state.person(id).ok_or_else(|| Refusal::unknown(id))?;
        if person.holds(RoleType::Auditor) {
            let text = format!("{id} is an auditor, who takes nothing over");
            return Err(Refusal::invalid(text, "name somebody else"));
        }
        Ok(person)
    }

    fn has_left(&self, person: &crate::person::Person) -> bool {
        let has_left = self.state.left_the_project(&person.id, Rights::Contribute).is_some();
        has_left && person.roles.iter().all(|it| it.is_project())
    }

    /// Returns the role types that count for the person at `scope`: those of the project only as
    /// far as their assignment goes.
    fn held(&self, scope: &Scope) -> Vec<RoleType> {
        let mut held = self.state.roles_of(self.person, scope);
        if self.state.left_the_project(self.person, self.rights).is_some() {
            held.retain(|it| !it.is_project());
        }
        let delegated = self.state.delegations_of(self.person, scope, self.now);
        for role in delegated.filter(|it| it.slots.is_empty()).map(|it| it.role) {
            if !held.contains(&role) {
                held.push(role);
            }
        }
        held
    }

    /// SOD-3: what somebody built, somebody else starts.
    fn may_start(&self, roles: &[RoleType], scope: &Scope) -> Result<(), Refusal> {
        let builders = self.state.plan.release.builders();
        let profile = self.state.plan.profile;
        for person in roles.iter().flat_map(|it| self.persons_behind(*it, scope)) {
            crate::separation_of_duties::may_start(&person, &builders, profile)?;
        }
        Ok(())
    }

    /// SOD-4: what is verified by hand is verified by somebody who did not run it.
    fn may_confirm(&self, role: RoleType, scope: &Scope) -> Result<(), Refusal> {
        use crate::separation_of_duties::{Checks, may_verify};
        if role == RoleType::Tester {
            let runners = self.state.implementers_of(scope);
            let builders = self.state.plan.release.builders();
            let profile = self.state.plan.profile;
            for person in self.persons_behind(role, scope) {
                may_verify(&person, &runners, &builders, Checks::Manual, profile)?;
            }
        }
        Ok(())
    }

    /// Returns the first of `roles` that the person holds for `scope`.
    ///
    /// # Errors
    ///
    /// When they hold none of them.
    fn role(&self, roles: &[RoleType], scope: &Scope, act: &str) -> Result<RoleType, Refusal> {
        let held = self.held(scope);
        roles.iter().copied().find(|it| held.contains(it)).ok_or_else(|| {
            let names: Vec<String> = roles.iter().map(ToString::to_string).collect();
            let left = self.state.left_the_project(self.person, self.rights);
            let text = match left.filter(|_| roles.iter().any(|it| it.is_project())) {
                Some(standing) => {
                    format!("{} may not {act}: their assignment is {standing}", self.person)
                }
                None => format!("{} may not {act}: it takes {}", self.person, names.join(" or ")),
            };
            Refusal::new(RefusalCode::NotPermitted, text, self.ask(roles, scope))
        })
    }

    /// Returns whom to ask instead, by name: anybody but whoever asks.
    fn ask(&self, roles: &[RoleType], scope: &Scope) -> String {
        let holders = roles.iter().flat_map(|role| self.state.plan.holders(*role));
        let mut names: Vec<&PersonId> = holders.map(|it| &it.id).collect();
        if let Scope::Site(id) = scope
            && roles.contains(&RoleType::SiteOwner)
            && let Some((site, _)) = self.state.site(id)
        {
            names.push(&site.owner);
            names.extend(site.deputy.as_ref());
        }
        let mut others: Vec<&str> = Vec::new();
        for name in names.into_iter().filter(|it| *it != self.person) {
            if !others.contains(&name.as_str()) {
                others.push(name.as_str());
            }
        }
        others.truncate(4);
        if others.is_empty() {
            "nobody else in the plan holds that role type: revise the plan".to_owned()
        } else {
            format!("ask {}", others.join(" or "))
        }
    }

    fn site_event(
        &self,
        site: &crate::id::SiteId,
        transition: SiteTransition,
        reason: Option<String>,
        gate: Vec<crate::guard::GuardReading>,
    ) -> Result<Event, Refusal> {
        let (_, status) = self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        transition.attempt(site, status.state)?;
        Ok(Event::Site { site: site.clone(), transition, reason, gate })
    }

    fn adopt(&self, id: &crate::id::ComponentId) -> Result<Vec<Event>, Refusal> {
        let (planned, _) = self.state.component(id).ok_or_else(|| Refusal::unknown(id))?;
        let scope = Scope::Component(id.clone());
        let roles = [RoleType::ReleaseManagement];
        self.role(&roles, &scope, "have a component adopted")?;
        self.may_start(&roles, &scope)?;
        if planned.adopt == crate::component::Adopt::No {
            let text = format!("the plan does not say that {id} was deployed in the pilot");
            return Err(Refusal::invalid(text, "deploy it, or revise the plan"));
        }
        self.component_event(id, crate::machine::ComponentTransition::AdoptionStarted, None, vec![])
            .map(|it| vec![it])
    }

    fn attest(
        &self,
        guard: crate::guard::Guard,
        scope: &Scope,
        statement: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        let roles = crate::gates::attesters(guard);
        if roles.is_empty() {
            let text = format!("{guard} is not a matter of statement: {}", guard.text());
            let next = "make it true: `landfall why` names who can; or ask for a waiver of it";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        self.role(roles, scope, &format!("state {guard}"))?;
        let statement = worded("the statement", statement)?;
        Ok(vec![Event::Attested { guard, scope: scope.clone(), statement }])
    }

    fn hold(&self, scope: &Scope, held: bool, reason: &str) -> Result<Vec<Event>, Refusal> {
        use RoleType::{ProgramManager, ReleaseManagement, SiteOwner, SolutionManager};
        self.known_scope(scope)?;
        let roles = [ReleaseManagement, ProgramManager, SolutionManager, SiteOwner];
        self.role(&roles, scope, "hold or release it")?;
        let reason = worded("the reason", reason)?;
        let is_held = self.state.holds.contains_key(&scope.to_string());
        if is_held == held {
            let text = format!("{scope} is {} already", if held { "held" } else { "not held" });
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        let holding = Holding::Everything;
        Ok(vec![Event::Hold { scope: scope.clone(), held, reason, holding }])
    }

    fn known_scope(&self, scope: &Scope) -> Result<(), Refusal> {
        let index = &self.state.index;
        let is_known = match scope {
            Scope::Deployment | Scope::Core => true,
            Scope::Component(id) => index.components.contains_key(id),
            Scope::Ring(id) => index.rings.contains_key(id),
            Scope::Site(id) => index.sites.contains_key(id),
            Scope::Rfc(id) => self.state.request(id).is_some(),
        };
        if is_known { Ok(()) } else { Err(Refusal::unknown(scope)) }
    }

    /// Returns the scope of the ring that `site` belongs to.
    fn ring_scope(&self, site: &crate::id::SiteId) -> Scope {
        let position = self.state.index.sites.get(site);
        let ring = position.and_then(|it| self.state.plan.ring_of.get(*it as usize));
        let ring = ring.and_then(|it| self.state.plan.rings.get(*it as usize));
        ring.map_or(Scope::Deployment, |it| Scope::Ring(it.id.clone()))
    }
}
