//! A database that is backed up and put back, while nobody uses it.

use std::path::Path;

/// The files of a database in a data directory, each with its bytes where it is there.
pub(crate) type Backup = Vec<(&'static str, Option<Vec<u8>>)>;

/// Returns the files of the database in `data`.
pub(crate) fn back_up(data: &Path) -> Backup {
    let names = ["record.db", "record.db-wal", "record.db-shm"];
    names.into_iter().map(|name| (name, std::fs::read(data.join(name)).ok())).collect()
}

/// Puts the database in `data` back to what `backup` holds.
pub(crate) fn put_back(data: &Path, backup: &Backup) {
    for (name, bytes) in backup {
        match bytes {
            Some(bytes) => std::fs::write(data.join(name), bytes).unwrap(),
            None => drop(std::fs::remove_file(data.join(name))),
        }
    }
}
