//! Outputs: what steps printed, kept in full, redacted, and searched.

use crate::args::record::{Output, Search};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use model::event::Event;
use model::order::OrderId;
use model::scope::Scope;
use std::collections::BTreeSet;
use std::time::Duration;

/// How many entries are read at once.
const PAGE: u32 = 2_000;
/// How often a followed output is looked at.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

pub(crate) async fn output(it: &Output, desk: &Desk) -> Result<Exit, Fault> {
    if let Some(Search::Search { text, limit }) = &it.search {
        return search(text, *limit, desk).await;
    }
    let of = it.of.as_deref().unwrap_or_default();
    let orders = orders(desk, of).await?;
    let executor = desk.surroundings.executor()?;
    let mut shown = vec![0_usize; orders.len()];
    loop {
        for (order, shown) in orders.iter().zip(&mut shown) {
            let bytes = executor.read_output(&desk.deployment(), order).await;
            let bytes = bytes.map_err(|error| {
                Fault::new(Exit::Failure, format!("the output of {order} cannot be read"))
                    .why(error.to_string())
            })?;
            let bytes = bytes.unwrap_or_default();
            let new = bytes.get(*shown..).unwrap_or_default();
            if !new.is_empty() {
                if *shown == 0 && orders.len() > 1 {
                    desk.terminal.say(&format!("== {order}"));
                }
                desk.terminal.print_bytes(new)?;
                *shown = bytes.len();
            }
        }
        if !it.follow {
            break;
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
        }
    }
    if shown.iter().all(|it| *it == 0) {
        desk.terminal.say("There is no output.");
    }
    Ok(Exit::Done)
}

/// Returns the orders that `of` names: one, or all of a component or site.
async fn orders(desk: &Desk, of: &str) -> Result<Vec<OrderId>, Fault> {
    if of.contains('#') {
        return Ok(vec![OrderId(of.into())]);
    }
    let scope: Scope = of.parse().map_err(|_| {
        let next = "name a component or site, or an order as `landfall record show` names it";
        Fault::usage(format!("`{of}` has no output"), next)
    })?;
    let mut found = BTreeSet::new();
    let mut after = 0;
    loop {
        let page = desk.coordinator.entries(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for entry in page {
            if let Event::OrderIntended { order, scope: at, .. } = entry.event
                && at == scope
            {
                found.insert(order);
            }
        }
    }
    Ok(found.into_iter().collect())
}

async fn search(text: &str, limit: usize, desk: &Desk) -> Result<Exit, Fault> {
    let executor = desk.surroundings.executor()?;
    let mut found = executor.search_output(&desk.deployment(), text, limit);
    let mut any = false;
    while let Some(line) = found.recv().await {
        any = true;
        if desk.terminal.is_json() {
            let value = serde_json::json!({
                "order": line.order, "line": line.line, "text": line.text
            });
            desk.terminal.print_json_line(&value)?;
        } else {
            desk.terminal.print(&format!("{}:{}: {}", line.order, line.line, line.text))?;
        }
    }
    if !any {
        desk.terminal.say("No output holds that.");
    }
    Ok(Exit::Done)
}
