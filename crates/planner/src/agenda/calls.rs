//! Which orders a look names that must not begin any more.
//!
//! House rule: a halt takes effect between steps; what has begun comes to its end.

/// Which orders a look calls back where nothing goes on any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallsBack {
    /// None: whatever is given has begun.
    Nothing,
    /// Those that stand behind another one of their computer.
    Behind,
    /// All: each may still wait for a worker.
    All,
}
