//! How long this computer has slept.

use rustix::time::{ClockId, clock_gettime};

/// Returns for how many milliseconds this computer was suspended since it was started.
///
/// The clock that everything here waits by stands still meanwhile; another one does not (`CLOCK_MONOTONIC`
/// and `CLOCK_BOOTTIME` of `clock_gettime(2)`).
pub(crate) fn slept_ms() -> i64 {
    let [awake, in_all] = [ClockId::Monotonic, ClockId::Boottime].map(|clock| {
        let at = clock_gettime(clock);
        at.tv_sec.saturating_mul(1_000).saturating_add(at.tv_nsec / 1_000_000)
    });
    in_all - awake
}
