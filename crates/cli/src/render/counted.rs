//! Numbers of things as people say them: one site, two sites.

/// Returns `count` and `word`, in the plural where there is not exactly one.
pub(crate) fn counted(count: usize, word: &str) -> String {
    format!("{count} {}", plural(count, word))
}

/// Returns how many entries of the record there are: one entry, two entries.
pub(crate) fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// Returns `word`, in the plural where there is not exactly one.
pub(crate) fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
