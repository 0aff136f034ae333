//! Downtime and availability: at each site, and of the service.
//!
//! Overlaps are united before they are counted. What hits all sites is computed
//! once for each weight and agreed time, with its sums, so that a site asks for
//! its share from the instant on at which it came into service, and adds what
//! hit itself. So the work grows with the tables and not with their product.
//!
//! Source: Deploy SMF, Process 3, Table 6: downtime.

mod group;

use super::impact::{Impact, Maintenance, MeasuredSite, Notice, Question, Reach};
use super::intervals::{Interval, Intervals};
use super::measure::Fraction;
use crate::incident::ImpactLevel;
use std::collections::HashMap;
use std::sync::Arc;

/// Everything that downtime is computed from, in order.
pub struct Ledger<'a> {
    sites: &'a [MeasuredSite],
    /// What counts of the impact: no slowness, no cause that is not asked for.
    everywhere: Vec<Hit>,
    /// The same for single sites, by their position.
    own: HashMap<u32, Vec<Hit>>,
    planned_everywhere: Intervals,
    planned_own: HashMap<u32, Vec<Interval>>,
    window: Option<Interval>,
    is_provisional: bool,
}

/// A stretch of impact within the window.
#[derive(Clone, Copy)]
struct Hit {
    span: Interval,
    level: ImpactLevel,
    affected: Option<u32>,
}

impl Hit {
    /// Returns whether it alone is an outage of a site that counts `weight`: half of it or more.
    fn is_outage(self, weight: u32) -> bool {
        let reaches_half = self.affected.is_none_or(|it| 2 * u64::from(it) >= u64::from(weight));
        self.level == ImpactLevel::Outage && reaches_half
    }

    fn affected_of(self, weight: u32) -> u64 {
        self.affected.map_or(weight, |it| it.min(weight)).into()
    }
}

/// What a site had of the time in question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteDowntime {
    /// How long it was down though the service was agreed, in milliseconds.
    pub unplanned_ms: i64,
    /// How long it was down within announced work, in milliseconds.
    pub planned_ms: i64,
    /// How long the service was agreed to be there, in milliseconds.
    pub agreed_ms: i64,
    /// The users who were without it, times milliseconds; never more than all users at once.
    pub user_ms: i128,
}

impl SiteDowntime {
    /// Returns the share of the agreed time in which the site was up.
    pub fn availability(&self) -> Fraction {
        Fraction::new(self.agreed_ms - self.unplanned_ms, self.agreed_ms)
    }
}

/// What the service had of the time in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeDowntime {
    /// When any site was down.
    pub any_site: Intervals,
    /// When all sites were down at once.
    pub all_sites: Intervals,
    /// The users without the service, times milliseconds.
    pub user_ms: i128,
    /// The users of all sites.
    pub users: i128,
    /// The agreed time of each site times its users, in milliseconds.
    pub agreed_user_ms: i128,
    /// The unplanned downtime of all sites, one after the other, in milliseconds.
    pub unplanned_site_ms: i128,
    /// The planned downtime of all sites, one after the other, in milliseconds.
    pub planned_site_ms: i128,
    /// Whether something that counts was still going on when this was looked at.
    pub is_provisional: bool,
    /// Each site, in the order of the sites.
    pub sites: Vec<SiteDowntime>,
}

impl WholeDowntime {
    /// Returns how long an average user was without the service, in milliseconds.
    pub fn user_weighted(&self) -> Fraction {
        Fraction::new(self.user_ms, self.users)
    }

    /// Returns how long an average site was down, in milliseconds.
    pub fn site_mean(&self) -> Fraction {
        Fraction::new(self.unplanned_site_ms, self.sites.len() as i128)
    }

    /// Returns the share of the agreed time, user by user, in which the service was there.
    pub fn availability(&self) -> Fraction {
        Fraction::new(self.agreed_user_ms - self.user_ms, self.agreed_user_ms)
    }
}

/// The times of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteTimes {
    /// When the service was agreed to be there.
    pub agreed: Intervals,
    /// When it was not, though agreed.
    pub unplanned: Intervals,
    /// When it was not, within announced work.
    pub planned: Intervals,
}

/// When a site is in question: while the service is agreed, and while work was announced.
#[derive(Default)]
struct Times {
    agreed: Intervals,
    planned: Intervals,
}

impl<'a> Ledger<'a> {
    /// Returns the ledger of `sites` for what is asked.
    pub fn new(
        sites: &'a [MeasuredSite],
        impacts: &[Impact],
        maintenance: &[Maintenance],
        question: &Question,
    ) -> Self {
        let window = question.window();
        let mut ledger = Self {
            sites,
            everywhere: vec![],
            own: HashMap::new(),
            planned_everywhere: Intervals::default(),
            planned_own: HashMap::new(),
            window,
            is_provisional: false,
        };
        for impact in impacts.iter().filter(|it| question.causes.hold(it.cause)) {
            ledger.enter(impact, question);
        }
        let announced = maintenance.iter().filter(|it| it.notice == Notice::Announced);
        let mut everywhere = vec![];
        for work in announced {
            let Some(span) = window.and_then(|it| it.intersection(work.span)) else { continue };
            match &work.reach {
                Reach::All => everywhere.push(span),
                Reach::Some(sites) => {
                    sites
                        .iter()
                        .for_each(|it| ledger.planned_own.entry(*it).or_default().push(span));
                }
            }
        }
        ledger.planned_everywhere = Intervals::union_of(everywhere);
        ledger
    }

