//! From the plan to runs, and from a track to the order that is next on it.
//!
//! House rule: an order is complete. Everything that varies is filled in here,
//! from the plan alone, so that the same plan gives the same orders.

use crate::component::{Computer, Connection, CoreComponent};
use crate::id::ComputerId;
use crate::machine::RfcState;
use crate::order::{Order, OrderId, Place, Setting, SshAddress, Work};
use crate::plan::MasterProjectPlan;
use crate::run::{Run, RunKind, StepList, Track, TrackState, Turn, order_name};
use crate::scope::Scope;
use crate::site::{Site, SiteTemplate};
use crate::state::State;
use crate::step::{Step, StepWork};
use crate::template_text::{UnknownReference, fill};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Returns a run over the hosts of `component`: a stage a host; adopting, all at once.
pub fn component_run(component: &CoreComponent, kind: RunKind, number: u32, at: Timestamp) -> Run {
    let list = match kind {
        RunKind::Deploy | RunKind::RollBack => StepList::Host,
        RunKind::Adopt => StepList::Checks,
    };
    let stage_of = |host: usize| match kind {
        RunKind::Adopt => 0,
        RunKind::Deploy | RunKind::RollBack => short(host),
    };
    let hosts = 0..component.hosts.len();
    let tracks: Vec<Track> = hosts.map(|host| Track::new(stage_of(host), host, list)).collect();
    let stages = tracks.last().map_or(0, |it| it.stage + 1);
    let mut run = Run { number, kind, stage: 0, stages, began: at, tracks };
    finish_empty_tracks(&mut run, |track| component_steps(component, track.list));
    run
}

/// Returns the run that undoes `run` of `component`.
pub fn component_backwards(
    component: &CoreComponent,
    run: &Run,
    number: u32,
    at: Timestamp,
) -> Run {
    let mut back = run.backwards(number, at);
    finish_empty_tracks(&mut back, |track| component_steps(component, track.list));
    back
}

/// Returns a run over `computers` computers of a site: preparation, phases, completion.
pub fn site_run(template: &SiteTemplate, computers: usize, number: u32, at: Timestamp) -> Run {
    let batches = template.batches(computers);
    let last = short(batches.len() + 1);
    let mut tracks = Vec::with_capacity(computers + 2);
    if computers > 0 {
        tracks.push(Track::new(0, 0, StepList::Before));
    }
    let mut next = 0;
    for (batch, stage) in batches.into_iter().zip(1..) {
        let of_batch = next..next + batch;
        tracks.extend(of_batch.map(|computer| Track::new(stage, computer, StepList::EachComputer)));
        next += batch;
    }
    if computers > 0 {
        tracks.push(Track::new(last, 0, StepList::After));
    }
    let mut run =
        Run { number, kind: RunKind::Deploy, stage: 0, stages: last + 1, began: at, tracks };
    finish_empty_tracks(&mut run, |track| site_steps(template, track.list));
    run
}

/// Returns the run that undoes `run` of a site.
pub fn site_backwards(template: &SiteTemplate, run: &Run, number: u32, at: Timestamp) -> Run {
    let mut back = run.backwards(number, at);
    finish_empty_tracks(&mut back, |track| site_steps(template, track.list));
    back
}

/// A track without anything to do has done it.
fn finish_empty_tracks<'p>(run: &mut Run, steps: impl Fn(&Track) -> Vec<&'p Step>) {
    let kind = run.kind;
    for track in &mut run.tracks {
        if track.turn(kind, &steps(track)).is_none() {
            track.state = TrackState::Done;
        }
    }
}

fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// Returns the steps of a component's list.
pub fn component_steps(component: &CoreComponent, list: StepList) -> Vec<&Step> {
    match list {
        StepList::Host => component.steps.iter().chain(&component.checks).collect(),
        StepList::Checks => component.discovery.iter().chain(&component.checks).collect(),
        StepList::Before | StepList::EachComputer | StepList::After => vec![],
    }
}

