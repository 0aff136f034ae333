//! The written pages: nothing is missing from a list, no link leads nowhere,
//! and everything makes sense to a stranger who cloned the project.

use crate::house::{File, House};
use std::collections::BTreeSet;

const DECISIONS: &str = "docs/decisions/";
const ERRORS: &str = "docs/errors/";
const DIAGNOSTICS: &str = "crates/planfile/src/";

/// What a diagnostic's code begins with, and how many digits follow.
const CODE: (&str, usize) = ("LF", 4);

/// What only makes sense on somebody's own computer or in somebody's tracker.
const OUTSIDE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("../sha", "red"),
    concat!(".lib", "rary"),
    concat!("issue", " #"),
];

/// Finds decisions that their list does not name, and numbers given twice or left out.
pub(crate) fn decisions_are_listed(house: &House) -> Vec<String> {
    let index = format!("{DECISIONS}README.md");
    let list = house.files.iter().find(|file| file.path == index);
    let list = list.map(|file| file.text.as_str()).unwrap_or_default();
    let pages = house.pages().filter_map(|file| file.path.strip_prefix(DECISIONS));
    let decisions = pages.filter(|name| name.starts_with(|it: char| it.is_ascii_digit()));
    let mut breaches = Vec::new();
    for (name, number) in decisions.zip(1..) {
        if !list.contains(&format!("({name})")) {
            breaches.push(format!("{index}: does not list {name}"));
        }
        if !name.starts_with(&format!("{number:04}")) {
            breaches.push(format!("{DECISIONS}{name}: the next free number is {number:04}"));
        }
    }
    breaches
}

/// Finds diagnostics without a page, and pages without a diagnostic.
pub(crate) fn diagnostics_have_pages(house: &House) -> Vec<String> {
    let sources = house.sources().filter(|file| file.path.starts_with(DIAGNOSTICS));
    let named: BTreeSet<String> = sources.flat_map(|file| codes(&file.text)).collect();
    let pages =
        house.pages().filter_map(|file| file.path.strip_prefix(ERRORS)?.strip_suffix(".md"));
    let explained: BTreeSet<String> = pages.filter(|it| is_code(it)).map(str::to_owned).collect();
    let unexplained = named.difference(&explained);
    let unnamed = explained.difference(&named);
    unexplained
        .map(|code| format!("{ERRORS}{code}.md: is missing, though a diagnostic names {code}"))
        .chain(unnamed.map(|code| format!("{ERRORS}{code}.md: no diagnostic names {code}")))
        .collect()
}

/// Returns the codes that `text` declares: a whole string literal such as `"LF0123"`, or a
/// line of the table of codes such as `UnknownKey = 123 Error "Unknown key",`.
fn codes(text: &str) -> impl Iterator<Item = String> {
    let literals = text.split('"').filter(|it| is_code(it)).map(str::to_owned);
    literals.chain(text.lines().filter_map(declared_code))
}

fn declared_code(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().skip(1);
    words.next().filter(|it| *it == "=")?;
    let number: u16 = words.next()?.parse().ok()?;
    let (_severity, title) = (words.next()?, words.next()?);
    let (begins, digits) = CODE;
    title.starts_with('"').then(|| format!("{begins}{number:0digits$}"))
}

