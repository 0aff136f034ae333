//! Plans: written, checked, compared, forecast. Nothing here needs a record but a deployment's own plan.

use crate::args::Everywhere;
use crate::args::plan::{Check, ForecastOf, Init, Plan};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::surroundings::{Surroundings, plan_place};
use crate::terminal::Terminal;
use jiff::Timestamp;
use model::event::{Actor, Entry, Event};
use model::plan::MasterProjectPlan;
use model::profile::Purpose;
use model::state::State;
use planfile::{Diagnostic, DiskFolder, Severity};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The plan that `init` writes, and the file that it deploys.
const PLAN: &str = include_str!("../../../../examples/minimal.yaml");
const GREETING: &[u8] = include_bytes!("../../../../examples/release/greeting.txt");

pub(crate) fn init(it: &Init, terminal: Terminal) -> Result<Exit, Fault> {
    let folder = &it.folder;
    let plan = match folder.as_path() {
        here if here == Path::new(".") => PathBuf::from("landfall.yaml"),
        folder => folder.join("landfall.yaml"),
    };
    let greeting = folder.join("release").join("greeting.txt");
    if plan.exists() || greeting.exists() {
        let what = format!("there is a plan in {} already", folder.display());
        return Err(Fault::usage(what, "name another directory"));
    }
    let fault = |error: &std::io::Error| Fault::of_file(folder, error);
    std::fs::create_dir_all(folder.join("release")).map_err(|it| fault(&it))?;
    std::fs::write(&plan, PLAN).map_err(|it| fault(&it))?;
    std::fs::write(&greeting, GREETING).map_err(|it| fault(&it))?;
    terminal.answer(&serde_json::json!({ "plan": plan }), || {
        format!(
            "{0} is a small plan to begin with.\n\nNext:\n  landfall check {0}\n  landfall deployment create {0} --rehearsal",
            plan.display()
        )
    })?;
    Ok(Exit::Done)
}

/// A plan that was read, and where it lies.
pub(crate) struct Read {
    pub(crate) plan: Option<MasterProjectPlan>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) folder: DiskFolder,
    pub(crate) path: std::path::PathBuf,
    /// Its folder as it was given.
    given: PathBuf,
}

impl Read {
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.severity == Severity::Error)
    }

    /// Returns the plan.
    ///
    /// # Errors
    ///
    /// With the diagnostics, when it has errors.
    pub(crate) fn sound(self) -> Result<(MasterProjectPlan, std::path::PathBuf), Fault> {
        if self.has_errors() || self.plan.is_none() {
            let count = render::plan::count(&self.diagnostics);
            let mut fault = Fault::new(Exit::Wrong, format!("the plan is wrong: {count}"));
            fault.diagnostics = self.diagnostics.into();
            return Err(fault.next("correct it; `landfall check` shows the same"));
        }
        let plan = self.plan.ok_or_else(|| Fault::new(Exit::Wrong, "there is no plan"))?;
        Ok((plan, self.path))
    }
}

/// Returns `diagnostics` with their files as they are named from here: an editor jumps to them.
fn found_in(given: &Path, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for it in &mut diagnostics {
        it.file = given.join(&it.file).display().to_string();
    }
    diagnostics
}

/// Reads the plan at `path`.
///
/// # Errors
///
/// When there is nothing to read.
pub(crate) fn read(path: &Path) -> Result<Read, Fault> {
    let given = if path.is_dir() { path } else { path.parent().unwrap_or(path) }.to_owned();
    let (path, main) = plan_place(path)?;
    let folder = DiskFolder::new(&path).map_err(|it| Fault::of_file(&path, &it))?;
    let loaded = planfile::load(&folder, &main);
    let diagnostics = found_in(&given, loaded.diagnostics);
    Ok(Read { plan: loaded.plan, diagnostics, folder, path, given })
}

#[derive(Serialize)]
struct Checked<'a> {
    digest: Option<String>,
    diagnostics: &'a [Diagnostic],
}

