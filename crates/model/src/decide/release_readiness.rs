//! Acts on the way to Release Readiness: declare, register, compare, accept, acknowledge, vote,
//! decide.
//!
//! Nobody puts a vote into somebody else's mouth: whoever holds a role type votes, and the review
//! takes over what was voted. Only the minutes of a review that was held elsewhere bring their own.
//!
//! Source: Deploy SMF, overview, "Release Readiness Milestone"; guards E1, E4, E7, E8.

mod reviewing;

use super::{Acting, worded};
use crate::assessment::{Measurement, Target, Value, Verdict};
use crate::companion_plans::{Experience, StrategyDecision};
use crate::digest::Digest;
use crate::event::Event;
use crate::gates::entry::ACCEPTING_ISSUES;
use crate::id::{LineId, PersonId};
use crate::milestone::Recommendation;
use crate::refusal::{Refusal, RefusalCode};
use crate::release::Condition;
use crate::release_readiness::{
    InputKind, ReleaseReadinessCommand, ReleaseReadinessEvent, criteria_digest,
};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::civil::Date;

/// Whoever prepares the entry.
const PREPARING: [RoleType; 2] = [RoleType::ProgramManager, RoleType::ReleaseManagement];

/// An input as it is to be registered.
struct Input<'a> {
    input: &'a LineId,
    kind: InputKind,
    source: &'a str,
    sha256: Digest,
    reason: Option<&'a str>,
}

