//! Storylines of rehearsals: what they say, and what is said of wrong ones.

use expect_test::expect;
use model::plan::MasterProjectPlan;
use planfile::{MemoryFolder, load, storyline};

fn plan() -> MasterProjectPlan {
    let folder = MemoryFolder::default().with("landfall.yaml", include_str!("right.yaml"));
    load(&folder, "landfall.yaml").plan.expect("because that plan is right")
}

fn said(text: &str) -> String {
    let folder = MemoryFolder::default()
        .with("storm.yaml", text)
        .with("landfall.yaml", include_str!("right.yaml"));
    let loaded = storyline(&folder, "storm.yaml", &plan());
    assert_eq!(loaded.storyline.is_some(), loaded.diagnostics.is_empty());
    let turns = loaded.storyline.into_iter().flat_map(|it| it.turns);
    let turns: String = turns.map(|it| format!("{:?} {:?}\n", it.cue, name(&it.act))).collect();
    turns + &loaded.diagnostics.iter().map(ToString::to_string).collect::<String>()
}

fn name(act: &model::storyline::Act) -> String {
    let text = format!("{act:?}");
    text.chars().take(100).collect()
}

#[test]
fn a_storyline_says_when_what_goes_otherwise() {
    let text = "\
storyline:
  - {when: site/A1 started, after: 20m, outage: 30m}
  - {at: 2027-02-07T06:10:00Z, fail: {scope: site/A1, step: fetch, times: 2}}
  - {when: ring/first opened, lose: {scope: site/A1, for: 2h}}
  - {when: ring/first soak started, incident: {scope: site/A1, severity: 1, text: no sales}}
  - {when: site/A1 started, refuse: {site: A1, reason: it prints twice}}
  - {at: 2027-02-15T08:00:00Z, absent: {person: ann, for: 10d}}
  - {when: deployment opened, hold: {scope: ring/first, reason: stock-taking, for: 3d}}
  - {at: 2027-03-09T12:00:00Z, revise: {plan: landfall.yaml, reason: another limit}}
";
    expect![[r#"
        After { scope: Site(SiteId("A1")), happens: "started", later_s: 1200 } "Outage { length_s: 1800 }"
        At(2027-02-07T06:10:00Z) "FailSteps { scope: Site(SiteId(\"A1\")), computer: None, step: Some(StepId(\"fetch\")), times: 2 }"
        After { scope: Ring(RingId("first")), happens: "opened", later_s: 0 } "LoseComputers { scope: Site(SiteId(\"A1\")), computer: None, length_s: 7200 }"
        After { scope: Ring(RingId("first")), happens: "soak started", later_s: 0 } "Incident { scope: Site(SiteId(\"A1\")), severity: 1, text: \"no sales\" }"
        After { scope: Site(SiteId("A1")), happens: "started", later_s: 0 } "Refuse { site: SiteId(\"A1\"), reason: \"it prints twice\" }"
        At(2027-02-15T08:00:00Z) "Absent { person: PersonId(\"ann\"), length_s: 864000 }"
        After { scope: Deployment, happens: "opened", later_s: 0 } "Hold { scope: Ring(RingId(\"first\")), reason: \"stock-taking\", length_s: 259200 }"
        At(2027-03-09T12:00:00Z) "Revise { plan: MasterProjectPlan { deployment: DeploymentId(\"D1\"), title: \"A right plan\", company: \""
    "#]].assert_eq(&said(text));
}

#[test]
fn whatever_is_wrong_with_a_storyline_is_said_with_its_line_and_column() {
    let text = "\
storyline:
  - {when: site/A1 exploded, outage: 30m}
  - {at: 2027-02-07T06:10:00Z, fail: {scope: site/A9, step: fetsh}}
  - {at: 2027-02-07T06:10:00Z, fail: {scope: site/A1, step: fetsh, computer: pc-99}}
  - {at: tomorrow, outage: 30m}
  - {outage: 30m}
  - {at: 2027-02-07T06:10:00Z}
  - {at: 2027-02-07T06:10:00Z, outage: 30m, absent: {person: an, for: 1d}}
  - {at: 2027-02-07T06:10:00Z, incident: {scope: ring/first, severity: 9, text: smoke}}
  - {at: 2027-02-07T06:10:00Z, lose: {scope: ring/first, for: 1h}}
  - {at: 2027-02-07T06:10:00Z, revise: {plan: nowhere.yaml, reason: why not}}
  - {at: 2027-02-07T06:10:00Z, explode: now}
";
    expect![[r#"
        error LF0104: `exploded` is nothing that can happen to site/A1
          at storm.yaml:2:12
          2 |   - {when: site/A1 exploded, outage: 30m}
            |            ^^^^^^^^^^^^^^^^
          help: what can happen to it: schedule acknowledged, schedule changed, gate opened, started, phase finished, window ended, next window began, halted, resumed, rollback started, rollback verified, rollback failed, rescheduled, deployed, observation started, signed off, refused, issues resolved, revisited, material change, reconfirmed, exempted
        error LF0202: there is no site called `A9`
          at storm.yaml:3:46
          3 |   - {at: 2027-02-07T06:10:00Z, fail: {scope: site/A9, step: fetsh}}
            |                                              ^^^^^^^
          help: did you mean `A1`?
        error LF0202: there is no step called `fetsh`
          at storm.yaml:3:61
          3 |   - {at: 2027-02-07T06:10:00Z, fail: {scope: site/A9, step: fetsh}}
            |                                                             ^^^^^
        error LF0202: there is no step called `fetsh`
          at storm.yaml:4:61
          4 |   - {at: 2027-02-07T06:10:00Z, fail: {scope: site/A1, step: fetsh, computer: pc-99}}
            |                                                             ^^^^^
          help: did you mean `fetch`?
        error LF0202: there is no computer called `pc-99`
          at storm.yaml:4:78
          4 | …site/A1, step: fetsh, computer: pc-99}}
            |                                  ^^^^^
          help: known here: `pc-01`, `pc-02`
        error LF0104: a turn of the storyline has one time
          at storm.yaml:5:5
          5 |   - {at: tomorrow, outage: 30m}
            |     ^
          help: write `at: 2027-01-31T06:00:00Z`, or `when: site/B03 started`, which may have an `after`
        error LF0104: `tomorrow` is not an instant: write one with its offset, such as `2027-01-31T06:00:00Z` or `2027-01-31T00:00:00-06:00`
          at storm.yaml:5:10
          5 |   - {at: tomorrow, outage: 30m}
            |          ^^^^^^^^
        error LF0104: a turn of the storyline has one time
          at storm.yaml:6:5
          6 |   - {outage: 30m}
            |     ^
          help: write `at: 2027-01-31T06:00:00Z`, or `when: site/B03 started`, which may have an `after`
        error LF0104: a turn of the storyline does exactly one thing
          at storm.yaml:7:5
          7 |   - {at: 2027-02-07T06:10:00Z}
            |     ^
          help: write one of `fail`, `lose`, `incident`, `refuse`, `absent`, `hold`, `outage` and `revise`
        error LF0104: a turn of the storyline does exactly one thing
          at storm.yaml:8:5
          8 |   - {at: 2027-02-07T06:10:00Z, outage: 30m, absent: {person: an, for: 1d}}
            |     ^
          help: write one of `fail`, `lose`, `incident`, `refuse`, `absent`, `hold`, `outage` and `revise`
        error LF0202: there is no person called `an`
          at storm.yaml:8:62
          8 |   - {at: 2027-02-07T06:10:00Z, outage: 30m, absent: {person: an, for: 1d}}
            |                                                              ^^
          help: did you mean `ann`?
        error LF0104: severity 9 does not exist
          at storm.yaml:9:72
          9 | …: {scope: ring/first, severity: 9, text: smoke}}
            |                                  ^
          help: write 1, the worst, to 4
        error LF0104: ring/first has no computers of its own
          at storm.yaml:10:46
          10 |   - {at: 2027-02-07T06:10:00Z, lose: {scope: ring/first, for: 1h}}
             |                                              ^^^^^^^^^^
          help: name a `site/` or a `component/`
        error LF0104: a turn of the storyline does exactly one thing
          at storm.yaml:11:5
          11 |   - {at: 2027-02-07T06:10:00Z, revise: {plan: nowhere.yaml, reason: why not}}
             |     ^
          help: write one of `fail`, `lose`, `incident`, `refuse`, `absent`, `hold`, `outage` and `revise`
        error LF0104: a turn of the storyline does exactly one thing
          at storm.yaml:12:5
          12 |   - {at: 2027-02-07T06:10:00Z, explode: now}
             |     ^
          help: write one of `fail`, `lose`, `incident`, `refuse`, `absent`, `hold`, `outage` and `revise`
        error LF0101: `explode` is not a key here
          at storm.yaml:12:32
          12 |   - {at: 2027-02-07T06:10:00Z, explode: now}
             |                                ^^^^^^^
          help: known here: `at`, `when`, `after`, `fail`, `lose`, `incident`, `refuse`, `absent`, `hold`, `outage`, `revise`
        error LF0109: the file `nowhere.yaml` cannot be read: there is no such file in the plan's folder
          in nowhere.yaml
          help: check the name; paths are relative to the plan's folder
    "#]].assert_eq(&said(text));
}
