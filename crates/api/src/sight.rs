//! What a reading route begins with: a deployment that the caller takes part in, as it stood at the
//! moment that is asked about.

use crate::caller::Caller;
use crate::params::AsOf;
use crate::problem::Problem;
use crate::routes::{Path, Query, versioned};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use coordinator::Moment;
use jiff::Timestamp;
use model::state::State;
use reception::{Followed, Reception, Standing};
use std::collections::HashMap;
use std::sync::Arc;

/// A deployment at the moment that is asked about.
pub(crate) struct Sight {
    pub(crate) followed: Arc<Followed>,
    standing: Arc<Standing>,
    /// What time it was.
    pub(crate) now: Timestamp,
    headers: HeaderMap,
}

impl Sight {
    /// Returns how the deployment stood.
    pub(crate) fn state(&self) -> &State {
        &self.standing.state
    }

    /// Returns `body` as the answer, with the tag of the entry up to which it was computed; nothing
    /// but the tag for whoever has it already.
    pub(crate) fn answer(&self, body: impl IntoResponse) -> Response {
        let state = self.state();
        let losses = state.history.losses.len() + usize::from(self.standing.loss.is_some());
        versioned(&self.headers, (state.seq, losses), body)
    }
}

impl FromRequestParts<Arc<Reception>> for Sight {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        reception: &Arc<Reception>,
    ) -> Result<Self, Problem> {
        let Caller(visitor) = Caller::from_request_parts(parts, reception).await?;
        let Path(mut named) =
            Path::<HashMap<String, String>>::from_request_parts(parts, reception).await?;
        let deployment = named.remove("deployment").unwrap_or_default();
        let Query(as_of) = Query::<AsOf>::from_request_parts(parts, reception).await?;
        let moment = as_of.moment()?;
        let followed = reception.deployment(&visitor, &deployment).await?;
        let standing = match moment {
            None => followed.standing(),
            Some(moment) => Arc::new(followed.at(moment).await?),
        };
        let now = match moment {
            None => standing.now(reception.clock()),
            Some(Moment::Time(time)) => time.max(standing.state.at),
            Some(Moment::Seq(_)) => standing.state.at,
        };
        Ok(Self { followed, standing, now, headers: parts.headers.clone() })
    }
}
