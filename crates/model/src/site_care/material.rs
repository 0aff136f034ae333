//! What makes a site's signature stale: a change below it that its users notice.
//!
//! A revisit supersedes the signature by itself; this is what happens elsewhere.
//!
//! Source: Deploy SMF, Process 2 ("may have to revisit some sites after deployment").

use crate::component::CoreMode;
use crate::machine::ComponentState;
use crate::state::State;

/// Returns that the release of the plan is no longer the one under which the owner of the site at
/// `position` has signed, in words. Unlike a core component that is gone, nothing has to be put in
/// place before they are asked again: they may want what they have, or a revisit.
pub fn other_release(state: &State, position: usize) -> Option<String> {
    let site = state.plan.sites.get(position)?;
    let care = state.site_care.of(&site.id)?;
    let signed = care.confirmed.or(care.release)?;
    let present = state.release_digest();
    (signed != present).then(|| {
        let release = &state.plan.release;
        format!(
            "the release is {} {} ({}) now, and it was signed off with {}",
            release.name,
            release.version,
            present.short(),
            signed.short()
        )
    })
}

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
