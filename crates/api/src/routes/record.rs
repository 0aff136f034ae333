//! The record byte for byte, for whoever keeps a copy and computes the chain anew.

use super::{Json, Noes, Path, Query};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{ListOf, Page, StretchOf, limit};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};
use reception::{Carriage, Reception};
use record::{Kept, Record, RecordError};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use views::listing::{Field, Item, Key, Listed, Use};

/// How many contents come with a stretch of the record, unless one change has brought more.
const CONTENTS_MAX: u32 = 10_000;

/// A stretch of the record, byte for byte.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// The entries, the oldest first, each as the canonical JSON that is hashed.
    pub entries: Vec<String>,
    /// The number of the last entry of the record.
    pub last: Seq,
    /// The chain's hash at the last of these entries.
    pub hash: Digest,
    /// What came with these entries and the record refers to, to be asked for by its digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<Digest>,
    /// The openings of private values that came with these entries, as far as they are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<OpeningOf>,
}

/// The opening of a private value.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OpeningOf {
    /// Whose it is: a person by their short name, or who is behind `incident/12` or `feedback/3`.
    pub whose: Whom,
    /// The canonical JSON whose SHA-256 stands in the record.
    pub opening: String,
}

/// A place out of the server's reach to which the record's checkpoints are carried.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CarriageLine {
    /// The place, as the server was told it.
    pub place: String,
    /// How many entries the newest checkpoint there is of.
    pub entries: Seq,
    /// When it was carried there; nothing where none was yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Why the newest one is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl CarriageLine {
    fn of((place, it): (String, Carriage)) -> Self {
        let Carriage { entries, at, trouble } = it;
        Self { place, entries, at, trouble }
    }
}

impl From<CarriageLine> for (String, Carriage) {
    fn from(it: CarriageLine) -> Self {
        let CarriageLine { place, entries, at, trouble } = it;
        (place, Carriage { entries, at, trouble })
    }
}

impl Listed for CarriageLine {
    const FIELDS: &'static [Field] = &[
        Field { name: "place", about: "The place.", asked: Use::Both },
        Field {
            name: "entries",
            about: "How many entries the newest checkpoint there is of.",
            asked: Use::Order,
        },
        Field { name: "at", about: "When it was carried there.", asked: Use::Order },
    ];
}

impl Item for CarriageLine {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::text(&self.place),
            1 => Key::Number(self.entries),
            _ => self.at.map_or(Key::None, Key::Instant),
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.place.as_str().into()
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text)
    }
}

/// How the list of places is asked.
type CarriagesWanted = ListOf<CarriageLine>;

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Stretch>();
    generator.subschema_for::<Page<CarriageLine>>();
}

type StretchBody = Described<Stretch>;
type CarriagesBody = Described<Page<CarriageLine>>;

/// List the places to which checkpoints are carried
///
/// Whoever holds a checkpoint that left the server notices if the record is written anew.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/carriages", tag = "record",
    params(("deployment" = String, Path, description = "The deployment."), CarriagesWanted),
    responses((status = 200, description = "The places, by name.", body = CarriagesBody), Noes))]
pub(crate) async fn carriages(
    State(reception): State<Arc<Reception>>,
    sight: Sight,
    wanted: CarriagesWanted,
) -> Result<Response, Problem> {
    let places = reception.carried().places(&sight.state().plan.deployment);
    let places = places.into_iter().map(CarriageLine::of);
    Ok(sight.answer(super::Json(Page::of(wanted.page(places.collect())?, |it| it))))
}

/// Read the record, byte for byte
///
/// From the entries the chain is computed anew: whoever has them need not believe the server.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/record", tag = "record",
    params(("deployment" = String, Path, description = "The deployment."), StretchOf),
    responses((status = 200, description = "A stretch of the record.", body = StretchBody), Noes))]
pub(crate) async fn record(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    Query(wanted): Query<StretchOf>,
) -> Result<Json<Stretch>, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let id = followed.standing().state.plan.deployment.clone();
    let after = wanted.after.as_deref().unwrap_or("0").parse();
    let after: Seq = after.map_err(|_| Problem::invalid("`after` is the number of an entry"))?;
    let record = reception.record();
    let mut found = record.read(&id, after, limit(wanted.limit)? as u32).await?;
    let until = found.last().map_or(after, |it| it.seq);
    let (until, kept) = brought(&**record, &id, after, until).await?;
    found.retain(|it| it.seq <= until);
    let head = record.head(&id).await?;
    let hash = found.last().map_or(head.hash, |it| it.hash);
    let contents = kept.iter().filter(|it| it.whose.is_none()).map(|it| it.digest).collect();
    let private: HashMap<Digest, Whom> =
        kept.into_iter().filter_map(|it| Some((it.digest, it.whose?))).collect();
    let digests: Vec<Digest> = private.keys().copied().collect();
    let text = |it: Vec<u8>| String::from_utf8_lossy(&it).into_owned();
    let openings = record.contents_of(&digests).await?.into_iter().filter_map(|it| {
        Some(OpeningOf { whose: private.get(&Digest::of(&it))?.clone(), opening: text(it) })
    });
    let openings = openings.collect();
    let entries = found.into_iter().map(|it| text(it.body)).collect();
    Ok(Json(Stretch { entries, last: head.seq, hash, contents, openings }))
}

/// Returns what came with the entries after `after`, and up to which one, no later than `until`, it is
/// all that came.
async fn brought(
    record: &dyn Record,
    deployment: &DeploymentId,
    after: Seq,
    until: Seq,
) -> Result<(Seq, Vec<Kept>), RecordError> {
    let mut kept = record.contents_between(deployment, after, until, CONTENTS_MAX).await?;
    let (Some(first), Some(last)) = (kept.first().map(|it| it.seq), kept.last().map(|it| it.seq))
    else {
        return Ok((until, kept));
    };
    if kept.len() < CONTENTS_MAX as usize {
        return Ok((until, kept));
    }
    if first < last {
        kept.retain(|it| it.seq < last);
        return Ok((last - 1, kept));
    }
    Ok((first, record.contents_between(deployment, after, first, u32::MAX).await?))
}

/// Read what the record refers to, byte for byte
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/contents/{digest}", tag = "record",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("digest" = String, Path, description = "The digest of the content."),
    ),
    responses((status = 200, description = "The content.", body = String, content_type = "application/octet-stream"), Noes))]
pub(crate) async fn content(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path((deployment, digest)): Path<(String, Digest)>,
) -> Result<Response, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let id = followed.standing().state.plan.deployment.clone();
    let record = reception.record();
    let unknown = || Problem::unknown(format!("{deployment} refers to no content {digest}"));
    // Of another deployment's nothing is given, whoever knows its digest.
    record.kept(&id, &digest).await?.ok_or_else(unknown)?;
    let body = record.content(&digest).await?.ok_or_else(unknown)?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], body).into_response())
}
