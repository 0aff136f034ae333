//! Instants as a snapshot keeps them: seconds and nanoseconds; as text wherever people may read.
//!
//! A state of a hundred thousand sites has half a million of them, and text takes longer to read than all
//! that stands between.
//!
//! House rule: what is signed is written as people read it.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Writes `at`.
pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        at.serialize(serializer)
    } else {
        (at.as_second(), at.subsec_nanosecond()).serialize(serializer)
    }
}

/// Reads an instant.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Timestamp, D::Error> {
    if deserializer.is_human_readable() {
        return Timestamp::deserialize(deserializer);
    }
    let (second, nanosecond) = Deserialize::deserialize(deserializer)?;
    Timestamp::new(second, nanosecond).map_err(D::Error::custom)
}

/// Instants that may be missing.
pub(crate) mod maybe {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Timestamp};

    #[derive(Deserialize, Serialize)]
    #[serde(transparent)]
    struct Instant(#[serde(with = "super")] Timestamp);

    /// Writes `at`.
    #[expect(clippy::ref_option, reason = "serde asks for a reference")]
    pub(crate) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Instant).serialize(serializer)
    }

    /// Reads an instant that may be missing.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<Instant>::deserialize(deserializer)?.map(|it| it.0))
    }
}
