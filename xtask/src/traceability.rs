//! From each requirement to the rule that meets it and the tests that prove it.
//!
//! The requirements stand in `crates/model/catalogue/requirements.psv`. A test says what it proves
//! in the line above it, `// Proves: P3a-O1, X-09`; a source says in its head what it meets,
//! `//! Meets: P3a-O1`. What is deliberately not met stands in `left-out.psv` with its reason.
//! `cargo run -p xtask traceability` writes the page from all of it.

use crate::house::{File, House};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

const REQUIREMENTS: &str = "crates/model/catalogue/requirements.psv";
const LEFT_OUT: &str = "crates/model/catalogue/left-out.psv";
const PAGE: &str = "docs/traceability.md";
/// The tests named for one requirement on the page; more prove it no better.
const TESTS_NAMED_MAX: usize = 4;

/// One requirement.
struct Requirement<'a> {
    id: &'a str,
    shall: &'a str,
    must: bool,
}

/// A test and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    path: String,
    name: String,
}

/// What sources and tests say of requirements, by id.
#[derive(Default)]
struct Traces {
    met: BTreeMap<String, Vec<String>>,
    proved: BTreeMap<String, Vec<Test>>,
    /// `// Proves:` lines above something that is no test.
    astray: Vec<String>,
}

/// Writes the page and says what is not proved, where `arguments` ask for it.
#[expect(clippy::print_stdout, reason = "a chore answers on the terminal")]
pub(crate) fn asked(mut arguments: impl Iterator<Item = String>) -> Option<ExitCode> {
    (arguments.next()? == "traceability").then(|| {
        let house = House::here();
        for lacking in requirements_are_proved(&house) {
            println!("{lacking}");
        }
        let written = std::fs::write(House::path(PAGE), page(&house));
        if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
}

/// Finds traces that name no requirement, and `// Proves:` lines above something that is no test.
pub(crate) fn traces_name_requirements(house: &House) -> Vec<String> {
    let traces = traces(house);
    let known = |id: &str| requirements(house).any(|it| it.id == id);
    let sources = traces.met.iter().flat_map(|(id, paths)| paths.iter().map(move |it| (id, it)));
    let tests =
        traces.proved.iter().flat_map(|(id, tests)| tests.iter().map(move |it| (id, &it.path)));
    let unknown = sources.chain(tests).filter(|(id, _)| !known(id));
    let unknown = unknown.map(|(id, path)| format!("{path}: {id} is no requirement"));
    let left_out = left_out(house).filter(|(id, _)| !known(id));
    let left_out = left_out.map(|(id, _)| format!("{LEFT_OUT}: {id} is no requirement"));
    unknown.chain(left_out).chain(traces.astray).collect()
}

/// Finds requirements that must be met, that no test proves, and that nobody left out for a reason;
/// and those left out although a test proves them.
pub(crate) fn requirements_are_proved(house: &House) -> Vec<String> {
    let traces = traces(house);
    let left_out: BTreeMap<&str, &str> = left_out(house).collect();
    let mut breaches = Vec::new();
    for Requirement { id, must, .. } in requirements(house) {
        match (traces.proved.contains_key(id), left_out.contains_key(id)) {
            (false, false) if must => breaches.push(format!("{id}: no test proves it")),
            (true, true) => breaches.push(format!("{LEFT_OUT}: {id} is left out, but proved")),
            (true, false) | (false, _) => {}
        }
    }
    breaches
}

/// Finds a page that does not say what the sources say.
pub(crate) fn the_page_is_current(house: &House) -> Vec<String> {
    let has_requirements = house.files.iter().any(|it| it.path == REQUIREMENTS);
    let written = house.files.iter().find(|it| it.path == PAGE).map(|it| it.text.as_str());
    if !has_requirements || written == Some(&page(house)) {
        return vec![];
    }
    vec![format!("{PAGE}: is not current; `cargo run -p xtask traceability` writes it")]
}

fn rows<'a>(house: &'a House, path: &str) -> impl Iterator<Item = Vec<&'a str>> {
    let file = house.files.iter().find(|it| it.path == path);
    let lines = file.map(|it| it.text.as_str()).unwrap_or_default().lines();
    let lines = lines.filter(|it| !it.starts_with('#') && !it.is_empty());
    lines.map(|line| line.split(" || ").collect())
}

