//! Canonical JSON (RFC 8785) written in one go, where every number is an integer below 2^53.
//!
//! Every entry, sheet and question is written so, and a rehearsal writes millions of them. Nothing is
//! built to be written: an object's fields go where they are to stand, and are moved into their order
//! at its end, where they came in another one.
//!
//! House rule: the same bytes as the library's, which still writes what has other numbers or names.

use serde::ser::{self, Serialize, Serializer};
use std::fmt::{self, Display};
use std::io::Write as _;
use std::ops::Range;

/// The first integer that a double cannot tell from its neighbour.
const EXACT_BELOW: u64 = 1 << 53;

/// Returns `value` as canonical JSON; nothing where a number in it is no integer below 2^53, or a name
/// is not plain ASCII.
pub(super) fn written(value: &(impl Serialize + ?Sized)) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(512);
    value.serialize(Writer(&mut bytes)).ok()?;
    Some(bytes)
}

/// What is left to the library.
#[derive(Debug)]
struct Left;

impl Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is left to the library")
    }
}

impl std::error::Error for Left {}

impl ser::Error for Left {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

struct Writer<'a>(&'a mut Vec<u8>);

impl Writer<'_> {
    fn whole(self, number: impl Display, size: u64) -> Result<(), Left> {
        if size >= EXACT_BELOW {
            return Err(Left);
        }
        write!(self.0, "{number}").map_err(|_| Left)
    }

    fn text(self, text: &str) -> Result<(), Left> {
        serde_json::to_writer(self.0, text).map_err(|_| Left)
    }
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Left;
    type SerializeSeq = Listing<'a>;
    type SerializeTuple = Listing<'a>;
    type SerializeTupleStruct = Listing<'a>;
    type SerializeTupleVariant = Listing<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    fn serialize_bool(self, v: bool) -> Result<(), Left> {
        self.0.extend_from_slice(if v { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, v: i8) -> Result<(), Left> {
        self.serialize_i64(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<(), Left> {
        self.serialize_i64(v.into())
    }

    fn serialize_i32(self, v: i32) -> Result<(), Left> {
        self.serialize_i64(v.into())
    }

    fn serialize_i64(self, v: i64) -> Result<(), Left> {
        self.whole(v, v.unsigned_abs())
    }

    fn serialize_u8(self, v: u8) -> Result<(), Left> {
        self.serialize_u64(v.into())
    }

    fn serialize_u16(self, v: u16) -> Result<(), Left> {
        self.serialize_u64(v.into())
    }

    fn serialize_u32(self, v: u32) -> Result<(), Left> {
        self.serialize_u64(v.into())
    }

    fn serialize_u64(self, v: u64) -> Result<(), Left> {
        self.whole(v, v)
    }

    fn serialize_f32(self, _: f32) -> Result<(), Left> {
        Err(Left)
    }

    fn serialize_f64(self, _: f64) -> Result<(), Left> {
        Err(Left)
    }

    fn serialize_char(self, v: char) -> Result<(), Left> {
        self.text(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, v: &str) -> Result<(), Left> {
        self.text(v)
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), Left> {
        self.collect_seq(v)
    }

    fn serialize_none(self) -> Result<(), Left> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Left> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Left> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Left> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Left> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Left> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Left> {
        let mut object = Object::begin(self.0, Around::Nothing);
        object.field(variant, value)?;
        object.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Listing<'a>, Left> {
        Ok(Listing::begin(self.0, Around::Nothing))
    }

    fn serialize_tuple(self, _: usize) -> Result<Listing<'a>, Left> {
        Ok(Listing::begin(self.0, Around::Nothing))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Listing<'a>, Left> {
        Ok(Listing::begin(self.0, Around::Nothing))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Listing<'a>, Left> {
        self.0.push(b'{');
        Writer(self.0).text(variant)?;
        self.0.push(b':');
        Ok(Listing::begin(self.0, Around::Variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, Left> {
        Ok(Object::begin(self.0, Around::Nothing))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, Left> {
        Ok(Object::begin(self.0, Around::Nothing))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'a>, Left> {
        self.0.push(b'{');
        Writer(self.0).text(variant)?;
        self.0.push(b':');
        Ok(Object::begin(self.0, Around::Variant))
    }
}

/// What stands around a list or an object.
#[derive(Clone, Copy)]
enum Around {
    Nothing,
    /// The object of a variant's name, which is closed with it.
    Variant,
}

impl Around {
    fn close(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Nothing => {}
            Self::Variant => bytes.push(b'}'),
        }
    }
}

/// A list on its way.
struct Listing<'a> {
    bytes: &'a mut Vec<u8>,
    around: Around,
    is_first: bool,
}

impl<'a> Listing<'a> {
    fn begin(bytes: &'a mut Vec<u8>, around: Around) -> Self {
        bytes.push(b'[');
        Self { bytes, around, is_first: true }
    }

    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Left> {
        if !std::mem::take(&mut self.is_first) {
            self.bytes.push(b',');
        }
        value.serialize(Writer(self.bytes))
    }

    fn finish(self) -> Result<(), Left> {
        self.bytes.push(b']');
        self.around.close(self.bytes);
        Ok(())
    }
}

/// An object on its way.
struct Object<'a> {
    bytes: &'a mut Vec<u8>,
    around: Around,
    /// Where it begins.
    start: usize,
    /// Where the name of each field stands, with its quotes, and where the field ends.
    fields: Vec<(Range<usize>, usize)>,
}

impl<'a> Object<'a> {
    fn begin(bytes: &'a mut Vec<u8>, around: Around) -> Self {
        let start = bytes.len();
        Self { bytes, around, start, fields: Vec::new() }
    }

    fn field(
        &mut self,
        name: &(impl Serialize + ?Sized),
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), Left> {
        self.name(name)?;
        self.value(value)
    }

    fn name(&mut self, name: &(impl Serialize + ?Sized)) -> Result<(), Left> {
        self.bytes.push(if self.fields.is_empty() { b'{' } else { b',' });
        let from = self.bytes.len();
        name.serialize(Writer(self.bytes))?;
        let until = self.bytes.len();
        let written = self.bytes.get(from..until).unwrap_or_default();
        // Of plain ASCII the order of the bytes is that of the standard, which is by UTF-16.
        let is_plain = written.iter().all(|it| it.is_ascii() && *it != b'\\');
        if !is_plain || written.first() != Some(&b'"') {
            return Err(Left);
        }
        self.fields.push((from..until, until));
        Ok(())
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Left> {
        self.bytes.push(b':');
        value.serialize(Writer(self.bytes))?;
        let end = self.bytes.len();
        self.fields.last_mut().ok_or(Left)?.1 = end;
        Ok(())
    }

    fn finish(self) -> Result<(), Left> {
        let Self { bytes, around, start, mut fields } = self;
        if fields.is_empty() {
            bytes.push(b'{');
        }
        let name = |bytes: &[u8], field: &Range<usize>| {
            // Without its quotes: a shorter name comes before a longer one that begins with it.
            bytes.get(field.start + 1..field.end - 1).unwrap_or_default().to_vec()
        };
        let in_order = |one: &(Range<usize>, usize), other: &(Range<usize>, usize)| {
            let of = |it: &Range<usize>| bytes.get(it.start + 1..it.end - 1);
            of(&one.0) < of(&other.0)
        };
        if !fields.is_sorted_by(in_order) {
            let came = bytes.split_off(start);
            fields.sort_by_cached_key(|(it, _)| name(&came, &(it.start - start..it.end - start)));
            let mut last = None;
            for (field, end) in &fields {
                let field_name = came.get(field.start - start..field.end - start);
                // Of two of one name the last one counts: that is left to the library.
                if last == Some(field_name) {
                    return Err(Left);
                }
                bytes.push(if last.is_none() { b'{' } else { b',' });
                bytes.extend_from_slice(came.get(field.start - start..end - start).ok_or(Left)?);
                last = Some(field_name);
            }
        }
        bytes.push(b'}');
        around.close(bytes);
        Ok(())
    }
}

macro_rules! is_listing {
    ($($kind:ident :: $item:ident),*) => {$(
        impl ser::$kind for Listing<'_> {
            type Ok = ();
            type Error = Left;

            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Left> {
                self.item(value)
            }

            fn end(self) -> Result<(), Left> {
                self.finish()
            }
        }
    )*};
}

is_listing!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! is_object {
    ($($kind:ident),*) => {$(
        impl ser::$kind for Object<'_> {
            type Ok = ();
            type Error = Left;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Left> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Left> {
                self.finish()
            }
        }
    )*};
}

is_object!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Left;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Left> {
        self.name(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Left> {
        self.value(value)
    }

    fn end(self) -> Result<(), Left> {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn trees() -> impl Strategy<Value = Value> {
        let number = prop_oneof![
            any::<u32>().prop_map(u64::from),
            (EXACT_BELOW - 3)..(EXACT_BELOW + 3),
            any::<u64>()
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            number.prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,6}|[\\x00-\\x7f]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            let name = "[a-c]{1,2}|[\\x00-\\x7f]{0,3}|[\u{e000}\u{1f600}é]{1,2}";
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(name, inner, 0..5)
                    .prop_map(|it| Value::Object(it.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_has_the_bytes_of_the_library(tree in trees()) {
            if let Some(bytes) = written(&tree) {
                let known = serde_json_canonicalizer::to_vec(&tree).unwrap();
                prop_assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&known));
            }
        }
    }

    #[test]
    fn integers_below_two_to_the_53_are_written_and_other_numbers_are_left_to_the_library() {
        for (tree, is_written) in [
            (json!({ "b": [1, -1], "a": { "ab": 0, "a": null, "a-": {} } }), true),
            (json!({ "\u{1f600}": 0 }), false),
            (json!(EXACT_BELOW - 1), true),
            (json!(EXACT_BELOW), false),
            (json!([i64::MIN]), false),
            (json!(0.5), false),
        ] {
            assert_eq!(written(&tree).is_some(), is_written, "{tree}");
        }
    }

    #[test]
    fn what_came_in_another_order_is_put_in_order_at_every_depth() {
        #[derive(serde::Serialize)]
        enum Kind {
            Plain,
            Of(u8),
            Pair(u8, Option<u8>),
            Named { z: u8, a: BTreeMap<u8, &'static str> },
        }
        #[derive(serde::Serialize)]
        struct Whole {
            z: Vec<Kind>,
            bb: (),
            b: Option<char>,
            a: (bool, &'static str),
        }
        let named = Kind::Named { z: 1, a: [(10, "x"), (9, "\n")].into() };
        let z = vec![Kind::Plain, Kind::Of(1), Kind::Pair(1, None), named];
        let whole = Whole { z, bb: (), b: Some('"'), a: (true, "é") };
        // A number is no name as it is written: the library writes it.
        assert!(written(&whole).is_none());
        let mut whole = whole;
        whole.z.pop();
        let known = serde_json_canonicalizer::to_vec(&whole).unwrap();
        assert_eq!(written(&whole), Some(known));
    }
}
