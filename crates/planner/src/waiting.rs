//! What everything that does not move waits on, since when, and who can supply it.
//!
//! House rule: nothing waits without saying on what. Whoever asks "why is nothing
//! happening?" reads the answer here, with the command that would change it.

mod agreements;
mod changes;
mod closing;
mod completing;
mod components;
mod delegates;
mod deployment;
mod disputes;
mod entry;
mod history;
mod incidents;
mod notices;
mod papers;
mod rings;
mod separated;
mod site_care;
mod sites;
mod stable;
mod steps;
mod survey;
mod terminating;
mod why;

pub use history::{quarantine, unserved};
pub use why::why;

use crate::facts::{Kept, Look};
use jiff::Timestamp;
use model::command::Command;
use model::guard::{Guard, GuardReading, Supplier, Verdict};
use model::id::PersonId;
use model::machine::DeploymentState;
use model::rights::Rights;
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::State;
use serde::Serialize;

/// One thing that waits, and on what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WaitingOn {
    /// What waits.
    pub scope: Scope,
    /// What it waits on, in words.
    pub what: String,
    /// The guard that holds it back, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
    /// Since when it has waited.
    pub since: Timestamp,
    /// Who or what can supply it.
    pub supplier: Supplier,
    /// The people who can supply it; at most a handful.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
    /// What they would tell Landfall, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// Who could let it pass without, where it can be waived.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waivable_by: Vec<RoleType>,
    /// When it will be looked at again by itself, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_look: Option<Timestamp>,
    /// What follows while nobody acts, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_nobody_acts: Option<&'static str>,
    /// Whether something stands still until it is there.
    pub binds: Binds,
}

/// Whether something stands still until what is waited for is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Binds {
    /// It does.
    #[default]
    Now,
    /// It does from this instant on; before, it may as well be done later.
    From(Timestamp),
    /// It does not: it had better be done.
    Never,
}

/// The most people named for one wait.
const PEOPLE_MAX: usize = 4;

impl WaitingOn {
    fn system(scope: Scope, what: impl Into<String>, since: Timestamp) -> Self {
        Self {
            scope,
            what: what.into(),
            guard: None,
            since,
            supplier: Supplier::System,
            people: vec![],
            command: None,
            waivable_by: vec![],
            next_look: None,
            if_nobody_acts: None,
            binds: Binds::Now,
        }
    }

    fn time(scope: Scope, what: impl Into<String>, since: Timestamp, at: Timestamp) -> Self {
        let supplier = Supplier::At(at);
        Self { supplier, next_look: Some(at), ..Self::system(scope, what, since) }
    }

    fn people(
        state: &State,
        scope: Scope,
        what: impl Into<String>,
        since: Timestamp,
        roles: &[RoleType],
    ) -> Self {
        let people = holders(state, &scope, roles);
        let supplier = Supplier::Roles(roles.to_vec());
        Self { supplier, people, ..Self::system(scope, what, since) }
    }

    fn with(mut self, command: Command) -> Self {
        self.command = Some(command);
        self
    }

    fn if_nobody_acts(mut self, follows: &'static str) -> Self {
        self.if_nobody_acts.get_or_insert(follows);
        self
    }

    fn binding_from(mut self, at: Timestamp) -> Self {
        if self.binds == Binds::Now {
            self.binds = Binds::From(at);
        }
        self
    }

    fn advisable(self) -> Self {
        Self { binds: Binds::Never, ..self }
    }

    /// Returns whether people are asked for a command without which something stands still at `now`.
    pub fn holds_up(&self, now: Timestamp) -> bool {
        let binds = match self.binds {
            Binds::Now => true,
            Binds::From(at) => at <= now,
            Binds::Never => false,
        };
        binds && matches!(self.supplier, Supplier::Roles(_)) && self.command.is_some()
    }

    /// Returns what a guard waits on, or nothing where it passes.
    fn guard(
        state: &State,
        scope: &Scope,
        reading: &GuardReading,
        since: Timestamp,
    ) -> Option<Self> {
        let guard = reading.guard;
        let waits = match &reading.verdict {
            Verdict::Met | Verdict::Waived { .. } => return None,
            Verdict::Unknown { missing } => Self::system(scope.clone(), missing, since),
            Verdict::Unmet { missing, supplier } => match supplier {
                Supplier::Roles(roles) => Self::people(state, scope.clone(), missing, since, roles),
                Supplier::System => Self::system(scope.clone(), missing, since),
                Supplier::At(at) => Self::time(scope.clone(), missing, since, *at),
            },
        };
        // What has been stated and is not enough is not to be stated again. And what the program
        // has computed itself, that the work does not fit, is nobody's to state unasked.
        let attesters = model::gates::attesters(guard);
        let is_theirs = match &waits.supplier {
            Supplier::Roles(roles) => roles.iter().any(|it| attesters.contains(it)),
            Supplier::System | Supplier::At(_) => !attesters.is_empty(),
        };
        let may_state = is_theirs
            && guard != Guard::S6
            && state.attested(guard, std::slice::from_ref(scope)).is_none();
        let command = may_state.then(|| Command::Attest {
            guard,
            scope: scope.clone(),
            statement: guard.text().to_owned(),
        });
        let waivable_by = guard.waiver().authority().to_vec();
        Some(Self { guard: Some(guard), command, waivable_by, ..waits })
    }
}

