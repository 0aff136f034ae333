//! The file of a SQLite database, as it was opened.
//!
//! Whoever puts another file into its place, a backup say, takes it from under the programs that have it
//! open: they would go on with one that nobody finds any more, and acknowledge what is lost with it.

use crate::error::RecordError;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file that is open under its name.
pub(crate) struct OpenFile {
    path: PathBuf,
    /// The device and the number there, by which the kernel tells files apart.
    identity: (u64, u64),
}

impl OpenFile {
    /// Returns the file at `path`, which has been opened.
    ///
    /// # Errors
    ///
    /// [`RecordError::Replaced`] where it is gone already.
    pub(crate) fn at(path: &Path) -> Result<Self, RecordError> {
        let identity = identity(path).ok_or_else(|| replaced(path))?;
        Ok(Self { path: path.to_owned(), identity })
    }

    /// Returns an error where another file, or none, has its name by now.
    ///
    /// # Errors
    ///
    /// [`RecordError::Replaced`].
    pub(crate) fn still_there(&self) -> Result<(), RecordError> {
        if identity(&self.path) == Some(self.identity) { Ok(()) } else { Err(replaced(&self.path)) }
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|it| (it.dev(), it.ino()))
}

fn replaced(path: &Path) -> RecordError {
    RecordError::Replaced { path: path.to_owned() }
}
