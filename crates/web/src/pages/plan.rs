//! The plan in force, in short and in full; putting another in its place.

use super::Answer;
use crate::block::{Block, Body, Cell, Fact, Tone};
use crate::form::{FieldView, FormView};
use crate::page::Page;
use crate::trouble::{No, counted};
use crate::visit::Visit;
use axum::extract::{Form, Query, State as Held};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use coordinator::Moment;
use model::event::Event;
use model::id::Seq;
use model::machine::DeploymentState;
use model::ring::tolerated;
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::State;
use reception::Reception;
use serde::Deserialize;
use std::sync::Arc;

/// The most lines of the plan that the page shows.
const LINES_MAX: usize = 2_000;

/// How many entries are looked through for earlier plans.
const LOOKED_AT_MAX: u64 = 20_000;

/// How many are read at once.
const AT_ONCE: u32 = 2_000;

/// A plan that is to take the place of the one in force.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    plan: String,
    reason: String,
    /// The digest of the plan that the page showed as the one in force.
    seen: String,
}

/// With which earlier plan the one in force is compared.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Compared {
    since: Option<Seq>,
}

pub(crate) async fn page(visit: Visit, Query(compared): Query<Compared>) -> Answer {
    let mut page = shown(&visit, &Wanted::default(), None);
    page = page.with(baselines(&visit).await?);
    if let Some(entry) = compared.since {
        let state = visit.state();
        if entry == 0 || entry > state.seq {
            return Err(No::unknown(format!("There is no entry {entry}.")).into());
        }
        let then = visit.followed.at(Moment::Seq(entry)).await?.state;
        // What was asked for stands first.
        page.blocks.insert(0, difference(&then, state));
    }
    Ok(page.shown(&visit))
}

/// Returns what differs between the plans of two moments.
fn difference(then: &State, now: &State) -> Block {
    let diff = planfile::diff(&then.plan, &now.plan);
    let name = |it: &State| match it.baseline {
        0 => format!("the plan at entry {}, before the first baseline", it.seq),
        baseline => format!("baseline {baseline} at entry {}", it.seq),
    };
    let lines = diff.sections.iter().flat_map(|section| {
        section
            .sentences
            .iter()
            .map(|it| Cell::of(crate::trouble::sentence(it)).small(section.section.clone()))
    });
    let mut lines: Vec<Cell> = lines.collect();
    if lines.is_empty() {
        lines.push(Cell::of("They say the same."));
    }
    let voided = diff.voided.iter().map(|it| format!("The authorisation of {it} does not stand."));
    lines.extend(voided.map(|it| Cell::of(it).tone(Tone::Mind)));
    let lead = format!("From {} to {}.", name(then), name(now));
    Block::new("What changed", Body::Lines(lines)).lead(lead)
}

/// Returns when the plan was replaced, as far back as a page looks.
async fn baselines(visit: &Visit) -> Result<Block, reception::ReceptionError> {
    let state = visit.state();
    let mut after = state.seq.saturating_sub(LOOKED_AT_MAX);
    let mut rows = Vec::new();
    loop {
        let read = visit.followed.entries(after, AT_ONCE).await?;
        let Some(last) = read.last() else { break };
        after = last.seq;
        for entry in read.into_iter().filter(|it| it.seq <= state.seq) {
            let Event::PlanRevised { baseline, reason, changes, .. } = &entry.event else {
                continue;
            };
            let by = views::board::EntryLine::of(state, &entry).by;
            rows.push(vec![
                Cell::number(baseline),
                Cell::of(visit.when(entry.at)),
                Cell::of(by),
                Cell::of(reason).small(counted(changes.len(), "change")),
                Cell::of("compare with what was before").link(visit.link(&format!(
                    "plan?since={}&at={}",
                    entry.seq - 1,
                    entry.seq
                ))),
                Cell::of("compare with now").link(visit.link(&format!("plan?since={}", entry.seq))),
            ]);
        }
    }
    rows.reverse();
    let columns = ["Baseline", "When", "Who", "Why", "What it changed", "What changed since"];
    let empty = "The plan was never replaced.";
    Ok(Block::table("Plans so far", &columns, rows, empty).typed("landfall plan history"))
}

/// Returns whether whoever looks may be among those who replace the plan: what else is asked depends on
/// what the other one changes.
fn may_revise(visit: &Visit) -> bool {
    use RoleType::{ChangeAuthority, Customer, ProgramManager, ReleaseManagement, SolutionManager};
    let state = visit.state();
    let roles = state.roles_of(visit.person(), &Scope::Deployment);
    let is_draft = state.deployment == DeploymentState::Draft;
    let mut wanted = vec![ProgramManager];
    wanted.extend(if is_draft {
        vec![ReleaseManagement]
    } else {
        vec![Customer, ChangeAuthority, SolutionManager]
    });
    visit.is_open() && roles.iter().any(|it| wanted.contains(it))
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
            Cell::number(tolerated(status.counts.planned, ring.halting.failed_percent)),
            Cell::number(ring.blast_radius(status.counts.planned)),
        ]
    });
    let rings = Block::table(
        "Rings",
        &["Ring", "Kind", "Sites", "May fail, at most", "Blast radius"],
        rings.collect(),
        "The plan has no rings.",
    )
    .lead("More failed sites than may fail halt the ring. Its blast radius is the most that can fail before it stands still: those that may, and all at work at once when one more fails.");
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
    let form = may_revise(visit).then(|| FormView {
        more: vec![],
        has_more_said: false,
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
        hidden: vec![("seen".to_owned(), plan.digest().to_string())],
        button: "Replace the plan".to_owned(),
        trouble: no,
        offers: vec![],
        back: None,
        is_grave: false,
        again: None,
    });
    let form = form.map(|it| {
        Block::new("Replace it by another", Body::Form(Box::new(it)))
            .lead("Approvals of whatever changes are void from then on, and their approvers see the difference.")
            .typed("landfall deployment revise PLAN --reason \"…\"")
    });
    Page::new("Plan")
        .lead(plan.title.clone())
        .with(Block::facts("In short", facts))
        .with(rings)
        .and(form)
        .with(Block::new("In full", Body::Output(lines)))
        .typed("landfall plan show")
}

pub(crate) async fn revise(
    Held(reception): Held<Arc<Reception>>,
    visit: Visit,
    Form(wanted): Form<Wanted>,
) -> Answer {
    let deployment = visit.deployment().to_string();
    let (plan, reason) = (wanted.plan.trim(), &wanted.reason);
    if !wanted.seen.is_empty() && wanted.seen != visit.state().plan.digest().to_string() {
        let said = "Another plan is in force by now than the one that was shown.";
        let status = StatusCode::PRECONDITION_FAILED;
        let no = No::new(status, "What was shown is no longer what is there", said);
        let no = no.next("Look at the plan below, and decide anew.");
        return Ok(shown(&visit, &wanted, Some(no)).refused(&visit, status));
    }
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
