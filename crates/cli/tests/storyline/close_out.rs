//! May: what was learnt, and the sealed record.

use super::milestone::sign;
use super::stage::Stage;
use jiff::Timestamp;
use model::close_out::{
    BenefitReview, CloseOutCommand, Contribution, Findings, Lesson, LessonStanding, Settlement,
    Topic,
};
use model::command::Command;
use model::incident::{IncidentCommand, Opening, Severity};
use model::machine::{DeploymentState, RfcState};
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::Sheet;
use serde_json::Value;
use std::collections::BTreeSet;

/// Who contributes: one of each role type of the project, the customer, and who takes over.
const CONTRIBUTORS: [&str; 12] = [
    "hedda.okonjo",
    "sabela.roig",
    "ruben.aasland",
    "philippa.nyberg",
    "lucan.ferreira",
    "noor.vasquez",
    "ivo.marchetti",
    "kasimir.bell",
    "teodor.blix",
    "winifred.castellane",
    "gunnvor.petit",
    "esteban.hale",
];

pub(crate) async fn seals_the_record(stage: &mut Stage) {
    what_was_learnt_is_put_down(stage).await;
    nothing_is_left_without_an_owner(stage).await;
    nobody_of_the_project_keeps_a_key(stage).await;
    the_report_is_signed(stage).await;
    two_people_seal(stage).await;
    the_record_stands_alone(stage).await;
    only_the_benefits_are_still_reviewed(stage).await;
}

async fn tells(stage: &mut Stage, person: &str, command: CloseOutCommand) {
    stage.act(person, Command::CloseOut(command)).await;
}

/// Returns why the project cannot be closed yet.
async fn why_not_closed(stage: &mut Stage) -> String {
    stage.refused("sabela.roig", Command::CloseOut(CloseOutCommand::Seal)).await.to_string()
}

async fn what_was_learnt_is_put_down(stage: &mut Stage) {
    stage.until("2027-05-06T15:00:00Z").await;
    let why = why_not_closed(stage).await;
    assert!(why.contains("has not contributed to the post-project analysis"), "{why}");
    for person in CONTRIBUTORS {
        let contribution = Contribution::Given {
            topic: Topic::Summary,
            accomplishments: "no branch lost a day of sales".to_owned(),
            challenges: "a label driver and a storm".to_owned(),
            lessons: "try old printers in the pilot".to_owned(),
        };
        tells(stage, person, CloseOutCommand::Contribute { contribution }).await;
    }
    let lesson = Lesson {
        title: "Old printers".to_owned(),
        situation: "three branches halted a ring".to_owned(),
        recommendation: "one branch of each kind of hardware is in the first ring".to_owned(),
        owner: "gunnvor.petit".parse().unwrap(),
        due: "2027-08-31".parse().unwrap(),
        evidence: vec![],
    };
    tells(stage, "sabela.roig", CloseOutCommand::RecordLesson { lesson }).await;
    let (standing, reason) = (LessonStanding::Agreed, "for the next release".to_owned());
    let decide = CloseOutCommand::DecideLesson { number: 1, standing, reason };
    tells(stage, "sabela.roig", decide).await;
    let review = BenefitReview {
        on: "2027-10-29".parse().unwrap(),
        owner: "winifred.castellane".parse().unwrap(),
        expects: "30 % less overtime at the end of the month than 412 h".to_owned(),
    };
    tells(stage, "lucan.ferreira", CloseOutCommand::PlanBenefitReview { review }).await;
    let why = why_not_closed(stage).await;
    assert!(!why.contains("contributed"), "{why}");
}

async fn nothing_is_left_without_an_owner(stage: &mut Stage) {
    stage.until("2027-05-13T14:00:00Z").await;
    let why = why_not_closed(stage).await;
    assert!(why.contains("action/1 is open") && !why.contains("STD-017"), "{why}");
    let settlement = Settlement::Transferred {
        to: "gunnvor.petit".parse().unwrap(),
        due: "2027-06-30".parse().unwrap(),
    };
    let item = "action/1".to_owned();
    let settle = CloseOutCommand::SettleItem { item: item.clone(), settlement };
    tells(stage, "sabela.roig", settle).await;
    let why = why_not_closed(stage).await;
    assert!(why.contains("action/1 is open"), "nobody has accepted it yet: {why}");
    tells(stage, "gunnvor.petit", CloseOutCommand::AcceptItem { item }).await;
    let why = why_not_closed(stage).await;
    assert!(!why.contains("action/1"), "{why}");
}

