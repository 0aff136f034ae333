//! The arithmetic of the worked example, row by row, and what holds for every budget.

use super::sample::{Row, sites};
use super::*;
use model::id::{LineId, SiteId};
use model::link::{BandwidthLimits, LinkKind, Uplink};
use proptest::prelude::*;
use std::collections::BTreeMap;

const MB: u64 = 1_000_000;

fn percent(share: u8) -> Percent {
    share.try_into().unwrap()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]
fn whole(number: f64) -> u32 {
    number as u32
}

fn link(row: &Row) -> Link {
    let kind: LinkKind = row.field("link_kind").parse().unwrap();
    Link::new(whole(row.number("link_mbps") * 1000.0), kind)
}

/// The payload of every site: 2,600 MB for the site and 410 MB for each computer.
fn work(row: &Row, cache: SiteCache) -> SiteWork {
    SiteWork {
        payload: Payload {
            site_bytes: 2600 * MB,
            each_computer_bytes: 410 * MB,
            computers: whole(row.number("computers")),
            cache,
        },
        install_s: whole(row.number("install_min")) * 60,
        margin_s: 30 * 60,
    }
}

// Proves: P2-Q6
#[test]
fn the_worked_example_is_reckoned_as_its_people_did() {
    let mut in_window = [0, 0];
    for row in &sites() {
        let (site, link) = (row.field("site"), link(row));
        let window_s = u64::from(whole(row.number("window_elapsed_min"))) * 60;
        for (number, cache, megabytes, minutes, fits_in_window) in [
            (0, SiteCache::Present, "mb_cached", "xfer_min_cached", "fits_cached"),
            (1, SiteCache::Absent, "mb_uncached", "xfer_min_uncached", "fits_uncached"),
        ] {
            let work = work(row, cache);
            let bytes = work.payload.link_bytes();
            assert_eq!(bytes, u64::from(whole(row.number(megabytes))) * MB, "{site} {megabytes}");
            let took = transfer_time_s(bytes, link.kbit_per_s, percent(60)).unwrap();
            let difference_s = took as f64 - row.number(minutes) * 60.0;
            assert!(difference_s.abs() <= 4.0, "{site} {minutes}: {difference_s} s too long");
            let fit = fits(window_s, &link, &work);
            let fitted = matches!(fit, Fit::InWindow { transfer_s, .. } if transfer_s == took);
            assert_eq!(fitted, row.field(fits_in_window) == "True", "{site} {fit:?}");
            in_window[number] += u32::from(fitted);
        }
        let fit = fits(window_s, &link, &work(row, SiteCache::Present));
        let plan = match fit {
            Fit::InWindow { .. } => ("in-window", String::new()),
            Fit::PreStage { transfer_s, .. } => {
                ("pre-stage", format!("{:.1}", transfer_s as f64 / 3600.0))
            }
            Fit::Never { why } => ("never", why.to_string()),
        };
        let expected = (row.field("plan"), row.field("prestage_hours_at_25pct").to_owned());
        assert_eq!(plan, expected, "{site}");
        // What was sent ahead is there: only the installation is left.
        let mut staged = work(row, SiteCache::Present);
        (staged.payload.site_bytes, staged.payload.each_computer_bytes) = (0, 0);
        let fitted = matches!(fits(window_s, &link, &staged), Fit::InWindow { transfer_s: 0, .. });
        assert_eq!(fitted, row.field("fits_prestaged") == "True", "{site}");
    }
    assert_eq!(in_window, [39, 37]);
}

#[test]
fn the_two_slowest_sites_of_the_worked_example() {
    let minutes = |it: Option<u64>| it.unwrap() / 60;
    for (bytes, rate, share, expected) in [
        (3010 * MB, 6_000, 60, 111),
        (8750 * MB, 6_000, 60, 324),
        (3010 * MB, 2_000, 60, 334),
        (3010 * MB, 2_000, 25, 802),
    ] {
        assert_eq!(minutes(transfer_time_s(bytes, rate, percent(share))), expected);
    }
}

#[test]
fn time_is_rounded_up_and_no_rate_takes_for_ever() {
    for (bytes, rate, share, expected) in [
        (0, 0, 0, Some(0)),
        (1, 0, 100, None),
        (1, 1, 60, None),
        (1, 1, 100, Some(1)),
        (125, 1, 100, Some(1)),
        (126, 1, 100, Some(2)),
        (u64::MAX, u32::MAX, 100, Some(34_359_739)),
    ] {
        assert_eq!(transfer_time_s(bytes, rate, percent(share)), expected, "{bytes} at {rate}");
    }
}