fn is_code(text: &str) -> bool {
    let (begins, digits) = CODE;
    text.strip_prefix(begins)
        .is_some_and(|it| it.len() == digits && it.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Finds links between pages that lead to no file or to no heading.
pub(crate) fn links_lead_somewhere(house: &House) -> Vec<String> {
    let mut breaches = Vec::new();
    for page in house.pages() {
        for (place, link) in links(page) {
            let is_outside = link.contains("://") || link.starts_with("mailto:");
            if !is_outside && !leads_somewhere(house, page, link) {
                breaches.push(format!("{place}: the link `{link}` leads nowhere"));
            }
        }
    }
    breaches
}

/// Finds sources of the house that name a page which is not there. A pattern such as
/// `LFnnnn.md` names none.
pub(crate) fn named_pages_exist(house: &House) -> Vec<String> {
    let mut breaches = Vec::new();
    let sources = house.sources().filter(|file| file.path.starts_with("crates/"));
    for (place, line) in sources.flat_map(File::lines) {
        let is_path = |it: char| it.is_ascii_alphanumeric() || "/._-".contains(it);
        let words = line.split(|it: char| !is_path(it));
        let pages = words.filter_map(|word| Some(word.split_once("docs/")?.1));
        for name in pages.filter_map(|it| it.split_once(".md")).map(|(name, _)| name) {
            let page = format!("docs/{name}.md");
            if !name.ends_with("nnnn") && !house.paths.contains(&page) {
                breaches.push(format!("{place}: there is no {page}"));
            }
        }
    }
    breaches
}

/// Returns the targets of the links on `page`, each with its place; code is no link.
fn links(page: &File) -> Vec<(String, &str)> {
    let mut in_code = false;
    let mut found = Vec::new();
    for (place, line) in page.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for prose in line.split('`').step_by(2) {
            let targets =
                prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
            found.extend(targets.map(|target| (place.clone(), target)));
        }
    }
    found
}

fn leads_somewhere(house: &House, page: &File, link: &str) -> bool {
    let (path, heading) = link.split_once('#').map_or((link, None), |(it, rest)| (it, Some(rest)));
    let Some(target) = resolve(&page.path, path) else { return false };
    if !target.is_empty() && !house.paths.contains(&target) {
        return false;
    }
    heading.is_none_or(|wanted| {
        let file = house.files.iter().find(|file| file.path == target);
        file.is_some_and(|file| headings(&file.text).any(|it| it == wanted))
    })
}

/// Returns the path that `link` means on the page `from`; none when it leaves the project.
fn resolve(from: &str, link: &str) -> Option<String> {
    if link.is_empty() {
        return Some(from.to_owned());
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (base, link) = link.strip_prefix('/').map_or((folder, link), |rooted| ("", rooted));
    let mut parts: Vec<&str> = base.split('/').filter(|it| !it.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Returns the anchors of a page's headings, as a code host makes them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    titles.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|it| it.is_alphanumeric() || " -_".contains(*it));
        kept.map(|it| if it == ' ' { '-' } else { it }).collect()
    })
}

/// Finds lines that speak of things outside the project.
pub(crate) fn a_stranger_understands(house: &House) -> Vec<String> {
    let mut breaches = Vec::new();
    for (place, line) in house.files.iter().flat_map(File::lines) {
        let found = OUTSIDE.iter().filter(|it| stands_alone(line, it));
        breaches.extend(found.map(|it| format!("{place}: `{it}` means nothing to a stranger")));
    }
    breaches
}

/// Returns whether `mark` stands in `line` other than inside a longer path or name.
fn stands_alone(line: &str, mark: &str) -> bool {
    let is_name = |it: char| it.is_alphanumeric() || "_-.)".contains(it);
    line.match_indices(mark).any(|(at, _)| !line.split_at(at).0.ends_with(is_name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::planted;

    #[test]
    fn every_decision_is_listed() {
        planted::holds(decisions_are_listed);
    }

    #[test]
    fn every_diagnostic_has_its_page() {
        planted::holds(diagnostics_have_pages);
    }

    #[test]
    fn every_link_leads_somewhere() {
        planted::holds(links_lead_somewhere);
    }

    #[test]
    fn every_page_that_a_source_names_exists() {
        planted::holds(named_pages_exist);
    }

    #[test]
    fn everything_makes_sense_to_a_stranger() {
        planted::holds(a_stranger_understands);
    }

    #[test]
    fn a_decision_that_is_not_listed_or_misnumbered_is_caught() {
        let list = ("docs/decisions/README.md", "- [One](0001-one.md)\n- [Two](0002-two.md)\n");
        for (name, breaches) in [
            ("docs/decisions/0002-two.md", 0),
            ("docs/decisions/0002-other.md", 1),
            ("docs/decisions/0007-seven.md", 2),
        ] {
            let house = planted::files(&[("docs/decisions/0001-one.md", ""), (name, ""), list]);
            let found = decisions_are_listed(&house);
            assert_eq!(found.len(), breaches, "{name}: {found:?}");
        }
    }

    #[test]
    fn a_diagnostic_without_a_page_is_caught_and_so_is_a_page_without_one() {
        let source = ("crates/planfile/src/codes.rs", r#"code("LF0001"), text("LF00012")"#);
        let table = ("crates/planfile/src/code.rs", "    First = 1 Error \"First\",\n let it = 2;");
        let page = |name| (name, "# Why");
        for (rows, breaches) in [
            (vec![source, page("docs/errors/LF0001.md")], 0),
            (vec![table, page("docs/errors/LF0001.md")], 0),
            (vec![source], 1),
            (vec![table], 1),
            (vec![page("docs/errors/LF0001.md")], 1),
            (vec![page("docs/errors/README.md")], 0),
        ] {
            let found = diagnostics_have_pages(&planted::files(&rows));
            assert_eq!(found.len(), breaches, "{rows:?}: {found:?}");
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_is_caught() {
        for (link, breaches) in [
            ("[a](other.md)", 0),
            ("[a](../README.md#how-to-build)", 0),
            ("[a](/README.md)", 0),
            ("[a](#here-it-is)", 0),
            ("[a](https://example.org/x.md)", 0),
            ("`[a](missing.md)`", 0),
            ("[a](missing.md) [b](other.md)", 1),
            ("[a](../README.md#how-to-burn)", 1),
            ("[a](../../README.md)", 1),
        ] {
            let page = format!("## Here it is\n\n{link}\n");
            let house = planted::files(&[
                ("README.md", "# Landfall\n\n## How to build\n"),
                ("docs/other.md", ""),
                ("docs/page.md", &page),
            ]);
            let found = links_lead_somewhere(&house);
            assert_eq!(found.len(), breaches, "{link}: {found:?}");
        }
    }

    #[test]
    fn a_source_that_names_a_missing_page_is_caught() {
        let folder = "docs";
        for (name, breaches) in [("one.md", 0), ("two.md", 1), ("LFnnnn.md", 0), ("one", 0)] {
            let source = format!("//! House rule: {folder}/{name}.");
            let house = planted::files(&[("docs/one.md", ""), ("crates/a/src/a.rs", &source)]);
            let found = named_pages_exist(&house);
            assert_eq!(found.len(), breaches, "{name}: {found:?}");
        }
    }

    #[test]
    fn words_from_outside_are_caught() {
        for mark in OUTSIDE {
            let house = planted::files(&[("docs/a.md", &format!("see {mark}12"))]);
            assert_eq!(a_stranger_understands(&house).len(), 1, "{mark}");
        }
        let inside = format!("crates/planner/src{}mod.rs", OUTSIDE[0]);
        assert!(a_stranger_understands(&planted::files(&[("docs/a.md", &inside)])).is_empty());
    }
}
