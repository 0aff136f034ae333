//! Rings: groups of sites deployed one after another, and the rules under which each goes on.
//!
//! House rule: halt when `failed > floor(planned x p / 100)`. An omitted
//! threshold has a safe default and never means 100 %.

use crate::command::Resumable;
use crate::id::RingId;
use crate::state::State;
use crate::window::MaintenanceWindow;
use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// A group of sites deployed together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    /// Its name.
    pub id: RingId,
    /// What kind of ring it is; decides its defaults.
    pub kind: RingKind,
    /// When its sites may be changed, in each site's own zone.
    pub windows: Vec<MaintenanceWindow>,
    /// How quickly sites are begun.
    pub concurrency: Concurrency,
    /// The most sites deploying at once.
    pub sites_at_once: u32,
    /// How long the ring must stay healthy before the next one may begin, in seconds.
    pub soak_s: u32,
    /// When the ring halts, and when it has succeeded.
    pub halting: Halting,
}

/// Where a ring stands in a rollout.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RingKind {
    /// The first, smallest one: tolerates no failure, soaks 24 h.
    Pilot,
    /// Friendly sites: 2 %, soaks 48 h.
    Early,
    /// The rest: 5 %, soaks 24 h.
    Broad,
}

/// How quickly sites of a ring are begun.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Concurrency {
    /// 1, 2, 4 … up to the limit, beginning anew with each ring.
    #[default]
    Ramp,
    /// Never more at once than could fail without exceeding the tolerance by more than one.
    Strict,
    /// The limit at once.
    Free,
}

/// When a ring halts, and when it has succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halting {
    /// Failed sites tolerated, in percent of those planned.
    pub failed_percent: u8,
    /// Lost sites (unreachable or past a deadline) tolerated, in percent of those planned.
    pub lost_percent: u8,
    /// Severity 1 incidents tolerated.
    pub severity_1: u32,
    /// Severity 2 incidents and refused sign-offs tolerated.
    pub severity_2: u32,
    /// Sites that must be verified before the next ring, in percent of those planned.
    pub success_percent_min: u8,
    /// What becomes of the sites that are deploying when the ring halts.
    pub running: RunningSites,
}

/// What becomes of the sites that are deploying when their ring halts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RunningSites {
    /// They finish.
    #[default]
    Finish,
    /// They stop at the next step boundary.
    Stop,
}

/// Below this many planned sites, a tolerance in percent counts as none.
pub const PLANNED_FOR_PERCENT_MIN: usize = 20;

/// Returns how many of `planned` may be bad under a tolerance of `percent`.
pub fn tolerated(planned: usize, percent: u8) -> usize {
    if planned < PLANNED_FOR_PERCENT_MIN { 0 } else { planned * usize::from(percent) / 100 }
}

impl RingKind {
    /// Returns the halting rule of a ring that names none.
    pub fn halting(self) -> Halting {
        let failed_percent = match self {
            Self::Pilot => 0,
            Self::Early => 2,
            Self::Broad => 5,
        };
        Halting {
            failed_percent,
            lost_percent: 5,
            severity_1: 0,
            severity_2: 1,
            success_percent_min: 95,
            running: RunningSites::Finish,
        }
    }

    /// Returns the soak of a ring that names none, in seconds.
    pub fn soak_s(self) -> u32 {
        match self {
            Self::Pilot | Self::Broad => 24 * 3600,
            Self::Early => 48 * 3600,
        }
    }
}

impl Ring {
    /// Returns how many sites may deploy at once when `finished` of its `planned` sites have
    /// ended well, `failed` have failed and `lost` are lost.
    pub fn sites_at_once_now(
        &self,
        planned: usize,
        finished: usize,
        (failed, lost): (usize, usize),
    ) -> usize {
        let limit = self.sites_at_once as usize;
        match self.concurrency {
            Concurrency::Free => limit,
            Concurrency::Ramp => limit.min(ramp(finished)),
            // Whatever becomes of those that deploy: neither budget is exceeded by more than one.
            Concurrency::Strict => {
                let left = |percent, bad| (tolerated(planned, percent) + 1).saturating_sub(bad);
                let left_to_fail = left(self.halting.failed_percent, failed);
                limit.min(left_to_fail).min(left(self.halting.lost_percent, lost))
            }
        }
    }

