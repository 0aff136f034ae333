//! A serde deserializer over a tree: every value is read as what the plan expects there.
//!
//! A plain `3.10` is a text where a text is expected, and `no` is a word. There
//! is no guessing of types, and so none that goes wrong.
//!
//! House rule: types before checks; parse once at the edge.

use crate::code::Code;
use crate::decode::{Cuts, DecodeError, Problem};
use crate::diagnostic::quoted;
use crate::span::AT;
use crate::tree::{Entry, Kind, Node};
use crate::written::code_of;
use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::sync::Arc;

/// Reads one node.
#[derive(Clone, Copy)]
pub(crate) struct TreeDeserializer<'de, 'c> {
    node: &'de Node,
    cuts: &'c Cuts,
}

type Decoded<'de, T> = Result<T, DecodeError<'de>>;

impl<'de, 'c> TreeDeserializer<'de, 'c> {
    pub(crate) fn new(node: &'de Node, cuts: &'c Cuts) -> Self {
        Self { node, cuts }
    }

    fn is_kept(self, entry: &Entry) -> bool {
        !self.cuts.has(entry.key.id) && !self.cuts.has(entry.value.id)
    }

    fn wrong<T>(self, expected: &str) -> Decoded<'de, T> {
        let found = match &self.node.kind {
            Kind::Map(_) => "a group of keys".to_owned(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Scalar { .. } if self.node.is_nothing() => "nothing".to_owned(),
            Kind::Scalar { text, .. } => format!("the text {}", quoted(text)),
        };
        let problem = Problem::WrongType { expected: expected.to_owned(), found };
        Err(DecodeError::new(self.node, problem))
    }

    fn number<T: TryFrom<u64> + std::fmt::Display>(self, largest: T) -> Decoded<'de, T> {
        let Kind::Scalar { text, is_plain: true } = &self.node.kind else {
            return self.wrong("a whole number");
        };
        let is_digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        let is_negative = text.strip_prefix('-').is_some_and(|it| it.parse::<u64>().is_ok());
        let refused = |why: String| Err(DecodeError::new(self.node, Problem::Refused { why }));
        match text.parse::<u64>().ok().and_then(|it| T::try_from(it).ok()) {
            Some(number) if is_digits => Ok(number),
            _ if is_digits => {
                refused(format!("{text} is too large: at most {largest} is possible"))
            }
            _ if is_negative => refused(format!("{text} is negative: 0 is the least")),
            _ => self.wrong("a whole number"),
        }
    }

    fn text(self) -> Decoded<'de, &'de str> {
        match self.node.text() {
            Some(text) if !self.node.is_nothing() => Ok(text),
            Some(_) | None => self.wrong("a text"),
        }
    }

    fn list<V: Visitor<'de>>(self, items: &'de [Arc<Node>], visitor: V) -> Decoded<'de, V::Value> {
        let access = Items { items: items.iter(), cuts: self.cuts };
        visitor.visit_seq(access).map_err(|error| error.or_at(self.node))
    }

    fn map<V: Visitor<'de>>(self, entries: &'de [Entry], visitor: V) -> Decoded<'de, V::Value> {
        let access = Entries { entries: entries.iter(), value: None, cuts: self.cuts };
        visitor.visit_map(access).map_err(|error| error.or_at(self.node))
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $kind:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
            let number = self.number(<$kind>::MAX)?;
            visitor.$visit(number).map_err(|error: DecodeError<'de>| error.or_at(self.node))
        }
    )*};
}

