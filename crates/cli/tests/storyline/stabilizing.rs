//! From the forty signatures to Deployment Stable.

use super::stage::Stage;
use jiff::{SignedDuration, Timestamp};
use model::assignment::{AssignmentCommand, Staying};
use model::command::Command;
use model::escalation::{
    AnswerKind, EscalationAct, EscalationCommand, EscalationPurpose, EscalationReason,
};
use model::id::PersonId;
use model::machine::{AssignmentState, DeploymentState, EscalationState};
use model::milestone::{Milestone, MilestoneCommand};
use model::responsibility::{Duty, turns};
use model::role_type::RoleType;
use model::state::State;

/// Nobody tries the escalation path, says who leaves or convenes anything before the story does.
pub(crate) fn is_looked_forward_to(stage: &mut Stage) {
    stage.silence("the drill", |wait| matches!(wait.command, Some(Command::Escalation(_))));
    stage.silence("the team", |wait| {
        matches!(&wait.command, Some(Command::Assignment(AssignmentCommand::Answer { .. })))
    });
    stage.silence("the review", |wait| {
        matches!(&wait.command, Some(Command::Milestone(MilestoneCommand::Convene { .. })))
    });
}

pub(crate) async fn leads_to_deployment_stable(stage: &mut Stage) {
    an_escalation_is_drilled(stage).await;
    the_team_says_who_leaves(stage).await;
    the_deployment_is_declared_stable(stage).await;
}

async fn an_escalation_is_drilled(stage: &mut Stage) {
    stage.until("2027-04-02T15:00:00Z").await;
    let raise = EscalationCommand::Raise {
        incident: None,
        reason: EscalationReason::NeedsKnowledge,
        text: "a drill: what is the rule set of the western gateway?".to_owned(),
        tried: vec![],
        called: None,
        purpose: EscalationPurpose::Drill,
    };
    stage.act("gunnvor.petit", Command::Escalation(raise)).await;
    let act = |act| Command::Escalation(EscalationCommand::Act { escalation: 1, act });
    stage.until("2027-04-02T15:04:00Z").await;
    stage.act("mireille.tan", act(EscalationAct::Accept { at: None })).await;
    stage.until("2027-04-02T15:11:00Z").await;
    let answer = EscalationAct::Answer {
        kind: AnswerKind::Knowledge,
        text: "OG-06, chapter 4".to_owned(),
        release: None,
        rfc: None,
    };
    stage.act("mireille.tan", act(answer)).await;
    let confirm = EscalationAct::Confirm { article: None, avoidable: None };
    stage.refused("mireille.tan", act(confirm.clone())).await;
    stage.act("gunnvor.petit", act(confirm)).await;
    stage.speak("the drill");
    let state = stage.state().await;
    let drill = state.escalations.escalation(1).unwrap();
    assert_eq!(drill.state, EscalationState::Closed);
    let raised = drill.raising.at;
    let answered = drill.answer.as_ref().unwrap().at;
    assert_eq!(answered.duration_since(raised), SignedDuration::from_mins(11));
    let target = drill.raising.due.unwrap().duration_since(raised);
    assert_eq!(target, SignedDuration::from_mins(30));
    assert!(drill.is_answered_in_time());
}

fn people(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|it| it.parse().unwrap()).collect()
}

async fn the_team_says_who_leaves(stage: &mut Stage) {
    stage.until("2027-04-05T15:00:00Z").await;
    for (answer, names) in [
        (
            Staying::OnCall,
            &[
                "sabela.roig",
                "ruben.aasland",
                "mireille.tan",
                "dacre.pomeroy",
                "philippa.nyberg",
                "lucan.ferreira",
                "ivo.marchetti",
            ][..],
        ),
        (Staying::Operations, &["saoirse.lund", "kasimir.bell"]),
        (Staying::Leaves, &["noor.vasquez", "oren.castellan"]),
    ] {
        let persons = people(names);
        let answer = AssignmentCommand::Answer { persons, answer, from: None, until: None };
        stage.act("sabela.roig", Command::Assignment(answer)).await;
    }
    stage.until("2027-04-05T20:00:00Z").await;
    let (persons, proof) = (people(&["oren.castellan"]), "ticket 8790".to_owned());
    let release = AssignmentCommand::Release { persons, proof };
    stage.act("sabela.roig", Command::Assignment(release)).await;
    stage.speak("the team");
}

/// Returns how many members of the team stand so.
pub(crate) fn standing(state: &State, standing: AssignmentState) -> usize {
    state.team().filter(|(_, it)| *it == standing).count()
}

async fn the_deployment_is_declared_stable(stage: &mut Stage) {
    stage.until("2027-04-05T21:00:00Z").await;
    let milestone = Milestone::Stable;
    let convene = MilestoneCommand::Convene { milestone, invitees: vec![], effective: None };
    stage.refused("ivo.marchetti", Command::Milestone(convene.clone())).await;
    stage.act("sabela.roig", Command::Milestone(convene)).await;
    stage.until("2027-04-05T21:00:01Z").await;
    let state = stage.state().await;
    let stable: Timestamp = "2027-04-05T21:00:00Z".parse().unwrap();
    assert_eq!((state.deployment, state.deployment_since), (DeploymentState::QuietPeriod, stable));
    let period = state.quiet_periods.last().unwrap();
    assert_eq!((period.start, period.length_days), (stable, 21));
    assert_eq!(period.nominal_end, "2027-04-26T21:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(state.team().count(), 13);
    // Of three that are left, two span projects, and one only reviews and signs.
    for (of, count) in [
        (AssignmentState::OnCall, 7),
        (AssignmentState::TransferredToOperations, 2),
        (AssignmentState::Released, 1),
        (AssignmentState::Active, 2),
        (AssignmentState::Closing, 1),
    ] {
        assert_eq!(standing(&state, of), count, "{of}");
    }
    let running = turns(&state, Duty::Running);
    assert_eq!(running[0].first, [RoleType::ReleaseManagement, RoleType::ProgramManager]);
    assert_eq!(
        (running[1].from, &running[1].first[..]),
        (Some(stable), &[RoleType::OperationsManager][..])
    );
    assert_eq!(turns(&state, Duty::Answering)[1].first, [RoleType::SupportManager]);
}
