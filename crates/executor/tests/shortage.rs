//! A computer that has no open files left for Landfall starts no shell for a while: nothing is concluded
//! from that. A process of its own, which runs one test, since all of it is short then.

#![expect(clippy::disallowed_methods, reason = "a test sets limits to itself")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod scene;

use executor::Cancel;
use executor::testing::came_about_meanwhile;
use scene::{Scene, all, handed_out, here, intent, orders, resumed, script};
use std::fs::File;
use tokio::time::{Duration, Instant};

/// Takes all open files that this process may have.
fn shortage() -> Vec<File> {
    std::iter::repeat_with(|| File::open("/dev/null")).map_while(Result::ok).collect()
}

#[tokio::test]
async fn a_want_of_open_files_is_waited_out_and_makes_no_order_unknown() {
    let process = std::process::id().to_string();
    let limited = std::process::Command::new("prlimit")
        .args(["--pid", &process, "--nofile=256:"])
        .status()
        .unwrap();
    assert!(limited.success());
    let scene = Scene::new();
    // It ends by itself as well, or it would outlive a test that fails.
    let step = "echo x >>\"$HOME/count\"; for _ in $(seq 600); do [ -e \"$HOME/go\" ] && break; sleep 0.05; done";
    let begun = handed_out(&orders("S1", &here(), vec![script(step)]));
    let taken_up = async {
        assert!(came_about_meanwhile(|| !scene.text("home/count").is_empty()).await);
        let taken = shortage();
        // One that nobody was given has failed, and may be tried again.
        let new = handed_out(&orders("S2", &here(), vec![script("true")]));
        let endings = all(&scene.executor, &new).await;
        assert!(
            endings[0].starts_with("unreachable: could not be reached: a shell"),
            "{endings:?}"
        );
        // One that may have begun is asked after as soon as that is possible.
        let until = Instant::now() + Duration::from_secs(60);
        let (order, _) = &begun[0];
        let again = [(intent(order.order()), Cancel::begun_until(until))];
        let executor = scene.restarted();
        let mut resuming = std::pin::pin!(resumed(&executor, &again));
        let early = tokio::time::timeout(Duration::from_secs(3), &mut resuming).await;
        assert!(early.is_err(), "{early:?}");
        drop(taken);
        std::fs::write(scene.path("home/go"), "").unwrap();
        assert_eq!(resuming.await, ["succeeded: Journal"]);
    };
    let (endings, ()) = tokio::join!(all(&scene.executor, &begun), taken_up);
    assert_eq!(endings, ["succeeded: Watched"]);
    assert_eq!(scene.text("home/count"), "x\n");
}
