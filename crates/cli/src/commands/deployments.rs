//! Deployments: created, started, revised, held.

use super::planning::read;
use crate::args::Everywhere;
use crate::args::deployment::Deployment;
use crate::desk::{Desk, author};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use api::DeploymentLine;
use coordinator::{CommandError, Coordinator, Creation};
use model::command::{Command, Findings};
use model::history::Loss;
use model::id::{DeploymentId, PersonId};
use model::machine::DeploymentState;
use model::plan::MasterProjectPlan;
use model::profile::Purpose;
use model::role_type::RoleType;
use model::scope::Scope;
use planfile::{DiskFolder, Folder as _};
use record::Record;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use views::typed::{Typing, as_a_word};

#[derive(Serialize)]
struct Line {
    deployment: DeploymentId,
    title: String,
    state: String,
    purpose: String,
    environment: String,
    entry: u64,
    /// What was lost of its history, where it is in quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<Loss>,
    /// Why nothing of it could be read, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
}

impl Line {
    fn of(it: DeploymentLine) -> Self {
        let DeploymentLine { deployment, title, state, purpose, environment, entry, quarantine } =
            it;
        let unreadable = None;
        Self { deployment, title, state, purpose, environment, entry, quarantine, unreadable }
    }

    fn unreadable(deployment: DeploymentId, why: &CommandError) -> Self {
        Self {
            deployment,
            title: String::new(),
            state: "unreadable".to_owned(),
            purpose: String::new(),
            environment: String::new(),
            entry: 0,
            quarantine: None,
            unreadable: Some(why.to_string()),
        }
    }
}

pub(crate) async fn deployment(
    it: &Deployment,
    everywhere: &Everywhere,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let desk = || Desk::open(everywhere, surroundings, terminal);
    match it {
        Deployment::Create { plan, rehearsal } => {
            create(plan, *rehearsal, everywhere, surroundings, terminal).await
        }
        Deployment::List => list(surroundings, terminal).await,
        Deployment::Start => start(desk().await?).await,
        Deployment::Revise { plan, reason, dry_run } => {
            revise(plan, reason, *dry_run, desk().await?).await
        }
        Deployment::Hold { reason } => {
            act(desk().await?, Command::HoldDeployment { reason: reason.clone() }).await
        }
        Deployment::Release { reason } => {
            act(desk().await?, Command::ReleaseDeployment { reason: reason.clone() }).await
        }
        Deployment::Cancel { reason } => {
            act(desk().await?, Command::Cancel { reason: reason.clone() }).await
        }
    }
}

async fn act(mut desk: Desk, command: Command) -> Result<Exit, Fault> {
    desk.act_and_tell(&Scope::Deployment, &command).await?;
    Ok(Exit::Done)
}

async fn create(
    path: &Path,
    rehearsal: bool,
    everywhere: &Everywhere,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    if let Some(client) = surroundings.client().await? {
        let created = client.create(&path.to_string_lossy(), rehearsal).await;
        let created = created.map_err(|error| {
            let mut fault = Fault::from(error);
            let next =
                "name it as it lies in the directory that `landfall serve --plans` was given";
            fault.next.get_or_insert(next.to_owned());
            fault
        })?;
        return tell_created(
            &Line::of(created),
            rehearsal,
            (&surroundings.typing(), None),
            terminal,
        );
    }
    let read = read(path)?;
    let warnings = render::plan::diagnostics(&read.diagnostics);
    let files = read.folder.clone();
    let (plan, folder) = read.sound()?;
    if !warnings.is_empty() {
        terminal.say(warnings.trim_end());
    }
    if let Some(missing) = missing(&plan, &files) {
        let path = as_a_word(&path.display().to_string());
        terminal.say(&format!("{missing}; `landfall check {path} --deliverables` compares all"));
    }
    let author = author(&plan, everywhere.person.as_ref(), &surroundings.login)?;
    let purpose = if rehearsal { Purpose::Rehearsal } else { Purpose::Production };
    let folder = folder.display().to_string();
    let creation = Creation { plan, folder, purpose };
    let record = surroundings.record_made().await?;
    let created = Coordinator::create(record, creation, &author, surroundings.now()).await?;
    let state = created.state();
    let line = Line::of(DeploymentLine::at(state));
    let named = everywhere.person.as_ref().filter(|_| !everywhere.origins.person_by_environment);
    tell_created(&line, rehearsal, (&surroundings.typing(), named), terminal)
}

/// Returns which files of the release are not in the plan's folder: until the baseline they may still come.
fn missing(plan: &MasterProjectPlan, files: &DiskFolder) -> Option<String> {
    let all = plan.release.deliverables.iter().map(|it| it.file.as_str());
    let mut missing = all.filter(|it| files.open(it).is_err());
    let first = missing.next()?;
    let more = match missing.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("warning: of the release {first}{more} cannot be read in the plan's folder"))
}

