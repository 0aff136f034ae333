//! Outputs: what steps printed, kept in full, redacted, and searched.

use crate::args::record::{Output, Search};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use executor::Executor;
use model::event::Event;
use model::id::Seq;
use model::machine::{ComponentState, SiteState};
use model::order::{OrderId, Outcome};
use model::scope::Scope;
use model::state::State;
use serde::Serialize;
use std::time::Duration;
use views::event::sentence;

/// How many entries are read at once.
const PAGE: u32 = 2_000;
/// How often a followed output is looked at.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// A piece of what an order printed, for programs.
#[derive(Serialize)]
struct Piece<'a> {
    order: &'a OrderId,
    text: String,
}

/// An order and how much of its output has been shown.
struct Shown {
    order: OrderId,
    bytes: usize,
    /// How it ended, where it did not succeed: what wrote nothing has its reason in the record.
    failed: Option<String>,
    /// Whether the record names it.
    is_known: bool,
}

impl Shown {
    /// Returns the order as the record names it.
    fn found(order: OrderId) -> Self {
        Self { order, bytes: 0, failed: None, is_known: true }
    }

    /// Returns the order as somebody has named it.
    fn named(order: OrderId) -> Self {
        Self { is_known: false, ..Self::found(order) }
    }
}

pub(crate) async fn output(it: &Output, mut desk: Desk) -> Result<Exit, Fault> {
    if let Some(Search::Search { text, limit }) = &it.search {
        if desk.address_of("/").is_some() {
            let next = "search where the server runs, or read one order: `landfall output ORDER`";
            return Err(Fault::usage("outputs are searched where they are kept", next));
        }
        return search(text, *limit, &desk).await;
    }
    let of = Of::parse(it.of.as_deref().unwrap_or_default())?;
    if let Of::Scope(scope) = &of {
        desk.known(desk.state(), scope)?;
    }
    let executor = desk.surroundings.executor()?;
    let (mut shown, mut last) = (of.named(), 0);
    loop {
        desk.catch_up().await?;
        let is_over = !it.follow || of.is_over(desk.state());
        find(&desk, &of, &mut last, &mut shown).await?;
        print(&desk, &executor, &mut shown, is_over).await?;
        if is_over {
            break;
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
        }
    }
    // One whose entries were lost may have left what it printed all the same.
    if let Some(it) = shown.iter().find(|it| !it.is_known && it.bytes == 0) {
        let next = "`landfall record show` names the orders, and so does each output's heading";
        return Err(Fault::usage(format!("the record has no order `{}`", it.order), next));
    }
    let mut is_silent = true;
    for it in &shown {
        is_silent &= it.bytes == 0 && it.failed.is_none();
        if let Some(failed) = it.failed.as_ref().filter(|_| it.bytes == 0) {
            if desk.terminal.is_json() {
                let ended = serde_json::json!({ "order": it.order, "failed": failed });
                desk.terminal.print_json_line(&ended)?;
            } else {
                desk.terminal.print(failed)?;
            }
        }
    }
    if is_silent {
        desk.terminal.say("There is no output.");
    }
    Ok(Exit::Done)
}

/// Whose output is wanted.
enum Of {
    /// That of one order.
    Order(OrderId),
    /// That of all orders of a component or site.
    Scope(Scope),
}

impl Of {
    fn parse(text: &str) -> Result<Self, Fault> {
        if text.contains('#') {
            return Ok(Self::Order(OrderId(text.into())));
        }
        text.parse().map(Self::Scope).map_err(|_| {
            let next = "name a component or site, or an order as `landfall record show` names it";
            Fault::usage(format!("`{text}` has no output"), next)
        })
    }

    /// Returns the orders that are known without looking.
    fn named(&self) -> Vec<Shown> {
        match self {
            Self::Order(order) => vec![Shown::named(order.clone())],
            Self::Scope(_) => vec![],
        }
    }

    /// Returns whether nothing more will be printed by itself.
    fn is_over(&self, state: &State) -> bool {
        match self {
            Self::Order(order) => !state.orders.contains_key(order),
            Self::Scope(scope) => is_at_rest(state, scope),
        }
    }
}

/// Returns whether nothing more is begun at `scope` without a person.
fn is_at_rest(state: &State, scope: &Scope) -> bool {
    match scope {
        Scope::Site(id) => state.site(id).is_none_or(|(_, it)| match it.state {
            SiteState::Planned
            | SiteState::Notified
            | SiteState::Ready
            | SiteState::Deploying
            | SiteState::Paused
            | SiteState::Deployed
            | SiteState::RollingBack => false,
            SiteState::Halted
            | SiteState::Observing
            | SiteState::Refused
            | SiteState::Reconfirm
            | SiteState::SignedOff
            | SiteState::RolledBack
            | SiteState::Exempt => true,
        }),
        Scope::Component(id) => state.component(id).is_none_or(|(_, it)| match it.state {
            ComponentState::Planned
            | ComponentState::Authorised
            | ComponentState::Adopting
            | ComponentState::Deploying
            | ComponentState::Verifying
            | ComponentState::RollingBack => false,
            ComponentState::Halted
            | ComponentState::Verified
            | ComponentState::Accepted
            | ComponentState::RolledBack
            | ComponentState::Descoped => true,
        }),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => true,
    }
}

/// Adds the orders of the scope that were recorded after entry `last`, in the order of the record,
/// and how those ended that did not succeed.
async fn find(desk: &Desk, of: &Of, last: &mut Seq, shown: &mut Vec<Shown>) -> Result<(), Fault> {
    loop {
        let page = desk.coordinator.entries(*last, PAGE).await?;
        let Some(newest) = page.last() else { return Ok(()) };
        *last = newest.seq;
        for entry in page {
            let asked =
                if let Event::StepAsked { order, .. } = &entry.event { Some(order) } else { None };
            for it in shown.iter_mut().filter(|it| !it.is_known) {
                it.is_known =
                    entry.event.intends().iter().chain(asked).any(|named| *named == it.order);
            }
            for (order, report) in entry.event.ends() {
                if !matches!(report.outcome, Outcome::Succeeded { .. })
                    && let Some(it) = shown.iter_mut().rev().find(|it| it.order == *order)
                {
                    it.failed = Some(sentence(&entry.event));
                }
            }
            if let (
                Event::OrderIntended { scope: at, .. } | Event::OrdersIntended { scope: at, .. },
                Of::Scope(scope),
            ) = (&entry.event, of)
                && at == scope
            {
                shown.extend(entry.event.intends().iter().cloned().map(Shown::found));
            }
        }
    }
}

/// Prints what is new; unless it is over, up to the end of the last line.
async fn print(
    desk: &Desk,
    executor: &Executor,
    shown: &mut [Shown],
    is_over: bool,
) -> Result<(), Fault> {
    let several = shown.len() > 1;
    for shown in shown {
        let order = &shown.order;
        let bytes = desk.output(executor, order).await?.unwrap_or_default();
        let new = bytes.get(shown.bytes..).unwrap_or_default();
        let whole_lines = new.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
        let new = if is_over { new } else { new.get(..whole_lines).unwrap_or_default() };
        if new.is_empty() {
            continue;
        }
        if desk.terminal.is_json() {
            let text = String::from_utf8_lossy(new).into_owned();
            desk.terminal.print_json_line(&Piece { order, text })?;
        } else {
            if several && shown.bytes == 0 {
                desk.terminal.say(&format!("== {order}"));
            }
            desk.terminal.print_output(new)?;
        }
        shown.bytes += new.len();
    }
    Ok(())
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
