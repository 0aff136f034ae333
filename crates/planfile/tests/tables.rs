//! Tables in the place of lists: what they say, what is wrong with them, and how many rows they bear.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it says")]

use expect_test::expect;
use planfile::{Loaded, MemoryFolder, Severity, load};

const RIGHT: &str = include_str!("right.yaml");

/// Returns the right plan with its sites and people in tables.
fn with_tables(sites: &str, people: &str) -> Loaded {
    let mut text = RIGHT.to_owned();
    let (from, until) = (text.find("sites:\n").unwrap(), text.find("freezes:").unwrap());
    text.replace_range(
        from..until,
        "sites: {from: sites.csv}\nsite-defaults: {zone: America/Denver}\n",
    );
    let (from, until) = (text.find("people:\n").unwrap(), text.find("success-criteria:").unwrap());
    text.replace_range(from..until, "people: {from: people.csv}\n");
    let folder = MemoryFolder::default()
        .with("landfall.yaml", text)
        .with("sites.csv", sites)
        .with("people.csv", people);
    load(&folder, "landfall.yaml")
}

const PEOPLE: &str = "\
id,name,roles,mail
pgm,Pia,solution-manager program-manager product-manager,
dev,,developer,
tst,,tester test-manager,
rel,,release-management operations-experience user-experience,
cus,,customer,
ops,,operations-manager support-manager,
ca1,,change-authority,
ca2,,CA,ca2@example.example
ann,,,
bob,,,
";

fn said(loaded: &Loaded) -> String {
    loaded.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("")
}

