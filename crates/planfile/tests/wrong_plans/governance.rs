//! The release, the RFCs, the people, and what the entry to deployment asks for.

use super::check;
use expect_test::expect;

#[test]
fn a_malformed_digest() {
    check(
        "sha256: ba78",
        "sha256: BA78",
        &expect![[r#"
        error LF0501: a SHA-256 digest has 64 lower-case hexadecimal digits
          at landfall.yaml:9:55
          9 |     - {id: app, file: app.pkg, size-bytes: 3, sha256: BA7816bf8f01cfea414140de5dae2223b00361a396
            |                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn a_deliverable_outside_the_folder() {
    check(
        "file: app.pkg",
        "file: /etc/passwd",
        &expect![[r#"
        error LF0505: the path `/etc/passwd` leaves the plan's folder
          at landfall.yaml:9:23
          9 |     - {id: app, file: /etc/passwd, size-bytes: 3, sha256: ba7816bf8f01cfea414140de5dae2223b00361
            |                       ^^^^^^^^^^^
          help: write a path relative to the plan's folder, without `..`
    "#]],
    );
}

#[test]
fn a_translation_of_a_question_that_nobody_asks() {
    check(
        "title: A right plan\n",
        "title: A right plan\nsurvey: {questions: [{text: ' '}], translations: {fr: {users: {7: 'Assez vite ?', 32: 'Quoi ?'}}}}\n",
        &expect![[r#"
            error LF0104: a question has 1 to 500 characters
              at landfall.yaml:3:22
              3 | survey: {questions: [{text: ' '}], translations: {fr: {users: {7: 'Assez vite ?', 32: 'Quoi ?'}}
                |                      ^
            error LF0104: users are not asked question 32
              at landfall.yaml:3:55
              3 | survey: {questions: [{text: ' '}], translations: {fr: {users: {7: 'Assez vite ?', 32: 'Quoi ?'}}
                |                                                       ^
        "#]],
    );
}

// Proves: G-06
#[test]
fn a_release_that_nobody_called_ready() {
    check(
        "  readiness: {on: 2027-01-15, decision: go}\n",
        "",
        &expect![[r#"
        warning LF0506: nobody has decided that this release is ready
          at landfall.yaml:6:3
          6 |   name: App
            |   ^
          help: add `readiness:` with the day and the decision of the Release Readiness review
    "#]],
    );
}

#[test]
fn no_way_back() {
    check(
        "run: [install-dns], rollback: {run: [remove-dns]}",
        "run: [install-dns]",
        &expect![[r#"
            warning LF0601: this step has neither a rollback nor a decision to fix forward
              at landfall.yaml:29:18
              29 |     steps: [{id: install, run: [install-dns]}]
                 |                  ^^^^^^^
              help: add `rollback:` to the step (`nothing` if it changes nothing), or `rollback: {forward-fix: reason}` to the whole; the baseline waits for it (E6)
        "#]],
    );
}

#[test]
fn too_few_approvers() {
    check(
        "quorum: 2",
        "quorum: 3",
        &expect![[r#"
            error LF0602: 3 must approve as Change Authority, but only 2 may
              at landfall.yaml:72:47
              72 |     levels: [{role: change-authority, quorum: 3}]
                 |                                               ^
              help: name more people with that role type, or lower the quorum; requester and implementers never approve
        "#]],
    );
}

#[test]
fn a_requester_who_would_have_to_approve() {
    check(
        "requested-by: rel",
        "requested-by: ca1",
        &expect![[r#"
            error LF0603: 2 must approve as Change Authority, but without the requester `ca1` only 1 may
              at landfall.yaml:72:47
              72 |     levels: [{role: change-authority, quorum: 2}]
                 |                                               ^
              help: name more people with that role type, or lower the quorum; requester and implementers never approve
        "#]],
    );
}

#[test]
fn something_that_no_rfc_covers() {
    check(
        "rings: [first, second]}",
        "rings: [first]}",
        &expect![[r#"
        warning LF0604: no RFC covers the ring `second`, so none of its sites can start
          at landfall.yaml:48:9
          48 |   - id: second
             |         ^^^^^^
          help: add it to `covers` of an RFC: nothing runs that was not authorised
    "#]],
    );
}

// Proves: P1-I2, P2-I2
#[test]
fn a_missing_companion_plan() {
    check(
        "support: {document: SUP, hours: always}\n",
        "",
        &expect![[r#"
        warning LF0605: the master project plan has no support plan
          at landfall.yaml:1:1
          1 | deployment: D1
            | ^^^^^^^^^^
          help: add `support:`; to enter deployment without it takes a waiver
    "#]],
    );
}

#[test]
fn no_success_criterion() {
    check(
        "  - {id: SC-1, text: It runs, measure: coverage, target: 100 %}",
        "  []",
        &expect![[r#"
        error LF0606: the plan has no success criterion
          at landfall.yaml:1:1
          1 | deployment: D1
            | ^^^^^^^^^^
          help: add `success-criteria:` with at least one that can be measured; the customer acknowledges it
    "#]],
    );
}

// Proves: R-SM1
#[test]
fn a_role_type_that_nobody_holds() {
    check(
        "roles: [tester, test-manager]",
        "roles: [tester]",
        &expect![[r#"
        warning LF0607: nobody holds these role types: Test Manager
          at landfall.yaml:1:1
          1 | deployment: D1
            | ^^^^^^^^^^
          help: add them to `roles` of people; one person may hold several
    "#]],
    );
}

// Proves: T-2, X-19
#[test]
fn role_types_that_exclude_each_other() {
    check(
        "roles: [developer]",
        "roles: [developer, tester]",
        &expect![[r#"
        error LF0608: `dev` cannot be both Developer and Tester (SOD-3)
          at landfall.yaml:13:34
          13 |   - {id: dev, roles: [developer, tester]}
             |                                  ^^^^^^
          help: give one of the two to somebody else
    "#]],
    );
}

#[test]
fn an_interval_that_ends_before_it_begins() {
    check(
        "    levels:",
        "    window: {from: '2027-02-01T00:00:00Z', until: '2027-01-01T00:00:00Z'}\n    levels:",
        &expect![[r#"
            error LF0407: this interval ends before it begins
              at landfall.yaml:72:13
              72 |     window: {from: '2027-02-01T00:00:00Z', until: '2027-01-01T00:00:00Z'}
                 |             ^
              help: `until` lies after `from`
        "#]],
    );
}

// Proves: P3-D5
#[test]
fn a_quiet_period_that_is_too_short() {
    check(
        "{length-days: 30}",
        "{length-days: 3, minimum-days: 5}",
        &expect![[r#"
            error LF0407: the quiet period lasts 3 days, less than its own minimum of 5
              at landfall.yaml:77:29
              77 | quiet-period: {length-days: 3, minimum-days: 5}
                 |                             ^
              help: raise `length-days` or lower `minimum-days`
            warning LF0609: the quiet period may be shortened to 5 days; the default is no less than 15
              at landfall.yaml:77:46
              77 | quiet-period: {length-days: 3, minimum-days: 5}
                 |                                              ^
              help: whatever is loosened is printed on every later sheet
        "#]],
    );
}

// Proves: P3-D5
#[test]
fn a_quiet_period_whose_rules_are_looser_than_usual() {
    check(
        "{length-days: 30}",
        "{tail-days: {severity-2: 3}, criteria: {availability: 99 %, escalations-last-week: 2}}",
        &expect![[r#"
            warning LF0609: quiet days after a severity 2 incident: 3; the default is 7
              at landfall.yaml:77:40
              77 | quiet-period: {tail-days: {severity-2: 3}, criteria: {availability: 99 %, escalations-last-week:
                 |                                        ^
              help: whatever is loosened is printed on every later sheet
            warning LF0609: availability, in hundredths of a percent: 9900; the default is 9950
              at landfall.yaml:77:69
              77 | …2: 3}, criteria: {availability: 99 %, escalations-last-week: 2}}
                 |                                  ^^^^
              help: whatever is loosened is printed on every later sheet
        "#]],
    );
}

#[test]
fn a_freeze_of_an_unknown_site() {
    check(
        "why: Sale}",
        "why: Sale, scope: {sites: [A9]}}",
        &expect![[r#"
        error LF0202: there is no site `A9`
          at landfall.yaml:56:5
          56 |   - {name: sale, first: 2027-02-12, last: 2027-02-16, why: Sale, scope: {sites: [A9]}}
             |     ^
          help: did you mean `A1`?
    "#]],
    );
}

#[test]
fn a_secret_that_cannot_be_found() {
    check(
        "run: [install-dns], ",
        "run: [install-dns], environment: {TOKEN: {secret: hunter2}}, ",
        &expect![[r#"
        error LF0104: a secret is named as `env:NAME` or `file:/path`
          at landfall.yaml:29:69
          29 | …all-dns], environment: {TOKEN: {secret: hunter2}}, rollback: {run: [remove-dns]}}]
             |                                  ^^^^^^
    "#]],
    );
}

#[test]
fn an_invisible_character() {
    check(
        "title: A right plan",
        "title: A right\u{202e} plan",
        &expect![[r#"
        error LF0111: there is a character here that cannot be seen: U+202E
          at landfall.yaml:2:15
          2 | title: A right\u{202e} plan
            |               ^^^^^^^^
          help: remove it: what people approve must be what they see
    "#]],
    );
}
