//! The folder of a plan: the only files that loading a plan may read.
//!
//! House rule: a plan is somebody else's text until it has been checked. It
//! names files inside its own folder, never beside it, and none is read past
//! its limit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Component, Path, PathBuf};

/// The longest YAML file, in bytes: a plan that people review has a hundredth of it.
pub const YAML_BYTES_MAX: u64 = 16 << 20;

/// The longest CSV file, in bytes: 100,000 sites with every column take about 30 MB.
pub const CSV_BYTES_MAX: u64 = 256 << 20;

/// A file of the plan's folder, opened for reading.
pub struct OpenFile<'a> {
    /// Its size in bytes when it was opened.
    pub size_bytes: u64,
    /// Its bytes.
    pub reader: Box<dyn Read + 'a>,
}

/// Where a plan's files are read from.
pub trait Folder {
    /// Returns the file at `path`, relative to the plan's folder, opened for reading.
    ///
    /// # Errors
    ///
    /// When there is no such file inside the folder: the plan, or the folder, must be corrected.
    fn open(&self, path: &str) -> Result<OpenFile<'_>, FolderError>;

    /// Returns the bytes of the file at `path`.
    ///
    /// # Errors
    ///
    /// As [`Folder::open`], and when it has more than `limit` bytes; then it is not read.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FolderError> {
        let file = self.open(path)?;
        if file.size_bytes > limit {
            return Err(FolderError::TooLarge { size_bytes: file.size_bytes, limit });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(file.size_bytes).unwrap_or(0));
        let read = file.reader.take(limit + 1).read_to_end(&mut bytes);
        read.map_err(FolderError::Unreadable)?;
        if bytes.len() as u64 > limit {
            return Err(FolderError::TooLarge { size_bytes: bytes.len() as u64, limit });
        }
        Ok(bytes)
    }
}

/// A file of the plan's folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is none.
    #[error("there is no such file in the plan's folder")]
    Missing,
    /// It lies outside the folder, by its path or by a link.
    #[error("it lies outside the plan's folder")]
    Outside,
    /// It is a folder, a device or a pipe.
    #[error("it is not a plain file")]
    NotAFile,
    /// It is longer than may be read.
    #[error("it has {size_bytes} bytes; {limit} are allowed")]
    TooLarge {
        /// Its size.
        size_bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Reading failed.
    #[error("it cannot be read")]
    Unreadable(#[source] std::io::Error),
}

/// Returns whether `path` is relative, without `..`, and so cannot leave the folder by its text.
pub fn stays_inside(path: &str) -> bool {
    let inside = |it| matches!(it, Component::Normal(_) | Component::CurDir);
    let is_windows_path = path.contains('\\') || path.get(1..2) == Some(":");
    !path.is_empty() && !is_windows_path && Path::new(path).components().all(inside)
}

/// A folder on disk.
#[derive(Clone, Debug)]
pub struct DiskFolder {
    root: PathBuf,
}

impl DiskFolder {
    /// Returns the folder at `root`.
    ///
    /// # Errors
    ///
    /// When there is no such folder.
    pub fn new(root: &Path) -> std::io::Result<Self> {
        let root = root.canonicalize()?;
        if root.is_dir() {
            Ok(Self { root })
        } else {
            Err(std::io::ErrorKind::NotADirectory.into())
        }
    }
}

impl Folder for DiskFolder {
    fn open(&self, path: &str) -> Result<OpenFile<'_>, FolderError> {
        if !stays_inside(path) {
            return Err(FolderError::Outside);
        }
        // Links are followed first: what counts is where the file really lies.
        let real = self.root.join(path).canonicalize().map_err(missing_or_unreadable)?;
        if !real.starts_with(&self.root) {
            return Err(FolderError::Outside);
        }
        // Asked before opening: to open a pipe would wait for its writer.
        if !real.metadata().map_err(missing_or_unreadable)?.is_file() {
            return Err(FolderError::NotAFile);
        }
        let file = File::open(&real).map_err(missing_or_unreadable)?;
        let metadata = file.metadata().map_err(FolderError::Unreadable)?;
        Ok(OpenFile { size_bytes: metadata.len(), reader: Box::new(file) })
    }
}

fn missing_or_unreadable(error: std::io::Error) -> FolderError {
    if error.kind() == std::io::ErrorKind::NotFound {
        FolderError::Missing
    } else {
        FolderError::Unreadable(error)
    }
}

/// A folder held in memory: a plan that arrived over the network, or stands in a test.
#[derive(Clone, Debug, Default)]
pub struct MemoryFolder {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryFolder {
    /// Returns the folder with one more file.
    #[must_use]
    pub fn with(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), bytes.into());
        self
    }
}

impl Folder for MemoryFolder {
    fn open(&self, path: &str) -> Result<OpenFile<'_>, FolderError> {
        if !stays_inside(path) {
            return Err(FolderError::Outside);
        }
        let path = path.trim_start_matches("./");
        let bytes = self.files.get(path).ok_or(FolderError::Missing)?;
        Ok(OpenFile {
            size_bytes: bytes.len() as u64,
            reader: Box::new(Cursor::new(bytes.as_slice())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside_only_if_it_is_relative_and_never_goes_up() {
        for (path, inside) in [
            ("sites.csv", true),
            ("./release/app.pkg", true),
            ("", false),
            ("/etc/passwd", false),
            ("../secrets", false),
            ("a/../../b", false),
            ("C:\\x", false),
        ] {
            assert_eq!(stays_inside(path), inside, "{path:?}");
        }
    }

    #[test]
    fn a_link_out_of_the_folder_a_folder_and_a_long_file_are_refused() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "s").unwrap();
        let inside = tempfile::tempdir().unwrap();
        std::fs::write(inside.path().join("long"), [b'x'; 32]).unwrap();
        std::fs::create_dir(inside.path().join("sub")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path().join("secret"), inside.path().join("link"))
            .unwrap();
        let folder = DiskFolder::new(inside.path()).unwrap();
        let said = |path: &str| folder.read(path, 16).unwrap_err().to_string();
        assert_eq!(said("link"), "it lies outside the plan's folder");
        assert_eq!(said("sub"), "it is not a plain file");
        assert_eq!(said("long"), "it has 32 bytes; 16 are allowed");
        assert_eq!(said("none"), "there is no such file in the plan's folder");
        assert_eq!(folder.read("long", 32).unwrap().len(), 32);
    }
}
