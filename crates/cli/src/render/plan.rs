//! Plans as people read them: what is in one, and what is wrong with it.

use super::counted::counted;
use super::table::{Tone, cell, number, table, text};
use crate::terminal::Setting;
use model::plan::MasterProjectPlan;
use planfile::{Diagnostic, PlanDiff, Severity};
use views::people::person;

/// The most sites that are listed: a page is read, not searched.
const SITES_MAX: usize = 200;

/// Returns everything that is wrong, and how much of it there is.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|it| format!("{it}\n")).collect()
}

/// Returns how many errors, warnings and notes there are, in words.
pub(crate) fn count(diagnostics: &[Diagnostic]) -> String {
    let of = |wanted: Severity| diagnostics.iter().filter(|it| it.severity == wanted).count();
    let counts = [
        (of(Severity::Error), "error"),
        (of(Severity::Warning), "warning"),
        (of(Severity::Note), "note"),
    ];
    let words = counts.iter().filter(|(count, _)| *count > 0);
    let words = words.map(|(count, word)| counted(*count, word));
    let words: Vec<String> = words.collect();
    if words.is_empty() { "nothing is wrong".to_owned() } else { words.join(", ") }
}

/// Returns what a plan is about, in one sentence.
pub(crate) fn summary(plan: &MasterProjectPlan) -> String {
    let computers: usize = plan.sites.iter().map(|it| it.computers.len()).sum();
    let users: usize = plan.sites.iter().map(|it| it.users as usize).sum();
    format!(
        "{} · {}: {} {} to {} in {}, {}, {}, {}, {}",
        plan.deployment,
        plan.title,
        plan.release.name,
        plan.release.version,
        counted(plan.sites.len(), "site"),
        counted(plan.rings.len(), "ring"),
        counted(computers, "computer"),
        counted(users, "user"),
        counted(plan.components.len(), "core component"),
        counted(plan.rfcs.len(), "RFC")
    )
}

/// Returns a plan as a page of text.
pub(crate) fn page(plan: &MasterProjectPlan, setting: Setting) -> String {
    let mut page = format!("{}\n", summary(plan));
    page += &format!("profile {} · zone {} · plan {}\n", plan.profile, plan.zone, plan.digest());
    if !plan.components.is_empty() {
        let mut rows = table(setting, &["core component", "hosts", "needs", "title"]);
        for it in &plan.components {
            let needs: Vec<&str> = it.needs.iter().map(|it| it.as_str()).collect();
            rows.add_row(vec![
                cell(&it.id, Tone::Plain),
                number(it.hosts.len(), Tone::Plain),
                cell(needs.join(", "), Tone::Plain),
                cell(it.title.as_deref().unwrap_or_default(), Tone::Plain),
            ]);
        }
        page += &format!("\n{}", text(&rows));
    }
    let mut rows = table(setting, &["ring", "kind", "sites", "at once", "soak", "blast radius"]);
    for (position, it) in plan.rings.iter().enumerate() {
        let sites = plan.sites_of_ring(position).count();
        let soak = jiff::SignedDuration::from_secs(i64::from(it.soak_s));
        rows.add_row(vec![
            cell(&it.id, Tone::Plain),
            cell(it.kind, Tone::Plain),
            number(sites, Tone::Plain),
            number(it.sites_at_once as usize, Tone::Plain),
            cell(views::time::lasting(soak), Tone::Plain),
            cell(format!("{} of {sites}", it.blast_radius(sites)), Tone::Plain),
        ]);
    }
    page += &format!("\n{}", text(&rows));
    let mut rows = table(setting, &["site", "ring", "title", "owner", "computers"]);
    for (it, ring) in plan.sites.iter().zip(&plan.ring_of).take(SITES_MAX) {
        let ring = plan.rings.get(*ring as usize).map(|it| it.id.to_string());
        rows.add_row(vec![
            cell(&it.id, Tone::Plain),
            cell(ring.unwrap_or_default(), Tone::Plain),
            cell(&it.title, Tone::Plain),
            cell(person(plan, &it.owner), Tone::Plain),
            number(it.computers.len(), Tone::Plain),
        ]);
    }
    page += &format!("\n{}", text(&rows));
    if plan.sites.len() > SITES_MAX {
        page += &format!("  and {} more: `--json` has them all\n", plan.sites.len() - SITES_MAX);
    }
    let mut rows = table(setting, &["rfc", "category", "requested by", "part", "title"]);
    for it in &plan.rfcs {
        rows.add_row(vec![
            cell(&it.id, Tone::Plain),
            cell(it.category, Tone::Plain),
            cell(person(plan, &it.requested_by), Tone::Plain),
            cell(plan.part_digest(&it.covers).short(), Tone::Plain),
            cell(&it.title, Tone::Plain),
        ]);
    }
    page + &format!("\n{}", text(&rows))
}

/// Returns what differs between two plans.
pub(crate) fn difference(diff: &PlanDiff) -> String {
    if diff.is_empty() {
        return "The plans say the same.\n".to_owned();
    }
    let mut text = String::new();
    for section in &diff.sections {
        text += &format!("{}\n", section.section);
        section.sentences.iter().for_each(|it| text += &format!("  {it}\n"));
    }
    for it in &diff.refused {
        text += &format!("{}: {}: {}\n", it.code, it.what, it.help);
    }
    let voided: Vec<&str> = diff.voided.iter().map(|it| it.as_str()).collect();
    text += &match voided.as_slice() {
        [] => "No authorisation is void by it.\n".to_owned(),
        voided => format!("Void, where they were authorised: {}\n", voided.join(", ")),
    };
    text
}
