//! Key questions and success criteria as people read them.

use super::table::{Tone, cell, table, text};
use crate::terminal::Setting;
use model::assessment::{CriterionStanding, Standing};
use model::state::State;
use views::people::person;
use views::time::when;

fn word(it: &Standing) -> &'static str {
    match (&it.derived, &it.answered, it.stale) {
        (Some(_), _, _) => "derived",
        (None, Some(_), false) => "answered",
        (None, Some(_), true) => "stale",
        (None, None, _) => "open",
    }
}

fn answer(it: &Standing) -> String {
    let answered = it.answered.as_ref().map(|it| it.answer.clone());
    it.derived.clone().or(answered).unwrap_or_default()
}

/// Returns `questions` as a table.
pub(crate) fn questions(setting: Setting, questions: &[Standing]) -> String {
    let mut rows = table(setting, &["Question", "", "Standing", "Answer"]);
    for it in questions {
        let tone = if it.is_answered() { Tone::Plain } else { Tone::Mind };
        rows.add_row(vec![
            cell(it.question, Tone::Plain),
            cell(it.text, Tone::Plain),
            cell(word(it), tone),
            cell(answer(it), Tone::Plain),
        ]);
    }
    text(&rows)
}

/// Returns one question with its answers and who may answer.
pub(crate) fn question(state: &State, it: &Standing) -> String {
    let mut page = format!("{}: {}\n", it.question, it.text);
    if let Some(derived) = &it.derived {
        page += &format!("  computed: {derived}\n");
    }
    if let Some(said) = &it.answered {
        let by = said.by.as_ref().map_or_else(String::new, |by| person(&state.plan, by));
        let at = when(said.at, &state.plan.zone);
        let stale = if it.stale { "; stale: what it rests on has changed since" } else { "" };
        page += &format!(
            "  {}\n    {by}, {}, on {at}, entry {}{stale}\n",
            said.answer, said.role, said.seq
        );
        for shown in &said.evidence {
            page += &format!("    shown by {shown}\n");
        }
    }
    let roles: Vec<String> = it.question.answered_by().iter().map(ToString::to_string).collect();
    page += &format!("  may answer: {}\n", roles.join(", "));
    page
}

/// Returns criteria, expectations and specifications as a table.
pub(crate) fn criteria(setting: Setting, state: &State, all: &[CriterionStanding<'_>]) -> String {
    let mut rows = table(setting, &["Criterion", "What", "Target", "Value", "Standing"]);
    for it in all {
        let value = it.value().map(|(value, _)| value).unwrap_or_default();
        rows.add_row(vec![
            cell(&it.criterion.id, Tone::Plain),
            cell(&it.criterion.text, Tone::Plain),
            cell(&it.criterion.target, Tone::Plain),
            cell(value, Tone::Plain),
            cell(it.word(), if it.word().starts_with("not met") { Tone::Bad } else { Tone::Plain }),
        ]);
    }
    for (id, it) in &state.assessments.items {
        let found = &it.judgement.measurement;
        let accepted = state.assessments.acceptance(id, &found.value).is_some();
        let accepted = if accepted { ", accepted by the customer" } else { "" };
        rows.add_row(vec![
            cell(id, Tone::Plain),
            cell(format!("{}: {}", it.kind, it.text), Tone::Plain),
            cell("", Tone::Plain),
            cell(&found.value, Tone::Plain),
            cell(format!("{}{accepted}", found.verdict), Tone::Plain),
        ]);
    }
    for (of, it) in &state.assessments.assessed {
        rows.add_row(vec![
            cell(of, Tone::Plain),
            cell(format!("assessment: {}", it.text), Tone::Plain),
            cell("", Tone::Plain),
            cell(format!("{} of 5", it.rating), Tone::Plain),
            cell(&it.figures, Tone::Plain),
        ]);
    }
    text(&rows)
}
