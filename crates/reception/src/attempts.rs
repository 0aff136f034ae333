//! Attempts that failed: who guesses is made to wait, and nobody else with them.

use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many attempts may fail before the first wait.
const FREE: u32 = 5;

/// The longest wait after another failure.
const WAIT_MAX: SignedDuration = SignedDuration::from_secs(900);

/// The most names and addresses remembered; beyond, those that may try again are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// Attempts that failed, by name and by address.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failed: Mutex<HashMap<String, Failed>>,
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    until: Timestamp,
}

impl Attempts {
    /// Returns how long `keys` have to wait at `now` before they may try again, where they have to.
    pub(crate) fn wait(&self, keys: &[String], now: Timestamp) -> Option<SignedDuration> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = keys.iter().filter_map(|it| failed.get(it)).map(|it| it.until);
        waits.filter(|it| *it > now).max().map(|it| it.duration_since(now))
    }

    /// Notes that an attempt under `keys` failed at `now`.
    pub(crate) fn failed(&self, keys: &[String], now: Timestamp) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() > REMEMBERED_MAX {
            failed.retain(|_, it| it.until + WAIT_MAX > now);
        }
        for key in keys {
            let known = failed.entry(key.clone()).or_insert(Failed { times: 0, until: now });
            known.times = known.times.saturating_add(1);
            let doublings = known.times.saturating_sub(FREE).min(10);
            if known.times > FREE {
                let wait = SignedDuration::from_secs(1 << doublings).min(WAIT_MAX);
                known.until = now.saturating_add(wait).unwrap_or(now);
            } else {
                known.until = now;
            }
        }
    }

    /// Notes that an attempt under `key` succeeded.
    pub(crate) fn succeeded(&self, key: &str) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_guesses_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour() {
        let attempts = Attempts::default();
        let now: Timestamp = "2027-02-01T08:00:00Z".parse().unwrap();
        let keys = ["account ines".to_owned()];
        let mut waits = Vec::new();
        for _ in 0..16 {
            attempts.failed(&keys, now);
            waits.push(attempts.wait(&keys, now).map_or(0, |it| it.as_secs()));
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(attempts.wait(&["account oto".to_owned()], now), None);
        attempts.succeeded("account ines");
        assert_eq!(attempts.wait(&keys, now), None);
    }
}