// Proves: P2-D1
#[test]
fn a_table_says_what_a_list_would_say() {
    let loaded = with_tables(
        "id,title,ring,owner,deputy,computers,users,link,link-kind,windows,prestaged,needs,var.printer\n\
         A1,\"Ames, IA\",first,ann,bob,2,10,2.5 Mbit/s,dsl,2027-02-06 22:00-04:00; always,true,dns idp,laser\n\
         B1,,second,bob,,1,,,,,,,\n",
        PEOPLE,
    );
    assert_eq!(said(&loaded), "");
    let plan = loaded.plan.unwrap();
    let site = serde_json::to_string_pretty(&plan.sites[0]).unwrap();
    expect![[r#"
        {
          "id": "A1",
          "title": "Ames, IA",
          "zone": "America/Denver",
          "owner": "ann",
          "deputy": "bob",
          "users": 10,
          "computers": [
            {
              "id": "pc-01",
              "host": "pc-01.a1"
            },
            {
              "id": "pc-02",
              "host": "pc-02.a1"
            }
          ],
          "link": {
            "kbit_per_s": 2500,
            "kind": "dsl",
            "share_in_window_percent": 60,
            "share_outside_percent": 25
          },
          "template": "branch",
          "needs": [
            "dns",
            "idp"
          ],
          "windows": [
            {
              "dates": [
                "2027-02-06"
              ],
              "from": "22:00",
              "to": "04:00"
            },
            "always"
          ],
          "prestaged": true,
          "variables": {
            "printer": "laser"
          }
        }"#]]
    .assert_eq(&site);
    assert_eq!(plan.people[7].mail(), Some("ca2@example.example"));
}

#[test]
fn every_fault_of_a_table_is_named_with_its_row_and_field() {
    let loaded = with_tables(
        "id,title,ring,ownr,owner,computers,link,zone,windows\n\
         A1,\"Ames, IA\",first,,ann,two,,,\n\
         B 1,,second,,bob,1,,,\n\
         B2,,secnd,,bob,1,fast,CST,tomorrow\n\
         B2,,second,,bop,1,,,\n\
         B3,,second,,bob,1,,,,too many\n\
         ,,second,,bob,1,,,\n",
        PEOPLE,
    );
    expect![[r#"
        error LF0112: there is no column `ownr`
          at sites.csv:1:15
          1 | id,title,ring,ownr,owner,computers,link,zone,windows
            |               ^^^^
          help: did you mean `owner`?
        error LF0104: `two` is not a whole number that is possible here
          at sites.csv:2:26
          2 | A1,"Ames, IA",first,,ann,two,,,
            |                          ^^^
        error LF0104: `B 1` cannot be a name: use 1 to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or a digit
          at sites.csv:3:1
          3 | B 1,,second,,bob,1,,,
            | ^^^
        error LF0202: there is no ring `secnd`
          at sites.csv:4:5
          4 | B2,,secnd,,bob,1,fast,CST,tomorrow
            |     ^^^^^
          help: did you mean `second`?
        error LF0104: `fast` is not a rate: write one such as `512 kbit/s`, `2.5 Mbit/s` or `1 Gbit/s`
          at sites.csv:4:18
          4 | B2,,secnd,,bob,1,fast,CST,tomorrow
            |                  ^^^^
        error LF0401: `CST` is not an IANA time zone: write one such as `America/Chicago`
          at sites.csv:4:23
          4 | B2,,secnd,,bob,1,fast,CST,tomorrow
            |                       ^^^
        error LF0402: `tomorrow` is not a window: write one such as `2027-03-14 06:30-12:00`, several with `;` between
          at sites.csv:4:27
          4 | B2,,secnd,,bob,1,fast,CST,tomorrow
            |                           ^^^^^^^^
        error LF0201: the site `B2` is there already, in line 4
          at sites.csv:5:1
          5 | B2,,second,,bop,1,,,
            | ^^
          help: give each its own name
        error LF0202: there is no person `bop`
          at sites.csv:5:13
          5 | B2,,second,,bop,1,,,
            |             ^^^
          help: did you mean `bob`?
        error LF0112: this row has more fields than there are columns
          at sites.csv:6:22
          6 | B3,,second,,bob,1,,,,too many
            |                      ^^^^^^^^
          help: quote fields that hold a comma
        error LF0103: this row has nothing in column `id`
          at sites.csv:7:1
          7 | ,,second,,bob,1,,,
            | ^
    "#]].assert_eq(&said(&loaded));
}

#[test]
fn what_is_said_of_a_link_that_is_not_there_is_a_fault() {
    let loaded = with_tables(
        "id,ring,owner,deputy,computers,link,uplink,share-outside-percent\n\
         A1,first,ann,bob,2,10 Mbit/s,,50\n\
         B1,second,bob,,1,,,70\n",
        PEOPLE,
    );
    expect![[r#"
        error LF0103: `share-outside-percent` is about column `link`, which says nothing in this row
          at sites.csv:3:20
          3 | B1,second,bob,,1,,,70
            |                    ^^
          help: write `link` in this row, or leave `share-outside-percent` empty
    "#]]
    .assert_eq(&said(&loaded));
    assert!(loaded.plan.is_none());
}

#[test]
fn no_number_of_warnings_hides_a_fault() {
    let mut sites = "id,ring,zone,owner,deputy,computers,windows\n\
                     A1,first,America/Chicago,ann,bob,1,\n"
        .to_owned();
    for number in 0..700 {
        sites += &format!("B{number},second,America/Chicago,bob,,1,2027-03-14 02:00-06:00\n");
    }
    let (last, right) = (sites.clone() + "Z,second,America/Chicago,,,1,\n", sites);
    let of = |sites: &str| {
        let loaded = with_tables(sites, PEOPLE);
        let errors = loaded.diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
        (loaded.diagnostics.len(), errors, loaded.plan.is_some())
    };
    assert_eq!(of(&right), (500, 0, true));
    assert_eq!(of(&last), (500, 1, false));
}

#[test]
fn a_hundred_thousand_sites_load() {
    let mut sites = String::from("id,ring,owner,computers,zone\n");
    let mut people = PEOPLE.to_owned();
    for number in 0..100_000 {
        let zone = ["America/Chicago", "Europe/Vienna", "Asia/Tokyo"][number % 3];
        let ring = if number < 100 { "first" } else { "second" };
        sites.push_str(&format!("S{number},{ring},owner{number},3,{zone}\n"));
        people.push_str(&format!("owner{number},,,\n"));
    }
    let loaded = with_tables(&sites, &people);
    assert_eq!(said(&loaded), "");
    let plan = loaded.plan.unwrap();
    assert_eq!((plan.sites.len(), plan.sites_of_ring(0).count()), (100_000, 100));
}

#[test]
fn a_hundred_thousand_faults_are_counted_and_the_first_are_shown() {
    let mut sites = String::from("id,ring,owner,computers\n");
    for number in 0..100_000 {
        sites.push_str(&format!("S{number},{},owner{number},3\n", ["first", "second"][number % 2]));
    }
    let loaded = with_tables(&sites, PEOPLE);
    assert_eq!(loaded.diagnostics.len(), planfile::DIAGNOSTICS_MAX);
    let last = loaded.diagnostics.last().unwrap().to_string();
    expect![[r#"
        error LF0202: there is no person `owner499`
          at sites.csv:501:13
          501 | S499,second,owner499,3
              |             ^^^^^^^^
          help: 99500 more were found and are not listed
    "#]]
    .assert_eq(&last);
}
