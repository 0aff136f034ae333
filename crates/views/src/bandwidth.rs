//! Bandwidth: what running sites hold of each line that is limited.

use model::link::LinkTime;
use model::machine::SiteState;
use model::state::State;

/// A line that sites share, and how full it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineHeld {
    /// Its name; nothing for the source of the deliverables, which everything leaves by.
    pub line: Option<String>,
    /// What running sites hold of it, in kbit/s.
    pub held_kbit_per_s: u64,
    /// What it can carry, in kbit/s.
    pub limit_kbit_per_s: u64,
    /// How many sites hold a share of it.
    pub sites: usize,
}

/// Returns each limited line, the source first.
pub fn lines(state: &State) -> Vec<LineHeld> {
    let limits = &state.plan.limits;
    let deploying = state.sites.standing(SiteState::Deploying);
    let links = deploying.filter_map(|it| state.plan.sites.get(it)?.link.as_ref());
    let held: Vec<(Option<&str>, u64)> = links
        .map(|link| {
            let uplink = link.uplink.as_ref().map(model::id::LineId::as_str);
            (uplink, u64::from(link.usable_kbit_per_s(LinkTime::InWindow)))
        })
        .collect();
    let line = |line: Option<&String>, limit: u64| {
        let on = |it: &&(Option<&str>, u64)| line.is_none() || it.0 == line.map(String::as_str);
        LineHeld {
            line: line.cloned(),
            held_kbit_per_s: held.iter().filter(on).map(|it| it.1).sum(),
            limit_kbit_per_s: limit,
            sites: held.iter().filter(on).count(),
        }
    };
    let source = limits.source_kbit_per_s.map(|it| line(None, it));
    let uplinks = limits.uplinks_kbit_per_s.iter().map(|(name, limit)| line(Some(name), *limit));
    source.into_iter().chain(uplinks).collect()
}
