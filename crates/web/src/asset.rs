//! What pages load: one style sheet and a few modules, each under a name that changes with it.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::digest::Digest;
use std::sync::LazyLock;

/// Something that pages load.
struct Asset {
    /// What templates call it.
    name: &'static str,
    kind: &'static str,
    text: &'static str,
    /// What browsers call it: it never changes under one name.
    address: String,
}

const TEXT: [(&str, &str, &str); 6] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../assets/style.css")),
    ("live.js", "text/javascript; charset=utf-8", include_str!("../assets/live.js")),
    ("output.js", "text/javascript; charset=utf-8", include_str!("../assets/output.js")),
    ("passkey.js", "text/javascript; charset=utf-8", include_str!("../assets/passkey.js")),
    ("wall.js", "text/javascript; charset=utf-8", include_str!("../assets/wall.js")),
    ("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let named = |(name, kind, text): (&'static str, &'static str, &'static str)| {
        let digest = Digest::of(text.as_bytes()).short();
        Asset { name, kind, text, address: format!("{digest}-{name}") }
    };
    TEXT.into_iter().map(named).collect()
});

/// Returns where browsers find the asset that templates call `name`.
pub(crate) fn address(name: &str) -> String {
    let found = ASSETS.iter().find(|it| it.name == name);
    found.map_or_else(String::new, |it| format!("/assets/{}", it.address))
}

/// Answers with an asset: a browser that has it never asks again.
pub(crate) async fn asset(Path(address): Path<String>) -> Response {
    match ASSETS.iter().find(|it| it.address == address) {
        Some(it) => {
            let kept = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, it.kind), (header::CACHE_CONTROL, kept)], it.text)
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
