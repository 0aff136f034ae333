//! Training: sessions, attendance and coverage; and calendar files of slots and sessions.

use crate::args::message::{Calendar, Schedule, Training, When};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render::table::{Tone, cell, table, text};
use model::command::Command;
use model::id::{LineId, SiteId};
use model::scope::Scope;
use model::training::{
    Conflict, Coverage, Session, SessionStatus, SessionTime, TrainingCommand, conflicts, coverage,
};
use model::window::TimeZoneName;
use notices::calendar::{Method, file, of_sites};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The most bytes of a list of who attended.
const LIST_BYTES_MAX: u64 = 16 * 1024 * 1024;

pub(crate) async fn training(it: &Training, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it {
        Training::Sessions => return sessions(&desk),
        Training::Coverage { site } => return covered(&desk, site.as_ref()),
        Training::Import { file } => return import(desk, file).await,
        Training::Schedule(it) => schedule(it, &desk)?,
        Training::Move { session, when, place, trainer, reason } => TrainingCommand::Move {
            session: session.clone(),
            when: time(when, &zone_of(&desk, session))?,
            place: place.clone(),
            trainer: trainer.clone(),
            reason: reason.clone(),
        },
        Training::Cancel { session, reason } => {
            TrainingCommand::Cancel { session: session.clone(), reason: reason.clone() }
        }
        Training::Invite { session, users } => {
            TrainingCommand::Invite { session: session.clone(), users: *users }
        }
        Training::Attend { course, site, users, session } => TrainingCommand::Attend {
            site: site.clone(),
            course: course.clone(),
            session: session.clone(),
            users: users.clone(),
        },
        Training::Exempt { site, users, reason } => TrainingCommand::Exempt {
            site: site.clone(),
            users: users.clone(),
            reason: reason.clone(),
        },
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Training(command)).await?;
    Ok(Exit::Done)
}

fn schedule(it: &Schedule, desk: &Desk) -> Result<TrainingCommand, Fault> {
    let plan = &desk.state().plan;
    let mut sites = it.sites.clone();
    if let Some(ring) = &it.ring {
        desk.known(desk.state(), &Scope::Ring(ring.clone()))?;
        let ring = plan.ring_index(ring).unwrap_or(usize::MAX);
        sites.extend(plan.sites_of_ring(ring).map(|(_, site)| site.id.clone()));
    }
    let zone = sites.first().and_then(|it| desk.state().site(it)).map(|(it, _)| it.zone.clone());
    let courses = plan.training.iter().flat_map(|it| &it.courses);
    let seats = courses.into_iter().find(|course| course.id == it.course).map(|it| it.seats);
    let session = Session {
        id: it.session.clone(),
        course: it.course.clone(),
        sites,
        when: time(&it.when, &zone.unwrap_or_else(|| plan.zone.clone()))?,
        place: it.place.clone(),
        trainer: it.trainer.clone(),
        seats: it.seats.or(seats).unwrap_or(0),
        language: it.language.clone(),
        despite: None,
    };
    Ok(TrainingCommand::Schedule { session, despite: it.despite.clone() })
}

fn zone_of(desk: &Desk, session: &LineId) -> TimeZoneName {
    let session = desk.state().training.sessions.get(session);
    session.map_or_else(|| desk.state().plan.zone.clone(), |it| it.session.when.zone.clone())
}

fn time(when: &When, zone: &TimeZoneName) -> Result<SessionTime, Fault> {
    let zone = when.zone.as_ref().unwrap_or(zone);
    let instant = |at: jiff::civil::DateTime| {
        let found = zone.rules().to_ambiguous_timestamp(at).unambiguous();
        found.map_err(|_| {
            let what = format!("the clocks in {zone} show {at} twice or never");
            Fault::usage(what, "give another time")
        })
    };
    Ok(SessionTime { from: instant(when.from)?, until: instant(when.until)?, zone: zone.clone() })
}

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    status: &'a SessionStatus,
    conflicts: Vec<Conflict>,
}