/// Returns the steps of a site's list.
pub fn site_steps(template: &SiteTemplate, list: StepList) -> Vec<&Step> {
    match list {
        StepList::Before => template.before.iter().collect(),
        StepList::EachComputer => template.each_computer.iter().collect(),
        StepList::After => template.after.iter().collect(),
        StepList::Host | StepList::Checks => vec![],
    }
}

/// Returns the steps that tracks of `list` go through at `scope`.
pub fn steps<'p>(
    plan: &'p MasterProjectPlan,
    state: &State,
    scope: &Scope,
    list: StepList,
) -> Vec<&'p Step> {
    match scope {
        Scope::Component(id) => {
            let position = state.index.components.get(id);
            let component = position.and_then(|it| plan.components.get(*it as usize));
            component.map(|it| component_steps(it, list)).unwrap_or_default()
        }
        Scope::Site(id) => {
            let template = template_of(plan, state, id);
            template.map(|it| site_steps(it, list)).unwrap_or_default()
        }
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => vec![],
    }
}

fn template_of<'p>(
    plan: &'p MasterProjectPlan,
    state: &State,
    site: &crate::id::SiteId,
) -> Option<&'p SiteTemplate> {
    let position = *state.index.sites.get(site)? as usize;
    plan.templates.get(*state.index.template_of_site.get(position)? as usize)
}

/// Calls `change` with a track of `scope`, the kind of its run and its steps.
pub(crate) fn with_track<T>(
    state: &mut State,
    scope: &Scope,
    track: u32,
    change: impl FnOnce(RunKind, &[&Step], &mut Track) -> T,
) -> Option<T> {
    let plan = state.plan.clone();
    let list = state.run(scope)?.tracks.get(track as usize)?.list;
    let steps = steps(&plan, state, scope, list);
    let run = state.run_mut(scope)?;
    let kind = run.kind;
    Some(change(kind, &steps, run.tracks.get_mut(track as usize)?))
}

/// What is next on a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// An order for a worker.
    Order(Box<Order>),
    /// Something for a person.
    Ask {
        /// Its name.
        order: OrderId,
        /// What to do.
        instructions: String,
        /// Who may confirm it.
        role: crate::role_type::RoleType,
    },
}

/// Returns what is next on `track` of `scope`, or nothing when all of its steps are done.
///
/// # Errors
///
/// For a reference of the plan that names nothing; a checked plan has none.
pub fn next_on(
    state: &State,
    scope: &Scope,
    track: &Track,
) -> Result<Option<Next>, UnknownReference> {
    let plan = &state.plan;
    let Some(run) = state.run(scope) else { return Ok(None) };
    let steps = steps(plan, state, scope, track.list);
    let Some(turn) = track.turn(run.kind, &steps) else { return Ok(None) };
    let Some(around) = Around::of(state, scope, track.computer as usize) else { return Ok(None) };
    // Lists may name their steps alike: the name of an order says which one is meant.
    let list = list_name(track, around.component, &turn);
    let order = order_name(scope, run.number, &around.computer.id, (list, &turn), track.orders + 1);
    let planned = if turn.undo { turn.step.rollback.as_ref() } else { Some(&turn.step.work) };
    let Some(planned) = planned else { return Ok(None) };
    if let StepWork::Manual { instructions, role, .. } = planned {
        let instructions = around.fill(instructions)?;
        return Ok(Some(Next::Ask { order, instructions, role: *role }));
    }
    let verify = if turn.undo { None } else { turn.step.verify.as_ref() };
    // A person cannot be asked by a machine whether something was done: nobody knows, then.
    let verify = verify.filter(|it| !matches!(it, StepWork::Manual { .. }));
    let order = Order {
        environment: around.environment(&turn, &order)?,
        id: order,
        deployment: plan.deployment.clone(),
        place: around.place(),
        work: around.work(planned, &state.folder)?,
        verify: verify.map(|it| around.work(it, &state.folder)).transpose()?,
        time_limit_s: turn.step.time_limit_s,
        authorised: around.authorised,
    };
    Ok(Some(Next::Order(Box::new(order))))
}

