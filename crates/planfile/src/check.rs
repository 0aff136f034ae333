//! Checks over several parts of a plan.
//!
//! House rule: a plan that can never be carried out is refused when it is read, not at night.

pub(crate) mod coverage;
pub(crate) mod deadlocks;
pub(crate) mod readiness;
pub(crate) mod rings;
pub(crate) mod windows;
