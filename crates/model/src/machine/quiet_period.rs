//! One quiet period: a clock that runs, is put on, and is judged at its end.
//!
//! It is never paused. What disturbs it puts its end on; what takes away its
//! basis aborts it, and the next one starts anew.
//!
//! Source: Deploy SMF, "quiet period" (Process 3), and Process 4, Table 7: was it
//! uneventful?

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where a quiet period stands.
    pub enum QuietPeriodState {
        /// Deployment Stable is not declared.
        #[default]
        NotStarted,
        /// Its clock runs.
        #[strum(to_string = "running")]
        Running,
        /// Its end is reached, and it is judged.
        #[strum(to_string = "being evaluated")]
        Evaluating,
        /// It was uneventful, or accepted as it was.
        Completed,
        /// What it rested on is undone; the next one starts anew.
        Aborted,
    }

    /// What can happen to a quiet period.
    pub enum QuietPeriodTransition {
        /// Deployment Stable was declared.
        Started,
        /// Something happened after which a time without any must follow.
        TailExtended,
        /// Somebody put its end on.
        Extended,
        /// What it rested on is undone.
        Aborted,
        /// Its end was reached.
        EndReached,
        /// Every criterion of an uneventful quiet period is true.
        FoundUneventful,
        /// It was not uneventful, and accepted with follow-on actions.
        Accepted,
        /// It was not uneventful and goes on.
        FoundEventful,
        /// It was ended before its time, not before its minimum.
        Shortened,
        /// The milestone review asked for more quiet days.
        Reopened,
        /// What it was judged by is no longer so, and its report not signed yet.
        FiguresChanged,
    }
}

impl QuietPeriodState {
    /// The states in which a quiet period may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Completed, Self::Aborted];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: QuietPeriodTransition) -> Option<Self> {
        use QuietPeriodTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Started => (&[Self::NotStarted], Self::Running),
            Happened::TailExtended => (&[Self::Running], Self::Running),
            Happened::Extended => (&[Self::Running], Self::Running),
            Happened::Aborted => {
                (&[Self::Running, Self::Evaluating, Self::Completed], Self::Aborted)
            }
            Happened::EndReached => (&[Self::Running], Self::Evaluating),
            Happened::FoundUneventful => (&[Self::Evaluating], Self::Completed),
            Happened::Accepted => (&[Self::Evaluating], Self::Completed),
            Happened::FoundEventful => (&[Self::Evaluating], Self::Running),
            Happened::Shortened => (&[Self::Running], Self::Evaluating),
            Happened::Reopened => (&[Self::Completed], Self::Running),
            Happened::FiguresChanged => (&[Self::Completed], Self::Evaluating),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for QuietPeriodTransition {
    type State = QuietPeriodState;
    const NOUN: &'static str = "quiet period";

    fn follows(self, state: QuietPeriodState) -> Option<QuietPeriodState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{All, Any, System, SystemOr};
        use Guard::{Q1, Q2, Q3, Q4};
        use RoleType::{Customer, OperationsManager, ProgramManager, SolutionManager};
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Started => ("QP-1", "be started", System, &[]),
            Self::TailExtended => ("QP-2", "be put on by what happened", System, &[]),
            Self::Extended => {
                ("QP-3", "be extended", Any(&[Customer, SolutionManager, OperationsManager]), &[])
            }
            Self::Aborted => ("QP-4", "be aborted", SystemOr(&[ProgramManager, Customer]), &[]),
            Self::EndReached => ("QP-5", "reach its end", System, &[]),
            Self::FoundUneventful => ("QP-6", "be found uneventful", System, &[Q1, Q2, Q3]),
            Self::Accepted => {
                ("QP-7", "be accepted as it was", All(&[Customer, OperationsManager]), &[Q1, Q3])
            }
            Self::FoundEventful => {
                ("QP-8", "be continued", SystemOr(&[Customer, OperationsManager]), &[])
            }
            Self::Shortened => ("QP-9", "be shortened", All(&[Customer, OperationsManager]), &[Q4]),
            Self::Reopened => {
                ("QP-10", "be reopened by the review", Any(&[Customer, SolutionManager]), &[])
            }
            Self::FiguresChanged => ("QP-11", "be judged anew", System, &[]),
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
            0=not started  1=running  2=being evaluated  3=completed  4=aborted

                                               0  1  2  3  4
            QP-1   started                     1  ·  ·  ·  ·  SYS []
            QP-2   tail extended               ·  1  ·  ·  ·  SYS []
            QP-3   extended                    ·  1  ·  ·  ·  CUS|SM|OPS []
            QP-4   aborted                     ·  4  4  4  ·  SYS|PGM|CUS []
            QP-5   end reached                 ·  2  ·  ·  ·  SYS []
            QP-6   found uneventful            ·  ·  3  ·  ·  SYS [Q1 Q2 Q3]
            QP-7   accepted                    ·  ·  3  ·  ·  CUS+OPS [Q1 Q3]
            QP-8   found eventful              ·  ·  1  ·  ·  SYS|CUS|OPS []
            QP-9   shortened                   ·  2  ·  ·  ·  CUS+OPS [Q4]
            QP-10  reopened                    ·  ·  ·  1  ·  CUS|SM []
            QP-11  figures changed             ·  ·  ·  2  ·  SYS []"#]]
        .assert_eq(&grid::<QuietPeriodTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<QuietPeriodTransition>("quiet_period", QuietPeriodState::RESTING);
    }
}
