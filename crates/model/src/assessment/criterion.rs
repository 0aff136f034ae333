//! Where a success criterion stands: computed where the program knows the measure, else as it was
//! measured by hand; met, not met, or accepted by the customer as it is.
//!
//! Source: Deploy SMF, overview: "meets the success criteria"; guard D8.

use super::{Acceptance, Judgement, Target, Value, Verdict};
use crate::companion_plans::SuccessCriterion;
use crate::run::{StepList, TrackState};
use crate::state::State;
use crate::survey::{Instrument, results};
use serde::Serialize;

/// A measure that the program computes itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Computed {
    /// The value, with its unit and how it came about.
    pub value: String,
    /// How it compares; nothing where the target cannot be read.
    pub verdict: Option<Verdict>,
}

/// Where a success criterion stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CriterionStanding<'a> {
    /// The criterion, as planned.
    pub criterion: &'a SuccessCriterion,
    /// What the program computes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<Computed>,
    /// What was measured by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<&'a Judgement>,
    /// That the customer accepts it as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<&'a Acceptance>,
}

impl CriterionStanding<'_> {
    /// Returns the value in force: the computed one where its target can be read.
    pub fn value(&self) -> Option<(&str, Verdict)> {
        let computed = self.computed.as_ref().and_then(|it| Some((it.value.as_str(), it.verdict?)));
        let measured = self.measured.map(|it| &it.measurement);
        computed.or_else(|| measured.map(|it| (it.value.as_str(), it.verdict)))
    }

    /// Returns where it stands, in a word or a few.
    pub fn word(&self) -> &'static str {
        match (self.value(), self.accepted) {
            (None, _) => "not evaluated",
            (Some((_, Verdict::Met)), _) => "met",
            (Some((_, Verdict::NotMet)), Some(_)) => "not met, accepted by the customer",
            (Some((_, Verdict::NotMet)), None) => "not met",
        }
    }
}

/// Returns where every success criterion of the plan stands.
pub fn criteria(state: &State) -> Vec<CriterionStanding<'_>> {
    state.plan.success_criteria.iter().map(|it| criterion(state, it)).collect()
}

/// Returns where `planned` stands.
pub fn criterion<'a>(state: &'a State, planned: &'a SuccessCriterion) -> CriterionStanding<'a> {
    let computed = computed(state, &planned.measure).map(|(value, text)| Computed {
        value: text,
        verdict: Target::read(&planned.target)
            .map(|target| if target.is_met(value) { Verdict::Met } else { Verdict::NotMet }),
    });
    let measured = state.assessments.measured.get(&planned.id);
    let it = CriterionStanding { criterion: planned, computed, measured, accepted: None };
    let accepted =
        it.value().and_then(|(value, _)| state.assessments.acceptance(&planned.id, value));
    CriterionStanding { accepted, ..it }
}

/// Returns what is known by measuring of a ring, or of the whole: verified sites, what failed, severe
/// incidents; of the whole, where each criterion stands.
pub fn figures(state: &State, ring: Option<&crate::id::RingId>) -> String {
    if let Some((_, status)) = ring.and_then(|it| state.ring(it)) {
        let counts = status.counts;
        return format!(
            "{} of {} sites verified, {} failed, {} exempt; {} severity 1 and {} severity 2 incidents",
            counts.verified,
            counts.planned,
            counts.failed,
            counts.exempt,
            status.severity_1,
            status.severity_2
        );
    }
    let standing = criteria(state).into_iter();
    let standing = standing.map(|it| format!("{}: {}", it.criterion.id, it.word()));
    standing.collect::<Vec<_>>().join("; ")
}

/// Returns whether a criterion is measured for the Deployment Complete Milestone: those of the
/// benefit review come later.
pub fn is_due_at_completion(planned: &SuccessCriterion) -> bool {
    !planned.at.to_lowercase().contains("benefit")
}

/// Returns the value of a measure that the program knows, and how it reads.
fn computed(state: &State, measure: &str) -> Option<(Value, String)> {
    match measure {
        "coverage.computers" => Some(computers(state)),
        "coverage.sites" => Some(sites(state)),
        "csat.users.overall" => csat(state, Instrument::Users, 1),
        "csat.users.deployment" => csat(state, Instrument::Users, 2),
        "csat.site-owners.overall" => csat(state, Instrument::SiteOwners, 1),
        "csat.customer.overall" => csat(state, Instrument::Customer, 1),
        _ => None,
    }
}

fn computers(state: &State) -> (Value, String) {
    let sites = state.plan.sites.iter().zip(&state.sites);
    let in_scope = sites.filter(|(_, it)| it.state != crate::machine::SiteState::Exempt);
    let (mut verified, mut due) = (0_u64, 0_u64);
    for (site, status) in in_scope {
        let tracks = status.run.as_deref().map(|it| it.tracks.as_slice()).unwrap_or_default();
        let of = |wanted: TrackState| {
            let each = tracks.iter().filter(|it| it.list == StepList::EachComputer);
            each.filter(|it| it.state == wanted).count() as u64
        };
        verified += of(TrackState::Done);
        due += (site.computers.len() as u64).saturating_sub(of(TrackState::Excluded));
    }
    let value = Value::percent(verified, due);
    (value, format!("{value} % ({verified} of {due} computers)"))
}

fn sites(state: &State) -> (Value, String) {
    use crate::machine::SiteState;
    let exempt = state.sites.iter().filter(|it| it.state == SiteState::Exempt).count() as u64;
    let signed = state.sites.iter().filter(|it| it.state == SiteState::SignedOff).count() as u64;
    let due = state.sites.len() as u64 - exempt;
    let value = Value::percent(signed, due);
    (value, format!("{value} % ({signed} of {due} sites)"))
}

fn csat(state: &State, instrument: Instrument, question: u8) -> Option<(Value, String)> {
    let of_instrument = results(state, instrument)?;
    let it = of_instrument.questions.iter().find(|it| it.question == question)?;
    if it.counts.n() == 0 {
        return None;
    }
    let value = Value::percent(u64::from(it.counts.top_two()), u64::from(it.counts.n()));
    Some((value, format!("{value} % ({} of {})", it.counts.top_two(), it.counts.n())))
}
