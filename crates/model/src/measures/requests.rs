//! Support issues: every request about the solution that was opened once its site was in service.
//!
//! What was asked for while a site was being deployed is counted apart. Rates are
//! per 100 users and week: the users of each site, for as long as it was in
//! service in the time in question.
//!
//! Source: Deploy SMF, Table 2: "Number of support issues opened post deployment".

use super::desk::TicketStatus;
use super::impact::{MeasuredSite, Question, Reach};
use super::intervals::Interval;
use super::measure::Fraction;
use super::weeks::{WEEK_MS, Week, week_of};
use crate::incident::{Attribution, RequestKind};
use std::collections::BTreeMap;

/// A request as the desk saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its name.
    pub id: String,
    /// What kind it is.
    pub kind: RequestKind,
    /// When it was opened.
    pub opened_ms: i64,
    /// The sites that it is about; all where it is about the service.
    pub reach: Reach,
    /// What became of it.
    pub status: TicketStatus,
    /// To whom it is put down.
    pub cause: Attribution,
}

/// Support issues in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFigures {
    /// How many.
    pub count: usize,
    /// How many more were opened before their site was in service.
    pub during_deployment: usize,
    /// How many of each kind that there was.
    pub by_kind: BTreeMap<RequestKind, usize>,
    /// How many in each week, and the users times milliseconds in service in it.
    pub by_week: Vec<(Week, usize, i128)>,
    /// How many at each site, in the order of the sites.
    pub by_site: Vec<usize>,
    /// How many about the service, and no site in particular.
    pub of_service: usize,
    /// The users of the sites that were in service.
    pub users: u64,
    /// These users times the milliseconds for which their site was in service.
    pub user_ms: i128,
}

impl RequestFigures {
    /// Returns how many there were per 100 users.
    pub fn per_100_users(&self) -> Fraction {
        Fraction::new(self.count as i128 * 100, self.users)
    }

    /// Returns how many there were per 100 users and week.
    pub fn per_100_users_and_week(&self) -> Fraction {
        per_100_users_and_week(self.count, self.user_ms)
    }
}

/// Returns what `count` is per 100 users and week, out of users times milliseconds.
pub fn per_100_users_and_week(count: usize, user_ms: i128) -> Fraction {
    Fraction::new(count as i128 * 100 * i128::from(WEEK_MS), user_ms)
}

/// Returns the figures of the requests opened in the time in question.
pub fn figures(
    requests: &[Request],
    sites: &[MeasuredSite],
    question: &Question,
    weeks: &[Week],
) -> RequestFigures {
    let window = question.window();
    let mut figures = RequestFigures {
        by_site: vec![0; sites.len()],
        by_week: weeks.iter().map(|it| (*it, 0, 0)).collect(),
        ..RequestFigures::default()
    };
    for site in sites {
        let Some(served) = served(site, window) else { continue };
        let users = i128::from(site.users);
        figures.users += u64::from(site.users);
        figures.user_ms += users * i128::from(served.length_ms());
        for (week, _, user_ms) in &mut figures.by_week {
            let of_week = week.span.intersection(served);
            *user_ms += users * of_week.map_or(0, |it| i128::from(it.length_ms()));
        }
    }
    let first = sites.iter().map(since_ms).min();
    for request in requests.iter().filter(|it| is_asked_for(it, question)) {
        let since = match &request.reach {
            Reach::All => first,
            Reach::Some(at) => {
                at.iter().filter_map(|it| sites.get(*it as usize)).map(since_ms).min()
            }
        };
        match since {
            None => {}
            Some(since) if request.opened_ms < since => figures.during_deployment += 1,
            Some(_) => figures.count(request, sites, week_of(weeks, request.opened_ms)),
        }
    }
    figures
}

impl RequestFigures {
    fn count(&mut self, request: &Request, sites: &[MeasuredSite], week: Option<usize>) {
        self.count += 1;
        *self.by_kind.entry(request.kind).or_default() += 1;
        if let Some((_, count, _)) = week.and_then(|it| self.by_week.get_mut(it)) {
            *count += 1;
        }
        match &request.reach {
            Reach::All => self.of_service += 1,
            Reach::Some(at) => {
                for position in at {
                    let position = *position as usize;
                    let served = sites.get(position).map(since_ms);
                    if served.is_some_and(|it| it <= request.opened_ms)
                        && let Some(count) = self.by_site.get_mut(position)
                    {
                        *count += 1;
                    }
                }
            }
        }
    }
}

fn since_ms(site: &MeasuredSite) -> i64 {
    site.in_service_ms.unwrap_or(i64::MIN)
}

/// Returns when in `window` the site was in service.
fn served(site: &MeasuredSite, window: Option<Interval>) -> Option<Interval> {
    window.and_then(|it| Interval::new(it.start_ms.max(since_ms(site)), it.end_ms))
}

/// A request that has nothing to do with the solution is none of it, whatever causes are asked for.
fn is_asked_for(request: &Request, question: &Question) -> bool {
    let is_opened_then = question
        .window()
        .is_some_and(|it| it.start_ms <= request.opened_ms && request.opened_ms < it.end_ms);
    is_opened_then
        && request.status != TicketStatus::NotCounted
        && request.cause != Attribution::Unrelated
}
