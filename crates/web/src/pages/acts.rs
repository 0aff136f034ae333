//! Acts: a form for every command, and what becomes of it.

use super::Answer;
use super::waits;
use crate::block::{Block, Body, Link};
use crate::form::{self, AgainView, FieldView, FormView, Hints, Kind, Posted};
use crate::link::here;
use crate::page::Page;
use crate::trouble::{No, Trouble};
use crate::visit::Visit;
use axum::extract::{Form, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use documents::Language;
use model::authentication;
use model::batch::BatchCommand;
use model::command::{Command, Resumable, RfcAct};
use model::digest::Digest;
use model::dispute::DisputeCommand;
use model::event::Event;
use model::incident::{IncidentCommand, Opening, Severity};
use model::machine::SignOffTransition;
use model::paper::PaperCommand;
use model::profile::Profile;
use model::scope::Scope;
use reception::passkey::Question;
use reception::{Reception, ReceptionError, SentAway, Showing, ToSign};
use record::CommandId;
use std::sync::Arc;
use strum::VariantArray as _;
use views::alike::alike;
use zeroize::Zeroizing;

type Fields = Vec<(String, String)>;

/// What is said where nothing can be done any more.
const SEALED: &str =
    "The record is sealed: nothing is done or decided in this deployment any more.";

/// All acts, by the noun they are about.
pub(crate) async fn list(visit: Visit) -> Answer {
    let mut page = Page::new("All acts").lead(
        "Whatever can be done in a deployment can be done here, in a terminal and through the API, by the same rules. Most acts are found where they are needed: in what waits, at a site, at a request for change.",
    );
    if visit.state().is_sealed() {
        return Ok(page.lead(SEALED).shown(&visit));
    }
    let mut groups: Vec<(String, Vec<Link>)> = Vec::new();
    for kind in form::kinds() {
        let title = match kind.noun() {
            "" => "Deployment, components and sites".to_owned(),
            "rfc" => "Request for change".to_owned(),
            noun => form::spoken(noun),
        };
        let name = form::spoken(kind.path.rsplit('/').next().unwrap_or_default());
        let link = Link::new(name, visit.link(&format!("act/{}", kind.path)));
        let link = link.small(kind.about.clone());
        match groups.iter_mut().find(|(it, _)| *it == title) {
            Some((_, links)) => links.push(link),
            None => groups.push((title, vec![link])),
        }
    }
    for (title, links) in groups {
        page = page.with(Block::links(title, links));
    }
    Ok(page.shown(&visit))
}

/// The form of one kind of act, filled in with what is known.
pub(crate) async fn form(
    State(reception): State<Arc<Reception>>,
    visit: Visit,
    Path((_, kind)): Path<(String, String)>,
    Query(fields): Query<Fields>,
) -> Answer {
    let kind = known(&kind)?;
    let usual = usual(&visit, &kind.path);
    let posted = Posted::new(usual.clone(), &visit.state().plan.zone).with(&fields);
    let mut page = filled(&reception, &visit, kind, (&posted, None)).await?;
    if kind.path != "resume-ring" {
        page.blocks.iter_mut().for_each(|it| it.set_aside(&usual));
    }
    Ok(page.shown(&visit))
}

/// Returns what somebody says who says little, where an act has much that can be said of it. How bad it
/// is and where, they say themselves.
fn usual(visit: &Visit, path: &str) -> Vec<(String, String)> {
    if path == "resume-ring" {
        // Whoever lets a ring go on means all of it, if they do not say otherwise.
        let all: Vec<String> = Resumable::VARIANTS.iter().map(ToString::to_string).collect();
        return vec![("c.resume-ring.only".to_owned(), all.join("\n"))];
    }
    if path != "incident/open" {
        return vec![];
    }
    let (title, detected) = (String::new(), visit.now);
    let opening = Opening::reported(Scope::Deployment, Severity::THREE, title, detected);
    let command = Command::Incident(IncidentCommand::Open(Box::new(opening)));
    let fields = form::filled(&command).map(|(_, fields)| fields).unwrap_or_default();
    let is_theirs = |name: &str| name.ends_with(".severity") || name.ends_with(".scopes");
    fields.into_iter().filter(|(name, _)| !is_theirs(name)).collect()
}

fn known(path: &str) -> Result<&'static Kind, No> {
    form::kind(path).ok_or_else(|| No::unknown(format!("There is no act {path}.")))
}

