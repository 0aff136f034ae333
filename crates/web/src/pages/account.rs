//! One's account: password, sessions, tokens; and all accounts, for whoever looks after them.

use super::Answer;
use super::door::{invalid_name, saying};
use crate::guest::Guest;
use crate::template::{rendered, said};
use crate::trouble::No;
use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use model::id::PersonId;
use reception::{
    Access, NewAccount, NewToken, PASSWORD_LETTERS_MIN, Reach, Reception, ReceptionError, Visitor,
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
    token: Option<String>,
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
    let Said { no, said, token } = more;
    let status = no.as_ref().map_or(StatusCode::OK, |it| it.status);
    let what = said! {
        title => "Your account", who => visitor.person().to_string(), is_administrator,
        admissions, passkeys, knows_passkeys => reception.knows_passkeys(), accounts, letters => PASSWORD_LETTERS_MIN, no, said, token,
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
const PASSKEY_KEPT: &str = "The passkey is kept: you can log in with it from now on.";
const PASSKEY_REMOVED: &str = "The passkey is removed.";
const MADE: &str = "The account is made.";
const CHANGED: &str = "The account is changed.";
const SAID: [&str; 6] = [PASSWORD_CHANGED, ENDED, PASSKEY_KEPT, PASSKEY_REMOVED, MADE, CHANGED];

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
        Ok((secret, _)) => Said { token: Some(secret.reveal().to_owned()), ..Said::default() },
        Err(error) => Said { no: Some(error.into()), ..Said::default() },
    };
    Ok(shown(&reception, &visitor, said).await?)
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
            let password = Some(Zeroizing::new(it.password));
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
