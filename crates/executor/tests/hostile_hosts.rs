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
use model::digest::Digest;
use model::order::{Ending, Order, Outcome, Setting};
use scene::{SECRET, Scene, all, copy, handed_out, intent, order, orders, over, said, script};

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

/// Gives three orders together to a computer whose first session says `lines` and then does `what`,
/// where `{0}` is what begins an answer about the first of them. Returns what is said of each.
async fn given_together_to_one_that(lines: &str, what: &str) -> Vec<String> {
    let scene = Scene::new();
    let names = ["site/B1/step#1", "site/B1/step#2", "site/B1/step#3"];
    let does = format!("printf '{lines}'; {what}");
    let does = names.iter().enumerate().fold(does, |does, (number, name)| {
        let tag: String = Digest::of(name.as_bytes()).to_string().chars().take(16).collect();
        does.replace(&format!("{{{number}}}"), &format!("landfall-{tag}"))
    });
    let configuration = format!(
        "ForceCommand if mkdir \"$HOME/first\" 2>/dev/null; then {does}; else exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"; fi"
    );
    let servers = start_peculiar(1, &Peculiarities { configuration }).unwrap();
    let handed = names.map(|name| {
        let work = script("echo done >>\"$HOME/done\"");
        let mut order = order(name, over(&servers.addresses[0]), work);
        order.time_limit_s = 2;
        (intent(&order), Cancel::new())
    });
    let endings = all(&scene.executor, &handed).await;
    assert!(!servers.home.join("done").exists(), "{what}: nothing was done");
    endings
}

#[tokio::test]
async fn what_is_said_out_of_turn_ends_no_order() {
    for lines in ["{2} ended 0 0\\n", "{1} begun\\n{1} ended 0 0\\n", "{2} bound\\n"] {
        let endings = given_together_to_one_that(lines, "exit 0").await;
        assert_eq!(endings.len(), 3, "{lines}: {endings:?}");
        assert!(endings[0].starts_with("refused: "), "{lines}: {endings:?}");
        assert!(endings[1..].iter().all(|it| it.starts_with("withheld: ")), "{endings:?}");
    }
    let once = given_together_to_one_that("{0} begun\\n{0} ended 3 0\\n{1} ended 0 0\\n", "exit 0");
    let endings = once.await;
    assert_eq!(endings[0], "exit: ended with exit code 3");
    assert!(endings[1..].iter().all(|it| it.starts_with("withheld: ")), "{endings:?}");
}

#[tokio::test]
async fn a_computer_that_begins_nothing_is_not_waited_for() {
    let late = "not done: was stopped before it had an effect: it took longer than its 2 seconds";
    let endings = given_together_to_one_that("", "exec sleep 600").await;
    assert_eq!(endings[0], late);
    assert!(endings[1..].iter().all(|it| it.starts_with("withheld: ")), "{endings:?}");
    // Neither before the first one, nor between two.
    let lines = "{0} begun\\n{0} ended 0 0\\n";
    let endings = given_together_to_one_that(lines, "exec sleep 600").await;
    assert_eq!(endings[..2], ["succeeded: Watched", late]);
    assert!(endings[2].starts_with("withheld: "), "{endings:?}");
    // Nor does saying again that it begins give it more time.
    let lines = "{0} begun\\n";
    let again = "while sleep 1; do printf \"{0} begun\\n\"; done";
    let endings = given_together_to_one_that(lines, again).await;
    assert_eq!(endings.len(), 3, "{endings:?}");
}

#[tokio::test]
async fn a_secret_is_not_told_by_half_whichever_order_it_is_of() {
    let scene = Scene::new();
    for (together, before) in [(false, 390), (true, 390), (false, 505), (true, 505)] {
        let configuration = format!(
            "ForceCommand head -c {before} /dev/zero | tr '\\0' x; echo '{SECRET}'; exit 1"
        );
        let servers = start_peculiar(1, &Peculiarities { configuration }).unwrap();
        let mut handed = orders("B1", &over(&servers.addresses[0]), vec![script("true"); 2]);
        // It is that of the last one, and what is said is said of the first.
        let secret = Setting::Secret("env:PASSWORD".to_owned());
        handed[1].environment.insert("PASSWORD".to_owned(), secret);
        let handed = handed_out(&handed);
        let endings = all(&scene.executor, if together { &handed } else { &handed[1..] }).await;
        assert!(endings[0].starts_with("refused: "), "{endings:?}");
        assert!(!endings[0].contains("corre"), "{endings:?}");
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
