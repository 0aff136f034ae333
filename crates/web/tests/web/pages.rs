//! What pages show, and what becomes of their forms.

use crate::browser::Browser;
use axum::http::{StatusCode, header};

/// Every page of a deployment.
pub(crate) const PAGES: [&str; 27] = [
    "",
    "/work",
    "/waiting",
    "/act",
    "/act/hold-deployment",
    "/core",
    "/sites",
    "/sites?state=planned&ring=pilot&text=nor",
    "/sites/north",
    "/wall",
    "/calendar",
    "/changes",
    "/changes/RFC-1",
    "/sample",
    "/sample?seed=20270430&count=5",
    "/stabilise",
    "/quiet-period",
    "/outcomes",
    "/handover",
    "/batches",
    "/milestones",
    "/documents",
    "/documents/site/north",
    "/reports/exceptions",
    "/record",
    "/people",
    "/plan",
];

#[tokio::test]
async fn every_page_is_shown_and_brings_nothing_along_that_is_not_its_own() {
    let browser = Browser::at_work().await;
    for page in PAGES {
        let seen = browser.get(&format!("/d/HELLO{page}")).await;
        assert_eq!(seen.status, StatusCode::OK, "{page}: {}", seen.text);
        let policy = seen.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{page}: {policy}");
        if page == "/wall" {
            assert_eq!(seen.text.len(), 2, "a byte for each site");
            continue;
        }
        assert!(seen.text.contains("<h1>"), "{page} has no heading");
        // Painted after two requests: the page and its one style sheet. Modules wait for neither.
        assert_eq!(seen.text.matches("rel=\"stylesheet\"").count(), 1, "{page}");
        let scripts = seen.text.matches("<script").count();
        assert_eq!(seen.text.matches("<script type=\"module\"").count(), scripts, "{page}");
        for forbidden in ["style=\"", "<style", "onclick", "javascript:", "http://", "https://"] {
            let text = seen.text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains(forbidden), "{page} has {forbidden}");
        }
        assert!(
            seen.text.len() < 60_000 || page == "/act" || page == "/plan",
            "{page}: {}",
            seen.text.len()
        );
    }
}

#[tokio::test]
async fn an_act_is_done_once_and_told_with_the_entry_that_it_made() {
    let browser = Browser::at_work().await;
    let form = browser.get("/d/HELLO/act/cancel").await;
    assert!(form.text.contains("name=\"c.cancel.reason\""), "{}", form.text);
    let fields = [("c.cancel.reason", "A mistake."), ("_entry", "1"), ("_back", "/d/HELLO")];
    let seen = browser.post("/d/HELLO/act/cancel", &fields).await;
    assert_eq!(seen.goes(), "/d/HELLO?done=2", "{}", seen.text);
    let again = browser.post("/d/HELLO/act/cancel", &fields).await;
    assert_eq!(again.goes(), "/d/HELLO?done=2", "an impatient hand cancels once");
    let told = browser.get(seen.goes()).await;
    assert!(
        told.text.contains("Recorded as <a href=\"/d/HELLO/record/2\">entry 2</a>"),
        "{}",
        told.text
    );
}

#[tokio::test]
async fn a_refusal_is_shown_beside_the_form_with_what_was_typed() {
    let browser = Browser::at_work().await;
    let typed = "<script>alert(1)</script>";
    let fields = [("c.halt-ring.ring", "pilot"), ("c.halt-ring.reason", typed)];
    let seen = browser.post("/d/HELLO/act/halt-ring", &fields).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    assert!(seen.text.contains("What to do next:"), "{}", seen.text);
    assert!(!seen.text.contains(typed), "what is typed is never a part of the page");
    assert!(seen.text.contains("&lt;script&gt;alert(1)"), "{}", seen.text);
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_is_lost() {
    let browser = Browser::at_work().await;
    let fields = [("c.approve-waiver.waiver", "the first")];
    let seen = browser.post("/d/HELLO/act/approve-waiver", &fields).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("Waiver: `the first` is no number"), "{}", seen.text);
    assert!(seen.text.contains("value=\"the first\""), "{}", seen.text);
}