    fn enter(&mut self, impact: &Impact, question: &Question) {
        let end_ms = impact.end_ms.filter(|it| *it <= question.as_of_ms);
        let whole = Interval::new(impact.start_ms, end_ms.unwrap_or(question.as_of_ms));
        let Some(span) = self.window.zip(whole).and_then(|(it, whole)| it.intersection(whole))
        else {
            return;
        };
        self.is_provisional |= end_ms.is_none();
        let hit = Hit { span, level: impact.level, affected: impact.affected };
        match (&impact.reach, impact.level) {
            (_, ImpactLevel::Degraded) => {}
            (Reach::All, ImpactLevel::Outage | ImpactLevel::Partial) => self.everywhere.push(hit),
            (Reach::Some(sites), ImpactLevel::Outage | ImpactLevel::Partial) => {
                sites.iter().for_each(|it| self.own.entry(*it).or_default().push(hit));
            }
        }
    }

    /// Returns the times of the site at `position`.
    pub fn site_times(&self, position: u32) -> Option<SiteTimes> {
        let site = self.sites.get(usize::try_from(position).ok()?)?;
        let hits = self.everywhere.iter().chain(self.own(position));
        let outage = outage_of(hits.copied(), site.weight());
        let since = Intervals::from(site.since());
        let Times { agreed, planned } = self.times(position, site);
        let (agreed, planned) = (agreed.intersection(&since), planned.intersection(&since));
        let unplanned = outage.intersection(&agreed);
        let planned = outage.intersection(&planned);
        Some(SiteTimes { agreed, unplanned, planned })
    }

    /// Returns the downtime of every site and of the service.
    pub fn downtime(&self) -> WholeDowntime {
        let mut whole = WholeDowntime {
            any_site: Intervals::default(),
            all_sites: self.window.filter(|_| !self.sites.is_empty()).into(),
            user_ms: 0,
            users: 0,
            agreed_user_ms: 0,
            unplanned_site_ms: 0,
            planned_site_ms: 0,
            is_provisional: self.is_provisional,
            sites: vec![SiteDowntime::default(); self.sites.len()],
        };
        let mut any_site = group::Collected::default();
        let order = self.in_groups();
        for positions in order.chunk_by(|one, other| self.are_alike(*one, *other)) {
            group::measure(self, positions, &mut whole, &mut any_site);
        }
        whole.any_site = any_site.united();
        whole
    }

    /// Returns the positions of all sites, those next to one another that share their times and
    /// weights.
    fn in_groups(&self) -> Vec<u32> {
        let mut order: Vec<(usize, u32, u32)> = (0..)
            .zip(self.sites)
            .map(|(position, it)| {
                let hours = it.agreed_hours.as_ref().map_or(0, |it| Arc::as_ptr(it).addr());
                (hours, it.weight(), position)
            })
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(_, _, position)| position).collect()
    }

    /// Returns whether two sites differ only in what hit them and since when they are in service.
    fn are_alike(&self, one: u32, other: u32) -> bool {
        let site = |position: u32| self.sites.get(position as usize);
        let has_own = |position: u32| self.planned_own.contains_key(&position);
        let hours = |it: &MeasuredSite| it.agreed_hours.as_ref().map(Arc::as_ptr);
        !has_own(one)
            && !has_own(other)
            && site(one).zip(site(other)).is_some_and(|(one, other)| {
                one.weight() == other.weight() && hours(one) == hours(other)
            })
    }

    /// Returns when the service was agreed to be at the site at `position`.
    pub fn agreed(&self, position: u32) -> Intervals {
        let site = usize::try_from(position).ok().and_then(|it| self.sites.get(it));
        let of = |site: &MeasuredSite| {
            self.times(position, site).agreed.intersection(&site.since().into())
        };
        site.map(of).unwrap_or_default()
    }

    /// Returns what hit only some sites, this among them.
    fn own(&self, position: u32) -> &[Hit] {
        self.own.get(&position).map_or(&[], Vec::as_slice)
    }

    /// Returns when the site is in question once it is in service: in the window and in agreed
    /// hours; without announced work and within it.
    fn times(&self, position: u32, site: &MeasuredSite) -> Times {
        let mut in_question = Intervals::from(self.window);
        if let Some(hours) = &site.agreed_hours {
            in_question = in_question.intersection(hours);
        }
        let announced = match self.planned_own.get(&position) {
            None => &self.planned_everywhere,
            Some(own) => &self.planned_everywhere.union(&Intervals::union_of(own.clone())),
        };
        Times {
            agreed: in_question.without(announced),
            planned: in_question.intersection(announced),
        }
    }
}

impl MeasuredSite {
    /// Returns from when on the site is in service.
    fn since(&self) -> Option<Interval> {
        Interval::new(self.in_service_ms.unwrap_or(i64::MIN), i64::MAX)
    }
}

impl WholeDowntime {
    fn count(&mut self, one: &SiteDowntime, site: &MeasuredSite) {
        let weight = i128::from(site.weight());
        self.user_ms += one.user_ms;
        self.users += weight;
        self.agreed_user_ms += weight * i128::from(one.agreed_ms);
        self.unplanned_site_ms += i128::from(one.unplanned_ms);
        self.planned_site_ms += i128::from(one.planned_ms);
    }
}

/// Returns when `hits` were outages of a site that counts `weight`.
fn outage_of(hits: impl IntoIterator<Item = Hit>, weight: u32) -> Intervals {
    let outages = hits.into_iter().filter(|it| it.is_outage(weight));
    Intervals::union_of(outages.map(|it| it.span).collect())
}
