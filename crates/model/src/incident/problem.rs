//! Problems, the causes behind incidents; and feedback, what customers and users say.
//!
//! Source: Deploy SMF, Process 3: "identifying and managing support issues"; Table 1, Product
//! Manager: "processing feedback".

use crate::id::{PersonId, RfcId};
use crate::private::Private;
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The cause behind one or more incidents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where it stands.
    pub standing: ProblemStanding,
    /// Since when.
    pub since: Timestamp,
    /// What it is.
    pub title: String,
    /// The incidents that it causes.
    pub incidents: Vec<u32>,
    /// The cause, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The way around it, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workaround: Option<String>,
}

/// Where a problem stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemStanding {
    /// It is not dealt with.
    Open,
    /// Operations live with it: there is a way around it, and somebody owns it.
    KnownError {
        /// Who owns it.
        owner: PersonId,
    },
    /// It is mended by a new release under a request for change.
    Fixed {
        /// The version of the new release.
        release: String,
        /// The request for change.
        rfc: RfcId,
    },
}

/// What a customer or user said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// What it is about.
    pub scope: Scope,
    /// Who said it.
    pub from: Private<String>,
    /// What they said.
    pub text: String,
    /// When it was received.
    pub received: Timestamp,
    /// What became of it, once the Product Manager has processed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processed: Option<Processed>,
}

/// What became of feedback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processed {
    /// Who processed it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What they made of it.
    pub outcome: FeedbackOutcome,
    /// What was answered.
    pub answer: String,
}

/// What was made of feedback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedbackOutcome {
    /// It became this incident.
    Incident(u32),
    /// The team goes back to the site.
    Revisit,
    /// It was answered.
    Answered,
}
