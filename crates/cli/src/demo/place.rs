//! Where the demo takes place: one directory with the plan, the release, the record and every
//! site, and loopback addresses that nobody else listens on.

use super::release::{Made, deliverables, listed, prices};
use crate::args::Everywhere;
use crate::exit::Exit;
use crate::fault::Fault;
use jiff::Timestamp;
use model::digest::Digest;
use model::plan::MasterProjectPlan;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The file that ties running programs to the demo that started them.
pub(super) const TIE: &str = "demo.pid";

/// The site where something is left lying around that makes its check fail.
pub(super) const TROUBLED: &str = "turku";

/// What is left lying around there: settings made by hand, and the prices that they name.
pub(super) const LEFT_BEHIND: [&str; 2] = ["settings.local", "prices-trial.csv"];

/// Where the record is kept unless somebody says otherwise: then the demo takes a new directory.
const DATA_UNLESS_SAID: &str = ".landfall";

/// How many ports are tried: one in use on one of 14 addresses is rare.
const PORTS_TRIED: usize = 50;

/// The plan, with places for what is known only here.
const PLAN: &str = include_str!("landfall.yaml");

/// Where the demo takes place.
pub(super) struct Place {
    /// The directory of everything.
    pub(super) root: PathBuf,
    /// The port on which every program listens, each on an address of its own.
    pub(super) port: u16,
    /// The files of the release.
    pub(super) release: Vec<Made>,
    /// The directory, while it goes when the demo ends.
    passing: Option<TempDir>,
}

impl Place {
    /// Makes the directory: the one that `--data` names, or a new one that goes when the demo ends.
    ///
    /// # Errors
    ///
    /// When it has something in it, or cannot be made.
    pub(super) fn make(everywhere: &Everywhere) -> Result<Self, Fault> {
        let (root, passing) = if everywhere.data == Path::new(DATA_UNLESS_SAID) {
            let made = tempfile::Builder::new().prefix("landfall-demo-").tempdir();
            let made = made.map_err(|it| Fault::of_file(&std::env::temp_dir(), &it))?;
            (made.path().to_owned(), Some(made))
        } else {
            (empty(&everywhere.data)?, None)
        };
        let root = root.canonicalize().map_err(|it| Fault::of_file(&root, &it))?;
        let port = free_port()?;
        let place = Self { root, port, release: deliverables(), passing };
        write(&place.root.join(TIE), format!("{}\n", std::process::id()).as_bytes())?;
        Ok(place)
    }

    /// Returns the directory of the plan.
    pub(super) fn plan_folder(&self) -> PathBuf {
        self.root.join("plan")
    }

    /// Returns the directory of a site.
    pub(super) fn site(&self, id: &str) -> PathBuf {
        self.root.join("sites").join(id)
    }

    /// Returns the directories of all programs.
    pub(super) fn programs(&self) -> Vec<PathBuf> {
        let folders = ["core", "sites"].map(|it| std::fs::read_dir(self.root.join(it)));
        let entries = folders.into_iter().flatten().flatten().flatten();
        entries.map(|it| it.path()).collect()
    }

    /// Writes the release and the plan, and what lies around at one site; returns the plan.
    ///
    /// # Errors
    ///
    /// When the disk refuses, or this version does not understand its own plan.
    pub(super) fn furnish(&self, now: Timestamp) -> Result<MasterProjectPlan, Fault> {
        for made in &self.release {
            write(&self.plan_folder().join("release").join(made.file), &made.bytes)?;
        }
        let [settings, trial] = LEFT_BEHIND.map(|it| self.site(TROUBLED).join(it));
        write(&settings, b"# The trial in March, ask Sven\nreads=prices-trial.csv\n")?;
        write(&trial, prices("Till 1.9.3").as_bytes())?;
        let text = self.plan_text(now)?;
        write(&self.plan_folder().join("landfall.yaml"), text.as_bytes())?;
        let folder = self.plan_folder();
        let disk = planfile::DiskFolder::new(&folder).map_err(|it| Fault::of_file(&folder, &it))?;
        let loaded = planfile::load(&disk, "landfall.yaml");
        let wrong = loaded.diagnostics.iter().map(ToString::to_string);
        match (loaded.plan, loaded.diagnostics.is_empty()) {
            (Some(plan), true) => Ok(plan),
            _ => {
                Err(wrong.fold(Fault::new(Exit::Wrong, "the demo's own plan is wrong"), Fault::why))
            }
        }
    }

    fn plan_text(&self, now: Timestamp) -> Result<String, Fault> {
        let own =
            std::env::current_exe().map_err(|it| Fault::of_file(Path::new("landfall"), &it))?;
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        Ok(PLAN
            .replace("@DELIVERABLES@", &listed(&self.release))
            .replace("@PROGRAM@", &scalar(&own)?)
            .replace("@PLACE@", &scalar(&self.root)?)
            .replace("@PORT@", &self.port.to_string())
            .replace("@TODAY@", &today.to_string()))
    }

