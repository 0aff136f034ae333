//! People: they answer what they are asked, late or twice, and some do what nobody asked for.

mod remedies;

use crate::database::{Connection, Is};
use crate::faults::Fault;
use crate::process::Process;
use crate::world::World;
use coordinator::{Author, Clock as _, CommandError, Coordinator};
use jiff::{SignedDuration, Timestamp};
use model::command::{Command, RfcAct};
use model::event::StepDecision;
use model::history::HistoryCommand;
use model::id::{DeploymentId, PersonId};
use model::scope::Scope;
use model::state::State;
use planner::people::answer;
use planner::waiting::{WaitingOn, waiting};
use record::CommandId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most waits that are looked through at once.
const WAITS_MAX: usize = 60;
/// How many quiet looks must go by before time is moved on.
const QUIET_LOOKS: u32 = 2;
/// How many quiet rounds go by, about, until somebody opens the record anew.
const OPENED_ANEW_EVERY: u64 = 15;
/// How often a command is sent again after an answer was lost.
const TRIES: u32 = 8;

/// What somebody is going to do.
enum Act {
    /// They answer what they are asked.
    Answer(Box<WaitingOn>),
    /// They do what no wait puts into one command.
    Remedy(Box<Command>),
    /// They do what nobody asked for.
    Idea,
    /// They replace the plan.
    Replace,
}

/// The people of a world.
pub(crate) struct People {
    world: Arc<World>,
    deployment: DeploymentId,
    coordinator: Option<Coordinator>,
    /// What is going to be done, by when.
    acts: BTreeMap<(Timestamp, u64), Act>,
    /// What somebody is going to answer: the wait's scope and words.
    answering: BTreeMap<(String, String), u64>,
    last_seq: u64,
    quiet: u32,
    acts_so_far: u64,
}

impl People {
    pub(crate) fn new(world: Arc<World>, deployment: DeploymentId) -> Self {
        Self {
            world,
            deployment,
            coordinator: None,
            acts: BTreeMap::new(),
            answering: BTreeMap::new(),
            last_seq: 0,
            quiet: 0,
            acts_so_far: 0,
        }
    }

    /// Looks around: plans answers to what is newly asked, does what is due, and moves time on where
    /// nothing happens. `is_busy` says that something is under way on a computer.
    pub(crate) async fn look(&mut self, is_busy: bool) {
        let Some(seq) = self.catch_up().await else { return };
        self.accept_what_is_lost().await;
        if seq != self.last_seq {
            self.last_seq = seq;
            self.quiet = 0;
            self.plan_answers();
        } else {
            self.quiet += 1;
        }
        if self.world.happens(Fault::Meddling) {
            let later = SignedDuration::from_secs(5);
            self.plan(Act::Idea, later);
        }
        if self.world.happens(Fault::PlanReplaced) {
            self.plan(Act::Replace, SignedDuration::from_secs(5));
        }
        self.do_what_is_due().await;
        // People look around several times a day, whatever the program waits for.
        let now = self.world.time.now();
        let round = now.saturating_add(SignedDuration::from_hours(5)).unwrap_or(now);
        let next = self.acts.keys().next().map(|(at, _)| *at);
        let to = next.map_or(round, |at| at.min(round));
        self.world.time.acts_at(Some(to));
        // What they did took its time, and somebody may have begun something meanwhile.
        let is_busy = is_busy || self.world.inner().is_busy();
        if !is_busy && self.quiet >= QUIET_LOOKS {
            self.world.time.jump(to);
            self.quiet = 0;
            if next.is_none() {
                // Now and then somebody comes back and opens the record anew; whoever could not answer
                // is asked again.
                if self.world.between(0, OPENED_ANEW_EVERY) == 0 {
                    self.coordinator = None;
                }
                if self.catch_up().await.is_none() {
                    return;
                }
                self.answering.clear();
                self.plan_answers();
                self.plan_remedies();
            }
        }
    }

