//! What leaves the house, to real servers on loopback.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod mails;
mod webhooks;

use model::companion_plans::Channel;
use model::digest::Digest;
use notices::Parcel;

pub(crate) fn parcel(channel: Channel, address: &str) -> Parcel {
    Parcel {
        deployment: "FG30".parse().unwrap(),
        letter: 17,
        text: Digest::of(b"what it says"),
        channel,
        address: address.to_owned(),
        language: "fr-CA".to_owned(),
        subject: "Déploiement à Guelph".to_owned(),
        body: "Bonjour,\n.\nle site change dimanche.\n".to_owned(),
        secret: Some("env:DESK".to_owned()),
        inside: true,
    }
}
