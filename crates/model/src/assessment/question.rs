//! The key questions: asked of every deployment, and answered before it is complete.
//!
//! Whatever the program can answer it answers from the state, anew whenever it is
//! asked. What only people know is stated, with evidence, and rests on facts: when
//! these change, the answer is stale.
//!
//! Source: Deploy SMF, key questions of Tables 4 to 7, and the five questions of the Release
//! Readiness review with which a deployment begins.

use crate::role_type::RoleType;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumMessage, EnumString, VariantArray};

/// A key question. Its doc sentence is its text, as it is shown to people.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumMessage,
    EnumString,
    VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
pub enum KeyQuestion {
    /// Was the pilot successful, compared with the success criteria?
    #[serde(rename = "RR-Q1")]
    #[strum(serialize = "RR-Q1")]
    PilotSuccessful,
    /// Are there documented workarounds for the issues found during the pilot?
    #[serde(rename = "RR-Q2")]
    #[strum(serialize = "RR-Q2")]
    WorkaroundsDocumented,
    /// Are all role types satisfied and prepared to sign off the release?
    #[serde(rename = "RR-Q3")]
    #[strum(serialize = "RR-Q3")]
    RolesPrepared,
    /// Are the deployment procedures documented, and were they tested in the pilot?
    #[serde(rename = "RR-Q4")]
    #[strum(serialize = "RR-Q4")]
    DeploymentProceduresTested,
    /// Are the operations procedures documented, and were they tested in the pilot?
    #[serde(rename = "RR-Q5")]
    #[strum(serialize = "RR-Q5")]
    OperationsProceduresTested,
    /// Can core technology be deployed in parallel with the solution, or must it be deployed in advance?
    #[serde(rename = "P1-Q1")]
    #[strum(serialize = "P1-Q1")]
    CoreInParallel,
    /// Did the deployment of core components begin earlier, such as during the pilot?
    #[serde(rename = "P1-Q2")]
    #[strum(serialize = "P1-Q2")]
    CoreBegunEarlier,
    /// Is the strategy for deploying the infrastructure documented?
    #[serde(rename = "P1-Q3")]
    #[strum(serialize = "P1-Q3")]
    StrategyDocumented,
    /// Does the project team have experience in deploying similar infrastructures?
    #[serde(rename = "P1-Q4")]
    #[strum(serialize = "P1-Q4")]
    TeamExperienced,
    /// Does the solution actually involve deployment to clients?
    #[serde(rename = "P2-Q1")]
    #[strum(serialize = "P2-Q1")]
    ClientSideInvolved,
    /// Were the core infrastructure components deployed successfully?
    #[serde(rename = "P2-Q2")]
    #[strum(serialize = "P2-Q2")]
    CoreDeployed,
    /// Were expectations set with customers and users?
    #[serde(rename = "P2-Q3")]
    #[strum(serialize = "P2-Q3")]
    ExpectationsSet,
    /// Was the deployment schedule communicated to each site?
    #[serde(rename = "P2-Q4")]
    #[strum(serialize = "P2-Q4")]
    ScheduleCommunicated,
    /// Is the rollout phased at each site?
    #[serde(rename = "P2-Q5")]
    #[strum(serialize = "P2-Q5")]
    PhasedAtSites,
    /// How much network bandwidth and other resources are required?
    #[serde(rename = "P2-Q6")]
    #[strum(serialize = "P2-Q6")]
    ResourcesRequired,
    /// Will some members of the project team take part in maintaining and supporting the solution?
    #[serde(rename = "P3a-Q1")]
    #[strum(serialize = "P3a-Q1")]
    MembersStay,
    /// Have members and stakeholders begun to leave the project, and does anybody take a permanent role?
    #[serde(rename = "P3a-Q2")]
    #[strum(serialize = "P3a-Q2")]
    TransferBegun,
    /// Is there a process to escalate to the project team what operations and support cannot solve?
    #[serde(rename = "P3a-Q3")]
    #[strum(serialize = "P3a-Q3")]
    EscalationInPlace,
    /// At the end of the quiet period: will some members take part in maintenance and support?
    #[serde(rename = "P3b-Q1")]
    #[strum(serialize = "P3b-Q1")]
    MembersStayStill,
    /// Have members and stakeholders left the project?
    #[serde(rename = "P3b-Q2")]
    #[strum(serialize = "P3b-Q2")]
    TransferDone,
    /// Are all site deployments complete and stabilized?
    #[serde(rename = "P4a-Q1")]
    #[strum(serialize = "P4a-Q1")]
    SitesStabilized,
    /// Are customers and users satisfied, with the solution and with its deployment?
    #[serde(rename = "P4a-Q2")]
    #[strum(serialize = "P4a-Q2")]
    PeopleSatisfied,
    /// Have all members of the project team left the project?
    #[serde(rename = "P4a-Q3")]
    #[strum(serialize = "P4a-Q3")]
    TeamTransferred,
    /// Was the quiet period uneventful, or were numerous incidents documented?
    #[serde(rename = "P4a-Q4")]
    #[strum(serialize = "P4a-Q4")]
    QuietPeriodUneventful,
    /// Are all members, customers and stakeholders available for the post-project analysis?
    #[serde(rename = "P4b-Q1")]
    #[strum(serialize = "P4b-Q1")]
    AllAvailable,
}