#[test]
fn work_that_cannot_be_done_says_why() {
    let payload = |megabytes: u64| Payload {
        site_bytes: megabytes * MB,
        each_computer_bytes: 0,
        computers: 1,
        cache: SiteCache::Present,
    };
    let mut shy = Link::new(2_000, LinkKind::Satellite);
    shy.share_outside_percent = percent(0);
    let slow = Link::new(64, LinkKind::Satellite);
    for (window_min, link, megabytes, expected) in [
        (70, &slow, 0, "installing with its margin needs 71 min and the window has 70 min"),
        (71, &slow, 0, "in window"),
        (
            300,
            &shy,
            3010,
            "the payload does not fit into the window and no share of the link may be used outside",
        ),
        (300, &slow, 3010, "sending the payload ahead takes 419 h, longer than 336 h"),
        (300, &slow, 2000, "sent ahead"),
    ] {
        let work = SiteWork { payload: payload(megabytes), install_s: 41 * 60, margin_s: 30 * 60 };
        let told = match fits(window_min * 60, link, &work) {
            Fit::InWindow { .. } => "in window".to_owned(),
            Fit::PreStage { .. } => "sent ahead".to_owned(),
            Fit::Never { why } => why.to_string(),
        };
        assert_eq!(told, expected);
    }
}

#[test]
fn a_payload_without_computers_is_what_the_site_needs_once() {
    for cache in [SiteCache::Present, SiteCache::Absent] {
        let payload = Payload { site_bytes: 7, each_computer_bytes: 5, computers: 0, cache };
        assert_eq!(payload.link_bytes(), 7);
    }
}

// Proves: P2-Q6
#[test]
fn of_the_eight_fastest_sites_in_the_third_ring_seven_start() {
    let rows: Vec<_> = sites().into_iter().filter(|it| it.field("ring") == "3").collect();
    let mut fastest: Vec<(SiteId, Link)> =
        rows.iter().map(|it| (it.field("site").parse().unwrap(), link(it))).collect();
    fastest.sort_by_key(|(_, link)| std::cmp::Reverse(link.kbit_per_s));
    fastest.truncate(8);
    let limits = BandwidthLimits { source_kbit_per_s: Some(400_000), uplinks: vec![] };
    let mut budget = Budget::new(&limits, []);
    let answers: Vec<_> = fastest
        .iter()
        .map(|(site, link)| Demand::whole_share(site, link, LinkTime::InWindow))
        .map(|demand| (demand.wanted_kbit_per_s, budget.grant(&demand)))
        .collect();
    assert_eq!(answers.iter().map(|(wanted, _)| wanted).sum::<u32>(), 420_000);
    let shortages: Vec<_> = answers.into_iter().filter_map(|(_, it)| it.err()).collect();
    let told: Vec<_> = shortages.iter().map(Shortage::to_string).collect();
    assert_eq!(told, ["the source has 10000 kbit/s free and the transfer wants 30000 kbit/s"]);
}

#[test]
fn a_transfer_is_granted_all_it_wants_or_told_which_line_is_full() {
    let uplink = |id: &str, kbit_per_s| Uplink {
        id: id.parse().unwrap(),
        kbit_per_s,
        share_percent: percent(50),
    };
    let limits = BandwidthLimits {
        source_kbit_per_s: Some(1_000),
        uplinks: vec![uplink("island", 800), uplink("closed", 1)],
    };
    let site = |id: &str| id.parse::<SiteId>().unwrap();
    let held = |id: &str, via: Option<&str>, kbit_per_s| Grant {
        site: site(id),
        uplink: via.map(|it| it.parse().unwrap()),
        kbit_per_s,
    };
    let running = [held("B01", Some("island"), 300), held("B02", None, 500)];
    let (inside, outside) = (LinkTime::InWindow, LinkTime::OutsideWindow);
    for (id, rate, via, when, wanted, expected) in [
        ("B03", 1_000, None, inside, 200, "200"),
        ("B03", 100, None, inside, 200, "60"),
        ("B03", 100, None, outside, 200, "25"),
        ("B03", 1_000, None, inside, 201, "the source has 200"),
        ("B03", 1_000, Some("island"), inside, 100, "100"),
        ("B03", 1_000, Some("island"), inside, 101, "the uplink island has 100"),
        ("B03", 1_000, Some("closed"), inside, 100, "the uplink closed has 0"),
        ("B03", 1_000, Some("unheard-of"), inside, 100, "the uplink unheard-of has 0"),
        ("B03", 1_000, None, inside, 0, "the site's link has 600"),
        ("B03", 1, None, inside, 1, "the site's link has 0"),
        ("B01", 1_000, Some("island"), inside, 50, "50"),
        ("B01", 600, None, inside, 61, "the site's link has 60"),
        // Its window has ended since: what runs holds more than it now may.
        ("B01", 600, None, outside, 1, "the site's link has 0"),
    ] {
        let mut link = Link::new(rate, LinkKind::Fibre);
        link.uplink = via.map(|it| it.parse().unwrap());
        let id = site(id);
        let demand = Demand { site: &id, link: &link, when, wanted_kbit_per_s: wanted };
        let told = match Budget::new(&limits, &running).grant(&demand) {
            Ok(grant) => grant.kbit_per_s.to_string(),
            Err(shortage) => shortage.to_string(),
        };
        let begin = told.split(" kbit/s").next().unwrap();
        assert_eq!(begin, expected, "{wanted} at {id} via {via:?}");
    }
}

