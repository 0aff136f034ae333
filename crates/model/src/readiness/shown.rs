//! Where an item of the checklist stands, and who or what says so.
//!
//! House rule: what a probe shows nobody states; a person's word is marked as such.

use super::{Judgement, ReadinessItem};
use crate::id::{LineId, PersonId};
use crate::incident::ProbeStanding;
use crate::probe::Probe;
use crate::state::State;
use crate::watching;
use jiff::Timestamp;
use serde::Serialize;

/// Where an item of the checklist stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ItemStanding {
    /// How it is judged; nothing while nobody knows.
    pub judgement: Option<Judgement>,
    /// What shows it.
    pub evidence: Option<String>,
    /// Since when.
    pub at: Option<Timestamp>,
    /// Who or what says so; nobody while nobody does.
    pub said_by: Option<SaidBy>,
}

/// Who or what says where an item stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaidBy {
    /// This probe, by how it is answered.
    Probe(LineId),
    /// Somebody, in their own words.
    Person(PersonId),
}

impl std::fmt::Display for SaidBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Probe(id) => write!(f, "probe {id}"),
            Self::Person(person) => write!(f, "{person} says so"),
        }
    }
}

/// Returns the probe that shows `item` by itself, where the plan has one.
pub fn shown_by<'s>(state: &'s State, item: &ReadinessItem) -> Option<&'s Probe> {
    let id = item.probe.as_ref()?;
    state.plan.probes.iter().find(|it| it.id == *id)
}

/// Returns where `item` stands at `now`: by its probe, or else by what somebody said.
pub fn standing(state: &State, item: &ReadinessItem, now: Timestamp) -> ItemStanding {
    if let Some(probe) = shown_by(state, item) {
        return by_probe(state, probe, now);
    }
    let judged = state.readiness.item(&item.id);
    ItemStanding {
        judgement: judged.map(|it| it.judgement),
        evidence: judged.map(|it| it.evidence.clone()),
        at: judged.map(|it| it.at),
        said_by: judged.and_then(|it| it.by.clone()).map(SaidBy::Person),
    }
}

fn by_probe(state: &State, probe: &Probe, now: Timestamp) -> ItemStanding {
    let stands = watching::standing(state, probe, now);
    let last = state.incidents.probes.changes.get(&probe.id).and_then(|it| it.last());
    let since = last.filter(|_| stands != ProbeStanding::Unknown).map(|it| it.since);
    let judgement = match stands {
        ProbeStanding::Up => Some(Judgement::Passed),
        ProbeStanding::Down => Some(Judgement::Failed),
        ProbeStanding::Unknown => None,
    };
    let evidence = match since {
        Some(since) => format!("probe {} is {stands} since {since}", probe.id),
        None => format!("nobody has asked probe {} of late", probe.id),
    };
    let said_by = Some(SaidBy::Probe(probe.id.clone()));
    ItemStanding { judgement, evidence: Some(evidence), at: since, said_by }
}
