//! Who answers for what, since when: the transfer of responsibility as a dated list.
//!
//! It goes in two steps. With Deployment Stable, operations and support answer
//! first, and the project stands behind them. With Deployment Complete, they
//! answer alone. Where Deployment Stable is revoked, the project answers again.
//!
//! Source: Deploy SMF, "quiet period" (Process 3), and Process 4, Table 7.

use crate::machine::MilestoneState;
use crate::milestone::Milestone;
use crate::role_type::RoleType;
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

/// Returns who answers first for `duty` at the instant `now`.
pub fn first_line(state: &State, duty: Duty, now: Timestamp) -> Vec<RoleType> {
    let turns = turns(state, duty).into_iter().rev();
    let mut turns = turns.filter(|it| it.from.is_none_or(|from| from <= now));
    turns.next().map(|it| it.first).unwrap_or_default()
}
