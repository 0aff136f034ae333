//! One signature slot on one version of one document.
//!
//! Somebody signs exact bytes. A changed document does not carry a signature
//! over: the slot is void and a new one opens. Silence is never acceptance, so
//! nothing here happens because time passed.
//!
//! Source: Deploy SMF, Processes 1 to 4: sign-off sheets, acceptance, milestone review.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;

words! {
    /// Where a signature slot stands.
    pub enum SignOffState {
        /// What it rests on is not yet true.
        #[default]
        Pending,
        /// The signer is asked.
        Requested,
        /// The signer signed, with or without exceptions.
        Signed,
        /// The signer did not sign, and said why.
        Declined,
        /// The document changed before it was signed.
        Void,
        /// A newer version is signed, or its basis is undone.
        Superseded,
        /// The signer took the signature back.
        Withdrawn,
    }

    /// What can happen to a signature slot.
    pub enum SignOffTransition {
        /// What it rests on is true, and the signer was asked.
        Requested,
        /// The signer signed.
        Signed,
        /// The signer signed, with listed exceptions.
        SignedWithExceptions,
        /// The signer did not sign, and said why.
        Declined,
        /// The document changed.
        Voided,
        /// The signer named a delegate.
        Delegated,
        /// A newer version is signed, or its basis is undone.
        Superseded,
        /// The signer took it back.
        Withdrawn,
        /// A new slot opened in its place.
        Renewed,
    }
}

impl SignOffState {
    /// The states in which a signature may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Signed, Self::Declined, Self::Void];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: SignOffTransition) -> Option<Self> {
        use SignOffTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Requested => (&[Self::Pending], Self::Requested),
            Happened::Signed => (&[Self::Requested], Self::Signed),
            Happened::SignedWithExceptions => (&[Self::Requested], Self::Signed),
            Happened::Declined => (&[Self::Requested], Self::Declined),
            Happened::Voided => (&[Self::Requested], Self::Void),
            Happened::Delegated => (&[Self::Requested], Self::Requested),
            Happened::Superseded => (&[Self::Signed], Self::Superseded),
            Happened::Withdrawn => (&[Self::Signed], Self::Withdrawn),
            Happened::Renewed => {
                (&[Self::Superseded, Self::Withdrawn, Self::Declined], Self::Pending)
            }
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for SignOffTransition {
    type State = SignOffState;
    const NOUN: &'static str = "signature";

    fn follows(self, state: SignOffState) -> Option<SignOffState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use crate::role_type::RoleType::{ProgramManager, ReleaseManagement};
        use Authority::{Signer, System, SystemOr};
        use Guard::{SG1, SG2, SG3, SG4, SG5, SG6};
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Requested => ("SGN-1", "be requested", System, &[SG1]),
            Self::Signed => ("SGN-2", "be given", Signer, &[SG2, SG3, SG4]),
            Self::SignedWithExceptions => {
                ("SGN-3", "be given with exceptions", Signer, &[SG2, SG3, SG4, SG5])
            }
            Self::Declined => ("SGN-4", "be declined", Signer, &[SG2]),
            Self::Voided => ("SGN-5", "be voided", System, &[]),
            Self::Delegated => ("SGN-6", "be delegated", Signer, &[SG6]),
            Self::Superseded => ("SGN-7", "be superseded", System, &[]),
            Self::Withdrawn => ("SGN-8", "be withdrawn", Signer, &[SG2]),
            Self::Renewed => {
                ("SGN-9", "be asked for anew", SystemOr(&[ReleaseManagement, ProgramManager]), &[])
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
            0=pending  1=requested  2=signed  3=declined  4=void  5=superseded
            6=withdrawn

                                               0  1  2  3  4  5  6
            SGN-1  requested                   1  ·  ·  ·  ·  ·  ·  SYS [SG1]
            SGN-2  signed                      ·  2  ·  ·  ·  ·  ·  signer [SG2 SG3 SG4]
            SGN-3  signed with exceptions      ·  2  ·  ·  ·  ·  ·  signer [SG2 SG3 SG4 SG5]
            SGN-4  declined                    ·  3  ·  ·  ·  ·  ·  signer [SG2]
            SGN-5  voided                      ·  4  ·  ·  ·  ·  ·  SYS []
            SGN-6  delegated                   ·  1  ·  ·  ·  ·  ·  signer [SG6]
            SGN-7  superseded                  ·  ·  5  ·  ·  ·  ·  SYS []
            SGN-8  withdrawn                   ·  ·  6  ·  ·  ·  ·  signer [SG2]
            SGN-9  renewed                     ·  ·  ·  0  ·  0  0  SYS|REL|PGM []"#]]
        .assert_eq(&grid::<SignOffTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<SignOffTransition>("signoff", SignOffState::RESTING);
    }
}