    /// Returns the most sites that can fail before the ring stops: the bound that the plan prints.
    pub fn blast_radius(&self, planned: usize) -> usize {
        let tolerated = tolerated(planned, self.halting.failed_percent);
        let at_once = match self.concurrency {
            Concurrency::Strict => 1,
            Concurrency::Free => self.sites_at_once as usize,
            Concurrency::Ramp => (self.sites_at_once as usize).min(ramp(planned.saturating_sub(1))),
        };
        planned.min(tolerated + at_once.max(1))
    }
}

/// Returns the width of the ramp after `finished` sites: 1, then 2 after the
/// first, 4 after three, 8 after seven: each width is earned by a full batch of the one before.
fn ramp(finished: usize) -> usize {
    let mut width: usize = 1;
    let mut earned = 0;
    while earned + width <= finished && width < 1 << 20 {
        earned += width;
        width *= 2;
    }
    width
}

/// Returns every choice of sites with which a halted ring can go on: the widest first.
pub fn choices() -> impl Iterator<Item = Vec<Resumable>> {
    let all = Resumable::VARIANTS;
    (0..1_u32 << all.len()).rev().map(move |chosen| {
        let is_in = |(place, _): &(usize, &Resumable)| chosen & (1 << place) != 0;
        all.iter().enumerate().filter(is_in).map(|(_, it)| *it).collect()
    })
}

/// Returns which sites of a ring are meant by `only`, in words; nothing where all are.
pub fn of_which(only: &[Resumable]) -> Option<String> {
    let chosen = Resumable::VARIANTS.iter().filter(|it| only.contains(it));
    let names: Vec<String> = chosen.map(ToString::to_string).collect();
    match names.as_slice() {
        all if all.len() == Resumable::VARIANTS.len() => None,
        [] => Some("none of the sites".to_owned()),
        some => Some(format!("the {} sites", some.join(" and "))),
    }
}

/// Returns with which sites somebody has agreed that the halted `ring` goes on: whoever agrees after them
/// agrees to the same.
pub fn agreed(state: &State, ring: &RingId) -> Option<Vec<Resumable>> {
    choices().find(|only| state.concurrences.contains_key(&resume_act(ring, only)))
}

/// Returns the act that letting `ring` go on is, with the sites `only`: people agree to the same one.
pub fn resume_act(ring: &RingId, only: &[Resumable]) -> String {
    match of_which(only) {
        Some(sites) => format!("resume {sites} of ring/{ring}"),
        None => format!("resume ring/{ring}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(concurrency: Concurrency, failed_percent: u8, sites_at_once: u32) -> Ring {
        Ring {
            id: "broad".parse().unwrap(),
            kind: RingKind::Broad,
            windows: vec![],
            concurrency,
            sites_at_once,
            soak_s: 0,
            halting: Halting { failed_percent, ..RingKind::Broad.halting() },
        }
    }

    #[test]
    fn percentages_round_down_and_do_not_count_for_few() {
        for (planned, percent, expected) in
            [(1, 50, 0), (19, 50, 0), (20, 5, 1), (39, 5, 1), (40, 5, 2), (100, 10, 10), (50, 0, 0)]
        {
            assert_eq!(tolerated(planned, percent), expected, "{percent} % of {planned}");
        }
    }

    #[test]
    fn the_ramp_doubles_with_each_batch_that_went_well() {
        let ring = ring(Concurrency::Ramp, 5, 10);
        for (finished, at_once) in
            [(0, 1), (1, 2), (2, 2), (3, 4), (6, 4), (7, 8), (15, 10), (99, 10)]
        {
            assert_eq!(ring.sites_at_once_now(100, finished, (0, 0)), at_once, "after {finished}");
        }
    }

    #[test]
    fn strict_never_lets_more_fail_than_the_tolerance_and_one() {
        let ring = ring(Concurrency::Strict, 5, 10);
        for (bad, at_once) in [(0, 6), (1, 5), (5, 1), (6, 0), (7, 0)] {
            assert_eq!(ring.sites_at_once_now(100, 0, (bad, 0)), at_once, "{bad} failed");
        }
        // What is lost counts against the budget for that: one of two does not stop the ring.
        let halting = Halting { failed_percent: 0, lost_percent: 5, ..ring.halting };
        let careful = Ring { halting, ..ring.clone() };
        for ((failed, lost), at_once) in [((0, 0), 1), ((0, 1), 1), ((0, 3), 0), ((1, 0), 0)] {
            let now = careful.sites_at_once_now(40, 0, (failed, lost));
            assert_eq!(now, at_once, "{failed} failed, {lost} lost");
        }
        assert_eq!(ring.blast_radius(100), 6);
    }
}