/// Tells that a deployment is created, and what whoever typed that types next.
fn tell_created(
    line: &Line,
    rehearsal: bool,
    (typing, named): (&Typing, Option<&PersonId>),
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let deployment = &line.deployment;
    terminal.answer(line, || {
        let kind = if rehearsal { "rehearsal " } else { "deployment " };
        let why = typing.line("landfall why deployment");
        let start = typing.typed(&Command::Open, named);
        format!(
            "The {kind}{deployment} is created, as a draft (entry 1).\n\nNext:\n  {why}\n  {start}"
        )
    })?;
    Ok(Exit::Done)
}

async fn list(surroundings: &Surroundings, terminal: Terminal) -> Result<Exit, Fault> {
    let lines = match surroundings.client().await? {
        // What its witness has seen the server alone knows.
        Some(client) => client.deployments().await?.into_iter().map(Line::of).collect(),
        None => own_lines(surroundings.record().await?).await?,
    };
    terminal.answer(&lines, || {
        let lines: Vec<String> = lines
            .iter()
            .map(|it| match &it.unreadable {
                Some(why) => format!("{}  cannot be read: {why}", it.deployment),
                None => {
                    let lost = it.quarantine.as_ref();
                    let lost = lost.map(|it| format!(", in quarantine: {it}")).unwrap_or_default();
                    let Line { deployment, title, environment, state, .. } = it;
                    format!("{deployment}  {title} ({environment}): {state}{lost}")
                }
            })
            .collect();
        if lines.is_empty() { "There is no deployment.".to_owned() } else { lines.join("\n") }
    })?;
    Ok(Exit::Done)
}

/// Returns a line for each deployment of a record of one's own.
async fn own_lines(record: Arc<dyn Record>) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::new();
    for deployment in record.deployments().await? {
        // The others are there all the same.
        lines.push(match Coordinator::open(record.clone(), &deployment).await {
            Ok(opened) => {
                let quarantine = opened.quarantine().cloned();
                Line::of(DeploymentLine { quarantine, ..DeploymentLine::at(opened.state()) })
            }
            Err(why) => Line::unreadable(deployment, &why),
        });
    }
    Ok(lines)
}

/// Goes as far as this person may: the baseline, then the opening.
async fn start(mut desk: Desk) -> Result<Exit, Fault> {
    let mut acts = Vec::new();
    if desk.state().deployment == DeploymentState::Draft {
        let spinner = desk.terminal.spinner("comparing the release's files and playing the plan");
        let baseline = Command::Baseline { findings: Findings::default() };
        let acted = desk.act(&baseline).await;
        spinner.finish_and_clear();
        acts.push((Scope::Deployment, acted?));
    }
    let person = desk.author()?.person;
    let roles = desk.state().roles_of(&person, &Scope::Deployment);
    let may_open = roles.contains(&RoleType::ProgramManager);
    let is_ready = desk.state().deployment == DeploymentState::Ready;
    // Whoever has done nothing yet is told why not; whoever has, whom it waits on now.
    let opened = if is_ready && (may_open || acts.is_empty()) {
        Some(desk.act(&Command::Open).await)
    } else {
        None
    };
    match opened {
        Some(Ok(acted)) => acts.push((Scope::Deployment, acted)),
        Some(Err(fault)) => {
            if !acts.is_empty() {
                desk.tell_all(&acts)?;
            }
            return Err(fault);
        }
        None if acts.is_empty() => {
            let what = format!("the deployment is {} already", desk.state().deployment);
            let next = "`landfall status` shows where it stands";
            return Err(Fault::new(Exit::Refused, what).next(next));
        }
        None => {}
    }
    desk.tell_all(&acts)?;
    if desk.state().deployment == DeploymentState::Ready && !desk.terminal.is_json() {
        let waits = planner::waiting::why(desk.state(), desk.now(), &Scope::Deployment);
        for wait in waits.iter().filter(|it| !it.people.is_empty()) {
            desk.terminal.say(&views::why::wait(desk.state(), wait, &desk.typing()));
        }
    }
    Ok(Exit::Done)
}

async fn revise(path: &Path, reason: &str, dry_run: bool, mut desk: Desk) -> Result<Exit, Fault> {
    if !dry_run && let Some(acted) = desk.revise_at_server(path, reason).await? {
        return desk.tell(&Scope::Deployment, &acted).map(|()| Exit::Done);
    }
    let (plan, folder) = read(path)?.sound()?;
    desk.state().finds_deliverables(&plan, &folder.display().to_string())?;
    let diff = planfile::diff(&desk.state().plan, &plan);
    if dry_run {
        desk.terminal.answer(&diff, || render::plan::difference(&diff))?;
        return Ok(Exit::Done);
    }
    if let Some(it) = diff.refused.first() {
        let what = format!("{}: {}", it.code, it.what);
        return Err(Fault::new(Exit::Refused, what).next(it.help.clone()));
    }
    desk.terminal.say(render::plan::difference(&diff).trim_end());
    let removes_scope = plan.removes_scope_of(&desk.state().plan);
    let author = desk.author()?;
    let at = desk.now();
    let sentences = diff.sections.iter().flat_map(|it| it.sentences.iter().cloned()).collect();
    let acted =
        desk.coordinator.revise(&author, plan, sentences, removes_scope, reason, at).await?;
    desk.tell(&Scope::Deployment, &acted)?;
    Ok(Exit::Done)
}
