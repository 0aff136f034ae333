//! Separation of duties: which acts and which role types one person does not combine.
//!
//! Whoever asks does not approve, whoever builds does not verify, whoever hands
//! over does not accept. What a profile relaxes is disclosed on every sheet; it
//! is never silently allowed.
//!
//! Source: Deploy SMF, Table 1 and the sign-offs of Processes 1 to 4, and Change
//! and Configuration SMF. House rule: docs/decisions/0010-solo-profile.md.

mod acts;
mod pairs;
mod table;

pub use acts::{
    Change, Checks, Paper, SeparationRefusal, enough_persons, may_accept_for_customer, may_approve,
    may_grant_waiver, may_review_emergency, may_sign_for_site, may_start, may_take_over,
    may_verify, persons,
};
pub use pairs::{Conflict, disclosed_together, forbidden_together, may_hold};
pub use table::{Duty, Moment, Separation, TABLE, judge};

use crate::profile::Profile;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumMessage, EnumString, VariantArray};

/// A rule of the separation of duties. The doc sentence of each is its text.
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
)]
pub enum Rule {
    /// Whoever requests a change does not approve it.
    #[strum(to_string = "SOD-1")]
    #[serde(rename = "SOD-1")]
    RequesterNeverApproves,
    /// Whoever plans or implements a change does not approve it.
    #[strum(to_string = "SOD-2")]
    #[serde(rename = "SOD-2")]
    ImplementerNeverApproves,
    /// Whoever built a deliverable does not approve, start or verify its deployment.
    #[strum(to_string = "SOD-3")]
    #[serde(rename = "SOD-3")]
    BuilderStandsAside,
    /// Whoever ran a deployment does not verify it by hand.
    #[strum(to_string = "SOD-4")]
    #[serde(rename = "SOD-4")]
    RunnerNeverVerifies,
    /// Only the owner of a site or the owner's deputy signs for it, never the project.
    #[strum(to_string = "SOD-5")]
    #[serde(rename = "SOD-5")]
    OwnerSignsForSite,
    /// Only the customer, or whom the customer named in writing beforehand, accepts.
    #[strum(to_string = "SOD-6")]
    #[serde(rename = "SOD-6")]
    CustomerAccepts,
    /// Operations and Support take over by persons who are not of the project.
    #[strum(to_string = "SOD-7")]
    #[serde(rename = "SOD-7")]
    OutsidersTakeOver,
    /// A waiver has two approvers, and neither asked for it or gains by it.
    #[strum(to_string = "SOD-8")]
    #[serde(rename = "SOD-8")]
    WaiverNeedsOthers,
    /// An administrator signs nothing, alters no record, and gives nobody a signing role type alone.
    #[strum(to_string = "SOD-9")]
    #[serde(rename = "SOD-9")]
    AdministratorNeverSigns,
    /// Whoever approved an emergency does not review it.
    #[strum(to_string = "SOD-10")]
    #[serde(rename = "SOD-10")]
    EmergencyReviewedByAnother,
    /// Operations or Support confirm a lower severity in the quiet period, not the project.
    #[strum(to_string = "SOD-11")]
    #[serde(rename = "SOD-11")]
    DowngradeConfirmedOutside,
    /// Only the side that escalated closes the escalation.
    #[strum(to_string = "SOD-12")]
    #[serde(rename = "SOD-12")]
    RaiserClosesEscalation,
    /// Product Manager and site owner exempt users and computers, not whoever installs.
    #[strum(to_string = "SOD-13")]
    #[serde(rename = "SOD-13")]
    InstallerNeverExempts,
    /// The project neither picks who answers the survey, nor reads single answers, nor ends it early.
    #[strum(to_string = "SOD-14")]
    #[serde(rename = "SOD-14")]
    SurveyIsNotTheProjects,
    /// At least two persons sign every sheet, and three the Deployment Complete Milestone.
    #[strum(to_string = "SOD-15")]
    #[serde(rename = "SOD-15")]
    SheetsHaveSeveralSigners,
    /// An auditor reads everything and changes nothing.
    #[strum(to_string = "SOD-16")]
    #[serde(rename = "SOD-16")]
    AuditorOnlyReads,
}

