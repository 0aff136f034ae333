//! Coming in and going out: the first account, logging in, logging out.

use super::Answer;
use crate::guest::{Address, Guest, cookie, given, kept};
use crate::link::{encoded, here};
use crate::template::{rendered, said};
use crate::trouble::No;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use reception::{
    CameBack, ComingBack, Cookie, LogIn, NewAccount, PASSWORD_LETTERS_MIN, Reception, Secret,
    SentAway,
};
use serde::Deserialize;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What can be asked along with a door.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    next: Option<String>,
    secret: Option<String>,
}

/// What is filled in at a door.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Filled {
    name: String,
    password: String,
    next: Option<String>,
    secret: Option<String>,
}

/// A door, as it is shown.
struct Door<'a> {
    title: &'a str,
    lead: &'a str,
    action: &'a str,
    button: &'a str,
    hidden: Vec<(&'a str, String)>,
    is_new: bool,
    /// Whether one can come in here with a passkey.
    by_passkey: bool,
    /// The sign-on service and the way there, where one can come in by it.
    sign_on: Option<(String, String)>,
}

impl Door<'_> {
    fn shown(self, name: &str, no: Option<No>) -> Response {
        let status = no.as_ref().map_or(StatusCode::OK, |it| it.status);
        let page = rendered(
            "door.html",
            said! {
                title => self.title, lead => self.lead, action => self.action,
                button => self.button, hidden => self.hidden, is_new => self.is_new,
                by_passkey => self.by_passkey, sign_on => self.sign_on,
                letters => PASSWORD_LETTERS_MIN, name, no,
            },
        );
        (status, [(header::CACHE_CONTROL, "no-store")], page).into_response()
    }
}

fn log_in_door(reception: &Reception, next: Option<&str>) -> Door<'static> {
    Door {
        title: "Log in",
        lead: "With the account that an administrator of this server has made for you.",
        action: "/log-in",
        button: "Log in",
        hidden: vec![("next", here(next))],
        is_new: false,
        by_passkey: reception.knows_passkeys(),
        sign_on: reception
            .sign_on_provider()
            .map(|it| (it.to_owned(), format!("/sign-on?next={}", encoded(&here(next))))),
    }
}

fn set_up_door(secret: String) -> Door<'static> {
    Door {
        title: "Make the first account",
        lead: "Nobody has an account yet. The first one looks after accounts; its name is the short name that the plans give you.",
        action: "/set-up",
        button: "Make the account",
        hidden: vec![("secret", secret)],
        is_new: true,
        by_passkey: false,
        sign_on: None,
    }
}

pub(crate) async fn log_in_page(
    State(reception): State<Arc<Reception>>,
    Query(asked): Query<Asked>,
) -> Answer {
    if reception.awaits_set_up().await? {
        let said = "Nobody has an account yet.";
        let next = "Open the address that the server showed when it started: it makes the first.";
        return Err(No::new(StatusCode::CONFLICT, "The first account is missing", said)
            .next(next)
            .into());
    }
    Ok(log_in_door(&reception, asked.next.as_deref()).shown("", None))
}

pub(crate) async fn log_in(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    headers: HeaderMap,
    Form(it): Form<Filled>,
) -> Answer {
    let label = browser(&headers);
    let (name, password) = (it.name.trim().to_owned(), Zeroizing::new(it.password));
    match reception.log_in(LogIn { name: name.clone(), password, address, label }).await {
        Ok((secret, _)) => Ok(let_in(&headers, &secret, it.next.as_deref())),
        Err(error) => {
            let door = log_in_door(&reception, it.next.as_deref());
            Ok(door.shown(&name, Some(error.into())))
        }
    }
}

/// Browsers and computers by what they say of themselves, those first that also say the later ones.
const BROWSERS: [(&str, &str); 5] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const COMPUTERS: [(&str, &str); 6] = [
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
];

