//! The survey of users: answered by whoever holds the link of an invitation, without a name.

use super::commands::{Recorded, RecordedBody};
use super::{Json, Noes, Path};
use crate::caller::Address;
use crate::described::Described;
use crate::problem::Problem;
use axum::extract::State;
use model::survey::Reply;
use reception::Reception;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// A user's answers.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SurveyAnswer {
    /// The secret with which the address of the invitation ends.
    token: String,
    /// The answers.
    replies: Vec<Reply>,
}

type SurveyAnswerBody = Described<SurveyAnswer>;

/// Answer the survey of users
///
/// For whoever holds the link of an invitation, with no account: what they send names nobody, and the
/// record has the digest of the link only. If they answer again, the last answers count.
#[utoipa::path(post, path = "/api/v1/deployments/{deployment}/survey", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment.")),
    request_body = SurveyAnswerBody,
    responses((status = 200, description = "What was recorded.", body = RecordedBody), Noes))]
pub(crate) async fn answer(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    Path(deployment): Path<String>,
    Json(it): Json<SurveyAnswer>,
) -> Result<Json<Recorded>, Problem> {
    let acted = reception.answer_survey(&deployment, &it.token, &address, it.replies).await?;
    Ok(Json(Recorded::of(acted)))
}
