//! What every source file keeps to: it says what it is for, ends what it
//! begins, and leaves the two great doors of the house to their keepers.

use crate::floors;
use crate::house::{File, House};

/// The longest source file that needs no excuse, in lines.
const LINES_MAX: usize = 500;

/// Within how many lines from the top an excuse stands.
const EXCUSE_LINES: usize = 30;

/// How the excuse of a long file begins.
const EXCUSE: &str = "Long because: ";

/// Makes the licence to carry out an order.
const LICENSING: &str = concat!("Intent::", "recorded(");

/// Writes to the record.
const APPENDING: &[&str] = &[concat!("record", ".append("), concat!("Record::", "append")];

/// What is left behind when work is not finished, or a test does not test.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("#[ig", "nore"),
    concat!("thread::", "sleep"),
];

/// Finds sources that do not open with a sentence on what they are.
pub(crate) fn files_say_what_they_are_for(house: &House) -> Vec<String> {
    let silent = house.sources().filter(|file| !file.text.starts_with("//! "));
    silent.map(|file| format!("{}: begin with `//! ` and say what it is for", file.path)).collect()
}

/// Finds rules without the sentence of the Deploy SMF, or of the house, behind them.
pub(crate) fn rules_say_where_they_come_from(house: &House) -> Vec<String> {
    let marks = ["//! Source: ", "//! House rule: "];
    let cites =
        |file: &File| file.text.lines().any(|line| marks.iter().any(|mark| line.starts_with(mark)));
    let rules = house.sources().filter(|file| holds_rules(file) && !cites(file));
    rules
        .map(|file| format!("{}: cite `//! Source: …` or `//! House rule: …`", file.path))
        .collect()
}

fn holds_rules(file: &File) -> bool {
    let Some((name, inside)) = crate_of(&file.path) else { return false };
    let is_built = inside.starts_with("src/") && !file.without_tests().is_empty();
    floors::is_pure(name) && is_built && inside != "src/lib.rs"
}

/// Finds licences made elsewhere than beside the commit that they attest. Tests
/// of the crates that define, grant and spend licences may make their own.
pub(crate) fn only_the_record_licenses_orders(house: &House) -> Vec<String> {
    let may_in_tests = ["model", "record", "executor"];
    let is_stranger = |file: &&File| match crate_of(&file.path) {
        Some(("record", _)) => false,
        Some((name, _)) if may_in_tests.contains(&name) => calls_licence(file.without_tests()),
        Some(_) | None => calls_licence(&file.text),
    };
    let strangers = house.sources().filter(is_stranger);
    strangers
        .map(|file| format!("{}: only crates/record may call `{LICENSING}…)`", file.path))
        .collect()
}

fn calls_licence(text: &str) -> bool {
    text.contains(LICENSING)
}

/// Finds writers of the record beside the coordinator.
pub(crate) fn only_the_coordinator_appends(house: &House) -> Vec<String> {
    let keepers = [Some("coordinator"), Some("record")];
    let is_keeper = |file: &File| keepers.contains(&crate_of(&file.path).map(|(name, _)| name));
    let others = house.sources().filter(|file| !is_keeper(file));
    others
        .flat_map(File::lines)
        .filter(|(_, line)| APPENDING.iter().any(|it| line.contains(it)))
        .map(|(place, _)| format!("{place}: only crates/coordinator may append to the record"))
        .collect()
}

/// Finds marks of unfinished work, skipped tests and sleeping threads.
pub(crate) fn nothing_is_left_unfinished(house: &House) -> Vec<String> {
    let mut breaches = Vec::new();
    for (place, line) in house.sources().flat_map(File::lines) {
        let found = UNFINISHED.iter().filter(|mark| holds_word(line, mark));
        breaches.extend(found.map(|mark| format!("{place}: finish it instead of `{mark}`")));
    }
    breaches
}

/// Returns whether `word` stands in `line` and is not the inside of a longer word.
fn holds_word(line: &str, word: &str) -> bool {
    let is_letter = |it: char| it.is_alphanumeric() || it == '_';
    let ends_open = !word.ends_with(is_letter);
    line.match_indices(word).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.strip_prefix(word).unwrap_or_default();
        let stands_free = !before.ends_with(is_letter) || !word.starts_with(is_letter);
        stands_free && (ends_open || !after.starts_with(is_letter))
    })
}

