//! The record byte for byte, for whoever keeps a copy and computes the chain anew.

use super::{Json, Noes, Path, Query};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{StretchOf, limit};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use model::digest::Digest;
use model::id::Seq;
use reception::Reception;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most contents that a deployment refers to and that are listed at once.
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
    /// What the record refers to, to be asked for by its digest; with the first entries only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<Digest>,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Stretch>();
}

type StretchBody = Described<Stretch>;

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
    let found = record.read(&id, after, limit(wanted.limit)? as u32).await?;
    let head = record.head(&id).await?;
    let hash = found.last().map_or(head.hash, |it| it.hash);
    let contents = if after == 0 {
        record.contents(&id, None, CONTENTS_MAX).await?.into_iter().map(|it| it.digest).collect()
    } else {
        vec![]
    };
    let entries = found.into_iter().map(|it| String::from_utf8_lossy(&it.body).into_owned());
    Ok(Json(Stretch { entries: entries.collect(), last: head.seq, hash, contents }))
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
    let listed = record.contents(&id, None, CONTENTS_MAX).await?;
    if !listed.iter().any(|it| it.digest == digest) {
        return Err(unknown());
    }
    let body = record.content(&digest).await?.ok_or_else(unknown)?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], body).into_response())
}