    async fn catch_up(&mut self) -> Option<u64> {
        if let Some(coordinator) = &mut self.coordinator
            && coordinator.quarantine().is_none()
            && coordinator.catch_up().await.is_ok()
        {
            return Some(coordinator.state().seq);
        }
        let connection = Connection {
            world: self.world.clone(),
            process: Arc::new(Process::default()),
            is: Is::Client,
        };
        let opened = Coordinator::open(Arc::new(connection), &self.deployment).await;
        self.coordinator = opened.ok();
        self.coordinator.as_ref().map(|it| it.state().seq)
    }

    /// Two people accept a loss of history, once one of them has looked.
    async fn accept_what_is_lost(&mut self) {
        let Some(loss) = self.coordinator.as_ref().and_then(|it| it.quarantine().cloned()) else {
            return;
        };
        if self.world.between(0, 5) > 0 {
            return;
        }
        let reason = "the database was put back".to_owned();
        let command = Command::History(HistoryCommand::AcceptLoss { loss, reason });
        let person = if self.world.between(0, 1) == 0 { "pam" } else { "opal" };
        self.acts_so_far += 1;
        let id = format!("act-{}", self.acts_so_far);
        let id = id.parse().expect("because it is letters and digits");
        self.send(person.parse().expect("because it is a name"), &command, &id).await;
    }

    fn plan(&mut self, act: Act, later: SignedDuration) {
        let at = self.world.time.now().checked_add(later).unwrap_or(Timestamp::MAX);
        self.acts_so_far += 1;
        self.acts.insert((at, self.acts_so_far), act);
    }

