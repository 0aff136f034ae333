//! The plans that the server was shown: nobody who comes in names any other file.

use crate::error::ReceptionError;
use model::plan::MasterProjectPlan;
use planfile::{DiskFolder, Severity, stays_inside};
use std::path::{Path, PathBuf};

/// The most diagnostics that are told; the plan is mended where it is written.
const DIAGNOSTICS_MAX: usize = 5;

/// The folder of the plans that the server was shown; none where it was shown none.
#[derive(Clone, Debug, Default)]
pub struct Plans(Option<PathBuf>);

/// A plan that was read.
pub(crate) struct Plan {
    pub(crate) plan: MasterProjectPlan,
    /// The folder in which its deliverables lie.
    pub(crate) folder: String,
}

impl Plans {
    /// Returns the plans under `folder`.
    ///
    /// # Errors
    ///
    /// Where it is not there.
    pub fn under(folder: &Path) -> std::io::Result<Self> {
        Ok(Self(Some(folder.canonicalize()?)))
    }

    /// Returns the plan at `path`, which names a file or a folder with a `landfall.yaml`.
    pub(crate) fn read(&self, path: &str) -> Result<Plan, ReceptionError> {
        let none = || ReceptionError::Invalid(format!("there is no plan {path} here"));
        let Some(plans) = &self.0 else {
            let what =
                "this server was shown no plans: start it with --plans, or use its command line";
            return Err(ReceptionError::Invalid(what.to_owned()));
        };
        if !stays_inside(path) {
            return Err(none());
        }
        let found = plans.join(path).canonicalize().map_err(|_| none())?;
        // A link may lead out of the folder whatever its name says.
        if !found.starts_with(plans) {
            return Err(none());
        }
        let file = if found.is_dir() { found.join("landfall.yaml") } else { found };
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
            return Err(none());
        };
        let disk = DiskFolder::new(folder).map_err(|_| none())?;
        let read = planfile::load(&disk, &name.to_string_lossy());
        let errors = read.diagnostics.iter().filter(|it| it.severity == Severity::Error);
        let errors: Vec<String> = errors.take(DIAGNOSTICS_MAX).map(ToString::to_string).collect();
        match read.plan {
            Some(plan) if errors.is_empty() => {
                Ok(Plan { plan, folder: folder.display().to_string() })
            }
            Some(_) | None => {
                Err(ReceptionError::Invalid(format!("the plan is wrong: {}", errors.join("; "))))
            }
        }
    }
}