#[tokio::test]
async fn a_list_grows_without_a_script() {
    let browser = Browser::at_work().await;
    let at = "/d/HELLO/act/change-schedule/request-emergency";
    let list = "c.change-schedule.request-emergency.request.levels";
    let first = format!("{list}.0.quorum");
    let seen = browser.post(at, &[("_more", list), (&first, "7")]).await;
    assert_eq!(seen.status, StatusCode::OK);
    for item in ["0", "1", "2"] {
        assert!(seen.text.contains(&format!("name=\"{list}.{item}.quorum\"")), "{}", seen.text);
    }
}

#[tokio::test]
async fn accounts_are_put_in_order_and_looked_through_like_every_list() {
    let browser = Browser::at_work().await;
    let names: Vec<String> = (0..20).map(|it| format!("person-{it:02}")).collect();
    for name in &names {
        browser.post("/account/accounts", &[("name", name), ("password", "")]).await;
    }
    let at = |text: &str, name: &str| text.find(&format!("Invite {name}\""));
    let last_first = browser.get("/account?list=part-accounts&sort=-0").await;
    let places = names.iter().rev().map(|it| at(&last_first.text, it));
    assert!(places.collect::<Option<Vec<_>>>().unwrap().is_sorted(), "{}", last_first.text);
    assert!(last_first.text.contains("aria-sort=\"descending\""));
    let found = browser.get("/account?list=part-accounts&find=person-07").await;
    let shown: Vec<&String> = names.iter().filter(|it| at(&found.text, it).is_some()).collect();
    assert_eq!(shown, ["person-07"]);
    browser.post("/account/accounts/person-07", &[("disabled", "true")]).await;
    let shut_out = browser.get("/account?list=part-accounts&find=person-07").await;
    assert!(shut_out.text.contains("Let person-07 in again"), "{}", shut_out.text);
    let refused = browser.get("/account/refusals").await;
    assert!(refused.text.contains("Nothing was refused."), "{}", refused.text);
}