/// Returns how the track's list stands in the names of its orders.
fn list_name(track: &Track, component: Option<&CoreComponent>, turn: &Turn<'_>) -> &'static str {
    let is_check =
        |it: &CoreComponent| it.checks.iter().any(|check| std::ptr::eq(check, turn.step));
    match track.list {
        StepList::Before => "before/",
        StepList::After => "after/",
        StepList::EachComputer => "",
        StepList::Host if component.is_some_and(is_check) => "check/",
        StepList::Host => "",
        StepList::Checks => "check/",
    }
}

/// What surrounds a step: where its values come from.
struct Around<'p> {
    plan: &'p MasterProjectPlan,
    site: Option<&'p Site>,
    component: Option<&'p CoreComponent>,
    computer: &'p Computer,
    connection: &'p Connection,
    authorised: crate::digest::Digest,
}

impl<'p> Around<'p> {
    fn of(state: &'p State, scope: &Scope, computer: usize) -> Option<Self> {
        let plan = &*state.plan;
        let part = |rfcs: Option<&Vec<u32>>| {
            let first = rfcs.and_then(|it| it.first()).map(|it| *it as usize);
            first.and_then(|it| state.index.parts.get(it)).copied().unwrap_or(state.plan_digest)
        };
        match scope {
            Scope::Component(id) => {
                let position = *state.index.components.get(id)? as usize;
                let component = plan.components.get(position)?;
                Some(Self {
                    plan,
                    site: None,
                    component: Some(component),
                    computer: component.hosts.get(computer)?,
                    connection: &component.connection,
                    authorised: part(state.index.rfcs_of_component.get(position)),
                })
            }
            Scope::Site(id) => {
                let position = *state.index.sites.get(id)? as usize;
                let site = plan.sites.get(position)?;
                let ring = *plan.ring_of.get(position)? as usize;
                Some(Self {
                    plan,
                    site: Some(site),
                    component: None,
                    computer: site.computers.get(computer)?,
                    connection: &template_of(plan, state, id)?.connection,
                    authorised: state
                        .standard_of(id)
                        .find(|(_, it)| it.state == RfcState::Implementing)
                        .and_then(|(_, it)| it.part)
                        .unwrap_or_else(|| part(state.index.rfcs_of_ring.get(ring))),
                })
            }
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
        }
    }

    fn fill(&self, text: &str) -> Result<String, UnknownReference> {
        fill(text, |name| self.value(name))
    }