/// Finds long files that do not say why they must be.
pub(crate) fn long_files_say_why(house: &House) -> Vec<String> {
    let excuses = |file: &File| {
        let mut top = file.text.lines().take(EXCUSE_LINES);
        top.any(|line| line.starts_with("//") && line.contains(EXCUSE))
    };
    let long = house.sources().filter(|file| file.text.lines().count() > LINES_MAX);
    long.filter(|file| !excuses(file))
        .map(|file| {
            let lines = file.text.lines().count();
            format!("{}: {lines} lines want to be two files (or say `// {EXCUSE}…`)", file.path)
        })
        .collect()
}

/// Returns the crate that `path` belongs to, and the path inside it.
fn crate_of(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("crates/")?.split_once('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rule;
    use crate::house::planted;

    #[test]
    fn every_source_says_what_it_is_for() {
        planted::holds(files_say_what_they_are_for);
    }

    #[test]
    fn every_rule_says_where_it_comes_from() {
        planted::holds(rules_say_where_they_come_from);
    }

    #[test]
    fn only_the_record_makes_licences() {
        planted::holds(only_the_record_licenses_orders);
    }

    #[test]
    fn only_the_coordinator_writes_the_record() {
        planted::holds(only_the_coordinator_appends);
    }

    #[test]
    fn the_sources_are_finished() {
        planted::holds(nothing_is_left_unfinished);
    }

    #[test]
    fn a_long_file_has_a_reason() {
        planted::holds(long_files_say_why);
    }

    #[track_caller]
    fn check(rule: Rule, path: &str, text: &str, breaches: usize) {
        let found = rule(&planted::files(&[(path, text)]));
        assert_eq!(found.len(), breaches, "{path} {text:.60}: {found:?}");
    }

    #[test]
    fn a_file_without_purpose_or_source_is_caught() {
        let purpose: Rule = files_say_what_they_are_for;
        let source: Rule = rules_say_where_they_come_from;
        for (rule, path, text, breaches) in [
            (purpose, "crates/cli/src/main.rs", "//! The program.\n", 0),
            (purpose, "crates/cli/src/main.rs", "fn main() {}\n", 1),
            (purpose, "docs/a.md", "# A page\n", 0),
            (source, "crates/model/src/site.rs", "//! Sites.\n//! Source: Table 5.\n", 0),
            (source, "crates/planner/src/ring.rs", "//! Rings.\n//! House rule: one.\n", 0),
            (source, "crates/model/src/site.rs", "//! Sites.\n", 1),
            (source, "crates/model/src/lib.rs", "//! The words.\n", 0),
            (source, "crates/record/src/chain.rs", "//! The chain.\n", 0),
            (source, "crates/model/tests/words.rs", "//! Stories.\n", 0),
            (source, "crates/model/src/site/tests.rs", "//! Rows.\n", 0),
        ] {
            check(rule, path, text, breaches);
        }
    }

    #[test]
    fn a_stranger_at_one_of_the_two_doors_is_caught() {
        let tested = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{ {LICENSING}) }}");
        let licensed = format!("let intent = {LICENSING}order);");
        for (path, text, breaches) in [
            ("crates/record/src/queue.rs", &licensed, 0),
            ("crates/executor/src/ssh.rs", &licensed, 1),
            ("crates/executor/src/ssh.rs", &tested, 0),
            ("crates/executor/tests/ssh.rs", &licensed, 0),
            ("crates/cli/src/demo.rs", &tested, 1),
            ("bench/src/main.rs", &licensed, 1),
        ] {
            check(only_the_record_licenses_orders, path, text, breaches);
        }
        for appending in APPENDING {
            check(only_the_coordinator_appends, "crates/cli/src/a.rs", appending, 1);
            check(only_the_coordinator_appends, "crates/coordinator/src/a.rs", appending, 0);
        }
        check(only_the_coordinator_appends, "crates/cli/src/a.rs", "list.append(&mut more)", 0);
    }

    #[test]
    fn unfinished_work_is_caught() {
        for mark in UNFINISHED {
            check(nothing_is_left_unfinished, "crates/cli/src/a.rs", &format!("    {mark}"), 1);
            check(nothing_is_left_unfinished, "docs/a.md", mark, 0);
        }
        for harmless in ["let mastodon = MASTODON;", "tokio::time::sleep(second)", "#[test]"] {
            check(nothing_is_left_unfinished, "crates/cli/src/a.rs", harmless, 0);
        }
    }

    #[test]
    fn a_long_file_without_a_reason_is_caught() {
        let long = "let it = 1;\n".repeat(LINES_MAX + 1);
        let excused = format!("//! The grid.\n//!\n//! {EXCUSE}it is one table.\n{long}");
        for (text, breaches) in [(&long, 1), (&excused, 0)] {
            check(long_files_say_why, "crates/model/src/grid.rs", text, breaches);
        }
    }
}
