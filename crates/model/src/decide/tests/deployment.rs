//! A small deployment in which there is something of everything.
//!
//! House rule: one for all tests of deciding, so that a reader learns it once.

use crate::component::{Adopt, Computer, Connection, CoreComponent, CoreMode, RollbackPlan};
use crate::event::{Actor, Entry, Event, RingTransition};
use crate::guard::Guard;
use crate::machine::{
    DeploymentTransition, RfcTransition, SignOffTransition, SiteTransition, WaiverTransition,
};
use crate::order::{Failure, OrderId, Outcome, Report};
use crate::person::{Particulars, Person};
use crate::plan::MasterProjectPlan;
use crate::profile::{Profile, Purpose};
use crate::rfc::{ApprovalLevel, ChangeDetails, Covers, RequestForChange, RfcCategory, RiskScore};
use crate::ring::{Concurrency, Ring, RingKind};
use crate::role_type::RoleType;
use crate::sheet::{self, SlotId};
use crate::site::{Observation, PhaseShare, Site, SitePhase, SiteTemplate};
use crate::state::State;
use crate::step::{OnFailure, Repeat, Step, StepWork};
use jiff::Timestamp;
use std::sync::Arc;

pub(super) fn name<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(super) fn noon() -> Timestamp {
    name("2027-01-04T12:00:00Z")
}

pub(super) fn person(id: &str, roles: &[RoleType]) -> Person {
    Person::new(name(id), roles.to_vec(), Particulars::named(id))
}

pub(super) fn step(id: &str) -> Step {
    Step {
        id: name(id),
        title: None,
        work: StepWork::Script("true".to_owned()),
        verify: None,
        rollback: Some(StepWork::Script("true".to_owned())),
        repeat: Repeat::Ask,
        tries: 1,
        backoff_s: 1,
        time_limit_s: 1,
        expected_s: 1,
        environment: [].into(),
        way_back: Default::default(),
        on_failure: OnFailure::Pause,
    }
}

pub(super) fn computer() -> Computer {
    Computer { id: name("pc-1"), host: String::new() }
}

