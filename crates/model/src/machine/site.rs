//! One site, from the plan to its owner's signature.
//!
//! Each site is deployed by itself, because each may have requirements of its
//! own, and a site is finished only when its owner says so. A signed site is not
//! final: it can be revisited, and a material change asks its owner again.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where a site stands.
    pub enum SiteState {
        /// It is in the plan, and its owner has yet to agree to the date.
        #[default]
        Planned,
        /// Its owner acknowledged the date.
        Notified,
        /// Whatever it needs beforehand is there.
        Ready,
        /// Steps run on its computers.
        Deploying,
        /// Its window ended with work left; it goes on in the next.
        Paused,
        /// Too much failed or somebody stopped it; nothing runs until a person decides.
        Halted,
        /// Every phase is done, and its checks pass.
        Deployed,
        /// It is in use, and watched for the agreed time.
        #[strum(to_string = "being observed")]
        Observing,
        /// Its owner agreed that it operates as expected.
        SignedOff,
        /// Its owner did not agree, and said why.
        Refused,
        /// Something material changed, and its owner is asked again.
        #[strum(to_string = "waiting to be reconfirmed")]
        Reconfirm,
        /// It is being undone.
        RollingBack,
        /// It is undone, and that is verified.
        RolledBack,
        /// It does not take part.
        Exempt,
    }

    /// What can happen to a site.
    pub enum SiteTransition {
        /// Its owner acknowledged the schedule.
        ScheduleAcknowledged,
        /// Its schedule changed, and its owner is asked anew.
        ScheduleChanged,
        /// Every guard of its gate is met or waived.
        GateOpened,
        /// Its first step was ordered.
        Started,
        /// One batch of its computers is done.
        PhaseFinished,
        /// Its window ended with work left.
        WindowEnded,
        /// Its next window began.
        NextWindowBegan,
        /// Too much failed, or somebody stopped it.
        Halted,
        /// A person let it go on.
        Resumed,
        /// A person ordered that it be undone.
        RollbackStarted,
        /// It is undone; whatever was signed is superseded.
        RollbackVerified,
        /// It could not be undone; a Sev1 incident is open.
        RollbackFailed,
        /// It has a new window.
        Rescheduled,
        /// All phases are done, and its checks pass.
        Deployed,
        /// Its observation time began.
        ObservationStarted,
        /// Its owner signed, after Release Management.
        SignedOff,
        /// Its owner did not sign, and said why.
        Refused,
        /// What its owner objected to was resolved.
        IssuesResolved,
        /// The team goes back to it.
        Revisited,
        /// A change that its users notice touches it.
        MaterialChange,
        /// Its owner signed again.
        Reconfirmed,
        /// It was taken out of the scope, or has nothing to deploy.
        Exempted,
    }
}

