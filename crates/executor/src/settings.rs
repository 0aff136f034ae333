//! What the executor is told once, by the crate that reads the configuration.

use crate::secrets::Secrets;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The most output kept of one order, in bytes. A step that writes more is noise, and 500 at
/// once must not fill a disk; the computer throws the rest away without hurting the step.
pub const OUTPUT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The longest `verify` or check of a copy may take, in seconds: it looks, it does not work.
pub(crate) const VERIFY_LIMIT_S: u32 = 120;

/// The programs of a local order are looked for here unless the settings say otherwise.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How the executor is set up.
#[derive(Clone)]
pub struct Settings {
    /// The directory of the journal of orders carried out on this computer.
    pub journal_here: PathBuf,
    /// The directory in which outputs are kept.
    pub outputs: PathBuf,
    /// Where secrets come from.
    pub secrets: Arc<dyn Secrets>,
    /// The socket of the SSH agent.
    pub agent_socket: Option<PathBuf>,
    /// The home directory: of local orders, of `~/` in key paths, of `.ssh/known_hosts`.
    pub home: PathBuf,
    /// `PATH` of local orders.
    pub search_path: String,
    /// `LANG` of local orders.
    pub language: String,
    /// The most SSH connections open at once. 500 lost no throughput on two cores and need 100 MiB.
    pub connections_max: usize,
    /// The most SSH handshakes at once: each is a few milliseconds of one core.
    pub handshakes_max: usize,
    /// How long a connection may take to be made, the way through a jump host, key exchange and login
    /// included, and then each session over it.
    pub connect_timeout: Duration,
    /// How long an unused connection is kept.
    pub idle_close: Duration,
    /// How long a stopped order may take to end by itself before it is killed, in whole seconds.
    pub grace: Duration,
}

impl Settings {
    /// Returns settings with the usual limits.
    pub fn new(
        home: PathBuf,
        journal_here: PathBuf,
        outputs: PathBuf,
        secrets: Arc<dyn Secrets>,
    ) -> Self {
        Self {
            journal_here,
            outputs,
            secrets,
            agent_socket: None,
            home,
            search_path: SEARCH_PATH.to_owned(),
            language: "C.UTF-8".to_owned(),
            connections_max: 500,
            handshakes_max: 64,
            connect_timeout: Duration::from_secs(20),
            idle_close: Duration::from_secs(60),
            grace: Duration::from_secs(10),
        }
    }
}
