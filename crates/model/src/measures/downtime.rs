//! Downtime and availability: at each site, and of the service.
//!
//! Overlaps are united before they are counted. What all sites share is computed
//! once for each weight and agreed time, and a site's own impact is added to
//! that, so that 100,000 sites and 10,000 impacts are a matter of seconds.
//!
//! Source: Deploy SMF, Process 3, Table 6: downtime.

use super::impact::{Impact, Maintenance, MeasuredSite, Notice, Question, Reach};
use super::intervals::{Interval, Intervals};
use super::measure::Fraction;
use crate::incident::ImpactLevel;
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

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

/// What sites of one weight with the same times share.
struct Shared {
    times: Rc<Times>,
    agreed_ms: i64,
    steps: Rc<Vec<Step>>,
    unplanned: Intervals,
    unplanned_ms: i64,
    planned: Intervals,
    planned_ms: i64,
    user_ms: i128,
    /// Whether the time in which all sites are down lies within `unplanned` already.
    is_met: Cell<bool>,
}

/// How many users are affected meanwhile.
#[derive(Clone, Copy)]
struct Step {
    span: Interval,
    affected: u64,
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
        let outage = outage_of(hits, site.weight());
        let times = self.times(position, site);
        let unplanned = outage.intersection(&times.agreed);
        let planned = outage.intersection(&times.planned);
        Some(SiteTimes { agreed: times.agreed, unplanned, planned })
    }

    /// Returns the downtime of every site and of the service.
    pub fn downtime(&self) -> WholeDowntime {
        let mut known = Known::new(self);
        let mut service = WholeDowntime {
            any_site: Intervals::default(),
            all_sites: self.window.filter(|_| !self.sites.is_empty()).into(),
            user_ms: 0,
            users: 0,
            agreed_user_ms: 0,
            unplanned_site_ms: 0,
            planned_site_ms: 0,
            is_provisional: self.is_provisional,
            sites: Vec::with_capacity(self.sites.len()),
        };
        let mut any_site = Collected::default();
        for (position, site) in (0..).zip(self.sites) {
            let (shared, is_new) = known.shared(position, site);
            if is_new {
                any_site.add(&shared.unplanned);
            }
            let own = self.own(position);
            let outage = outage_of(own, site.weight());
            let unplanned = outage.intersection(&shared.times.agreed).without(&shared.unplanned);
            let planned = outage.intersection(&shared.times.planned).without(&shared.planned);
            any_site.add(&unplanned);
            if !shared.is_met.get() && !service.all_sites.is_empty() {
                let down = shared.unplanned.union(&unplanned);
                service.all_sites = service.all_sites.intersection(&down);
                shared.is_met.set(unplanned.is_empty());
            }
            let one = SiteDowntime {
                unplanned_ms: shared.unplanned_ms + unplanned.length_ms(),
                planned_ms: shared.planned_ms + planned.length_ms(),
                agreed_ms: shared.agreed_ms,
                user_ms: shared.user_ms + own_user_ms(own, &shared, site.weight()),
            };
            service.count(&one, site);
            service.sites.push(one);
        }
        service.any_site = Intervals::union_of(any_site.intervals);
        service
    }

    /// Returns what hit only some sites, this among them.
    fn own(&self, position: u32) -> &[Hit] {
        self.own.get(&position).map_or(&[], Vec::as_slice)
    }

    /// Returns when the site is in question: in the window, in service and in agreed hours; without
    /// announced work and within it.
    fn times(&self, position: u32, site: &MeasuredSite) -> Times {
        let from_ms = site.in_service_ms.unwrap_or(i64::MIN);
        let window = self.window.and_then(|it| Interval::new(it.start_ms.max(from_ms), it.end_ms));
        let mut in_question = Intervals::from(window);
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

/// What has been computed and will be asked for again.
struct Known<'a> {
    ledger: &'a Ledger<'a>,
    /// The times of sites without work or hours of their own, by when they came into service.
    times: HashMap<Option<i64>, Rc<Times>>,
    weights: HashMap<u32, (Rc<Intervals>, Rc<Vec<Step>>)>,
    shared: HashMap<(u32, Option<i64>), Rc<Shared>>,
}

impl<'a> Known<'a> {
    fn new(ledger: &'a Ledger<'a>) -> Self {
        let (times, weights, shared) = Default::default();
        Self { ledger, times, weights, shared }
    }

    /// Returns what a site shares with others, and whether it is the first of them.
    fn shared(&mut self, position: u32, site: &MeasuredSite) -> (Rc<Shared>, bool) {
        let ledger = self.ledger;
        if ledger.planned_own.contains_key(&position) || site.agreed_hours.is_some() {
            let times = Rc::new(ledger.times(position, site));
            return (Rc::new(self.compute(times, site.weight())), true);
        }
        let key = (site.weight(), site.in_service_ms);
        if let Some(known) = self.shared.get(&key) {
            return (known.clone(), false);
        }
        let times = self.times.entry(site.in_service_ms);
        let times = times.or_insert_with(|| Rc::new(ledger.times(position, site))).clone();
        let shared = Rc::new(self.compute(times, site.weight()));
        self.shared.insert(key, shared.clone());
        (shared, true)
    }

    fn compute(&mut self, times: Rc<Times>, weight: u32) -> Shared {
        let everywhere = &self.ledger.everywhere;
        let (outage, steps) = self.weights.entry(weight).or_insert_with(|| {
            (Rc::new(outage_of(everywhere, weight)), Rc::new(steps(everywhere, weight)))
        });
        let lost = |it: &Step| user_ms(it.span, it.affected.min(weight.into()), &times.agreed);
        let unplanned = outage.intersection(&times.agreed);
        let planned = outage.intersection(&times.planned);
        Shared {
            agreed_ms: times.agreed.length_ms(),
            user_ms: steps.iter().map(lost).sum(),
            steps: steps.clone(),
            unplanned_ms: unplanned.length_ms(),
            planned_ms: planned.length_ms(),
            unplanned,
            planned,
            times,
            is_met: Cell::new(false),
        }
    }
}

/// Intervals that are united whenever there are many, so that they never fill the memory.
#[derive(Default)]
struct Collected {
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
}

/// Returns when `hits` were outages of a site that counts `weight`.
fn outage_of<'h>(hits: impl IntoIterator<Item = &'h Hit>, weight: u32) -> Intervals {
    let outages = hits.into_iter().filter(|it| it.is_outage(weight));
    Intervals::union_of(outages.map(|it| it.span).collect())
}

fn user_ms(span: Interval, affected: u64, agreed: &Intervals) -> i128 {
    i128::from(affected) * i128::from(agreed.shared_ms(span))
}

/// Returns the users times milliseconds that a site lost by itself, beyond what all share.
fn own_user_ms(own: &[Hit], shared: &Shared, weight: u32) -> i128 {
    let most = u64::from(weight);
    let mut sum = 0;
    for step in steps(own, weight) {
        sum += user_ms(step.span, step.affected.min(most), &shared.times.agreed);
        let first = shared.steps.partition_point(|it| it.span.end_ms <= step.span.start_ms);
        let met = shared.steps.iter().skip(first);
        for other in met.take_while(|it| it.span.start_ms < step.span.end_ms) {
            let Some(both) = other.span.intersection(step.span) else { continue };
            let alone = step.affected.min(most) + other.affected.min(most);
            let twice = alone - (step.affected + other.affected).min(most);
            sum -= user_ms(both, twice, &shared.times.agreed);
        }
    }
    sum
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
