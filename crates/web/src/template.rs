//! Templates: built in, escaped, and one base for all of them.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use std::sync::LazyLock;

const TEMPLATES: [(&str, &str); 16] = [
    ("base.html", include_str!("../templates/base.html")),
    ("page.html", include_str!("../templates/page.html")),
    ("blocks.html", include_str!("../templates/blocks.html")),
    ("fields.html", include_str!("../templates/fields.html")),
    ("board.html", include_str!("../templates/board.html")),
    ("list.html", include_str!("../templates/list.html")),
    ("door.html", include_str!("../templates/door.html")),
    ("deployments.html", include_str!("../templates/deployments.html")),
    ("trouble.html", include_str!("../templates/trouble.html")),
    ("account.html", include_str!("../templates/account.html")),
    ("refusals.html", include_str!("../templates/refusals.html")),
    ("away.html", include_str!("../templates/away.html")),
    ("welcome.html", include_str!("../templates/welcome.html")),
    ("link.html", include_str!("../templates/link.html")),
    ("survey.html", include_str!("../templates/survey.html")),
    ("answer.html", include_str!("../templates/answer.html")),
];

pub(crate) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_function("asset", |name: &str| crate::asset::address(name));
    for (name, text) in TEMPLATES {
        environment
            .add_template(name, text)
            .expect("because a test renders every template that is built in");
    }
    environment
});

/// What a template is told: names with values, each as it serializes.
macro_rules! said {
    ($($key:ident $(=> $value:expr)?),* $(,)?) => {{
        let mut names = serde_json::Map::new();
        $( names.insert(stringify!($key).to_owned(), said!(@ $key $(=> $value)?)); )*
        serde_json::Value::Object(names)
    }};
    (@ $key:ident => $value:expr) => { serde_json::to_value(&$value).unwrap_or_default() };
    (@ $key:ident) => { serde_json::to_value(&$key).unwrap_or_default() };
}
pub(crate) use said;

/// Returns the page that `template` makes of `what`.
pub(crate) fn rendered(template: &str, what: impl Serialize) -> Response {
    let made = ENVIRONMENT.get_template(template).and_then(|it| it.render(Serde(what)));
    match made {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(template, error = format!("{error:#}"), "a page could not be made");
            let said = "The page could not be made. The log of the server says why.";
            (StatusCode::INTERNAL_SERVER_ERROR, said).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_read() {
        assert_eq!(ENVIRONMENT.templates().count(), TEMPLATES.len());
    }
}
