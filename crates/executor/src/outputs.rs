//! The kept outputs: one file an order, redacted before it is written, found and searched later.
//!
//! The name of a file is the order's own, so that a person with a shell finds
//! `FG30/site/B03/pc-17/desk-install#2.log` without asking Landfall.

use crate::redact::Redactor;
use crate::settings::OUTPUT_BYTES_MAX;
use model::digest::Digest;
use model::id::DeploymentId;
use model::order::{OrderId, Report};
use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// How much of an output's end a report shows, in bytes: a screenful.
const LAST_OUTPUT_BYTES: usize = 2048;

/// The longest line a search looks at as one, in bytes; longer ones are cut.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// The longest piece of a line that a search shows, in characters.
const SHOWN_CHARACTERS_MAX: usize = 400;

/// A line of a kept output in which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The order that wrote it.
    pub order: OrderId,
    /// The number of the line, from 1.
    pub line: u64,
    /// The line, with control characters made visible.
    pub text: String,
}

/// Returns the file that holds the output of `order`.
pub(crate) fn path_of(outputs: &Path, deployment: &DeploymentId, order: &OrderId) -> PathBuf {
    let mut path = outputs.join(deployment.as_str());
    let mut segments = order.0.split('/').map(escaped).collect::<VecDeque<_>>();
    let file = segments.pop_back().unwrap_or_default();
    path.extend(segments);
    path.join(format!("{file}.log"))
}

/// Returns `segment` as a file name: letters, digits and `._-#@+` stand for themselves.
fn escaped(segment: &str) -> String {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"_-#@+".contains(&it);
    let mut name = String::with_capacity(segment.len());
    for (place, byte) in segment.bytes().enumerate() {
        if plain(byte) || (byte == b'.' && place > 0) {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "%{byte:02x}");
        }
    }
    if name.is_empty() { "%".to_owned() } else { name }
}

/// Returns the segment that [`escaped`] turned into `name`.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|it| str::from_utf8(it).ok());
        match (first, code.and_then(|it| u8::from_str_radix(it, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            (b'%', None) => rest = behind,
            (plain, _) => {
                bytes.push(*plain);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns the kept output of an order, or nothing where it wrote none.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns at most `most` bytes of the kept output of an order from byte `from` on, none where it wrote
/// none.
pub(crate) fn read_from(path: &Path, from: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Sends each line under `folder` that holds `needle` to `found`, until `limit` were or nobody listens.
pub(crate) fn search(folder: &Path, needle: &str, limit: usize, found: &mpsc::Sender<Found>) {
    let mut left = limit;
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_unstable_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().is_ok_and(|it| it.is_dir()) {
                folders.push((entry.path(), format!("{prefix}{}/", unescaped(&name))));
            } else if let Some(name) = name.strip_suffix(".log") {
                let order = OrderId(format!("{prefix}{}", unescaped(name)).into());
                if search_file(&entry.path(), &order, needle, &mut left, found).is_none() {
                    return;
                }
            }
        }
    }
}

/// Returns nothing when the search is over.
fn search_file(
    path: &Path,
    order: &OrderId,
    needle: &str,
    left: &mut usize,
    found: &mpsc::Sender<Found>,
) -> Option<()> {
    // An output that vanished or cannot be read holds nothing to be found.
    let Ok(file) = File::open(path) else { return Some(()) };
    let mut lines = BufReader::with_capacity(LINE_BYTES_MAX as usize, file);
    let needle_finder = aho_corasick::AhoCorasick::new([needle]).ok()?;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        if !read.is_ok_and(|read| read > 0) {
            break;
        }
        if needle_finder.is_match(&line) {
            *left = left.checked_sub(1)?;
            let text = shown(&line).trim_end().chars().take(SHOWN_CHARACTERS_MAX).collect();
            found.blocking_send(Found { order: order.clone(), line: number, text }).ok()?;
        }
    }
    Some(())
}

/// Returns `bytes` as text whose control characters cannot command a terminal.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for letter in String::from_utf8_lossy(bytes).chars() {
        let commands = letter.is_control()
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match letter {
            '\n' | '\t' => text.push(letter),
            _ if commands => text.extend(letter.escape_unicode()),
            _ => text.push(letter),
        }
    }
    text
}

/// Where the output of one order goes while it is carried out.
pub(crate) struct Sink {
    /// The file; nothing where the output is not kept.
    path: Option<PathBuf>,
    file: Option<File>,
    redactor: Redactor,
    digest: Sha256,
    last: VecDeque<u8>,
    /// The bytes taken in, before redaction.
    taken: u64,
    kept: u64,
    /// The disk did not take it: said in the report, and no reason to fail an order.
    broken: Option<io::Error>,
}

impl Sink {
    /// Returns a sink that writes to `path` once there is something to write.
    pub(crate) fn new(path: PathBuf, redactor: Redactor) -> Self {
        Self { path: Some(path), ..Self::nowhere(redactor) }
    }

    /// Returns a sink that keeps nothing.
    pub(crate) fn nowhere(redactor: Redactor) -> Self {
        Self {
            path: None,
            file: None,
            redactor,
            digest: Sha256::new(),
            last: VecDeque::new(),
            taken: 0,
            kept: 0,
            broken: None,
        }
    }

