//! Measuring: tables or the record in, figures out.

use crate::args::measure::{Measures, ReportOf, Tables};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::terminal::Terminal;
use jiff::Timestamp;
use model::measures::figures::Figures;
use model::measures::impact::{Causes, Question};
use model::measures::measured::Measured;
use model::measures::printed::Printed;
use model::measures::recorded;
use model::reports;
use model::scope::Scope;
use model::window::TimeZoneName;
use planfile::{MeasuredTable, MeasuredTables, MoreTables};
use serde_json::json;
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
    show(&Figures::of(&measured, &question, &it.zone.rules()), &it.zone, None, terminal)
}

pub(crate) fn measures(it: &Measures, desk: &Desk) -> Result<Exit, Fault> {
    let (state, now) = (desk.state(), desk.now());
    let Some(from) = it.from.or_else(|| recorded::first_in_use(state)) else {
        let what = "no site is in service yet, so there is nothing to measure";
        return Err(Fault::new(Exit::Refused, what).next("give --from to measure all the same"));
    };
    let question = question(it, (from, it.to.unwrap_or(now)), it.as_of.unwrap_or(now).min(now))?;
    let mut measured = recorded::measured(state, now);
    match &it.scope {
        None | Some(Scope::Deployment) => {}
        Some(scope @ Scope::Site(id)) => {
            desk.known(state, scope)?;
            recorded::keep(&mut measured, id);
            if measured.sites.is_empty() {
                let what = format!("{scope} is exempt, and is not measured");
                return Err(Fault::new(Exit::Refused, what).next("name another site, or nothing"));
            }
        }
        Some(scope) => {
            let what = format!("{scope} is not measured");
            return Err(Fault::usage(what, "name a site, such as site/B27, or nothing"));
        }
    }
    if let Some(folder) = &it.write {
        write(folder, &measured)?;
        let folder = folder.display();
        desk.terminal.say(&format!(
            "The tables are in {folder}; `landfall measures --sites {folder}/sites.csv --segments {folder}/segments.csv …` reads them."
        ));
    }
    let figures = Figures::of(&measured, &question, &state.plan.zone.rules());
    show(&figures, &state.plan.zone, Some(state.environment()), desk.terminal)
}

/// Writes the tables of `measured` into `folder`.
fn write(folder: &Path, measured: &Measured) -> Result<(), Fault> {
    let fault = |it: &std::io::Error| Fault::of_file(folder, it);
    std::fs::create_dir_all(folder).map_err(|it| fault(&it))?;
    for (name, text) in model::measures::tables::tables(measured) {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|it| Fault::of_file(&path, &it))?;
    }
    Ok(())
}

fn show(
    figures: &Figures<'_>,
    zone: &TimeZoneName,
    environment: Option<String>,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let printed = Printed { environment: environment.clone(), ..Printed::new(figures) };
    terminal.answer(&printed, || {
        render::measures::figures(figures, zone, environment.as_deref(), terminal.setting())
    })?;
    Ok(Exit::Done)
}

pub(crate) fn outcomes(desk: &Desk) -> Result<Exit, Fault> {
    let (state, now) = (desk.state(), desk.now());
    let goals = model::measures::goals::goals(state, now);
    let outcomes = [&goals[..], &model::measures::outcomes::outcomes(state, now)[..]].concat();
    desk.answer(&outcomes, || {
        let shown = render::measures::outcomes(&outcomes, desk.terminal.setting());
        match state.is_production() {
            true => shown,
            false => {
                format!("Of a {}: no measures of production.\n\n{shown}", state.environment())
            }
        }
    })?;
    Ok(Exit::Done)
}

/// Shows the deployment reports that are named, or lists all with their digests.
pub(crate) fn report(it: &ReportOf, desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let zone = &state.plan.zone;
    if it.reports.is_empty() {
        let all = reports::reports(state).into_iter();
        let all = all.map(|it| json!({ "report": it, "sha256": reports::digest(state, &it) }));
        let all: Vec<_> = all.collect();
        let listed = json!({ "reports": all });
        desk.terminal
            .answer(&all, || render::sheet::document("Deployment reports", &listed, zone))?;
        return Ok(Exit::Done);
    }
    let mut shown = Vec::new();
    for of in &it.reports {
        let facts = reports::report(state, of).ok_or_else(|| {
            let next = "`landfall report` lists the reports";
            Fault::usage(format!("{of} is not in the plan"), next)
        })?;
        shown.push((of, facts));
    }
    let values: Vec<_> =
        shown.iter().map(|(of, facts)| json!({ "report": of, "facts": facts })).collect();
    desk.answer(&values, || {
        let pages =
            shown.iter().map(|(of, facts)| render::sheet::document(&of.title(), facts, zone));
        pages.collect::<Vec<_>>().join("\n")
    })?;
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
        more: MoreTables {
            hours: optional(&tables.hours)?,
            requests: optional(&tables.requests)?,
            escalations: optional(&tables.escalations)?,
            coverage: optional(&tables.coverage)?,
            answers: optional(&tables.answers)?,
            known: optional(&tables.known)?,
        },
    })
}

fn table(path: &Path) -> Result<MeasuredTable, Fault> {
    let fault = |error: &std::io::Error| Fault::of_file(path, error);
    let file = std::fs::File::open(path).map_err(|it| fault(&it))?;
    let mut bytes = vec![];
    file.take(TABLE_BYTES_MAX).read_to_end(&mut bytes).map_err(|it| fault(&it))?;
    if bytes.len() as u64 == TABLE_BYTES_MAX {
        let what = format!("{} is larger than a table may be", path.display());
        return Err(Fault::usage(what, "measure fewer sites at a time"));
    }
    Ok(MeasuredTable { name: path.display().to_string(), bytes })
}

#[cfg(test)]
mod tests;
