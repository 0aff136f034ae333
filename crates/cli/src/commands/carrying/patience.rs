//! How long somebody waits for a place that does not answer.
//!
//! A volume or a computer far away may hang for ever. That is said after a while, and nothing is tried there
//! a second time before the first try has come back.

use std::ops::ControlFlow;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::watch;

/// How long a place may take: a small file goes to a computer far away.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// How long it may still take when it is over: the server waits twice as long for all of it.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// Waits until `trying` comes back, and says once with how long that takes if it takes too long. Breaks off
/// where it has still not come back when it is `over`.
pub(super) async fn in_time(
    trying: impl Future<Output = ()>,
    mut over: watch::Receiver<bool>,
    late: impl FnOnce(Duration),
) -> ControlFlow<()> {
    let mut trying = pin!(trying);
    tokio::select! {
        () = &mut trying => return ControlFlow::Continue(()),
        limit = limit(over.clone()) => late(limit),
    }
    tokio::select! {
        () = &mut trying => ControlFlow::Continue(()),
        _ = over.wait_for(|it| *it) => ControlFlow::Break(()),
    }
}

/// Waits for as long as a place may take, and returns how long that was.
async fn limit(mut over: watch::Receiver<bool>) -> Duration {
    tokio::select! {
        () = tokio::time::sleep(ANSWERS_WITHIN) => return ANSWERS_WITHIN,
        _ = over.wait_for(|it| *it) => {}
    }
    tokio::time::sleep(ENDS_WITHIN).await;
    ENDS_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test(start_paused = true)]
    async fn what_does_not_come_back_is_said_once_and_waited_for_until_it_is_over() {
        let (end, over) = watch::channel(false);
        let (said, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let (comes_back, back) = oneshot::channel::<()>();
        let trying = async { back.await.unwrap() };
        let waits = tokio::spawn(in_time(trying, over.clone(), {
            let said = said.clone();
            move |limit| said.send(limit).unwrap()
        }));
        assert_eq!(hears.recv().await, Some(ANSWERS_WITHIN));
        assert!(!waits.is_finished(), "it is still the first try that is waited for");
        comes_back.send(()).unwrap();
        assert_eq!(waits.await.unwrap(), ControlFlow::Continue(()));

        let hangs = std::future::pending();
        let waits = tokio::spawn(in_time(hangs, over, move |limit| said.send(limit).unwrap()));
        end.send_replace(true);
        assert_eq!(hears.recv().await, Some(ENDS_WITHIN));
        assert_eq!(waits.await.unwrap(), ControlFlow::Break(()));
        assert_eq!(hears.recv().await, None, "nothing else was said");
    }
}