#[tokio::test]
async fn people_are_looked_for_among_all_of_them() {
    let browser = Browser::at_work().await;
    let all = browser.get("/d/HELLO/people").await;
    assert!(all.text.contains("One person takes part."), "{}", all.text);
    let nobody = browser.get("/d/HELLO/people?text=nobody-like-that").await;
    assert!(nobody.text.contains("Nobody is like that."), "{}", nobody.text);
    assert!(nobody.text.contains("0 of the "), "{}", nobody.text);
    let ordered = browser.get("/d/HELLO/people?order=-name").await;
    assert!(ordered.text.contains("aria-sort=\"descending\""), "{}", ordered.text);
    let wrong = browser.get("/d/HELLO/people?order=shoe-size").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_earlier_moment_can_be_looked_at() {
    let browser = Browser::at_work().await;
    let fields = [("c.cancel.reason", "A mistake."), ("_back", "/d/HELLO")];
    browser.post("/d/HELLO/act/cancel", &fields).await;
    let now = browser.get("/d/HELLO").await;
    let then = browser.get("/d/HELLO?at=1").await;
    assert!(
        !now.text.contains("is a draft since") && then.text.contains("is a draft since"),
        "{}",
        then.text
    );
    assert!(then.text.contains("This is how it stood at entry 1,"), "{}", then.text);
    // Nothing is offered there, and what is still to come is not shown as if it had been.
    for path in ["", "/sites/north", "/milestones", "/stabilise", "/plan", "/people"] {
        let seen = browser.get(&format!("/d/HELLO{path}?at=1")).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}");
        for offer in ["What you can do", "/d/HELLO/act/", "Make a link", "Replace the plan"] {
            assert!(!seen.text.contains(offer), "{path} offers {offer}: {}", seen.text);
        }
    }
    assert_eq!(browser.get("/d/HELLO?at=99999").await.status, StatusCode::NOT_FOUND);
    let nonsense = browser.get("/d/HELLO?at=yesterday").await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_a_page_loads_never_changes_under_its_name() {
    let browser = Browser::new().await;
    let seen = browser.get("/log-in").await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "nobody has an account yet");
    let style = seen
        .text
        .split("href=\"")
        .find(|it| it.starts_with("/assets/") && it.contains("style.css"));
    let style = style.unwrap().split('"').next().unwrap();
    let seen = browser.get(style).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(browser.get("/assets/other.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_document_is_taken_along_as_a_file_that_loads_and_does_nothing() {
    let browser = Browser::at_work().await;
    let list = browser.get("/d/HELLO/documents").await;
    for part in ["Site deployment sign-off", "nobody is asked yet", "/d/HELLO/papers/core?form=pdf"]
    {
        assert!(list.text.contains(part), "{part}: {}", list.text);
    }
    for (form, media, begins) in [
        ("pdf", "application/pdf", "%PDF-1.7"),
        ("html", "text/html; charset=utf-8", "<!doctype html>"),
        ("json", "application/json", "{\"body\":"),
    ] {
        let seen =
            browser.get(&format!("/d/HELLO/papers/site/north?form={form}&language=de")).await;
        assert_eq!(seen.status, StatusCode::OK, "{form}: {}", seen.text);
        assert_eq!(seen.headers[header::CONTENT_TYPE], media);
        let policy = seen.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.ends_with("sandbox"), "{policy}");
        assert!(seen.text.trim_start().starts_with(begins), "{form}: {:.60}", seen.text);
    }
    let none = browser.get("/d/HELLO/papers/site/nowhere?form=pdf").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn there_is_no_page_of_a_batch_that_nobody_has_begun() {
    let browser = Browser::at_work().await;
    assert_eq!(browser.get("/d/HELLO/batches/1").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_sample_is_laid_out_as_the_auditors_seed_chooses_it() {
    let browser = Browser::at_work().await;
    let empty = browser.get("/d/HELLO/sample").await;
    assert!(
        empty.text.contains("An auditor names a seed") && !empty.text.contains("What was drawn")
    );
    let drawn = browser.get("/d/HELLO/sample?seed=7&count=1").await;
    for expected in [
        "1 of 1 changes, by seed 7",
        "RFC-1, from request to review",
        "Requested by",
        "Approved by",
    ] {
        assert!(drawn.text.contains(expected), "{expected}: {}", drawn.text);
    }
    let refused = browser.get("/d/HELLO/sample?seed=seven").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("The seed is a number from 0 on."), "{}", refused.text);
}

#[tokio::test]
async fn what_is_typed_on_a_page_can_be_typed_and_what_it_posts_to_can_be_looked_at() {
    let browser = Browser::at_work().await;
    let entry = browser.get("/d/HELLO/record/1").await;
    assert!(entry.text.contains("landfall record show --after 0 --limit 1"), "{}", entry.text);
    let made = browser.get("/d/HELLO/sites/north/link").await;
    assert_eq!((made.status, made.goes()), (StatusCode::SEE_OTHER, "/d/HELLO/sites/north"));
}

#[tokio::test]
async fn what_a_document_lacks_is_the_same_in_the_list_and_on_its_paper() {
    let browser = Browser::at_work().await;
    let list = browser.get("/d/HELLO/documents").await.text;
    for name in ["readiness", "survey", "evidence", "post-project-analysis", "release-readiness"] {
        let paper = browser.get(&format!("/d/HELLO/papers/{name}?form=json")).await;
        let paper: serde_json::Value = serde_json::from_str(&paper.text).unwrap();
        let lacks = paper["missing"].as_array().unwrap().len();
        let row = list.split("<tr>").find(|it| it.contains(&format!("/papers/{name}?form=pdf")));
        let row = row.unwrap();
        assert_eq!(row.contains("nothing"), lacks == 0, "{name} lacks {lacks}: {row}");
        let more = format!("and {} more", lacks.saturating_sub(1));
        assert!(lacks < 2 || row.contains(&more), "{name} lacks {lacks}: {row}");
    }
    assert!(list.contains("no survey was opened"), "{list}");
}
