//! Downtime agrees with looking at every single second.

use super::downtime::{Ledger, SiteDowntime};
use super::impact::{Causes, Impact, Maintenance, MeasuredSite, Notice, Question, Reach};
use super::intervals::Interval;
use crate::incident::{Attribution, ImpactLevel};
use proptest::prelude::*;
use std::sync::Arc;

/// The seconds that are looked at.
const SECONDS: i64 = 48;

#[derive(Debug)]
struct World {
    sites: Vec<MeasuredSite>,
    impacts: Vec<Impact>,
    maintenance: Vec<Maintenance>,
    question: Question,
}

fn reach() -> impl Strategy<Value = Reach> {
    prop_oneof![
        Just(Reach::All),
        proptest::collection::btree_set(0_u32..5, 0..4)
            .prop_map(|it| Reach::Some(it.into_iter().collect()))
    ]
}

fn site() -> impl Strategy<Value = MeasuredSite> {
    let in_service = proptest::option::weighted(0.3, 0..SECONDS + 9);
    let hours = proptest::option::weighted(0.2, (0..SECONDS, 0..SECONDS));
    (0_u32..6, 0_u32..3, in_service, hours).prop_map(|(users, computers, in_service, hours)| {
        MeasuredSite {
            name: "site".to_owned(),
            users,
            computers,
            in_service_ms: in_service.map(|it| it * 1000),
            agreed_hours: hours
                .map(|(from, to)| Arc::new(Interval::new(from * 1000, to * 1000).into())),
        }
    })
}

fn impact() -> impl Strategy<Value = Impact> {
    let level = prop_oneof![
        3 => Just(ImpactLevel::Outage),
        2 => Just(ImpactLevel::Partial),
        1 => Just(ImpactLevel::Degraded)
    ];
    let cause = prop_oneof![3 => Just(Attribution::Solution), 1 => Just(Attribution::Environment)];
    let end = proptest::option::weighted(0.8, 0_i64..30);
    let affected = proptest::option::weighted(0.6, 0_u32..7);
    (0..SECONDS, end, reach(), level, affected, cause).prop_map(
        |(start, length, reach, level, affected, cause)| Impact {
            of: "INC".to_owned(),
            start_ms: start * 1000,
            end_ms: length.map(|it| (start + it) * 1000),
            reach,
            level,
            affected,
            cause,
        },
    )
}

fn maintenance() -> impl Strategy<Value = Maintenance> {
    let notice = prop_oneof![3 => Just(Notice::Announced), 1 => Just(Notice::Unannounced)];
    (0..SECONDS, 1_i64..15, reach(), notice).prop_map(|(start, length, reach, notice)| {
        let span = Interval::new(start * 1000, (start + length) * 1000);
        Maintenance { of: "CHG".to_owned(), span: span.unwrap(), reach, notice }
    })
}

fn world() -> impl Strategy<Value = World> {
    let causes = prop_oneof![Just(Causes::attributable()), Just(Causes::All)];
    (
        proptest::collection::vec(site(), 5),
        proptest::collection::vec(impact(), 0..9),
        proptest::collection::vec(maintenance(), 0..4),
        (0_i64..10, 5_i64..SECONDS, 0_i64..SECONDS + 9, causes),
    )
        .prop_map(|(sites, impacts, maintenance, (from, to, as_of, causes))| World {
            sites,
            impacts,
            maintenance,
            question: Question {
                from_ms: from * 1000,
                to_ms: to * 1000,
                as_of_ms: as_of * 1000,
                causes,
            },
        })
}

impl World {
    fn reaches(reach: &Reach, site: u32) -> bool {
        match reach {
            Reach::All => true,
            Reach::Some(sites) => sites.contains(&site),
        }
    }

    /// Returns what happens at a site in the second that begins at `at_ms`: whether it is in
    /// question, within announced work, down, and how many users are affected.
    fn second(&self, position: u32, at_ms: i64) -> (bool, bool, bool, u64) {
        let site = &self.sites[position as usize];
        let question = &self.question;
        let is_asked = question.from_ms <= at_ms
            && at_ms < question.to_ms.min(question.as_of_ms)
            && site.in_service_ms.is_none_or(|it| it <= at_ms)
            && site
                .agreed_hours
                .as_ref()
                .is_none_or(|it| it.iter().any(|it| it.start_ms <= at_ms && at_ms < it.end_ms));
        let is_planned = self.maintenance.iter().any(|it| {
            it.notice == Notice::Announced
                && Self::reaches(&it.reach, position)
                && it.span.start_ms <= at_ms
                && at_ms < it.span.end_ms
        });
        let weight = u64::from(site.weight());
        let (mut is_down, mut affected) = (false, 0);
        for impact in &self.impacts {
            let is_on = impact.start_ms <= at_ms
                && impact.end_ms.is_none_or(|it| at_ms < it)
                && Self::reaches(&impact.reach, position)
                && question.causes.hold(impact.cause);
            if !is_on || impact.level == ImpactLevel::Degraded {
                continue;
            }
            let users = impact.affected.map_or(weight, u64::from);
            is_down |= impact.level == ImpactLevel::Outage && 2 * users >= weight;
            affected += users;
        }
        (is_asked, is_planned, is_down, affected.min(weight))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    // Proves: P3b-O2
    #[test]
    fn downtime_agrees_with_looking_at_every_second(world in world()) {
        let question = &world.question;
        let ledger = Ledger::new(&world.sites, &world.impacts, &world.maintenance, question);
        let service = ledger.downtime();
        let mut expected = vec![SiteDowntime::default(); world.sites.len()];
        let (mut any_ms, mut all_ms) = (0, 0);
        for at_ms in (0..SECONDS + 20).map(|it| it * 1000) {
            let mut down = 0;
            for (position, site) in (0..).zip(expected.iter_mut()) {
                let (is_asked, is_planned, is_down, affected) = world.second(position, at_ms);
                if is_asked && is_planned && is_down {
                    site.planned_ms += 1000;
                }
                if is_asked && !is_planned {
                    site.agreed_ms += 1000;
                    site.unplanned_ms += 1000 * i64::from(is_down);
                    site.user_ms += 1000 * i128::from(affected);
                    down += usize::from(is_down);
                }
            }
            any_ms += 1000 * i64::from(down > 0);
            all_ms += 1000 * i64::from(down == world.sites.len());
        }
        prop_assert_eq!(&service.sites, &expected);
        prop_assert_eq!(service.any_site.length_ms(), any_ms);
        prop_assert_eq!(service.all_sites.length_ms(), all_ms);
        let user_ms: i128 = expected.iter().map(|it| it.user_ms).sum();
        prop_assert_eq!(service.user_ms, user_ms);
        for (position, site) in (0..).zip(&expected) {
            let times = ledger.site_times(position).unwrap();
            prop_assert_eq!(times.unplanned.length_ms(), site.unplanned_ms);
            prop_assert_eq!(times.planned.length_ms(), site.planned_ms);
            prop_assert_eq!(times.agreed.length_ms(), site.agreed_ms);
        }
    }
}

#[test]
fn a_site_without_agreed_time_is_not_available_and_not_unavailable() {
    assert_eq!(SiteDowntime::default().availability().rounded(8), None);
}