pub(super) fn site(id: &str) -> Site {
    Site {
        id: name(id),
        title: id.to_owned(),
        region: None,
        zone: name("UTC"),
        owner: name("owner"),
        deputy: None,
        users: 1,
        computers: vec![computer()],
        link: None,
        install_s: None,
        template: name("branch"),
        needs: vec![],
        windows: vec![],
        prestaged: false,
        variables: [].into(),
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

pub(super) fn rfc(id: &str) -> RequestForChange {
    let text = || "as tested".to_owned();
    RequestForChange {
        id: name(id),
        title: text(),
        category: RfcCategory::Minor,
        requested_by: name("rel"),
        implementers: vec![name("rel")],
        covers: Covers { rings: vec![name("early")], ..Covers::default() },
        reason: text(),
        impact: text(),
        risk: text(),
        rollback_plan: text(),
        test_evidence: text(),
        levels: vec![ApprovalLevel { role: RoleType::ChangeAuthority, quorum: 1 }],
        window: None,
        validity_days: 14,
        details: details(),
        template: None,
    }
}

pub(super) fn plan() -> MasterProjectPlan {
    use RoleType as R;
    let ring = |id: &str| Ring {
        id: name(id),
        kind: RingKind::Early,
        windows: vec![],
        concurrency: Concurrency::Free,
        sites_at_once: 9,
        soak_s: 0,
        halting: RingKind::Early.halting(),
    };
    let adopted = CoreComponent {
        id: name("db"),
        title: None,
        hosts: vec![computer()],
        connection: Connection::Here,
        needs: vec![],
        mode: CoreMode::Parallel,
        adopt: Adopt::FromPilot,
        steps: vec![step("install")],
        discovery: vec![],
        checks: vec![],
        rollback: RollbackPlan::Steps { loses: None },
        windows: vec![],
        zone: name("UTC"),
        variables: [].into(),
    };
    MasterProjectPlan {
        profile: Profile::Standard,
        people: vec![
            person("sol", &[R::SolutionManager]),
            person("pgm", &[R::ProgramManager]),
            person("rel", &[R::ReleaseManagement]),
            person("tst", &[R::Tester]),
            person("prm", &[R::ProductManager]),
            person("ux", &[R::UserExperience]),
            person("cus", &[R::Customer]),
            person("ops", &[R::OperationsManager]),
            person("ca", &[R::ChangeAuthority]),
            person("aud", &[R::Auditor]),
            person("owner", &[]),
        ],
        components: vec![adopted],
        templates: vec![SiteTemplate {
            id: name("branch"),
            connection: Connection::Here,
            before: vec![],
            each_computer: vec![step("desk")],
            after: vec![],
            phases: vec![SitePhase {
                id: name("all"),
                takes: PhaseShare::Rest,
                success_percent_min: 100,
            }],
            rollback: RollbackPlan::Steps { loses: Some("drafts".to_owned()) },
            observation: Observation::Seconds(0),
            margin_s: 0,
            site_cache: false,
            terms: Default::default(),
        }],
        rings: vec![ring("early"), ring("broad")],
        sites: ["planned", "halted", "asked", "watched", "refused", "back", "done"]
            .map(site)
            .into(),
        ring_of: vec![0; 7],
        rfcs: ["R-draft", "R-new", "R-assessed", "R-authorised", "R-done", "R-reviewed"]
            .map(rfc)
            .into(),
        ..MasterProjectPlan::empty(name("FX"), name("UTC"))
    }
}

pub(super) fn created() -> State {
    let plan = plan();
    let event = Event::DeploymentCreated {
        deployment: plan.deployment.clone(),
        plan: plan.digest(),
        release: plan.release.digest(),
        purpose: Purpose::Rehearsal,
        folder: String::new(),
    };
    let entry =
        Entry { seq: 1, at: noon(), actor: Actor::System, baseline: 0, command: None, event };
    State::begin(&entry, Arc::new(plan)).unwrap()
}

pub(super) fn fold(state: &mut State, event: Event) {
    let actor = Actor::Person { person: name("ca"), login: String::new(), known: None };
    let seq = state.seq + 1;
    state.apply(&event, &actor, noon(), seq, None).unwrap();
    state.seq = seq;
}

/// Returns a deployment in which there is something of everything.
pub(super) fn busy() -> State {
    let mut state = created();
    for transition in [DeploymentTransition::Baselined, DeploymentTransition::Opened] {
        fold(&mut state, Event::Deployment { transition, reason: None, gate: vec![] });
    }
    for (ring, transition) in [
        ("early", RingTransition::Opened),
        ("early", RingTransition::Halted),
        ("broad", RingTransition::Opened),
    ] {
        fold(&mut state, Event::Ring { ring: name(ring), transition, reason: None, gate: vec![] });
    }
    use SiteTransition as S;
    let begun = [S::ScheduleAcknowledged, S::GateOpened, S::Started];
    let through = [S::Deployed, S::ObservationStarted];
    let rows: [(&str, &[&[S]]); 6] = [
        ("halted", &[&begun]),
        ("asked", &[&begun]),
        ("watched", &[&begun, &through]),
        ("refused", &[&begun, &through, &[S::Refused]]),
        ("back", &[&begun, &[S::Halted, S::RollbackStarted, S::RollbackVerified]]),
        ("done", &[&begun, &through, &[S::SignedOff]]),
    ];
    for (site, ways) in rows {
        for transition in ways.concat() {
            fold(
                &mut state,
                Event::Site { site: name(site), transition, reason: None, gate: vec![] },
            );
        }
    }
    let order = OrderId("one".into());
    fold(
        &mut state,
        Event::OrderIntended { order: order.clone(), scope: name("site/halted"), track: 0 },
    );
    let outcome = Outcome::Failed { cause: Failure::Exit { code: 1 } };
    let report =
        Report { outcome, took_ms: 1, output_bytes: 0, output_sha256: None, last_output: None };
    fold(&mut state, Event::OrderEnded { order, report });
    let halted =
        Event::Site { site: name("halted"), transition: S::Halted, reason: None, gate: vec![] };
    fold(&mut state, halted);
    let (order, role) = (OrderId("two".into()), RoleType::Tester);
    fold(&mut state, Event::StepAsked { order, scope: name("site/asked"), track: 0, role });
    rfcs(&mut state);
    for waiver in [1, 2] {
        let text = String::new;
        let until = name("2027-02-01T00:00:00Z");
        let (guard, scope) = (Guard::S5, name("site/planned"));
        fold(
            &mut state,
            Event::WaiverRequested {
                part: None,
                waiver,
                guard,
                scope,
                reason: text(),
                risk: text(),
                control: text(),
                until,
            },
        );
    }
    fold(
        &mut state,
        Event::Waiver { waiver: 2, transition: WaiverTransition::Granted, reason: None },
    );
    for slot in ["site/watched:release-management", "site/watched:site-owner"] {
        let slot: SlotId = name(slot);
        let document = sheet::digest(&state, &slot.sheet);
        let transition = SignOffTransition::Requested;
        fold(
            &mut state,
            Event::SignOff {
                slot,
                transition,
                document,
                meaning: None,
                statements: vec![],
                on_behalf_of: None,
                stamp: None,
                batch: None,
                gate: vec![],
            },
        );
    }
    state
}

pub(super) fn rfcs(state: &mut State) {
    use RfcTransition as T;
    let assessed = [T::Submitted, T::Classified];
    let done = [T::Authorised, T::Scheduled, T::Started, T::Implemented];
    let rows: [(&str, &[&[T]]); 5] = [
        ("R-new", &[&[T::Submitted]]),
        ("R-assessed", &[&assessed]),
        ("R-authorised", &[&assessed, &[T::Authorised]]),
        ("R-done", &[&assessed, &done]),
        ("R-reviewed", &[&assessed, &done, &[T::Reviewed]]),
    ];
    for (rfc, ways) in rows {
        for transition in ways.concat() {
            fold(
                state,
                Event::Rfc {
                    rfc: name(rfc),
                    transition,
                    part: None,
                    until: None,
                    reason: None,
                    gate: vec![],
                },
            );
        }
    }
}