    /// Returns what `name` refers to: `site.…`, `component.…`, `computer.…`, `deployment.id`,
    /// `release.…`, `plan.…`. The nearest variables come first.
    fn value(&self, name: &str) -> Option<Cow<'p, str>> {
        let (of, key) = name.split_once('.')?;
        let variable = |it: &'p BTreeMap<String, String>| it.get(key).map(|it| it.as_str().into());
        match (of, key) {
            ("site", "id") => self.site.map(|it| it.id.as_str().into()),
            ("site", "title") => self.site.map(|it| it.title.as_str().into()),
            ("site", "region") => self.site?.region.as_deref().map(Into::into),
            ("site", "users") => self.site.map(|it| it.users.to_string().into()),
            ("site", _) => self.site.and_then(|it| variable(&it.variables)),
            ("component", "id") => self.component.map(|it| it.id.as_str().into()),
            ("component", _) => self.component.and_then(|it| variable(&it.variables)),
            ("computer", "id") => Some(self.computer.id.as_str().into()),
            ("computer", "host") => Some(host_and_port(&self.computer.host).0.into()),
            ("deployment", "id") => Some(self.plan.deployment.as_str().into()),
            ("release", "name") => Some(self.plan.release.name.as_str().into()),
            ("release", "version") => Some(self.plan.release.version.as_str().into()),
            ("plan", _) => variable(&self.plan.variables),
            _ => None,
        }
    }

    fn place(&self) -> Place {
        let computer: ComputerId = self.computer.id.clone();
        match self.connection {
            Connection::Here => Place::Here { computer },
            Connection::Ssh(ssh) => {
                let address = |host: &str, jump| {
                    let (host, port) = host_and_port(host);
                    SshAddress {
                        host: host.to_owned(),
                        port: port.unwrap_or(ssh.port),
                        user: ssh.user.clone(),
                        identity: ssh.identity.clone(),
                        known_hosts: ssh.known_hosts.clone(),
                        jump,
                    }
                };
                let jump = ssh.jump.as_deref().map(|it| Box::new(address(it, None)));
                Place::Ssh { computer, address: address(&self.computer.host, jump) }
            }
        }
    }

    fn work(&self, planned: &StepWork, folder: &str) -> Result<Work, UnknownReference> {
        Ok(match planned {
            StepWork::Run(argv) => {
                let argv: Result<_, _> = argv.iter().map(|it| self.fill(it)).collect();
                Work::Command { argv: argv? }
            }
            // A script is never filled in: values reach it by its environment.
            StepWork::Script(text) => Work::Script { text: text.clone() },
            StepWork::Copy { deliverable, to, mode } => {
                let missing = || UnknownReference { name: deliverable.to_string() };
                let it = self.plan.release.deliverable(deliverable).ok_or_else(missing)?;
                Work::Copy {
                    deliverable: it.id.clone(),
                    file: format!("{}/{}", folder.trim_end_matches('/'), it.file),
                    size_bytes: it.size_bytes,
                    sha256: it.sha256,
                    to: self.fill(to)?,
                    mode: *mode,
                }
            }
            StepWork::Http { url, status, contains } => Work::Http {
                url: self.fill(url)?,
                status: *status,
                contains: contains.as_deref().map(|it| self.fill(it)).transpose()?,
            },
            // A person cannot be asked by a machine whether something was done.
            StepWork::Manual { instructions, .. } => {
                Work::Command { argv: vec!["false".to_owned(), self.fill(instructions)?] }
            }
        })
    }

    fn environment(
        &self,
        turn: &Turn<'_>,
        order: &OrderId,
    ) -> Result<BTreeMap<String, Setting>, UnknownReference> {
        let mut all = BTreeMap::new();
        let mut set = |name: &str, value: &str| {
            all.insert(name.to_owned(), Setting::Plain(value.to_owned()));
        };
        set("LANDFALL_DEPLOYMENT", self.plan.deployment.as_str());
        set("LANDFALL_RELEASE", &self.plan.release.version);
        set("LANDFALL_COMPUTER", self.computer.id.as_str());
        set("LANDFALL_STEP", &turn.name());
        set("LANDFALL_ORDER", &order.0);
        if let Some(site) = self.site {
            set("LANDFALL_SITE", site.id.as_str());
        }
        if let Some(component) = self.component {
            set("LANDFALL_COMPONENT", component.id.as_str());
        }
        for (name, value) in &turn.step.environment {
            let value = match value {
                Setting::Plain(text) => Setting::Plain(self.fill(text)?),
                Setting::Secret(reference) => Setting::Secret(reference.clone()),
            };
            all.insert(name.clone(), value);
        }
        Ok(all)
    }
}

/// Returns the host and the port of `text`, such as `pc-1:2222` or `[::1]:22`.
fn host_and_port(text: &str) -> (&str, Option<u16>) {
    let split =
        text.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'));
    match split.map(|(host, port)| (host, port.parse().ok())) {
        Some((host, Some(port))) => {
            (host.trim_start_matches('[').trim_end_matches(']'), Some(port))
        }
        Some((_, None)) | None => (text.trim_start_matches('[').trim_end_matches(']'), None),
    }
}
