//! The words of a deployment and their rules: nouns, state machines, guards, roles, events.
//!
//! Everything here is a plain function of its arguments: no clock, no disk, no
//! `async`, no randomness. Whoever wants an effect asks a higher floor.

pub mod assessment;
pub mod assignment;
pub mod change_schedule;
pub mod close_out;
pub mod command;
pub mod companion_plans;
pub mod component;
pub mod decide;
pub mod delegation;
pub mod digest;
pub mod document;
pub mod escalation;
pub mod event;
pub mod evidence;
pub mod evolve;
pub mod freeze;
pub mod gates;
pub mod guard;
pub mod id;
pub mod incident;
pub mod link;
pub mod machine;
pub mod message;
pub mod milestone;
pub mod order;
pub mod person;
pub mod plan;
pub mod probe;
pub mod profile;
pub mod quiet_period;
pub mod readiness;
pub mod refusal;
pub mod release;
pub mod rfc;
pub mod ring;
pub mod role_type;
pub mod run;
pub mod scope;
pub mod separation_of_duties;
pub mod sheet;
pub mod site;
pub mod site_care;
pub mod state;
pub mod state_index;
pub mod step;
pub mod storyline;
pub mod survey;
pub mod template_text;
pub mod termination;
pub mod training;
pub mod window;
pub mod work;
