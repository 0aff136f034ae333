//! Attempts that failed: who guesses is made to wait, and nobody else with them.

use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many attempts may fail before the first wait.
const FREE: usize = 5;

/// The longest wait after another failure.
const WAIT_MAX: SignedDuration = SignedDuration::from_secs(900);

/// How many failures are counted: with this many the wait is the longest.
const COUNTED_MAX: usize = FREE + 10;

/// How long after its last failure a name or an address is forgotten: behind one address there are many
/// people who mistype now and then, and none of them guesses.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// The most names and addresses remembered: whoever guesses under many does not fill the memory.
const REMEMBERED_MAX: usize = 10_000;

/// Attempts that failed, by name and by address.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// When they failed, the first one first.
    failed: Mutex<HashMap<String, Vec<Timestamp>>>,
}

impl Attempts {
    fn known(&self) -> MutexGuard<'_, HashMap<String, Vec<Timestamp>>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how long `keys` have to wait at `now` before they may try again, where they have to.
    pub(crate) fn wait(&self, keys: &[String], now: Timestamp) -> Option<SignedDuration> {
        wait(&self.known(), keys, now)
    }

    /// Notes that an attempt under `keys` failed at `now`.
    pub(crate) fn failed(&self, keys: &[String], now: Timestamp) {
        note(&mut self.known(), keys, now);
    }

    /// Notes an attempt under `keys` that begins at `now` as one that failed, until it is
    /// [taken back](Self::taken_back): those that begin while it is decided count it. Where they have to
    /// wait, notes nothing and returns how long.
    pub(crate) fn begun(&self, keys: &[String], now: Timestamp) -> Option<SignedDuration> {
        let mut failed = self.known();
        let wait = wait(&failed, keys, now);
        if wait.is_none() {
            note(&mut failed, keys, now);
        }
        wait
    }

    /// Takes back what was noted of an attempt under `keys` that began at `begun`, as it did not fail.
    pub(crate) fn taken_back(&self, keys: &[String], begun: Timestamp) {
        let mut failed = self.known();
        for key in keys {
            let Some(times) = failed.get_mut(key) else { continue };
            if let Some(place) = times.iter().rposition(|it| *it == begun) {
                times.remove(place);
            }
            if times.is_empty() {
                failed.remove(key);
            }
        }
    }

    /// Forgets what failed under `key`.
    pub(crate) fn forgotten(&self, key: &str) {
        self.known().remove(key);
    }
}

fn is_remembered(times: &[Timestamp], now: Timestamp) -> bool {
    times.last().is_some_and(|it| now.duration_since(*it) < REMEMBERED_FOR)
}

fn wait(
    failed: &HashMap<String, Vec<Timestamp>>,
    keys: &[String],
    now: Timestamp,
) -> Option<SignedDuration> {
    let until = |times: &Vec<Timestamp>| {
        let doublings = times.len().checked_sub(FREE).filter(|it| *it > 0)?;
        let wait = SignedDuration::from_secs(1 << doublings.min(COUNTED_MAX - FREE)).min(WAIT_MAX);
        times.last()?.checked_add(wait).ok()
    };
    let known = keys.iter().filter_map(|it| failed.get(it));
    let waits = known.filter(|it| is_remembered(it, now)).filter_map(until);
    waits.filter(|it| *it > now).max().map(|it| it.duration_since(now))
}

fn note(failed: &mut HashMap<String, Vec<Timestamp>>, keys: &[String], now: Timestamp) {
    for key in keys {
        if failed.len() >= REMEMBERED_MAX && !failed.contains_key(key) {
            make_room(failed, now);
        }
        let times = failed.entry(key.clone()).or_default();
        if !is_remembered(times, now) {
            times.clear();
        }
        if times.len() == COUNTED_MAX {
            times.remove(0);
        }
        times.push(now);
    }
}

/// Forgets what is too old to count, and else the name or address with the fewest failures, the oldest
/// first: whoever guesses under many names does not have another one forgotten by it.
fn make_room(failed: &mut HashMap<String, Vec<Timestamp>>, now: Timestamp) {
    failed.retain(|_, it| is_remembered(it, now));
    if failed.len() >= REMEMBERED_MAX
        && let Some(least) = failed.iter().min_by_key(|(_, it)| (it.len(), it.last().copied()))
    {
        let least = least.0.clone();
        failed.remove(&least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eight() -> Timestamp {
        "2027-02-01T08:00:00Z".parse().unwrap()
    }

    fn keys(key: &str) -> [String; 1] {
        [key.to_owned()]
    }

    #[test]
    fn whoever_guesses_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour() {
        let (attempts, now, ines) = (Attempts::default(), eight(), keys("account ines"));
        let mut waits = Vec::new();
        for _ in 0..17 {
            attempts.failed(&ines, now);
            waits.push(attempts.wait(&ines, now).map_or(0, |it| it.as_secs()));
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        assert_eq!(attempts.wait(&keys("account oto"), now), None);
        attempts.forgotten("account ines");
        assert_eq!(attempts.wait(&ines, now), None);
    }

    #[test]
    fn people_behind_one_address_who_mistype_now_and_then_lock_nobody_out() {
        let (attempts, address) = (Attempts::default(), keys("address 192.0.2.1"));
        let mut now = eight();
        for _ in 0..100 {
            now += REMEMBERED_FOR;
            attempts.failed(&address, now);
            assert_eq!(attempts.wait(&address, now), None);
        }
        assert_eq!(attempts.known()[&address[0]].len(), 1);
    }

    #[test]
    fn of_attempts_that_begin_at_once_no_more_are_decided_than_may_fail() {
        let (attempts, now, ines) = (Attempts::default(), eight(), keys("account ines"));
        let begun = (0..200).filter(|_| attempts.begun(&ines, now).is_none()).count();
        assert_eq!(begun, FREE + 1);
        assert_eq!(attempts.begun(&ines, now), Some(SignedDuration::from_secs(2)));
    }

    #[test]
    fn an_attempt_that_succeeds_leaves_what_failed_before_and_nothing_of_itself() {
        let (attempts, now, address) = (Attempts::default(), eight(), keys("address 192.0.2.1"));
        let later = now + SignedDuration::from_mins(14);
        attempts.failed(&address, now);
        for at in [later, later, later + SignedDuration::from_millis(1)] {
            assert_eq!(attempts.begun(&address, at), None);
            attempts.taken_back(&address, at);
        }
        assert_eq!(attempts.known()[&address[0]], [now]);
    }

    #[test]
    fn whoever_guesses_under_many_names_fills_no_memory_and_hides_no_other() {
        let (attempts, now, ines) = (Attempts::default(), eight(), keys("account ines"));
        (0..COUNTED_MAX).for_each(|_| attempts.failed(&ines, now));
        for number in 0..REMEMBERED_MAX + 100 {
            attempts.failed(&keys(&format!("account {number}")), now);
        }
        assert!(attempts.known().len() <= REMEMBERED_MAX);
        assert!(attempts.wait(&ines, now).is_some());
    }
}
