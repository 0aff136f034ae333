//! What people tell Landfall while a project closes.
//!
//! Source: Deploy SMF, Process 4, Table 7, "Review and close out the project".

use super::{
    Availability, BenefitReview, Contribution, Findings, Lesson, LessonStanding, Package,
    Settlement,
};
use crate::id::PersonId;
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CloseOutCommand {
    /// Contribute to the post-project analysis, in each role that one holds.
    Contribute {
        /// What.
        contribution: Contribution,
    },
    /// Put down that nobody contributes for a role type.
    Decline {
        /// Which.
        role: RoleType,
        /// Why.
        reason: String,
    },
    /// Give the analysis a day and a place, and freeze its facts.
    PlanAnalysis {
        /// The day.
        on: Date,
        /// The place.
        place: String,
    },
    /// Say whether one comes to the analysis.
    SayAvailable {
        /// Whether.
        availability: Availability,
    },
    /// Put a lesson down.
    RecordLesson {
        /// The lesson.
        lesson: Lesson,
    },
    /// Agree to a lesson, adopt it or reject it.
    DecideLesson {
        /// Its number.
        number: u32,
        /// Where it stands from now on.
        standing: LessonStanding,
        /// Why.
        reason: String,
    },
    /// Settle an open item.
    SettleItem {
        /// Its name.
        item: String,
        /// How.
        settlement: Settlement,
    },
    /// Accept an open item that was transferred to oneself.
    AcceptItem {
        /// Its name.
        item: String,
    },
    /// Put down that production access is revoked; of everybody left, where nobody is named.
    RevokeAccess {
        /// Whose.
        people: Vec<PersonId>,
        /// What proves it.
        proof: String,
    },
    /// Confirm, as operations, that nobody of the project has access.
    ConfirmAccess {
        /// What was looked at.
        statement: String,
    },
    /// Name a permanent owner; of everything without one, where nothing is named.
    NameOwner {
        /// Of what.
        scopes: Vec<Scope>,
        /// Who.
        owner: PersonId,
    },
    /// Accept to own what one was named for.
    AcceptOwnership,
    /// Give the review of the benefits a day and an owner.
    PlanBenefitReview {
        /// When, by whom.
        review: BenefitReview,
    },
    /// Put down what the review of the benefits found.
    ReviewBenefits {
        /// What.
        findings: Findings,
    },
    /// Put down the evidence package.
    Package {
        /// Which, where.
        package: Package,
    },
    /// Close the project, and seal its record.
    Seal,
}
