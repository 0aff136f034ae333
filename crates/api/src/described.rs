//! Bodies as the document describes them.
//!
//! The words of the model describe themselves as JSON Schema, the dialect of OpenAPI 3.1. Here a
//! route names such a body, and [`document`](crate::document) puts its description in place.

use schemars::JsonSchema;
use std::borrow::Cow;
use std::marker::PhantomData;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// What stands for a description until the document is put together.
pub(crate) const PLACEHOLDER: &str = "described elsewhere";

/// A body that describes itself as JSON Schema.
pub(crate) struct Described<T>(PhantomData<T>);

impl<T: JsonSchema> PartialSchema for Described<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().description(Some(PLACEHOLDER)).into()
    }
}

impl<T: JsonSchema> ToSchema for Described<T> {
    fn name() -> Cow<'static, str> {
        T::schema_name()
    }
}
