//! The witness: signed checkpoints in a directory that is not the database's.
//!
//! A restored backup or a lying disk gives back an older record that is
//! consistent in itself. Only something outside can tell; so every checkpoint is
//! on another volume of the operator's choice before an append is acknowledged.

use crate::key::{VerifierKey, sync_directory};
use crate::note::{Checkpoint, origin};
use crate::rotation::related;
use jiff::Timestamp;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The size at which the file is written anew with its last notes only: some 3,500 checkpoints.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// How much of the file's end is kept then.
const TAIL_BYTES: u64 = 16 * 1024;

/// The most lines of text in a note as it is written here: origin, size, root and the chain's hash.
const TEXT_LINES_MAX: usize = 4;

/// A directory with the newest checkpoints of every deployment.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    directory: PathBuf,
}

/// A checkpoint that is kept outside the database.
pub(crate) struct Outside {
    /// What it says.
    pub(crate) checkpoint: Checkpoint,
    /// When whoever keeps it was last told of anything, where that is known.
    pub(crate) since: Option<Timestamp>,
}

impl Witness {
    /// Returns the witness in `directory`, which is made if it does not exist.
    pub(crate) fn open(directory: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// Returns the file of the deployment's checkpoints.
    pub(crate) fn path(&self, deployment: &DeploymentId) -> PathBuf {
        self.directory.join(format!("{deployment}.checkpoints"))
    }

    /// Returns when anything was last added of the deployment, by the clock of the witness's volume.
    pub(crate) fn told(&self, deployment: &DeploymentId) -> std::io::Result<SystemTime> {
        std::fs::metadata(self.path(deployment))?.modified()
    }

    /// Returns how long the file of the deployment's checkpoints is.
    pub(crate) fn length(&self, deployment: &DeploymentId) -> std::io::Result<u64> {
        Ok(std::fs::metadata(self.path(deployment))?.len())
    }

    /// Adds `note`, and returns how long the file is then; it is durable when this returns.
    pub(crate) fn append(&self, deployment: &DeploymentId, note: &str) -> std::io::Result<u64> {
        let _alone = self.alone(deployment)?;
        let path = self.path(deployment);
        let mut file = OpenOptions::new().append(true).read(true).create(true).open(&path)?;
        let size = file.metadata()?.len();
        if size > FILE_BYTES_MAX {
            file = self.shorten(&path, file, size)?;
        }
        // The empty line first: what a crash tore stays a line of its own.
        file.write_all(format!("\n{note}").as_bytes())?;
        file.sync_data()?;
        if size == 0 {
            sync_directory(&path)?;
        }
        Ok(file.metadata()?.len())
    }

    fn keys_path(&self, deployment: &DeploymentId) -> PathBuf {
        self.directory.join(format!("{deployment}.keys"))
    }

    /// Adds the note of a key rotation, each on a line of its own; it is durable when this returns.
    pub(crate) fn rotated(&self, deployment: &DeploymentId, note: &str) -> std::io::Result<()> {
        let _alone = self.alone(deployment)?;
        let path = self.keys_path(deployment);
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        // A line first: what a crash tore stays a line of its own.
        file.write_all(format!("\n{}\n", serde_json::to_string(note)?).as_bytes())?;
        file.sync_data()?;
        sync_directory(&path)
    }

    fn forgotten_path(&self, deployment: &DeploymentId) -> PathBuf {
        self.directory.join(format!("{deployment}.forgotten"))
    }

    /// Notes who was forgotten, each on a line of its own: a database that is put back knows them again.
    /// It is durable when this returns.
    pub(crate) fn forgot(&self, deployment: &DeploymentId, whom: &[Whom]) -> std::io::Result<()> {
        let _alone = self.alone(deployment)?;
        let path = self.forgotten_path(deployment);
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        let lines: String = whom.iter().map(|it| format!("\n{it}\n")).collect();
        file.write_all(lines.as_bytes())?;
        file.sync_data()?;
        sync_directory(&path)
    }

    /// Notes exactly `whom` as forgotten, in the place of all that was noted. It is durable when this returns.
    pub(crate) fn keep_forgotten(
        &self,
        deployment: &DeploymentId,
        whom: &[Whom],
    ) -> std::io::Result<()> {
        let _alone = self.alone(deployment)?;
        let lines: String = whom.iter().map(|it| format!("{it}\n")).collect();
        replace(&self.forgotten_path(deployment), lines.as_bytes())
    }

    /// Returns who was forgotten, whatever the record says.
    pub(crate) fn forgotten(&self, deployment: &DeploymentId) -> std::io::Result<Vec<Whom>> {
        match std::fs::read_to_string(self.forgotten_path(deployment)) {
            Ok(text) => Ok(text.lines().filter_map(|it| it.parse().ok()).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(vec![]),
            Err(error) => Err(error),
        }
    }

    /// Returns the keys that belong to one record with `key`: those before it and those after it.
    fn keys(&self, deployment: &DeploymentId, key: &VerifierKey) -> Vec<VerifierKey> {
        let text = std::fs::read_to_string(self.keys_path(deployment)).unwrap_or_default();
        let notes: Vec<String> =
            text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
        related(&notes, key)
    }

    /// Returns the largest checkpoint that `key` has signed, or one that the record was rotated from or to.
    /// Torn and foreign lines are passed over.
    pub(crate) fn newest(
        &self,
        deployment: &DeploymentId,
        key: &VerifierKey,
    ) -> std::io::Result<Option<Checkpoint>> {
        let bytes = match std::fs::read(self.path(deployment)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let text = String::from_utf8_lossy(&bytes);
        let first = origin(deployment);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let note_at = |at: usize| {
            let rest = lines.get(at..)?;
            let mut said = rest.iter().map(|line| line.trim_end_matches('\n'));
            let is_ours = said.next() == Some(first.as_str());
            let size = said.next().and_then(|it| it.parse::<Seq>().ok()).filter(|_| is_ours)?;
            // Behind the text come an empty line and one signature.
            let text = rest.iter().take(TEXT_LINES_MAX + 1).position(|it| *it == "\n")?;
            Some((size, rest.get(..text + 2)?))
        };
        let mut notes: Vec<(Seq, &[&str])> = (0..lines.len()).filter_map(note_at).collect();
        // A signature costs more to check than a thousand sizes to compare: the largest first.
        notes.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        let keys = self.keys(deployment, key);
        let mut signed =
            notes.iter().filter_map(|(_, it)| Checkpoint::open_any(&it.concat(), &keys).ok());
        Ok(signed.find(|it| it.deployment == *deployment))
    }

    /// Puts what the witness has seen aside, under a name that says so, and begins again with `note`.
    pub(crate) fn begin_anew(
        &self,
        deployment: &DeploymentId,
        note: &str,
        size: Seq,
    ) -> std::io::Result<()> {
        let path = self.path(deployment);
        {
            let _alone = self.alone(deployment)?;
            let name =
                |n: u32| self.directory.join(format!("{deployment}.checkpoints.before-{size}-{n}"));
            let free = (1..).map(name).find(|it| !it.exists());
            match free.map(|aside| std::fs::rename(&path, aside)) {
                Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error);
                }
                Some(Ok(()) | Err(_)) | None => sync_directory(&path)?,
            }
        }
        self.append(deployment, note).map(drop)
    }

    /// Returns a lock that one writer at a time holds, also among processes.
    fn alone(&self, deployment: &DeploymentId) -> std::io::Result<File> {
        let path = self.directory.join(format!("{deployment}.lock"));
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        file.lock()?;
        Ok(file)
    }

    /// Replaces the file by its own end, and returns the new one.
    fn shorten(&self, path: &Path, mut file: File, size: u64) -> std::io::Result<File> {
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(size.saturating_sub(TAIL_BYTES)))?;
        file.read_to_end(&mut tail)?;
        replace(path, &tail)?;
        OpenOptions::new().append(true).open(path)
    }
}

