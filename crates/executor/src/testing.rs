//! Real SSH servers on loopback addresses, for tests and benches. Not part of the product.
//!
//! One `sshd` listens on up to sixteen addresses, so a hundred computers are
//! seven processes. Everything they need lies in one temporary directory, which
//! is also the home of whoever logs in: nothing outside it is written.

use model::order::SshAddress;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The most addresses of one `sshd`.
const ADDRESSES_PER_SERVER_MAX: usize = 16;

/// How often it is looked whether something has come about, and how long at most.
const LOOKS_MAX: u32 = 1200;
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How servers differ from the usual.
#[derive(Clone, Debug, Default)]
pub struct Peculiarities {
    /// Lines added to the configuration.
    pub configuration: String,
}

/// Running SSH servers. Dropping them ends them.
#[derive(Debug)]
pub struct Servers {
    /// How each computer is reached, with the user's key and the right known hosts.
    pub addresses: Vec<SshAddress>,
    /// The private key that all of them accept.
    pub key: PathBuf,
    /// A known-hosts file with the key of each of them.
    pub known_hosts: PathBuf,
    /// The home directory of whoever logs in.
    pub home: PathBuf,
    folder: tempfile::TempDir,
    servers: Vec<Child>,
    agent: Option<Child>,
}

/// Starts SSH servers on `count` loopback addresses, ready to be logged in to.
///
/// # Errors
///
/// When OpenSSH is missing or does not start.
pub fn start(count: usize) -> io::Result<Servers> {
    start_peculiar(count, &Peculiarities::default())
}

/// Starts SSH servers as [`start`] does, with peculiarities.
///
/// # Errors
///
/// When OpenSSH is missing or does not start.
pub fn start_peculiar(count: usize, peculiarities: &Peculiarities) -> io::Result<Servers> {
    let folder = tempfile::Builder::new().prefix("landfall-sshd-").tempdir()?;
    let home = folder.path().join("home");
    fs::create_dir(&home)?;
    let key = folder.path().join("user_key");
    let host_key = folder.path().join("host_key");
    make_key(&key)?;
    make_key(&host_key)?;
    fs::copy(public(&key), folder.path().join("authorized_keys"))?;
    // sshd insists on its empty directory where it may shed its privileges.
    let _ = fs::create_dir_all("/run/sshd");
    let user = said(command("id").arg("-un"))?;
    let host_public = fs::read_to_string(public(&host_key))?;
    let known_hosts = folder.path().join("known_hosts");
    let (mut lines, mut servers) = (
        String::new(),
        Servers {
            addresses: Vec::new(),
            key: key.clone(),
            known_hosts: known_hosts.clone(),
            home,
            folder,
            servers: Vec::new(),
            agent: None,
        },
    );
    let hosts: Vec<Ipv4Addr> = (0..count).map(loopback).collect();
    for (number, hosts) in hosts.chunks(ADDRESSES_PER_SERVER_MAX).enumerate() {
        let port = servers.start_one(number, hosts, peculiarities)?;
        for host in hosts {
            let _ = writeln!(lines, "[{host}]:{port} {}", host_public.trim());
            servers.addresses.push(SshAddress {
                host: host.to_string(),
                port,
                user: user.clone(),
                identity: Some(key.to_string_lossy().into_owned()),
                known_hosts: Some(known_hosts.to_string_lossy().into_owned()),
                jump: None,
            });
        }
    }
    fs::write(known_hosts, lines)?;
    Ok(servers)
}

