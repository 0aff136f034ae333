//! A small plan for tests: two core components, three rings, nine sites.
//!
//! House rule: one plan for all tests of the planner, so that a reader learns it once.

use jiff::Timestamp;
use model::companion_plans::{
    CommunicationsPlan, Experience, OperationsPlan, PlannedMilestones, StrategyDecision,
    SuccessCriterion, SupportPlan, TrainingPlan,
};
use model::component::{Adopt, Computer, Connection, CoreComponent, CoreMode, RollbackPlan};
use model::event::{Actor, Entry, Event};
use model::freeze::{Freeze, FreezeScope, FreezeSpan, FreezeZone};
use model::link::{Link, LinkKind};
use model::person::{Particulars, Person};
use model::plan::{Limits, MasterProjectPlan};
use model::profile::{Profile, Purpose};
use model::release::{FinalRelease, ReadinessDecision, ReleaseReadiness, SolutionDeliverable};
use model::rfc::{ApprovalLevel, ChangeDetails, Covers, RequestForChange, RfcCategory, RiskScore};
use model::ring::{Concurrency, Halting, Ring, RingKind, RunningSites};
use model::role_type::RoleType;
use model::site::{Observation, PhaseShare, Site, SitePhase, SiteTemplate};
use model::state::State;
use model::step::{Evidence, OnFailure, Repeat, Step, StepWork};
use model::window::{Days, DaysWindow, MaintenanceWindow};
use std::sync::Arc;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn name<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(crate) fn step(id: &str) -> Step {
    Step {
        id: name(id),
        title: None,
        work: StepWork::Script("true".to_owned()),
        verify: None,
        rollback: Some(StepWork::Script("true".to_owned())),
        repeat: Repeat::Ask,
        tries: 1,
        backoff_s: 10,
        time_limit_s: 600,
        expected_s: 60,
        environment: [].into(),
        way_back: Default::default(),
        on_failure: OnFailure::Pause,
    }
}

fn person(id: &str, roles: &[RoleType]) -> Person {
    Person::new(name(id), roles.to_vec(), Particulars::named(id))
}

fn people() -> Vec<Person> {
    use RoleType::{
        ChangeAuthority, Customer, Developer, OperationsExperience, OperationsManager,
        ProductManager, ProgramManager, ReleaseManagement, SolutionManager, SupportManager,
        TestManager, Tester, UserExperience,
    };
    let mut people = vec![
        person("hedda", &[SolutionManager]),
        person("sabela", &[ProgramManager]),
        person("ruben", &[Developer]),
        person("philippa", &[Tester]),
        person("lucan", &[ProductManager]),
        person("noor", &[UserExperience]),
        person("ivo", &[ReleaseManagement]),
        person("saoirse", &[ReleaseManagement]),
        person("kasimir", &[OperationsExperience]),
        person("teodor", &[TestManager]),
        person("winifred", &[Customer]),
        person("gunnvor", &[OperationsManager]),
        person("esteban", &[SupportManager]),
        person("rosalind", &[ChangeAuthority]),
        person("farrukh", &[ChangeAuthority]),
    ];
    people.extend((1..=9).map(|site| person(&format!("owner-{site}"), &[])));
    people
}

fn component(id: &str, needs: &[&str], mode: CoreMode) -> CoreComponent {
    CoreComponent {
        id: name(id),
        title: None,
        hosts: vec![Computer { id: name("host-1"), host: String::new() }],
        connection: Connection::Here,
        needs: needs.iter().map(|it| name(it)).collect(),
        mode,
        adopt: Adopt::No,
        steps: vec![step("install")],
        discovery: vec![],
        checks: vec![step("check")],
        rollback: RollbackPlan::Steps { loses: None },
        windows: vec![],
        zone: name("UTC"),
        variables: [].into(),
    }
}

fn ring(id: &str, kind: RingKind, concurrency: Concurrency) -> Ring {
    Ring {
        id: name(id),
        kind,
        windows: vec![],
        concurrency,
        sites_at_once: 2,
        soak_s: 3600,
        halting: Halting { success_percent_min: 100, ..kind.halting() },
    }
}

fn site(number: usize) -> Site {
    let computers =
        (1..=4).map(|it| Computer { id: name(&format!("pc-{it}")), host: String::new() });
    Site {
        id: name(&format!("s{number}")),
        title: format!("Site {number}"),
        region: None,
        zone: name("Europe/Vienna"),
        owner: name(&format!("owner-{number}")),
        deputy: None,
        users: 10,
        computers: computers.collect(),
        link: None,
        install_s: None,
        template: name("branch"),
        needs: if number == 9 { vec![name("vpn")] } else { vec![] },
        windows: vec![],
        prestaged: false,
        variables: [].into(),
        terms: Default::default(),
    }
}