async fn nobody_of_the_project_keeps_a_key(stage: &mut Stage) {
    let (people, proof) = (vec![], "ticket 8841".to_owned());
    tells(stage, "gunnvor.petit", CloseOutCommand::RevokeAccess { people, proof }).await;
    let statement = "compared with the directory of accounts".to_owned();
    tells(stage, "gunnvor.petit", CloseOutCommand::ConfirmAccess { statement }).await;
}

async fn the_report_is_signed(stage: &mut Stage) {
    stage.until("2027-05-13T14:30:00Z").await;
    for (role, person) in [
        (RoleType::ProgramManager, "sabela.roig"),
        (RoleType::SolutionManager, "hedda.okonjo"),
        (RoleType::Customer, "winifred.castellane"),
        (RoleType::OperationsManager, "gunnvor.petit"),
    ] {
        sign(stage, &Sheet::CloseOut, role, person).await;
    }
}

async fn two_people_seal(stage: &mut Stage) {
    stage.until("2027-05-13T15:00:00Z").await;
    let why = why_not_closed(stage).await;
    assert!(why.contains("the evidence package is not stored"), "{why}");
    let file = stage.world().join("FG30.jsonl");
    let file = file.to_str().unwrap();
    stage.landfall(&["record", "export", file]);
    let stored = "Archive, box 12, for seven years";
    stage.landfall(&["close-out", "package", file, "--stored", stored, "--as", "gunnvor.petit"]);
    tells(stage, "sabela.roig", CloseOutCommand::Seal).await;
    assert_eq!(stage.state().await.deployment, DeploymentState::Closing, "one does not close it");
    tells(stage, "hedda.okonjo", CloseOutCommand::Seal).await;
    let state = stage.state().await;
    let closed: Timestamp = "2027-05-13T15:00:00Z".parse().unwrap();
    assert_eq!((state.deployment, state.deployment_since), (DeploymentState::Closed, closed));
    let open = state.rfcs.iter().filter(|it| it.state != RfcState::Closed);
    let open: Vec<_> = open.map(|it| it.id.as_str()).collect();
    assert_eq!(open, ["STD-017"], "what standard changes are drawn from asks for nothing");
}

/// What was exported is verified without the server, and holds whatever an auditor samples: the
/// sites with their owners' signatures, and each change from its request to its closure.
async fn the_record_stands_alone(stage: &mut Stage) {
    let verified = stage.landfall(&["record", "verify"]);
    assert!(verified.contains("The record of FG30 holds"), "{verified}");
    let file = stage.world().join("sealed.jsonl");
    stage.landfall(&["record", "export", file.to_str().unwrap()]);
    let verified = stage.landfall(&["verify", file.to_str().unwrap()]);
    assert!(verified.contains("The record of FG30 holds"), "{verified}");
    let text = std::fs::read_to_string(file).unwrap();
    let (mut signed, mut closed) = (BTreeSet::new(), BTreeSet::new());
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let event = &line["body"]["event"];
        let sign_off = &event["sign-off"];
        let slot = sign_off["slot"].as_str().unwrap_or_default();
        let transition = sign_off["transition"].as_str().unwrap_or_default();
        if slot.ends_with(":site-owner") && transition.starts_with("signed") {
            signed.insert(slot.to_owned());
        }
        if event["rfc"]["transition"] == "closed" {
            closed.insert(event["rfc"]["rfc"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(signed.len(), 40);
    let changes = ["CHG-E01", "RFC-2027-031", "RFC-2027-032", "RFC-2027-040", "STD-017-1"];
    assert_eq!(closed, changes.map(str::to_owned).into());
}

async fn only_the_benefits_are_still_reviewed(stage: &mut Stage) {
    stage.until("2027-10-29T14:00:00Z").await;
    let scope = Scope::Deployment;
    let opening = Opening::reported(
        scope,
        Severity::TWO,
        "late".to_owned(),
        "2027-10-29T13:00:00Z".parse().unwrap(),
    );
    let open = Command::Incident(IncidentCommand::Open(Box::new(opening)));
    let refusal = stage.refused("esteban.hale", open).await;
    assert!(refusal.to_string().contains("closed, and its record sealed"), "{refusal}");
    let text = "overtime at the end of the month is 281 h, 32 % less".to_owned();
    let findings = Findings { text, evidence: vec![] };
    tells(stage, "winifred.castellane", CloseOutCommand::ReviewBenefits { findings }).await;
}
