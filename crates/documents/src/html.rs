//! A document as a page of HTML that prints like paper: one file, without scripts or references.
//!
//! House rule: the page is a rendering; what is signed stands in it as JSON.

use crate::document::Document;
use crate::letterhead::Letterhead;
use crate::shown::Shown;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use std::sync::LazyLock;

static PAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages.set_undefined_behavior(UndefinedBehavior::Strict);
    pages
        .add_template("document.html", include_str!("../templates/document.html"))
        .expect("because a test renders it");
    pages
});

/// Returns the document as a page.
pub fn html(document: &Document, shown: &Shown, letterhead: &Letterhead) -> String {
    let template = PAGE.get_template("document.html").expect("because it was added above");
    let logo = letterhead.logo.as_ref().map(|it| STANDARD.encode(it));
    // In a script element only `</` and `<!` mean anything; JSON may write `<` as its code point.
    let json = String::from_utf8_lossy(&document.canonical()).replace('<', "\\u003c");
    let style = include_str!("../templates/document.css");
    template
        .render(context! { d => Value::from(Serde(shown)), logo, json, style })
        .expect("because the template is ours, and a test renders every part")
}
