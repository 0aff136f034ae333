//! What links open: an invitation, one site to sign for, a letter to acknowledge. Nobody logs in.

use super::Answer;
use super::door::{browser, let_in};
use super::{account, said as papers, site};
use crate::block::{Block, Fact};
use crate::form::AgainView;
use crate::guest::Address;
use crate::page::Page;
use crate::template::{rendered, said};
use crate::trouble::{No, sentence};
use crate::visit::Visit;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use coordinator::Acted;
use documents::Language;
use model::authentication;
use model::command::Command;
use model::id::SiteId;
use model::machine::SignOffState;
use model::role_type::RoleType;
use model::sheet::{self, Sheet, SlotId};
use reception::{Opened, Reception, Showing, ToSign};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

const GONE: &str = "This link opens nothing any more: it was used, has ended, or was replaced by a newer one. Ask whoever gave it to you.";

/// Returns why a link opens nothing.
fn gone(error: reception::ReceptionError) -> No {
    if matches!(error, reception::ReceptionError::NotAdmitted) {
        return No::new(StatusCode::NOT_FOUND, "The link opens nothing", GONE);
    }
    error.into()
}

/// Shows an invitation. Only its button uses it: whoever looks through mails for harm opens links too.
pub(crate) async fn welcome(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    Path(secret): Path<String>,
) -> Answer {
    let name = reception.invited(&secret, &address).await.map_err(gone)?;
    let page = rendered("welcome.html", said! { title => "Welcome", name });
    Ok(([(header::CACHE_CONTROL, "no-store")], page).into_response())
}

pub(crate) async fn come_in(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    headers: HeaderMap,
    Path(secret): Path<String>,
) -> Answer {
    let begun = reception.come_in_by_invitation(&secret, &address, &browser(&headers)).await;
    let (session, _) = begun.map_err(gone)?;
    let next = format!("/account?said={}", crate::link::encoded(account::WELCOME));
    Ok(let_in(&headers, &session, Some(&next)))
}

/// What whoever holds the link decides.
#[derive(Serialize)]
struct Decision {
    kind: &'static str,
    question: &'static str,
    about: String,
    button: &'static str,
    document: Option<String>,
    /// How whoever signs shows that it is them, where the link alone is not enough.
    again: Option<AgainView>,
}

/// What is posted from the page of a link.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Decided {
    decision: String,
    document: String,
    reasons: String,
    #[serde(rename = "_password")]
    password: String,
    #[serde(rename = "_answer")]
    answer: String,
}

impl Decided {
    /// Returns what is decided about `site`.
    fn command(&self, site: &SiteId) -> Result<Command, No> {
        let slot = SlotId { sheet: Sheet::Site(site.clone()), role: RoleType::SiteOwner };
        let invalid = || No::invalid("The page was not sent whole: open the link again.");
        let document = self.document.as_str();
        Ok(match self.decision.as_str() {
            "sign" => {
                let document = document.parse().map_err(|_| invalid())?;
                Command::Sign { slot, document, exceptions: vec![] }
            }
            "refuse" => {
                let reasons = self.reasons.lines().map(str::trim).filter(|it| !it.is_empty());
                let reasons = reasons.map(str::to_owned).collect();
                let document = document.parse().map_err(|_| invalid())?;
                Command::Refuse { slot, document, reasons }
            }
            "acknowledge" => {
                let version = document.parse().map_err(|_| invalid())?;
                Command::AcknowledgeSchedule { site: site.clone(), version }
            }
            _ => return Err(invalid()),
        })
    }

    /// Returns what shows that it is them, where they have given it.
    fn showing(self) -> Option<Showing> {
        let passkey = Some(self.answer).filter(|it| !it.is_empty()).map(Showing::Passkey);
        let password = Some(self.password).filter(|it| !it.is_empty());
        passkey.or_else(|| password.map(|it| Showing::Password(Zeroizing::new(it))))
    }
}

/// Returns a visit by whoever holds the link.
fn visit(reception: &Reception, opened: &Opened) -> Visit {
    let standing = opened.followed.standing();
    let now = standing.now(reception.clock());
    Visit {
        visitor: opened.visitor.clone(),
        followed: opened.followed.clone(),
        standing,
        now,
        at: None,
        done: None,
        path: String::new(),
        query: vec![],
    }
}

