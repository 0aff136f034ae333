//! Mail: one letter to one address, over SMTP.
//!
//! House rule: the Message-ID comes from the letter alone, so that a letter that was sent twice,
//! because the program was killed between the server's answer and the record, is one to its reader.

mod post;
mod report;

pub use post::{Mail, MailServer, Security, UnusableServer};
pub use report::{letter_of, reason_of};

use crate::Parcel;

/// Returns the Message-ID of `parcel`, without its brackets.
pub fn message_id(parcel: &Parcel, domain: &str) -> String {
    let (letter, text, deployment) = (parcel.letter, parcel.text.short(), &parcel.deployment);
    format!("landfall.{letter}.{text}.{deployment}@{domain}")
}
