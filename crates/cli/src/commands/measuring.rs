//! Measuring: tables in, figures out.

use crate::args::measure::{Measures, Tables};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::terminal::Terminal;
use model::measures::desk;
use model::measures::downtime::Ledger;
use model::measures::impact::{Causes, Question};
use model::measures::printed::Printed;
use planfile::{MeasuredTable, MeasuredTables};
use std::io::Read as _;
use std::path::Path;

/// The largest table that is read: far more than a million rows need.
const TABLE_BYTES_MAX: u64 = 1 << 30;

pub(crate) fn measures(it: &Measures, terminal: Terminal) -> Result<Exit, Fault> {
    let question = question(it)?;
    let measured = planfile::measured(read(&it.tables)?).map_err(|found| {
        let count = render::plan::count(&found);
        let mut fault = Fault::new(Exit::Usage, format!("the tables cannot be measured: {count}"));
        fault.diagnostics = found.into();
        fault.next("correct them; nothing is left out in silence")
    })?;
    let ledger = Ledger::new(&measured.sites, &measured.impacts, &measured.maintenance, &question);
    let service = ledger.downtime();
    let desk = measured.tickets.as_ref().map(|it| desk::figures(it, &question));
    terminal.answer(&Printed::new(&measured.sites, &service, desk.as_ref()), || {
        let figures = render::measures::Figures {
            question: &question,
            measured: &measured,
            ledger: &ledger,
            service: &service,
            desk: desk.as_ref(),
        };
        figures.text(terminal.setting())
    })?;
    Ok(Exit::Done)
}

fn question(it: &Measures) -> Result<Question, Fault> {
    if it.to < it.from {
        let what = format!("the time ends at {}, before it begins at {}", it.to, it.from);
        return Err(Fault::usage(what, "give --from before --to"));
    }
    let causes = if it.as_experienced {
        Causes::All
    } else {
        Causes::Only(it.attribution.iter().copied().collect())
    };
    Ok(Question {
        from_ms: it.from.as_millisecond(),
        to_ms: it.to.as_millisecond(),
        as_of_ms: it.as_of.unwrap_or(it.to).as_millisecond(),
        causes,
    })
}

fn read(tables: &Tables) -> Result<MeasuredTables, Fault> {
    let optional = |path: &Option<_>| path.as_deref().map(table).transpose();
    Ok(MeasuredTables {
        sites: table(&tables.sites)?,
        segments: table(&tables.segments)?,
        planned: optional(&tables.planned)?,
        tickets: optional(&tables.tickets)?,
    })
}

fn table(path: &Path) -> Result<MeasuredTable, Fault> {
    let fault = |error: &std::io::Error| {
        let fault = Fault::of_file(path, error);
        // A file that is not there was typed wrongly; one that cannot be read is something else.
        if error.kind() == std::io::ErrorKind::NotFound {
            Fault { exit: Exit::Usage, ..fault }
        } else {
            fault
        }
    };
    let file = std::fs::File::open(path).map_err(|it| fault(&it))?;
    let mut bytes = vec![];
    file.take(TABLE_BYTES_MAX).read_to_end(&mut bytes).map_err(|it| fault(&it))?;
    if bytes.len() as u64 == TABLE_BYTES_MAX {
        let what = format!("{} is larger than a table may be", path.display());
        return Err(Fault::usage(what, "measure fewer sites at a time"));
    }
    Ok(MeasuredTable { name: path.display().to_string(), bytes })
}
