//! What is measured, as tables that other programs read, and from which the same figures follow.
//!
//! House rule: whoever doubts a figure can recompute it.

use super::completeness::Stretch;
use super::desk::{Ticket, TicketStatus};
use super::escalating::Raised;
use super::impact::{Impact, Maintenance, MeasuredSite, Notice, Reach};
use super::intervals::instant;
use super::measured::{Answered, Covered, Measured};
use super::requests::Request;
use crate::escalation::EscalationPurpose;
use std::fmt::Write as _;

/// A table: the name of its file, and its text.
pub type Table = (&'static str, String);

/// Returns the tables of `measured`; those of which nothing is known are left out. Sites and incidents
/// of another environment than production say so, so that nobody counts them with it.
pub fn tables(measured: &Measured) -> Vec<Table> {
    let names = Names(&measured.sites);
    let elsewhere = measured.elsewhere.as_deref();
    let mut all = vec![
        ("sites.csv", sites(&measured.sites, elsewhere)),
        ("segments.csv", names.segments(&measured.impacts)),
        ("planned.csv", names.planned(&measured.maintenance)),
    ];
    all.extend(measured.tickets.as_ref().map(|it| ("tickets.csv", tickets(it, elsewhere))));
    all.extend(
        measured.requests.as_ref().map(|it| ("requests.csv", names.requests(it, elsewhere))),
    );
    all.extend(
        measured.escalations.as_ref().map(|it| ("escalations.csv", escalations(it, elsewhere))),
    );
    all.extend(measured.coverage.as_ref().map(|it| ("coverage.csv", coverage(it))));
    all.extend(measured.answers.as_ref().map(|it| ("answers.csv", answers(it))));
    all.extend(measured.known.as_ref().map(|it| ("known.csv", names.stretches(it))));
    if let Some(hours) = names.hours() {
        all.push(("hours.csv", hours));
    }
    all
}

struct Sheet(String);

impl Sheet {
    fn new(columns: &str) -> Self {
        Self(format!("{columns}\n"))
    }

    fn row(&mut self, cells: &[&dyn std::fmt::Display]) {
        for (position, cell) in cells.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            // A text takes whatever is written into it.
            let _never_fails = write!(self.0, "{comma}{}", quoted(&cell.to_string()));
        }
        self.0.push('\n');
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn at(ms: i64) -> String {
    instant(ms).to_string()
}

fn or_empty<T: ToString>(it: Option<T>) -> String {
    it.map_or_else(String::new, |it| it.to_string())
}

fn sites(sites: &[MeasuredSite], elsewhere: Option<&str>) -> String {
    let mut sheet = Sheet::new("site,users,computers,in_service_utc,environment");
    for it in sites {
        let since = or_empty(it.in_service_ms.map(at));
        sheet.row(&[&it.name, &it.users, &it.computers, &since, &elsewhere.unwrap_or_default()]);
    }
    sheet.0
}

/// The sites by their positions.
struct Names<'a>(&'a [MeasuredSite]);

impl Names<'_> {
    /// Returns the names of the sites that are meant; nothing where none of them is measured.
    fn of(&self, reach: &Reach) -> Option<String> {
        match reach {
            Reach::All => Some("*".to_owned()),
            Reach::Some(positions) => {
                let names = positions.iter().filter_map(|it| self.0.get(*it as usize));
                let names: Vec<&str> = names.map(|it| it.name.as_str()).collect();
                (!names.is_empty()).then(|| names.join("; "))
            }
        }
    }

    fn segments(&self, impacts: &[Impact]) -> String {
        let columns = "incident,start_utc,end_utc,sites,level,affected_users,attribution";
        let mut sheet = Sheet::new(columns);
        for it in impacts {
            let Some(sites) = self.of(&it.reach) else { continue };
            let (end, affected) = (or_empty(it.end_ms.map(at)), or_empty(it.affected));
            sheet.row(&[&it.of, &at(it.start_ms), &end, &sites, &it.level, &affected, &it.cause]);
        }
        sheet.0
    }

    fn planned(&self, maintenance: &[Maintenance]) -> String {
        let mut sheet = Sheet::new("id,start_utc,end_utc,sites,announced");
        for it in maintenance {
            let Some(sites) = self.of(&it.reach) else { continue };
            let (start, end) = (at(it.span.start_ms), at(it.span.end_ms));
            let is_announced = it.notice == Notice::Announced;
            sheet.row(&[&it.of, &start, &end, &sites, &is_announced]);
        }
        sheet.0
    }

    fn requests(&self, requests: &[Request], elsewhere: Option<&str>) -> String {
        let mut sheet = Sheet::new("id,kind,opened,sites,status,attribution,environment");
        let environment = elsewhere.unwrap_or_default();
        for it in requests {
            let Some(sites) = self.of(&it.reach) else { continue };
            let (opened, status) = (at(it.opened_ms), status(it.status));
            sheet.row(&[&it.id, &it.kind, &opened, &sites, &status, &it.cause, &environment]);
        }
        sheet.0
    }

    fn stretches(&self, stretches: &[Stretch]) -> String {
        let mut sheet = Sheet::new("start_utc,end_utc,sites");
        for it in stretches {
            let Some(sites) = self.of(&it.reach) else { continue };
            sheet.row(&[&at(it.span.start_ms), &at(it.span.end_ms), &sites]);
        }
        sheet.0
    }

    /// Returns when the service is agreed to be there, where that is not always.
    fn hours(&self) -> Option<String> {
        let mut sheet = Sheet::new("start_utc,end_utc,sites");
        let mut has_any = false;
        let with_hours = |it: &MeasuredSite| it.agreed_hours.clone();
        let mut groups: Vec<(std::sync::Arc<super::intervals::Intervals>, Vec<u32>)> = vec![];
        for (position, hours) in (0..).zip(self.0.iter().map(with_hours)) {
            let Some(hours) = hours else { continue };
            match groups.iter_mut().find(|(it, _)| std::sync::Arc::ptr_eq(it, &hours)) {
                Some((_, positions)) => positions.push(position),
                None => groups.push((hours, vec![position])),
            }
        }
        for (hours, positions) in groups {
            has_any = true;
            let sites = self.of(&Reach::Some(positions)).unwrap_or_default();
            for it in hours.iter() {
                sheet.row(&[&at(it.start_ms), &at(it.end_ms), &sites]);
            }
        }
        has_any.then_some(sheet.0)
    }
}

