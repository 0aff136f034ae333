//! From the quiet period to the sealed record, with people who do what they are asked.
//!
//! House rule: the rules are run as they are, on a clock that jumps.

use crate::fixture::plan;
use crate::quiet::{Story, standard};
use crate::waiting::{WaitingOn, waiting};
use expect_test::expect;
use model::assessment::{AssessmentCommand, ItemKind, KeyQuestion, Measurement, Verdict, standing};
use model::close_out::{CloseOutCommand, Findings, draft, open_items, pack};
use model::command::Command;
use model::decide::{Acting, decide};
use model::digest::canonical_digest;
use model::machine::{DeploymentState, MilestoneState, SignOffState};
use model::measures::{goals::goals, outcomes::outcomes};
use model::milestone::{FollowOnAction, Milestone, MilestoneCommand, signatures};
use model::refusal::RefusalCode;
use model::sheet::Sheet;

/// Returns what waits, a line each: what, on whom, and what follows.
fn waits(story: &Story) -> String {
    let line = |it: &WaitingOn| {
        let people: Vec<&str> = it.people.iter().map(|it| it.as_str()).collect();
        let guard = it.guard.map(|it| format!("{it} ")).unwrap_or_default();
        format!("{guard}{} [{}]\n", it.what, people.join(", "))
    };
    waiting(&story.state, story.now, 1_000).iter().map(line).collect()
}

