//! One request for change, from its draft to its review and closure.
//!
//! What is authorised is a digest, within a window. When either changes, the
//! authorisation is gone, also that of an emergency and also in the middle of
//! the work: what is done stays done, and nothing more is started.
//!
//! Source: Deploy SMF, Process 1, Table 4 (RFC processed); Change and Configuration SMF.
//! House rule: docs/decisions/0013-no-authorisation-outlives-its-digest.md,
//! docs/decisions/0030-emergencies-beside-the-plan.md.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where a request for change stands.
    pub enum RfcState {
        /// It is being written.
        #[strum(to_string = "a draft")]
        #[default]
        Draft,
        /// It waits to be classified.
        Submitted,
        /// The change authority weighs it.
        #[strum(to_string = "being assessed")]
        Assessing,
        /// Enough approvers agreed.
        Authorised,
        /// One approver on call agreed; the review comes after.
        #[strum(to_string = "authorised as an emergency")]
        EmergencyAuthorised,
        /// It has its place in the change schedule.
        Scheduled,
        /// Its first step was ordered.
        #[strum(to_string = "being implemented")]
        Implementing,
        /// All its work is done and verified.
        Implemented,
        /// Its work was undone.
        BackedOut,
        /// Somebody other than the implementer reviewed it.
        Reviewed,
        /// It is over.
        Closed,
        /// The change authority refused it.
        Rejected,
        /// It was given up.
        Cancelled,
    }

    /// What can happen to a request for change.
    pub enum RfcTransition {
        /// It was handed to the change authority.
        Submitted,
        /// It has a category, a priority and a risk.
        Classified,
        /// The change authority asks for more.
        Returned,
        /// Enough approvers of its category agreed.
        Authorised,
        /// The change authority refused it.
        Rejected,
        /// The approver on call agreed.
        EmergencyAuthorised,
        /// It is a standard change, authorised in advance.
        StandardMatched,
        /// It got its place in the change schedule.
        Scheduled,
        /// What was authorised is no longer what would run.
        AuthorisationVoided,
        /// The first step under it was ordered.
        Started,
        /// All its work is done and verified.
        Implemented,
        /// Its work was undone.
        BackedOut,
        /// Its window ended with work left.
        WindowExpired,
        /// It was reviewed after the implementation.
        Reviewed,
        /// It is over.
        Closed,
        /// It was given up.
        Cancelled,
        /// Its authorisation is too old.
        AuthorisationExpired,
    }
}

impl RfcState {
    /// The states in which a RFC may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Closed, Self::Rejected, Self::Cancelled];

