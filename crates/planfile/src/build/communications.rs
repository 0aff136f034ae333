//! The communications plan: what Landfall can send by itself, and what it cannot.
//!
//! What cannot be read is only warned of: people may see to it, as they did before Landfall.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan.

use super::Building;
use crate::code::Code;
use crate::span::At;
use crate::written;
use model::companion_plans::{
    Audience, CommunicationsPlan, Message, MessageEscalation, MessageText, QuietHours, REFERENCES,
    Webhook,
};
use model::id::{LineId, PersonId};
use model::site::Site;
use model::template_text::references;
use std::collections::HashSet;

impl Building<'_> {
    pub(super) fn communications(
        &mut self,
        written: Option<written::Communications>,
        sites: &[Site],
    ) -> Option<CommunicationsPlan> {
        let written = written?;
        let sites: HashSet<&str> = sites.iter().map(|it| it.id.as_str()).collect();
        for id in written.languages.values().flatten() {
            self.knows_reader(id, &sites);
        }
        let bounce_limit_percent = written
            .bounce_limit_percent
            .map(|it| self.percent(Some(it), model::companion_plans::BOUNCE_LIMIT_PERCENT));
        if let Some(mail) = &written.users_mail {
            self.refers_only_to(mail, &["site"]);
        }
        let plain = |ids: Vec<At<LineId>>| ids.into_iter().map(|it| it.value).collect();
        Some(CommunicationsPlan {
            language: written.language,
            languages: written.languages.into_iter().map(|(it, ids)| (it, plain(ids))).collect(),
            users_mail: written.users_mail.map(|it| it.value),
            quiet_hours: written
                .quiet_hours
                .map(|it| QuietHours { from: it.from, until: it.until }),
            bounce_limit_percent,
            slot_tolerance_s: written.slot_tolerance.map(|it| it.0),
            webhooks: written.webhooks.into_iter().map(|it| self.webhook(it)).collect(),
            messages: written.messages.into_iter().map(|it| self.message(it)).collect(),
        })
    }

    fn knows_reader(&mut self, id: &At<LineId>, sites: &HashSet<&str>) {
        let is_person = |building: &Self| {
            let person = id.value.as_str().parse::<PersonId>();
            person.is_ok_and(|it| building.names.people.contains_key(&it))
        };
        let is_known = sites.contains(id.value.as_str()) || is_person(self);
        self.knows("site or person", id, is_known, |names| {
            let people = names.people.keys().map(ToString::to_string);
            people.chain(sites.iter().map(ToString::to_string)).collect()
        });
    }

    fn webhook(&mut self, written: written::Webhook) -> Webhook {
        let is_secure = written.url.starts_with("https://");
        let is_plain_inside = written.inside && written.url.starts_with("http://");
        if !is_secure && !is_plain_inside {
            let what = format!("the webhook `{}` is not reached over https", *written.id);
            let help = "write an address that begins with `https://`";
            self.findings.report_with(Code::BadValue, written.url.at, what, Some(help));
        }
        if !written.secret.starts_with("env:") && !written.secret.starts_with("file:/") {
            let what = format!("the secret of webhook `{}` stands in the plan", *written.id);
            let help = "write where it is found: `env:NAME` or `file:/path`";
            self.findings.report_with(Code::BadValue, written.secret.at, what, Some(help));
        }
        Webhook {
            id: written.id.value,
            url: written.url.value,
            secret: written.secret.value,
            inside: written.inside,
        }
    }

    fn message(&mut self, written: written::Message) -> Message {
        self.audience(&written.id, &written.audience);
        if let Err(unread) = written.when.parse::<model::companion_plans::Trigger>() {
            let what = format!("Landfall does not send `{}` by itself: {unread}", *written.id);
            let help = "people see to it, and state S4 for the sites";
            self.findings.report_with(Code::NotSent, written.when.at, what, Some(help));
        }
        self.refers_only_to(&written.text, REFERENCES);
        for text in written.texts.values() {
            self.refers_only_to(&text.subject, REFERENCES);
            self.refers_only_to(&text.body, REFERENCES);
        }
        if let Some(escalation) = &written.escalation {
            self.audience(&written.id, &escalation.audience);
        }
        let text = |it: written::MessageText| MessageText {
            subject: it.subject.value,
            body: it.body.value,
        };
        Message {
            id: written.id.value,
            when: written.when.value,
            audience: written.audience.value,
            channels: written.channels,
            text: written.text.value,
            acknowledge: written.acknowledge,
            texts: written.texts.into_iter().map(|(language, it)| (language, text(it))).collect(),
            escalation: written
                .escalation
                .map(|it| MessageEscalation { after_s: it.after.0, audience: it.audience.value }),
        }
    }

    fn audience(&mut self, message: &At<LineId>, text: &At<String>) {
        let (found, mut unread) = Audience::read(text);
        for audience in &found {
            if let Audience::Person(id) = audience
                && !self.names.people.contains_key(id)
            {
                unread.push(id.to_string());
            }
        }
        for word in unread {
            let what = format!("`{}` goes to nobody that Landfall knows as `{word}`", **message);
            let help = "write `site owners`, `deputies`, `users`, `customer`, `operations`, `support`, `stakeholders`, `project team`, `all` or the name of a person";
            self.findings.report_with(Code::NotSent, text.at, what, Some(help));
        }
    }

    fn refers_only_to(&mut self, text: &At<String>, known: &[&str]) {
        let unknown = references(text).into_iter().find(|it| !known.contains(it));
        if let Some(name) = unknown {
            let what = format!("`${{{name}}}` names nothing here");
            let help = format!("a message may hold {}", known.join(", "));
            self.findings.report_with(Code::UnknownReference, text.at, what, Some(help.as_str()));
        }
    }
}
