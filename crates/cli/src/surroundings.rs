//! What surrounds the program: environment, account, directories, the computer's clock.
//!
//! Read here, once, and handed down. Nothing below this crate reads any of it.

mod holder;

use crate::args::Everywhere;
use crate::args::origins::Origins;
use crate::args::run::Serve;
use crate::exit::Exit;
use crate::fault::Fault;
use api::Client;
use executor::{Executor, MissingSecret, Settings};
use jiff::Timestamp;
use model::digest::Digest;
use model::id::{DeploymentId, PersonId};
use notices::Post;
use notices::mail::Mail;
use reception::Carriages;
use record::{Accounts, Location, Record, Signer, Told};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use views::typed::Typing;
use zeroize::Zeroizing;

/// The longest secret in a file, in bytes: keys and passwords, not archives.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// What surrounds the program.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    folder: PathBuf,
    location: Location,
    witness: Option<PathBuf>,
    server: Option<String>,
    token: Option<String>,
    person: Option<PersonId>,
    origins: Origins,
    home: PathBuf,
    agent_socket: Option<PathBuf>,
    /// The account of whoever runs the program.
    pub(crate) login: String,
}

impl Surroundings {
    /// Returns what surrounds the program, as `everywhere` names it.
    pub(crate) fn of(everywhere: &Everywhere) -> Self {
        let folder = everywhere.data.clone();
        let in_folder = || Location::Sqlite(folder.join("record.db"));
        Self {
            location: everywhere.database.clone().unwrap_or_else(in_folder),
            witness: everywhere.witness.clone(),
            server: everywhere.server.clone(),
            token: everywhere.token.clone(),
            person: everywhere.person.clone(),
            origins: everywhere.origins.clone(),
            home: variable("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from),
            agent_socket: variable("SSH_AUTH_SOCK").map(PathBuf::from),
            login: login(),
            folder,
        }
    }

    /// Returns where the agent listens that holds SSH keys, where there is one.
    pub(crate) fn agent_socket(&self) -> Option<&Path> {
        self.agent_socket.as_deref()
    }

    /// Returns the data directory as an absolute path.
    pub(crate) fn folder_in_full(&self) -> PathBuf {
        self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone())
    }

    fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// Returns what time it is.
    #[expect(
        clippy::disallowed_methods,
        reason = "acts and questions happen now; this is their clock"
    )]
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Returns the record, which must be there.
    ///
    /// # Errors
    ///
    /// When there is none, or what the record says.
    pub(crate) async fn record(&self) -> Result<Arc<dyn Record>, Fault> {
        if let Some(client) = self.client().await? {
            for line in client.deployments().await? {
                client.follow(&line.deployment).await?;
            }
            return Ok(client.copy());
        }
        if let Location::Sqlite(path) = &self.location
            && !path.exists()
        {
            let what = format!("there is no record at {}", path.display());
            return Err(Fault::usage(
                what,
                "`landfall deployment create PLAN` makes one; or name another with --data or --database",
            ));
        }
        self.record_made().await
    }

    /// Returns the record, made if it is not there.
    ///
    /// # Errors
    ///
    /// When the directory cannot be made, or what the record says.
    pub(crate) async fn record_made(&self) -> Result<Arc<dyn Record>, Fault> {
        make_folder(&self.folder)?;
        if let Some(witness) = &self.witness {
            make_folder(witness)?;
        }
        Ok(record::open(&self.location, self.signer()?, self.witness.clone()).await?)
    }

    /// Returns a client of the server that was named, where one was.
    ///
    /// # Errors
    ///
    /// When nobody answers or has logged in there, or the copy of its record cannot be kept.
    pub(crate) async fn client(&self) -> Result<Option<Client>, Fault> {
        if self.server.is_none() {
            return Ok(None);
        }
        let server = self.named_server()?;
        let secret = match &self.token {
            Some(reference) => secret(reference).map_err(|missing| {
                Fault::usage(missing.to_string(), "name where the token is: --token")
            })?,
            None => match secret(&format!("file:{}", self.session(server).display())) {
                Ok(secret) => secret,
                Err(_) => {
                    // Where nobody answers, there is no use in logging in.
                    Client::answers(server).await?;
                    let what = format!("nobody has logged in at {server}");
                    let next = format!("`{}`, or name a token with --token", self.log_in("NAME"));
                    return Err(Fault::new(Exit::NotPermitted, what).next(next));
                }
            },
        };
        let client = self.client_of(server, secret).await?;
        self.is_logged_in(&client).await?;
        Ok(Some(client))
    }

    /// Refuses to act as somebody else than who has logged in: the server would record that one.
    async fn is_logged_in(&self, client: &Client) -> Result<(), Fault> {
        let Some(named) = &self.person else { return Ok(()) };
        let known = client.me().await?;
        if *named == known {
            return Ok(());
        }
        let said = if self.origins.person_by_environment { "LANDFALL_AS" } else { "--as" };
        let what = format!("you are logged in as {known}, and {said} names {named}");
        let next = format!("leave {said} out, or log in as {named}: `{}`", self.log_in(named));
        Err(Fault::usage(what, next))
    }

    /// Returns the line with which `name` logs in at the server that was named.
    pub(crate) fn log_in(&self, name: impl std::fmt::Display) -> String {
        self.typing().line(&format!("landfall log-in {name}"))
    }

    /// Returns how the next lines are typed here.
    pub(crate) fn typing(&self) -> Typing {
        Typing { is_logged_in: self.server.is_some(), place: self.origins.typed.clone() }
    }

    /// Returns a client that nobody has let in yet.
    ///
    /// # Errors
    ///
    /// When no server was named.
    pub(crate) async fn client_without_secret(&self) -> Result<Client, Fault> {
        self.client_of(self.named_server()?, Zeroizing::default()).await
    }

    fn named_server(&self) -> Result<&str, Fault> {
        let none = || Fault::usage("no server is named", "name it: --server URL");
        let server = self.server.as_deref().ok_or_else(none)?;
        let is_address = api::Url::parse(server)
            .is_ok_and(|it| matches!(it.scheme(), "http" | "https") && it.has_host());
        if is_address {
            return Ok(server);
        }
        let next = "write it with its scheme, such as --server http://127.0.0.1:7500";
        Err(Fault::usage(format!("{server} is no address of a server"), next))
    }

    async fn client_of(&self, server: &str, secret: Zeroizing<String>) -> Result<Client, Fault> {
        make_folder(&self.folder)?;
        // A copy for each server: none is taken for another's.
        let name = format!("copy-{}.db", Digest::of(server.as_bytes()).short());
        let location = Location::Sqlite(self.folder.join(name));
        Ok(Client::new(server, secret, &location, self.signer()?).await?)
    }

    /// Returns where the session at `server` is kept: each has its own, and none is shown another's secret.
    fn session(&self, server: &str) -> PathBuf {
        let origin = api::Url::parse(server).map(|it| it.origin().ascii_serialization());
        let origin = origin.unwrap_or_else(|_| server.to_owned());
        self.folder.join(format!("session-{}", Digest::of(origin.as_bytes())))
    }

    /// Keeps the secret of a session at the server that was named, for the commands that follow.
    ///
    /// # Errors
    ///
    /// When no server was named, or it cannot be written.
    pub(crate) fn keep_session(&self, secret: &str) -> Result<(), Fault> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        make_folder(&self.folder)?;
        let path = self.session(self.named_server()?);
        let mut options = std::fs::OpenOptions::new();
        let opened = options.write(true).create(true).truncate(true).mode(0o600).open(&path);
        let written = opened.and_then(|mut file| file.write_all(secret.as_bytes()));
        written.map_err(|error| Fault::of_file(&path, &error))
    }

    /// Forgets the secret of the session at the server that was named, which has ended.
    ///
    /// # Errors
    ///
    /// When no server was named, or it is there and cannot be removed.
    pub(crate) fn forget_session(&self) -> Result<(), Fault> {
        let path = self.session(self.named_server()?);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Fault::of_file(&path, &error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Returns the accounts, on the database of the record; `told` of what nobody has sealed.
    ///
    /// # Errors
    ///
    /// What the database says, and where the record's key cannot be read or made.
    pub(crate) async fn accounts(&self, told: Told) -> Result<Accounts, Fault> {
        Ok(Accounts::open(&self.location, &self.signer()?, told).await?)
    }

    /// Returns the key that signs the record.
    ///
    /// # Errors
    ///
    /// When it cannot be read or made.
    pub(crate) fn signer(&self) -> Result<Signer, Fault> {
        Ok(Signer::from_file(&self.key_file())?)
    }

    /// Returns where repositories that checkpoints are carried to are kept here.
    pub(crate) fn repositories(&self) -> PathBuf {
        self.folder.join("repositories")
    }

    /// Returns where the timestamps of authorities over the deployment's checkpoints are kept.
    pub(crate) fn timestamps(&self, deployment: &DeploymentId) -> PathBuf {
        self.folder.join("timestamps").join(deployment.as_str())
    }

    fn carriages_file(&self) -> PathBuf {
        self.folder.join("carried.json")
    }

    /// Returns what came of carrying checkpoints to places outside, as the server here said last.
    pub(crate) fn carriages(&self) -> Carriages {
        let read = std::fs::read(self.carriages_file()).unwrap_or_default();
        serde_json::from_slice(&read).unwrap_or_default()
    }

    /// Keeps what came of carrying checkpoints.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn keep_carriages(&self, carriages: &Carriages) -> Result<(), Fault> {
        let path = self.carriages_file();
        let beside = path.with_extension("new");
        let text = serde_json::to_vec(carriages).unwrap_or_default();
        let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &path));
        written.map_err(|error| Fault::of_file(&path, &error))
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("key")
    }

    fn next_key_file(&self) -> PathBuf {
        self.folder.join("key.next")
    }

    /// Returns the key that is to sign the record from now on: a new one, or the one that an earlier try
    /// made.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(crate) fn next_signer(&self) -> Result<Signer, Fault> {
        Ok(Signer::from_file(&self.next_key_file())?)
    }

    /// Returns the record, opened with another key.
    ///
    /// # Errors
    ///
    /// What the record says.
    pub(crate) async fn record_under(&self, signer: Signer) -> Result<Arc<dyn Record>, Fault> {
        Ok(record::open(&self.location, signer, self.witness.clone()).await?)
    }

    /// Puts the next key into the place of the one that has signed so far, and returns where that one is
    /// kept, under the name of the public key `old`.
    ///
    /// # Errors
    ///
    /// When the files cannot be renamed.
    pub(crate) fn change_key(&self, old: &str) -> Result<PathBuf, Fault> {
        let id = old.split('+').nth(1).unwrap_or_default();
        let (key, put_away) = (self.key_file(), self.folder.join(format!("key.before-{id}")));
        // The old one stays where it is until the new one is there: a crash leaves no server without one.
        let linked = match std::fs::hard_link(&key, &put_away) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        };
        let renamed = linked.and_then(|()| std::fs::rename(self.next_key_file(), &key));
        renamed.map_err(|error| Fault::of_file(&key, &error))?;
        Ok(put_away)
    }

    /// Returns what carries out orders.
    ///
    /// # Errors
    ///
    /// When its directories cannot be made.
    pub(crate) fn executor(&self) -> Result<Executor, Fault> {
        let (journal, outputs) = (self.journal(), self.folder.join("output"));
        make_folder(&journal)?;
        make_folder(&outputs)?;
        // Local orders run elsewhere: what is relative here would not be found from there.
        let absolute = |path: &Path| path.canonicalize().map_err(|it| Fault::of_file(path, &it));
        let (journal, outputs) = (absolute(&journal)?, absolute(&outputs)?);
        let mut settings = Settings::new(self.home.clone(), journal, outputs, Arc::new(secret));
        settings.agent_socket = self.agent_socket.clone();
        Ok(Executor::new(settings))
    }

    /// Returns what sends messages: by mail where a mail server is named, and to programs.
    ///
    /// # Errors
    ///
    /// When the mail server cannot be used, or its password is not where it should be.
    pub(crate) fn post(&self, serve: &Serve) -> Result<Post, Fault> {
        let unusable = |error: notices::mail::UnusableServer| {
            Fault::usage(error.to_string(), "`landfall help serve` shows how both are written")
        };
        let mail = match (&serve.smtp, &serve.mail_from) {
            (Some(server), Some(from)) => {
                let password = serve.smtp_password.as_deref().map(secret).transpose();
                let password = password.map_err(|missing| {
                    Fault::usage(missing.to_string(), "name where the password is: --smtp-password")
                })?;
                Some(Mail::new(server, from, password).map_err(unusable)?)
            }
            (Some(_) | None, _) => None,
        };
        let secrets = |reference: &str| secret(reference).map_err(|missing| missing.to_string());
        Ok(Post::new(mail, Box::new(secrets)))
    }
}