pub(crate) fn check(it: &Check, terminal: Terminal) -> Result<Exit, Fault> {
    let mut read = read(&it.plan)?;
    if it.deliverables
        && let Some(plan) = &read.plan
    {
        let spinner = terminal.spinner("comparing the release's files with their digests");
        let found = planfile::verify_deliverables(&read.folder, plan);
        spinner.finish_and_clear();
        read.diagnostics.extend(found_in(&read.given, found));
    }
    let digest = read.plan.as_ref().map(|it| it.digest().to_string());
    let checked = Checked { digest, diagnostics: &read.diagnostics };
    terminal.answer(&checked, || {
        let mut text = String::new();
        if !read.diagnostics.is_empty() {
            text += &format!("{}\n\n", render::plan::diagnostics(&read.diagnostics).trim_end());
        }
        match &read.plan {
            Some(plan) if !read.has_errors() => text += &render::plan::summary(plan),
            Some(_) | None => text += &render::plan::count(&read.diagnostics),
        }
        text
    })?;
    Ok(if read.has_errors() || read.plan.is_none() { Exit::Wrong } else { Exit::Done })
}

pub(crate) fn schema(terminal: Terminal) -> Result<Exit, Fault> {
    terminal.print_json(&planfile::schema())?;
    Ok(Exit::Done)
}

pub(crate) async fn plan(
    it: &Plan,
    everywhere: &Everywhere,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    match it {
        Plan::Diff { old, new } => {
            let (old, _) = read(old)?.sound()?;
            let (new, _) = read(new)?.sound()?;
            let diff = planfile::diff(&old, &new);
            terminal.answer(&diff, || render::plan::difference(&diff))?;
        }
        Plan::Show { plan: Some(path) } => {
            let (plan, _) = read(path)?.sound()?;
            terminal.answer(&plan, || render::plan::page(&plan, terminal.setting()))?;
        }
        Plan::Show { plan: None } => {
            let desk = Desk::open(everywhere, surroundings, terminal).await?;
            let plan = &desk.state().plan;
            desk.answer(plan.as_ref(), || render::plan::page(plan, terminal.setting()))?;
        }
        Plan::History => {
            let desk = Desk::open(everywhere, surroundings, terminal).await?;
            let state = desk.state();
            let variance = model::baseline::variance(state);
            let answer = serde_json::json!({ "baselines": state.baselines, "variance": variance });
            let setting = terminal.setting();
            desk.answer(&answer, || render::history::page(state, &variance, setting))?;
        }
    }
    Ok(Exit::Done)
}

pub(crate) async fn forecast_of(
    it: &ForecastOf,
    everywhere: &Everywhere,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let (state, now) = match &it.plan {
        Some(path) => {
            let (plan, _) = read(path)?.sound()?;
            let from = it.from.unwrap_or_else(|| surroundings.now());
            (draft(plan, from)?, from)
        }
        None => {
            let desk = Desk::open(everywhere, surroundings, terminal).await?;
            (desk.state().clone(), it.from.unwrap_or_else(|| desk.now()))
        }
    };
    let spinner = terminal.spinner("playing the plan on a virtual clock");
    let forecast = planner::forecast::forecast(&state, now);
    spinner.finish_and_clear();
    let setting = terminal.setting();
    terminal.answer(&forecast, || render::forecast::page(&state, now, &forecast, setting))?;
    Ok(if forecast.ends.is_some() { Exit::Done } else { Exit::Infeasible })
}

/// Returns the state of a deployment of `plan` that has just been created.
pub(crate) fn draft(plan: MasterProjectPlan, at: Timestamp) -> Result<State, Fault> {
    let entry = Entry {
        seq: 1,
        at,
        actor: Actor::System,
        baseline: 0,
        command: None,
        event: Event::DeploymentCreated {
            deployment: plan.deployment.clone(),
            plan: plan.digest(),
            release: plan.release.digest(),
            purpose: Purpose::Rehearsal,
            folder: String::new(),
        },
    };
    State::begin(&entry, Arc::new(plan))
        .map_err(|it| Fault::new(Exit::Failure, "the plan could not be played").why(it.to_string()))
}
