//! One milestone: from its criteria to a decision that people signed.
//!
//! The same machine serves Deployment Stable and Deployment Complete. A decision
//! is taken in a review that somebody convened, on a document whose digest all
//! signed; it can be taken back as long as the next milestone is not reached.
//!
//! Source: Deploy SMF, "Deployment Stable" (Process 3) and "Deployment Complete
//! Milestone" (Process 4, Table 7).

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where the review of a milestone stands.
    pub enum MilestoneState {
        /// Its criteria are not met.
        #[default]
        Pending,
        /// Its criteria are met, and a review can be convened.
        ReadyForReview,
        /// A review is convened, and its signatures are asked for.
        InReview,
        /// Everybody who must has signed.
        Approved,
        /// Somebody with a veto did not agree, and said where it goes back to.
        Rejected,
        /// It was taken back, because what it rested on is undone.
        Revoked,
    }

    /// What can happen to the review of a milestone.
    pub enum MilestoneTransition {
        /// Every guard of its gate is met or waived.
        CriteriaMet,
        /// A guard of its gate is no longer met.
        CriteriaLost,
        /// The review was convened, and its document frozen.
        Convened,
        /// Everybody who must has signed.
        Approved,
        /// Everybody who must has signed, with actions for others to follow on.
        ApprovedWithActions,
        /// Somebody with a veto rejected it.
        Rejected,
        /// The review was adjourned: people or evidence were missing.
        Adjourned,
        /// What was rejected was reworked; the next review has a new number.
        ReworkDone,
        /// It was taken back before the next milestone.
        Revoked,
    }
}

impl MilestoneState {
    /// The states in which a milestone may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Approved, Self::Rejected, Self::Revoked];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: MilestoneTransition) -> Option<Self> {
        use MilestoneTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::CriteriaMet => (&[Self::Pending], Self::ReadyForReview),
            Happened::CriteriaLost => (&[Self::ReadyForReview], Self::Pending),
            Happened::Convened => (&[Self::ReadyForReview], Self::InReview),
            Happened::Approved => (&[Self::InReview], Self::Approved),
            Happened::ApprovedWithActions => (&[Self::InReview], Self::Approved),
            Happened::Rejected => (&[Self::InReview], Self::Rejected),
            Happened::Adjourned => (&[Self::InReview], Self::ReadyForReview),
            Happened::ReworkDone => (&[Self::Rejected], Self::Pending),
            Happened::Revoked => (&[Self::Approved], Self::Revoked),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for MilestoneTransition {
    type State = MilestoneState;
    const NOUN: &'static str = "milestone";

    fn follows(self, state: MilestoneState) -> Option<MilestoneState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{Any, EverySlot, System, SystemOr};
        use Guard::{M1, M2, M3};
        use RoleType::{Customer, OperationsManager, ProgramManager, SolutionManager};
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::CriteriaMet => ("MIL-1", "be made ready for review", System, &[M1]),
            Self::CriteriaLost => ("MIL-2", "lose its criteria", System, &[]),
            Self::Convened => ("MIL-3", "be reviewed", Any(&[ProgramManager]), &[]),
            Self::Approved => ("MIL-4", "be approved", EverySlot, &[M2]),
            Self::ApprovedWithActions => {
                ("MIL-5", "be approved with follow-on actions", EverySlot, &[M2, M3])
            }
            Self::Rejected => {
                ("MIL-6", "be rejected", Any(&[Customer, OperationsManager, SolutionManager]), &[])
            }
            Self::Adjourned => ("MIL-7", "be adjourned", Any(&[ProgramManager]), &[]),
            Self::ReworkDone => ("MIL-8", "be put forward again", Any(&[ProgramManager]), &[]),
            Self::Revoked => ("MIL-9", "be revoked", SystemOr(&[Customer, SolutionManager]), &[]),
        };
        Row { id, act, authority, guards }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::tests::{grid, holds_to_the_catalogue};
    use expect_test::expect;

    #[test]
    fn every_transition_in_every_state() {
        expect![[r#"
            0=pending  1=ready for review  2=in review  3=approved  4=rejected  5=revoked

                                               0  1  2  3  4  5
            MIL-1  criteria met                1  ·  ·  ·  ·  ·  SYS [M1]
            MIL-2  criteria lost               ·  0  ·  ·  ·  ·  SYS []
            MIL-3  convened                    ·  2  ·  ·  ·  ·  PGM []
            MIL-4  approved                    ·  ·  3  ·  ·  ·  every slot [M2]
            MIL-5  approved with actions       ·  ·  3  ·  ·  ·  every slot [M2 M3]
            MIL-6  rejected                    ·  ·  4  ·  ·  ·  CUS|OPS|SM []
            MIL-7  adjourned                   ·  ·  1  ·  ·  ·  PGM []
            MIL-8  rework done                 ·  ·  ·  ·  0  ·  PGM []
            MIL-9  revoked                     ·  ·  ·  5  ·  ·  SYS|CUS|SM []"#]]
        .assert_eq(&grid::<MilestoneTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<MilestoneTransition>("milestone", MilestoneState::RESTING);
    }
}
