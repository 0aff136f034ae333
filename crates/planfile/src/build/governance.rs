//! People, success criteria and strategy of a plan.
//!
//! Source: Deploy SMF, Table 1.

use super::Building;
use crate::code::Code;
use crate::span::At;
use crate::written;
use model::authentication::Signing;
use model::companion_plans::{
    Experience, PlannedMilestones, Stakeholder, StrategyDecision, SuccessCriterion,
};
use model::person::{Leave, Particulars, Person, WorkingHours};
use model::profile::Profile;
use model::role_type::RoleType;
use model::separation_of_duties::may_hold;
use model::site::Site;
use model::ssh_key::SshKey;

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
        let leave = written.leave.into_iter().filter_map(|it| self.leave(&it)).collect();
        let hours = written.hours.and_then(|it| self.hours(&it));
        let ssh_keys = written.ssh_keys.iter().filter_map(|it| self.ssh_key(it)).collect();
        let particulars = Particulars {
            name: written.name.unwrap_or_else(|| written.id.to_string()),
            mail: written.mail,
            zone: written.zone.map(|it| it.value.0),
            leave,
            hours,
        };
        let on_call = written.on_call;
        Person { on_call, ssh_keys, ..Person::new(written.id.value, roles, particulars) }
    }

    fn ssh_key(&mut self, written: &At<String>) -> Option<SshKey> {
        match written.value.parse() {
            Ok(key) => Some(key),
            Err(error) => {
                let error: model::ssh_key::InvalidSshKey = error;
                let help =
                    "copy the line of a .pub file: Ed25519, ECDSA P-256, or such a key on a token";
                self.findings.report_with(Code::SshKey, written.at, error.to_string(), Some(help));
                None
            }
        }
    }

    /// Returns whether whoever signs shows in the act that it is them; where it is regulated, always.
    pub(super) fn signing(&mut self, written: Option<At<Signing>>) -> Option<Signing> {
        let written = written?;
        if self.profile == Profile::Regulated && written.value == Signing::ByLogIn {
            let what = "in the regulated profile a log-in alone signs nothing";
            let help = "leave `signing` out, or choose another profile";
            self.findings.report_with(Code::SigningByLogIn, written.at, what, Some(help));
        }
        Some(written.value)
    }

    pub(super) fn stakeholders(
        &mut self,
        written: Vec<written::Stakeholder>,
        sites: &[Site],
    ) -> Vec<Stakeholder> {
        let mut stakeholders = Vec::with_capacity(written.len());
        for it in written {
            self.knows_person(&it.person);
            for id in &it.sites {
                let is_known = sites.iter().any(|site| site.id == id.value);
                let known = |_: &super::Names| sites.iter().map(|it| it.id.clone()).collect();
                self.knows("site", id, is_known, known);
            }
            stakeholders.push(Stakeholder {
                person: it.person.value,
                interest: it.interest,
                sites: it.sites.into_iter().map(|it| it.value).collect(),
                reviews: it.reviews,
            });
        }
        stakeholders
    }

    pub(super) fn milestones(&mut self, written: written::PlannedMilestones) -> PlannedMilestones {
        let stable = written.deployment_stable.map(|it| it.0);
        if let Some(complete) = &written.deployment_complete
            && stable.is_some_and(|it| complete.0 < it)
        {
            let what = "Deployment Complete is planned before Deployment Stable";
            let help = "Deployment Stable comes first, and the quiet period lies between";
            self.findings.report_with(Code::Interval, complete.at, what, Some(help));
        }
        let complete = written.deployment_complete.map(|it| it.value.0);
        PlannedMilestones { stable, complete }
    }

    fn leave(&mut self, written: &At<written::Leave>) -> Option<Leave> {
        let (first, last) = (written.first.0, written.last.0);
        if last < first {
            let what = "this leave ends before it begins";
            let help = "`last` is the same day as `first`, or later";
            self.findings.report_with(Code::Interval, written.at, what, Some(help));
            return None;
        }
        Some(Leave { first, last })
    }

    fn hours(&mut self, written: &At<written::Hours>) -> Option<WorkingHours> {
        let (from, until) = (written.from, written.until);
        if until <= from || until > 24 {
            let what = format!("from {from} until {until} are no hours of a day");
            let help = "write two hours of one day, such as `{from: 8, until: 18}`";
            self.findings.report_with(Code::Interval, written.at, what, Some(help));
            return None;
        }
        let hour = |it: u8| i8::try_from(it).unwrap_or(i8::MAX);
        Some(WorkingHours { from: hour(from), until: hour(until) })
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
        experience: written.experience.map(experience),
    }
}

fn experience(written: written::Experience) -> Experience {
    match written.kind {
        written::ExperienceKind::Similar => Experience::Similar(written.text),
        written::ExperienceKind::Rehearsed => Experience::Rehearsed(written.text),
        written::ExperienceKind::Help => Experience::Help(written.text),
        written::ExperienceKind::ExtraApprover => Experience::ExtraApprover(written.text),
    }
}
