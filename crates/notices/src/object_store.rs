//! A bucket of an object store that speaks the S3 protocol: what is put there is new, or it is not put.
//!
//! Requests are signed in their address (Signature Version 4) and expire within a minute; no address that
//! was signed is ever said. Nothing is deleted or written over, so a bucket with an object lock takes all of it.

use crate::reasons;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method, Response, StatusCode, Url, redirect::Policy};
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a store may take for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// How long a signed request is good: as long as a clock may be wrong that a store still believes.
const SIGNED_FOR: Duration = Duration::from_secs(60);

/// The most bytes of an object that are read.
const OBJECT_BYTES_MAX: usize = 64 * 1024;

/// The most bytes of a page of names that are read: a thousand names, each of a kilobyte at most.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The most pages of names that are read: a million names, after which a store is not believed any more.
const PAGES_MAX: usize = 1000;

/// The region, where an address names none: what stores expect that have no regions.
const REGION: &str = "us-east-1";

/// Where a bucket is, with what stands before the names of objects in it: `https://HOST/BUCKET/PREFIX`, and
/// `?region=REGION` where the store has regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAddress {
    /// The address of the store.
    store: Url,
    /// The bucket in it.
    bucket: String,
    /// What stands before each name: empty, or with `/` at its end.
    prefix: String,
    /// The region that requests are signed for.
    region: String,
}

impl fmt::Display for BucketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, bucket, prefix, region } = self;
        write!(f, "{store}{bucket}")?;
        if !prefix.is_empty() {
            write!(f, "/{}", prefix.trim_end_matches('/'))?;
        }
        if region == REGION { Ok(()) } else { write!(f, "?region={region}") }
    }
}

/// A text is not the address of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a bucket is `https://HOST/BUCKET`, or with more names after it, and without a key in it")]
pub struct NoBucket;

impl FromStr for BucketAddress {
    type Err = NoBucket;

    fn from_str(text: &str) -> Result<Self, NoBucket> {
        let mut url: Url = text.parse().map_err(|_| NoBucket)?;
        let is_web = ["http", "https"].contains(&url.scheme()) && url.host_str().is_some();
        let has_key = !url.username().is_empty() || url.password().is_some();
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let region = match query.as_slice() {
            [] => REGION.to_owned(),
            [(name, region)] if name == "region" && is_word(region) => region.clone(),
            _ => return Err(NoBucket),
        };
        let path = url.path().trim_matches('/').to_owned();
        let (bucket, prefix) = path.split_once('/').unwrap_or((&path, ""));
        // An address is read without its dots: what is meant is written.
        let is_plain = path.split('/').all(is_word) && !text.contains("..");
        if !is_web || has_key || !is_plain || url.fragment().is_some() {
            return Err(NoBucket);
        }
        let (bucket, mut prefix) = (bucket.to_owned(), prefix.to_owned());
        if !prefix.is_empty() {
            prefix.push('/');
        }
        url.set_path("/");
        url.set_query(None);
        Ok(Self { store: url, bucket, prefix, region })
    }
}

/// Returns whether `text` is a name that is written in an address as it is.
fn is_word(text: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
    !text.is_empty() && !text.starts_with('.') && text.chars().all(is_plain)
}

/// A bucket, with the key that opens it.
pub struct ObjectStore {
    bucket: Bucket,
    prefix: String,
    credentials: Credentials,
    client: Client,
}

impl ObjectStore {
    /// Returns the bucket at `address`, opened with `key`: the name of the key, `:` and its secret.
    ///
    /// # Errors
    ///
    /// When the key is not written so.
    pub fn open(address: &BucketAddress, key: &Zeroizing<String>) -> Result<Self, String> {
        let parts =
            key.trim().split_once(':').filter(|(id, secret)| is_word(id) && !secret.is_empty());
        let Some((id, secret)) = parts else {
            return Err(
                "the key of an object store is written `NAME:SECRET`, on one line".to_owned()
            );
        };
        // An error means that somebody has chosen a provider before us, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(ANSWER_WITHIN).redirect(Policy::none()).build();
        let BucketAddress { store, bucket, prefix, region } = address.clone();
        let bucket = Bucket::new(store, UrlStyle::Path, bucket, region);
        Ok(Self {
            bucket: bucket.map_err(|it| it.to_string())?,
            prefix,
            credentials: Credentials::new(id, secret),
            client: client.map_err(|it| reasons(&it))?,
        })
    }

