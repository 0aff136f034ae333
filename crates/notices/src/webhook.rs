//! Messages to other programs: one signed POST, as Standard Webhooks asks for.
//!
//! House rule: an address that a plan names reaches no place that only this computer can reach,
//! unless the plan says so; and whoever answers with a redirect is not followed.

mod public;
mod signature;

pub use public::is_public;
pub use signature::signature;

use crate::{Delivery, Parcel, Secrets, reasons};
use jiff::Timestamp;
use reqwest::{Client, Url, redirect::Policy};
use serde::Serialize;
use std::net::SocketAddr;
use std::time::Duration;

/// How long the other program may take: it should keep what it got and answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// What passes messages on to other programs.
pub(crate) struct Webhooks {
    secrets: Box<Secrets>,
}

/// What is posted.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: Said<'a>,
}

#[derive(Serialize)]
struct Said<'a> {
    deployment: &'a model::id::DeploymentId,
    letter: u32,
    subject: &'a str,
    body: &'a str,
    language: &'a str,
}

/// What a status says about a message that was posted.
fn judged(status: u16) -> Delivery {
    match status {
        200..=299 => Delivery::Accepted { receipt: format!("{status}") },
        // 410 is how a program says that it wants no more of them.
        300..=399 => Delivery::Refused { why: format!("{status}: redirects are not followed") },
        400..=407 | 409..=428 | 430..=499 => Delivery::Refused { why: format!("{status}") },
        _ => Delivery::NotNow { why: format!("{status}") },
    }
}

impl Webhooks {
    pub(crate) fn new(secrets: Box<Secrets>) -> Self {
        Self { secrets }
    }

    pub(crate) async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Delivery {
        let said = Said {
            deployment: &parcel.deployment,
            letter: parcel.letter,
            subject: &parcel.subject,
            body: &parcel.body,
            language: &parcel.language,
        };
        let body = Body { r#type: "landfall.message", timestamp: now, data: said };
        let body = serde_json::to_string(&body).expect("because it holds texts and numbers");
        let Some(secret) = &parcel.secret else {
            return Delivery::Refused { why: "the plan names no secret for it".to_owned() };
        };
        let secret = match (self.secrets)(secret) {
            Ok(secret) => secret,
            Err(why) => return Delivery::NotNow { why },
        };
        let (client, url) = match client_for(parcel).await {
            Ok(ready) => ready,
            Err(delivery) => return delivery,
        };
        let id = format!("{}.{}.{}", parcel.deployment, parcel.letter, parcel.text.short());
        let request = client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", now.as_second())
            .header("webhook-signature", signature(&secret, &id, now.as_second(), &body))
            .body(body);
        match request.send().await {
            // What it answers beside the status is not read.
            Ok(answer) => judged(answer.status().as_u16()),
            Err(error) => Delivery::NotNow { why: reasons(&error) },
        }
    }
}

/// Returns a client that reaches the address of `parcel` and no other.
async fn client_for(parcel: &Parcel) -> Result<(Client, Url), Delivery> {
    let refused = |why: String| Delivery::Refused { why };
    let url: Url = parcel.address.parse().map_err(|_| refused("it has no address".to_owned()))?;
    let is_plain = url.scheme() == "http";
    if url.scheme() != "https" && !(is_plain && parcel.inside) {
        return Err(refused("it is not reached over https".to_owned()));
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::net::lookup_host((host.as_str(), port)).await;
    let found: Vec<SocketAddr> = match found {
        Ok(found) => found.collect(),
        Err(error) => return Err(Delivery::NotNow { why: format!("{host}: {error}") }),
    };
    // One address inside is enough to refuse: which one is taken is not for the name to choose.
    if !parcel.inside
        && let Some(inside) = found.iter().find(|it| !is_public(it.ip()))
    {
        return Err(refused(format!("{host} is {}, which is not public", inside.ip())));
    }
    // An error means that somebody has chosen a provider before us, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(ANSWER_WITHIN)
        .resolve_to_addrs(&host, &found)
        .build();
    Ok((client.map_err(|it| Delivery::NotNow { why: reasons(&it) })?, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_answers_says_whether_it_is_asked_again() {
        for (status, is) in [
            (200, "accepted"),
            (204, "accepted"),
            (302, "refused"),
            (400, "refused"),
            (408, "not now"),
            (410, "refused"),
            (429, "not now"),
            (500, "not now"),
            (503, "not now"),
        ] {
            let judged = match judged(status) {
                Delivery::Accepted { .. } => "accepted",
                Delivery::Refused { .. } => "refused",
                Delivery::NotNow { .. } => "not now",
                Delivery::Waits { .. } => "waits",
            };
            assert_eq!(judged, is, "{status}");
        }
    }
}
