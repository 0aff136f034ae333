//! Tables of every kind, measured again by looking at each single second of each site.
//!
//! What is asked here knows nothing of intervals, unions or sums: it reads the rows as they were
//! drawn, and counts.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as it says"
)]

use jiff::Timestamp;
use model::incident::Attribution;
use model::measures::figures::Figures;
use model::measures::impact::{Causes, Question};
use model::measures::printed::Printed;
use planfile::{MeasuredTable, MeasuredTables, MoreTables, measured};
use proptest::prelude::*;
use serde_json::Value;

/// The instant of the first second: the hour before the clocks go forward in Chicago.
const FIRST: &str = "2027-03-14T07:59:30Z";
/// How many seconds the rows may lie in; the time in question is a part of it.
const SECONDS: i64 = 90;
const SITES: usize = 4;

#[derive(Clone, Debug)]
struct Site {
    users: u32,
    computers: u32,
    in_service: Option<i64>,
    hours: Option<(i64, i64)>,
}

#[derive(Clone, Debug)]
struct Stretch {
    start: i64,
    end: Option<i64>,
    /// Nothing means all of them.
    sites: Option<Vec<usize>>,
    level: &'static str,
    affected: Option<u32>,
    cause: &'static str,
    /// How this row is written.
    style: usize,
}

#[derive(Clone, Debug)]
struct World {
    sites: Vec<Site>,
    segments: Vec<Stretch>,
    /// With whether it was announced, as its level.
    planned: Vec<Stretch>,
    known: Vec<Stretch>,
    from: i64,
    to: i64,
    as_of: i64,
    all_causes: bool,
    has_bom: bool,
    ends: &'static str,
}

fn site() -> impl Strategy<Value = Site> {
    let in_service = proptest::option::weighted(0.5, -9..SECONDS + 9);
    let hours = proptest::option::weighted(0.3, (0..SECONDS, 1..SECONDS));
    (0_u32..7, 0_u32..3, in_service, hours).prop_map(|(users, computers, in_service, hours)| Site {
        users,
        computers,
        in_service,
        hours,
    })
}

fn stretch(levels: &'static [&'static str], open: f64) -> impl Strategy<Value = Stretch> {
    let sites = proptest::option::weighted(0.7, proptest::collection::vec(0..SITES, 1..5));
    let causes = ["solution", "environment", "user-error", "unrelated", "undetermined", ""];
    (
        -20..SECONDS,
        proptest::option::weighted(1.0 - open, 0_i64..60),
        sites,
        proptest::sample::select(levels),
        proptest::option::weighted(0.6, 0_u32..9),
        proptest::sample::select(causes.to_vec()),
        0_usize..4,
    )
        .prop_map(|(start, length, sites, level, affected, cause, style)| Stretch {
            start,
            end: length.map(|it| start + it),
            sites,
            level,
            affected,
            cause,
            style,
        })
}

/// Returns a stretch of which the end is said.
fn ended(it: Stretch) -> Stretch {
    Stretch { end: it.end.or(Some(it.start + 7)), ..it }
}

fn world() -> impl Strategy<Value = World> {
    let segments = stretch(&["outage", "partial", "degraded"], 0.2);
    let times = (-5..SECONDS, -5..SECONDS + 20, -5..SECONDS + 20);
    let written = (any::<bool>(), any::<bool>(), proptest::sample::select(vec!["\n", "\r\n"]));
    (
        proptest::collection::vec(site(), SITES),
        proptest::collection::vec(segments, 0..10),
        proptest::collection::vec(stretch(&["true", "false", ""], 0.2).prop_map(ended), 0..4),
        proptest::collection::vec(stretch(&[""], 0.2).prop_map(ended), 0..4),
        times,
        written,
    )
        .prop_map(|(sites, segments, planned, known, (from, to, as_of), written)| World {
            sites,
            segments,
            planned,
            known,
            from: from.min(to),
            to: from.max(to),
            as_of,
            all_causes: written.0,
            has_bom: written.1,
            ends: written.2,
        })
}

fn first() -> Timestamp {
    FIRST.parse().unwrap()
}

