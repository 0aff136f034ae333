//! What leaves the house: mails, messages to other programs, calendar files.
//!
//! It decides nothing. What is said to whom is in the record before anything is
//! sent; what was answered goes back to whoever asked, who records it.
//!
//! House rule: a message that was accepted is never sent again, a message that was not is tried
//! again, and where that is not known, the same name lets the reader's server tell.

mod authority;
pub mod calendar;
pub mod mail;
mod object_store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod webhook;

pub use authority::ask_authority;
use jiff::Timestamp;
use model::companion_plans::Channel;
use model::digest::Digest;
use model::id::DeploymentId;
pub use object_store::{BucketAddress, NoBucket, ObjectStore};
use zeroize::Zeroizing;

/// A letter, ready to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The number of the letter.
    pub letter: u32,
    /// The digest of what it says.
    pub text: Digest,
    /// How it goes.
    pub channel: Channel,
    /// Where it goes.
    pub address: String,
    /// Its language.
    pub language: String,
    /// Its subject.
    pub subject: String,
    /// Its body, with the token in it.
    pub body: String,
    /// Of a message to a program: the reference to the secret with which it is signed.
    pub secret: Option<String>,
    /// Of a message to a program: whether the plan allows an address that is not public.
    pub inside: bool,
}

/// What became of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was accepted, with this answer.
    Accepted {
        /// What was answered.
        receipt: String,
    },
    /// It was refused for good.
    Refused {
        /// Why.
        why: String,
    },
    /// It could not be passed on now; nobody has accepted it.
    NotNow {
        /// Why.
        why: String,
    },
    /// There is nobody to pass it on: it waits until there is.
    Waits {
        /// Why.
        why: String,
    },
}

/// Where secrets come from: `env:NAME` or `file:/path` to a value.
pub type Secrets = dyn Fn(&str) -> Result<Zeroizing<String>, String> + Send + Sync;

/// Whoever passes parcels on.
pub struct Post {
    mail: Option<mail::Mail>,
    webhooks: webhook::Webhooks,
    reached_at: Option<String>,
}

impl Post {
    /// Returns a post with a mail server, where there is one, and the secrets of webhooks.
    pub fn new(mail: Option<mail::Mail>, secrets: Box<Secrets>) -> Self {
        Self { mail, webhooks: webhook::Webhooks::new(secrets), reached_at: None }
    }

    /// Returns it for a server that its readers reach at `origin`: links lead there.
    #[must_use]
    pub fn reached_at(self, origin: String) -> Self {
        Self { reached_at: Some(origin), ..self }
    }

    /// Returns whether it sends mail.
    pub fn sends_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// Returns the address of `path` on the server; nothing where its readers cannot reach it.
    pub fn link(&self, path: &str) -> Option<String> {
        self.reached_at.as_ref().map(|it| format!("{it}{path}"))
    }

    /// Passes `parcel` on at the instant `now`.
    pub async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Delivery {
        match parcel.channel {
            Channel::Mail => match &self.mail {
                Some(mail) => mail.deliver(parcel).await,
                None => Delivery::Waits { why: "no mail server is configured".to_owned() },
            },
            Channel::Webhook => self.webhooks.deliver(parcel, now).await,
            Channel::Hand => {
                Delivery::Refused { why: "people hand it over, not Landfall".to_owned() }
            }
        }
    }
}

/// Returns what an error and its causes say, once each.
fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}
