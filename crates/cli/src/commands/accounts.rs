//! Accounts at a server: what their pages do, typed.

use crate::args::account::{AccountOf, Create, Password, SetUp, Token};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use api::{
    AccountLine, AdmissionLine, Client, LinkMade, Me, Method, PasskeyLine, RefusalLine, SignOnLine,
    SignOnQuestion, TokenMade,
};
use model::id::PersonId;
use serde::Serialize;
use serde_json::{Value, json};
use views::time::in_utc;
use views::typed::Typing;

/// One's own account, as the server has it.
#[derive(Serialize)]
pub(crate) struct Own {
    pub(crate) account: Me,
    pub(crate) admissions: Vec<AdmissionLine>,
    pub(crate) passkeys: Vec<PasskeyLine>,
    pub(crate) sign_on: SignOnLine,
}

pub(crate) async fn account(
    it: &AccountOf,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let house = || House::entered(surroundings, terminal);
    match it {
        AccountOf::SetUp(it) => set_up(it, surroundings, terminal).await?,
        AccountOf::ComeIn(it) => come_in(&it.address, surroundings, terminal).await?,
        AccountOf::LogOut(_) => house().await?.log_out(surroundings).await?,
        AccountOf::Show(_) => house().await?.show().await?,
        AccountOf::Password(it) => house().await?.password(it).await?,
        AccountOf::Token(it) => house().await?.token(it).await?,
        AccountOf::End(it) => {
            let path = format!("/api/v1/me/admissions/{}", it.digest);
            house().await?.done(Method::DELETE, &path, None, "it has ended").await?;
        }
        AccountOf::RemovePasskey(it) => {
            let path = format!("/api/v1/me/passkeys/{}", in_a_path(&it.name));
            house().await?.done(Method::DELETE, &path, None, "the passkey is removed").await?;
        }
        AccountOf::LinkSignOn(_) => house().await?.link_sign_on().await?,
        AccountOf::UnlinkSignOn(_) => {
            let said = "your account is no longer linked";
            house().await?.done(Method::DELETE, "/api/v1/me/sign-on", None, said).await?;
        }
        AccountOf::Calendar(_) => {
            let said = "The address that your calendar reads";
            house().await?.given("/api/v1/me/calendar", said).await?;
        }
        AccountOf::List(_) => house().await?.list().await?,
        AccountOf::Create(it) => house().await?.create(it, &surroundings.typing()).await?,
        AccountOf::Invite(it) => {
            let path = format!("/api/v1/accounts/{}/invitation", it.name);
            house().await?.given(&path, &format!("The invitation of {}", it.name)).await?;
        }
        AccountOf::ShutOut(it) => house().await?.change(&it.name, true).await?,
        AccountOf::LetIn(it) => house().await?.change(&it.name, false).await?,
        AccountOf::Refusals(_) => house().await?.refusals().await?,
    }
    Ok(Exit::Done)
}

async fn set_up(it: &SetUp, surroundings: &Surroundings, terminal: Terminal) -> Result<(), Fault> {
    let client = surroundings.client_without_secret().await?;
    let password = terminal.ask_hidden("Password:")?;
    let first = json!({ "secret": it.secret, "name": it.name, "password": password.as_str() });
    client.ask::<Value>(Method::POST, "/api/v1/set-up", Some(first)).await.map_err(|error| {
        let fault = Fault::from(error);
        if fault.exit != Exit::NotPermitted {
            return fault;
        }
        let next =
            "take what stands after `secret=` in the link that the server showed at its last start";
        Fault::new(Exit::NotPermitted, "this is not the secret of the first account").next(next)
    })?;
    let next = surroundings.log_in(&it.name);
    let said = format!("{} looks after accounts; log in: `{next}`", it.name);
    terminal.answer(&json!({ "name": it.name }), || said)
}

