//! The plans that walks walk on: three profiles, by day and by night, bare and with everything.
//!
//! House rule: a rule that only shows under one plan is found under that plan.

use crate::fixture::{night_plan, plan, standard_plan};
use model::companion_plans::{
    Course, EscalationLevel, OperationsGuide, OperationsPlan, SupportPlan, TrainingPlan,
};
use model::id::{LineId, RfcId};
use model::plan::MasterProjectPlan;
use model::profile::Profile;
use model::rfc::{Covers, RequestForChange, RfcCategory, StandardTemplate};
use model::role_type::RoleType;
use model::site_care::terms::{Requirement, RequirementKind, UserAccess};

/// Returns the plans, the smallest first.
pub(super) fn plans() -> [MasterProjectPlan; 4] {
    let night = MasterProjectPlan { support: Some(support()), ..night_plan() };
    [plan(), night, full(Profile::Standard), full(Profile::Regulated)]
}

fn support() -> SupportPlan {
    let level = |who: &str, minutes: u32, role: RoleType| EscalationLevel {
        who: who.to_owned(),
        answer_minutes: minutes,
        role: Some(role),
        people: vec![],
    };
    let escalation = vec![
        level("desk", 15, RoleType::SupportManager),
        level("developer on call", 30, RoleType::Developer),
        level("program manager", 60, RoleType::ProgramManager),
    ];
    SupportPlan { escalation, ..SupportPlan::default() }
}

fn line(text: &str) -> LineId {
    text.parse().unwrap()
}

/// Returns a plan that asks for everything that a plan can ask for.
pub(in super::super) fn full(profile: Profile) -> MasterProjectPlan {
    let mut plan = MasterProjectPlan { profile, ..standard_plan() };
    plan.support = Some(support());
    plan.operations = Some(OperationsPlan {
        guides: vec![OperationsGuide {
            id: line("runbook"),
            title: "Runbook".to_owned(),
            probe: None,
        }],
        ..OperationsPlan::default()
    });
    plan.training = Some(TrainingPlan {
        threshold_percent: 50,
        courses: vec![Course {
            id: line("tills"),
            title: "Tills".to_owned(),
            length_minutes: 60,
            mode: "room".to_owned(),
            seats: 9,
            languages: vec!["en".to_owned()],
            audience: None,
        }],
        schedule: String::new(),
    });
    plan.terms.user_access = UserAccess::Reported;
    plan.sites[0].terms.requirements = vec![Requirement {
        id: line("cabling"),
        text: "sockets at each desk".to_owned(),
        by: RoleType::SiteOwner,
        kind: RequirementKind::Own,
    }];
    let standard: RfcId = "R-standard".parse().unwrap();
    let core = plan.rfcs[0].clone();
    plan.rfcs.push(RequestForChange {
        id: standard,
        category: RfcCategory::Standard,
        covers: Covers::default(),
        template: Some(StandardTemplate {
            sites_at_most: 2,
            rings: vec![],
            until: "2027-12-31T00:00:00Z".parse().unwrap(),
            suspended: None,
        }),
        ..core
    });
    plan
}
