//! The pages, a file a view.

mod account;
mod acts;
mod batches;
mod board;
mod by_hand;
mod calendar;
mod changes;
mod components;
mod deployments;
mod disputes;
mod documents;
mod door;
mod feed;
mod handover;
mod incidents;
mod links;
mod milestones;
mod outcomes;
mod people;
mod plan;
mod quiet_period;
mod record;
mod said;
mod samples;
mod site;
mod sites;
mod surveys;
mod waits;

use crate::asset::asset;
use crate::kept::kept;
use crate::trouble::{No, Trouble};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use reception::Reception;
use std::sync::Arc;

/// What a page answers with.
pub(crate) type Answer = Result<axum::response::Response, Trouble>;

/// Returns all routes of the pages.
pub(crate) fn routes(reception: &Arc<Reception>) -> Router<Arc<Reception>> {
    Router::new()
        .route("/assets/{address}", get(asset))
        .route("/", get(deployments::list))
        .route("/deployments", post(deployments::create))
        .route("/log-in", get(door::log_in_page).post(door::log_in))
        .route("/log-in/passkey", post(door::log_in_by_passkey))
        .route("/sign-on", get(door::sign_on))
        .route(reception::BACK, get(door::signed_on))
        .route("/log-out", post(door::log_out))
        .route("/set-up", get(door::set_up_page).post(door::set_up))
        .route("/account", get(account::page))
        .route("/account/password", post(account::password))
        .route("/account/token", post(account::token))
        .route("/account/passkeys", post(account::add_passkey))
        .route("/account/passkeys/remove", post(account::remove_passkey))
        .route("/account/sign-on", get(account::link_sign_on).post(account::unlink_sign_on))
        .route("/account/calendar", post(account::calendar))
        .route("/account/invite", post(account::invite))
        .route("/account/refusals", get(account::refusals))
        .route("/account/end", post(account::end))
        .route("/account/accounts", post(account::create))
        .route("/account/accounts/{name}", post(account::change))
        .route("/welcome/{secret}", get(links::welcome).post(links::come_in))
        .route("/l/{secret}", get(links::site).post(links::decide))
        .route("/l/{secret}/question", post(links::question))
        .route("/letter/{deployment}/{token}", get(links::letter).post(links::acknowledge))
        .route("/s/{deployment}/{token}", get(surveys::page).post(surveys::answer))
        .route("/calendar/{secret}", get(feed::calendar))
        .merge(of_a_deployment().route_layer(from_fn_with_state(reception.clone(), kept)))
}

fn of_a_deployment() -> Router<Arc<Reception>> {
    Router::new()
        .route("/d/{deployment}", get(board::page))
        .route("/d/{deployment}/work", get(waits::work))
        .route("/d/{deployment}/waiting", get(waits::waiting))
        .route("/d/{deployment}/act", get(acts::list))
        .route("/d/{deployment}/act/{*kind}", get(acts::form).post(acts::act))
        .route("/d/{deployment}/question/{*kind}", post(acts::question))
        .route("/d/{deployment}/core", get(components::list))
        .route("/d/{deployment}/core/{component}", get(components::page))
        .route("/d/{deployment}/sites", get(sites::list))
        .route("/d/{deployment}/sites/{site}", get(site::page))
        .route("/d/{deployment}/sites/{site}/link", get(links::none_made).post(links::make))
        .route("/d/{deployment}/wall", get(sites::wall))
        .route("/d/{deployment}/calendar", get(calendar::page))
        .route("/d/{deployment}/changes", get(changes::list))
        .route("/d/{deployment}/changes/{rfc}", get(changes::page))
        .route("/d/{deployment}/sample", get(samples::page))
        .route("/d/{deployment}/stabilise", get(incidents::list))
        .route("/d/{deployment}/stabilise/{incident}", get(incidents::page))
        .route("/d/{deployment}/quiet-period", get(quiet_period::page))
        .route("/d/{deployment}/outcomes", get(outcomes::page))
        .route("/d/{deployment}/handover", get(handover::page))
        .route("/d/{deployment}/survey/{of}", get(surveys::named_page).post(surveys::named_answer))
        .route("/d/{deployment}/batches", get(batches::page))
        .route("/d/{deployment}/batches/{batch}", get(batches::one))
        .route("/d/{deployment}/milestones", get(milestones::page))
        .route("/d/{deployment}/documents", get(documents::list))
        .route("/d/{deployment}/documents/{*sheet}", get(documents::page))
        .route("/d/{deployment}/papers/{*document}", get(documents::paper))
        .route("/d/{deployment}/reports/{*report}", get(documents::report))
        .route("/d/{deployment}/record", get(record::list))
        .route("/d/{deployment}/record/{seq}", get(record::page))
        .route("/d/{deployment}/output/{*order}", get(record::output))
        .route("/d/{deployment}/people", get(people::page))
        .route("/d/{deployment}/plan", get(plan::page).post(plan::revise))
}

/// What is answered where there is no page.
pub(crate) async fn nothing_here() -> Trouble {
    No::unknown("There is no page at this address.").next("Begin at your deployments.").into()
}
