//! The deployments that one takes part in; creating one.

use super::Answer;
use crate::block::{Cell, Table};
use crate::guest::Guest;
use crate::template::{rendered, said};
use crate::trouble::No;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::profile::Purpose;
use planner::waiting::{WaitingOn, waiting_where};
use reception::{Reception, ReceptionError, Visitor};
use serde::Deserialize;
use std::sync::Arc;

/// The most waits that are counted for one deployment.
const WAITS_MAX: usize = 2_000;

/// A deployment that is to be created.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    plan: String,
    #[serde(default)]
    rehearsal: Option<String>,
}

async fn shown(
    reception: &Reception,
    visitor: &Visitor,
    plan: &str,
    no: Option<No>,
) -> Result<Response, ReceptionError> {
    let mut rows = Vec::new();
    for followed in reception.deployments(visitor).await? {
        let standing = followed.standing();
        let state = &standing.state;
        let id = &state.plan.deployment;
        let is_mine = |it: &WaitingOn| views::why::is_for(state, visitor.person(), it);
        let now = standing.now(reception.clock());
        let mine = waiting_where(state, now, WAITS_MAX, &is_mine).len();
        rows.push(vec![
            Cell::of(&state.plan.title).link(format!("/d/{id}")).small(id.to_string()),
            Cell::of(state.deployment).tone(super::board::deployment_tone(state.deployment)),
            Cell::of(state.environment()),
            Cell::number(mine).link(format!("/d/{id}/work")),
        ]);
    }
    let list = Table::of(
        &["Deployment", "State", "Where", "Waits on you"],
        rows,
        "You take part in no deployment yet. Create one below, or ask whoever leads it to name you in its plan.",
    );
    let status = no.as_ref().map_or(StatusCode::OK, |it| it.status);
    let what =
        said! { title => "Deployments", who => visitor.person().to_string(), list, no, plan };
    Ok((status, rendered("deployments.html", what)).into_response())
}

pub(crate) async fn list(State(reception): State<Arc<Reception>>, Guest(visitor): Guest) -> Answer {
    Ok(shown(&reception, &visitor, "", None).await?)
}

pub(crate) async fn create(
    State(reception): State<Arc<Reception>>,
    Guest(visitor): Guest,
    Form(it): Form<Wanted>,
) -> Answer {
    let is_rehearsal = it.rehearsal.is_some_and(|it| !it.is_empty());
    let purpose = if is_rehearsal { Purpose::Rehearsal } else { Purpose::Production };
    match reception.create_deployment(&visitor, it.plan.trim(), purpose).await {
        Ok(made) => {
            let standing = made.standing();
            let address = format!("/d/{}?done=1", standing.state.plan.deployment);
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => Ok(shown(&reception, &visitor, &it.plan, Some(error.into())).await?),
    }
}
