//! The OpenAPI document, made from the routes, and the pages on which it can be read.

use crate::routes;
use axum::Router;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use std::sync::LazyLock;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, License};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

static DOCUMENT: LazyLock<Value> = LazyLock::new(composed);

/// Returns the OpenAPI 3.1 document of the API.
pub fn document() -> &'static Value {
    &DOCUMENT
}

fn composed() -> Value {
    let (quick, live) = routes::routers();
    let (_, mut document) = OpenApiRouter::new().merge(quick).merge(live).split_for_parts();
    let about = "Deploys a release to many sites and governs how, in one record. What a person may do is said by their role types in the plan of a deployment; what a token may do, by its access.";
    document.info = InfoBuilder::new()
        .title("Landfall")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(about))
        .license(Some(License::new("MIT OR Apache-2.0")))
        .build();
    let token = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let session =
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(reception::COOKIE_SECURE)));
    let known = document.components.take().unwrap_or_default();
    let mut components = ComponentsBuilder::new()
        .security_scheme("token", token)
        .security_scheme("session", session);
    components = components.schemas_from_iter(known.schemas).responses_from_iter(known.responses);
    document.components = Some(components.build());
    let mut document = serde_json::to_value(&document).unwrap_or_default();
    if let Some(schemas) =
        document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
    {
        schemas.extend(described());
    }
    // A name that takes the rest of a path is written as any other in OpenAPI.
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        let named = std::mem::take(paths).into_iter();
        *paths = named.map(|(path, route)| (path.replace("{*", "{"), route)).collect();
    }
    document
}

/// Returns the descriptions of all bodies, each under its name.
fn described() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|it| {
        it.definitions_path = "/components/schemas".into();
        it.meta_schema = None;
    });
    let mut answers = settings.clone().for_serialize().into_generator();
    routes::describe(&mut answers);
    let mut described = answers.take_definitions(true);
    // What is sent may leave out what an answer always has.
    let mut requests = settings.for_deserialize().into_generator();
    routes::describe_requests(&mut requests);
    described.extend(requests.take_definitions(true));
    described
}

/// Returns the pages of the documentation and the document itself. They need no network.
pub(crate) fn pages() -> Router {
    let document = document().clone();
    Router::new()
        .merge(SwaggerUi::new("/api/docs").external_url_unchecked("/api/v1/openapi.json", document))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::described::PLACEHOLDER;

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    found.push(reference.clone());
                }
                fields.values().for_each(|it| references(it, found));
            }
            Value::Array(items) => items.iter().for_each(|it| references(it, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn whatever_the_document_refers_to_is_in_it() {
        let document = document();
        let mut found = Vec::new();
        references(document, &mut found);
        assert!(found.len() > 100, "{}", found.len());
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        assert!(!document.to_string().contains(PLACEHOLDER), "a body is not described");
    }

    #[test]
    fn the_document_is_the_reviewed_one() {
        let text = serde_json::to_string_pretty(document()).unwrap();
        expect_test::expect_file!["../openapi.json"].assert_eq(&(text + "\n"));
    }
}
