//! The gates of the Deployment Complete Milestone that look at sites, people's verdicts and papers:
//! D2, D3 and D5 to D9; and when the survey may open.
//!
//! Source: Deploy SMF, Process 4, Table 7, as worked out in `catalogue/guards.psv`.

use super::incidents::{self, Partly};
use super::{Found, missing};
use crate::assessment;
use crate::guard::{Guard, GuardReading, Supplier};
use crate::incident::Incident;
use crate::machine::{DeploymentState, SiteState};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::{Sheet, SlotId};
use crate::state::State;
use jiff::Timestamp;

/// Returns what the guards read that must pass before Deployment Complete is reviewed: all but the
/// signatures (D7 and D9).
pub fn gate(state: &State, now: Timestamp) -> Vec<GuardReading> {
    let read = |guard, found| state.reading(guard, &[Scope::Deployment], now, found);
    vec![
        read(Guard::D1, super::quiet_period::d1(state)),
        d2(state).read(state, Guard::D2, &[Scope::Deployment], now),
        // Only how many users answered can be waived, and of that it asks nothing.
        super::read_strictly(Guard::D3, d3(state)),
        state.reading_of_parts(Guard::D4, &[Scope::Deployment], now, super::team::d4(state)),
        read(Guard::D5, d5(state)),
        // D6: the reports are computed into the data pack of the review.
        GuardReading::met(Guard::D6),
        read(Guard::D8, d8(state)),
    ]
}

/// Returns what the signatures read that must pass before Deployment Complete is declared.
pub fn signatures(state: &State, now: Timestamp) -> Vec<GuardReading> {
    let read = |guard, found| state.reading(guard, &[Scope::Deployment], now, found);
    vec![read(Guard::D7, d7(state)), read(Guard::D9, d9(state))]
}

/// Whether the survey may be opened: in the second half of the quiet period, or after it.
pub fn survey_may_open(state: &State, now: Timestamp) -> Found {
    let early = |at: Option<Timestamp>| {
        let supplier = at.map_or(Supplier::System, Supplier::At);
        Err(("the quiet period is not half over".to_owned(), supplier))
    };
    match state.deployment {
        DeploymentState::MilestoneReview => Ok(()),
        DeploymentState::QuietPeriod => match survey_opens(state) {
            Some(at) if now >= at => Ok(()),
            at => early(at),
        },
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing => early(None),
        DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => {
            let text = format!("the deployment is {}", state.deployment);
            Err((text, Supplier::System))
        }
    }
}

/// Returns when half of the quiet period that now runs is over, extensions included.
pub fn survey_opens(state: &State) -> Option<Timestamp> {
    if state.deployment != DeploymentState::QuietPeriod {
        return None;
    }
    let period = state.quiet_periods.last()?;
    let half = period.end.duration_since(period.start) / 2;
    period.start.checked_add(half).ok()
}

/// D2: all sites are signed off or exempt, and no severe incident is open. Only an incident of
/// severity 2 with a way around it, a known error, can be waived.
pub fn d2(state: &State) -> Partly {
    let sites = state.plan.sites.iter().zip(&state.sites);
    let mut open =
        sites.filter(|(_, it)| !matches!(it.state, SiteState::SignedOff | SiteState::Exempt));
    let signed = match open.next() {
        None => Ok(()),
        Some((site, status)) => {
            let more = open.count();
            let more =
                if more == 0 { String::new() } else { format!(", and {more} more sites wait") };
            let text = format!("site {} is {}{more}", site.id, status.state);
            missing(text, &[RoleType::ReleaseManagement, RoleType::SiteOwner])
        }
    };
    let open: Vec<&Incident> = state.incidents.closing_gates().collect();
    let incidents = incidents::severe(&open, "the solution", incidents::has_workaround);
    Partly { never: signed.and(incidents.never), ..incidents }
}

