//! Who is not let in, and what is not done.

use crate::browser::{Browser, PASSWORD};
use crate::pages::PAGES;
use axum::http::{Request, StatusCode, header};

#[tokio::test]
async fn whoever_has_not_logged_in_is_asked_to_and_comes_back() {
    let mut browser = Browser::at_work().await;
    browser.forget();
    for page in PAGES {
        let seen = browser.get(&format!("/d/HELLO{page}")).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{page}");
        assert!(seen.goes().starts_with("/log-in?next=/d/HELLO"), "{page}: {}", seen.goes());
    }
    for page in ["/", "/account"] {
        assert!(browser.get(page).await.goes().starts_with("/log-in"), "{page}");
    }
    let posts = [
        "/deployments",
        "/account/password",
        "/account/token",
        "/account/end",
        "/account/accounts",
        "/account/accounts/me",
        "/d/HELLO/act/cancel",
        "/d/HELLO/plan",
        "/log-out",
    ];
    for page in posts {
        let seen = browser.post(page, &[("c.cancel.reason", "x")]).await;
        assert!(seen.goes().starts_with("/log-in"), "{page}: {} {}", seen.status, seen.text);
    }
}

#[tokio::test]
async fn what_another_site_posts_is_refused() {
    let browser = Browser::at_work().await;
    for headers in [[("sec-fetch-site", "cross-site")], [("origin", "https://evil.example")]] {
        let mut request = Request::post("/d/HELLO/act/cancel")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let seen = browser.send(request, "c.cancel.reason=x".to_owned()).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let seen = browser.get("/d/HELLO").await;
    assert!(seen.text.contains("is a draft since"), "{}", seen.text);
}

#[tokio::test]
async fn a_stranger_to_a_deployment_does_not_even_learn_that_it_is_there() {
    let mut browser = Browser::at_work().await;
    let made = browser.post("/account/accounts", &[("name", "eve"), ("password", PASSWORD)]).await;
    assert!(made.goes().starts_with("/account?said="), "{}", made.text);
    browser.log_in("eve").await;
    let (there, not_there) = (browser.get("/d/HELLO").await, browser.get("/d/OTHER").await);
    assert_eq!((there.status, not_there.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(there.text.replace("HELLO", "OTHER"), not_there.text);
    let accounts =
        browser.post("/account/accounts", &[("name", "mal"), ("password", PASSWORD)]).await;
    assert_eq!(accounts.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_secret_let_nobody_in() {
    let browser = Browser::at_work().await;
    let seen = browser.post("/log-in", &[("name", "me"), ("password", "a wrong password")]).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    assert!(seen.text.contains("name or the password is wrong"), "{}", seen.text);
    let fields = [("secret", "guessed"), ("name", "mal"), ("password", PASSWORD)];
    assert_eq!(browser.post("/set-up", &fields).await.status, StatusCode::UNAUTHORIZED);
    let seen = browser.get("/log-in?next=//evil.example").await;
    assert!(seen.text.contains("name=\"next\" value=\"/\""), "{}", seen.text);
}

#[tokio::test]
async fn there_is_no_page_where_there_is_none() {
    let browser = Browser::at_work().await;
    let nowhere = [
        "/nowhere",
        "/d/HELLO/nowhere",
        "/d/HELLO/act/nothing",
        "/d/HELLO/sites/nowhere",
        "/d/HELLO/record/99",
        "/d/HELLO/record/0",
        "/d/HELLO/changes/RFC-9",
        "/d/HELLO/documents/site/nowhere",
        "/d/HELLO/stabilise/1",
        "/d/HELLO/output/site/north@1/pc-1/greet%231",
        "/d/..%2f..%2fetc/passwd",
    ];
    for page in nowhere {
        assert_eq!(browser.get(page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
}

/// Returns the values of `attribute` in `text`.
fn values<'t>(text: &'t str, attribute: &str) -> Vec<&'t str> {
    let begins = format!(" {attribute}=\"");
    text.split(&begins).skip(1).filter_map(|it| it.split('"').next()).collect()
}

#[tokio::test]
async fn script_in_any_field_of_any_form_is_never_a_part_of_a_page() {
    let browser = Browser::at_work().await;
    let all = browser.get("/d/HELLO/act").await;
    let forms: Vec<&str> = values(&all.text, "href")
        .into_iter()
        .filter(|it| it.starts_with("/d/HELLO/act/"))
        .collect();
    assert!(forms.len() > 120, "{}", forms.len());
    let script = "\"><script>alert(1)</script>'";
    for form in forms {
        let seen = browser.get(form).await;
        let fields: Vec<(&str, &str)> = values(&seen.text, "name")
            .into_iter()
            .filter(|it| it.starts_with("c."))
            .map(|it| (it, script))
            .collect();
        // Whatever becomes of it: it may be taken as a text, and is refused as anything else.
        let answered = browser.post(form, &fields).await;
        assert!(answered.status.as_u16() < 500, "{form}: {}", answered.status);
        assert!(!answered.text.contains("<script>alert"), "{form}: {}", answered.text);
    }
    for page in PAGES {
        let seen = browser.get(&format!("/d/HELLO{page}")).await;
        assert!(!seen.text.contains("<script>alert"), "{page}: {}", seen.text);
    }
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_and_no_header_is_smuggled_in() {
    let browser = Browser::at_work().await;
    let backs = [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/d/HELLO\r\nset-cookie: landfall=mine",
        "javascript:alert(1)",
    ];
    for (number, back) in backs.into_iter().enumerate() {
        let mut fields =
            vec![("c.hold.scope", "site/north"), ("c.hold.reason", back), ("_back", back)];
        if number % 2 == 0 {
            fields.push(("c.hold.held", "true"));
        }
        let seen = browser.post("/d/HELLO/act/hold", &fields).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{back:?} {}", seen.text);
        let goes = seen.goes();
        assert!(goes.starts_with('/') && !goes.starts_with("//"), "{back:?} {goes}");
        assert!(!goes.contains("evil.example") || goes.starts_with("/d/"), "{back:?} {goes}");
        assert!(!seen.headers.contains_key(header::SET_COOKIE), "{back:?}");
    }
}
