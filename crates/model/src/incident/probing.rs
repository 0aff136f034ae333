//! What probes say: changes of standing, the gaps between them, and the impact that follows.
//!
//! No sample is kept, only that a probe stands otherwise than before. Whoever asks
//! for a time of which nobody knows is told *unknown*, which is not *up*: while no
//! server ran, and after the last time that one said that it was there.
//!
//! Source: Deploy SMF, Process 3, Table 6. House rule: say unknown when you do not know.

use super::{
    Attribution, Impact, ImpactSites, Incident, IncidentEvent, Opening, Severity, Source, opened,
};
use crate::event::Event;
use crate::id::LineId;
use crate::measures::intervals::{Interval as Span, Intervals};
use crate::probe::Probe;
use crate::scope::Scope;
use crate::state::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often the record says that the probes were asked all the while: what a crash leaves unknown.
pub const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// Where a probe stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ProbeStanding {
    /// It is answered as it should be.
    Up,
    /// It is not.
    Down,
    /// Nobody asked.
    Unknown,
}

/// Where the probes stand, and stood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probes {
    /// The changes of each probe, oldest first.
    pub changes: BTreeMap<LineId, Vec<ProbeChange>>,
    /// Until when it is known that they were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Timestamp>,
}

/// Since when a probe stands as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeChange {
    /// Since when.
    pub since: Timestamp,
    /// How.
    pub standing: ProbeStanding,
}

impl Probes {
    /// Returns where `probe` stands by its last change.
    pub fn standing(&self, probe: &LineId) -> ProbeStanding {
        let last = self.changes.get(probe).and_then(|it| it.last());
        last.map_or(ProbeStanding::Unknown, |it| it.standing)
    }

    /// Returns where `probe` stood at `at`: unknown from where nobody is known to have asked.
    pub fn standing_at(&self, probe: &LineId, at: Timestamp) -> ProbeStanding {
        let changes = self.changes.get(probe).map(Vec::as_slice).unwrap_or_default();
        let before = changes.iter().rev().find(|it| it.since <= at);
        let is_seen =
            self.seen.is_some_and(|seen| at <= seen) || changes.iter().any(|it| it.since > at);
        match before {
            Some(change) if is_seen || change.since == at => change.standing,
            Some(_) | None => ProbeStanding::Unknown,
        }
    }

    /// Returns when `probe` is known to have been asked.
    pub fn known(&self, probe: &LineId) -> Intervals {
        let changes = self.changes.get(probe).map(Vec::as_slice).unwrap_or_default();
        let ends = changes.iter().skip(1).map(|it| Some(it.since)).chain([self.seen(probe)]);
        let asked =
            changes.iter().zip(ends).filter(|(it, _)| it.standing != ProbeStanding::Unknown);
        let spans = asked
            .filter_map(|(it, end)| Span::new(it.since.as_millisecond(), end?.as_millisecond()));
        Intervals::union_of(spans.collect())
    }

    /// Returns until when `probe` is known to have been asked.
    pub fn seen(&self, probe: &LineId) -> Option<Timestamp> {
        let changed = self.changes.get(probe).and_then(|it| it.last()).map(|it| it.since);
        changed.max(self.seen)
    }

    pub(super) fn changed(&mut self, probe: &LineId, since: Timestamp, standing: ProbeStanding) {
        self.changes.entry(probe.clone()).or_default().push(ProbeChange { since, standing });
    }
}

/// Returns that `probe` stands as `standing` since `since`, and the impact that begins or ends.
pub fn stood(
    state: &State,
    probe: &Probe,
    standing: ProbeStanding,
    since: Timestamp,
    why: Option<&str>,
) -> Vec<Event> {
    if state.incidents.probes.standing(&probe.id) == standing {
        return vec![];
    }
    let stands = IncidentEvent::ProbeStood {
        probe: probe.id.clone(),
        standing,
        since,
        why: why.map(str::to_owned),
    };
    let follows = match standing {
        ProbeStanding::Up => impact_ends(state, probe, since),
        ProbeStanding::Down => impact_begins(state, probe, since, why),
        // What is hit is hit until somebody knows better.
        ProbeStanding::Unknown => vec![],
    };
    [Event::Incident(stands)].into_iter().chain(follows).collect()
}

