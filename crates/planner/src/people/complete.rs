//! What people say in a rehearsal where a command of the fourth process asks for a text, and what
//! they answer in its survey.
//!
//! House rule: a wait that asks people carries a command that they can give.

use super::AS_REHEARSED;
use model::assessment::AssessmentCommand;
use model::assignment::AssignmentCommand;
use model::close_out::{Availability, CloseOutCommand, Contribution, Settlement};
use model::command::Command;
use model::digest::{Digest, canonical_digest};
use model::quiet_period::QuietPeriodCommand;
use model::state::State;
use model::survey::{Asked, Instrument, Questions, Reply, Respondent, SurveyCommand, invitees_at};
use model::termination::TerminationCommand;

/// What people answer where a score is asked for: they are satisfied.
const SATISFIED: u8 = 4;

/// Fills in what `command` of the fourth process lacks.
pub(super) fn fill(state: &State, command: &mut Command) {
    let texts = if let Command::Survey(it) = command {
        return survey(state, it);
    } else if let Command::Assessment(it) = command {
        assessment(it)
    } else if let Command::CloseOut(it) = command {
        close_out(it)
    } else if let Command::Termination(it) = command {
        termination(it)
    } else if let Command::Assignment(AssignmentCommand::Finish { reason, .. })
    | Command::QuietPeriod(QuietPeriodCommand::Extend { reason, .. }) = command
    {
        vec![reason]
    } else {
        return;
    };
    for text in texts.into_iter().filter(|it| it.is_empty()) {
        AS_REHEARSED.clone_into(text);
    }
}

fn assessment(command: &mut AssessmentCommand) -> Vec<&mut String> {
    match command {
        AssessmentCommand::Answer { answer, .. } => vec![answer],
        AssessmentCommand::Measure { measurement, .. } => {
            vec![&mut measurement.value, &mut measurement.how]
        }
        AssessmentCommand::Judge { text, measurement, .. } => {
            vec![text, &mut measurement.value, &mut measurement.how]
        }
        AssessmentCommand::Assess { text, .. } => vec![text],
        AssessmentCommand::AcceptShortfall { reason, .. } => vec![reason],
    }
}

fn close_out(command: &mut CloseOutCommand) -> Vec<&mut String> {
    match command {
        CloseOutCommand::Contribute {
            contribution: Contribution::Given { accomplishments, challenges, lessons, .. },
        } => vec![accomplishments, challenges, lessons],
        CloseOutCommand::Contribute { contribution: Contribution::Declined { reason } }
        | CloseOutCommand::Decline { reason, .. }
        | CloseOutCommand::DecideLesson { reason, .. } => vec![reason],
        CloseOutCommand::PlanAnalysis { place, .. } => vec![place],
        CloseOutCommand::SayAvailable { availability: Availability::Absent { instead } } => {
            vec![instead]
        }
        CloseOutCommand::RecordLesson { lesson } => {
            vec![&mut lesson.title, &mut lesson.situation, &mut lesson.recommendation]
        }
        CloseOutCommand::SettleItem { settlement: Settlement::Closed { how }, .. } => vec![how],
        CloseOutCommand::RevokeAccess { proof, .. } => vec![proof],
        CloseOutCommand::ConfirmAccess { statement } => vec![statement],
        CloseOutCommand::PlanBenefitReview { review } => vec![&mut review.expects],
        CloseOutCommand::ReviewBenefits { findings } => vec![&mut findings.text],
        CloseOutCommand::Package { package } => vec![&mut package.stored],
        CloseOutCommand::SettleItem { settlement: Settlement::Transferred { .. }, .. }
        | CloseOutCommand::SayAvailable { availability: Availability::Comes }
        | CloseOutCommand::AcceptItem { .. }
        | CloseOutCommand::NameOwner { .. }
        | CloseOutCommand::AcceptOwnership
        | CloseOutCommand::Seal => vec![],
    }
}

fn termination(command: &mut TerminationCommand) -> Vec<&mut String> {
    match command {
        TerminationCommand::Begin { reason } | TerminationCommand::Dispose { reason, .. } => {
            vec![reason]
        }
        TerminationCommand::GoneBack { proof, .. } => vec![proof],
        TerminationCommand::Learn { lessons } => vec![lessons],
        TerminationCommand::AcceptStay | TerminationCommand::Complete => vec![],
    }
}

fn survey(state: &State, command: &mut SurveyCommand) {
    match command {
        SurveyCommand::Invite { invitations } if invitations.is_empty() => {
            let Some(round) = state.surveys.open() else { return };
            let number = state.surveys.rounds.len();
            // Nobody uses these links: users do not answer in a rehearsal.
            let link = |site: &model::id::SiteId, user: u32| -> Digest {
                canonical_digest(&(AS_REHEARSED, number, site, user))
            };
            let links = invitees_at(state, round)
                .map(|(site, due)| (site.clone(), (0..due).map(|it| link(site, it)).collect()));
            *invitations = links.collect();
        }
        SurveyCommand::Answer { respondent: Respondent::Named(of), replies }
            if replies.is_empty() =>
        {
            *replies = satisfied(&state.survey_questions(), *of);
        }
        SurveyCommand::Open { .. }
        | SurveyCommand::Invite { .. }
        | SurveyCommand::Answer { .. }
        | SurveyCommand::Import { .. }
        | SurveyCommand::Close => {}
    }
}

fn satisfied(questions: &Questions, instrument: Instrument) -> Vec<Reply> {
    let scores = questions.of(instrument).filter(|it| it.asked == Asked::Score);
    let reply = |number| Reply { question: number, score: Some(SATISFIED), text: None };
    scores.map(|it| reply(it.number)).collect()
}
