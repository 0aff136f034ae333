//! Who may do what: the rights of the role types, waivers of parts, delegates, conflicts between
//! deployments.
//!
//! House rule: each act is refused to whoever does not hold the role type that answers for it.

use super::world::World;
use crate::fixture::standard_plan;
use expect_test::expect;
use model::assessment::AssessmentCommand;
use model::command::{Command, Findings, RfcAct};
use model::companion_plans::{
    EscalationLevel, OperationsGuide, OperationsRequirement, RequirementProof,
};
use model::delegation::DelegationCommand;
use model::guard::{Guard, Verdict};
use model::machine::{DeploymentState, RfcState};
use model::milestone::MilestoneCommand;
use model::plan::MasterProjectPlan;
use model::readiness::ReadinessCommand;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{Sheet, SlotId};
use model::termination::TerminationCommand;

fn words() -> String {
    "as agreed".to_owned()
}

/// Returns who of the project may do `command`, each by the short name.
fn allowed(world: &World, command: &Command) -> String {
    let people = ["hedda", "sabela", "lucan", "ivo", "kasimir", "philippa", "winifred", "gunnvor"];
    let may = |person: &&str| {
        let mut copy = world.clone();
        match copy.act(person, command) {
            Ok(()) => true,
            Err(refusal) => refusal.code != model::refusal::RefusalCode::NotPermitted,
        }
    };
    people.into_iter().filter(may).collect::<Vec<_>>().join(" ")
}

fn escalates(plan: &mut MasterProjectPlan) {
    plan.support.as_mut().unwrap().escalation.push(EscalationLevel {
        who: "first call".to_owned(),
        answer_minutes: 15,
        role: None,
        people: vec![],
    });
}

/// Returns a deployment that is being stabilized.
fn stabilizing(change: impl Fn(&mut MasterProjectPlan)) -> World {
    let mut plan = standard_plan();
    escalates(&mut plan);
    change(&mut plan);
    let mut world = World::of(plan);
    world.until(|it| it.state.deployment == DeploymentState::Stabilizing);
    world
}

