//! Wrong plans, and what is said of each: the code, the place, the fault and the help.
//!
//! Every row takes a right plan and makes it wrong in one place.

mod governance;
mod names;
mod places;
mod text;
mod time;
mod whole;

use expect_test::Expect;
use planfile::{Loaded, MemoryFolder, Severity, load};

/// A plan without any fault.
const RIGHT: &str = include_str!("../right.yaml");

fn folder(text: &str) -> MemoryFolder {
    MemoryFolder::default().with("landfall.yaml", text)
}

fn said(loaded: &Loaded) -> String {
    loaded.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("")
}

/// Replaces `right` by `wrong` in the right plan and compares what is said.
fn check(right: &str, wrong: &str, expected: &Expect) {
    assert!(RIGHT.contains(right), "{right}");
    let loaded = load(&folder(&RIGHT.replacen(right, wrong, 1)), "landfall.yaml");
    expected.assert_eq(&said(&loaded));
    let is_error = loaded.diagnostics.iter().any(|it| it.severity == Severity::Error);
    assert_eq!(
        loaded.plan.is_none(),
        is_error,
        "a plan is handed out exactly if there is no error"
    );
}

#[test]
fn the_right_plan_is_right() {
    let loaded = load(&folder(RIGHT), "landfall.yaml");
    assert_eq!(said(&loaded), "");
    assert!(loaded.plan.is_some());
}