    /// Lets the programs go on when the demo is gone.
    pub(super) fn untie(&self) {
        // Where it cannot be removed the programs end with the demo, which is the safe side.
        let _ = std::fs::remove_file(self.root.join(TIE));
    }

    /// Returns whether the directory is there after the demo.
    pub(super) fn stays(&self, kept: bool) -> bool {
        kept || self.passing.is_none()
    }

    /// Leaves: the directory goes, unless it is to be kept.
    pub(super) fn leave(self, keep: bool) {
        if let Some(passing) = self.passing
            && keep
        {
            let _kept = passing.keep();
        }
    }

    /// Returns how many files of the release lie at the sites and core components with exactly
    /// the bytes of the release, and where one does not.
    pub(super) fn deployed_files(&self, plan: &MasterProjectPlan) -> (usize, Vec<String>) {
        let of_core = [
            ("core/registry", "registry"),
            ("core/registry", "shops"),
            ("core/gateway", "gateway"),
        ];
        let of_core = of_core.map(|(folder, id)| (self.root.join(folder), id));
        let of_sites = plan.sites.iter().flat_map(|site| {
            ["till", "prices", "settings"].map(|id| (self.site(site.id.as_str()), id))
        });
        let mut same = 0;
        let mut others = Vec::new();
        for (folder, id) in of_core.into_iter().chain(of_sites) {
            let Some(planned) = plan.release.deliverables.iter().find(|it| it.id.as_str() == id)
            else {
                continue;
            };
            let name = planned.file.trim_start_matches("release/");
            let path = match id {
                "registry" | "gateway" | "till" => folder.join("bin").join(name),
                _ => folder.join(name),
            };
            let found = std::fs::read(&path).map(|it| Digest::of(&it));
            if found.is_ok_and(|it| it == planned.sha256) {
                same += 1;
            } else {
                others.push(path.display().to_string());
            }
        }
        (same, others)
    }
}

/// Returns `path` as a value of the plan, where `${` begins a reference and `'` ends a text.
fn scalar(path: &Path) -> Result<String, Fault> {
    let Some(text) = path.to_str().filter(|it| !it.contains('\n')) else {
        let what = format!("{} is not plain text", path.display());
        return Err(Fault::usage(what, "name another directory with --data"));
    };
    Ok(format!("'{}'", text.replace('\'', "''").replace("${", "$${")))
}

/// Returns the directory at `path`, made if it is not there, if it has nothing in it.
fn empty(path: &Path) -> Result<PathBuf, Fault> {
    let of_file = |error| Fault::of_file(path, &error);
    std::fs::create_dir_all(path).map_err(of_file)?;
    if std::fs::read_dir(path).map_err(of_file)?.next().is_none() {
        return Ok(path.to_owned());
    }
    let what = format!("the demo does not go into {}, which has something in it", path.display());
    Err(Fault::usage(what, "name a new directory with --data, or leave it out"))
}

/// Writes a file, and makes its directory.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(path);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| Fault::of_file(path, &error))
}

/// The addresses of the plan: two core components, and each site in its ring.
fn addresses() -> impl Iterator<Item = Ipv4Addr> {
    let groups = [(0_u8, 2_u8), (1, 1), (2, 4), (3, 7)];
    groups
        .into_iter()
        .flat_map(|(ring, count)| (1..=count).map(move |site| Ipv4Addr::new(127, 20, ring, site)))
}

/// Returns a port on which nobody listens at any of the addresses.
fn free_port() -> Result<u16, Fault> {
    let mut why = "every port that was tried is in use".to_owned();
    for _ in 0..PORTS_TRIED {
        let chosen = TcpListener::bind((Ipv4Addr::new(127, 20, 0, 1), 0))
            .and_then(|it| it.local_addr())
            .map(|it| it.port());
        let all_free = chosen.and_then(|port| {
            let bound = addresses().map(|it| TcpListener::bind((it, port)));
            bound.collect::<Result<Vec<_>, _>>().map(|_| port)
        });
        match all_free {
            Ok(port) => return Ok(port),
            Err(error) => why = error.to_string(),
        }
    }
    Err(Fault::new(Exit::Failure, "nothing can listen on the addresses 127.20.x.y")
        .why(why)
        .next("run it on Linux, where every address 127.x.y.z is this computer's own"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_the_plan_is_a_text_and_no_reference() {
        for (path, expected) in
            [("/tmp/a b", "'/tmp/a b'"), ("/tmp/it's", "'/tmp/it''s'"), ("/a/${b}", "'/a/$${b}'")]
        {
            assert_eq!(scalar(Path::new(path)).unwrap(), expected);
        }
    }

    #[test]
    fn the_plan_has_an_address_for_every_program() {
        let hosts = addresses().filter(|it| PLAN.contains(&format!("host: {it}}}"))).count();
        assert_eq!(hosts, 14);
    }
}
