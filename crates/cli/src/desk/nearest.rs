//! What was most likely meant by a name that is not in the plan.

use model::id::PersonId;
use model::plan::MasterProjectPlan;
use model::scope::Scope;
use model::state::State;

/// Beyond so many names the nearest one is not searched for: it would take longer than to look.
const NAMES_MAX: usize = 20_000;

/// Returns what `scope`, which is not in the plan of `state`, was most likely meant to be.
pub(super) fn nearest(state: &State, scope: &Scope) -> Option<Scope> {
    let plan = &state.plan;
    let known: Vec<Scope> = match scope {
        Scope::Deployment | Scope::Core => return None,
        Scope::Component(_) => {
            plan.components.iter().map(|it| Scope::Component(it.id.clone())).collect()
        }
        Scope::Ring(_) => plan.rings.iter().map(|it| Scope::Ring(it.id.clone())).collect(),
        Scope::Site(_) if plan.sites.len() > NAMES_MAX => return None,
        Scope::Site(_) => plan.sites.iter().map(|it| Scope::Site(it.id.clone())).collect(),
        Scope::Rfc(_) => plan.rfcs.iter().map(|it| Scope::Rfc(it.id.clone())).collect(),
    };
    let known: Vec<(String, Scope)> = known.into_iter().map(|it| (name(&it), it)).collect();
    let meant = planfile::nearest(&name(scope), known.iter().map(|(name, _)| name.as_str()))?;
    known.iter().find(|(name, _)| name == meant).map(|(_, it)| it.clone())
}

/// Returns who was most likely meant by `stranger`, who is not in `plan`, and where its people are named.
pub(crate) fn people_of(plan: &MasterProjectPlan, stranger: &PersonId) -> String {
    let lists = "`landfall plan show --json` names its people";
    let known = plan.people.iter().map(|it| it.id.as_str());
    match planfile::nearest(stranger.as_str(), known) {
        Some(meant) => format!("did you mean {meant}? {lists}"),
        None => lists.to_owned(),
    }
}

/// Returns the name without its kind: a slip is one of few letters.
fn name(scope: &Scope) -> String {
    let text = scope.to_string();
    text.split_once('/').map_or_else(|| text.clone(), |(_, name)| name.to_owned())
}
