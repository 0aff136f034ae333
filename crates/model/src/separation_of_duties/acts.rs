//! Who may do this now: the rules that are checked at an approval, a start or a signature.
//!
//! Each function returns the rules that the profile relaxed for this very act,
//! to be printed beside the signature: in a clean team, none.
//!
//! House rule: docs/decisions/0010-solo-profile.md.

use super::Rule;
use super::table::{Duty, judge};
use crate::id::PersonId;
use crate::profile::Profile;
use crate::role_type::RoleType;
use std::collections::BTreeSet;
use strum::{Display, VariantArray};

/// An act that the separation of duties does not allow to this person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text} ({rule}); {next_step}")]
pub struct SeparationRefusal {
    /// The rule.
    pub rule: Rule,
    /// What is wrong, in words.
    pub text: String,
    /// What to do next, in words.
    pub next_step: &'static str,
}

/// The persons behind one change, none of whom approves it.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Who requested it.
    pub requester: &'a PersonId,
    /// Who wrote the plan part that it runs.
    pub plan_author: &'a PersonId,
    /// Who run it.
    pub implementers: &'a [PersonId],
    /// Who built the deliverables that it installs.
    pub builders: &'a [PersonId],
}

/// How something was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Checks {
    /// Every check ran by itself.
    Automatic,
    /// At least one check was a person's judgement.
    Manual,
}

/// What several persons sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, VariantArray)]
pub enum Paper {
    /// Any sheet or report.
    #[strum(to_string = "the sheet")]
    Sheet,
    /// The milestone review report of the Deployment Complete Milestone.
    #[strum(to_string = "the Deployment Complete Milestone")]
    DeploymentComplete,
}

/// Returns those of `duties` that hold.
fn those(duties: &[(Duty, bool)]) -> Vec<Duty> {
    duties.iter().filter(|(_, holds)| *holds).map(|(it, _)| *it).collect()
}

/// Returns the duty of whoever holds `roles` and is of the project.
fn of_project(roles: &[RoleType]) -> Vec<Duty> {
    those(&[(Duty::OfProject, roles.iter().any(|role| role.is_project()))])
}

/// Returns the rules relaxed where `approver` approves `change`.
///
/// # Errors
///
/// Where the approver requested, planned, runs or built it: ask another member
/// of the change authority.
pub fn may_approve(
    change: Change<'_>,
    approver: &PersonId,
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    let held = those(&[
        (Duty::Requested, change.requester == approver),
        (Duty::Planned, change.plan_author == approver),
        (Duty::Implements, change.implementers.contains(approver)),
        (Duty::Built, change.builders.contains(approver)),
    ]);
    judge(approver, &held, Duty::Approves, profile)
}

/// Returns the rules relaxed where `person` starts the deployment of what `builders` built.
///
/// # Errors
///
/// Where the person built it: let Release Management start it.
pub fn may_start(
    person: &PersonId,
    builders: &[PersonId],
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    judge(person, &those(&[(Duty::Built, builders.contains(person))]), Duty::Starts, profile)
}

/// Returns the rules relaxed where `person` verifies what `runners` ran and `builders` built.
///
/// # Errors
///
/// Where the person built it, or ran it and some checks are manual: ask another tester.
pub fn may_verify(
    person: &PersonId,
    runners: &[PersonId],
    builders: &[PersonId],
    checks: Checks,
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    let held =
        those(&[(Duty::Built, builders.contains(person)), (Duty::Ran, runners.contains(person))]);
    let act = match checks {
        Checks::Automatic => Duty::Verifies,
        Checks::Manual => Duty::VerifiesByHand,
    };
    judge(person, &held, act, profile)
}

/// Returns the rules relaxed where `person`, who holds `roles`, signs for a site.
///
/// No profile lets anybody sign who is neither the owner nor the deputy.
///
/// # Errors
///
/// Where the person is neither, or is of the project: ask the owner or the deputy.
pub fn may_sign_for_site(
    person: &PersonId,
    roles: &[RoleType],
    owner: &PersonId,
    deputy: Option<&PersonId>,
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    let rule = Rule::OwnerSignsForSite;
    if person != owner && Some(person) != deputy {
        let deputies = deputy.map_or(String::new(), |deputy| format!(" or {deputy}"));
        let text = format!("{person} cannot sign for a site of {owner}{deputies}");
        let next_step = "ask the owner of the site, or name a deputy before signing";
        return Err(SeparationRefusal { rule, text, next_step });
    }
    judge(person, &of_project(roles), Duty::SignsForSite, profile)
}

