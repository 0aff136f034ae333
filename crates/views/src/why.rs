//! Why something does not move: the binding constraint first, and who can lift it.

use crate::people::any_of;
use crate::time::{between, told, when, zone_of};
use crate::typed::{Typing, waiver_request};
use model::assignment::AssignmentCommand;
use model::close_out::CloseOutCommand;
use model::command::Command;
use model::decide::{Acting, decide};
use model::guard::{Guard, Supplier, Waivability};
use model::history::Loss;
use model::id::{DeploymentId, PersonId, RingId};
use model::machine::{ComponentState, DeploymentState, SiteState};
use model::refusal::RefusalCode;
use model::role_type::RoleType;
use model::run::{Run, RunKind, TrackState};
use model::scope::Scope;
use model::state::{RingState, State};
use planner::waiting::WaitingOn;

/// Returns what is said before every answer about a deployment whose history was lost.
pub fn quarantined(deployment: &DeploymentId, loss: &Loss) -> String {
    format!(
        "{deployment} is in quarantine: {loss}. Nothing starts, and nothing is decided, until two people have accepted it: `landfall record accept-loss`"
    )
}

/// Returns the waits in the order in which they bind: people first, the longest wait first,
/// since nothing goes on without them; then the program's own work; then time, the latest first.
pub fn binding_first(mut waits: Vec<WaitingOn>) -> Vec<WaitingOn> {
    waits.sort_by_key(|it| match &it.supplier {
        Supplier::Roles(_) => (0, it.since.as_second()),
        Supplier::System => (1, it.since.as_second()),
        Supplier::At(at) => (2, -at.as_second()),
    });
    waits
}

/// Returns whether `wait` is for `person`: whether they can supply what is missing. A wait names the first
/// few who can; whoever else holds the role can too, where the rules let them do what is asked and it is
/// not each one's own to do.
pub fn is_for(state: &State, person: &PersonId, wait: &WaitingOn) -> bool {
    let Supplier::Roles(roles) = &wait.supplier else { return false };
    if wait.people.contains(person) {
        return true;
    }
    let held = state.roles_of(person, &wait.scope);
    let is_kept = |command: &Command| {
        let is_ones_own = matches!(
            command,
            Command::Assignment(AssignmentCommand::Accept)
                | Command::CloseOut(CloseOutCommand::AcceptOwnership)
        );
        if is_ones_own {
            return true;
        }
        let refused = decide(&Acting::new(state, person, state.at), command).err();
        refused.is_some_and(|it| it.code == RefusalCode::NotPermitted)
    };
    roles.iter().any(|role| held.contains(role)) && !wait.command.as_ref().is_some_and(is_kept)
}

/// Returns why `scope` does not move, or what it is doing, for whoever types as `typing` says.
pub fn page(
    state: &State,
    now: jiff::Timestamp,
    scope: &Scope,
    waits: &[WaitingOn],
    typing: &Typing,
) -> String {
    let zone = zone_of(state, scope);
    let mut text = format!("{scope}: {}\n", standing(state, scope));
    text += &format!("as of {}, entry {} of the record\n\n", when(now, zone), state.seq);
    let Some((first, others)) = waits.split_first() else {
        return text + &format!("Nothing waits. {}\n", doing(state, scope));
    };
    // The clock of a rehearsal stands while nobody drives it: what has only begun has no age.
    text += &match first.since < now {
        true => format!("It waits on this, for {}:\n", between(first.since, now)),
        false => "It waits on this:\n".to_owned(),
    };
    text += &wait(state, first, typing);
    if !others.is_empty() {
        text += &format!("\nAnd then on {}:\n", if others.len() == 1 { "this" } else { "these" });
        others.iter().for_each(|it| text += &wait(state, it, typing));
    }
    text
}

/// Returns one wait: what, since when, who can lift it, how, and when it is looked at again.
pub fn wait(state: &State, wait: &WaitingOn, typing: &Typing) -> String {
    let mut text = format!("- {}: {}\n", wait.scope, what(state, wait));
    for (label, said) in lines_typed(state, wait, typing) {
        text += &format!("  {label:<9} {said}\n");
    }
    text
}

/// Returns what is waited on, with the guard's name where it is one.
pub fn what(state: &State, wait: &WaitingOn) -> String {
    let guard = wait.guard.map(|it| format!(" [{it}]")).unwrap_or_default();
    format!("{}{guard}", told(&wait.what, zone_of(state, &wait.scope)))
}

