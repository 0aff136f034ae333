//! Who is let in, and to what.

use crate::Server;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The routes that anybody may ask: whether the server lives, the ways in, and the survey, whose links are
/// the users' own.
const OPEN: [&str; 9] = [
    "get /healthz",
    "get /readyz",
    "post /api/v1/set-up",
    "post /api/v1/session",
    "post /api/v1/session/passkey",
    "post /api/v1/session/invitation",
    "post /api/v1/session/passkey/question",
    "post /api/v1/deployments/HELLO/survey",
    "get /api/v1/openapi.json",
];

/// Returns every route of the document as its method and a path with names put in.
fn routes() -> Vec<(String, String)> {
    let paths = api::document()["paths"].as_object().unwrap();
    let mut routes = Vec::new();
    for (path, methods) in paths {
        let path = path.replace("{deployment}", "HELLO").replace("{scope}", "deployment");
        let path = path.replace("{sheet}", "core-final").replace("{site}", "north");
        let path = path.replace("{seq}", "1").replace("{name}", "me").replace("{document}", "core");
        let path = path.replace("{order}", "site/north/a/b");
        let path = path.replace("{passkey}", "AAEC").replace("{batch}", "1");
        let path = path.replace("{digest}", &"0".repeat(64));
        assert!(!path.contains('{'), "{path}: give it a name to be asked with");
        for method in methods.as_object().unwrap().keys() {
            routes.push((method.clone(), path.clone()));
        }
    }
    routes
}

#[tokio::test]
async fn no_route_but_the_ways_in_answers_whoever_was_not_let_in() {
    let server = Server::new().await;
    server.with_a_deployment().await;
    for (method, path) in routes() {
        if OPEN.contains(&format!("{method} {path}").as_str()) {
            continue;
        }
        for shown in [None, Some("forged"), Some("")] {
            let mut asked = server.method(&method, &path);
            if let Some(shown) = shown {
                asked = asked.by(shown);
            }
            let answer = asked.json(&json!({})).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} {shown:?}");
            assert_eq!(answer.body["code"], "not-admitted", "{method} {path}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
    }
}

#[tokio::test]
async fn whoever_has_no_part_in_a_deployment_does_not_learn_that_it_is_there() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    server.account(&me, "stranger").await;
    let stranger = server.session("stranger").await;
    let of_deployments =
        routes().into_iter().filter(|(_, path)| path.contains("/deployments/HELLO"));
    for (method, path) in of_deployments {
        if method != "get" {
            continue;
        }
        let there = server.method(&method, &path).by(&stranger).sent().await;
        let nowhere =
            server.method(&method, &path.replace("/HELLO", "/nowhere")).by(&stranger).sent().await;
        assert_eq!(there.status, StatusCode::NOT_FOUND, "{path}");
        let text = |it: &Value| it.to_string().replace("nowhere", "HELLO");
        assert_eq!(text(&there.body), text(&nowhere.body), "{path}");
    }
    let listed = server.get("/api/v1/deployments").by(&stranger).sent().await;
    assert_eq!(listed.body, json!({"items": []}));
}

#[tokio::test]
async fn a_token_reads_or_acts_and_never_signs_or_makes_another() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let token = async |reach: &str| {
        let wanted = json!({"label": "a script", "access": {"reach": reach}, "days": 7});
        let made = server.post("/api/v1/me/admissions").by(&me).json(&wanted).await;
        (made.status, made.body["secret"].as_str().unwrap_or_default().to_owned())
    };
    let (status, reader) = token("read").await;
    assert_eq!(status, StatusCode::CREATED);
    let (_, actor) = token("act").await;
    assert_eq!(token("person").await.0, StatusCode::UNPROCESSABLE_ENTITY);

    let commands = "/api/v1/deployments/HELLO/commands";
    let hold = json!({"hold": {"scope": "site/north", "held": true, "reason": "not now"}});
    let sign =
        json!({"withdraw": {"slot": "sites-complete:program-manager", "reason": "a mistake"}});
    let refused = server.post(commands).by(&reader).json(&hold).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (StatusCode::FORBIDDEN, &json!("not-permitted"))
    );
    let refused = server.post(commands).by(&actor).json(&sign).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.body["detail"].as_str().unwrap().contains("a token never signs"),
        "{}",
        refused.body
    );
    let done = server.post(commands).by(&actor).json(&hold).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);

    let another = json!({"label": "more", "access": {"reach": "read"}, "days": 7});
    let refused = server.post("/api/v1/me/admissions").by(&actor).json(&another).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_nobody_shuts_themselves_out() {
    let server = Server::new().await;
    let me = server.session("me").await;
    server.account(&me, "sabela").await;
    let sabela = server.session("sabela").await;
    let out = json!({"is_disabled": true});
    let refused = server.method("PATCH", "/api/v1/accounts/sabela").by(&sabela).json(&out).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused = server.method("PATCH", "/api/v1/accounts/me").by(&me).json(&out).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = server.method("PATCH", "/api/v1/accounts/sabela").by(&me).json(&out).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get("/api/v1/me").by(&sabela).sent().await.status, StatusCode::UNAUTHORIZED);
    let accounts = server.get("/api/v1/accounts?limit=1").by(&me).sent().await;
    assert_eq!(accounts.body["items"][0]["name"], "me");
    let next = accounts.body["next"].as_str().unwrap();
    let rest = server.get(&format!("/api/v1/accounts?limit=1&after={next}")).by(&me).sent().await;
    assert_eq!(rest.body["items"][0]["name"], "sabela");
    assert_eq!(rest.body.get("next"), None);
    assert!(!accounts.body.to_string().contains("argon2"), "a hash is nobody's to see");
}

