//! Everything that a deployment is measured from, be it a record or tables of other programs.
//!
//! House rule: what is not known is not there; it is never taken for nought.

use super::completeness::Stretch;
use super::desk::Ticket;
use super::escalating::Raised;
use super::impact::{Impact, Maintenance, MeasuredSite};
use super::requests::Request;
use super::satisfaction::Answers;
use crate::site_care::coverage::Share;
use crate::survey::Instrument;

/// Everything that a deployment is measured from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// The sites.
    pub sites: Vec<MeasuredSite>,
    /// The stretches of impact.
    pub impacts: Vec<Impact>,
    /// The stretches of planned work.
    pub maintenance: Vec<Maintenance>,
    /// The incidents.
    pub tickets: Option<Vec<Ticket>>,
    /// All requests, incidents among them.
    pub requests: Option<Vec<Request>>,
    /// The escalations.
    pub escalations: Option<Vec<Raised>>,
    /// How far each site is covered.
    pub coverage: Option<Vec<Covered>>,
    /// What people answered the survey.
    pub answers: Option<Vec<Answered>>,
    /// When it is known of sites whether they were up.
    pub known: Option<Vec<Stretch>>,
    /// Where all of it was measured, where that is not production.
    pub elsewhere: Option<String>,
    /// How many rows were left out, because they are of another environment than production.
    pub left_out: usize,
}

/// How far a site is covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The site.
    pub site: String,
    /// Its computers: verified, of those that are not exempt.
    pub computers: Share,
    /// Its users: with access, of those that are not exempt.
    pub users: Share,
}

/// What people answered a question of the survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Who was asked; the answers of one are never averaged with those of another.
    pub instrument: Instrument,
    /// The number of the question.
    pub question: u8,
    /// The answers.
    pub answers: Answers,
}
