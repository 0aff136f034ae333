//! Listening: the pages and the API at an address, for as long as the server runs.

mod callers;
mod secured;

use crate::args::run::{LogForm, Serve};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::open_files;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use callers::Limits;
use coordinator::clock::SteadyClock;
use executor::Executor;
use notices::Post;
use reception::{
    Carried, InvalidOrigin, Origin, Plans, Proxies, Reception, Secret, SignOnProvider,
};
use record::{Record, Told};
use secured::{Files, Secured};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

/// The most bytes of a secret in a file.
const SECRET_BYTES_MAX: usize = 4096;

/// The door of a server: an address that is listened at, and how people reach it.
pub(crate) struct Door {
    listener: TcpListener,
    files: Option<Files>,
    proxies: Proxies,
    /// How people reach it.
    pub(crate) here: Origin,
}

/// What is behind the door.
pub(crate) struct House<'a> {
    /// Where accounts are found.
    pub(crate) surroundings: &'a Surroundings,
    /// The record.
    pub(crate) record: Arc<dyn Record>,
    /// What keeps the outputs of orders.
    pub(crate) executor: Executor,
    /// What takes links to people.
    pub(crate) post: Arc<Post>,
    /// What came of carrying checkpoints to places outside.
    pub(crate) carried: Arc<Carried>,
}

impl Door {
    /// Returns the door that `it` names, where it names one.
    ///
    /// # Errors
    ///
    /// When the address is taken.
    pub(crate) async fn of(it: &Serve) -> Result<Option<Self>, Fault> {
        let Some(wanted) = it.listen else { return Ok(None) };
        let files = match (&it.certificate, &it.key) {
            (Some(certificate), Some(key)) => {
                Some(Files { certificate: certificate.clone(), key: key.clone() })
            }
            (Some(_) | None, _) => None,
        };
        let door = Self::at(wanted, files, it.address.clone()).await?;
        Ok(Some(Self { proxies: Proxies::of(it.trusted_proxy.clone()), ..door }))
    }

    /// Returns a door on this computer only.
    ///
    /// # Errors
    ///
    /// When this computer does not let it.
    pub(crate) async fn on_this_computer() -> Result<Self, Fault> {
        Self::at((Ipv4Addr::LOCALHOST, 0).into(), None, None).await
    }

    async fn at(
        wanted: SocketAddr,
        files: Option<Files>,
        named: Option<Origin>,
    ) -> Result<Self, Fault> {
        let listener = TcpListener::bind(wanted).await.map_err(|error| {
            Fault::new(Exit::Usage, format!("{wanted} cannot be listened at"))
                .why(error.to_string())
                .next("name another address with --listen, or stop what listens there")
        })?;
        let address = listener.local_addr().unwrap_or(wanted);
        let here = named.map_or_else(|| reached_at(address, files.is_some()), Ok)?;
        Ok(Self { listener, files, proxies: Proxies::default(), here })
    }

    /// Opens it to `reception`, until `told` becomes true. Returns what ends when the last request
    /// has been answered.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be used.
    pub(crate) fn open(
        self,
        reception: Reception,
        told: watch::Receiver<bool>,
    ) -> Result<JoinHandle<()>, Fault> {
        let Self { listener, files, proxies, here } = self;
        let reception = Arc::new(reception);
        let routes = api::router(reception.clone()).merge(web::router(reception));
        let routes = api::observed(routes, here.is_secure());
        let routes = api::forwarded(routes, proxies.clone());
        let secured = files.map(Secured::by).transpose()?;
        let limits = Limits::of(open_files::limit());
        Ok(tokio::spawn(callers::hear(listener, secured, routes, (limits, proxies), told)))
    }
}

impl House<'_> {
    /// Returns the reception, and what makes the first account where there is none yet; `told` of accounts that
    /// nobody has sealed.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub(crate) async fn reception(
        self,
        plans: Plans,
        here: &Origin,
        told: Told,
    ) -> Result<(Reception, Option<Secret>), Fault> {
        let accounts = self.surroundings.accounts(told).await?;
        let clock = Arc::new(SteadyClock::of_this_computer());
        let opened = Reception::open(self.record, accounts, plans, clock).await;
        let (reception, first) = opened.map_err(|error| {
            Fault::new(Exit::Failure, "nobody can be let in").why(error.to_string())
        })?;
        let reception = reception.reached_at(here).posting(self.post).showing(self.executor);
        let reception = reception.carrying(self.carried);
        Ok((reception, first))
    }
}

