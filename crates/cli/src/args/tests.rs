//! The command line holds together, and every command shows how it is used.

use super::{GROUPS, command};

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
