//! What each table says, row by row.
//!
//! House rule: types before checks; a row that is not understood is reported, never guessed.

use super::cells::{Row, Sheet};
use crate::code::Code;
use crate::diagnostic::quoted;
use crate::suggest;
use model::incident::Attribution;
use model::measures::desk::{Episode, Ticket, TicketStatus};
use model::measures::impact::{Impact, Maintenance, MeasuredSite, Notice, Reach};
use model::measures::intervals::Interval;
use std::collections::{HashMap, HashSet};

/// What is known of sites by their names.
pub(super) struct Known<'a> {
    /// Where those stand that are measured.
    pub(super) positions: HashMap<&'a str, u32>,
    /// Those that are not.
    pub(super) elsewhere: Elsewhere,
}

/// What is of another environment than production, and so is not measured.
#[derive(Default)]
pub(super) struct Elsewhere {
    /// The names of its sites.
    sites: HashSet<String>,
    /// How many rows of all tables are of it.
    pub(super) rows: usize,
}

impl Elsewhere {
    /// Returns whether a row is of production; where nothing is said, it is.
    pub(super) fn is_production(&mut self, row: &Row<'_>) -> bool {
        let word = row.text("environment").map(plain);
        let is_production =
            word.is_none_or(|it| matches!(it.as_str(), "production" | "prod" | "live"));
        self.rows += usize::from(!is_production);
        is_production
    }
}

/// Beyond so many sites the nearest name is not searched for: it would take longer than to look.
const SUGGESTED_FROM_MAX: usize = 10_000;

/// Returns the sites of a table.
pub(super) fn sites(sheet: &mut Sheet<'_>, elsewhere: &mut Elsewhere) -> Vec<MeasuredSite> {
    // A plan's own table of sites calls the same column `id`.
    let name = if !sheet.has("site") && sheet.has("id") { "id" } else { "site" };
    let mut sites = vec![];
    let mut lines: HashMap<String, u32> = HashMap::new();
    sheet.rows_under_head(&[name, "users"], |row| {
        let Some(id) = row.required(name) else { return };
        if let Some(first) = lines.insert(id.to_owned(), row.line) {
            let what = format!("site {} stands in line {first} already", quoted(id));
            row.refuse_as(Code::DuplicateName, name, what, None);
        }
        if !elsewhere.is_production(row) {
            elsewhere.sites.insert(id.to_owned());
            return;
        }
        let users = row.required("users").and_then(|_| row.number("users"));
        let computers = row.number("computers");
        let in_service_ms = row.instant_ms("in_service_utc");
        sites.push(MeasuredSite {
            name: id.to_owned(),
            users: users.unwrap_or_default(),
            computers: computers.unwrap_or_default(),
            in_service_ms,
            agreed_hours: None,
        });
    });
    sites
}

/// Returns the stretches of impact of a table.
pub(super) fn impacts(sheet: &mut Sheet<'_>, known: &mut Known<'_>) -> Vec<Impact> {
    let mut impacts = vec![];
    let required = ["incident", "start_utc", "end_utc", "sites", "level"];
    sheet.rows(&required, |row| {
        let of = row.required("incident").unwrap_or_default().to_owned();
        let start_ms = row.required("start_utc").and_then(|_| row.instant_ms("start_utc"));
        let end_ms = row.instant_ms("end_utc");
        row.is_ordered("end_utc", (start_ms, end_ms), "this ends before it starts");
        let reach = reach(row, known);
        let level = word(row, "level", None, &["outage", "partial", "degraded"]);
        let affected = row.number("affected_users");
        let cause = cause(row);
        if let (Some(start_ms), Some(reach), Some(level), Some(cause)) =
            (start_ms, reach, level, cause)
            && known.elsewhere.is_production(row)
        {
            impacts.push(Impact { of, start_ms, end_ms, reach, level, affected, cause });
        }
    });
    impacts
}

