//! What a deployment is created from.

use model::plan::MasterProjectPlan;
use model::profile::Purpose;

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
