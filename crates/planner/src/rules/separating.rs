//! Separation of duties, asked of the real decisions: who gets through with an act under each
//! profile, and whom a rule names.
//!
//! House rule: docs/decisions/0031-one-table-of-duties.md. The table says it; these are the acts.

use super::reported;
use super::walk::{SEEN, full_plan};
use super::world::World;
use expect_test::expect;
use model::command::Command;
use model::decide::{Acting, decide};
use model::delegation::DelegationCommand;
use model::escalation::{
    AnswerKind, EscalationAct, EscalationCommand, EscalationPurpose, EscalationReason,
};
use model::event::Event;
use model::id::PersonId;
use model::incident::{IncidentAct, IncidentCommand};
use model::machine::{DeploymentState, SignOffState};
use model::profile::Profile;
use model::readiness::ReadinessCommand;
use model::refusal::RefusalCode;
use model::role_type::RoleType;
use model::scope::Scope;
use model::separation_of_duties::Rule;
use model::sheet::{Sheet, SlotId};
use model::site_care::{Exempted, SiteCareCommand};
use model::survey::SurveyCommand;
use strum::VariantArray as _;

fn why() -> String {
    "as agreed".to_owned()
}

/// Returns whom the rules let do `command`: all the way, or only propose it; and whom `rule` keeps
/// from it. Whoever has no business with it at all is left out.
fn who(world: &World, command: &Command, rule: Rule) -> String {
    let (mut may, mut propose, mut kept) = (vec![], vec![], vec![]);
    for person in &world.state.plan.people {
        let name = person.id.to_string();
        let acting = Acting::new(&world.state, &person.id, world.now);
        match decide(&acting, command) {
            Ok(events) if events.iter().all(|it| matches!(it, Event::Concurred { .. })) => {
                propose.push(name);
            }
            Ok(_) => may.push(name),
            Err(refusal) if refusal.text.contains(&rule.to_string()) => kept.push(name),
            // Who asks for it at all is refused by the guard of the same name.
            Err(refusal) if !refusal.gate.is_empty() => kept.push(name),
            Err(refusal) => assert!(!refusal.next_step.is_empty(), "{refusal}"),
        }
    }
    let line = |what: &str, all: Vec<String>| match all.as_slice() {
        [] => String::new(),
        all => format!("; {what} {}", all.join(", ")),
    };
    let told = line("may", may) + &line("propose", propose) + &line(&format!("{rule} keeps"), kept);
    told.trim_start_matches("; ").to_owned()
}

/// Returns what `of` says under each profile, a line each.
fn under_each_profile(of: &dyn Fn(Profile) -> String) -> String {
    Profile::VARIANTS.iter().map(|it| format!("{it}: {}\n", of(*it))).collect()
}

fn incident(incident: u32, act: IncidentAct) -> Command {
    Command::Incident(IncidentCommand::Act { incident, act })
}

