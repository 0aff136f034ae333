//! The communications plan, as it is written.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan.

use super::values::Length;
use crate::span::At;
use model::id::LineId;
use model::window::CivilTime;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Who is told what, when and how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Communications {
    /// The language of whoever is not listed under `languages`. Default: `en`.
    #[schemars(extend("default" = "en"))]
    pub(crate) language: Option<String>,
    /// Who reads which language: names of sites, for their users and owners, and of people.
    /// Default: all read `language`.
    #[serde(default)]
    pub(crate) languages: BTreeMap<String, Vec<At<LineId>>>,
    /// The address that reaches the users of a site; `${site}` stands for its name in lower case.
    /// Default: none, and messages to users are handed over by people.
    pub(crate) users_mail: Option<At<String>>,
    /// When nobody is disturbed, in the reader's own zone. Default: never.
    pub(crate) quiet_hours: Option<QuietHours>,
    /// The share of an audience that may not be reached before a site waits, in percent. Default: 5.
    #[schemars(extend("default" = 5))]
    pub(crate) bounce_limit_percent: Option<At<u8>>,
    /// How much earlier than it was told a site may begin; beyond it, the site waits. Default: 15m.
    #[schemars(extend("default" = "15m"))]
    pub(crate) slot_tolerance: Option<Length>,
    /// Where other programs are told, by messages with the channel `webhook`. Default: nowhere.
    #[serde(default)]
    pub(crate) webhooks: Vec<Webhook>,
    /// Its messages.
    pub(crate) messages: Vec<Message>,
}

/// When nobody is disturbed; over midnight where it ends before it begins.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct QuietHours {
    /// Its beginning.
    pub(crate) from: CivilTime,
    /// Its end.
    pub(crate) until: CivilTime,
}

/// An address at which another program is told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Webhook {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// The address, over https.
    pub(crate) url: At<String>,
    /// The reference to the secret with which it is signed: `env:NAME` or `file:/path`.
    pub(crate) secret: At<String>,
    /// Whether the host may have an address that is not public, and may do without TLS.
    /// Default: `false`.
    #[schemars(extend("default" = false))]
    #[serde(default)]
    pub(crate) inside: bool,
}

/// A message of the communications plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Message {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// When it is sent, relative to the site's window or to an event, such as `T-7 d`.
    pub(crate) when: At<String>,
    /// To whom, such as `site owners`, `users and customer`, `all` or the name of a person.
    pub(crate) audience: At<String>,
    /// How: Landfall sends `mail` and `webhook`, all else is done by people.
    pub(crate) channels: Vec<String>,
    /// What it says, in the plan's own language.
    pub(crate) text: At<String>,
    /// Whether it must be acknowledged. Default: `false`.
    #[schemars(extend("default" = false))]
    #[serde(default)]
    pub(crate) acknowledge: bool,
    /// What it says, by language. Default: `text`, with the site and its slot.
    #[serde(default)]
    pub(crate) texts: BTreeMap<String, MessageText>,
    /// Who is told when nobody acknowledges it. Default: nobody.
    pub(crate) escalation: Option<MessageEscalation>,
}

/// What a message says in one language. Both texts may hold `${…}`: `acknowledge`, `company`,
/// `deployment`, `occasion`, `person`, `release`, `sessions`, `site`, `slot`, `survey` and `title`.
/// `survey` says to a person where they answer; users have links of their own, so it says nothing
/// to them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct MessageText {
    /// Its subject.
    pub(crate) subject: At<String>,
    /// Its body.
    pub(crate) body: At<String>,
}

/// Who is told when nobody acknowledges a message.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct MessageEscalation {
    /// How long after its delivery.
    pub(crate) after: Length,
    /// To whom, as the audience of a message.
    pub(crate) audience: At<String>,
}
