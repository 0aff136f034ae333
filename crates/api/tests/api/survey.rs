//! The survey of users: answered by whoever holds a link, and by nobody who has read its digest.

use crate::Server;
use crate::server::Answer;
use axum::http::StatusCode;
use model::digest::Digest;
use reception::testing::{PASSWORD, open_survey};
use serde_json::{Value, json};

const SURVEY: &str = "/api/v1/deployments/HELLO/survey";
const STATE: &str = "/api/v1/deployments/HELLO/state";

/// What the address of an invitation ends with.
const TOKEN: &str = "4f0e2d1c4f0e2d1c4f0e2d1c4f0e2d1c";

fn digest() -> Digest {
    Digest::of(TOKEN.as_bytes())
}

fn replies(score: u8) -> Value {
    json!([{"question": 1, "score": score}])
}

/// Returns a server with a survey to which one user is invited, and a session of somebody in the plan.
async fn asking() -> (Server, String) {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    open_survey(server.folder(), "HELLO", "north", &[TOKEN]).await;
    let visitor = server.reception().visitor(&me).await.unwrap();
    let followed = server.reception().deployment(&visitor, "HELLO").await.unwrap();
    followed.look().await.unwrap();
    (server, me)
}

/// Returns what the record has of the user's answers.
async fn answered(server: &Server, me: &str) -> Value {
    let state = server.get(STATE).by(me).sent().await.body;
    let round = &state["surveys"]["rounds"][0];
    assert!(round["links"].get(digest().to_string()).is_some(), "{state}");
    round["by_link"][digest().to_string()].clone()
}

async fn answer(server: &Server, token: &str, score: u8) -> Answer {
    let body = json!({"token": token, "replies": replies(score)});
    server.post(SURVEY).json(&body).await
}

#[tokio::test]
async fn whoever_has_read_the_digest_of_a_link_answers_nothing_in_its_name() {
    let (server, me) = asking().await;
    assert_eq!(answer(&server, TOKEN, 5).await.status, StatusCode::OK);
    let forged =
        json!({"survey": {"answer": {"respondent": {"link": digest()}, "replies": replies(1)}}});
    let by_command = server.post("/api/v1/deployments/HELLO/commands").by(&me).json(&forged).await;
    let signed = json!({"command": forged, "proof": {"password": PASSWORD}});
    let by_signature =
        server.post("/api/v1/deployments/HELLO/signatures").by(&me).json(&signed).await;
    for refused in [by_command, by_signature] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        assert_eq!(refused.body["code"], "not-permitted");
    }
    let by_digest = answer(&server, &digest().to_string(), 1).await;
    assert_eq!(by_digest.status, StatusCode::UNAUTHORIZED, "{}", by_digest.body);
    assert_eq!(answered(&server, &me).await, replies(5));
    let refusals = server.get("/api/v1/refusals").by(&me).sent().await;
    assert_eq!(refusals.body["items"], json!([]), "nobody reads there who answered");
}

#[tokio::test]
async fn a_user_answers_by_the_token_of_their_link_and_the_last_answer_counts() {
    let (server, me) = asking().await;
    for score in [5, 2, 5] {
        let done = answer(&server, TOKEN, score).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(done.body["said"], json!(["survey: a user answered"]));
        assert_eq!(answered(&server, &me).await, replies(score));
    }
    let entries = server.get("/api/v1/deployments/HELLO/entries?order=-seq").by(&me).sent().await;
    let newest = entries.body["items"][0].to_string();
    assert!(newest.contains("a user answered") && !newest.contains("\"me\""), "{newest}");
    assert_eq!(answer(&server, "guessed", 1).await.status, StatusCode::UNAUTHORIZED);
}
