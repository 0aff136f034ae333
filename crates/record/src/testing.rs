//! A private PostgreSQL for tests: Debian's own, in a temporary directory, gone with the tests.
//!
//! A shell stands between: it holds a pipe from this process, and when that closes,
//! however this process ends, it stops the server and removes its files.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where Debian keeps its PostgreSQL versions.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Starts the server in directory `$1`, kills it and starts it again for each line of standard input,
/// and stops it when that ends.
const SCRIPT: &str = r#"
set -eu
umask 077
trap 'rm -rf "$1"' EXIT
"$2/initdb" --no-sync -A trust -U landfall -D "$1/data" >"$1/initdb.log" 2>&1 || { cat "$1/initdb.log"; exit 1; }
launch() {
    "$2/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c max_connections=200 >>"$1/server.log" 2>&1 </dev/null &
    server=$!
}
ready() {
    tries=0
    until "$2/pg_isready" -q -h "$1" -U landfall -d postgres; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ]; then cat "$1/server.log"; exit 1; fi
        # One that was killed leaves shared memory behind for as long as its children live.
        kill -0 "$server" 2>/dev/null || launch "$@"
        sleep 0.1
    done
    echo ready
}
launch "$@"
ready "$@"
while read -r again; do
    kill -KILL "$server"
    wait "$server" || true
    rm -f "$1/.s.PGSQL.5432"
    launch "$@"
    ready "$@"
done
kill -INT "$server"
wait "$server" || true
"#;

/// A server of one's own. Dropped, it is stopped and its files are removed.
#[derive(Debug)]
pub struct Cluster {
    directory: PathBuf,
    programs: PathBuf,
    databases: AtomicU32,
    shell: Child,
    pipe: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
}

/// Returns the server that all tests of this process share.
///
/// # Panics
///
/// Where PostgreSQL is not installed, or does not start.
pub fn postgres() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(Cluster::start)
}

impl Cluster {
    /// Starts a server, as the account `postgres` where this is root's process.
    ///
    /// # Panics
    ///
    /// Where PostgreSQL is not installed, or does not start.
    pub fn start() -> Self {
        let programs = newest_version();
        let directory = tempfile::Builder::new().prefix("landfall-postgres-").tempdir();
        let directory = directory.expect("because tests need a temporary directory").keep();
        let root = is_root(&directory);
        if root {
            run(command("chown").arg("postgres").arg(&directory));
        }
        let mut shell = if root {
            let mut shell = command("setpriv");
            shell.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "/bin/sh"]);
            shell
        } else {
            command("/bin/sh")
        };
        shell.args(["-c", SCRIPT, "sh"]).arg(&directory).arg(&programs);
        shell.current_dir(&directory).stdin(Stdio::piped()).stdout(Stdio::piped());
        // Not the tests' own: a runner waits until everybody has closed that.
        shell.stderr(Stdio::null());
        let mut shell = shell.spawn().expect("because every Debian has sh and setpriv");
        let output = shell.stdout.take().expect("because it was asked for");
        let (pipe, said) = (shell.stdin.take(), BufReader::new(output));
        let mut it = Self { directory, programs, databases: AtomicU32::new(0), shell, pipe, said };
        it.becomes_ready();
        it
    }

    /// Kills the server, as the lack of memory does, and starts it again on what is on disk.
    ///
    /// # Panics
    ///
    /// Where it does not start again.
    pub fn kill_and_start_again(&mut self) {
        let mut pipe = self.pipe.as_ref().expect("because it is kept until the end");
        pipe.write_all(b"again\n").expect("because the shell listens until the end");
        self.becomes_ready();
    }

    fn becomes_ready(&mut self) {
        let mut said = String::new();
        for line in self.said.by_ref().lines().map_while(Result::ok) {
            said = format!("{said}{line}\n");
            if line == "ready" {
                break;
            }
        }
        assert!(said.ends_with("ready\n"), "PostgreSQL did not start:\n{said}");
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Panics
    ///
    /// Where the server is gone.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE DATABASE {name}"));
        let directory = self.directory.display();
        format!("postgres://landfall@localhost/{name}?host={directory}")
    }

    /// Returns what `pg_dump` writes of the database at `url`.
    ///
    /// # Panics
    ///
    /// Where there is no such database.
    pub fn dump(&self, url: &str) -> String {
        let output = command(self.programs.join("pg_dump")).arg(url).output();
        let output = output.expect("because PostgreSQL is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a statement in the database at `url`, behind the back of whoever uses it.
    ///
    /// # Panics
    ///
    /// Where the statement fails.
    pub fn tamper(&self, url: &str, statement: &str) {
        let mut psql = command(self.programs.join("psql"));
        run(psql.args(["-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement]));
    }

    /// Runs a statement as the server's owner.
    ///
    /// # Panics
    ///
    /// Where the statement fails.
    pub fn run(&self, statement: &str) {
        let mut psql = command(self.programs.join("psql"));
        psql.args(["-q", "-X", "-v", "ON_ERROR_STOP=1", "-U", "landfall", "-d", "postgres", "-h"]);
        run(psql.arg(&self.directory).arg("-c").arg(statement));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // Nothing can be done here where the shell is gone already.
        self.shell.wait().ok();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests need a real server, and it is a process")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

fn run(command: &mut Command) {
    let output = command.output().expect("because PostgreSQL and coreutils are installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// Returns whether files made here belong to root, whom PostgreSQL refuses to serve.
fn is_root(directory: &Path) -> bool {
    std::fs::metadata(directory).is_ok_and(|it| it.uid() == 0)
}

fn newest_version() -> PathBuf {
    let versions = std::fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let installed = versions.map(|it| it.path()).filter(|it| it.join("bin/initdb").exists());
    installed
        .max_by_key(number)
        .map(|it| it.join("bin"))
        .expect("these tests need PostgreSQL: apt-get install postgresql")
}
