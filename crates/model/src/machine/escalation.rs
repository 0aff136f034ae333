//! One escalation: Operations or Support ask the project team for what they cannot do themselves.
//!
//! It goes up level by level until somebody takes it, and only the side that
//! raised it may say that it is answered.
//!
//! Source: Deploy SMF, Process 3, Table 6: "a process in place for escalating the issues that
//! operations and support can't address".

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where an escalation stands.
    pub enum EscalationState {
        /// A level is paged, and nobody has taken it.
        #[default]
        Raised,
        /// Somebody of the project works on it.
        Accepted,
        /// The project did not take it, and said why.
        Rejected,
        /// The project gave a fix, a workaround or knowledge.
        Answered,
        /// The side that raised it agreed, or it lives on as a known error.
        Closed,
    }

    /// What can happen to an escalation.
    pub enum EscalationTransition {
        /// Somebody of the project took it.
        Accepted,
        /// The project did not take it.
        Rejected,
        /// The level's time passed without an answer.
        Unanswered,
        /// Whoever raised it did not agree with the rejection.
        Insisted,
        /// Whoever raised it agreed with the rejection.
        Agreed,
        /// The project gave a fix, a workaround or knowledge.
        Answered,
        /// The side that raised it confirmed the answer.
        Confirmed,
        /// The answer did not solve it.
        NotSolved,
        /// Operations took it over as a known error.
        KnownError,
    }
}

impl EscalationState {
    /// The states in which an escalation may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Closed];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: EscalationTransition) -> Option<Self> {
        use EscalationTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Accepted => (&[Self::Raised], Self::Accepted),
            Happened::Rejected => (&[Self::Raised], Self::Rejected),
            Happened::Unanswered => (&[Self::Raised], Self::Raised),
            Happened::Insisted => (&[Self::Rejected], Self::Raised),
            Happened::Agreed => (&[Self::Rejected], Self::Closed),
            Happened::Answered => (&[Self::Accepted], Self::Answered),
            Happened::Confirmed => (&[Self::Answered], Self::Closed),
            Happened::NotSolved => (&[Self::Answered], Self::Accepted),
            Happened::KnownError => (&[Self::Accepted], Self::Closed),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for EscalationTransition {
    type State = EscalationState;
    const NOUN: &'static str = "escalation";

    fn follows(self, state: EscalationState) -> Option<EscalationState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{Any, System};
        use Guard::{ES1, ES2};
        use RoleType::{Developer, OperationsManager, ProgramManager, SupportManager};
        const PROJECT: Authority = Any(&[Developer, ProgramManager]);
        const RAISERS: Authority = Any(&[OperationsManager, SupportManager]);
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Accepted => ("ESC-1", "be accepted", PROJECT, &[]),
            Self::Rejected => ("ESC-2", "be rejected", PROJECT, &[]),
            Self::Unanswered => ("ESC-3", "go unanswered", System, &[]),
            Self::Insisted => ("ESC-4", "be insisted on", RAISERS, &[]),
            Self::Agreed => ("ESC-5", "be closed as rejected", RAISERS, &[]),
            Self::Answered => ("ESC-6", "be answered", PROJECT, &[]),
            Self::Confirmed => ("ESC-7", "be confirmed", RAISERS, &[ES1]),
            Self::NotSolved => ("ESC-8", "be taken up again", RAISERS, &[]),
            Self::KnownError => {
                ("ESC-9", "be closed as a known error", Any(&[OperationsManager]), &[ES2])
            }
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
            0=raised  1=accepted  2=rejected  3=answered  4=closed

                                               0  1  2  3  4
            ESC-1  accepted                    1  ·  ·  ·  ·  DEV|PGM []
            ESC-2  rejected                    2  ·  ·  ·  ·  DEV|PGM []
            ESC-3  unanswered                  0  ·  ·  ·  ·  SYS []
            ESC-4  insisted                    ·  ·  0  ·  ·  OPS|SUP []
            ESC-5  agreed                      ·  ·  4  ·  ·  OPS|SUP []
            ESC-6  answered                    ·  3  ·  ·  ·  DEV|PGM []
            ESC-7  confirmed                   ·  ·  ·  4  ·  OPS|SUP [ES1]
            ESC-8  not solved                  ·  ·  ·  1  ·  OPS|SUP []
            ESC-9  known error                 ·  4  ·  ·  ·  OPS [ES2]"#]]
        .assert_eq(&grid::<EscalationTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<EscalationTransition>("escalation", EscalationState::RESTING);
    }
}
