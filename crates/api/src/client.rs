//! A client of the API: the command line at another computer's server.
//!
//! What is read is a copy of the record, entry by entry, whose chain is computed anew here. So
//! every question is answered by the same code as on the server, and a server that changed what it
//! once said is found out.

use crate::problem::Problem;
use crate::routes::{DeploymentLine, LinkMade, Recorded, Stretch};
use model::command::Command;
use model::digest::Digest;
use model::event::Entry;
use model::forgetting::forgotten;
use model::id::{DeploymentId, PersonId, Seq, SiteId};
use model::order::OrderId;
use model::survey::Reply;
use record::{Change, CommandId, Location, NewOpening, Record, RecordError, Signer, chain, open};
pub use reqwest::Method;
pub use reqwest::Url;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long an answer may take.
const TAKES_MAX: Duration = Duration::from_secs(60);

/// How many entries are asked for at once.
const ENTRIES_AT_ONCE: u32 = 500;

/// Why a server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It says no.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// It cannot be reached, or answers as no server of Landfall does.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// What it says now contradicts what it said before, or itself.
    #[error("the server's record of {deployment} does not hold together: {why}")]
    Untrue {
        /// The deployment.
        deployment: DeploymentId,
        /// What does not.
        why: String,
    },
    /// The copy cannot be kept.
    #[error(transparent)]
    Copy(Box<RecordError>),
}

impl From<RecordError> for ClientError {
    fn from(error: RecordError) -> Self {
        Self::Copy(Box::new(error))
    }
}

/// A session as the server says it has begun.
#[derive(Deserialize)]
struct Begun {
    secret: String,
}

/// Who calls, as the server says.
#[derive(Deserialize)]
struct Named {
    name: PersonId,
}

/// A list, as the server gives it.
#[derive(Deserialize)]
struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// A client of one server.
pub struct Client {
    http: reqwest::Client,
    server: Url,
    secret: Zeroizing<String>,
    copy: Arc<dyn Record>,
}

/// Returns what calls the server at `server`, and its address.
fn caller(server: &str) -> Result<(reqwest::Client, Url), ClientError> {
    let unusable = |why: String| ClientError::Unreachable(why);
    let server = Url::parse(server).map_err(|it| unusable(it.to_string()))?;
    if !matches!(server.scheme(), "http" | "https") {
        return Err(unusable(format!("{server} is no address of a server")));
    }
    let tls = rustls::crypto::ring::default_provider();
    // A second provider is never needed: whoever was first installed the same one.
    tls.install_default().ok();
    let http = reqwest::Client::builder()
        .timeout(TAKES_MAX)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|it| unusable(it.to_string()))?;
    Ok((http, server))
}

impl Client {
    /// Returns a client of the server at `server`, let in by `secret`, that keeps its copy at
    /// `location`, from where the next one goes on.
    ///
    /// # Errors
    ///
    /// Where the address is none, or the copy cannot be kept.
    pub async fn new(
        server: &str,
        secret: Zeroizing<String>,
        location: &Location,
        signer: Signer,
    ) -> Result<Self, ClientError> {
        let (http, server) = caller(server)?;
        let copy = open(location, signer, None).await?;
        Ok(Self { http, server, secret, copy })
    }

    /// Returns once the server at `server` has answered anything at all.
    ///
    /// # Errors
    ///
    /// Where the address is none, or nobody answers there.
    pub async fn answers(server: &str) -> Result<(), ClientError> {
        let (http, server) = caller(server)?;
        let asked = http.get(server).send().await;
        asked.map(|_| ()).map_err(|error| ClientError::Unreachable(said(&error)))
    }

    /// Returns the address of `path` on its server; nothing where `path` is none.
    pub fn address_of(&self, path: &str) -> Option<String> {
        self.server.join(path).ok().map(String::from)
    }