impl<'de> Deserializer<'de> for TreeDeserializer<'de, '_> {
    type Error = DecodeError<'de>;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        let visited = match &self.node.kind {
            Kind::List(items) => self.list(items, visitor),
            Kind::Map(entries) => self.map(entries, visitor),
            Kind::Scalar { .. } if self.node.is_nothing() => visitor.visit_unit(),
            Kind::Scalar { text, .. } => visitor.visit_borrowed_str(text),
        };
        visited.map_err(|error| error.or_at(self.node))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        match &self.node.kind {
            Kind::Scalar { text, is_plain: true } if text == "true" => visitor.visit_bool(true),
            Kind::Scalar { text, is_plain: true } if text == "false" => visitor.visit_bool(false),
            Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => self.wrong("`true` or `false`"),
        }
    }

    numbers! {
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        let visited = visitor.visit_borrowed_str(self.text()?);
        visited.map_err(|error: DecodeError<'de>| error.or_at(self.node))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        if self.node.is_nothing() {
            return visitor.visit_none();
        }
        visitor.visit_some(self).map_err(|error| error.or_at(self.node))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        if self.node.is_nothing() { visitor.visit_unit() } else { self.wrong("nothing") }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Decoded<'de, V::Value> {
        if name == AT {
            let at = self.node.at;
            let numbers = [at.file, at.line, at.column, at.length].into_iter();
            let visited = visitor.visit_seq(PlaceThenValue { numbers, value: Some(self) });
            return visited.map_err(|error| error.or_at(self.node));
        }
        let own: Option<Code> = code_of(name);
        visitor.visit_newtype_struct(self).map_err(|mut error: DecodeError<'de>| {
            error.code = error.code.or(own);
            error.or_at(self.node)
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        match &self.node.kind {
            Kind::List(items) => self.list(items, visitor),
            Kind::Scalar { .. } | Kind::Map(_) => self.wrong("a list"),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        match &self.node.kind {
            Kind::Map(entries) => self.map(entries, visitor),
            Kind::Scalar { .. } | Kind::List(_) => self.wrong("a group of keys"),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Decoded<'de, V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Decoded<'de, V::Value> {
        let (word, value) = match &self.node.kind {
            Kind::Scalar { .. } if !self.node.is_nothing() => (self.node, None),
            Kind::Map(entries) => {
                match entries.iter().filter(|it| self.is_kept(it)).collect::<Vec<_>>()[..] {
                    [Entry { key, value }] => (key, Some(&**value)),
                    _ => return self.wrong("exactly one of several keys"),
                }
            }
            Kind::Scalar { .. } | Kind::List(_) => return self.wrong("a word or one key"),
        };
        let choice = Choice { word, value, whole: self };
        visitor.visit_enum(choice).map_err(|error| error.or_at(self.node))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Decoded<'de, V::Value> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit_struct tuple tuple_struct
    }
}

/// The items of a list that were not cut.
struct Items<'de, 'c> {
    items: std::slice::Iter<'de, Arc<Node>>,
    cuts: &'c Cuts,
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = DecodeError<'de>;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Decoded<'de, Option<T::Value>> {
        let cuts = self.cuts;
        let Some(node) = self.items.find(|it| !cuts.has(it.id)) else { return Ok(None) };
        seed.deserialize(TreeDeserializer { node, cuts }).map(Some).map_err(|it| it.or_at(node))
    }
}

/// The entries of a map that were not cut.
struct Entries<'de, 'c> {
    entries: std::slice::Iter<'de, Entry>,
    value: Option<&'de Node>,
    cuts: &'c Cuts,
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = DecodeError<'de>;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Decoded<'de, Option<K::Value>> {
        let cuts = self.cuts;
        let is_kept = |it: &&Entry| !cuts.has(it.key.id) && !cuts.has(it.value.id);
        let Some(Entry { key, value }) = self.entries.find(is_kept) else { return Ok(None) };
        self.value = Some(value);
        let read = seed.deserialize(TreeDeserializer { node: key, cuts });
        read.map(Some).map_err(|error| error.or_at(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Decoded<'de, V::Value> {
        let node = self.value.take().expect("because serde asks for a value after its key");
        let read = seed.deserialize(TreeDeserializer { node, cuts: self.cuts });
        read.map_err(|error| error.or_at(node))
    }
}

/// What [`crate::span::At`] asks for: four numbers, then the value.
struct PlaceThenValue<'de, 'c> {
    numbers: std::array::IntoIter<u32, 4>,
    value: Option<TreeDeserializer<'de, 'c>>,
}

impl<'de> SeqAccess<'de> for PlaceThenValue<'de, '_> {
    type Error = DecodeError<'de>;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Decoded<'de, Option<T::Value>> {
        if let Some(number) = self.numbers.next() {
            let number: U32Deserializer<DecodeError<'de>> = number.into_deserializer();
            return seed.deserialize(number).map(Some);
        }
        self.value.take().map(|value| seed.deserialize(value)).transpose()
    }
}

/// A word, or a key with its value, that chooses a variant.
struct Choice<'de, 'c> {
    word: &'de Node,
    value: Option<&'de Node>,
    whole: TreeDeserializer<'de, 'c>,
}

impl<'de> EnumAccess<'de> for Choice<'de, '_> {
    type Error = DecodeError<'de>;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Decoded<'de, (V::Value, Self)> {
        let word = TreeDeserializer { node: self.word, cuts: self.whole.cuts };
        let variant = seed.deserialize(word).map_err(|error| error.or_at(self.word))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'de, '_> {
    type Error = DecodeError<'de>;

    fn unit_variant(self) -> Decoded<'de, ()> {
        match self.value {
            None => Ok(()),
            Some(value) if value.is_nothing() => Ok(()),
            Some(_) => self.whole.wrong("a single word"),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Decoded<'de, T::Value> {
        match self.value {
            Some(node) => seed.deserialize(TreeDeserializer { node, cuts: self.whole.cuts }),
            None => self.whole.wrong("a key with a value"),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Decoded<'de, V::Value> {
        match self.value {
            Some(node) => TreeDeserializer { node, cuts: self.whole.cuts }.deserialize_seq(visitor),
            None => self.whole.wrong("a key with a value"),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Decoded<'de, V::Value> {
        match self.value {
            Some(node) => TreeDeserializer { node, cuts: self.whole.cuts }.deserialize_map(visitor),
            None => self.whole.wrong("a key with a value"),
        }
    }
}