/// D3: the survey that was opened since the quiet period began is closed, and the customer answered.
pub fn d3(state: &State) -> Found {
    let who = [RoleType::UserExperience, RoleType::ProductManager];
    let Some(round) = state.survey_round() else {
        let text = match state.surveys.last() {
            Some(_) => "no satisfaction survey was held in this quiet period",
            None => "no satisfaction survey was held",
        };
        return missing(text, &who);
    };
    let customer = !round.customer.is_empty()
        || round.imports.iter().any(|it| it.instrument == crate::survey::Instrument::Customer);
    if round.closed.is_none() {
        if !customer {
            return missing("the customer has not answered the survey", &[RoleType::Customer]);
        }
        return Err((
            format!("the survey is open until {}", round.closes),
            Supplier::At(round.closes),
        ));
    }
    if customer {
        return Ok(());
    }
    missing("the survey closed without an answer of the customer: hold another round", &who)
}

/// D5: no escalation is open.
pub fn d5(state: &State) -> Found {
    match state.escalations.list.iter().find(|it| it.is_open()) {
        None => Ok(()),
        Some(it) => {
            let text = format!("escalation {} is {}", it.number, it.state);
            missing(text, &[RoleType::OperationsManager, RoleType::SupportManager])
        }
    }
}

/// D7: the customer has signed the acceptance.
pub fn d7(state: &State) -> Found {
    let slot = SlotId { sheet: Sheet::MilestoneReview, role: RoleType::Customer };
    if state.is_signed(&slot) {
        return Ok(());
    }
    let unsigned = || "the customer has not signed the acceptance".to_owned();
    missing(state.disputed_slot(&slot).unwrap_or_else(unsigned), &[RoleType::Customer])
}

/// D8: every success criterion is evaluated, and the customer accepted those that are not met.
pub fn d8(state: &State) -> Found {
    for it in assessment::criteria(state) {
        if !assessment::is_due_at_completion(it.criterion) {
            continue;
        }
        let id = &it.criterion.id;
        match (it.value(), it.accepted) {
            (None, _) => {
                let text = format!("criterion {id} is not evaluated");
                return missing(text, &[RoleType::ProductManager]);
            }
            (Some((value, assessment::Verdict::NotMet)), None) => {
                let text = format!("criterion {id} is not met, at {value}, and not accepted");
                return missing(text, &[RoleType::Customer]);
            }
            (Some(_), _) => {}
        }
    }
    let items = state.assessments.items.iter();
    let mut short = items.filter(|(id, it)| {
        let found = &it.judgement.measurement;
        found.verdict == assessment::Verdict::NotMet
            && state.assessments.acceptance(id, &found.value).is_none()
    });
    match short.next() {
        None => Ok(()),
        Some((id, it)) => {
            missing(format!("{} {id} is not met and not accepted", it.kind), &[RoleType::Customer])
        }
    }
}

/// DC1: the sections of the milestone review report are filled: every key question has an answer
/// that holds. The one on the analysis is asked when the project closes.
pub fn dc1(state: &State) -> Found {
    let open = unanswered(state);
    match open.first() {
        None => Ok(()),
        Some(first) => {
            let more = open.len() - 1;
            let more = if more == 0 { String::new() } else { format!(", nor are {more} more") };
            let text = format!("key question {} is not answered{more}", first.question);
            missing(text, first.question.answered_by())
        }
    }
}

/// Returns the key questions that lack an answer which still holds.
pub fn unanswered(state: &State) -> Vec<assessment::Standing> {
    let asked = assessment::KeyQuestion::ALL.iter();
    let asked = asked.filter(|it| **it != assessment::KeyQuestion::AllAvailable);
    asked.map(|it| assessment::standing(state, *it)).filter(|it| !it.is_answered()).collect()
}

/// D9: every role type of the project has signed.
pub fn d9(state: &State) -> Found {
    let lacking: Vec<RoleType> = RoleType::PROJECT
        .iter()
        .copied()
        .filter(|role| !state.is_signed(&SlotId { sheet: Sheet::MilestoneReview, role: *role }))
        .collect();
    match lacking.first() {
        None => Ok(()),
        Some(first) => {
            let of = SlotId { sheet: Sheet::MilestoneReview, role: *first };
            if let Some(said) = state.disputed_slot(&of) {
                return missing(said, &lacking);
            }
            let more = lacking.len() - 1;
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            missing(format!("{first}{more} have not signed"), &lacking)
        }
    }
}
