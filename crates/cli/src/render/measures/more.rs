//! Support issues and escalations as people read them: week by week, by kind, severity and cause.

use crate::render::table::{Tone, cell, table, text};
use crate::terminal::Setting;
use model::measures::escalating::EscalationFigures;
use model::measures::requests::{RequestFigures, per_100_users_and_week};

/// The digits of a rate.
const RATE_DIGITS: usize = 2;

/// Returns support issues by kind and week.
pub(super) fn requests(it: &RequestFigures, setting: Setting) -> String {
    let kinds: Vec<String> =
        it.by_kind.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let mut rows = table(setting, &["week from", "support issues", "per 100 users and week"]);
    for (week, count, user_ms) in &it.by_week {
        let rate = per_100_users_and_week(*count, *user_ms).rounded(RATE_DIGITS);
        rows.add_row([
            cell(week.monday, Tone::Plain),
            cell(count, Tone::Plain),
            cell(rate.map_or_else(|| "n/a".to_owned(), |it| it.to_string()), Tone::Plain),
        ]);
    }
    let kinds =
        if kinds.is_empty() { String::new() } else { format!("By kind: {}\n", kinds.join(", ")) };
    format!("{kinds}{}", text(&rows))
}

/// Returns escalations by week, severity and cause; nothing where there were none.
pub(super) fn escalations(it: &EscalationFigures, setting: Setting) -> String {
    let drills = match it.drills {
        0 => String::new(),
        drills => format!("\nDrills, which are no escalations: {drills}\n"),
    };
    if it.count == 0 {
        return drills;
    }
    let mut rows = table(setting, &["week from", "escalations"]);
    for (week, count) in it.by_week.iter().filter(|(_, count)| *count > 0) {
        rows.add_row([cell(week.monday, Tone::Plain), cell(count, Tone::Plain)]);
    }
    let severity = |it: &Option<u8>| {
        it.map_or_else(|| "no incident".to_owned(), |it| format!("severity {it}"))
    };
    let severities: Vec<String> =
        it.by_severity.iter().map(|(of, count)| format!("{} {count}", severity(of))).collect();
    let causes: Vec<String> =
        it.by_cause.iter().map(|(cause, count)| format!("{cause} {count}")).collect();
    format!(
        "{drills}\n{}Behind them: {}\nWhy: {}\nTaken {}, rejected {}, insisted on {}, past the levels {}, avoidable {}\n",
        text(&rows),
        severities.join(", "),
        causes.join(", "),
        it.accepted,
        it.rejected,
        it.insisted,
        it.bypassing,
        it.avoidable
    )
}
