//! Calendar files: slots and sessions as iCalendar (RFC 5545).
//!
//! Times are written in UTC, which every calendar shows in the reader's own zone; so no file
//! carries rules of a time zone that may be older than the reader's. What is moved keeps its name
//! and gets a higher sequence number, by which a calendar replaces what it had.

use jiff::Timestamp;
use model::id::SiteId;
use model::machine::SiteState;
use model::state::State;
use model::training::SessionStatus;
use std::fmt::Write as _;

/// The most bytes of a line, as RFC 5545 asks for.
const LINE_BYTES_MAX: usize = 75;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// It announces what it holds.
    Publish,
    /// It takes back what it holds.
    Cancel,
}

/// One entry of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, the same for ever.
    pub name: String,
    /// How often it was changed, from 0.
    pub sequence: u32,
    /// When this was written.
    pub written: Timestamp,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// What it is.
    pub title: String,
    /// More about it.
    pub description: String,
    /// Where it is.
    pub place: String,
    /// Whether it does not take place.
    pub cancelled: bool,
}

/// Returns the slots of `sites` and the sessions that are held for them, as written at `now`.
pub fn of_sites(state: &State, sites: &[&SiteId], now: Timestamp) -> Vec<Entry> {
    let mut entries: Vec<Entry> = sites.iter().filter_map(|it| slot(state, it, now)).collect();
    let is_theirs = |it: &&SessionStatus| it.session.sites.iter().any(|it| sites.contains(&it));
    let sessions = state.training.sessions.values().filter(is_theirs);
    entries.extend(sessions.map(|it| session(state, it, now)));
    entries
}

fn slot(state: &State, site: &SiteId, now: Timestamp) -> Option<Entry> {
    let slot = state.messages.slots.get(site).filter(|it| it.version > 0)?;
    let (planned, status) = state.site(site)?;
    let release = &state.plan.release;
    Some(Entry {
        name: format!("slot-{site}@{}.landfall", state.plan.deployment),
        sequence: slot.version - 1,
        written: now,
        from: slot.from,
        until: slot.until,
        title: format!("{} {} at {}", release.name, release.version, planned.title),
        description: state.plan.title.clone(),
        place: planned.title.clone(),
        cancelled: status.state == SiteState::Exempt,
    })
}

fn session(state: &State, status: &SessionStatus, now: Timestamp) -> Entry {
    let it = &status.session;
    let courses = state.plan.training.iter().flat_map(|it| &it.courses);
    let course = courses.into_iter().find(|course| course.id == it.course);
    Entry {
        name: format!("session-{}@{}.landfall", it.id, state.plan.deployment),
        sequence: status.moved,
        written: now,
        from: it.when.from,
        until: it.when.until,
        title: course.map_or_else(|| it.course.to_string(), |it| it.title.clone()),
        description: format!("{} with {}", it.course, it.trainer),
        place: it.place.clone(),
        cancelled: status.cancelled.is_some(),
    }
}

/// Returns the calendar file with `entries`.
pub fn file(method: Method, entries: &[Entry]) -> String {
    let mut text = String::new();
    let method = match method {
        Method::Publish => "PUBLISH",
        Method::Cancel => "CANCEL",
    };
    for fixed in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Landfall//Landfall//EN"] {
        line(&mut text, fixed);
    }
    line(&mut text, &format!("METHOD:{method}"));
    for it in entries {
        line(&mut text, "BEGIN:VEVENT");
        line(&mut text, &format!("UID:{}", escaped(&it.name)));
        line(&mut text, &format!("SEQUENCE:{}", it.sequence));
        line(&mut text, &format!("DTSTAMP:{}", utc(it.written)));
        line(&mut text, &format!("DTSTART:{}", utc(it.from)));
        line(&mut text, &format!("DTEND:{}", utc(it.until)));
        line(&mut text, &format!("SUMMARY:{}", escaped(&it.title)));
        for (key, value) in [("DESCRIPTION", &it.description), ("LOCATION", &it.place)] {
            if !value.is_empty() {
                line(&mut text, &format!("{key}:{}", escaped(value)));
            }
        }
        line(&mut text, if it.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        line(&mut text, "END:VEVENT");
    }
    line(&mut text, "END:VCALENDAR");
    text
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Returns `text` as a value: what separates values is escaped, and a new line is written as one.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => {
                value.push('\\');
                value.push(letter);
            }
            '\n' => value.push_str("\\n"),
            it if it.is_control() => {}
            it => value.push(it),
        }
    }
    value
}

/// Adds `content` as one line, folded where it is too long, and never inside a letter.
fn line(text: &mut String, content: &str) {
    let mut bytes = 0;
    for letter in content.chars() {
        if bytes + letter.len_utf8() > LINE_BYTES_MAX {
            text.push_str("\r\n ");
            bytes = 1;
        }
        text.push(letter);
        bytes += letter.len_utf8();
    }
    let _ = write!(text, "\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn entry() -> Entry {
        Entry {
            name: "slot-B27@FG30.landfall".to_owned(),
            sequence: 1,
            written: "2027-02-01T08:00:00Z".parse().unwrap(),
            from: "2027-03-14T10:00:00Z".parse().unwrap(),
            until: "2027-03-14T15:00:00Z".parse().unwrap(),
            title: "Fieldgate at Modesto, CA".to_owned(),
            description: "Counter; stock\nand a line that is so long that no calendar reads it without folding \u{fc}ber".to_owned(),
            place: String::new(),
            cancelled: false,
        }
    }

    #[test]
    fn a_slot_is_written_as_a_calendar_reads_it() {
        let text = file(Method::Publish, &[entry()]);
        assert!(text.lines().all(|it| it.len() <= LINE_BYTES_MAX));
        expect![[r#"
            BEGIN:VCALENDAR
            VERSION:2.0
            PRODID:-//Landfall//Landfall//EN
            METHOD:PUBLISH
            BEGIN:VEVENT
            UID:slot-B27@FG30.landfall
            SEQUENCE:1
            DTSTAMP:20270201T080000Z
            DTSTART:20270314T100000Z
            DTEND:20270314T150000Z
            SUMMARY:Fieldgate at Modesto\, CA
            DESCRIPTION:Counter\; stock\nand a line that is so long that no calendar re
             ads it without folding über
            STATUS:CONFIRMED
            END:VEVENT
            END:VCALENDAR
        "#]]
        .assert_eq(&text.replace("\r\n", "\n"));
    }

    #[test]
    fn nobody_writes_another_line_into_a_calendar() {
        let title = "Slot\r\nATTENDEE:mailto:everybody@example.org".to_owned();
        let text = file(Method::Cancel, &[Entry { title, cancelled: true, ..entry() }]);
        assert!(text.lines().all(|it| !it.starts_with("ATTENDEE")), "{text}");
        assert!(text.contains("METHOD:CANCEL\r\n") && text.contains("STATUS:CANCELLED\r\n"));
    }
}