fn requirements(house: &House) -> impl Iterator<Item = Requirement<'_>> {
    rows(house, REQUIREMENTS).filter_map(|row| {
        let [id, _, _, shall, _, _, _, level] = row.as_slice() else { return None };
        Some(Requirement { id, shall, must: *level == "M" })
    })
}

fn left_out(house: &House) -> impl Iterator<Item = (&str, &str)> {
    rows(house, LEFT_OUT).filter_map(|row| Some((*row.first()?, *row.get(1)?)))
}

fn traces(house: &House) -> Traces {
    let mut traces = Traces::default();
    for file in house.sources().filter(|it| !it.path.starts_with("xtask/")) {
        for line in file.text.lines().take_while(|it| it.starts_with("//!")) {
            for id in ids(line, "//! Meets: ") {
                traces.met.entry(id.to_owned()).or_default().push(file.path.clone());
            }
        }
        proofs(file, &mut traces);
    }
    traces
}

fn proofs(file: &File, traces: &mut Traces) {
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    for (number, line) in lines.iter().enumerate() {
        let ids: Vec<&str> = ids(line, "// Proves: ").collect();
        if ids.is_empty() {
            continue;
        }
        let Some(name) = test_after(lines.get(number + 1..).unwrap_or_default()) else {
            let place = format!("{}:{}", file.path, number + 1);
            traces.astray.push(format!("{place}: what proves it is no test"));
            continue;
        };
        for id in ids {
            let test = Test { path: file.path.clone(), name: name.to_owned() };
            traces.proved.entry(id.to_owned()).or_default().push(test);
        }
    }
}

/// Returns the name of the test that begins with `lines`.
fn test_after<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let mut is_test = false;
    for line in lines {
        if let Some(rest) = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn ")) {
            return rest.split('(').next().filter(|_| is_test);
        }
        if !line.starts_with("#[") && !line.starts_with("//") {
            return None;
        }
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    }
    None
}

fn ids<'a>(line: &'a str, begins: &str) -> impl Iterator<Item = &'a str> {
    line.strip_prefix(begins).into_iter().flat_map(|it| it.split(", ")).map(str::trim)
}

/// Returns the page as the sources say it.
fn page(house: &House) -> String {
    let traces = traces(house);
    let left_out: BTreeMap<&str, &str> = left_out(house).collect();
    let requirements: Vec<_> = requirements(house).collect();
    let proved = requirements.iter().filter(|it| traces.proved.contains_key(it.id)).count();
    let must = requirements.iter().filter(|it| it.must).count();
    let is_open = |it: &&Requirement<'_>| {
        it.must && !traces.proved.contains_key(it.id) && !left_out.contains_key(it.id)
    };
    let lacking = requirements.iter().filter(is_open).count();
    let mut page = format!(
        "# Traceability\n\n\
         What the Deploy SMF asks for, where Landfall does it, and the tests that show it. \
         Written by `cargo run -p xtask traceability`; `cargo test -p xtask` holds it.\n\n\
         {} requirements, {must} of them must be met. Tests prove {proved} of all, and {lacking} \
         of those that must be met have no test yet; {} are left out, with the reason.\n\n\
         | Requirement | Level | Landfall shall | Where | Tests |\n|---|---|---|---|---|\n",
        requirements.len(),
        left_out.len(),
    );
    for Requirement { id, shall, must } in &requirements {
        let level = if *must { "must" } else { "should" };
        let places =
            traces.met.get(*id).map(|it| it.iter().map(|it| place(it)).collect::<Vec<_>>());
        let tests = traces.proved.get(*id).map(|it| tests_named(it));
        let tests = tests.or_else(|| left_out.get(id).map(|why| format!("left out: {why}")));
        let shall = shall.replace('|', "\\|");
        let places = places.unwrap_or_default().join("<br>");
        writeln!(page, "| {id} | {level} | {shall} | {places} | {} |", tests.unwrap_or_default())
            .expect("because text takes text");
    }
    page
}