/// Puts a file of these bytes into the place of the one at `path`; it is durable when this returns.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    sync_directory(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Signer;
    use model::digest::Digest;

    fn checkpoint(size: Seq) -> Checkpoint {
        let deployment = "FG30".parse().unwrap();
        // Every second one as earlier programs wrote it.
        let chain = size.is_multiple_of(2).then(|| Digest::of(b"chain"));
        Checkpoint { deployment, size, root: Digest::of(&size.to_be_bytes()), chain }
    }

    fn witness() -> (tempfile::TempDir, Witness, Signer, DeploymentId) {
        let directory = tempfile::tempdir().unwrap();
        let witness = Witness::open(&directory.path().join("witness")).unwrap();
        (directory, witness, Signer::from_seed([7; 32]), "FG30".parse().unwrap())
    }

    #[test]
    fn the_largest_checkpoint_counts_whatever_the_order_of_the_lines() {
        let (_directory, witness, signer, deployment) = witness();
        assert_eq!(witness.newest(&deployment, signer.verifier_key()).unwrap(), None);
        for size in [1, 3, 2] {
            witness.append(&deployment, &checkpoint(size).sign(&signer)).unwrap();
        }
        let newest = witness.newest(&deployment, signer.verifier_key()).unwrap();
        assert_eq!(newest, Some(checkpoint(3)));
        let other = Signer::from_seed([8; 32]);
        assert_eq!(witness.newest(&deployment, other.verifier_key()).unwrap(), None);
    }

    #[test]
    fn a_torn_end_hides_neither_what_was_before_nor_what_comes_after() {
        let (_directory, witness, signer, deployment) = witness();
        let note = format!("\n{}", checkpoint(2).sign(&signer));
        for torn in 0..note.len() {
            let path = witness.path(&deployment);
            std::fs::remove_file(&path).ok();
            witness.append(&deployment, &checkpoint(1).sign(&signer)).unwrap();
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.extend_from_slice(&note.as_bytes()[..torn]);
            std::fs::write(&path, bytes).unwrap();
            let newest = || witness.newest(&deployment, signer.verifier_key()).unwrap();
            assert_eq!(newest(), Some(checkpoint(1)), "{torn} bytes of the second");
            if torn % 16 == 0 {
                witness.append(&deployment, &checkpoint(3).sign(&signer)).unwrap();
                assert_eq!(newest(), Some(checkpoint(3)), "{torn} bytes of the second");
            }
        }
    }

    #[test]
    fn the_file_stays_short_and_keeps_its_newest_note() {
        let (_directory, witness, signer, deployment) = witness();
        let path = witness.path(&deployment);
        let many: String =
            (1..9_000).map(|it| format!("\n{}", checkpoint(it).sign(&signer))).collect();
        std::fs::write(&path, &many).unwrap();
        assert!(many.len() as u64 > FILE_BYTES_MAX);
        let newest = || witness.newest(&deployment, signer.verifier_key()).unwrap();
        assert_eq!(newest(), Some(checkpoint(8_999)));
        witness.append(&deployment, "torn").unwrap();
        assert_eq!(newest(), Some(checkpoint(8_999)));
        assert!(std::fs::metadata(&path).unwrap().len() < FILE_BYTES_MAX);
    }
}
