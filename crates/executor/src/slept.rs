//! How long this computer has slept.

use rustix::time::{ClockId, clock_gettime};

/// How often both clocks are looked at where something comes between.
const LOOKS_MAX: usize = 4;

/// By how much two looks at one clock may be apart, in milliseconds.
const APART_MS: i64 = 20;

/// Returns for how many milliseconds this computer was suspended since it was started.
///
/// The clock that everything here waits by stands still meanwhile; another one does not (`CLOCK_MONOTONIC`
/// and `CLOCK_BOOTTIME` of `clock_gettime(2)`).
pub(crate) fn slept_ms() -> i64 {
    let mut slept = 0;
    for _ in 0..LOOKS_MAX {
        let (before, in_all, after) =
            (ms(ClockId::Monotonic), ms(ClockId::Boottime), ms(ClockId::Monotonic));
        slept = in_all - before;
        // Whoever is put aside between two looks has not slept.
        if after - before <= APART_MS {
            break;
        }
    }
    slept
}

fn ms(clock: ClockId) -> i64 {
    let at = clock_gettime(clock);
    at.tv_sec.saturating_mul(1_000).saturating_add(at.tv_nsec / 1_000_000)
}
