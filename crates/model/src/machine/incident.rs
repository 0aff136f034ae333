//! One incident or other request to support, from its report to its confirmed end.
//!
//! Restoring the service is not resolving the cause, and resolving is not the
//! reporter's agreement: each has its own state and its own instant. Closed is a
//! place to rest and may be left again: what comes back soon is the same incident.
//!
//! Source: Deploy SMF, Process 3, Table 6. House rule: docs/decisions/0020-triage-after-the-fact.md.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where an incident stands.
    pub enum IncidentState {
        /// Somebody or something reported it, and nobody has looked at it.
        #[default]
        New,
        /// A person has seen it.
        Acknowledged,
        /// Somebody works on it.
        InProgress,
        /// The project team has been asked.
        Escalated,
        /// The service is back; the cause may not be known.
        Restored,
        /// Its cause is dealt with, or a way around it is known.
        Resolved,
        /// The reporter agreed, or said nothing for five business days.
        Closed,
        /// It was a false alarm.
        Cancelled,
        /// It is another incident seen from elsewhere.
        #[strum(to_string = "a duplicate")]
        Duplicate,
    }

    /// What can happen to an incident.
    pub enum IncidentTransition {
        /// A person has seen it.
        Acknowledged,
        /// It was found to be another incident.
        Merged,
        /// It was found to be a false alarm.
        Cancelled,
        /// Somebody began to work on it.
        WorkedOn,
        /// The project team was asked.
        Escalated,
        /// The project team answered.
        Returned,
        /// The service is back.
        Restored,
        /// Its cause was dealt with.
        Resolved,
        /// It came back within the reopen limit.
        Reopened,
        /// The reporter or Support confirmed it, or nobody objected in time.
        Closed,
        /// It came back after the reopen limit, as a new incident.
        Recurred,
        /// Its severity or attribution was changed.
        Reclassified,
        /// It turned out not to be a duplicate.
        Unmerged,
    }
}

impl IncidentState {
    /// The states in which an incident may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Closed, Self::Cancelled, Self::Duplicate];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: IncidentTransition) -> Option<Self> {
        use IncidentTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Acknowledged => (&[Self::New], Self::Acknowledged),
            Happened::Merged => {
                (&[Self::New, Self::Acknowledged, Self::InProgress], Self::Duplicate)
            }
            Happened::Cancelled => {
                (&[Self::New, Self::Acknowledged, Self::InProgress], Self::Cancelled)
            }
            Happened::WorkedOn => (&[Self::Acknowledged], Self::InProgress),
            Happened::Escalated => (&[Self::Acknowledged, Self::InProgress], Self::Escalated),
            Happened::Returned => (&[Self::Escalated], Self::InProgress),
            Happened::Restored => {
                (&[Self::Acknowledged, Self::InProgress, Self::Escalated], Self::Restored)
            }
            Happened::Resolved => (&[Self::Restored], Self::Resolved),
            Happened::Reopened => {
                (&[Self::Restored, Self::Resolved, Self::Closed], Self::InProgress)
            }
            Happened::Closed => (&[Self::Resolved], Self::Closed),
            Happened::Recurred => (&[Self::Closed], Self::Closed),
            Happened::Reclassified => (
                &[
                    Self::Acknowledged,
                    Self::InProgress,
                    Self::Escalated,
                    Self::Restored,
                    Self::Resolved,
                ],
                self,
            ),
            Happened::Unmerged => (&[Self::Duplicate], Self::New),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for IncidentTransition {
    type State = IncidentState;
    const NOUN: &'static str = "incident";

    fn follows(self, state: IncidentState) -> Option<IncidentState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{Any, System, SystemOr};
        use Guard::{I1, I2, I3, I4, I5};
        use RoleType::{
            Developer, OperationsManager, ProgramManager, SiteOwner, SupportManager, Tester, User,
        };
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Acknowledged => {
                ("INC-1", "be acknowledged", Any(&[SupportManager, OperationsManager, Tester]), &[])
            }
            Self::Merged => ("INC-2", "be merged", Any(&[Tester, SupportManager]), &[I1]),
            Self::Cancelled => {
                ("INC-3", "be cancelled", Any(&[SupportManager, OperationsManager]), &[I1])
            }
            Self::WorkedOn => {
                ("INC-4", "be worked on", Any(&[SupportManager, OperationsManager, Developer]), &[])
            }
            Self::Escalated => {
                ("INC-5", "be escalated", Any(&[SupportManager, OperationsManager]), &[I2])
            }
            Self::Returned => {
                ("INC-6", "come back from escalation", Any(&[Developer, ProgramManager]), &[])
            }
            Self::Restored => (
                "INC-7",
                "have its service restored",
                Any(&[SupportManager, OperationsManager, Developer]),
                &[I3],
            ),
            Self::Resolved => {
                ("INC-8", "be resolved", Any(&[SupportManager, OperationsManager]), &[])
            }
            Self::Reopened => (
                "INC-9",
                "be reopened",
                Any(&[User, SiteOwner, SupportManager, OperationsManager]),
                &[I4],
            ),
            Self::Closed => ("INC-10", "be closed", SystemOr(&[SupportManager]), &[]),
            Self::Recurred => ("INC-11", "recur", System, &[]),
            Self::Reclassified => (
                "INC-12",
                "change its severity or attribution",
                Any(&[Tester, SupportManager, OperationsManager]),
                &[I5],
            ),
            Self::Unmerged => ("INC-13", "be unmerged", Any(&[Tester, SupportManager]), &[]),
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
            0=new  1=acknowledged  2=in progress  3=escalated  4=restored  5=resolved
            6=closed  7=cancelled  8=a duplicate

                                               0  1  2  3  4  5  6  7  8
            INC-1  acknowledged                1  ·  ·  ·  ·  ·  ·  ·  ·  SUP|OPS|TST []
            INC-2  merged                      8  8  8  ·  ·  ·  ·  ·  ·  TST|SUP [I1]
            INC-3  cancelled                   7  7  7  ·  ·  ·  ·  ·  ·  SUP|OPS [I1]
            INC-4  worked on                   ·  2  ·  ·  ·  ·  ·  ·  ·  SUP|OPS|DEV []
            INC-5  escalated                   ·  3  3  ·  ·  ·  ·  ·  ·  SUP|OPS [I2]
            INC-6  returned                    ·  ·  ·  2  ·  ·  ·  ·  ·  DEV|PGM []
            INC-7  restored                    ·  4  4  4  ·  ·  ·  ·  ·  SUP|OPS|DEV [I3]
            INC-8  resolved                    ·  ·  ·  ·  5  ·  ·  ·  ·  SUP|OPS []
            INC-9  reopened                    ·  ·  ·  ·  2  2  2  ·  ·  USR|SO|SUP|OPS [I4]
            INC-10 closed                      ·  ·  ·  ·  ·  6  ·  ·  ·  SYS|SUP []
            INC-11 recurred                    ·  ·  ·  ·  ·  ·  6  ·  ·  SYS []
            INC-12 reclassified                ·  1  2  3  4  5  ·  ·  ·  TST|SUP|OPS [I5]
            INC-13 unmerged                    ·  ·  ·  ·  ·  ·  ·  ·  0  TST|SUP []"#]]
        .assert_eq(&grid::<IncidentTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<IncidentTransition>("incident", IncidentState::RESTING);
    }
}
