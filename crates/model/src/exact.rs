//! Lists that take no more room than they need.
//!
//! A list that is read does not say how long it is, and what holds it grows by doubling. A plan is kept
//! for as long as its deployment lasts, with a list in each of its sites.
//!
//! House rule: nothing may cost memory in proportion to all sites that nobody uses.

use serde::{Deserialize, Deserializer};

/// Reads a list, and gives back what it does not need.
///
/// # Errors
///
/// As the items of the list.
pub(crate) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let mut list = Vec::deserialize(deserializer)?;
    list.shrink_to_fit();
    Ok(list)
}
