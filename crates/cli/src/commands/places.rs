//! What was kept of a record's checkpoints at a place outside, and putting one there.
//!
//! In a directory each checkpoint is a file of its own that is never written over, and in an object store an
//! object: `DEPLOYMENT/ENTRIES.checkpoint`. In a repository it is `DEPLOYMENT.checkpoint`, a commit each.
//!
//! A volume may hang for ever: a directory is looked at on a thread that nobody else waits for.

use crate::args::place::Place;
use executor::Repository;
use model::digest::Digest;
use model::id::{DeploymentId, Seq};
use notices::{BucketAddress, ObjectStore};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What the name of a file with a checkpoint ends in.
const ENDING: &str = "checkpoint";

/// The most bytes of a file that is read as a checkpoint: a note with some signatures.
const NOTE_BYTES_MAX: u64 = 16 * 1024;

/// How places are reached that are not a directory.
#[derive(Clone)]
pub(super) struct Reach {
    /// Where repositories are kept here.
    pub(super) repositories: PathBuf,
    /// The key of object stores, where one is named.
    pub(super) key: Option<Zeroizing<String>>,
}

impl Reach {
    fn repository(&self, address: &str) -> Repository {
        let name = format!("{}.git", Digest::of(address.as_bytes()).short());
        Repository::at(address, &self.repositories.join(name))
    }

    /// Returns the object store at `address`.
    ///
    /// # Errors
    ///
    /// When no key is named, or it is written otherwise than keys are.
    pub(super) fn store(&self, address: &BucketAddress) -> Result<ObjectStore, String> {
        let key = self.key.as_ref();
        let key = key.ok_or("the key of an object store is not named: --object-store-key")?;
        ObjectStore::open(address, key)
    }
}

/// Returns every checkpoint of the deployment at `place`.
///
/// # Errors
///
/// When the place cannot be read; by mail nothing comes back.
pub(super) async fn kept(
    place: &Place,
    deployment: &DeploymentId,
    reach: &Reach,
) -> Result<Vec<String>, String> {
    match place {
        Place::Folder(path) => {
            let (path, deployment) = (path.clone(), deployment.clone());
            let read = move || {
                if path.is_file() {
                    return Ok(vec![note(&path)?]);
                }
                files(&path, &deployment)?.iter().map(|it| note(it)).collect()
            };
            aside(read).await
        }
        Place::Bucket(address) => {
            let store = reach.store(address)?;
            let mut notes = Vec::new();
            for name in objects(&store, deployment, 0).await? {
                notes.push(object(&store, &name).await?);
            }
            Ok(notes)
        }
        Place::Repository(address) => {
            let repository = reach.repository(address);
            let newest = repository.fetch().await.map_err(|it| it.to_string())?;
            let Some(newest) = newest else { return Ok(Vec::new()) };
            let versions = repository.versions(&newest, &file_name(deployment)).await;
            versions.map_err(|it| it.to_string())
        }
        Place::Authority(_) => {
            Err("an authority keeps nothing: look at an evidence package".into())
        }
        Place::Mail(_) => {
            Err("what went by mail cannot be read back: save it into a file, and name that".into())
        }
    }
}

/// Returns the newest checkpoint of the deployment at `place`, where there is one. In an object store it is
/// looked for from the one of `known` entries on, which is there already.
///
/// # Errors
///
/// As [`kept`].
pub(super) async fn newest(
    place: &Place,
    deployment: &DeploymentId,
    reach: &Reach,
    known: Seq,
) -> Result<Option<String>, String> {
    match place {
        Place::Folder(path) => {
            let (path, deployment) = (path.clone(), deployment.clone());
            let read = move || files(&path, &deployment)?.last().map(|it| note(it)).transpose();
            aside(read).await
        }
        Place::Bucket(address) => {
            let store = reach.store(address)?;
            let mut names = objects(&store, deployment, known).await?;
            if names.is_empty() && known > 0 {
                names = objects(&store, deployment, 0).await?;
            }
            match names.last() {
                Some(name) => Ok(Some(object(&store, name).await?)),
                None => Ok(None),
            }
        }
        Place::Repository(_) | Place::Authority(_) | Place::Mail(_) => {
            Ok(kept(place, deployment, reach).await?.into_iter().next())
        }
    }
}

