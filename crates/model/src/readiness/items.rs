//! What stands on the checklist: what the plan names, or what every service needs.
//!
//! House rule: a plan that names nothing gets the list that an experienced operations manager
//! would ask for anyway.

use crate::id::LineId;
use crate::plan::MasterProjectPlan;
use crate::profile::Profile;
use crate::role_type::RoleType;
use serde::{Deserialize, Serialize};

/// Whose work an item makes possible.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, strum::Display, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ReadinessArea {
    /// To run the service.
    Operations,
    /// To help its users.
    Support,
    /// To own it.
    Service,
}

/// An item of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadinessItem {
    /// Its name.
    pub id: LineId,
    /// Whose work it makes possible.
    pub area: ReadinessArea,
    /// What must be there.
    pub text: String,
    /// Whose holders judge it.
    pub owner: RoleType,
    /// What shows it by itself: a probe of the plan, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<LineId>,
}

/// What every service needs: name, area, owner, what must be there.
const BUILT_IN: &[(&str, ReadinessArea, RoleType, &str)] = {
    use ReadinessArea::{Operations, Service, Support};
    use RoleType::{OperationsExperience, OperationsManager, SupportManager};
    &[
        ("start-stop", Operations, OperationsManager, "starting and stopping was tried"),
        ("backup", Operations, OperationsManager, "a backup ran and was restored from"),
        ("failover", Operations, OperationsManager, "failing over was tried, where there is one"),
        ("monitoring", Operations, OperationsManager, "every core component is monitored"),
        ("alerts", Operations, OperationsManager, "alerts reach who is on duty, as tried"),
        ("capacity", Operations, OperationsManager, "there is room for the load that is expected"),
        ("logs", Operations, OperationsManager, "logs are kept as long as they must be"),
        (
            "expiry",
            Operations,
            OperationsManager,
            "certificates and licences have an owner and a date",
        ),
        ("patches", Operations, OperationsManager, "it is said who patches what, and when"),
        ("access", Operations, OperationsManager, "accounts and rights are those of operations"),
        ("recovery", Operations, OperationsManager, "the disaster recovery plan knows the service"),
        (
            "configuration",
            Operations,
            OperationsExperience,
            "the configuration records are complete",
        ),
        (
            "calendar",
            Operations,
            OperationsManager,
            "batch and maintenance times are in the calendar",
        ),
        ("agreements", Operations, OperationsManager, "service and operating levels are agreed"),
        ("desk", Support, SupportManager, "the desk has its scripts, categories and severities"),
        ("known-issues", Support, SupportManager, "known issues are in the knowledge base"),
        ("hours", Support, SupportManager, "hours and languages of support are published"),
        ("desk-trained", Support, SupportManager, "whoever answers users is trained"),
        ("contacts", Support, SupportManager, "escalation contacts and site owners are listed"),
        ("test-call", Support, SupportManager, "a test call went from end to end"),
        ("owner", Service, OperationsManager, "the service has an owner"),
        (
            "suppliers",
            Service,
            OperationsManager,
            "contracts with suppliers go on without the project",
        ),
        (
            "personal-records",
            Service,
            OperationsExperience,
            "records of personal matters are as the law asks",
        ),
        ("old-service", Service, OperationsExperience, "it is planned when the old service ends"),
    ]
};

/// Returns the checklist of `plan`: what it names, or what every service needs. One person alone
/// has only what the plan names.
pub fn checklist(plan: &MasterProjectPlan) -> Vec<ReadinessItem> {
    if !plan.readiness.is_empty() || plan.profile == Profile::Solo {
        return plan.readiness.clone();
    }
    let item = |(id, area, owner, text): &(&str, ReadinessArea, RoleType, &str)| ReadinessItem {
        id: id.parse().expect("because a built-in name is a name"),
        area: *area,
        text: (*text).to_owned(),
        owner: *owner,
        probe: None,
    };
    BUILT_IN.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_names_nothing_gets_what_every_service_needs() {
        let name = |text: &str| text.parse().unwrap();
        let mut plan = MasterProjectPlan::empty(name("FX"), "UTC".parse().unwrap());
        let list = checklist(&plan);
        assert_eq!(list.len(), BUILT_IN.len());
        let mut names: Vec<_> = list.iter().map(|it| it.id.clone()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), list.len());
        plan.readiness = vec![list[3].clone()];
        assert_eq!(checklist(&plan).len(), 1);
        plan.readiness = vec![];
        plan.profile = Profile::Solo;
        assert!(checklist(&plan).is_empty());
    }
}
