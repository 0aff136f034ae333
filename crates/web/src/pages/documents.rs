//! Documents: sheets with whoever signs them, and reports.

use super::{Answer, said};
use crate::block::{Block, Cell, Fact, Link, Tone};
use crate::page::Page;
use crate::trouble::{No, Trouble};
use crate::visit::Visit;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;
use documents::{BinderLine, DocumentName, Language, MissingSignature, Paper, Reading, Status};
use model::command::Command;
use model::digest::Digest;
use model::event::Event;
use model::machine::SignOffState;
use model::reports::{self, Report};
use model::sheet::{self, Sheet, SlotId};
use reception::{PaperForm, PaperWanted, Reception};
use serde::Deserialize;
use std::sync::Arc;

/// The most sites whose documents are listed, a page at a time: those without all signatures come first.
const SITES_SHOWN_MAX: usize = 2_000;

/// What a document may load: nothing.
const PAPER_SECURITY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox";

pub(crate) async fn list(visit: Visit) -> Answer {
    let reading = Reading::default();
    let paper = Paper { state: visit.state(), now: visit.now, reading: &reading };
    let (sites, others): (Vec<DocumentName>, Vec<DocumentName>) = documents::all(&paper)
        .into_iter()
        .partition(|it| matches!(it.sheet(), Some(Sheet::Site(_))));
    let columns = ["Document", "Stands", "Signed", "Missing", "Download"];
    let rows = others.into_iter().map(|it| row(&visit, &documents::line(&paper, it))).collect();
    let all = sites.len();
    let open: Vec<DocumentName> =
        sites.into_iter().filter(|it| documents::status(&paper, it) != Status::Locked).collect();
    let locked = all - open.len();
    let shown = open.into_iter().take(SITES_SHOWN_MAX);
    let shown = shown.map(|it| row(&visit, &documents::line(&paper, it))).collect();
    let of_sites =
        Block::table("Sites without all signatures", &columns, shown, "Every site has signed.")
            .lead(format!(
                "{locked} of {all} sites have signed; each site's page has its document."
            ));
    let page = Page::new("Documents")
        .lead("Computed from the record, and never edited: the same record gives the same bytes.")
        .with(Block::table("The binder", &columns, rows, "").typed("landfall document list"))
        .with(of_sites.typed("landfall document pdf --all --into papers"))
        .with(Block::links(
            "More",
            vec![
                Link::new("Sites", visit.link("sites")),
                Link::new("Batches", visit.link("batches")).small("several sites signed at once"),
            ],
        ));
    Ok(page.shown(&visit))
}

/// Returns a document as a row of the binder.
fn row(visit: &Visit, it: &BinderLine) -> Vec<Cell> {
    let address = match &it.document {
        DocumentName::Sheet(sheet) => visit.link(&format!("documents/{sheet}")),
        DocumentName::Report(report) => visit.link(&format!("reports/{report}")),
        DocumentName::Rfc(_)
        | DocumentName::Waiver(_)
        | DocumentName::Escalation(_)
        | DocumentName::Lesson(_)
        | DocumentName::Analysis
        | DocumentName::Survey
        | DocumentName::Communications
        | DocumentName::Training
        | DocumentName::Readiness
        | DocumentName::ReleaseReadiness
        | DocumentName::Evidence => paper_link(visit, &it.document, PaperForm::Html),
    };
    let (stands, tone) = match it.status {
        Status::Draft => ("draft", Tone::Plain),
        Status::InSignature => ("in signature", Tone::Mind),
        Status::Locked => ("locked", Tone::Good),
        Status::Superseded => ("superseded", Tone::Bad),
        Status::Current => ("as recorded", Tone::Plain),
    };
    let signed = match it.needed {
        0 => Cell::of("nobody signs it"),
        needed => Cell::number(format!("{} of {needed}", it.signed)),
    };
    let pdf = Cell::of("PDF").link(paper_link(visit, &it.document, PaperForm::Pdf));
    vec![
        Cell::of(&it.title).link(address).small(&it.code),
        Cell::of(stands).tone(tone),
        signed,
        missing(visit, it),
        pdf,
    ]
}

