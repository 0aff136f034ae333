//! Commands on the way to Release Readiness as they are typed.

use super::complete::found;
use super::quoted;
use model::companion_plans::Experience;
use model::release_readiness::{ReadinessReview, ReleaseReadinessCommand};

pub(super) fn release_readiness(command: &ReleaseReadinessCommand) -> String {
    use ReleaseReadinessCommand as C;
    let words = match command {
        C::DeclareFinal { release, tests } => {
            format!("declare-final --tests {} --digest {}", quoted(tests), release.short())
        }
        C::RegisterInput { input, kind, source, sha256, reason } => {
            let reason = reason.as_ref().map(|it| format!(" --reason {}", quoted(it)));
            format!(
                "input {input} --kind {kind} --source {} --sha256 {sha256}{}",
                quoted(source),
                reason.unwrap_or_default()
            )
        }
        C::JudgePilot { criterion, measurement } => {
            format!("pilot {criterion} {}", found(measurement))
        }
        C::AcceptKnownIssues { issues } => format!("accept-issues --digest {}", issues.short()),
        C::PublishKnownIssues { place, .. } => format!("publish-issues --place {}", quoted(place)),
        C::AcknowledgeCriteria { criteria } => {
            format!("acknowledge-criteria --digest {}", criteria.short())
        }
        C::DecideStrategy { decision: it } => {
            let by: String = it.by.iter().map(|it| format!(" --by {}", it.key())).collect();
            let (infrastructure, sites) = (quoted(&it.infrastructure), quoted(&it.sites));
            format!(
                "decide-strategy --on {}{by} --infrastructure {infrastructure} --sites {sites}",
                it.on
            )
        }
        C::TellExperience { experience } => {
            let option = match experience {
                Experience::Similar(_) => "similar",
                Experience::Rehearsed(_) => "rehearsed",
                Experience::Help(_) => "help-from",
                Experience::ExtraApprover(_) => "extra-approver",
            };
            format!("experience --{option} {}", quoted(experience.text()))
        }
        C::Vote { release, recommendation, reason } => {
            let reason = reason.as_ref().map(|it| format!(" --reason {}", quoted(it)));
            let reason = reason.unwrap_or_default();
            format!("vote {recommendation}{reason} --digest {}", release.short())
        }
        C::Review { review } => reviewed(review),
        C::CloseCondition { condition, evidence } => {
            format!("close-condition {condition} --evidence {}", quoted(evidence))
        }
        C::CarryCondition { condition, owner, due, reason } => {
            let reason = quoted(reason);
            format!("carry-condition {condition} --owner {owner} --due {due} --reason {reason}")
        }
    };
    format!("release-readiness {words}")
}

fn reviewed(it: &ReadinessReview) -> String {
    let condition = |it: &model::release::Condition| {
        let text = format!("{}; {}; {}; {}", it.id, it.text, it.owner, it.due);
        format!(" --condition {}", quoted(&text))
    };
    let vote = |it: &model::release_readiness::ReadinessVote| {
        let reason = it.reason.as_ref().map(|it| format!("; {it}")).unwrap_or_default();
        let text = format!("{}; {}; {}{reason}", it.role.key(), it.by, it.recommendation);
        format!(" --vote {}", quoted(&text))
    };
    let conditions: String = it.conditions.iter().map(condition).collect();
    let minutes = it.minutes.as_ref().map(|it| format!(" --minutes {it}")).unwrap_or_default();
    let votes: String = it.minutes.iter().flat_map(|_| it.votes.iter()).map(vote).collect();
    let reason = it.reason.as_ref().map(|it| format!(" --reason {}", quoted(it)));
    format!(
        "review {} --on {}{conditions}{minutes}{votes}{} --digest {}",
        it.decision,
        it.on,
        reason.unwrap_or_default(),
        it.release.short()
    )
}