/// A wish: the site's number, its link's rate, its uplink's number, the time, the rate.
type Wish = (usize, usize, LinkTime, u32);

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let when = prop_oneof![Just(LinkTime::InWindow), Just(LinkTime::OutsideWindow)];
    prop::collection::vec((0..6_usize, 0..6_usize, when, 0..60_000_u32), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_ever_carries_more_than_its_limit(
        rates in prop::collection::vec(0..200_000_u32, 6),
        uplink_rates in prop::collection::vec(0..100_000_u32, 2),
        source_kbit_per_s in prop::option::of(0..200_000_u32),
        wishes in wishes(),
    ) {
        let name = |number: usize| format!("uplink-{number}").parse::<LineId>().unwrap();
        let uplinks: Vec<_> = uplink_rates
            .iter()
            .enumerate()
            .map(|(it, rate)| Uplink { id: name(it), kbit_per_s: *rate, share_percent: percent(70) })
            .collect();
        let limits = BandwidthLimits { source_kbit_per_s, uplinks };
        // Sites 0 to 3 share two uplinks; site 4 has an unknown one; site 5 has none.
        let links: Vec<_> = rates
            .iter()
            .enumerate()
            .map(|(site, rate)| {
                let mut link = Link::new(*rate, LinkKind::Cable);
                link.uplink = (site < 5).then(|| name(site / 2));
                (format!("B{site}").parse::<SiteId>().unwrap(), link)
            })
            .collect();
        let mut running: Vec<Grant> = Vec::new();
        let mut kept = Budget::new(&limits, []);
        for (number, finished, when, wanted_kbit_per_s) in wishes {
            let (site, link) = &links[number];
            let demand = Demand { site, link, when, wanted_kbit_per_s };
            let answer = Budget::new(&limits, &running).grant(&demand);
            prop_assert_eq!(&kept.grant(&demand), &answer, "rebuilding changes nothing");
            if let Ok(grant) = answer {
                prop_assert!(0 < grant.kbit_per_s && grant.kbit_per_s <= link.usable_kbit_per_s(when));
                running.push(grant);
            }
            let sum = |of: &dyn Fn(&Grant) -> bool| -> u64 {
                running.iter().filter(|it| of(it)).map(|it| u64::from(it.kbit_per_s)).sum()
            };
            for (site, link) in &links {
                let limit = link.usable_kbit_per_s(LinkTime::InWindow);
                prop_assert!(sum(&|it| it.site == *site) <= limit.into());
            }
            for uplink in &limits.uplinks {
                let held = sum(&|it| it.uplink.as_ref() == Some(&uplink.id));
                prop_assert!(held <= uplink.usable_kbit_per_s().into());
            }
            prop_assert!(source_kbit_per_s.is_none_or(|it| sum(&|_| true) <= it.into()));
            // Now and then one ends.
            if finished < running.len() && finished % 3 == 0 {
                running.remove(finished);
                kept = Budget::new(&limits, &running);
            }
        }
    }

    #[test]
    fn more_bytes_never_take_less_time_and_a_larger_share_never_more(
        bytes in 0..u64::MAX / 2, more in 0..u64::MAX / 2, rate in 1..u32::MAX, share in 1..100_u8,
    ) {
        let time = |bytes, share| transfer_time_s(bytes, rate, percent(share)).unwrap_or(u64::MAX);
        prop_assert!(time(bytes, share) <= time(bytes + more, share));
        prop_assert!(time(bytes, share + 1) <= time(bytes, share));
    }
}

#[test]
fn the_sample_has_forty_sites_on_links_from_2_to_500_mbit_per_s() {
    let rates: BTreeMap<_, _> =
        sites().iter().map(|it| (it.field("site").to_owned(), link(it).kbit_per_s)).collect();
    assert_eq!(rates.len(), 40);
    assert_eq!((rates.values().min(), rates.values().max()), (Some(&2_000), Some(&500_000)));
}
