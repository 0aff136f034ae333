//! Commitments of an exported record, and the openings that are handed out beside it.
//!
//! A commitment stands in entries and plans as `{"sealed":"…"}`; an opening is a line whose SHA-256 it
//! is. So `sha256sum` and `grep` hold one against the other.
//!
//! House rule: whoever has no opening verifies as much of the record as whoever has them all.

use crate::error::RecordError;
use crate::export::read_content_line;
use crate::home::Record;
use model::digest::Digest;
use std::collections::BTreeSet;
use std::io::BufRead;

/// The file of a package in which the openings are.
pub const PRIVATE: &str = "private.ndjson";

/// What stands before a commitment. A text that says the same has its quotation marks escaped.
const BEFORE: &[u8] = br#""sealed":""#;

/// The length of a commitment, in digits.
const DIGITS: usize = 64;

/// How many private values of a record can be read, and how many cannot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Opened {
    /// Those whose openings are there.
    pub open: usize,
    /// Those whose openings are not: nobody handed them out, or they were destroyed.
    pub closed: usize,
}

/// Returns the commitments in an exported record.
///
/// # Errors
///
/// What the reader says.
pub fn commitments(reader: impl BufRead) -> std::io::Result<BTreeSet<Digest>> {
    let mut found = BTreeSet::new();
    for line in reader.split(b'\n') {
        let line = line?;
        match read_content_line(&line) {
            Some(content) => gather(&content, &mut found),
            None => gather(&line, &mut found),
        }
    }
    Ok(found)
}

fn gather(bytes: &[u8], found: &mut BTreeSet<Digest>) {
    for (at, _) in bytes.windows(BEFORE.len()).enumerate().filter(|(_, it)| *it == BEFORE) {
        let digits = bytes.get(at + BEFORE.len()..).and_then(|it| it.get(..DIGITS));
        let digest: Option<Digest> =
            digits.and_then(|it| std::str::from_utf8(it).ok()?.parse().ok());
        found.extend(digest);
    }
}

/// Returns the openings of `commitments` that are still there, one a line, in the order of their digests.
///
/// # Errors
///
/// What the database says.
pub async fn openings(
    record: &dyn Record,
    commitments: &BTreeSet<Digest>,
) -> Result<Vec<u8>, RecordError> {
    let digests: Vec<Digest> = commitments.iter().copied().collect();
    let found = record.contents_of(&digests).await?.into_iter();
    let mut found: Vec<(Digest, Vec<u8>)> = found.map(|it| (Digest::of(&it), it)).collect();
    found.sort();
    Ok(found.into_iter().flat_map(|(_, it)| [it, b"\n".to_vec()].concat()).collect())
}

/// Holds openings, one a line, against the commitments of a record.
///
/// # Errors
///
/// The number of the first line that opens none of them.
pub fn verify_openings(commitments: &BTreeSet<Digest>, openings: &[u8]) -> Result<Opened, usize> {
    let mut open = BTreeSet::new();
    let lines = openings.strip_suffix(b"\n").unwrap_or(openings).split(|it| *it == b'\n');
    for (number, line) in (1..).zip(lines.filter(|_| !openings.is_empty())) {
        let digest = Digest::of(line);
        if !commitments.contains(&digest) {
            return Err(number);
        }
        open.insert(digest);
    }
    Ok(Opened { open: open.len(), closed: commitments.len() - open.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn a_line_opens_a_commitment_or_is_named() {
        let (one, two) = (b"{\"salt\":1}", b"{\"salt\":2}");
        let (first, second) = (Digest::of(one), Digest::of(two));
        let plan = STANDARD.encode(format!(r#"{{"sealed":"{second}"}}"#));
        let kept = Digest::of(b"");
        let record = format!(
            "{{\"seq\":1,\"body\":{{\"a\":{{\"sealed\":\"{first}\"}},\"b\":\"\\\"sealed\\\":\\\"{kept}\"}}}}\n{{\"content\":\"{kept}\",\"seq\":1,\"base64\":\"{plan}\"}}\n"
        );
        let found = commitments(record.as_bytes()).unwrap();
        assert_eq!(found, [first, second].into());
        let lines = |of: &[&[u8]]| of.iter().flat_map(|it| [it, &b"\n"[..]].concat()).collect();
        let both: Vec<u8> = lines(&[one, two]);
        let last: Vec<u8> = lines(&[two]);
        let wrong: Vec<u8> = lines(&[one, b"{}"]);
        assert_eq!(verify_openings(&found, &both), Ok(Opened { open: 2, closed: 0 }));
        assert_eq!(verify_openings(&found, &last), Ok(Opened { open: 1, closed: 1 }));
        assert_eq!(verify_openings(&found, b""), Ok(Opened { open: 0, closed: 2 }));
        assert_eq!(verify_openings(&found, &wrong), Err(2));
        assert_eq!(verify_openings(&found, b"\n"), Err(1));
    }
}
