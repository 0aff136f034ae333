//! What is seen of all sites: computed when it is first asked for, kept until something moves it.
//!
//! A look at a quiet period must not cost time in proportion to all sites. What the sites come to
//! is kept until one of them moves; and from the end of the quiet period on, what was measured of
//! it, until something is recorded that may change it.
//!
//! House rule: what is kept is what would be computed anew: every build with debug assertions
//! compares the two.

use super::QuietPeriod;
use crate::event::Event;
use crate::kept::Kept;
use crate::machine::SiteState;
use crate::measures::measure::Fraction;
use crate::measures::recorded;
use crate::state::State;
use jiff::Timestamp;

/// What was computed before of all sites. It is no part of what a state is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    sites: Kept<SitesSeen>,
    measured: Kept<Measured>,
}

/// What all sites come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SitesSeen {
    /// The users that the solution is for.
    pub(super) users: u64,
    /// The sites that are not exempt.
    pub(super) in_scope: usize,
    /// When sites last went back.
    pub(super) went_back: Vec<Timestamp>,
}

/// What was measured of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    from: Timestamp,
    until: Timestamp,
    /// The share of the agreed time, user by user, in which the service was there.
    pub(super) availability: Fraction,
    /// The share of the site-minutes that probes know of; nothing where the plan has no probe.
    pub(super) known: Option<Fraction>,
}

impl State {
    /// Forgets what `event` may change of what was seen of all sites.
    pub(crate) fn forget_seen(&mut self, event: &Event) {
        let moves_sites = matches!(event, Event::Site { .. } | Event::PlanRevised { .. });
        if moves_sites {
            self.seen.sites = Kept::default();
        }
        if moves_sites || matches!(event, Event::Incident(_)) {
            self.seen.measured = Kept::default();
        }
    }

    pub(super) fn sites_seen(&self) -> &SitesSeen {
        let anew = || SitesSeen {
            users: crate::site_care::coverage::in_scope(self)
                .map(|(it, _)| u64::from(it.users))
                .sum(),
            in_scope: self.sites.iter().filter(|it| it.state != SiteState::Exempt).count(),
            went_back: self.sites.iter().filter_map(|it| it.went_back).collect(),
        };
        let kept = self.seen.sites.or_anew(anew);
        debug_assert_eq!(*kept, anew(), "what all sites come to was kept for too long");
        kept
    }

    /// Returns what is measured of `period` up to `now`.
    pub(super) fn measured_of(&self, period: &QuietPeriod, now: Timestamp) -> Measured {
        let (from, until) = (period.start, period.end.min(now));
        let anew = || Measured {
            from,
            until,
            availability: recorded::downtime(self, (from, until), now).availability(),
            known: recorded::completeness_of(self, (from, until), now),
        };
        // What is still going on is another with every second: nobody looks at it by themselves.
        if now < period.end {
            return anew();
        }
        let kept = *self.seen.measured.or_anew(anew);
        if (kept.from, kept.until) != (from, until) {
            return anew();
        }
        debug_assert_eq!(kept, anew(), "what was measured was kept for too long");
        kept
    }
}
