//! What the planner makes of expectations, requirements, coverage, adoption and changed ground.
//!
//! House rule: nothing waits without saying on what, and whoever supplies it is believed once.

use super::world::{World, exit};
use crate::fixture::{plan, step};
use expect_test::expect;
use model::command::Command;
use model::component::Adopt;
use model::machine::SiteState;
use model::plan::MasterProjectPlan;
use model::role_type::RoleType;
use model::site_care::terms::{Requirement, RequirementKind, SiteMode, UserAccess};
use model::step::{OnFailure, Step};

fn is(world: &World, site: usize, state: SiteState) -> bool {
    world.state.sites[site].state == state
}

// Proves: P2-B1, P2-D6, P2-Q1
#[test]
fn what_a_site_asks_for_is_waited_for_with_the_command_that_supplies_it() {
    let mut plan = plan();
    plan.sites[0].terms.requirements = vec![Requirement {
        id: "cabling".parse().unwrap(),
        text: "sockets at each desk".to_owned(),
        by: RoleType::SiteOwner,
        kind: RequirementKind::Own,
    }];
    plan.terms.user_access = UserAccess::Reported;
    plan.templates[0].terms.use_percent_min = 80;
    plan.sites[1].terms.mode = SiteMode::AccessOnly;
    let mut world = World::of(plan);
    world.until(|it| is(it, 0, SiteState::SignedOff) && is(it, 1, SiteState::SignedOff));
    let story = world.story(0, &["cabling", "have access", "of usual", "s2 deployed"]);
    expect![[r#"
        04 08:00 owner-1: site s1: requirement cabling is met: as rehearsed
        04 08:00 owner-1: site s1: 10 users have access (as rehearsed)
        04 08:10 owner-1: site s1: used at 100 % of usual: as rehearsed
        04 09:00 s2 deployed
        04 09:00 owner-2: site s2: 10 users have access (as rehearsed)
        04 09:00 owner-3: site s3: 10 users have access (as rehearsed)
        04 09:00 owner-4: site s4: 10 users have access (as rehearsed)
        04 09:10 owner-2: site s2: used at 100 % of usual: as rehearsed
        04 09:10 owner-3: site s3: used at 100 % of usual: as rehearsed
        04 09:10 owner-4: site s4: used at 100 % of usual: as rehearsed
    "#]]
    .assert_eq(&story);
}

// Proves: P1-Q2, T-3
#[test]
fn a_component_of_the_pilot_that_differs_is_deployed_and_the_difference_is_listed() {
    let mut plan = plan();
    plan.components[0].adopt = Adopt::FromPilot;
    let look = |id: &str| Step { on_failure: OnFailure::Continue, rollback: None, ..step(id) };
    plan.components[0].discovery = vec![look("found-schema"), look("found-engine")];
    let mut world = World::of(plan);
    let first = world.until_ordered("component/db@1/host-1/check/found-schema");
    world.end(&first, exit(1));
    world.until(|it| it.state.components[0].runs > 1);
    let story = world.story(0, &["db adoption", "db drift", "db authorised", "db started"]);
    expect![[r#"
        04 08:00 ivo: db adoption started
        04 08:00 db drift found (differs from the release: host-1 found-schema)
        04 08:00 db authorised
        04 08:00 db started
    "#]]
    .assert_eq(&story);
}

// Proves: P2-D4, P4a-Q1
#[test]
fn an_owner_confirms_again_once_what_was_undone_below_the_site_is_back() {
    let mut world = World::of(plan());
    world.until(|it| is(it, 0, SiteState::SignedOff));
    world.until(|it| !it.state.run(&"component/db".parse().unwrap()).unwrap().is_busy());
    let before = world.record.len();
    let scope = "component/db".parse().unwrap();
    let back = Command::RollBack { scope, reason: "wrong schema".to_owned(), accept_loss: false };
    world.act("ivo", &back).unwrap();
    world.look();
    let waits = world.why("site/s1");
    world.until(|it| is(it, 0, SiteState::SignedOff));
    let told = world.story(before, &["s1 ", "site/s1:", "db rollback", "db checks"]);
    expect![[r#"
        site/s1: s1 is confirmed again once that is in place: core component db, which it needs, is rolling back [Landfall itself]
        04 08:10 ivo: db rollback started (wrong schema)
        04 08:10 site/s1:release-management superseded
        04 08:10 site/s1:site-owner superseded
        04 08:10 s1 material change (core component db, which it needs, is rolling back)
        04 08:10 db rollback verified
        04 08:10 db checks passed
        04 08:10 site/s1:release-management renewed
        04 08:10 site/s1:release-management requested
        04 08:10 ivo: site/s1:release-management signed
        04 08:10 site/s1:site-owner renewed
        04 08:10 site/s1:site-owner requested
        04 08:10 owner-1: site/s1:site-owner signed
        04 08:10 owner-1: s1 reconfirmed
    "#]].assert_eq(&(waits + &told));
}

// Proves: P2-D4, X-11
#[test]
fn an_owner_who_signed_for_another_release_is_asked_again_at_once() {
    asked_again_for_another_release(plan());
    // Nor does it take a core component.
    let mut bare = plan();
    bare.components.clear();
    bare.rfcs.remove(0);
    bare.sites.iter_mut().for_each(|it| it.needs.clear());
    asked_again_for_another_release(bare);
}

fn asked_again_for_another_release(plan: MasterProjectPlan) {
    let mut world = World::of(plan);
    world.until(|it| is(it, 0, SiteState::SignedOff));
    let mut other = (*world.state.plan).clone();
    other.release.version = "1.1".to_owned();
    let digest = other.digest();
    world.plans.insert(digest, std::sync::Arc::new(other));
    let revise = Command::RevisePlan {
        plan: digest,
        changes: vec![],
        removes_scope: false,
        reason: "a fault in the first one is mended".to_owned(),
    };
    let before = world.record.len();
    world.act("sabela", &revise).unwrap();
    world.look();
    let asked = world.why("site/s1");
    assert!(is(&world, 0, SiteState::Reconfirm), "{asked}");
    world.until(|it| is(it, 0, SiteState::SignedOff));
    world.look();
    let told = world.story(before, &["s1 material", "s1 reconfirmed", "site/s1:site-owner"]);
    assert!(asked.contains("[ivo or saoirse]"), "the technical signature first: {asked}");
    assert!(told.contains("the release is Fixture 1.1"), "{told}");
    assert!(told.contains("owner-1: s1 reconfirmed"), "{told}");
    assert_eq!(told.matches("s1 material change").count(), 1, "once: {told}");
    let history = &world.state.baselines;
    assert_eq!(history.iter().map(|it| it.number).collect::<Vec<_>>(), [1, 2]);
    assert_ne!(history[0].release, history[1].release);
}

// Proves: X-11, M-2
#[test]
fn an_exempt_site_counts_in_no_total_and_no_measure() {
    use model::measures::recorded::{keep, measured};
    let mut world = World::of(plan());
    world.until(|it| is(it, 0, SiteState::SignedOff));
    let exempt = Command::Exempt { site: "s9".parse().unwrap(), reason: "it closes".to_owned() };
    world.act("sabela", &exempt).unwrap();
    world.act("winifred", &exempt).unwrap();
    let found = measured(&world.state, world.now);
    let mut of_it = found.clone();
    keep(&mut of_it, &"s9".parse().unwrap());
    let mut of_another = found.clone();
    keep(&mut of_another, &"s8".parse().unwrap());
    let sheet = model::sheet::body(&world.state, &model::sheet::Sheet::SitesComplete);
    let variance = model::baseline::variance(&world.state);
    assert_eq!(found.sites.len(), 8);
    assert_eq!((of_it.sites.len(), of_another.sites[0].name.as_str()), (0, "s8"));
    assert!(sheet.to_string().contains("\"users\":80"), "{sheet}");
    let planned = variance.planned.unwrap();
    assert_eq!((planned.users, variance.in_scope.users), (90, 80));
}

// Proves: G-10
#[test]
fn a_revised_plan_deploys_to_the_same_environment() {
    let mut world = World::of(plan());
    let mut other = (*world.state.plan).clone();
    other.environment = model::profile::Environment::Test;
    let digest = other.digest();
    world.plans.insert(digest, std::sync::Arc::new(other));
    let revise = Command::RevisePlan {
        plan: digest,
        changes: vec![],
        removes_scope: false,
        reason: "only to try".to_owned(),
    };
    let refused = world.act("sabela", &revise).unwrap_err();
    assert!(refused.text.contains("LF0630"), "{refused}");
}

// Proves: X-08, X-09
#[test]
fn a_step_without_a_way_back_keeps_the_plan_from_its_baseline_and_is_waived_by_its_name() {
    use model::gates::entry::e6;
    use model::guard::{Guard, Verdict};
    use model::scope::Scope;
    use model::step::WayBack;
    let mut plan = crate::fixture::standard_plan();
    for step in &mut plan.templates[0].each_computer {
        (step.way_back, step.rollback) = (WayBack::Missing, None);
    }
    let mut world = World::of(plan);
    let read = |it: &World| {
        let scopes = [Scope::Deployment];
        it.state.reading_of_parts(Guard::E6, &scopes, it.now, e6(&it.state)).verdict
    };
    let missing = |it: &World| match read(it) {
        Verdict::Unmet { missing, .. } => missing,
        other => format!("{other:?}"),
    };
    let before = missing(&world);
    let until = world.now.checked_add(jiff::SignedDuration::from_hours(48)).unwrap();
    let words = || "a spare is sent instead".to_owned();
    for (number, step) in (1_u32..).zip(["desk", "desk-check"]) {
        let waiver = Command::RequestWaiver {
            guard: Guard::E6,
            scope: Scope::Deployment,
            reason: words(),
            risk: words(),
            control: words(),
            until,
            part: Some(format!("template/branch/{step}")),
        };
        world.act("lucan", &waiver).unwrap();
        for person in ["rosalind", "gunnvor"] {
            world.act(person, &Command::ApproveWaiver { waiver: number }).unwrap();
        }
        if number == 1 {
            let left = missing(&world);
            assert!(left.starts_with("template/branch/desk-check does not say"), "{left}");
        }
    }
    assert!(before.contains("template/branch/desk does not say how it is undone"), "{before}");
    assert!(matches!(read(&world), Verdict::Waived { .. }), "{:?}", read(&world));
}
