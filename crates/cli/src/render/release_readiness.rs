//! Release Readiness as people read it: one page, from the release to the risks.

use super::table::{Tone, cell, table, text};
use crate::terminal::Setting;
use model::assessment::Verdict;
use model::release::ReadinessDecision;
use model::release_readiness::{
    ConditionStatus, criteria_digest, infrastructure_strategy, inputs, issues_digest,
    register_digest, risks, strategy_digest,
};
use model::state::State;
use views::time::when;

/// Returns where all of it stands.
pub(crate) fn page(setting: Setting, state: &State) -> String {
    let mut page = release(state);
    page += &criteria(state);
    page += &register(setting, state);
    page += &pilot(setting, state);
    page += &votes(setting, state);
    page += &decision(state);
    page += &stakeholders(setting, state);
    let known = risks(state);
    page += if known.is_empty() { "\nNo risk is known.\n" } else { "\nRisks\n" };
    for it in known {
        let control = it.control.map(|it| format!("; {it}")).unwrap_or_default();
        page += &format!("  {}: {}{control}\n", it.of, it.text);
    }
    page
}

/// Returns the release, who declared it final, and its known issues.
pub(crate) fn release(state: &State) -> String {
    let it = &state.plan.release;
    let mut page = format!("{} {}, release {}\n", it.name, it.version, state.release_digest());
    let recorded = state.release_readiness.declared.as_ref();
    let recorded = recorded.filter(|it| it.release == state.release_digest());
    page += &match (recorded, &it.declared) {
        (Some(it), _) => {
            let by = it.by.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("  declared final by {by}, {}: {}\n", when(it.at, &state.plan.zone), it.tests)
        }
        (None, Some(it)) => {
            format!("  declared final by {} on {}: {}\n", it.by, it.on, it.tests)
        }
        (None, None) => "  nobody has declared it final\n".to_owned(),
    };
    page + &issues(state)
}

/// Returns the known issues with their workarounds, and who accepted them.
pub(crate) fn issues(state: &State) -> String {
    let issues = &state.plan.release.known_issues;
    if issues.is_empty() {
        return "  no issue is known\n".to_owned();
    }
    let mut page = format!("  known issues {}\n", issues_digest(&state.plan));
    for it in issues {
        let workaround =
            if it.workaround.trim().is_empty() { "none" } else { it.workaround.as_str() };
        page += &format!(
            "    {}, severity {}: {}; workaround: {workaround}\n",
            it.id, it.severity, it.text
        );
    }
    let accepted: Vec<String> = state.issues_accepted_by().map(|it| it.to_string()).collect();
    if !accepted.is_empty() {
        page += &format!("    accepted by {}\n", accepted.join(" and "));
    }
    if let Some(it) = &state.release_readiness.issues_published {
        let stale = if it.issues == issues_digest(&state.plan) { "" } else { ", as they were" };
        page += &format!("    published{stale}: {}\n", it.place);
    }
    page
}

/// Returns the success criteria, and whether the customer acknowledged them.
pub(crate) fn criteria(state: &State) -> String {
    let mut page = format!("\nSuccess criteria {}\n", criteria_digest(&state.plan));
    for it in &state.plan.success_criteria {
        page += &format!("  {}: {}; {}, {}\n", it.id, it.text, it.measure, it.target);
    }
    let word = match (state.criteria_acknowledged(), &state.release_readiness.criteria) {
        (true, _) => "acknowledged by the customer",
        (false, Some(_)) => "acknowledged by the customer as they were before, and changed since",
        (false, None) => "not acknowledged here by the customer",
    };
    page + &format!("  {word}\n")
}

fn register(setting: Setting, state: &State) -> String {
    let mut rows = table(setting, &["Input", "Kind", "Source", "SHA-256", "Changed because"]);
    for it in inputs(state) {
        let digest = it.sha256.map_or_else(|| "not known".to_owned(), |it| it.short());
        let tone = if it.sha256.is_some() { Tone::Plain } else { Tone::Mind };
        rows.add_row(vec![
            cell(it.input, Tone::Plain),
            cell(it.kind, Tone::Plain),
            cell(it.source, Tone::Plain),
            cell(digest, tone),
            cell(it.reason.unwrap_or_default(), Tone::Plain),
        ]);
    }
    let frozen = match state.release_readiness.baselined {
        Some(at) => format!("frozen with baseline 1, {}", when(at, &state.plan.zone)),
        None => "open until the baseline".to_owned(),
    };
    let digest = register_digest(state).short();
    format!("\nInputs, register {digest}, {frozen}\n{}", text(&rows))
}

