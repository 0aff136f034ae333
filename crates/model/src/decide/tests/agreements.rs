//! An agreement ends with what it was about, and a part of a guard is not the whole of it.
//!
//! House rule: who agreed to something agreed to it as it stood then.

use super::complete::Story;
use super::deployment::{busy, fold, name, noon, person};
use super::*;
use crate::companion_plans::QuietPeriodRules;
use crate::guard::Verdict;
use crate::incident::{IncidentCommand, IncidentEvent, Opening, Severity};
use crate::machine::{
    DeploymentTransition, MilestoneState, MilestoneTransition, QuietPeriodTransition,
    WaiverTransition,
};
use crate::milestone::{FollowOnAction, Milestone, MilestoneEvent};
use crate::quiet_period::{self, DayReport, QuietPeriodCommand, QuietPeriodEvent};
use crate::role_type::RoleType;
use crate::sheet::Sheet;
use crate::site_care::{Exempted, RevisitCause, SiteCareCommand as Care};
use crate::survey::SurveyCommand;
use jiff::Timestamp;
use std::sync::Arc;

/// Returns what becomes of `command`, and lets it happen.
fn act(state: &mut State, who: &str, command: &Command) -> String {
    let person = name(who);
    let acting = Acting::new(state, &person, noon());
    let actor = acting.actor("test");
    match decide(&acting, command) {
        Ok(events) => {
            for event in &events {
                let seq = state.seq + 1;
                state.apply(event, &actor, noon(), seq, None).unwrap();
                state.seq = seq;
            }
            events.iter().map(kind).collect::<Vec<_>>().join(", ")
        }
        Err(refusal) => format!("refused, {}: {refusal}", refusal.code),
    }
}

fn ended(story: &mut Story) {
    let (number, transition) = (1, QuietPeriodTransition::EndReached);
    let (criteria, reason, gate) = (vec![], None, vec![]);
    story.happens(Event::QuietPeriod(QuietPeriodEvent::Ended {
        number,
        transition,
        criteria,
        reason,
        gate,
    }));
}

fn completed(story: &mut Story) {
    ended(story);
    story.happens(Event::QuietPeriod(QuietPeriodEvent::Completed {
        number: 1,
        transition: QuietPeriodTransition::FoundUneventful,
        criteria: vec![],
        facts: serde_json::Value::Null,
        actions: vec![],
        reason: None,
        gate: vec![],
    }));
    let transition = DeploymentTransition::QuietPeriodEnded;
    story.happens(Event::Deployment { transition, reason: None, gate: vec![] });
}

fn quiet(command: QuietPeriodCommand) -> Command {
    Command::QuietPeriod(command)
}

fn accepted() -> Command {
    accepted_with(vec![])
}

fn accepted_with(actions: Vec<FollowOnAction>) -> Command {
    quiet(QuietPeriodCommand::Accept { actions, reason: why() })
}

