//! The tables that measures are computed from: sites, impact, planned work, incidents.
//!
//! They come from other programs, so their columns may stand in any order among
//! others, and times may be written with or without seconds and with any offset;
//! a time without an offset is UTC. What cannot be understood is never left out
//! in silence: all faults of all files are reported at once.
//!
//! House rule: one run says everything that can be said; everything has a limit.

mod cells;
mod more;
mod tables;

use crate::diagnostic::Diagnostic;
use crate::findings::Findings;
use crate::folder::MemoryFolder;
use cells::Sheet;
use model::measures::measured::Measured;
use tables::{Elsewhere, Known};

pub use cells::instant;

/// A table's name, as it is shown, and its bytes.
pub struct MeasuredTable {
    /// Its path.
    pub name: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

/// The tables of a deployment that is measured. What is not known of a table that is not there is
/// not known.
pub struct MeasuredTables {
    /// One row a site.
    pub sites: MeasuredTable,
    /// One row a stretch of impact.
    pub segments: MeasuredTable,
    /// One row a stretch of planned work; none where there is no table.
    pub planned: Option<MeasuredTable>,
    /// One row an incident.
    pub tickets: Option<MeasuredTable>,
    /// What else is known.
    pub more: MoreTables,
}

/// The tables of what is known beside the service and its incidents.
#[derive(Default)]
pub struct MoreTables {
    /// One row a stretch in which the service is agreed to be at sites; always where none is named.
    pub hours: Option<MeasuredTable>,
    /// One row a request of any kind.
    pub requests: Option<MeasuredTable>,
    /// One row an escalation.
    pub escalations: Option<MeasuredTable>,
    /// One row a site: how far it is covered.
    pub coverage: Option<MeasuredTable>,
    /// One row a question of the survey.
    pub answers: Option<MeasuredTable>,
    /// One row a stretch in which it is known of sites whether they were up.
    pub known: Option<MeasuredTable>,
}

/// Reads the tables.
///
/// # Errors
///
/// With everything that cannot be understood, by file, line and column.
pub fn measured(tables: MeasuredTables) -> Result<Measured, Vec<Diagnostic>> {
    let mut findings = Findings::default();
    let mut measured = Measured::default();
    let mut elsewhere = Elsewhere::default();
    let mut read = |table: MeasuredTable, take: &mut dyn FnMut(&mut Sheet<'_>)| {
        Sheet::read(table, &mut findings, take);
    };
    read(tables.sites, &mut |sheet| measured.sites = tables::sites(sheet, &mut elsewhere));
    let names: Vec<String> = measured.sites.iter().map(|it| it.name.clone()).collect();
    let names = names.iter().map(String::as_str);
    let mut known = Known { positions: names.zip(0..).collect(), elsewhere };
    read(tables.segments, &mut |sheet| measured.impacts = tables::impacts(sheet, &mut known));
    if let Some(table) = tables.planned {
        read(table, &mut |it| measured.maintenance = tables::maintenance(it, &mut known));
    }
    if let Some(table) = tables.tickets {
        read(table, &mut |it| measured.tickets = Some(tables::tickets(it, &mut known)));
    }
    let more = tables.more;
    if let Some(table) = more.hours {
        let mut hours = vec![];
        read(table, &mut |it| hours = more::stretches(it, &mut known));
        more::agree(&mut measured.sites, &hours);
    }
    if let Some(table) = more.requests {
        read(table, &mut |it| measured.requests = Some(more::requests(it, &mut known)));
    }
    if let Some(table) = more.escalations {
        read(table, &mut |it| measured.escalations = Some(more::escalations(it, &mut known)));
    }
    if let Some(table) = more.coverage {
        read(table, &mut |it| measured.coverage = Some(more::coverage(it, &mut known)));
    }
    if let Some(table) = more.answers {
        read(table, &mut |it| measured.answers = Some(more::answers(it)));
    }
    if let Some(table) = more.known {
        read(table, &mut |it| measured.known = Some(more::stretches(it, &mut known)));
    }
    measured.left_out = known.elsewhere.rows;
    let diagnostics = findings.finish(&MemoryFolder::default());
    if diagnostics.is_empty() { Ok(measured) } else { Err(diagnostics) }
}
