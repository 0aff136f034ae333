//! Computers that mean no good: they flood, hang, close and write nonsense.
//!
//! Each does so at the first session only, so that it can be asked afterwards what became of the
//! order: it never began, and the record says so.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod scene;

use executor::Cancel;
use executor::testing::{Peculiarities, start_peculiar};
use model::order::{Ending, Order, Outcome};
use scene::{Scene, copy, intent, order, over, said, script};

/// Gives an order to a computer whose first session does `what`, and returns the order with what is
/// said of it.
async fn given_to_one_that(what: &str) -> (Order, String) {
    let scene = Scene::new();
    let configuration = format!(
        "ForceCommand if mkdir \"$HOME/first\" 2>/dev/null; then {what}; else exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"; fi"
    );
    let servers = start_peculiar(1, &Peculiarities { configuration }).unwrap();
    let work = script("echo done >>\"$HOME/done\"");
    let mut order = order("site/B1/step#1", over(&servers.addresses[0]), work);
    order.time_limit_s = 2;
    let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
    assert!(!matches!(report.outcome, Outcome::Succeeded { .. }), "{what}: {report:?}");
    assert!(!servers.home.join("done").exists(), "{what}: nothing was done");
    let kept = scene.output(&order).await;
    assert!(kept.is_empty(), "{what}: {} bytes of nonsense are kept", kept.len());
    (order, said(&report))
}

#[tokio::test]
async fn a_computer_that_floods_hangs_closes_or_writes_nonsense_has_done_nothing() {
    for (what, expected) in [
        ("yes | tr -d '\\n'", "not done: "),
        ("yes landfall-0123456789abcdef ended 0", "not done: "),
        ("exec sleep 600", "not done: "),
        ("exit 0", "refused: "),
        ("head -c 3000000 /dev/urandom; exit 0", "refused: "),
    ] {
        let (order, said) = given_to_one_that(what).await;
        assert!(said.starts_with(expected), "{what}: {} is {said}", order.id);
        assert!(said.len() < 2_000, "{what}: {} bytes are said", said.len());
        assert!(!said.chars().any(char::is_control), "{what}: {said:?}");
    }
}

/// What is said of a file that goes to a computer whose `sha256sum` does `what`: alone, and behind a
/// step. Nothing may be at its target then.
async fn copied_to_one_whose_digest(what: &str) -> [String; 2] {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    let configuration =
        "ForceCommand PATH=\"$HOME/lies:$PATH\" exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\""
            .to_owned();
    let servers = start_peculiar(1, &Peculiarities { configuration }).unwrap();
    let (lies, to) = (servers.home.join("lies"), servers.home.join("to"));
    std::fs::create_dir(&lies).unwrap();
    std::fs::write(lies.join("sha256sum"), format!("#!/bin/sh\n{what}\n")).unwrap();
    std::fs::set_permissions(lies.join("sha256sum"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::write(scene.path("file"), "what is meant to arrive").unwrap();
    let place = || over(&servers.addresses[0]);
    let alone = order("site/B1/file#1", place(), copy(&scene.path("file"), &to));
    let report = scene.executor.carry_out(&intent(&alone), &Cancel::new()).await;
    let before = order("site/B1/step#2", place(), script("true"));
    let behind = order("site/B1/file#3", place(), copy(&scene.path("file"), &to));
    let together = [before, behind].map(|it| (intent(&it), Cancel::new()));
    let mut endings = Vec::new();
    scene.executor.carry_out_all(&together, |ending| endings.push(ending)).await;
    assert!(!to.exists(), "{what}: nothing takes the place of the file");
    let [Ending::Ended(well), Ending::Ended(last)] = endings.as_slice() else {
        panic!("{what}: {endings:?}")
    };
    assert!(matches!(well.outcome, Outcome::Succeeded { .. }), "{what}: {well:?}");
    [said(&report), said(last)]
}

#[tokio::test]
async fn a_computer_that_lies_about_digests_has_not_got_the_file() {
    for what in [
        "printf '%064d  -\\n' 0",
        "exit 1",
        "yes '' | head -c 300000",
        "head -c 300000 /dev/urandom",
        "printf '\\033]0;owned\\007%09000d' 0",
        "printf 'landfall-%s copied\\n' 0123456789abcdef",
    ] {
        for said in copied_to_one_whose_digest(what).await {
            let is_known = said.starts_with("digest: has other bytes than the release: ");
            assert!(is_known || said.starts_with("unknown: "), "{what}: {said}");
            assert!(said.len() < 2_000, "{what}: {} bytes are said", said.len());
            assert!(!said.chars().any(char::is_control), "{what}: {said:?}");
        }
    }
}
