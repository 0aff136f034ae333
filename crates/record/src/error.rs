//! Why the record could not be written or read, one variant for each thing a caller can do.

use crate::change::{CommandId, Head};
use crate::note::Checkpoint;
use jiff::Timestamp;
use model::digest::Digest;
use model::id::{DeploymentId, Seq};
use model::order::OrderId;
use std::path::PathBuf;

/// What a database or a disk said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The record could not be written or read. Nothing of the change is written, but for
/// [`Unwitnessed`](Self::Unwitnessed).
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Somebody else has appended, or leads now: read on, decide again.
    #[error(
        "the record of {deployment} has moved on: it was expected to end with {expected} and ends with {found}; read it from there and decide again"
    )]
    Moved {
        /// The deployment.
        deployment: DeploymentId,
        /// The head that the caller knew.
        expected: Head,
        /// The head there is.
        found: Head,
    },
    /// What was decided was decided too long ago: decide again.
    #[error("the change to {deployment} was decided too long ago; decide again")]
    Late {
        /// The deployment.
        deployment: DeploymentId,
    },
    /// The command is in the record already: answer with that entry.
    #[error("command {command} is in the record already, as entry {seq}")]
    Repeated {
        /// The command.
        command: CommandId,
        /// The entry that answered it.
        seq: Seq,
    },
    /// An order is no longer held under that token, or has already ended: read it again.
    #[error(
        "order {order} is no longer held as this change supposes; read the open orders and decide again"
    )]
    Fenced {
        /// The order.
        order: OrderId,
    },
    /// A worker was silent for too long, or another one works under its name: it holds nothing.
    #[error(
        "worker {worker} was silent for too long, or another one works under its name; it begins anew"
    )]
    Dismissed {
        /// Its name.
        worker: String,
    },
    /// The change is a mistake of the program that made it.
    #[error("the change to {deployment} cannot be recorded: {why}")]
    Unfit {
        /// The deployment.
        deployment: DeploymentId,
        /// What is wrong with it.
        why: String,
    },
    /// Entries that the witness has seen are gone: start nothing until a person has decided.
    #[error(
        "the record of {deployment} has lost history: its witness has seen entry {}, but it ends with {found}; restore a later backup, or accept the loss and say why: `landfall record accept-loss`", .witnessed.size
    )]
    HistoryLost {
        /// The deployment.
        deployment: DeploymentId,
        /// The newest checkpoint that the witness has.
        witnessed: Box<Checkpoint>,
        /// The head there is.
        found: Head,
        /// When the witness was last told of anything; nothing where somebody else has [contradicted] the
        /// record.
        ///
        /// [contradicted]: crate::Record::contradict
        since: Option<Timestamp>,
    },
    /// The record ends before what this process has read of it: start nothing, open it anew.
    #[error(
        "the record of {deployment} went back: {known} was read, and now it ends with {found}; it is opened anew, and compared with its witness"
    )]
    WentBack {
        /// The deployment.
        deployment: DeploymentId,
        /// The head that was read.
        known: Head,
        /// The head there is.
        found: Head,
    },
    /// Entries that the witness has seen are now others: start nothing until a person has decided.
    #[error(
        "the record of {deployment} was rewritten: its first {} entries are not the ones its witness has seen; restore a backup, and find out who changed the database", .witnessed.size
    )]
    Rewritten {
        /// The deployment.
        deployment: DeploymentId,
        /// The newest checkpoint that the witness has.
        witnessed: Box<Checkpoint>,
        /// The root that the entries have now.
        found: Digest,
        /// When the witness was last told of anything; nothing where somebody else has [contradicted] the
        /// record.
        ///
        /// [contradicted]: crate::Record::contradict
        since: Option<Timestamp>,
    },
    /// The change *is* in the record, but the witness could not be told: mend that, and do not repeat the change.
    #[error(
        "entry {seq} of {deployment} is in the record, but the witness {} could not be written; make it writable before going on", .path.display()
    )]
    Unwitnessed {
        /// The deployment.
        deployment: DeploymentId,
        /// The last entry of the record.
        seq: Seq,
        /// The witness's file.
        path: PathBuf,
        /// What the disk said.
        #[source]
        source: std::io::Error,
    },
    /// The database would forget acknowledged entries when the power fails: change its settings.
    #[error(
        "the database is set up to lose entries when the power fails: {setting} is {found}; set it to {needed}"
    )]
    Weak {
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: String,
        /// The values that are safe.
        needed: &'static str,
    },
    /// The signing key cannot be used.
    #[error("the signing key {} cannot be used: {why}", .path.display())]
    Key {
        /// The key's file.
        path: PathBuf,
        /// Why not, and what to do.
        why: String,
    },
    /// The deployment's checkpoints are signed with another key than this process has.
    #[error(
        "the record of {deployment} is signed with {expected}, but the key here is {found}; where it was rotated, give this server the new key file and start it again; else bring back the key file"
    )]
    OtherKey {
        /// The deployment.
        deployment: DeploymentId,
        /// The key that has signed so far, as a vkey.
        expected: String,
        /// The key that this process has, as a vkey.
        found: String,
    },
    /// The deployment's orders are signed with another key than this worker trusts.
    #[error(
        "the orders of {deployment} are signed with {signs}, but this worker trusts {trusted}: it carries none of them out; start it with the key that `landfall record key` prints where the server is, and tell an administrator if that is not the first"
    )]
    NotTrusted {
        /// The deployment.
        deployment: DeploymentId,
        /// The key that signs its record, as a vkey.
        signs: String,
        /// The key that the worker trusts, as a vkey.
        trusted: String,
    },
    /// There is no room: free some, then repeat.
    #[error("the database's disk is full; make room, then repeat")]
    Full {
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// Nobody is there, or nobody is let in: look at what is named, then repeat.
    #[error("the database at {place} cannot be connected to; {look_at}")]
    Unreachable {
        /// Where it should be, without what may be a password.
        place: String,
        /// What to look at.
        look_at: &'static str,
        /// What the network or the database said.
        #[source]
        source: Cause,
    },
    /// Another file, or none, has the name of the database that is open here: what is written would be lost with
    /// it. Start the program again; it opens what is there now, and holds it against the witness.
    #[error(
        "the database {} was replaced or removed while it was open; nothing more is written: stop whatever uses it, put the right file there, and start again", .path.display()
    )]
    Replaced {
        /// Its path.
        path: PathBuf,
    },
    /// Somebody else holds the database for too long: repeat later.
    #[error("the database was busy for too long; repeat, and see who else is using it")]
    Locked {
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// The database takes no writes.
    #[error(
        "the database is read-only; make it writable, or use the server that leads its cluster"
    )]
    ReadOnly {
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// A newer program has used this database: upgrade this one.
    #[error(
        "the database has schema version {version}, which is newer than this program knows; use the newer program"
    )]
    Newer {
        /// The schema's version.
        version: i64,
    },
    /// There is no such deployment: create it first.
    #[error("there is no deployment {deployment} in this record; create it first")]
    Unknown {
        /// The deployment.
        deployment: DeploymentId,
    },
    /// What is stored cannot be right: stop, verify, restore.
    #[error("the record is damaged: {what}; verify it, and restore a backup where it is bad")]
    Corrupt {
        /// What was found.
        what: String,
    },
    /// Anything else that the database or the disk said.
    #[error("the database could not be used; see what it says, then repeat")]
    Storage {
        /// What it said.
        #[source]
        source: Cause,
    },
}

impl RecordError {
    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}