/// Returns the stretches of planned work of a table.
pub(super) fn maintenance(sheet: &mut Sheet<'_>, known: &mut Known<'_>) -> Vec<Maintenance> {
    let mut maintenance = vec![];
    sheet.rows(&["id", "start_utc", "end_utc", "sites", "announced"], |row| {
        let of = row.required("id").unwrap_or_default().to_owned();
        let start_ms = row.required("start_utc").and_then(|_| row.instant_ms("start_utc"));
        let end_ms = row.required("end_utc").and_then(|_| row.instant_ms("end_utc"));
        row.is_ordered("end_utc", (start_ms, end_ms), "this ends before it starts");
        let reach = reach(row, known);
        // Where nothing is said, nobody says that people were told.
        let notice = if flag(row, "announced") { Notice::Announced } else { Notice::Unannounced };
        let span = start_ms.zip(end_ms).and_then(|(start, end)| Interval::new(start, end));
        if let (Some(span), Some(reach)) = (span, reach)
            && known.elsewhere.is_production(row)
        {
            maintenance.push(Maintenance { of, span, reach, notice });
        }
    });
    maintenance
}

/// Returns the incidents of a table.
pub(super) fn tickets(sheet: &mut Sheet<'_>, known: &mut Known<'_>) -> Vec<Ticket> {
    let mut tickets: Vec<Ticket> = vec![];
    let mut seen: HashMap<String, (u32, Ticket)> = HashMap::new();
    sheet.rows(&["id", "sev", "opened", "episodes", "status"], |row| {
        let Some(ticket) = ticket(row) else { return };
        if !known.elsewhere.is_production(row) {
            return;
        }
        match seen.get(&ticket.id) {
            None => {
                seen.insert(ticket.id.clone(), (row.line, ticket.clone()));
                tickets.push(ticket);
            }
            // The same incident, imported twice.
            Some((_, first)) if *first == ticket => {}
            Some((line, _)) => {
                let what = format!("{} stands in line {line} with other words", quoted(&ticket.id));
                row.refuse_as(Code::DuplicateName, "id", what, None);
            }
        }
    });
    tickets
}

fn ticket(row: &mut Row<'_>) -> Option<Ticket> {
    let id = row.required("id").map(str::to_owned);
    let severity = row.required("sev").and_then(|text| severity(row, text));
    let opened_ms = row.required("opened").and_then(|_| row.instant_ms("opened"));
    let detected_ms = row.instant_ms("detected");
    let acknowledged_ms = row.instant_ms("acknowledged");
    let order = (detected_ms, acknowledged_ms);
    row.is_ordered("acknowledged", order, "it was acknowledged before it was detected");
    let episodes = episodes(row);
    let status = status(row);
    let cause = cause(row);
    let (id, severity, opened_ms) = (id?, severity?, opened_ms?);
    let (episodes, status, cause) = (episodes?, status?, cause?);
    Some(Ticket {
        id,
        severity,
        opened_ms,
        detected_ms,
        acknowledged_ms,
        episodes,
        status,
        cause,
        hours: None,
    })
}

/// Returns the severity that `text` names, such as `2`, `Sev 2` or `SEV-2`.
pub(super) fn severity(row: &mut Row<'_>, text: &str) -> Option<u8> {
    let number = text.to_ascii_lowercase();
    let number =
        number.trim_start_matches(|it: char| it.is_ascii_alphabetic() || it == '-' || it == ' ');
    let severity = number.trim().parse::<u8>().ok().filter(|it| (1..=9).contains(it));
    if severity.is_none() {
        row.refuse("sev", format!("{} is not a severity: 1 is worst", quoted(text)), None);
    }
    severity
}

pub(super) fn status(row: &mut Row<'_>) -> Option<TicketStatus> {
    let words = plain(row.required("status")?);
    Some(match words.as_str() {
        "duplicate" | "cancelled" | "canceled" | "merged" => TicketStatus::NotCounted,
        "closed" | "resolved" | "restored" => TicketStatus::Restored,
        "open" | "opened" | "new" | "detected" | "assigned" | "acknowledged" | "in-progress"
        | "pending" | "on-hold" | "reopened" | "investigating" => TicketStatus::Open,
        _ => {
            let what = format!("{} is not a status of an incident", quoted(&words));
            let help = "one of: open, closed, resolved, restored, duplicate, cancelled".to_owned();
            row.refuse("status", what, Some(help));
            return None;
        }
    })
}