#[tokio::test]
async fn whoever_guesses_a_password_has_to_wait_and_is_not_told_whether_the_name_is_right() {
    let server = Server::new().await;
    let wrong = async |name: &str| {
        let credentials = json!({"name": name, "password": "guessed wrongly"});
        server.post("/api/v1/session").json(&credentials).await
    };
    let (known, unknown) = (wrong("me").await, wrong("nobody-at-all").await);
    assert_eq!(known.status, StatusCode::UNAUTHORIZED);
    assert_eq!(known.body, unknown.body);
    let mut last = known;
    for _ in 0..6 {
        last = wrong("me").await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn whoever_guesses_through_a_proxy_makes_nobody_else_wait_and_cannot_pretend_to_be_many() {
    let server = Server::new().await.behind("10.0.0.0/8");
    let guess = async |from: &str, said: &str, number: u32| {
        let credentials =
            json!({"name": format!("nobody-{number}"), "password": "guessed wrongly"});
        let asked = server.post("/api/v1/session").from(from).header("x-forwarded-for", said);
        asked.json(&credentials).await.status
    };
    for number in 0..6 {
        assert_eq!(guess("10.0.0.1", "198.51.100.1", number).await, StatusCode::UNAUTHORIZED);
    }
    // What they add to the header themselves stands before what the proxy adds.
    let pretended = "192.0.2.77, 198.51.100.1";
    assert_eq!(guess("10.0.0.1", pretended, 6).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(guess("10.0.0.1", "198.51.100.2", 7).await, StatusCode::UNAUTHORIZED);
    let statuses = [10, 11, 12, 13, 14, 15, 16].map(|it| (it, format!("198.51.100.{it}")));
    let mut last = StatusCode::OK;
    for (number, said) in &statuses {
        last = guess("203.0.113.9", said, *number).await;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "nobody trusts what they say");
}

#[tokio::test]
async fn a_token_that_is_limited_creates_no_other_deployment_and_reads_no_other_plan() {
    let server = Server::new().await;
    let me = server.session("me").await;
    let token = async |deployments: Value| {
        let access = json!({"reach": "act", "deployments": deployments});
        let wanted = json!({"label": "a script", "access": access, "days": 7});
        let made = server.post("/api/v1/me/admissions").by(&me).json(&wanted).await;
        made.body["secret"].as_str().unwrap().to_owned()
    };
    let (limited, free) = (token(json!(["HELLO"])).await, token(json!([])).await);
    let create = async |by: &str, plan: &str| {
        let wanted = json!({"plan": plan, "rehearsal": true});
        server.post("/api/v1/deployments").by(by).json(&wanted).await
    };
    let refused = create(&limited, "two-branches").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    // It is not told whether a plan is there, or what is wrong with it.
    for plan in ["nowhere", "release/greeting.txt"] {
        assert_eq!(create(&limited, plan).await.body, refused.body, "{plan}");
        assert_eq!(create(&free, plan).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{plan}");
    }
    let made = create(&limited, "minimal.yaml").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let revision = json!({"plan": "nowhere", "reason": "to see"});
    let path = "/api/v1/deployments/HELLO/plan";
    let refused = server.method("PUT", path).by(&limited).json(&revision).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
}

#[tokio::test]
async fn a_browser_is_let_in_by_its_cookie_and_a_post_from_another_site_is_not() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let cookie = format!("theme=dark; landfall={me}");
    let own = server.get("/api/v1/me").header("cookie", &cookie).sent().await;
    assert_eq!(own.body["name"], "me");
    let path = "/api/v1/deployments/HELLO/commands";
    let hold = json!({"hold": {"scope": "site/north", "held": true, "reason": "not now"}});
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let posted = server.post(path).header("cookie", &cookie).header(name, value);
        assert_eq!(posted.json(&hold).await.status, StatusCode::FORBIDDEN, "{name}");
    }
    let posted =
        server.post(path).header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    assert_eq!(posted.json(&hold).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_that_was_left_admits_nobody_and_a_new_password_ends_all_others() {
    let server = Server::new().await;
    let (first, second) = (server.session("me").await, server.session("me").await);
    let changed = json!({"old": "correct horse battery", "new": "another long password"});
    let done = server.method("PUT", "/api/v1/me/password").by(&first).json(&changed).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
    assert_eq!(server.get("/api/v1/me").by(&second).sent().await.status, StatusCode::UNAUTHORIZED);
    let left = server.method("DELETE", "/api/v1/session").by(&first).sent().await;
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get("/api/v1/me").by(&first).sent().await.status, StatusCode::UNAUTHORIZED);
    assert!(server.reception().awaits_set_up().await.is_ok_and(|it| !it));
}
