//! Commands: whatever a person may tell Landfall to do, by one route.

use super::{Json, Noes, Path, seen_in};
use crate::caller::Caller;
use crate::described::Described;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use coordinator::Acted;
use model::command::Command;
use model::event::Event;
use model::id::{NAME_LENGTH_MAX, Seq};
use model::refusal::RefusalCode;
use reception::{Followed, Reception, ReceptionError};
use record::CommandId;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What an act has brought about.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// Its first entry.
    pub first: Seq,
    /// Its last entry.
    pub last: Seq,
    /// Whether the command had been carried out before, and nothing new happened.
    pub repeated: bool,
    /// What happened, as the record has it.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub events: Vec<Event>,
    /// What happened, as sentences.
    pub said: Vec<String>,
}

impl Recorded {
    pub(crate) fn of(acted: Acted) -> Self {
        let Acted { first, last, events, repeated } = acted;
        let said = events.iter().map(views::event::sentence).collect();
        Self { first, last, repeated, events, said }
    }
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Command>();
    generator.subschema_for::<Recorded>();
}

type CommandBody = Described<Command>;
pub(crate) type RecordedBody = Described<Recorded>;

/// Act in a deployment
///
/// Every command of the command line is one of these. It is decided by the same rules, and leaves
/// entries in the record, or a refusal that names what is missing. Sent again under the same
/// `Idempotency-Key`, it is carried out once. With `If-Match`, it is refused where the record has
/// moved on from the entry that the tag names.
#[utoipa::path(post, path = "/api/v1/deployments/{deployment}/commands", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("Idempotency-Key" = Option<String>, Header, description = "The name of this act: up to 64 letters, digits, `.`, `-` and `_`."),
        ("If-Match" = Option<String>, Header, description = "The tag of what was read before."),
    ), request_body = CommandBody,
    responses((status = 200, description = "What was recorded.", body = RecordedBody), Noes))]
pub(crate) async fn act(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    headers: HeaderMap,
    Json(command): Json<Command>,
) -> Result<Json<Recorded>, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let visitor = visitor.having_seen(seen_in(&headers)?);
    let id = name_in(&headers)?;
    let acted = reception.act(&visitor, &followed, &command, id.as_ref()).await;
    decided(&reception, &followed, &command, acted)
}

/// Returns the answer to what was decided about `command`: where a gate refused it, with what it waits on.
pub(super) fn decided(
    reception: &Reception,
    followed: &Followed,
    command: &Command,
    acted: Result<Acted, ReceptionError>,
) -> Result<Json<Recorded>, Problem> {
    match acted {
        Ok(acted) => Ok(Json(Recorded::of(acted))),
        Err(error) => {
            let problem = Problem::from(error);
            let asks_why = problem.code == RefusalCode::Gate.to_string();
            let standing = followed.standing();
            let now = standing.now(reception.clock());
            let waits = asks_why.then(|| {
                let scope = views::subject::of(command);
                planner::waiting::why(&standing.state, now, &scope)
            });
            Err(problem.waiting_on(waits.unwrap_or_default()))
        }
    }
}

/// Returns the name that the caller gives the act, where they give one.
pub(super) fn name_in(headers: &HeaderMap) -> Result<Option<CommandId>, Problem> {
    match headers.get("idempotency-key").map(|it| it.to_str()) {
        Some(Ok(key)) => Ok(Some(name(key)?)),
        Some(Err(_)) => Err(bad_name()),
        None => Ok(None),
    }
}

fn name(text: &str) -> Result<CommandId, Problem> {
    text.parse().map_err(|_| bad_name())
}

fn bad_name() -> Problem {
    Problem::invalid(format!(
        "an Idempotency-Key is made of letters, digits, `.`, `-` and `_`, at most {NAME_LENGTH_MAX}, and begins with a letter or a digit"
    ))
}
