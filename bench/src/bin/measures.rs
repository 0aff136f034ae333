//! How long `landfall measures` takes over tables as large as anybody has, and how much memory.
//!
//! House rule: no test fails because a machine is slow; what is timed is timed here.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a bench prints what it has timed, and draws from lists whose length it knows"
)]

use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use model::measures::figures::Figures;
use model::measures::impact::{Causes, Question};
use model::measures::printed::Printed;
use planfile::{MeasuredTable, MeasuredTables, MoreTables, measured};
use std::fmt::Write as _;
use std::time::Instant;

/// Measures tables of many sites and segments, drawn from a seed.
#[derive(Parser)]
struct Options {
    /// How many sites.
    #[arg(long, default_value_t = 100_000)]
    sites: u64,
    /// How many stretches of impact.
    #[arg(long, default_value_t = 10_000)]
    segments: u64,
    /// How many of a hundred segments hit all sites.
    #[arg(long, default_value_t = 30)]
    everywhere_percent: u64,
    /// The most sites that any other segment names.
    #[arg(long, default_value_t = 60)]
    named_max: u64,
    /// Where the numbers begin.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

/// Numbers that look like chance and are the same for the same seed.
struct Numbers(u64);

impl Numbers {
    /// Returns a number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        // The constants of Knuth's MMIX.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }
}

/// The length of the time in question, in minutes: thirty days.
const MINUTES: u64 = 30 * 24 * 60;

fn at(minute: u64) -> Timestamp {
    let from: Timestamp = "2027-04-05T00:00:00Z".parse().expect("because it is an instant");
    from + SignedDuration::from_mins(i64::try_from(minute).unwrap_or_default())
}

fn drawn(options: &Options) -> MeasuredTables {
    let mut numbers = Numbers(options.seed);
    let mut sites = String::from("site,users,computers,in_service_utc\n");
    for site in 0..options.sites {
        let (users, computers) = (numbers.below(400), numbers.below(90));
        // Every site came into service at an instant of its own.
        let since = at(numbers.below(MINUTES / 10)) + SignedDuration::from_secs(site as i64 % 60);
        let _never_fails = writeln!(sites, "S{site},{users},{computers},{since}");
    }
    let mut segments =
        String::from("incident,start_utc,end_utc,sites,level,affected_users,attribution\n");
    for segment in 0..options.segments {
        let start = numbers.below(MINUTES);
        let end = match numbers.below(50) {
            0 => String::new(),
            _ => at(start + 1 + numbers.below(600)).to_string(),
        };
        let names = if numbers.below(100) < options.everywhere_percent {
            "*".to_owned()
        } else {
            let count = 1 + numbers.below(options.named_max);
            let names = (0..count).map(|_| format!("S{}", numbers.below(options.sites)));
            names.collect::<Vec<_>>().join(" ")
        };
        let level = ["outage", "partial", "degraded"][numbers.below(3) as usize];
        let affected = match numbers.below(3) {
            0 => String::new(),
            _ => numbers.below(400).to_string(),
        };
        let cause = ["solution", "environment", "undetermined"][numbers.below(3) as usize];
        let _never_fails =
            writeln!(segments, "I{segment},{},{end},{names},{level},{affected},{cause}", at(start));
    }
    let mut planned = String::from("id,start_utc,end_utc,sites,announced\n");
    for work in 0..options.segments / 20 {
        let start = numbers.below(MINUTES);
        let names = match numbers.below(2) {
            0 => "*".to_owned(),
            _ => format!("S{}", numbers.below(options.sites)),
        };
        let _never_fails =
            writeln!(planned, "C{work},{},{},{names},true", at(start), at(start + 120));
    }
    let table = |name: &str, text: String| MeasuredTable {
        name: name.to_owned(),
        bytes: text.into_bytes(),
    };
    MeasuredTables {
        sites: table("sites.csv", sites),
        segments: table("segments.csv", segments),
        planned: Some(table("planned.csv", planned)),
        tickets: None,
        more: MoreTables::default(),
    }
}

/// Returns the most memory that this process has had, in MiB; nought where the system does not say.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|it| it.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

fn main() {
    let options = Options::parse();
    let tables = drawn(&options);
    let bytes = tables.sites.bytes.len() + tables.segments.bytes.len();
    println!("{} sites, {} segments, {bytes} bytes of tables", options.sites, options.segments);
    let began = Instant::now();
    let read = match measured(tables) {
        Ok(read) => read,
        Err(found) => {
            println!("{} faults, the first: {:?}", found.len(), found.first().map(|it| &it.what));
            return;
        }
    };
    println!("read      {:6.2} s  {:5} MiB at most", began.elapsed().as_secs_f64(), peak_mib());
    for (name, causes) in [("measured", Causes::attributable()), ("as lived", Causes::All)] {
        let began = Instant::now();
        let question = Question {
            from_ms: at(0).as_millisecond(),
            to_ms: at(MINUTES).as_millisecond(),
            as_of_ms: at(MINUTES).as_millisecond(),
            causes,
        };
        let figures = Figures::of(&read, &question, &jiff::tz::TimeZone::UTC);
        let elapsed_s = began.elapsed().as_secs_f64();
        let printed = serde_json::to_vec(&Printed::new(&figures)).unwrap_or_default();
        let printed_s = began.elapsed().as_secs_f64() - elapsed_s;
        println!(
            "{name:9} {elapsed_s:6.2} s  {:5} MiB at most  printed in {printed_s:.2} s: {} bytes, {} min user-weighted",
            peak_mib(),
            printed.len(),
            figures.downtime.user_weighted().rounded(4).unwrap_or_default() / 60_000.0
        );
    }
}