/// Opens the pages and the API at `door`, until `told` becomes true. Returns what ends when the
/// last request has been answered.
///
/// # Errors
///
/// When the plans are not there, what is said about single sign-on or TLS cannot be used, or what
/// the database says.
pub(crate) async fn listen(
    it: &Serve,
    door: Door,
    house: House<'_>,
    terminal: Terminal,
    told: watch::Receiver<bool>,
) -> Result<JoinHandle<()>, Fault> {
    let plans = match &it.plans {
        Some(folder) => Plans::under(folder).map_err(|error| Fault::of_file(folder, &error))?,
        None => Plans::default(),
    };
    let here = door.here.clone();
    let tell = Arc::new(move |text: &str| terminal.say(text));
    let (mut reception, first) = house.reception(plans, &here, tell).await?;
    if let Some(provider) = provider(it)? {
        reception = reception.signing_on_at(provider, &here).map_err(|error| {
            Fault::usage(error.to_string(), "name it with --oidc-issuer, as it calls itself")
        })?;
    }
    if it.letterhead.is_some() || it.fonts.is_some() {
        let letterhead = super::documents::letterhead(it.letterhead.as_deref())?;
        let press = super::documents::press(it.fonts.as_deref())?;
        reception = reception.printing_on(letterhead, press);
    }
    terminal.say(&format!("pages at {here}/, API at {}", here.link("/api/docs/")));
    if let Some(secret) = first {
        let link = here.link(&format!("/set-up?secret={}", secret.reveal()));
        terminal.say(&format!("nobody has an account yet: make the first at {link}"));
    }
    log_requests(it.log);
    door.open(reception, told)
}

/// Returns the sign-on service that `it` names, where it names one.
fn provider(it: &Serve) -> Result<Option<SignOnProvider>, Fault> {
    let (Some(issuer), Some(client_id)) = (&it.oidc_issuer, &it.oidc_client_id) else {
        return Ok(None);
    };
    let secret = it.oidc_client_secret_file.as_deref().map(secret_in).transpose()?;
    let (issuer, client_id) = (issuer.clone(), client_id.clone());
    Ok(Some(SignOnProvider { issuer, client_id, client_secret: secret }))
}

fn secret_in(file: &Path) -> Result<Zeroizing<String>, Fault> {
    let read = std::fs::read_to_string(file).map_err(|error| Fault::of_file(file, &error))?;
    let read = Zeroizing::new(read);
    if read.len() > SECRET_BYTES_MAX || read.trim().is_empty() {
        let what = format!("{} holds no secret", file.display());
        return Err(Fault::usage(what, "put what the sign-on service gave you into it, alone"));
    }
    Ok(Zeroizing::new(read.trim().to_owned()))
}

/// Returns where people reach a server that listens at `address` and was not told.
fn reached_at(address: SocketAddr, by_tls: bool) -> Result<Origin, Fault> {
    let text = match (by_tls, address.ip().is_loopback()) {
        (true, _) => format!("https://{address}"),
        // By this name a browser trusts plain HTTP, and passkeys can be bound to it.
        (false, true) => format!("http://localhost:{}", address.port()),
        (false, false) => format!("http://{address}"),
    };
    text.parse().map_err(|error: InvalidOrigin| {
        Fault::usage(error.to_string(), "name where people reach the server with --address")
    })
}

/// Logs requests on standard error, in the form that was asked for: method, route, status, time.
fn log_requests(form: LogForm) {
    let logs = tracing_subscriber::fmt().with_writer(std::io::stderr);
    let is_first = match form {
        LogForm::Text => logs.compact().with_ansi(false).try_init().is_ok(),
        LogForm::Json => logs.json().try_init().is_ok(),
    };
    debug_assert!(is_first, "a program has one log");
}
