//! The demo, chapter by chapter: plan, authorisation, rollout, halt, and what holds at the end.

use super::asking::ask;
use super::people::{next_answer, site_id, who_resume};
use super::place::{LEFT_BEHIND, Place, TROUBLED};
use super::proof::{Claim, Proof};
use super::stage::{Stage, at};
use super::telling::Telling;
use crate::args::Everywhere;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use coordinator::CommandError;
use model::command::{Command, Resumable, RfcAct};
use model::event::Entry;
use model::id::{PersonId, RingId};
use model::machine::{DeploymentState, RfcState};
use model::scope::Scope;
use model::state::{RingState, State};
use planner::waiting::{waiting, why};
use views::board::{Board, Ends};
use views::typed::Typing;

/// The most rounds of people answering and the driver coming to rest: there are about thirty.
const ROUNDS_MAX: usize = 200;

/// The most answers in one round.
const ANSWERS_MAX: usize = 500;

/// What is said where something is put right.
const PUT_RIGHT: &str = "settings.local of the March trial was still at Turku; Sven removed it there, and the till answers ready";

/// The most waits that are named where nothing goes on.
const WAITS_NAMED_MAX: usize = 5;

/// Tells the demo and returns what holds at its end.
///
/// # Errors
///
/// When something does not hold, or this computer does not let it.
pub(super) async fn tell(
    place: &Place,
    everywhere: &Everywhere,
    telling: &mut Telling,
) -> Result<Proof, Fault> {
    let mut stage = Stage::create(place, everywhere).await?;
    let opened = stage.open(&at(place, everywhere)).await?;
    plan(place, &stage, telling).await?;
    telling.says(&format!("  Follow it in a browser:    {}", opened.link)).await?;
    telling.chapter("AUTHORISE: nothing runs that was not authorised").await?;
    people_answer(&mut stage, telling).await?;
    telling.chapter("ROLL OUT: core components first, then ring by ring").await?;
    for _ in 0..ROUNDS_MAX {
        let before = stage.state().seq;
        stage.drive(telling).await?;
        if let Some(ring) = halted(stage.state()) {
            put_right(&mut stage, &ring, place, telling).await?;
            telling.chapter("GO ON: from where it stopped").await?;
        }
        people_answer(&mut stage, telling).await?;
        if is_over(stage.state()) {
            return end(place, &stage, telling).await;
        }
        if stage.state().seq == before {
            return Err(stuck(&stage));
        }
    }
    Err(stuck(&stage))
}

async fn plan(place: &Place, stage: &Stage, telling: &mut Telling) -> Result<(), Fault> {
    let plan = &stage.state().plan;
    let bytes: u64 = plan.release.deliverables.iter().map(|it| it.size_bytes).sum();
    let rings: Vec<String> = plan
        .rings
        .iter()
        .zip(&stage.state().rings)
        .map(|(ring, status)| format!("{} {}", ring.id, status.counts.planned))
        .collect();
    telling.chapter("LANDFALL DEMO: Till 2.0.0 for the twelve shops of Nordlys Coffee").await?;
    for line in [
        format!("  The plan, a text to open:  {}/landfall.yaml", place.plan_folder().display()),
        format!(
            "  {} core components, {} shops in {} rings ({}), {} people in their roles",
            plan.components.len(),
            plan.sites.len(),
            plan.rings.len(),
            rings.join(", "),
            plan.people.len()
        ),
        format!(
            "  {} files of the release, {} KB, each with its SHA-256 in the plan",
            plan.release.deliverables.len(),
            bytes / 1000
        ),
        "  Files, programs, checks and the record are real. Its people are played, by the rules for".to_owned(),
        "  real ones; nights and soaks pass at once: it is a rehearsal, and every paper says so.".to_owned(),
    ] {
        telling.says(&line).await?;
    }
    telling.row("entry", "when", "what the record says").await
}

/// Lets everybody who is asked answer, until nobody is.
async fn people_answer(stage: &mut Stage, telling: &mut Telling) -> Result<(), Fault> {
    let mut has_tried = false;
    for _ in 0..ANSWERS_MAX {
        let Some((person, command)) = next_answer(stage.state(), stage.now()) else {
            return Ok(());
        };
        if !has_tried
            && let Command::Rfc { rfc, act: RfcAct::Approve { .. } } = &command
            && let Some(requester) = stage.state().rfc(rfc).map(|(it, _)| it.requested_by.clone())
        {
            has_tried = true;
            requester_tries(stage, &requester, &command, telling).await?;
        }
        let acted = stage.act(&person, &command).await?;
        telling.acted(stage.state(), &person, &acted).await?;
    }
    Err(stuck(stage))
}

/// Whoever asked for a change tries to approve it, which the rules must refuse.
async fn requester_tries(
    stage: &mut Stage,
    requester: &PersonId,
    command: &Command,
    telling: &mut Telling,
) -> Result<(), Fault> {
    match stage.act(requester, command).await {
        Err(CommandError::Refused(refusal)) => {
            telling.row("none", "", &format!("REFUSED: {}", refusal.text)).await
        }
        Err(other) => Err(other.into()),
        Ok(_) => Err(Fault::new(Exit::Wrong, format!("{requester} could approve alone"))),
    }
}

