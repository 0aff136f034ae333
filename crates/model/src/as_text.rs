//! How values that are one word in JSON are read and written: straight from and to the text.
//!
//! House rule: parse once at the edge. A record of a million entries holds some millions of them, and
//! none needs a copy of its text to be read.

use serde::de::{Error, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// Reads a `T` from a text.
pub(crate) struct FromText<T>(pub(crate) PhantomData<T>);

impl<T> Visitor<'_> for FromText<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Lets serde read `$name` with its `FromStr` and write it with `$written`.
macro_rules! as_text {
    ($name:ty, |$value:ident, $serializer:ident| $written:expr) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, $serializer: S) -> Result<S::Ok, S::Error> {
                let $value = self;
                $written
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = crate::as_text::FromText(std::marker::PhantomData);
                deserializer.deserialize_str(visitor)
            }
        }
    };
}

pub(crate) use as_text;
