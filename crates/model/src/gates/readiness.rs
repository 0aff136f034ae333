//! The gates of readiness: ST4, ST5 and ST6, and of CS1 that the core is monitored.
//!
//! Source: Deploy SMF, Process 3, Table 6, as worked out in `catalogue/guards.psv`.

use super::parts::Lack;
use super::{Found, missing};
use crate::companion_plans::{OperationsGuide, OperationsRequirement, RequirementProof};
use crate::component::CoreComponent;
use crate::digest::{Digest, canonical_digest};
use crate::guard::{Guard, GuardReading, Supplier, Verdict};
use crate::incident::ProbeStanding;
use crate::machine::{ComponentState, SiteState};
use crate::plan::MasterProjectPlan;
use crate::probe::Probe;
use crate::profile::Profile;
use crate::readiness::{Acceptance, Judgement, ReadinessItem, checklist, shown_by, standing};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use crate::watching::{self, Reports};
use jiff::{SignedDuration, Timestamp};

/// The share of sites that monitoring must report from, in percent.
pub const MONITORED_PERCENT_MIN: usize = 95;

/// How long monitoring must report without a gap, in hours.
pub const MONITORED_HOURS_MIN: i64 = 48;

/// Returns who may judge `item`: its owner, and whoever prepares the hand-over.
pub fn judges(plan: &MasterProjectPlan, item: &ReadinessItem) -> Vec<RoleType> {
    let mut roles = vec![item.owner];
    if item.owner == RoleType::SupportManager {
        roles = support(plan);
    }
    let preparing = [RoleType::OperationsExperience, RoleType::ReleaseManagement];
    roles.extend(preparing.into_iter().filter(|it| *it != item.owner));
    roles
}

/// Returns who answers for support: operations, where the plan names nobody else.
pub fn support(plan: &MasterProjectPlan) -> Vec<RoleType> {
    match plan.holders(RoleType::SupportManager).next() {
        Some(_) => vec![RoleType::SupportManager],
        None => vec![RoleType::OperationsManager],
    }
}

/// Returns who must accept the checklist.
pub fn accepting(plan: &MasterProjectPlan) -> Vec<RoleType> {
    let mut roles = vec![RoleType::OperationsManager];
    roles.extend(support(plan));
    roles.dedup();
    roles
}

/// Returns the digest of what `role` takes over: the plan for operations, the plan for support, or
/// both where operations answers for support; nothing where the plan has neither.
pub fn taken_over(plan: &MasterProjectPlan, role: RoleType) -> Option<Digest> {
    let operations = plan.operations.as_ref().filter(|_| role == RoleType::OperationsManager);
    let support = plan.support.as_ref().filter(|_| support(plan).contains(&role));
    (operations.is_some() || support.is_some()).then(|| canonical_digest(&(operations, support)))
}

/// Returns who has accepted the checklist with the plans as they are: whoever accepted another plan
/// is asked again.
pub fn accepted(state: &State) -> Vec<&Acceptance> {
    let is_of_now = |it: &&Acceptance| {
        it.plan.is_none_or(|plan| taken_over(&state.plan, it.role) == Some(plan))
    };
    state.readiness.accepted().iter().filter(is_of_now).collect()
}

/// Returns the items of the checklist that are neither there nor not needed.
pub fn open_items(state: &State, now: Timestamp) -> Vec<ReadinessItem> {
    let is_open = |it: &ReadinessItem| {
        let judged = standing(state, it, now).judgement;
        !matches!(judged, Some(Judgement::Passed | Judgement::NotApplicable))
    };
    checklist(&state.plan).into_iter().filter(is_open).collect()
}

/// Returns the items of the checklist that are open, and the requirements of operations that nothing
/// proves yet, each as a part that can be waived.
pub fn lacking_items(state: &State, now: Timestamp) -> Vec<Lack> {
    let item = |it: ReadinessItem| {
        let stands = standing(state, &it, now);
        let word = if stands.judgement.is_some() { "failed" } else { "is open" };
        let text = format!("{} of the readiness checklist {word}: {}", it.id, it.text);
        let Some(probe) = shown_by(state, &it) else {
            return Lack::of(it.id.as_str(), text, &judges(&state.plan, &it));
        };
        let text = format!("{text}; {}", stands.evidence.unwrap_or_default());
        match stands.judgement {
            Some(_) => Lack::of(it.id.as_str(), text, &repairing(probe)),
            None => Lack { supplier: Supplier::System, ..Lack::of(it.id.as_str(), text, &[]) },
        }
    };
    let requirement = |it: &OperationsRequirement| {
        let text = format!(
            "requirement {} of operations is not proved by {}: {}",
            it.id, it.proof, it.text
        );
        Lack::of(it.id.as_str(), text, PREPARING)
    };
    let requirements = state.plan.operations.iter().flat_map(|it| &it.requirements);
    let unproved = requirements.filter(|it| !is_proved(state, &it.proof, now)).map(requirement);
    open_items(state, now).into_iter().map(item).chain(unproved).collect()
}

