//! `landfall worker`: carries out what a server leaves to be claimed; `landfall workers`: who does.

use super::serving::{AGAIN_AFTER, told_to_stop, was_told_within};
use crate::args::run::Worker;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use jiff::Timestamp;
use serde::Serialize;

/// What is said last.
const STOPPED: &str = "stopped; steps that were running go on, and other workers find them";

pub(crate) async fn worker(
    it: &Worker,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let record = surroundings.record().await?;
    let executor = surroundings.executor()?;
    let told = told_to_stop()?;
    let own = it.name.clone().unwrap_or_else(|| std::process::id().to_string());
    let _alone = surroundings.work_alone(&own)?;
    let name = format!("{}#{own}", surroundings.holder()?);
    terminal.say(&format!("{name} works; Ctrl-C or SIGTERM stops"));
    let at_once = usize::from(it.orders_at_once);
    let key = match &it.record_key {
        Some(key) => key.clone(),
        None => surroundings.signer()?.verifier_key().clone(),
    };
    let worker = coordinator::Worker::new(record, key, executor.clone(), name)
        .at_once(at_once)
        .complaining(move |error| terminal.complain(&Fault::from(error)));
    while let Err(error) = worker.run(told.clone()).await {
        terminal.complain(&Fault::from(error));
        if was_told_within(told.clone(), AGAIN_AFTER).await {
            break;
        }
    }
    executor.close().await;
    terminal.say(STOPPED);
    Ok(Exit::Done)
}

/// A worker, for programs.
#[derive(Serialize)]
struct Line {
    worker: String,
    until: Timestamp,
    is_silent: bool,
}

pub(crate) async fn workers(
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let all = surroundings.record().await?.workers().await?;
    let line = |it: record::Present| {
        let record::Present { worker, until, is_silent } = it;
        Line { worker, until, is_silent }
    };
    let lines: Vec<Line> = all.into_iter().map(line).collect();
    terminal.answer(&lines, || {
        if lines.is_empty() {
            return "there are no workers; `landfall worker` starts one".to_owned();
        }
        let text = |it: &Line| match it.is_silent {
            true => format!("{}: silent since {}", it.worker, it.until),
            false => format!("{}: there", it.worker),
        };
        lines.iter().map(text).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Exit::Done)
}
