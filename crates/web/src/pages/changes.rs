//! Changes: the requests, what each covers, who has approved it, and what has changed since.

use super::Answer;
use crate::block::{Block, Cell, Fact, Link, Tone};
use crate::offer::offered;
use crate::page::Page;
use crate::trouble::{No, sentence};
use crate::visit::Visit;
use axum::extract::Path;
use model::command::{Command, RfcAct};
use model::dispute::DisputeCommand;
use model::event::{Actor, Entry, Event};
use model::id::RfcId;
use model::machine::RfcState;
use model::rfc::RequestForChange;
use model::scope::Scope;
use model::state::RfcStatus;

/// How many of the newest entries are looked through for changes of the plan.
const LOOKED_AT_MAX: u64 = 20_000;

/// How many entries are read at once.
const AT_ONCE: u32 = 2_000;

pub(crate) async fn list(visit: Visit) -> Answer {
    let state = visit.state();
    let rows = state.rfcs.iter().filter_map(|it| state.rfc(&it.id)).map(|(planned, status)| {
        let given = status.approvals.len();
        let wanted: usize =
            state.levels_of(planned, status).iter().map(|it| usize::from(it.quorum)).sum();
        vec![
            Cell::of(&planned.title)
                .link(visit.to(&Scope::Rfc(planned.id.clone())))
                .small(planned.id.to_string()),
            Cell::of(status.state)
                .tone(rfc_tone(status.state))
                .small(status.reason.clone().unwrap_or_default()),
            Cell::of(status.category.unwrap_or(planned.category)),
            Cell::number(format!("{given} of {wanted}")),
            Cell::optional(status.until.map(|at| visit.when(at))),
        ]
    });
    let columns = ["Request", "State", "Category", "Approvals", "Valid until"];
    let list = Block::table(
        "Requests for change",
        &columns,
        rows.collect(),
        "The plan has no requests for change.",
    );
    let acts = [
        visit.offer_kind("Ask for a standard change", "change-schedule/request-standard", &[]),
        visit.offer_kind("Ask for an emergency change", "change-schedule/request-emergency", &[]),
        visit.offer_kind("Rule on a conflict", "change-schedule/rule", &[]),
        Some(Link::new("Draw a sample for an auditor", visit.link("sample"))),
    ];
    let page = Page::new("Changes")
        .lead("No step runs in production without an authorised request for exactly this part of the plan.")
        .with(list.typed("landfall rfc list"))
        .and(offered(acts));
    Ok(page.shown(&visit))
}

pub(crate) async fn page(visit: Visit, Path((_, name)): Path<(String, String)>) -> Answer {
    let state = visit.state();
    let unknown = || No::unknown(format!("There is no request {name}."));
    let id: RfcId = name.parse().map_err(|_| unknown())?;
    let (planned, status) = state.rfc(&id).ok_or_else(unknown)?;
    let scope = Scope::Rfc(id.clone());
    let reason = status.reason.as_deref().map(sentence).unwrap_or_default();
    let lead = format!("It is {} since {}. {reason}", status.state, visit.when(status.since));
    let mut page = Page::new(format!("{id}: {}", planned.title)).lead(lead);
    page = page.and(since_approval(&visit, &id).await?);
    page = page
        .and(acts(&visit, planned, status))
        .and(super::waits::of_scope(&visit, &scope))
        .and(before_deciding(&visit, &id));
    Ok(page.typed(format!("landfall rfc show {id}")).shown(&visit))
}

