//! Whether the server lives, and whether it can answer.

use super::Noes;
use crate::caller::Caller;
use crate::observed::COUNTERS;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use metrics::gauge;
use metrics_exporter_prometheus::PrometheusBuilder;
use model::machine::SiteState;
use reception::Reception;
use record::{Record, RecordError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether the server lives
///
/// A second line says in how many places outside the newest checkpoint of the record is not, where there
/// are any.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, description = "It lives.", body = String, content_type = "text/plain")))]
pub(crate) async fn alive(State(reception): State<Arc<Reception>>) -> String {
    match reception.carried().troubles() {
        0 => "ok\n".to_owned(),
        places => format!(
            "ok\ncheckpoints: not carried to {places} of their places; `landfall status` says why\n"
        ),
    }
}

/// Whether the server can answer
///
/// A second line says how many deployments are in quarantine, where there are any: they can be read, and
/// nothing of them starts before two people have accepted what was lost.
#[utoipa::path(get, path = "/readyz", tag = "server", responses(
    (status = 200, description = "It can.", body = String, content_type = "text/plain"),
    (status = 503, description = "It cannot reach its database.", body = String, content_type = "text/plain"),
))]
pub(crate) async fn ready(State(reception): State<Arc<Reception>>) -> (StatusCode, String) {
    match quarantined(reception.record().as_ref()).await {
        Ok(0) => (StatusCode::OK, "ok\n".to_owned()),
        Ok(count) => {
            let deployments = if count == 1 { "deployment" } else { "deployments" };
            let next = "`landfall deployment list` says which";
            (StatusCode::OK, format!("ok\nquarantine: {count} {deployments}; {next}\n"))
        }
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached\n".to_owned())
        }
    }
}

/// Returns how many deployments of the record somebody has found history to be lost of.
async fn quarantined(record: &dyn Record) -> Result<usize, RecordError> {
    let mut count = 0;
    for deployment in record.deployments().await? {
        count += usize::from(record.standing(&deployment).await?.contradicted.is_some());
    }
    Ok(count)
}

/// Read the counters
///
/// In the form of Prometheus: requests of this server, and how the deployments stand that the
/// caller takes part in.
#[utoipa::path(get, path = "/metrics", tag = "server", responses(
    (status = 200, description = "The counters.", body = String, content_type = "text/plain"), Noes))]
pub(crate) async fn counters(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
) -> Result<String, Problem> {
    let own = reception.deployments(&visitor).await?;
    // Of this caller and this moment: nothing is kept.
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        for followed in own {
            let standing = followed.standing();
            let state = &standing.state;
            let name = state.plan.deployment.to_string();
            gauge!("landfall_record_entries", "deployment" => name.clone()).set(state.seq as f64);
            let in_flight = state.in_flight() as f64;
            gauge!("landfall_orders_in_flight", "deployment" => name.clone()).set(in_flight);
            let mut sites: BTreeMap<SiteState, u64> = BTreeMap::new();
            state.sites.iter().for_each(|it| *sites.entry(it.state).or_default() += 1);
            for (site_state, count) in sites {
                let of = site_state.to_string();
                gauge!("landfall_sites", "deployment" => name.clone(), "state" => of)
                    .set(count as f64);
            }
        }
    });
    Ok(COUNTERS.render() + &recorder.handle().render())
}