/// Returns what a session of this browser is called, such as "Firefox on Linux".
pub(super) fn browser(headers: &HeaderMap) -> String {
    let said = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let named = |all: &[(&str, &'static str)]| {
        all.iter().find(|(mark, _)| said.contains(mark)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&COMPUTERS)) {
        (Some(browser), Some(computer)) => format!("{browser} on {computer}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => said.to_owned(),
    }
}

/// Returns the answer to whoever has logged in and wanted to go to `next`.
pub(super) fn let_in(headers: &HeaderMap, secret: &Secret, next: Option<&str>) -> Response {
    (cookie(headers, Some(secret.reveal())), Redirect::to(&here(next))).into_response()
}

/// What a browser answered for a passkey.
#[derive(Deserialize)]
pub(crate) struct Shown {
    answer: String,
    next: Option<String>,
}

pub(crate) async fn log_in_by_passkey(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    headers: HeaderMap,
    Form(it): Form<Shown>,
) -> Answer {
    let next = it.next.as_deref();
    match reception.log_in_by_passkey(&it.answer, &address, &browser(&headers)).await {
        Ok((secret, _)) => Ok(let_in(&headers, &secret, next)),
        Err(error) => Ok(log_in_door(&reception, next).shown("", Some(error.into()))),
    }
}

/// Sends a browser away to the sign-on service, to come back and go to where it wanted.
pub(crate) async fn sign_on(
    State(reception): State<Arc<Reception>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    let next = here(asked.next.as_deref());
    match reception.sign_on(&next).await {
        Ok(sent) => Ok(sent_away(&headers, &sent)),
        Err(error) => Ok(log_in_door(&reception, Some(&next)).shown("", Some(error.into()))),
    }
}

/// Returns the answer that sends a browser away.
pub(super) fn sent_away(headers: &HeaderMap, sent: &SentAway) -> Response {
    let kept = given(headers, Cookie::SignOn, Some(sent.kept.reveal()));
    ([kept], Redirect::to(&sent.address)).into_response()
}

/// Returns the page that sends a browser away which has posted a form: from a form no browser follows to
/// another place than the page allows, and the pages here allow none.
pub(super) fn sent_on(headers: &HeaderMap, sent: &SentAway) -> Response {
    let kept = given(headers, Cookie::SignOn, Some(sent.kept.reveal()));
    let title = "On to the sign-on service";
    let page = rendered("away.html", said! { title, address => sent.address });
    ([kept], page).into_response()
}

/// What a browser brings back from the sign-on service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Brought {
    code: String,
    state: String,
    error: Option<String>,
}

/// Takes in a browser that comes back from the sign-on service.
pub(crate) async fn signed_on(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    headers: HeaderMap,
    Query(it): Query<Brought>,
) -> Answer {
    let label = browser(&headers);
    let forgotten = given(&headers, Cookie::SignOn, None);
    if let Some(error) = it.error {
        let said: String = error.chars().filter(|it| !it.is_control()).take(80).collect();
        let no = No::new(StatusCode::UNAUTHORIZED, "Single sign-on said no", said);
        return Ok(([forgotten], log_in_door(&reception, None).shown("", Some(no))).into_response());
    }
    let visitor = match kept(&headers, Cookie::Session) {
        Some(secret) => reception.visitor(&secret).await.ok(),
        None => None,
    };
    let kept = kept(&headers, Cookie::SignOn);
    if kept.is_none() {
        // Nothing is used up: in a terminal it still counts.
        let said = "It did not begin in this browser. Whoever began it in a terminal, with `landfall account link-sign-on`, gives the address of this page back there, and to nobody else.";
        let no = No::new(StatusCode::UNAUTHORIZED, "Single sign-on was not begun here", said);
        return Ok(log_in_door(&reception, None).shown("", Some(no)));
    }
    let back = ComingBack {
        code: &it.code,
        state: &it.state,
        kept: kept.as_deref(),
        address: &address,
        label: &label,
    };
    let answer = match reception.came_back(&back, visitor.as_ref()).await {
        Ok(CameBack::LoggedIn(secret, _, next)) => let_in(&headers, &secret, Some(&next)),
        Ok(CameBack::Linked) => saying("/account", super::account::LINKED).into_response(),
        Ok(CameBack::Again(name, next)) => {
            let next = here(Some(&next));
            let mark = if next.contains('?') { '&' } else { '?' };
            Redirect::to(&format!("{next}{mark}again={}", name.reveal())).into_response()
        }
        Err(error) => log_in_door(&reception, None).shown("", Some(error.into())),
    };
    // Beside the session, not in its place.
    Ok((AppendHeaders([forgotten]), answer).into_response())
}

pub(crate) async fn log_out(
    State(reception): State<Arc<Reception>>,
    headers: HeaderMap,
    Guest(visitor): Guest,
) -> Answer {
    reception.log_out(&visitor).await?;
    Ok((cookie(&headers, None), Redirect::to("/log-in")).into_response())
}

pub(crate) async fn set_up_page(
    State(reception): State<Arc<Reception>>,
    Query(asked): Query<Asked>,
) -> Answer {
    if !reception.awaits_set_up().await? {
        return Ok(Redirect::to("/log-in").into_response());
    }
    Ok(set_up_door(asked.secret.unwrap_or_default()).shown("", None))
}

pub(crate) async fn set_up(
    State(reception): State<Arc<Reception>>,
    Form(it): Form<Filled>,
) -> Answer {
    let secret = it.secret.unwrap_or_default();
    let no = match it.name.trim().parse() {
        Ok(name) => {
            let password = Some(Zeroizing::new(it.password));
            let first = NewAccount { name, password, is_administrator: true };
            match reception.set_up(&secret, first).await {
                Ok(()) => return Ok(Redirect::to("/log-in").into_response()),
                Err(error) => No::from(error),
            }
        }
        Err(error) => invalid_name(&error),
    };
    Ok(set_up_door(secret).shown(&it.name, Some(no)))
}

pub(super) fn invalid_name(error: &model::id::InvalidName) -> No {
    No::invalid(crate::trouble::sentence(&error.to_string()))
}

/// Returns the address of a page with what was said there.
pub(super) fn saying(address: &str, said: &str) -> Redirect {
    Redirect::to(&format!("{address}?said={}", encoded(said)))
}
