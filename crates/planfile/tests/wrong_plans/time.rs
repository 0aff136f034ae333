//! Zones, windows, freezes, and work that does not fit.

use super::check;
use expect_test::expect;

#[test]
fn an_unknown_time_zone() {
    check(
        "zone: America/Chicago",
        "zone: CST",
        &expect![[r#"
        error LF0401: `CST` is not an IANA time zone: write one such as `America/Chicago`
          at landfall.yaml:3:7
          3 | zone: CST
            |       ^^^
    "#]],
    );
}

#[test]
fn a_misspelled_time_zone() {
    check(
        "zone: America/Chicago",
        "zone: america/chicago",
        &expect![[r#"
        error LF0401: the time zone `america/chicago` is spelled `America/Chicago`
          at landfall.yaml:3:7
          3 | zone: america/chicago
            |       ^^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn a_window_that_contradicts_itself() {
    check(
        "{dates: [2027-01-31], from",
        "{from",
        &expect![[r#"
        error LF0402: a window names its days: `dates`, `first` with `last`, or `weekdays`
          at landfall.yaml:47:16
          47 |     windows: [{from: '00:00', to: '05:00'}]
             |                ^^^^
    "#]],
    );
}

#[test]
fn a_window_with_an_impossible_time() {
    check(
        "{dates: [2027-01-31], from: '00:00'",
        "{dates: [2027-01-31], from: '25:00'",
        &expect![[r#"
        error LF0402: `25:00` is not a time of day: write hours and minutes from 00:00 to 23:59 (a window that is to end at midnight ends at 00:00)
          at landfall.yaml:47:43
          47 |     windows: [{dates: [2027-01-31], from: '25:00', to: '05:00'}]
             |                                           ^^^^^^^
    "#]],
    );
}

// Proves: P2-Q6
#[test]
fn work_that_cannot_fit() {
    check(
        "size-bytes: 3,",
        "size-bytes: 3, stands-in-for-bytes: 40000000000,",
        &expect![[r#"
        error LF0403: 1778 min of transfer, 2 min of work and 30 min of margin do not fit the 300 min of the longest window of site `A1`
          at landfall.yaml:53:10
          53 |   - {id: A1, ring: first, owner: ann, deputy: bob, computers: 2, link: {rate: 10 Mbit/s, kind: d
             |          ^^
          help: pre-stage the payload (`prestaged: true`), widen the window, or split the work
    "#]],
    );
}

// Proves: X-12
#[test]
fn a_window_in_a_gap() {
    check(
        "{dates: [2027-03-14], from: '00:00'",
        "{dates: [2027-03-14], from: '02:30'",
        &expect![[r#"
        warning LF0404: this window begins at 2027-03-14 02:30, which the clocks in America/Chicago do not show
          at landfall.yaml:50:15
          50 |     windows: [{dates: [2027-03-14], from: '02:30', to: '05:00'}]
             |               ^
          help: the narrowest reading is taken; choose another time to be sure what people expect
    "#]],
    );
}

#[test]
fn a_window_in_a_fold() {
    check(
        "{dates: [2027-03-14], from: '00:00'",
        "{dates: [2027-11-07], from: '01:30'",
        &expect![[r#"
        warning LF0404: this window begins at 2027-11-07 01:30, which the clocks in America/Chicago show twice
          at landfall.yaml:50:15
          50 |     windows: [{dates: [2027-11-07], from: '01:30', to: '05:00'}]
             |               ^
          help: the narrowest reading is taken; choose another time to be sure what people expect
    "#]],
    );
}

#[test]
fn windows_that_are_all_frozen() {
    check(
        "{dates: [2027-01-31]",
        "{dates: [2027-02-13, 2027-02-14]",
        &expect![[r#"
        error LF0405: every window of ring `first` at sites in America/Chicago lies in a freeze (`sale`)
          at landfall.yaml:45:9
          45 |   - id: first
             |         ^^^^^
          help: move the windows or the freeze
    "#]],
    );
}

#[test]
fn a_ring_without_windows() {
    check(
        "    windows: [{dates: [2027-01-31], from: '00:00', to: '05:00'}]\n",
        "",
        &expect![[r#"
        error LF0406: the site `A1` has no window, neither its own nor its ring's
          at landfall.yaml:52:10
          52 |   - {id: A1, ring: first, owner: ann, deputy: bob, computers: 2, link: {rate: 10 Mbit/s, kind: d
             |          ^^
          help: add `windows:` to its ring; `[always]` means at any time
    "#]],
    );
}
