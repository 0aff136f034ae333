//! An auditor's sample: changes that a seed has chosen, each with what the record has of it.

use super::{Json, Noes, Query};
use crate::params::AsOf;
use crate::problem::Problem;
use crate::sight::Sight;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use views::sample::SAMPLE_USUAL;

/// How a sample is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The number that the auditor chooses.
    seed: u64,
    /// How many changes: 25 where it is not said, 200 at most.
    count: Option<usize>,
}

/// Draw a sample of the changes
///
/// A seed chooses, so that nobody can show only what went well. Of each change there is what was asked for,
/// where it stands, and what the record has of it; `looked-through` is the last entry that was read for it.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/sample", tag = "record",
    params(("deployment" = String, Path, description = "The deployment."), Wanted, AsOf),
    responses((status = 200, description = "The sample.", body = serde_json::Value), Noes))]
pub(crate) async fn sample(
    sight: Sight,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let count = wanted.count.unwrap_or(SAMPLE_USUAL);
    let sample = sight.followed.sample(sight.state(), wanted.seed, count).await?;
    Ok(sight.answer(Json(&sample)))
}
