//! What was asked of somebody and waits for an answer: for a while, and for one.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How long somebody may take to answer: to find a device and to unlock it.
pub(crate) const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// The most questions that are open; beyond, the oldest is forgotten and has to be asked again.
const OPEN_MAX: usize = 10_000;

/// What was asked, by a name that comes back with the answer.
///
/// It is kept by the server that asked: where several stand behind one address, whoever is sent
/// to another one is asked again.
#[derive(Debug)]
pub(crate) struct Questions<T> {
    open: Mutex<BTreeMap<String, (Timestamp, T)>>,
}

impl<T> Default for Questions<T> {
    fn default() -> Self {
        Self { open: Mutex::default() }
    }
}

impl<T> Questions<T> {
    /// Keeps `what` under `name` until it is answered.
    pub(crate) fn ask(&self, name: String, what: T, now: Timestamp) {
        let until = now.saturating_add(ANSWERED_WITHIN).unwrap_or(now);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= OPEN_MAX {
            open.retain(|_, (until, _)| *until > now);
        }
        if open.len() >= OPEN_MAX {
            let oldest = open.iter().min_by_key(|(_, (until, _))| *until);
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                open.remove(&name);
            }
        }
        open.insert(name, (until, what));
    }

    /// Returns what was asked under `name`, once, where it is still awaited at `now`.
    pub(crate) fn answered(&self, name: &str, now: Timestamp) -> Option<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, what) = open.remove(name)?;
        (until > now).then_some(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn a_question_is_answered_once_and_in_time() {
        let questions = Questions::default();
        questions.ask("a".to_owned(), 1, at(0));
        questions.ask("b".to_owned(), 2, at(0));
        assert_eq!(questions.answered("a", at(4)), Some(1));
        assert_eq!(questions.answered("a", at(4)), None);
        assert_eq!(questions.answered("b", at(5)), None);
    }

    #[test]
    fn whoever_asks_without_end_makes_the_oldest_forgotten_and_nothing_else() {
        let questions = Questions::default();
        for number in 0..=OPEN_MAX {
            let minute = i64::from(number > 0);
            questions.ask(number.to_string(), number, at(minute));
        }
        assert_eq!(questions.answered("0", at(1)), None);
        assert_eq!(questions.answered("1", at(1)), Some(1));
    }
}
