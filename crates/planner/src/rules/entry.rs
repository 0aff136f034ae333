//! The entry to deployment on record: what is declared, accepted, voted and decided, and what
//! becomes of it when the release changes.
//!
//! House rule: nothing begins with a release that nobody called ready.

use super::world::World;
use crate::fixture::standard_plan;
use expect_test::expect;
use model::assessment::{Measurement, Verdict};
use model::command::Command;
use model::companion_plans::{Experience, Stakeholder, StakeholderReview};
use model::digest::Digest;
use model::event::Event;
use model::machine::{ComponentState, DeploymentState};
use model::milestone::{Milestone, MilestoneEvent, Recommendation};
use model::plan::MasterProjectPlan;
use model::release::{Condition, KnownIssue, ReadinessDecision};
use model::release_readiness::{
    InputKind, ReadinessReview, ReadinessVote, ReleaseReadinessCommand as C,
    infrastructure_strategy, issues_digest, register_digest, risks,
};

/// Returns a plan that says nothing of Release Readiness itself.
fn unsaid() -> MasterProjectPlan {
    let mut plan = standard_plan();
    plan.release.readiness = None;
    plan.release.known_issues = vec![KnownIssue {
        id: "KI-1".parse().unwrap(),
        severity: 2,
        text: "labels are cut".to_owned(),
        workaround: "the short name".to_owned(),
    }];
    if let Some(strategy) = &mut plan.strategy {
        strategy.experience = None;
    }
    plan
}

fn does(world: &mut World, person: &str, command: C) -> Result<(), String> {
    let done = world.act(person, &Command::ReleaseReadiness(command));
    done.map_err(|it| format!("{} [{}]", it.text, it.next_step))
}

fn vote(world: &World, recommendation: Recommendation) -> C {
    let release = world.state.release_digest();
    let reason = (recommendation != Recommendation::Go).then(|| "the restore failed".to_owned());
    C::Vote { release, recommendation, reason }
}

fn review(world: &World, decision: ReadinessDecision) -> ReadinessReview {
    ReadinessReview {
        release: world.state.release_digest(),
        on: "2027-01-04".parse().unwrap(),
        decision,
        votes: vec![],
        conditions: vec![],
        reason: None,
        minutes: None,
    }
}

fn decide(world: &mut World, person: &str, review: ReadinessReview) -> Result<(), String> {
    does(world, person, C::Review { review: Box::new(review) })
}

/// Lets everybody vote to go but the tester, who votes `tester`.
fn voted(world: &mut World, tester: Recommendation) {
    let release = world.state.release_digest();
    does(world, "teodor", C::DeclareFinal { release, tests: "88 of 88".to_owned() }).unwrap();
    for person in ["hedda", "sabela", "ruben", "lucan", "noor", "ivo", "kasimir", "teodor"] {
        let vote = vote(world, Recommendation::Go);
        does(world, person, vote).unwrap();
    }
    let vote = vote(world, tester);
    does(world, "philippa", vote).unwrap();
}

fn ready(world: &mut World) {
    world.until(|it| it.state.deployment == DeploymentState::Ready);
}

