//! One phase: a batch of computers inside a site.
//!
//! The rollout is phased twice: rings over the sites, phases within a site. A
//! large site does not stake all its computers on one attempt, and the site is
//! `Deploying` until its last phase is done.
//!
//! Source: Deploy SMF, Process 2, Table 5. House rule: docs/decisions/0011-site-phases.md.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where a phase stands.
    pub enum PhaseState {
        /// None of its computers has been touched.
        #[default]
        Waiting,
        /// Steps run on its computers.
        Deploying,
        /// Enough of its computers succeeded.
        Done,
        /// Too few of its computers succeeded; the site is halted.
        Failed,
    }

    /// What can happen to a phase.
    pub enum PhaseTransition {
        /// Its first step was ordered.
        Started,
        /// Enough of its computers succeeded.
        Finished,
        /// Too few of its computers succeeded.
        Failed,
        /// A person decided what is run again.
        Resumed,
        /// Its site is planned anew.
        Reset,
    }
}

impl PhaseState {
    /// The states in which a phase may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Done];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: PhaseTransition) -> Option<Self> {
        use PhaseTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Started => (&[Self::Waiting], Self::Deploying),
            Happened::Finished => (&[Self::Deploying], Self::Done),
            Happened::Failed => (&[Self::Deploying], Self::Failed),
            Happened::Resumed => (&[Self::Failed], Self::Deploying),
            Happened::Reset => (&[Self::Deploying, Self::Done, Self::Failed], Self::Waiting),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for PhaseTransition {
    type State = PhaseState;
    const NOUN: &'static str = "phase";

    fn follows(self, state: PhaseState) -> Option<PhaseState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{Any, System, SystemOr};
        use Guard::{H1, S2, S7, S8, S10};
        use RoleType::ReleaseManagement;
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Started => ("PHA-1", "be started", SystemOr(&[ReleaseManagement]), &[S2, S7, S8]),
            Self::Finished => ("PHA-2", "be finished", System, &[S10]),
            Self::Failed => ("PHA-3", "fail", System, &[]),
            Self::Resumed => ("PHA-4", "be resumed", Any(&[ReleaseManagement]), &[S2, S7, H1]),
            Self::Reset => ("PHA-5", "be reset", System, &[]),
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
            0=waiting  1=deploying  2=done  3=failed

                                               0  1  2  3
            PHA-1  started                     1  ·  ·  ·  SYS|REL [S2 S7 S8]
            PHA-2  finished                    ·  2  ·  ·  SYS [S10]
            PHA-3  failed                      ·  3  ·  ·  SYS []
            PHA-4  resumed                     ·  ·  ·  1  REL [S2 S7 H1]
            PHA-5  reset                       ·  0  0  0  SYS []"#]]
        .assert_eq(&grid::<PhaseTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<PhaseTransition>("site_phase", PhaseState::RESTING);
    }
}