/// Returns an instant, written in one of the ways in which programs write it.
fn at(second: i64, style: usize) -> String {
    let at = first() + jiff::SignedDuration::from_secs(second);
    let in_zone = |name: &str| at.to_zoned(jiff::tz::TimeZone::get(name).unwrap());
    match style {
        0 => at.to_string(),
        1 => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        // The hour that the clocks skip lies between two rows.
        2 => in_zone("America/Chicago").strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        _ => in_zone("Asia/Kolkata").strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    }
}

impl World {
    fn table(&self, name: &str, rows: &[String]) -> MeasuredTable {
        let bom = if self.has_bom { "\u{feff}" } else { "" };
        let text = format!("{bom}{}{}", rows.join(self.ends), self.ends);
        MeasuredTable { name: name.to_owned(), bytes: text.into_bytes() }
    }

    fn names(it: &Stretch) -> String {
        match &it.sites {
            None => "*".to_owned(),
            Some(sites) => {
                let names: Vec<String> = sites.iter().map(|it| format!("S{it}")).collect();
                match it.style {
                    0 => names.join(" "),
                    1 => names.join("; "),
                    _ => format!("\"{}\"", names.join(", ")),
                }
            }
        }
    }

    fn tables(&self) -> MeasuredTables {
        let optional =
            |it: Option<i64>, style: usize| it.map_or_else(String::new, |it| at(it, style));
        let number = |it: Option<u32>| it.map_or_else(String::new, |it| it.to_string());
        let mut sites = vec!["site,notes,users,in_service_utc,computers".to_owned()];
        let mut hours = vec!["sites,end_utc,start_utc".to_owned()];
        for (position, it) in self.sites.iter().enumerate() {
            let (users, computers) = (it.users, it.computers);
            let since = optional(it.in_service, position);
            sites.push(format!("S{position},\"a, \"\"b\"\"\",{users},{since},{computers}"));
            if let Some((start, length)) = it.hours {
                hours.push(format!("S{position},{},{}", at(start + length, 0), at(start, 1)));
            }
        }
        let mut segments =
            vec!["affected_users,incident,start_utc,end_utc,sites,level,attribution".to_owned()];
        for it in &self.segments {
            segments.push(format!(
                "{},I,{},{},{},{},{}",
                number(it.affected),
                at(it.start, it.style),
                optional(it.end, it.style),
                Self::names(it),
                it.level,
                it.cause
            ));
        }
        let mut planned = vec!["id,start_utc,end_utc,sites,announced".to_owned()];
        let mut known = vec!["start_utc,end_utc,sites".to_owned()];
        for it in &self.planned {
            let (start, end) = (at(it.start, it.style), optional(it.end, it.style));
            planned.push(format!("C,{start},{end},{},{}", Self::names(it), it.level));
        }
        for it in &self.known {
            let (start, end) = (at(it.start, it.style), optional(it.end, it.style));
            known.push(format!("{start},{end},{}", Self::names(it)));
        }
        MeasuredTables {
            sites: self.table("sites.csv", &sites),
            segments: self.table("segments.csv", &segments),
            planned: Some(self.table("planned.csv", &planned)),
            tickets: None,
            more: MoreTables {
                hours: Some(self.table("hours.csv", &hours)),
                known: Some(self.table("known.csv", &known)),
                ..MoreTables::default()
            },
        }
    }

    fn is_on(it: &Stretch, site: usize, second: i64) -> bool {
        it.start <= second
            && it.end.is_none_or(|end| second < end)
            && it.sites.as_ref().is_none_or(|sites| sites.contains(&site))
    }

    /// Returns what a second of a site counts for: whether it is agreed, planned, down, known, and
    /// how many users it costs.
    fn second(&self, site: usize, second: i64) -> (bool, bool, bool, bool, u64) {
        let of = &self.sites[site];
        let is_asked = self.from <= second
            && second < self.to.min(self.as_of)
            && of.in_service.is_none_or(|it| it <= second)
            && of.hours.is_none_or(|(start, length)| start <= second && second < start + length);
        let is_planned =
            self.planned.iter().any(|it| it.level == "true" && Self::is_on(it, site, second));
        let is_known = self.known.iter().any(|it| Self::is_on(it, site, second));
        let weight = if of.users == 0 { of.computers } else { of.users };
        let (mut is_down, mut affected) = (false, 0_u64);
        for it in self.segments.iter().filter(|it| Self::is_on(it, site, second)) {
            let counts = self.all_causes || matches!(it.cause, "solution" | "undetermined" | "");
            if !counts || it.level == "degraded" {
                continue;
            }
            let users = it.affected.unwrap_or(weight);
            is_down |= it.level == "outage" && 2 * u64::from(users) >= u64::from(weight);
            affected += u64::from(users);
        }
        (
            is_asked && !is_planned,
            is_asked && is_planned,
            is_down,
            is_known,
            affected.min(weight.into()),
        )
    }
}

