//! One file that holds a record and can be verified without a server.
//!
//! Lines of JSON: a header, every entry with its stored bytes, every content, and last
//! the signed checkpoint with the digest of all lines before. `jq`, `sha256sum`
//! and a reader's patience are enough to check it by hand.

use crate::entry::Entry;
use crate::error::RecordError;
use crate::home::Record;
use crate::key::VerifierKey;
use crate::notary::PAGE;
use crate::note::{ORIGIN, origin};
use crate::verify::{FirstBad, Flaw, Verified, Verifier, VerifyError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::digest::Digest;
use model::id::{DeploymentId, Seq};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::{BufRead, Read as _};
use std::path::Path;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

/// The name of the format, in the first line.
const FORMAT: &str = "landfall-record/1";

/// The longest line that is read: a content of 150 MiB. A longer one would only fill the memory.
const LINE_BYTES_MAX: u64 = 200 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    origin: String,
    vkey: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    content: Digest,
    seq: Seq,
    base64: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ending {
    checkpoint: String,
    entries: u64,
    contents: u64,
    sha256: Digest,
}

/// Lines on their way into a file, and the digest of all of them.
struct Lines<W> {
    writer: W,
    digest: Sha256,
}

impl<W: AsyncWrite + Unpin> Lines<W> {
    async fn write(&mut self, mut line: Vec<u8>) -> Result<(), RecordError> {
        line.push(b'\n');
        self.digest.update(&line);
        let written = self.writer.write_all(&line).await;
        written.map_err(|error| RecordError::Storage { source: error.into() })
    }

    async fn write_json(&mut self, line: &(impl Serialize + Sync)) -> Result<(), RecordError> {
        self.write(json(line)).await
    }
}

fn json(line: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(line).expect("because these lines have text keys only")
}

fn entry_line(entry: &Entry) -> Vec<u8> {
    let mut line = format!(r#"{{"seq":{},"hash":"{}","body":"#, entry.seq, entry.hash).into_bytes();
    line.extend_from_slice(&entry.body);
    line.push(b'}');
    line
}

pub(crate) fn read_entry_line(line: &[u8]) -> Option<Entry> {
    let rest = line.strip_prefix(br#"{"seq":"#)?;
    let digits = rest.iter().position(|it| *it == b',')?;
    let (seq, rest) = rest.split_at_checked(digits)?;
    let seq = std::str::from_utf8(seq).ok()?.parse().ok()?;
    let (hash, rest) = rest.strip_prefix(br#","hash":""#)?.split_at_checked(64)?;
    let hash = std::str::from_utf8(hash).ok()?.parse().ok()?;
    let body = rest.strip_prefix(br#"","body":"#)?.strip_suffix(b"}")?.to_vec();
    let entry = Entry { seq, body, hash };
    (entry_line(&entry) == line).then_some(entry)
}

/// Returns the bytes of a content, where `line` is the line of one.
pub(crate) fn read_content_line(line: &[u8]) -> Option<Vec<u8>> {
    let read: Content = line.starts_with(br#"{"content":"#).then(|| strictly(line))??;
    STANDARD.decode(read.base64).ok()
}

/// Writes a deployment's record as one file that [`verify_file`] reads, and returns how many
/// entries are in it. Entries appended meanwhile are left out, and so is what is private: see
/// [`openings`](crate::openings).
///
/// # Errors
///
/// What the database says; [`RecordError::Storage`] with what the writer says.
pub async fn export(
    record: &dyn Record,
    deployment: &DeploymentId,
    writer: impl AsyncWrite + Unpin + Send,
) -> Result<u64, RecordError> {
    let standing = record.standing(deployment).await?;
    let size = standing.head.seq;
    let mut lines = Lines { writer, digest: Sha256::new() };
    let (format, vkey) = (FORMAT.to_owned(), standing.key.to_string());
    lines.write_json(&Header { format, origin: origin(deployment), vkey }).await?;
    let mut written = 0;
    while written < size {
        let limit = u32::try_from(size - written).unwrap_or(PAGE).min(PAGE);
        let entries = record.read(deployment, written, limit).await?;
        if entries.is_empty() {
            let what = format!("entry {} of {deployment} is missing", written + 1);
            return Err(RecordError::Corrupt { what });
        }
        for entry in &entries {
            lines.write(entry_line(entry)).await?;
            written = entry.seq;
        }
    }
    let contents = export_contents(record, deployment, size, &mut lines).await?;
    let sha256 = Digest::from_bytes(lines.digest.clone().finalize().into());
    let checkpoint = standing.checkpoint;
    lines.write_json(&Ending { checkpoint, entries: size, contents, sha256 }).await?;
    let flushed = lines.writer.flush().await;
    flushed.map_err(|error| RecordError::Storage { source: error.into() })?;
    Ok(size)
}

async fn export_contents<W: AsyncWrite + Unpin>(
    record: &dyn Record,
    deployment: &DeploymentId,
    size: Seq,
    lines: &mut Lines<W>,
) -> Result<u64, RecordError> {
    let mut count = 0;
    let mut after = None;
    loop {
        let page = record.contents(deployment, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some(last.digest);
        for kept in page.iter().filter(|it| it.seq <= size && it.whose.is_none()) {
            let Some(body) = record.content(&kept.digest).await? else {
                let what = format!("the content {} is missing", kept.digest);
                return Err(RecordError::Corrupt { what });
            };
            let (content, base64) = (kept.digest, STANDARD.encode(body));
            lines.write_json(&Content { content, seq: kept.seq, base64 }).await?;
            count += 1;
        }
    }
}

/// Verifies the exported file at `path` and returns what holds. Without an expected key the one
/// in the file is used: then only accidents are found, and whoever lacks the key's owner's word
/// knows no more than that the file is whole.
///
/// # Errors
///
/// [`VerifyError::Bad`] with the first place that does not hold; [`VerifyError::File`].
pub fn verify_file(path: &Path, expected: Option<&VerifierKey>) -> Result<Verified, VerifyError> {
    let unreadable = |source| VerifyError::File { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let verified = verify_lines(std::io::BufReader::new(file), expected).map_err(unreadable)?;
    Ok(verified?)
}

/// Verifies an exported record as it is read; see [`verify_file`].
///
/// # Errors
///
/// What the reader says; inside, the first place that does not hold.
pub fn verify_lines(
    mut reader: impl BufRead,
    expected: Option<&VerifierKey>,
) -> std::io::Result<Result<Verified, FirstBad>> {
    let mut check = Check::new(expected);
    let mut line = Vec::new();
    loop {
        line.clear();
        reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(check.end());
        }
        if let Err(bad) = check.line(&line) {
            return Ok(Err(bad));
        }
    }
}

/// A file being verified, line by line.
struct Check<'a> {
    expected: Option<&'a VerifierKey>,
    line: u64,
    digest: Sha256,
    verifier: Verifier,
    opening: Option<(DeploymentId, VerifierKey)>,
    contents: u64,
    ending: Option<Verified>,
}

impl<'a> Check<'a> {
    fn new(expected: Option<&'a VerifierKey>) -> Self {
        Self {
            expected,
            line: 0,
            digest: Sha256::new(),
            verifier: Verifier::default(),
            opening: None,
            contents: 0,
            ending: None,
        }
    }

    fn bad<T>(&self, seq: Seq, why: Flaw) -> Result<T, FirstBad> {
        Err(FirstBad { seq, line: Some(self.line), why })
    }

    /// Returns the refusal of a line at which the next entry could have stood.
    fn bad_line<T>(&self, why: &'static str) -> Result<T, FirstBad> {
        self.bad(self.verifier.entries() + 1, Flaw::Line { why })
    }

    fn line(&mut self, line: &[u8]) -> Result<(), FirstBad> {
        self.line += 1;
        let before = self.digest.clone();
        self.digest.update(line);
        let Some(line) = line.strip_suffix(b"\n") else {
            return self.bad_line("the line is cut off");
        };
        if self.ending.is_some() {
            return self.bad_line("there is more after the end");
        }
        match self.opening.clone() {
            None => self.header(line),
            Some(_) if line.starts_with(br#"{"content":"#) => self.content(line),
            Some((deployment, key)) if line.starts_with(br#"{"checkpoint":"#) => {
                self.checkpoint(line, before, &deployment, &key)
            }
            Some(_) if self.contents == 0 => self.entry(line),
            Some(_) => self.bad_line("the line is neither a content nor the end"),
        }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), FirstBad> {
        let Some(header) = strictly::<Header>(line).filter(|it| it.format == FORMAT) else {
            return self.bad_line("this is not the first line of an exported record");
        };
        let deployment = header.origin.strip_prefix(ORIGIN).map(str::parse);
        let (Some(Ok(deployment)), Ok(key)) = (deployment, header.vkey.parse()) else {
            return self.bad_line("the first line names no deployment or no key");
        };
        self.opening = Some((deployment, key));
        Ok(())
    }

    fn entry(&mut self, line: &[u8]) -> Result<(), FirstBad> {
        let Some(entry) = read_entry_line(line) else {
            return self.bad_line("its line is not the line of an entry");
        };
        let line = Some(self.line);
        self.verifier.entry(&entry).map_err(|bad| FirstBad { line, ..bad })
    }

    fn content(&mut self, line: &[u8]) -> Result<(), FirstBad> {
        let Some(Content { content, seq, base64 }) = strictly(line) else {
            return self.bad_line("the line is not the line of a content");
        };
        match STANDARD.decode(base64) {
            Ok(body) if Digest::of(&body) == content && seq <= self.verifier.entries() => {
                self.contents += 1;
                Ok(())
            }
            Ok(_) | Err(_) => self.bad(seq, Flaw::Content { digest: content.to_string() }),
        }
    }

    fn checkpoint(
        &mut self,
        line: &[u8],
        before: Sha256,
        deployment: &DeploymentId,
        key: &VerifierKey,
    ) -> Result<(), FirstBad> {
        let Some(ending) = strictly::<Ending>(line) else {
            return self.bad_line("the last line is not the end of an exported record");
        };
        // The first line names the key that signs, which is the one that the entries lead to.
        let leads_elsewhere = self.verifier.rotated_to().is_some_and(|it| it != key);
        let is_other =
            self.verifier.rotated_to().is_none() && self.expected.is_some_and(|it| it != key);
        if leads_elsewhere || is_other {
            let why = Flaw::Key { found: key.to_string() };
            return Err(FirstBad { seq: 1, line: Some(1), why });
        }
        let trusted = self.expected.unwrap_or(key);
        let verified = self.verifier.finish(deployment, &ending.checkpoint, trusted);
        let line = Some(self.line);
        let verified = verified.map_err(|bad| FirstBad { line, ..bad })?;
        let whole = Digest::from_bytes(before.finalize().into()) == ending.sha256
            && ending.entries == verified.entries
            && ending.contents == self.contents;
        if !whole {
            return self.bad_line("a line besides the entries is missing or changed");
        }
        self.ending = Some(Verified { contents: self.contents, ..verified });
        Ok(())
    }

    fn end(self) -> Result<Verified, FirstBad> {
        match self.ending.clone() {
            Some(verified) => Ok(verified),
            None => {
                let why = match self.line {
                    0 => "the file is empty",
                    _ => "the file ends before the checkpoint",
                };
                // It is the next line that is missing.
                Self { line: self.line + 1, ..self }.bad_line(why)
            }
        }
    }
}

/// Returns the line as what it should be, if it says so in exactly the bytes that would be written.
fn strictly<T: Serialize + DeserializeOwned>(line: &[u8]) -> Option<T> {
    serde_json::from_slice(line).ok().filter(|it| json(it) == line)
}