async fn come_in(
    address: &str,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<(), Fault> {
    let client = surroundings.client_without_secret().await?;
    let secret = address.trim_end_matches('/').rsplit('/').next().unwrap_or(address);
    let session = client.come_in(secret).await?;
    surroundings.keep_session(&session)?;
    let next = surroundings.typing().line("landfall account password --first");
    terminal.answer(&json!({ "came_in": true }), || {
        format!("you are in for twelve hours; `{next}` lets you come in again")
    })
}

/// A server that somebody has logged in at.
struct House {
    client: Client,
    terminal: Terminal,
}

impl House {
    async fn entered(surroundings: &Surroundings, terminal: Terminal) -> Result<Self, Fault> {
        match surroundings.client().await? {
            Some(client) => Ok(Self { client, terminal }),
            None => Err(Fault::usage("accounts are kept at a server", "name it: --server URL")),
        }
    }

    /// Does something of which there is nothing to tell but that it is done.
    async fn done(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        said: &str,
    ) -> Result<(), Fault> {
        self.client.ask::<Value>(method, path, body).await?;
        self.terminal.answer(&json!({ "done": said }), || said.to_owned())
    }

    async fn log_out(&self, surroundings: &Surroundings) -> Result<(), Fault> {
        self.done(Method::DELETE, "/api/v1/session", None, "your session has ended").await?;
        surroundings.forget_session()
    }

    async fn show(&self) -> Result<(), Fault> {
        let own = Own {
            account: self.client.ask(Method::GET, "/api/v1/me", None).await?,
            admissions: self.client.list("/api/v1/me/admissions").await?,
            passkeys: self.client.list("/api/v1/me/passkeys").await?,
            sign_on: self.client.ask(Method::GET, "/api/v1/me/sign-on", None).await?,
        };
        self.terminal.answer(&own, || render::account::own(self.terminal.setting(), &own))
    }

    async fn password(&self, it: &Password) -> Result<(), Fault> {
        let old = if it.first {
            String::new().into()
        } else {
            self.terminal.ask_hidden("The password so far:")?
        };
        let new = self.terminal.ask_hidden("The new one:")?;
        let body = json!({ "old": old.as_str(), "new": new.as_str() });
        let said = "the password is changed, and your other sessions and tokens have ended";
        self.done(Method::PUT, "/api/v1/me/password", Some(body), said).await
    }

    async fn token(&self, it: &Token) -> Result<(), Fault> {
        let reach = if it.act { "act" } else { "read" };
        let wanted = json!({ "label": it.label, "access": { "reach": reach }, "days": it.days });
        let path = "/api/v1/me/admissions";
        let made: TokenMade = self.client.ask(Method::POST, path, Some(wanted)).await?;
        self.terminal.answer(&made, || {
            format!("Your token until {}, shown this once:\n{}", in_utc(made.ends), made.secret)
        })
    }

    async fn link_sign_on(&self) -> Result<(), Fault> {
        let path = "/api/v1/me/sign-on/question";
        let asked: SignOnQuestion = self.client.ask(Method::POST, path, None).await?;
        self.terminal.say("Open this in a browser, and log in there:");
        self.terminal.say(&asked.address);
        let question = "The address of the page to which you were brought:";
        let back = match self.terminal.ask(question) {
            Some(typed) => typed,
            None => self.terminal.ask_hidden(question)?.to_string(),
        };
        let (Some(code), Some(state)) = (asked_for(&back, "code"), asked_for(&back, "state"))
        else {
            let next =
                "begin again, and give the whole address of the page to which you are brought";
            return Err(Fault::usage("the address has no code and state", next));
        };
        let answer = json!({ "code": code, "state": state, "kept": asked.kept });
        let said = "your account is linked: you can log in by single sign-on";
        self.done(Method::POST, "/api/v1/me/sign-on", Some(answer), said).await
    }

    /// Has something made that is given to somebody.
    async fn given(&self, path: &str, what: &str) -> Result<(), Fault> {
        let made: LinkMade = self.client.ask(Method::POST, path, None).await?;
        self.terminal.answer(&made, || {
            let address = made.address.as_deref().unwrap_or_default();
            format!("{what}, until {}, shown this once:\n{address}", in_utc(made.ends))
        })
    }

    async fn list(&self) -> Result<(), Fault> {
        let all: Vec<AccountLine> = self.client.list("/api/v1/accounts").await?;
        self.terminal.answer(&all, || render::account::all(self.terminal.setting(), &all))
    }

    async fn create(&self, it: &Create, typing: &Typing) -> Result<(), Fault> {
        let mut account = json!({ "name": it.name, "is_administrator": it.administrator });
        if it.password
            && let Some(fields) = account.as_object_mut()
        {
            let password = self.terminal.ask_hidden("Their first password:")?;
            fields.insert("password".to_owned(), password.as_str().into());
        }
        let said = if it.password {
            format!("{} can log in", it.name)
        } else {
            let next = typing.line(&format!("landfall account invite {}", it.name));
            format!("the account is made; invite them: `{next}`")
        };
        self.done(Method::POST, "/api/v1/accounts", Some(account), &said).await
    }

    async fn change(&self, name: &PersonId, is_disabled: bool) -> Result<(), Fault> {
        let said = if is_disabled {
            format!("{name} is shut out, and what admitted them has ended")
        } else {
            format!("{name} may come in again")
        };
        let change = json!({ "is_disabled": is_disabled });
        self.done(Method::PATCH, &format!("/api/v1/accounts/{name}"), Some(change), &said).await
    }

    async fn refusals(&self) -> Result<(), Fault> {
        let all: Vec<RefusalLine> = self.client.list("/api/v1/refusals").await?;
        self.terminal.answer(&all, || render::account::refusals(self.terminal.setting(), &all))
    }
}

/// Returns what `address` says under `name` in its query.
fn asked_for(address: &str, name: &str) -> Option<String> {
    let address = api::Url::parse(address.trim()).ok()?;
    address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Returns a name as it stands in a path.
fn in_a_path(name: &str) -> String {
    let letter = |it: u8| match it {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(it).to_string(),
        _ => format!("%{it:02X}"),
    };
    name.bytes().map(letter).collect()
}