/// Returns whether the check that proves a requirement of operations has passed.
pub fn is_proved(state: &State, proof: &RequirementProof, now: Timestamp) -> bool {
    match proof {
        RequirementProof::Component(id) => state.component(id).is_some_and(|(_, it)| {
            matches!(it.state, ComponentState::Verified | ComponentState::Accepted)
        }),
        RequirementProof::Probe(id) => {
            let probe = state.plan.probes.iter().find(|it| it.id == *id);
            probe.is_some_and(|it| watching::standing(state, it, now) == ProbeStanding::Up)
        }
        RequirementProof::Readiness(id) => {
            let item = checklist(&state.plan).into_iter().find(|it| it.id == *id);
            item.is_some_and(|it| standing(state, &it, now).judgement == Some(Judgement::Passed))
        }
    }
}

/// Returns who sees to it that what `probe` looks at is answered again.
fn repairing(probe: &Probe) -> [RoleType; 2] {
    match &probe.scope {
        Scope::Site(_) | Scope::Ring(_) => [RoleType::SupportManager, RoleType::OperationsManager],
        Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Rfc(_) => {
            [RoleType::OperationsManager, RoleType::SupportManager]
        }
    }
}

/// Whoever sees together that the solution is ready for operations, before these accept it.
pub const PREPARING: &[RoleType] = &[RoleType::ReleaseManagement, RoleType::OperationsExperience];

/// Returns which of those who declare the solution ready have not; nobody where there is nothing
/// to declare it by.
pub fn undeclared(state: &State) -> Vec<RoleType> {
    if state.plan.profile == Profile::Solo {
        return vec![];
    }
    let is_held = |role: &RoleType| state.plan.holders(*role).next().is_some();
    let declared = state.readiness.declared();
    let lacks = |role: &RoleType| is_held(role) && declared.iter().all(|it| it.role != *role);
    PREPARING.iter().copied().filter(lacks).collect()
}

/// Finds items that are open and not waived, and an objection, which nobody waives.
pub fn items(state: &State, now: Timestamp) -> Found {
    if let Some(it) = state.readiness.objection() {
        let text = format!("Operations Experience objects to the solution as it is: {}", it.reason);
        return missing(text, &[RoleType::OperationsExperience]);
    }
    let scopes = [Scope::Deployment];
    let reading = state.reading_of_parts(Guard::ST4, &scopes, now, lacking_items(state, now));
    match reading.verdict {
        Verdict::Met | Verdict::Waived { .. } => Ok(()),
        Verdict::Unmet { missing, supplier } => Err((missing, supplier)),
        Verdict::Unknown { missing } => Err((missing, Supplier::System)),
    }
}

/// ST4: Release Management and Operations Experience declared the solution ready, and then
/// operations and support accepted the checklist. Items can be waived, the acceptance cannot, and
/// an objection of Operations Experience cannot either.
pub fn st4(state: &State, now: Timestamp) -> GuardReading {
    if let Err((missing, supplier)) = items(state, now) {
        return GuardReading::unmet(Guard::ST4, missing, supplier);
    }
    let accepted = accepted(state);
    let lacking = accepting(&state.plan);
    let lacking = lacking.into_iter().find(|role| !accepted.iter().any(|it| it.role == *role));
    let Some(role) = lacking else {
        return state.reading_of_parts(
            Guard::ST4,
            &[Scope::Deployment],
            now,
            lacking_items(state, now),
        );
    };
    let (role, text) = match undeclared(state).first() {
        Some(role) => (*role, format!("{role} has not declared the solution ready for operations")),
        None => (role, format!("{role} has not accepted the readiness checklist")),
    };
    GuardReading::unmet(Guard::ST4, text, Supplier::Roles(vec![role]))
}

/// ST5: every guide is published for this release, was read, and can be reached; each can be waived
/// by its name.
pub fn st5(state: &State, now: Timestamp) -> Vec<Lack> {
    let planned = state.plan.operations.as_ref();
    planned.iter().flat_map(|it| &it.guides).filter_map(|it| guide_lacks(state, it, now)).collect()
}

fn guide_lacks(state: &State, guide: &OperationsGuide, now: Timestamp) -> Option<Lack> {
    let id = &guide.id;
    let lack = |text: String, roles: &[RoleType]| Some(Lack::of(id.as_str(), text, roles));
    let publishing = [RoleType::OperationsExperience, RoleType::ReleaseManagement];
    match state.readiness.guide(id) {
        None => lack(format!("guide {id}, {}, is not published", guide.title), &publishing),
        Some(it) if it.release != state.plan.release.version => lack(
            format!(
                "guide {id} is published for {}, not for {}",
                it.release, state.plan.release.version
            ),
            &publishing,
        ),
        Some(it) if it.acknowledged.is_empty() => lack(
            format!("nobody has acknowledged guide {id}"),
            &[RoleType::OperationsManager, RoleType::SupportManager],
        ),
        Some(_) => unreached(state, guide, now).and_then(|why| lack(why, &publishing)),
    }
}