fn source(probe: &Probe) -> Source {
    Source { system: "probe".to_owned(), id: Some(probe.id.to_string()) }
}

/// Returns the incident that `probe` opened and whose service is not back.
fn incident<'s>(state: &'s State, probe: &Probe) -> Option<&'s Incident> {
    let source = source(probe);
    let mut open = state.incidents.list.iter().rev().filter(|it| it.is_open());
    open.find(|it| it.source == source && it.restored().is_none())
}

fn impact_ends(state: &State, probe: &Probe, since: Timestamp) -> Vec<Event> {
    let Some(incident) = incident(state, probe) else { return vec![] };
    let open = (1_u32..).zip(&incident.segments).filter(|(_, it)| it.is_open());
    open.map(|(segment, it)| {
        let (incident, end) = (incident.number, since);
        if end <= it.impact.start {
            let reason = format!("probe {} was answered again at once", probe.id);
            return Event::Incident(IncidentEvent::SegmentWithdrawn { incident, segment, reason });
        }
        Event::Incident(IncidentEvent::SegmentClosed { incident, segment, end })
    })
    .collect()
}

fn impact_begins(state: &State, probe: &Probe, since: Timestamp, why: Option<&str>) -> Vec<Event> {
    let sites = probed_sites(state, &probe.scope);
    let impact = Impact { start: since, end: None, sites, level: probe.level, users: None };
    match incident(state, probe) {
        Some(incident) if incident.segments.iter().any(|it| it.is_open()) => vec![],
        Some(incident) => {
            let segment = u32::try_from(incident.segments.len() + 1).unwrap_or(u32::MAX);
            let incident = incident.number;
            vec![Event::Incident(IncidentEvent::SegmentOpened { incident, segment, impact })]
        }
        None => {
            let is_planned = state.incidents.maintenances.iter().any(|it| {
                it.window().is_some_and(|window| window.start <= since && since < window.end)
            });
            // What was announced is no surprise: it is kept, and wakes nobody.
            let severity = if is_planned { Severity::FOUR } else { probe.severity };
            let title = format!("probe {} is not answered as it should be", probe.id);
            let opening = Opening {
                text: why.map(str::to_owned),
                attribution: Attribution::Undetermined,
                source: source(probe),
                impact: Some(impact),
                ..Opening::reported(probe.scope.clone(), severity, title, since)
            };
            opened(state, state.incidents.next_number(), opening)
        }
    }
}

/// Returns the sites that are hit when what stands at `scope` is down.
pub fn probed_sites(state: &State, scope: &Scope) -> ImpactSites {
    match scope {
        Scope::Site(site) => ImpactSites::Only(vec![site.clone()]),
        Scope::Ring(ring) => {
            let position = state.index.rings.get(ring).map(|it| *it as usize);
            let sites = position.and_then(|it| state.index.sites_of_ring.get(it));
            let sites = sites.into_iter().flatten();
            let sites = sites.filter_map(|it| state.plan.sites.get(*it as usize));
            ImpactSites::Only(sites.map(|it| it.id.clone()).collect())
        }
        Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Rfc(_) => ImpactSites::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProbeStanding::{Down, Unknown, Up};

    // Proves: P3b-A1
    #[test]
    fn where_nobody_is_known_to_have_asked_a_probe_is_unknown() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let page: LineId = "page".parse().unwrap();
        let mut probes = Probes { seen: Some(at(60)), ..Probes::default() };
        for (minute, standing) in [(10, Up), (20, Down), (30, Unknown), (40, Up)] {
            probes.changed(&page, at(minute), standing);
        }
        for (minute, standing) in
            [(9, Unknown), (10, Up), (19, Up), (20, Down), (35, Unknown), (60, Up), (61, Unknown)]
        {
            assert_eq!(probes.standing_at(&page, at(minute)), standing, "minute {minute}");
        }
        assert_eq!(probes.standing(&page), Up);
        let known: Vec<i64> =
            probes.known(&page).iter().map(|it| it.length_ms() / 60_000).collect();
        assert_eq!(known, [20, 20], "from minute 10 to 30, and from 40 to 60");
        assert_eq!(probes.standing_at(&"other".parse().unwrap(), at(10)), Unknown);
    }
}
