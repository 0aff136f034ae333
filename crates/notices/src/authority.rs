//! Asking an authority for a timestamp: one POST of a few bytes (RFC 3161, section 3.4).

use crate::reasons;
use reqwest::{Client, Url, redirect::Policy};
use std::time::Duration;

/// How long an authority may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// The most bytes of an answer that are read: a timestamp with its certificates is a tenth of it.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Posts `question` to the authority at `address`, and returns its answer, which is believed in nothing.
///
/// # Errors
///
/// Why there is none.
pub async fn ask_authority(address: &str, question: Vec<u8>) -> Result<Vec<u8>, String> {
    let url: Url = address.parse().map_err(|_| format!("{address} is no address"))?;
    // An error means that somebody has chosen a provider before us, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(ANSWER_WITHIN).redirect(Policy::none()).build();
    let request = client
        .map_err(|it| reasons(&it))?
        .post(url)
        .header("content-type", "application/timestamp-query")
        .body(question);
    let mut answer = request.send().await.map_err(|it| reasons(&it))?;
    if !answer.status().is_success() {
        return Err(format!("the authority answers with {}", answer.status()));
    }
    let mut bytes = Vec::new();
    while let Some(more) = answer.chunk().await.map_err(|it| reasons(&it))? {
        bytes.extend_from_slice(&more);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err("the authority answers more than a timestamp".to_owned());
        }
    }
    Ok(bytes)
}