/// Returns what a document lacks: whose signatures, since when they have been asked, or what else.
fn missing(visit: &Visit, it: &BinderLine) -> Cell {
    if it.is_complete() {
        return Cell::of("nothing").tone(Tone::Good);
    }
    if let [first, more @ ..] = it.lacks.as_slice() {
        let cell = Cell::of(first).tone(Tone::Mind);
        return match more.len() {
            0 => cell,
            more => cell.small(format!("and {more} more, which the document names")),
        };
    }
    let is_open =
        |it: &&MissingSignature| it.stands == SignOffState::Requested || it.dispute.is_some();
    let asked = it.missing.iter().filter(is_open);
    let asked: Vec<String> = asked
        .map(|it| {
            if let Some(said) = it.dispute.and_then(|_| visit.state().disputed_slot(&it.slot)) {
                return said;
            }
            let people = views::people::any_of(&visit.state().plan, &it.people);
            let since =
                it.since.map(|at| format!(", since {}", visit.when_at(&it.slot.sheet.scope(), at)));
            format!("{}: {people}{}", it.role, since.unwrap_or_default())
        })
        .collect();
    let more = it.missing.len() - asked.len();
    match (asked.is_empty(), more) {
        (true, _) => Cell::of("nobody is asked yet"),
        (false, 0) => Cell::of(asked.join("; ")).tone(Tone::Mind),
        (false, more) => Cell::of(asked.join("; "))
            .tone(Tone::Mind)
            .small(format!("{more} more are asked later")),
    }
}

/// Returns where a document is found as a file.
pub(super) fn paper_link(visit: &Visit, document: &DocumentName, form: PaperForm) -> String {
    visit.link(&format!("papers/{document}?form={form}"))
}

/// How a document is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    form: PaperForm,
    language: Language,
    issue: Option<u32>,
}

/// Answers with a document as a file: PDF, a page of HTML, or JSON.
pub(crate) async fn paper(
    State(reception): State<Arc<Reception>>,
    visit: Visit,
    Path((_, name)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let unknown = || No::unknown(format!("There is no document {name}."));
    let document: DocumentName = name.parse().map_err(|_| unknown())?;
    let Wanted { form, language, issue } = wanted;
    let wanted = PaperWanted { document, form, language, issue };
    let printed = reception.print(&visit.followed, wanted).await?.ok_or_else(unknown)?;
    let mut response = printed.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(printed.media));
    // It looks as it was written, and loads and does nothing.
    let security = HeaderValue::from_static(PAPER_SECURITY);
    headers.insert(header::CONTENT_SECURITY_POLICY, security);
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"{}\"", printed.file)) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Returns the ways to take a document along.
fn downloads(visit: &Visit, document: &DocumentName) -> Block {
    let link = |text: &str, form: PaperForm| Link::new(text, paper_link(visit, document, form));
    let german = format!("{}&language=de", paper_link(visit, document, PaperForm::Pdf));
    Block::links(
        "On paper",
        vec![
            link("PDF", PaperForm::Pdf).small("PDF/A-3, with its JSON attached").main(),
            Link::new("PDF, auf Deutsch", german),
            link("HTML", PaperForm::Html).small("a page that prints"),
            link("JSON", PaperForm::Json).small("the digest of its body is what is signed"),
        ],
    )
    .typed(format!("landfall document pdf {document}"))
}

pub(crate) async fn page(visit: Visit, Path((_, name)): Path<(String, String)>) -> Answer {
    let state = visit.state();
    let unknown = || No::unknown(format!("There is no sheet {name}."));
    let sheet: Sheet = name.parse().map_err(|_| unknown())?;
    if let Sheet::Site(site) = &sheet
        && state.site(site).is_none()
    {
        return Err(unknown().into());
    }
    let page = Page::new(sheet.title())
        .lead(format!(
            "{} {}, {}",
            state.plan.release.name,
            state.plan.release.version,
            state.environment()
        ))
        .with(signatures(&visit, &sheet))
        .and(super::by_hand::on_sheet(&visit, &sheet))
        .with(downloads(&visit, &DocumentName::Sheet(sheet.clone())))
        .and(said::of_sheet(&visit, &sheet))
        .typed(format!("landfall sheet {sheet}"));
    Ok(page.shown(&visit))
}

pub(crate) async fn report(visit: Visit, Path((_, name)): Path<(String, String)>) -> Answer {
    let state = visit.state();
    let unknown = || No::unknown(format!("There is no report {name}."));
    let report: Report = name.parse().map_err(|_| unknown())?;
    let facts = reports::report(state, &report).ok_or_else(unknown)?;
    let digest = reports::digest(state, &report).map(|it| Fact::said("Digest", it));
    let page = Page::new(report.title())
        .with(Block::facts("Identity", digest.into_iter().collect()))
        .with(downloads(&visit, &DocumentName::Report(report.clone())))
        .and(said::of_report(&visit, &facts))
        .typed(format!("landfall report {report}"));
    Ok(page.shown(&visit))
}

