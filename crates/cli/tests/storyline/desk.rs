//! What the desk enters in the quiet period: the tickets, the impact and the work of the example.

use super::stage::Stage;
use jiff::Timestamp;
use model::command::Command;
use model::incident::{
    Attribution, Impact, ImpactLevel, ImpactSites, IncidentAct, IncidentCommand, MaintenanceWindow,
    Opening, Severity, Work,
};
use model::scope::Scope;

pub(crate) const SUPPORT: &str = "esteban.hale";

fn at(text: &str) -> Timestamp {
    format!("2027-04-{text}:00Z").parse().unwrap()
}

pub(crate) fn sites(of: std::ops::RangeInclusive<u32>) -> ImpactSites {
    ImpactSites::Only(of.map(|it| format!("B{it:02}").parse().unwrap()).collect())
}

/// What was hit since `start`, and goes on.
pub(crate) fn hit(start: &str, sites: ImpactSites, level: ImpactLevel) -> Impact {
    Impact { start: at(start), end: None, sites, level, users: None }
}

/// A ticket, as it is entered.
pub(crate) struct Ticket {
    pub(crate) severity: Severity,
    pub(crate) place: &'static str,
    pub(crate) title: &'static str,
    pub(crate) detected: &'static str,
    pub(crate) cause: Attribution,
    pub(crate) impact: Option<Impact>,
}

impl Stage {
    /// Plays until an instant of April: a day, and a time in UTC.
    pub(crate) async fn until_april(&mut self, text: &str) {
        self.until(&at(text).to_string()).await;
    }

    pub(crate) async fn opens(&mut self, ticket: Ticket) {
        let Ticket { severity, place, title, detected, cause, impact } = ticket;
        let scope: Scope = place.parse().unwrap();
        let opening = Opening {
            attribution: cause,
            impact,
            ..Opening::reported(scope, severity, title.to_owned(), at(detected))
        };
        self.desk(IncidentCommand::Open(Box::new(opening))).await;
    }

    pub(crate) async fn desk(&mut self, command: IncidentCommand) {
        self.act(SUPPORT, Command::Incident(command)).await;
    }

    pub(crate) async fn desk_acts(&mut self, incident: u32, act: IncidentAct) {
        self.desk(IncidentCommand::Act { incident, act }).await;
    }

    /// A person has seen the incident, at an instant that has come.
    pub(crate) async fn acknowledges(&mut self, incident: u32, text: &str) {
        self.until_april(text).await;
        self.desk_acts(incident, IncidentAct::Acknowledge { at: None }).await;
    }

    /// The service is back.
    pub(crate) async fn restores(&mut self, incident: u32, text: &str) {
        self.until_april(text).await;
        let confirmation = "the check passes".to_owned();
        self.desk_acts(incident, IncidentAct::Restore { at: None, confirmation }).await;
    }

    /// The cause is dealt with, and whoever entered it agrees that it is over.
    pub(crate) async fn closes(&mut self, incident: u32, cause: &str) {
        let (cause, fix) = (cause.to_owned(), Some("it was mended".to_owned()));
        let resolve = IncidentAct::Resolve { cause, fix, workaround: None, problem: None };
        self.desk_acts(incident, resolve).await;
        self.desk_acts(incident, IncidentAct::Close).await;
    }

    /// Work is announced, from `start` to `end`, at all sites.
    pub(crate) async fn announces(&mut self, title: &str, start: &str, end: &str) {
        let window = MaintenanceWindow { start: at(start), end: at(end) };
        let (title, sites) = (title.to_owned(), ImpactSites::All);
        self.desk(IncidentCommand::AnnounceMaintenance { title, window, sites }).await;
    }

    /// Work has hit users, from `start` to `end`.
    pub(crate) async fn work_has_hit(
        &mut self,
        work: Work,
        start: &str,
        end: &str,
        of: ImpactSites,
    ) {
        let impact = Impact { end: Some(at(end)), ..hit(start, of, ImpactLevel::Outage) };
        self.desk(IncidentCommand::RecordWork { work, impact }).await;
    }
}
