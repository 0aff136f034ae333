//! 29 April: the customer accepts, everybody signs, and success is declared.

use super::stage::Stage;
use jiff::Timestamp;
use model::assessment::{AssessmentCommand, Measurement, Verdict, criteria, is_due_at_completion};
use model::close_out::CloseOutCommand;
use model::command::Command;
use model::digest::Digest;
use model::gates::complete::unanswered;
use model::machine::{AssignmentState, DeploymentState, MilestoneState, SignOffState};
use model::milestone::{FollowOnAction, Milestone, MilestoneCommand};
use model::responsibility::{Duty, turns};
use model::role_type::RoleType;
use model::sheet::{Sheet, SlotId};
use model::survey::{
    Counts, GroupCount, Import, Instrument, Interval, Reply, Respondent, SurveyCommand, results,
};

/// Who signs the milestone review report for the nine role types of the project, and outside it.
const PROJECT: [(RoleType, &str); 9] = [
    (RoleType::SolutionManager, "hedda.okonjo"),
    (RoleType::ProgramManager, "sabela.roig"),
    (RoleType::Developer, "ruben.aasland"),
    (RoleType::Tester, "philippa.nyberg"),
    (RoleType::ProductManager, "lucan.ferreira"),
    (RoleType::UserExperience, "noor.vasquez"),
    (RoleType::ReleaseManagement, "ivo.marchetti"),
    (RoleType::OperationsExperience, "kasimir.bell"),
    (RoleType::TestManager, "teodor.blix"),
];
const OUTSIDE: [(RoleType, &str); 2] =
    [(RoleType::OperationsManager, "gunnvor.petit"), (RoleType::SupportManager, "esteban.hale")];

/// What the end of the project takes is done when the story does it.
pub(crate) fn is_looked_forward_to(stage: &mut Stage) {
    stage.silence("the questions", |wait| {
        matches!(wait.command, Some(Command::Assessment(AssessmentCommand::Answer { .. })))
    });
    stage.silence("the end", |wait| match &wait.command {
        Some(Command::Sign { slot, .. }) => {
            matches!(slot.sheet, Sheet::MilestoneReview | Sheet::CloseOut)
        }
        Some(
            Command::Survey(_)
            | Command::Assessment(AssessmentCommand::Measure { .. })
            | Command::CloseOut(_)
            | Command::Milestone(MilestoneCommand::Convene { .. } | MilestoneCommand::Declare { .. }),
        ) => true,
        _ => false,
    });
}

pub(crate) async fn survey_is_open(stage: &mut Stage) {
    let open = SurveyCommand::Open {
        closes: Some("2027-04-28T22:00:00Z".parse().unwrap()),
        languages: ["en", "fr-CA", "es-US"].map(str::to_owned).to_vec(),
        sample_percent: Some(100),
    };
    stage.refused("gunnvor.petit", Command::Survey(open.clone())).await;
    stage.act("noor.vasquez", Command::Survey(open)).await;
}

pub(crate) async fn is_reached(stage: &mut Stage) {
    people_are_satisfied(stage).await;
    criteria_are_met(stage).await;
    operations_owns_the_service(stage).await;
    no_question_is_open(stage).await;
    the_customer_accepts_before_success_is_declared(stage).await;
}

async fn people_are_satisfied(stage: &mut Stage) {
    stage.until("2027-04-28T20:00:00Z").await;
    // From 1 to 5.
    let overall = Counts([25, 48, 70, 224, 245]);
    let group = GroupCount { site: None, responses: 612, counts: [(1, overall)].into() };
    let import = Import {
        instrument: Instrument::Users,
        source: Digest::of(b"answers-2027-04-28.csv"),
        invited: 1_575,
        groups: vec![group],
    };
    stage.act("lucan.ferreira", Command::Survey(SurveyCommand::Import { import })).await;
    let scores = |all: &[u8]| -> Vec<Reply> {
        let numbered = (1..).zip(all);
        numbered.map(|(question, it)| Reply { question, score: Some(*it), text: None }).collect()
    };
    for (person, instrument, all) in [
        ("winifred.castellane", Instrument::Customer, &[5, 5, 4, 5, 4, 5, 5, 4, 5][..]),
        ("amara.abaroa", Instrument::SiteOwners, &[5, 5, 4, 5, 5, 5]),
    ] {
        let respondent = Respondent::Named(instrument);
        let answer = SurveyCommand::Answer { respondent, replies: scores(all) };
        stage.act(person, Command::Survey(answer)).await;
    }
    stage.until("2027-04-28T22:00:01Z").await;
    let state = stage.state().await;
    assert!(state.surveys.open().is_none(), "nobody had to close it");
    let users = results(&state, Instrument::Users).unwrap();
    let overall = &users.questions[0];
    assert_eq!((overall.counts.top_two(), overall.counts.n()), (469, 612));
    assert_eq!(overall.satisfied, Some(766));
    assert_eq!(overall.interval, Some(Interval { low: 731, high: 798 }));
    assert!(!overall.indicative);
}