/// Returns who signs a sheet, who has, and what that means; with what whoever looks can do there.
pub(super) fn signatures(visit: &Visit, sheet: &Sheet) -> Block {
    let state = visit.state();
    let digest = sheet::digest(state, sheet);
    let scope = sheet.scope();
    let rows = sheet.slots().into_iter().map(|slot| {
        let status = state.slots.get(&slot);
        let cell = match status {
            None => Cell::of("not asked for yet").tone(Tone::Plain),
            Some(it) => {
                let by = it.by.as_ref().map(|by| format!(" by {}", visit.name(by)));
                let of_this = it.document == digest || it.state != SignOffState::Signed;
                let of = if of_this {
                    String::new()
                } else {
                    format!(", of the sheet {}", it.document.short())
                };
                let by = by.unwrap_or_default();
                if let Some(said) = state.disputed_slot(&slot) {
                    let cell = Cell::of(format!("{}{by}, disputed", it.state)).tone(Tone::Bad);
                    let cell = cell.small(crate::trouble::sentence(&said));
                    return slot_row(visit, &slot, cell);
                }
                let when = visit.when_at(&scope, it.since);
                let batch = state.in_batch(&slot).map(|it| format!("; {it}")).unwrap_or_default();
                let statements = it.statements.join("; ");
                match state.said_on_paper(&slot) {
                    // It is a signature, and another kind than the others: nobody takes it for one of them.
                    Some(said) => Cell::of(format!("{}{by} on paper", it.state))
                        .tone(Tone::Mind)
                        .small(format!("{said}; {when}{of} {statements}")),
                    None => Cell::of(format!("{}{by}", it.state))
                        .tone(slot_tone(it.state))
                        .small(format!("{when}{of}{batch} {statements}")),
                }
            }
        };
        slot_row(visit, &slot, cell)
    });
    let columns = ["Role type", "A signature means", "Stands", "You"];
    Block::table("Signatures", &columns, rows.collect(), "").lead(of_which(visit, sheet))
}

/// Returns of which version of `sheet` its signatures are, by its digest.
fn of_which(visit: &Visit, sheet: &Sheet) -> String {
    let state = visit.state();
    let digest = sheet::digest(state, sheet);
    let slots = sheet.slots();
    let signed = slots.iter().filter_map(|it| state.slots.get(it));
    let signed = signed.filter(|it| it.state == SignOffState::Signed);
    let signed: Vec<Digest> = signed.map(|it| it.document).collect();
    let mut others: Vec<String> =
        signed.iter().filter(|it| **it != digest).map(Digest::short).collect();
    let earlier = others.len();
    others.dedup();
    let (now, others) = (digest.short(), others.join(", "));
    match earlier {
        0 => format!("What is signed is exactly this sheet, by its digest {now}."),
        _ if earlier == signed.len() => format!(
            "The sheet has changed since it was signed: what was signed has the digest {others}, and stands in the PDF. The sheet as it is now has the digest {now}."
        ),
        _ => format!(
            "The sheet has changed since some have signed it: {earlier} of {} signatures are of the digest {others}. The sheet as it is now has the digest {now}.",
            signed.len()
        ),
    }
}

/// Returns a signature as a row of a table: who signs, what it means, where it `stands`, what to do.
fn slot_row(visit: &Visit, slot: &SlotId, stands: Cell) -> Vec<Cell> {
    let state = visit.state();
    let people = planner::waiting::holders(state, &slot.sheet.scope(), &signers(visit, slot));
    vec![
        Cell::of(slot.role).small(views::people::any_of(&state.plan, &people)),
        Cell::of(format!("\u{201c}{}\u{201d}", slot.meaning())),
        stands,
        decide(visit, slot),
    ]
}

fn signers(visit: &Visit, slot: &SlotId) -> Vec<model::role_type::RoleType> {
    model::gates::milestone::signers(&visit.state().plan, slot)
}

/// Returns whether whoever looks may fill `slot`.
fn is_mine(visit: &Visit, slot: &SlotId) -> bool {
    let state = visit.state();
    let roles = state.roles_of(visit.person(), &slot.sheet.scope());
    signers(visit, slot).iter().any(|it| roles.contains(it))
        || state.delegated_slot(visit.person(), slot, visit.now).is_some()
}