fn minutes(seconds: u64) -> f64 {
    format!("{:.4}", seconds as f64 / 60.0).parse().unwrap()
}

fn share(of: u64, all: u64) -> Value {
    if all == 0 {
        return Value::Null;
    }
    format!("{:.8}", of as f64 / all as f64).parse::<f64>().unwrap().into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    // Proves: P3b-O2, P3b-A1
    #[test]
    fn tables_of_every_kind_agree_with_looking_at_every_second(world in world()) {
        let read = measured(world.tables()).unwrap();
        let ms = |second: i64| first().as_millisecond() + second * 1000;
        let attributable = [Attribution::Solution, Attribution::Undetermined];
        let question = Question {
            from_ms: ms(world.from),
            to_ms: ms(world.to),
            as_of_ms: ms(world.as_of),
            causes: if world.all_causes { Causes::All } else { Causes::Only(attributable.into()) },
        };
        let figures = Figures::of(&read, &question, &jiff::tz::TimeZone::UTC);
        let printed = serde_json::to_value(Printed::new(&figures)).unwrap();
        let mut of_sites = [[0_u64; 4]; SITES];
        let (mut any, mut all, mut lost, mut agreed_users, mut weights) = (0, 0, 0, 0, 0);
        let (mut known, mut agreed_all) = (0, 0);
        for second in -30..SECONDS + 30 {
            let mut down = 0;
            for (site, counts) in of_sites.iter_mut().enumerate() {
                let (is_agreed, is_planned, is_down, is_known, users) = world.second(site, second);
                counts[0] += u64::from(is_agreed && is_down);
                counts[1] += u64::from(is_planned && is_down);
                counts[2] += u64::from(is_agreed);
                counts[3] += if is_agreed { users } else { 0 };
                down += usize::from(is_agreed && is_down);
                known += u64::from(is_agreed && is_known);
            }
            any += u64::from(down > 0);
            all += u64::from(down == SITES);
        }
        for (site, [unplanned, planned, agreed, users]) in of_sites.iter().enumerate() {
            let of = &printed["sites"][format!("S{site}")];
            prop_assert_eq!(&of["unplanned_min"], minutes(*unplanned));
            prop_assert_eq!(&of["planned_min"], minutes(*planned));
            prop_assert_eq!(&of["agreed_service_min"], minutes(*agreed));
            prop_assert_eq!(&of["user_min"], minutes(*users));
            prop_assert_eq!(&of["availability"], &share(agreed - unplanned, *agreed));
            let Site { users: of_site, computers, .. } = world.sites[site];
            let weight = u64::from(if of_site == 0 { computers } else { of_site });
            lost += users;
            weights += weight;
            agreed_users += weight * agreed;
            agreed_all += agreed;
        }
        let summary = &printed["summary"];
        prop_assert_eq!(&summary["any_site_min"], minutes(any));
        prop_assert_eq!(&summary["all_sites_min"], minutes(all));
        prop_assert_eq!(&summary["user_minutes_lost"], minutes(lost));
        prop_assert_eq!(&summary["availability_user_weighted"], &share(agreed_users - lost, agreed_users));
        let per_user = if weights == 0 { Value::Null } else {
            format!("{:.4}", lost as f64 / 60.0 / weights as f64).parse::<f64>().unwrap().into()
        };
        prop_assert_eq!(&summary["user_weighted_downtime_min"], &per_user);
        let completeness = figures.completeness.unwrap().rounded(8);
        prop_assert_eq!(Value::from(completeness), share(known, agreed_all));
    }
}
