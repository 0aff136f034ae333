//! What the record says, as it is measured: sites in service, impact, announced work, incidents.
//!
//! Source: Deploy SMF, Process 3, Table 6: performance metrics.
//! House rule: the record is the truth; what is measured is computed from it.

use super::completeness::{Stretch, completeness};
use super::desk::{Episode, Ticket, TicketStatus};
use super::downtime::{Ledger, WholeDowntime};
use super::escalating::Raised;
use super::impact::{Causes, Impact, Maintenance, MeasuredSite, Notice, Question, Reach};
use super::intervals::{Interval, Intervals};
use super::measure::Fraction;
use super::measured::{Answered, Covered, Measured};
use super::requests::{Request, RequestFigures};
use super::satisfaction::Answers;
use crate::escalation::Escalation;
use crate::id::SiteId;
use crate::incident::{
    Attribution, ImpactSites, Incident, MaintenanceWindow, RequestKind, probed_sites,
};
use crate::machine::{IncidentState, SiteState};
use crate::scope::Scope;
use crate::site_care::coverage::coverage;
use crate::state::State;
use crate::support_hours::MeasuredIn;
use crate::survey::{Instrument, results};
use crate::window::TimeZoneName;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Work that is announced later than this before it begins is not planned.
pub const NOTICE_MIN: SignedDuration = SignedDuration::from_hours(48);

/// Since when a site is in service whose users do not work with the release yet.
pub const NOT_YET_MS: i64 = 253_402_207_200_000;

/// Returns what the record of `state` says, up to `until`.
pub fn measured(state: &State, until: Timestamp) -> Measured {
    let incidents = || state.incidents.list.iter().filter(|it| it.kind == RequestKind::Incident);
    let work = state.incidents.maintenances.iter();
    let mut measured = Measured {
        sites: sites(state, until),
        impacts: incidents().flat_map(|it| impacts(state, it)).chain(hit_by_work(state)).collect(),
        maintenance: work.flat_map(|it| planned(state, it)).collect(),
        tickets: Some(tickets(state, until)),
        requests: Some(state.incidents.list.iter().map(|it| request(state, it)).collect()),
        escalations: Some(state.escalations.list.iter().map(|it| raised(state, it)).collect()),
        coverage: Some(covered(state)),
        answers: Some(answers(state)),
        known: known(state),
        elsewhere: (!state.is_production()).then(|| state.environment()),
        left_out: 0,
    };
    in_scope(state, &mut measured);
    measured
}

/// Leaves the sites out of `measured` that are exempt: they have no users of the solution, and were
/// never down nor up.
fn in_scope(state: &State, measured: &mut Measured) {
    if !state.sites.iter().any(|it| it.state == SiteState::Exempt) {
        return;
    }
    let mut next = 0;
    let places: Vec<Option<u32>> = (state.sites.iter())
        .map(|it| {
            (it.state != SiteState::Exempt).then(|| {
                next += 1;
                next - 1
            })
        })
        .collect();
    let place = |it: &u32| places.get(*it as usize).copied().flatten();
    let moved = |reach: &mut Reach| {
        if let Reach::Some(sites) = reach {
            *sites = sites.iter().filter_map(place).collect();
        }
    };
    let hits = |reach: &Reach| *reach != Reach::Some(vec![]);
    measured.impacts.iter_mut().for_each(|it| moved(&mut it.reach));
    measured.impacts.retain(|it| hits(&it.reach));
    measured.maintenance.iter_mut().for_each(|it| moved(&mut it.reach));
    measured.maintenance.retain(|it| hits(&it.reach));
    measured.requests.iter_mut().flatten().for_each(|it| moved(&mut it.reach));
    measured.known.iter_mut().flatten().for_each(|it| moved(&mut it.reach));
    let mut places = places.iter();
    measured.sites.retain(|_| places.next().is_some_and(Option::is_some));
}

fn sites(state: &State, until: Timestamp) -> Vec<MeasuredSite> {
    let hours = AgreedHours::of(state, until);
    let sites = state.plan.sites.iter().zip(&state.sites).map(|(site, status)| MeasuredSite {
        name: site.id.to_string(),
        users: site.users,
        computers: u32::try_from(site.computers.len()).unwrap_or(u32::MAX),
        in_service_ms: Some(status.in_service.map_or(NOT_YET_MS, Timestamp::as_millisecond)),
        agreed_hours: hours.at(&site.zone),
    });
    sites.collect()
}