#[test]
fn in_the_quiet_period_the_project_proposes_a_lower_severity_and_operations_or_support_lower_it() {
    let told = under_each_profile(&|profile| {
        let mut world = World::of(full_plan(profile));
        world.until(|it| it.state.deployment == DeploymentState::QuietPeriod);
        let report = reported(&world, "site/s1".parse().unwrap(), 2);
        world.act("esteban", &report).unwrap();
        let number = world.state.incidents.list.last().unwrap().number;
        let acknowledge = IncidentAct::Acknowledge { at: None };
        world.act("esteban", &incident(number, acknowledge)).unwrap();
        let severity = Some(3.try_into().unwrap());
        let lower = IncidentAct::Reclassify { severity, attribution: None, reason: why() };
        who(&world, &incident(number, lower), Rule::DowngradeConfirmedOutside)
    });
    expect![[r#"
        solo: may gunnvor, esteban; propose philippa
        standard: may gunnvor, esteban; propose philippa
        regulated: may gunnvor, esteban; propose philippa
    "#]]
    .assert_eq(&told);
}

fn escalation(act: EscalationAct) -> Command {
    Command::Escalation(EscalationCommand::Act { escalation: 1, act })
}

#[test]
fn only_the_side_that_escalated_closes_the_escalation() {
    let told = under_each_profile(&|profile| {
        let mut world = World::ready(full_plan(profile));
        let raise = EscalationCommand::Raise {
            incident: None,
            reason: EscalationReason::NeedsKnowledge,
            text: why(),
            tried: vec![why()],
            called: None,
            purpose: EscalationPurpose::Real,
        };
        world.act("esteban", &Command::Escalation(raise)).unwrap();
        world.anybody(0, &escalation(EscalationAct::Accept { at: None }));
        let (kind, text) = (AnswerKind::Knowledge, why());
        let answer = EscalationAct::Answer { kind, text, release: None, rfc: None };
        assert!(world.anybody(0, &escalation(answer)));
        let confirm = EscalationAct::Confirm { article: None, avoidable: None };
        who(&world, &escalation(confirm), Rule::RaiserClosesEscalation)
    });
    expect![[r#"
        solo: may esteban; SOD-12 keeps gunnvor
        standard: may esteban; SOD-12 keeps gunnvor
        regulated: may esteban; SOD-12 keeps gunnvor
    "#]]
    .assert_eq(&told);
}

#[test]
fn product_manager_and_owner_exempt_and_whoever_installs_there_does_not() {
    let told = under_each_profile(&|profile| {
        let mut plan = full_plan(profile);
        // Whoever installs would be asked as Product Manager too.
        plan.rfcs[1].implementers.push("lucan".parse().unwrap());
        let mut world = World::ready(plan);
        let request = SiteCareCommand::RequestExemption {
            site: "s1".parse().unwrap(),
            what: Exempted::Users(1),
            reason: why(),
            until: "2027-03-01".parse().unwrap(),
        };
        world.act("ivo", &Command::SiteCare(request)).unwrap();
        let number = u32::try_from(world.state.site_care.exemptions.len()).unwrap();
        let approve = Command::SiteCare(SiteCareCommand::ApproveExemption { number });
        who(&world, &approve, Rule::InstallerNeverExempts)
    });
    expect![[r#"
        solo: may lucan, owner-1
        standard: may owner-1; SOD-13 keeps lucan
        regulated: may owner-1; SOD-13 keeps lucan
    "#]]
    .assert_eq(&told);
}

#[test]
fn nobody_closes_the_survey_early() {
    let told = under_each_profile(&|profile| {
        let mut world = World::of(full_plan(profile));
        world.until(|it| it.state.surveys.open().is_some());
        let close = Command::Survey(SurveyCommand::Close);
        who(&world, &close, Rule::SurveyIsNotTheProjects)
    });
    expect![[r#"
        solo: SOD-14 keeps lucan, noor
        standard: SOD-14 keeps lucan, noor
        regulated: SOD-14 keeps lucan, noor
    "#]]
    .assert_eq(&told);
}

#[test]
fn one_person_alone_does_not_complete_a_sheet() {
    let told = under_each_profile(&|profile| {
        let mut plan = full_plan(profile);
        // Gunnvor runs it and supports it.
        for person in &mut plan.people {
            if person.id.as_str() == "gunnvor" {
                person.roles.push(RoleType::SupportManager);
            }
        }
        let sheet = Sheet::QuietPeriodReport;
        let slots = sheet.slots();
        let is_asked = |world: &World, slot: &SlotId| {
            world.state.slots.get(slot).is_some_and(|it| it.state == SignOffState::Requested)
        };
        let mut world = World::of(plan);
        world.until(|it| slots.iter().all(|slot| is_asked(it, slot)));
        let sign = |world: &World, slot: &SlotId| Command::Sign {
            slot: slot.clone(),
            document: model::sheet::digest(&world.state, &slot.sheet),
            exceptions: vec![],
        };
        let first = sign(&world, &slots[0]);
        world.act("gunnvor", &first).unwrap();
        who(&world, &sign(&world, &slots[1]), Rule::SheetsHaveSeveralSigners)
    });
    expect![[r#"
        solo: may gunnvor, esteban
        standard: may esteban; SOD-15 keeps gunnvor
        regulated: may esteban; SOD-15 keeps gunnvor
    "#]]
    .assert_eq(&told);
}

#[test]
fn whoever_is_of_the_project_accepts_nothing_from_it_for_operations() {
    let told = under_each_profile(&|profile| {
        let mut plan = full_plan(profile);
        // Kasimir hands over as Operations Experience, and runs it too.
        for person in &mut plan.people {
            if person.id.as_str() == "kasimir" {
                person.roles.push(RoleType::OperationsManager);
            }
        }
        let mut world = World::of(plan);
        let accept = Command::Readiness(ReadinessCommand::Accept);
        world.until(|it| it.waits().iter().any(|it| it.command.as_ref() == Some(&accept)));
        who(&world, &accept, Rule::OutsidersTakeOver)
    });
    expect![[r#"
        solo: may kasimir, gunnvor, esteban
        standard: may gunnvor, esteban; SOD-7 keeps kasimir
        regulated: may gunnvor, esteban; SOD-7 keeps kasimir
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_delegate_is_no_second_person_on_a_sheet() {
    let mut plan = full_plan(Profile::Standard);
    // Gunnvor runs it and supports it, and names a delegate for the support.
    for person in &mut plan.people {
        if person.id.as_str() == "gunnvor" {
            person.roles.push(RoleType::SupportManager);
        }
    }
    let slots = Sheet::QuietPeriodReport.slots();
    let is_asked = |world: &World, slot: &SlotId| {
        world.state.slots.get(slot).is_some_and(|it| it.state == SignOffState::Requested)
    };
    let mut world = World::of(plan);
    world.until(|it| slots.iter().all(|slot| is_asked(it, slot)));
    let give = Command::Delegation(DelegationCommand::Give {
        delegate: "owner-1".parse().unwrap(),
        role: RoleType::SupportManager,
        scope: Scope::Deployment,
        slots: vec![],
        from: None,
        until: world.now.checked_add(jiff::SignedDuration::from_hours(24)).unwrap(),
        reason: why(),
    });
    world.act("gunnvor", &give).unwrap();
    let sign = |world: &World, slot: &SlotId| Command::Sign {
        slot: slot.clone(),
        document: model::sheet::digest(&world.state, &slot.sheet),
        exceptions: vec![],
    };
    let tells = |world: &World, slot: &SlotId| {
        let may = who(world, &sign(world, slot), Rule::SheetsHaveSeveralSigners);
        let (waits, meaning) = (world.why("deployment"), slot.meaning());
        let meaning = meaning.trim_end_matches('.');
        let waits: Vec<&str> = waits.lines().filter(|it| it.contains(meaning)).collect();
        format!("{slot}: {may}\n    {}\n", waits.join("\n    "))
    };
    let mut told = "-- gunnvor signed for operations\n".to_owned();
    let mut in_person = world.clone();
    let first = sign(&world, &slots[0]);
    in_person.act("gunnvor", &first).unwrap();
    told += &tells(&in_person, &slots[1]);
    told += "-- owner-1 signed for support on behalf of gunnvor\n";
    let first = sign(&world, &slots[1]);
    world.act("owner-1", &first).unwrap();
    told += &tells(&world, &slots[0]);
    expect![[r#"
        -- gunnvor signed for operations
        quiet-period-report:support-manager: may esteban; SOD-15 keeps gunnvor, owner-1
            deployment: Support Manager has to sign: The incidents, issues and escalations listed are those of the quiet period. [esteban]
        -- owner-1 signed for support on behalf of gunnvor
        quiet-period-report:operations-manager: SOD-15 keeps gunnvor
            deployment: Operations Manager has to sign: The quiet period was measured, completely, and nobody in the plan may do it: the sheet has 1 distinct signers and needs 2 (SOD-15) [sabela]
    "#]].assert_eq(&told);
}

#[test]
fn whatever_anybody_may_do_an_auditor_may_not() {
    let auditor: PersonId = "aurelia".parse().unwrap();
    let mut asked = 0;
    for (kind, sample) in &SEEN.accepted {
        if sample.state.plan.person(&auditor).is_none() {
            continue;
        }
        asked += 1;
        let acting = Acting::new(&sample.state, &auditor, sample.now);
        let acting = acting.with_plan(sample.plan.as_deref());
        let refusal = decide(&acting, &sample.command).expect_err(kind);
        assert_eq!(refusal.code, RefusalCode::NotPermitted, "{kind}: {refusal}");
        assert!(refusal.text.contains("SOD-16"), "{kind}: {refusal}");
    }
    assert!(asked > 40, "{asked} kinds were asked");
}