/// What is shown besides the page itself.
#[derive(Default)]
struct More {
    decision: Option<Decision>,
    no: Option<No>,
    done: Option<String>,
    reasons: String,
}

fn shown(visit: &Visit, site_id: &SiteId, more: More) -> Response {
    let state = visit.state();
    let title = state.site(site_id).map_or_else(String::new, |(it, _)| it.title.clone());
    let who = Fact::said("You are", visit.name(visit.person()));
    let deployment = Fact::said("Deployment", &state.plan.title);
    let mut page = Page::new(title).with(Block::facts("For whom", vec![who, deployment]));
    page = page.and(site::before_acknowledging(visit, site_id));
    // What is signed is shown in full; before that, there is nothing in it yet.
    if more.decision.as_ref().is_some_and(|it| it.kind == "sign") {
        page = page.and(papers::of_sheet(visit, &Sheet::Site(site_id.clone())));
    }
    let page = page.without_links();
    let More { decision, no, done, reasons } = more;
    let status = no.as_ref().map_or(StatusCode::OK, |it| it.status);
    let title = page.title.clone();
    let what = said! {
        title, page, decision, no, done, reasons,
        deployment_title => state.plan.title,
        environment => state.environment(),
        is_rehearsal => !state.is_production(),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], rendered("link.html", what)).into_response()
}

/// Returns what the owner of the site is asked now.
async fn asked(
    reception: &Reception,
    visit: &Visit,
    id: &SiteId,
    secret: &str,
) -> Result<Option<Decision>, No> {
    let state = visit.state();
    let slot = SlotId { sheet: Sheet::Site(id.clone()), role: RoleType::SiteOwner };
    if state.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Requested) {
        let document = sheet::digest(state, &slot.sheet);
        let command = Command::Sign { slot: slot.clone(), document, exceptions: vec![] };
        let is_asked = authentication::is_shown_again(state, &command, visit.visitor.by);
        return Ok(Some(Decision {
            kind: "sign",
            question: "Is the site operating as expected?",
            about: format!("Your signature means: \u{201c}{}\u{201d}", slot.meaning()),
            button: "Sign",
            document: Some(document.to_string()),
            again: if is_asked { Some(again(reception, visit, secret).await?) } else { None },
        }));
    }
    let waits = planner::waiting::why(state, visit.now, &model::scope::Scope::Site(id.clone()));
    let mut commands = waits.into_iter().filter_map(|it| it.command);
    let version = commands.find_map(|it| {
        if let Command::AcknowledgeSchedule { version, .. } = it { Some(version) } else { None }
    });
    let it = site::schedule_asked(visit, id);
    Ok(version.map(|version| Decision {
        kind: "acknowledge",
        question: it.question,
        about: it.about.to_owned(),
        button: it.button,
        document: Some(version.to_string()),
        again: None,
    }))
}

/// Returns how whoever holds the link shows that it is them: by what their own account is known by.
async fn again(reception: &Reception, visit: &Visit, secret: &str) -> Result<AgainView, No> {
    let ways = reception.ways(&visit.visitor).await?;
    let passkey = ways.passkey.then(|| format!("/l/{secret}/question"));
    Ok(AgainView { password: ways.password && !ways.passkey, passkey, ..AgainView::default() })
}

/// Asks the browser of whoever holds the link for their passkey, about what they decide.
pub(crate) async fn question(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    Path(secret): Path<String>,
    Form(it): Form<Decided>,
) -> Response {
    let asked = async {
        let opened = reception.open_site(&secret, &address).await.map_err(gone)?;
        let command = it.command(&opened.site)?;
        let wanted = ToSign { command, language: Language::default(), id: None };
        let declared = reception.declared(&opened.visitor, &opened.followed, &wanted).await?;
        Ok::<_, No>(reception.ask_again(&opened.visitor, &declared.challenge).await?)
    };
    super::acts::asked_by_browser(asked.await)
}

pub(crate) async fn site(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    Path(secret): Path<String>,
) -> Answer {
    let opened = reception.open_site(&secret, &address).await.map_err(gone)?;
    let visit = visit(&reception, &opened);
    let decision = asked(&reception, &visit, &opened.site, &secret).await?;
    let done = decision.is_none().then(|| "Nothing is asked of you here now.".to_owned());
    Ok(shown(&visit, &opened.site, More { decision, done, ..More::default() }))
}