/// When the service is agreed to be there, by the zone of a site; always, where nobody says.
struct AgreedHours(BTreeMap<TimeZoneName, Arc<Intervals>>);

impl AgreedHours {
    fn of(state: &State, until: Timestamp) -> Self {
        let hours = state.plan.support.as_ref().and_then(|it| it.calendar.as_ref());
        let hours = hours.filter(|it| it.service == MeasuredIn::SupportHours);
        let Some((hours, from)) = hours.zip(first_in_use(state)) else { return Self([].into()) };
        let mut zones: Vec<&TimeZoneName> = state.plan.sites.iter().map(|it| &it.zone).collect();
        zones.sort();
        zones.dedup();
        let of_zone =
            |zone: &TimeZoneName| (zone.clone(), Arc::new(hours.between(from, until, zone)));
        Self(zones.into_iter().map(of_zone).collect())
    }

    fn at(&self, zone: &TimeZoneName) -> Option<Arc<Intervals>> {
        self.0.get(zone).cloned()
    }
}

/// Keeps of `measured` the site called `name` alone, with what hit it and its own incidents; nothing
/// where it is not measured.
pub fn keep(measured: &mut Measured, name: &SiteId) {
    let position = measured.sites.iter().position(|it| it.name == name.as_str());
    let position = position.and_then(|it| u32::try_from(it).ok()).unwrap_or(u32::MAX);
    let hits = |reach: &Reach| match reach {
        Reach::All => true,
        Reach::Some(sites) => sites.contains(&position),
    };
    let here = |reach: &mut Reach| *reach = Reach::All;
    measured.impacts.retain(|it| hits(&it.reach));
    measured.maintenance.retain(|it| hits(&it.reach));
    measured.impacts.iter_mut().for_each(|it| here(&mut it.reach));
    measured.maintenance.iter_mut().for_each(|it| here(&mut it.reach));
    let names: BTreeSet<String> = measured.impacts.iter().map(|it| it.of.clone()).collect();
    let own = |id: &str| names.contains(id);
    measured.tickets.iter_mut().for_each(|it| it.retain(|it| own(&it.id)));
    if let Some(requests) = &mut measured.requests {
        requests.retain(|it| it.reach != Reach::All && hits(&it.reach));
        requests.iter_mut().for_each(|it| it.reach = Reach::Some(vec![0]));
    }
    if let Some(known) = &mut measured.known {
        known.retain(|it| hits(&it.reach));
        known.iter_mut().for_each(|it| here(&mut it.reach));
    }
    // Escalations and answers are of the whole: of one site they would be somebody's.
    (measured.escalations, measured.answers) = (None, None);
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    let site = measured.sites.get(position).cloned();
    if let Some(coverage) = &mut measured.coverage {
        coverage.retain(|it| site.as_ref().is_some_and(|site| site.name == it.site));
    }
    measured.sites = site.into_iter().collect();
}

/// Returns when the first site came into service, where one has.
pub fn first_in_use(state: &State) -> Option<Timestamp> {
    state.sites.iter().filter_map(|it| it.in_service).min()
}

/// Returns the downtime from `from` to `to` by what counts against the solution, as far as it is
/// known at `now`.
pub fn downtime(
    state: &State,
    (from, to): (Timestamp, Timestamp),
    now: Timestamp,
) -> WholeDowntime {
    let incidents = || state.incidents.list.iter().filter(|it| it.kind == RequestKind::Incident);
    let work = state.incidents.maintenances.iter();
    let mut measured = Measured {
        sites: sites(state, to),
        impacts: incidents().flat_map(|it| impacts(state, it)).chain(hit_by_work(state)).collect(),
        maintenance: work.flat_map(|it| planned(state, it)).collect(),
        ..Measured::default()
    };
    in_scope(state, &mut measured);
    let question = Question {
        from_ms: from.as_millisecond(),
        to_ms: to.as_millisecond(),
        as_of_ms: now.as_millisecond(),
        causes: Causes::attributable(),
    };
    let Measured { sites, impacts, maintenance, .. } = &measured;
    Ledger::new(sites, impacts, maintenance, &question).downtime()
}

