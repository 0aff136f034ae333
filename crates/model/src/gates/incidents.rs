//! The guards that ask for incidents and escalations, and those on their way.
//!
//! Of four guards only a part may be waived: an open severity 1 incident, or one
//! of severity 2 without a way around it, closes the gate whatever anybody granted.
//!
//! Source: Deploy SMF, key questions of Tables 4 to 6, as worked out in `catalogue/guards.psv`:
//! CS1, S10, V2, ST2, ST3, I1 to I5, ES1, ES2.

use super::{Found, missing};
use crate::escalation::Escalation;
use crate::guard::{Guard, GuardReading, Supplier};
use crate::id::SiteId;
use crate::incident::{Incident, Severity};
use crate::machine::DeploymentState;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::state::State;
use jiff::{SignedDuration, Timestamp};

/// Who can see to it that an incident is over.
const RESOLVERS: &[RoleType] = &[RoleType::SupportManager, RoleType::OperationsManager];

/// How long the trend of incidents looks back, and is compared with as long before.
const TREND: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a guard found of which only a part may be waived.
pub struct Partly {
    /// What nobody may waive.
    pub never: Found,
    /// What may be waived.
    pub waivable: Found,
}

impl Partly {
    /// Returns what is missing, whether it may be waived or not.
    pub fn whole(self) -> Found {
        self.never.and(self.waivable)
    }

    /// Returns the reading of `guard` at the first of `scopes`, after waivers in force.
    pub fn read(
        self,
        state: &State,
        guard: Guard,
        scopes: &[Scope],
        now: Timestamp,
    ) -> GuardReading {
        match self.never {
            Ok(()) => state.reading(guard, scopes, now, self.waivable),
            never @ Err(_) => super::read_strictly(guard, never),
        }
    }
}

fn open(incident: &Incident, place: &str) -> (String, Supplier) {
    let text = format!(
        "incident {}, {}, is open at {place}: {}",
        incident.number, incident.severity, incident.title
    );
    (text, Supplier::Roles(RESOLVERS.to_vec()))
}

pub(super) fn has_workaround(incident: &Incident) -> bool {
    incident.severity > Severity::ONE && incident.workaround.is_some()
}

/// Returns what `severe` incidents at `place` leave to be done; what it `bears`
/// with may be waived.
pub(super) fn severe(severe: &[&Incident], place: &str, bears: fn(&Incident) -> bool) -> Partly {
    let first = |it: Option<&&Incident>| it.map_or(Ok(()), |it| Err(open(it, place)));
    let never = first(severe.iter().find(|it| !bears(it)));
    Partly { never, waivable: first(severe.first()) }
}

/// V2: no severe incident of the solution is open at the site.
pub fn v2(state: &State, site: &SiteId, scopes: &[Scope], now: Timestamp) -> GuardReading {
    let here = state.incidents.closing_gates().filter(|it| it.is_at(site));
    let here: Vec<&Incident> = here.collect();
    let mut found = severe(&here, &site.to_string(), has_workaround);
    if found.never.is_ok() && found.waivable.is_ok() {
        found.waivable = no_signal(state, site);
    }
    found.read(state, Guard::V2, scopes, now)
}

/// Nothing severe was said of the site that is not an incident, since it came to where it stands.
fn no_signal(state: &State, site: &SiteId) -> Found {
    let since = state.site(site).map(|(_, it)| it.since);
    let here = Scope::Site(site.clone());
    let signal = state.signals.iter().find(|it| {
        it.incident.is_none()
            && it.scope == here
            && it.severity <= 2
            && since.is_some_and(|since| it.at > since)
    });
    match signal {
        None => Ok(()),
        Some(signal) => missing(
            format!("a severity {} incident is open at {site}: {}", signal.severity, signal.text),
            &[RoleType::SupportManager, RoleType::ReleaseManagement],
        ),
    }
}

/// CS1: the components on the sheet are verified, no severe incident is open on them, and what
/// monitors them is live.
pub fn cs1(state: &State, sheet: &Sheet, now: Timestamp) -> GuardReading {
    let verified = super::cs1_verified(state, sheet);
    let is_core = |it: &Scope| match it {
        Scope::Core | Scope::Component(_) => true,
        Scope::Deployment | Scope::Ring(_) | Scope::Site(_) | Scope::Rfc(_) => false,
    };
    let on_core = state.incidents.closing_gates().filter(|it| it.scopes.iter().any(is_core));
    let on_core: Vec<&Incident> = on_core.collect();
    let found = severe(&on_core, "the core", |it| it.severity > Severity::ONE);
    let monitored = || super::cs1_monitored(state, sheet, now);
    let never = verified.and(found.never).and_then(|()| monitored());
    Partly { never, ..found }.read(state, Guard::CS1, &[Scope::Core], now)
}

