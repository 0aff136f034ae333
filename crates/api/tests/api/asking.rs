//! What is asked and what is answered: pages, tags, names of acts, the past, and live entries.

use crate::Server;
use axum::http::StatusCode;
use futures::StreamExt as _;
use reception::testing::ask_to_sign;
use serde_json::json;

#[tokio::test]
async fn an_act_sent_again_under_its_name_is_carried_out_once() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let hold = json!({"hold": {"scope": "site/north", "held": true, "reason": "the owner asks"}});
    let path = "/api/v1/deployments/HELLO/commands";
    let act = async || server.post(path).by(&me).header("idempotency-key", "one").json(&hold).await;
    let (first, second) = (act().await, act().await);
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(first.body["repeated"], false);
    assert_eq!(first.body["said"], json!(["site/north held: the owner asks"]));
    assert_eq!(second.body["repeated"], true);
    assert_eq!(first.body["first"], second.body["first"]);
}

#[tokio::test]
async fn an_act_on_what_has_moved_on_is_refused() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let board = server.get("/api/v1/deployments/HELLO").by(&me).sent().await;
    let tag = board.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(tag, "\"1\"");
    let path = "/api/v1/deployments/HELLO/commands";
    let hold =
        |held: bool| json!({"hold": {"scope": "site/north", "held": held, "reason": "asked"}});
    let first = server.post(path).by(&me).header("if-match", &tag).json(&hold(true)).await;
    assert_eq!(first.status, StatusCode::OK);
    let stale = server.post(path).by(&me).header("if-match", &tag).json(&hold(false)).await;
    assert_eq!(
        (stale.status, &stale.body["code"]),
        (StatusCode::PRECONDITION_FAILED, &json!("stale"))
    );
    // Of two who have seen the same and act at once, one has to look again.
    let act = async |held: bool| {
        server.post(path).by(&me).header("if-match", "\"2\"").json(&hold(held)).await.status
    };
    let both = tokio::join!(act(false), act(false));
    assert_eq!(both, (StatusCode::OK, StatusCode::PRECONDITION_FAILED));
    let wild = server.post(path).by(&me).header("if-match", "*").json(&hold(true)).await;
    assert_eq!(wild.status, StatusCode::OK, "{}", wild.body);
    let known = server.get("/api/v1/deployments/HELLO").by(&me).header("if-none-match", "\"4\"");
    assert_eq!(known.sent().await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_refusal_says_what_is_missing_and_who_can_supply_it() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let path = "/api/v1/deployments/HELLO/commands";
    let refused = server.post(path).by(&me).json(&json!("open")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert_eq!(refused.body["type"], "urn:landfall:problem:state");
    assert!(refused.body["next_step"].as_str().unwrap().contains("landfall why deployment"));
    let why = server.get("/api/v1/deployments/HELLO/why/deployment").by(&me).sent().await;
    let first = &why.body["items"][0];
    assert!(first["command"].is_object() || first["command"].is_string(), "{}", why.body);
    assert_eq!(first["people"], json!(["me"]));
}

#[tokio::test]
async fn a_list_comes_a_page_at_a_time_and_can_be_narrowed() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let ask = async |query: &str| {
        let path = format!("/api/v1/deployments/HELLO/sites{query}");
        server.get(&path).by(&me).sent().await
    };
    let first = ask("?limit=1").await;
    assert_eq!(first.body["items"][0]["site"], "north", "{}", first.body);
    let next = first.body["next"].as_str().unwrap();
    let last = ask(&format!("?limit=1&after={next}")).await;
    assert_eq!(last.body["items"][0]["site"], "south");
    assert_eq!(last.body.get("next"), None);
    assert_eq!(ask("?state=halted").await.body["items"], json!([]));
    assert_eq!(ask("?text=SOU").await.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(ask("?state=nonsense").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for limit in ["0", "501", "-1", "x"] {
        let refused = ask(&format!("?limit={limit}")).await.status;
        assert!(refused.is_client_error(), "{limit} {refused}");
    }
    let site = server.get("/api/v1/deployments/HELLO/sites/north").by(&me).sent().await;
    assert_eq!(site.body["state"], "planned", "{}", site.body);
}

#[tokio::test]
async fn the_past_is_answered_as_it_was() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let hold = json!({"hold": {"scope": "site/north", "held": true, "reason": "asked"}});
    server.post("/api/v1/deployments/HELLO/commands").by(&me).json(&hold).await;
    let ask = async |path: &str| {
        server.get(&format!("/api/v1/deployments/HELLO{path}")).by(&me).sent().await
    };
    assert_eq!(ask("").await.body["entry"], 2);
    assert_eq!(ask("?at=1").await.body["entry"], 1);
    assert_eq!(ask("?at=yesterday").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for before in ["?at=0", "?at=2020-01-01T00:00:00Z"] {
        let answer = ask(before).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{before}: {}", answer.body);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("was not there yet"), "{detail}");
    }
    let entries = ask("/entries?limit=1").await;
    assert_eq!(entries.body["items"][0]["seq"], 1);
    let next = entries.body["next"].as_str().unwrap();
    let rest = ask(&format!("/entries?limit=1&after={next}")).await;
    assert_eq!((&rest.body["items"][0]["seq"], rest.body.get("next")), (&json!(2), None));
    assert_eq!(ask("/entries?order=-seq&limit=1").await.body["items"][0]["seq"], 2);
    assert_eq!(ask("/entries?text=HELD").await.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(ask("/entries?by=landfall").await.body["items"], json!([]));
    assert_eq!(ask("/entries/2").await.body["entry"]["event"]["hold"]["scope"], "site/north");
    assert_eq!(ask("/entries/3").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_sample_of_changes_is_chosen_by_the_auditors_seed() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let path = "/api/v1/deployments/HELLO/sample";
    let ask = async |query: &str| server.get(&format!("{path}{query}")).by(&me).sent().await;
    let drawn = ask("?seed=7&count=1").await;
    assert_eq!(drawn.status, StatusCode::OK, "{}", drawn.body);
    let changes = drawn.body["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &drawn.body["seed"]), (1, &json!(7)));
    assert_eq!(
        (&drawn.body["looked-through"], ask("?seed=7&count=1").await.body),
        (&json!(1), drawn.body.clone())
    );
    assert!(ask("").await.status.is_client_error(), "without a seed somebody else would choose");
}

#[tokio::test]
async fn a_listener_hears_each_entry_as_it_is_written_and_what_it_missed() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let path = "/api/v1/deployments/HELLO/events";
    let mut live = server.get(path).by(&me).heard().await;
    let mut late = server.get(path).by(&me).header("last-event-id", "0").heard().await;
    let hold = json!({"hold": {"scope": "site/north", "held": true, "reason": "asked"}});
    server.post("/api/v1/deployments/HELLO/commands").by(&me).json(&hold).await;
    let next = async |heard: &mut axum::body::BodyDataStream| {
        let bytes = heard.next().await.unwrap().unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let heard = next(&mut live).await;
    assert!(heard.contains("id: 2") && heard.contains("site/north held: asked"), "{heard}");
    let (missed, then) = (next(&mut late).await, next(&mut late).await);
    assert!(missed.contains("id: 1") && then.contains("id: 2"), "{missed}{then}");
}

#[tokio::test]
async fn whoever_has_logged_out_hears_nothing_more() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let other = server.session("me").await;
    let path = "/api/v1/deployments/HELLO/events";
    let mut gone = server.get(path).by(&other).heard().await;
    let mut there = server.get(path).by(&me).heard().await;
    let out = server.method("DELETE", "/api/v1/session").by(&other).sent().await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.body);
    let hold = json!({"hold": {"scope": "site/north", "held": true, "reason": "asked"}});
    server.post("/api/v1/deployments/HELLO/commands").by(&me).json(&hold).await;
    assert!(there.next().await.is_some());
    assert!(gone.next().await.is_none(), "the stream ends");
}

#[tokio::test]
async fn the_binder_lists_every_document_and_each_has_the_digest_of_its_body() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let path = "/api/v1/deployments/HELLO/documents";
    let binder = server.get(path).by(&me).sent().await;
    assert_eq!(binder.status, StatusCode::OK, "{}", binder.body);
    let documents = binder.body["items"].as_array().unwrap();
    let site = documents.iter().find(|it| it["document"] == "site/north").unwrap();
    assert_eq!((&site["code"], &site["status"]), (&json!("D-02"), &json!("draft")));
    assert_eq!(site["missing"][1]["people"], json!(["me"]));
    let survey = documents.iter().find(|it| it["document"] == "survey").unwrap();
    let paper = server.get(&format!("{path}/survey")).by(&me).sent().await;
    let lacks = survey["lacks"].as_array().unwrap().len();
    assert_eq!(lacks, paper.body["missing"].as_array().unwrap().len(), "as on its paper");
    let document = server.get(&format!("{path}/site/north")).by(&me).sent().await;
    assert_eq!(document.status, StatusCode::OK, "{}", document.body);
    let digest = model::digest::digest_of_tree(&document.body["body"]);
    assert_eq!(document.body["digest"], digest.to_string());
    assert_eq!(site["digest"], digest.to_string());
    for (wrong, status) in [
        ("site/nowhere", StatusCode::NOT_FOUND),
        ("nothing", StatusCode::NOT_FOUND),
        ("core?form=docx", StatusCode::UNPROCESSABLE_ENTITY),
        ("core?language=xx", StatusCode::UNPROCESSABLE_ENTITY),
        ("core?issue=9", StatusCode::NOT_FOUND),
    ] {
        let refused = server.get(&format!("{path}/{wrong}")).by(&me).sent().await;
        assert_eq!(refused.status, status, "{wrong}: {}", refused.body);
    }
}

/// The routes whose answer is a list.
fn lists() -> Vec<String> {
    let paths = api::document()["paths"].as_object().unwrap();
    let is_list = |route: &serde_json::Value| {
        let schema = &route["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        schema["$ref"].as_str().is_some_and(|it| it.contains("/PageOf"))
    };
    paths.iter().filter(|(_, route)| is_list(route)).map(|(path, _)| path.clone()).collect()
}

#[tokio::test]
async fn every_list_is_paged_ordered_and_filtered_in_one_way() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let lists = lists();
    assert!(lists.len() >= 11, "{lists:?}");
    for list in lists {
        let route = &api::document()["paths"][&list]["get"];
        let named = route["parameters"].as_array().unwrap();
        let named = |name: &str| named.iter().find(|it| it["name"] == name);
        for name in ["after", "limit", "order", "text"] {
            assert!(named(name).is_some(), "{list} is not asked for {name}");
        }
        let path = list.replace("{deployment}", "HELLO").replace("{scope}", "deployment");
        let ask = async |query: &str| server.get(&format!("{path}?{query}")).by(&me).sent().await;
        for order in named("order").unwrap()["schema"]["enum"].as_array().unwrap() {
            let order = order.as_str().unwrap();
            let mut all = Vec::new();
            let mut after = String::new();
            loop {
                let page = ask(&format!("order={order}&limit=1{after}")).await;
                assert_eq!(page.status, StatusCode::OK, "{path} {order}: {}", page.body);
                assert!(page.headers.contains_key("etag"), "{path}");
                all.extend(page.body["items"].as_array().unwrap().clone());
                let Some(next) = page.body["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            let whole = ask(&format!("order={order}")).await;
            assert_eq!(whole.body["items"], json!(all), "{path} by {order}, page by page");
        }
        assert_eq!(ask("text=no+such+thing").await.body["items"], json!([]), "{path}");
        for (query, says) in [
            ("order=nonsense", "it can in these"),
            ("nonsense=1", "it can by these"),
            ("after=nonsense", "what `next` of the page before said"),
            ("limit=501", "from 1 to 500"),
        ] {
            let refused = ask(query).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}?{query}");
            let detail = refused.body["detail"].as_str().unwrap();
            assert!(detail.contains(says), "{path}?{query}: {detail}");
        }
    }
}

#[tokio::test]
async fn what_people_edit_is_not_changed_by_whoever_has_seen_something_older() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    server.account(&me, "sabela").await;
    let account = "/api/v1/accounts/sabela";
    let seen = server.get(account).by(&me).sent().await;
    let tag = seen.headers["etag"].to_str().unwrap().to_owned();
    let change = async |is_disabled: bool| {
        let asked = server.method("PATCH", account).by(&me).header("if-match", &tag);
        asked.json(&json!({ "is_disabled": is_disabled })).await.status
    };
    assert_eq!(change(true).await, StatusCode::NO_CONTENT);
    assert_eq!(change(false).await, StatusCode::PRECONDITION_FAILED);
    let known = server.get(account).by(&me).sent().await;
    assert_eq!(known.body["is_disabled"], true, "{}", known.body);

    let plan = "/api/v1/deployments/HELLO/plan";
    let revision = json!({"plan": "minimal.yaml", "reason": "a mistake"});
    let hold = json!({"hold": {"scope": "site/north", "held": true, "reason": "asked"}});
    server.post("/api/v1/deployments/HELLO/commands").by(&me).json(&hold).await;
    let stale =
        server.method("PUT", plan).by(&me).header("if-match", "\"1\"").json(&revision).await;
    assert_eq!(
        (stale.status, &stale.body["code"]),
        (StatusCode::PRECONDITION_FAILED, &json!("stale"))
    );
    assert!(stale.body["next_step"].as_str().unwrap().contains("read again"), "{}", stale.body);
}

#[tokio::test]
async fn a_batch_is_read_by_itself_with_what_was_drawn_and_looked_at() {
    let server = Server::new().await;
    let me = server.with_a_deployment().await;
    let at = "/api/v1/deployments/HELLO";
    let ask = async |path: &str| server.get(&format!("{at}/{path}")).by(&me).sent().await;
    assert_eq!(ask("batches").await.body["items"], json!([]));
    for none in ["batches/1", "batches/0", "batches/x"] {
        assert_eq!(ask(none).await.status, StatusCode::NOT_FOUND, "{none}");
    }
    let slots = ["site/north:site-owner", "site/south:site-owner"];
    let documents = ask_to_sign(server.folder(), "HELLO", &slots).await;
    let act = async |command| {
        let done = server.post(&format!("{at}/commands")).by(&me).json(&command).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    };
    act(json!({"batch": {"begin": {"slots": slots}}})).await;
    let look = json!({"batch": 1, "slot": slots[1], "document": documents[1]});
    act(json!({"batch": {"look-at": look}})).await;

    let list = ask("batches").await.body;
    let line = &list["items"][0];
    assert_eq!((&line["batch"], &line["by"]), (&json!(1), &json!("me")), "{list}");
    assert_eq!(
        (&line["signatures"], &line["drawn"], &line["unseen"]),
        (&json!(2), &json!(2), &json!(1))
    );
    let batch = ask("batches/1").await.body;
    assert_eq!(batch["listed"][0]["slot"], slots[0], "{batch}");
    assert_eq!(batch["listed"][0]["is_drawn"], true);
    assert_eq!(batch["listed"][0].get("looked_at"), None);
    assert!(batch["listed"][1]["looked_at"].is_string(), "{batch}");
    assert_eq!(batch.get("signed"), None);
    let sign = json!({"batch": {"sign": {"batch": 1, "digest": batch["digest"]}}});
    let refused = server.post(&format!("{at}/commands")).by(&me).json(&sign).await;
    assert!(
        refused.body.to_string().contains("1 of 2 have not been looked at"),
        "{}",
        refused.body
    );
    let look = json!({"batch": 1, "slot": slots[0], "document": documents[0]});
    act(json!({"batch": {"look-at": look}})).await;
    act(sign).await;
    let batch = ask("batches/1").await.body;
    assert_eq!(batch["means"], "password", "{batch}");
    assert!(batch["signed"].is_string(), "{batch}");
}