fn pilot(setting: Setting, state: &State) -> String {
    let judged = &state.release_readiness.pilot;
    if judged.is_empty() {
        return "\nNo result of a pilot is on record.\n".to_owned();
    }
    let mut rows = table(setting, &["Pilot", "Value", "Standing", "How"]);
    for (criterion, it) in judged {
        let it = &it.measurement;
        let tone = match it.verdict {
            Verdict::Met => Tone::Good,
            Verdict::NotMet => Tone::Bad,
        };
        rows.add_row(vec![
            cell(criterion, Tone::Plain),
            cell(&it.value, Tone::Plain),
            cell(it.verdict.to_string().to_lowercase(), tone),
            cell(&it.how, Tone::Plain),
        ]);
    }
    format!("\n{}", text(&rows))
}

fn votes(setting: Setting, state: &State) -> String {
    let release = state.release_digest();
    let held = state.release_readiness.reviews.last().map(|it| &it.review);
    let mut rows = table(setting, &["Role type", "Vote", "Who", "Reason"]);
    let mut row = |role: String, vote: String, by: String, reason: Option<&String>| {
        rows.add_row(vec![
            cell(role, Tone::Plain),
            cell(vote, Tone::Plain),
            cell(by, Tone::Plain),
            cell(reason.cloned().unwrap_or_default(), Tone::Plain),
        ]);
    };
    let mut count = 0;
    match held.filter(|it| it.release == release) {
        Some(review) => {
            for it in &review.votes {
                count += 1;
                let vote = it.recommendation.to_string();
                row(it.role.to_string(), vote, it.by.clone(), it.reason.as_ref());
            }
        }
        None => {
            for it in state.release_readiness.votes_on(release) {
                count += 1;
                let vote = it.recommendation.to_string();
                row(it.role.to_string(), vote, it.by.to_string(), it.reason.as_ref());
            }
        }
    }
    if count == 0 {
        "\nNo vote on this release is on record.\n".to_owned()
    } else {
        format!("\n{}", text(&rows))
    }
}

fn decision(state: &State) -> String {
    let Some(it) = state.readiness_decision() else {
        return "\nNobody has decided on this release.\n".to_owned();
    };
    let where_from =
        if state.release_readiness.reviews.is_empty() { "as the plan says" } else { "on record" };
    let void = if it.release == state.release_digest() {
        String::new()
    } else {
        format!("; void: it is about release {}", it.release.short())
    };
    let word = match it.decision {
        ReadinessDecision::Go => "go",
        ReadinessDecision::GoWithConditions => "go with conditions",
        ReadinessDecision::NoGo => "no-go",
    };
    let mut page = format!("\nDecision of {}, {where_from}: {word}{void}\n", it.on);
    for condition in it.conditions {
        let status = match state.release_readiness.conditions.get(&condition.id) {
            None => format!("open; {} sees to it by {}", condition.owner, condition.due),
            Some(ConditionStatus::Closed { evidence, .. }) => format!("closed: {evidence}"),
            Some(ConditionStatus::Carried { owner, due, reason, .. }) => {
                format!("carried on by {owner} until {due}: {reason}")
            }
        };
        page += &format!("  {}: {}; {status}\n", condition.id, condition.text);
    }
    page
}

fn stakeholders(setting: Setting, state: &State) -> String {
    if state.plan.stakeholders.is_empty() {
        return "\nThe plan names no stakeholder.\n".to_owned();
    }
    let mut rows = table(setting, &["Stakeholder", "Interest", "Sites", "Joins"]);
    for it in &state.plan.stakeholders {
        let sites: Vec<&str> = it.sites.iter().map(|it| it.as_str()).collect();
        let sites = if sites.is_empty() { "all".to_owned() } else { sites.join(", ") };
        let reviews: Vec<String> = it.reviews.iter().map(ToString::to_string).collect();
        rows.add_row(vec![
            cell(&it.person, Tone::Plain),
            cell(&it.interest, Tone::Plain),
            cell(sites, Tone::Plain),
            cell(reviews.join(", "), Tone::Plain),
        ]);
    }
    format!("\n{}", text(&rows))
}

/// Returns the strategy for the infrastructure.
pub(crate) fn strategy(state: &State) -> String {
    let mut page = format!("Strategy for the infrastructure, {}\n", strategy_digest(state).short());
    for it in infrastructure_strategy(state) {
        page += &format!("\n{}\n", it.heading);
        if it.lines.is_empty() {
            page += "  missing\n";
        }
        for line in it.lines {
            page += &format!("  {line}\n");
        }
    }
    let experience = state.experience().map(ToString::to_string);
    page + &format!("\nexperience\n  {}\n", experience.unwrap_or_else(|| "not told".to_owned()))
}
