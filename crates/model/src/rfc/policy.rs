//! The approval policy: which category of change needs whose agreement, and of how many.
//!
//! The policy is no part of what an RFC authorises, and yet decides who may authorise it. So a
//! plan that changes it is no revision like another: the change authority has to agree.
//!
//! Source: Change and Configuration SMF, change categories.
//! House rule: nobody lowers the bar that their own change must pass.

use super::{ApprovalLevel, RequestForChange, RfcCategory};
use crate::digest::{Digest, canonical_digest};
use crate::person::Person;
use crate::plan::MasterProjectPlan;
use crate::profile::Profile;
use crate::role_type::RoleType;
use serde::Serialize;
use std::collections::BTreeSet;
use strum::VariantArray as _;

/// Returns the levels of a category where a plan names no others.
pub fn levels_by_default(category: RfcCategory, profile: Profile) -> Vec<ApprovalLevel> {
    let quorum = match (profile, category) {
        (Profile::Solo, _) => 1,
        (
            Profile::Standard | Profile::Regulated,
            RfcCategory::Standard | RfcCategory::Minor | RfcCategory::Emergency,
        ) => 1,
        (Profile::Standard | Profile::Regulated, RfcCategory::Significant) => 2,
        (Profile::Standard | Profile::Regulated, RfcCategory::Major) => 3,
    };
    vec![ApprovalLevel { role: RoleType::ChangeAuthority, quorum }]
}

impl MasterProjectPlan {
    /// Returns the levels of `category` by the plan's policy.
    pub fn levels_of_category(&self, category: RfcCategory) -> Vec<ApprovalLevel> {
        let written = self.approvals.get(&category).cloned();
        written.unwrap_or_else(|| levels_by_default(category, self.profile))
    }

    /// Returns the levels that a request needs once it is classified as `category`: its own, or
    /// those of the category where that is a graver one than was planned.
    pub fn levels_of(
        &self,
        planned: &RequestForChange,
        category: Option<RfcCategory>,
    ) -> Vec<ApprovalLevel> {
        match category {
            Some(graver) if graver > planned.category && graver != RfcCategory::Emergency => {
                self.levels_of_category(graver)
            }
            Some(_) | None => planned.levels.clone(),
        }
    }
}

/// Who may approve what: all of a plan that decides who authorises a change.
#[derive(Serialize)]
struct Policy<'a> {
    profile: Profile,
    categories: Vec<(RfcCategory, Vec<ApprovalLevel>)>,
    approvers: Vec<(&'a str, BTreeSet<RoleType>)>,
    requests: Vec<RequestPolicy<'a>>,
}

#[derive(Serialize)]
struct RequestPolicy<'a> {
    id: &'a str,
    category: RfcCategory,
    requested_by: &'a str,
    implementers: Vec<&'a str>,
    levels: &'a [ApprovalLevel],
    validity_days: u16,
    template: Option<&'a super::StandardTemplate>,
}

/// Returns whether `after` changes who authorises what, compared with `before`.
///
/// A request that is new and at least as strict as the policy of its category changes nothing: it has still to
/// be authorised, by the same people.
pub fn approval_policy_changes(before: &MasterProjectPlan, after: &MasterProjectPlan) -> bool {
    let mut roles: BTreeSet<RoleType> = [RoleType::ChangeAuthority].into();
    for plan in [before, after] {
        roles.extend(plan.rfcs.iter().flat_map(|it| &it.levels).map(|it| it.role));
        roles.extend(plan.approvals.values().flatten().map(|it| it.role));
    }
    let is_kept = |it: &RequestForChange| after.rfc(&it.id).is_some();
    let counts = |it: &RequestForChange| {
        let is_by_category = is_as_strict(&it.levels, &after.levels_of_category(it.category));
        before.rfc(&it.id).is_some() || it.template.is_some() || !is_by_category
    };
    policy(before, &roles, is_kept) != policy(after, &roles, counts)
}

/// Returns whether `levels` ask for at least as many people of each role type as `policy` does.
fn is_as_strict(levels: &[ApprovalLevel], policy: &[ApprovalLevel]) -> bool {
    policy
        .iter()
        .all(|wanted| levels.iter().any(|it| it.role == wanted.role && it.quorum >= wanted.quorum))
}

fn policy(
    plan: &MasterProjectPlan,
    roles: &BTreeSet<RoleType>,
    counts: impl Fn(&RequestForChange) -> bool,
) -> Digest {
    let has_say = |it: &&Person| it.roles.iter().any(|role| roles.contains(role));
    let held = |it: &Person| it.roles.iter().copied().collect::<BTreeSet<_>>();
    let approvers = plan.people.iter().filter(has_say).map(|it| (it.id.as_str(), held(it)));
    let mut approvers: Vec<_> = approvers.collect();
    approvers.sort_unstable();
    let requests = plan.rfcs.iter().filter(|it| counts(it)).map(RequestPolicy::of);
    let mut requests: Vec<_> = requests.collect();
    requests.sort_unstable_by_key(|it| it.id);
    let categories = RfcCategory::VARIANTS.iter().map(|it| (*it, plan.levels_of_category(*it)));
    let categories = categories.collect();
    canonical_digest(&Policy { profile: plan.profile, categories, approvers, requests })
}

impl<'a> RequestPolicy<'a> {
    fn of(it: &'a RequestForChange) -> Self {
        Self {
            id: it.id.as_str(),
            category: it.category,
            requested_by: it.requested_by.as_str(),
            implementers: it.implementers.iter().map(|it| it.as_str()).collect(),
            levels: &it.levels,
            validity_days: it.validity_days,
            template: it.template.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests;
