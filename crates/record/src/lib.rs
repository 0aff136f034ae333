//! The home of the record: append-only, chained, witnessed; and the order queue on the same database.
//!
//! [`open`] gives a [`Record`] in memory, in SQLite or in PostgreSQL. Whatever one
//! [`append`](Record::append) writes (entries, orders, contents, notices) stands or
//! falls together, after the head that the writer expected and in the epoch in which
//! it leads, or not at all. [`verify()`] and [`verify_file`] trust none of it.

mod account;
mod archive;
pub mod chain;
mod change;
mod elsewhere;
mod entry;
mod error;
mod export;
mod home;
mod key;
mod location;
mod memory;
mod notary;
mod note;
mod opening;
mod package;
mod proof;
mod queue;
mod reaching;
mod receipt;
mod rotation;
mod seal;
mod sql;
mod ssh_signature;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod timestamp;
pub mod tree;
mod verify;
mod witness;

#[cfg(test)]
mod conformance;

pub use account::{Account, Accounts, Admission, AdmissionKind, Identity, Refused, Told, Unsealed};
pub use archive::ArchivedFile;
pub use change::{Appended, Change, CommandId, Head, NewOpening, NewOrder};
pub use elsewhere::{KeptElsewhere, began_with, compare};
pub use entry::{Entry, Kept, Notice, Snapshot, Standing, Stretch};
pub use error::{Cause, RecordError};
pub use export::{export, verify_file, verify_lines};
pub use home::{Record, open};
pub use key::{InvalidKey, Signer, VerifierKey};
pub use location::{InvalidLocation, Location};
pub use memory::{Backup, Memory};
pub use note::{Checkpoint, InvalidNote, origin};
pub use opening::{Opened, PRIVATE, commitments, openings, verify_openings};
pub use package::{
    CHAIN, PackageFlaw, RUNS, VerifiedPackage, is_package, keys_of, package, package_timestamps,
    verify_package,
};
pub use queue::{
    Before, Claimed, Enlisted, HANDED_OUT_WITHIN, Lead, OpenOrder, OrderState, Present, Receipt,
    Renewed, Reported, Wish, beside_unknown_ending, unsealed_ending,
};
pub use receipt::{ReceiptFlaw, VerifiedReceipt, is_receipt, receipt, verify_receipt};
pub use rotation::{InvalidRotation, rotation};
pub use ssh_signature::{InvalidSshSignature, verify_ssh};
pub use timestamp::{
    InvalidTimestamp, Timestamped, authorities, timestamp_in, timestamp_question, verify_timestamp,
};
pub use verify::{FirstBad, Flaw, Verified, Verifier, VerifyError, verify};
