//! One person's membership of the project team, from being named to leaving.
//!
//! The team dissolves in steps: some stay on call through the quiet period, some
//! move to operations or support for good, some only review and sign, and some
//! are released. What a person may do follows from where they stand.
//!
//! Source: Deploy SMF, Process 3, Table 6, and Process 4, Table 7: have team
//! members transferred out of the project?

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where a person's assignment to the project stands.
    pub enum AssignmentState {
        /// The plan names them.
        #[default]
        Named,
        /// They accepted, and work on the project.
        Active,
        /// They answer when operations or support ask.
        OnCall,
        /// They moved to operations or support for good.
        TransferredToOperations,
        /// They review, contribute and sign, and do nothing else.
        Closing,
        /// They left, and their access is revoked.
        Released,
    }

    /// What can happen to a person's assignment.
    pub enum AssignmentTransition {
        /// They accepted.
        Accepted,
        /// They are on call from now on.
        PutOnCall,
        /// They moved to operations or support.
        Transferred,
        /// Their duties are done but for reviews and signatures.
        DutiesFinished,
        /// They are back, because Deployment Stable was revoked.
        Recalled,
        /// They left, and their access was revoked.
        Released,
    }
}

impl AssignmentState {
    /// The states in which an assignment may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Released, Self::TransferredToOperations];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: AssignmentTransition) -> Option<Self> {
        use AssignmentTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Accepted => (&[Self::Named], Self::Active),
            Happened::PutOnCall => (&[Self::Active], Self::OnCall),
            Happened::Transferred => (&[Self::Active, Self::OnCall], Self::TransferredToOperations),
            Happened::DutiesFinished => (&[Self::Active, Self::OnCall], Self::Closing),
            Happened::Recalled => (&[Self::OnCall], Self::Active),
            Happened::Released => {
                (&[Self::Named, Self::Active, Self::OnCall, Self::Closing], Self::Released)
            }
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for AssignmentTransition {
    type State = AssignmentState;
    const NOUN: &'static str = "assignment";

    fn follows(self, state: AssignmentState) -> Option<AssignmentState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{Any, Member};
        use Guard::{A1, A2, A3};
        use RoleType::ProgramManager;
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Accepted => ("ASG-1", "be accepted", Member, &[A1]),
            Self::PutOnCall => ("ASG-2", "be put on call", Any(&[ProgramManager]), &[A2]),
            Self::Transferred => {
                ("ASG-3", "be transferred to operations", Any(&[ProgramManager]), &[A2])
            }
            Self::DutiesFinished => ("ASG-4", "finish its duties", Any(&[ProgramManager]), &[A2]),
            Self::Recalled => ("ASG-5", "be recalled", Any(&[ProgramManager]), &[]),
            Self::Released => ("ASG-6", "be released", Any(&[ProgramManager]), &[A3]),
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
            0=named  1=active  2=on call  3=transferred to operations  4=closing  5=released

                                               0  1  2  3  4  5
            ASG-1  accepted                    1  ·  ·  ·  ·  ·  member [A1]
            ASG-2  put on call                 ·  2  ·  ·  ·  ·  PGM [A2]
            ASG-3  transferred                 ·  3  3  ·  ·  ·  PGM [A2]
            ASG-4  duties finished             ·  4  4  ·  ·  ·  PGM [A2]
            ASG-5  recalled                    ·  ·  1  ·  ·  ·  PGM []
            ASG-6  released                    5  5  5  ·  5  ·  PGM [A3]"#]]
        .assert_eq(&grid::<AssignmentTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<AssignmentTransition>("assignment", AssignmentState::RESTING);
    }
}
