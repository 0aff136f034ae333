//! One waiver: a guard that is let pass, by those who may, for a while.
//!
//! A waiver always ends. It is printed on every later sheet, and when it ends
//! before its condition is met the gate is closed again.
//!
//! House rule: docs/decisions/0014-who-may-waive.md.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;

words! {
    /// Where a waiver stands.
    pub enum WaiverState {
        /// Somebody asks for it.
        #[default]
        Requested,
        /// The guard passes, until the waiver ends.
        Granted,
        /// Those who could have granted it did not.
        Refused,
        /// Its time is over, and the guard counts again.
        Expired,
        /// What was waived has been made good.
        Closed,
    }

    /// What can happen to a waiver.
    pub enum WaiverTransition {
        /// Enough others approved it.
        Granted,
        /// Those who may waive the guard refused.
        Refused,
        /// Its time is over.
        Expired,
        /// What was waived has been made good.
        Closed,
    }
}

impl WaiverState {
    /// The states in which a waiver may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Expired, Self::Closed, Self::Refused];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: WaiverTransition) -> Option<Self> {
        use WaiverTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Granted => (&[Self::Requested], Self::Granted),
            Happened::Refused => (&[Self::Requested], Self::Refused),
            Happened::Expired => (&[Self::Granted], Self::Expired),
            Happened::Closed => (&[Self::Granted], Self::Closed),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for WaiverTransition {
    type State = WaiverState;
    const NOUN: &'static str = "waiver";

    fn follows(self, state: WaiverState) -> Option<WaiverState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{RequesterAndApprover, System, WaiverAuthority};
        use Guard::W1;
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Granted => ("WAI-1", "be granted", WaiverAuthority, &[W1]),
            Self::Refused => ("WAI-2", "be refused", WaiverAuthority, &[]),
            Self::Expired => ("WAI-3", "expire", System, &[]),
            Self::Closed => ("WAI-4", "be closed", RequesterAndApprover, &[]),
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
            0=requested  1=granted  2=refused  3=expired  4=closed

                                               0  1  2  3  4
            WAI-1  granted                     1  ·  ·  ·  ·  waiver authority [W1]
            WAI-2  refused                     2  ·  ·  ·  ·  waiver authority []
            WAI-3  expired                     ·  3  ·  ·  ·  SYS []
            WAI-4  closed                      ·  4  ·  ·  ·  requester+approver []"#]]
        .assert_eq(&grid::<WaiverTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<WaiverTransition>("waiver", WaiverState::RESTING);
    }
}
