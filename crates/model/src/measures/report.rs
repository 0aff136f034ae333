//! The measures of a time, one after the other, each with what it is made of.
//!
//! Source: Deploy SMF, Process 3, Table 6: number of incidents, downtime; Table 2: measures of the
//! outcomes.

use super::desk::{DeskFigures, Durations};
use super::downtime::WholeDowntime;
use super::escalating::EscalationFigures;
use super::measure::{Confidence, Fraction, Measure, Unit};
use super::measured::{Answered, Covered};
use super::requests::RequestFigures;
use crate::site_care::coverage::Share;
use crate::support_hours::MeasuredIn;
use crate::survey::{Axis, Instrument};

/// Returns the measures of downtime and availability.
pub fn of_downtime(service: &WholeDowntime) -> Vec<Measure> {
    let n = service.sites.len();
    let any_site = Fraction::new(service.any_site.length_ms(), 1);
    let all_sites = Fraction::new(service.all_sites.length_ms(), 1);
    let measures = [
        Measure::new(
            "User-weighted downtime",
            "user-minutes lost, out of all users",
            service.user_weighted(),
            Unit::Time,
        ),
        Measure::new(
            "Availability",
            "agreed user-minutes without those lost, out of agreed user-minutes",
            service.availability(),
            Unit::Share,
        ),
        Measure::new(
            "User-minutes lost",
            "users affected by outages and partial outages in agreed time, never more than a site has",
            Fraction::new(service.user_ms, 1),
            Unit::UserTime,
        ),
        Measure::new(
            "Any site down",
            "the union of all sites' unplanned downtime",
            any_site,
            Unit::Time,
        )
        .during(&service.any_site),
        Measure::new(
            "All sites down",
            "what all sites' unplanned downtime has in common",
            all_sites,
            Unit::Time,
        )
        .during(&service.all_sites),
        Measure::new(
            "Site mean",
            "unplanned downtime of all sites, out of their number",
            service.site_mean(),
            Unit::Time,
        ),
        Measure::new(
            "Planned downtime",
            "outages within announced work, site after site",
            Fraction::new(service.planned_site_ms, 1),
            Unit::Time,
        ),
    ];
    measures.into_iter().map(|it| it.of(n)).collect()
}

/// Returns the measures that the desk's incidents give for so many users.
pub fn of_desk(desk: &DeskFigures, users: i128) -> Vec<Measure> {
    let count = |of: usize| of as i128;
    let severe = desk.by_severity.get(&2).copied().unwrap_or_default();
    let mean = |it: &Durations| Fraction::new(it.sum_ms(), it.n() as i128);
    let (acknowledged, restored) = match desk.clock {
        MeasuredIn::Always => (
            "from detection to a person's acknowledgement, of incidents that have one; around the clock",
            "from detection to restoration over all episodes, of incidents that are restored; around the clock",
        ),
        MeasuredIn::SupportHours => (
            "from detection to a person's acknowledgement, of incidents that have one; in support hours, but for what is answered at any time",
            "from detection to restoration over all episodes, of incidents that are restored; in support hours, but for what is answered at any time",
        ),
    };
    vec![
        Measure::new(
            "Incidents",
            "opened in the time, neither duplicates nor cancelled",
            Fraction::new(count(desk.count), 1),
            Unit::Count,
        )
        .of(desk.count),
        Measure::new(
            "Severity 2 per 1,000 users",
            "incidents of severity 2, out of a thousandth of all users",
            Fraction::new(count(severe) * 1_000, users),
            Unit::Count,
        )
        .of(desk.count),
        Measure::new(
            "Reopened",
            "incidents that came back after they had been restored, out of all",
            Fraction::new(count(desk.reopened), count(desk.count)),
            Unit::Share,
        )
        .of(desk.count),
        Measure::new(
            "Mean time to acknowledge",
            acknowledged,
            mean(&desk.to_acknowledge),
            Unit::Time,
        )
        .of(desk.to_acknowledge.n()),
        Measure::new("Mean time to restore", restored, mean(&desk.to_restore), Unit::Time)
            .of(desk.to_restore.n()),
    ]
}

/// Returns the measures of support issues.
pub fn of_requests(requests: &RequestFigures) -> Vec<Measure> {
    let measures = [
        Measure::new(
            "Support issues",
            "requests of any kind, opened once their site was in service; no duplicates, nothing unrelated",
            Fraction::new(requests.count as i128, 1),
            Unit::Count,
        ),
        Measure::new(
            "Support issues per 100 users",
            "support issues, out of a hundredth of the users in service",
            requests.per_100_users(),
            Unit::Count,
        ),
        Measure::new(
            "Support issues per 100 users and week",
            "support issues, out of a hundredth of the users times the weeks in service",
            requests.per_100_users_and_week(),
            Unit::Count,
        ),
    ];
    let during = Measure::new(
        "Requests during deployment",
        "opened before their site was in service: no support issues",
        Fraction::new(requests.during_deployment as i128, 1),
        Unit::Count,
    );
    let measures = measures.into_iter().map(|it| it.of(requests.count));
    measures.chain([during.of(requests.during_deployment)]).collect()
}

