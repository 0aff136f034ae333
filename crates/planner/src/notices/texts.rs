//! What a letter says: in the reader's language, with times in the reader's zone.
//!
//! House rule: every time is written with its weekday, its zone and its distance from UTC.

use jiff::Timestamp;
use jiff::civil::Weekday;
use model::companion_plans::MessageText;
use model::message::{Addressee, Letter};
use model::private::Opening;
use model::scope::Scope;
use model::site::Site;
use model::state::State;
use model::template_text::fill;
use model::window::TimeZoneName;
use std::borrow::Cow;

/// What stands in a letter where its reader is told how to acknowledge it. Whoever sends it fills
/// it in: the token is known nowhere else.
pub const ACKNOWLEDGE: &str = "${acknowledge}";

/// What stands in a letter where its reader is told how to answer the survey; filled in likewise.
pub const SURVEY: &str = "${survey}";

/// Returns what `letter` says, but for how it is acknowledged.
pub fn written(state: &State, letter: &Letter) -> MessageText {
    let message = state.plan.communications.as_ref().and_then(|it| it.message(&letter.message));
    let Some(message) = message else {
        return MessageText { subject: String::new(), body: String::new() };
    };
    let text = message.text_in(&letter.language);
    let filled = |text: &str| {
        let value = |name: &str| Some(value(state, letter, name));
        fill(text, value).unwrap_or_else(|_| text.to_owned())
    };
    // A subject is one line, whatever stands in the names of things.
    let subject = filled(&text.subject).split_whitespace().collect::<Vec<_>>().join(" ");
    MessageText { subject, body: filled(&text.body) }
}

/// Returns the opening of what `letter` says to a person who is sealed; nothing where nothing in it is
/// private.
pub fn opening(state: &State, letter: &Letter) -> Option<Opening<MessageText>> {
    let Addressee::Person(person) = &letter.to else { return None };
    let salt = state.person(person)?.private.salt()?;
    let salt = salt.following(&format!("text of letter {}", letter.letter));
    Some(Opening { salt, value: written(state, letter) })
}

fn value<'s>(state: &'s State, letter: &Letter, name: &str) -> Cow<'s, str> {
    let plan = &state.plan;
    let site = match &letter.scope {
        Scope::Site(id) => state.site(id).map(|(it, _)| it),
        Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Ring(_) | Scope::Rfc(_) => {
            None
        }
    };
    match name {
        "acknowledge" if letter.acknowledge => Cow::Borrowed(ACKNOWLEDGE),
        "acknowledge" => Cow::Borrowed(""),
        "company" => Cow::Borrowed(&plan.company),
        "deployment" => Cow::Borrowed(&plan.title),
        "occasion" => Cow::Owned(letter.occasion.split('@').next().unwrap_or_default().to_owned()),
        "person" => match &letter.to {
            Addressee::Person(id) => Cow::Borrowed(state.person(id).map_or("", |it| it.name())),
            Addressee::UsersOf(_) | Addressee::Program(_) => Cow::Borrowed(""),
        },
        "release" => Cow::Owned(format!("{} {}", plan.release.name, plan.release.version)),
        "sessions" => {
            Cow::Owned(site.map(|it| sessions(state, it, &letter.language)).unwrap_or_default())
        }
        "site" => Cow::Owned(site.map_or_else(|| plan.title.clone(), |it| it.id.to_string())),
        "slot" => Cow::Owned(site.map(|it| slot(state, it, &letter.language)).unwrap_or_default()),
        "survey" => match &letter.to {
            Addressee::Person(_) => Cow::Borrowed(SURVEY),
            Addressee::UsersOf(_) | Addressee::Program(_) => Cow::Borrowed(""),
        },
        "title" => Cow::Borrowed(site.map_or(plan.title.as_str(), |it| it.title.as_str())),
        other => Cow::Owned(format!("${{{other}}}")),
    }
}

fn slot(state: &State, site: &Site, language: &str) -> String {
    match state.messages.slots.get(&site.id) {
        Some(slot) => civil_span(slot.from, slot.until, &site.zone, language),
        None => String::new(),
    }
}

fn sessions(state: &State, site: &Site, language: &str) -> String {
    let held = state.training.held().into_iter().filter(|it| it.session.sites.contains(&site.id));
    let lines = held.map(|it| {
        let session = &it.session;
        let when = civil_span(session.when.from, session.when.until, &session.when.zone, language);
        format!("{}: {when}, {}", session.course, session.place)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the time from `from` to `until` as people in `zone` say it, such as
/// `Sun 2027-02-07 00:00 – 06:00 (America/Chicago, UTC-06:00)`; where the clocks change in between, each
/// time has its own distance from UTC.
pub fn civil_span(
    from: Timestamp,
    until: Timestamp,
    zone: &TimeZoneName,
    language: &str,
) -> String {
    let rules = zone.rules();
    let (from, until) = (from.to_zoned(rules.clone()), until.to_zoned(rules));
    let day = |it: &jiff::Zoned| format!("{} {}", weekday(it.weekday(), language), it.date());
    let time = |it: &jiff::Zoned| it.strftime("%H:%M").to_string();
    let offset = |it: &jiff::Zoned| format!("UTC{}", it.strftime("%:z"));
    let end = if from.date() == until.date() {
        time(&until)
    } else {
        format!("{} {}", day(&until), time(&until))
    };
    let begin = format!("{} {}", day(&from), time(&from));
    if from.offset() == until.offset() {
        return format!("{begin} \u{2013} {end} ({zone}, {})", offset(&from));
    }
    // The clocks change in between: each time with the distance that it has.
    format!("{begin} ({}) \u{2013} {end} ({}) ({zone})", offset(&from), offset(&until))
}

/// Returns the short name of a weekday in `language`; in English where it is not known.
fn weekday(day: Weekday, language: &str) -> &'static str {
    let names = match language.split('-').next().unwrap_or_default() {
        "fr" => ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
        "es" => ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
        "de" => ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
        _ => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    };
    let position = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
    names.get(position).copied().unwrap_or_default()
}