    /// Returns whether it will never authorise anything any more.
    pub fn is_over(self) -> bool {
        match self {
            Self::Implemented
            | Self::BackedOut
            | Self::Reviewed
            | Self::Closed
            | Self::Rejected
            | Self::Cancelled => true,
            Self::Draft
            | Self::Submitted
            | Self::Assessing
            | Self::Authorised
            | Self::Scheduled
            | Self::EmergencyAuthorised
            | Self::Implementing => false,
        }
    }

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: RfcTransition) -> Option<Self> {
        use RfcTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Submitted => (&[Self::Draft], Self::Submitted),
            Happened::Classified => (&[Self::Submitted], Self::Assessing),
            Happened::Returned => (&[Self::Assessing], Self::Draft),
            Happened::Authorised => (&[Self::Assessing], Self::Authorised),
            Happened::Rejected => (&[Self::Assessing], Self::Rejected),
            Happened::EmergencyAuthorised => (&[Self::Draft], Self::EmergencyAuthorised),
            Happened::StandardMatched => (&[Self::Submitted], Self::Authorised),
            Happened::Scheduled => (&[Self::Authorised], Self::Scheduled),
            Happened::AuthorisationVoided => (
                &[Self::Authorised, Self::Scheduled, Self::EmergencyAuthorised, Self::Implementing],
                Self::Draft,
            ),
            Happened::Started => {
                (&[Self::Scheduled, Self::EmergencyAuthorised], Self::Implementing)
            }
            Happened::Implemented => (&[Self::Implementing], Self::Implemented),
            Happened::BackedOut => (&[Self::Implementing], Self::BackedOut),
            Happened::WindowExpired => (&[Self::Implementing], Self::Scheduled),
            Happened::Reviewed => (&[Self::Implemented, Self::BackedOut], Self::Reviewed),
            Happened::Closed => (&[Self::Reviewed], Self::Closed),
            Happened::Cancelled => (
                &[
                    Self::Draft,
                    Self::Submitted,
                    Self::Assessing,
                    Self::Authorised,
                    Self::Scheduled,
                    Self::EmergencyAuthorised,
                ],
                Self::Cancelled,
            ),
            Happened::AuthorisationExpired => {
                (&[Self::Authorised, Self::Scheduled, Self::EmergencyAuthorised], Self::Draft)
            }
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for RfcTransition {
    type State = RfcState;
    const NOUN: &'static str = "RFC";

    fn follows(self, state: RfcState) -> Option<RfcState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{Any, System, SystemOr};
        use Guard::{RF1, RF2, RF3, RF4, RF5, RF6, RF7, RF8};
        use RoleType::{ChangeAuthority, ReleaseManagement};
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Submitted => ("RFC-1", "be submitted", Any(&[ReleaseManagement]), &[RF1]),
            Self::Classified => ("RFC-2", "be classified", Any(&[ChangeAuthority]), &[]),
            Self::Returned => ("RFC-3", "be returned", Any(&[ChangeAuthority]), &[]),
            Self::Authorised => ("RFC-4", "be authorised", Any(&[ChangeAuthority]), &[RF2, RF3]),
            Self::Rejected => ("RFC-5", "be rejected", Any(&[ChangeAuthority]), &[]),
            Self::EmergencyAuthorised => {
                ("RFC-6", "be authorised as an emergency", Any(&[ChangeAuthority]), &[RF4])
            }
            Self::StandardMatched => ("RFC-7", "match a standard change", System, &[RF5]),
            Self::Scheduled => ("RFC-8", "be scheduled", Any(&[ReleaseManagement]), &[RF6]),
            Self::AuthorisationVoided => {
                ("RFC-9", "lose its authorisation", SystemOr(&[ReleaseManagement]), &[])
            }
            Self::Started => ("RFC-10", "be started", SystemOr(&[ReleaseManagement]), &[RF7]),
            Self::Implemented => ("RFC-11", "be implemented", SystemOr(&[ReleaseManagement]), &[]),
            Self::BackedOut => ("RFC-12", "be backed out", SystemOr(&[ReleaseManagement]), &[]),
            Self::WindowExpired => ("RFC-13", "wait for another window", System, &[RF6]),
            Self::Reviewed => ("RFC-14", "be reviewed", Any(&[ChangeAuthority]), &[]),
            Self::Closed => ("RFC-15", "be closed", Any(&[ChangeAuthority]), &[RF8]),
            Self::Cancelled => {
                ("RFC-16", "be cancelled", Any(&[ReleaseManagement, ChangeAuthority]), &[])
            }
            Self::AuthorisationExpired => ("RFC-17", "expire", System, &[]),
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
            0=a draft  1=submitted  2=being assessed  3=authorised  4=authorised as an emergency  5=scheduled
            6=being implemented  7=implemented  8=backed out  9=reviewed  10=closed  11=rejected
            12=cancelled

                                               0  1  2  3  4  5  6  7  8  9 10 11 12
            RFC-1  submitted                   1  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  REL [RF1]
            RFC-2  classified                  ·  2  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  CA []
            RFC-3  returned                    ·  ·  0  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  CA []
            RFC-4  authorised                  ·  ·  3  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  CA [RF2 RF3]
            RFC-5  rejected                    ·  · 11  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  CA []
            RFC-6  emergency authorised        4  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  CA [RF4]
            RFC-7  standard matched            ·  3  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS [RF5]
            RFC-8  scheduled                   ·  ·  ·  5  ·  ·  ·  ·  ·  ·  ·  ·  ·  REL [RF6]
            RFC-9  authorisation voided        ·  ·  ·  0  0  0  0  ·  ·  ·  ·  ·  ·  SYS|REL []
            RFC-10 started                     ·  ·  ·  ·  6  6  ·  ·  ·  ·  ·  ·  ·  SYS|REL [RF7]
            RFC-11 implemented                 ·  ·  ·  ·  ·  ·  7  ·  ·  ·  ·  ·  ·  SYS|REL []
            RFC-12 backed out                  ·  ·  ·  ·  ·  ·  8  ·  ·  ·  ·  ·  ·  SYS|REL []
            RFC-13 window expired              ·  ·  ·  ·  ·  ·  5  ·  ·  ·  ·  ·  ·  SYS [RF6]
            RFC-14 reviewed                    ·  ·  ·  ·  ·  ·  ·  9  9  ·  ·  ·  ·  CA []
            RFC-15 closed                      ·  ·  ·  ·  ·  ·  ·  ·  · 10  ·  ·  ·  CA [RF8]
            RFC-16 cancelled                  12 12 12 12 12 12  ·  ·  ·  ·  ·  ·  ·  REL|CA []
            RFC-17 authorisation expired       ·  ·  ·  0  0  0  ·  ·  ·  ·  ·  ·  ·  SYS []"#]].assert_eq(&grid::<RfcTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<RfcTransition>("rfc", RfcState::RESTING);
    }
}
