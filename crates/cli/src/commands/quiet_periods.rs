//! The quiet period: shown, extended, accepted, taken back.

use crate::args::quiet_period::QuietPeriodOf;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use model::command::Command;
use model::quiet_period::{QuietPeriod, QuietPeriodCommand, readings};
use model::scope::Scope;
use model::state::State;
use serde_json::json;
use views::time::when;

pub(crate) async fn quiet_period(it: &QuietPeriodOf, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it.clone() {
        QuietPeriodOf::Show => return show(&desk),
        QuietPeriodOf::Extend { days, reason } => QuietPeriodCommand::Extend { days, reason },
        QuietPeriodOf::Shorten { reason } => QuietPeriodCommand::Shorten { reason },
        QuietPeriodOf::Accept { actions, reason } => QuietPeriodCommand::Accept { actions, reason },
        QuietPeriodOf::Reset { reason } => QuietPeriodCommand::Reset { reason },
        QuietPeriodOf::Days { days } => QuietPeriodCommand::ReportDays { days },
    };
    desk.act_and_tell(&Scope::Deployment, &Command::QuietPeriod(command)).await?;
    Ok(Exit::Done)
}

fn show(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let now = desk.now();
    let last = state.quiet_periods.last();
    let answer = json!({
        "periods": state.quiet_periods.all(),
        "criteria": last.map(|it| readings(state, it, now)),
    });
    desk.terminal.answer(&answer, || {
        let pages: Vec<String> =
            state.quiet_periods.all().iter().map(|it| page(state, it)).collect();
        let criteria = last.map(|it| readings(state, it, now)).unwrap_or_default();
        let criteria: String = criteria.iter().map(|it| format!("  {it}\n")).collect();
        if pages.is_empty() {
            return "There is no quiet period yet: it starts with Deployment Stable.".to_owned();
        }
        format!("{}Criteria, as they read now:\n{criteria}", pages.concat())
    })?;
    Ok(Exit::Done)
}

fn page(state: &State, it: &QuietPeriod) -> String {
    let zone = &state.plan.zone;
    let mut text = format!(
        "Quiet period {}: {}\n  from {} to {}, {} days planned until {}\n",
        it.number,
        it.state,
        when(it.start, zone),
        when(it.end, zone),
        it.length_days,
        when(it.nominal_end, zone),
    );
    for extension in &it.extensions {
        text += &format!("  put on to {}: {}\n", when(extension.to, zone), extension.cause);
    }
    if let Some(reason) = &it.reason {
        text += &format!("  {reason}\n");
    }
    for action in &it.actions {
        text += &format!("  to follow on: {action}\n");
    }
    text
}
