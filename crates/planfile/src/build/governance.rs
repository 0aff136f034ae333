//! People, success criteria and strategy of a plan.
//!
//! Source: Deploy SMF, Table 1.

use super::Building;
use crate::code::Code;
use crate::span::At;
use crate::written;
use model::companion_plans::{StrategyDecision, SuccessCriterion};
use model::person::Person;
use model::role_type::RoleType;
use model::separation_of_duties::may_hold;

impl Building<'_> {
    pub(super) fn people(&mut self, written: Option<At<Vec<written::Person>>>) -> Vec<Person> {
        let Some(written) = written else {
            self.missing("people");
            return vec![];
        };
        written.value.into_iter().map(|it| self.person(it)).collect()
    }

    fn person(&mut self, written: written::Person) -> Person {
        let roles: Vec<RoleType> = written.roles.iter().map(|it| it.value).collect();
        let conflicts = may_hold(&roles, self.profile);
        for conflict in conflicts.into_iter().filter(|it| !it.relaxed) {
            let what = format!(
                "`{}` cannot be both {} and {} ({})",
                *written.id, conflict.a, conflict.b, conflict.rule
            );
            let at = written
                .roles
                .iter()
                .find(|it| it.value == conflict.b)
                .map_or(written.id.at, |it| it.at);
            self.findings.report_with(
                Code::RolesTogether,
                at,
                what,
                Some("give one of the two to somebody else"),
            );
        }
        Person {
            name: written.name.unwrap_or_else(|| written.id.to_string()),
            id: written.id.value,
            roles,
            mail: written.mail,
        }
    }
}

pub(super) fn criteria(written: Vec<written::Criterion>) -> Vec<SuccessCriterion> {
    let criterion = |it: written::Criterion| SuccessCriterion {
        id: it.id.value,
        text: it.text,
        measure: it.measure,
        target: it.target,
        at: it.at.unwrap_or_else(|| "Deployment Complete Milestone".to_owned()),
    };
    written.into_iter().map(criterion).collect()
}

pub(super) fn strategy(written: written::Strategy) -> StrategyDecision {
    StrategyDecision {
        on: written.on.0,
        by: written.by,
        infrastructure: written.infrastructure,
        sites: written.sites,
    }
}