/// Returns what changed of the plan that voided an approval of `rfc`, the newest first.
async fn since_approval(visit: &Visit, rfc: &RfcId) -> Result<Option<Block>, No> {
    let state = visit.state();
    if state.baseline < 2 {
        return Ok(None);
    }
    let mut after = state.seq.saturating_sub(LOOKED_AT_MAX);
    let mut found: Vec<Entry> = Vec::new();
    loop {
        let read = visit.followed.entries(after, AT_ONCE).await?;
        let Some(last) = read.last() else { break };
        after = last.seq;
        found.extend(read.into_iter().filter(|it| it.seq <= state.seq && voids(it, rfc)));
    }
    let rows = found.iter().rev().flat_map(|entry| {
        let Event::PlanRevised { changes, reason, baseline, .. } = &entry.event else {
            return vec![];
        };
        let by = match &entry.actor {
            Actor::System => "Landfall".to_owned(),
            Actor::Person { person, .. } => visit.name(person),
        };
        let first = Cell::of(format!("baseline {baseline}"))
            .link(visit.link(&format!("record/{}", entry.seq)))
            .small(format!("{}, by {by}", visit.when(entry.at)));
        let mut rows =
            vec![vec![first, Cell::of(sentence(reason)).small("why the plan was changed")]];
        rows.extend(
            changes.iter().map(|it| vec![Cell::of("what changed"), Cell::of(sentence(it))]),
        );
        rows
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let block = Block::table("What changed since it was approved", &["Change", "What"], rows, "");
    Ok(Some(block.lead("The plan was changed, and what was approved of it is no longer what is there. An approval given before counts no more.")))
}

fn voids(entry: &Entry, rfc: &RfcId) -> bool {
    let Event::PlanRevised { voided, unapproved, .. } = &entry.event else { return false };
    voided.iter().chain(unapproved).any(|it| it == rfc)
}

/// Returns what has to be seen before a request is decided on.
pub(super) fn before_deciding(visit: &Visit, rfc: &RfcId) -> Vec<Block> {
    let state = visit.state();
    let Some((planned, status)) = state.rfc(rfc) else { return vec![] };
    [what(visit, planned, status), approvals(visit, planned, status)]
        .into_iter()
        .chain(disputed(visit, rfc))
        .chain(conflicts(visit, rfc))
        .collect()
}

fn what(visit: &Visit, planned: &RequestForChange, status: &RfcStatus) -> Block {
    let state = visit.state();
    let names = |ids: &[model::id::PersonId]| {
        let names: Vec<String> = ids.iter().map(|it| visit.name(it)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let details = &planned.details;
    let part = state.part_of(&planned.id);
    let mut facts = vec![
        Fact::said("Category", status.category.unwrap_or(planned.category)),
        Fact::said("Requested by", visit.name(&planned.requested_by)),
        Fact::several("Covers", covers(visit, planned)),
        Fact::said("Reason", &planned.reason),
        Fact::said("Impact", &planned.impact),
        Fact::said("Risk", &planned.risk),
    ];
    let score = details.score.map(|it| {
        format!("{} of 25: likelihood {}, impact {}", it.score(), it.likelihood, it.impact)
    });
    let window =
        planned.window.map(|it| format!("{} to {}", visit.when(it.from), visit.when(it.until)));
    let more = [
        Fact::maybe("Risk score", score),
        Fact::maybe("Rollback plan", Some(&planned.rollback_plan).filter(|it| !it.is_empty())),
        Fact::maybe("Test evidence", Some(&planned.test_evidence).filter(|it| !it.is_empty())),
        Fact::maybe("Decision point", details.decision_point.as_ref()),
        Fact::maybe("Abort criteria", details.abort_criteria.as_ref()),
        Fact::maybe("Security", details.security_impact.as_ref()),
        Fact::maybe("Outcome wanted", details.expected_outcome.as_ref()),
        Fact::maybe("Implemented by", names(&planned.implementers)),
        Fact::maybe("On shift", names(&details.on_shift)),
        Fact::maybe("Window", window),
        Fact::maybe("Valid until", status.until.map(|at| visit.when(at))),
        Fact::maybe("Digest of the plan part", part),
    ];
    facts.extend(more.into_iter().flatten());
    if let (Some(authorised), Some(now)) = (status.part, part)
        && authorised != now
    {
        let said = format!("{}: that is no longer the plan", authorised.short());
        facts.push(Fact::new("Authorised was", Cell::of(said).tone(Tone::Bad)));
    }
    Block::facts("What is asked", facts)
}

fn covers(visit: &Visit, planned: &RequestForChange) -> Vec<Cell> {
    let covers = &planned.covers;
    let components = covers.components.iter().map(|it| Scope::Component(it.clone()));
    let rings = covers.rings.iter().map(|it| Scope::Ring(it.clone()));
    let sites = covers.sites.iter().take(50).map(|it| Scope::Site(it.clone()));
    let scopes = components.chain(rings).chain(sites);
    let spoken = |it: &Scope| views::subject::spoken(visit.state(), it);
    let cells: Vec<Cell> = scopes.map(|it| Cell::of(spoken(&it)).link(visit.to(&it))).collect();
    match &planned.template {
        Some(template) => vec![Cell::of(format!(
            "up to {} sites at a time, in advance, until {}",
            template.sites_at_most,
            visit.when(template.until)
        ))],
        None => cells,
    }
}

fn approvals(visit: &Visit, planned: &RequestForChange, status: &RfcStatus) -> Block {
    let levels = visit.state().levels_of(planned, status);
    let rows = levels.iter().zip(0_u8..).map(|(level, number)| {
        let given: Vec<String> = status
            .approvals
            .iter()
            .filter(|(_, it)| *it == number)
            .map(|(by, _)| visit.name(by))
            .collect();
        let tone = if given.len() >= usize::from(level.quorum) { Tone::Good } else { Tone::Plain };
        vec![
            Cell::number(number + 1),
            Cell::of(level.role),
            Cell::of(format!("{} of {}", given.len(), level.quorum)).tone(tone),
            Cell::of(if given.is_empty() { "nobody yet".to_owned() } else { given.join(", ") }),
        ]
    });
    let columns = ["Level", "Role type", "Given", "By"];
    let table = Block::table("Approvals", &columns, rows.collect(), "It is approved in advance.");
    let emergency = visit.state().change_schedule.emergencies.get(&planned.id);
    match emergency.filter(|_| status.was_emergency) {
        Some(it) => {
            let by = it.by.as_ref().map_or_else(|| "somebody".to_owned(), |by| visit.name(by));
            table.lead(format!(
                "It was authorised as an emergency by {by} alone, {}, to restore {}.",
                visit.when(it.at),
                it.kind
            ))
        }
        None => table,
    }
}

/// Returns the approvals of `rfc` that are disputed, with what whoever looks can do.
fn disputed(visit: &Visit, rfc: &RfcId) -> Option<Block> {
    let state = visit.state();
    let rows: Vec<Vec<Cell>> = state
        .disputed_approvals(rfc)
        .into_iter()
        .filter_map(|it| {
            let dispute = state.disputes.get(it.dispute)?;
            let (rfc, by) = (it.rfc.clone(), it.by.clone());
            let (said, command) = if it.by == *visit.person() {
                let part = state.part_of(&rfc)?;
                ("Confirm it", DisputeCommand::ConfirmApproval { rfc, part })
            } else {
                let reason = String::new();
                ("Set it aside", DisputeCommand::SetAsideApproval { rfc, by, reason })
            };
            let form = visit.form(&Command::Dispute(command)).unwrap_or_default();
            let ran = state.let_run(&it.rfc).as_deref().map(sentence);
            Some(vec![
                Cell::of(visit.name(&it.by)).small(ran.unwrap_or_default()),
                Cell::of(format!("disputed, dispute {}", it.dispute))
                    .tone(Tone::Bad)
                    .small(&dispute.reason),
                Cell::of(visit.when(dispute.since)),
                if visit.is_open() { Cell::of(said).link(form) } else { Cell::none() },
            ])
        })
        .collect();
    let columns = ["Whose approval", "Stands", "Others could since", "You"];
    let lead = "Nothing begins on a disputed approval: who gave it confirms it, or it is set aside and given anew.";
    (!rows.is_empty()).then(|| Block::table("Disputed approvals", &columns, rows, "").lead(lead))
}

fn conflicts(visit: &Visit, rfc: &RfcId) -> Option<Block> {
    let found = model::change_schedule::conflicts(visit.state(), rfc);
    let rows: Vec<Vec<Cell>> = found
        .iter()
        .map(|it| {
            vec![
                Cell::of(&it.other).small(it.deployment.to_string()),
                Cell::of(it.over.join(", ")),
                Cell::of(it.from.map_or_else(|| "now".to_owned(), |at| visit.when(at))),
                Cell::of(it.ruling.as_deref().unwrap_or("not ruled on")),
            ]
        })
        .collect();
    let columns = ["Meets", "Over", "From", "Ruling"];
    (!rows.is_empty()).then(|| Block::table("Conflicts", &columns, rows, ""))
}

/// Returns what whoever looks can do with the request; what is not to be done now, says why.
fn acts(visit: &Visit, planned: &RequestForChange, status: &RfcStatus) -> Option<Block> {
    let part = visit.state().part_of(&planned.id);
    let offer = |states: &[RfcState], text: &str, act: &dyn Fn(String) -> RfcAct| {
        let of = |reason| Command::Rfc { rfc: planned.id.clone(), act: act(reason) };
        let link = visit.offer(text, of)?;
        let is_its_time = states.contains(&status.state);
        let not_now = || Link::not_now(text, format!("it is {}", status.state));
        Some(if is_its_time { link } else { not_now() })
    };
    let category = status.category.unwrap_or(planned.category);
    let open = [RfcState::Submitted, RfcState::Assessing];
    let approve = part.and_then(|part| {
        let act = |_| RfcAct::Approve { part, conditions: None };
        offer(&[RfcState::Assessing], "Approve", &act)
    });
    let emergency = part.and_then(|part| {
        let act = |reason| RfcAct::AuthoriseEmergency { part, kind: None, reason };
        offer(&open, "Authorise as an emergency", &act)
    });
    offered([
        offer(&[RfcState::Draft], "Submit", &|_| RfcAct::Submit),
        offer(&[RfcState::Submitted], "Classify", &|_| RfcAct::Classify { category }),
        approve.map(Link::main),
        offer(&open, "Reject", &|reason| RfcAct::Reject { reason }),
        offer(&open, "Send back with questions", &|reason| RfcAct::Return { reason }),
        offer(&[RfcState::Authorised], "Schedule", &|_| RfcAct::Schedule),
        emergency,
        offer(&[RfcState::Implemented, RfcState::BackedOut], "Review", &|reason| RfcAct::Review {
            reason,
        }),
        offer(&[RfcState::Reviewed], "Close", &|_| RfcAct::Close),
        visit.is_open().then(|| Link::new("All acts on requests", visit.link("act"))),
    ])
}

fn rfc_tone(state: RfcState) -> Tone {
    match state {
        RfcState::Draft | RfcState::Closed | RfcState::Reviewed => Tone::Plain,
        RfcState::Submitted | RfcState::Assessing => Tone::Mind,
        RfcState::Implementing => Tone::Busy,
        RfcState::Authorised
        | RfcState::EmergencyAuthorised
        | RfcState::Scheduled
        | RfcState::Implemented => Tone::Good,
        RfcState::BackedOut | RfcState::Rejected | RfcState::Cancelled => Tone::Bad,
    }
}
