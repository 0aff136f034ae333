//! Single sign-on: who somebody is, as the sign-on service of their organisation says (`OpenID` Connect).
//!
//! The code flow with PKCE, a nonce and a state that only the browser in which it began can bring
//! back. What the service says is asked for and checked by `openidconnect`; its keys are
//! read anew for each log-in, so that changed ones are no matter.

use crate::error::ReceptionError;
use crate::origin::Origin;
use crate::questions::Questions;
use crate::secret::{Secret, digest_of};
use jiff::{SignedDuration, Timestamp};
use model::digest::Digest;
use model::id::PersonId;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse as _, http,
};
use std::time::Duration;
use zeroize::Zeroizing;

/// Where a browser comes back to.
pub const BACK: &str = "/sign-on/back";

/// How long the service may take to answer.
const TAKES_MAX: Duration = Duration::from_secs(10);

/// The most bytes of an answer of the service: its keys, not an archive.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// By how much the service's clock may differ from this computer's.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// A sign-on service, as whoever runs the server names it.
#[derive(Clone)]
pub struct SignOnProvider {
    /// Its address, exactly as it calls itself.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// What this server shows it, where it gave it something.
    pub client_secret: Option<Zeroizing<String>>,
}

/// What somebody is sent away for.
#[derive(Clone, Debug)]
pub(crate) enum Errand {
    /// To log in.
    LogIn,
    /// To link their account with who they are there.
    Link(PersonId),
    /// To show again who they are, in the session with this digest, about the challenge.
    Again(Digest, Digest),
}

/// Somebody who was sent away, and is expected back.
struct Away {
    errand: Errand,
    /// Where they want to go afterwards.
    next: String,
    /// The digest of what their browser keeps meanwhile.
    browser: Digest,
    nonce: String,
    verifier: PkceCodeVerifier,
    since: Timestamp,
}

/// Where a browser is sent, and what it keeps until it comes back.
pub struct SentAway {
    /// The address at the sign-on service.
    pub address: String,
    /// What the browser keeps in a cookie.
    pub kept: Secret,
}

/// Who came back, and what for.
pub(crate) struct Back {
    pub(crate) errand: Errand,
    pub(crate) next: String,
    pub(crate) subject: String,
    /// When the service had them show who they are, where it says so.
    pub(crate) authenticated: Option<Timestamp>,
    /// What the service signed.
    pub(crate) token: String,
}

/// What is asked of a sign-on service.
pub(crate) struct SignOn {
    provider: SignOnProvider,
    redirect: String,
    http: reqwest::Client,
    away: Questions<Away>,
}