impl KeyQuestion {
    /// All of them, in the order of the process.
    pub const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// Returns the question as one sentence.
    pub fn text(self) -> &'static str {
        self.get_documentation().expect("because every question has a doc sentence")
    }

    /// Returns the role types that may answer it where the program cannot, or may comment on what
    /// the program answers.
    pub fn answered_by(self) -> &'static [RoleType] {
        use RoleType::{
            OperationsExperience, OperationsManager, ProductManager, ProgramManager,
            ReleaseManagement, TestManager, Tester, UserExperience,
        };
        match self {
            Self::PilotSuccessful => &[TestManager, ProductManager, ProgramManager],
            Self::WorkaroundsDocumented => &[Tester, ProductManager, ProgramManager],
            Self::RolesPrepared => &[ProgramManager],
            Self::DeploymentProceduresTested => &[ReleaseManagement],
            Self::OperationsProceduresTested => &[OperationsExperience, OperationsManager],
            Self::CoreInParallel
            | Self::CoreBegunEarlier
            | Self::CoreDeployed
            | Self::PhasedAtSites
            | Self::ResourcesRequired => &[ReleaseManagement],
            Self::StrategyDocumented | Self::TeamExperienced => {
                &[ReleaseManagement, ProgramManager]
            }
            Self::ClientSideInvolved => &[ReleaseManagement, ProductManager],
            Self::ExpectationsSet => &[ProductManager, UserExperience],
            Self::ScheduleCommunicated => &[ProductManager, ReleaseManagement],
            Self::MembersStay
            | Self::TransferBegun
            | Self::MembersStayStill
            | Self::TransferDone
            | Self::TeamTransferred
            | Self::AllAvailable => &[ProgramManager],
            Self::EscalationInPlace => &[OperationsExperience, ProgramManager],
            Self::SitesStabilized => &[ProgramManager, ReleaseManagement],
            Self::PeopleSatisfied => &[ProductManager, UserExperience],
            Self::QuietPeriodUneventful => &[OperationsManager, ProgramManager],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_of_the_catalogue_is_asked_and_has_somebody_to_answer_it() {
        let catalogue = include_str!("../../catalogue/requirements.psv");
        let in_catalogue: Vec<&str> = catalogue
            .lines()
            .filter_map(|it| it.split(" || ").next())
            .filter(|it| it.contains("-Q") && it.starts_with('P'))
            .collect();
        let ours: Vec<String> = KeyQuestion::VARIANTS.iter().map(ToString::to_string).collect();
        let of_tables: Vec<&str> =
            ours.iter().map(String::as_str).filter(|it| it.starts_with('P')).collect();
        assert_eq!(of_tables, in_catalogue);
        assert_eq!(ours.len(), 25);
        for question in KeyQuestion::VARIANTS {
            assert!(question.text().ends_with('?') && !question.text().contains('\n'));
            assert!(!question.answered_by().is_empty());
            assert_eq!(question.to_string().parse(), Ok(*question));
            assert_eq!(serde_json::to_value(question).unwrap(), question.to_string());
        }
    }
}