fn status(status: TicketStatus) -> &'static str {
    match status {
        TicketStatus::Open => "open",
        TicketStatus::Restored => "restored",
        TicketStatus::NotCounted => "cancelled",
    }
}

fn tickets(tickets: &[Ticket], elsewhere: Option<&str>) -> String {
    let columns = "id,sev,opened,detected,acknowledged,episodes,status,attribution,environment";
    let mut sheet = Sheet::new(columns);
    for it in tickets {
        let episodes = it.episodes.iter();
        let episodes = episodes
            .map(|it| format!("{}/{}", at(it.start_ms), or_empty(it.restored_ms.map(at))))
            .collect::<Vec<_>>()
            .join("; ");
        let detected = or_empty(it.detected_ms.map(at));
        let acknowledged = or_empty(it.acknowledged_ms.map(at));
        sheet.row(&[
            &it.id,
            &it.severity,
            &at(it.opened_ms),
            &detected,
            &acknowledged,
            &episodes,
            &status(it.status),
            &it.cause,
            &elsewhere.unwrap_or_default(),
        ]);
    }
    sheet.0
}

fn escalations(escalations: &[Raised], elsewhere: Option<&str>) -> String {
    let columns = "id,raised,sev,cause,path,drill,due,accepted,answered,rejections,insisted,avoidable,environment";
    let mut sheet = Sheet::new(columns);
    for it in escalations {
        sheet.row(&[
            &it.id,
            &at(it.raised_ms),
            &or_empty(it.severity),
            &it.cause,
            &it.path,
            &(it.purpose == EscalationPurpose::Drill),
            &or_empty(it.due_ms.map(at)),
            &or_empty(it.accepted_ms.map(at)),
            &or_empty(it.answered_ms.map(at)),
            &it.rejections,
            &it.insisted,
            &it.avoidable,
            &elsewhere.unwrap_or_default(),
        ]);
    }
    sheet.0
}

fn coverage(covered: &[Covered]) -> String {
    let mut sheet = Sheet::new(
        "site,computers_targeted,computers_exempt,computers_covered,users_targeted,users_exempt,users_covered",
    );
    for it in covered {
        let (computers, users) = (it.computers, it.users);
        sheet.row(&[
            &it.site,
            &computers.targeted,
            &computers.exempt,
            &computers.covered,
            &users.targeted,
            &users.exempt,
            &users.covered,
        ]);
    }
    sheet.0
}

fn answers(answers: &[Answered]) -> String {
    let mut sheet = Sheet::new("instrument,question,asked,n1,n2,n3,n4,n5");
    for it in answers {
        let [one, two, three, four, five] = it.answers.counts;
        let asked = or_empty(it.answers.asked);
        sheet.row(&[&it.instrument, &it.question, &asked, &one, &two, &three, &four, &five]);
    }
    sheet.0
}
