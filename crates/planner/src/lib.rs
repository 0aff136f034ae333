//! What may start now, and what everything else waits on.
//!
//! No other code in the program holds anything back. The engine, the command
//! line and the forecast all ask here.

pub mod agenda;
pub mod calendar;
pub mod facts;
#[cfg(test)]
mod fixture;
pub mod forecast;
pub mod guards;
pub mod notices;
pub mod people;
pub mod rehearsal;
pub mod simulation;
pub mod transfer;
pub mod waiting;

#[cfg(test)]
mod complete;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod watched;