/// Returns what else is to be said of a wait, a label and a sentence each.
pub fn lines(state: &State, wait: &WaitingOn) -> Vec<(&'static str, String)> {
    lines_typed(state, wait, &Typing::default())
}

fn lines_typed(state: &State, wait: &WaitingOn, typing: &Typing) -> Vec<(&'static str, String)> {
    let zone = zone_of(state, &wait.scope);
    let mut lines = vec![("since", when(wait.since, zone)), ("who", who(state, wait))];
    if let Some((went_wrong, read)) = went_wrong(state, &wait.scope) {
        lines.extend([("where", went_wrong), ("read", typing.line(&read))]);
    }
    if let Some(what_to_type) = line_to_type(state, wait, typing) {
        // What comes with time may be had sooner, where somebody can do something about it.
        let label = if matches!(wait.supplier, Supplier::At(_)) { "sooner" } else { "type" };
        lines.push((label, what_to_type));
    }
    if let Some(guard) = wait.guard {
        lines.push(("waiver", waiver(guard, &wait.waivable_by)));
        if !wait.waivable_by.is_empty() {
            lines.push(("", typing.line(&waiver_request(guard, &wait.scope))));
        }
    }
    if let Some(follows) = wait.if_nobody_acts {
        lines.push(("else", follows.to_owned()));
    }
    let next_look = wait.next_look.map(|at| when(at, zone));
    lines.push((
        "next look",
        next_look.unwrap_or_else(|| "as soon as something happens".to_owned()),
    ));
    lines
}

/// Returns where something went wrong at `scope`, which is halted, and what to type to read more of
/// it; nothing where a person halted it.
fn went_wrong(state: &State, scope: &Scope) -> Option<(String, String)> {
    let (is_halted, computers) = match scope {
        Scope::Component(id) => {
            let (planned, status) = state.component(id)?;
            (status.state == ComponentState::Halted, &planned.hosts)
        }
        Scope::Site(id) => {
            let (planned, status) = state.site(id)?;
            (status.state == SiteState::Halted, &planned.computers)
        }
        Scope::Ring(id) => return halted_in(state, id),
        Scope::Deployment | Scope::Core | Scope::Rfc(_) => return None,
    };
    let run = state.run(scope).filter(|_| is_halted)?;
    let mut bad = run.tracks.iter().filter_map(|it| Some((it, how_it_ended(it.state)?)));
    let (track, ended) = bad.next()?;
    let steps = model::work::steps(&state.plan, state, scope, track.list);
    let step = track.turn(run.kind, &steps)?.name();
    let computer = &computers.get(track.computer as usize)?.id;
    let more = and_more(bad.count(), "step list");
    Some((format!("step {step} on {computer} {ended}{more}"), format!("landfall output {scope}")))
}

/// Returns which sites of a ring that is halted are halted themselves, and what to type about the
/// first of them.
fn halted_in(state: &State, ring: &RingId) -> Option<(String, String)> {
    let (_, status) = state.ring(ring)?;
    let position = *state.index.rings.get(ring)? as usize;
    let sites =
        state.index.sites_of_ring.get(position).filter(|_| status.state == RingState::Halted)?;
    let is_halted =
        |it: &usize| state.sites.get(*it).is_some_and(|it| it.state == SiteState::Halted);
    let mut halted = sites.iter().map(|it| *it as usize).filter(is_halted);
    let first = &state.plan.sites.get(halted.next()?)?.id;
    let more = and_more(halted.count(), "site");
    Some((format!("site/{first} is halted{more}"), format!("landfall why site/{first}")))
}

fn and_more(more: usize, word: &str) -> String {
    match more {
        0 => String::new(),
        1 => format!("; one {word} more"),
        several => format!("; {several} {word}s more"),
    }
}

/// Returns how a track ended that did not end well.
fn how_it_ended(state: TrackState) -> Option<&'static str> {
    match state {
        TrackState::Failed => Some("failed"),
        TrackState::Lost => Some("did not reach it, or was over too late"),
        TrackState::Unknown => Some("may or may not have had an effect"),
        TrackState::Waiting
        | TrackState::InFlight
        | TrackState::Asked
        | TrackState::Done
        | TrackState::Excluded => None,
    }
}