fn halted(state: &State) -> Option<RingId> {
    let mut rings = state.plan.rings.iter().zip(&state.rings);
    rings.find(|(_, it)| it.state == RingState::Halted).map(|(it, _)| it.id.clone())
}

/// Shows what the halt is about, has its cause removed, and lets the ring go on.
async fn put_right(
    stage: &mut Stage,
    ring: &RingId,
    place: &Place,
    telling: &mut Telling,
) -> Result<(), Fault> {
    telling.chapter("HALTED: one shop failed its check, so no other one starts. Why?").await?;
    let site = Scope::Site(site_id(TROUBLED));
    for scope in [site, Scope::Ring(ring.clone())] {
        telling.quotes(&format!("landfall why {scope}"), &why_page(stage, &scope)).await?;
    }
    let address = address_of(stage.state(), TROUBLED, place.port);
    telling
        .says("\n  Sven goes and looks. (The demo had left something lying around in Turku.)")
        .await?;
    telling.says(&look(&address).await?).await?;
    for name in LEFT_BEHIND {
        let path = place.site(TROUBLED).join(name);
        std::fs::remove_file(&path).map_err(|error| Fault::of_file(&path, &error))?;
        telling.says(&format!("  $ rm {}", path.display())).await?;
    }
    telling.says(&format!("{}\n", look(&address).await?)).await?;
    let command = Command::ResumeRing {
        ring: ring.clone(),
        reason: PUT_RIGHT.to_owned(),
        only: vec![Resumable::Failed, Resumable::Lost, Resumable::NotStarted],
    };
    for person in who_resume() {
        let acted = stage.act(&person, &command).await?;
        telling.acted(stage.state(), &person, &acted).await?;
    }
    telling.row("", "", &format!("with the reason: {PUT_RIGHT}")).await
}

/// Returns what `landfall why` prints of `scope`.
fn why_page(stage: &Stage, scope: &Scope) -> String {
    let (state, now) = (stage.state(), stage.now());
    let waits = views::why::binding_first(why(state, now, scope));
    views::why::page(state, now, scope, &waits, &Typing::default())
}

async fn look(address: &str) -> Result<String, Fault> {
    let answered = ask(address, "/health").await.map_err(|error| {
        Fault::new(Exit::Failure, format!("{address} does not answer")).why(error.to_string())
    })?;
    Ok(format!("  GET http://{address}/health -> {}: {}", answered.status, answered.body))
}

fn address_of(state: &State, site: &str, port: u16) -> String {
    let site = state.site(&site_id(site)).and_then(|(it, _)| it.computers.first());
    format!("{}:{port}", site.map(|it| it.host.clone()).unwrap_or_default())
}

fn is_over(state: &State) -> bool {
    state.deployment == DeploymentState::Stabilizing
        && state.rfcs.iter().all(|it| it.state == RfcState::Closed)
}

async fn end(place: &Place, stage: &Stage, telling: &mut Telling) -> Result<Proof, Fault> {
    telling.end();
    telling.chapter("STATUS").await?;
    let newest: [Entry; 0] = [];
    let board = Board::of(stage.state(), stage.now(), &newest, Ends::NotAsked);
    let page = {
        let typing = Typing::default();
        render::board::page(&stage.state().plan, &board, telling.setting(), &typing)
    };
    telling.quotes("landfall status --no-forecast", &page).await?;
    telling.chapter("CHECKED: against the programs, the files and the record").await?;
    let proof = Proof::find(place, stage).await?;
    for line in proof.claims().iter().map(Claim::line) {
        telling.says(&line).await?;
    }
    proof.or_fault()
}

/// Returns the fault of a demo in which nothing goes on.
fn stuck(stage: &Stage) -> Fault {
    let waits = waiting(stage.state(), stage.now(), WAITS_NAMED_MAX);
    let fault = Fault::new(Exit::Failure, "nothing goes on in the demo");
    waits.iter().fold(fault, |fault, it| fault.why(format!("{}: {}", it.scope, it.what)))
}

/// Returns the last words: where everything is, and what to try next.
pub(super) fn farewell(place: &Place, proof: &Proof, keeps: bool, programs: usize) -> String {
    let root = place.root.display().to_string();
    let is_plain = root.chars().all(|it| it.is_ascii_alphanumeric() || "/._-".contains(it));
    let root = if is_plain { root } else { views::typed::quoted(&root) };
    let mut text = if keeps {
        format!("\n{programs} programs go on running; they end when the directory is removed.\n")
    } else {
        format!("\n{programs} programs were stopped.\n")
    };
    if !place.stays(keeps) {
        text +=
            "The directory is removed. To look around in it: landfall demo --data DIR [--keep]\n";
        return text;
    }
    text += &format!("Everything is in {root}. Try next:\n");
    let why = format!("why site/aarhus --at {}", proof.halted_at());
    for command in ["status", &why, "record show ring/early", "sheet site/gdansk", "record verify"]
    {
        text += &format!("  landfall --data {root} {command}\n");
    }
    text + &format!("  cd {root} && landfall verify TILL2.landfall\n")
}
