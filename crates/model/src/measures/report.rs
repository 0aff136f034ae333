//! The measures of a time, one after the other, each with what it is made of.
//!
//! Source: Deploy SMF, Process 3, Table 6: number of incidents, downtime.

use super::desk::DeskFigures;
use super::downtime::WholeDowntime;
use super::intervals::Intervals;
use super::measure::{Fraction, Measure, Unit};

/// Returns the measures of downtime and availability.
pub fn of_downtime(service: &WholeDowntime) -> Vec<Measure> {
    let n = service.sites.len();
    let time = |set: &Intervals| Fraction::new(set.length_ms(), 1);
    let measure = |name, rule, value, unit| Measure {
        name,
        rule,
        value,
        unit,
        n,
        intervals: Intervals::default(),
    };
    vec![
        measure(
            "User-weighted downtime",
            "user-minutes lost, out of all users",
            service.user_weighted(),
            Unit::Time,
        ),
        measure(
            "Availability",
            "agreed user-minutes without those lost, out of agreed user-minutes",
            service.availability(),
            Unit::Share,
        ),
        measure(
            "User-minutes lost",
            "users affected by outages and partial outages in agreed time, never more than a site has",
            Fraction::new(service.user_ms, 1),
            Unit::UserTime,
        ),
        Measure {
            name: "Any site down",
            rule: "the union of all sites' unplanned downtime",
            value: time(&service.any_site),
            unit: Unit::Time,
            n,
            intervals: service.any_site.clone(),
        },
        Measure {
            name: "All sites down",
            rule: "what all sites' unplanned downtime has in common",
            value: time(&service.all_sites),
            unit: Unit::Time,
            n,
            intervals: service.all_sites.clone(),
        },
        measure(
            "Site mean",
            "unplanned downtime of all sites, out of their number",
            service.site_mean(),
            Unit::Time,
        ),
        measure(
            "Planned downtime",
            "outages within announced work, site after site",
            Fraction::new(service.planned_site_ms, 1),
            Unit::Time,
        ),
    ]
}

/// Returns the measures that the desk's incidents give for so many users.
pub fn of_desk(desk: &DeskFigures, users: i128) -> Vec<Measure> {
    let count = |of: usize| of as i128;
    let measure = |name, rule, value, unit| Measure {
        name,
        rule,
        value,
        unit,
        n: desk.count,
        intervals: Intervals::default(),
    };
    let severe = desk.by_severity.get(&2).copied().unwrap_or_default();
    vec![
        measure(
            "Incidents",
            "opened in the time, neither duplicates nor cancelled",
            Fraction::new(count(desk.count), 1),
            Unit::Count,
        ),
        measure(
            "Severity 2 per 1,000 users",
            "incidents of severity 2, out of a thousandth of all users",
            Fraction::new(count(severe) * 1_000, users),
            Unit::Count,
        ),
        measure(
            "Reopened",
            "incidents that came back after they had been restored, out of all",
            Fraction::new(count(desk.reopened), count(desk.count)),
            Unit::Share,
        ),
    ]
}
