//! Where in the written plan something stands, so that every complaint can point at it.
//!
//! House rule: a message that a person must act on names the file, the line and the column.

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A stretch of one line of a source. Lines and columns count from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    /// The position of the file among the sources.
    pub(crate) file: u32,
    /// The line.
    pub(crate) line: u32,
    /// The column of the first character.
    pub(crate) column: u32,
    /// How many characters it takes on that line, at least 1.
    pub(crate) length: u32,
}

/// The name under which [`At`] asks the tree's deserializer for a span. No struct of ours has it.
pub(crate) const AT: &str = "$landfall::At";

/// A value, and where it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct At<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it was written.
    pub(crate) at: Span,
}

impl<T> At<T> {
    /// Returns `value` as written at `at`.
    pub(crate) fn new(value: T, at: Span) -> Self {
        Self { value, at }
    }

    /// Returns what `change` makes of the value, at the same place.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), at: self.at }
    }
}

impl<T> std::ops::Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(AT, AtVisitor(PhantomData))
    }
}

struct AtVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AtVisitor<T> {
    type Value = At<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<At<T>, A::Error> {
        let mut number = || parts.next_element::<u32>().map(Option::unwrap_or_default);
        let at = Span { file: number()?, line: number()?, column: number()?, length: number()? };
        let value = parts.next_element()?;
        let value = value.ok_or_else(|| serde::de::Error::invalid_length(4, &self))?;
        Ok(At { value, at })
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}
