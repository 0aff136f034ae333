//! Requests for change, and whether the people exist who could authorise them.
//!
//! Source: Deploy SMF, Process 1, Best Practice ("a processed Request for Change").
//! House rule: requester and implementer never approve.

use super::Building;
use crate::code::Code;
use crate::span::At;
use crate::written;
use model::person::Person;
use model::rfc::{
    ApprovalLevel, ChangeDetails, ChangeWindow, Covers, RequestForChange, RfcCategory, RiskScore,
    StandardTemplate, VALIDITY_DAYS, levels_by_default,
};
use model::separation_of_duties::Rule;
use std::collections::BTreeMap;

fn levels(written: &[written::Level]) -> Vec<ApprovalLevel> {
    let level = |it: &written::Level| ApprovalLevel {
        role: it.role.value,
        quorum: it.quorum.as_ref().map_or(1, |it| it.value),
    };
    written.iter().map(level).collect()
}

impl Building<'_> {
    pub(super) fn rfcs(
        &mut self,
        written: Vec<written::Rfc>,
        people: &[Person],
    ) -> Vec<At<RequestForChange>> {
        written.into_iter().map(|it| self.rfc(it, people)).collect()
    }

    /// Returns who must approve changes of each category that the plan names.
    pub(super) fn approvals(
        &mut self,
        written: &BTreeMap<RfcCategory, Vec<written::Level>>,
    ) -> BTreeMap<RfcCategory, Vec<ApprovalLevel>> {
        let named = written.iter().filter(|(_, levels)| !levels.is_empty());
        named.map(|(category, it)| (*category, levels(it))).collect()
    }

    fn rfc(&mut self, written: written::Rfc, people: &[Person]) -> At<RequestForChange> {
        self.knows_person(&written.requested_by);
        for person in &written.implementers {
            self.knows_person(person);
        }
        for person in &written.on_shift {
            self.knows_person(person);
        }
        self.approvers(&written, people);
        let at = written.id.at;
        let covers = self.covers(&written);
        let template = self.standard_template(&written);
        let details = self.details(&written);
        let window = written.window.and_then(|it| self.change_window(&it));
        let category = written.category;
        let of_category = self.approvals.get(&category).cloned();
        let by_default =
            || of_category.unwrap_or_else(|| levels_by_default(category, self.profile));
        let levels = written.levels.as_deref().map_or_else(by_default, levels);
        let value = RequestForChange {
            id: written.id.value,
            title: written.title,
            category: written.category,
            requested_by: written.requested_by.value,
            implementers: written.implementers.into_iter().map(|it| it.value).collect(),
            covers,
            reason: written.reason,
            impact: written.impact,
            risk: written.risk,
            rollback_plan: written.rollback_plan,
            test_evidence: written.test_evidence,
            levels,
            details,
            template,
            window,
            validity_days: written.validity_days.map_or(VALIDITY_DAYS, |it| it.value),
        };
        self.is_complete(&value, at);
        At { value, at }
    }

    fn is_complete(&mut self, rfc: &RequestForChange, at: crate::span::Span) {
        let mut whole = rfc.clone();
        // A template says in advance what holds for whatever it is used for.
        if rfc.template.is_some() {
            whole.covers.sites = vec!["any".parse().expect("because it is a name")];
        }
        if let Err((what, _)) = model::gates::rf1(&whole, self.profile)
            && !whole.covers.is_empty()
        {
            let help = "say it, or the request cannot be submitted";
            self.findings.report_with(Code::RequestIncomplete, at, what, Some(help));
        }
    }

    fn standard_template(&mut self, written: &written::Rfc) -> Option<StandardTemplate> {
        let template = written.template.as_ref()?;
        for ring in &template.rings {
            self.ring_position(ring);
        }
        if written.category != RfcCategory::Standard {
            let what = format!("`{}` is a template and no standard change", *written.id);
            let help = "only a standard change is authorised in advance: `category: standard`";
            self.findings.report_with(Code::BadValue, written.id.at, what, Some(help));
        }
        Some(StandardTemplate {
            sites_at_most: template.sites_at_most.as_ref().map_or(1, |it| it.value),
            rings: template.rings.iter().map(|it| it.value.clone()).collect(),
            until: template.until.0,
            suspended: template.suspended.clone(),
        })
    }

    fn details(&mut self, written: &written::Rfc) -> ChangeDetails {
        let score = written.risk_score.as_ref().and_then(|it| {
            let score = RiskScore { likelihood: it.likelihood, impact: it.impact };
            let fits = |it: u8| (1..=5).contains(&it);
            if fits(score.likelihood) && fits(score.impact) {
                return Some(score);
            }
            let what = "likelihood and impact of a risk go from 1 to 5";
            let help = "write it as `{likelihood: 2, impact: 4}`";
            self.findings.report_with(Code::BadValue, it.at, what, Some(help));
            None
        });
        ChangeDetails {
            priority: written.priority.as_ref().map(|it| it.value),
            score,
            security_impact: written.security_impact.clone(),
            decision_point: written.decision_point.clone(),
            abort_criteria: written.abort_criteria.clone(),
            expected_outcome: written.expected_outcome.clone(),
            on_shift: written.on_shift.iter().map(|it| it.value.clone()).collect(),
        }
    }

    fn covers(&mut self, written: &written::Rfc) -> Covers {
        let names = &written.covers;
        for component in &names.components {
            self.knows_component(component);
        }
        for ring in &names.rings {
            self.ring_position(ring);
        }
        let is_template = written.category == RfcCategory::Standard;
        if names.components.is_empty() && names.rings.is_empty() && !is_template {
            let what = format!("the RFC `{}` covers nothing", *written.id);
            let help =
                "name `components` or `rings` in `covers`; only a standard change is a template";
            self.findings.report_with(Code::NotCovered, written.id.at, what, Some(help));
        }
        Covers {
            components: names.components.iter().map(|it| it.value.clone()).collect(),
            rings: names.rings.iter().map(|it| it.value.clone()).collect(),
            sites: vec![],
        }
    }

    fn change_window(&mut self, written: &At<written::Interval>) -> Option<ChangeWindow> {
        let (from, until) = (written.from.0, written.until.0);
        if until <= from {
            let what = "this interval ends before it begins";
            self.findings.report_with(
                Code::Interval,
                written.at,
                what,
                Some("`until` lies after `from`"),
            );
            return None;
        }
        Some(ChangeWindow { from, until })
    }

    fn approvers(&mut self, written: &written::Rfc, people: &[Person]) {
        let Some(levels) = &written.levels else { return };
        if levels.is_empty() {
            let what = format!(
                "the RFC `{}` has no approval level, so nobody can authorise it",
                *written.id
            );
            let help = "add `levels: [{role: change-authority}]`";
            self.findings.report_with(Code::Approvers, written.id.at, what, Some(help));
        }
        let requester_may = self.profile.relaxes(Rule::RequesterNeverApproves);
        let implementer_may = self.profile.relaxes(Rule::ImplementerNeverApproves);
        for level in levels {
            let quorum = level.quorum.as_ref().map_or(1, |it| usize::from(it.value));
            let at = level.quorum.as_ref().map_or(level.role.at, |it| it.at);
            if quorum == 0 {
                self.findings.report(
                    Code::ZeroLimit,
                    at,
                    "with a quorum of 0 nobody would have to approve",
                );
                continue;
            }
            let holders: Vec<&Person> = people.iter().filter(|it| it.holds(*level.role)).collect();
            let is_implementer = |it: &&&Person| {
                !implementer_may && written.implementers.iter().any(|id| id.value == it.id)
            };
            let is_requester =
                |it: &&&Person| !requester_may && written.requested_by.value == it.id;
            let eligible =
                holders.iter().filter(|it| !is_requester(it) && !is_implementer(it)).count();
            if eligible >= quorum {
                continue;
            }
            let with_requester = holders.iter().filter(|it| !is_implementer(it)).count();
            let role = level.role.value;
            let (code, what) = if with_requester >= quorum {
                let what = format!(
                    "{quorum} must approve as {role}, but without the requester `{}` only {eligible} may",
                    *written.requested_by
                );
                (Code::RequesterApproves, what)
            } else {
                (
                    Code::Approvers,
                    format!("{quorum} must approve as {role}, but only {eligible} may"),
                )
            };
            let help = "name more people with that role type, or lower the quorum; requester and implementers never approve";
            self.findings.report_with(code, at, what, Some(help));
        }
    }
}