/// Returns the rules relaxed where `person`, who holds `roles`, accepts for the customer.
///
/// No profile lets anybody accept who is neither the customer nor named by the
/// customer in writing beforehand.
///
/// # Errors
///
/// Where the person is neither, or is of the project: ask the customer.
pub fn may_accept_for_customer(
    person: &PersonId,
    roles: &[RoleType],
    customer: &PersonId,
    delegates: &[PersonId],
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    let rule = Rule::CustomerAccepts;
    if person != customer && !delegates.contains(person) {
        let text = format!("{person} cannot accept for {customer}");
        let next_step = "ask the customer, who may name a delegate in writing beforehand";
        return Err(SeparationRefusal { rule, text, next_step });
    }
    judge(person, &of_project(roles), Duty::AcceptsForCustomer, profile)
}

/// Returns the rules relaxed where `person`, who holds `roles`, takes over for Operations or Support.
///
/// # Errors
///
/// Where the person is of the project: ask somebody of Operations or Support.
pub fn may_take_over(
    person: &PersonId,
    roles: &[RoleType],
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    judge(person, &of_project(roles), Duty::TakesOver, profile)
}

/// Returns the rules relaxed where `approvers` grant a waiver that `involved` requested or gain by.
///
/// # Errors
///
/// Where too few approvers are neither: ask another of those who may waive the guard.
pub fn may_grant_waiver(
    involved: &[PersonId],
    approvers: &[PersonId],
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    const NEXT: &str = "ask another of those who may waive the guard";
    let rule = Rule::WaiverNeedsOthers;
    if approvers.is_empty() {
        let text = "nobody has approved the waiver".to_owned();
        return Err(SeparationRefusal { rule, text, next_step: NEXT });
    }
    let wanted = Profile::Standard.waiver_approvers_min();
    let distinct: BTreeSet<&PersonId> = approvers.iter().collect();
    let others = distinct.iter().filter(|person| !involved.contains(person)).count();
    if others >= wanted {
        return Ok(vec![]);
    }
    if profile.relaxes(rule) {
        return Ok(vec![rule]);
    }
    let text =
        format!("the waiver needs {wanted} approvers who did not ask for it, and has {others}");
    Err(SeparationRefusal { rule, text, next_step: NEXT })
}

/// Returns the rules relaxed where `reviewer` reviews an emergency that `approver` approved.
///
/// # Errors
///
/// Where both are one person: ask another member of the Change Authority.
pub fn may_review_emergency(
    approver: &PersonId,
    reviewer: &PersonId,
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    let held = those(&[(Duty::ApprovedEmergency, approver == reviewer)]);
    judge(reviewer, &held, Duty::ReviewsEmergency, profile)
}

/// Returns how many of `voices` have nobody in common behind them: a delegate and whom they act for
/// are one person.
pub fn persons(voices: &[Vec<PersonId>]) -> usize {
    let Some((first, others)) = voices.split_first() else { return 0 };
    let is_apart = |it: &&Vec<PersonId>| !it.iter().any(|person| first.contains(person));
    let apart: Vec<Vec<PersonId>> = others.iter().filter(is_apart).cloned().collect();
    let with_first = 1 + persons(&apart);
    // Without it there may be more: it may be what two others have in common.
    if apart.len() == others.len() { with_first } else { with_first.max(persons(others)) }
}

/// Returns the rules relaxed where just `voices` have signed `paper`, each with the persons behind it.
///
/// # Errors
///
/// Where they are too few distinct persons: another person must sign.
pub fn enough_persons(
    paper: Paper,
    voices: &[Vec<PersonId>],
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    let minimum = |profile: Profile| match paper {
        Paper::Sheet => profile.sheet_persons_min(),
        Paper::DeploymentComplete => profile.completion_persons_min(),
    };
    let distinct = persons(voices);
    let rule = Rule::SheetsHaveSeveralSigners;
    let wanted = minimum(profile);
    if distinct < wanted {
        let text = format!("{paper} has {distinct} distinct signers and needs {wanted}");
        let next_step = "let another person sign in one of the role types";
        return Err(SeparationRefusal { rule, text, next_step });
    }
    Ok(if distinct < minimum(Profile::Standard) { vec![rule] } else { Vec::new() })
}

#[cfg(test)]
mod tests;
