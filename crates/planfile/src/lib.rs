//! Plan as code: YAML text to a master project plan, with diagnostics.
//!
//! [`load`] reads a plan and the files it takes in, and says everything that is
//! wrong with it in one run, each fault with its file, line and column, what is
//! wrong and what would be right. [`verify_deliverables`] compares the release's
//! files with their digests, [`schema`] describes the text to editors, and
//! [`diff`] says in words what differs between two plans.
//!
//! House rule: decide, then do. Reading files is the only effect here, and it
//! goes through [`Folder`].

mod build;
mod check;
mod code;
mod decode;
mod deliverables;
mod diagnostic;
mod diff;
mod findings;
mod folder;
mod json_schema;
mod load;
mod measured;
mod span;
mod storyline;
mod suggest;
mod table;
mod table_rows;
mod tree;
mod tree_deserializer;
mod written;

pub use code::Code;
pub use deliverables::verify_deliverables;
pub use diagnostic::{Diagnostic, Severity, Snippet};
pub use diff::{PlanDiff, SectionDiff, diff};
pub use findings::DIAGNOSTICS_MAX;
pub use folder::{
    CSV_BYTES_MAX, DiskFolder, Folder, FolderError, MemoryFolder, OpenFile, YAML_BYTES_MAX,
    stays_inside,
};
pub use json_schema::schema;
pub use load::{Loaded, Source, load};
pub use measured::{MeasuredTable, MeasuredTables, MoreTables, instant, measured};
pub use storyline::{LoadedStoryline, storyline};
pub use suggest::nearest;
pub use tree::{DEPTH_MAX, NODES_MAX};