/// Makes a directory that only this account may enter.
fn make_folder(path: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Fault::of_file(path, &error))
}

/// Returns whether colours are unwanted.
pub(crate) fn no_colour() -> bool {
    variable("NO_COLOR").is_some()
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|it| !it.is_empty())
}

/// Returns the name of the account, by its number: a variable could be set by anybody.
fn login() -> String {
    let Ok(own) = std::fs::metadata("/proc/self") else {
        return variable("USER").unwrap_or_else(|| "unknown".to_owned());
    };
    let uid = own.uid().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of_account = accounts.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)? == uid).then(|| name.to_owned())
    });
    of_account.unwrap_or_else(|| format!("uid {uid}"))
}

/// Returns the secret behind `reference`: `env:NAME` or `file:/path`.
///
/// # Errors
///
/// When there is none.
pub(crate) fn secret(reference: &str) -> Result<Zeroizing<String>, MissingSecret> {
    let missing =
        |why: &str| MissingSecret { reference: reference.to_owned(), why: why.to_owned() };
    match reference.split_once(':') {
        Some(("env", name)) => variable(name)
            .map(Zeroizing::new)
            .ok_or_else(|| missing("the environment of Landfall has no such variable")),
        Some(("file", path)) => {
            let size = std::fs::metadata(path).map_err(|it| missing(&it.to_string()))?.len();
            if size > SECRET_BYTES_MAX {
                return Err(missing("the file is too long to be a secret"));
            }
            let text = std::fs::read_to_string(path).map_err(|it| missing(&it.to_string()))?;
            let text = Zeroizing::new(text);
            Ok(Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned()))
        }
        _ => Err(missing("a secret is `env:NAME` or `file:/path`")),
    }
}

/// Returns the folder and the main file of the plan at `path`, which may be the folder itself.
///
/// # Errors
///
/// When there is nothing.
pub(crate) fn plan_place(path: &Path) -> Result<(PathBuf, String), Fault> {
    let nothing = |error: &std::io::Error| {
        Fault::new(Exit::Usage, format!("there is no plan at {}", path.display()))
            .why(error.to_string())
            .next("`landfall init` writes a small plan to begin with")
    };
    let is_folder = std::fs::metadata(path).map_err(|it| nothing(&it))?.is_dir();
    let file = if is_folder { path.join("landfall.yaml") } else { path.to_owned() };
    let name = file.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    };
    std::fs::metadata(&file).map_err(|it| nothing(&it))?;
    let folder = folder.canonicalize().map_err(|it| nothing(&it))?;
    Ok((folder, name))
}
