//! Something that follows from what holds it, computed when it is first asked for and kept.
//!
//! It is no part of what holds it: two that differ in nothing else are equal, and clones share it.
//!
//! House rule: what is kept is what would be computed anew.

use std::sync::{Arc, OnceLock};

/// Something that is computed once.
#[derive(Clone, Debug)]
pub struct Kept<T>(Arc<OnceLock<T>>);

impl<T> Kept<T> {
    /// Returns what is kept, or what `anew` computes.
    pub fn or_anew(&self, anew: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(anew)
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> PartialEq for Kept<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Kept<T> {}
