//! The text: keys, shapes, words, YAML itself, and files.

use super::check;
use expect_test::expect;

#[test]
fn a_key_that_is_not_known() {
    check(
        "    sites-at-once: 4",
        "    sites-at-onc: 4",
        &expect![[r#"
        error LF0101: `sites-at-onc` is not a key here
          at landfall.yaml:51:5
          51 |     sites-at-onc: 4
             |     ^^^^^^^^^^^^
          help: did you mean `sites-at-once`?
    "#]],
    );
}

#[test]
fn a_key_that_is_not_known_far_from_any() {
    check(
        "variables: {root: /srv}",
        "variables: {root: /srv}\nbandwidth: 3",
        &expect![[r#"
        error LF0101: `bandwidth` is not a key here
          at landfall.yaml:5:1
          5 | bandwidth: 3
            | ^^^^^^^^^
    "#]],
    );
}

#[test]
fn a_value_of_another_shape() {
    check(
        "    needs: [dns]",
        "    needs: dns",
        &expect![[r#"
        error LF0102: the text `dns` stands here, where a list is expected
          at landfall.yaml:32:12
          32 |     needs: dns
             |            ^^^
    "#]],
    );
}

#[test]
fn a_number_that_is_none() {
    check(
        "    sites-at-once: 4",
        "    sites-at-once: many",
        &expect![[r#"
        error LF0102: the text `many` stands here, where a whole number is expected
          at landfall.yaml:51:20
          51 |     sites-at-once: many
             |                    ^^^^
    "#]],
    );
}

#[test]
fn a_key_that_is_missing() {
    check(
        "  - id: first\n    kind: pilot\n",
        "  - id: first\n",
        &expect![[r#"
        error LF0103: the key `kind` is missing here
          at landfall.yaml:45:5
          45 |   - id: first
             |     ^^
    "#]],
    );
}

#[test]
fn a_name_that_cannot_be_one() {
    check(
        "  - {id: ann}",
        "  - {id: ann of hill}",
        &expect![[r#"
        error LF0104: `ann of hill` cannot be a name: use 1 to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or a digit
          at landfall.yaml:20:10
          20 |   - {id: ann of hill}
             |          ^^^^^^^^^^^
        error LF0202: there is no person `ann`
          at landfall.yaml:53:34
          53 |   - {id: A1, ring: first, owner: ann, deputy: bob, computers: 2, link: {rate: 10 Mbit/s, kind: d
             |                                  ^^^
          help: known here: `bob`, `ca1`, `ca2`, `cus`, `dev`, `ops`, `pgm`, `rel`, `tst`
    "#]],
    );
}

#[test]
fn a_word_that_is_not_known() {
    check(
        "kind: broad",
        "kind: braod",
        &expect![[r#"
        error LF0104: `braod` is not one of the words that may stand here
          at landfall.yaml:49:11
          49 |     kind: braod
             |           ^^^^^
          help: did you mean `broad`?
    "#]],
    );
}

#[test]
fn a_text_that_is_not_yaml() {
    check(
        "title: A right plan",
        "title: A right: plan",
        &expect![[r#"
        error LF0105: this is not YAML: mapping values are not allowed in this context
          at landfall.yaml:2:15
          2 | title: A right: plan
            |               ^
          help: indent with spaces, quote texts that hold `: ` or begin with a special character
    "#]],
    );
}

#[test]
fn a_key_written_twice() {
    check(
        "    sites-at-once: 4",
        "    sites-at-once: 4\n    sites-at-once: 8",
        &expect![[r#"
        error LF0106: `sites-at-once` stands twice in one place
          at landfall.yaml:52:5
          52 |     sites-at-once: 8
             |     ^^^^^^^^^^^^^
          help: keep one of them
    "#]],
    );
}

#[test]
fn a_tag() {
    check(
        "title: A right plan",
        "title: !!str A right plan",
        &expect![[r#"
        error LF0108: tags (`!…`) are not read
          at landfall.yaml:2:14
          2 | title: !!str A right plan
            |              ^^^^^^^^^^^^
          help: remove the tag: the plan knows what each value is
    "#]],
    );
}

#[test]
fn a_merge_key() {
    check(
        "variables: {root: /srv}",
        "variables: {root: /srv, <<: {a: b}}",
        &expect![[r#"
        error LF0108: merge keys are not read
          at landfall.yaml:4:25
          4 | variables: {root: /srv, <<: {a: b}}
            |                         ^^
          help: use a step template, or write the keys out
    "#]],
    );
}

#[test]
fn a_second_document() {
    check(
        "freezes:",
        "---\nfreezes:",
        &expect![[r#"
        error LF0108: a second document begins here
          at landfall.yaml:55:1
          55 | ---
             | ^^^
          help: write one document in each file, without `---` inside
    "#]],
    );
}

#[test]
fn a_file_that_is_not_there() {
    check(
        "strategy: {on: 2027-01-04, by: [program-manager], infrastructure: in advance, sites: in rings}",
        "strategy: {from: strategy.yaml}",
        &expect![[r#"
        error LF0109: the file `strategy.yaml` cannot be read: there is no such file in the plan's folder
          at landfall.yaml:24:18
          24 | strategy: {from: strategy.yaml}
             |                  ^^^^^^^^^^^^^
          help: check the name; paths are relative to the plan's folder
    "#]],
    );
}

#[test]
fn a_file_outside_the_folder() {
    check(
        "strategy: {on: 2027-01-04, by: [program-manager], infrastructure: in advance, sites: in rings}",
        "strategy: {from: ../strategy.yaml}",
        &expect![[r#"
        error LF0505: the file `../strategy.yaml` cannot be read: it lies outside the plan's folder
          at landfall.yaml:24:18
          24 | strategy: {from: ../strategy.yaml}
             |                  ^^^^^^^^^^^^^^^^
          help: put the file into the plan's folder and write its relative path
    "#]],
    );
}
