//! The keys by which computers are known. Strict: an unknown key and a changed key are refused.
//!
//! A file of ten thousand computers is read once, not once a connection; it is
//! read again when its size or its time of change is another. A file that cannot
//! be read says nothing of anybody: its computers are not reached for now, and it
//! is asked for again. Where names are
//! hashed, a name has to be held against each of them: it is done once for each
//! computer, and where it holds up no other. Patterns with
//! `*` and `?` and certificate authorities are not looked at: who is known only
//! through them is unknown here, which is safe.

use super::connect::ConnectFailure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use russh::keys::{HashAlg, PublicKey, parse_public_key_base64};
use sha1::Sha1;
use std::collections::HashMap;
use std::io::{self, Read as _};
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

/// What a hashed name begins with.
const HASHED: &str = "|1|";

/// What tells one state of a file from the next without reading it.
type Stamp = (u64, Option<SystemTime>);

#[derive(Default)]
struct File {
    stamp: Stamp,
    /// Keys as text by name: most are never asked for.
    plain: HashMap<String, Vec<String>>,
    revoked: Vec<PublicKey>,
    hashed: Vec<HashedName>,
    /// The keys of those computers that were looked for among the hashed names.
    found: Mutex<HashMap<String, Vec<PublicKey>>>,
}

/// A name of which the file has only the hash, and its key as text.
struct HashedName {
    salt: Vec<u8>,
    hash: Vec<u8>,
    key: String,
}

/// The known-hosts files read so far.
#[derive(Default)]
pub(crate) struct KnownHosts {
    files: Mutex<HashMap<PathBuf, Arc<File>>>,
}

impl KnownHosts {
    /// Returns the keys of `host` at `port` in the file at `path`. No file knows nobody.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read: it is asked for again then.
    pub(crate) async fn keys(
        self: &Arc<Self>,
        path: PathBuf,
        host: &str,
        port: u16,
    ) -> Result<HostKeys, ConnectFailure> {
        let (known_hosts, host) = (Arc::clone(self), host.to_owned());
        let looking = tokio::task::spawn_blocking(move || known_hosts.look_up(&path, &host, port));
        looking.await.map_err(|panic| ConnectFailure::Unreachable { why: panic.to_string() })?
    }

    fn look_up(&self, path: &Path, host: &str, port: u16) -> Result<HostKeys, ConnectFailure> {
        let name = if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") };
        let file = self.file(path).map_err(|error| ConnectFailure::Unreachable {
            why: format!("{} cannot be read: {error}", path.display()),
        })?;
        let texts = file.plain.get(&name.to_lowercase());
        let mut known: Vec<PublicKey> =
            texts.into_iter().flatten().filter_map(|it| parse_public_key_base64(it).ok()).collect();
        known.extend(file.hashed(&name));
        Ok(HostKeys { name, path: path.to_owned(), known, revoked: file.revoked.clone() })
    }