fn tests_named(tests: &[Test]) -> String {
    let mut tests = tests.to_vec();
    tests.sort();
    let named = tests.iter().take(TESTS_NAMED_MAX);
    let mut named: Vec<String> =
        named.map(|it| format!("[{}](../{})", it.name.replace('_', " "), it.path)).collect();
    if tests.len() > TESTS_NAMED_MAX {
        named.push(format!("and {} more", tests.len() - TESTS_NAMED_MAX));
    }
    named.join("<br>")
}

fn place(path: &str) -> String {
    let name = path.strip_prefix("crates/").unwrap_or(path).replace("/src/", "::");
    let name = name.trim_end_matches(".rs").trim_end_matches("::lib").replace('/', "::");
    format!("[{name}](../{path})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::planted::{files, holds};

    const TWO: &str = "# id || line || quote || shall || automatic || ask || evidence || level\n\
        A-1 || L1 || q || do one | the other || yes || no || e || M\n\
        A-2 || L2 || q || do more || yes || no || e || S\n";

    #[test]
    fn every_trace_names_a_requirement() {
        holds(traces_name_requirements);
    }

    #[test]
    fn every_requirement_has_a_test_or_a_reason() {
        holds(requirements_are_proved);
    }

    #[test]
    fn the_page_says_what_the_sources_say() {
        holds(the_page_is_current);
    }

    #[test]
    fn a_trace_that_leads_nowhere_is_caught() {
        for (text, breach) in [
            (
                "// Proves: A-9\n#[test]\nfn it_is() {}\n",
                "crates/a/src/b.rs: A-9 is no requirement",
            ),
            ("// Proves: A-1\nfn it_is() {}\n", "crates/a/src/b.rs:1: what proves it is no test"),
            ("//! Meets: A-3\n", "crates/a/src/b.rs: A-3 is no requirement"),
        ] {
            let house = files(&[(REQUIREMENTS, TWO), ("crates/a/src/b.rs", text)]);
            assert_eq!(traces_name_requirements(&house), [breach]);
        }
    }

    #[test]
    fn a_requirement_without_a_test_is_caught_and_so_is_one_left_out_in_vain() {
        let test = "// Proves: A-1\n#[tokio::test]\nasync fn it_is() {}\n";
        for (left_out, test, breaches) in [
            ("", "", vec!["A-1: no test proves it"]),
            ("A-1 || nobody asks\n", "", vec![]),
            ("", test, vec![]),
            (
                "A-1 || nobody asks\n",
                test,
                vec!["crates/model/catalogue/left-out.psv: A-1 is left out, but proved"],
            ),
        ] {
            let house =
                files(&[(REQUIREMENTS, TWO), (LEFT_OUT, left_out), ("crates/a/src/b.rs", test)]);
            assert_eq!(requirements_are_proved(&house), breaches);
        }
    }

    #[test]
    fn the_page_names_the_place_and_the_test() {
        let text = "//! Meets: A-1\n// Proves: A-1\n#[test]\nfn one_is_done() {}\n";
        let house = files(&[(REQUIREMENTS, TWO), ("crates/a/src/b.rs", text)]);
        assert!(page(&house).contains(
            "| A-1 | must | do one \\| the other | [a::b](../crates/a/src/b.rs) | \
             [one is done](../crates/a/src/b.rs) |\n"
        ));
        assert_eq!(the_page_is_current(&house).len(), 1);
    }
}
