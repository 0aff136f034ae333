//! Documents: the binder, and each document as JSON, HTML or PDF.

use super::{Json, Noes, Path, Query};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{AsOf, ListOf, Page};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use documents::{BinderLine, DocumentName, Paper, Reading};
use reception::{PaperForm, PaperWanted, Reception};
use schemars::SchemaGenerator;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use utoipa::IntoParams;
use views::listing::{Field, Item, Key, Listed, Use};

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

/// A document in the list of all. Its line is made where somebody looks at it.
pub(crate) struct Bound<'p> {
    paper: &'p Paper<'p>,
    document: DocumentName,
    line: OnceLock<BinderLine>,
}

impl<'p> Bound<'p> {
    fn of(paper: &'p Paper<'p>, document: DocumentName) -> Self {
        Self { paper, document, line: OnceLock::new() }
    }

    fn line(&self) -> &BinderLine {
        self.line.get_or_init(|| documents::line(self.paper, self.document.clone()))
    }

    fn into_line(self) -> BinderLine {
        let Self { paper, document, line } = self;
        line.into_inner().unwrap_or_else(|| documents::line(paper, document))
    }
}

impl Listed for Bound<'_> {
    const FIELDS: &'static [Field] = &[
        Field { name: "document", about: "Its name, such as `site/B27`.", asked: Use::Both },
        Field {
            name: "code",
            about: "What it is in the catalogue, such as `D-02`.",
            asked: Use::Both,
        },
        Field { name: "title", about: "Its title, in English.", asked: Use::Both },
        Field {
            name: "status",
            about: "Where it stands, such as `in-signature`.",
            asked: Use::Both,
        },
        Field { name: "signed", about: "How many signatures it has.", asked: Use::Both },
        Field { name: "needed", about: "How many it needs.", asked: Use::Both },
        Field { name: "person", about: "Somebody whose signature it lacks.", asked: Use::Filter },
    ];
}

impl Item for Bound<'_> {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::made(&self.document),
            1 => Key::text(&self.line().code),
            2 => Key::text(&self.line().title),
            3 => {
                let status = documents::status(self.paper, &self.document);
                Key::made(serde_json::json!(status).as_str().unwrap_or_default())
            }
            4 => Key::count(self.line().signed),
            5 => Key::count(self.line().needed),
            _ => Key::None,
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.document.to_string().into()
    }

    fn is(&self, field: usize, wanted: &str) -> bool {
        match field {
            6 => {
                self.line().missing.iter().flat_map(|it| &it.people).any(|it| it.as_str() == wanted)
            }
            field => self.key(field).is(wanted),
        }
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text)
    }
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<BinderLine>>();
}

/// How the list of documents is asked.
type BinderWanted = ListOf<Bound<'static>>;
type BinderBody = Described<Page<BinderLine>>;

/// Look through the binder
///
/// Every document of the deployment: where it stands, and whose signatures it lacks, since when.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/documents", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), BinderWanted, AsOf),
    responses((status = 200, description = "A page of the binder, in the order of the process.", body = BinderBody), Noes))]
pub(crate) async fn binder(sight: Sight, wanted: BinderWanted) -> Result<Response, Problem> {
    let reading = Reading::default();
    let paper = Paper { state: sight.state(), now: sight.now, reading: &reading };
    let all = documents::all(&paper).into_iter().map(|it| Bound::of(&paper, it)).collect();
    let page = Page::of(wanted.page(all)?, Bound::into_line).up_to(sight.state().seq);
    Ok(sight.answer(Json(page)))
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
    responses((status = 200, description = "The document.", body = serde_json::Value), Noes))]
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