/// Returns what holds back something that would go on by itself, where nothing nearer does; nothing
/// while its orders are in flight.
fn otherwise(look: &Look<'_>, scope: &Scope, since: Timestamp) -> Vec<WaitingOn> {
    let state = look.state;
    if state.orders.values().any(|it| it.scope == *scope) {
        return vec![];
    }
    let people = |what: &str, roles: &[RoleType]| {
        WaitingOn::people(state, scope.clone(), what, since, roles)
    };
    vec![match state.deployment {
        DeploymentState::Draft | DeploymentState::Ready => {
            people("the deployment has to be opened first", &[RoleType::ProgramManager])
        }
        DeploymentState::Held => {
            let roles = [RoleType::ReleaseManagement, RoleType::ProgramManager];
            people("the deployment is held", &roles)
        }
        DeploymentState::Deploying
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod => room(state, scope, since),
        DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => WaitingOn::system(
            scope.clone(),
            format!("the deployment is {}", state.deployment),
            since,
        ),
    }]
}

/// Returns what holds back something that goes back, where nothing nearer does: it goes on while the
/// deployment is held.
fn its_turn(look: &Look<'_>, scope: &Scope, since: Timestamp) -> Vec<WaitingOn> {
    let mut waits = otherwise(look, scope, since);
    if look.state.deployment == DeploymentState::Held {
        waits.iter_mut().for_each(|it| *it = room(look.state, scope, since));
    }
    waits
}

/// Returns the wait for room among the orders in flight, or for the next look.
fn room(state: &State, scope: &Scope, since: Timestamp) -> WaitingOn {
    let in_flight = state.in_flight();
    let what = if in_flight >= state.plan.limits.orders_at_once as usize {
        format!("{in_flight} orders are in flight, the most at once")
    } else {
        "the engine takes it up at its next look".to_owned()
    };
    WaitingOn::system(scope.clone(), what, since)
}

/// Returns `waits`, or what holds `scope` back otherwise.
fn or_otherwise(
    waits: Vec<WaitingOn>,
    look: &Look<'_>,
    scope: &Scope,
    since: Timestamp,
) -> Vec<WaitingOn> {
    if waits.is_empty() { otherwise(look, scope, since) } else { waits }
}

/// Returns people who hold one of `roles` for `scope`, a site's owner and deputy first.
pub fn holders(state: &State, scope: &Scope, roles: &[RoleType]) -> Vec<PersonId> {
    holders_who(state, scope, roles, |_| true)
}

/// Returns people who hold one of `roles` for `scope` and who `may`, a site's owner and deputy first.
fn holders_who(
    state: &State,
    scope: &Scope,
    roles: &[RoleType],
    may: impl Fn(&PersonId) -> bool,
) -> Vec<PersonId> {
    let mut people = Vec::new();
    if let Scope::Site(id) = scope
        && roles.contains(&RoleType::SiteOwner)
        && let Some((site, _)) = state.site(id)
    {
        people.push(site.owner.clone());
        people.extend(site.deputy.clone());
        people.retain(&may);
    }
    for role in roles {
        let positions = state.index.holders.get(role).into_iter().flatten();
        for person in positions.filter_map(|it| state.plan.people.get(*it as usize)) {
            if people.len() < PEOPLE_MAX && !people.contains(&person.id) && may(&person.id) {
                people.push(person.id.clone());
            }
        }
    }
    people
}

/// Leaves out those who have left the project, or its work: what is asked for is no longer theirs.
fn still_there(state: &State, mut waits: Vec<WaitingOn>) -> Vec<WaitingOn> {
    for wait in waits.iter_mut().filter(|it| !it.people.is_empty()) {
        let rights = wait.command.as_ref().map_or(Rights::Contribute, Command::rights);
        wait.people.retain(|it| !has_left(state, it, rights));
        if wait.people.is_empty() {
            wait.what.push_str("; whoever could has left the project");
        }
    }
    waits
}

/// Returns whether `person` can do nothing any more that asks for `rights`.
pub(crate) fn has_left(state: &State, person: &PersonId, rights: Rights) -> bool {
    let is_outside = |it: &model::person::Person| it.roles.iter().any(|it| !it.is_project());
    state.left_the_project(person, rights).is_some()
        && !state.plan.person(person).is_some_and(is_outside)
}

/// Returns everything that waits at the instant `now`, the deployment first; at most `limit`.
pub fn waiting(state: &State, now: Timestamp, limit: usize) -> Vec<WaitingOn> {
    waiting_of(&mut Look::new(state, now), limit)
}

