//! The files to be sent, compared with the release before they leave.
//!
//! A thousand computers get the same file: it is hashed once, and again only
//! when its size or its time of change is another.

use model::digest::Digest;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::sync::OnceCell;

/// What tells one state of a file from the next without reading it.
type Stamp = (u64, Option<SystemTime>);

/// A state of a file, and its digest once somebody has hashed it.
type Known = (Stamp, Arc<OnceCell<Digest>>);

/// The digests of the files sent so far.
#[derive(Default)]
pub(crate) struct Sources {
    known: Mutex<HashMap<PathBuf, Known>>,
}

impl Sources {
    /// Returns the size and digest of the file at `path` as it is now.
    pub(crate) async fn digest(&self, path: &Path) -> io::Result<(u64, Digest)> {
        let metadata = tokio::fs::metadata(path).await?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let stamp = (metadata.len(), metadata.modified().ok());
        let cell = self.cell(path, stamp);
        let owned = path.to_owned();
        let hash = || async move {
            let hashed = tokio::task::spawn_blocking(move || hash(&owned)).await;
            hashed.map_err(io::Error::other)?
        };
        Ok((stamp.0, *cell.get_or_try_init(hash).await?))
    }

    fn cell(&self, path: &Path, stamp: Stamp) -> Arc<OnceCell<Digest>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (known_stamp, cell) =
            known.entry(path.to_owned()).or_insert_with(|| (stamp, Arc::default()));
        if *known_stamp != stamp {
            *known_stamp = stamp;
            *cell = Arc::default();
        }
        Arc::clone(cell)
    }
}

fn hash(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(Digest::from_bytes(digest.finalize().into()));
        }
        digest.update(piece.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_hashed_again_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let sources = Sources::default();
        for content in ["one", "three"] {
            std::fs::write(&path, content).unwrap();
            let expected = (content.len() as u64, Digest::of(content.as_bytes()));
            assert_eq!(sources.digest(&path).await.unwrap(), expected);
            assert_eq!(sources.digest(&path).await.unwrap(), expected);
        }
        assert!(sources.digest(folder.path()).await.is_err());
    }
}