/// Returns the measures of escalations, beside so many incidents where those are known.
pub fn of_escalations(escalations: &EscalationFigures, incidents: Option<usize>) -> Vec<Measure> {
    let count = |of: usize| of as i128;
    let all = count(escalations.count);
    let mean = |it: &Durations| Fraction::new(it.sum_ms(), it.n() as i128);
    let mut measures = vec![
        Measure::new(
            "Escalations",
            "raised to the project team in the time, by the path or past it; no drills",
            Fraction::new(all, 1),
            Unit::Count,
        )
        .of(escalations.count),
        Measure::new(
            "Escalations taken in time",
            "taken or answered within the time of the level that was paged first, out of those with one",
            Fraction::new(count(escalations.in_time), count(escalations.timed)),
            Unit::Share,
        )
        .of(escalations.timed),
        Measure::new(
            "Avoidable escalations",
            "a known error, a guide or a training would have done, out of all",
            Fraction::new(count(escalations.avoidable), all),
            Unit::Share,
        )
        .of(escalations.count),
        Measure::new(
            "Mean time to take an escalation",
            "from being raised to being taken, of those that were",
            mean(&escalations.to_accept),
            Unit::Time,
        )
        .of(escalations.to_accept.n()),
        Measure::new(
            "Mean time to answer an escalation",
            "from being raised to the last answer, of those that were answered",
            mean(&escalations.to_answer),
            Unit::Time,
        )
        .of(escalations.to_answer.n()),
    ];
    measures.extend(incidents.map(|incidents| {
        Measure::new(
            "Escalations per 100 incidents",
            "escalations, out of a hundredth of the incidents",
            escalations.per_100_incidents(incidents),
            Unit::Count,
        )
        .of(escalations.count)
    }));
    measures
}

/// Returns the measures of coverage.
pub fn of_coverage(covered: &[Covered]) -> Vec<Measure> {
    let all = |of: fn(&Covered) -> Share| covered.iter().map(of).fold(Share::default(), Share::and);
    let share = |it: Share| Fraction::new(it.covered, it.due());
    vec![
        Measure::new(
            "Computers covered",
            "verified with this release, out of those targeted and not exempt",
            share(all(|it| it.computers)),
            Unit::Share,
        )
        .of(covered.len()),
        Measure::new(
            "Users covered",
            "with access, out of those targeted and not exempt",
            share(all(|it| it.users)),
            Unit::Share,
        )
        .of(covered.len()),
    ]
}

/// Returns the measure of how much of the time is known.
pub fn of_completeness(known: Fraction, sites: usize) -> Measure {
    Measure::new(
        "Completeness",
        "agreed site-minutes in which every probe of the site was asked, out of agreed site-minutes",
        known,
        Unit::Share,
    )
    .of(sites)
}

/// Returns the measures of satisfaction: who was asked about what, and never two of them together.
pub fn of_satisfaction(answers: &[Answered]) -> Vec<Measure> {
    let rule = "answers of 4 and 5, out of those from 1 to 5, one a person";
    let of = |it: &Answered| {
        let measure = Measure::new(overall(it)?, rule, it.answers.share(), Unit::Share);
        let confidence = it.answers.wilson_95().map(|(low, high)| Confidence {
            low,
            high,
            only_indicates: it.answers.only_indicates(),
        });
        let n = usize::try_from(it.answers.n()).unwrap_or(usize::MAX);
        Some(Measure { confidence, ..measure.of(n) })
    };
    answers.iter().filter_map(of).collect()
}

/// Returns what a question asks overall; the questions in detail are no measures.
fn overall(it: &Answered) -> Option<&'static str> {
    let standard = it.instrument.standard();
    let axis = standard.iter().find(|other| other.number == it.question)?.axis;
    let first = standard.iter().find(|other| other.axis == axis)?;
    if first.number != it.question {
        return None;
    }
    match (it.instrument, axis) {
        (Instrument::Users, Axis::Solution) => Some("Users content with the solution"),
        (Instrument::Users, Axis::Deployment) => Some("Users content with the deployment"),
        (Instrument::SiteOwners, Axis::Solution) => Some("Site owners content with the solution"),
        (Instrument::SiteOwners, Axis::Deployment) => {
            Some("Site owners content with the deployment")
        }
        (Instrument::Customer, Axis::Solution) => Some("Customer content with the solution"),
        (Instrument::Customer, Axis::Deployment) => Some("Customer content with the deployment"),
        (Instrument::Users | Instrument::SiteOwners | Instrument::Customer, Axis::Detail) => None,
    }
}