/// Returns everything that waits as [`waiting`] does, without finding again what `kept` has found.
/// [`Kept::happens`] is told of every event in between; where others have written, nothing is kept.
pub fn waiting_as_kept(
    state: &State,
    now: Timestamp,
    limit: usize,
    kept: &mut Kept,
) -> Vec<WaitingOn> {
    let mut look = Look::with(state, now, std::mem::take(kept));
    let waits = waiting_of(&mut look, limit);
    *kept = look.kept();
    waits
}

/// Returns what of everything that waits at the instant `now` is `wanted`, the deployment first; at most
/// `limit` of it, however much else waits before.
pub fn waiting_where(
    state: &State,
    now: Timestamp,
    limit: usize,
    wanted: &dyn Fn(&WaitingOn) -> bool,
) -> Vec<WaitingOn> {
    Gathering { look: &mut Look::new(state, now), limit, wanted, found: vec![] }.all()
}

/// Returns everything that waits as `look` sees it; at most `limit`.
pub(crate) fn waiting_of(look: &mut Look<'_>, limit: usize) -> Vec<WaitingOn> {
    Gathering { look, limit, wanted: &|_| true, found: vec![] }.all()
}

/// How many waits of sites are gathered before it is asked which of them are wanted.
const AT_ONCE: usize = 500;

/// What is wanted of everything that waits, gathered place by place.
struct Gathering<'g, 's> {
    look: &'g mut Look<'s>,
    limit: usize,
    wanted: &'g dyn Fn(&WaitingOn) -> bool,
    found: Vec<WaitingOn>,
}

impl Gathering<'_, '_> {
    fn all(mut self) -> Vec<WaitingOn> {
        let look = &mut *self.look;
        let state = look.state;
        let mut waits = deployment::deployment(look);
        waits.splice(0..0, history::clock(state));
        if state.is_sealed() {
            waits.retain(|it| (self.wanted)(it));
            return waits;
        }
        waits.extend(deployment::waivers(look));
        waits.extend(disputes::disputes(state, None));
        waits.extend(papers::papers(state, None));
        waits.extend(agreements::half_agreed(state));
        waits.extend(incidents::incidents(look));
        for status in &state.rfcs {
            waits.extend(changes::rfc(look, &status.id));
        }
        let mut behind = deployment::slots(look, Some(&Scope::Deployment));
        behind.extend(notices::letters(look, None));
        behind.extend(notices::sessions(look));
        behind.extend(stable::assignments(look));
        let behind = self.wanted_of(behind);
        let waits = self.wanted_of(waits);
        self.found.extend(waits);
        // Once a project ends, nothing is deployed any more: what goes back says so itself.
        let ends =
            matches!(state.deployment, DeploymentState::Closing | DeploymentState::Terminating);
        if !ends {
            // What concerns the deployment as a whole is not hidden by its sites.
            self.places(self.limit.saturating_sub(behind.len()));
        }
        self.found.extend(behind);
        self.found.truncate(self.limit);
        self.found
    }

    /// Adds what the core, rings and sites wait on; no more sites once there are `limit`.
    fn places(&mut self, limit: usize) {
        let look = &mut *self.look;
        let mut waits = deployment::slots(look, Some(&Scope::Core));
        waits.extend(components::sheet(look));
        for position in 0..look.plan().components.len() {
            waits.extend(components::component(look, position));
        }
        for position in 0..look.plan().rings.len() {
            waits.extend(rings::ring(look, position));
        }
        let state = look.state;
        let waits = self.wanted_of(waits);
        self.found.extend(waits);
        if self.found.len() >= limit {
            return;
        }
        let asked = site_care::asked(state);
        let mut waits = vec![];
        for (position, status) in state.sites.iter().enumerate() {
            let is_asked = asked.contains(&position);
            if !is_asked && !sites::may_wait(status.state) {
                continue;
            }
            self.look.site_waits(position, &mut waits, |look| {
                if is_asked { sites::site(look, position) } else { sites::stands(look, position) }
            });
            let room = limit.saturating_sub(self.found.len());
            if waits.len() >= room.min(AT_ONCE) {
                let wanted = self.wanted_of(std::mem::take(&mut waits));
                self.found.extend(wanted);
            }
            if self.found.len() >= limit {
                return;
            }
        }
        let wanted = self.wanted_of(waits);
        self.found.extend(wanted);
    }

    /// Returns which of `waits` are wanted, with who can end them.
    fn wanted_of(&self, waits: Vec<WaitingOn>) -> Vec<WaitingOn> {
        let (state, now) = (self.look.state, self.look.now);
        let mut waits = still_there(state, waits);
        delegates::beside(state, now, &mut waits);
        separated::apart(state, now, &mut waits);
        waits.retain(|it| (self.wanted)(it));
        waits
    }
}