// Proves: R-SM3, R-PGM1, R-REL3, R-REL4, R-PRM5
#[test]
fn each_act_is_for_the_role_type_that_answers_for_it() {
    let draft = World::of(standard_plan());
    let deploying = World::ready(standard_plan());
    let site: model::id::SiteId = "s1".parse().unwrap();
    let ring: model::id::RingId = "pilot".parse().unwrap();
    let scope = Scope::Site(site.clone());
    let acts = [
        ("baseline the plan", &draft, Command::Baseline { findings: Findings::default() }),
        ("cancel it", &draft, Command::Cancel { reason: words() }),
        ("hold all of it", &deploying, Command::HoldDeployment { reason: words() }),
        (
            "hold a site",
            &deploying,
            Command::Hold { scope: scope.clone(), held: true, reason: words() },
        ),
        ("halt a ring", &deploying, Command::HaltRing { ring: ring.clone(), reason: words() }),
        ("halt a site", &deploying, Command::HaltSite { site, reason: words() }),
        ("resume a site", &deploying, Command::Resume { scope: scope.clone(), reason: words() }),
        (
            "roll a site back",
            &deploying,
            Command::RollBack { scope, reason: words(), accept_loss: false },
        ),
        (
            "end it early",
            &deploying,
            Command::Termination(TerminationCommand::Begin { reason: words() }),
        ),
        (
            "declare it complete",
            &deploying,
            Command::Milestone(MilestoneCommand::Declare { statement: None }),
        ),
        (
            "assess a ring",
            &deploying,
            Command::Assessment(AssessmentCommand::Assess {
                ring: Some(ring),
                rating: 4,
                text: words(),
            }),
        ),
    ];
    let table: String = acts
        .iter()
        .map(|(act, world, command)| format!("{act}: {}\n", allowed(world, command)))
        .collect();
    expect![[r#"
        baseline the plan: sabela ivo
        cancel it: hedda
        hold all of it: hedda sabela ivo
        hold a site: hedda sabela ivo
        halt a ring: hedda sabela ivo gunnvor
        halt a site: ivo
        resume a site: ivo
        roll a site back: ivo gunnvor
        end it early: hedda winifred
        declare it complete: hedda
        assess a ring: lucan
    "#]]
    .assert_eq(&table);
}

// Proves: R-REL3
#[test]
fn a_plan_that_does_not_come_to_its_end_is_not_baselined() {
    let mut world = World::of(standard_plan());
    let acknowledge = model::release_readiness::criteria_digest(&world.state.plan);
    let acknowledge = model::release_readiness::ReleaseReadinessCommand::AcknowledgeCriteria {
        criteria: acknowledge,
    };
    world.act("winifred", &Command::ReleaseReadiness(acknowledge)).unwrap();
    let findings =
        Findings { deliverables: vec![], forecast: vec!["s9 never fits its window".to_owned()] };
    let refusal = world.act("ivo", &Command::Baseline { findings }).unwrap_err();
    assert!(refusal.text.contains("E9: s9 never fits its window"), "{refusal}");
    world.act("ivo", &Command::Baseline { findings: Findings::default() }).unwrap();
    assert_eq!(world.state.baseline, 0, "the Program Manager agrees as well");
    world.act("sabela", &Command::Baseline { findings: Findings::default() }).unwrap();
    assert_eq!(world.state.baseline, 1);
}

// Proves: R-PRM5
#[test]
fn a_ring_is_assessed_beside_what_is_known_of_it_by_measuring() {
    let mut world = World::ready(standard_plan());
    let assess = |ring: &str, rating| {
        Command::Assessment(AssessmentCommand::Assess {
            ring: Some(ring.parse().unwrap()),
            rating,
            text: words(),
        })
    };
    let refused = [assess("broad", 4), assess("pilot", 6), assess("nowhere", 4)];
    let refused: Vec<String> =
        refused.iter().map(|it| world.act("lucan", it).unwrap_err().text).collect();
    expect![[r#"
        ring broad has not begun
        there is no rating 6
        nowhere is not in the plan"#]]
    .assert_eq(&refused.join("\n"));
    world.act("lucan", &assess("pilot", 4)).unwrap();
    let whole = AssessmentCommand::Assess { ring: None, rating: 5, text: words() };
    world.act("lucan", &Command::Assessment(whole)).unwrap();
    let start = world.record.len() - 2;
    expect![[r#"
        04 08:00 lucan: ring/pilot assessed at 4 of 5: as agreed (0 of 1 sites verified, 0 failed, 0 exempt; 0 severity 1 and 0 severity 2 incidents)
        04 08:00 lucan: deployment assessed at 5 of 5: as agreed (SC-1: not evaluated)
    "#]].assert_eq(&world.story(start, &["assessed"]));
}

// Proves: R-PRM6
#[test]
fn the_product_manager_signs_all_sites_and_the_milestone_and_never_for_the_customer() {
    for sheet in [Sheet::SitesComplete, Sheet::MilestoneReview] {
        let slots = sheet.slots();
        assert!(slots.iter().any(|it| it.role == RoleType::ProductManager), "{sheet}");
    }
    let mut world = World::ready(standard_plan());
    let slot = SlotId { sheet: Sheet::DeploymentStable, role: RoleType::Customer };
    world.until(|it| it.state.deployment == DeploymentState::Deploying);
    let signers = model::gates::milestone::signers(&world.state.plan, &slot);
    assert_eq!(signers, [RoleType::Customer]);
    let may = world.state.keeps_from(&"lucan".parse().unwrap(), RoleType::Customer);
    assert!(may.is_some(), "nor is the Product Manager ever the customer's delegate");
}

// Proves: R-OPX1, R-OPX4, R-REL2
#[test]
fn release_and_operations_experience_declare_it_ready_before_others_accept_and_may_object() {
    let mut world = stabilizing(|plan| {
        plan.operations.as_mut().unwrap().requirements = vec![OperationsRequirement {
            id: "OR-1".parse().unwrap(),
            text: "it comes back from a backup".to_owned(),
            proof: RequirementProof::Readiness("backup".parse().unwrap()),
        }];
    });
    let of = |it: ReadinessCommand| Command::Readiness(it);
    let judge = |items: Vec<model::id::LineId>| {
        let judgement = model::readiness::Judgement::Passed;
        of(ReadinessCommand::Judge { items, judgement, evidence: words() })
    };
    let (backup, others): (Vec<_>, Vec<_>) = model::readiness::checklist(&world.state.plan)
        .into_iter()
        .map(|it| it.id)
        .partition(|it| it.as_str() == "backup");
    world.act("kasimir", &judge(others)).unwrap();
    let mut told = String::new();
    let mut tell = |world: &mut World, person: &str, command: Command| {
        let said = world.act(person, &command);
        told += &said.map_or_else(
            |it| format!("{person}: {} [{}]\n", it.text, it.next_step),
            |()| format!("{person}: done\n"),
        );
    };
    tell(&mut world, "ivo", of(ReadinessCommand::DeclareReady));
    world.act("kasimir", &judge(backup)).unwrap();
    tell(&mut world, "gunnvor", of(ReadinessCommand::Accept));
    tell(&mut world, "ivo", of(ReadinessCommand::DeclareReady));
    tell(&mut world, "gunnvor", of(ReadinessCommand::Accept));
    tell(&mut world, "ivo", of(ReadinessCommand::Object { reason: words() }));
    let object = || of(ReadinessCommand::Object { reason: "nobody can restart it".to_owned() });
    tell(&mut world, "kasimir", object());
    tell(&mut world, "kasimir", of(ReadinessCommand::DeclareReady));
    tell(&mut world, "kasimir", of(ReadinessCommand::WithdrawObjection { reason: words() }));
    tell(&mut world, "kasimir", of(ReadinessCommand::DeclareReady));
    tell(&mut world, "ivo", of(ReadinessCommand::DeclareReady));
    tell(&mut world, "gunnvor", of(ReadinessCommand::Accept));
    tell(&mut world, "esteban", of(ReadinessCommand::Accept));
    expect![[r#"
        ivo: backup of the readiness checklist is open: a backup ran and was restored from; requirement OR-1 of operations is not proved by item backup of the readiness checklist: it comes back from a backup [its owner judges it, or a waiver of ST4 lets it pass]
        gunnvor: Release Management has not declared the solution ready for operations [ask ivo or saoirse or kasimir to declare it: `landfall readiness declare`]
        ivo: done
        gunnvor: Operations Experience has not declared the solution ready for operations [ask kasimir to declare it: `landfall readiness declare`]
        ivo: ivo may not object to the solution as it is: it takes Operations Experience [ask kasimir]
        kasimir: done
        kasimir: Operations Experience objects to the solution as it is: nobody can restart it [nobody else in the plan holds that role type: revise the plan to withdraw it: `landfall readiness withdraw-objection`]
        kasimir: done
        kasimir: done
        ivo: done
        gunnvor: done
        esteban: done
    "#]].assert_eq(&told);
    let st4 = |it: &World| model::gates::readiness::st4(&it.state, it.now).verdict;
    assert_eq!(st4(&world), Verdict::Met);
    world.act("kasimir", &object()).unwrap();
    assert!(!st4(&world).passes(), "an objection takes back what was accepted");
}

fn waiver(guard: Guard, part: Option<&str>, until: &str) -> Command {
    Command::RequestWaiver {
        guard,
        scope: Scope::Deployment,
        reason: words(),
        risk: words(),
        control: words(),
        until: until.parse().unwrap(),
        part: part.map(str::to_owned),
    }
}

const SOON: &str = "2027-03-01T00:00:00Z";

// Proves: X-09
#[test]
fn a_waiver_is_looked_at_when_it_is_asked_for() {
    let mut plan = standard_plan();
    plan.communications = None;
    plan.training = None;
    plan.milestones.stable = Some("2027-02-01".parse().unwrap());
    let mut world = World::of(plan);
    let mut told = String::new();
    for (person, command) in [
        ("ivo", waiver(Guard::E1, None, SOON)),
        ("ivo", waiver(Guard::E3, Some("training"), SOON)),
        ("ivo", waiver(Guard::E3, Some("training"), "2027-01-01T00:00:00Z")),
        ("ivo", waiver(Guard::E3, None, "2027-01-20T00:00:00Z")),
        ("ivo", waiver(Guard::E3, Some("support"), "2027-01-20T00:00:00Z")),
        ("ivo", waiver(Guard::E8, Some("strategy"), "2027-01-20T00:00:00Z")),
        ("sabela", waiver(Guard::E3, Some("training"), "2027-01-20T00:00:00Z")),
        ("ivo", waiver(Guard::E3, Some("training"), "2027-01-20T00:00:00Z")),
    ] {
        let said = world.act(person, &command);
        told += &said.map_or_else(
            |it| format!("{person}: {} [{}]\n", it.text, it.next_step),
            |()| format!("{person}: done\n"),
        );
    }
    expect![[r#"
        ivo: E1 is never waived: The Release Readiness decision is GO for exactly this release, and each of its conditions is closed or carried on. [make it true: `landfall why` names who can]
        ivo: the waiver would outlast Deployment Stable, which is planned for 2027-02-02T00:00:00Z [let it end by 2027-02-02T00:00:00Z; what is open then is decided anew]
        ivo: the waiver would have ended at 2027-01-01T00:00:00Z [give an end that is still to come]
        ivo: only a part of E3 can be waived, and none is named [name it with `--part`: the plan: communications, training, operations or support]
        ivo: support is no part of E3 that can be waived here [name one of communications, training]
        ivo: E8 has no parts with names [leave `--part` out]
        sabela: nobody could approve it as Program Manager: whoever asks for a waiver, or gains by it, does not [let somebody else ask for it, or name another holder in the plan]
        ivo: done
    "#]].assert_eq(&told);
    let mut regulated = standard_plan();
    regulated.profile = model::profile::Profile::Regulated;
    let mut strict = World::of(regulated);
    let refusal = strict.act("ivo", &waiver(Guard::E6, Some("component/db"), SOON)).unwrap_err();
    assert!(refusal.text.contains("never waived in the profile regulated"), "{refusal}");
}

// Proves: X-09
#[test]
fn a_waiver_of_a_part_passes_that_part_only() {
    let mut plan = standard_plan();
    plan.communications = None;
    plan.training = None;
    let mut world = World::of(plan);
    let e3 = |it: &World| {
        let lacks = model::gates::entry::e3(&it.state);
        it.state.reading_of_parts(Guard::E3, &[Scope::Deployment], it.now, lacks).verdict
    };
    for (number, part) in (1..).zip(["training", "communications"]) {
        assert!(!e3(&world).passes(), "before {part}");
        world.act("ivo", &waiver(Guard::E3, Some(part), SOON)).unwrap();
        world.act("sabela", &Command::ApproveWaiver { waiver: number }).unwrap();
        let again = world.act("sabela", &Command::ApproveWaiver { waiver: number });
        assert!(again.is_err(), "each role type by another person");
        assert!(!e3(&world).passes(), "one of two approvers is not enough");
        world.act("hedda", &Command::ApproveWaiver { waiver: number }).unwrap();
    }
    assert!(matches!(e3(&world), Verdict::Waived { .. }));
    // Of guides and people, too.
    let guide = |id: &str| OperationsGuide { id: id.parse().unwrap(), title: words(), probe: None };
    let mut world = stabilizing(|plan| {
        plan.operations.as_mut().unwrap().guides = vec![guide("OG-1"), guide("OG-2")];
    });
    let until = "2028-01-01T00:00:00Z";
    world.act("kasimir", &waiver(Guard::ST5, Some("OG-2"), until)).unwrap();
    world.act("gunnvor", &Command::ApproveWaiver { waiver: 1 }).unwrap();
    world.act("esteban", &Command::ApproveWaiver { waiver: 1 }).unwrap();
    let st5 = |it: &World| {
        let lacks = model::gates::readiness::st5(&it.state, it.now);
        it.state.reading_of_parts(Guard::ST5, &[Scope::Deployment], it.now, lacks).verdict
    };
    let Verdict::Unmet { missing, .. } = st5(&world) else { panic!("OG-1 is not waived") };
    assert_eq!(missing, "guide OG-1, as agreed, is not published");
    let parts = world.state.parts_of(Guard::ST7, &Scope::Deployment);
    assert!(parts.iter().any(|it| it == "ivo"), "{parts:?}");
}

#[test]
fn a_delegate_is_named_beside_the_holder_until_the_delegation_ends() {
    let mut world = World::of(standard_plan());
    let give = Command::Delegation(DelegationCommand::Give {
        delegate: "esteban".parse().unwrap(),
        role: RoleType::Customer,
        scope: Scope::Deployment,
        slots: vec![],
        from: None,
        until: "2027-01-10T00:00:00Z".parse().unwrap(),
        reason: words(),
    });
    assert!(world.why("deployment").contains("[winifred]"));
    world.act("winifred", &give).unwrap();
    assert!(
        world.why("deployment").contains("[winifred or esteban]"),
        "{}",
        world.why("deployment")
    );
    let criteria = model::release_readiness::criteria_digest(&world.state.plan);
    let acknowledge = Command::ReleaseReadiness(
        model::release_readiness::ReleaseReadinessCommand::AcknowledgeCriteria { criteria },
    );
    let mut copy = world.clone();
    copy.act("esteban", &acknowledge).unwrap();
    // SG6: when it has expired, nobody acts by it and nobody is asked by it.
    world.pass(7 * 86_400);
    assert!(world.act("esteban", &acknowledge).is_err());
    assert!(world.why("deployment").contains("[winifred]"), "{}", world.why("deployment"));
}

// Proves: R-DEV1
#[test]
fn who_built_the_release_neither_starts_nor_approves_it() {
    let mut plan = standard_plan();
    plan.release.deliverables.push(model::release::SolutionDeliverable {
        id: "app".parse().unwrap(),
        file: "app".to_owned(),
        size_bytes: 1,
        sha256: model::digest::Digest::of(b"app"),
        stands_in_for_bytes: None,
        built_by: vec!["rosalind".parse().unwrap(), "sabela".parse().unwrap()],
    });
    let mut world = World::of(plan);
    world.until(|it| it.state.rfcs[0].state == RfcState::Assessing);
    let rfc = world.state.plan.rfcs[0].id.clone();
    let part = world.state.part_of(&rfc).unwrap();
    let approve = Command::Rfc { rfc, act: RfcAct::Approve { part, conditions: None } };
    let refused = [
        world.act("rosalind", &approve).unwrap_err().text,
        world.act("sabela", &Command::Open).unwrap_err().text,
    ];
    expect![[r#"
        rosalind built what this change installs and cannot approve it (SOD-3)
        sabela built what would be deployed and cannot start its deployment (SOD-3)"#]]
    .assert_eq(&refused.join("\n"));
}
