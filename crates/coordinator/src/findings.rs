//! The facts of a baseline that the rules cannot see for themselves: files and the forecast.

use jiff::Timestamp;
use model::command::Findings;
use model::plan::MasterProjectPlan;
use model::state::State;
use planner::forecast::{forecast, objections};
use std::sync::Arc;
use tokio::runtime::{Handle, RuntimeFlavor};

/// Returns what is found when the deliverables and the forecast are looked at.
pub(crate) async fn findings(state: &State, now: Timestamp) -> Findings {
    let plan: Arc<MasterProjectPlan> = state.plan.clone();
    let folder = state.folder.clone();
    let state = state.clone();
    let look = move || Findings {
        deliverables: deliverables(&plan, &folder),
        forecast: objections(&forecast(&state, now)),
    };
    // On a runtime of one thread it is looked at there: what happens has one order, whatever takes how long.
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        return look();
    }
    tokio::task::spawn_blocking(look).await.unwrap_or_else(|_| Findings {
        deliverables: vec!["the deliverables could not be looked at".to_owned()],
        forecast: vec![],
    })
}

fn deliverables(plan: &MasterProjectPlan, folder: &str) -> Vec<String> {
    let folder = planfile::DiskFolder::new(std::path::Path::new(folder));
    match folder {
        Ok(folder) => planfile::verify_deliverables(&folder, plan)
            .into_iter()
            .map(|it| it.what.clone())
            .collect(),
        Err(error) => vec![format!("the plan's folder cannot be read: {error}")],
    }
}
