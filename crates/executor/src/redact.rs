//! Takes secrets out of output before it is written anywhere.
//!
//! A secret is looked for as it is and as programs like to print it: in base64
//! at each of the three alignments, in hexadecimal, URL-encoded, JSON-escaped,
//! quoted by a shell. Matches may lie across the borders of what arrives.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What stands where a secret was.
pub(crate) const MARK: &[u8] = b"[secret]";

/// The shortest text looked for in its encoded forms, in bytes. Shorter ones encode to a letter
/// or two, and would blacken half of the output.
const ENCODED_BYTES_MIN: usize = 4;

/// Lines of a secret that are at least this long are secrets themselves, in bytes: a key file is
/// often printed indented.
const LINE_BYTES_MIN: usize = 12;

/// Takes secrets out of a stream. A clone begins another stream.
#[derive(Clone)]
pub(crate) struct Redactor {
    secrets: Option<AhoCorasick>,
    /// A match may begin in this many last bytes and end in what has not yet arrived.
    held: usize,
    buffer: Vec<u8>,
    /// The first bytes of the buffer that belong to a secret whose mark was already written.
    covered: usize,
}

impl Redactor {
    /// Returns a redactor of `secrets`.
    pub(crate) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms = BTreeSet::new();
        for secret in secrets {
            forms_of(secret, &mut forms);
            for line in secret.lines().map(str::trim) {
                if line.len() >= LINE_BYTES_MIN {
                    forms_of(line, &mut forms);
                }
            }
        }
        let longest = forms.iter().map(Vec::len).max().unwrap_or(0);
        let secrets = (longest > 0).then(|| AhoCorasick::new(&forms));
        Self {
            // Building fails only beyond 2^31 states: the secrets of an order are a few lines.
            secrets: secrets.map(|it| it.expect("because an order's secrets are small")),
            held: longest.saturating_sub(1),
            buffer: Vec::new(),
            covered: 0,
        }
    }

    /// Returns a redactor that knows no secrets.
    pub(crate) fn of_nothing() -> Self {
        Self::of([])
    }

    /// Returns in how many last bytes of a text that was cut a secret may have been cut, too.
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// Returns a whole text without secrets.
    pub(crate) fn clean(&self, whole: &[u8]) -> Vec<u8> {
        let mut stream = self.clone();
        let mut clean = Vec::with_capacity(whole.len());
        stream.push(whole, &mut clean);
        stream.finish(&mut clean);
        clean
    }

    /// Returns a text that was cut without secrets, and without what may be the beginning of one.
    pub(crate) fn clean_cut(&self, cut: &[u8]) -> Vec<u8> {
        let mut clean = Vec::with_capacity(cut.len());
        self.clone().push(cut, &mut clean);
        clean
    }

    /// Takes in `bytes` and appends to `clean` what can be said of the stream so far.
    pub(crate) fn push(&mut self, bytes: &[u8], clean: &mut Vec<u8>) {
        if self.secrets.is_none() {
            clean.extend_from_slice(bytes);
            return;
        }
        self.buffer.extend_from_slice(bytes);
        self.settle(self.buffer.len().saturating_sub(self.held), clean);
    }

    /// Appends the rest of the stream to `clean`.
    pub(crate) fn finish(&mut self, clean: &mut Vec<u8>) {
        self.settle(self.buffer.len(), clean);
    }

    /// Writes out the first `safe` bytes: every match that begins in them is known in full.
    fn settle(&mut self, safe: usize, clean: &mut Vec<u8>) {
        let Some(secrets) = &self.secrets else { return };
        let mut matches: Vec<_> =
            secrets.find_overlapping_iter(&self.buffer).map(|it| it.range()).collect();
        matches.sort_unstable_by_key(|it| it.start);
        let mut done = self.covered;
        for found in matches.into_iter().take_while(|it| it.start < safe) {
            if found.start >= done {
                clean.extend_from_slice(self.buffer.get(done..found.start).unwrap_or_default());
                clean.extend_from_slice(MARK);
                done = found.end;
            } else {
                done = done.max(found.end);
            }
        }
        clean.extend_from_slice(self.buffer.get(done..safe).unwrap_or_default());
        self.covered = done.saturating_sub(safe);
        self.buffer.drain(..safe);
    }
}

