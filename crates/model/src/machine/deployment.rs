//! One deployment, from its draft plan to its closed record.
//!
//! Production steps of the plan run in `Deploying` only. While stabilizing and in
//! the quiet period nothing runs but fixes and revisits, each under an RFC. The
//! milestone is not the end: the project is closed some days later.
//!
//! Source: Deploy SMF, Processes 1 to 4; Deployment Stable and Deployment Complete Milestones.

use super::{Authority, Row, Transition, words};
use crate::guard::Guard;
use crate::role_type::RoleType;

words! {
    /// Where a deployment stands.
    pub enum DeploymentState {
        /// Its plan is being written.
        #[default]
        Draft,
        /// Its plan, release and inventory are baseline; nothing runs yet.
        Ready,
        /// Production steps may run.
        Deploying,
        /// Somebody or the halt rule stopped all of it.
        Held,
        /// All sites are done; what is still wrong is being put right.
        Stabilizing,
        /// Operations and Support run the service, and the project only watches.
        #[strum(to_string = "in its quiet period")]
        QuietPeriod,
        /// The quiet period is over; customer and team review the result.
        #[strum(to_string = "in its milestone review")]
        MilestoneReview,
        /// The Deployment Complete Milestone is reached; analysis and close-out remain.
        Closing,
        /// It ended as it should, and its record is sealed.
        Closed,
        /// It was ended early; what stays in production is being settled.
        Terminating,
        /// It ended early, and its record is sealed.
        Terminated,
    }

    /// What can happen to a deployment.
    pub enum DeploymentTransition {
        /// Plan, release and inventory became the baseline.
        Baselined,
        /// Production steps are allowed from now on.
        Opened,
        /// Its scope changed, and there is a new baseline.
        ScopeChanged,
        /// Everything was stopped.
        Held,
        /// Cause and decision are recorded, and work goes on.
        HoldReleased,
        /// Core and site sheets are signed.
        SitesCompleted,
        /// The Deployment Stable Interim Milestone was reached.
        DeclaredStable,
        /// The quiet period ended, and its report is written.
        QuietPeriodEnded,
        /// The Deployment Stable Interim Milestone was revoked.
        Reopened,
        /// The review did not accept the result.
        Rejected,
        /// The review asked for more quiet days.
        QuietPeriodExtended,
        /// The Deployment Complete Milestone was reached.
        DeclaredComplete,
        /// The Deployment Complete Milestone was revoked before the record was sealed.
        CompletionRevoked,
        /// The record was sealed and the evidence package stored.
        Closed,
        /// It was given up before anything ran.
        Cancelled,
        /// It was given up although something ran.
        TerminatedEarly,
        /// What stays in production was settled.
        TerminationCompleted,
    }
}

impl DeploymentState {
    /// The states in which a deployment may rest for ever, owing nobody anything.
    pub const RESTING: &'static [Self] = &[Self::Closed, Self::Terminated];

    /// Returns the state that follows `transition`, or `None` where that cannot happen.
    pub fn after(self, transition: DeploymentTransition) -> Option<Self> {
        use DeploymentTransition as Happened;
        let (from, to): (&[Self], Self) = match transition {
            Happened::Baselined => (&[Self::Draft], Self::Ready),
            Happened::Opened => (&[Self::Ready], Self::Deploying),
            Happened::ScopeChanged => {
                (&[Self::Ready, Self::Deploying, Self::Held, Self::Stabilizing], self)
            }
            Happened::Held => (&[Self::Deploying], Self::Held),
            Happened::HoldReleased => (&[Self::Held], Self::Deploying),
            Happened::SitesCompleted => (&[Self::Deploying], Self::Stabilizing),
            Happened::DeclaredStable => (&[Self::Stabilizing], Self::QuietPeriod),
            Happened::QuietPeriodEnded => (&[Self::QuietPeriod], Self::MilestoneReview),
            Happened::Reopened => (&[Self::QuietPeriod], Self::Stabilizing),
            Happened::Rejected => (&[Self::MilestoneReview], Self::Stabilizing),
            Happened::QuietPeriodExtended => (&[Self::MilestoneReview], Self::QuietPeriod),
            Happened::DeclaredComplete => (&[Self::MilestoneReview], Self::Closing),
            Happened::CompletionRevoked => (&[Self::Closing], Self::MilestoneReview),
            Happened::Closed => (&[Self::Closing], Self::Closed),
            Happened::Cancelled => (&[Self::Draft, Self::Ready], Self::Terminated),
            Happened::TerminatedEarly => (
                &[
                    Self::Deploying,
                    Self::Held,
                    Self::Stabilizing,
                    Self::QuietPeriod,
                    Self::MilestoneReview,
                ],
                Self::Terminating,
            ),
            Happened::TerminationCompleted => (&[Self::Terminating], Self::Terminated),
        };
        from.contains(&self).then_some(to)
    }
}

