//! The page of contradictions: each is there once, and the tests it names exist.
//!
//! `docs/resolutions.md` is written by people. What it says of files is held as
//! every link is; what it says of tests is held here.

use crate::house::House;

const PAGE: &str = "docs/resolutions.md";
/// How many contradictions of the Deploy SMF are resolved.
const RESOLUTIONS: usize = 37;

/// Finds contradictions that are missing or out of order, and tests that are not where they are
/// said to be.
pub(crate) fn resolutions_are_shown(house: &House) -> Vec<String> {
    let Some(page) = house.files.iter().find(|it| it.path == PAGE) else { return vec![] };
    let rows: Vec<&str> = page.text.lines().filter(|it| it.starts_with("| A")).collect();
    let mut breaches = Vec::new();
    for (row, number) in rows.iter().zip(1..) {
        if !row.starts_with(&format!("| A{number} |")) {
            breaches.push(format!("{PAGE}: A{number} is missing or out of order"));
        }
        let shown = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let tests: Vec<&str> = shown.split("<br>").collect();
        breaches.extend(tests.into_iter().filter_map(|it| not_there(house, it)));
    }
    if rows.len() != RESOLUTIONS {
        breaches.push(format!("{PAGE}: {} of {RESOLUTIONS} resolutions are there", rows.len()));
    }
    breaches
}

/// Returns that the test of `link` is not in the file to which it leads, if it is not.
fn not_there(house: &House, link: &str) -> Option<String> {
    let named = link.strip_prefix('[').and_then(|it| it.strip_suffix(')'));
    let Some((name, path)) = named.and_then(|it| it.split_once("](../")) else {
        return Some(format!("{PAGE}: `{link}` names no test"));
    };
    let test = format!("fn {}(", name.replace(' ', "_"));
    let file = house.files.iter().find(|it| it.path == path);
    let is_there = file.is_some_and(|it| it.text.contains(&test));
    (!is_there).then(|| format!("{PAGE}: `{name}` is no test of {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::planted::{files, holds};

    #[test]
    fn every_resolution_names_its_test() {
        holds(resolutions_are_shown);
    }

    #[test]
    fn a_resolution_without_its_test_is_caught() {
        let page = "| A1 | one | two | where | [it is](../crates/a/src/b.rs) |\n";
        let house = files(&[(PAGE, page), ("crates/a/src/b.rs", "fn it_was() {}\n")]);
        assert_eq!(
            resolutions_are_shown(&house),
            [
                format!("{PAGE}: `it is` is no test of crates/a/src/b.rs"),
                format!("{PAGE}: 1 of 37 resolutions are there")
            ]
        );
    }
}
