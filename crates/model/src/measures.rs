//! Measures: what a time was like, computed exactly and shown with everything it was made of.
//!
//! A measure is a plain function of what was recorded. It counts in whole
//! milliseconds and whole people, and divides once, at the printed edge, so
//! that nobody can argue about a digit. Every measure carries its rule, its
//! numerator and denominator, how many things it was made of, and, where it is
//! made of time, the intervals.
//!
//! Source: Deploy SMF, Process 3, Table 6: performance metrics; Table 2: measures of the outcomes.

pub mod completeness;
pub mod desk;
pub mod downtime;
pub mod escalating;
pub mod figures;
pub mod goals;
pub mod impact;
pub mod intervals;
pub mod measure;
pub mod measured;
pub mod outcomes;
pub mod printed;
pub mod recorded;
pub mod report;
pub mod requests;
pub mod satisfaction;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod weeks;
