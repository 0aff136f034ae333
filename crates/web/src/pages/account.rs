//! One's account: password, sessions, tokens; and all accounts, for whoever looks after them.

use super::Answer;
use super::door::{invalid_name, saying, sent_away};
use crate::block::{Act, Block, Cell};
use crate::guest::Guest;
use crate::link;
use crate::template::{rendered, said};
use crate::trouble::No;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use model::id::PersonId;
use model::window::TimeZoneName;
use reception::{
    Access, Given, NewAccount, NewToken, PASSWORD_LETTERS_MIN, Reach, Reception, ReceptionError,
    Visitor,
};
use serde::Deserialize;
use std::sync::Arc;
use views::time::when;
use zeroize::Zeroizing;

/// What the page says besides what it always says.
#[derive(Default)]
struct Said {
    no: Option<No>,
    said: Option<String>,
    /// Something that is shown once, and what it is.
    once: Option<(String, String)>,
}

/// Returns what admits a visitor, as a table.
fn admissions(visitor: &Visitor, all: Vec<record::Admission>) -> Block {
    let utc = utc();
    let rows = all.into_iter().map(|it| {
        let created = when(it.created, &utc);
        let this = if visitor.is_let_in_by(&it.digest) { "this one" } else { "" };
        let end = Act {
            text: "End".to_owned(),
            label: format!("End the {} of {created}", it.kind),
            action: "/account/end".to_owned(),
            field: ("digest", it.digest.to_string()),
        };
        let label = (!it.label.is_empty()).then_some(it.label);
        vec![
            Cell::of(it.kind).small(this),
            Cell::optional(label),
            Cell::of(created),
            Cell::of(when(it.ends, &utc)),
            Cell::acts(vec![end]),
        ]
    });
    let columns = ["What", "Label", "Since", "Ends", "End it"];
    Block::table("What admits you", &columns, rows.collect(), "Nothing does.")
}

fn passkeys(all: Vec<reception::passkey::Held>) -> Block {
    let utc = utc();
    let rows = all.into_iter().map(|it| {
        let remove = Act {
            text: "Remove".to_owned(),
            label: format!("Remove the passkey {}", it.label),
            action: "/account/passkeys/remove".to_owned(),
            field: ("id", it.id),
        };
        vec![Cell::of(it.label), Cell::of(when(it.created, &utc)), Cell::acts(vec![remove])]
    });
    let none =
        "You have none yet. With one you log in, and sign, by what unlocks your phone or computer.";
    Block::table("Your passkeys", &["Label", "Since", "Remove it"], rows.collect(), none)
}

/// Returns all accounts, with what can be done with those of others.
fn accounts(visitor: &Visitor, all: Vec<record::Account>) -> Block {
    let word = |it: bool| Cell::of(if it { "yes" } else { "no" });
    let rows = all.into_iter().map(|it| {
        let name = it.name.to_string();
        let invite = Act {
            text: "Invite".to_owned(),
            label: format!("Invite {name}"),
            action: "/account/invite".to_owned(),
            field: ("name", name.clone()),
        };
        let (text, label, disabled) = if it.is_disabled {
            ("Let in again", format!("Let {name} in again"), "")
        } else {
            ("Shut out", format!("Shut {name} out"), "true")
        };
        let change = Act {
            text: text.to_owned(),
            label,
            action: format!("/account/accounts/{}", link::encoded(&name)),
            field: ("disabled", disabled.to_owned()),
        };
        let acts = if it.name == *visitor.person() {
            Cell::default().small("another administrator does")
        } else {
            Cell::acts(vec![invite, change])
        };
        vec![Cell::of(name), word(it.is_administrator), word(!it.is_disabled), acts]
    });
    let columns = ["Name", "Looks after accounts", "May come in", "Change"];
    Block::table("Accounts", &columns, rows.collect(), "There are none.")
}

fn utc() -> TimeZoneName {
    "UTC".parse().expect("because UTC is a zone")
}

async fn shown(
    reception: &Reception,
    visitor: &Visitor,
    more: Said,
    query: &[(String, String)],
) -> Result<Response, ReceptionError> {
    let listed = |it: Block| it.listed("/account", query);
    let admissions = listed(admissions(visitor, reception.admissions(visitor).await?));
    let passkeys = listed(passkeys(reception.passkeys(visitor).await?));
    let is_administrator = visitor.account.is_administrator;
    let accounts = if is_administrator {
        let all = reception.accounts(visitor).await?;
        Some(listed(accounts(visitor, all)))
    } else {
        None
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
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let said = query.iter().find(|(name, _)| name == "said").map(|(_, it)| it.clone());
    // Only what this program says is repeated: a link puts no words into its mouth.
    let said = said.filter(|it| SAID.contains(&it.as_str()));
    Ok(shown(&reception, &visitor, Said { said, ..Said::default() }, &query).await?)
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
            Ok(shown(reception, visitor, said, &[]).await?)
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
    Ok(shown(&reception, &visitor, said, &[]).await?)
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
    Ok(shown(&reception, &visitor, given("The address of your calendar", made), &[]).await?)
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
    Ok(shown(&reception, &visitor, given(&what, made), &[]).await?)
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

/// What was refused for want of authority, for whoever looks after accounts.
pub(crate) async fn refusals(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let found = reception.refusals(&visitor).await?;
    let deployment = |it: String| (!it.is_empty()).then_some(it);
    let rows = found.into_iter().map(|it| {
        vec![
            Cell::of(views::time::exactly(it.at, &utc())),
            Cell::of(it.account),
            Cell::optional(deployment(it.deployment)),
            Cell::of(it.what),
            Cell::of(crate::trouble::sentence(&it.why)),
        ]
    });
    let columns = ["When", "Account", "Deployment", "What", "Why not"];
    let refusals = Block::table("Refusals", &columns, rows.collect(), "Nothing was refused.");
    let refusals = refusals.listed("/account/refusals", &query);
    let who = visitor.person().to_string();
    let what = said! { title => "Refused for want of authority", who, refusals };
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