    /// Returns how many bytes of the order's output were taken in.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes in `bytes`, which begin at byte `from` of the order's output.
    ///
    /// What was already taken in is passed over: the same output arrives again
    /// with each look at it and after each lost connection.
    pub(crate) fn take(&mut self, from: u64, bytes: &[u8]) {
        let known = usize::try_from(self.taken.saturating_sub(from)).unwrap_or(usize::MAX);
        let room = usize::try_from(OUTPUT_BYTES_MAX - self.taken).unwrap_or(usize::MAX);
        let fresh = bytes.get(known..).unwrap_or_default();
        let fresh = fresh.get(..room).unwrap_or(fresh);
        if from > self.taken || fresh.is_empty() {
            return;
        }
        self.taken += fresh.len() as u64;
        let mut clean = Vec::with_capacity(fresh.len());
        self.redactor.push(fresh, &mut clean);
        self.write(&clean);
    }

    fn write(&mut self, clean: &[u8]) {
        if clean.is_empty() || self.broken.is_some() {
            return;
        }
        if let Err(error) = self.append(clean) {
            self.broken = Some(error);
            return;
        }
        self.kept += clean.len() as u64;
        self.digest.update(clean);
        let end = clean.get(clean.len().saturating_sub(LAST_OUTPUT_BYTES)..).unwrap_or(clean);
        self.last.extend(end);
        let excess = self.last.len().saturating_sub(LAST_OUTPUT_BYTES);
        self.last.drain(..excess);
    }

    /// Writes in place: what arrives at once is less than a pipe holds, and goes to the cache.
    fn append(&mut self, clean: &[u8]) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                self.file.insert(File::create(path)?)
            }
        };
        file.write_all(clean)
    }

    /// Fills in what `report` says of the output.
    pub(crate) fn conclude(mut self, mut report: Report) -> Report {
        let mut clean = Vec::new();
        self.redactor.finish(&mut clean);
        self.write(&clean);
        report.output_bytes = self.kept;
        report.output_sha256 =
            (self.kept > 0).then(|| Digest::from_bytes(self.digest.finalize().into()));
        if !matches!(report.outcome, model::order::Outcome::Succeeded { .. }) {
            let mut text = shown(self.last.make_contiguous());
            if let Some(error) = self.broken {
                let _ = write!(text, "\n[the rest of the output could not be kept: {error}]");
            }
            report.last_output = Some(text).filter(|text| !text.is_empty());
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_s_file_bears_its_name_and_stays_in_its_folder() {
        let deployment: DeploymentId = "FG30".parse().unwrap();
        for (order, path) in [
            ("site/B03/pc-17/desk-install#2", "out/FG30/site/B03/pc-17/desk-install#2.log"),
            ("../../etc/passwd", "out/FG30/%2e./%2e./etc/passwd.log"),
            ("/etc//x", "out/FG30/%/etc/%/x.log"),
            ("a b\n", "out/FG30/a%20b%0a.log"),
        ] {
            let id = OrderId(order.into());
            assert_eq!(path_of(Path::new("out"), &deployment, &id), Path::new(path), "{order}");
            let names: Vec<String> = path.split('/').skip(2).map(unescaped).collect();
            assert_eq!(names.join("/"), format!("{order}.log"));
        }
    }

    #[test]
    fn an_output_is_read_on_from_where_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        assert_eq!(read_from(&path, 0, 10).unwrap(), b"");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        for (from, most, expected) in
            [(0, 4, "one\n"), (4, 2, "tw"), (4, 100, "two\n"), (8, 100, ""), (9, 100, "")]
        {
            assert_eq!(read_from(&path, from, most).unwrap(), expected.as_bytes());
        }
    }

    #[test]
    fn output_that_arrives_twice_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.log");
        let mut sink = Sink::new(path.clone(), Redactor::of(["hunter2"]));
        sink.take(0, b"one hun");
        sink.take(0, b"one hunter2 two\x1b[2J");
        sink.take(4, b"hunter2 two\x1b[2J three");
        let report = sink.conclude(Report::unknown("a test"));
        let kept = read(&path).unwrap().unwrap();
        assert_eq!(kept, b"one [secret] two\x1b[2J three");
        assert_eq!(report.output_bytes, kept.len() as u64);
        assert_eq!(report.output_sha256, Some(Digest::of(&kept)));
        assert_eq!(report.last_output.unwrap(), r"one [secret] two\u{1b}[2J three");
    }

    #[tokio::test]
    async fn a_search_finds_lines_and_stops_at_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let deployment: DeploymentId = "FG30".parse().unwrap();
        for order in ["site/B1/step#1", "site/B2/step#1", "core/db#1"] {
            let path = path_of(folder.path(), &deployment, &OrderId(order.into()));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "fine\ndisk full here\nfine\ndisk full\n").unwrap();
        }
        for (limit, expected) in [(2, 2), (100, 6)] {
            let (sender, mut found) = mpsc::channel(100);
            let folder = folder.path().to_owned();
            let searched = move || search(&folder.join("FG30"), "disk full", limit, &sender);
            tokio::task::spawn_blocking(searched).await.unwrap();
            let mut lines = Vec::new();
            while let Some(found) = found.recv().await {
                lines.push(format!("{}:{} {}", found.order, found.line, found.text));
            }
            assert_eq!(lines.len(), expected);
            assert!(
                lines
                    .iter()
                    .all(|it| it.contains("#1:2 disk full here") || it.contains("#1:4 disk full"))
            );
        }
    }
}
