//! An auditor's sample: changes that a seed has chosen, each laid out from its request to its review.

use super::Answer;
use crate::block::{Block, Fact};
use crate::form::FieldView;
use crate::page::Page;
use crate::template::said;
use crate::trouble::No;
use crate::visit::Visit;
use model::id::Seq;
use views::board::EntryLine;
use views::sample::{SAMPLE_USUAL, SampledChange};

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let count = number::<usize>(&visit, "count")?.unwrap_or(SAMPLE_USUAL);
    let seed = number::<u64>(&visit, "seed")?;
    let mut page = Page::new("Sample of changes").lead(
        "An auditor names a seed, and it chooses: nobody can show only what went well. Each change is laid out from its request to its review.",
    );
    if let Some(seed) = seed {
        let sample = visit.followed.sample(state, seed, count).await?;
        page =
            page.with(Block::facts("What was drawn", vec![Fact::said("Sample", sample.summary())]));
        for change in &sample.changes {
            page = page.with(asked(&visit, change)).with(happened(
                &visit,
                change,
                sample.looked_through,
            ));
        }
        page = page.typed(format!("landfall evidence sample --seed {seed} --count {count}"));
    }
    let filter = [
        FieldView::line(&visit, "seed", "Seed, a number that the auditor chooses"),
        FieldView {
            value: count.to_string(),
            ..FieldView::line(&visit, "count", "Changes, 200 at most")
        },
    ];
    Ok(page.shown_as(&visit, "list.html", said! { filter, action => visit.link("sample") }))
}

/// Returns what was asked for, by whom, and who approved it.
fn asked(visit: &Visit, change: &SampledChange<'_>) -> Block {
    let SampledChange { request, status, .. } = change;
    let title = request.map_or_else(
        || format!("{}, which is no longer in the plan", status.id),
        |it| format!("{}: {}", it.id, it.title),
    );
    let approved: Vec<String> = status
        .approvals
        .iter()
        .map(|(by, level)| format!("{}, at level {}", visit.name(by), level + 1))
        .collect();
    let mut facts = vec![Fact::said("State", status.state)];
    if let Some(request) = request {
        facts.extend([
            Fact::said("Category", status.category.unwrap_or(request.category)),
            Fact::said("Requested by", visit.name(&request.requested_by)),
            Fact::said("Reason", &request.reason),
            Fact::said("Impact", &request.impact),
            Fact::said("Risk", &request.risk),
            Fact::said("Rollback plan", &request.rollback_plan),
        ]);
    }
    let approved = if approved.is_empty() { "nobody".to_owned() } else { approved.join("; ") };
    facts.push(Fact::said("Approved by", approved));
    Block::facts(title, facts).typed(format!("landfall rfc show {}", status.id))
}

/// Returns what the record has of a change, the oldest first.
fn happened(visit: &Visit, change: &SampledChange<'_>, looked_through: Seq) -> Block {
    let state = visit.state();
    let lines: Vec<EntryLine> = change.entries.iter().map(|it| EntryLine::of(state, it)).collect();
    let mut block = super::board::entries(visit, &lines);
    block.title = format!("{}, from request to review", change.status.id);
    let more = match change.left_out {
        0 => String::new(),
        more => format!("{more} entries more concern it. "),
    };
    let beyond = if looked_through == state.seq {
        String::new()
    } else {
        format!(
            "Only the first {looked_through} entries were looked through: the command line looks through all."
        )
    };
    block.lead(format!("{more}{beyond}"))
}

/// Returns the number that the address says under `name`, if it says one.
fn number<N: std::str::FromStr>(visit: &Visit, name: &str) -> Result<Option<N>, No> {
    let said = visit.says(name).trim();
    if said.is_empty() {
        return Ok(None);
    }
    let invalid = |_| No::invalid(format!("The {name} is a number from 0 on."));
    said.parse().map(Some).map_err(invalid)
}
