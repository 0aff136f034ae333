//! Impact and announced work: recorded, ended, corrected, each with its reason.
//!
//! Source: Deploy SMF, Process 3, Table 6, output "Downtime".

use super::super::{Acting, worded};
use crate::event::Event;
use crate::incident::{
    Impact, ImpactSites, Incident, IncidentEvent, Maintenance, MaintenanceWindow, Segment, Work,
};
use crate::machine::IncidentState;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::Timestamp;

/// Who records and corrects what was hit.
const RECORDERS: &[RoleType] =
    &[RoleType::SupportManager, RoleType::OperationsManager, RoleType::Tester];

/// Who announces work on the solution.
const ANNOUNCERS: &[RoleType] =
    &[RoleType::OperationsManager, RoleType::ReleaseManagement, RoleType::SupportManager];

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Acting<'_> {
    /// Returns `impact` where it can be: past, not empty, at sites of the plan.
    pub(super) fn impact(&self, impact: &Impact) -> Result<Impact, Refusal> {
        let start = self.instant("the start of the impact", Some(impact.start), None)?;
        if let Some(end) = impact.end {
            self.instant("the end of the impact", Some(end), Some(start))?;
            if end == start {
                return Err(Refusal::invalid("the impact ends when it starts", "give its end"));
            }
        }
        if impact.users == Some(0) {
            let text = "no user is hit, so there is no impact";
            return Err(Refusal::invalid(
                text,
                "give the number of users, or leave it out for all",
            ));
        }
        self.sites_of_impact(&impact.sites)?;
        Ok(impact.clone())
    }

    fn sites_of_impact(&self, sites: &ImpactSites) -> Result<(), Refusal> {
        match sites {
            ImpactSites::All => Ok(()),
            ImpactSites::Only(sites) if sites.is_empty() => {
                Err(Refusal::invalid("no site is named", "name the sites, or all of them"))
            }
            ImpactSites::Only(sites) => {
                sites.iter().try_for_each(|it| self.known_scope(&Scope::Site(it.clone())))
            }
        }
    }

    fn may_record(&self, of: &Incident) -> Result<(), Refusal> {
        self.role(RECORDERS, &Scope::Deployment, "record what an incident has hit")?;
        if of.state == IncidentState::Cancelled {
            let text = format!("incident {} was a false alarm: it has hit nothing", of.number);
            return Err(Refusal::new(RefusalCode::State, text, "open another incident"));
        }
        Ok(())
    }

    /// What is over has ended everywhere.
    fn ends_if_restored(&self, of: &Incident, impact: &Impact) -> Result<(), Refusal> {
        if impact.end.is_none() && of.restored().is_some() {
            let text =
                format!("the service of incident {} is back, so its impact ended", of.number);
            return Err(Refusal::invalid(text, "give its end, or reopen the incident"));
        }
        Ok(())
    }

    pub(super) fn open_segment(
        &self,
        of: &Incident,
        impact: &Impact,
    ) -> Result<Vec<Event>, Refusal> {
        self.may_record(of)?;
        let impact = self.impact(impact)?;
        self.ends_if_restored(of, &impact)?;
        let (incident, segment) = (of.number, number(of.segments.len() + 1));
        Ok(vec![Event::Incident(IncidentEvent::SegmentOpened { incident, segment, impact })])
    }

    fn known_segment<'i>(&self, of: &'i Incident, number: u32) -> Result<&'i Segment, Refusal> {
        let segment = (number as usize).checked_sub(1).and_then(|it| of.segments.get(it));
        let segment = segment.filter(|it| it.withdrawn.is_none());
        segment.ok_or_else(|| {
            let text = format!("incident {} has no impact {number}", of.number);
            let next = format!("`landfall incident show {}` lists them", of.number);
            Refusal::new(RefusalCode::Unknown, text, next)
        })
    }

    pub(super) fn close_segment(
        &self,
        of: &Incident,
        segment: u32,
        end: Option<Timestamp>,
    ) -> Result<Vec<Event>, Refusal> {
        self.may_record(of)?;
        let known = self.known_segment(of, segment)?;
        if !known.is_open() {
            let text = format!("impact {segment} of incident {} has ended already", of.number);
            return Err(Refusal::new(RefusalCode::State, text, "correct it, with a reason"));
        }
        let start = known.impact.start;
        let end = self.instant("the end of the impact", end, Some(start))?;
        if end == start {
            let text =
                format!("impact {segment} of incident {} would end when it starts", of.number);
            return Err(Refusal::invalid(text, "give its end, or withdraw it: it hit nobody"));
        }
        let closed = IncidentEvent::SegmentClosed { incident: of.number, segment, end };
        Ok(vec![Event::Incident(closed)])
    }

    pub(super) fn correct_segment(
        &self,
        of: &Incident,
        segment: u32,
        impact: &Impact,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.may_record(of)?;
        let known = self.known_segment(of, segment)?;
        let impact = self.impact(impact)?;
        self.ends_if_restored(of, &impact)?;
        if known.impact == impact {
            let text = format!("impact {segment} of incident {} says so already", of.number);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to correct"));
        }
        let reason = worded("the reason", reason)?;
        let incident = of.number;
        let corrected = IncidentEvent::SegmentCorrected { incident, segment, impact, reason };
        Ok(vec![Event::Incident(corrected)])
    }

    pub(super) fn withdraw_segment(
        &self,
        of: &Incident,
        segment: u32,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.may_record(of)?;
        self.known_segment(of, segment)?;
        let reason = worded("the reason", reason)?;
        let withdrawn = IncidentEvent::SegmentWithdrawn { incident: of.number, segment, reason };
        Ok(vec![Event::Incident(withdrawn)])
    }

    fn announced_window(&self, window: MaintenanceWindow) -> Result<(), Refusal> {
        self.role(ANNOUNCERS, &Scope::Deployment, "announce work on the solution")?;
        if window.end <= window.start {
            let text = format!("the work would end at {}, before it starts", window.end);
            return Err(Refusal::invalid(text, "give an end after its start"));
        }
        if window.end <= self.now {
            let text = format!("the work would be over at {}", window.end);
            let next = "what has happened unannounced is an incident: `landfall incident open`";
            return Err(Refusal::invalid(text, next));
        }
        Ok(())
    }

    pub(super) fn announce_maintenance(
        &self,
        title: &str,
        window: MaintenanceWindow,
        sites: &ImpactSites,
    ) -> Result<Vec<Event>, Refusal> {
        self.announced_window(window)?;
        self.sites_of_impact(sites)?;
        let maintenance = number(self.state.incidents.maintenances.len() + 1);
        let (title, sites) = (self.title("what is done", title)?, sites.clone());
        let announced = IncidentEvent::MaintenanceAnnounced { maintenance, title, window, sites };
        Ok(vec![Event::Incident(announced)])
    }

    /// What work hit counts as it was: announced long enough before, it is planned; what it hit
    /// besides is not.
    pub(super) fn record_work(&self, work: &Work, impact: &Impact) -> Result<Vec<Event>, Refusal> {
        self.role(RECORDERS, &Scope::Deployment, "record what work has hit")?;
        match work {
            Work::Maintenance(number) => {
                let position = (*number as usize).checked_sub(1);
                let known = position.and_then(|it| self.state.incidents.maintenances.get(it));
                known.ok_or_else(|| Refusal::unknown(work))?;
            }
            Work::Change(rfc) => {
                self.state.rfc(rfc).ok_or_else(|| Refusal::unknown(rfc))?;
            }
        }
        if impact.end.is_none() {
            let text = format!("{work} goes on hitting users");
            let next = "say until when; what goes on is an incident: `landfall incident open`";
            return Err(Refusal::invalid(text, next));
        }
        let (work, impact) = (work.clone(), self.impact(impact)?);
        Ok(vec![Event::Incident(IncidentEvent::WorkHit { work, impact })])
    }

    fn known_maintenance(&self, number: u32) -> Result<&Maintenance, Refusal> {
        let position = (number as usize).checked_sub(1);
        let known = position.and_then(|it| self.state.incidents.maintenances.get(it));
        let known = known.ok_or_else(|| {
            let text = format!("there is no maintenance {number}");
            Refusal::new(RefusalCode::Unknown, text, "`landfall maintenance list` shows them")
        })?;
        match known.window() {
            Some(window) if self.now < window.end => Ok(known),
            Some(window) => {
                let text = format!("maintenance {number} was over at {}", window.end);
                let next = "an overrun is an incident: `landfall incident open`";
                Err(Refusal::new(RefusalCode::State, text, next))
            }
            None => {
                let text = format!("maintenance {number} was called off");
                Err(Refusal::new(RefusalCode::State, text, "announce another"))
            }
        }
    }

    pub(super) fn change_maintenance(
        &self,
        maintenance: u32,
        window: MaintenanceWindow,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.announced_window(window)?;
        let known = self.known_maintenance(maintenance)?;
        if known.window() == Some(window) {
            let text = format!("maintenance {maintenance} takes place then already");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to change"));
        }
        let reason = worded("the reason", reason)?;
        let changed = IncidentEvent::MaintenanceChanged { maintenance, window, reason };
        Ok(vec![Event::Incident(changed)])
    }

    pub(super) fn cancel_maintenance(
        &self,
        maintenance: u32,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.role(ANNOUNCERS, &Scope::Deployment, "call off work on the solution")?;
        self.known_maintenance(maintenance)?;
        let reason = worded("the reason", reason)?;
        let cancelled = IncidentEvent::MaintenanceCancelled { maintenance, reason };
        Ok(vec![Event::Incident(cancelled)])
    }
}