fn template() -> SiteTemplate {
    let phase = |id: &str, takes| SitePhase { id: name(id), takes, success_percent_min: 100 };
    SiteTemplate {
        id: name("branch"),
        connection: Connection::Here,
        before: vec![step("edge")],
        each_computer: vec![step("desk"), step("desk-check")],
        after: vec![step("smoke")],
        phases: vec![phase("first", PhaseShare::Computers(1)), phase("rest", PhaseShare::Rest)],
        rollback: RollbackPlan::Steps { loses: None },
        observation: Observation::Seconds(600),
        margin_s: 0,
        site_cache: false,
        terms: Default::default(),
    }
}

fn details() -> ChangeDetails {
    let text = || Some("as tested".to_owned());
    ChangeDetails {
        score: Some(RiskScore { likelihood: 2, impact: 3 }),
        security_impact: text(),
        decision_point: text(),
        abort_criteria: text(),
        ..ChangeDetails::default()
    }
}

fn rfc(id: &str, components: &[&str], rings: &[&str]) -> RequestForChange {
    let text = || "as tested in the pilot".to_owned();
    RequestForChange {
        id: name(id),
        title: id.to_owned(),
        category: RfcCategory::Significant,
        requested_by: name("saoirse"),
        implementers: vec![name("ivo")],
        covers: Covers {
            components: components.iter().map(|it| name(it)).collect(),
            rings: rings.iter().map(|it| name(it)).collect(),
            sites: vec![],
        },
        reason: text(),
        impact: text(),
        risk: text(),
        rollback_plan: text(),
        test_evidence: text(),
        levels: vec![ApprovalLevel { role: RoleType::ChangeAuthority, quorum: 2 }],
        window: None,
        validity_days: 14,
        details: details(),
        template: None,
    }
}

/// Returns the plan: `db` before all sites, `vpn` beside them for s9; rings of 1, 3 and 5 sites.
pub(crate) fn plan() -> MasterProjectPlan {
    let words = || "agreed".to_owned();
    MasterProjectPlan {
        title: "Fixture".to_owned(),
        profile: Profile::Solo,
        release: FinalRelease {
            name: "Fixture".to_owned(),
            version: "1.0".to_owned(),
            deliverables: vec![],
            documentation: vec![],
            known_issues: vec![],
            readiness: Some(ReleaseReadiness {
                on: "2027-01-01".parse().unwrap(),
                decision: ReadinessDecision::Go,
                conditions: vec![],
                release: None,
            }),
            declared: None,
        },
        people: people(),
        success_criteria: vec![SuccessCriterion {
            id: name("SC-1"),
            text: words(),
            measure: words(),
            target: words(),
            at: words(),
        }],
        strategy: Some(StrategyDecision {
            on: "2027-01-01".parse().unwrap(),
            by: vec![RoleType::ProgramManager],
            infrastructure: words(),
            sites: words(),
            experience: Some(Experience::Similar(words())),
        }),
        stakeholders: vec![],
        milestones: PlannedMilestones::default(),
        components: vec![
            component("db", &[], CoreMode::Advance),
            component("vpn", &["db"], CoreMode::Parallel),
        ],
        templates: vec![template()],
        rings: vec![
            ring("pilot", RingKind::Pilot, Concurrency::Ramp),
            ring("early", RingKind::Early, Concurrency::Ramp),
            ring("broad", RingKind::Broad, Concurrency::Strict),
        ],
        sites: (1..=9).map(site).collect(),
        ring_of: vec![0, 1, 1, 1, 2, 2, 2, 2, 2],
        limits: Limits {
            sites_at_once: 2,
            computers_at_once_per_site: 2,
            orders_at_once: 100,
            source_kbit_per_s: None,
            uplinks_kbit_per_s: [].into(),
            window_share_percent: 60,
            outside_share_percent: 25,
            site_deadline_s: 86_400,
            component_deadline_s: None,
        },
        rfcs: vec![
            rfc("R-core", &["db", "vpn"], &[]),
            rfc("R-sites", &[], &["pilot", "early", "broad"]),
        ],
        ..MasterProjectPlan::empty(name("FX"), name("UTC"))
    }
}

