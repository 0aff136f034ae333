//! One core component, from the plan to the core components sign-off sheet.
//!
//! A component may already run since the pilot: it is then adopted, which means
//! compared with the final release and never assumed to be it.
//!
//! Source: Deploy SMF, Process 1, Table 4.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where a core component stands.
    pub enum ComponentState {
        /// It is in the plan.
        #[default]
        Planned,
        /// Its RFC is authorised.
        Authorised,
        /// What runs since the pilot is being compared with the final release.
        #[strum(to_string = "being adopted")]
        Adopting,
        /// Steps run on its computers.
        Deploying,
        /// Its steps are done, its checks run.
        #[strum(to_string = "being verified")]
        Verifying,
        /// A step or check failed, or a person stopped it; nothing runs until a person decides.
        Halted,
        /// All its checks passed.
        Verified,
        /// The core components sign-off sheet is signed.
        Accepted,
        /// It is being undone.
        RollingBack,
        /// It is undone, and that is verified.
        RolledBack,
        /// The customer agreed to do without it.
        Descoped,
    }

    /// What can happen to a core component.
    pub enum ComponentTransition {
        /// Its RFC was authorised.
        Authorised,
        /// The comparison with the final release began; it only reads.
        AdoptionStarted,
        /// What was found is the final release.
        AdoptionMatched,
        /// What was found is something else.
        DriftFound,
        /// Its first step was ordered.
        Started,
        /// Its last step succeeded.
        StepsFinished,
        /// A step failed, contact was lost, or a person stopped it.
        Halted,
        /// All mandatory checks passed.
        ChecksPassed,
        /// A mandatory check failed.
        ChecksFailed,
        /// A person let it go on.
        Resumed,
        /// A person ordered that it be undone.
        RollbackStarted,
        /// It is undone.
        RollbackVerified,
        /// It could not be undone; a Sev1 incident is open.
        RollbackFailed,
        /// It is in the plan again.
        Replanned,
        /// The core components sign-off sheet was signed.
        Accepted,
        /// It was taken out of the scope.
        Descoped,
        /// A new RFC changes it; its acceptance is superseded.
        ChangedAfterAcceptance,
        /// Its RFC is void, expired or cancelled.
        AuthorisationLost,
    }
}