    fn plan_answers(&mut self) {
        let Some(coordinator) = &self.coordinator else { return };
        let now = self.world.time.now().max(coordinator.state().at);
        let waits = waiting(coordinator.state(), now, WAITS_MAX);
        for wait in waits {
            if wait.command.is_none() {
                continue;
            }
            let key = (wait.scope.to_string(), wait.what.clone());
            if self.answering.contains_key(&key) {
                continue;
            }
            let late = self.world.happens(Fault::LatePerson);
            let most = match (late, self.world.is_healed()) {
                (true, _) => 300_000,
                (false, false) => 7_200,
                // Where all is well people are prompt: an escalation is answered within its minutes.
                (false, true) => 600,
            };
            let seconds = self.world.between(30, most);
            let twice = self.world.happens(Fault::DoubledPerson);
            let later = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(60));
            self.plan(Act::Answer(Box::new(wait.clone())), later);
            if twice {
                self.plan(
                    Act::Answer(Box::new(wait)),
                    later.saturating_add(SignedDuration::from_secs(1)),
                );
            }
            self.answering.insert(key, self.acts_so_far);
        }
    }

    fn plan_remedies(&mut self) {
        let Some(coordinator) = &self.coordinator else { return };
        let all = remedies::remedies(coordinator.state(), &self.world.inner().computers);
        for remedy in all {
            let seconds = self.world.between(30, 3_600);
            let later = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(60));
            self.plan(Act::Remedy(Box::new(remedy)), later);
        }
    }

    async fn do_what_is_due(&mut self) {
        loop {
            let now = self.world.time.now();
            let Some(first) = self.acts.first_entry().filter(|it| it.key().0 <= now) else {
                return;
            };
            let number = first.key().1;
            let act = first.remove();
            if let Act::Answer(wait) = &act {
                self.answering.remove(&(wait.scope.to_string(), wait.what.clone()));
            }
            self.act(&act, number).await;
        }
    }

    async fn act(&mut self, act: &Act, number: u64) {
        let Some(coordinator) = &self.coordinator else { return };
        let state = coordinator.state();
        let now = self.world.time.now().max(state.at);
        let chosen = match act {
            Act::Answer(wait) => {
                answer(state, now, wait).map(|(person, command, _)| (person, command))
            }
            Act::Remedy(command) => remedies::whoever_may(state, now, command)
                .map(|person| (person, command.as_ref().clone())),
            Act::Idea => self.idea(state),
            Act::Replace => return self.replace_plan().await,
        };
        let Some((person, command)) = chosen else { return };
        if matches!(command, Command::History(HistoryCommand::AcceptClock { .. })) {
            // Whoever says that a clock is right has looked at it.
            self.world.set_clocks();
        }
        let id: CommandId =
            format!("act-{number}").parse().expect("because it is letters and digits");
        self.send(person, &command, &id).await;
    }

    /// Sends a command until it is known what became of it.
    async fn send(&mut self, person: PersonId, command: &Command, id: &CommandId) {
        let author = Author { person, login: "sim".to_owned(), known: None };
        for _ in 0..TRIES {
            let Some(coordinator) = &mut self.coordinator else { return };
            let now = self.world.time.now().max(coordinator.state().at);
            match coordinator.act(&author, command, id, now).await {
                Ok(_) => {
                    let mut inner = self.world.inner();
                    inner.watch.acknowledged(id.as_str());
                    return;
                }
                Err(CommandError::Record(_)) => {
                    if self.catch_up().await.is_none() {
                        return;
                    }
                }
                Err(error) => {
                    let now = self.world.time.now();
                    let mut inner = self.world.inner();
                    inner.watch.tell(now, || format!("{}: {error}", author.person));
                    return;
                }
            }
        }
    }

    /// Somebody who may replaces the plan by another one of the world's.
    async fn replace_plan(&mut self) {
        let Some(coordinator) = &mut self.coordinator else { return };
        let chosen = self.world.inner().chance.one_of(self.world.plans.all()).cloned();
        let Some(plan) = chosen else { return };
        let now = self.world.time.now().max(coordinator.state().at);
        let author = Author {
            person: "pam".parse().expect("because it is a name"),
            login: "sim".to_owned(),
            known: None,
        };
        let old = &coordinator.state().plan;
        let diff = planfile::diff(old, &plan);
        let changes = diff.sections.iter().flat_map(|it| it.sentences.iter().cloned()).collect();
        let removes_scope = plan.removes_scope_of(old);
        let (plan, why) = (plan.as_ref().clone(), "it was thought over");
        let revised = coordinator.revise(&author, plan, changes, removes_scope, why, now).await;
        if let Err(error) = revised {
            self.world.inner().watch.tell(now, || format!("the plan stays: {error}"));
        }
    }

    /// Returns something that somebody might do unasked.
    fn idea(&self, state: &State) -> Option<(PersonId, Command)> {
        let mut inner = self.world.inner();
        let chance = &mut inner.chance;
        let people = &state.plan.people;
        let person = chance.one_of(people)?.id.clone();
        let site = chance.one_of(&state.plan.sites)?.id.clone();
        let ring = chance.one_of(&state.plan.rings)?.id.clone();
        let rfc = chance.one_of(&state.plan.rfcs)?.id.clone();
        let reason = "it seemed right".to_owned();
        let command = match chance.below(14) {
            0 => Command::HaltRing { ring, reason },
            1 => Command::HoldDeployment { reason },
            2 => Command::Hold { scope: Scope::Site(site), held: true, reason },
            3 => Command::Hold { scope: Scope::Site(site), held: false, reason },
            4 => Command::HaltSite { site, reason },
            5 => Command::RollBack { scope: Scope::Site(site), reason, accept_loss: true },
            6 => Command::Decide {
                scope: Scope::Site(site),
                computers: vec![],
                decision: StepDecision::Retry,
                reason,
            },
            7 => Command::Resume { scope: Scope::Site(site), reason },
            8 => Command::ResumeRing { ring, reason, only: vec![] },
            9 => Command::Rfc { rfc, act: RfcAct::Return { reason } },
            10 | 11 => {
                let part = state.part_of(&rfc)?;
                Command::Rfc { rfc, act: RfcAct::Approve { part, conditions: None } }
            }
            12 => {
                let asked: Vec<_> = state.slots.keys().cloned().collect();
                let slot = chance.one_of(&asked)?.clone();
                Command::Sign { slot, document: state.plan_digest, exceptions: vec![] }
            }
            _ => Command::ReleaseDeployment { reason },
        };
        Some((person, command))
    }
}