/// Returns the page with the form, and with what is to be seen before it is sent.
async fn filled(
    reception: &Reception,
    visit: &Visit,
    kind: &Kind,
    (posted, no): (&Posted, Option<No>),
) -> Result<Page, Trouble> {
    let state = visit.state();
    if state.is_sealed() {
        return Ok(Page::new(kind.about.trim_end_matches('.')).lead(SEALED));
    }
    let back = posted.get("_back").map(|it| here(Some(it)));
    let back = back.unwrap_or_else(|| visit.to(&Scope::Deployment));
    let command = kind.command(posted).ok().map(|it| as_shown(visit, it));
    let fields = command.as_ref().and_then(form::filled).map(|(_, fields)| fields);
    let posted = &posted.with(&fields.unwrap_or_default());
    let mut view = kind.form(posted, &Hints::of(state));
    view.action = visit.link(&format!("act/{}", kind.path));
    let seen = posted.get("_entry").map_or_else(|| state.seq.to_string(), str::to_owned);
    let language = language(posted);
    view.hidden = vec![
        ("_back".to_owned(), back.clone()),
        ("_entry".to_owned(), seen),
        ("_language".to_owned(), language.to_string()),
    ];
    if SIGNING.contains(&kind.path.as_str())
        && authentication::asks_again(state, visit.visitor.by)
        && visit.at.is_none()
    {
        view.again = Some(again(reception, visit, kind, posted).await?);
    }
    view.back = Some(back);
    view.is_grave = is_grave(&kind.path);
    let asks_why = no.as_ref().is_some_and(|it| it.asks_why);
    view.trouble = no;
    let mut page = Page::new(kind.about.trim_end_matches('.'));
    if let Some(command) = &command {
        let seen = to_be_seen(visit, command, language).await?;
        if !seen.is_empty() {
            hide_what_is_seen(&mut view);
        }
        page = page.and(seen);
        if asks_why {
            let scope = views::subject::of(command);
            let waits = planner::waiting::why(state, visit.now, &scope);
            let cards = waits::cards(visit, &alike(views::why::binding_first(waits)), 10);
            page = page.with(Block::new("What it waits on", Body::Waits(cards)));
        }
    }
    let mut block = Block::new("Your decision", Body::Form(Box::new(view)));
    if let Some(command) = &command {
        block = block.typed(visit.typed(command));
    }
    if visit.at.is_some() {
        block = block.lead("You look at an earlier moment. What you decide counts from now on.");
    }
    Ok(page.with(block))
}

/// Returns the language in which whoever decides reads what it means.
fn language(posted: &Posted) -> Language {
    posted.get("_language").and_then(|it| it.parse().ok()).unwrap_or_default()
}

/// Returns how whoever looks can show again that it is them.
async fn again(
    reception: &Reception,
    visit: &Visit,
    kind: &Kind,
    posted: &Posted,
) -> Result<AgainView, Trouble> {
    let ways = reception.ways(&visit.visitor).await?;
    let passkey = ways.passkey.then(|| visit.link(&format!("question/{}", kind.path)));
    // Whoever has a passkey uses it where it is regulated: a password alone is one factor.
    let is_regulated = visit.state().plan.profile == Profile::Regulated;
    let password = ways.password && !(is_regulated && ways.passkey);
    let shown = posted.get("again").map(str::to_owned);
    Ok(AgainView { password, passkey, sign_on: ways.sign_on, shown })
}

