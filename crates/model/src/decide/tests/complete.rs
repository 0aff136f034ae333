//! The fourth process, told as stories: assessment, survey, review, declaration.

// Long because: the stories of the end are read one after the other, at one desk.

use super::deployment::{created, name, noon, person};
use super::*;
use crate::assessment::{
    AssessmentCommand, ItemKind, KeyQuestion, Measurement, Verdict, criteria, standing,
};
use crate::companion_plans::SuccessCriterion;
use crate::machine::DeploymentTransition;
use crate::survey::{
    Counts, GroupCount, Import, Instrument, Reply, Respondent, SurveyCommand, results,
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A deployment and what became of each command, told line by line.
pub(super) struct Story {
    pub(super) state: State,
    pub(super) now: Timestamp,
    pub(super) text: String,
}

impl Story {
    /// Returns a deployment whose sites are signed off and whose quiet period has begun.
    pub(super) fn in_quiet_period() -> Self {
        let mut state = created();
        let mut plan = (*state.plan).clone();
        let people = [
            ("sup", RoleType::SupportManager),
            ("dev", RoleType::Developer),
            ("opx", RoleType::OperationsExperience),
            ("tm", RoleType::TestManager),
        ];
        plan.people.extend(people.map(|(id, role)| person(id, &[role])));
        plan.components.clear();
        plan.sites.truncate(3);
        plan.ring_of.truncate(3);
        plan.sites.iter_mut().for_each(|it| it.users = 10);
        let criterion = |id: &str, measure: &str, target: &str, at: &str| SuccessCriterion {
            id: name(id),
            text: why(),
            measure: measure.to_owned(),
            target: target.to_owned(),
            at: at.to_owned(),
        };
        plan.success_criteria = vec![
            criterion("SC-1", "coverage.sites", "= 100 %", "DCM"),
            criterion("SC-6", "csat.users.overall", ">= 75 % top-two of 5", "DCM"),
            criterion("SC-7", "cycle_count_accuracy", ">= 97.0 %", "DCM"),
            criterion("SC-8", "overtime", "-30 %", "benefit review 2027-10-29"),
        ];
        state.components.clear();
        state.sites = state.sites.iter().take(3).cloned().collect();
        state = state.with_plan(Arc::new(plan));
        let mut story = Self { state, now: noon(), text: String::new() };
        use DeploymentTransition as D;
        for transition in [D::Baselined, D::Opened, D::SitesCompleted, D::DeclaredStable] {
            story.happens(Event::Deployment { transition, reason: None, gate: vec![] });
        }
        let period = crate::quiet_period::QuietPeriodEvent::Started {
            number: 1,
            start: noon(),
            end: noon() + SignedDuration::from_hours(24 * 30),
            length_days: 30,
            minimum_days: 15,
            release: story.state.plan.release.digest(),
        };
        story.happens(Event::QuietPeriod(period));
        use SiteTransition as S;
        for site in ["planned", "halted", "asked"] {
            for transition in [
                S::ScheduleAcknowledged,
                S::GateOpened,
                S::Started,
                S::Deployed,
                S::ObservationStarted,
                S::SignedOff,
            ] {
                story.happens(Event::Site {
                    site: name(site),
                    transition,
                    reason: None,
                    gate: vec![],
                });
            }
        }
        story
    }

    pub(super) fn happens(&mut self, event: Event) {
        self.by(&Actor::System, event);
    }

    pub(super) fn by(&mut self, actor: &Actor, event: Event) {
        let seq = self.state.seq + 1;
        self.state.apply(&event, actor, self.now, seq, None).unwrap();
        self.state.seq = seq;
    }

    pub(super) fn after_days(&mut self, days: i64) {
        self.now += SignedDuration::from_hours(24 * days);
        self.text += &format!("{days} days later\n");
    }

    /// Carries out `command` where it is not refused, and tells what became of it.
    pub(super) fn tell(&mut self, who: &str, command: Command) {
        let id = name(who);
        let acting = Acting::new(&self.state, &id, self.now);
        match decide(&acting, &command) {
            Ok(events) => {
                let kinds: Vec<String> = events.iter().map(kind).collect();
                self.text += &format!("{who}: {}\n", kinds.join(", "));
                let actor = acting.actor_of(&command, "test");
                events.into_iter().for_each(|it| self.by(&actor, it));
            }
            Err(refusal) => {
                assert!(!refusal.text.is_empty() && !refusal.next_step.is_empty());
                self.text += &format!("{who}: refused, {}: {refusal}\n", refusal.code);
            }
        }
    }
}

pub(super) fn replies(scores: &[(u8, u8)]) -> Vec<Reply> {
    let reply = |(question, score): &(u8, u8)| Reply {
        question: *question,
        score: Some(*score),
        text: None,
    };
    scores.iter().map(reply).collect()
}

fn found(value: &str, verdict: Verdict) -> Measurement {
    Measurement { value: value.to_owned(), verdict, how: why(), evidence: vec![] }
}

// Proves: P2-Q1, P2-Q2, P4a-Q1, P4a-Q3
#[test]
fn what_the_program_knows_it_answers_itself_and_a_persons_answer_rests_on_facts() {
    let mut story = Story::in_quiet_period();
    let answer = |question, text: &str| {
        Command::Assessment(AssessmentCommand::Answer {
            question,
            answer: text.to_owned(),
            evidence: vec!["entry/3".parse().unwrap()],
        })
    };
    let derived = |story: &Story, question| standing(&story.state, question).derived.unwrap();
    story.text += &format!("P2-Q1 {}\n", derived(&story, KeyQuestion::ClientSideInvolved));
    story.text += &format!("P2-Q2 {}\n", derived(&story, KeyQuestion::CoreDeployed));
    story.text += &format!("P4a-Q1 {}\n", derived(&story, KeyQuestion::SitesStabilized));
    story.tell("tst", answer(KeyQuestion::TeamExperienced, "Yes"));
    story.tell("rel", answer(KeyQuestion::TeamExperienced, " "));
    story.tell("rel", answer(KeyQuestion::TeamExperienced, "Yes, in 2024"));
    assert!(standing(&story.state, KeyQuestion::TeamExperienced).is_answered());
    story.tell("opx", answer(KeyQuestion::OperationsProceduresTested, "Yes, in the pilot"));
    let mut plan = (*story.state.plan).clone();
    plan.operations = Some(crate::companion_plans::OperationsPlan::default());
    story.state = story.state.with_plan(Arc::new(plan));
    let it = standing(&story.state, KeyQuestion::OperationsProceduresTested);
    assert!(it.stale && !it.is_answered(), "its evidence has changed");
    let evidence = vec!["entry/99".parse().unwrap()];
    let question = KeyQuestion::TeamExperienced;
    let of_future = AssessmentCommand::Answer { question, answer: why(), evidence };
    story.tell("rel", Command::Assessment(of_future));
    expect![[r#"
        P2-Q1 Yes, at 3 of 3 sites
        P2-Q2 There is no core component
        P4a-Q1 Yes: 3 signed off, 0 exempt, no severe incident is open
        tst: refused, not-permitted: tst may not answer P1-Q4: it takes Release Management or Program Manager
        rel: refused, invalid: the answer is missing
        rel: assessment
        opx: assessment
        rel: refused, invalid: entry/99 is not written yet
    "#]].assert_eq(&story.text);
}

// Proves: G-14, R-PRM5
#[test]
fn a_criterion_is_computed_or_measured_and_the_customer_accepts_what_is_not_met() {
    let mut story = Story::in_quiet_period();
    let measure = |id: &str, value: &str, verdict| {
        let measurement = found(value, verdict);
        Command::Assessment(AssessmentCommand::Measure { criterion: name(id), measurement })
    };
    let accept = |id: &str| {
        Command::Assessment(AssessmentCommand::AcceptShortfall { item: name(id), reason: why() })
    };
    let judge = |id: &str| {
        Command::Assessment(AssessmentCommand::Judge {
            item: name(id),
            kind: ItemKind::Expectation,
            text: why(),
            measurement: found("38 of 40", Verdict::NotMet),
        })
    };
    for (who, command) in [
        ("prm", measure("SC-1", "all", Verdict::Met)),
        ("prm", measure("SC-9", "all", Verdict::Met)),
        ("pgm", measure("SC-7", "96.8 %", Verdict::NotMet)),
        ("cus", accept("SC-7")),
        ("prm", measure("SC-7", "96.8 %", Verdict::NotMet)),
        ("prm", accept("SC-7")),
        ("cus", accept("SC-7")),
        ("cus", accept("SC-1")),
    ] {
        story.tell(who, command);
    }
    assert_eq!(
        words(&story),
        "SC-1 met; SC-6 not evaluated; SC-7 not met, accepted by the customer; SC-8 not evaluated"
    );
    // Another value is another thing to accept.
    story.tell("prm", measure("SC-7", "96.5 %", Verdict::NotMet));
    assert_eq!(words(&story), "SC-1 met; SC-6 not evaluated; SC-7 not met; SC-8 not evaluated");
    story.tell("prm", judge("SC-7"));
    story.tell("prm", judge("EX-1"));
    story.tell("cus", accept("EX-1"));
    expect![[r#"
        prm: refused, state: SC-1 is computed, as 100 % (3 of 3 sites)
        prm: refused, unknown: criterion SC-9 is not in the plan
        pgm: refused, not-permitted: pgm may not evaluate a success criterion: it takes Product Manager
        cus: refused, state: SC-7 is not evaluated yet
        prm: assessment
        prm: refused, not-permitted: prm may not accept what is not met: it takes Customer
        cus: assessment
        cus: refused, state: SC-1 is met, at 100 % (3 of 3 sites)
        prm: assessment
        prm: refused, invalid: SC-7 is a success criterion
        prm: assessment
        cus: assessment
    "#]].assert_eq(&story.text);
}

fn words(story: &Story) -> String {
    let all = criteria(&story.state);
    let words: Vec<String> =
        all.iter().map(|it| format!("{} {}", it.criterion.id, it.word())).collect();
    words.join("; ")
}

// Proves: G-12, P4a-Q2
#[test]
fn a_survey_asks_whoever_is_due_is_never_closed_early_and_hides_small_groups() {
    let mut story = Story::in_quiet_period();
    let open = |closes: Option<&str>| {
        Command::Survey(SurveyCommand::Open {
            closes: closes.map(|it| it.parse().unwrap()),
            languages: vec!["en".to_owned()],
            sample_percent: Some(50),
        })
    };
    let link = |number: u8| Digest::of(&[number]);
    let invite = |site: &str, links: std::ops::Range<u8>| {
        let links = links.map(link).collect();
        Command::Survey(SurveyCommand::Invite { invitations: [(name(site), links)].into() })
    };
    let answer = |respondent, scores: &[(u8, u8)]| {
        Command::Survey(SurveyCommand::Answer { respondent, replies: replies(scores) })
    };
    story.tell("ux", open(None));
    story.after_days(15);
    story.tell("cus", open(None));
    story.tell("ux", open(Some("2027-01-20T12:00:00Z")));
    story.tell("ux", open(None));
    story.tell("ux", open(None));
    story.tell("ux", invite("planned", 0..4));
    story.tell("ux", invite("planned", 0..5));
    story.tell("prm", invite("planned", 5..10));
    story.tell("prm", invite("halted", 4..9));
    story.tell("prm", invite("halted", 5..10));
    story.tell("ux", answer(Respondent::Link(link(99)), &[(1, 5)]));
    story.tell("ux", answer(Respondent::Link(link(0)), &[(1, 6)]));
    story.tell("ux", answer(Respondent::Link(link(0)), &[(1, 5), (1, 4)]));
    for number in 0..5 {
        story.tell("ux", answer(Respondent::Link(link(number)), &[(1, 1), (2, 2)]));
        // Who changes their mind answers again: the last answer counts.
        story.tell("ux", answer(Respondent::Link(link(number)), &[(1, 5), (2, 2)]));
    }
    story.tell("whoever", answer(Respondent::Link(link(5)), &[(1, 3)]));
    story.tell("prm", answer(Respondent::Named(Instrument::Customer), &[(1, 5)]));
    story.tell("cus", answer(Respondent::Named(Instrument::Customer), &[(1, 5), (4, 2)]));
    story.tell("owner", answer(Respondent::Named(Instrument::SiteOwners), &[(1, 4)]));
    story.tell("pgm", answer(Respondent::Named(Instrument::SiteOwners), &[(1, 4)]));
    story.tell("ux", Command::Survey(SurveyCommand::Close));
    let users = results(&story.state, Instrument::Users).unwrap();
    assert_eq!(
        (users.invited, users.responses, users.groups.len(), users.groups_withheld),
        (10, 6, 0, 2)
    );
    assert_eq!(users.questions[0].satisfied, Some(833));
    assert!(users.questions[0].indicative);
    story.text += &standing(&story.state, KeyQuestion::PeopleSatisfied).derived.unwrap();
    story.text += "\n";
    story.after_days(10);
    story.tell("ux", answer(Respondent::Link(link(5)), &[(1, 1)]));
    story.tell("ux", Command::Survey(SurveyCommand::Close));
    story.tell("ux", answer(Respondent::Link(link(5)), &[(1, 1)]));
    expect![[r#"
        ux: refused, state: the quiet period is not half over
        15 days later
        cus: refused, not-permitted: cus may not open the survey: it takes User Experience or Product Manager
        ux: refused, invalid: a survey is open for 3 to 60 days
        ux: survey
        ux: refused, state: a survey is open already
        ux: refused, invalid: 5 of the 10 users of planned are asked, and 4 links were given
        ux: survey
        prm: refused, state: the users of planned have been invited
        prm: refused, invalid: two links are the same
        prm: survey
        ux: refused, unknown: nobody was given that link
        ux: refused, invalid: question 1 is not answered like that
        ux: refused, invalid: question 1 is answered twice
        ux: survey
        ux: survey
        ux: survey
        ux: survey
        ux: survey
        ux: survey
        ux: survey
        ux: survey
        ux: survey
        ux: survey
        whoever: survey
        prm: refused, not-permitted: prm may not answer for the customer: it takes Customer
        cus: survey
        owner: survey
        pgm: refused, not-permitted: pgm owns no site
        ux: refused, not-permitted: the survey is open until 2027-01-29T12:00:00Z: SOD-14 lets nobody close it early
        users: 5 of 6 answers on the solution are satisfied; users: 0 of 5 answers on the deployment are satisfied; site-owners: 1 of 1 answers on the deployment are satisfied; customer: 1 of 1 answers on the solution are satisfied; customer: 0 of 1 answers on the deployment are satisfied
        10 days later
        ux: refused, state: the survey closed at 2027-01-29T12:00:00Z
        ux: survey
        ux: refused, state: no survey is open
    "#]].assert_eq(&story.text);
}

#[test]
fn answers_collected_elsewhere_are_taken_over_as_counts() {
    let mut story = Story::in_quiet_period();
    story.after_days(15);
    let open = SurveyCommand::Open { closes: None, languages: vec![], sample_percent: Some(100) };
    story.tell("ux", Command::Survey(open));
    let import = |invited, site: Option<&str>, counts: Counts| {
        let group =
            GroupCount { site: site.map(name), responses: 612, counts: [(1, counts)].into() };
        let groups = vec![group];
        let import =
            Import { instrument: Instrument::Users, source: Digest::of(b"csv"), invited, groups };
        Command::Survey(SurveyCommand::Import { import })
    };
    let counts = Counts([20, 40, 83, 269, 200]);
    story.tell("pgm", import(1_575, None, counts));
    story.tell("ux", import(611, None, counts));
    story.tell("ux", import(1_575, Some("nowhere"), counts));
    story.tell("ux", import(1_575, None, Counts([613, 0, 0, 0, 0])));
    story.tell("ux", import(1_575, None, counts));
    let users = results(&story.state, Instrument::Users).unwrap();
    let overall = &users.questions[0];
    assert_eq!(
        (users.response_rate, overall.satisfied, overall.indicative),
        (Some(389), Some(766), false)
    );
    assert_eq!(words(&story), "SC-1 met; SC-6 met; SC-7 not evaluated; SC-8 not evaluated");
    expect![[r#"
        15 days later
        ux: survey
        pgm: refused, not-permitted: pgm may not take answers over: it takes User Experience or Product Manager
        ux: refused, invalid: 612 of 611 invited people answered
        ux: refused, unknown: nowhere is not in the plan
        ux: refused, invalid: question 1 of users has 613 scores of 612 answers
        ux: survey
    "#]].assert_eq(&story.text);
}

// Proves: P4b-B1, P4-D3, P4-D4, G-20, P4b-O1
#[test]
fn a_project_closes_when_nothing_is_left_that_only_the_project_knows_or_may_do() {
    use crate::close_out::{BenefitReview, CloseOutCommand as C, Contribution, Lesson, Topic};
    let mut story = Story::in_quiet_period();
    let given = || Contribution::Given {
        topic: Topic::Summary,
        accomplishments: why(),
        challenges: why(),
        lessons: why(),
    };
    let lesson = |due: &str| Lesson {
        title: why(),
        situation: why(),
        recommendation: why(),
        owner: name("ops"),
        due: due.parse().unwrap(),
        evidence: vec![],
    };
    let benefit = |owner: &str| BenefitReview {
        on: "2027-10-29".parse().unwrap(),
        owner: name(owner),
        expects: why(),
    };
    for (who, command) in [
        ("pgm", C::Seal),
        ("owner", C::Contribute { contribution: given() }),
        ("dev", C::Contribute { contribution: given() }),
        ("pgm", C::Decline { role: RoleType::Tester, reason: String::new() }),
        ("pgm", C::Decline { role: RoleType::Tester, reason: why() }),
        ("pgm", C::RecordLesson { lesson: lesson("2026-12-31") }),
        ("pgm", C::RecordLesson { lesson: lesson("2027-09-30") }),
        ("ops", C::ConfirmAccess { statement: why() }),
        ("ops", C::RevokeAccess { people: vec![], proof: why() }),
        ("rel", C::RevokeAccess { people: vec![], proof: why() }),
        ("ops", C::ConfirmAccess { statement: why() }),
        ("pgm", C::NameOwner { scopes: vec![], owner: name("rel") }),
        ("pgm", C::NameOwner { scopes: vec![], owner: name("ops") }),
        ("cus", C::AcceptOwnership),
        ("ops", C::AcceptOwnership),
        ("prm", C::PlanBenefitReview { review: benefit("prm") }),
        ("prm", C::PlanBenefitReview { review: benefit("cus") }),
        ("pgm", C::AcceptItem { item: "action/1".to_owned() }),
    ] {
        story.tell(who, Command::CloseOut(command));
    }
    for found in crate::gates::close_out::gate(&story.state, story.now) {
        if !found.verdict.passes() {
            story.text += &format!("{} is open\n", found.guard);
        }
    }
    expect![[r#"
        pgm: refused, state: deployment FX cannot be closed while it is in its quiet period
        owner: refused, not-permitted: owner may not contribute to the post-project analysis: it takes Solution Manager or Program Manager or Developer or Tester or Product Manager or User Experience or Release Management or Operations Experience or Test Manager or Customer or Operations Manager or Support Manager
        dev: close-out
        pgm: refused, invalid: the reason is missing
        pgm: close-out
        pgm: refused, invalid: 2026-12-31 is before today
        pgm: close-out
        ops: refused, state: the access of sol is not revoked yet
        ops: close-out
        rel: refused, state: nobody of the project has access any more
        ops: close-out
        pgm: refused, invalid: rel is of the project team, which will be gone
        pgm: close-out
        cus: refused, state: cus was not named to own anything
        ops: close-out
        prm: refused, invalid: prm is of the project team, which will be gone
        prm: close-out
        pgm: refused, state: no such item waits to be accepted
        K1 is open
        K2 is open
        K4 is open
    "#]].assert_eq(&story.text);
}

// Proves: G-13, X-03
#[test]
fn an_early_end_decides_what_becomes_of_everything_and_whoever_keeps_it_accepts() {
    use crate::termination::{Disposition, TerminationCommand as T};
    let mut story = Story::in_quiet_period();
    let begun = |it: &crate::state::SiteStatus| crate::state::SiteStatus { runs: 1, ..it.clone() };
    story.state.sites = story.state.sites.iter().map(begun).collect();
    let dispose =
        |scope: &str, disposition| T::Dispose { scope: name(scope), disposition, reason: why() };
    for (who, command) in [
        ("sol", dispose("deployment", Disposition::Keep)),
        ("pgm", T::Begin { reason: why() }),
        ("sol", T::Begin { reason: why() }),
        ("cus", T::Begin { reason: why() }),
        ("sol", dispose("site/planned", Disposition::RollBack)),
        ("sol", dispose("site/nowhere", Disposition::Keep)),
        ("ops", T::AcceptStay),
        ("sol", dispose("deployment", Disposition::Keep)),
        ("ops", T::AcceptStay),
        ("rel", T::GoneBack { scope: name("site/planned"), proof: why() }),
        ("ops", T::AcceptStay),
        ("sup", T::AcceptStay),
        ("sol", T::Complete),
    ] {
        story.tell(who, Command::Termination(command));
    }
    expect![[r#"
        sol: refused, state: the deployment is in its quiet period, not terminating
        pgm: refused, not-permitted: pgm may not end the project early: it takes Solution Manager or Customer
        sol: concurred
        cus: concurred, deployment terminated-early, termination
        sol: termination
        sol: refused, unknown: site/nowhere is not in the plan
        ops: refused, gate: accepting what stays is refused by its gate: TR1: it is not decided what becomes of site/halted
        sol: termination, termination
        ops: refused, gate: accepting what stays is refused by its gate: TR1: site/planned has not gone back yet
        rel: termination
        ops: termination
        sup: termination
        sol: refused, gate: completing the termination is refused by its gate: TR3: what is to be learnt is not put down; the termination report is not signed by Solution Manager; the termination report is not signed by Customer
    "#]].assert_eq(&story.text);
}

#[test]
fn an_answer_through_a_link_names_nobody_and_any_other_names_its_author() {
    let state = super::deployment::busy();
    let person = name("cus");
    let acting = Acting::new(&state, &person, noon());
    let answer = |respondent| {
        Command::Survey(SurveyCommand::Answer { respondent, replies: replies(&[(1, 5)]) })
    };
    let by_link = answer(Respondent::Link(crate::digest::Digest::of(b"a link")));
    let by_name = answer(Respondent::Named(Instrument::Customer));
    assert_eq!(acting.actor_of(&by_link, "cus@example.org"), Actor::System);
    assert_eq!(acting.actor_of(&by_name, "cus@example.org").person(), Some(&person));
}