/// Returns the first entry of the record of a deployment of `plan`.
pub(crate) fn creation(plan: &MasterProjectPlan) -> Entry {
    Entry {
        seq: 1,
        at: at("2027-01-04T08:00:00Z"),
        actor: Actor::System,
        baseline: 0,
        command: None,
        event: Event::DeploymentCreated {
            deployment: plan.deployment.clone(),
            plan: plan.digest(),
            release: plan.release.digest(),
            purpose: Purpose::Rehearsal,
            folder: "/nowhere".to_owned(),
        },
    }
}

/// Returns the state of a newly created deployment of `plan`.
pub(crate) fn created(plan: MasterProjectPlan) -> State {
    State::begin(&creation(&plan), Arc::new(plan)).unwrap()
}

/// Returns the plan under the standard profile, with an auditor and whatever it asks for.
pub(crate) fn standard_plan() -> MasterProjectPlan {
    let mut plan = plan();
    plan.profile = Profile::Standard;
    plan.people.push(person("aurelia", &[RoleType::Auditor]));
    plan.communications = Some(CommunicationsPlan::default());
    plan.training = Some(TrainingPlan::default());
    plan.operations = Some(OperationsPlan::default());
    plan.support = Some(SupportPlan::default());
    plan
}

/// Adds a file to `release` that every site needs, of a size that a line of the night plan carries in a
/// second, and returns the work of copying it.
pub(crate) fn payload(release: &mut FinalRelease) -> StepWork {
    let deliverable = SolutionDeliverable {
        id: name("files"),
        file: "files.tar".to_owned(),
        size_bytes: 75_000,
        sha256: model::digest::Digest::of(b"files"),
        stands_in_for_bytes: None,
        built_by: vec![],
    };
    release.deliverables.push(deliverable);
    StepWork::Copy { deliverable: name("files"), to: "/srv/files.tar".to_owned(), mode: 0o644 }
}

/// Returns the standard plan with everything that can hold a site back: nights from 22:00 to 04:00
/// in Vienna, two frozen days, thin lines, steps that are repeated, passed over or done by hand,
/// a phase that tolerates failures, and lists that name their steps alike.
pub(crate) fn night_plan() -> MasterProjectPlan {
    let mut plan = standard_plan();
    let nights = MaintenanceWindow::OnDays(DaysWindow {
        days: Days::Range { first: name("2027-01-01"), last: name("2027-12-31") },
        from: name("22:00"),
        to: name("04:00"),
        zone: None,
    });
    for ring in &mut plan.rings {
        ring.windows = vec![nights.clone()];
    }
    plan.rings[1].halting.running = RunningSites::Stop;
    plan.rings[2].concurrency = Concurrency::Free;
    plan.rings[2].sites_at_once = 4;
    plan.freezes = vec![Freeze {
        name: name("sale"),
        span: FreezeSpan::Days { first: name("2027-01-06"), last: name("2027-01-07") },
        zone: FreezeZone::Site,
        why: "sale".to_owned(),
        allow: [].into(),
        scope: FreezeScope::All,
    }];
    let line = Link { uplink: Some(name("east")), ..Link::new(1_000, LinkKind::Fibre) };
    for site in &mut plan.sites {
        site.link = Some(line.clone());
    }
    plan.limits.sites_at_once = 3;
    plan.limits.orders_at_once = 5;
    plan.limits.uplinks_kbit_per_s = [("east".to_owned(), 1_300)].into();
    plan.limits.source_kbit_per_s = Some(1_300);
    plan.limits.site_deadline_s = 5 * 3600;
    let by_hand = StepWork::Manual {
        instructions: "look at ${site.title}".to_owned(),
        evidence: Evidence::Required,
        role: RoleType::Tester,
    };
    let edge = Step { work: payload(&mut plan.release), ..step("edge") };
    let template = &mut plan.templates[0];
    template.before = vec![Step { tries: 2, repeat: Repeat::Safe, ..edge }, step("desk")];
    template.each_computer =
        vec![step("desk"), Step { on_failure: OnFailure::Continue, ..step("desk-check") }];
    template.after = vec![step("desk"), Step { work: by_hand, rollback: None, ..step("look") }];
    template.phases[1].success_percent_min = 50;
    plan.components[0].steps = vec![Step { tries: 2, ..step("install") }, step("switch")];
    plan.components[1].steps =
        vec![step("copy"), Step { on_failure: OnFailure::Rollback, ..step("install") }];
    plan
}
