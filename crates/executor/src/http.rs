//! An HTTP check: one GET from this computer, whose answer is compared. It changes nothing, so it
//! needs no journal.

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Url};
use std::sync::OnceLock;

/// How much of a body is read, in bytes: a health page, not a download.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// How many redirects are followed on the host that was asked.
const REDIRECTS_MAX: usize = 5;

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// The answer is the expected one.
    Passed,
    /// There was another answer.
    Other { why: String },
    /// There was no answer.
    NoAnswer { why: String },
}

/// The client, made when it is first needed: most deployments check nothing over HTTP.
#[derive(Default)]
pub(crate) struct Http {
    client: OnceLock<Result<Client, String>>,
}

impl Http {
    fn client(&self) -> Result<&Client, String> {
        let made = self.client.get_or_init(|| {
            // An error means that somebody has chosen a provider before us, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = Client::builder().redirect(Policy::custom(follow_on_same_host)).build();
            client.map_err(|error| reasons(&error))
        });
        made.as_ref().map_err(Clone::clone)
    }
}

fn follow_on_same_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let origin = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    let first = attempt.previous().first().map(origin);
    if attempt.previous().len() > REDIRECTS_MAX || first != Some(origin(attempt.url())) {
        // The redirect itself is then the answer, and its status is compared.
        return attempt.stop();
    }
    attempt.follow()
}

/// Fetches `url` and compares the answer.
pub(crate) async fn check(http: &Http, url: &str, status: u16, contains: Option<&str>) -> Check {
    let client = match http.client() {
        Ok(client) => client,
        Err(why) => return Check::NoAnswer { why },
    };
    let mut answer = match client.get(url).send().await {
        Ok(answer) => answer,
        Err(error) => return Check::NoAnswer { why: format!("{url}: {}", reasons(&error)) },
    };
    if answer.status().as_u16() != status {
        let why = format!("{url} answered {} instead of {status}", answer.status().as_u16());
        return Check::Other { why };
    }
    let Some(needle) = contains.filter(|needle| !needle.is_empty()) else { return Check::Passed };
    let mut body = Vec::new();
    while body.len() < BODY_BYTES_MAX {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                let room = BODY_BYTES_MAX - body.len();
                body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            }
            Ok(None) => break,
            Err(error) => return Check::NoAnswer { why: format!("{url}: {}", reasons(&error)) },
        }
    }
    if body.windows(needle.len()).any(|it| it == needle.as_bytes()) {
        return Check::Passed;
    }
    Check::Other { why: format!("the answer of {url} does not contain `{needle}`") }
}

/// Returns `error` with all that caused it: the first sentence alone says next to nothing.
fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
