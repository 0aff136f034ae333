//! What the record says, as it is measured: sites in service, impact, announced work, incidents.
//!
//! Source: Deploy SMF, Process 3, Table 6: performance metrics.
//! House rule: the record is the truth; what is measured is computed from it.

use super::desk::{Episode, Ticket, TicketStatus};
use super::downtime::Ledger;
use super::impact::{Causes, Impact, Maintenance, MeasuredSite, Notice, Question, Reach};
use super::intervals::Interval;
use super::measure::Fraction;
use crate::incident::{ImpactSites, Incident, MaintenanceWindow, RequestKind};
use crate::machine::IncidentState;
use crate::state::State;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Work that is announced later than this before it begins is not planned.
pub const NOTICE_MIN: SignedDuration = SignedDuration::from_hours(48);

/// What a deployment's record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The plan's sites.
    pub sites: Vec<MeasuredSite>,
    /// The stretches of impact that were not withdrawn.
    pub impacts: Vec<Impact>,
    /// The announced work.
    pub maintenance: Vec<Maintenance>,
    /// The incidents.
    pub tickets: Vec<Ticket>,
}

impl Recorded {
    /// Returns what `state` says.
    pub fn of(state: &State) -> Self {
        let sites = state.plan.sites.iter().zip(&state.sites).map(|(site, status)| MeasuredSite {
            name: site.id.to_string(),
            users: site.users,
            computers: u32::try_from(site.computers.len()).unwrap_or(u32::MAX),
            // A site whose users do not work with the release yet is never in service.
            in_service_ms: Some(status.in_service.map_or(i64::MAX, Timestamp::as_millisecond)),
            agreed_hours: None,
        });
        let incidents =
            || state.incidents.list.iter().filter(|it| it.kind == RequestKind::Incident);
        Self {
            sites: sites.collect(),
            impacts: incidents().flat_map(|it| impacts(state, it)).collect(),
            maintenance: state
                .incidents
                .maintenances
                .iter()
                .flat_map(|it| planned(state, it))
                .collect(),
            tickets: incidents().map(ticket).collect(),
        }
    }

    /// Keeps the site at `position` alone, with what hit it and its own incidents.
    pub fn keep(&mut self, position: u32) {
        let hits = |reach: &Reach| match reach {
            Reach::All => true,
            Reach::Some(sites) => sites.contains(&position),
        };
        self.impacts.retain(|it| hits(&it.reach));
        self.maintenance.retain(|it| hits(&it.reach));
        self.impacts.iter_mut().for_each(|it| it.reach = Reach::All);
        self.maintenance.iter_mut().for_each(|it| it.reach = Reach::All);
        let names: BTreeSet<&str> = self.impacts.iter().map(|it| it.of.as_str()).collect();
        self.tickets.retain(|it| names.contains(it.id.as_str()));
        let site = usize::try_from(position).ok().and_then(|it| self.sites.get(it)).cloned();
        self.sites = site.into_iter().collect();
    }

    /// Returns when the first site came into service, where one has.
    pub fn first_in_use(state: &State) -> Option<Timestamp> {
        state.sites.iter().filter_map(|it| it.in_service).min()
    }
}

/// Returns the user-weighted availability from `from` to `to`, as far as it is known at `now`: out of
/// nothing where no service was agreed then.
pub fn availability(state: &State, (from, to): (Timestamp, Timestamp), now: Timestamp) -> Fraction {
    let recorded = Recorded::of(state);
    let question = Question {
        from_ms: from.as_millisecond(),
        to_ms: to.as_millisecond(),
        as_of_ms: now.as_millisecond(),
        causes: Causes::attributable(),
    };
    let ledger = Ledger::new(&recorded.sites, &recorded.impacts, &recorded.maintenance, &question);
    ledger.downtime().availability()
}

fn reach(state: &State, sites: &ImpactSites) -> Reach {
    match sites {
        ImpactSites::All => Reach::All,
        ImpactSites::Only(sites) => {
            Reach::Some(sites.iter().filter_map(|it| state.index.sites.get(it)).copied().collect())
        }
    }
}

/// Returns what an incident hit; a false alarm hit nobody, and a duplicate hit with the other's cause.
fn impacts<'s>(state: &'s State, incident: &'s Incident) -> impl Iterator<Item = Impact> + 's {
    let merged = state.incidents.merged_into(incident.number);
    let other = merged.and_then(|it| state.incidents.incident(it)).unwrap_or(incident);
    let is_real = incident.state != IncidentState::Cancelled;
    let segments = incident.segments.iter().filter(move |it| is_real && it.withdrawn.is_none());
    segments.map(move |it| Impact {
        of: incident.number.to_string(),
        start_ms: it.impact.start.as_millisecond(),
        end_ms: it.impact.end.map(Timestamp::as_millisecond),
        reach: reach(state, &it.impact.sites),
        level: it.impact.level,
        affected: it.impact.users,
        cause: other.attribution,
    })
}

/// Returns the windows of work that were in force long enough before they began.
fn planned<'s>(
    state: &'s State,
    work: &'s crate::incident::Maintenance,
) -> impl Iterator<Item = Maintenance> + 's {
    let windows = work.announcements.iter().filter_map(|it| it.window);
    let is_in_time = |it: &MaintenanceWindow| {
        let latest = it.start.checked_sub(NOTICE_MIN);
        latest.is_ok_and(|latest| work.window_at(latest) == Some(*it))
    };
    let windows = windows.filter(is_in_time);
    windows.filter_map(|it| {
        let span = Interval::new(it.start.as_millisecond(), it.end.as_millisecond())?;
        let (of, reach) = (work.title.clone(), reach(state, &work.sites));
        Some(Maintenance { of, span, reach, notice: Notice::Announced })
    })
}

fn ticket(incident: &Incident) -> Ticket {
    let status = match incident.state {
        IncidentState::Cancelled | IncidentState::Duplicate => TicketStatus::NotCounted,
        IncidentState::New
        | IncidentState::Acknowledged
        | IncidentState::InProgress
        | IncidentState::Escalated => TicketStatus::Open,
        IncidentState::Restored | IncidentState::Resolved | IncidentState::Closed => {
            TicketStatus::Restored
        }
    };
    let episodes = incident.episodes.iter().map(|it| Episode {
        start_ms: it.detected.as_millisecond(),
        restored_ms: it.restored.map(Timestamp::as_millisecond),
    });
    Ticket {
        id: incident.number.to_string(),
        severity: incident.severity_highest.number(),
        opened_ms: incident.entered.as_millisecond(),
        detected_ms: Some(incident.detected().as_millisecond()),
        acknowledged_ms: incident.acknowledged.map(Timestamp::as_millisecond),
        episodes: episodes.collect(),
        status,
        cause: incident.attribution,
    }
}
