//! The figures of all turns, their medians, and the ratios between them.

use crate::contender::Contender;
use crate::cost::{BareTimes, SitePhase};
use crate::machine::Machine;
use crate::scene::Turn;
use serde_json::{Value, json};
use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

/// One turn of one contender; round 0 is the warm-up.
pub(crate) struct Run {
    pub(crate) contender: Contender,
    pub(crate) round: u32,
    /// The machine's load just before.
    pub(crate) load: f64,
    pub(crate) turn: Result<Turn, String>,
}

/// All turns so far.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) runs: Vec<Run>,
}

/// What one turn, or the median of several, has cost.
#[derive(Clone, Copy, Default)]
struct Figures {
    wall_s: f64,
    cpu_s: f64,
    peak_mib: f64,
    servers_s: f64,
}

/// A line of the table.
struct Line {
    name: String,
    figures: Figures,
    succeeded: usize,
    tried: usize,
}

impl Turn {
    /// Returns the cost of the work that all contenders do: of Landfall, its site phase.
    fn of_the_work(&self) -> Figures {
        let whole = self.whole();
        match self.confession.as_ref().and_then(|it| it.site_phase.as_ref()) {
            Some(phase) => Figures { wall_s: phase.wall_s, cpu_s: phase.cpu_s, ..whole },
            None => whole,
        }
    }

    /// Returns the cost of the whole process.
    fn whole(&self) -> Figures {
        let peak_kib = self.confession.as_ref().map_or(self.cost.peak_kib, |it| it.peak_kib);
        Figures {
            wall_s: self.cost.wall_s,
            cpu_s: self.cost.user_s + self.cost.system_s,
            peak_mib: kib_in_mib(peak_kib),
            servers_s: self.servers_s,
        }
    }
}

impl Tally {
    /// Returns whether every turn succeeded.
    pub(crate) fn all_succeeded(&self) -> bool {
        self.runs.iter().all(|it| it.turn.is_ok())
    }

    /// Returns the table of medians.
    pub(crate) fn table(&self, computers: u32, round_trip: Option<Duration>) -> String {
        let lines = self.lines();
        let of = |name: &str| lines.iter().find(|it| it.name == name).map(|it| it.figures);
        let (landfall, bare) = (of(Contender::Landfall.name()), of(Contender::Bare.name()));
        let mut table = format!(
            "{:<22}{:>9}{:>8}{:>8}{:>10}{:>8}{:>8}{:>10}{:>11}{:>7}\n",
            "contender",
            "wall s",
            "/lf",
            "/bare",
            "CPU ms",
            "/lf",
            "/bare",
            "peak MiB",
            "sshd ms",
            "turns"
        );
        for Line { name, figures, succeeded, tried } in &lines {
            let Figures { wall_s, cpu_s, peak_mib, servers_s } = figures;
            let wall = [landfall, bare].map(|it| ratio(*wall_s, it.map(|it| it.wall_s)));
            let cpu = [landfall, bare].map(|it| ratio(*cpu_s, it.map(|it| it.cpu_s)));
            let each = |seconds: f64| seconds * 1000.0 / f64::from(computers);
            let _ = writeln!(
                table,
                "{name:<22}{wall_s:>9.2}{:>8}{:>8}{:>10.2}{:>8}{:>8}{peak_mib:>10.0}{:>11.1}{:>7}",
                wall[0],
                wall[1],
                each(*cpu_s),
                cpu[0],
                cpu[1],
                each(*servers_s),
                format!("{succeeded}/{tried}")
            );
        }
        let loads = || self.runs.iter().map(|it| it.load);
        let (least, most) = (loads().fold(f64::MAX, f64::min), loads().fold(0.0, f64::max));
        let _ = write!(
            table,
            "\n{computers} computers; medians; CPU and sshd are milliseconds of processor time a \
             computer;\n/lf and /bare are ratios to landfall and bare; peak is the largest \
             process; load {least:.1} to {most:.1}.{}",
            self.distance(round_trip)
        );
        table
    }

