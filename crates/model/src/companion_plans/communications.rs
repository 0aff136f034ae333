//! The communications plan: who is told what, when, how, and in which language.
//!
//! When and to whom are kept as they were written, and read here: what cannot be
//! read is not sent by itself, and the plan's check says so.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan.

mod audience;
mod trigger;

pub use audience::Audience;
pub use trigger::{MilestoneMoment, Offset, SiteMoment, Trigger, UnreadTrigger};

use crate::id::{LineId, PersonId, SiteId};
use crate::window::CivilTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The share of an audience that may not be reached where the plan names none, in percent.
pub const BOUNCE_LIMIT_PERCENT: u8 = 5;

/// How much earlier than it was told a site may begin where the plan names nothing, in seconds:
/// whoever opens the doors comes a quarter of an hour before.
const SLOT_TOLERANCE_S: u32 = 15 * 60;

/// The language in which people are told where the plan names none.
pub const LANGUAGE: &str = "en";

/// Who is told what, when and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunicationsPlan {
    /// Its messages.
    pub messages: Vec<Message>,
    /// The language of whoever is not listed under `languages`; `en` where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who reads which language: sites, with their users and owners, and people.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub languages: BTreeMap<String, Vec<LineId>>,
    /// The address that reaches the users of a site; `${site}` stands for its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users_mail: Option<String>,
    /// When nobody is disturbed, in the reader's own zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// The share of an audience that may not be reached, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounce_limit_percent: Option<u8>,
    /// How much earlier than it was told a site may begin, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_tolerance_s: Option<u32>,
    /// Where other programs are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub webhooks: Vec<Webhook>,
}

/// When nobody is disturbed; over midnight where it ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Its beginning.
    pub from: CivilTime,
    /// Its end.
    pub until: CivilTime,
}

/// An address at which another program is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its name.
    pub id: LineId,
    /// The address, over https.
    pub url: String,
    /// The reference to the secret with which it is signed: `env:NAME` or `file:/path`.
    pub secret: String,
    /// Whether the host may have an address that is not public, and need not speak TLS.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inside: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(it: &bool) -> bool {
    !it
}

/// A message of the communications plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its name.
    pub id: LineId,
    /// When it is sent, relative to the site's window or to an event, such as `T-7 d`.
    pub when: String,
    /// To whom.
    pub audience: String,
    /// How, such as `mail`.
    pub channels: Vec<String>,
    /// What it says, in the plan's own language.
    pub text: String,
    /// Whether it must be acknowledged.
    pub acknowledge: bool,
    /// What it says, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, MessageText>,
    /// Who is told when nobody acknowledges it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<MessageEscalation>,
}

/// What a message says in one language. Both texts may hold `${…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageText {
    /// Its subject.
    pub subject: String,
    /// Its body.
    pub body: String,
}

/// Who is told when nobody acknowledges a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageEscalation {
    /// How long nobody has acknowledged it by then, in seconds.
    pub after_s: u32,
    /// To whom.
    pub audience: String,
}

/// How a message reaches people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Landfall sends a mail.
    Mail,
    /// Landfall tells another program.
    Webhook,
    /// People see to it: a poster, a text message, a portal.
    Hand,
}

/// What may stand between `${` and `}` in the text of a message.
pub const REFERENCES: &[&str] = &[
    "acknowledge",
    "company",
    "deployment",
    "occasion",
    "person",
    "release",
    "sessions",
    "site",
    "slot",
    "survey",
    "title",
];

impl Message {
    /// Returns when it is sent, where that can be read.
    ///
    /// # Errors
    ///
    /// When `when` cannot be read.
    pub fn trigger(&self) -> Result<Trigger, UnreadTrigger> {
        self.when.parse()
    }

    /// Returns to whom it goes, and the words that name nobody.
    pub fn to(&self) -> (Vec<Audience>, Vec<String>) {
        Audience::read(&self.audience)
    }

    /// Returns how Landfall passes it on: by mail or to programs where the plan says so, else by
    /// people's hands.
    pub fn carried(&self) -> Vec<Channel> {
        let named = |name: &str| self.channels.iter().any(|it| it == name);
        let mut carried = Vec::new();
        if named("mail") {
            carried.push(Channel::Mail);
        }
        if named("webhook") {
            carried.push(Channel::Webhook);
        }
        if carried.is_empty() {
            carried.push(Channel::Hand);
        }
        carried
    }

    /// Returns what it says in `language`: the same language, else one of the same family, else
    /// its text in the plan's own.
    pub fn text_in(&self, language: &str) -> MessageText {
        let family = |it: &str| it.split('-').next().unwrap_or_default().to_owned();
        let same_family = || {
            let mut texts = self.texts.iter();
            texts.find(|(it, _)| family(it) == family(language)).map(|(_, text)| text)
        };
        let found = self.texts.get(language).or_else(same_family);
        found.cloned().unwrap_or_else(|| MessageText {
            subject: self.text.clone(),
            body: format!("{}\n\n${{title}}: ${{slot}}\n${{acknowledge}}", self.text),
        })
    }
}

impl CommunicationsPlan {
    /// Returns the message called `id`.
    pub fn message(&self, id: &LineId) -> Option<&Message> {
        self.messages.iter().find(|it| it.id == *id)
    }

    /// Returns the language of `person`, who belongs to `site` where one is given.
    pub fn language_of(&self, person: Option<&PersonId>, site: Option<&SiteId>) -> &str {
        let listed = |name: &str| {
            let lists = |names: &Vec<LineId>| names.iter().any(|it| it.as_str() == name);
            self.languages.iter().find(|(_, names)| lists(names)).map(|(language, _)| language)
        };
        let own = person.and_then(|it| listed(it.as_str()));
        let of_site = || site.and_then(|it| listed(it.as_str()));
        own.or_else(of_site).or(self.language.as_ref()).map_or(LANGUAGE, String::as_str)
    }

    /// Returns the address that reaches the users of `site`.
    pub fn users_of(&self, site: &SiteId) -> Option<String> {
        let pattern = self.users_mail.as_ref()?;
        Some(pattern.replace("${site}", &site.as_str().to_lowercase()))
    }

    /// Returns how much earlier than it was told a site may begin, in seconds.
    pub fn slot_tolerance_s(&self) -> u32 {
        self.slot_tolerance_s.unwrap_or(SLOT_TOLERANCE_S)
    }

    /// Returns the share of an audience that may not be reached, in percent.
    pub fn bounce_limit(&self) -> u8 {
        self.bounce_limit_percent.unwrap_or(BOUNCE_LIMIT_PERCENT)
    }
}
