//! The review of a milestone, told as a story.

use super::deployment::{created, fold, name, person};
use super::*;
use crate::machine::{DeploymentTransition, MilestoneTransition};
use crate::milestone::{
    FollowOnAction, Milestone, MilestoneCommand, MilestoneEvent, Recommendation, ReturnTo,
};

fn ready() -> State {
    let mut state = created();
    let mut plan = (*state.plan).clone();
    plan.people.push(person("sup", &[RoleType::SupportManager]));
    let level = crate::companion_plans::EscalationLevel {
        who: "first call".to_owned(),
        answer_minutes: 15,
        role: None,
        people: vec![],
    };
    plan.support =
        Some(crate::companion_plans::SupportPlan { escalation: vec![level], ..Default::default() });
    state = state.with_plan(std::sync::Arc::new(plan));
    use DeploymentTransition as D;
    for transition in [D::Baselined, D::Opened, D::SitesCompleted] {
        fold(&mut state, Event::Deployment { transition, reason: None, gate: vec![] });
    }
    for slot in sheet::Sheet::SitesComplete.slots() {
        let document = Digest::of(b"all sites");
        for transition in [
            crate::machine::SignOffTransition::Requested,
            crate::machine::SignOffTransition::Signed,
        ] {
            let slot = slot.clone();
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
    }
    takes_over(&mut state);
    fold(&mut state, moved(MilestoneTransition::CriteriaMet, 1));
    state
}

/// Lets operations, support and the team do whatever Deployment Stable asks of them.
pub(super) fn takes_over(state: &mut State) {
    use crate::assignment::{AssignmentEvent as A, Staying};
    use crate::machine::AssignmentTransition;
    use crate::readiness::{Judgement, ReadinessEvent as R, checklist};
    for item in checklist(&state.plan.clone()) {
        let (judgement, evidence) = (Judgement::Passed, why());
        fold(state, Event::Readiness(R::ItemJudged { item: item.id, judgement, evidence }));
    }
    for role in [RoleType::OperationsManager, RoleType::SupportManager] {
        fold(state, Event::Readiness(R::Accepted { role, plan: None }));
    }
    let since = "2027-01-02T12:00:00Z".parse().unwrap();
    let reported = R::MonitoringReported { sites: vec![], since, evidence: why() };
    fold(state, Event::Readiness(reported));
    let now = noon();
    for drill in [
        serde_json::json!({ "raised": { "escalation": 1, "raising": {
            "at": now, "level": 0, "path": "levels", "purpose": "drill",
            "reason": "needs-knowledge", "side": "operations-manager", "text": "a drill",
        } } }),
        serde_json::json!({ "accepted": { "escalation": 1, "at": now } }),
        serde_json::json!({ "answered": { "escalation": 1, "answer": {
            "at": now, "kind": "knowledge", "text": "here",
        } } }),
    ] {
        fold(state, serde_json::from_value(serde_json::json!({ "escalation": drill })).unwrap());
    }
    let team: Vec<_> = state.team().map(|(it, _)| it.id.clone()).collect();
    for person in team {
        let answer = match person.as_str() {
            "tst" => Staying::Leaves,
            "ux" => Staying::Support,
            _ => Staying::OnCall,
        };
        for event in [
            A::Moved {
                person: person.clone(),
                transition: AssignmentTransition::Accepted,
                role: None,
                reason: None,
                gate: vec![],
            },
            A::Answered { person: person.clone(), answer, from: None, until: None },
            A::KnowledgeAccepted { person, role: RoleType::OperationsManager, what: why() },
        ] {
            fold(state, Event::Assignment(event));
        }
    }
}

fn moved(transition: MilestoneTransition, review: u32) -> Event {
    Event::Milestone(MilestoneEvent::Moved {
        milestone: Milestone::Stable,
        review,
        transition,
        reason: None,
        gate: vec![],
        document: None,
        returns_to: None,
    })
}

/// Tells what becomes of `command`, and carries it out where it is not refused.
fn does(state: &mut State, who: &str, command: MilestoneCommand) -> String {
    let command = Command::Milestone(command);
    let said = told(state, who, &command);
    let person = name(who);
    let acting = Acting::new(state, &person, noon());
    if let Ok(events) = decide(&acting, &command) {
        let actor = acting.actor("test");
        for event in events {
            let seq = state.seq + 1;
            state.apply(&event, &actor, noon(), seq, None).unwrap();
            state.seq = seq;
        }
    }
    let standing = state.milestones.last(Milestone::Stable).map(|it| (it.number, it.state));
    let (number, standing) = standing.unwrap();
    format!("{said}\n    review {number} is {standing}\n")
}

// Proves: X-04, R-PGM3
#[test]
fn a_review_is_convened_adjourned_rejected_and_put_forward_again() {
    use MilestoneCommand as C;
    let milestone = Milestone::Stable;
    let convene = || C::Convene { milestone, invitees: vec![], effective: None };
    let vote = |recommendation, reason: Option<&str>| C::Vote {
        milestone,
        recommendation,
        reason: reason.map(str::to_owned),
    };
    let action = |owner: &str, due: &str| C::AddAction {
        milestone,
        action: FollowOnAction { text: why(), owner: name(owner), due: due.parse().unwrap() },
    };
    let reject = |returns_to| C::Reject { milestone, returns_to, reason: why() };
    let mut state = ready();
    let mut story = String::new();
    for (who, command) in [
        ("rel", convene()),
        ("cus", vote(Recommendation::Go, None)),
        ("pgm", C::Convene { milestone, invitees: vec![name("stranger")], effective: None }),
        (
            "pgm",
            C::Convene {
                milestone,
                invitees: vec![],
                effective: Some("2027-01-04T11:59:59Z".parse().unwrap()),
            },
        ),
        ("pgm", convene()),
        ("pgm", convene()),
        ("cus", vote(Recommendation::NoGo, None)),
        ("cus", vote(Recommendation::NoGo, Some("the printers jam"))),
        ("cus", vote(Recommendation::Go, None)),
        ("owner", vote(Recommendation::Go, None)),
        ("aud", vote(Recommendation::Go, None)),
        ("pgm", action("rel", "2027-02-01")),
        ("pgm", action("ops", "2027-01-03")),
        ("pgm", action("ops", "2027-02-01")),
        ("cus", C::Adjourn { milestone, reason: why() }),
        ("pgm", C::Adjourn { milestone, reason: String::new() }),
        ("pgm", C::Adjourn { milestone, reason: why() }),
        ("pgm", convene()),
        ("sup", reject(ReturnTo::Stabilizing)),
        ("cus", reject(ReturnTo::QuietPeriod)),
        ("ops", reject(ReturnTo::Stabilizing)),
        ("pgm", convene()),
        ("pgm", C::Rework { milestone, reason: why() }),
        ("sol", C::Revoke { milestone, reason: why() }),
    ] {
        story += &does(&mut state, who, command);
    }
    expect![[r#"
        rel: refused, not-permitted: rel may not convene the review of Deployment Stable: it takes Program Manager
            review 1 is ready for review
        cus: refused, state: Deployment Stable is ready for review, not in review
            review 1 is ready for review
        pgm: refused, unknown: stranger is not in the plan
            review 1 is ready for review
        pgm: refused, invalid: it cannot take effect in the past, nor after more than 30 days
            review 1 is ready for review
        pgm: milestone
            review 1 is in review
        pgm: refused, state: milestone Deployment Stable cannot be reviewed while it is in review
            review 1 is in review
        cus: refused, invalid: the reason is missing
            review 1 is in review
        cus: milestone
            review 1 is in review
        cus: milestone
            review 1 is in review
        owner: refused, not-permitted: owner may not recommend on Deployment Stable: it takes Solution Manager or Program Manager or Developer or Tester or Product Manager or User Experience or Release Management or Operations Experience or Test Manager or Operations Manager or Support Manager or Customer
            review 1 is in review
        aud: refused, not-permitted: aud is an auditor, who reads everything and changes nothing (SOD-16)
            review 1 is in review
        pgm: refused, invalid: rel is of the project team, which will be gone
            review 1 is in review
        pgm: refused, invalid: the action would be due on 2027-01-03, before today
            review 1 is in review
        pgm: milestone
            review 1 is in review
        cus: refused, not-permitted: cus may not adjourn the review of Deployment Stable: it takes Program Manager
            review 1 is in review
        pgm: refused, invalid: who or what is missing is missing
            review 1 is in review
        pgm: milestone
            review 1 is ready for review
        pgm: milestone
            review 1 is in review
        sup: refused, not-permitted: sup may not reject Deployment Stable: it takes Customer or Operations Manager or Solution Manager
            review 1 is in review
        cus: refused, invalid: before Deployment Stable there is no quiet period to return to
            review 1 is in review
        ops: milestone
            review 1 is rejected
        pgm: refused, state: milestone Deployment Stable cannot be reviewed while it is rejected
            review 1 is rejected
        pgm: milestone
            review 2 is pending
        sol: refused, state: milestone Deployment Stable cannot be revoked while it is pending
            review 2 is pending
    "#]].assert_eq(&story);
    let first = &state.milestones.reviews(milestone)[0];
    assert_eq!(
        (first.votes.len(), first.actions.len()),
        (1, 1),
        "a later vote replaces the former"
    );
}
