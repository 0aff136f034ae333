//! Rings, sites and limits.

use super::check;
use expect_test::expect;

#[test]
fn an_empty_ring() {
    check(
        "ring: second, owner",
        "ring: first, owner",
        &expect![[r#"
        error LF0301: the ring `second` has no sites
          at landfall.yaml:48:9
          48 |   - id: second
             |         ^^^^^^
          help: give it sites (`ring:` of a site), or remove it
    "#]],
    );
}

#[test]
fn a_site_in_no_ring() {
    check(
        "ring: second, owner",
        "owner",
        &expect![[r#"
        error LF0302: the site `B1` is in no ring, so it would never be deployed
          at landfall.yaml:54:10
          54 |   - {id: B1, owner: bob, computers: 2}
             |          ^^
          help: add `ring:` to the site, or to `site-defaults`
    "#]],
    );
}

// Proves: P2-D7
#[test]
fn a_site_without_an_owner() {
    check(
        "owner: bob, computers",
        "computers",
        &expect![[r#"
        error LF0303: the site `B1` has no owner, so nobody could sign for it
          at landfall.yaml:54:10
          54 |   - {id: B1, ring: second, computers: 2}
             |          ^^
          help: add `owner:` with the id of a person
    "#]],
    );
}

// Proves: P2-D7
#[test]
fn an_owner_of_the_project() {
    check(
        "owner: bob, computers",
        "owner: rel, computers",
        &expect![[r#"
        error LF0304: the owner of site `B1`, `rel`, is also Release Management (SOD-5)
          at landfall.yaml:54:35
          54 |   - {id: B1, ring: second, owner: rel, computers: 2}
             |                                   ^^^
          help: name somebody of the site: the project never signs for it
    "#]],
    );
}

#[test]
fn a_deputy_who_is_the_owner() {
    check(
        "deputy: bob",
        "deputy: ann",
        &expect![[r#"
        error LF0309: the deputy of site `A1` is its owner
          at landfall.yaml:53:47
          53 |   - {id: A1, ring: first, owner: ann, deputy: ann, computers: 2, link: {rate: 10 Mbit/s, kind: d
             |                                               ^^^
          help: name somebody else, or nobody
    "#]],
    );
}

#[test]
fn rings_out_of_order() {
    let between = "\n    windows: [{dates: [2027-01-31], from: '00:00', to: '05:00'}]\n  - id: second\n    kind: ";
    check(
        &format!("pilot{between}broad"),
        &format!("broad{between}pilot"),
        &expect![[r#"
        warning LF0305: the pilot ring `second` comes after the broad ring `first`
          at landfall.yaml:49:11
          49 |     kind: pilot
             |           ^^^^^
          help: rings are deployed in this order: pilot first, then early, then broad
    "#]],
    );
}

#[test]
fn a_limit_of_zero() {
    check(
        "    sites-at-once: 4",
        "    sites-at-once: 0",
        &expect![[r#"
        error LF0306: with a limit of 0 nothing would ever run
          at landfall.yaml:51:20
          51 |     sites-at-once: 0
             |                    ^
          help: write at least 1, or leave the key out for its default
    "#]],
    );
}

#[test]
fn a_threshold_that_never_stops() {
    check(
        "    sites-at-once: 4",
        "    halting: {failed-percent: 100}",
        &expect![[r#"
        warning LF0307: with 100 % every site may be failed and the ring never halts
          at landfall.yaml:51:31
          51 |     halting: {failed-percent: 100}
             |                               ^^^
          help: leave it out for the default of its kind
    "#]],
    );
}

#[test]
fn a_share_of_more_than_everything() {
    check(
        "    sites-at-once: 4",
        "    halting: {lost-percent: 120}",
        &expect![[r#"
        error LF0104: 120 % is more than everything
          at landfall.yaml:51:29
          51 |     halting: {lost-percent: 120}
             |                             ^^^
          help: write a whole number from 0 to 100
    "#]],
    );
}

#[test]
fn a_site_without_computers() {
    check(
        "owner: bob, computers: 2",
        "owner: bob",
        &expect![[r#"
        error LF0308: the site `B1` has 0 computers
          at landfall.yaml:54:10
          54 |   - {id: B1, ring: second, owner: bob}
             |          ^^
          help: write how many there are, from 1 to 100000, or list them
    "#]],
    );
}
