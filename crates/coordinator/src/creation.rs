//! What a deployment is created from.

use model::plan::MasterProjectPlan;
use model::profile::Purpose;
use model::refusal::Refusal;
use model::state::State;

/// Holds that the deliverables of `plan`, which is read from `folder`, lie where the deployment looks for
/// them: where it was created from.
///
/// # Errors
///
/// Where it has other deliverables than the plan in force, and is read from another folder: every copy would
/// find the files of before. Put them beside those, and revise from there.
pub fn lies_where_it_did(
    state: &State,
    plan: &MasterProjectPlan,
    folder: &str,
) -> Result<(), Refusal> {
    if plan.release.deliverables == state.plan.release.deliverables || folder == state.folder {
        return Ok(());
    }
    let text = format!(
        "{} takes its deliverables from {}, and those of this plan lie in {folder}",
        plan.deployment, state.folder
    );
    let next = format!("put them and the plan into {}, and revise from there", state.folder);
    Err(Refusal::invalid(text, next))
}

/// What a deployment is created from.
#[derive(Clone, Debug)]
pub struct Creation {
    /// Its plan.
    pub plan: MasterProjectPlan,
    /// The folder in which the release's deliverables lie, as an absolute path.
    pub folder: String,
    /// Whether it changes production.
    pub purpose: Purpose,
}
