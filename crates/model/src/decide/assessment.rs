//! Acts that assess the deployment: answer, measure, judge, accept a shortfall.
//!
//! Source: Deploy SMF, Table 1, "Product Manager: assesses the deployment"; Tables 4 to 7, key
//! questions; guard D8.

use super::{Acting, worded};
use crate::assessment::{
    self, AssessmentCommand, AssessmentEvent, KeyQuestion, Measurement, Verdict,
};
use crate::event::Event;
use crate::evidence::Evidence;
use crate::id::{LineId, RingId};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties as separation;
use crate::state::RingState;

/// The most pieces of evidence for one statement.
pub(super) const EVIDENCE_MAX: usize = 20;

impl Acting<'_> {
    pub(super) fn assessment(&self, command: &AssessmentCommand) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            AssessmentCommand::Answer { question, answer, evidence } => {
                self.answer_question(*question, answer, evidence)?
            }
            AssessmentCommand::Measure { criterion, measurement } => {
                self.measure_criterion(criterion, measurement)?
            }
            AssessmentCommand::Judge { item, kind, text, measurement } => {
                self.assesses("judge what was expected")?;
                if self.state.plan.success_criteria.iter().any(|it| it.id == *item) {
                    let text = format!("{item} is a success criterion");
                    let next = format!("`landfall criterion measure {item}` evaluates it");
                    return Err(Refusal::invalid(text, next));
                }
                AssessmentEvent::ItemJudged {
                    item: item.clone(),
                    kind: *kind,
                    text: worded("what is expected", text)?,
                    measurement: self.checked_measurement(measurement)?,
                }
            }
            AssessmentCommand::Assess { ring, rating, text } => {
                self.assess(ring.as_ref(), *rating, text)?
            }
            AssessmentCommand::AcceptShortfall { item, reason } => {
                self.accept_shortfall(item, reason)?
            }
        };
        Ok(vec![Event::Assessment(event)])
    }

    fn answer_question(
        &self,
        question: KeyQuestion,
        answer: &str,
        evidence: &[Evidence],
    ) -> Result<AssessmentEvent, Refusal> {
        let role =
            self.role(question.answered_by(), &Scope::Deployment, &format!("answer {question}"))?;
        let answer = worded("the answer", answer)?;
        self.checked_evidence(evidence)?;
        let basis = assessment::standing(self.state, question).basis;
        let evidence = evidence.to_vec();
        Ok(AssessmentEvent::QuestionAnswered { question, role, answer, evidence, basis })
    }

    fn assesses(&self, act: &str) -> Result<RoleType, Refusal> {
        self.role(&[RoleType::ProductManager], &Scope::Deployment, act)
    }

    /// The Product Manager's word on a ring, or on the whole, beside what is known by measuring.
    fn assess(
        &self,
        ring: Option<&RingId>,
        rating: u8,
        text: &str,
    ) -> Result<AssessmentEvent, Refusal> {
        self.assesses("assess the deployment")?;
        if !(1..=5).contains(&rating) {
            let next = "rate from 1 to 5, the best";
            return Err(Refusal::invalid(format!("there is no rating {rating}"), next));
        }
        let text = worded("the assessment", text)?;
        if let Some(id) = ring {
            let (_, status) = self.state.ring(id).ok_or_else(|| Refusal::unknown(id))?;
            if status.state == RingState::Waiting {
                let text = format!("ring {id} has not begun");
                let next = "assess it once its sites are deployed";
                return Err(Refusal::new(RefusalCode::State, text, next));
            }
        }
        let figures = assessment::figures(self.state, ring);
        Ok(AssessmentEvent::Assessed { ring: ring.cloned(), rating, text, figures })
    }

    fn measure_criterion(
        &self,
        criterion: &LineId,
        measurement: &Measurement,
    ) -> Result<AssessmentEvent, Refusal> {
        self.assesses("evaluate a success criterion")?;
        let planned = self.state.plan.success_criteria.iter().find(|it| it.id == *criterion);
        let planned = planned.ok_or_else(|| Refusal::unknown(format!("criterion {criterion}")))?;
        let standing = assessment::criterion(self.state, planned);
        if let Some(computed) = standing.computed.filter(|it| it.verdict.is_some()) {
            let text = format!("{criterion} is computed, as {}", computed.value);
            let next = "what the program knows is not entered by hand; change what it rests on";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let measurement = self.checked_measurement(measurement)?;
        Ok(AssessmentEvent::CriterionMeasured { criterion: criterion.clone(), measurement })
    }

    pub(super) fn checked_measurement(&self, it: &Measurement) -> Result<Measurement, Refusal> {
        self.checked_evidence(&it.evidence)?;
        Ok(Measurement {
            value: worded("the value", &it.value)?,
            verdict: it.verdict,
            how: worded("how it was measured", &it.how)?,
            evidence: it.evidence.clone(),
        })
    }

    /// Refuses evidence that cannot be looked at.
    pub(super) fn checked_evidence(&self, evidence: &[Evidence]) -> Result<(), Refusal> {
        if evidence.len() > EVIDENCE_MAX {
            let text = format!("{} pieces of evidence are too many", evidence.len());
            return Err(Refusal::invalid(text, format!("give at most {EVIDENCE_MAX}")));
        }
        let is_future =
            |it: &&Evidence| matches!(it, Evidence::Entry(seq) if *seq > self.state.seq);
        match evidence.iter().find(is_future) {
            None => Ok(()),
            Some(it) => {
                let text = format!("{it} is not written yet");
                Err(Refusal::invalid(text, "`landfall record list` shows which entries there are"))
            }
        }
    }

    fn accept_shortfall(&self, item: &LineId, reason: &str) -> Result<AssessmentEvent, Refusal> {
        self.accepts_for_customer("accept what is not met")?;
        let reason = worded("the reason", reason)?;
        let planned = self.state.plan.success_criteria.iter().find(|it| it.id == *item);
        let value = match planned {
            Some(planned) => {
                let standing = assessment::criterion(self.state, planned);
                standing.value().map(|(value, verdict)| (value.to_owned(), verdict))
            }
            None => {
                let judged = self.state.assessments.items.get(item);
                let judged = judged.ok_or_else(|| Refusal::unknown(format!("criterion {item}")))?;
                let it = &judged.judgement.measurement;
                Some((it.value.clone(), it.verdict))
            }
        };
        match value {
            None => {
                let text = format!("{item} is not evaluated yet");
                let next = self.ask(&[RoleType::ProductManager], &Scope::Deployment);
                Err(Refusal::new(RefusalCode::State, text, format!("{next} to evaluate it")))
            }
            Some((value, Verdict::Met)) => {
                let text = format!("{item} is met, at {value}");
                Err(Refusal::new(RefusalCode::State, text, "there is nothing to accept"))
            }
            Some((value, Verdict::NotMet)) => {
                Ok(AssessmentEvent::ShortfallAccepted { item: item.clone(), value, reason })
            }
        }
    }

    /// Returns what was relaxed so that this person accepts for the customer.
    pub(super) fn accepts_for_customer(&self, act: &str) -> Result<Vec<separation::Rule>, Refusal> {
        self.role(&[RoleType::Customer], &Scope::Deployment, act)?;
        let held = self.held(&Scope::Deployment);
        let profile = self.state.plan.profile;
        Ok(separation::may_accept_for_customer(self.person, &held, self.person, &[], profile)?)
    }
}
