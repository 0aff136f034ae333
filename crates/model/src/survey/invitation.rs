//! Who is asked: decided by the plan and by the share of users, never by a person.
//!
//! House rule: SOD-14. A site's users are invited all at once and in exactly the number that is
//! due, so that nobody can leave out those who may be dissatisfied.

use super::Round;
use crate::id::SiteId;
use crate::machine::SiteState;
use crate::state::State;

/// Returns how many users of a site with `users` are invited, where `percent` of all are asked.
pub fn due_at(users: u32, percent: u8) -> u32 {
    let due = (u64::from(users) * u64::from(percent)).div_ceil(100);
    u32::try_from(due).unwrap_or(users).min(users)
}

/// Returns the sites at which nobody has been invited to `round` yet, each with how many are due.
pub fn invitees_at<'a>(
    state: &'a State,
    round: &'a Round,
) -> impl Iterator<Item = (&'a SiteId, u32)> + 'a {
    let invited: std::collections::BTreeSet<&SiteId> = round.links.values().collect();
    let sites = state.plan.sites.iter().zip(&state.sites);
    sites
        .filter(|(_, status)| status.state != SiteState::Exempt)
        .map(|(site, _)| (&site.id, due_at(site.users, round.sample_percent)))
        .filter(move |(site, due)| *due > 0 && !invited.contains(site))
}
