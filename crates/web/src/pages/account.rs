//! One's account: password, sessions, tokens; and all accounts, for whoever looks after them.

use super::Answer;
use super::door::{invalid_name, saying, sent_away};
use crate::guest::Guest;
use crate::template::{rendered, said};
use crate::trouble::No;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use model::id::PersonId;
use reception::{
    Access, Given, NewAccount, NewToken, PASSWORD_LETTERS_MIN, Reach, Reception, ReceptionError,
    Visitor,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use views::time::when;
use zeroize::Zeroizing;

/// The most accounts that the page lists.
const ACCOUNTS_MAX: u32 = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    said: Option<String>,
}

#[derive(Serialize)]
struct Line {
    digest: String,
    kind: String,
    label: String,
    created: String,
    ends: String,
    is_this: bool,
}

#[derive(Serialize)]
struct PasskeyLine {
    id: String,
    label: String,
    created: String,
}

#[derive(Serialize)]
struct AccountLine {
    name: String,
    is_administrator: bool,
    is_disabled: bool,
    is_self: bool,
}

/// What the page says besides what it always says.
#[derive(Default)]
struct Said {
    no: Option<No>,
    said: Option<String>,
    /// Something that is shown once, and what it is.
    once: Option<(String, String)>,
}

async fn shown(
    reception: &Reception,
    visitor: &Visitor,
    more: Said,
) -> Result<Response, ReceptionError> {
    let utc = "UTC".parse().expect("because UTC is a zone");
    let admissions = reception.admissions(visitor).await?.into_iter().map(|it| Line {
        is_this: visitor.is_let_in_by(&it.digest),
        digest: it.digest.to_string(),
        kind: it.kind.to_string(),
        label: it.label,
        created: when(it.created, &utc),
        ends: when(it.ends, &utc),
    });
    let admissions: Vec<Line> = admissions.collect();
    let passkeys = reception.passkeys(visitor).await?.into_iter().map(|it| PasskeyLine {
        id: it.id,
        label: it.label,
        created: when(it.created, &utc),
    });
    let passkeys: Vec<PasskeyLine> = passkeys.collect();
    let is_administrator = visitor.account.is_administrator;
    let accounts: Vec<AccountLine> = if is_administrator {
        let all = reception.accounts(visitor, "", ACCOUNTS_MAX).await?.into_iter();
        let line = |it: record::Account| AccountLine {
            is_self: it.name == *visitor.person(),
            name: it.name.to_string(),
            is_administrator: it.is_administrator,
            is_disabled: it.is_disabled,
        };
        all.map(line).collect()
    } else {
        vec![]
    };
    let Said { no, said, once } = more;
    let sign_on = reception.sign_on_provider();
    let is_linked = reception.is_linked(visitor).await?;
    let has_password = !visitor.account.password.is_empty();
    let status = no.as_ref().map_or(StatusCode::OK, |it| it.status);
    let what = said! {
        title => "Your account", who => visitor.person().to_string(), is_administrator,
        admissions, passkeys, knows_passkeys => reception.knows_passkeys(), accounts, letters => PASSWORD_LETTERS_MIN, no, said, once, sign_on, is_linked, has_password,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], rendered("account.html", what))
        .into_response())
}

pub(crate) async fn page(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Query(asked): Query<Asked>,
) -> Answer {
    // Only what this program says is repeated: a link puts no words into its mouth.
    let said = asked.said.filter(|it| SAID.contains(&it.as_str()));
    Ok(shown(&reception, &visitor, Said { said, ..Said::default() }).await?)
}

const PASSWORD_CHANGED: &str = "The password is changed, and your other sessions have ended.";
const ENDED: &str = "It has ended.";
pub(super) const LINKED: &str = "Your account is linked: you can log in by single sign-on.";
const UNLINKED: &str = "Your account is no longer linked.";
pub(super) const WELCOME: &str =
    "You are in. Choose by what you come in from now on: a passkey, single sign-on, or a password.";
const PASSKEY_KEPT: &str = "The passkey is kept: you can log in with it from now on.";
const PASSKEY_REMOVED: &str = "The passkey is removed.";
const MADE: &str = "The account is made.";
const CHANGED: &str = "The account is changed.";
const SAID: [&str; 9] = [
    PASSWORD_CHANGED,
    ENDED,
    LINKED,
    UNLINKED,
    WELCOME,
    PASSKEY_KEPT,
    PASSKEY_REMOVED,
    MADE,
    CHANGED,
];