// Proves: E-01, T-8, G-06
#[test]
fn a_release_is_declared_final_voted_on_and_decided_before_the_deployment_opens() {
    let mut world = World::of(unsaid());
    ready(&mut world);
    let mut go = review(&world, ReadinessDecision::Go);
    let refused = [
        world.act("sabela", &Command::Open).unwrap_err().text,
        decide(&mut world, "philippa", go.clone()).unwrap_err(),
        decide(&mut world, "sabela", go.clone()).unwrap_err(),
    ];
    expect![[r#"
        opening the deployment is refused by its gate: E1: nobody has stated that the Release Readiness Milestone decided go for this release
        philippa may not record the Release Readiness decision: it takes Program Manager or Release Management or Solution Manager [ask sabela or ivo or saoirse or hedda]
        these have not voted on this release: Solution Manager, Program Manager, Developer, Tester, Product Manager, User Experience, Release Management, Operations Experience, Test Manager [ask hedda or ruben or philippa or lucan to vote: `landfall release-readiness vote go`]"#]]
    .assert_eq(&refused.join("\n"));
    assert!(world.why("deployment").contains("Tester has to vote on the release [philippa]"));
    // Nobody puts a vote into somebody else's mouth.
    go.votes = vec![ReadinessVote {
        role: model::role_type::RoleType::Tester,
        by: "Philippa".to_owned(),
        recommendation: Recommendation::Go,
        reason: None,
    }];
    let refusal = decide(&mut world, "sabela", go.clone()).unwrap_err();
    assert!(refusal.starts_with("votes are cast by those who vote"), "{refusal}");
    go.votes.clear();
    go.release = Digest::of(b"another");
    let refusal = decide(&mut world, "sabela", go.clone()).unwrap_err();
    assert!(refusal.contains("this deployment's is"), "{refusal}");
    let start = world.record.len();
    voted(&mut world, Recommendation::Go);
    let it = review(&world, ReadinessDecision::Go);
    decide(&mut world, "sabela", it).unwrap();
    world.act("sabela", &Command::Open).unwrap();
    let story = world.story(start, &["final", "votes", "Readiness of", "deployment"]);
    let story = story.replace(&world.state.release_digest().short(), "RELEASE");
    expect![[r#"
        04 08:00 teodor: 1.0, release RELEASE, declared final: 88 of 88
        04 08:00 hedda: release RELEASE: Solution Manager votes go
        04 08:00 sabela: release RELEASE: Program Manager votes go
        04 08:00 ruben: release RELEASE: Developer votes go
        04 08:00 lucan: release RELEASE: Product Manager votes go
        04 08:00 noor: release RELEASE: User Experience votes go
        04 08:00 ivo: release RELEASE: Release Management votes go
        04 08:00 kasimir: release RELEASE: Operations Experience votes go
        04 08:00 teodor: release RELEASE: Test Manager votes go
        04 08:00 philippa: release RELEASE: Tester votes go
        04 08:00 sabela: Release Readiness of RELEASE, 2027-01-04: go, 9 votes, 0 conditions
        04 08:00 sabela: deployment opened
    "#]]
    .assert_eq(&story);
}

// Proves: E-01
#[test]
fn a_no_go_blocks_and_a_review_held_elsewhere_brings_its_minutes_and_votes() {
    let mut world = World::of(unsaid());
    ready(&mut world);
    let mut no = review(&world, ReadinessDecision::NoGo);
    let refusal = decide(&mut world, "sabela", no.clone()).unwrap_err();
    assert!(refusal.starts_with("why not is missing"), "{refusal}");
    no.reason = Some("the restore failed".to_owned());
    decide(&mut world, "sabela", no).unwrap();
    let refusal = world.act("sabela", &Command::Open).unwrap_err();
    assert!(refusal.text.contains("decided no-go"), "{refusal}");
    let mut held = review(&world, ReadinessDecision::Go);
    held.minutes = Some("https://minutes.example/rr".parse().unwrap());
    let refusal = decide(&mut world, "sabela", held.clone()).unwrap_err();
    assert!(refusal.starts_with("minutes with 0 votes"), "{refusal}");
    held.votes = vec![ReadinessVote {
        role: model::role_type::RoleType::Tester,
        by: "Philippa Nyberg".to_owned(),
        recommendation: Recommendation::Go,
        reason: None,
    }];
    let mut early = held.clone();
    early.on = "2027-02-04".parse().unwrap();
    let refusal = decide(&mut world, "sabela", early).unwrap_err();
    assert!(refusal.contains("still to come"), "{refusal}");
    decide(&mut world, "sabela", held).unwrap();
    world.act("sabela", &Command::Open).unwrap();
}

// Proves: E-01, G-20
#[test]
fn each_condition_blocks_until_it_is_closed_by_its_owner_or_carried_on() {
    let mut world = World::of(unsaid());
    ready(&mut world);
    voted(&mut world, Recommendation::Go);
    let condition = |id: &str, owner: &str| Condition {
        id: id.parse().unwrap(),
        text: "as agreed".to_owned(),
        owner: owner.parse().unwrap(),
        due: "2027-01-20".parse().unwrap(),
    };
    let mut it = review(&world, ReadinessDecision::GoWithConditions);
    let refusal = decide(&mut world, "sabela", it.clone()).unwrap_err();
    assert!(refusal.starts_with("the conditions are missing"), "{refusal}");
    it.conditions = vec![condition("RRC-1", "ivo"), condition("RRC-2", "noor")];
    decide(&mut world, "sabela", it).unwrap();
    expect![[r#"
        deployment: condition RRC-1 of Release Readiness is open until 2027-01-20: as agreed [ivo or sabela]
        deployment: condition RRC-2 of Release Readiness is open until 2027-01-20: as agreed [noor or sabela]
    "#]]
    .assert_eq(&world.why("deployment"));
    assert!(world.act("sabela", &Command::Open).is_err());
    let close = |id: &str| C::CloseCondition {
        condition: id.parse().unwrap(),
        evidence: "report 12".to_owned(),
    };
    let refusal = does(&mut world, "noor", close("RRC-1")).unwrap_err();
    assert!(refusal.contains("ask ivo, who sees to it"), "{refusal}");
    does(&mut world, "ivo", close("RRC-1")).unwrap();
    let carry = |due: &str| C::CarryCondition {
        condition: "RRC-2".parse().unwrap(),
        owner: "noor".parse().unwrap(),
        due: due.parse().unwrap(),
        reason: "needed later only".to_owned(),
    };
    assert!(does(&mut world, "sabela", carry("2026-12-31")).unwrap_err().contains("has passed"));
    does(&mut world, "sabela", carry("2027-02-20")).unwrap();
    world.act("sabela", &Command::Open).unwrap();
    let open = model::close_out::open_items(&world.state);
    let open: Vec<&str> = open.iter().map(|it| it.item.as_str()).collect();
    assert_eq!(open, ["condition/RRC-2"], "what is carried on is settled before the close");
    assert!(risks(&world.state).iter().any(|it| it.of == "condition/RRC-2"));
}

// Proves: E-01, G-06, T-8
#[test]
fn another_release_is_reviewed_anew_before_anything_begins_with_it() {
    let mut world = World::of(unsaid());
    ready(&mut world);
    voted(&mut world, Recommendation::Go);
    let go = review(&world, ReadinessDecision::Go);
    decide(&mut world, "sabela", go).unwrap();
    world.until(|it| it.state.sites.iter().any(|it| it.runs > 0));
    let mut changed = MasterProjectPlan::clone(&world.state.plan);
    changed.release.version = "1.1".to_owned();
    assert!(world.revised(changed));
    assert!(!world.state.is_declared_final(), "it was another release that was declared final");
    let started = |it: &World| it.state.sites.iter().filter(|it| it.runs > 0).count();
    let before = started(&world);
    // Everybody answers but those who would vote or decide.
    let is_entry =
        |it: &crate::waiting::WaitingOn| matches!(it.command, Some(Command::ReleaseReadiness(_)));
    for _ in 0..200 {
        world.look();
        for order in world.in_flight() {
            world.end(&order, super::world::WELL);
        }
        let waits = world.waits();
        if !waits.iter().filter(|it| !is_entry(it)).any(|it| world.answered(it)) {
            world.pass(3_600);
        }
    }
    assert_eq!(started(&world), before);
    let site = world.state.sites.iter().position(|it| it.runs == 0).unwrap();
    let site = world.state.plan.sites[site].id.clone();
    let why = world.why(&format!("site/{site}"));
    assert!(why.contains("Tester has to vote on the release [philippa]"), "{why}");
}

// Proves: E-02, P2-B2
#[test]
fn what_the_pilot_did_not_reach_and_what_was_decided_late_is_a_risk() {
    let mut plan = unsaid();
    plan.strategy = None;
    plan.success_criteria[0].target = "<= 1.5 s".to_owned();
    let mut world = World::of(plan);
    let judged = |value: &str, verdict| C::JudgePilot {
        criterion: "SC-1".parse().unwrap(),
        measurement: Measurement {
            value: value.to_owned(),
            verdict,
            how: "95th percentile".to_owned(),
            evidence: vec!["https://graphs.example/pilot".parse().unwrap()],
        },
    };
    let refusal = does(&mut world, "lucan", judged("1.9 s", Verdict::Met)).unwrap_err();
    assert!(refusal.starts_with("1.9 s does not meet <= 1.5 s"), "{refusal}");
    does(&mut world, "lucan", judged("1.9 s", Verdict::NotMet)).unwrap();
    let tell = |state: &model::state::State| -> String {
        risks(state).iter().map(|it| format!("{}: {}\n", it.of, it.text)).collect()
    };
    expect![[r#"
        pilot/SC-1: the pilot did not meet SC-1: 1.9 s, 95th percentile
        strategy: no decision on strategy is on record
    "#]]
    .assert_eq(&tell(&world.state));
    // Without a decision on strategy the baseline takes a waiver, which is the record of the risk.
    world.until(|it| it.state.deployment == DeploymentState::Ready);
    let facts = model::sheet::milestone_facts(&world.state, Milestone::Complete, None, world.now);
    assert!(facts.to_string().contains("the pilot did not meet SC-1"), "{facts}");
    does(&mut world, "lucan", judged("1.4 s", Verdict::Met)).unwrap();
    assert!(!tell(&world.state).contains("pilot"));
}

// Proves: E-03
#[test]
fn known_issues_are_accepted_by_both_managers_and_reach_support_before_the_first_site() {
    let mut plan = unsaid();
    plan.release.known_issues[0].workaround.clear();
    let mut world = World::of(plan);
    let accept = |world: &World| C::AcceptKnownIssues { issues: issues_digest(&world.state.plan) };
    let command = accept(&world);
    let refusal = does(&mut world, "lucan", command).unwrap_err();
    assert!(refusal.starts_with("KI-1 has no workaround"), "{refusal}");
    let mut mended = MasterProjectPlan::clone(&world.state.plan);
    mended.release.known_issues[0].workaround = "the short name".to_owned();
    assert!(world.revised(mended));
    let stale = C::AcceptKnownIssues { issues: Digest::of(b"others") };
    assert!(does(&mut world, "lucan", stale).unwrap_err().contains("others by now"));
    let command = accept(&world);
    does(&mut world, "lucan", command).unwrap();
    let why = world.why("deployment");
    assert!(why.contains("Program Manager has to accept the known issues [sabela]"), "{why}");
    let command = accept(&world);
    does(&mut world, "sabela", command).unwrap();
    assert!(!world.why("deployment").contains("known issues"));
    // The first site waits until support has them.
    let is_publishing = |it: &crate::waiting::WaitingOn| {
        matches!(it.command, Some(Command::ReleaseReadiness(C::PublishKnownIssues { .. })))
    };
    for _ in 0..200 {
        world.look();
        for order in world.in_flight() {
            world.end(&order, super::world::WELL);
        }
        let waits = world.waits();
        if waits.iter().any(is_publishing) {
            break;
        }
        if !waits.iter().any(|it| world.answered(it)) {
            world.pass(3_600);
        }
    }
    assert!(world.state.sites.iter().all(|it| it.runs == 0));
    let why = world.why("site/s1");
    assert!(why.contains("not in the knowledge base of support [esteban]"), "{why}");
    let issues = issues_digest(&world.state.plan);
    let place = "https://kb.example/greeting".to_owned();
    does(&mut world, "esteban", C::PublishKnownIssues { issues, place }).unwrap();
    world.until(|it| it.state.sites.iter().any(|it| it.runs > 0));
}

// Proves: E-03
#[test]
fn a_blocker_is_accepted_by_nobody() {
    let mut plan = unsaid();
    plan.release.known_issues[0].severity = 1;
    let mut world = World::of(plan);
    let issues = issues_digest(&world.state.plan);
    let refusal = does(&mut world, "sabela", C::AcceptKnownIssues { issues }).unwrap_err();
    assert!(refusal.starts_with("KI-1 blocks"), "{refusal}");
    assert!(world.why("deployment").contains("known issue KI-1 blocks"));
}

// Proves: E-06
#[test]
fn the_register_of_inputs_is_frozen_with_the_baseline() {
    let mut world = World::of(unsaid());
    let input = |text: &str, reason: Option<&str>| C::RegisterInput {
        input: "test-results".parse().unwrap(),
        kind: InputKind::TestResults,
        source: "https://tests.example/88".to_owned(),
        sha256: Digest::of(text.as_bytes()),
        reason: reason.map(str::to_owned),
    };
    does(&mut world, "ivo", input("results", None)).unwrap();
    let refusal = does(&mut world, "ivo", input("results", None)).unwrap_err();
    assert!(refusal.contains("registered as it is"), "{refusal}");
    let before = register_digest(&world.state);
    does(&mut world, "ivo", input("final results", None)).unwrap();
    assert_ne!(register_digest(&world.state), before, "each input counts by its digest");
    ready(&mut world);
    let refused = [
        does(&mut world, "ivo", input("other results", Some("signed copy"))).unwrap_err(),
        does(&mut world, "sabela", input("other results", None)).unwrap_err(),
    ];
    expect![[r#"
        ivo may not put an input into the register: it takes Program Manager [ask sabela]
        baseline 1 has frozen the inputs [give the reason with `--reason`; the register shows it]"#]]
    .assert_eq(&refused.join("\n"));
    does(&mut world, "sabela", input("other results", Some("signed copy"))).unwrap();
    let rows = model::release_readiness::inputs(&world.state);
    let row = rows.iter().find(|it| it.input == "test-results").unwrap();
    assert_eq!(row.reason.as_deref(), Some("signed copy"));
    for known in ["master-project-plan", "release"] {
        assert!(rows.iter().any(|it| it.input == known && it.sha256.is_some()), "{known}");
    }
}

// Proves: G-18
#[test]
fn the_customer_acknowledges_exactly_these_criteria() {
    let mut world = World::of(unsaid());
    let criteria = |it: &World| model::release_readiness::criteria_digest(&it.state.plan);
    let before = criteria(&world);
    let refusal = does(&mut world, "lucan", C::AcknowledgeCriteria { criteria: before });
    assert!(refusal.unwrap_err().contains("it takes Customer"));
    does(&mut world, "winifred", C::AcknowledgeCriteria { criteria: before }).unwrap();
    assert!(!world.why("deployment").contains("criteria"));
    let mut changed = MasterProjectPlan::clone(&world.state.plan);
    changed.success_criteria[0].target = "= 98 %".to_owned();
    assert!(world.revised(changed));
    let why = world.why("deployment");
    assert!(why.contains("have changed since the customer acknowledged them"), "{why}");
    let refusal = does(&mut world, "winifred", C::AcknowledgeCriteria { criteria: before });
    assert!(refusal.unwrap_err().contains("others by now"));
}

// Proves: T-6
#[test]
fn stakeholders_are_registered_with_their_interest_and_join_the_reviews_that_they_are_named_for() {
    let mut plan = standard_plan();
    let stakeholder = |person: &str, review| Stakeholder {
        person: person.parse().unwrap(),
        interest: "the night shift".to_owned(),
        sites: vec!["s1".parse().unwrap()],
        reviews: vec![review],
    };
    plan.stakeholders = vec![
        stakeholder("owner-1", StakeholderReview::DeploymentStable),
        stakeholder("owner-2", StakeholderReview::DeploymentComplete),
    ];
    plan.support.as_mut().unwrap().escalation.push(model::companion_plans::EscalationLevel {
        who: "first call".to_owned(),
        answer_minutes: 15,
        role: None,
        people: vec![],
    });
    let mut world = World::of(plan);
    let convened = |it: &World| {
        it.record.iter().find_map(|it| match &it.event {
            Event::Milestone(MilestoneEvent::Convened { milestone, invitees, .. }) => {
                Some((*milestone, invitees.clone()))
            }
            _ => None,
        })
    };
    world.until(|it| convened(it).is_some());
    let (milestone, invitees) = convened(&world).unwrap();
    assert_eq!(milestone, Milestone::Stable);
    let invited = |person: &str| invitees.iter().any(|it| it.as_str() == person);
    assert!(invited("owner-1") && invited("winifred") && !invited("owner-2"), "{invitees:?}");
}

// Proves: P1-Q3
#[test]
fn the_strategy_for_the_infrastructure_says_approach_order_rollback_windows_and_contacts() {
    let world = World::of(standard_plan());
    let mut page = String::new();
    for it in infrastructure_strategy(&world.state) {
        page += &format!("{}: {}\n", it.heading, it.lines.join("; "));
    }
    expect![[r#"
        approach: agreed
        order: db: in advance; vpn: beside the sites, after db
        rollback: db: its steps are undone, nothing is lost; vpn: its steps are undone, nothing is lost
        windows: db: at any time, UTC; vpn: at any time, UTC
        contacts: Release Management: ivo; Release Management: saoirse; Operations Manager: gunnvor
    "#]]
    .assert_eq(&page);
    let mut plan = standard_plan();
    plan.strategy.as_mut().unwrap().infrastructure = " ".to_owned();
    let mut world = World::of(plan);
    let has_waited = |it: &World| it.why("component/db").contains("says nothing of its approach");
    world.until(has_waited);
    assert_ne!(world.state.components[0].state, ComponentState::Deploying);
}

// Proves: P1-Q4
#[test]
fn a_team_without_experience_rehearses_finds_help_or_has_one_approver_more() {
    let mut world = World::of(unsaid());
    world.until(|it| it.why("component/db").contains("deployed a similar infrastructure"));
    let tell = |it: Experience| C::TellExperience { experience: it };
    let help = Experience::Help("the vendor, on site".to_owned());
    assert!(does(&mut world, "lucan", tell(help.clone())).is_err());
    does(&mut world, "ivo", tell(help)).unwrap();
    world.until(|it| !it.in_flight().is_empty());
    let known = risks(&world.state);
    let known: Vec<_> = known.iter().filter(|it| it.of == "experience").collect();
    assert_eq!(known[0].control.as_deref(), Some("there is help: the vendor, on site"));
    // Or one person more approves each change of the core, and only of the core.
    let mut world = World::of(unsaid());
    let extra = Experience::ExtraApprover("nobody has moved a register".to_owned());
    does(&mut world, "ivo", tell(extra)).unwrap();
    let quorum = |it: &World, position: usize| {
        let (planned, status) = it.state.rfc(&it.state.plan.rfcs[position].id).unwrap();
        it.state.levels_of(planned, status)[0].quorum
    };
    let planned = world.state.plan.rfcs[0].levels[0].quorum;
    assert_eq!((quorum(&world, 0), quorum(&world, 1)), (planned + 1, planned));
}

// Proves: R-SM3
#[test]
fn where_votes_stand_against_one_another_only_the_solution_manager_decides() {
    let mut world = World::of(unsaid());
    ready(&mut world);
    voted(&mut world, Recommendation::NoGo);
    let mut go = review(&world, ReadinessDecision::Go);
    let refused = [
        decide(&mut world, "sabela", go.clone()).unwrap_err(),
        decide(&mut world, "hedda", go.clone()).unwrap_err(),
    ];
    expect![[r#"
        Tester voted against it: only the Solution Manager decides [ask hedda]
        Tester voted against it, and no reason is given [say with `--reason` why it goes nevertheless]"#]]
    .assert_eq(&refused.join("\n"));
    go.reason = Some("the restore was shown since".to_owned());
    decide(&mut world, "hedda", go).unwrap();
}