    /// Lets somebody in with a password. Returns the secret of their session.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn log_in(&self, name: &str, password: &str) -> Result<String, ClientError> {
        let credentials = json!({ "name": name, "password": password });
        let begun: Begun = self.ask(Method::POST, "/api/v1/session", Some(credentials)).await?;
        Ok(begun.secret)
    }

    /// Lets somebody in by the invitation whose address ends with `secret`. Returns the secret of their
    /// session.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn come_in(&self, secret: &str) -> Result<String, ClientError> {
        let invitation = json!({ "secret": secret });
        let path = "/api/v1/session/invitation";
        let begun: Begun = self.ask(Method::POST, path, Some(invitation)).await?;
        Ok(begun.secret)
    }

    fn at(&self, path: &str) -> Result<Url, ClientError> {
        self.server.join(path).map_err(|it| ClientError::Unreachable(it.to_string()))
    }

    fn asked(&self, method: Method, path: &str) -> Result<RequestBuilder, ClientError> {
        let request = self.http.request(method, self.at(path)?);
        Ok(if self.secret.is_empty() { request } else { request.bearer_auth(self.secret.as_str()) })
    }

    async fn sent<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        let bytes = self.bytes(request).await?;
        // What is done and says nothing is answered without a body.
        let bytes = if bytes.is_empty() { b"null".to_vec() } else { bytes };
        serde_json::from_slice(&bytes).map_err(|error| {
            ClientError::Unreachable(format!("it answers as no server of Landfall does: {error}"))
        })
    }

    async fn bytes(&self, request: RequestBuilder) -> Result<Vec<u8>, ClientError> {
        let unreachable = |error: reqwest::Error| ClientError::Unreachable(said(&error));
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            return Ok(bytes.to_vec());
        }
        let problem: Problem = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
            let title = "The server says no";
            Problem::new(to_http(status), "refused", title, format!("it answers with {status}"))
        });
        Err(ClientError::Problem(Box::new(problem)))
    }

    /// Returns whom the secret lets in.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn me(&self) -> Result<PersonId, ClientError> {
        let me: Named = self.sent(self.asked(Method::GET, "/api/v1/me")?).await?;
        Ok(me.name)
    }

    /// Returns the deployments that the caller takes part in.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn deployments(&self) -> Result<Vec<DeploymentLine>, ClientError> {
        self.list("/api/v1/deployments").await
    }

    /// Creates a deployment from a plan among those of the server.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn create(
        &self,
        plan: &str,
        is_rehearsal: bool,
    ) -> Result<DeploymentLine, ClientError> {
        let wanted = json!({ "plan": plan, "rehearsal": is_rehearsal });
        self.sent(self.asked(Method::POST, "/api/v1/deployments")?.json(&wanted)).await
    }

    /// Replaces a deployment's plan by one among those of the server.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn revise(
        &self,
        deployment: &DeploymentId,
        plan: &str,
        reason: &str,
    ) -> Result<Recorded, ClientError> {
        let path = format!("/api/v1/deployments/{deployment}/plan");
        let wanted = json!({ "plan": plan, "reason": reason });
        self.sent(self.asked(Method::PUT, &path)?.json(&wanted)).await
    }

    /// Carries out `command` on the server under the name `id`.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn act(
        &self,
        deployment: &DeploymentId,
        command: &Command,
        id: &CommandId,
    ) -> Result<Recorded, ClientError> {
        let path = format!("/api/v1/deployments/{deployment}/commands");
        let request = self.asked(Method::POST, &path)?.header("idempotency-key", id.as_str());
        self.sent(request.json(command)).await
    }

    /// Carries out `command`, which puts the caller's name under something, under the name `id`;
    /// `signature` is the body of that route: the command, the language, and what shows that it is them.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn sign(
        &self,
        deployment: &DeploymentId,
        signature: &serde_json::Value,
        id: &CommandId,
    ) -> Result<Recorded, ClientError> {
        let path = format!("/api/v1/deployments/{deployment}/signatures");
        let request = self.asked(Method::POST, &path)?.header("idempotency-key", id.as_str());
        self.sent(request.json(signature)).await
    }

    /// Answers the survey of users through the link that ends with `token`. What lets the caller in stays
    /// away: nobody is to learn who answered.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn answer_survey(
        &self,
        deployment: &DeploymentId,
        token: &str,
        replies: &[Reply],
    ) -> Result<Recorded, ClientError> {
        let path = format!("/api/v1/deployments/{deployment}/survey");
        let url = self.at(&path)?;
        self.sent(self.http.post(url).json(&json!({ "token": token, "replies": replies }))).await
    }

    /// Has a link made for the owner of `site`.
    ///
    /// # Errors
    ///
    /// Where the server says no.
    pub async fn link_to_site(
        &self,
        deployment: &DeploymentId,
        site: &SiteId,
    ) -> Result<LinkMade, ClientError> {
        let path = format!("/api/v1/deployments/{deployment}/sites/{site}/link");
        self.sent(self.asked(Method::POST, &path)?).await
    }

    /// Asks `path` of the server by `method`, with `body` where there is one. Returns what it answers.
    ///
    /// # Errors
    ///
    /// Where the server says no, or answers something else.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, ClientError> {
        let mut request = self.asked(method, path)?;
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.sent(request).await
    }

    /// Returns the whole list at `path` of the server, page by page.
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask).
    pub async fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("{path}?limit={ENTRIES_AT_ONCE}{after}");
            let page: Listed<T> = self.ask(Method::GET, &path, None).await?;
            items.extend(page.items);
            let Some(next) = page.next else { return Ok(items) };
            after = format!("&after={next}");
        }
    }

    /// Returns the copy of the record, as far as it has been read.
    pub fn copy(&self) -> Arc<dyn Record> {
        self.copy.clone()
    }

    /// Reads what the server has of `deployment` and the copy has not. Returns whether there was
    /// anything.
    ///
    /// # Errors
    ///
    /// Where the server says no, or contradicts what it said before.
    pub async fn follow(&self, deployment: &DeploymentId) -> Result<bool, ClientError> {
        let mut head = self.copy.create(deployment).await?;
        let begun = head.seq;
        loop {
            let stretch = self.stretch(deployment, head.seq).await?;
            let untrue = |why: &str| ClientError::Untrue {
                deployment: deployment.clone(),
                why: why.to_owned(),
            };
            if stretch.last < head.seq {
                return Err(untrue("it is shorter than it was"));
            }
            if stretch.entries.is_empty() {
                if stretch.last > head.seq || stretch.hash != head.hash {
                    return Err(untrue("it is another one than it was"));
                }
                return Ok(head.seq > begun);
            }
            let bodies: Vec<Vec<u8>> =
                stretch.entries.into_iter().map(String::into_bytes).collect();
            let hash = bodies.iter().fold(head.hash, |hash, body| chain::link(&hash, body));
            if hash != stretch.hash {
                return Err(untrue("its chain is not the one of its entries"));
            }
            let mut change = Change { entries: bodies, ..Change::default() };
            for body in &change.entries {
                let entry: Entry = serde_json::from_slice(body)
                    .map_err(|it| untrue(&format!("an entry of it does not read: {it}")))?;
                change.forget.extend(forgotten(&entry.event));
            }
            let openings = stretch.openings.into_iter();
            change.openings.extend(
                openings.map(|it| NewOpening { whose: it.whose, body: it.opening.into_bytes() }),
            );
            for digest in stretch.contents {
                change.contents.push(self.content(deployment, &digest).await?);
            }
            let forgets = !change.forget.is_empty();
            head = self.copy.append(deployment, &head, change).await?.head;
            if forgets {
                self.copy.scrub().await?;
            }
        }
    }

    async fn stretch(&self, deployment: &DeploymentId, after: Seq) -> Result<Stretch, ClientError> {
        let path = format!(
            "/api/v1/deployments/{deployment}/record?after={after}&limit={ENTRIES_AT_ONCE}"
        );
        self.sent(self.asked(Method::GET, &path)?).await
    }

    /// Returns what an order has printed, as far as the server keeps it; nothing where it keeps none.
    ///
    /// # Errors
    ///
    /// [`ClientError::Problem`] with what the server says, [`ClientError::Unreachable`] where it says nothing.
    pub async fn output(
        &self,
        deployment: &DeploymentId,
        order: &OrderId,
    ) -> Result<Option<Vec<u8>>, ClientError> {
        // The sign between a step and its attempt begins the fragment of an address.
        let order = order.0.replace('#', "%23");
        let path = format!("/api/v1/deployments/{deployment}/output/{order}");
        match self.bytes(self.asked(Method::GET, &path)?).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ClientError::Problem(problem)) if problem.status == 404 => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn content(
        &self,
        deployment: &DeploymentId,
        digest: &Digest,
    ) -> Result<Vec<u8>, ClientError> {
        let path = format!("/api/v1/deployments/{deployment}/contents/{digest}");
        let bytes = self.bytes(self.asked(Method::GET, &path)?).await?;
        if Digest::of(&bytes) == *digest {
            return Ok(bytes);
        }
        let why = format!("content {digest} is another one");
        Err(ClientError::Untrue { deployment: deployment.clone(), why })
    }
}

/// Returns what went wrong at the network, without the address, which may hold a secret.
fn said(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(it) = cause {
        causes.push(it.to_string());
        cause = it.source();
    }
    causes.pop().unwrap_or_else(|| "the connection was lost".to_owned())
}

fn to_http(status: StatusCode) -> axum::http::StatusCode {
    axum::http::StatusCode::from_u16(status.as_u16()).unwrap_or(axum::http::StatusCode::BAD_GATEWAY)
}