    /// Returns the names that begin with `folder`, in order: those after `after`, where one is given.
    ///
    /// # Errors
    ///
    /// What the store says, or why it says nothing.
    pub async fn names(&self, folder: &str, after: Option<&str>) -> Result<Vec<String>, String> {
        let mut names = Vec::new();
        let mut more = None;
        for _ in 0..PAGES_MAX {
            let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
            action.with_prefix(format!("{}{folder}", self.prefix));
            if let Some(after) = after {
                action.with_start_after(format!("{}{after}", self.prefix));
            }
            if let Some(token) = more.take() {
                action.with_continuation_token(token);
            }
            let answer = self.client.get(action.sign(SIGNED_FOR)).send().await;
            let page = body(accepted(answer).await?, PAGE_BYTES_MAX).await?;
            let page = String::from_utf8(page).map_err(|_| NO_LIST)?;
            let page = ListObjectsV2::parse_response(&page).map_err(|_| NO_LIST)?;
            let own = |key: &str| key.strip_prefix(&self.prefix).map(str::to_owned);
            names.extend(page.contents.iter().filter_map(|it| own(&it.key)));
            more = page.next_continuation_token;
            if more.is_none() {
                names.retain(|it| it.starts_with(folder));
                names.sort();
                return Ok(names);
            }
        }
        Err("the object store lists more than anybody has put there".to_owned())
    }

    /// Returns the object `name`.
    ///
    /// # Errors
    ///
    /// What the store says, or why it says nothing.
    pub async fn get(&self, name: &str) -> Result<Vec<u8>, String> {
        let key = format!("{}{name}", self.prefix);
        let url = self.bucket.get_object(Some(&self.credentials), &key).sign(SIGNED_FOR);
        body(accepted(self.client.get(url).send().await).await?, OBJECT_BYTES_MAX).await
    }

    /// Puts `bytes` under `name`, where nothing is yet; what is there stays as it is.
    ///
    /// # Errors
    ///
    /// What the store says, or why it says nothing.
    pub async fn put_new(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let key = format!("{}{name}", self.prefix);
        let digest = STANDARD.encode(Sha256::digest(bytes));
        // A bucket with an object lock wants a digest of what it keeps.
        let headers = [("if-none-match", "*"), ("x-amz-checksum-sha256", &digest)];
        let mut action = self.bucket.put_object(Some(&self.credentials), &key);
        headers.iter().for_each(|(name, value)| action.headers_mut().insert(*name, *value));
        let mut request = self.client.request(Method::PUT, action.sign(SIGNED_FOR));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.body(bytes.to_vec()).send().await;
        if answer.as_ref().is_ok_and(|it| it.status() == StatusCode::PRECONDITION_FAILED) {
            return Ok(());
        }
        accepted(answer).await.map(drop)
    }
}

/// What is said of an answer that lists nothing.
const NO_LIST: &str = "what answers there is no object store: it lists no objects";

/// Returns the answer, where the store does what it was asked; otherwise what it says, in its own word.
async fn accepted(answer: Result<Response, reqwest::Error>) -> Result<Response, String> {
    // The address is signed: whoever reads it could ask the same for a minute.
    let answer = answer.map_err(|it| reasons(&it.without_url()))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let said = body(answer, OBJECT_BYTES_MAX).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let code = said.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.map(|(code, _)| code).filter(|it| is_word(it) && it.len() < 64);
    Err(match code {
        Some(code) => format!("the object store answers {code} ({})", status.as_u16()),
        None => format!("the object store answers with {status}"),
    })
}

