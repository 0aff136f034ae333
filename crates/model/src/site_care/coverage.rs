//! Coverage: how many of the targeted users and computers of a site have the release.
//!
//! What is targeted comes from the plan in force; who left the scope or joined
//! late is not counted. Only an exemption to which Product Manager and site
//! owner agreed makes the target smaller.
//!
//! Source: Deploy SMF, Table 2 ("All sites are fully deployed") and Process 2, Table 5.

use super::terms::{SiteMode, UserAccess};
use super::{Exempted, Exemption};
use crate::id::{ComputerId, SiteId};
use crate::run::{Run, RunKind, StepList, Track, TrackState};
use crate::site::Site;
use crate::state::{SiteStatus, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many of the targeted users and computers of a site have the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Its computers.
    pub computers: Share,
    /// Its users.
    pub users: Share,
    /// How it is known of its users.
    pub user_access: UserAccess,
    /// Computers that are not verified and not exempt.
    pub lacking: Vec<ComputerId>,
}

/// How many of those targeted are covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How many the plan names.
    pub targeted: u64,
    /// How many of them need not be covered, by agreement.
    pub exempt: u64,
    /// How many of the others are covered.
    pub covered: u64,
}

impl Share {
    /// Returns how many must be covered.
    pub fn due(self) -> u64 {
        self.targeted.saturating_sub(self.exempt)
    }

    /// Returns whether all that must be covered are.
    pub fn is_whole(self) -> bool {
        self.covered >= self.due()
    }

    /// Returns whether at least `percent` of what must be covered is.
    pub fn reaches(self, percent: u64) -> bool {
        self.covered * 100 >= self.due() * percent
    }

    /// Returns both shares together.
    pub fn and(self, other: Self) -> Self {
        Self {
            targeted: self.targeted + other.targeted,
            exempt: self.exempt + other.exempt,
            covered: self.covered + other.covered,
        }
    }
}

impl Coverage {
    /// Returns whether every user and computer that is not exempt is covered.
    pub fn is_whole(&self) -> bool {
        self.computers.is_whole() && self.users.is_whole()
    }
}

/// Returns the exemptions of `site` that hold.
pub fn exemptions<'s>(state: &'s State, site: &'s SiteId) -> impl Iterator<Item = &'s Exemption> {
    state.site_care.exemptions.iter().filter(move |it| it.site == *site && it.holds())
}

/// Returns how far `site` is covered.
pub fn coverage(state: &State, site: &SiteId) -> Option<Coverage> {
    let (planned, status) = state.site(site)?;
    let mut exempt_computers = BTreeSet::new();
    let mut exempt_users = 0;
    for exemption in exemptions(state, site) {
        match &exemption.what {
            Exempted::Users(users) => exempt_users += u64::from(*users),
            Exempted::Computer(computer) => {
                exempt_computers.insert(computer);
            }
        }
    }
    let run = status.run.as_deref().filter(|it| it.kind == RunKind::Deploy);
    let verified = verified(planned, run);
    let is_exempt = |it: &&ComputerId| !verified.contains(it) && exempt_computers.contains(it);
    let computers: Vec<&ComputerId> = match planned.terms.mode {
        SiteMode::Client => planned.computers.iter().map(|it| &it.id).collect(),
        SiteMode::AccessOnly | SiteMode::None => vec![],
    };
    let lacking = computers.iter().filter(|it| !verified.contains(*it) && !is_exempt(it));
    let lacking: Vec<ComputerId> = lacking.map(|it| (*it).clone()).collect();
    let counted = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let users = u64::from(planned.users);
    let exempt_users = exempt_users.min(users);
    Some(Coverage {
        computers: Share {
            targeted: counted(computers.len()),
            exempt: counted(computers.iter().filter(|it| is_exempt(it)).count()),
            covered: counted(computers.iter().filter(|it| verified.contains(*it)).count()),
        },
        users: Share {
            targeted: users,
            exempt: exempt_users,
            covered: users_with_access(state, planned, status).min(users - exempt_users),
        },
        user_access: user_access(state, planned),
        lacking,
    })
}

/// Returns how it is known that the users of `site` have access. Where nothing runs at a site,
/// nothing can be probed.
pub fn user_access(state: &State, site: &Site) -> UserAccess {
    match site.terms.mode {
        SiteMode::Client => state.plan.terms.user_access,
        SiteMode::AccessOnly | SiteMode::None => UserAccess::Reported,
    }
}

fn verified<'p>(site: &'p Site, run: Option<&Run>) -> BTreeSet<&'p ComputerId> {
    let tracks = run.map(|it| it.tracks.as_slice()).unwrap_or_default();
    let done = tracks
        .iter()
        .filter(|it| it.list == StepList::EachComputer && it.state == TrackState::Done);
    done.filter_map(|it| site.computers.get(it.computer as usize)).map(|it| &it.id).collect()
}

/// A count by somebody says more than a probe; without either, nobody is known to have access.
fn users_with_access(state: &State, site: &Site, status: &SiteStatus) -> u64 {
    let reported = state.site_care.of(&site.id).and_then(|it| it.access.as_deref());
    if let Some(reported) = reported.filter(|it| status.in_service.is_some_and(|at| at <= it.at)) {
        return u64::from(reported.what);
    }
    match user_access(state, site) {
        UserAccess::Reported => 0,
        UserAccess::Probe => {
            let is_bad = |it: &Track| it.list == StepList::After && it.passed_over > 0;
            let passed = status.in_service.is_some()
                && status.run.as_deref().is_none_or(|run| !run.tracks.iter().any(is_bad));
            if passed { u64::from(site.users) } else { 0 }
        }
    }
}

/// Returns the sites in scope: all but those that are exempt.
pub fn in_scope(state: &State) -> impl Iterator<Item = (&Site, &SiteStatus)> + Clone {
    use crate::machine::SiteState;
    let sites = state.plan.sites.iter().zip(&state.sites);
    sites.filter(|(_, status)| status.state != SiteState::Exempt)
}

/// Returns the coverage of all sites in scope together: computers, then users.
pub fn of_all(state: &State) -> (Share, Share) {
    in_scope(state)
        .filter_map(|(site, _)| coverage(state, &site.id))
        .fold((Share::default(), Share::default()), |(computers, users), it| {
            (computers.and(it.computers), users.and(it.users))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_whole_or_reaches_a_percentage_of_what_is_not_exempt() {
        for (targeted, exempt, covered, whole, reaches) in [
            (100, 0, 100, true, true),
            (100, 0, 95, false, true),
            (100, 0, 94, false, false),
            (100, 6, 94, true, true),
            (0, 0, 0, true, true),
            (3, 3, 0, true, true),
            (19, 0, 18, false, false),
        ] {
            let share = Share { targeted, exempt, covered };
            assert_eq!((share.is_whole(), share.reaches(95)), (whole, reaches), "{share:?}");
        }
    }
}