async fn answered(reception: &Reception, visitor: &Visitor, done: Result<&str, No>) -> Answer {
    match done {
        Ok(said) => Ok(saying("/account", said).into_response()),
        Err(no) => {
            let said = Said { no: Some(no), ..Said::default() };
            Ok(shown(reception, visitor, said).await?)
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct PasswordChange {
    old: String,
    new: String,
}

pub(crate) async fn password(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Form(it): Form<PasswordChange>,
) -> Answer {
    let (old, new) = (Zeroizing::new(it.old), Zeroizing::new(it.new));
    let done = reception.change_password(&visitor, old, new).await;
    answered(&reception, &visitor, done.map(|()| PASSWORD_CHANGED).map_err(No::from)).await
}

#[derive(Deserialize)]
pub(crate) struct TokenWanted {
    label: String,
    reach: Reach,
    days: String,
}

pub(crate) async fn token(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Form(it): Form<TokenWanted>,
) -> Answer {
    let access = Access { reach: it.reach, deployments: vec![] };
    let days: i64 = it.days.trim().parse::<u16>().map_or(0, i64::from);
    let lasts = SignedDuration::from_hours(24 * days);
    let made = reception.token(&visitor, NewToken { label: it.label, access, lasts }).await;
    let said = match made {
        Ok((secret, _)) => once("Your token", secret.reveal()),
        Err(error) => Said { no: Some(error.into()), ..Said::default() },
    };
    Ok(shown(&reception, &visitor, said).await?)
}

/// Returns that `what` is shown this once.
fn once(what: &str, shown: &str) -> Said {
    Said { once: Some((what.to_owned(), shown.to_owned())), ..Said::default() }
}

/// Returns what was given, to be shown this once.
fn given(what: &str, given: Result<Given, ReceptionError>) -> Said {
    match given {
        Ok(it) => once(what, it.address.as_deref().unwrap_or_default()),
        Err(error) => Said { no: Some(error.into()), ..Said::default() },
    }
}

pub(crate) async fn calendar(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
) -> Answer {
    let made = reception.calendar_address(&visitor).await;
    Ok(shown(&reception, &visitor, given("The address of your calendar", made)).await?)
}

#[derive(Deserialize)]
pub(crate) struct Invited {
    name: PersonId,
}

pub(crate) async fn invite(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Form(it): Form<Invited>,
) -> Answer {
    let made = reception.invite(&visitor, &it.name).await;
    let what = format!("The invitation of {}, to hand over", it.name);
    Ok(shown(&reception, &visitor, given(&what, made)).await?)
}

pub(crate) async fn link_sign_on(
    State(reception): State<Arc<Reception>>,
    headers: HeaderMap,
    Guest(visitor): Guest,
) -> Answer {
    match reception.link_sign_on(&visitor).await {
        Ok(sent) => Ok(sent_away(&headers, &sent)),
        Err(error) => answered(&reception, &visitor, Err(error.into())).await,
    }
}

pub(crate) async fn unlink_sign_on(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
) -> Answer {
    let done = reception.unlink_sign_on(&visitor).await;
    answered(&reception, &visitor, done.map(|()| UNLINKED).map_err(No::from)).await
}

#[derive(Serialize)]
struct RefusalLine {
    at: String,
    account: String,
    deployment: String,
    what: String,
    why: String,
}

/// The most refusals that a page lists.
const REFUSALS_MAX: u32 = 200;

/// Where a page of refusals ends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Before {
    before: Option<Timestamp>,
}

/// What was refused for want of authority, for whoever looks after accounts.
pub(crate) async fn refusals(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Query(asked): Query<Before>,
) -> Answer {
    let utc = "UTC".parse().expect("because UTC is a zone");
    let found = reception.refusals(&visitor, asked.before, REFUSALS_MAX).await?;
    let is_full = found.len() == REFUSALS_MAX as usize;
    let last = found.last().filter(|_| is_full).map(|it| it.at.to_string());
    let next = last.map(|it| format!("/account/refusals?before={}", crate::link::encoded(&it)));
    let line = |it: record::Refused| RefusalLine {
        at: views::time::exactly(it.at, &utc),
        account: it.account,
        deployment: it.deployment,
        what: it.what,
        why: crate::trouble::sentence(&it.why),
    };
    let refusals: Vec<RefusalLine> = found.into_iter().map(line).collect();
    let who = visitor.person().to_string();
    let what = said! { title => "Refused for want of authority", who, refusals, next };
    Ok(rendered("refusals.html", what))
}

#[derive(Deserialize)]
pub(crate) struct Named {
    digest: String,
}

pub(crate) async fn end(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Form(it): Form<Named>,
) -> Answer {
    let done = match it.digest.parse() {
        Ok(digest) => reception.end(&visitor, &digest).await.map(|()| ENDED).map_err(No::from),
        Err(_) => Err(No::invalid("That names nothing that admits you.")),
    };
    answered(&reception, &visitor, done).await
}

#[derive(Deserialize)]
pub(crate) struct PasskeyMade {
    label: String,
    answer: String,
}

pub(crate) async fn add_passkey(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Form(it): Form<PasskeyMade>,
) -> Answer {
    let done = reception.add_passkey(&visitor, &it.label, &it.answer).await;
    answered(&reception, &visitor, done.map(|()| PASSKEY_KEPT).map_err(No::from)).await
}

#[derive(Deserialize)]
pub(crate) struct PasskeyNamed {
    id: String,
}

pub(crate) async fn remove_passkey(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Form(it): Form<PasskeyNamed>,
) -> Answer {
    let done = reception.remove_passkey(&visitor, &it.id).await;
    answered(&reception, &visitor, done.map(|()| PASSKEY_REMOVED).map_err(No::from)).await
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    name: String,
    password: String,
    #[serde(default)]
    administrator: Option<String>,
}

pub(crate) async fn create(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Form(it): Form<Wanted>,
) -> Answer {
    let done = match it.name.trim().parse::<PersonId>() {
        Ok(name) => {
            let password = (!it.password.is_empty()).then(|| Zeroizing::new(it.password));
            let is_administrator = it.administrator.is_some();
            let account = NewAccount { name, password, is_administrator };
            reception.create(&visitor, account).await.map(|()| MADE).map_err(No::from)
        }
        Err(error) => Err(invalid_name(&error)),
    };
    answered(&reception, &visitor, done).await
}

#[derive(Deserialize)]
pub(crate) struct Change {
    #[serde(default)]
    disabled: String,
}

pub(crate) async fn change(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Path(name): Path<PersonId>,
    Form(it): Form<Change>,
) -> Answer {
    let done = reception.disable(&visitor, &name, !it.disabled.is_empty()).await;
    answered(&reception, &visitor, done.map(|()| CHANGED).map_err(No::from)).await
}
