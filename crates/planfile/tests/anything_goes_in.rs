//! Whatever is read: no panic, the same answer each time, and a plan or an error.

use planfile::{Loaded, MemoryFolder, Severity, load};
use proptest::prelude::*;

const REFERENCE: &str = include_str!("../../../examples/reference.yaml");
const RIGHT: &str = include_str!("right.yaml");

fn load_bytes(bytes: &[u8]) -> Loaded {
    let folder = MemoryFolder::default().with("landfall.yaml", bytes).with("sites.csv", bytes);
    load(&folder, "landfall.yaml")
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (one, other) = (load_bytes(bytes), load_bytes(bytes));
    prop_assert_eq!(&one.diagnostics, &other.diagnostics);
    let has_error = one.diagnostics.iter().any(|it| it.severity == Severity::Error);
    prop_assert_eq!(one.plan.is_none(), has_error, "{:?}", one.diagnostics);
    let digests = (one.plan.map(|it| it.digest()), other.plan.map(|it| it.digest()));
    prop_assert_eq!(digests.0, digests.1);
    for it in &one.diagnostics {
        prop_assert!(!it.to_string().contains('\u{1b}'), "{:?}", it);
    }
    Ok(())
}

/// A way to spoil a text: a place, how many bytes are taken out there, and what is put in.
fn spoiling() -> impl Strategy<Value = (usize, usize, String)> {
    let put = prop_oneof![
        Just(String::new()),
        Just("\n".to_owned()),
        Just("- ".to_owned()),
        Just(": ".to_owned()),
        Just("{".to_owned()),
        Just("${".to_owned()),
        Just("&a *a".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("{from: sites.csv}".to_owned()),
        "\\PC{0,8}",
    ];
    (0..REFERENCE.len(), 0..40_usize, put)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes)?;
    }

    #[test]
    fn random_yaml_never_panics(text in "[a-c&*:{}\\[\\], \n'\"#|>-]{0,200}") {
        check(text.as_bytes())?;
    }

    #[test]
    fn a_spoiled_reference_never_panics(spoils in proptest::collection::vec(spoiling(), 1..4)) {
        let mut bytes = REFERENCE.as_bytes().to_vec();
        for (at, taken, put) in spoils {
            let at = at.min(bytes.len());
            let until = (at + taken).min(bytes.len());
            bytes.splice(at..until, put.into_bytes());
        }
        check(&bytes)?;
    }

    #[test]
    fn neither_the_order_of_sections_nor_comments_change_the_plan(
        order in Just((0..sections().len()).collect::<Vec<_>>()).prop_shuffle(),
        comment in "# [ -~]{0,40}",
    ) {
        let sections = sections();
        let text: String = order.iter().map(|it| format!("{comment}\n{}", sections[*it])).collect();
        let (one, other) = (load_bytes(RIGHT.as_bytes()), load_bytes(text.as_bytes()));
        prop_assert!(other.diagnostics.is_empty(), "{:?}", other.diagnostics);
        let digest = |loaded: Loaded| loaded.plan.map(|it| it.digest());
        prop_assert_eq!(digest(one), digest(other));
    }
}

/// Returns the sections of the right plan, each with its key.
fn sections() -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for line in RIGHT.lines() {
        match sections.last_mut() {
            Some(last) if line.starts_with(' ') => *last += &format!("{line}\n"),
            Some(_) | None => sections.push(format!("{line}\n")),
        }
    }
    sections
}
