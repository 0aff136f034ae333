//! The plan in force, in short and in full; putting another in its place.

use super::Answer;
use crate::block::{Block, Body, Cell, Fact};
use crate::form::{FieldView, FormView};
use crate::page::Page;
use crate::trouble::No;
use crate::visit::Visit;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect};
use model::scope::Scope;
use reception::Reception;
use serde::Deserialize;
use std::sync::Arc;

/// The most lines of the plan that the page shows.
const LINES_MAX: usize = 2_000;

/// A plan that is to take the place of the one in force.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    plan: String,
    reason: String,
}

pub(crate) async fn page(visit: Visit) -> Answer {
    Ok(shown(&visit, &Wanted::default(), None).shown(&visit))
}

fn shown(visit: &Visit, wanted: &Wanted, no: Option<No>) -> Page {
    let state = visit.state();
    let plan = &state.plan;
    let facts = vec![
        Fact::said("Digest", state.plan_digest),
        Fact::said(
            "Baseline",
            if state.baseline == 0 { "none yet".to_owned() } else { state.baseline.to_string() },
        ),
        Fact::said("Release", format!("{} {}", plan.release.name, plan.release.version)),
        Fact::said("Vision", if plan.vision.is_empty() { "not said" } else { &plan.vision }),
        Fact::new("Core components", Cell::of(plan.components.len()).link(visit.link("core"))),
        Fact::new("Sites", Cell::of(plan.sites.len()).link(visit.link("sites"))),
        Fact::new("Requests for change", Cell::of(plan.rfcs.len()).link(visit.link("changes"))),
        Fact::new("People", Cell::of(plan.people.len()).link(visit.link("people"))),
        Fact::new("Freezes", Cell::of(plan.freezes.len()).link(visit.link("calendar"))),
        Fact::said(
            "At once",
            format!("{} sites, {} steps", plan.limits.sites_at_once, plan.limits.orders_at_once),
        ),
    ];
    let rings = plan.rings.iter().zip(&state.rings).map(|(ring, status)| {
        vec![
            Cell::of(&ring.id).link(visit.to(&Scope::Ring(ring.id.clone()))),
            Cell::of(ring.kind),
            Cell::number(status.counts.planned),
            Cell::number(ring.blast_radius(status.counts.planned)),
            Cell::number(format!("{} %", ring.halting.failed_percent)),
        ]
    });
    let rings = Block::table(
        "Rings",
        &["Ring", "Kind", "Sites", "Can fail before it stops", "May fail"],
        rings.collect(),
        "The plan has no rings.",
    );
    let text = serde_json::to_string_pretty(plan.as_ref()).unwrap_or_default();
    let mut lines: Vec<String> = text.lines().take(LINES_MAX).map(str::to_owned).collect();
    if text.lines().count() > LINES_MAX {
        lines.push("… and more: `landfall plan show --json` prints all of it".to_owned());
    }
    let field = |kind, name: &str, label: &str, about: &str, value: &str| FieldView {
        kind,
        name: name.to_owned(),
        label: label.to_owned(),
        about: about.to_owned(),
        value: value.to_owned(),
        is_required: true,
        ..FieldView::default()
    };
    let form = FormView {
        action: visit.link("plan"),
        fields: vec![
            field(
                "line",
                "plan",
                "Plan",
                "A file or folder among the plans that this server was shown.",
                &wanted.plan,
            ),
            field("text", "reason", "Reason", "Why it is replaced.", &wanted.reason),
        ],
        hidden: vec![],
        button: "Replace the plan".to_owned(),
        trouble: no,
        offers: vec![],
        back: None,
        is_grave: false,
    };
    let form = Block::new("Replace it by another", Body::Form(Box::new(form)))
        .lead("Approvals of whatever changes are void from then on, and their approvers see the difference.")
        .typed("landfall deployment revise PLAN --reason \"…\"");
    Page::new("Plan")
        .lead(plan.title.clone())
        .with(Block::facts("In short", facts))
        .with(rings)
        .with(form)
        .with(Block::new("In full", Body::Output(lines)))
        .typed("landfall plan show")
}

pub(crate) async fn revise(
    State(reception): State<Arc<Reception>>,
    visit: Visit,
    Form(wanted): Form<Wanted>,
) -> Answer {
    let deployment = visit.deployment().to_string();
    let (plan, reason) = (wanted.plan.trim(), &wanted.reason);
    match reception.revise(&visit.visitor, &deployment, plan, reason).await {
        Ok(acted) => {
            Ok(Redirect::to(&visit.link(&format!("plan?done={}", acted.first))).into_response())
        }
        Err(error) => {
            let no = No::from(error);
            let status = no.status;
            Ok(shown(&visit, &wanted, Some(no)).refused(&visit, status))
        }
    }
}