// Proves: R-PRM6
#[test]
fn people_review_close_and_seal_what_was_quiet() {
    let mut story = Story::stabilizing(standard());
    story.goes_on(|it| it.is_in(DeploymentState::QuietPeriod));
    story.take();
    story.goes_on(|it| it.is_in(DeploymentState::Closed));
    expect![[r#"
        2027-02-18T09:00:00Z survey, round 1: opened until 2027-02-28T09:00:00Z, 100 % of users are asked
        2027-02-18T09:00:00Z survey: 10 users of s1 invited
        2027-02-18T09:00:00Z survey: 10 users of s2 invited
        2027-02-18T09:00:00Z survey: 10 users of s3 invited
        2027-02-18T09:00:00Z survey: 10 users of s4 invited
        2027-02-18T09:00:00Z survey: 10 users of s5 invited
        2027-02-18T09:00:00Z survey: 10 users of s6 invited
        2027-02-18T09:00:00Z survey: 10 users of s7 invited
        2027-02-18T09:00:00Z survey: 10 users of s8 invited
        2027-02-18T09:00:00Z survey: 10 users of s9 invited
        2027-02-18T09:00:00Z survey: answered, of customer
        2027-02-18T09:00:00Z gunnvor is to own deployment from now on
        2027-02-18T09:00:00Z ownership of deployment is accepted
        2027-02-28T09:00:00Z survey, round 1: closed
        2027-03-05T09:00:00Z quiet period 1: end reached
        2027-03-05T09:00:00Z quiet period 1: found uneventful
        2027-03-05T09:00:00Z quiet-period-report:operations-manager: signed
        2027-03-05T09:00:00Z quiet-period-report:support-manager: signed
        2027-03-05T09:00:00Z deployment: quiet period ended
        2027-03-05T09:00:00Z criterion SC-1: as rehearsed, met: as rehearsed
        2027-03-05T09:00:00Z Deployment Complete, review 1: criteria met
        2027-03-05T09:00:00Z RR-Q1 answered by Test Manager: as rehearsed
        2027-03-05T09:00:00Z RR-Q3 answered by Program Manager: as rehearsed
        2027-03-05T09:00:00Z RR-Q4 answered by Release Management: as rehearsed
        2027-03-05T09:00:00Z RR-Q5 answered by Operations Experience: as rehearsed
        2027-03-05T09:00:00Z Deployment Complete, review 1: convened with hedda, sabela, ruben, philippa, lucan, noor, ivo, saoirse, kasimir, teodor, winifred, gunnvor, esteban
        2027-03-05T09:00:00Z Deployment Complete, review 1: Solution Manager recommends go
        2027-03-05T09:00:00Z Deployment Complete, review 1: Program Manager recommends go
        2027-03-05T09:00:00Z Deployment Complete, review 1: Developer recommends go
        2027-03-05T09:00:00Z Deployment Complete, review 1: Tester recommends go
        2027-03-05T09:00:00Z Deployment Complete, review 1: Product Manager recommends go
        2027-03-05T09:00:00Z Deployment Complete, review 1: User Experience recommends go
        2027-03-05T09:00:00Z Deployment Complete, review 1: Release Management recommends go
        2027-03-05T09:00:00Z milestone-review:solution-manager: signed
        2027-03-05T09:00:00Z milestone-review:program-manager: signed
        2027-03-05T09:00:00Z milestone-review:developer: signed
        2027-03-05T09:00:00Z milestone-review:tester: signed
        2027-03-05T09:00:00Z milestone-review:product-manager: signed
        2027-03-05T09:00:00Z milestone-review:user-experience: signed
        2027-03-05T09:00:00Z milestone-review:release-management: signed
        2027-03-05T09:00:00Z milestone-review:operations-experience: signed
        2027-03-05T09:00:00Z milestone-review:test-manager: signed
        2027-03-05T09:00:00Z milestone-review:customer: signed
        2027-03-05T09:00:00Z milestone-review:operations-manager: signed
        2027-03-05T09:00:00Z milestone-review:support-manager: signed
        2027-03-05T09:00:00Z Deployment Complete, review 1: approved
        2027-03-05T09:00:00Z deployment: declared complete
        2027-03-05T09:00:00Z sabela: duties finished
        2027-03-05T09:00:00Z ruben: duties finished
        2027-03-05T09:00:00Z philippa: duties finished
        2027-03-05T09:00:00Z lucan: duties finished
        2027-03-05T09:00:00Z noor: duties finished
        2027-03-05T09:00:00Z ivo: duties finished
        2027-03-05T09:00:00Z saoirse: duties finished
        2027-03-05T09:00:00Z kasimir: duties finished
        2027-03-05T09:00:00Z Solution Manager contributed to the analysis, on summary
        2027-03-05T09:00:00Z Program Manager contributed to the analysis, on summary
        2027-03-05T09:00:00Z Developer contributed to the analysis, on summary
        2027-03-05T09:00:00Z Tester contributed to the analysis, on summary
        2027-03-05T09:00:00Z Product Manager contributed to the analysis, on summary
        2027-03-05T09:00:00Z User Experience contributed to the analysis, on summary
        2027-03-05T09:00:00Z Release Management contributed to the analysis, on summary
        2027-03-05T09:00:00Z Operations Experience contributed to the analysis, on summary
        2027-03-05T09:00:00Z Test Manager contributed to the analysis, on summary
        2027-03-05T09:00:00Z Customer contributed to the analysis, on summary
        2027-03-05T09:00:00Z Operations Manager contributed to the analysis, on summary
        2027-03-05T09:00:00Z Support Manager contributed to the analysis, on summary
        2027-03-05T09:00:00Z access revoked of hedda, sabela, ruben, philippa, lucan, noor, ivo, saoirse, kasimir, teodor: as rehearsed
        2027-03-05T09:00:00Z nobody of the project has access: as rehearsed
        2027-03-05T09:00:00Z lesson 1: as rehearsed (gunnvor, 2027-06-03)
        2027-03-05T09:00:00Z the benefits are reviewed on 2027-09-01 by gunnvor
        2027-03-05T09:00:00Z the analysis is on 2027-03-12, as rehearsed, with hedda, sabela, ruben, philippa, lucan, noor, ivo, saoirse, kasimir, teodor, winifred, gunnvor, esteban
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z comes to the analysis
        2027-03-05T09:00:00Z close-out:solution-manager: signed
        2027-03-05T09:00:00Z close-out:program-manager: signed
        2027-03-05T09:00:00Z close-out:customer: signed
        2027-03-05T09:00:00Z close-out:operations-manager: signed
        2027-03-05T09:00:00Z evidence package e3b0c442 with 303 entries stored: as rehearsed
        2027-03-05T09:00:00Z deployment: closed
    "#]].assert_eq(&story.take());
}

#[test]
fn one_person_alone_comes_to_the_seal_too() {
    let mut plan = plan();
    plan.components.clear();
    plan.sites.iter_mut().for_each(|it| it.needs.clear());
    let mut story = Story::stabilizing(plan);
    story.goes_on(|it| it.is_in(DeploymentState::Closed));
}

#[test]
fn whatever_the_fourth_process_waits_on_is_said_with_people_and_a_command() {
    let mut story = Story::stabilizing(standard());
    let mut told = String::new();
    for state in [
        DeploymentState::QuietPeriod,
        DeploymentState::MilestoneReview,
        DeploymentState::Closing,
        DeploymentState::Closed,
    ] {
        story.goes_on(|it| it.is_in(state));
        if state == DeploymentState::QuietPeriod {
            story.now += jiff::SignedDuration::from_hours(16 * 24);
        }
        told += &format!("{state}:\n{}", waits(&story));
    }
    expect![[r#"
        in its quiet period:
        quiet period 1 runs until 2027-03-05T09:00:00Z []
        the satisfaction survey has to be opened [noor, lucan]
        nobody is named to own for good: deployment [sabela, hedda]
        in its milestone review:
        D8 criterion SC-1 has to be evaluated; its target is agreed [lucan]
        closing:
        K2 Solution Manager has to contribute to the post-project analysis, or to decline [hedda]
        K2 Program Manager has to contribute to the post-project analysis, or to decline [sabela]
        K2 Developer has to contribute to the post-project analysis, or to decline [ruben]
        K2 Tester has to contribute to the post-project analysis, or to decline [philippa]
        K2 Product Manager has to contribute to the post-project analysis, or to decline [lucan]
        K2 User Experience has to contribute to the post-project analysis, or to decline [noor]
        K2 Release Management has to contribute to the post-project analysis, or to decline [ivo, saoirse]
        K2 Operations Experience has to contribute to the post-project analysis, or to decline [kasimir]
        K2 Test Manager has to contribute to the post-project analysis, or to decline [teodor]
        K2 Customer has to contribute to the post-project analysis, or to decline [winifred]
        K2 Operations Manager has to contribute to the post-project analysis, or to decline [gunnvor]
        K2 Support Manager has to contribute to the post-project analysis, or to decline [esteban]
        K6 the production access has to be revoked of hedda, sabela, ruben, philippa, lucan, noor and 4 more [gunnvor, ivo, saoirse]
        K8 no lesson was put down; 0 things suggest themselves [sabela]
        K8 the review of the benefits has no day and no owner [lucan, sabela]
        the post-project analysis has to be given a day and a place [sabela, hedda]
        R-core will not be carried out any more, and has to be cancelled [rosalind, farrukh]
        R-sites will not be carried out any more, and has to be cancelled [rosalind, farrukh]
        closed:
        the benefits are reviewed on 2027-09-01 by gunnvor []
    "#]].assert_eq(&told);
}

fn refused(story: &Story, person: &str, command: &Command) -> RefusalCode {
    let person = person.parse().unwrap();
    let acting = Acting::new(&story.state, &person, story.now);
    decide(&acting, command).unwrap_err().code
}

fn in_review(story: &mut Story) {
    story.goes_on(|it| it.state.milestones.state(Milestone::Complete) == MilestoneState::InReview);
}

// Proves: G-20, X-02, R-SM3
#[test]
fn a_project_is_closed_with_nothing_open_and_then_its_record_is_read_only() {
    let mut story = Story::stabilizing(standard());
    in_review(&mut story);
    let action = FollowOnAction {
        text: "replace the printers".to_owned(),
        owner: "gunnvor".parse().unwrap(),
        due: "2027-09-30".parse().unwrap(),
    };
    let milestone = Milestone::Complete;
    story.tells("sabela", &Command::Milestone(MilestoneCommand::AddAction { milestone, action }));
    let declare = Command::Milestone(MilestoneCommand::Declare { statement: None });
    assert_eq!(refused(&story, "sabela", &declare), RefusalCode::NotPermitted);
    story.goes_on(|it| it.is_in(DeploymentState::Closing));
    let seal = Command::CloseOut(CloseOutCommand::Seal);
    assert_eq!(refused(&story, "hedda", &seal), RefusalCode::Gate);
    let open = |it: &Story| open_items(&it.state).iter().filter(|it| !it.is_settled()).count();
    assert_eq!(open(&story), 1, "the action waits until operations accept it");
    story.goes_on(|it| it.is_in(DeploymentState::Closed));
    assert_eq!(open(&story), 0);
    story.now += jiff::SignedDuration::from_hours(400 * 24);
    assert!(crate::agenda::agenda(&story.state, story.now, 100).is_empty());
    assert_eq!(refused(&story, "hedda", &seal), RefusalCode::State);
    let text = "30 % less overtime".to_owned();
    let findings = Findings { text, evidence: vec![] };
    let review = Command::CloseOut(CloseOutCommand::ReviewBenefits { findings });
    story.tells("gunnvor", &review);
}

// Proves: O-1, O-2, O-3, M-3, M-4, P4a-Q3
#[test]
fn outcomes_are_reached_by_what_was_signed_and_measured() {
    let mut story = Story::stabilizing(standard());
    let mut told = String::new();
    for state in
        [DeploymentState::Stabilizing, DeploymentState::MilestoneReview, DeploymentState::Closing]
    {
        story.goes_on(|it| it.is_in(state));
        told += &format!("{state}:\n");
        for it in
            goals(&story.state, story.now).iter().chain(&outcomes(&story.state, story.now)[2..4])
        {
            let value = it.value.split("; support issues").next().unwrap();
            told += &format!("  {}: {value} ({})\n", it.measure, it.standing);
        }
        let answer = standing(&story.state, KeyQuestion::TeamTransferred).derived.unwrap();
        told += &format!("  {answer}\n");
    }
    let signed = signatures(&story.state, Milestone::Complete);
    let digest = model::sheet::digest(&story.state, &Sheet::MilestoneReview);
    for it in &signed {
        assert_eq!((it.state, it.document), (SignOffState::Signed, Some(digest)), "{}", it.slot);
        assert!(it.by.is_some() && it.at.is_some());
    }
    expect![[r#"
        stabilizing:
          Stable solution deployed to the production environment: not declared stable; 3 of 7 criteria are met (not yet)
          Customer is satisfied with and accepts the deployed solution: not accepted yet; nobody has answered the survey (not yet)
          Solution successfully transferred to operations and support: 0 of 2 have accepted; 8 of 8 are active; 0 on call, 0 closing, 0 transferred, 0 released (not yet)
          Sign-off on the Deployment Complete Milestone: pending; 0 of 12 have signed (not yet)
          No member of the project team is active: 8 of 8 are active; 0 on call, 0 closing, 0 transferred, 0 released (not yet)
          Not yet: 8 of 8 are active; 0 on call, 0 closing, 0 transferred, 0 released
        in its milestone review:
          Stable solution deployed to the production environment: declared stable; 7 of 7 criteria are met (reached)
          Customer is satisfied with and accepts the deployed solution: not accepted yet; customer: 3 of 3 answers on the solution are satisfied; customer: 4 of 4 answers on the deployment are satisfied (not yet)
          Solution successfully transferred to operations and support: 0 of 2 have accepted; 0 of 8 are active; 8 on call, 0 closing, 0 transferred, 0 released (not yet)
          Sign-off on the Deployment Complete Milestone: pending; 0 of 12 have signed (not yet)
          No member of the project team is active: 0 of 8 are active; 8 on call, 0 closing, 0 transferred, 0 released (reached)
          Yes: 0 of 8 are active; 8 on call, 0 closing, 0 transferred, 0 released
        closing:
          Stable solution deployed to the production environment: declared stable; 7 of 7 criteria are met (reached)
          Customer is satisfied with and accepts the deployed solution: accepted by signature; customer: 3 of 3 answers on the solution are satisfied; customer: 4 of 4 answers on the deployment are satisfied (reached)
          Solution successfully transferred to operations and support: 2 of 2 have accepted; 0 of 8 are active; 0 on call, 8 closing, 0 transferred, 0 released (reached)
          Sign-off on the Deployment Complete Milestone: approved; 12 of 12 have signed (reached)
          No member of the project team is active: 0 of 8 are active; 0 on call, 8 closing, 0 transferred, 0 released (reached)
          Yes: 0 of 8 are active; 0 on call, 8 closing, 0 transferred, 0 released
    "#]].assert_eq(&told);
}

// Proves: G-11, P4b-Q1, P4b-I1, P4b-O1
#[test]
fn the_analysis_has_a_day_with_a_quorum_the_facts_and_beside_them_what_people_say() {
    use model::close_out::{Availability, Contribution, Topic};
    let mut story = Story::stabilizing(standard());
    story.goes_on(|it| it.is_in(DeploymentState::Closing));
    let on = story.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let place = "room 4".to_owned();
    let frozen = canonical_digest(&pack(&story.state));
    story.tells("sabela", &Command::CloseOut(CloseOutCommand::PlanAnalysis { on, place }));
    let say = |availability| Command::CloseOut(CloseOutCommand::SayAvailable { availability });
    assert_eq!(refused(&story, "owner-1", &say(Availability::Comes)), RefusalCode::State);
    let instead = "begin earlier with training".to_owned();
    story.tells("ruben", &say(Availability::Absent { instead }));
    let contribution = Contribution::Given {
        topic: Topic::Sites,
        accomplishments: "no branch lost a day".to_owned(),
        challenges: "two windows were short".to_owned(),
        lessons: "pre-stage by satellite".to_owned(),
    };
    story.tells("ivo", &Command::CloseOut(CloseOutCommand::Contribute { contribution }));
    let answer = |it: &Story| standing(&it.state, KeyQuestion::AllAvailable).derived;
    assert_eq!(answer(&story), None, "not everybody has answered");
    story.goes_on(|it| answer(it).is_some());
    expect!["Not all: 12 of 13 come on 2027-03-05, a quorum; the absent have said so in writing"]
        .assert_eq(&answer(&story).unwrap());
    let analysis = story.state.close_out.analysis.as_ref().unwrap();
    assert_eq!(analysis.pack, frozen, "the facts are those that were frozen");
    let draft = draft(&story.state);
    let facts = &draft["facts"];
    assert!(facts["deployment-reports"].as_array().unwrap().len() > 3, "{facts}");
    assert!(facts["incidents"].is_array());
    let said = &draft["opinions"]["sites"][0];
    assert_eq!(
        (said["by"].as_str(), said["lessons"].as_str()),
        (Some("ivo"), Some("pre-stage by satellite"))
    );
}

// Proves: P3-D2, P3-D3
#[test]
fn how_far_deployment_stable_is_shows_every_day_and_what_was_not_as_expected_stands_on_its_sheet() {
    let mut story = Story::stabilizing(standard());
    let measurement = Measurement {
        value: "38 of 40".to_owned(),
        verdict: Verdict::NotMet,
        how: "counted".to_owned(),
        evidence: vec![],
    };
    let judge = AssessmentCommand::Judge {
        item: "EX-1".parse().unwrap(),
        kind: ItemKind::Expectation,
        text: "every till prints".to_owned(),
        measurement,
    };
    story.tells("lucan", &Command::Assessment(judge));
    let mut days = Vec::new();
    let mut day = None;
    story.goes_on(|it| {
        let gate = model::gates::milestone::readings(&it.state, Milestone::Stable, it.now);
        let met = gate.iter().filter(|it| it.verdict.passes()).count();
        let today = it.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        if day.replace(today) != Some(today) {
            days.push(format!("{today} {met} of {}", gate.len()));
        }
        it.state.milestones.state(Milestone::Stable) == MilestoneState::InReview
    });
    expect!["2027-02-01 3 of 7; 2027-02-03 7 of 7"].assert_eq(&days.join("; "));
    let sheet = model::sheet::body(&story.state, &Sheet::DeploymentStable);
    let facts = &sheet["facts"]["facts"];
    assert_eq!(facts["open-negatives"][0], "expectation EX-1: 38 of 40");
    assert_eq!(facts["expectations-and-specifications"][0]["item"], "EX-1");
}