#[test]
fn who_accepted_a_quiet_period_has_not_accepted_what_came_after_it_was_put_on() {
    let mut story = Story::in_quiet_period();
    story.after_days(31);
    ended(&mut story);
    let (guard, scope) = (Guard::Q3, Scope::Deployment);
    story.tell("ops", Command::Attest { guard, scope, statement: why() });
    story.tell("cus", accepted());
    story.tell("ops", quiet(QuietPeriodCommand::Extend { days: 7, reason: why() }));
    story.after_days(8);
    ended(&mut story);
    let action = FollowOnAction { text: why(), owner: name("ops"), due: name("2027-06-30") };
    // Of the first of two nothing but the agreement is kept: what else is said would be lost.
    story.tell("ops", accepted_with(vec![action.clone()]));
    story.tell("ops", accepted());
    story.tell("cus", accepted_with(vec![action]));
    expect![[r#"
        31 days later
        ops: attested
        cus: concurred
        ops: quiet-period
        8 days later
        ops: refused, state: whoever agrees first agrees, and puts no actions down
        ops: concurred
        cus: concurred, quiet-period
    "#]]
    .assert_eq(&story.text);
}

#[test]
fn who_agreed_to_a_revisit_that_was_dropped_has_not_agreed_to_the_next() {
    let mut state = busy();
    let open = Command::SiteCare(Care::OpenRevisit {
        site: name("done"),
        cause: RevisitCause::Incident,
        reference: None,
        reason: why(),
    });
    let agree = |number| Command::SiteCare(Care::AgreeToRevisit { number, rfc: None });
    let drop = Command::SiteCare(Care::DropRevisit { number: 1, reason: why() });
    let rows = [("owner", &open), ("rel", &agree(1)), ("prm", &drop), ("owner", &open)];
    for (who, command) in rows {
        let said = act(&mut state, who, command);
        assert!(!said.starts_with("refused"), "{who}: {said}");
    }
    assert_eq!(act(&mut state, "prm", &agree(2)), "concurred");
    assert_eq!(act(&mut state, "rel", &agree(2)), "concurred, site-care, site revisited");
}

#[test]
fn a_review_in_session_is_sent_back_when_the_quiet_period_goes_on() {
    let mut story = Story::in_quiet_period();
    story.after_days(31);
    completed(&mut story);
    let milestone = Milestone::Complete;
    story.happens(Event::Milestone(MilestoneEvent::Moved {
        milestone,
        review: 1,
        transition: MilestoneTransition::CriteriaMet,
        reason: None,
        gate: vec![],
        document: None,
        returns_to: None,
    }));
    story.happens(Event::Milestone(MilestoneEvent::Convened {
        milestone,
        review: 1,
        invitees: vec![],
        effective: None,
        facts: serde_json::Value::Null,
        gate: vec![],
    }));
    story.tell("sol", quiet(QuietPeriodCommand::Extend { days: 7, reason: why() }));
    assert_eq!(story.state.milestones.state(milestone), MilestoneState::ReadyForReview);
    assert_eq!(story.state.deployment, crate::machine::DeploymentState::QuietPeriod);
}

// Proves: X-09
#[test]
fn no_waiver_lets_a_site_be_signed_off_that_is_hardly_covered() {
    let mut state = busy();
    let (guard, scope) = (Guard::V1, Scope::Site(name("watched")));
    let waiver = u32::try_from(state.waivers.len()).unwrap() + 1;
    let (reason, risk, control, until) = (why(), why(), why(), Timestamp::MAX);
    fold(
        &mut state,
        Event::WaiverRequested { waiver, guard, scope, reason, risk, control, until, part: None },
    );
    let transition = WaiverTransition::Granted;
    fold(&mut state, Event::Waiver { waiver, transition, reason: None });
    let gate = crate::gates::sites::sign_off(&state, &name("watched"), noon());
    let reading = gate.into_iter().find(|it| it.guard == guard).unwrap();
    assert!(matches!(reading.verdict, Verdict::Unmet { .. }), "{reading:?}");
}

// Proves: G-12
#[test]
fn the_second_half_of_a_quiet_period_is_that_of_the_whole_of_it() {
    let open = || {
        Command::Survey(SurveyCommand::Open {
            closes: None,
            languages: vec![],
            sample_percent: Some(100),
        })
    };
    let mut story = Story::in_quiet_period();
    story.after_days(14);
    story.tell("ux", open());
    story.after_days(17);
    completed(&mut story);
    story.tell("sol", quiet(QuietPeriodCommand::Extend { days: 7, reason: why() }));
    // Back in its quiet period, of which far more than half is over.
    story.tell("ux", open());
    expect![[r#"
        14 days later
        ux: refused, state: the quiet period is not half over
        17 days later
        sol: deployment quiet-period-extended, quiet-period
        ux: survey
    "#]]
    .assert_eq(&story.text);
}

#[test]
fn any_number_of_transactions_is_a_number() {
    let mut story = Story::in_quiet_period();
    story.after_days(5);
    let days = ["2027-01-05", "2027-01-06"]
        .map(|day| DayReport { day: name(day), transactions: u64::MAX });
    story.tell("ops", quiet(QuietPeriodCommand::ReportDays { days: days.to_vec() }));
    let period = story.state.quiet_periods.last().unwrap();
    let seen = quiet_period::observed(&story.state, period, story.now);
    assert_eq!(seen.representative_days, 2);
    let least = QuietPeriodRules::default().representative_days_min;
    assert!(seen.representative_days < least);
}

fn waived(story: &mut Story, guard: Guard) {
    let waiver = u32::try_from(story.state.waivers.len()).unwrap() + 1;
    story.happens(Event::WaiverRequested {
        part: None,
        waiver,
        guard,
        scope: Scope::Deployment,
        reason: why(),
        risk: why(),
        control: why(),
        until: Timestamp::MAX,
    });
    story.happens(Event::Waiver { waiver, transition: WaiverTransition::Granted, reason: None });
}

// Proves: X-09
#[test]
fn a_waiver_lets_only_that_part_of_a_guard_pass_that_may_be_waived() {
    let mut story = Story::in_quiet_period();
    [Guard::D2, Guard::D3].into_iter().for_each(|it| waived(&mut story, it));
    let read = |story: &Story, guard| {
        let gate = crate::gates::complete::gate(&story.state, story.now);
        let reading = gate.into_iter().find(|it| it.guard == guard).unwrap();
        match reading.verdict {
            Verdict::Met => "met".to_owned(),
            Verdict::Waived { .. } => "waived".to_owned(),
            Verdict::Unmet { missing, .. } | Verdict::Unknown { missing } => missing,
        }
    };
    assert_eq!(read(&story, Guard::D3), "no satisfaction survey was held");
    assert_eq!(read(&story, Guard::D2), "met");
    let opening =
        Opening::reported(Scope::Deployment, Severity::TWO, "the tills are slow".into(), noon());
    story.tell("sup", Command::Incident(IncidentCommand::Open(Box::new(opening))));
    assert_eq!(
        read(&story, Guard::D2),
        "incident 1, severity 2, is open at the solution: the tills are slow"
    );
    let workaround = "sell by hand".to_owned();
    let found = IncidentEvent::WorkaroundFound { incident: 1, workaround };
    story.happens(Event::Incident(found));
    assert_eq!(read(&story, Guard::D2), "waived");
    let (site, transition) = (name("asked"), crate::machine::SiteTransition::MaterialChange);
    story.happens(Event::Site { site, transition, reason: None, gate: vec![] });
    assert_eq!(read(&story, Guard::D2), "site asked is waiting to be reconfirmed");
}

#[test]
fn a_delegate_agrees_to_an_exemption_and_whoever_installs_there_does_not() {
    let mut state = busy();
    let mut plan = (*state.plan).clone();
    plan.people.push(person("prm2", &[]));
    let rfc = plan.rfcs.first_mut().unwrap();
    rfc.covers.rings.clear();
    rfc.covers.sites = vec![name("watched")];
    rfc.implementers = vec![name("owner")];
    state = state.with_plan(Arc::new(plan));
    let (site, what, reason, until) =
        (name("watched"), Exempted::Computer(name("pc-1")), why(), name("2027-03-01"));
    act(
        &mut state,
        "rel",
        &Command::SiteCare(Care::RequestExemption { site, what, reason, until }),
    );
    let delegated = crate::delegation::DelegationCommand::Give {
        delegate: name("prm2"),
        role: RoleType::ProductManager,
        scope: Scope::Deployment,
        slots: vec![],
        from: None,
        until: name("2027-02-01T00:00:00Z"),
        reason: why(),
    };
    act(&mut state, "prm", &Command::Delegation(delegated));
    let approve = Command::SiteCare(Care::ApproveExemption { number: 1 });
    assert_eq!(act(&mut state, "prm2", &approve), "site-care");
    let said = act(&mut state, "owner", &approve);
    assert!(said.contains("cannot agree to what it leaves out"), "{said}");
}

#[test]
fn nobody_is_sent_to_ask_themselves() {
    let state = busy();
    let (person, now) = (name("ca"), noon());
    let acting = Acting::new(&state, &person, now);
    let next = acting.ask(&[RoleType::ChangeAuthority], &Scope::Deployment);
    assert!(!next.split_whitespace().any(|it| it == "ca"), "{next}");
}

#[test]
fn work_announced_for_the_beginning_of_time_is_measured() {
    let mut state = busy();
    let window = crate::incident::MaintenanceWindow { start: Timestamp::MIN, end: Timestamp::MAX };
    let (maintenance, title, sites) = (1, why(), crate::incident::ImpactSites::All);
    fold(
        &mut state,
        Event::Incident(IncidentEvent::MaintenanceAnnounced { maintenance, title, window, sites }),
    );
    assert!(crate::measures::recorded::measured(&state, state.at).maintenance.is_empty());
}

#[test]
fn a_signature_on_which_a_milestone_rests_is_not_taken_back_alone() {
    let mut story = Story::in_quiet_period();
    story.after_days(31);
    completed(&mut story);
    let slot = SlotId { sheet: Sheet::QuietPeriodReport, role: RoleType::OperationsManager };
    let document = Digest::of(b"the report");
    for transition in
        [crate::machine::SignOffTransition::Requested, crate::machine::SignOffTransition::Signed]
    {
        let event = Event::SignOff {
            slot: slot.clone(),
            transition,
            document,
            meaning: None,
            statements: vec![],
            on_behalf_of: None,
            stamp: None,
            batch: None,
            gate: vec![],
        };
        let person = name("ops");
        let actor = Acting::new(&story.state, &person, story.now).actor("test");
        story.by(&actor, event);
    }
    story.text.clear();
    story.tell("ops", Command::Withdraw { slot, reason: why() });
    expect![[r#"
        ops: refused, state: a milestone rests on quiet-period-report: the deployment is in its milestone review
    "#]].assert_eq(&story.text);
}