impl Servers {
    /// Returns the temporary directory of these servers, free for whatever a test needs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn start_one(
        &mut self,
        number: usize,
        hosts: &[Ipv4Addr],
        peculiarities: &Peculiarities,
    ) -> io::Result<u16> {
        let folder = self.folder.path();
        let first = hosts.first().copied().unwrap_or(Ipv4Addr::LOCALHOST);
        let port = TcpListener::bind((first, 0))?.local_addr()?.port();
        let mut text = String::new();
        for host in hosts {
            let _ = writeln!(text, "ListenAddress {host}:{port}");
        }
        let shown = folder.display();
        let _ = write!(
            text,
            "HostKey {shown}/host_key\nAuthorizedKeysFile {shown}/authorized_keys\n\
             PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin prohibit-password\n\
             PasswordAuthentication no\nMaxStartups 4000\nSetEnv HOME={shown}/home\n{}\n",
            peculiarities.configuration
        );
        let file = folder.join(format!("sshd_config_{number}"));
        fs::write(&file, text)?;
        let mut server = command("/usr/sbin/sshd");
        server.arg("-D").arg("-f").arg(&file);
        server.arg("-E").arg(folder.join(format!("sshd_log_{number}")));
        self.servers.push(server.stdin(Stdio::null()).spawn()?);
        let address = SocketAddr::from((first, port));
        if !came_about(|| TcpStream::connect(address).is_ok()) {
            return Err(io::Error::other(format!("no sshd answers at {address}")));
        }
        Ok(port)
    }

    /// Gives all computers a new host key, as an attacker in their place would have.
    ///
    /// # Errors
    ///
    /// When the known-hosts file cannot be rewritten.
    pub fn change_known_keys(&self) -> io::Result<()> {
        let other = self.folder.path().join("other_key");
        make_key(&other)?;
        let other = fs::read_to_string(public(&other))?;
        let lines = self.addresses.iter().fold(String::new(), |mut lines, address| {
            let _ = writeln!(lines, "[{}]:{} {}", address.host, address.port, other.trim());
            lines
        });
        fs::write(&self.known_hosts, lines)
    }

    /// Starts an SSH agent that holds the user's key, and returns its socket.
    ///
    /// # Errors
    ///
    /// When the agent does not start or does not take the key.
    pub fn start_agent(&mut self) -> io::Result<PathBuf> {
        let socket = self.folder.path().join("agent");
        let mut agent = command("ssh-agent");
        agent.arg("-D").arg("-a").arg(&socket).stdout(Stdio::null());
        self.agent = Some(agent.spawn()?);
        if !came_about(|| socket.exists()) {
            return Err(io::Error::other("no ssh-agent answers"));
        }
        said(command("ssh-add").arg("-q").arg(&self.key).env("SSH_AUTH_SOCK", &socket))?;
        Ok(socket)
    }

    /// Kills the processes that serve connections, as a reboot of the computers' SSH servers
    /// would, and returns how many there were. The servers go on and take new connections.
    ///
    /// # Errors
    ///
    /// When a process cannot be killed.
    pub fn sever_connections(&self) -> io::Result<usize> {
        self.signal_connections("-KILL")
    }

    /// Makes the processes that serve connections stand still, as a computer without breath would,
    /// and returns how many there are. The servers go on and take new connections.
    ///
    /// # Errors
    ///
    /// When a process cannot be told.
    pub fn freeze_connections(&self) -> io::Result<usize> {
        self.signal_connections("-STOP")
    }

    fn signal_connections(&self, signal: &str) -> io::Result<usize> {
        let parents: Vec<u32> = self.servers.iter().map(Child::id).collect();
        let mut told = 0;
        for (process, _) in processes().filter(|(_, parent)| parents.contains(parent)) {
            match said(command("kill").arg(signal).arg(process.to_string())) {
                Ok(_) => told += 1,
                // It had come to its own end between the look and the signal.
                Err(_) if !Path::new(&format!("/proc/{process}")).exists() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(told)
    }

    /// Ends the servers, so that nobody answers at their addresses.
    pub fn stop(&mut self) {
        for server in self.servers.iter_mut().chain(&mut self.agent) {
            // An error means that it has ended already.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.sever_connections();
        self.stop();
    }
}

/// Waits until `happened`, for half a minute at most, and returns whether it did.
pub fn came_about(mut happened: impl FnMut() -> bool) -> bool {
    (0..LOOKS_MAX).any(|_| {
        let it_did = happened();
        if !it_did {
            std::thread::park_timeout(LOOK_EVERY);
        }
        it_did
    })
}

/// Waits as [`came_about`] does, and lets other tasks go on.
pub async fn came_about_meanwhile(mut happened: impl FnMut() -> bool) -> bool {
    for _ in 0..LOOKS_MAX {
        if happened() {
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    false
}

/// The most bytes that are kept of what is neither answer nor output.
pub const HEARD_BYTES_MAX: usize = 2 * (crate::answers::LINE_BYTES_MAX + 1024);

/// Hears what a computer says, as that of one order and as that of two, and returns how many bytes of
/// it are kept that are neither answers nor output.
pub fn hear<'a>(said: impl Iterator<Item = &'a [u8]>) -> usize {
    let tags = ["0123456789abcdef", "fedcba9876543210"];
    let redactor = crate::redact::Redactor::of_nothing();
    let first = tags.first().copied().unwrap_or_default();
    let mut one = crate::answers::Answers::tagged(first, redactor.clone());
    let mut both = crate::bundle::Hearing::of(tags.map(str::to_owned).to_vec(), redactor);
    let mut most = 0;
    for bytes in said {
        one.push(bytes);
        both.push(bytes);
        most = most.max(one.kept() + both.kept());
    }
    most
}

fn loopback(number: usize) -> Ipv4Addr {
    let [.., third, fourth] = (number + 1).to_be_bytes();
    Ipv4Addr::new(127, 0, third, fourth)
}

fn make_key(path: &Path) -> io::Result<()> {
    said(command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path))?;
    Ok(())
}

fn public(key: &Path) -> PathBuf {
    key.with_extension("pub")
}

/// Returns each process and its parent.
fn processes() -> impl Iterator<Item = (u32, u32)> {
    fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        let state = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, behind_name) = state.rsplit_once(") ")?;
        Some((process, behind_name.split(' ').nth(1)?.parse().ok()?))
    })
}

fn said(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!("{command:?}: {complaint}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[expect(clippy::disallowed_methods, reason = "OpenSSH's own programs are what is tested against")]
fn command(program: &str) -> Command {
    Command::new(program)
}