pub(crate) async fn decide(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    Path(secret): Path<String>,
    Form(it): Form<Decided>,
) -> Answer {
    let opened = reception.open_site(&secret, &address).await.map_err(gone)?;
    let command = it.command(&opened.site)?;
    let reasons = it.reasons.clone();
    let wanted = ToSign { command, language: Language::default(), id: None };
    let acted = reception.act_by_link(&secret, &address, &wanted, it.showing()).await;
    let visit = visit(&reception, &opened);
    Ok(match acted {
        Ok(acted) => shown(&visit, &opened.site, thanks(&acted)),
        Err(error) => {
            let decision = asked(&reception, &visit, &opened.site, &secret).await?;
            let no = Some(gone(error));
            shown(&visit, &opened.site, More { decision, no, done: None, reasons })
        }
    })
}

fn thanks(acted: &Acted) -> More {
    let done = format!("Thank you. It stands in the record as entry {}.", acted.first);
    More { done: Some(done), ..More::default() }
}

pub(crate) async fn letter(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    Path((deployment, token)): Path<(String, String)>,
) -> Answer {
    let opened = reception.open_letter(&deployment, &token, &address).await;
    let (opened, number) = opened.map_err(gone)?;
    let visit = visit(&reception, &opened);
    let is_open = visit.state().messages.unacknowledged.contains(&number);
    let decision = is_open.then(|| Decision {
        kind: "acknowledge",
        question: "Have you read it?",
        about: "It says that you know when it happens and what to expect.".to_owned(),
        button: "Acknowledge",
        document: None,
        again: None,
    });
    let done = (!is_open).then(|| "Nothing is asked of you here now.".to_owned());
    Ok(shown(&visit, &opened.site, More { decision, done, ..More::default() }))
}

pub(crate) async fn acknowledge(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    Path((deployment, token)): Path<(String, String)>,
) -> Answer {
    let opened = reception.open_letter(&deployment, &token, &address).await;
    let (opened, _) = opened.map_err(gone)?;
    let acted = reception.acknowledge(&deployment, &token, &address).await;
    let visit = visit(&reception, &opened);
    let more = match acted {
        Ok(acted) => thanks(&acted),
        Err(error) => More { no: Some(gone(error)), ..More::default() },
    };
    Ok(shown(&visit, &opened.site, more))
}

/// Leads whoever comes to where a link is made, and makes none, to the site: a link is shown once.
pub(crate) async fn none_made(visit: Visit, Path((_, site)): Path<(String, String)>) -> Answer {
    let site = visit.link(&format!("sites/{}", crate::link::encoded(&site)));
    Ok(Redirect::to(&site).into_response())
}

/// Makes a link for the owner of a site, and says what became of it.
pub(crate) async fn make(
    State(reception): State<Arc<Reception>>,
    visit: Visit,
    Path((deployment, site)): Path<(String, String)>,
) -> Answer {
    let id = site.parse().map_err(|_| No::unknown(format!("Site {site} is not in the plan.")))?;
    let given = reception.link_to_site(&visit.visitor, &deployment, &id).await?;
    let who = visit.name(&given.person);
    let ends = visit.when(given.ends);
    let (lead, cell) = match (&given.sent_to, &given.address) {
        (Some(mail), _) => (format!("It was sent to {mail}."), None),
        (None, address) => {
            let said =
                "Hand it over yourself: it is shown this once. The record will say that you did.";
            (sentence(said), address.clone())
        }
    };
    let mut facts = vec![
        Fact::said("For", who),
        Fact::said("Opens", format!("site {site}, to sign for it or to refuse, once")),
        Fact::said("Ends", ends),
    ];
    facts.extend(Fact::maybe("Link", cell));
    let page = Page::new("A link for the site's owner").lead(lead);
    let page = page.with(Block::facts("The link", facts));
    let page = page.typed(format!("landfall link {site} --server {}", reception.address_of("")));
    // Its own address makes links, and shows none.
    let page = Page { again: Some(visit.link(&format!("sites/{site}"))), ..page };
    let mut answer = page.shown(&visit);
    let kept = axum::http::HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(answer)
}
