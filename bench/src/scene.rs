//! The computers, the payload, and the look at the result on disk.

use crate::Fault;
use crate::contender::Contender;
use crate::cost::{self, Confession, Cost, PYTHON};
use crate::far;
use executor::testing::{Peculiarities, Servers, came_about, start_peculiar};
use model::digest::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much is uploaded to each computer.
const PAYLOAD_BYTES: u32 = 100 * 1024;

/// What a computer runs to install; `$FOLDER` is its folder.
pub(crate) const INSTALL: &str =
    r#"cd "$FOLDER" && sha256sum payload > SHA256 && echo 1.0.0 > VERSION"#;

/// What a computer runs to verify that.
pub(crate) const VERIFY: &str =
    r#"cd "$FOLDER" && sha256sum --check --quiet SHA256 && grep -qx 1.0.0 VERSION"#;

/// The servers take one key exchange, which is the cheapest, so that nobody is at a disadvantage
/// for its default; it has two names. pyinfra and parallel-ssh upload over SFTP.
const CONFIGURATION: &str = "KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org\n\
                             Subsystem sftp internal-sftp";

/// The file that tells every contender what to do. Its shape is that of an Ansible inventory.
#[derive(Deserialize, Serialize)]
pub(crate) struct Inventory {
    pub(crate) all: Group,
}

/// All computers.
#[derive(Deserialize, Serialize)]
pub(crate) struct Group {
    pub(crate) hosts: BTreeMap<String, Computer>,
    pub(crate) vars: Variables,
}

/// What holds for all computers.
#[derive(Clone, Copy, Deserialize, Serialize)]
pub(crate) struct Variables {
    /// How many computers each contender works on at once.
    pub(crate) at_once: usize,
}

/// One computer, and what is done there.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Computer {
    pub(crate) ansible_host: String,
    pub(crate) ansible_port: u16,
    pub(crate) ansible_user: String,
    pub(crate) ansible_ssh_private_key_file: String,
    ansible_ssh_common_args: String,
    ansible_python_interpreter: String,
    pub(crate) known_hosts: String,
    pub(crate) folder: String,
    pub(crate) payload: String,
    pub(crate) install: String,
    pub(crate) verify: String,
}

/// A folder with computers that run and work to do on them.
pub(crate) struct Scene {
    servers: Servers,
    computers: Vec<Computer>,
    payload: Vec<u8>,
    at_once: usize,
    turns: u32,
}

/// What one turn has cost.
pub(crate) struct Turn {
    pub(crate) cost: Cost,
    pub(crate) confession: Option<Confession>,
    /// The processor time of the SSH servers and of what they started.
    pub(crate) servers_s: f64,
}

impl Scene {
    /// Returns a scene of `count` computers that can be logged in to, and are worked on `at_once` at
    /// once. With a `round_trip` each is reached through a proxy that makes it that far.
    pub(crate) fn new(
        count: usize,
        at_once: usize,
        round_trip: Option<Duration>,
    ) -> Result<Self, Fault> {
        let peculiarities = Peculiarities { configuration: CONFIGURATION.to_owned() };
        let servers = start_peculiar(count, &peculiarities)?;
        let folder = servers.folder().to_owned();
        let payload = payload();
        fs::write(folder.join("payload"), &payload)?;
        let mut hosts = BTreeMap::new();
        let addresses = match round_trip {
            Some(round_trip) => far::behind_proxies(&servers, round_trip)?,
            None => servers.addresses.clone(),
        };
        for (number, address) in (1..).zip(&addresses) {
            let name = format!("pc-{number:05}");
            let place = folder.join("sites").join(&name).display().to_string();
            let known_hosts = address.known_hosts.clone().unwrap_or_default();
            let computer = Computer {
                ansible_host: address.host.clone(),
                ansible_port: address.port,
                ansible_user: address.user.clone(),
                ansible_ssh_private_key_file: address.identity.clone().unwrap_or_default(),
                ansible_ssh_common_args: format!("-o UserKnownHostsFile={known_hosts}"),
                ansible_python_interpreter: PYTHON.to_owned(),
                known_hosts,
                payload: folder.join("payload").display().to_string(),
                install: INSTALL.replace("\"$FOLDER\"", &place),
                verify: VERIFY.replace("\"$FOLDER\"", &place),
                folder: place,
            };
            hosts.insert(name, computer);
        }
        let computers = hosts.values().cloned().collect();
        let inventory = Inventory { all: Group { hosts, vars: Variables { at_once } } };
        let scene = Self { servers, computers, payload, at_once, turns: 0 };
        fs::write(scene.inventory(), serde_json::to_vec_pretty(&inventory)?)?;
        Ok(scene)
    }

