//! The keys by which computers are known. Strict: an unknown key and a changed key are refused.
//!
//! A file of ten thousand computers is read once, not once a connection; it is
//! read again when its size or its time of change is another. Where names are
//! hashed, a name has to be held against each of them: it is done once for each
//! computer, and where it holds up no other. Patterns with
//! `*` and `?` and certificate authorities are not looked at: who is known only
//! through them is unknown here, which is safe.

use super::connect::ConnectFailure;
use russh::keys::known_hosts::known_host_keys_path;
use russh::keys::{HashAlg, PublicKey, parse_public_key_base64};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// The keys of one computer, as a known-hosts file gives them.
#[derive(Clone, Debug)]
pub(crate) struct HostKeys {
    /// The computer as the file names it: `name`, or `[name]:port`.
    pub(crate) name: String,
    path: PathBuf,
    known: Vec<PublicKey>,
    revoked: Vec<PublicKey>,
}

impl HostKeys {
    /// Returns the keys to expect.
    pub(crate) fn known(&self) -> &[PublicKey] {
        &self.known
    }

    /// Returns whether `shown` is the key of the computer.
    ///
    /// # Errors
    ///
    /// When it is not. The connection must then not be used.
    pub(crate) fn check(&self, shown: &PublicKey) -> Result<(), ConnectFailure> {
        let Self { name, path, known, revoked } = self;
        let path = path.display();
        let shows = shown.fingerprint(HashAlg::Sha256);
        let is_in = |keys: &[PublicKey]| keys.iter().any(|it| it.key_data() == shown.key_data());
        if is_in(revoked) {
            let why = format!("{name} shows the key {shows}, which {path} calls revoked");
            return Err(ConnectFailure::HostKey { why });
        }
        if is_in(known) {
            return Ok(());
        }
        let expected: Vec<String> =
            known.iter().map(|it| it.fingerprint(HashAlg::Sha256).to_string()).collect();
        let why = if expected.is_empty() {
            format!("{name} is not known in {path}; it shows the key {shows}")
        } else {
            format!(
                "the key of {name} has changed: it shows {shows}, {path} has {}",
                expected.join(", ")
            )
        };
        Err(ConnectFailure::HostKey { why })
    }
}

/// What tells one state of a file from the next without reading it.
type Stamp = (u64, Option<SystemTime>);

#[derive(Default)]
struct File {
    stamp: Stamp,
    /// Keys as text by name: most are never asked for.
    plain: HashMap<String, Vec<String>>,
    revoked: Vec<PublicKey>,
    has_hashed_names: bool,
    /// The keys of those computers that were looked for among the hashed names.
    hashed: Mutex<HashMap<String, Vec<PublicKey>>>,
}

/// The known-hosts files read so far.
#[derive(Default)]
pub(crate) struct KnownHosts {
    files: Mutex<HashMap<PathBuf, Arc<File>>>,
}

impl KnownHosts {
    /// Returns the keys of `host` at `port` in the file at `path`. No file knows nobody.
    pub(crate) async fn keys(
        self: &Arc<Self>,
        path: PathBuf,
        host: &str,
        port: u16,
    ) -> Result<HostKeys, ConnectFailure> {
        let (known_hosts, host) = (Arc::clone(self), host.to_owned());
        let looking = tokio::task::spawn_blocking(move || known_hosts.look_up(&path, &host, port));
        looking.await.map_err(|panic| ConnectFailure::Refused { why: panic.to_string() })
    }

    fn look_up(&self, path: &Path, host: &str, port: u16) -> HostKeys {
        let name = if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") };
        let file = self.file(path);
        let texts = file.plain.get(&name.to_lowercase());
        let mut known: Vec<PublicKey> =
            texts.into_iter().flatten().filter_map(|it| parse_public_key_base64(it).ok()).collect();
        if file.has_hashed_names {
            known.extend(file.hashed(&name, || known_host_keys_path(host, port, path)));
        }
        HostKeys { name, path: path.to_owned(), known, revoked: file.revoked.clone() }
    }

    fn file(&self, path: &Path) -> Arc<File> {
        let stamp = std::fs::metadata(path)
            .map_or((0, None), |metadata| (metadata.len(), metadata.modified().ok()));
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(path).filter(|file| file.stamp == stamp) {
            return Arc::clone(file);
        }
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let file = Arc::new(File { stamp, ..parse(&text) });
        files.insert(path.to_owned(), Arc::clone(&file));
        file
    }
}