/// Returns why `guide` cannot be reached, where a probe looks at its place and says so. Where none
/// does, whoever has read it has reached it.
fn unreached(state: &State, guide: &OperationsGuide, now: Timestamp) -> Option<String> {
    let probe = guide.probe.as_ref()?;
    let probe = state.plan.probes.iter().find(|it| it.id == *probe)?;
    let (id, stands) = (&guide.id, watching::standing(state, probe, now));
    match stands {
        ProbeStanding::Up => None,
        ProbeStanding::Down => {
            Some(format!("guide {id} cannot be reached: probe {} is down", probe.id))
        }
        ProbeStanding::Unknown => Some(format!(
            "nobody knows whether guide {id} can be reached: probe {} was not asked",
            probe.id
        )),
    }
}

/// Which sites report, as ST6 looks at it.
struct Monitored {
    /// How many are in scope.
    in_scope: usize,
    /// Since when those that report do, the longest first.
    since: Vec<Timestamp>,
    /// How many do not, though a probe looks at them.
    unanswered: usize,
    /// How many do not, because nobody has said so and no probe looks at them.
    unsaid: usize,
}

impl Monitored {
    fn of(state: &State, now: Timestamp) -> Self {
        let reports = Reports::of(state, now);
        let mut found = Self { in_scope: 0, since: vec![], unanswered: 0, unsaid: 0 };
        for (position, status) in (0..).zip(&state.sites) {
            if status.state == SiteState::Exempt {
                continue;
            }
            found.in_scope += 1;
            match reports.since(position) {
                Some(since) => found.since.push(since),
                None if reports.is_probed(position) => found.unanswered += 1,
                None => found.unsaid += 1,
            }
        }
        found.since.sort_unstable();
        found
    }

    /// Returns when enough sites have reported for long enough; nothing where that is not in sight.
    fn enough_from(&self) -> Option<Timestamp> {
        let needed = (self.in_scope * MONITORED_PERCENT_MIN).div_ceil(100);
        let Some(last) = needed.checked_sub(1) else { return Some(Timestamp::UNIX_EPOCH) };
        let since = self.since.get(last)?;
        since.checked_add(SignedDuration::from_hours(MONITORED_HOURS_MIN)).ok()
    }
}

/// ST6: monitoring reports from enough sites for long enough. Where probes look at a site they say
/// so themselves; where none does, somebody states it.
pub fn st6(state: &State, now: Timestamp) -> Found {
    let monitored = Monitored::of(state, now);
    match monitored.enough_from() {
        Some(at) if at <= now => return Ok(()),
        Some(at) => {
            let text = format!(
                "monitoring reports from enough sites, for {MONITORED_HOURS_MIN} hours at {at}"
            );
            return Err((text, Supplier::At(at)));
        }
        None => {}
    }
    let Monitored { in_scope, since, unanswered, unsaid } = monitored;
    let text = format!("monitoring does not report from {MONITORED_PERCENT_MIN} % of the sites");
    if unsaid == 0 {
        let text = format!(
            "{text}: of {in_scope}, {} are asked by their probes without a gap",
            since.len()
        );
        return Err((text, Supplier::System));
    }
    let roles = [RoleType::OperationsManager, RoleType::OperationsExperience];
    if unanswered == 0 {
        return missing(text, &roles);
    }
    let text =
        format!("{text}; nobody has said it of {unsaid}, the probes of {unanswered} have a gap");
    missing(text, &roles)
}

/// Finds a core component of `listed` whose monitoring is not live: a probe that looks at it is not
/// answered. Where none does, the signature of operations on the sheet says that it is monitored.
pub fn core_monitored<'p>(
    state: &State,
    listed: impl Iterator<Item = &'p CoreComponent>,
    now: Timestamp,
) -> Found {
    for component in listed {
        for probe in watching::of_component(&state.plan, &component.id) {
            let (stands, id) = (watching::standing(state, probe, now), &component.id);
            match stands {
                ProbeStanding::Up => {}
                ProbeStanding::Down => {
                    let text = format!("{id} is monitored, and its probe {} is down", probe.id);
                    return missing(text, &repairing(probe));
                }
                ProbeStanding::Unknown => {
                    let text = format!(
                        "the monitoring of {id} is not live: probe {} was not asked",
                        probe.id
                    );
                    return Err((text, Supplier::System));
                }
            }
        }
    }
    Ok(())
}
