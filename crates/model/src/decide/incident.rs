//! Acts on incidents and other requests: open, and everything until they are closed.
//!
//! Source: Deploy SMF, Process 3, Table 6: number of incidents, downtime; Table 2: support issues.

mod causes;
mod course;
mod impact;

use super::{Acting, worded};
use crate::event::Event;
use crate::incident::{Incident, IncidentAct, IncidentCommand, Opening, Source, opened};
use crate::machine::{DeploymentState, IncidentTransition, Transition};
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::Timestamp;

/// The longest title of an incident, maintenance or problem, in characters.
const TITLE_LENGTH_MAX: usize = 200;

impl Acting<'_> {
    pub(super) fn incident(&self, command: &IncidentCommand) -> Result<Vec<Event>, Refusal> {
        self.is_going_on()?;
        match command {
            IncidentCommand::Open(opening) => self.open_incident(opening),
            IncidentCommand::Act { incident, act } => {
                let incident = self.known_incident(*incident)?;
                self.act_on_incident(incident, act)
            }
            IncidentCommand::AnnounceMaintenance { title, window, sites } => {
                self.announce_maintenance(title, *window, sites)
            }
            IncidentCommand::ChangeMaintenance { maintenance, window, reason } => {
                self.change_maintenance(*maintenance, *window, reason)
            }
            IncidentCommand::CancelMaintenance { maintenance, reason } => {
                self.cancel_maintenance(*maintenance, reason)
            }
            IncidentCommand::RecordWork { work, impact } => self.record_work(work, impact),
            IncidentCommand::GiveFeedback { scope, from, text } => {
                self.give_feedback(scope, from.as_deref(), text)
            }
            IncidentCommand::ProcessFeedback { feedback, decision, answer } => {
                self.process_feedback(*feedback, *decision, answer)
            }
            IncidentCommand::OpenProblem { title, incidents } => {
                self.open_problem(title, incidents)
            }
            IncidentCommand::AnalyseProblem { problem, cause, workaround } => {
                self.analyse_problem(*problem, cause, workaround.as_deref())
            }
            IncidentCommand::FixProblem { problem, release, rfc } => {
                self.fix_problem(*problem, release, rfc)
            }
            IncidentCommand::AcceptProblem { problem, workaround, owner } => {
                self.accept_problem(*problem, workaround, owner)
            }
        }
    }

    fn act_on_incident(
        &self,
        incident: &Incident,
        act: &IncidentAct,
    ) -> Result<Vec<Event>, Refusal> {
        match act {
            IncidentAct::Acknowledge { at } => self.acknowledge_incident(incident, *at),
            IncidentAct::Work { assignee } => self.work_on_incident(incident, assignee.as_ref()),
            IncidentAct::FindWorkaround { workaround } => {
                self.find_workaround(incident, workaround)
            }
            IncidentAct::Restore { at, confirmation } => {
                self.restore_incident(incident, *at, confirmation)
            }
            IncidentAct::Resolve { cause, fix, workaround, problem } => {
                let remedies = [fix.as_deref(), workaround.as_deref()];
                self.resolve_incident(incident, cause, remedies, *problem)
            }
            IncidentAct::Close => self.close_incident(incident),
            IncidentAct::Reopen { at, reason } => self.reopen_incident(incident, *at, reason),
            IncidentAct::Merge { into, reason } => self.merge_incident(incident, *into, reason),
            IncidentAct::Unmerge { reason } => self.unmerge_incident(incident, reason),
            IncidentAct::Cancel { reason } => self.cancel_incident(incident, reason),
            IncidentAct::Reclassify { severity, attribution, reason } => {
                self.reclassify_incident(incident, *severity, *attribution, reason)
            }
            IncidentAct::OpenSegment { impact } => self.open_segment(incident, impact),
            IncidentAct::CloseSegment { segment, end } => {
                self.close_segment(incident, *segment, *end)
            }
            IncidentAct::CorrectSegment { segment, impact, reason } => {
                self.correct_segment(incident, *segment, impact, reason)
            }
            IncidentAct::WithdrawSegment { segment, reason } => {
                self.withdraw_segment(incident, *segment, reason)
            }
        }
    }

    /// A deployment that has come to its end has handed its incidents over.
    pub(super) fn is_going_on(&self) -> Result<(), Refusal> {
        match self.state.deployment {
            DeploymentState::Closed | DeploymentState::Terminated => {
                let text = format!("the deployment is {}", self.state.deployment);
                let next = "tell those who run the service now; its owners stand in the record";
                Err(Refusal::new(RefusalCode::State, text, next))
            }
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held
            | DeploymentState::Stabilizing
            | DeploymentState::QuietPeriod
            | DeploymentState::MilestoneReview
            | DeploymentState::Closing
            | DeploymentState::Terminating => Ok(()),
        }
    }

    pub(super) fn known_incident(&self, number: u32) -> Result<&Incident, Refusal> {
        self.state.incidents.incident(number).ok_or_else(|| {
            let text = format!("there is no incident {number}");
            Refusal::new(RefusalCode::Unknown, text, "`landfall incident list` shows them")
        })
    }

    /// Returns `at`, or now; refused where it lies in the future or before `earliest`.
    pub(super) fn instant(
        &self,
        what: &str,
        at: Option<Timestamp>,
        earliest: Option<Timestamp>,
    ) -> Result<Timestamp, Refusal> {
        let at = at.unwrap_or(self.now);
        if at > self.now {
            let text = format!("{what} lies in the future: {at}, and it is {}", self.now);
            return Err(Refusal::invalid(text, "give an instant that has passed"));
        }
        match earliest {
            Some(earliest) if at < earliest => {
                let text = format!("{what}, {at}, lies before {earliest}, when it began");
                Err(Refusal::invalid(text, "give a later instant, or correct the earlier one"))
            }
            Some(_) | None => Ok(at),
        }
    }

    pub(super) fn title(&self, what: &str, title: &str) -> Result<String, Refusal> {
        let title = worded(what, title)?;
        if title.contains(['\n', '\t']) || title.chars().count() > TITLE_LENGTH_MAX {
            let text = format!("{what} is longer than a line of {TITLE_LENGTH_MAX} characters");
            return Err(Refusal::invalid(text, "say it in a line, and the rest as text"));
        }
        Ok(title)
    }

    /// Returns the role type by which the person may bring `transition` about, for any of the
    /// scopes of `incident`.
    pub(super) fn incident_role(
        &self,
        incident: &Incident,
        transition: IncidentTransition,
    ) -> Result<RoleType, Refusal> {
        let row = transition.row();
        transition.attempt(incident.number, incident.state)?;
        let roles = row.authority.roles();
        let act = format!("let incident {} {}", incident.number, row.act);
        let mut found = Err(Refusal::invalid("it is about nothing", "say what it is about"));
        for scope in &incident.scopes {
            found = self.role(roles, scope, &act);
            if found.is_ok() {
                break;
            }
        }
        found
    }

    fn open_incident(&self, opening: &Opening) -> Result<Vec<Event>, Refusal> {
        let source = self.source(&opening.source)?;
        let mut scopes: Vec<Scope> = Vec::new();
        for scope in &opening.scopes {
            self.known_scope(scope)?;
            if matches!(scope, Scope::Rfc(_)) {
                let text = "an incident is not about a request for change";
                return Err(Refusal::invalid(text, "name the site or component that is hit"));
            }
            if !scopes.contains(scope) {
                scopes.push(scope.clone());
            }
        }
        if scopes.is_empty() {
            return Err(Refusal::invalid("it is about nothing", "name a site or component"));
        }
        if let Some(before) = opening.recurrence_of {
            self.known_incident(before)?;
        }
        // I5 from the first word on: what does not count in the quiet period is not for the project to say.
        let is_quiet = self.state.deployment == DeploymentState::QuietPeriod;
        if is_quiet && !opening.attribution.counts() && !self.is_outside_the_project() {
            let text = format!(
                "in the quiet period operations or support say that an incident is {}",
                opening.attribution
            );
            let next =
                "open it as undetermined, and ask the Operations Manager or the Support Manager";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        let opening = Opening {
            kind: opening.kind,
            severity: opening.severity,
            attribution: opening.attribution,
            scopes,
            title: self.title("what happened", &opening.title)?,
            text: opening.text.as_deref().map(|it| worded("the text", it)).transpose()?,
            detected: self.instant("when it was noticed", Some(opening.detected), None)?,
            source,
            reporter: (opening.reporter.as_ref())
                .map(|it| self.title("who reported it", &it.to_string()).map(Private::Clear))
                .transpose()?,
            impact: opening.impact.as_ref().map(|it| self.impact(it)).transpose()?,
            recurrence_of: opening.recurrence_of,
        };
        Ok(opened(self.state, self.state.incidents.next_number(), opening))
    }

    /// Returns the source, where nothing from there under that name is recorded yet.
    fn source(&self, source: &Source) -> Result<Source, Refusal> {
        let system = self.title("the source", &source.system)?;
        if matches!(system.as_str(), "landfall" | "probe") {
            let text = format!("`{system}` is what Landfall itself has found");
            return Err(Refusal::invalid(text, "name the system that it comes from"));
        }
        let id = source.id.as_deref().map(|it| self.title("its name there", it)).transpose()?;
        let source = Source { system, id };
        let mut known = self.state.incidents.list.iter();
        match known.find(|it| source.id.is_some() && it.source == source) {
            None => Ok(source),
            Some(known) => {
                let id = source.id.unwrap_or_default();
                let text = format!("{id} of {} is incident {} here", source.system, known.number);
                let next = format!("`landfall incident show {}` shows it", known.number);
                Err(Refusal::new(RefusalCode::State, text, next))
            }
        }
    }
}
