//! Feedback, which the Product Manager processes, and problems, the causes behind incidents.
//!
//! Source: Deploy SMF, Table 1, Product Manager; Process 3, "managing support issues".

use super::super::{Acting, worded};
use crate::event::Event;
use crate::id::{PersonId, RfcId};
use crate::incident::{
    Feedback, FeedbackDecision, FeedbackOutcome, IncidentEvent, Opening, Problem, ProblemStanding,
    opened,
};
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;

/// Who looks for the cause behind incidents.
const SEEKERS: &[RoleType] =
    &[RoleType::SupportManager, RoleType::OperationsManager, RoleType::Tester, RoleType::Developer];

fn next(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}

impl Acting<'_> {
    pub(super) fn give_feedback(
        &self,
        scope: &Scope,
        from: Option<&str>,
        text: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        let from = match from {
            Some(from) => self.title("who said it", from)?,
            None => self.person.to_string(),
        };
        Ok(vec![Event::Incident(IncidentEvent::FeedbackReceived {
            feedback: next(self.state.incidents.feedback.len()),
            scope: scope.clone(),
            from: Private::Clear(from),
            text: worded("what was said", text)?,
        })])
    }

    fn known_feedback(&self, number: u32) -> Result<&Feedback, Refusal> {
        let position = (number as usize).checked_sub(1);
        let known = position.and_then(|it| self.state.incidents.feedback.get(it));
        known.ok_or_else(|| {
            let text = format!("there is no feedback {number}");
            Refusal::new(RefusalCode::Unknown, text, "`landfall feedback list` shows it")
        })
    }

    pub(super) fn process_feedback(
        &self,
        number: u32,
        decision: FeedbackDecision,
        answer: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let roles = [RoleType::ProductManager];
        self.role(&roles, &Scope::Deployment, "process feedback")?;
        let known = self.known_feedback(number)?;
        if known.processed.is_some() {
            let text = format!("feedback {number} has been processed");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        let answer = worded("the answer", answer)?;
        let (outcome, follows) = match decision {
            FeedbackDecision::OpenIncident(severity) => {
                let incident = self.state.incidents.next_number();
                let title = known.text.lines().next().unwrap_or_default();
                let title = title.chars().take(super::TITLE_LENGTH_MAX).collect();
                let opening = Opening {
                    text: Some(known.text.clone()),
                    reporter: known.from.value().cloned().map(Private::Clear),
                    ..Opening::reported(known.scope.clone(), severity, title, known.received)
                };
                (FeedbackOutcome::Incident(incident), opened(self.state, incident, opening))
            }
            FeedbackDecision::Revisit => match &known.scope {
                Scope::Site(site) => (FeedbackOutcome::Revisit, self.revisit(site, &answer)?),
                Scope::Deployment
                | Scope::Core
                | Scope::Component(_)
                | Scope::Ring(_)
                | Scope::Rfc(_) => {
                    let text = format!("{} is not a site, to which one goes back", known.scope);
                    return Err(Refusal::invalid(text, "open an incident, or answer it"));
                }
            },
            FeedbackDecision::Answer => (FeedbackOutcome::Answered, vec![]),
        };
        let processed = IncidentEvent::FeedbackProcessed { feedback: number, outcome, answer };
        Ok([Event::Incident(processed)].into_iter().chain(follows).collect())
    }

    pub(super) fn known_problem(&self, number: u32) -> Result<&Problem, Refusal> {
        self.state.incidents.problem(number).ok_or_else(|| {
            let text = format!("there is no problem {number}");
            Refusal::new(RefusalCode::Unknown, text, "`landfall problem list` shows them")
        })
    }

    fn open_one(&self, number: u32) -> Result<(), Refusal> {
        match self.known_problem(number)?.standing {
            ProblemStanding::Open => Ok(()),
            ProblemStanding::KnownError { .. } | ProblemStanding::Fixed { .. } => {
                let text = format!("problem {number} has been dealt with");
                Err(Refusal::new(RefusalCode::State, text, "open another where it is one"))
            }
        }
    }

    pub(super) fn open_problem(
        &self,
        title: &str,
        incidents: &[u32],
    ) -> Result<Vec<Event>, Refusal> {
        self.role(SEEKERS, &Scope::Deployment, "open a problem")?;
        if incidents.is_empty() {
            let text = "a problem is behind at least one incident";
            return Err(Refusal::invalid(text, "name the incidents"));
        }
        for incident in incidents {
            self.known_incident(*incident)?;
        }
        let problem = next(self.state.incidents.problems.len());
        let title = self.title("what it is", title)?;
        let incidents = incidents.to_vec();
        let opened = IncidentEvent::ProblemOpened { problem, title, incidents };
        Ok(vec![Event::Incident(opened)])
    }

    pub(super) fn analyse_problem(
        &self,
        problem: u32,
        cause: &str,
        workaround: Option<&str>,
    ) -> Result<Vec<Event>, Refusal> {
        self.role(SEEKERS, &Scope::Deployment, "state the cause of a problem")?;
        self.open_one(problem)?;
        let cause = worded("the cause", cause)?;
        let workaround = workaround.map(|it| worded("the workaround", it)).transpose()?;
        let known = self.known_problem(problem)?;
        if known.cause.as_ref() == Some(&cause) && known.workaround == workaround {
            let text = format!("this is what problem {problem} says already");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        let analysed = IncidentEvent::ProblemAnalysed { problem, cause, workaround };
        Ok(vec![Event::Incident(analysed)])
    }

    pub(super) fn fix_problem(
        &self,
        problem: u32,
        release: &str,
        rfc: &RfcId,
    ) -> Result<Vec<Event>, Refusal> {
        let roles = [RoleType::Developer, RoleType::ProgramManager];
        self.role(&roles, &Scope::Deployment, "state that a problem is fixed")?;
        self.open_one(problem)?;
        let release = self.new_release(release)?;
        self.known_rfc(rfc)?;
        let fixed = IncidentEvent::ProblemFixed { problem, release, rfc: rfc.clone() };
        Ok(vec![Event::Incident(fixed)])
    }

    /// Returns the version of a release that is not the one that has the problem.
    pub(in crate::decide) fn new_release(&self, version: &str) -> Result<String, Refusal> {
        let version = self.title("the version of the new release", version)?;
        if version == self.state.plan.release.version {
            let text = format!("release {version} is the one that has the problem");
            return Err(Refusal::invalid(text, "name the release that mends it"));
        }
        Ok(version)
    }

    pub(in crate::decide) fn known_rfc(&self, rfc: &RfcId) -> Result<(), Refusal> {
        let of_plan = Scope::Rfc(rfc.clone());
        self.known_scope(&of_plan).map_err(|refusal| {
            let next = "put the request for change into the plan: `landfall deployment revise`";
            Refusal { next_step: next.to_owned(), ..refusal }
        })
    }

    pub(super) fn accept_problem(
        &self,
        problem: u32,
        workaround: &str,
        owner: &PersonId,
    ) -> Result<Vec<Event>, Refusal> {
        let roles = [RoleType::OperationsManager];
        self.role(&roles, &Scope::Deployment, "take a problem over as a known error")?;
        self.open_one(problem)?;
        let workaround = worded("the workaround", workaround)?;
        self.taking_over(owner)?;
        let owner = owner.clone();
        let accepted = IncidentEvent::ProblemAccepted { problem, workaround, owner };
        Ok(vec![Event::Incident(accepted)])
    }
}