impl ComponentState {
    /// The states in which a core component may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Accepted, Self::RolledBack, Self::Descoped];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: ComponentTransition) -> Option<Self> {
        use ComponentTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Authorised => (&[Self::Planned], Self::Authorised),
            Happened::AdoptionStarted => (&[Self::Planned], Self::Adopting),
            Happened::AdoptionMatched => (&[Self::Adopting], Self::Verified),
            Happened::DriftFound => (&[Self::Adopting], Self::Planned),
            Happened::Started => (&[Self::Authorised], Self::Deploying),
            Happened::StepsFinished => (&[Self::Deploying], Self::Verifying),
            Happened::Halted => (&[Self::Deploying], Self::Halted),
            Happened::ChecksPassed => (&[Self::Verifying], Self::Verified),
            Happened::ChecksFailed => (&[Self::Verifying], Self::Halted),
            Happened::Resumed => (&[Self::Halted], Self::Deploying),
            Happened::RollbackStarted => {
                (&[Self::Halted, Self::Verified, Self::Accepted], Self::RollingBack)
            }
            Happened::RollbackVerified => (&[Self::RollingBack], Self::RolledBack),
            Happened::RollbackFailed => (&[Self::RollingBack], Self::Halted),
            Happened::Replanned => (&[Self::RolledBack], Self::Planned),
            Happened::Accepted => (&[Self::Verified], Self::Accepted),
            Happened::Descoped => (&[Self::Planned], Self::Descoped),
            Happened::ChangedAfterAcceptance => (&[Self::Accepted], Self::Planned),
            Happened::AuthorisationLost => (&[Self::Authorised], Self::Planned),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for ComponentTransition {
    type State = ComponentState;
    const NOUN: &'static str = "core component";

    fn follows(self, state: ComponentState) -> Option<ComponentState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{All, Any, System, SystemOr, SystemWith};
        use Guard::{C1, C2, C3, C5, C6, C7, CS1, H1, RF2, RF7, X1};
        use RoleType::{Customer, OperationsManager, ProgramManager, ReleaseManagement, Tester};
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Authorised => ("CMP-1", "be authorised", System, &[RF2, RF7]),
            Self::AdoptionStarted => ("CMP-2", "be adopted", Any(&[ReleaseManagement]), &[]),
            Self::AdoptionMatched => {
                ("CMP-3", "match the final release", SystemWith(&[Tester]), &[C6])
            }
            Self::DriftFound => ("CMP-4", "be found to have drifted", System, &[]),
            Self::Started => {
                ("CMP-5", "be started", SystemOr(&[ReleaseManagement]), &[C1, C2, C3, C5])
            }
            Self::StepsFinished => ("CMP-6", "finish its steps", System, &[]),
            Self::Halted => ("CMP-7", "be halted", SystemOr(&[ReleaseManagement]), &[]),
            Self::ChecksPassed => ("CMP-8", "pass its checks", SystemWith(&[Tester]), &[C6]),
            Self::ChecksFailed => ("CMP-9", "fail its checks", SystemOr(&[Tester]), &[]),
            Self::Resumed => ("CMP-10", "be resumed", Any(&[ReleaseManagement]), &[C1, H1]),
            Self::RollbackStarted => (
                "CMP-11",
                "be rolled back",
                SystemOr(&[ReleaseManagement, OperationsManager]),
                &[C7],
            ),
            Self::RollbackVerified => {
                ("CMP-12", "be verified as rolled back", SystemWith(&[Tester]), &[])
            }
            Self::RollbackFailed => ("CMP-13", "fail to roll back", System, &[]),
            Self::Replanned => ("CMP-14", "be planned again", Any(&[ReleaseManagement]), &[]),
            Self::Accepted => (
                "CMP-15",
                "be accepted",
                All(&[ReleaseManagement, Tester, OperationsManager]),
                &[CS1],
            ),
            Self::Descoped => ("CMP-16", "be descoped", All(&[ProgramManager, Customer]), &[X1]),
            Self::ChangedAfterAcceptance => (
                "CMP-17",
                "be changed after its acceptance",
                Any(&[ReleaseManagement]),
                &[RF2, RF7],
            ),
            Self::AuthorisationLost => ("CMP-18", "lose its authorisation", System, &[]),
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
            0=planned  1=authorised  2=being adopted  3=deploying  4=being verified  5=halted
            6=verified  7=accepted  8=rolling back  9=rolled back  10=descoped

                                               0  1  2  3  4  5  6  7  8  9 10
            CMP-1  authorised                  1  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS [RF2 RF7]
            CMP-2  adoption started            2  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  REL []
            CMP-3  adoption matched            ·  ·  6  ·  ·  ·  ·  ·  ·  ·  ·  SYS+TST [C6]
            CMP-4  drift found                 ·  ·  0  ·  ·  ·  ·  ·  ·  ·  ·  SYS []
            CMP-5  started                     ·  3  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS|REL [C1 C2 C3 C5]
            CMP-6  steps finished              ·  ·  ·  4  ·  ·  ·  ·  ·  ·  ·  SYS []
            CMP-7  halted                      ·  ·  ·  5  ·  ·  ·  ·  ·  ·  ·  SYS|REL []
            CMP-8  checks passed               ·  ·  ·  ·  6  ·  ·  ·  ·  ·  ·  SYS+TST [C6]
            CMP-9  checks failed               ·  ·  ·  ·  5  ·  ·  ·  ·  ·  ·  SYS|TST []
            CMP-10 resumed                     ·  ·  ·  ·  ·  3  ·  ·  ·  ·  ·  REL [C1 H1]
            CMP-11 rollback started            ·  ·  ·  ·  ·  8  8  8  ·  ·  ·  SYS|REL|OPS [C7]
            CMP-12 rollback verified           ·  ·  ·  ·  ·  ·  ·  ·  9  ·  ·  SYS+TST []
            CMP-13 rollback failed             ·  ·  ·  ·  ·  ·  ·  ·  5  ·  ·  SYS []
            CMP-14 replanned                   ·  ·  ·  ·  ·  ·  ·  ·  ·  0  ·  REL []
            CMP-15 accepted                    ·  ·  ·  ·  ·  ·  7  ·  ·  ·  ·  REL+TST+OPS [CS1]
            CMP-16 descoped                   10  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  PGM+CUS [X1]
            CMP-17 changed after acceptance    ·  ·  ·  ·  ·  ·  ·  0  ·  ·  ·  REL [RF2 RF7]
            CMP-18 authorisation lost          ·  0  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS []"#]].assert_eq(&grid::<ComponentTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<ComponentTransition>("component", ComponentState::RESTING);
    }
}
