//! Bad input: a problem with a code, nothing changed, nothing leaked.

use crate::Server;
use axum::http::StatusCode;
use serde_json::json;

const COMMANDS: &str = "/api/v1/deployments/HELLO/commands";

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_with_a_code_and_changes_nothing() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let deep = "[".repeat(100_000);
    let long = format!("{{\"hold\":\"{}\"}}", "x".repeat(1 << 20));
    for (body, kind, status) in [
        ("", "application/json", StatusCode::BAD_REQUEST),
        ("{", "application/json", StatusCode::BAD_REQUEST),
        (deep.as_str(), "application/json", StatusCode::BAD_REQUEST),
        ("\u{0}", "application/json", StatusCode::BAD_REQUEST),
        ("\"open\"", "text/plain", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("{\"no-such-act\":{}}", "application/json", StatusCode::UNPROCESSABLE_ENTITY),
        ("{\"hold\":{\"scope\":7}}", "application/json", StatusCode::UNPROCESSABLE_ENTITY),
        (long.as_str(), "application/json", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let asked = server.post(COMMANDS).by(&me).header("content-type", kind);
        let answer = asked.body(body.to_owned()).await;
        let start: String = body.chars().take(20).collect();
        assert_eq!(answer.status, status, "{start}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{start}");
        assert!(answer.body["code"].is_string(), "{start}");
        assert!(answer.body.to_string().len() < 2_000, "{start}: the answer repeats what was sent");
    }
    let too_large = vec![b' '; 33 << 20];
    let asked = server.post(COMMANDS).by(&me).header("content-type", "application/json");
    assert_eq!(asked.body(too_large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let entries = server.get("/api/v1/deployments/HELLO/entries").by(&me).sent().await;
    assert_eq!(entries.body["items"].as_array().unwrap().len(), 1, "{}", entries.body);
}

#[tokio::test]
async fn a_path_leads_nowhere_but_to_what_is_there() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    for path in [
        "/api/v1/deployments/..%2f..%2fetc",
        "/api/v1/deployments/HELLO/sites/..%2f..",
        "/api/v1/deployments/HELLO/sites/%00",
        "/api/v1/deployments/HELLO/why/site/nowhere",
        "/api/v1/deployments/HELLO/sheets/site/nowhere",
        "/api/v1/nothing",
        "/api/v2/deployments",
    ] {
        let answer = server.get(path).by(&me).sent().await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.body["code"], "unknown", "{path}");
    }
    for plan in
        ["../Cargo.toml", "/etc/passwd", "fieldgate/../../Cargo.toml", "nowhere", "", "\u{0}"]
    {
        let wanted = json!({"plan": plan, "rehearsal": true});
        let answer = server.post("/api/v1/deployments").by(&me).json(&wanted).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{plan}");
        assert!(!answer.body.to_string().contains("/work"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_know_is_a_problem_too() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let answer = server.method("PUT", "/api/v1/me").by(&me).json(&json!({})).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.body["code"], "method");
}

#[tokio::test]
async fn script_in_a_text_is_kept_as_text_and_what_would_deceive_the_eye_is_not_kept() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let hold = |scope: &str, reason: &str| json!({"hold": {"scope": scope, "held": true, "reason": reason}});
    let script = "<script>alert(1)</script>";
    let kept = server.post(COMMANDS).by(&me).json(&hold("site/north", script)).await;
    assert_eq!(kept.body["said"], json!([format!("site/north held: {script}")]));
    for bad in ["", " "] {
        let refused = server.post(COMMANDS).by(&me).json(&hold("site/south", bad)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?} {}", refused.body);
    }
    let deceiving = hold("site/south", "right\u{202e}left \u{1b}[2J");
    let kept = server.post(COMMANDS).by(&me).json(&deceiving).await;
    let answer = kept.body.to_string();
    assert!(!answer.contains(['\u{202e}', '\u{1b}']), "{answer:?}");
    let injected = server.post(COMMANDS).by(&me).header("idempotency-key", "a b;c");
    assert_eq!(
        injected.json(&hold("site/south", "x")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn long_names_of_acts_are_told_apart_to_their_last_letter() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let hold = async |key: &str, site: &str| {
        let hold = json!({"hold": {"scope": site, "held": true, "reason": "Later"}});
        server.post(COMMANDS).by(&me).header("idempotency-key", key).json(&hold).await
    };
    let key = "k".repeat(62);
    for (key, site, repeated) in [
        (key.clone(), "site/north", false),
        (format!("{key}.2"), "site/south", false),
        (format!("{key}.2"), "site/south", true),
    ] {
        let done = hold(&key, site).await;
        assert_eq!(done.body["repeated"], repeated, "{key} {}", done.body);
    }
    let refused = hold(&format!("{key}.10"), "site/south").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = refused.body["detail"].as_str().unwrap();
    assert!(said.contains("at most 64"), "{said}");
}

#[tokio::test]
async fn an_invitation_that_was_used_lets_nobody_in_again() {
    let server = Server::new().await;
    let me = server.session("me").await;
    server.account(&me, "sabela").await;
    let made = server.post("/api/v1/accounts/sabela/invitation").by(&me).sent().await;
    let address = made.body["address"].as_str().unwrap();
    let secret = address.rsplit('/').next().unwrap();
    let come_in = async |secret: &str| {
        server.post("/api/v1/session/invitation").json(&json!({ "secret": secret })).await
    };
    assert_eq!(come_in("forged").await.status, StatusCode::UNAUTHORIZED);
    let session = come_in(secret).await;
    assert_eq!(session.status, StatusCode::OK, "{}", session.body);
    assert_eq!(come_in(secret).await.status, StatusCode::UNAUTHORIZED);
    let session = session.body["secret"].as_str().unwrap();
    assert_eq!(server.get("/api/v1/me").by(session).sent().await.body["name"], "sabela");
    let left = server.method("DELETE", "/api/v1/session").by(session).sent().await;
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    let again = server.get("/api/v1/me").by(session).sent().await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "what was left is not taken up again");
}

#[tokio::test]
async fn nothing_that_is_sent_becomes_a_header_of_the_answer() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let hold =
        json!({"hold": {"scope": "site/north", "held": true, "reason": "a\r\nset-cookie: x=y"}});
    let done = server.post(COMMANDS).by(&me).json(&hold).await;
    assert!(!done.headers.contains_key("set-cookie"), "{:?}", done.headers);
    for path in [
        "/api/v1/deployments/HELLO/documents/site/north?form=pdf%0d%0aset-cookie:x",
        "/api/v1/deployments/HELLO%0d%0aset-cookie:x",
        "/api/v1/deployments/HELLO/sites?after=%0d%0aset-cookie:x",
    ] {
        let answer = server.get(path).by(&me).sent().await;
        assert!(answer.status.is_client_error(), "{path} {}", answer.status);
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
    }
}
