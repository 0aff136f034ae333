//! Names: whole words that say something. A word that fits everything names nothing.

use crate::house::{File, House};

/// Words that fit everything.
const BANNED: &[&str] = &[
    "common",
    "context",
    "data",
    "engine",
    "handler",
    "helper",
    "impl",
    "info",
    "manager",
    "processor",
    "service",
    "types",
    "util",
];

/// The role types that are managers by name.
const ROLES: &[&str] = &["operations", "product", "program", "solution", "support", "test"];

/// What a public name is declared with.
const DECLARED: &[&str] = &["fn", "struct", "enum", "mod", "trait"];

/// What may stand between `pub` and the declaration.
const QUALIFIERS: &[&str] = &["async", "const", "unsafe"];

/// Finds files and public names with a word that says nothing.
pub(crate) fn names_say_something(house: &House) -> Vec<String> {
    let mut breaches = Vec::new();
    for file in house.sources() {
        let in_path = file.path.split('/').filter(|part| *part != "src" && *part != "tests");
        let parts = in_path.map(|part| part.trim_end_matches(".rs"));
        breaches.extend(parts.filter_map(|part| breach(&file.path, part)));
        breaches.extend(public_names(file).filter_map(|(place, name)| breach(&place, name)));
    }
    breaches
}

fn breach(place: &str, name: &str) -> Option<String> {
    let word = banned_word(name)?;
    Some(format!("{place}: `{name}` says `{word}`, which fits everything: name the thing itself"))
}

/// Returns the first word of `name` that says nothing.
fn banned_word(name: &str) -> Option<String> {
    let words = words(name);
    let before = std::iter::once(None).chain(words.iter().map(Some));
    let found = words.iter().zip(before).find(|(word, before)| {
        let is_role = *word == "manager" && before.is_some_and(|it| ROLES.contains(&it.as_str()));
        BANNED.contains(&word.as_str()) && !is_role
    });
    found.map(|(word, _)| word.clone())
}

/// Returns the words of a name, in lower case: split at `_`, `-` and capitals.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        let begins = !letter.is_alphanumeric() || (letter.is_uppercase() && after_small);
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase() || letter.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns the public names that `file` declares, each with its place.
fn public_names(file: &File) -> impl Iterator<Item = (String, &str)> {
    file.lines().filter_map(|(place, line)| Some((place, public_name(line)?)))
}

fn public_name(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = match rest.strip_prefix('(') {
        Some(scope) => scope.split_once(')')?.1,
        None => rest,
    };
    let mut words = rest.strip_prefix(' ')?.split(' ').skip_while(|it| QUALIFIERS.contains(it));
    DECLARED.contains(&words.next()?).then_some(())?;
    words.next()?.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::planted;

    #[test]
    fn every_name_says_something() {
        planted::holds(names_say_something);
    }

    #[test]
    fn a_name_is_read_word_by_word() {
        for (name, expected) in [
            ("SiteOwner", vec!["site", "owner"]),
            ("length_days", vec!["length", "days"]),
            ("sign-off", vec!["sign", "off"]),
            ("HTTPServer", vec!["httpserver"]),
            ("Sha256Digest", vec!["sha256", "digest"]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn a_name_that_says_nothing_is_caught() {
        for (path, text, breaches) in [
            ("crates/cli/src/util.rs", "", 1),
            ("crates/cli/src/common/table.rs", "", 1),
            ("crates/cli/src/metadata.rs", "", 0),
            ("crates/cli/src/a.rs", "pub struct SiteManager;", 1),
            ("crates/cli/src/a.rs", "pub struct ProductManager;", 0),
            ("crates/cli/src/a.rs", "    pub(crate) async fn load_data(&self) {", 1),
            ("crates/cli/src/a.rs", "pub const fn program_manager() -> Role {", 0),
            ("crates/cli/src/a.rs", "pub const DATA: u8 = 1;", 0),
            ("crates/cli/src/a.rs", "fn load_data() {}", 0),
            ("crates/cli/src/a.rs", "pub enum RoleType {", 0),
            ("crates/cli/src/a.rs", "pub trait Handler<T> {", 1),
            ("crates/cli/src/a.rs", "pub use other::Context;", 0),
        ] {
            let found = names_say_something(&planted::files(&[(path, text)]));
            assert_eq!(found.len(), breaches, "{path} {text}: {found:?}");
        }
    }
}