/// Returns the pairs of start and restoration, such as `A/B; C/`.
fn episodes(row: &mut Row<'_>) -> Option<Vec<Episode>> {
    let mut episodes = vec![];
    let pairs = row.text("episodes").unwrap_or_default().split(';').map(str::trim);
    for pair in pairs.filter(|it| !it.is_empty()) {
        let Some((start, end)) = pair.split_once('/') else {
            let what = format!("{} is not a start, a stroke and a restoration", quoted(pair));
            let help = "write it like 2027-04-19T20:04Z/2027-04-19T22:10Z; leave the end out while it is open";
            row.refuse("episodes", what, Some(help.to_owned()));
            return None;
        };
        let start_ms = row.instant_of("episodes", start.trim())?;
        let end = end.trim();
        let restored_ms =
            if end.is_empty() { None } else { Some(row.instant_of("episodes", end)?) };
        let order = (Some(start_ms), restored_ms);
        if !row.is_ordered("episodes", order, "it was restored before it started") {
            return None;
        }
        episodes.push(Episode { start_ms, restored_ms });
    }
    Some(episodes)
}

/// Returns to whom something is put down; nobody knows where nothing is said.
pub(super) fn cause(row: &mut Row<'_>) -> Option<Attribution> {
    let known = ["solution", "environment", "user-error", "unrelated", "undetermined"];
    word(row, "attribution", Some(Attribution::Undetermined), &known)
}

/// Returns the word in `column`, or `otherwise` where nothing stands there.
pub(super) fn word<T: std::str::FromStr>(
    row: &mut Row<'_>,
    column: &str,
    otherwise: Option<T>,
    known: &[&'static str],
) -> Option<T> {
    let text = match (row.text(column), otherwise) {
        (None, Some(otherwise)) => return Some(otherwise),
        _ => row.required(column)?,
    };
    let word = plain(text);
    let parsed = word.parse().ok();
    if parsed.is_none() {
        let what = format!("{} is not one of: {}", quoted(text), known.join(", "));
        row.refuse(column, what, suggest::help(&word, known.iter().copied()));
    }
    parsed
}

/// Returns whether `column` says yes; where nothing stands there, it does not.
pub(super) fn flag(row: &mut Row<'_>, column: &str) -> bool {
    match row.text(column).map(str::to_ascii_lowercase).as_deref() {
        Some("true" | "yes" | "1") => true,
        None | Some("false" | "no" | "0") => false,
        Some(other) => {
            let what = format!("{} is neither `true` nor `false`", quoted(other));
            row.refuse(column, what, None);
            false
        }
    }
}

/// Returns a word as it is compared: small, with hyphens.
fn plain(text: &str) -> String {
    text.trim().to_ascii_lowercase().replace(['_', ' '], "-")
}

/// Returns which sites are meant: `*`, or names between spaces, semicolons or quoted commas.
pub(super) fn reach(row: &mut Row<'_>, known: &Known<'_>) -> Option<Reach> {
    let text = row.required("sites")?;
    let mut positions = vec![];
    let mut is_known = true;
    for piece in text.split([';', ',', '|']).map(str::trim).filter(|it| !it.is_empty()) {
        // A name may hold spaces itself.
        let is_one = known.positions.contains_key(piece) || known.elsewhere.sites.contains(piece);
        let names = if is_one { vec![piece] } else { piece.split_whitespace().collect() };
        for name in names {
            match known.positions.get(name) {
                _ if name == "*" => return Some(Reach::All),
                Some(position) => positions.push(*position),
                None if known.elsewhere.sites.contains(name) => {}
                None => {
                    is_known = false;
                    let few = known.positions.keys().copied().take(SUGGESTED_FROM_MAX);
                    let what = format!("there is no site {}", quoted(name));
                    let help = (known.positions.len() <= SUGGESTED_FROM_MAX)
                        .then(|| suggest::help(name, few))
                        .flatten();
                    row.refuse_as(Code::UnknownName, "sites", what, help);
                }
            }
        }
    }
    positions.sort_unstable();
    positions.dedup();
    // Whoever names all of them means all of them: that is computed once and not for each.
    let is_all = positions.len() == known.positions.len() && !positions.is_empty();
    let reach = if is_all { Reach::All } else { Reach::Some(positions) };
    is_known.then_some(reach)
}
