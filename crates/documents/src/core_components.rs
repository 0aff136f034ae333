//! D-01: the core components deployed sign-off sheet, interim and final.
//!
//! Source: Deploy SMF, Process 1, output of Table 4.

use crate::block::{Block, Criterion, Verdict};
use crate::computed;
use crate::writer::Writer;
use model::assessment::{self, KeyQuestion};
use model::id::PersonId;
use model::scope::Scope;
use model::sheet::Sheet;
use model::state::State;

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let components = paper.state.plan.components.iter();
    let scopes: Vec<Scope> = components.map(|it| Scope::Component(it.id.clone())).collect();
    let about: Vec<&[u64]> = scopes.iter().map(|it| paper.reading.about(it)).collect();
    writer
        .section("scope", &[paper.reading.on("deployment")])
        .facts(&["baseline", "strategy"])
        .section("components", &about)
        .table(
            "components",
            &[
                "component",
                "function",
                "verified",
                "verified-at",
                "hosts",
                "hosts-done",
                "checks",
                "authorised-by",
                "needs",
                "adopted",
                "runs",
                "rollback",
            ],
        )
        .section("open-issues", &[paper.reading.on("incidents")])
        .table("open-issues", &["incident", "severity", "text", "workaround"])
        .section("waivers", &[paper.reading.on("waivers")])
        .list("waivers")
        .section("statements", &[paper.reading.about(&Scope::Core)])
        .statements("statements");
    answers(writer, "P1");
}

/// Returns with what the key questions begin whose answers stand on `sheet`; nothing where it has none
/// beside what is signed.
pub(crate) fn process_of(sheet: &Sheet) -> Option<&'static str> {
    match sheet {
        Sheet::CoreInterim | Sheet::CoreFinal => Some("P1"),
        Sheet::SitesComplete => Some("P2"),
        Sheet::DeploymentStable => Some("P3a"),
        Sheet::QuietPeriodReport => Some("P3b"),
        Sheet::Site(_) | Sheet::MilestoneReview | Sheet::CloseOut | Sheet::Termination => None,
    }
}

/// Returns the answers to the key questions that begin with `process`, as they stand in `state`.
pub(crate) fn answered(state: &State, process: &str) -> Vec<Criterion> {
    let asked = KeyQuestion::ALL.iter().filter(|it| it.to_string().starts_with(process));
    let criterion = |question: &KeyQuestion| {
        let standing = assessment::standing(state, *question);
        let said = standing.answered.as_ref().filter(|_| !standing.stale);
        let said = said.map(|it| (it.answer.clone(), it.by.as_ref()));
        let by = |by: Option<&PersonId>| match by {
            Some(by) => format!(" ({})", views::people::person(&state.plan, by)),
            None => String::new(),
        };
        let detail = match (&standing.derived, said) {
            (Some(derived), _) => derived.clone(),
            (None, Some((answer, who))) => format!("{answer}{}", by(who)),
            (None, None) => String::new(),
        };
        let verdict = if detail.is_empty() { Verdict::NotKnown } else { Verdict::Met };
        Criterion {
            id: question.to_string(),
            text: standing.text.to_owned(),
            verdict,
            detail,
            told: standing.derived.as_deref().and_then(computed::told),
            at: None,
        }
    };
    asked.map(criterion).collect()
}

/// Puts the answers to the key questions that begin with `process` into a section of their own: of what
/// was issued, as they stood then.
pub(crate) fn answers(writer: &mut Writer<'_>, process: &str) {
    let paper = writer.paper;
    let kept = writer.issued.and_then(|it| paper.reading.beside(&it.digest));
    writer.section("answers", &[paper.reading.on("assessment")]);
    match kept {
        Some(kept) => writer.put(Block::Answers(kept.answers.clone())),
        None => writer.of_today().put(Block::Answers(answered(paper.state, process))),
    };
}