/// Returns what people tell Landfall to end the wait, where it is known.
pub fn command(state: &State, wait: &WaitingOn) -> Option<Command> {
    match &wait.supplier {
        Supplier::Roles(_) => wait.command.clone().or_else(|| substitute(state, &wait.scope)),
        Supplier::At(_) => wait.command.clone(),
        Supplier::System => None,
    }
}

fn who(state: &State, wait: &WaitingOn) -> String {
    match &wait.supplier {
        Supplier::Roles(roles) => {
            let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
            let roles = roles.join(" or ");
            match wait.people.as_slice() {
                [] => format!("{roles}, which nobody in the plan is"),
                people => format!("{}, as {roles}", any_of(&state.plan, people)),
            }
        }
        Supplier::System => "Landfall itself, without being asked".to_owned(),
        Supplier::At(at) => {
            format!(
                "time: nobody need do anything before {}",
                when(*at, zone_of(state, &wait.scope))
            )
        }
    }
}

/// Returns what the first of the people types.
fn line_to_type(state: &State, wait: &WaitingOn, typing: &Typing) -> Option<String> {
    match &wait.supplier {
        Supplier::Roles(_) => {}
        Supplier::At(_) => {
            return wait.command.as_ref().map(|it| typing.typed(it, wait.people.first()));
        }
        Supplier::System => return None,
    }
    let only = match (state.plan.people.as_slice(), wait.people.first()) {
        ([_], _) | (_, None) => None,
        (_, Some(first)) => Some(first),
    };
    if let Some(command) = &wait.command {
        return Some(typing.typed(command, only));
    }
    if let Some(rfc) = covering_rfc(state, wait) {
        return Some(typing.line(&format!("landfall why {rfc}")));
    }
    substitute(state, &wait.scope).map(|it| typing.typed(&it, only))
}

/// Returns the request for change that would authorise what waits for one.
fn covering_rfc(state: &State, wait: &WaitingOn) -> Option<Scope> {
    if !matches!(wait.guard, Some(Guard::C1 | Guard::S2)) {
        return None;
    }
    let rfcs = match &wait.scope {
        Scope::Component(id) => {
            let position = *state.index.components.get(id)? as usize;
            state.index.rfcs_of_component.get(position)?
        }
        Scope::Site(id) => {
            let position = *state.index.sites.get(id)? as usize;
            let ring = *state.plan.ring_of.get(position)? as usize;
            state.index.rfcs_of_ring.get(ring)?
        }
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => return None,
    };
    let place = |it: &&u32| usize::try_from(**it).ok();
    let leads_on = |it: &&u32| {
        place(it).and_then(|it| state.rfcs.get(it)).is_some_and(|it| !it.state.is_over())
    };
    let found = rfcs.iter().rfind(leads_on).or_else(|| rfcs.last())?;
    let rfc = state.plan.rfcs.get(place(&found)?)?;
    Some(Scope::Rfc(rfc.id.clone()))
}

/// Returns the command for a wait that names none.
fn substitute(state: &State, scope: &Scope) -> Option<Command> {
    let reason = String::new();
    if let Some(scope) = held_scope(state, scope) {
        return Some(Command::Hold { scope, held: false, reason });
    }
    match scope {
        Scope::Deployment if state.deployment == DeploymentState::Held => {
            Some(Command::ReleaseDeployment { reason })
        }
        Scope::Component(id) if state.component(id)?.1.state == ComponentState::RolledBack => {
            Some(Command::Replan { scope: scope.clone(), reason })
        }
        Scope::Site(id) if state.site(id)?.1.state == SiteState::Refused => {
            Some(Command::ResolveRefusal { site: id.clone(), reason })
        }
        Scope::Deployment
        | Scope::Core
        | Scope::Component(_)
        | Scope::Ring(_)
        | Scope::Site(_)
        | Scope::Rfc(_) => None,
    }
}