/// S10: nothing severe came from the site since it took up its work.
pub fn s10(state: &State, site: &SiteId) -> Found {
    let since = state.site(site).map(|(_, it)| it.since);
    let mut here = state.incidents.closing_gates().filter(|it| it.is_at(site));
    match here.find(|it| since.is_some_and(|since| it.entered >= since)) {
        None => Ok(()),
        Some(incident) => Err(open(incident, &site.to_string())),
    }
}

/// ST2: nothing of severity 1 is open, little of severity 2, each with a way around it, and it
/// does not get worse. Only how much of severity 2 may be open can be waived.
pub fn st2(state: &State, now: Timestamp) -> GuardReading {
    let open: Vec<&Incident> = state.incidents.closing_gates().collect();
    let found = severe(&open, "the solution", has_workaround);
    let never = found.never.and_then(|()| trend(state, now));
    let allowed = state.plan.support.as_ref().map_or(0, |it| it.open_severity_2_max);
    let count = open.len();
    let waivable = if count <= allowed as usize {
        Ok(())
    } else {
        let text = format!("{count} severity 2 incidents are open, {allowed} are tolerated");
        missing(text, RESOLVERS)
    };
    Partly { never, waivable }.read(state, Guard::ST2, &[Scope::Deployment], now)
}

/// The last seven days saw no more severe incidents than the seven before; where they did, when
/// they will not any more.
fn trend(state: &State, now: Timestamp) -> Found {
    let counted = state.incidents.list.iter().filter(|it| it.counts());
    let counted = counted.filter(|it| it.is_open() || it.resolved.is_some());
    let severe: Vec<Timestamp> =
        counted.filter(|it| it.severity_highest.is_severe()).map(Incident::detected).collect();
    let at = |now: Timestamp| {
        let age = |it: &&Timestamp| now.duration_since(**it);
        let lately = severe.iter().filter(|it| age(it) >= SignedDuration::ZERO && age(it) < TREND);
        let earlier = severe.iter().filter(|it| age(it) >= TREND && age(it) < TREND * 2);
        (lately.count(), earlier.count())
    };
    let (lately, earlier) = at(now);
    if lately <= earlier {
        return Ok(());
    }
    // It changes only when an incident grows a week older.
    let passes = severe.iter().filter_map(|it| it.checked_add(TREND).ok());
    let next = passes
        .filter(|it| {
            *it > now && {
                let (l, e) = at(*it);
                l <= e
            }
        })
        .min();
    let text = format!("{lately} severe incidents in the last 7 days, {earlier} in the 7 before");
    Err((text, next.map_or_else(|| Supplier::Roles(RESOLVERS.to_vec()), Supplier::At)))
}

/// ST3: the escalation path is written down, and a drill was answered within its target.
pub fn st3(state: &State) -> Found {
    if state.plan.support.as_ref().is_none_or(|it| it.escalation.is_empty()) {
        let text = "the support plan names no level of escalation";
        return missing(text, &[RoleType::ProgramManager]);
    }
    let mut drills = state.escalations.list.iter().filter(|it| it.is_drill());
    if drills.any(Escalation::is_answered_in_time) {
        return Ok(());
    }
    let text = "no escalation drill was answered within its target";
    missing(text, RESOLVERS)
}

/// Returns whether a second person must confirm that `incident` is none: I1.
pub fn needs_second_person(state: &State, incident: &Incident) -> bool {
    incident.severity_highest.is_severe() || state.deployment == DeploymentState::QuietPeriod
}

/// I2: the first and second line of support tried what the support plan says, or it is severity 1.
pub fn i2(incident: &Incident, tried: &[String]) -> Found {
    if incident.severity == Severity::ONE || !tried.is_empty() {
        return Ok(());
    }
    missing("what the first and second line have tried is not said", RESOLVERS)
}

/// I4: it came back within the reopen limit.
pub fn i4(state: &State, incident: &Incident, at: Timestamp) -> Found {
    let days = state.plan.support.as_ref().map_or(REOPEN_DAYS, |it| it.reopen_days);
    let over = incident.resolved.or(incident.restored());
    let limit = SignedDuration::from_hours(i64::from(days) * 24);
    let ends = over.and_then(|it| it.checked_add(limit).ok());
    match ends {
        Some(ends) if at > ends => {
            let text = format!("it could be reopened for {days} days, until {ends}");
            missing(text, RESOLVERS)
        }
        Some(_) | None => Ok(()),
    }
}

/// How long an incident may be reopened where the support plan does not say, in days.
pub const REOPEN_DAYS: u16 = 7;

/// ES1: whoever confirms is of the side that raised the escalation.
pub fn es1(escalation: &Escalation, held: &[RoleType]) -> Found {
    if held.contains(&escalation.side()) {
        return Ok(());
    }
    let text = format!("escalation {} was raised by {}", escalation.number, escalation.side());
    missing(text, &[escalation.side()])
}
