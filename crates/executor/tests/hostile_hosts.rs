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
use model::order::{Order, Outcome};
use scene::{Scene, intent, order, over, said, script};

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