/// Returns what whoever looks can do with `slot`, or why not.
fn decide(visit: &Visit, slot: &SlotId) -> Cell {
    if !visit.is_open() {
        return Cell::none();
    }
    if visit.state().disputes.of(slot).is_some() {
        return super::disputes::decide(visit, slot);
    }
    let document = sheet::digest(visit.state(), &slot.sheet);
    let sign = |_| Command::Sign { slot: slot.clone(), document, exceptions: vec![] };
    let withdraw = |reason| Command::Withdraw { slot: slot.clone(), reason };
    let state = visit.state().slots.get(slot).map(|it| it.state);
    match (is_mine(visit, slot), state) {
        (true, Some(SignOffState::Requested)) if !visit.may(sign) => {
            Cell::of("somebody else of the role signs")
        }
        (true, Some(SignOffState::Requested)) => {
            let [sign, _, _] = links(visit, slot);
            Cell::of("Sign or refuse").link(sign.link.unwrap_or_default())
        }
        (true, Some(SignOffState::Signed)) => {
            if !visit.may(withdraw) {
                return Cell::none();
            }
            let form = visit.form(&withdraw(String::new())).unwrap_or_default();
            Cell::of("Withdraw").link(form)
        }
        (true, _) => Cell::of("you will be asked here"),
        (false, _) => Cell::of("it is not yours to sign"),
    }
}

/// Returns the three ways to decide on `slot`: sign, sign with exceptions, refuse with reasons.
pub(super) fn links(visit: &Visit, slot: &SlotId) -> [Link; 3] {
    let document = sheet::digest(visit.state(), &slot.sheet);
    let sign = Command::Sign { slot: slot.clone(), document, exceptions: vec![] };
    let refuse = Command::Refuse { slot: slot.clone(), document, reasons: vec![] };
    let at = |command: &Command| visit.form(command).unwrap_or_default();
    [
        Link::new("Sign", at(&sign)).main(),
        Link::new("Sign with exceptions", at(&sign)).small("each with an owner and a date"),
        Link::new("Refuse, with reasons", at(&refuse)),
    ]
}

/// Returns what has to be seen before `slot` is signed or refused: the sentence, the gate as it was read,
/// and exactly what is signed.
pub(super) async fn before_signing(
    visit: &Visit,
    slot: &SlotId,
    language: Language,
) -> Result<Vec<Block>, Trouble> {
    let sheet = DocumentName::Sheet(slot.sheet.clone());
    let told = documents::meaning(&slot.meaning(), language);
    let other = match language {
        Language::En => ("Auf Deutsch", Language::De),
        Language::De => ("In English", Language::En),
    };
    let digest = sheet::digest(visit.state(), &slot.sheet);
    let meaning = Block::facts(
        "What it means",
        vec![
            Fact::new(
                "A signature says",
                Cell::of(format!("\u{201c}{told}\u{201d}"))
                    .link(in_language(visit, slot, other.1))
                    .small(other.0),
            ),
            Fact::said("Sheet", slot.sheet.title()),
            Fact::said("Digest", digest),
            Fact::new(
                "On paper",
                Cell::of("PDF")
                    .link(format!(
                        "{}&language={language}",
                        paper_link(visit, &sheet, PaperForm::Pdf)
                    ))
                    .small("exactly what is signed"),
            ),
        ],
    );
    let gate = gate_read(visit, slot).await?;
    Ok([meaning].into_iter().chain(gate).chain(said::of_sheet(visit, &slot.sheet)).collect())
}

/// Returns where `slot` is signed in `language`.
fn in_language(visit: &Visit, slot: &SlotId, language: Language) -> String {
    let [sign, _, _] = links(visit, slot);
    format!("{}&_language={language}", sign.link.unwrap_or_default())
}

/// Returns what the gate read that opened `slot`, as it stands in the record.
async fn gate_read(visit: &Visit, slot: &SlotId) -> Result<Option<Block>, Trouble> {
    let asked = visit.state().slots.get(slot).and_then(|it| it.asked);
    let Some(asked) = asked else { return Ok(None) };
    let entries = visit.followed.entries(asked.saturating_sub(1), 1).await?;
    let gate = match entries.into_iter().next().map(|it| it.event) {
        Some(Event::SignOff { gate, .. }) => gate,
        Some(_) | None => return Ok(None),
    };
    let block = super::milestones::read(visit, "The gate, as it was read", &gate);
    Ok(Some(block.lead(format!("It opened this signature with entry {asked}."))))
}

pub(super) fn slot_tone(state: SignOffState) -> Tone {
    match state {
        SignOffState::Signed => Tone::Good,
        SignOffState::Requested => Tone::Mind,
        SignOffState::Declined => Tone::Bad,
        SignOffState::Pending
        | SignOffState::Void
        | SignOffState::Superseded
        | SignOffState::Withdrawn => Tone::Plain,
    }
}
