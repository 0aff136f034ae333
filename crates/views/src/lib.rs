//! What people and programs read of a deployment: one view of one state, whoever asks.
//!
//! The command line, the API and the pages say the same because they say it from here. Nothing
//! here reads, asks or prints: the same state gives the same answer.

pub mod alike;
pub mod bandwidth;
pub mod board;
pub mod entry_list;
pub mod event;
pub mod fact;
pub mod listing;
pub mod people;
pub mod people_list;
pub mod processes;
pub mod sample;
pub mod site_list;
pub mod subject;
pub mod time;
pub mod typed;
pub mod wait_list;
pub mod why;