/// Puts `note`, of `size` entries, to the directory, object store or repository `place`.
///
/// # Errors
///
/// When the place cannot be written; nothing there is ever written over.
pub(super) async fn put(
    place: &Place,
    deployment: &DeploymentId,
    (size, note): (Seq, &str),
    reach: &Reach,
) -> Result<(), String> {
    match place {
        Place::Folder(path) => {
            let of_deployment = path.join(deployment.as_str());
            let file = of_deployment.join(format!("{size:012}.{ENDING}"));
            write_whole(&of_deployment, &file, note.as_bytes()).await
        }
        Place::Bucket(address) => {
            let name = object_name(deployment, size);
            reach.store(address)?.put_new(&name, note.as_bytes()).await
        }
        Place::Repository(address) => {
            let why = format!("{deployment}: {size} entries");
            let put = reach.repository(address).put(&file_name(deployment), note, &why).await;
            put.map_err(|it| it.to_string())
        }
        Place::Authority(_) | Place::Mail(_) => Ok(()),
    }
}

/// Does `work` with files on a thread of its own: one that hangs keeps nobody else from working, nor the
/// program from ending.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|it| it.to_string())?
}

fn file_name(deployment: &DeploymentId) -> String {
    format!("{deployment}.{ENDING}")
}

fn object_name(deployment: &DeploymentId, size: Seq) -> String {
    format!("{deployment}/{size:012}.{ENDING}")
}

/// Returns the names of the deployment's checkpoints in an object store, from the one of `from` entries on.
async fn objects(
    store: &ObjectStore,
    deployment: &DeploymentId,
    from: Seq,
) -> Result<Vec<String>, String> {
    let after = from.checked_sub(1).map(|it| object_name(deployment, it));
    let mut names = store.names(&format!("{deployment}/"), after.as_deref()).await?;
    names.retain(|it| Path::new(it).extension().is_some_and(|it| it == ENDING));
    Ok(names)
}

async fn object(store: &ObjectStore, name: &str) -> Result<String, String> {
    Ok(note_in(&String::from_utf8_lossy(&store.get(name).await?)))
}

/// Returns the files with checkpoints of the deployment in a directory, the largest last. One that a
/// repository has left there comes first: nothing is ever put into it.
fn files(path: &Path, deployment: &DeploymentId) -> Result<Vec<PathBuf>, String> {
    // A directory that is not there is a volume that is not mounted: nothing may be put into its place.
    let own = path.read_dir().map_err(|error| format!("{}: {error}", path.display()))?;
    drop(own);
    let own = Some(path.join(file_name(deployment))).filter(|it| it.is_file());
    let mut files = Vec::new();
    let listed = match path.join(deployment.as_str()).read_dir() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        listed => Some(listed.map_err(|error| format!("{}: {error}", path.display()))?),
    };
    for entry in listed.into_iter().flatten() {
        let entry = entry.map_err(|error| format!("{}: {error}", path.display()))?;
        let path = entry.path();
        if path.extension().is_some_and(|it| it == ENDING) {
            files.push(path);
        }
    }
    files.sort();
    files.splice(0..0, own);
    Ok(files)
}

fn note(path: &Path) -> Result<String, String> {
    use std::io::Read as _;
    let fault = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(fault)?;
    file.take(NOTE_BYTES_MAX).read_to_string(&mut text).map_err(fault)?;
    Ok(note_in(&text))
}

/// Returns the note in `text`, which may be a mail that was saved: from its first line to its last signature.
fn note_in(text: &str) -> String {
    let lines = text.lines().map(|it| it.trim_start_matches("> "));
    let lines: Vec<&str> = lines.skip_while(|it| !it.starts_with("landfall/")).collect();
    let signed = lines.iter().rposition(|it| it.starts_with('\u{2014}'));
    let note = lines.iter().take(signed.map_or(lines.len(), |it| it + 1));
    note.map(|it| format!("{it}\n")).collect()
}

/// Writes a file that is not there yet, whole or not at all.
///
/// # Errors
///
/// When it cannot be written.
pub(super) async fn write_whole(folder: &Path, path: &Path, text: &[u8]) -> Result<(), String> {
    let (folder, path, text) = (folder.to_owned(), path.to_owned(), text.to_owned());
    let named = path.clone();
    let write = move || {
        std::fs::create_dir_all(&folder)?;
        if path.exists() {
            return Ok(());
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    };
    aside(move || write().map_err(|it: std::io::Error| format!("{}: {it}", named.display()))).await
}
