//! Acts while a project closes, and the act that closes it.
//!
//! Source: Deploy SMF, Process 4, Table 7, "Review and close out the project"; PRJ-13, K1 to K8.

use super::{Acting, worded};
use crate::close_out::{
    self, Availability, CloseOutCommand, CloseOutEvent, Contribution, Lesson, Package, Settlement,
    contributors, open_items, with_access, without_owner,
};
use crate::digest::canonical_digest;
use crate::event::Event;
use crate::evolve::act_name;
use crate::gates;
use crate::id::PersonId;
use crate::machine::{DeploymentState, DeploymentTransition, Transition};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use jiff::civil::Date;

impl Acting<'_> {
    pub(super) fn close_out(&self, command: &CloseOutCommand) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            CloseOutCommand::Contribute { contribution } => return self.contribute(contribution),
            CloseOutCommand::Decline { role, reason } => self.decline(*role, reason)?,
            CloseOutCommand::PlanAnalysis { on, place } => self.plan_analysis(*on, place)?,
            CloseOutCommand::SayAvailable { availability } => self.say_available(availability)?,
            CloseOutCommand::RecordLesson { lesson } => self.record_lesson(lesson)?,
            CloseOutCommand::DecideLesson { number, standing, reason } => {
                self.closes("decide on a lesson")?;
                let position = (*number as usize).checked_sub(1);
                if position.and_then(|it| self.state.close_out.lessons.get(it)).is_none() {
                    return Err(Refusal::unknown(format!("lesson {number}")));
                }
                let reason = worded("the reason", reason)?;
                CloseOutEvent::LessonDecided { number: *number, standing: *standing, reason }
            }
            CloseOutCommand::SettleItem { item, settlement } => {
                self.settle_item(item, settlement)?
            }
            CloseOutCommand::AcceptItem { item } => self.accept_item(item)?,
            CloseOutCommand::RevokeAccess { people, proof } => self.revoke_access(people, proof)?,
            CloseOutCommand::ConfirmAccess { statement } => self.confirm_access(statement)?,
            CloseOutCommand::NameOwner { scopes, owner } => self.name_owner(scopes, owner)?,
            CloseOutCommand::AcceptOwnership => self.accept_ownership()?,
            CloseOutCommand::PlanBenefitReview { review } => {
                let roles = [RoleType::ProductManager, RoleType::ProgramManager];
                self.role(&roles, &Scope::Deployment, "plan the review of the benefits")?;
                let owner = self.outside(&review.owner, "reviews the benefits")?;
                self.day_to_come(review.on)?;
                let expects = worded("what is expected", &review.expects)?;
                let review = crate::close_out::BenefitReview { owner, expects, on: review.on };
                CloseOutEvent::BenefitReviewPlanned { review }
            }
            CloseOutCommand::ReviewBenefits { findings } => {
                let owner = self.state.close_out.benefit.as_ref().map(|it| &it.owner);
                if owner != Some(self.person) {
                    let roles = [RoleType::ProductManager, RoleType::OperationsManager];
                    self.role(&roles, &Scope::Deployment, "review the benefits")?;
                }
                self.checked_evidence(&findings.evidence)?;
                let text = worded("what was found", &findings.text)?;
                let findings =
                    crate::close_out::Findings { text, evidence: findings.evidence.clone() };
                CloseOutEvent::BenefitReviewed { findings }
            }
            CloseOutCommand::Package { package } => self.package(package)?,
            CloseOutCommand::Seal => return self.seal(),
        };
        Ok(vec![Event::CloseOut(event)])
    }

    fn closes(&self, act: &str) -> Result<RoleType, Refusal> {
        let roles = [RoleType::ProgramManager, RoleType::SolutionManager];
        self.role(&roles, &Scope::Deployment, act)
    }

    fn is_closing(&self) -> Result<(), Refusal> {
        if self.state.deployment == DeploymentState::Closing {
            return Ok(());
        }
        let text = format!("the deployment is {}, not closing", self.state.deployment);
        let next = "the project closes after Deployment Complete is declared";
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    /// Returns `person` if they are of the plan and not of the project team.
    pub(super) fn outside(&self, person: &PersonId, what: &str) -> Result<PersonId, Refusal> {
        let known = self.taking_over(person)?;
        let solo = self.state.plan.profile == crate::profile::Profile::Solo;
        if !solo && known.roles.iter().any(|it| it.is_project()) {
            let text = format!("{} is of the project team, which will be gone", known.id);
            let next = format!("name somebody outside the project who {what}");
            return Err(Refusal::invalid(text, next));
        }
        Ok(person.clone())
    }

    fn day_to_come(&self, day: Date) -> Result<(), Refusal> {
        let today = self.now.to_zoned(self.state.plan.zone.rules()).date();
        if day >= today {
            return Ok(());
        }
        Err(Refusal::invalid(format!("{day} is before today"), "give a day to come"))
    }

    fn contribute(&self, contribution: &Contribution) -> Result<Vec<Event>, Refusal> {
        let asked = contributors(self.state);
        self.role(&asked, &Scope::Deployment, "contribute to the post-project analysis")?;
        let contribution = match contribution {
            Contribution::Given { topic, accomplishments, challenges, lessons } => {
                Contribution::Given {
                    topic: *topic,
                    accomplishments: worded("what went well", accomplishments)?,
                    challenges: worded("what was hard", challenges)?,
                    lessons: worded("what is to be learnt", lessons)?,
                }
            }
            Contribution::Declined { reason } => {
                Contribution::Declined { reason: worded("the reason", reason)? }
            }
        };
        let held = self.held(&Scope::Deployment);
        let roles = asked.into_iter().filter(|it| held.contains(it));
        let event = |role| {
            let contribution = contribution.clone();
            Event::CloseOut(CloseOutEvent::Contributed { role, contribution })
        };
        Ok(roles.map(event).collect())
    }

    fn decline(&self, role: RoleType, reason: &str) -> Result<CloseOutEvent, Refusal> {
        let roles = [RoleType::ProgramManager, role];
        self.role(&roles, &Scope::Deployment, "put down that nobody contributes")?;
        if !contributors(self.state).contains(&role) {
            let text = format!("{role} is not asked to contribute");
            return Err(Refusal::invalid(text, "`landfall close-out show` lists who is"));
        }
        let contribution = Contribution::Declined { reason: worded("the reason", reason)? };
        Ok(CloseOutEvent::Contributed { role, contribution })
    }

    fn plan_analysis(&self, on: Date, place: &str) -> Result<CloseOutEvent, Refusal> {
        self.closes("plan the post-project analysis")?;
        let is_time = matches!(
            self.state.deployment,
            DeploymentState::MilestoneReview | DeploymentState::Closing
        );
        if !is_time {
            let text = format!("the deployment is {}", self.state.deployment);
            let next = "the analysis follows the milestone review";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        self.day_to_come(on)?;
        let place = worded("the place", place)?;
        let invitees = close_out::invitees(self.state);
        let pack = canonical_digest(&close_out::pack(self.state));
        Ok(CloseOutEvent::AnalysisPlanned { on, place, invitees, pack })
    }

    fn say_available(&self, availability: &Availability) -> Result<CloseOutEvent, Refusal> {
        let analysis = self.state.close_out.analysis.as_ref();
        if analysis.is_none_or(|it| !it.invitees.contains(self.person)) {
            let text = format!("{} is not invited to an analysis", self.person);
            let next = "`landfall close-out analysis` gives it a day and invites";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let availability = match availability {
            Availability::Comes => Availability::Comes,
            Availability::Absent { instead } => {
                Availability::Absent { instead: worded("what you say instead", instead)? }
            }
        };
        Ok(CloseOutEvent::AvailabilitySaid { availability })
    }

    fn record_lesson(&self, it: &Lesson) -> Result<CloseOutEvent, Refusal> {
        self.state.person(&it.owner).ok_or_else(|| Refusal::unknown(&it.owner))?;
        self.day_to_come(it.due)?;
        self.checked_evidence(&it.evidence)?;
        let lesson = Lesson {
            title: worded("the title", &it.title)?,
            situation: worded("what happened", &it.situation)?,
            recommendation: worded("what to do differently", &it.recommendation)?,
            ..it.clone()
        };
        let lessons = self.state.close_out.lessons.len();
        let number = u32::try_from(lessons).unwrap_or(u32::MAX).saturating_add(1);
        Ok(CloseOutEvent::LessonRecorded { number, lesson })
    }

    fn settle_item(&self, item: &str, settlement: &Settlement) -> Result<CloseOutEvent, Refusal> {
        self.closes("settle an open item")?;
        let items = open_items(self.state);
        let open = items.iter().find(|it| it.item == item).ok_or_else(|| {
            let text = format!("{} is not open", item.chars().take(80).collect::<String>());
            Refusal::new(RefusalCode::Unknown, text, "`landfall close-out show` lists what is")
        })?;
        let settlement = match settlement {
            Settlement::Closed { how } if open.closes_by_word() => {
                Settlement::Closed { how: worded("how it was closed", how)? }
            }
            Settlement::Closed { .. } => {
                let text = format!("{item} is not closed by a word");
                return Err(Refusal::invalid(
                    text,
                    "close it where it is worked on, or transfer it",
                ));
            }
            Settlement::Transferred { to, due } => {
                self.day_to_come(*due)?;
                let to = self.outside(to, "takes it over")?;
                Settlement::Transferred { to, due: *due }
            }
        };
        Ok(CloseOutEvent::ItemSettled { item: item.to_owned(), settlement })
    }

    fn accept_item(&self, item: &str) -> Result<CloseOutEvent, Refusal> {
        let status = self.state.close_out.items.get(item);
        match status.map(|it| (&it.settlement, it.accepted)) {
            Some((Settlement::Transferred { to, .. }, None)) if to == self.person => {
                Ok(CloseOutEvent::ItemAccepted { item: item.to_owned() })
            }
            Some((Settlement::Transferred { to, .. }, None)) => {
                let text = format!("{item} goes over to {to}, not to {}", self.person);
                Err(Refusal::new(RefusalCode::NotPermitted, text, format!("ask {to}")))
            }
            Some((Settlement::Transferred { .. } | Settlement::Closed { .. }, _)) | None => {
                let text = "no such item waits to be accepted";
                let next = "`landfall close-out show` lists what does";
                Err(Refusal::new(RefusalCode::State, text, next))
            }
        }
    }

    fn revoke_access(&self, people: &[PersonId], proof: &str) -> Result<CloseOutEvent, Refusal> {
        let roles = [RoleType::OperationsManager, RoleType::ReleaseManagement];
        self.role(&roles, &Scope::Deployment, "put down that access is revoked")?;
        let proof = worded("what proves it", proof)?;
        let left = with_access(self.state);
        if let Some(stranger) = people.iter().find(|it| !left.contains(it)) {
            let text = format!("{stranger} is not of the team, or has no access any more");
            return Err(Refusal::invalid(text, "`landfall close-out show` lists who has access"));
        }
        let people = if people.is_empty() { left } else { people.to_vec() };
        if people.is_empty() {
            let text = "nobody of the project has access any more";
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(CloseOutEvent::AccessRevoked { people, proof })
    }

    fn confirm_access(&self, statement: &str) -> Result<CloseOutEvent, Refusal> {
        let roles = [RoleType::OperationsManager];
        self.role(&roles, &Scope::Deployment, "confirm that nobody has access")?;
        if let Some(first) = with_access(self.state).first() {
            let text = format!("the access of {first} is not revoked yet");
            let next = "`landfall close-out revoke-access` puts it down, with what proves it";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let statement = worded("what was looked at", statement)?;
        Ok(CloseOutEvent::AccessConfirmed { statement })
    }

    fn name_owner(&self, scopes: &[Scope], owner: &PersonId) -> Result<CloseOutEvent, Refusal> {
        self.closes("name a permanent owner")?;
        let owner = self.outside(owner, "owns it from now on")?;
        scopes.iter().try_for_each(|it| self.known_scope(it))?;
        let scopes = if scopes.is_empty() { without_owner(self.state) } else { scopes.to_vec() };
        if scopes.is_empty() {
            let text = "everything has an owner who accepted";
            return Err(Refusal::new(RefusalCode::State, text, "name what goes to another"));
        }
        Ok(CloseOutEvent::OwnerNamed { scopes, owner })
    }

    fn accept_ownership(&self) -> Result<CloseOutEvent, Refusal> {
        let owners = self.state.close_out.owners.iter();
        let mine = owners.filter(|(_, it)| it.owner == *self.person && it.accepted.is_none());
        let scopes: Vec<Scope> = mine.map(|(scope, _)| scope.clone()).collect();
        if scopes.is_empty() {
            let text = format!("{} was not named to own anything", self.person);
            let next = "`landfall close-out own` names owners";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        Ok(CloseOutEvent::OwnershipAccepted { scopes })
    }

    fn package(&self, package: &Package) -> Result<CloseOutEvent, Refusal> {
        let roles =
            [RoleType::OperationsManager, RoleType::ReleaseManagement, RoleType::ProgramManager];
        self.role(&roles, &Scope::Deployment, "put down the evidence package")?;
        self.is_closing()?;
        if !self.state.stands(&Sheet::CloseOut) {
            let text = "the close-out report is not signed, and belongs into the package";
            return Err(Refusal::new(RefusalCode::State, text, "let it be signed first"));
        }
        if package.entries > self.state.seq {
            let text = format!("the record has {} entries only", self.state.seq);
            return Err(Refusal::invalid(text, "export the record of this deployment"));
        }
        let asked = Sheet::CloseOut.slots();
        let asked = asked.iter().filter_map(|it| self.state.slots.get(it)?.asked).max();
        if asked.is_some_and(|it| package.entries <= it) {
            let text = "the package ends before the close-out report was asked for";
            return Err(Refusal::invalid(text, "export it anew: `landfall evidence package`"));
        }
        let stored = worded("where it is stored", &package.stored)?;
        Ok(CloseOutEvent::Packaged { package: Package { stored, ..package.clone() } })
    }

    fn seal(&self) -> Result<Vec<Event>, Refusal> {
        let transition = DeploymentTransition::Closed;
        let roles = [RoleType::ProgramManager, RoleType::SolutionManager];
        self.role(&roles, &Scope::Deployment, "close the project")?;
        transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
        let mut readings = gates::close_out::gate(self.state, self.now);
        readings.extend(gates::close_out::last(self.state, self.now));
        let gate = pass("closing the project", readings)?;
        let act = act_name(transition);
        let persons = self.two_persons();
        let (mut events, is_complete) =
            self.concur(&act, &roles, persons, &Scope::Deployment, None)?;
        if is_complete {
            events.push(Event::Deployment { transition, reason: None, gate });
        }
        Ok(events)
    }
}