impl SignOn {
    /// Returns what asks `provider` for a server at `origin`.
    pub(crate) fn at(provider: SignOnProvider, origin: &Origin) -> Result<Self, ReceptionError> {
        let issuer: Option<reqwest::Url> = provider.issuer.parse().ok();
        let is_safe = issuer.is_some_and(|it| {
            let is_here = matches!(it.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            it.scheme() == "https" || (it.scheme() == "http" && is_here)
        });
        if !is_safe {
            let what = format!("{} is no https:// address of a sign-on service", provider.issuer);
            return Err(ReceptionError::Invalid(what));
        }
        // Whoever was first installed the same one.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder()
            .timeout(TAKES_MAX)
            // Whoever answers for the service names no other place.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| ReceptionError::Invalid(error.to_string()))?;
        Ok(Self { provider, redirect: origin.link(BACK), http, away: Questions::default() })
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.provider.issuer
    }

    async fn client(&self) -> Result<Client, ReceptionError> {
        let asked = |request| ask(self.http.clone(), request);
        let issuer = IssuerUrl::new(self.provider.issuer.clone()).map_err(unreachable)?;
        let known = CoreProviderMetadata::discover_async(issuer, &asked).await;
        let known = known.map_err(unreachable)?;
        let secret = self.provider.client_secret.as_ref();
        let secret = secret.map(|it| ClientSecret::new(it.to_string()));
        let client_id = ClientId::new(self.provider.client_id.clone());
        let redirect = RedirectUrl::new(self.redirect.clone()).map_err(unreachable)?;
        Ok(CoreClient::from_provider_metadata(known, client_id, secret).set_redirect_uri(redirect))
    }

    /// Sends somebody away on an errand, to come back and go to `next`.
    pub(crate) async fn send(
        &self,
        errand: Errand,
        next: String,
        now: Timestamp,
    ) -> Result<SentAway, ReceptionError> {
        let client = self.client().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (kept, state) = (Secret::random()?, Secret::random()?);
        let nonce = match &errand {
            // The service signs what it is asked: so its answer is about this and nothing else.
            Errand::Again(_, challenge) => challenge.to_string(),
            Errand::LogIn | Errand::Link(_) => Secret::random()?.reveal().to_owned(),
        };
        let (for_state, for_nonce) = (state.reveal().to_owned(), nonce.clone());
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(for_state),
                move || Nonce::new(for_nonce),
            )
            .set_pkce_challenge(challenge);
        let request = match &errand {
            Errand::LogIn => request,
            // Whoever happens to be signed in there is not believed: they show it now.
            Errand::Link(_) | Errand::Again(..) => {
                request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO)
            }
        };
        let (address, _, _) = request.url();
        let browser = kept.digest();
        let away = Away { errand, next, browser, nonce, verifier, since: now };
        self.away.ask(state.reveal().to_owned(), away, now);
        Ok(SentAway { address: address.to_string(), kept })
    }

    /// Returns who came back with `code` and `state`, in the browser that kept `kept`.
    pub(crate) async fn back(
        &self,
        code: &str,
        state: &str,
        kept: Option<&str>,
        now: Timestamp,
    ) -> Result<Back, ReceptionError> {
        let unknown = || wrong("it did not begin in this browser within the last five minutes");
        let away = self.away.answered(state, now).ok_or_else(unknown)?;
        if kept.map(digest_of) != Some(away.browser) {
            return Err(unknown());
        }
        let client = self.client().await?;
        let asked = |request| ask(self.http.clone(), request);
        let exchange = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let exchange = exchange.map_err(unreachable)?.set_pkce_verifier(away.verifier);
        let answer = exchange.request_async(&asked).await.map_err(wrong)?;
        let token: &CoreIdToken =
            answer.id_token().ok_or_else(|| wrong("the service does not say who it is"))?;
        let claims = token.claims(&client.id_token_verifier(), &Nonce::new(away.nonce));
        let claims = claims.map_err(wrong)?;
        let authenticated =
            claims.auth_time().and_then(|it| Timestamp::from_second(it.timestamp()).ok());
        let shows_it_now = match &away.errand {
            Errand::LogIn => true,
            Errand::Link(_) | Errand::Again(..) => {
                let earliest = away.since.saturating_sub(CLOCKS_DIFFER).unwrap_or(away.since);
                authenticated.is_some_and(|it| it >= earliest)
            }
        };
        if !shows_it_now {
            return Err(wrong("the service did not ask anew who it is"));
        }
        Ok(Back {
            errand: away.errand,
            next: away.next,
            subject: claims.subject().to_string(),
            authenticated,
            token: token.to_string(),
        })
    }
}

/// A client that knows where it is called back, and what the service says about itself.
type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

/// What the service could not be asked.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    #[error(transparent)]
    Answer(#[from] http::Error),
    #[error("its answer is too long")]
    TooLong,
}

async fn ask(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, AskError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut built = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        built = built.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            return Err(AskError::TooLong);
        }
    }
    Ok(built.body(body)?)
}

/// Returns `error` with everything that it comes from, on one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said
}

fn unreachable(error: impl std::error::Error) -> ReceptionError {
    ReceptionError::SignOnUnreachable(told(&error))
}

fn wrong(why: impl std::fmt::Display) -> ReceptionError {
    ReceptionError::WrongSignOn(why.to_string())
}
