//! What people do that no wait puts into one command: they lift holds, say what became of what
//! nobody knows, and let go on what was stopped.

use crate::computers::Computers;
use model::command::{Command, Resumable};
use model::decide::{Acting, decide};
use model::event::StepDecision;
use model::id::PersonId;
use model::machine::{ComponentState, DeploymentState, SiteState};
use model::run::{Run, TrackState};
use model::scope::Scope;
use model::state::{RingState, State};

fn said() -> String {
    "it was looked at".to_owned()
}

/// Returns what somebody has to do in `state`; of what nobody knows they find out the truth.
pub(super) fn remedies(state: &State, computers: &Computers) -> Vec<Command> {
    let mut all = vec![];
    let holds = state.holds.keys().filter_map(|it| it.parse::<Scope>().ok());
    all.extend(holds.map(|scope| Command::Hold { scope, held: false, reason: said() }));
    let components = state.plan.components.iter().zip(&state.components).map(|(it, status)| {
        let is_back = status.state == ComponentState::RolledBack;
        let hosts: Vec<_> = it.hosts.iter().map(|it| it.id.clone()).collect();
        (Scope::Component(it.id.clone()), is_back, status.run.as_ref(), hosts)
    });
    let sites = state.plan.sites.iter().zip(&state.sites).map(|(it, status)| {
        let is_back = status.state == SiteState::RolledBack;
        let hosts: Vec<_> = it.computers.iter().map(|it| it.id.clone()).collect();
        (Scope::Site(it.id.clone()), is_back, status.run.as_deref(), hosts)
    });
    for (scope, is_back, run, hosts) in components.chain(sites) {
        for computer in run.into_iter().flat_map(unknown) {
            let Some(computer) = hosts.get(computer) else { continue };
            let decision = if computers.did_the_last(&scope, computer) {
                StepDecision::Done
            } else {
                StepDecision::NotDone
            };
            let (scope, computers) = (scope.clone(), vec![computer.clone()]);
            all.push(Command::Decide { scope, computers, decision, reason: said() });
        }
        if is_back {
            all.push(Command::Replan { scope, reason: said() });
        }
    }
    for (site, status) in state.plan.sites.iter().zip(&state.sites) {
        if status.state == SiteState::Refused {
            let again = Command::ResolveRefusal { site: site.id.clone(), reason: said() };
            all.extend([again.clone(), again]);
        }
    }
    if state.deployment == DeploymentState::Held {
        all.extend([0, 1].map(|_| Command::ReleaseDeployment { reason: said() }));
    }
    let only = vec![Resumable::Failed, Resumable::Lost, Resumable::NotStarted];
    let halted = state.plan.rings.iter().zip(&state.rings);
    for (ring, _) in halted.filter(|(_, it)| it.state == RingState::Halted) {
        let (ring, only) = (ring.id.clone(), only.clone());
        let again = Command::ResumeRing { ring, reason: said(), only };
        all.extend([again.clone(), again]);
    }
    all
}

fn unknown(run: &Run) -> impl Iterator<Item = usize> {
    let unknown = run.tracks.iter().filter(|it| it.state == TrackState::Unknown);
    unknown.filter_map(|it| usize::try_from(it.computer).ok())
}

/// Returns the first person who may do it now.
pub(super) fn whoever_may(
    state: &State,
    now: jiff::Timestamp,
    command: &Command,
) -> Option<PersonId> {
    let people = state.plan.people.iter().map(|it| &it.id);
    let may = |it: &&PersonId| decide(&Acting::new(state, it, now), command).is_ok();
    people.into_iter().find(may).cloned()
}