async fn body(mut answer: Response, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(more) = answer.chunk().await.map_err(|it| reasons(&it.without_url()))? {
        bytes.extend_from_slice(&more);
        if bytes.len() > bytes_max {
            return Err(format!("the object store answers with more than {bytes_max} bytes"));
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ObjectHouse;

    #[test]
    fn the_address_of_a_bucket_holds_no_key_and_nothing_that_would_be_written_otherwise() {
        for text in [
            "https://s3.example.org/checkpoints",
            "https://s3.eu-central-1.amazonaws.com/audit/landfall/fg?region=eu-central-1",
            "http://127.0.0.1:9000/audit",
        ] {
            assert_eq!(text.parse::<BucketAddress>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "https://s3.example.org",
            "https://key:secret@s3.example.org/audit",
            "https://s3.example.org/audit/a b",
            "https://s3.example.org/audit/../other",
            "https://s3.example.org/audit//x",
            "https://s3.example.org/audit?X-Amz-Signature=1",
            "https://s3.example.org/audit?region=",
            "https://s3.example.org/audit#x",
            "ftp://s3.example.org/audit",
        ] {
            assert_eq!(text.parse::<BucketAddress>(), Err(NoBucket), "{text}");
        }
    }

    fn opened(address: &str, key: &str) -> Result<ObjectStore, String> {
        ObjectStore::open(&address.parse().unwrap(), &Zeroizing::new(key.to_owned()))
    }

    #[tokio::test]
    async fn what_is_put_is_read_back_in_order_and_never_written_over() {
        let house = ObjectHouse::open("audit").unwrap();
        let store = opened(&format!("{}/deep/er", house.bucket()), house.key()).unwrap();
        assert!(store.names("FG1/", None).await.unwrap().is_empty());
        for (name, text) in
            [("FG1/3", "three"), ("FG1/1", "one"), ("FG10/2", "other"), ("FG1/1", "x")]
        {
            store.put_new(name, text.as_bytes()).await.unwrap();
        }
        assert_eq!(store.get("FG1/1").await.unwrap(), b"one");
        assert_eq!(store.names("FG1/", None).await.unwrap(), ["FG1/1", "FG1/3"]);
        assert_eq!(store.names("FG1/", Some("FG1/1")).await.unwrap(), ["FG1/3"]);
        let beside = opened(&house.bucket(), house.key()).unwrap();
        assert_eq!(beside.names("deep/er/FG10", None).await.unwrap(), ["deep/er/FG10/2"]);
        assert_eq!(
            store.get("FG1/2").await.unwrap_err(),
            "the object store answers NoSuchKey (404)"
        );
    }

    #[tokio::test]
    async fn more_names_than_a_page_holds_are_all_read() {
        let house = ObjectHouse::open("audit").unwrap();
        house.fill("FG1", 1203);
        let store = opened(&house.bucket(), house.key()).unwrap();
        assert_eq!(store.names("FG1/", None).await.unwrap().len(), 1203);
    }

    #[tokio::test]
    async fn a_wrong_key_opens_nothing_and_no_signed_address_is_said() {
        let house = ObjectHouse::open("audit").unwrap();
        let id = house.key().split(':').next().unwrap();
        let mut said = vec![];
        for key in [format!("{id}:wrong"), "nobody:wrong".to_owned()] {
            let store = opened(&house.bucket(), &key).unwrap();
            said.push(store.names("", None).await.unwrap_err());
            said.push(store.put_new("FG1/1", b"x").await.unwrap_err());
        }
        let nowhere = opened("http://127.0.0.1:1/audit", house.key()).unwrap();
        said.push(nowhere.put_new("FG1/1", b"x").await.unwrap_err());
        assert!(said.iter().take(2).all(|it| it.contains("SignatureDoesNotMatch")), "{said:?}");
        assert!(said.iter().all(|it| !it.contains("X-Amz") && !it.contains(id)), "{said:?}");
        for key in ["", "id", "id:", ":secret", "a b:secret"] {
            assert!(opened(&house.bucket(), key).is_err(), "{key}");
        }
    }
}
