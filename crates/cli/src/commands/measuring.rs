//! Measuring: tables or the record in, figures out.

use crate::args::measure::{Measures, Tables};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::terminal::Terminal;
use jiff::Timestamp;
use model::measures::desk;
use model::measures::downtime::Ledger;
use model::measures::impact::{Causes, Question};
use model::measures::printed::Printed;
use model::measures::recorded::Recorded;
use model::scope::Scope;
use planfile::{Measured, MeasuredTable, MeasuredTables};
use std::io::Read as _;
use std::path::Path;

/// The largest table that is read: far more than a million rows need.
const TABLE_BYTES_MAX: u64 = 1 << 30;

pub(crate) fn measures_of_tables(it: &Measures, terminal: Terminal) -> Result<Exit, Fault> {
    let (Some(from), Some(to)) = (it.from, it.to) else {
        return Err(Fault::usage("the time is not given", "give --from and --to"));
    };
    let question = question(it, (from, to), it.as_of.unwrap_or(to))?;
    let measured = planfile::measured(read(&it.tables)?).map_err(|found| {
        let count = render::plan::count(&found);
        let mut fault = Fault::new(Exit::Usage, format!("the tables cannot be measured: {count}"));
        fault.diagnostics = found.into();
        fault.next("correct them; nothing is left out in silence")
    })?;
    show(&measured, &question, terminal)
}

pub(crate) fn measures(it: &Measures, desk: &Desk) -> Result<Exit, Fault> {
    let (state, now) = (desk.state(), desk.now());
    let Some(from) = it.from.or_else(|| Recorded::first_in_use(state)) else {
        let what = "no site is in service yet, so there is nothing to measure";
        return Err(Fault::new(Exit::Refused, what).next("give --from to measure all the same"));
    };
    let question = question(it, (from, it.to.unwrap_or(now)), it.as_of.unwrap_or(now).min(now))?;
    let mut recorded = Recorded::of(state);
    match &it.scope {
        None | Some(Scope::Deployment) => {}
        Some(scope @ Scope::Site(id)) => {
            desk.known(state, scope)?;
            recorded.keep(state.index.sites.get(id).copied().unwrap_or_default());
        }
        Some(scope) => {
            let what = format!("{scope} is not measured");
            return Err(Fault::usage(what, "name a site, such as site/B27, or nothing"));
        }
    }
    let measured = Measured {
        sites: recorded.sites,
        impacts: recorded.impacts,
        maintenance: recorded.maintenance,
        tickets: Some(recorded.tickets),
    };
    show(&measured, &question, desk.terminal)
}

fn show(measured: &Measured, question: &Question, terminal: Terminal) -> Result<Exit, Fault> {
    let ledger = Ledger::new(&measured.sites, &measured.impacts, &measured.maintenance, question);
    let service = ledger.downtime();
    let figures = measured.tickets.as_ref().map(|it| desk::figures(it, question));
    terminal.answer(&Printed::new(&measured.sites, &service, figures.as_ref()), || {
        let figures = render::measures::Figures {
            question,
            measured,
            ledger: &ledger,
            service: &service,
            desk: figures.as_ref(),
        };
        figures.text(terminal.setting())
    })?;
    Ok(Exit::Done)
}

pub(crate) fn outcomes(desk: &Desk) -> Result<Exit, Fault> {
    let outcomes = model::measures::outcomes::outcomes(desk.state());
    desk.terminal
        .answer(&outcomes, || render::measures::outcomes(&outcomes, desk.terminal.setting()))?;
    Ok(Exit::Done)
}

fn question(
    it: &Measures,
    (from, to): (Timestamp, Timestamp),
    as_of: Timestamp,
) -> Result<Question, Fault> {
    if to < from {
        let what = format!("the time ends at {to}, before it begins at {from}");
        return Err(Fault::usage(what, "give --from before --to"));
    }
    let causes = if it.as_experienced {
        Causes::All
    } else {
        Causes::Only(it.attribution.iter().copied().collect())
    };
    Ok(Question {
        from_ms: from.as_millisecond(),
        to_ms: to.as_millisecond(),
        as_of_ms: as_of.as_millisecond(),
        causes,
    })
}

fn read(tables: &Tables) -> Result<MeasuredTables, Fault> {
    let optional = |path: &Option<_>| path.as_deref().map(table).transpose();
    let required = |path: &Option<std::path::PathBuf>| {
        let path = path.as_deref();
        path.map_or_else(
            || Err(Fault::usage("a table is missing", "give --sites and --segments")),
            table,
        )
    };
    Ok(MeasuredTables {
        sites: required(&tables.sites)?,
        segments: required(&tables.segments)?,
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
