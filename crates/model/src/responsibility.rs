//! Who answers for what, since when: the transfer of responsibility as a dated list.
//!
//! It goes in two steps. With Deployment Stable, operations and support answer
//! first, and the project stands behind them. With Deployment Complete, they
//! answer alone. Where Deployment Stable is revoked, the project answers again.
//!
//! Source: Deploy SMF, "quiet period" (Process 3), and Process 4, Table 7.

mod handover;

pub use handover::{Handover, HandoverStep, Signer, Stage, handover, handovers, lines};

use crate::id::PersonId;
use crate::machine::{MilestoneState, SignOffState};
use crate::milestone::{Milestone, Review};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::state::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What somebody answers for. Its doc sentence is its text.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::EnumMessage,
    strum::VariantArray,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Duty {
    /// Running the core components and the sites.
    Running,
    /// Answering their users.
    Answering,
}

/// From when somebody answers first for something, and who stands behind them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// For what.
    pub duty: Duty,
    /// From when; nothing where it was so from the beginning.
    pub from: Option<Timestamp>,
    /// Who answers first.
    pub first: Vec<RoleType>,
    /// Who stands behind them.
    pub behind: Vec<RoleType>,
}

impl Duty {
    /// Returns what it is, in words.
    pub fn text(self) -> &'static str {
        use strum::EnumMessage as _;
        let text = self.get_documentation().expect("because every duty has a doc sentence");
        text.trim_end_matches('.')
    }

    fn project(self) -> Vec<RoleType> {
        match self {
            Self::Running => vec![RoleType::ReleaseManagement, RoleType::ProgramManager],
            Self::Answering => vec![RoleType::Tester, RoleType::ProgramManager],
        }
    }

    fn outside(self) -> Vec<RoleType> {
        match self {
            Self::Running => vec![RoleType::OperationsManager],
            Self::Answering => vec![RoleType::SupportManager],
        }
    }
}

/// Returns who has answered for `duty`, the first turn first.
pub fn turns(state: &State, duty: Duty) -> Vec<Turn> {
    let with_project = |from| Turn { duty, from, first: duty.project(), behind: duty.outside() };
    let mut turns = vec![with_project(None)];
    for review in state.milestones.reviews(Milestone::Stable) {
        let Some(from) = review.in_effect() else { continue };
        let is_revoked = review.state == MilestoneState::Revoked;
        if is_revoked && review.since <= from {
            continue;
        }
        let (first, behind) = (duty.outside(), vec![RoleType::Developer, RoleType::ProgramManager]);
        turns.push(Turn { duty, from: Some(from), first, behind });
        if is_revoked {
            turns.push(with_project(Some(review.since)));
        }
    }
    if let Some(review) = state.milestones.approved(Milestone::Complete) {
        let from = review.in_effect();
        turns.push(Turn { duty, from, first: duty.outside(), behind: vec![] });
    }
    turns
}

/// That something went over to those who run it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transfer {
    /// What: a core component, a site, or the service as a whole.
    pub scope: Scope,
    /// To whom.
    pub to: RoleType,
    /// When they signed.
    pub at: Timestamp,
    /// Who signed for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// Until when the project stands behind them, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_until: Option<Timestamp>,
}

/// Returns what has gone over, the first first: the core components with their sheet, each site
/// with its owner's signature, the service with Deployment Stable.
pub fn transfers(state: &State) -> Vec<Transfer> {
    let complete = state.milestones.approved(Milestone::Complete).and_then(Review::in_effect);
    let behind_until = complete.or_else(|| state.quiet_periods.last().map(|it| it.end));
    let signed = state.slots.iter().filter(|(_, it)| it.state == SignOffState::Signed);
    let mut all: Vec<Transfer> = signed
        .flat_map(|(slot, status)| {
            let scopes: Vec<Scope> = match (&slot.sheet, slot.role) {
                (Sheet::CoreFinal, RoleType::OperationsManager) => {
                    let components = state.plan.components.iter();
                    components.map(|it| Scope::Component(it.id.clone())).collect()
                }
                (Sheet::Site(_), RoleType::SiteOwner) => vec![slot.sheet.scope()],
                (
                    Sheet::DeploymentStable,
                    RoleType::OperationsManager | RoleType::SupportManager,
                ) => vec![Scope::Deployment],
                _ => vec![],
            };
            scopes.into_iter().map(move |scope| Transfer {
                scope,
                to: slot.role,
                at: status.since,
                by: status.by.clone(),
                behind_until,
            })
        })
        .collect();
    all.sort_by(|a, b| (a.at, &a.scope).cmp(&(b.at, &b.scope)));
    all
}

/// Returns who answers first for `duty` at the instant `now`.
pub fn first_line(state: &State, duty: Duty, now: Timestamp) -> Vec<RoleType> {
    let turns = turns(state, duty).into_iter().rev();
    let mut turns = turns.filter(|it| it.from.is_none_or(|from| from <= now));
    turns.next().map(|it| it.first).unwrap_or_default()
}