/// Adds the forms in which `secret` may be printed to `forms`.
fn forms_of(secret: &str, forms: &mut BTreeSet<Vec<u8>>) {
    if secret.is_empty() {
        return;
    }
    forms.insert(secret.as_bytes().to_vec());
    if secret.len() < ENCODED_BYTES_MIN {
        return;
    }
    for before in 0..3 {
        let shifted = [vec![0; before], secret.as_bytes().to_vec()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            // The first letter also holds bits of what stands before, and the last of what stands
            // behind, unless nothing does.
            let first = (before * 8).div_ceil(6);
            let last = shifted.len() * 8 / 6;
            for form in [encoded.get(first..last), encoded.get(first..)] {
                forms.extend(form.map(|it| it.as_bytes().to_vec()));
            }
        }
    }
    for (hexadecimal, url, form) in [
        (lower(secret.as_bytes()), url_encoded(secret, false), "%20"),
        (lower(secret.as_bytes()).to_uppercase(), url_encoded(secret, true), "%20"),
    ] {
        forms.insert(hexadecimal.into_bytes());
        forms.insert(url.replace(form, "+").into_bytes());
        forms.insert(url.into_bytes());
    }
    let json = serde_json::to_string(secret).unwrap_or_default();
    forms.insert(json.trim_matches('"').replace('/', r"\/").into_bytes());
    forms.insert(json.get(1..json.len() - 1).unwrap_or_default().as_bytes().to_vec());
    forms.insert(ascii_escaped(&json).into_bytes());
    forms.insert(secret.replace('\'', r"'\''").into_bytes());
    forms.insert(secret.replace('\'', r#"'"'"'"#).into_bytes());
    forms.remove(&[] as &[u8]);
}

fn lower(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn url_encoded(secret: &str, upper_case: bool) -> String {
    secret.bytes().fold(String::new(), |mut text, byte| {
        let _ = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                write!(text, "{}", char::from(byte))
            }
            _ if upper_case => write!(text, "%{byte:02X}"),
            _ => write!(text, "%{byte:02x}"),
        };
        text
    })
}

/// Returns `json` without its quotation marks, with `\u` for all that is not ASCII.
fn ascii_escaped(json: &str) -> String {
    let inner = json.get(1..json.len() - 1).unwrap_or_default();
    inner.chars().fold(String::new(), |mut text, letter| {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redacted(secrets: &[&str], text: &[u8], pieces: usize) -> Vec<u8> {
        let mut redactor = Redactor::of(secrets.iter().copied());
        let mut clean = Vec::new();
        for piece in text.chunks(pieces.max(1)) {
            redactor.push(piece, &mut clean);
        }
        redactor.finish(&mut clean);
        clean
    }

    #[test]
    fn a_secret_is_found_in_every_form_wherever_the_stream_is_cut() {
        let secret = "s3cr/et \"ü\" it's";
        let rows: Vec<Vec<u8>> = vec![
            secret.into(),
            STANDARD_NO_PAD.encode(format!("x{secret}yy")).into(),
            STANDARD_NO_PAD.encode(format!("xx{secret}y")).into(),
            STANDARD_NO_PAD.encode(format!("{secret}yyy")).into(),
            URL_SAFE_NO_PAD.encode(format!("user:{secret}")).into(),
            lower(secret.as_bytes()).into(),
            lower(secret.as_bytes()).to_uppercase().into(),
            b"s3cr%2Fet%20%22%C3%BC%22%20it%27s".to_vec(),
            b"s3cr%2fet+%22%c3%bc%22+it%27s".to_vec(),
            serde_json::to_vec(secret).unwrap(),
            br#"s3cr/et \"\u00fc\" it's"#.to_vec(),
            r#"s3cr/et "ü" it'\''s"#.into(),
            "s3cr/et 'ü' its".into(),
        ];
        let mut last = rows;
        // The last row has other quotation marks than the secret, so it is none.
        let harmless = last.pop().unwrap();
        for row in last {
            for pieces in 1..40 {
                let text = [b"before ".as_slice(), &row, b" after"].concat();
                let clean = redacted(&[secret], &text, pieces);
                let shown = String::from_utf8_lossy(&clean);
                assert!(shown.contains("[secret]"), "{shown} cut to {pieces}");
                assert!(shown.starts_with("before ") && shown.ends_with(" after"), "{shown}");
            }
        }
        assert_eq!(redacted(&[secret], &harmless, 7), harmless);
    }

    #[test]
    fn overlapping_secrets_leave_nothing_between_them() {
        for pieces in 1..9 {
            assert_eq!(redacted(&["abcd", "cdef"], b"-abcdef-", pieces), b"-[secret]-");
            assert_eq!(redacted(&["aaaa"], b"-aaaaaaaaa-", pieces), b"-[secret]-");
        }
    }

    #[test]
    fn the_lines_of_a_key_are_secrets_too() {
        let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END KEY-----\n";
        assert_eq!(redacted(&[key], b"  MIIEvQIBADANBgkqhkiG9w0B\n", 5), b"  [secret]\n");
    }

    proptest! {
        #[test]
        fn where_the_stream_is_cut_makes_no_difference(
            text in "[ab]{0,80}", secrets in proptest::collection::vec("[ab]{1,9}", 0..4), pieces in 1usize..20
        ) {
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let whole = redacted(&secrets, text.as_bytes(), usize::MAX);
            prop_assert_eq!(redacted(&secrets, text.as_bytes(), pieces), whole);
        }
    }
}