    fn file(&self, path: &Path) -> io::Result<Arc<File>> {
        let metadata = match std::fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arc::default()),
            metadata => metadata?,
        };
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(path).filter(|file| file.stamp == stamp(&metadata)) {
            return Ok(Arc::clone(file));
        }
        let mut opened = std::fs::File::open(path)?;
        // Of what was opened, and before it is read: what is written meanwhile has another stamp.
        let stamp = stamp(&opened.metadata()?);
        let mut bytes = Vec::new();
        opened.read_to_end(&mut bytes)?;
        let file = Arc::new(File { stamp, ..parse(&bytes) });
        files.insert(path.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

fn stamp(metadata: &std::fs::Metadata) -> Stamp {
    (metadata.len(), metadata.modified().ok())
}

impl File {
    /// Returns the keys that the hashed names give to `name`.
    fn hashed(&self, name: &str) -> Vec<PublicKey> {
        if self.hashed.is_empty() {
            return Vec::new();
        }
        let found = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = found().get(name) {
            return keys.clone();
        }
        let its = self.hashed.iter().filter(|it| it.is_of(name));
        let keys: Vec<PublicKey> =
            its.filter_map(|it| parse_public_key_base64(&it.key).ok()).collect();
        found().insert(name.to_owned(), keys.clone());
        keys
    }
}

impl HashedName {
    /// Returns the name that `text` hashes, as in `|1|salt|hash`, with its key.
    fn of(text: &str, key: &str) -> Option<Self> {
        let (salt, hash) = text.strip_prefix(HASHED)?.split_once('|')?;
        let (salt, hash) = (STANDARD.decode(salt).ok()?, STANDARD.decode(hash).ok()?);
        Some(Self { salt, hash, key: key.to_owned() })
    }

    fn is_of(&self, name: &str) -> bool {
        let keyed = Hmac::<Sha1>::new_from_slice(&self.salt);
        keyed.is_ok_and(|it| it.chain_update(name).verify_slice(&self.hash).is_ok())
    }
}

/// A line that is not UTF-8 is one in another encoding: its name and its key are ASCII, and its remark
/// is not looked at.
fn parse(bytes: &[u8]) -> File {
    let mut file = File::default();
    let lines = bytes.split(|it| *it == b'\n').map(String::from_utf8_lossy);
    for line in lines {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if first.starts_with('#') {
            continue;
        }
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
            if name.starts_with(HASHED) {
                file.hashed.extend(HashedName::of(name, key));
            } else {
                file.plain.entry(name.to_lowercase()).or_default().push(key.to_owned());
            }
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const TWO: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X";
    const A_HASHED_NAME: &str = "|1|O33ESRMWPVkMYIwJ1Uw+n877jTo=|nuuC5vEqXlEZ/8BXQR7m619W6Ak=";
    const HASHED_KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAILIG2T/B0l0gaqj3puu510tu9N1OkQ4znY3LYuEm5zCF";

    #[test]
    fn only_the_key_that_the_file_gives_to_the_computer_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        let text = format!(
            "# {TWO}\n[a.example]:2222,b ssh-ed25519 {ONE} remark\nc ssh-ed25519 {TWO}\r\n\
             d ssh-ed25519 {ONE}\n@revoked * ssh-ed25519 {TWO}\n*.e ssh-ed25519 {ONE}\n\
             {A_HASHED_NAME} ssh-ed25519 {HASHED_KEY}\n"
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
            let answer = known_hosts.look_up(&path, host, port).unwrap().check(&shown);
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
        assert!(known_hosts.look_up(&path, "a", 22).unwrap().known().is_empty());
        std::fs::write(&path, format!("a ssh-ed25519 {ONE}\n")).unwrap();
        assert_eq!(known_hosts.look_up(&path, "a", 22).unwrap().known().len(), 1);
    }

    #[test]
    fn hashed_names_are_gone_through_once_for_each_computer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        std::fs::write(&path, format!("{A_HASHED_NAME} ssh-ed25519 {HASHED_KEY}\n")).unwrap();
        let changed = std::fs::metadata(&path).unwrap().modified().unwrap();
        let known_hosts = KnownHosts::default();
        let known = |host: &str| known_hosts.look_up(&path, host, 22).unwrap().known().len();
        assert_eq!((known("example.com"), known("a")), (1, 0));
        // As long as it looks the same it is not read again: here it says something else.
        std::fs::write(&path, format!("{A_HASHED_NAME} ssh-ed25519 {ONE}\n")).unwrap();
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(changed).unwrap();
        let shown = parse_public_key_base64(HASHED_KEY).unwrap();
        let checked = || known_hosts.look_up(&path, "example.com", 22).unwrap().check(&shown);
        assert!(checked().is_ok());
        std::fs::write(&path, format!("{A_HASHED_NAME} ssh-ed25519 {ONE} again\n")).unwrap();
        assert!(checked().is_err());
    }

    #[test]
    fn a_file_that_cannot_be_read_says_nothing_of_anybody_however_often_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let round = folder.path().join("round");
        std::os::unix::fs::symlink(&round, &round).unwrap();
        for path in [folder.path(), &round] {
            let known_hosts = KnownHosts::default();
            for _ in 0..2 {
                let answer = known_hosts.look_up(path, "a", 22).map(|it| it.known().len());
                let unread = matches!(&answer, Err(ConnectFailure::Unreachable { why })
                    if why.starts_with(&format!("{} cannot be read: ", path.display())));
                assert!(unread, "{answer:?}");
            }
        }
    }

    #[test]
    fn a_line_that_is_not_utf_8_or_holds_no_key_hides_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        let mut bytes = format!("a ssh-ed25519 {ONE} M").into_bytes();
        bytes.extend(b"\xfcller\n\xff\xfe\nb ssh-ed25519 AAAA\n");
        bytes.extend(format!("{A_HASHED_NAME} ssh-ed25519 AAAA\nb ssh-ed25519 {ONE}\n").bytes());
        bytes.extend(format!("{A_HASHED_NAME} ssh-ed25519 {HASHED_KEY}\n").bytes());
        bytes.extend(format!("@revoked * ssh-ed25519 {TWO} gestohlen f").bytes());
        bytes.extend(b"\xfcr immer\n");
        std::fs::write(&path, bytes).unwrap();
        let known_hosts = KnownHosts::default();
        for (host, shown, said) in
            [("a", ONE, ""), ("b", ONE, ""), ("example.com", HASHED_KEY, ""), ("a", TWO, "revoked")]
        {
            let shown = parse_public_key_base64(shown).unwrap();
            let answer = known_hosts.look_up(&path, host, 22).unwrap().check(&shown);
            let answer = answer.map_or_else(|refusal| refusal.to_string(), |()| String::new());
            assert!(
                answer.contains(said) && answer.is_empty() == said.is_empty(),
                "{host}: {answer}"
            );
        }
    }
}
