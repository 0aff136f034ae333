//! What makes a site's signature stale: a change below it that its users notice.
//!
//! A revisit supersedes the signature by itself; this is what happens elsewhere.
//!
//! Source: Deploy SMF, Process 2 ("may have to revisit some sites after deployment").

use crate::component::CoreMode;
use crate::machine::ComponentState;
use crate::state::State;

/// Returns which core component that the site at `position` needs is not in place, in words.
pub fn material_change(state: &State, position: usize) -> Option<String> {
    let site = state.plan.sites.get(position)?;
    let components = state.plan.components.iter().zip(&state.components);
    let mut needed =
        components.filter(|(it, _)| it.mode == CoreMode::Advance || site.needs.contains(&it.id));
    let gone = needed.find(|(_, status)| match status.state {
        ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped => false,
        ComponentState::Planned
        | ComponentState::Authorised
        | ComponentState::Adopting
        | ComponentState::Deploying
        | ComponentState::Verifying
        | ComponentState::Halted
        | ComponentState::RollingBack
        | ComponentState::RolledBack => true,
    });
    gone.map(|(it, status)| {
        format!("core component {}, which it needs, is {}", it.id, status.state)
    })
}
