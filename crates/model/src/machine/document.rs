//! One document: regenerated until it is issued for signature, locked by its last signature,
//! superseded by a newer one.
//!
//! No entry of the record says where a document stands: that follows from its slots, so that
//! there is one truth. See docs/decisions.
//!
//! Source: Deploy SMF, outputs of Tables 4 to 7.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;

words! {
    /// Where a document stands.
    pub enum DocumentState {
        /// It changes with what it is about.
        #[default]
        Draft,
        /// People are asked to sign exactly this version.
        InSignature,
        /// Everybody has signed.
        Locked,
        /// A newer one has taken its place.
        Superseded,
    }

    /// What can happen to a document.
    pub enum DocumentTransition {
        /// It was computed anew.
        Regenerated,
        /// Signatures were asked for.
        Issued,
        /// What it is about changed, or somebody declined.
        Reopened,
        /// The last slot was signed.
        Locked,
        /// A newer version was issued.
        Superseded,
    }
}

impl DocumentState {
    /// The states in which a document may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Locked, Self::Superseded];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: DocumentTransition) -> Option<Self> {
        use DocumentTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Regenerated => (&[Self::Draft], Self::Draft),
            Happened::Issued => (&[Self::Draft], Self::InSignature),
            Happened::Reopened => (&[Self::InSignature], Self::Draft),
            Happened::Locked => (&[Self::InSignature], Self::Locked),
            Happened::Superseded => (&[Self::Locked], Self::Superseded),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for DocumentTransition {
    type State = DocumentState;
    const NOUN: &'static str = "document";

    fn follows(self, state: DocumentState) -> Option<DocumentState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::System;
        let (id, act, guards): (_, _, &[Guard]) = match self {
            Self::Regenerated => ("DOC-1", "be computed anew", &[]),
            Self::Issued => ("DOC-2", "be issued for signature", &[Guard::DC1]),
            Self::Reopened => ("DOC-3", "be reopened", &[]),
            Self::Locked => ("DOC-4", "be locked", &[]),
            Self::Superseded => ("DOC-5", "be superseded", &[]),
        };
        Row { id, act, authority: System, guards }
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
            0=draft  1=in signature  2=locked  3=superseded

                                               0  1  2  3
            DOC-1  regenerated                 0  ·  ·  ·  SYS []
            DOC-2  issued                      1  ·  ·  ·  SYS [DC1]
            DOC-3  reopened                    ·  0  ·  ·  SYS []
            DOC-4  locked                      ·  2  ·  ·  SYS []
            DOC-5  superseded                  ·  ·  3  ·  SYS []"#]]
        .assert_eq(&grid::<DocumentTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<DocumentTransition>("document", DocumentState::RESTING);
    }
}
