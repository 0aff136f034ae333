//! The command line holds together, and every command shows how it is used.

mod doors;

use super::{CommandLine, GROUPS, command};
use clap::FromArgMatches as _;

#[test]
fn the_command_line_holds_together() {
    command().debug_assert();
}

#[test]
fn every_command_stands_in_the_overview_and_has_an_example() {
    let whole = command();
    let listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    for it in whole.get_subcommands() {
        assert!(listed.contains(&it.get_name()), "{} is in no group", it.get_name());
        has_examples(it, it.get_name());
    }
}

fn has_examples(command: &clap::Command, name: &str) {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let is_hidden = command.is_hide_set();
    assert!(is_hidden || after.contains("Examples:"), "`landfall {name}` shows no example");
    assert!(is_hidden || after.contains("landfall "), "`landfall {name}` shows no command");
    for it in command.get_subcommands() {
        has_examples(it, &format!("{name} {}", it.get_name()));
    }
}

#[test]
fn every_example_can_be_typed_as_it_stands() {
    let mut examples = examples(super::EXAMPLES);
    collect(&command(), &mut examples);
    assert!(examples.len() > 60, "only {} examples were found", examples.len());
    for example in examples {
        // A key in full would not fit a line of help.
        if example.contains('…') {
            continue;
        }
        let read = command().try_get_matches_from(words(&example));
        let read = read.and_then(|it| CommandLine::from_arg_matches(&it));
        let asks_for_help = example.starts_with("landfall help ");
        match read {
            Ok(_) => assert!(!asks_for_help, "{example}"),
            Err(error) => assert!(asks_for_help && !error.use_stderr(), "{example}\n{error}"),
        }
    }
}

fn collect(command: &clap::Command, found: &mut Vec<String>) {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    found.extend(examples(&after));
    command.get_subcommands().for_each(|it| collect(it, found));
}

/// Returns the lines of `text` that begin with the program's name.
fn examples(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|it| it.strip_prefix("  "));
    let lines = lines.filter(|it| it.starts_with("landfall "));
    lines.map(|it| it.split(" > ").next().unwrap().to_owned()).collect()
}

/// Returns the words of a line as a shell would, as far as examples go.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('"').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