    /// Returns what one computer costs in time, and in round trips where they are long.
    fn distance(&self, round_trip: Option<Duration>) -> String {
        let measured = self.runs.iter().filter(|it| it.round > 0);
        let turns = || measured.clone().filter_map(|it| it.turn.as_ref().ok()?.confession.as_ref());
        let of_site = |of: fn(&SitePhase) -> f64| {
            median_of(turns().filter_map(|it| it.site_phase.as_ref()).map(of))
        };
        let of_bare = |of: fn(&BareTimes) -> f64| {
            median_of(turns().filter_map(|it| it.bare.as_ref()).map(of))
        };
        let (site_s, bare_s) = (of_site(|it| it.site_s), of_bare(|it| it.site_s));
        let connect_s = of_bare(|it| it.connect_s);
        let mut text = format!(
            "\nOne computer alone, in seconds: {site_s:.3} with Landfall, {bare_s:.3} with the bare \
             loop, {connect_s:.3} to connect."
        );
        if let Some(round_trip) = round_trip.map(|it| it.as_secs_f64()) {
            let beyond = |it: f64| (it - connect_s) / round_trip;
            let _ = write!(
                text,
                "\nBeyond the connection, in round trips of {:.0} ms: {:.1} with Landfall, {:.1} with \
                 the bare loop; the work itself and every durable write are in it.",
                round_trip * 1000.0,
                beyond(site_s),
                beyond(bare_s)
            );
        }
        text
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for contender in Contender::ALL {
            let runs = self.runs.iter().filter(|it| it.contender == contender && it.round > 0);
            let turns: Vec<Option<&Turn>> = runs.map(|it| it.turn.as_ref().ok()).collect();
            let good: Vec<&Turn> = turns.iter().copied().flatten().collect();
            if good.is_empty() {
                continue;
            }
            let line = |name: String, of: fn(&Turn) -> Figures| Line {
                name,
                figures: median(&good.iter().map(|it| of(it)).collect::<Vec<_>>()),
                succeeded: good.len(),
                tried: turns.len(),
            };
            lines.push(line(contender.name().to_owned(), Turn::of_the_work));
            if contender == Contender::Landfall {
                lines.push(line("  its whole deployment".to_owned(), Turn::whole));
            }
        }
        lines
    }

    /// Returns the figures of every turn.
    pub(crate) fn json(&self, computers: u32, machine: &Machine) -> Value {
        let runs = self.runs.iter().map(|run| {
            let mut it = json!({
                "contender": run.contender.name(), "round": run.round, "load": run.load,
            });
            let more = match &run.turn {
                Ok(turn) => json!({
                    "work": turn.of_the_work().json(),
                    "whole": turn.whole().json(),
                    "confession": turn.confession,
                }),
                Err(why) => json!({ "failed": why }),
            };
            if let (Value::Object(it), Value::Object(more)) = (&mut it, more) {
                it.extend(more);
            }
            it
        });
        json!({ "computers": computers, "machine": machine, "runs": runs.collect::<Vec<_>>() })
    }
}

impl Figures {
    fn json(&self) -> Value {
        let Self { wall_s, cpu_s, peak_mib, servers_s } = self;
        json!({ "wall_s": wall_s, "cpu_s": cpu_s, "peak_mib": peak_mib, "servers_s": servers_s })
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contender, round, load, turn } = self;
        write!(f, "round {round}, load {load:.2}: {}", contender.name())?;
        match turn {
            Ok(turn) => {
                let Figures { wall_s, cpu_s, peak_mib, servers_s } = turn.of_the_work();
                write!(f, " {wall_s:.2} s, CPU {cpu_s:.2} s, {peak_mib:.0} MiB")?;
                write!(f, ", sshd {servers_s:.2} s")
            }
            Err(why) => write!(f, " failed: {why}"),
        }
    }
}

fn ratio(cost: f64, of: Option<f64>) -> String {
    of.filter(|it| *it > 0.0).map_or_else(String::new, |it| format!("{:.2}", cost / it))
}

fn median(figures: &[Figures]) -> Figures {
    let of = |field: fn(&Figures) -> f64| median_of(figures.iter().map(field));
    Figures {
        wall_s: of(|it| it.wall_s),
        cpu_s: of(|it| it.cpu_s),
        peak_mib: of(|it| it.peak_mib),
        servers_s: of(|it| it.servers_s),
    }
}

/// Returns the one in the middle, or what lies between the two.
pub(crate) fn median_of(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let (upper, lower) = (values.get(middle), values.get(middle.saturating_sub(1)));
    let (upper, lower) = (upper.copied().unwrap_or(0.0), lower.copied().unwrap_or(0.0));
    if values.len().is_multiple_of(2) { f64::midpoint(lower, upper) } else { upper }
}

fn kib_in_mib(kib: u64) -> f64 {
    u32::try_from(kib).map_or(f64::MAX, |kib| f64::from(kib) / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_or_lies_between_the_two() {
        for (walls, middle) in
            [(vec![3.0], 3.0), (vec![9.0, 1.0, 2.0], 2.0), (vec![1.0, 9.0, 2.0, 4.0], 3.0)]
        {
            let figures = |wall_s| Figures { wall_s, ..Figures::default() };
            let found = median(&walls.iter().map(|it| figures(*it)).collect::<Vec<_>>());
            assert_eq!(found.wall_s.total_cmp(&middle), std::cmp::Ordering::Equal, "{walls:?}");
        }
    }

    #[test]
    fn a_ratio_to_nothing_is_not_written() {
        assert_eq!(ratio(3.0, Some(2.0)), "1.50");
        assert_eq!(ratio(3.0, Some(0.0)), "");
        assert_eq!(ratio(3.0, None), "");
    }
}