impl Rule {
    /// Returns the rule as one sentence.
    pub fn text(self) -> &'static str {
        self.get_documentation().expect("because every rule has a doc sentence")
    }

    /// Returns what a small team may do instead, or `None` where the rule binds it as well.
    pub fn small_team(self) -> Option<&'static str> {
        match self {
            Self::ImplementerNeverApproves => Some("the customer may approve"),
            Self::BuilderStandsAside => Some("the builder may start it if another verifies it"),
            Self::RunnerNeverVerifies => Some("where all checks are automatic"),
            Self::OutsidersTakeOver => Some("when disclosed and countersigned by the customer"),
            Self::WaiverNeedsOthers => Some("one approver and the customer"),
            Self::SheetsHaveSeveralSigners => Some("two on the Deployment Complete Milestone"),
            Self::RequesterNeverApproves
            | Self::OwnerSignsForSite
            | Self::CustomerAccepts
            | Self::AdministratorNeverSigns
            | Self::EmergencyReviewedByAnother
            | Self::DowngradeConfirmedOutside
            | Self::RaiserClosesEscalation
            | Self::InstallerNeverExempts
            | Self::SurveyIsNotTheProjects
            | Self::AuditorOnlyReads => None,
        }
    }
}

impl Profile {
    /// Returns whether the profile lets one person do what `rule` separates, and says so on paper.
    ///
    /// What one person alone can never need stays forbidden: to audit oneself,
    /// and to steer a survey.
    pub fn relaxes(self, rule: Rule) -> bool {
        match self {
            Self::Standard | Self::Regulated => false,
            Self::Solo => match rule {
                Rule::SurveyIsNotTheProjects | Rule::AuditorOnlyReads => false,
                Rule::RequesterNeverApproves
                | Rule::ImplementerNeverApproves
                | Rule::BuilderStandsAside
                | Rule::RunnerNeverVerifies
                | Rule::OwnerSignsForSite
                | Rule::CustomerAccepts
                | Rule::OutsidersTakeOver
                | Rule::WaiverNeedsOthers
                | Rule::AdministratorNeverSigns
                | Rule::EmergencyReviewedByAnother
                | Rule::DowngradeConfirmedOutside
                | Rule::RaiserClosesEscalation
                | Rule::InstallerNeverExempts
                | Rule::SheetsHaveSeveralSigners => true,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_rules_and_what_relaxes_them() {
        let mut table = String::new();
        for rule in Rule::VARIANTS {
            let relaxed: Vec<String> = Profile::VARIANTS
                .iter()
                .filter(|profile| profile.relaxes(*rule))
                .map(ToString::to_string)
                .collect();
            let small_team = rule.small_team().unwrap_or("never");
            table += &format!("{rule} {}\n", rule.text());
            table += &format!("    small team: {small_team}; relaxed by [{}]\n", relaxed.join(" "));
        }
        expect![[r#"
            SOD-1 Whoever requests a change does not approve it.
                small team: never; relaxed by [solo]
            SOD-2 Whoever plans or implements a change does not approve it.
                small team: the customer may approve; relaxed by [solo]
            SOD-3 Whoever built a deliverable does not approve, start or verify its deployment.
                small team: the builder may start it if another verifies it; relaxed by [solo]
            SOD-4 Whoever ran a deployment does not verify it by hand.
                small team: where all checks are automatic; relaxed by [solo]
            SOD-5 Only the owner of a site or the owner's deputy signs for it, never the project.
                small team: never; relaxed by [solo]
            SOD-6 Only the customer, or whom the customer named in writing beforehand, accepts.
                small team: never; relaxed by [solo]
            SOD-7 Operations and Support take over by persons who are not of the project.
                small team: when disclosed and countersigned by the customer; relaxed by [solo]
            SOD-8 A waiver has two approvers, and neither asked for it or gains by it.
                small team: one approver and the customer; relaxed by [solo]
            SOD-9 An administrator signs nothing, alters no record, and gives nobody a signing role type alone.
                small team: never; relaxed by [solo]
            SOD-10 Whoever approved an emergency does not review it.
                small team: never; relaxed by [solo]
            SOD-11 Operations or Support confirm a lower severity in the quiet period, not the project.
                small team: never; relaxed by [solo]
            SOD-12 Only the side that escalated closes the escalation.
                small team: never; relaxed by [solo]
            SOD-13 Product Manager and site owner exempt users and computers, not whoever installs.
                small team: never; relaxed by [solo]
            SOD-14 The project neither picks who answers the survey, nor reads single answers, nor ends it early.
                small team: never; relaxed by []
            SOD-15 At least two persons sign every sheet, and three the Deployment Complete Milestone.
                small team: two on the Deployment Complete Milestone; relaxed by [solo]
            SOD-16 An auditor reads everything and changes nothing.
                small team: never; relaxed by []
        "#]].assert_eq(&table);
    }

    #[test]
    fn a_rule_is_stored_by_its_number() {
        for (at, rule) in Rule::VARIANTS.iter().enumerate() {
            let number = format!("SOD-{}", at + 1);
            assert_eq!(rule.to_string(), number);
            assert_eq!(serde_json::to_value(rule).unwrap(), number);
            assert_eq!(number.parse(), Ok(*rule));
        }
    }
}
