//! What a storyline makes of the world: what fails, who is away, when the server is down.
//!
//! House rule: a storyline changes the world, never a rule; its people act by commands
//! that may be refused.

use super::{Simulation, Watch};
use crate::calendar::Interval;
use jiff::{SignedDuration, Timestamp};
use model::command::Command;
use model::decide::{Acting, decide};
use model::event::{Actor, Event};
use model::id::{ComputerId, SiteId, StepId};
use model::incident::{IncidentCommand, Opening, Severity};
use model::plan::MasterProjectPlan;
use model::role_type::RoleType;
use model::scope::Scope;
use model::storyline::{Act, Cue, Storyline, Turn};
use std::sync::Arc;

/// What the storyline has still to say, and what of it lasts.
#[derive(Default)]
pub(super) struct Told {
    /// What waits for something to happen.
    cued: Vec<Turn>,
    /// What happens at an instant; the earliest last.
    due: Vec<(Timestamp, Act)>,
    failing: Vec<Failing>,
    lost: Vec<(Scope, Option<ComputerId>, Timestamp)>,
    /// Sites whose owners refuse them, and why.
    refusing: Vec<(SiteId, String)>,
    down_until: Option<Timestamp>,
}

struct Failing {
    scope: Scope,
    computer: Option<ComputerId>,
    step: Option<StepId>,
    times: u32,
}

fn later(at: Timestamp, length_s: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(i64::from(length_s))).unwrap_or(at)
}

impl Told {
    pub(super) fn of(storyline: &Storyline) -> Self {
        let mut told = Self::default();
        for turn in &storyline.turns {
            match &turn.cue {
                Cue::At(at) => told.due.push((*at, turn.act.clone())),
                Cue::After { .. } => told.cued.push(turn.clone()),
            }
        }
        told.sort();
        told
    }

    /// The earliest last; of two at one instant the one written first comes first.
    fn sort(&mut self) {
        self.due.sort_by_key(|(at, _)| *at);
        self.due.reverse();
    }

    fn add(&mut self, at: Timestamp, act: Act) {
        self.due.reverse();
        self.due.push((at, act));
        self.sort();
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.due.last().map(|(at, _)| *at)
    }

    pub(super) fn due(&mut self, now: Timestamp) -> Option<Act> {
        self.due.pop_if(|(at, _)| *at <= now).map(|(_, act)| act)
    }

    /// Notes that `event` happens: what waited for it follows in its time.
    pub(super) fn hears(&mut self, event: &Event, now: Timestamp) {
        let mut given =
            self.cued.extract_if(.., |it| it.cue.is_given_by(event)).collect::<Vec<_>>();
        for turn in given.drain(..) {
            if let Cue::After { later_s, .. } = turn.cue {
                self.add(later(now, later_s), turn.act);
            }
        }
    }

    pub(super) fn down_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.down_until.filter(|it| now < *it)
    }

    pub(super) fn loses(&self, scope: &Scope, computer: &ComputerId, now: Timestamp) -> bool {
        self.lost.iter().any(|(at, only, until)| {
            at == scope && only.as_ref().is_none_or(|it| it == computer) && now < *until
        })
    }

    pub(super) fn fails(&mut self, scope: &Scope, computer: &ComputerId, step: &StepId) -> bool {
        let meets = |it: &&mut Failing| {
            it.times > 0
                && it.scope == *scope
                && it.computer.as_ref().is_none_or(|it| it == computer)
                && it.step.as_ref().is_none_or(|it| it == step)
        };
        let found = self.failing.iter_mut().find(meets);
        found.map(|it| it.times -= 1).is_some()
    }

    /// Returns why the owner of `site` refuses it, once.
    pub(super) fn refuses(&mut self, site: &SiteId) -> Option<String> {
        let position = self.refusing.iter().position(|(it, _)| it == site)?;
        Some(self.refusing.remove(position).1)
    }
}

impl<W: Watch> Simulation<'_, W> {
    pub(super) fn act(&mut self, act: Act) {
        use RoleType::{ProgramManager, ReleaseManagement, SupportManager};
        let now = self.now;
        match act {
            Act::FailSteps { scope, computer, step, times } => {
                self.told.failing.push(Failing { scope, computer, step, times });
            }
            Act::LoseComputers { scope, computer, length_s } => {
                self.told.lost.push((scope, computer, later(now, length_s)));
            }
            Act::Refuse { site, reason } => self.told.refusing.push((site, reason)),
            Act::Absent { person, length_s } => {
                if let Some(away) = Interval::new(now, later(now, length_s)) {
                    self.people.goes_away(&person, away);
                }
            }
            Act::Outage { length_s } => self.told.down_until = Some(later(now, length_s)),
            Act::Incident { scope, severity, text } => {
                if let Ok(severity) = Severity::try_from(severity) {
                    let opening = Opening::reported(scope, severity, text, now);
                    let command = Command::Incident(IncidentCommand::Open(Box::new(opening)));
                    self.somebody(&[SupportManager, ReleaseManagement], &command, None);
                }
            }
            Act::Hold { scope, reason, length_s: 0 } => self.let_go(&scope, &reason),
            Act::Hold { scope, reason, length_s } => {
                let command = if scope == Scope::Deployment {
                    Command::HoldDeployment { reason: reason.clone() }
                } else {
                    Command::Hold { scope: scope.clone(), held: true, reason: reason.clone() }
                };
                if self.somebody(&[ReleaseManagement, ProgramManager], &command, None) {
                    let ends = later(now, length_s);
                    self.told.add(ends, Act::Hold { scope, reason, length_s: 0 });
                }
            }
            Act::Revise { plan, reason } => {
                let command = Command::RevisePlan {
                    plan: plan.digest(),
                    changes: vec![reason.clone()],
                    removes_scope: false,
                    reason,
                };
                self.somebody(&[ProgramManager, ReleaseManagement], &command, Some(&plan));
            }
        }
        self.people.look_again();
    }

    /// Lets what the storyline held go again; the whole deployment takes two people.
    fn let_go(&mut self, scope: &Scope, reason: &str) {
        let roles = [RoleType::ReleaseManagement, RoleType::ProgramManager];
        let reason = reason.to_owned();
        let command = if *scope == Scope::Deployment {
            Command::ReleaseDeployment { reason }
        } else {
            Command::Hold { scope: scope.clone(), held: false, reason }
        };
        for role in roles {
            self.somebody(&[role], &command, None);
        }
    }

    /// Lets the first holder of one of `roles` who may do so give `command`. Returns whether
    /// anybody could.
    fn somebody(
        &mut self,
        roles: &[RoleType],
        command: &Command,
        new_plan: Option<&Arc<MasterProjectPlan>>,
    ) -> bool {
        let plan = self.state.plan.clone();
        for person in roles.iter().flat_map(|it| plan.holders(*it)) {
            let acting =
                Acting::new(&self.state, &person.id, self.now).with_plan(new_plan.map(|it| &**it));
            if let Ok(events) = decide(&acting, command) {
                let actor =
                    Actor::Person { person: person.id.clone(), login: String::new(), known: None };
                return events.iter().all(|it| self.apply(it, &actor, new_plan.cloned()));
            }
        }
        false
    }
}
