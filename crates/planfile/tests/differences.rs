//! What differs between two plans, and what a change voids.

use expect_test::{Expect, expect};
use model::plan::MasterProjectPlan;
use planfile::{DiskFolder, Folder, MemoryFolder, diff, load, verify_deliverables};

const RIGHT: &str = include_str!("right.yaml");

fn plan(text: &str) -> MasterProjectPlan {
    let loaded = load(&MemoryFolder::default().with("landfall.yaml", text), "landfall.yaml");
    loaded.plan.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

fn check(changes: &[(&str, &str)], expected: &Expect) {
    let changed = changes.iter().fold(RIGHT.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let diff = diff(&plan(RIGHT), &plan(&changed));
    let mut story = String::new();
    for section in &diff.sections {
        story += &format!("{}\n", section.section);
        story.extend(section.sentences.iter().map(|it| format!("  {it}\n")));
    }
    let voided: Vec<String> = diff.voided.iter().map(ToString::to_string).collect();
    story += &format!("voided: {}\n", voided.join(", "));
    expected.assert_eq(&story);
}

#[test]
fn what_is_only_written_otherwise_does_not_differ() {
    let reordered = RIGHT
        .replace("{id: rel, roles:", "{roles:")
        .replace("user-experience]}", "user-experience], id: rel} # the hands");
    let (one, other) = (plan(RIGHT), plan(&format!("# A comment.\n{reordered}")));
    assert_eq!(one.digest(), other.digest());
    assert!(diff(&one, &other).is_empty());
}

#[test]
fn another_soak_and_owner_are_said_and_only_the_soak_voids() {
    check(
        &[("owner: bob, computers: 2", "owner: ann, computers: 2")],
        &expect![[r#"
        sites
          Site `B1`: owner changed from `bob` to `ann`.
        voided: 
    "#]],
    );
    check(
        &[("    sites-at-once: 4", "    sites-at-once: 6\n    soak: 48h")],
        &expect![[r#"
        rings
          Ring `second`: sites at once changed from 4 to 6.
          Ring `second`: soak changed from 24 h to 48 h.
        voided: RFC-1
    "#]],
    );
}

// Proves: R-PGM2, X-11
#[test]
fn what_was_added_removed_and_moved_is_said() {
    check(
        &[
            ("  - {id: ann}\n", "  - {id: ann}\n  - {id: cy, name: Cy}\n"),
            ("      - {use: hello, with: {name: '${site.title}'}}\n", ""),
            ("title: A right plan", "title: A better plan"),
            ("computers: 2, link: {rate: 10 Mbit/s", "computers: 3, link: {rate: 20 Mbit/s"),
            ("freezes:", "limits: {site-deadline: 12h}\nfreezes:"),
            ("quorum: 2", "quorum: 1"),
        ],
        &expect![[r#"
            plan
              Title changed from `A right plan` to `A better plan`.
            limits
              Site deadline changed from 24 h to 12 h.
            people
              The person `cy` was added.
            rfcs
              RFC `RFC-1`: levels changed from quorum 2, role `change-authority` to quorum 1, role `change-authority`.
            sites
              Site `A1`: the computer `pc-03` was added.
              Site `A1`, link: rate changed from 10000 kbit/s to 20000 kbit/s.
            templates
              Site template `branch`: the step on each computer `hello` was removed.
            voided: RFC-1
        "#]],
    );
}

#[test]
fn the_files_of_a_release_are_compared_with_the_plan() {
    let plan = plan(RIGHT);
    let said = |folder: &dyn Folder| -> String {
        verify_deliverables(folder, &plan).iter().map(ToString::to_string).collect()
    };
    let with = |bytes: &str| MemoryFolder::default().with("app.pkg", bytes);
    assert_eq!(said(&with("abc")), "");
    let stories = said(&with("abd")) + &said(&with("abcd")) + &said(&MemoryFolder::default());
    expect![[r#"
        error LF0502: the deliverable `app` has the SHA-256 a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9; the plan says ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
          in app.pkg
          help: put the released file there, or correct the plan and have it approved again
        error LF0504: the deliverable `app` has 4 bytes; the plan says 3
          in app.pkg
          help: put the released file there, or correct the plan and have it approved again
        error LF0503: the deliverable `app` cannot be read: there is no such file in the plan's folder
          in app.pkg
          help: put the file there, or correct `file` in the release
    "#]].assert_eq(&stories);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.pkg"), "abc").unwrap();
    assert_eq!(said(&DiskFolder::new(folder.path()).unwrap()), "");
}