async fn criteria_are_met(stage: &mut Stage) {
    stage.until("2027-04-28T23:00:00Z").await;
    let state = stage.state().await;
    let open: Vec<_> = criteria(&state)
        .iter()
        .filter(|it| it.value().is_none() && is_due_at_completion(it.criterion))
        .map(|it| it.criterion.clone())
        .collect();
    for criterion in open {
        let measurement = Measurement {
            value: criterion.target.clone(),
            verdict: Verdict::Met,
            how: "as the plan of measures says".to_owned(),
            evidence: vec![],
        };
        let criterion = criterion.id;
        let measure = AssessmentCommand::Measure { criterion, measurement };
        stage.act("lucan.ferreira", Command::Assessment(measure)).await;
    }
    let state = stage.state().await;
    let of = |id: &str| {
        let all = criteria(&state);
        let it = all.iter().find(|it| it.criterion.id.as_str() == id).unwrap();
        it.value().map(|(value, verdict)| (value.to_owned(), verdict))
    };
    assert_eq!(of("SC-6"), Some(("76.633 % (469 of 612)".to_owned(), Verdict::Met)));
    let (computers, verdict) = of("SC-1").unwrap();
    assert_eq!(verdict, Verdict::Met, "{computers}");
    assert!(computers.contains("1070 of 1070"), "{computers}: two of 1,072 are exempt");
}

async fn operations_owns_the_service(stage: &mut Stage) {
    let owner = "gunnvor.petit".parse().unwrap();
    let name = CloseOutCommand::NameOwner { scopes: vec![], owner };
    stage.act("sabela.roig", Command::CloseOut(name)).await;
    stage.act("gunnvor.petit", Command::CloseOut(CloseOutCommand::AcceptOwnership)).await;
}

fn convene() -> Command {
    let milestone = Milestone::Complete;
    Command::Milestone(MilestoneCommand::Convene { milestone, invitees: vec![], effective: None })
}

async fn no_question_is_open(stage: &mut Stage) {
    stage.until("2027-04-29T13:00:00Z").await;
    let refusal = stage.refused("sabela.roig", convene()).await;
    assert!(refusal.to_string().contains("key question"), "{refusal}");
    stage.speak("the questions");
    stage.until("2027-04-29T13:00:01Z").await;
    let open = unanswered(&stage.state().await);
    assert!(open.is_empty(), "{open:#?}");
}

/// Signs the sheet `sheet` for a role type, as it lies before them.
pub(crate) async fn sign(stage: &mut Stage, sheet: &Sheet, role: RoleType, person: &str) {
    let slot = SlotId { sheet: sheet.clone(), role };
    let document = stage.state().await.slots[&slot].document;
    stage.act(person, Command::Sign { slot, document, exceptions: vec![] }).await;
}

async fn the_customer_accepts_before_success_is_declared(stage: &mut Stage) {
    stage.until("2027-04-29T14:00:00Z").await;
    let milestone = Milestone::Complete;
    stage.act("sabela.roig", convene()).await;
    let action = FollowOnAction {
        text: "replace the two computers of B09".to_owned(),
        owner: "gunnvor.petit".parse().unwrap(),
        due: "2027-06-30".parse().unwrap(),
    };
    let action = MilestoneCommand::AddAction { milestone, action };
    stage.act("sabela.roig", Command::Milestone(action)).await;
    stage.until("2027-04-29T14:30:00Z").await;
    let sheet = Sheet::MilestoneReview;
    let declare = || Command::Milestone(MilestoneCommand::Declare { statement: None });
    for (role, person) in PROJECT.into_iter().chain(OUTSIDE) {
        sign(stage, &sheet, role, person).await;
    }
    let refusal = stage.refused("hedda.okonjo", declare()).await;
    assert!(refusal.to_string().contains("the customer has not signed"), "{refusal}");
    stage.until("2027-04-29T16:00:00Z").await;
    sign(stage, &sheet, RoleType::Customer, "winifred.castellane").await;
    stage.refused("sabela.roig", declare()).await;
    stage.until("2027-04-29T16:30:00Z").await;
    stage.act("hedda.okonjo", declare()).await;
    everybody_has_signed_one_document(stage).await;
}

async fn everybody_has_signed_one_document(stage: &mut Stage) {
    let state = stage.state().await;
    let (sheet, declared) = (Sheet::MilestoneReview, "2027-04-29T16:30:00Z".parse().unwrap());
    assert_eq!((state.deployment, state.deployment_since), (DeploymentState::Closing, declared));
    let accepted: Timestamp = "2027-04-29T16:00:00Z".parse().unwrap();
    let review = state.milestones.last(Milestone::Complete).unwrap();
    assert_eq!((review.state, review.approved), (MilestoneState::Approved, Some(accepted)));
    let customer = (RoleType::Customer, "winifred.castellane");
    for (role, person) in PROJECT.into_iter().chain(OUTSIDE).chain([customer]) {
        let status = &state.slots[&SlotId { sheet: sheet.clone(), role }];
        assert_eq!(status.state, SignOffState::Signed, "{role}");
        assert_eq!(status.by, Some(person.parse().unwrap()), "{role}");
        assert_eq!(Some(status.document), review.document, "{role}");
        assert!(status.since <= accepted && accepted < declared, "{role}");
    }
    for duty in [Duty::Running, Duty::Answering] {
        let last = turns(&state, duty).pop().unwrap();
        assert_eq!((last.from, last.behind), (Some(accepted), vec![]), "{duty:?}");
    }
    assert_eq!(
        super::stabilizing::standing(&state, AssignmentState::Active),
        2,
        "they span projects"
    );
    let outcomes = stage.asked(&["outcomes"]);
    let of =
        |position: usize| (outcomes[position]["n"].clone(), outcomes[position]["standing"].clone());
    for goal in 0..3 {
        assert_eq!(of(goal).1, "reached", "{}", outcomes[goal]);
    }
    assert_eq!(of(3).0, 7, "requests of any kind, but for a duplicate and what was unrelated");
    assert_eq!(of(4), (40.into(), "reached".into()));
    assert_eq!(of(5), (12.into(), "reached".into()));
    assert_eq!(of(6), (11.into(), "reached".into()), "of 13, two span projects");
    assert_eq!(of(7).0, 0, "a drill is no escalation");
}
