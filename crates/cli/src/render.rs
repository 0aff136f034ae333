//! What people read: words made of what is known, and nothing else.
//!
//! Nothing here reads, asks or prints: the same state gives the same text.

pub(crate) mod account;
pub(crate) mod act;
pub(crate) mod assessment;
pub(crate) mod board;
pub(crate) mod care;
pub(crate) mod change_schedule;
pub(crate) mod close_out;
pub(crate) mod counted;
pub(crate) mod document;
pub(crate) mod fault;
pub(crate) mod forecast;
pub(crate) mod handover;
pub(crate) mod history;
pub(crate) mod live;
pub(crate) mod measures;
pub(crate) mod milestone;
pub(crate) mod plan;
pub(crate) mod record;
pub(crate) mod rehearsal;
pub(crate) mod release_readiness;
pub(crate) mod rfc;
pub(crate) mod sheet;
pub(crate) mod survey;
pub(crate) mod table;
#[cfg(test)]
mod tests;
