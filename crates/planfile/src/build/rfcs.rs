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
    ApprovalLevel, ChangeWindow, Covers, RequestForChange, RfcCategory, VALIDITY_DAYS,
};
use model::separation_of_duties::Rule;

impl Building<'_> {
    pub(super) fn rfcs(
        &mut self,
        written: Vec<written::Rfc>,
        people: &[Person],
    ) -> Vec<At<RequestForChange>> {
        written.into_iter().map(|it| self.rfc(it, people)).collect()
    }

    fn rfc(&mut self, written: written::Rfc, people: &[Person]) -> At<RequestForChange> {
        self.knows_person(&written.requested_by);
        for person in &written.implementers {
            self.knows_person(person);
        }
        self.approvers(&written, people);
        let at = written.id.at;
        let covers = self.covers(&written);
        let window = written.window.and_then(|it| self.change_window(&it));
        let level = |it: written::Level| ApprovalLevel {
            role: it.role.value,
            quorum: it.quorum.map_or(1, |it| it.value),
        };
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
            levels: written.levels.into_iter().map(level).collect(),
            window,
            validity_days: written.validity_days.map_or(VALIDITY_DAYS, |it| it.value),
        };
        At { value, at }
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
        if written.levels.is_empty() {
            let what = format!(
                "the RFC `{}` has no approval level, so nobody can authorise it",
                *written.id
            );
            let help = "add `levels: [{role: change-authority}]`";
            self.findings.report_with(Code::Approvers, written.id.at, what, Some(help));
        }
        let requester_may = self.profile.relaxes(Rule::RequesterNeverApproves);
        let implementer_may = self.profile.relaxes(Rule::ImplementerNeverApproves);
        for level in &written.levels {
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
