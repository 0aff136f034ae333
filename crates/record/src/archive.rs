//! A file of files: an archive of the `ustar` form, in exactly one way of writing it.
//!
//! Every system reads it, and no byte of it is free: whoever changes one has changed a file, its
//! name, or the form, and each of these is noticed.
//!
//! House rule: what is read is what would have been written, byte for byte.

/// The size of a block: headers and contents begin at multiples of it.
const BLOCK: usize = 512;

/// The longest name of a file.
pub(crate) const NAME_BYTES_MAX: usize = 100;

/// Where the checksum stands in a header, and how long it is.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Its path in the archive, with `/` between folders.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Returns the header of a file, in the one way it is written.
fn header(path: &str, size: usize) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| {
        for (place, byte) in block.iter_mut().skip(at).zip(bytes) {
            *place = *byte;
        }
    };
    put(0, path.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(CHECKSUM.start, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|it| u32::from(*it)).sum();
    let sum = format!("{sum:06o}\0 ");
    for (place, byte) in block.iter_mut().skip(CHECKSUM.start).zip(sum.as_bytes()) {
        *place = *byte;
    }
    block
}

/// Returns the bytes that fill a content of `size` bytes up to whole blocks.
fn filling(size: usize) -> usize {
    size.next_multiple_of(BLOCK) - size
}

/// Returns whether `path` is a name that this form of archive has, and that leads nowhere else.
pub(crate) fn is_name(path: &str) -> bool {
    let parts_are_plain = path.split('/').all(|it| !it.is_empty() && it != "." && it != "..");
    path.len() <= NAME_BYTES_MAX
        && parts_are_plain
        && path.bytes().all(|it| it.is_ascii_graphic() && it != b'\\')
}

/// Returns `files` as one archive.
pub(crate) fn archive(files: &[ArchivedFile]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for file in files {
        bytes.extend_from_slice(&header(&file.path, file.bytes.len()));
        bytes.extend_from_slice(&file.bytes);
        bytes.resize(bytes.len() + filling(file.bytes.len()), 0);
    }
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

/// Returns the files of an archive, if it is written as [`archive`] writes it; else where it is not.
pub(crate) fn files(bytes: &[u8]) -> Result<Vec<ArchivedFile>, String> {
    let mut files = Vec::new();
    let mut rest = bytes;
    loop {
        let at = bytes.len() - rest.len();
        let Some((block, after)) = rest.split_at_checked(BLOCK) else {
            return Err(format!("it ends at byte {at}, before its end mark"));
        };
        if block.iter().all(|it| *it == 0) {
            let is_end = after.len() == BLOCK && after.iter().all(|it| *it == 0);
            return if is_end { Ok(files) } else { Err(format!("there is more after byte {at}")) };
        }
        let (path, size) = named(block)
            .ok_or_else(|| format!("the header at byte {at} is not as it is written"))?;
        let Some((content, after)) = after.split_at_checked(size) else {
            return Err(format!("{path} is cut off"));
        };
        let Some((fill, after)) = after.split_at_checked(filling(size)) else {
            return Err(format!("{path} is cut off"));
        };
        if fill.iter().any(|it| *it != 0) {
            return Err(format!("there is something between {path} and the next file"));
        }
        files.push(ArchivedFile { path, bytes: content.to_vec() });
        rest = after;
    }
}

fn named(block: &[u8]) -> Option<(String, usize)> {
    let name = block.get(..NAME_BYTES_MAX)?;
    let length = name.iter().position(|it| *it == 0).unwrap_or(NAME_BYTES_MAX);
    let path = std::str::from_utf8(name.get(..length)?).ok()?;
    let size = std::str::from_utf8(block.get(124..135)?).ok()?;
    let size = usize::from_str_radix(size, 8).ok()?;
    let is_as_written = is_name(path) && header(path, size) == block;
    is_as_written.then(|| (path.to_owned(), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Vec<ArchivedFile> {
        let file = |path: &str, bytes: &[u8]| ArchivedFile {
            path: path.to_owned(),
            bytes: bytes.to_vec(),
        };
        vec![file("manifest.json", b"{}"), file("a/b.csv", &[7; 512]), file("empty", b"")]
    }

    #[test]
    fn an_archive_reads_back_as_written() {
        assert_eq!(files(&archive(&example())), Ok(example()));
    }

    #[test]
    fn no_byte_of_the_form_is_free() {
        let bytes = archive(&example());
        for place in 0..bytes.len() {
            let mut other = bytes.clone();
            other[place] ^= 1;
            assert_ne!(files(&other), Ok(example()), "byte {place}");
        }
        for length in 0..bytes.len() {
            assert!(files(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        for (name, holds) in [
            ("documents/D-02-site-B27.pdf", true),
            ("../etc/passwd", false),
            ("/etc/passwd", false),
            ("a//b", false),
            ("a\\b", false),
            ("a b", false),
            ("", false),
            (&"x".repeat(101), false),
        ] {
            assert_eq!(is_name(name), holds, "{name}");
        }
    }
}