impl SiteState {
    /// The states in which a site may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::SignedOff, Self::Exempt, Self::RolledBack];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: SiteTransition) -> Option<Self> {
        use SiteTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::ScheduleAcknowledged => (&[Self::Planned], Self::Notified),
            Happened::ScheduleChanged => (&[Self::Notified, Self::Ready], Self::Planned),
            Happened::GateOpened => (&[Self::Notified], Self::Ready),
            Happened::Started => (&[Self::Ready], Self::Deploying),
            Happened::PhaseFinished => (&[Self::Deploying], Self::Deploying),
            Happened::WindowEnded => (&[Self::Deploying], Self::Paused),
            Happened::NextWindowBegan => (&[Self::Paused], Self::Deploying),
            Happened::Halted => (&[Self::Deploying, Self::Paused], Self::Halted),
            Happened::Resumed => (&[Self::Halted], Self::Deploying),
            Happened::RollbackStarted => (
                &[
                    Self::Halted,
                    Self::Deployed,
                    Self::Observing,
                    Self::SignedOff,
                    Self::Reconfirm,
                    Self::Refused,
                ],
                Self::RollingBack,
            ),
            Happened::RollbackVerified => (&[Self::RollingBack], Self::RolledBack),
            Happened::RollbackFailed => (&[Self::RollingBack], Self::Halted),
            Happened::Rescheduled => (&[Self::RolledBack], Self::Planned),
            Happened::Deployed => (&[Self::Deploying], Self::Deployed),
            Happened::ObservationStarted => (&[Self::Deployed], Self::Observing),
            Happened::SignedOff => (&[Self::Observing], Self::SignedOff),
            Happened::Refused => (&[Self::Observing, Self::Reconfirm], Self::Refused),
            Happened::IssuesResolved => (&[Self::Refused], Self::Observing),
            Happened::Revisited => {
                (&[Self::Refused, Self::SignedOff, Self::Reconfirm], Self::Planned)
            }
            Happened::MaterialChange => (&[Self::SignedOff], Self::Reconfirm),
            Happened::Reconfirmed => (&[Self::Reconfirm], Self::SignedOff),
            Happened::Exempted => (
                &[Self::Planned, Self::Notified, Self::Ready, Self::Halted, Self::RolledBack],
                Self::Exempt,
            ),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for SiteTransition {
    type State = SiteState;
    const NOUN: &'static str = "site";

    fn follows(self, state: SiteState) -> Option<SiteState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{All, Any, System, SystemOr, SystemWith};
        use Guard::{C7, H1, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, V1, V2, V3, V4, V5, V6, X1};
        use RoleType::{
            Customer, OperationsManager, ProductManager, ProgramManager, ReleaseManagement,
            SiteOwner, Tester,
        };
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::ScheduleAcknowledged => {
                ("SIT-1", "be acknowledged by its owner", SystemOr(&[SiteOwner]), &[S3])
            }
            Self::ScheduleChanged => {
                ("SIT-2", "change its schedule", SystemOr(&[ReleaseManagement]), &[])
            }
            Self::GateOpened => ("SIT-3", "be made ready", System, &[S1, S2, S4, S5, S6, S9]),
            Self::Started => {
                ("SIT-4", "be started", SystemOr(&[ReleaseManagement]), &[S1, S2, S7, S8])
            }
            Self::PhaseFinished => ("SIT-5", "finish a phase", System, &[S10]),
            Self::WindowEnded => ("SIT-6", "end its window", System, &[]),
            Self::NextWindowBegan => {
                ("SIT-7", "begin its next window", SystemOr(&[ReleaseManagement]), &[S2, S7, S8])
            }
            Self::Halted => ("SIT-8", "be halted", SystemOr(&[ReleaseManagement, SiteOwner]), &[]),
            Self::Resumed => ("SIT-9", "be resumed", SystemOr(&[ReleaseManagement]), &[S2, S7, H1]),
            Self::RollbackStarted => (
                "SIT-10",
                "be rolled back",
                SystemOr(&[ReleaseManagement, OperationsManager]),
                &[C7],
            ),
            Self::RollbackVerified => {
                ("SIT-11", "be verified as rolled back", SystemWith(&[Tester]), &[])
            }
            Self::RollbackFailed => ("SIT-12", "fail to roll back", System, &[]),
            Self::Rescheduled => ("SIT-13", "be scheduled again", Any(&[ReleaseManagement]), &[]),
            Self::Deployed => ("SIT-14", "be deployed", SystemWith(&[Tester]), &[V1]),
            Self::ObservationStarted => ("SIT-15", "be observed", System, &[]),
            Self::SignedOff => (
                "SIT-16",
                "be signed off",
                All(&[ReleaseManagement, SiteOwner]),
                &[V1, V2, V3, V4, V5, V6],
            ),
            Self::Refused => ("SIT-17", "be refused", Any(&[SiteOwner]), &[]),
            Self::IssuesResolved => {
                ("SIT-18", "have its problems resolved", All(&[ReleaseManagement, Tester]), &[V2])
            }
            Self::Revisited => {
                ("SIT-19", "be revisited", All(&[ReleaseManagement, ProductManager]), &[])
            }
            Self::MaterialChange => ("SIT-20", "be touched by a material change", System, &[]),
            Self::Reconfirmed => ("SIT-21", "be reconfirmed", Any(&[SiteOwner]), &[V2]),
            Self::Exempted => ("SIT-22", "be exempted", All(&[ProgramManager, Customer]), &[X1]),
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
            0=planned  1=notified  2=ready  3=deploying  4=paused  5=halted
            6=deployed  7=being observed  8=signed off  9=refused  10=waiting to be reconfirmed  11=rolling back
            12=rolled back  13=exempt

                                               0  1  2  3  4  5  6  7  8  9 10 11 12 13
            SIT-1  schedule acknowledged       1  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS|SO [S3]
            SIT-2  schedule changed            ·  0  0  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS|REL []
            SIT-3  gate opened                 ·  2  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS [S1 S2 S4 S5 S6 S9]
            SIT-4  started                     ·  ·  3  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS|REL [S1 S2 S7 S8]
            SIT-5  phase finished              ·  ·  ·  3  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS [S10]
            SIT-6  window ended                ·  ·  ·  4  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS []
            SIT-7  next window began           ·  ·  ·  ·  3  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS|REL [S2 S7 S8]
            SIT-8  halted                      ·  ·  ·  5  5  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS|REL|SO []
            SIT-9  resumed                     ·  ·  ·  ·  ·  3  ·  ·  ·  ·  ·  ·  ·  ·  SYS|REL [S2 S7 H1]
            SIT-10 rollback started            ·  ·  ·  ·  · 11 11 11 11 11 11  ·  ·  ·  SYS|REL|OPS [C7]
            SIT-11 rollback verified           ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  · 12  ·  ·  SYS+TST []
            SIT-12 rollback failed             ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  5  ·  ·  SYS []
            SIT-13 rescheduled                 ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  0  ·  REL []
            SIT-14 deployed                    ·  ·  ·  6  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  SYS+TST [V1]
            SIT-15 observation started         ·  ·  ·  ·  ·  ·  7  ·  ·  ·  ·  ·  ·  ·  SYS []
            SIT-16 signed off                  ·  ·  ·  ·  ·  ·  ·  8  ·  ·  ·  ·  ·  ·  REL+SO [V1 V2 V3 V4 V5 V6]
            SIT-17 refused                     ·  ·  ·  ·  ·  ·  ·  9  ·  ·  9  ·  ·  ·  SO []
            SIT-18 issues resolved             ·  ·  ·  ·  ·  ·  ·  ·  ·  7  ·  ·  ·  ·  REL+TST [V2]
            SIT-19 revisited                   ·  ·  ·  ·  ·  ·  ·  ·  0  0  0  ·  ·  ·  REL+PRM []
            SIT-20 material change             ·  ·  ·  ·  ·  ·  ·  · 10  ·  ·  ·  ·  ·  SYS []
            SIT-21 reconfirmed                 ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  8  ·  ·  ·  SO [V2]
            SIT-22 exempted                   13 13 13  ·  · 13  ·  ·  ·  ·  ·  · 13  ·  PGM+CUS [X1]"#]].assert_eq(&grid::<SiteTransition>());
    }

    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<SiteTransition>("site", SiteState::RESTING);
    }
}
