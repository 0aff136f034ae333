//! The house rules that a compiler does not know: `cargo test -p xtask` holds
//! them, `cargo run -p xtask` prints every breach at once.
//!
//! A rule is a plain function from the house, as it lies on disk, to its
//! breaches. Each has two tests: one finds none in this house, one plants a
//! breach and sees it caught, because a rule that cannot fail holds nothing.

mod floors;
mod house;
mod papers;
mod picture;
mod resolutions;
mod sources;
mod traceability;
mod words;

use house::House;
use std::process::ExitCode;

/// What a rule looks like: it names each place where it is broken, and why.
type Rule = fn(&House) -> Vec<String>;

/// Every rule of the house, in the order in which its breaches are printed.
const RULES: &[Rule] = &[
    floors::crates_depend_downwards_only,
    floors::pure_floors_are_free_of_effects,
    sources::files_say_what_they_are_for,
    sources::rules_say_where_they_come_from,
    sources::only_the_record_licenses_orders,
    sources::only_the_coordinator_appends,
    sources::nothing_is_left_unfinished,
    sources::long_files_say_why,
    words::names_say_something,
    papers::decisions_are_listed,
    papers::diagnostics_have_pages,
    papers::links_lead_somewhere,
    papers::named_pages_exist,
    papers::a_stranger_understands,
    resolutions::resolutions_are_shown,
    traceability::traces_name_requirements,
    traceability::requirements_are_proved,
    traceability::the_page_is_current,
];

#[expect(clippy::print_stdout, reason = "a chore answers on the terminal")]
fn main() -> ExitCode {
    if let Some(drawn) = picture::asked(std::env::args().skip(1)) {
        return drawn;
    }
    if let Some(written) = traceability::asked(std::env::args().skip(1)) {
        return written;
    }
    let house = House::here();
    let breaches: Vec<String> = RULES.iter().flat_map(|rule| rule(&house)).collect();
    for breach in &breaches {
        println!("{breach}");
    }
    println!("{} rules, {} breaches", RULES.len(), breaches.len());
    if breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