impl Acting<'_> {
    pub(super) fn release_readiness(
        &self,
        command: &ReleaseReadinessCommand,
    ) -> Result<Vec<Event>, Refusal> {
        use ReleaseReadinessCommand as C;
        let event = match command {
            C::DeclareFinal { release, tests } => self.declare_final(*release, tests)?,
            C::RegisterInput { input, kind, source, sha256, reason } => {
                let (kind, sha256, reason) = (*kind, *sha256, reason.as_deref());
                self.register_input(&Input { input, kind, source, sha256, reason })?
            }
            C::JudgePilot { criterion, measurement } => self.judge_pilot(criterion, measurement)?,
            C::AcceptKnownIssues { issues } => return self.accept_known_issues(*issues),
            C::PublishKnownIssues { issues, place } => self.publish_known_issues(*issues, place)?,
            C::AcknowledgeCriteria { criteria } => self.acknowledge_criteria(*criteria)?,
            C::DecideStrategy { decision } => self.decide_strategy(decision)?,
            C::TellExperience { experience } => self.tell_experience(experience)?,
            C::Vote { release, recommendation, reason } => {
                return self.vote_on_release(*release, *recommendation, reason.as_deref());
            }
            C::Review { review } => self.review(review)?,
            C::CloseCondition { condition, evidence } => {
                self.close_condition(condition, evidence)?
            }
            C::CarryCondition { condition, owner, due, reason } => {
                self.carry_condition(condition, owner, *due, reason)?
            }
        };
        Ok(vec![Event::ReleaseReadiness(event)])
    }

    fn today(&self) -> Date {
        self.now.to_zoned(self.state.plan.zone.rules()).date()
    }

    fn is_past(&self, day: Date, what: &str) -> Result<(), Refusal> {
        if day <= self.today() {
            return Ok(());
        }
        let text = format!("{what} is dated {day}, which is still to come");
        Err(Refusal::invalid(text, "give the day on which it was"))
    }

    fn shown_release(&self, release: Digest) -> Result<(), Refusal> {
        let present = self.state.release_digest();
        if release == present {
            return Ok(());
        }
        let text = format!(
            "that is release {}, and this deployment's is {}",
            release.short(),
            present.short()
        );
        let next = "`landfall release-readiness show` prints the release as it is";
        Err(Refusal::new(RefusalCode::Stale, text, next))
    }

    fn declare_final(
        &self,
        release: Digest,
        tests: &str,
    ) -> Result<ReleaseReadinessEvent, Refusal> {
        let roles = [RoleType::TestManager, RoleType::ReleaseManagement, RoleType::ProgramManager];
        self.role(&roles, &Scope::Deployment, "declare the release final")?;
        self.shown_release(release)?;
        Ok(ReleaseReadinessEvent::DeclaredFinal {
            release,
            version: self.state.plan.release.version.clone(),
            tests: worded("what was tested", tests)?,
            known_issues: self.state.issues_digest(),
        })
    }

    /// The register is frozen with the baseline: it changes only with a reason, by whoever owns the
    /// plan.
    fn register_input(&self, it: &Input<'_>) -> Result<ReleaseReadinessEvent, Refusal> {
        let act = "put an input into the register";
        let is_frozen = self.state.baseline > 0;
        let roles = if is_frozen { &[RoleType::ProgramManager][..] } else { &PREPARING[..] };
        self.role(roles, &Scope::Deployment, act)?;
        let reason = it.reason.map(|it| worded("the reason", it)).transpose()?;
        if is_frozen && reason.is_none() {
            let text = format!("baseline {} has frozen the inputs", self.state.baseline);
            let next = "give the reason with `--reason`; the register shows it";
            return Err(Refusal::invalid(text, next));
        }
        let known = self.state.release_readiness.inputs.get(it.input);
        if known.is_some_and(|known| known.sha256 == it.sha256 && known.source == it.source) {
            let text = format!("{} is registered as it is", it.input);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(ReleaseReadinessEvent::InputRegistered {
            input: it.input.clone(),
            kind: it.kind,
            source: worded("where it comes from", it.source)?,
            sha256: it.sha256,
            reason,
        })
    }

    fn judge_pilot(
        &self,
        criterion: &LineId,
        measurement: &Measurement,
    ) -> Result<ReleaseReadinessEvent, Refusal> {
        let roles = [RoleType::ProductManager, RoleType::TestManager, RoleType::Tester];
        self.role(&roles, &Scope::Deployment, "compare the pilot with the criteria")?;
        let planned = self.state.plan.success_criteria.iter().find(|it| it.id == *criterion);
        let planned = planned.ok_or_else(|| Refusal::unknown(format!("criterion {criterion}")))?;
        let measurement = self.checked_measurement(measurement)?;
        // What can be compared is compared: a verdict does not contradict its own numbers.
        let target = Target::read(&planned.target);
        if let Some((target, value)) = target.zip(Value::read(&measurement.value)) {
            let is_met = target.is_met(value);
            if is_met != (measurement.verdict == Verdict::Met) {
                let word = if is_met { "meets" } else { "does not meet" };
                let text = format!("{} {word} {}", measurement.value, planned.target);
                return Err(Refusal::invalid(text, "correct the value or the verdict"));
            }
        }
        Ok(ReleaseReadinessEvent::PilotJudged { criterion: criterion.clone(), measurement })
    }

    fn shown_issues(&self, issues: Digest) -> Result<(), Refusal> {
        if issues == self.state.issues_digest() {
            return Ok(());
        }
        let next = "`landfall release-readiness show` lists them as they are";
        Err(Refusal::new(RefusalCode::Stale, "the known issues are others by now", next))
    }

    fn accept_known_issues(&self, issues: Digest) -> Result<Vec<Event>, Refusal> {
        self.role(ACCEPTING_ISSUES, &Scope::Deployment, "accept the known issues")?;
        self.shown_issues(issues)?;
        let known = &self.state.plan.release.known_issues;
        if let Some(blocker) = known.iter().find(|it| it.severity <= 1) {
            let text = format!("{} blocks, and a blocker is not accepted", blocker.id);
            return Err(Refusal::new(RefusalCode::Gate, text, "it takes a release without it"));
        }
        let without =
            |it: &&crate::release::KnownIssue| it.severity == 2 && it.workaround.trim().is_empty();
        if let Some(issue) = known.iter().find(without) {
            let text = format!("{} has no workaround: {}", issue.id, issue.text);
            let next = "write its workaround into the plan, and revise it";
            return Err(Refusal::new(RefusalCode::Gate, text, next));
        }
        let held = self.held(&Scope::Deployment);
        let given: Vec<RoleType> = self.state.issues_accepted_by().collect();
        let roles = ACCEPTING_ISSUES.iter().filter(|it| held.contains(it) && !given.contains(it));
        let accepted = roles.map(|role| {
            let role = *role;
            Event::ReleaseReadiness(ReleaseReadinessEvent::KnownIssuesAccepted { issues, role })
        });
        let accepted: Vec<Event> = accepted.collect();
        if accepted.is_empty() {
            let text = format!("{} has accepted the known issues already", self.person);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(accepted)
    }

    fn publish_known_issues(
        &self,
        issues: Digest,
        place: &str,
    ) -> Result<ReleaseReadinessEvent, Refusal> {
        let mut roles = crate::gates::readiness::support(&self.state.plan);
        roles.push(RoleType::OperationsExperience);
        self.role(&roles, &Scope::Deployment, "publish the known issues")?;
        self.shown_issues(issues)?;
        let place = worded("where they are", place)?;
        Ok(ReleaseReadinessEvent::KnownIssuesPublished { issues, place })
    }

    fn acknowledge_criteria(&self, criteria: Digest) -> Result<ReleaseReadinessEvent, Refusal> {
        self.accepts_for_customer("acknowledge the success criteria")?;
        if criteria != criteria_digest(&self.state.plan) {
            let next = "`landfall criterion list` shows them as they are";
            let text = "the success criteria are others by now";
            return Err(Refusal::new(RefusalCode::Stale, text, next));
        }
        if self.state.criteria_acknowledged() {
            let text = "these success criteria are acknowledged";
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        let role = RoleType::Customer;
        Ok(ReleaseReadinessEvent::CriteriaAcknowledged { criteria, role })
    }

    fn decide_strategy(
        &self,
        decision: &StrategyDecision,
    ) -> Result<ReleaseReadinessEvent, Refusal> {
        let roles = [RoleType::ProgramManager, RoleType::SolutionManager];
        self.role(&roles, &Scope::Deployment, "record the decision on strategy")?;
        self.is_past(decision.on, "the decision on strategy")?;
        if decision.by.is_empty() {
            return Err(Refusal::invalid("nobody decided it", "name the role types that did"));
        }
        let decision = StrategyDecision {
            infrastructure: worded(
                "the strategy for the infrastructure",
                &decision.infrastructure,
            )?,
            sites: worded("the strategy for the sites", &decision.sites)?,
            experience: decision.experience.as_ref().map(told).transpose()?,
            ..decision.clone()
        };
        Ok(ReleaseReadinessEvent::StrategyDecided { decision })
    }

    fn tell_experience(&self, experience: &Experience) -> Result<ReleaseReadinessEvent, Refusal> {
        self.role(&PREPARING, &Scope::Deployment, "tell what experience the team has")?;
        let experience = told(experience)?;
        if self.state.experience() == Some(&experience) {
            let text = "that is told already";
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(ReleaseReadinessEvent::ExperienceTold { experience })
    }

    fn vote_on_release(
        &self,
        release: Digest,
        recommendation: Recommendation,
        reason: Option<&str>,
    ) -> Result<Vec<Event>, Refusal> {
        self.role(RoleType::PROJECT, &Scope::Deployment, "vote on the release")?;
        self.shown_release(release)?;
        let reason = match (recommendation, reason) {
            (Recommendation::Go, None) => None,
            (_, reason) => Some(worded("the reason", reason.unwrap_or_default())?),
        };
        let held = self.held(&Scope::Deployment);
        let roles = RoleType::PROJECT.iter().copied().filter(|it| held.contains(it));
        let voted = roles.map(|role| {
            let reason = reason.clone();
            Event::ReleaseReadiness(ReleaseReadinessEvent::Voted {
                release,
                role,
                recommendation,
                reason,
            })
        });
        Ok(voted.collect())
    }

    fn open_condition(&self, id: &LineId) -> Result<&Condition, Refusal> {
        let conditions = self.state.readiness_decision().map(|it| it.conditions);
        let condition = conditions.unwrap_or_default().iter().find(|it| it.id == *id);
        let condition = condition.ok_or_else(|| {
            let text = format!("the Release Readiness decision has no condition {id}");
            let next = "`landfall release-readiness show` lists its conditions";
            Refusal::new(RefusalCode::Unknown, text, next)
        })?;
        let settled = self.state.release_readiness.conditions.get(id);
        if let Some(crate::release_readiness::ConditionStatus::Closed { .. }) = settled {
            let text = format!("condition {id} is closed");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(condition)
    }

    fn close_condition(
        &self,
        id: &LineId,
        evidence: &str,
    ) -> Result<ReleaseReadinessEvent, Refusal> {
        let condition = self.open_condition(id)?;
        if condition.owner != *self.person {
            let act = format!("close condition {id}");
            self.role(&[RoleType::ProgramManager], &Scope::Deployment, &act).map_err(|it| {
                let next = format!("ask {}, who sees to it", condition.owner);
                Refusal { next_step: next, ..it }
            })?;
        }
        let evidence = worded("what shows it", evidence)?;
        Ok(ReleaseReadinessEvent::ConditionClosed { condition: id.clone(), evidence })
    }

    fn carry_condition(
        &self,
        id: &LineId,
        owner: &PersonId,
        due: Date,
        reason: &str,
    ) -> Result<ReleaseReadinessEvent, Refusal> {
        let roles = [RoleType::ProgramManager, RoleType::SolutionManager];
        self.role(&roles, &Scope::Deployment, &format!("carry condition {id} on"))?;
        self.open_condition(id)?;
        if self.state.plan.person(owner).is_none() {
            return Err(Refusal::unknown(owner));
        }
        if due < self.today() {
            let text = format!("{due} has passed");
            return Err(Refusal::invalid(text, "give a day that is still to come"));
        }
        Ok(ReleaseReadinessEvent::ConditionCarried {
            condition: id.clone(),
            owner: owner.clone(),
            due,
            reason: worded("the reason", reason)?,
        })
    }
}

/// Returns what is told of experience, in plain words.
fn told(experience: &Experience) -> Result<Experience, Refusal> {
    let text = worded("what is told of it", experience.text())?;
    Ok(match experience {
        Experience::Similar(_) => Experience::Similar(text),
        Experience::Rehearsed(_) => Experience::Rehearsed(text),
        Experience::Help(_) => Experience::Help(text),
        Experience::ExtraApprover(_) => Experience::ExtraApprover(text),
    })
}
