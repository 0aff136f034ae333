//! The tables that measures are computed from: sites, impact, planned work, incidents.
//!
//! They come from other programs, so their columns may stand in any order among
//! others, and times may be written with or without seconds and with any offset;
//! a time without an offset is UTC. What cannot be understood is never left out
//! in silence: all faults of all files are reported at once.
//!
//! House rule: one run says everything that can be said; everything has a limit.

mod cells;
mod tables;

use crate::diagnostic::Diagnostic;
use crate::findings::Findings;
use crate::folder::MemoryFolder;
use cells::Sheet;
use model::measures::desk::Ticket;
use model::measures::impact::{Impact, Maintenance, MeasuredSite};
use std::collections::HashMap;

pub use cells::instant;

/// A table's name, as it is shown, and its bytes.
pub struct MeasuredTable {
    /// Its path.
    pub name: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

/// The tables of a deployment that is measured.
pub struct MeasuredTables {
    /// One row a site.
    pub sites: MeasuredTable,
    /// One row a stretch of impact.
    pub segments: MeasuredTable,
    /// One row a stretch of planned work; none where there is no table.
    pub planned: Option<MeasuredTable>,
    /// One row an incident; not known where there is no table.
    pub tickets: Option<MeasuredTable>,
}

/// What the tables say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The sites, in the order of their rows.
    pub sites: Vec<MeasuredSite>,
    /// The stretches of impact.
    pub impacts: Vec<Impact>,
    /// The stretches of planned work.
    pub maintenance: Vec<Maintenance>,
    /// The incidents, where they were given.
    pub tickets: Option<Vec<Ticket>>,
}

/// Reads the tables.
///
/// # Errors
///
/// With everything that cannot be understood, by file, line and column.
pub fn measured(tables: MeasuredTables) -> Result<Measured, Vec<Diagnostic>> {
    let mut findings = Findings::default();
    let mut rows = |table: MeasuredTable, read: &mut dyn FnMut(&mut Sheet<'_>)| {
        Sheet::read(table, &mut findings, read);
    };
    let mut sites = vec![];
    rows(tables.sites, &mut |sheet| sites = tables::sites(sheet));
    let known: HashMap<&str, u32> = sites.iter().map(|it| it.name.as_str()).zip(0..).collect();
    let (mut impacts, mut maintenance, mut tickets) = (vec![], vec![], None);
    rows(tables.segments, &mut |sheet| impacts = tables::impacts(sheet, &known));
    if let Some(table) = tables.planned {
        rows(table, &mut |sheet| maintenance = tables::maintenance(sheet, &known));
    }
    if let Some(table) = tables.tickets {
        rows(table, &mut |sheet| tickets = Some(tables::tickets(sheet)));
    }
    let diagnostics = findings.finish(&MemoryFolder::default());
    if diagnostics.is_empty() {
        Ok(Measured { sites, impacts, maintenance, tickets })
    } else {
        Err(diagnostics)
    }
}
