//! What a round of the survey showed: one instrument at a time.
//!
//! House rule: no group with fewer answers than the threshold is shown, and where only one group
//! would be left out, the next smallest is left out with it, so that it cannot be subtracted.

use super::{Asked, Axis, Counts, GroupCount, Instrument, Interval, Reply, Round};
use crate::id::SiteId;
use crate::state::State;
use serde::Serialize;
use std::collections::BTreeMap;

/// What one instrument showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Results {
    /// Who was asked.
    pub instrument: Instrument,
    /// How many people were invited.
    pub invited: u32,
    /// How many answered.
    pub responses: u32,
    /// The share of those invited who answered, in tenths of a percent.
    pub response_rate: Option<u32>,
    /// Question by question.
    pub questions: Vec<QuestionResult>,
    /// The overall question, site by site, for those with enough answers.
    pub groups: Vec<GroupResult>,
    /// How many sites with answers are not shown.
    pub groups_withheld: usize,
}

/// What one question showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuestionResult {
    /// Its number.
    pub question: u8,
    /// What it asks.
    pub text: String,
    /// What it is about.
    pub axis: Axis,
    /// How many answered 1, 2, 3, 4 and 5.
    pub counts: Counts,
    /// The share of the satisfied, in tenths of a percent.
    pub satisfied: Option<u32>,
    /// Its interval at 95 %.
    pub interval: Option<Interval>,
    /// Whether it is indicative only.
    pub indicative: bool,
}

/// What the overall question showed at one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupResult {
    /// The site.
    pub site: SiteId,
    /// How many answered.
    pub responses: u32,
    /// The share of the satisfied, in tenths of a percent.
    pub satisfied: Option<u32>,
}

impl Results {
    /// Returns the answers to all questions on `axis` together.
    pub fn axis(&self, axis: Axis) -> Option<Counts> {
        let mut all: Option<Counts> = None;
        for it in &self.questions {
            if it.axis == axis {
                all.get_or_insert_default().merge(&it.counts);
            }
        }
        all
    }
}

/// Returns what the last round that counts showed of `instrument`; nothing where there is none, or
/// where too few answered to keep anybody's answer to themselves.
pub fn results(state: &State, instrument: Instrument) -> Option<Results> {
    let round = state.survey_round()?;
    let groups = groups(round, instrument);
    let invited = invited(state, round, instrument);
    let responses: u32 = groups.iter().map(|it| it.responses).sum();
    if instrument == Instrument::Users && responses < round.threshold {
        return None;
    }
    let scores = round.questions.of(instrument).filter(|it| it.asked == Asked::Score);
    let questions = scores
        .map(|question| {
            let mut counts = Counts::default();
            let of_groups = groups.iter().filter_map(|it| it.counts.get(&question.number));
            of_groups.for_each(|it| counts.merge(it));
            QuestionResult {
                question: question.number,
                text: question.text.to_owned(),
                axis: question.axis,
                counts,
                satisfied: counts.satisfied(),
                interval: counts.interval(),
                indicative: counts.is_indicative(responses, invited),
            }
        })
        .collect();
    let (shown, groups_withheld) = shown(&groups, round.threshold, instrument);
    let response_rate = (u64::from(responses) * 2_000 + u64::from(invited))
        .checked_div(u64::from(invited) * 2)
        .and_then(|it| u32::try_from(it).ok());
    Some(Results {
        instrument,
        invited,
        responses,
        response_rate,
        questions,
        groups: shown,
        groups_withheld,
    })
}

fn invited(state: &State, round: &Round, instrument: Instrument) -> u32 {
    let imported = round.imports.iter().filter(|it| it.instrument == instrument);
    let imported: u32 = imported.map(|it| it.invited).sum();
    let here = match instrument {
        Instrument::Users => round.links.len(),
        // Where their answers were taken over, so were their invitations.
        Instrument::SiteOwners | Instrument::Customer if imported > 0 => 0,
        Instrument::SiteOwners => {
            let in_scope = crate::site_care::coverage::in_scope(state);
            let owners = in_scope.map(|(it, _)| &it.owner);
            owners.collect::<std::collections::BTreeSet<_>>().len()
        }
        Instrument::Customer => state.plan.holders(crate::role_type::RoleType::Customer).count(),
    };
    u32::try_from(here).unwrap_or(u32::MAX).saturating_add(imported)
}

/// Returns all answers, counted by site.
fn groups(round: &Round, instrument: Instrument) -> Vec<GroupCount> {
    let mut by_site: BTreeMap<Option<SiteId>, GroupCount> = BTreeMap::new();
    let mut add = |site: Option<SiteId>, replies: &[Reply]| {
        let new = GroupCount { site: site.clone(), responses: 0, counts: BTreeMap::new() };
        let group = by_site.entry(site).or_insert(new);
        group.responses += 1;
        for reply in replies {
            if let Some(score) = reply.score {
                group.counts.entry(reply.question).or_default().add(score);
            }
        }
    };
    match instrument {
        Instrument::Users => {
            for (link, replies) in &round.by_link {
                add(round.links.get(link).cloned(), replies);
            }
        }
        Instrument::SiteOwners => round.site_owners.values().for_each(|it| add(None, it)),
        Instrument::Customer => round.customer.values().for_each(|it| add(None, it)),
    }
    for import in round.imports.iter().filter(|it| it.instrument == instrument) {
        for it in &import.groups {
            let new = GroupCount { site: it.site.clone(), responses: 0, counts: BTreeMap::new() };
            let group = by_site.entry(it.site.clone()).or_insert(new);
            group.responses = group.responses.saturating_add(it.responses);
            for (question, counts) in &it.counts {
                group.counts.entry(*question).or_default().merge(counts);
            }
        }
    }
    by_site.into_values().collect()
}

/// Returns the sites that may be shown by themselves, and how many may not.
fn shown(
    groups: &[GroupCount],
    threshold: u32,
    instrument: Instrument,
) -> (Vec<GroupResult>, usize) {
    if instrument != Instrument::Users {
        return (vec![], 0);
    }
    let mut of_sites: Vec<&GroupCount> = groups.iter().filter(|it| it.responses > 0).collect();
    of_sites.sort_by_key(|it| std::cmp::Reverse(it.responses));
    let mut kept = of_sites.iter().filter(|it| it.responses >= threshold).count();
    let withheld: u32 = of_sites.iter().skip(kept).map(|it| it.responses).sum();
    if withheld > 0 && withheld < threshold {
        kept = kept.saturating_sub(1);
    }
    let mut shown: Vec<GroupResult> = of_sites
        .iter()
        .take(kept)
        .filter_map(|it| {
            let satisfied = it.counts.get(&1).and_then(Counts::satisfied);
            Some(GroupResult { site: it.site.clone()?, responses: it.responses, satisfied })
        })
        .collect();
    shown.sort_by(|a, b| a.site.cmp(&b.site));
    (shown, of_sites.len() - kept)
}