impl File {
    /// Returns the keys that `looked_for` finds for `name`, unless that was done before.
    fn hashed(
        &self,
        name: &str,
        looked_for: impl FnOnce() -> Result<Vec<(usize, PublicKey)>, russh::keys::Error>,
    ) -> Vec<PublicKey> {
        let hashed = || self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = hashed().get(name) {
            return keys.clone();
        }
        // A line that cannot be read makes its computer unknown, never known.
        let found = looked_for().unwrap_or_default();
        let keys: Vec<PublicKey> = found.into_iter().map(|(_line, key)| key).collect();
        hashed().insert(name.to_owned(), keys.clone());
        keys
    }
}

fn parse(text: &str) -> File {
    let mut file = File::default();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        let marked = first.starts_with('@');
        let names = if marked { words.next().unwrap_or_default() } else { first };
        let (_algorithm, Some(key)) = (words.next(), words.next()) else { continue };
        if first == "@revoked" {
            file.revoked.extend(parse_public_key_base64(key));
        }
        if marked {
            continue;
        }
        for name in names.split(',') {
            file.has_hashed_names |= name.starts_with("|1|");
            file.plain.entry(name.to_lowercase()).or_default().push(key.to_owned());
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const TWO: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X";
    const HASHED: &str = "|1|O33ESRMWPVkMYIwJ1Uw+n877jTo=|nuuC5vEqXlEZ/8BXQR7m619W6Ak=";
    const HASHED_KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAILIG2T/B0l0gaqj3puu510tu9N1OkQ4znY3LYuEm5zCF";

    #[test]
    fn only_the_key_that_the_file_gives_to_the_computer_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        let text = format!(
            "# {TWO}\n[a.example]:2222,b ssh-ed25519 {ONE} remark\nc ssh-ed25519 {TWO}\r\n\
             d ssh-ed25519 {ONE}\n@revoked * ssh-ed25519 {TWO}\n*.e ssh-ed25519 {ONE}\n\
             {HASHED} ssh-ed25519 {HASHED_KEY}\n"
        );
        std::fs::write(&path, text).unwrap();
        let known_hosts = KnownHosts::default();
        for (host, port, shown, said) in [
            ("a.example", 2222, ONE, ""),
            ("A.Example", 2222, ONE, ""),
            ("b", 22, ONE, ""),
            ("a.example", 22, ONE, "is not known"),
            ("b", 2222, ONE, "is not known"),
            ("x.e", 22, ONE, "is not known"),
            ("c", 22, TWO, "revoked"),
            ("c", 22, ONE, "has changed"),
            ("example.com", 22, HASHED_KEY, ""),
            ("example.com", 22, ONE, "has changed"),
        ] {
            let shown = parse_public_key_base64(shown).unwrap();
            let answer = known_hosts.look_up(&path, host, port).check(&shown);
            let answer = answer.map_or_else(|refusal| refusal.to_string(), |()| String::new());
            assert!(
                answer.contains(said) && answer.is_empty() == said.is_empty(),
                "{host}: {answer}"
            );
        }
    }

    #[test]
    fn a_file_that_changed_is_read_again_and_no_file_knows_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        let known_hosts = KnownHosts::default();
        assert!(known_hosts.look_up(&path, "a", 22).known().is_empty());
        std::fs::write(&path, format!("a ssh-ed25519 {ONE}\n")).unwrap();
        assert_eq!(known_hosts.look_up(&path, "a", 22).known().len(), 1);
    }

    #[test]
    fn hashed_names_are_gone_through_once_for_each_computer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        std::fs::write(&path, format!("{HASHED} ssh-ed25519 {HASHED_KEY}\n")).unwrap();
        let changed = std::fs::metadata(&path).unwrap().modified().unwrap();
        let known_hosts = KnownHosts::default();
        let known = |host: &str| known_hosts.look_up(&path, host, 22).known().len();
        assert_eq!((known("example.com"), known("a")), (1, 0));
        // As long as it looks the same it is not read again: here it says something else.
        std::fs::write(&path, format!("{HASHED} ssh-ed25519 {ONE}\n")).unwrap();
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(changed).unwrap();
        let shown = parse_public_key_base64(HASHED_KEY).unwrap();
        assert!(known_hosts.look_up(&path, "example.com", 22).check(&shown).is_ok());
        std::fs::write(&path, format!("{HASHED} ssh-ed25519 {ONE} again\n")).unwrap();
        assert!(known_hosts.look_up(&path, "example.com", 22).check(&shown).is_err());
    }
}
