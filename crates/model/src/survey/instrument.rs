//! The three instruments of the survey, with their standard questions.
//!
//! All scales go from 1, very dissatisfied, to 5, very satisfied. Every survey asks the standard
//! questions, so that surveys can be compared and both axes are always there; a plan adds its own.
//!
//! Source: Deploy SMF, Process 4, Table 7, "customers and users satisfied with the solution and
//! deployment".

use serde::{Deserialize, Serialize};

/// Who is asked, and what; the answers of one are never averaged with those of another.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Instrument {
    /// Users, anonymously.
    Users,
    /// Site owners, by name.
    SiteOwners,
    /// The customer, by name.
    Customer,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// The solution.
    Solution,
    /// How it was deployed.
    Deployment,
    /// One of both in particular.
    Detail,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// By a score from 1 to 5, or as not applying.
    Score,
    /// By a text.
    Text,
}

/// A standard question of an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Standard {
    /// Its number in the instrument.
    pub number: u8,
    /// How it is answered.
    pub asked: Asked,
    /// What it is about.
    pub axis: Axis,
    /// What it asks.
    pub text: &'static str,
}

const fn score(number: u8, axis: Axis, text: &'static str) -> Standard {
    Standard { number, asked: Asked::Score, axis, text }
}

const fn text(number: u8, text: &'static str) -> Standard {
    Standard { number, asked: Asked::Text, axis: Axis::Detail, text }
}

use Axis::{Deployment, Detail, Solution};

const USERS: &[Standard] = &[
    score(1, Solution, "Overall, how satisfied are you with the new service?"),
    score(2, Deployment, "Overall, how satisfied are you with how it was introduced?"),
    score(3, Detail, "I knew in time what would change, and when."),
    score(4, Detail, "The training prepared me."),
    score(5, Detail, "On the first day I could do my work."),
    score(6, Detail, "My problems were answered quickly."),
    score(7, Detail, "The service is fast enough."),
    score(8, Detail, "The service is available when I need it."),
    score(9, Detail, "Compared with before, my work is easier."),
    text(10, "What should be fixed first?"),
    text(11, "What went well?"),
    text(12, "May we contact you? If so, how?"),
];

const SITE_OWNERS: &[Standard] = &[
    score(1, Deployment, "Overall, how satisfied are you with the deployment at your site?"),
    score(2, Detail, "The schedule was kept."),
    score(3, Detail, "The disturbance was acceptable."),
    score(4, Detail, "The people at the site did well."),
    score(5, Detail, "Issues after the start were handled."),
    score(6, Detail, "I would recommend this way of deploying to other sites."),
    text(7, "What else should we know?"),
];

const CUSTOMER: &[Standard] = &[
    score(1, Solution, "The solution meets our expectations."),
    score(2, Solution, "The solution meets its specification."),
    score(3, Solution, "The value we expected is visible, or will be."),
    score(4, Deployment, "The deployment was managed well."),
    score(5, Deployment, "We were told what we needed to know."),
    score(6, Deployment, "Risks and problems were handled well."),
    score(7, Deployment, "Operations took over well."),
    score(8, Detail, "We trust the support."),
    score(9, Detail, "We would commission this again."),
    text(10, "Are there conditions before you accept?"),
];

impl Instrument {
    /// All three.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Returns the questions that every survey asks.
    pub fn standard(self) -> &'static [Standard] {
        match self {
            Self::Users => USERS,
            Self::SiteOwners => SITE_OWNERS,
            Self::Customer => CUSTOMER,
        }
    }
}