fn sessions(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let of = |status| Listed { status, conflicts: conflicts(state, &status.session) };
    let listed: Vec<Listed<'_>> = state.training.sessions.values().map(of).collect();
    desk.terminal.answer(&listed, || {
        let headings = ["Session", "Course", "Sites", "When", "Trainer", "Seats", "In the way"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for it in &listed {
            let session = &it.status.session;
            let sites: Vec<String> = session.sites.iter().map(ToString::to_string).collect();
            let when = &session.when;
            let span = planner::notices::civil_span(when.from, when.until, &when.zone, "en");
            let conflicts: Vec<String> = it.conflicts.iter().map(ToString::to_string).collect();
            let in_the_way = match &it.status.cancelled {
                Some(reason) => format!("cancelled: {reason}"),
                None => conflicts.join("; "),
            };
            rows.add_row(vec![
                cell(&session.id, Tone::Plain),
                cell(&session.course, Tone::Plain),
                cell(sites.join(", "), Tone::Plain),
                cell(span, Tone::Plain),
                cell(&session.trainer, Tone::Plain),
                cell(format!("{} of {}", it.status.invited, session.seats), Tone::Plain),
                cell(in_the_way, Tone::Plain),
            ]);
        }
        if listed.is_empty() { "There is no session.".to_owned() } else { text(&rows) }
    })?;
    Ok(Exit::Done)
}

fn covered(desk: &Desk, site: Option<&SiteId>) -> Result<Exit, Fault> {
    let state = desk.state();
    if let Some(site) = site {
        desk.known(state, &Scope::Site(site.clone()))?;
    }
    let sites = state.plan.sites.iter().filter(|it| site.is_none_or(|site| it.id == *site));
    let all: Vec<Coverage> = sites.flat_map(|it| coverage(state, &it.id)).collect();
    desk.terminal.answer(&all, || {
        let headings = ["Site", "Course", "Trained", "Of users", "Needed", "Enough"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for it in &all {
            rows.add_row(vec![
                cell(&it.site, Tone::Plain),
                cell(&it.course, Tone::Plain),
                cell(it.trained, Tone::Plain),
                cell(it.users, Tone::Plain),
                cell(it.needed, Tone::Plain),
                cell(if it.is_reached() { "yes" } else { "no" }, Tone::Plain),
            ]);
        }
        if all.is_empty() { "There is no course for users.".to_owned() } else { text(&rows) }
    })?;
    Ok(Exit::Done)
}

/// Who attended which course at which site, in which session.
type Lists = BTreeMap<(SiteId, LineId, Option<LineId>), Vec<String>>;

async fn import(mut desk: Desk, path: &Path) -> Result<Exit, Fault> {
    let size = std::fs::metadata(path).map_err(|it| Fault::of_file(path, &it))?.len();
    if size > LIST_BYTES_MAX {
        return Err(Fault::usage("the list is too long", "import it site by site"));
    }
    let text = std::fs::read_to_string(path).map_err(|it| Fault::of_file(path, &it))?;
    let acts = lists(&text)?.into_iter().map(|((site, course, session), users)| {
        let scope = Scope::Site(site.clone());
        (scope, Command::Training(TrainingCommand::Attend { site, course, session, users }))
    });
    desk.act_each(acts.collect()).await?;
    Ok(Exit::Done)
}

fn lists(text: &str) -> Result<Lists, Fault> {
    let mut lines = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let wrong = |line: usize, why: String| {
        let next = "the columns are site, course and user; session and result may be there";
        Fault::usage(format!("line {line} of the list: {why}"), next)
    };
    let headings = lines.headers().map_err(|it| wrong(1, it.to_string()))?.clone();
    let column = |name: &str| headings.iter().position(|it| it.eq_ignore_ascii_case(name));
    let needed = |name: &str| column(name).ok_or_else(|| wrong(1, format!("`{name}` is missing")));
    let (site, course, user) = (needed("site")?, needed("course")?, needed("user")?);
    let (session, result) = (column("session"), column("result"));
    let mut lists = Lists::new();
    for (row, line) in lines.records().zip(2..) {
        let row = row.map_err(|it| wrong(line, it.to_string()))?;
        let of = |column: usize| row.get(column).unwrap_or_default();
        let is_done = result.is_none_or(|it| matches!(of(it), "attended" | "completed"));
        if !is_done {
            continue;
        }
        let site: SiteId =
            of(site).parse().map_err(|_| wrong(line, "it names no site".to_owned()))?;
        let course =
            of(course).parse().map_err(|_| wrong(line, "it names no course".to_owned()))?;
        let session = session.map(of).filter(|it| !it.is_empty()).map(str::parse::<LineId>);
        let session =
            session.transpose().map_err(|_| wrong(line, "it names no session".to_owned()))?;
        lists.entry((site, course, session)).or_default().push(of(user).to_owned());
    }
    Ok(lists)
}

pub(crate) fn calendar(it: &Calendar, desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    desk.known(state, &it.scope)?;
    let sites: Vec<&SiteId> = match &it.scope {
        Scope::Site(id) => vec![id],
        Scope::Ring(id) => {
            let ring = state.plan.ring_index(id).unwrap_or(usize::MAX);
            state.plan.sites_of_ring(ring).map(|(_, site)| &site.id).collect()
        }
        Scope::Deployment => state.plan.sites.iter().map(|it| &it.id).collect(),
        Scope::Core | Scope::Component(_) | Scope::Rfc(_) => {
            let what = format!("{} has no calendar", it.scope);
            return Err(Fault::usage(what, "name a site, a ring or the deployment"));
        }
    };
    let now = desk.now();
    let entries = of_sites(state, &sites, now);
    let text = file(Method::Publish, &entries);
    match &it.ics {
        Some(path) => {
            std::fs::write(path, &text).map_err(|error| Fault::of_file(path, &error))?;
            let said = format!("{} entries are in {}", entries.len(), path.display());
            desk.terminal
                .answer(&serde_json::json!({ "entries": entries.len(), "file": path }), || said)?;
        }
        None => desk
            .terminal
            .answer(&serde_json::json!({ "ics": text }), || text.trim_end().to_owned())?,
    }
    Ok(Exit::Done)
}
