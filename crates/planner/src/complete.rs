//! From the quiet period to the sealed record, with people who do what they are asked.
//!
//! House rule: the rules are run as they are, on a clock that jumps.

use crate::fixture::plan;
use crate::quiet::{Story, standard};
use crate::waiting::{WaitingOn, waiting};
use expect_test::expect;
use model::machine::DeploymentState;

/// Returns what waits, a line each: what, on whom, and what follows.
fn waits(story: &Story) -> String {
    let line = |it: &WaitingOn| {
        let people: Vec<&str> = it.people.iter().map(|it| it.as_str()).collect();
        let guard = it.guard.map(|it| format!("{it} ")).unwrap_or_default();
        format!("{guard}{} [{}]\n", it.what, people.join(", "))
    };
    waiting(&story.state, story.now, 1_000).iter().map(line).collect()
}

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
        2027-03-05T09:00:00Z P4b-Q1 answered by Program Manager: as rehearsed
        2027-03-05T09:00:00Z close-out:solution-manager: signed
        2027-03-05T09:00:00Z close-out:program-manager: signed
        2027-03-05T09:00:00Z close-out:customer: signed
        2027-03-05T09:00:00Z close-out:operations-manager: signed
        2027-03-05T09:00:00Z evidence package e3b0c442 with 281 entries stored: as rehearsed
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
        the deployment has to be opened first []
        ring pilot has to pass first []
        ring early has to pass first []
        in its milestone review:
        D8 criterion SC-1 has to be evaluated; its target is agreed [lucan]
        the deployment has to be opened first []
        ring pilot has to pass first []
        ring early has to pass first []
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
        DC1 P4b-Q1 has to be answered: Are all members, customers and stakeholders available for the post-project analysis? [sabela]
        R-core will not be carried out any more, and has to be cancelled [rosalind, farrukh, ivo, saoirse]
        R-sites will not be carried out any more, and has to be cancelled [rosalind, farrukh, ivo, saoirse]
        closed:
        the benefits are reviewed on 2027-09-01 by gunnvor []
    "#]].assert_eq(&told);
}