/// Returns the requests opened up to `now`, as they were before and since their sites were in service.
pub fn support_issues(state: &State, now: Timestamp) -> RequestFigures {
    let requests = state.incidents.list.iter().map(|it| request(state, it)).collect();
    let mut measured =
        Measured { sites: sites(state, now), requests: Some(requests), ..Measured::default() };
    in_scope(state, &mut measured);
    // What is entered now counts, and the time ends before its last instant.
    let end_ms = now.as_millisecond().saturating_add(1);
    let question = Question {
        from_ms: first_in_use(state).map_or(end_ms, Timestamp::as_millisecond),
        to_ms: end_ms,
        as_of_ms: end_ms,
        causes: Causes::All,
    };
    let requests = measured.requests.as_deref().unwrap_or_default();
    super::requests::figures(requests, &measured.sites, &question, &[])
}

/// Returns how much of the time from `from` to `to` is known by probes; nothing where the plan has
/// none.
pub fn completeness_of(
    state: &State,
    (from, to): (Timestamp, Timestamp),
    now: Timestamp,
) -> Option<Fraction> {
    let known = known(state)?;
    let question = Question {
        from_ms: from.as_millisecond(),
        to_ms: to.as_millisecond(),
        as_of_ms: now.as_millisecond(),
        causes: Causes::All,
    };
    let mut measured =
        Measured { sites: sites(state, to), known: Some(known), ..Measured::default() };
    in_scope(state, &mut measured);
    let Measured { sites, known, .. } = &measured;
    let known = known.as_deref().unwrap_or_default();
    Some(completeness(&Ledger::new(sites, &[], &[], &question), sites, known))
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

/// Returns what work on the solution hit.
fn hit_by_work(state: &State) -> impl Iterator<Item = Impact> + '_ {
    state.incidents.work.iter().map(move |it| Impact {
        of: it.work.to_string(),
        start_ms: it.impact.start.as_millisecond(),
        end_ms: it.impact.end.map(Timestamp::as_millisecond),
        reach: reach(state, &it.impact.sites),
        level: it.impact.level,
        affected: it.impact.users,
        cause: Attribution::Solution,
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

/// Returns all incidents as the desk saw them; where the plan counts answers in support hours, those
/// that wait for them have these hours.
fn tickets(state: &State, until: Timestamp) -> Vec<Ticket> {
    let incidents = || state.incidents.list.iter().filter(|it| it.kind == RequestKind::Incident);
    let calendar = state.plan.support.as_ref().and_then(|it| it.calendar.as_ref());
    let calendar = calendar.filter(|it| it.answers == MeasuredIn::SupportHours);
    let first = incidents().map(Incident::detected).min();
    let hours = calendar.zip(first).map(|(it, from)| {
        let hours = Arc::new(it.between(from, until, &it.zone));
        move |severity| it.holds_for(Some(severity)).then(|| Arc::clone(&hours))
    });
    let of = |incident: &Incident| {
        let hours = hours.as_ref().and_then(|of| of(incident.severity_highest));
        Ticket { hours, ..ticket(incident) }
    };
    incidents().map(of).collect()
}

fn ticket(incident: &Incident) -> Ticket {
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
        status: status(incident),
        cause: incident.attribution,
        hours: None,
    }
}

fn status(incident: &Incident) -> TicketStatus {
    match incident.state {
        IncidentState::Cancelled | IncidentState::Duplicate => TicketStatus::NotCounted,
        IncidentState::New
        | IncidentState::Acknowledged
        | IncidentState::InProgress
        | IncidentState::Escalated => TicketStatus::Open,
        IncidentState::Restored | IncidentState::Resolved | IncidentState::Closed => {
            TicketStatus::Restored
        }
    }
}

fn request(state: &State, incident: &Incident) -> Request {
    let mut reach = Reach::Some(vec![]);
    for scope in &incident.scopes {
        let sites = match scope {
            Scope::Site(_) | Scope::Ring(_) => self::reach(state, &probed_sites(state, scope)),
            Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Rfc(_) => Reach::All,
        };
        reach = match (reach, sites) {
            (Reach::Some(mut known), Reach::Some(more)) => {
                known.extend(more);
                Reach::Some(known)
            }
            (Reach::All, _) | (_, Reach::All) => Reach::All,
        };
    }
    if let Reach::Some(positions) = &mut reach {
        positions.sort_unstable();
        positions.dedup();
    }
    Request {
        id: incident.number.to_string(),
        kind: incident.kind,
        opened_ms: incident.entered.as_millisecond(),
        reach,
        status: status(incident),
        cause: incident.attribution,
    }
}

fn raised(state: &State, escalation: &Escalation) -> Raised {
    let raising = &escalation.raising;
    let incident = raising.incident.and_then(|it| state.incidents.incident(it));
    let ms = Timestamp::as_millisecond;
    Raised {
        id: escalation.number.to_string(),
        raised_ms: raising.at.as_millisecond(),
        severity: incident.map(|it| it.severity_highest.number()),
        cause: raising.reason,
        purpose: raising.purpose,
        path: raising.path,
        due_ms: raising.due.map(ms),
        accepted_ms: escalation.accepted.as_ref().map(|it| ms(it.at)),
        answered_ms: escalation.answer.as_ref().map(|it| ms(it.at)),
        rejections: escalation.rejections,
        insisted: escalation.insisted,
        avoidable: escalation.avoidable.is_some(),
    }
}

fn covered(state: &State) -> Vec<Covered> {
    let sites = state.plan.sites.iter().zip(&state.sites);
    let in_scope = sites.filter(|(_, status)| status.state != SiteState::Exempt);
    in_scope
        .filter_map(|(site, _)| {
            let found = coverage(state, &site.id)?;
            let (site, computers, users) = (site.id.to_string(), found.computers, found.users);
            Some(Covered { site, computers, users })
        })
        .collect()
}

fn answers(state: &State) -> Vec<Answered> {
    let of = |instrument: &Instrument| {
        let found = results(state, *instrument)?;
        let asked = Some(u64::from(found.invited)).filter(|it| *it > 0);
        let questions = found.questions.into_iter().map(move |it| Answered {
            instrument: found.instrument,
            question: it.question,
            answers: Answers { counts: it.counts.0.map(u64::from), asked },
        });
        Some(questions.filter(|it| it.answers.n() > 0).collect::<Vec<_>>())
    };
    Instrument::ALL.iter().filter_map(of).flatten().collect()
}

/// Returns when every probe that looks at a site was asked; nothing where the plan has no probe. A
/// site at which none looks is known never.
fn known(state: &State) -> Option<Vec<Stretch>> {
    if state.plan.probes.is_empty() {
        return None;
    }
    let mut everywhere: Option<Intervals> = None;
    let mut own: BTreeMap<u32, Intervals> = BTreeMap::new();
    for probe in &state.plan.probes {
        let asked = state.incidents.probes.known(&probe.id);
        let both = |it: &Intervals| it.intersection(&asked);
        match reach(state, &probed_sites(state, &probe.scope)) {
            Reach::All => {
                everywhere = Some(everywhere.as_ref().map_or_else(|| asked.clone(), both));
            }
            Reach::Some(positions) => {
                for position in positions {
                    let met = own.get(&position).map_or_else(|| asked.clone(), both);
                    own.insert(position, met);
                }
            }
        }
    }
    let mut groups: HashMap<Intervals, Vec<u32>> = HashMap::new();
    for position in (0..).zip(&state.sites).map(|(position, _)| position) {
        let known = match (own.remove(&position), &everywhere) {
            (Some(own), Some(all)) => own.intersection(all),
            (Some(own), None) => own,
            (None, Some(all)) => all.clone(),
            (None, None) => continue,
        };
        groups.entry(known).or_default().push(position);
    }
    let mut groups: Vec<(Intervals, Vec<u32>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, positions)| positions.first().copied());
    let stretches = groups.iter().flat_map(|(known, positions)| {
        let reach = if positions.len() == state.sites.len() {
            Reach::All
        } else {
            Reach::Some(positions.clone())
        };
        known.iter().map(move |span| Stretch { span, reach: reach.clone() })
    });
    Some(stretches.collect())
}