/// Returns what is held: `scope` itself, or what it is in.
fn held_scope(state: &State, scope: &Scope) -> Option<Scope> {
    let around = match scope {
        Scope::Site(id) => {
            let position = state.index.sites.get(id).map(|it| *it as usize);
            let ring = position.and_then(|it| state.plan.ring_of.get(it));
            let ring = ring.and_then(|it| state.plan.rings.get(*it as usize));
            ring.map(|it| Scope::Ring(it.id.clone()))
        }
        Scope::Component(_) => Some(Scope::Core),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
    };
    let mut scopes = [Some(scope.clone()), around, Some(Scope::Deployment)].into_iter().flatten();
    scopes.find(|it| state.holds.contains_key(&it.to_string()))
}

fn waiver(guard: Guard, authority: &[RoleType]) -> String {
    let roles: Vec<String> = authority.iter().map(ToString::to_string).collect();
    let by = match roles.as_slice() {
        [] => "; nobody can here".to_owned(),
        [one] => format!(" by {one}"),
        several => format!(" by {} together", several.join(" and ")),
    };
    match guard.waiver() {
        Waivability::Never => format!("{guard} is never waived"),
        Waivability::WholeBy(_) => format!("{guard} can be waived{by}"),
        Waivability::PartBy { what, .. } if roles.is_empty() => {
            format!("{guard} can be waived for {what}{by}")
        }
        Waivability::PartBy { what, .. } => format!("{guard} can be waived for {what},{by}"),
    }
}

/// Returns where `scope` stands, in one phrase.
fn standing(state: &State, scope: &Scope) -> String {
    match scope {
        Scope::Deployment => state.deployment.to_string(),
        Scope::Core => {
            let verified = state.components.iter().filter(|it| is_verified(it.state)).count();
            format!("{verified} of {} components verified", state.components.len())
        }
        Scope::Component(id) => {
            state.component(id).map_or_else(String::new, |(_, it)| it.state.to_string())
        }
        Scope::Ring(id) => state.ring(id).map_or_else(String::new, |(_, it)| {
            let excused = it.excused.iter();
            let excused: String = excused
                .map(|(site, it)| {
                    format!("; {site} ({}) is borne with: {}", it.counts_as, it.reason)
                })
                .collect();
            format!("{}{excused}", it.state)
        }),
        Scope::Site(id) => state.site(id).map_or_else(String::new, |(_, it)| it.state.to_string()),
        Scope::Rfc(id) => state.rfc(id).map_or_else(String::new, |(_, it)| it.state.to_string()),
    }
}

fn is_verified(state: model::machine::ComponentState) -> bool {
    use model::machine::ComponentState as S;
    match state {
        S::Verified | S::Accepted => true,
        S::Planned
        | S::Authorised
        | S::Adopting
        | S::Deploying
        | S::Verifying
        | S::Halted
        | S::RollingBack
        | S::RolledBack
        | S::Descoped => false,
    }
}

/// Returns what `scope` is doing, where nothing holds it back.
fn doing(state: &State, scope: &Scope) -> String {
    if let Some(run) = state.run(scope) {
        return run_in_words(run);
    }
    let in_flight = state.in_flight();
    match scope {
        Scope::Ring(id) => match state.ring(id) {
            Some((_, status)) => {
                let counts = &status.counts;
                format!("{} of its {} sites are verified.", counts.verified, counts.planned)
            }
            None => "It is not in the plan.".to_owned(),
        },
        Scope::Deployment | Scope::Core => match in_flight {
            0 => "There is nothing left to do here.".to_owned(),
            1 => "One step is being carried out.".to_owned(),
            several => format!("{several} steps are being carried out."),
        },
        Scope::Component(_) | Scope::Site(_) | Scope::Rfc(_) => {
            "It stands where it should.".to_owned()
        }
    }
}

/// Returns how far a run has come.
pub fn run_in_words(run: &Run) -> String {
    let counts = run.counts_all();
    let (verb, past) = match run.kind {
        RunKind::Deploy => ("It is being deployed", "It was deployed"),
        RunKind::Adopt => ("It is being checked for adoption", "It was checked for adoption"),
        RunKind::RollBack => ("It is being rolled back", "It was rolled back"),
    };
    let lists = if counts.all == 1 { "step list" } else { "step lists" };
    let done = format!("{} of {} {lists} done", counts.done, counts.all);
    if run.is_finished() {
        return format!("{past} in run {}: {done}.", run.number);
    }
    let stage = u32::from(run.stage) + 1;
    format!(
        "{verb} in run {}: stage {stage} of {}, {done}, {} being worked on.",
        run.number, run.stages, counts.running
    )
}