impl Transition for DeploymentTransition {
    type State = DeploymentState;
    const NOUN: &'static str = "deployment";

    fn follows(self, state: DeploymentState) -> Option<DeploymentState> {
        state.after(self)
    }

    fn row(self) -> Row {
        use Authority::{All, Any, System, SystemOr};
        use Guard::{
            D1, D2, D3, D4, D5, D6, D7, D8, D9, E1, E2, E3, E4, E5, E6, E7, E8, E9, H1, K1, K2, K3,
            K4, K5, K6, K7, K8, Q1, Q2, Q3, SC1, SC2, SC3, ST1, ST2, ST3, ST4, ST5, ST6, ST7, ST8,
            TR1, TR2, TR3, X1,
        };
        use RoleType::{
            Customer, Developer, OperationsExperience, OperationsManager, ProductManager,
            ProgramManager, ReleaseManagement, SolutionManager, SupportManager, TestManager,
            Tester, UserExperience,
        };
        let (id, act, authority, guards): (_, _, _, &[Guard]) = match self {
            Self::Baselined => (
                "PRJ-1",
                "be baselined",
                All(&[ProgramManager, ReleaseManagement]),
                &[E2, E3, E4, E5, E6, E7, E8, E9],
            ),
            Self::Opened => ("PRJ-2", "be opened", Any(&[ProgramManager]), &[E1]),
            Self::ScopeChanged => ("PRJ-3", "change its scope", Any(&[ProgramManager]), &[X1]),
            Self::Held => (
                "PRJ-4",
                "be held",
                SystemOr(&[ReleaseManagement, ProgramManager, SolutionManager]),
                &[],
            ),
            Self::HoldReleased => (
                "PRJ-5",
                "be released from its hold",
                All(&[ReleaseManagement, ProgramManager]),
                &[H1],
            ),
            Self::SitesCompleted => {
                ("PRJ-6", "complete its sites", Any(&[ReleaseManagement]), &[SC1, SC2, SC3])
            }
            Self::DeclaredStable => (
                "PRJ-7",
                "be declared stable",
                All(&[Customer, ProgramManager, OperationsManager, SupportManager]),
                &[ST1, ST2, ST3, ST4, ST5, ST6, ST7, ST8],
            ),
            Self::QuietPeriodEnded => ("PRJ-8", "end its quiet period", System, &[Q1, Q2, Q3]),
            Self::Reopened => ("PRJ-9", "be reopened", SystemOr(&[ProgramManager, Customer]), &[]),
            Self::Rejected => ("PRJ-10", "be rejected", Any(&[Customer, SolutionManager]), &[]),
            Self::QuietPeriodExtended => {
                ("PRJ-11", "extend its quiet period", Any(&[Customer, SolutionManager]), &[])
            }
            Self::DeclaredComplete => (
                "PRJ-12",
                "be declared complete",
                All(&[
                    Customer,
                    ProgramManager,
                    Developer,
                    Tester,
                    ProductManager,
                    UserExperience,
                    ReleaseManagement,
                    OperationsExperience,
                    TestManager,
                    OperationsManager,
                    SupportManager,
                    SolutionManager,
                ]),
                &[D1, D2, D3, D4, D5, D6, D7, D8, D9],
            ),
            Self::CompletionRevoked => {
                ("PRJ-17", "have its completion revoked", Any(&[Customer, SolutionManager]), &[])
            }
            Self::Closed => (
                "PRJ-13",
                "be closed",
                All(&[ProgramManager, SolutionManager]),
                &[K1, K2, K3, K4, K5, K6, K7, K8],
            ),
            Self::Cancelled => ("PRJ-14", "be cancelled", Any(&[SolutionManager]), &[]),
            Self::TerminatedEarly => {
                ("PRJ-15", "be terminated early", All(&[SolutionManager, Customer]), &[])
            }
            Self::TerminationCompleted => {
                ("PRJ-16", "complete its termination", Any(&[SolutionManager]), &[TR1, TR2, TR3])
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
            0=draft  1=ready  2=deploying  3=held  4=stabilizing  5=in its quiet period
            6=in its milestone review  7=closing  8=closed  9=terminating  10=terminated

                                               0  1  2  3  4  5  6  7  8  9 10
            PRJ-1  baselined                   1  ·  ·  ·  ·  ·  ·  ·  ·  ·  ·  PGM+REL [E2 E3 E4 E5 E6 E7 E8 E9]
            PRJ-2  opened                      ·  2  ·  ·  ·  ·  ·  ·  ·  ·  ·  PGM [E1]
            PRJ-3  scope changed               ·  1  2  3  4  ·  ·  ·  ·  ·  ·  PGM [X1]
            PRJ-4  held                        ·  ·  3  ·  ·  ·  ·  ·  ·  ·  ·  SYS|REL|PGM|SM []
            PRJ-5  hold released               ·  ·  ·  2  ·  ·  ·  ·  ·  ·  ·  REL+PGM [H1]
            PRJ-6  sites completed             ·  ·  4  ·  ·  ·  ·  ·  ·  ·  ·  REL [SC1 SC2 SC3]
            PRJ-7  declared stable             ·  ·  ·  ·  5  ·  ·  ·  ·  ·  ·  CUS+PGM+OPS+SUP [ST1 ST2 ST3 ST4 ST5 ST6 ST7 ST8]
            PRJ-8  quiet period ended          ·  ·  ·  ·  ·  6  ·  ·  ·  ·  ·  SYS [Q1 Q2 Q3]
            PRJ-9  reopened                    ·  ·  ·  ·  ·  4  ·  ·  ·  ·  ·  SYS|PGM|CUS []
            PRJ-10 rejected                    ·  ·  ·  ·  ·  ·  4  ·  ·  ·  ·  CUS|SM []
            PRJ-11 quiet period extended       ·  ·  ·  ·  ·  ·  5  ·  ·  ·  ·  CUS|SM []
            PRJ-12 declared complete           ·  ·  ·  ·  ·  ·  7  ·  ·  ·  ·  CUS+PGM+DEV+TST+PRM+UX+REL+OPX+TM+OPS+SUP+SM [D1 D2 D3 D4 D5 D6 D7 D8 D9]
            PRJ-17 completion revoked          ·  ·  ·  ·  ·  ·  ·  6  ·  ·  ·  CUS|SM []
            PRJ-13 closed                      ·  ·  ·  ·  ·  ·  ·  8  ·  ·  ·  PGM+SM [K1 K2 K3 K4 K5 K6 K7 K8]
            PRJ-14 cancelled                  10 10  ·  ·  ·  ·  ·  ·  ·  ·  ·  SM []
            PRJ-15 terminated early            ·  ·  9  9  9  9  9  ·  ·  ·  ·  SM+CUS []
            PRJ-16 termination completed       ·  ·  ·  ·  ·  ·  ·  ·  · 10  ·  SM [TR1 TR2 TR3]"#]].assert_eq(&grid::<DeploymentTransition>());
    }

    // Proves: G-05, G-13, F-1, X-04
    #[test]
    fn the_machine_is_that_of_the_catalogue() {
        holds_to_the_catalogue::<DeploymentTransition>("deployment", DeploymentState::RESTING);
    }
}
