//! Rehearsals: the same deployment many times, on every processor, until enough or interrupted.

use crate::args::plan::Rehearse;
use crate::commands::planning::{draft, read};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use indicatif::ProgressBar;
use jiff::Timestamp;
use model::plan::MasterProjectPlan;
use model::storyline::Storyline;
use planfile::DiskFolder;
use planner::rehearsal::{Rehearsal, Rehearsed, Scene, summary};
use serde::Serialize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The most threads: runs need no more than processors, and no computer has more than these.
const THREADS_MAX: usize = 64;

#[derive(Serialize)]
struct Played<'a> {
    from: Timestamp,
    seed: u64,
    asked_runs: u32,
    #[serde(flatten)]
    rehearsed: &'a Rehearsed,
}

pub(crate) async fn rehearse(
    it: &Rehearse,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let (plan, _) = read(&it.plan)?.sound()?;
    let storyline = match &it.storyline {
        Some(path) => told(path, &plan)?,
        None => Storyline::default(),
    };
    let from = it.from.unwrap_or_else(|| surroundings.now());
    let state = draft(plan, from)?;
    let bar = terminal.bar("rehearsing", u64::from(it.runs));
    let stop = AtomicBool::new(false);
    let players = Players { runs: it.runs, next: AtomicU32::new(0), bar: &bar, stop: &stop };
    let scene = Scene::new(&state, from, &storyline, it.seed);
    let runtime = tokio::runtime::Handle::current();
    let rehearsal = tokio::task::block_in_place(|| players.play(scene, &runtime));
    bar.finish_and_clear();
    let rehearsed = summary(&rehearsal, &state, from);
    let played = Played { from, seed: it.seed, asked_runs: it.runs, rehearsed: &rehearsed };
    terminal.answer(&played, || {
        render::rehearsal::page(&state.plan, &rehearsed, (from, it.runs), terminal.setting())
    })?;
    Ok(if stop.load(Ordering::Relaxed) {
        Exit::Interrupted
    } else if rehearsed.ended > 0 {
        Exit::Done
    } else {
        Exit::Infeasible
    })
}

/// Threads that play the same scene until enough was played, or somebody interrupts.
struct Players<'a> {
    runs: u32,
    next: AtomicU32,
    bar: &'a ProgressBar,
    stop: &'a AtomicBool,
}

impl Players<'_> {
    /// Plays all runs, or as many as are whole when somebody interrupts.
    fn play(&self, scene: Scene<'_>, runtime: &tokio::runtime::Handle) -> Rehearsal {
        let (state, from, storyline, seed) = (scene.state, scene.from, scene.storyline, scene.seed);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let done = tokio::sync::Notify::new();
        std::thread::scope(|scope| {
            let play = || {
                let is_interrupted = || self.stop.load(Ordering::Relaxed);
                let scene = Scene { state, from, storyline, seed, is_interrupted: &is_interrupted };
                self.play_some(&scene)
            };
            let players: Vec<_> = (0..threads).map(|_| scope.spawn(play)).collect();
            let listener = scope.spawn(|| {
                runtime.block_on(async {
                    tokio::select! {
                        interrupted = tokio::signal::ctrl_c() => {
                            self.stop.store(interrupted.is_ok(), Ordering::Relaxed);
                        }
                        () = done.notified() => {}
                    }
                });
            });
            let mut all = Rehearsal::default();
            for player in players {
                all.merge(player.join().expect("because a run does not panic"));
            }
            done.notify_one();
            listener.join().expect("because listening does not panic");
            all
        })
    }

    fn play_some(&self, scene: &Scene<'_>) -> Rehearsal {
        let mut rehearsal = Rehearsal::default();
        loop {
            let run = self.next.fetch_add(1, Ordering::Relaxed);
            if run >= self.runs || !rehearsal.play(scene, run) {
                return rehearsal;
            }
            self.bar.inc(1);
        }
    }
}

/// Reads the storyline at `path` for a rehearsal of `plan`.
fn told(path: &Path, plan: &MasterProjectPlan) -> Result<Storyline, Fault> {
    let place = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = DiskFolder::new(place).map_err(|it| Fault::of_file(place, &it))?;
    let loaded = planfile::storyline(&folder, &name, plan);
    loaded.storyline.ok_or_else(|| {
        let count = render::plan::count(&loaded.diagnostics);
        let mut fault = Fault::new(Exit::Wrong, format!("the storyline is wrong: {count}"));
        fault.diagnostics = loaded.diagnostics.into();
        fault.next("correct it; `landfall rehearse --help` shows one")
    })
}