    /// Returns how many computers each contender works on at once.
    pub(crate) fn at_once(&self) -> usize {
        self.at_once
    }

    /// Returns the folder in which everything lies.
    pub(crate) fn folder(&self) -> &Path {
        self.servers.folder()
    }

    /// Returns the file that tells every contender what to do.
    pub(crate) fn inventory(&self) -> PathBuf {
        inventory(self.folder())
    }

    /// Lets `contender` do the work once on untouched computers, and looks at the result.
    pub(crate) fn turn(
        &mut self,
        contender: Contender,
        venv: &Path,
        seconds_max: u32,
    ) -> Result<Turn, Fault> {
        self.turns += 1;
        self.put_aside()?;
        let log = self.folder().join(format!("turn-{}-{}.log", self.turns, contender.name()));
        let command = contender.command(self, venv)?;
        let before = self.quiet_servers()?;
        let cost = cost::measure(&command, &log, seconds_max)?;
        let after = self.quiet_servers()?;
        self.examine()?;
        let confession = fs::read(confession(self.folder()));
        let confession = confession.ok().map(|it| serde_json::from_slice(&it)).transpose()?;
        Ok(Turn { cost, confession, servers_s: after - before })
    }

    /// Gives the turn untouched folders. What the turn before left is put aside and not removed:
    /// some file systems are slow to make files for a minute after many were.
    fn put_aside(&self) -> Result<(), Fault> {
        let aside = self.folder().join(format!("before-turn-{}", self.turns));
        fs::create_dir(&aside)?;
        for name in ["sites", "home", "ansible", "cp", "work"] {
            let path = self.folder().join(name);
            if path.exists() {
                fs::rename(&path, aside.join(name))?;
            }
            fs::create_dir(path)?;
        }
        Ok(())
    }

    /// Waits until nobody is logged in, and returns the servers' processor time so far.
    fn quiet_servers(&self) -> Result<f64, Fault> {
        if came_about(|| cost::servers_cpu_s().1 == 0) {
            return Ok(cost::servers_cpu_s().0);
        }
        let severed = self.servers.sever_connections()?;
        Err(format!("{severed} sessions were left behind").into())
    }

    /// Compares what lies on the computers' disks with what should.
    fn examine(&self) -> Result<(), Fault> {
        let digest = Digest::of(&self.payload);
        for Computer { folder, .. } in &self.computers {
            let folder = Path::new(folder);
            let hashed = fs::read_to_string(folder.join("SHA256"))?;
            let is_right = fs::read(folder.join("payload"))? == self.payload
                && hashed == format!("{digest}  payload\n")
                && fs::read_to_string(folder.join("VERSION"))? == "1.0.0\n";
            if !is_right {
                return Err(format!("{} is not what was ordered", folder.display()).into());
            }
        }
        Ok(())
    }
}

/// Returns the file that tells every contender what to do, in the scene at `folder`.
pub(crate) fn inventory(folder: &Path) -> PathBuf {
    folder.join("scene.json")
}

/// Returns the file in which a contender of this crate says what only it knows.
pub(crate) fn confession(folder: &Path) -> PathBuf {
    folder.join("work").join("confession.json")
}

/// Returns the scene's computers, for a contender of this crate.
pub(crate) fn computers(folder: &Path) -> Result<Group, Fault> {
    let inventory: Inventory = serde_json::from_slice(&fs::read(inventory(folder))?)?;
    Ok(inventory.all)
}

/// Returns bytes that no compression makes smaller, the same every time.
fn payload() -> Vec<u8> {
    let blocks = (0..PAYLOAD_BYTES / 32).map(|it: u32| Digest::of(&it.to_be_bytes()));
    blocks.flat_map(|it| *it.as_bytes()).collect()
}
