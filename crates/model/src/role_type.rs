//! Role types: the nine of the Solution Accountability, and those whom they need outside the project.
//!
//! The Deploy SMF names only the project's own. Whoever accepts, owns a site,
//! takes over or authorises is not among them, on purpose: nobody hands
//! responsibility to oneself.
//!
//! Source: Deploy SMF, Deployment SMF Role Types, Table 1.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;
use strum::{Display, EnumMessage, VariantArray};

/// A role type. Its doc sentence is its duty, as it is shown to people.
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
    VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "title_case")]
pub enum RoleType {
    /// Is accountable for the outcome, directs all projects and settles conflicts between them.
    SolutionManager,
    /// Drives design, schedule and resources, keeps the scope and manages the stabilization.
    ProgramManager,
    /// Builds the agreed solution, resolves its problems and answers escalations.
    Developer,
    /// Tests the solution and its performance, tracks problems and triages them.
    Tester,
    /// Speaks for the customer, manages expectations, processes feedback and assesses the deployment.
    ProductManager,
    /// Speaks for the users, trains them and maintains the training schedule.
    UserExperience,
    /// Writes the deployment plan and schedule and manages the deployment of core and sites.
    ReleaseManagement,
    /// Speaks for operations and sees with Release Management that the solution is operations ready.
    OperationsExperience,
    /// Owns the testing of all projects: its strategy, its plans and its methods.
    TestManager,
    /// Agrees to the success criteria and accepts the solution, or does not.
    Customer,
    /// Answers for one site: agrees to its date and signs that it operates as expected.
    SiteOwner,
    /// Takes over the running of the service.
    OperationsManager,
    /// Takes over the support of its users.
    SupportManager,
    /// Assesses and authorises requests for change.
    ChangeAuthority,
    /// Is affected by the deployment, is told of it and may contribute to its review.
    Stakeholder,
    /// Works with the solution, reports incidents and answers the survey.
    User,
    /// Reads everything and changes nothing.
    Auditor,
}

impl RoleType {
    /// The nine role types of the project: Table 1, in its order.
    pub const PROJECT: &'static [Self] = &[
        Self::SolutionManager,
        Self::ProgramManager,
        Self::Developer,
        Self::Tester,
        Self::ProductManager,
        Self::UserExperience,
        Self::ReleaseManagement,
        Self::OperationsExperience,
        Self::TestManager,
    ];

    /// Returns the short code, such as `REL`.
    pub fn code(self) -> &'static str {
        match self {
            Self::SolutionManager => "SM",
            Self::ProgramManager => "PGM",
            Self::Developer => "DEV",
            Self::Tester => "TST",
            Self::ProductManager => "PRM",
            Self::UserExperience => "UX",
            Self::ReleaseManagement => "REL",
            Self::OperationsExperience => "OPX",
            Self::TestManager => "TM",
            Self::Customer => "CUS",
            Self::SiteOwner => "SO",
            Self::OperationsManager => "OPS",
            Self::SupportManager => "SUP",
            Self::ChangeAuthority => "CA",
            Self::Stakeholder => "STK",
            Self::User => "USR",
            Self::Auditor => "AUD",
        }
    }

    /// Returns the name as plans and commands write it, such as `release-management`.
    pub fn key(self) -> String {
        self.to_string().to_lowercase().replace(' ', "-")
    }

    /// Returns the duties of the role type in a deployment, as one sentence without its subject.
    pub fn duties(self) -> &'static str {
        self.get_documentation().expect("because every role type has a doc sentence")
    }

    /// Returns whether the role type is one of the project's nine.
    pub fn is_project(self) -> bool {
        Self::PROJECT.contains(&self)
    }
}

/// A text names no role type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a role type: use one of {}", known())]
pub struct UnknownRoleType {
    /// What was given.
    pub text: String,
}

fn known() -> String {
    RoleType::VARIANTS.iter().map(|role| role.key()).collect::<Vec<_>>().join(", ")
}

impl std::str::FromStr for RoleType {
    type Err = UnknownRoleType;

    fn from_str(text: &str) -> Result<Self, UnknownRoleType> {
        static NAMES: LazyLock<HashMap<String, RoleType>> = LazyLock::new(|| {
            let names = |it: &RoleType| [(it.code().to_owned(), *it), (it.key(), *it)];
            RoleType::VARIANTS.iter().flat_map(names).collect()
        });
        NAMES
            .get(text)
            .copied()
            .ok_or_else(|| UnknownRoleType { text: text.chars().take(80).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RACI: &str = include_str!("../catalogue/raci.csv");

    #[test]
    fn the_columns_of_the_responsibility_matrix_are_the_role_types_but_the_user() {
        let columns: Vec<RoleType> = (RACI.lines().next().unwrap().split(',').skip(1))
            .map(|code| code.parse().unwrap())
            .collect();
        let roles = RoleType::VARIANTS.iter().copied().filter(|role| *role != RoleType::User);
        assert_eq!(columns, roles.collect::<Vec<_>>());
    }

    #[test]
    fn every_activity_of_the_matrix_has_exactly_one_accountable_role_type() {
        for line in RACI.lines().skip(1) {
            let marks = line.rsplit(',').take(RoleType::VARIANTS.len() - 1);
            assert_eq!(marks.filter(|mark| mark.contains('A')).count(), 1, "{line}");
        }
    }

    #[test]
    fn a_role_type_reads_back_from_its_code_and_from_its_name_and_from_nothing_else() {
        for role in RoleType::VARIANTS {
            assert_eq!(role.code().parse(), Ok(*role));
            assert_eq!(role.key().parse(), Ok(*role));
            assert_eq!(serde_json::to_value(role).unwrap(), serde_json::json!(role.key()));
            assert!(!role.duties().contains('\n'), "{role}");
        }
        for wrong in ["", "sm", "Release Management", "boss"] {
            assert!(wrong.parse::<RoleType>().is_err(), "{wrong}");
        }
        assert_eq!(RoleType::ReleaseManagement.to_string(), "Release Management");
    }

    // Proves: T-2
    #[test]
    fn the_project_has_the_nine_role_types_of_table_1() {
        let nine: Vec<RoleType> =
            RoleType::VARIANTS.iter().copied().filter(|role| role.is_project()).collect();
        assert_eq!(nine, RoleType::PROJECT);
        assert_eq!(nine.len(), 9);
    }
}