/// Returns what whoever decides has given to show that it is them.
fn showing(posted: &Posted) -> Option<Showing> {
    let filled = |name: &str| posted.get(name).filter(|it| !it.is_empty()).map(str::to_owned);
    let passkey = filled("_answer").map(Showing::Passkey);
    let sign_on = || filled("_again").map(Showing::SignOn);
    let password = || filled("_password").map(|it| Showing::Password(Zeroizing::new(it)));
    passkey.or_else(sign_on).or_else(password)
}

/// Asks the browser of whoever decides for their passkey, about exactly what they have filled in.
pub(crate) async fn question(
    State(reception): State<Arc<Reception>>,
    visit: Visit,
    Path((_, kind)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> axum::response::Response {
    asked_by_browser(asked(&reception, &visit, &kind, fields).await)
}

/// Returns the answer to a browser that wants to ask for a passkey.
pub(super) fn asked_by_browser(asked: Result<Question, No>) -> axum::response::Response {
    match asked {
        Ok(question) => axum::Json(question).into_response(),
        Err(no) => {
            let next = no.next_step.map(|it| format!(" {it}")).unwrap_or_default();
            let detail = format!("{}{next}", crate::trouble::sentence(&no.said));
            (no.status, axum::Json(serde_json::json!({ "detail": detail }))).into_response()
        }
    }
}

async fn asked(
    reception: &Reception,
    visit: &Visit,
    kind: &str,
    fields: Fields,
) -> Result<Question, No> {
    let kind = known(kind)?;
    let posted = Posted::new(fields, &visit.state().plan.zone);
    let command = kind.command(&posted).map_err(No::invalid)?;
    let it = ToSign { command, language: language(&posted), id: None };
    let declared = reception.declared(&visit.visitor, &visit.followed, &it).await?;
    Ok(reception.ask_again(&visit.visitor, &declared.challenge).await?)
}

/// Returns what somebody should see before they decide: the sheet that they sign, the request that
/// they approve.
async fn to_be_seen(
    visit: &Visit,
    command: &Command,
    language: Language,
) -> Result<Vec<Block>, Trouble> {
    if let Command::Dispute(DisputeCommand::Confirm { slot, .. }) = command {
        return Ok(super::disputes::before_confirming(visit, slot, language));
    }
    if let Command::Paper(PaperCommand::Attest { paper, .. }) = command {
        return Ok(super::by_hand::before_attesting(visit, *paper));
    }
    if let Command::Batch(it) = command {
        return Ok(super::batches::before(visit, it, language));
    }
    if let Command::Sign { slot, .. } | Command::Refuse { slot, .. } = command {
        return super::documents::before_signing(visit, slot, language).await;
    }
    if let Command::Rfc { rfc, .. }
    | Command::Dispute(
        DisputeCommand::ConfirmApproval { rfc, .. } | DisputeCommand::SetAsideApproval { rfc, .. },
    ) = command
    {
        return Ok(super::changes::before_deciding(visit, rfc));
    }
    if let Command::RollBack { scope, .. } = command {
        return Ok(super::components::before_rolling_back(visit, scope).into_iter().collect());
    }
    if let Command::AcknowledgeSchedule { site, .. } = command {
        return Ok(super::site::before_acknowledging(visit, site));
    }
    Ok(vec![])
}

/// Returns `command` about exactly what the page shows now: whoever came by an older link, or whose
/// decision came too late, sees what is there and decides on that.
fn as_shown(visit: &Visit, mut command: Command) -> Command {
    let state = visit.state();
    if let Command::Sign { slot, document, .. }
    | Command::Batch(BatchCommand::LookAt { slot, document, .. })
    | Command::Refuse { slot, document, .. } = &mut command
    {
        *document = model::sheet::digest(state, &slot.sheet);
    }
    if let Command::Dispute(DisputeCommand::Confirm { slot, document }) = &mut command {
        *document = state.slots.get(slot).map_or(*document, |it| it.document);
    }
    if let Command::Rfc {
        rfc,
        act: RfcAct::Approve { part, .. } | RfcAct::AuthoriseEmergency { part, .. },
    }
    | Command::Dispute(DisputeCommand::ConfirmApproval { rfc, part }) = &mut command
    {
        *part = state.part_of(rfc).unwrap_or(*part);
    }
    if let Command::AcknowledgeSchedule { site, version } = &mut command {
        let position = state.index.sites.get(site).map(|it| *it as usize);
        let told = position.and_then(|it| state.told_version(it));
        *version = told.unwrap_or(*version);
    }
    command
}

/// What a form is about; where the page shows it, nobody has to look at it in a field.
const SEEN: [&str; 10] =
    ["slot", "slots", "document", "rfc", "part", "site", "version", "batch", "digest", "paper"];

/// The kinds of acts that put somebody's name under something.
const SIGNING: [&str; 10] = [
    "sign",
    "refuse",
    "withdraw",
    "rfc/approve",
    "rfc/authorise-emergency",
    "dispute/confirm",
    "dispute/confirm-approval",
    "batch/sign",
    "paper/record",
    "paper/attest",
];

fn hide_what_is_seen(view: &mut FormView) {
    let is_seen = |it: &FieldView| {
        let name = it.name.rsplit('.').next().unwrap_or_default();
        SEEN.contains(&name) && !it.value.is_empty()
    };
    let (seen, asked): (Vec<FieldView>, Vec<FieldView>) =
        std::mem::take(&mut view.fields).into_iter().partition(is_seen);
    view.fields = asked;
    view.hidden.extend(seen.into_iter().map(|it| (it.name, it.value)));
}

/// Returns whether an act stops or undoes something: its button shows that.
fn is_grave(path: &str) -> bool {
    matches!(
        path,
        "refuse"
            | "cancel"
            | "exempt"
            | "roll-back"
            | "rfc/reject"
            | "rfc/cancel"
            | "cancel-orders"
    )
}

/// Carries out what was posted; where it is refused, shows the form again with the reason.
pub(crate) async fn act(
    State(reception): State<Arc<Reception>>,
    visit: Visit,
    headers: HeaderMap,
    Path((_, kind)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let kind = known(&kind)?;
    let posted = Posted::new(fields, &visit.state().plan.zone);
    if posted.get("_more").is_some() {
        let page = filled(&reception, &visit, kind, (&posted, None)).await?;
        return Ok(page.shown(&visit));
    }
    let command = match kind.command(&posted) {
        Ok(command) => command,
        Err(said) => {
            let no = No::invalid(crate::trouble::sentence(&said));
            let no = no.next("Fill in what is missing, and send it again.");
            return refused(&reception, &visit, kind, (&posted, no)).await;
        }
    };
    let id = name(&visit, &posted, &command);
    let it = ToSign { command, language: language(&posted), id };
    if posted.get("_sign-on").is_some() {
        return match sent_to_sign_on(&reception, &visit, &it).await {
            Ok(sent) => Ok(super::door::sent_on(&headers, &sent)),
            Err(error) => refused(&reception, &visit, kind, (&posted, error.into())).await,
        };
    }
    match reception.sign(&visit.visitor, &visit.followed, &it, showing(&posted)).await {
        Ok(acted) => {
            let back = here(posted.get("_back"));
            let mark = if back.contains('?') { '&' } else { '?' };
            let done = acted.first + asked_for(&acted.events);
            Ok(Redirect::to(&format!("{back}{mark}done={done}")).into_response())
        }
        Err(error) => refused(&reception, &visit, kind, (&posted, error.into())).await,
    }
}

/// Returns which of the events of an act is what was asked for: signatures that it takes back stand before it.
fn asked_for(events: &[Event]) -> u64 {
    let taken_back = events.iter().take_while(|it| is_taken_back(it)).count();
    if taken_back < events.len() { taken_back as u64 } else { 0 }
}

fn is_taken_back(event: &Event) -> bool {
    let Event::SignOff { transition, .. } = event else { return false };
    matches!(transition, SignOffTransition::Superseded | SignOffTransition::Voided)
}

/// Sends whoever decides to the sign-on service, to come back to the form as they have filled it in.
async fn sent_to_sign_on(
    reception: &Reception,
    visit: &Visit,
    it: &ToSign,
) -> Result<SentAway, ReceptionError> {
    let declared = reception.declared(&visit.visitor, &visit.followed, it).await?;
    let form = visit.form(&it.command).unwrap_or_default();
    let next = format!("{form}&_language={}", it.language);
    reception.ask_again_by_sign_on(&visit.visitor, &declared.challenge, &next).await
}

async fn refused(
    reception: &Reception,
    visit: &Visit,
    kind: &Kind,
    (posted, no): (&Posted, No),
) -> Answer {
    let status = no.status;
    let page = filled(reception, visit, kind, (posted, Some(no))).await?;
    Ok(page.refused(visit, status))
}

/// Returns the name of an act: the same for the same words sent twice from one page, so that an
/// impatient hand signs once.
fn name(visit: &Visit, posted: &Posted, command: &Command) -> Option<CommandId> {
    let entry = posted.get("_entry").unwrap_or_default();
    let said = serde_json::to_string(command).ok()?;
    let bound = format!("{} {entry} {said}", visit.visitor.binding());
    Digest::of(bound.as_bytes()).to_string().chars().take(40).collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::authentication::signs;

    #[test]
    fn what_was_asked_for_is_told_and_not_the_signatures_that_it_takes_back() {
        let taken_back = |transition| Event::SignOff {
            slot: "core:tester".parse().unwrap(),
            transition,
            document: Digest::of(b"x"),
            meaning: None,
            statements: vec![],
            on_behalf_of: None,
            stamp: None,
            batch: None,
            gate: vec![],
        };
        let (superseded, void) = (SignOffTransition::Superseded, SignOffTransition::Voided);
        let started = Event::Component {
            component: "dns".parse().unwrap(),
            transition: model::machine::ComponentTransition::RollbackStarted,
            reason: None,
            gate: vec![],
        };
        for (events, asked) in [
            (vec![started.clone()], 0),
            (vec![taken_back(superseded), taken_back(void), started], 2),
            (vec![taken_back(superseded)], 0),
        ] {
            assert_eq!(asked_for(&events), asked, "{events:?}");
        }
    }

    #[test]
    fn every_act_that_signs_is_known_as_one() {
        let document = Digest::of(b"x");
        let slot: model::sheet::SlotId = "core:tester".parse().unwrap();
        let rfc: model::id::RfcId = "RFC-1".parse().unwrap();
        let approve = RfcAct::Approve { part: document, conditions: None };
        let (part, reason) = (document, String::new());
        let authorise = RfcAct::AuthoriseEmergency { part, kind: None, reason };
        for command in [
            Command::Sign { slot: slot.clone(), document, exceptions: vec![] },
            Command::Refuse { slot: slot.clone(), document, reasons: vec![] },
            Command::Withdraw { slot: slot.clone(), reason: String::new() },
            Command::Dispute(DisputeCommand::Confirm { slot, document }),
            Command::Rfc { rfc: rfc.clone(), act: approve },
            Command::Rfc { rfc: rfc.clone(), act: authorise },
            Command::Rfc { rfc, act: RfcAct::Submit },
            Command::Open,
        ] {
            let path = form::filled(&command).map_or("", |it| it.0);
            assert_eq!(SIGNING.contains(&path), signs(&command), "{path}");
        }
    }
}
