//! Sites that share their weight and their agreed time: what hits all of them is computed once.
//!
//! House rule: the work grows with the tables and never with their product.

use super::{Hit, Ledger, SiteDowntime, WholeDowntime, outage_of};
use crate::measures::intervals::{Interval, Intervals, Summed};

/// How many users are affected meanwhile.
#[derive(Clone, Copy)]
struct Step {
    span: Interval,
    affected: u64,
}

/// What the sites of a group share once they are in service.
struct Shared {
    weight: u32,
    agreed: Summed,
    announced: Summed,
    unplanned: Summed,
    planned: Summed,
    steps: Vec<Step>,
    /// The users times milliseconds lost before each step, and in all.
    lost_until: Vec<i128>,
}

impl Shared {
    fn of(ledger: &Ledger<'_>, position: u32, weight: u32) -> Option<Self> {
        let site = ledger.sites.get(position as usize)?;
        let times = ledger.times(position, site);
        let outage = outage_of(ledger.everywhere.iter().copied(), weight);
        let agreed = Summed::new(times.agreed);
        let steps = steps(&ledger.everywhere, weight);
        let mut sum = 0;
        let lost = steps.iter().map(|it| {
            sum += user_ms(it.span, it.affected.min(weight.into()), &agreed);
            sum
        });
        Some(Self {
            lost_until: std::iter::once(0).chain(lost).collect(),
            unplanned: Summed::new(outage.intersection(agreed.set())),
            planned: Summed::new(outage.intersection(&times.planned)),
            announced: Summed::new(times.planned),
            weight,
            agreed,
            steps,
        })
    }

    /// Returns the users times milliseconds that a site loses from `at_ms` on by what hits all.
    fn lost_from(&self, at_ms: i64) -> i128 {
        let whole = self.steps.partition_point(|it| it.span.end_ms <= at_ms);
        let before = self.lost_until.get(whole).copied().unwrap_or_default();
        let begun = self.steps.get(whole).and_then(|it| {
            let span = Interval::new(it.span.start_ms, at_ms)?;
            Some(user_ms(span, it.affected.min(self.weight.into()), &self.agreed))
        });
        self.lost_until.last().copied().unwrap_or_default() - before - begun.unwrap_or_default()
    }

    /// Returns the users times milliseconds that a site loses by itself, beyond what all lose.
    fn own_user_ms(&self, own: &[Hit]) -> i128 {
        let most = u64::from(self.weight);
        let mut sum = 0;
        for step in steps(own, self.weight) {
            sum += user_ms(step.span, step.affected.min(most), &self.agreed);
            let first = self.steps.partition_point(|it| it.span.end_ms <= step.span.start_ms);
            let met = self.steps.iter().skip(first);
            for other in met.take_while(|it| it.span.start_ms < step.span.end_ms) {
                let Some(both) = other.span.intersection(step.span) else { continue };
                let alone = step.affected.min(most) + other.affected.min(most);
                let twice = alone - (step.affected + other.affected).min(most);
                sum -= user_ms(both, twice, &self.agreed);
            }
        }
        sum
    }
}

/// When all sites looked at so far were down: by what hits the whole group, and by nothing of it.
struct AllDown {
    inside: Intervals,
    outside: Intervals,
}

impl AllDown {
    /// Keeps when a site was down too: from `from_ms` on by what hits all, and by its `own`.
    fn meet(&mut self, from_ms: i64, own: &Intervals) {
        if self.inside.iter().next().is_some_and(|it| it.start_ms < from_ms) {
            let since = Intervals::from(Interval::new(from_ms, i64::MAX));
            self.inside = self.inside.intersection(&since);
        }
        self.outside = self.outside.intersection(own);
    }
}

/// Measures the sites at `positions`, which are alike.
pub(super) fn measure(
    ledger: &Ledger<'_>,
    positions: &[u32],
    whole: &mut WholeDowntime,
    any_site: &mut Collected,
) {
    let site = |position: u32| ledger.sites.get(position as usize);
    let Some((first, weight)) = positions.first().and_then(|it| Some((*it, site(*it)?.weight())))
    else {
        return;
    };
    let Some(shared) = Shared::of(ledger, first, weight) else { return };
    let mut earliest_ms = i64::MAX;
    let mut all = AllDown {
        inside: whole.all_sites.intersection(shared.unplanned.set()),
        outside: whole.all_sites.without(shared.unplanned.set()),
    };
    for position in positions {
        let Some(site) = site(*position) else { continue };
        let from_ms = site.in_service_ms.unwrap_or(i64::MIN);
        earliest_ms = earliest_ms.min(from_ms);
        let since = site.since();
        let in_service = |hit: &Hit| Some(Hit { span: hit.span.intersection(since?)?, ..*hit });
        let own: Vec<Hit> = ledger.own(*position).iter().filter_map(in_service).collect();
        let outage = outage_of(own.iter().copied(), weight);
        let unplanned = outage.intersection(shared.agreed.set()).without(shared.unplanned.set());
        let planned = outage.intersection(shared.announced.set()).without(shared.planned.set());
        any_site.add(&unplanned);
        all.meet(from_ms, &unplanned);
        let one = SiteDowntime {
            unplanned_ms: shared.unplanned.from_ms(from_ms) + unplanned.length_ms(),
            planned_ms: shared.planned.from_ms(from_ms) + planned.length_ms(),
            agreed_ms: shared.agreed.from_ms(from_ms),
            user_ms: shared.lost_from(from_ms) + shared.own_user_ms(&own),
        };
        whole.count(&one, site);
        if let Some(place) = whole.sites.get_mut(*position as usize) {
            *place = one;
        }
    }
    whole.all_sites = all.inside.union(&all.outside);
    let since = Intervals::from(Interval::new(earliest_ms, i64::MAX));
    any_site.add(&shared.unplanned.set().intersection(&since));
}

/// Intervals that are united whenever there are many, so that they never fill the memory.
#[derive(Default)]
pub(super) struct Collected {
    intervals: Vec<Interval>,
    united: usize,
}

impl Collected {
    /// How many may come before they are united: a few megabytes.
    const NEW_MAX: usize = 1 << 18;

    fn add(&mut self, set: &Intervals) {
        self.intervals.extend(set.iter());
        if self.intervals.len() > 2 * self.united + Self::NEW_MAX {
            let united = Intervals::union_of(std::mem::take(&mut self.intervals));
            self.intervals.extend(united.iter());
            self.united = self.intervals.len();
        }
    }

    pub(super) fn united(self) -> Intervals {
        Intervals::union_of(self.intervals)
    }
}

fn user_ms(span: Interval, affected: u64, agreed: &Summed) -> i128 {
    i128::from(affected) * i128::from(agreed.shared_ms(span))
}

/// Returns how many users `hits` affect from one instant to the next, in order.
fn steps(hits: &[Hit], weight: u32) -> Vec<Step> {
    let mut turns: Vec<(i64, i128)> = hits
        .iter()
        .flat_map(|it| {
            let affected = i128::from(it.affected_of(weight));
            [(it.span.start_ms, affected), (it.span.end_ms, -affected)]
        })
        .collect();
    turns.sort_unstable();
    let mut steps: Vec<Step> = vec![];
    let (mut since_ms, mut affected) = (i64::MIN, 0_i128);
    for (at_ms, change) in turns {
        if affected > 0
            && let Some(span) = Interval::new(since_ms, at_ms)
        {
            steps.push(Step { span, affected: u64::try_from(affected).unwrap_or(u64::MAX) });
        }
        (since_ms, affected) = (at_ms, affected + change);
    }
    steps
}
