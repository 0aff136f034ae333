//! Sites: places with users and computers, each deployed by itself and signed off by its owner.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use crate::component::{Computer, Connection, RollbackPlan};
use crate::id::{ComponentId, LineId, PersonId, SiteId};
use crate::link::Link;
use crate::shared::Shared;
use crate::site_care::terms::{SiteTerms, TemplateTerms, is_default};
use crate::step::Step;
use crate::window::{MaintenanceWindow, TimeZoneName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A place with users and computers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its name, such as `B27`.
    pub id: SiteId,
    /// Its title, such as `Boise ID`.
    pub title: String,
    /// The region it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its IANA time zone.
    pub zone: TimeZoneName,
    /// Who signs that it operates as expected.
    pub owner: PersonId,
    /// Who may sign for the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<PersonId>,
    /// Targeted users.
    pub users: u32,
    /// Targeted computers, in the order in which phases take them.
    #[serde(deserialize_with = "crate::exact::list")]
    pub computers: Vec<Computer>,
    /// Its line to the rest of the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// How long installing takes here, in seconds, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_s: Option<u32>,
    /// The site template it follows.
    pub template: LineId,
    /// The components it cannot do without, besides those that all sites need.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<ComponentId>,
    /// Its own windows, in place of its ring's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<MaintenanceWindow>,
    /// Whether its payload is sent ahead of the window.
    #[serde(default, skip_serializing_if = "is_false")]
    pub prestaged: bool,
    /// Values for its steps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// What it is promised, and what is asked of it, in its own words.
    #[serde(default = "SiteTerms::usual", skip_serializing_if = "is_default")]
    pub terms: Shared<SiteTerms>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(it: &bool) -> bool {
    !it
}

/// What is done at each site that follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteTemplate {
    /// Its name.
    pub id: LineId,
    /// How the computers are reached.
    pub connection: Connection,
    /// Done once, on the site's first computer, before its first phase.
    pub before: Vec<Step>,
    /// Done on each computer.
    pub each_computer: Vec<Step>,
    /// Done once, on the site's first computer, after its last phase; with `checks`, these must pass.
    pub after: Vec<Step>,
    /// The batches of computers, in order.
    pub phases: Vec<SitePhase>,
    /// What happens if the site must go back.
    pub rollback: RollbackPlan,
    /// How long the owner observes normal use before signing.
    pub observation: Observation,
    /// Time kept free at the end of a window, in seconds.
    pub margin_s: u32,
    /// Whether a cache at the site serves its other computers, so that the link carries a
    /// deliverable once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub site_cache: bool,
    /// What is asked of each site.
    #[serde(default, skip_serializing_if = "is_default")]
    pub terms: TemplateTerms,
}

/// A batch of computers inside one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SitePhase {
    /// Its name.
    pub id: LineId,
    /// How many computers it takes.
    pub takes: PhaseShare,
    /// The share of its computers that must succeed, in percent.
    pub success_percent_min: u8,
}

/// How many of a site's computers a phase takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseShare {
    /// This many.
    Computers(u32),
    /// This share of all of the site's computers, rounded up.
    Percent(u8),
    /// All that are left.
    Rest,
}

/// How long a site is observed before its owner signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observation {
    /// Until this many business days (Monday to Friday) have ended at the site.
    BusinessDays(u8),
    /// This many seconds.
    Seconds(u32),
}

impl SiteTemplate {
    /// Returns the names of its steps, list by list, in order.
    pub fn step_names(&self) -> [Vec<&crate::id::StepId>; 3] {
        [&self.before, &self.each_computer, &self.after]
            .map(|steps| steps.iter().map(|it| &it.id).collect())
    }

    /// Returns how many of `computers` each phase takes, in order; together they take all.
    ///
    /// Computers that no phase claims belong to the last one.
    pub fn batches(&self, computers: usize) -> Vec<usize> {
        let mut left = computers;
        let last = self.phases.len().saturating_sub(1);
        let wanted = |share: PhaseShare, left: usize| match share {
            PhaseShare::Computers(count) => count as usize,
            PhaseShare::Percent(percent) => (computers * usize::from(percent)).div_ceil(100),
            PhaseShare::Rest => left,
        };
        let sized = self.phases.iter().enumerate().map(|(number, phase)| {
            let size = if number == last { left } else { wanted(phase.takes, left).min(left) };
            left -= size;
            size
        });
        sized.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_take_every_computer_exactly_once() {
        let phase = |takes| SitePhase { id: "p".parse().unwrap(), takes, success_percent_min: 100 };
        let template = SiteTemplate {
            id: "branch".parse().unwrap(),
            connection: Connection::Here,
            before: vec![],
            each_computer: vec![],
            after: vec![],
            phases: vec![
                phase(PhaseShare::Computers(2)),
                phase(PhaseShare::Percent(50)),
                phase(PhaseShare::Rest),
            ],
            rollback: RollbackPlan::Steps { loses: None },
            observation: Observation::Seconds(0),
            margin_s: 0,
            site_cache: false,
            terms: TemplateTerms::default(),
        };
        for (computers, batches) in
            [(82, [2, 41, 39]), (4, [2, 2, 0]), (1, [1, 0, 0]), (0, [0, 0, 0]), (7, [2, 4, 1])]
        {
            assert_eq!(template.batches(computers), batches, "{computers} computers");
        }
    }
}
