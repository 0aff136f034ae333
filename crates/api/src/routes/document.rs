//! Documents: the binder, and each document as JSON, HTML or PDF.

use super::{Json, Noes, Path, Query};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::AsOf;
use crate::problem::Problem;
use crate::sight::Sight;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use documents::{Binder, DocumentName, Paper, Reading};
use reception::{PaperForm, PaperWanted, Reception};
use schemars::SchemaGenerator;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// What a page of a document may load: nothing, and it looks as it was written.
const CONTENT_SECURITY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox";

/// How a document is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `json`, which is the default, `html` or `pdf`.
    form: Option<String>,
    /// The language of what the program itself says: `en` or `de`.
    language: Option<String>,
    /// An earlier issue of it, by its number from 1.
    issue: Option<u32>,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Binder>();
}

type BinderBody = Described<Binder>;

/// Look through the binder
///
/// Every document of the deployment: where it stands, and whose signatures it lacks, since when.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/documents", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), AsOf),
    responses((status = 200, description = "The binder.", body = BinderBody), Noes))]
pub(crate) async fn binder(sight: Sight) -> Result<Response, Problem> {
    let reading = Reading::default();
    let paper = Paper { state: sight.state(), now: sight.now, reading: &reading };
    Ok(sight.answer(Json(documents::binder(&paper))))
}

/// Get a document
///
/// Computed from the record as it is now: canonical JSON, a page of HTML, or PDF/A-3 with that JSON
/// attached. The digest of its `body` as canonical JSON is what is signed.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/documents/{*document}", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("document" = String, Path, description = "The document, such as `site/B27` or `milestone-review`."),
        Wanted,
    ),
    responses((status = 200, description = "The document.", body = String, content_type = "application/json"), Noes))]
pub(crate) async fn document(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path((deployment, name)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let unknown = || Problem::unknown(format!("there is no document {name}"));
    let document: DocumentName = name.parse().map_err(|_| unknown())?;
    let form = match wanted.form.as_deref() {
        None | Some("json") => PaperForm::Json,
        Some("html") => PaperForm::Html,
        Some("pdf") => PaperForm::Pdf,
        Some(_) => return Err(Problem::invalid("`form` is json, html or pdf")),
    };
    let language = wanted.language.as_deref().unwrap_or("en").parse();
    let language =
        language.map_err(|it: documents::InvalidLanguage| Problem::invalid(it.to_string()))?;
    let wanted = PaperWanted { document, form, language, issue: wanted.issue };
    let printed = reception.print(&followed, wanted).await?.ok_or_else(unknown)?;
    let mut response = printed.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(printed.media));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY));
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"{}\"", printed.file)) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
