//! Commands of the fourth process as they are typed.

use super::{TEXT, quoted};
use model::assessment::{AssessmentCommand, Measurement, Verdict};
use model::evidence::Evidence;
use model::survey::{Reply, Respondent, SurveyCommand};

fn evidence(evidence: &[Evidence]) -> String {
    evidence.iter().map(|it| format!(" --evidence {it}")).collect()
}

pub(super) fn found(it: &Measurement) -> String {
    let verdict = match it.verdict {
        Verdict::Met => "--met",
        Verdict::NotMet => "--not-met",
    };
    let (value, how) = (quoted(&it.value), quoted(&it.how));
    format!("--value {value} {verdict} --how {how}{}", evidence(&it.evidence))
}

pub(super) fn assessment(command: &AssessmentCommand) -> String {
    match command {
        AssessmentCommand::Answer { question, answer, evidence: shown } => {
            format!("question answer {question} {}{}", quoted(answer), evidence(shown))
        }
        AssessmentCommand::Measure { criterion, measurement } => {
            format!("criterion measure {criterion} {}", found(measurement))
        }
        AssessmentCommand::Judge { item, kind, text, measurement } => {
            format!("criterion judge {item} {kind} --text {} {}", quoted(text), found(measurement))
        }
        AssessmentCommand::Assess { ring, rating, text } => {
            let ring = ring.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
            format!("criterion assess{ring} --rating {rating} --text {}", quoted(text))
        }
        AssessmentCommand::AcceptShortfall { item, reason } => {
            format!("criterion accept {item} --reason {}", quoted(reason))
        }
    }
}

pub(super) fn survey(command: &SurveyCommand) -> String {
    match command {
        SurveyCommand::Open { closes, languages, sample_percent } => {
            let closes = closes.map(|it| format!(" --closes {it}")).unwrap_or_default();
            let languages: String =
                languages.iter().map(|it| format!(" --language {it}")).collect();
            let sample = sample_percent.map(|it| format!(" --sample-percent {it}"));
            format!("survey open{}{closes}{languages}", sample.unwrap_or_default())
        }
        SurveyCommand::Invite { invitations } if invitations.is_empty() => {
            "survey invite --all".to_owned()
        }
        SurveyCommand::Invite { invitations } => {
            let sites: String = invitations.keys().map(|it| format!(" site/{it}")).collect();
            format!("survey invite{sites}")
        }
        SurveyCommand::Answer { respondent, replies } => {
            let who = match respondent {
                Respondent::Link(_) => format!("--link {TEXT}"),
                Respondent::Named(instrument) => format!("--of {instrument}"),
            };
            let replies: String = match replies.as_slice() {
                [] => " 1=… 2=…".to_owned(),
                given => given.iter().map(|it| format!(" {}", reply(it))).collect(),
            };
            format!("survey answer {who}{replies}")
        }
        SurveyCommand::Import { import } => {
            format!("survey import {TEXT} --of {} --invited {}", import.instrument, import.invited)
        }
        SurveyCommand::Close => "survey close".to_owned(),
    }
}

fn reply(it: &Reply) -> String {
    match (&it.text, it.score) {
        (Some(text), _) => format!("{}={}", it.question, quoted(text)),
        (None, Some(score)) => format!("{}={score}", it.question),
        (None, None) => format!("{}=n/a", it.question),
    }
}
