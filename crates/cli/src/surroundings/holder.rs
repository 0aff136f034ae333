//! Who this process is to others: the name under which it leads and holds, and that nobody else has it.

use super::{Surroundings, make_folder};
use crate::exit::Exit;
use crate::fault::Fault;
use model::digest::Digest;
use std::fs::{File, TryLockError};

/// How many letters tell one journal from another.
const IDENTITY_LETTERS: usize = 8;

impl Surroundings {
    /// Returns the name under which this computer and its data directory lead a deployment or hold an
    /// order: the same server takes its work up again at once, and another one waits. The journal of what runs
    /// here is part of it: two computers may be called alike, and a journal that was lost is another one.
    ///
    /// # Errors
    ///
    /// When the data directory cannot be written to.
    pub(crate) fn holder(&self) -> Result<String, Fault> {
        let computer = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let (folder, journal) = (self.folder_in_full(), self.journal_identity()?);
        Ok(format!("{}:{} ({journal})", computer.trim(), folder.display()))
    }

    /// Returns what tells the journal here from every other one, made with it.
    fn journal_identity(&self) -> Result<String, Fault> {
        let folder = self.journal();
        make_folder(&folder)?;
        let path = folder.join("identity");
        let of_file = |it: std::io::Error| Fault::of_file(&path, &it);
        match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            read => return read.map_err(of_file),
        }
        let random = std::fs::read_to_string("/proc/sys/kernel/random/uuid").map_err(of_file)?;
        let short: String = random.chars().take(IDENTITY_LETTERS).collect();
        let beside = folder.join(format!("identity.{short}"));
        // Whole or not at all; another process may have been first.
        let made = std::fs::write(&beside, &short).and_then(|()| File::open(&beside)?.sync_all());
        let linked = made.and_then(|()| match std::fs::hard_link(&beside, &path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            Ok(()) | Err(_) => std::fs::remove_file(&beside),
        });
        linked.and_then(|()| std::fs::read_to_string(&path)).map_err(of_file)
    }

    /// Returns what keeps a second server from the same data directory for as long as it is held: both
    /// would have one name, and each would take over from the other.
    ///
    /// # Errors
    ///
    /// When there is one.
    pub(crate) fn serve_alone(&self) -> Result<File, Fault> {
        let what = || format!("a server works in {} already", self.folder.display());
        let next = "let it work; or give this one a data directory of its own, with the same key in it: --data";
        self.alone("serving", what, next)
    }

    /// Returns what keeps a second worker of this `name` from the same data directory for as long as it is held.
    ///
    /// # Errors
    ///
    /// When there is one.
    pub(crate) fn work_alone(&self, name: &str) -> Result<File, Fault> {
        let what = || format!("a worker {name} works in {} already", self.folder.display());
        let next = "let it work; or give this one another name: --name";
        self.alone(&format!("working-{}", Digest::of(name.as_bytes())), what, next)
    }

    fn alone(
        &self,
        file: &str,
        what: impl Fn() -> String,
        next: &'static str,
    ) -> Result<File, Fault> {
        let path = self.folder.join(file);
        let of_file = |it: std::io::Error| Fault::of_file(&path, &it);
        let file = File::create(&path).map_err(of_file)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Fault::new(Exit::Failure, what()).next(next)),
            Err(TryLockError::Error(error)) => Err(of_file(error)),
        }
    }
}
