//! Listening: the pages and the API at an address, for as long as the server runs.

mod secured;

use crate::args::run::{LogForm, Serve};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use axum::serve::ListenerExt as _;
use coordinator::clock::SteadyClock;
use reception::{InvalidOrigin, Origin, Plans, Reception};
use record::Record;
use secured::{Files, Secured};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Opens the pages and the API, where an address was named, until `told` becomes true. Returns
/// what ends when the last request has been answered.
///
/// # Errors
///
/// When the address is taken, the plans are not there, or what the database says.
pub(crate) async fn listen(
    it: &Serve,
    surroundings: &Surroundings,
    record: Arc<dyn Record>,
    terminal: Terminal,
    mut told: watch::Receiver<bool>,
) -> Result<Option<JoinHandle<()>>, Fault> {
    let Some(wanted) = it.listen else { return Ok(None) };
    let plans = match &it.plans {
        Some(folder) => Plans::under(folder).map_err(|error| Fault::of_file(folder, &error))?,
        None => Plans::default(),
    };
    let accounts = surroundings.accounts().await?;
    let opened =
        Reception::open(record, accounts, plans, Arc::new(SteadyClock::of_this_computer())).await;
    let (reception, first) = opened.map_err(|error| {
        Fault::new(Exit::Failure, "nobody can be let in").why(error.to_string())
    })?;
    let listener = TcpListener::bind(wanted).await.map_err(|error| {
        Fault::new(Exit::Usage, format!("{wanted} cannot be listened at"))
            .why(error.to_string())
            .next("name another address with --listen, or stop what listens there")
    })?;
    let address = listener.local_addr().unwrap_or(wanted);
    let files = match (&it.certificate, &it.key) {
        (Some(certificate), Some(key)) => {
            Some(Files { certificate: certificate.clone(), key: key.clone() })
        }
        (Some(_) | None, _) => None,
    };
    let here = match &it.address {
        Some(named) => named.clone(),
        None => reached_at(address, files.is_some())?,
    };
    terminal.say(&format!("pages at {here}/, API at {}", here.link("/api/docs/")));
    if let Some(secret) = first {
        let link = here.link(&format!("/set-up?secret={}", secret.reveal()));
        terminal.say(&format!("nobody has an account yet: make the first at {link}"));
    }
    log_requests(it.log);
    let reception = Arc::new(reception.reached_at(&here));
    let routes = api::router(reception.clone()).merge(web::router(reception));
    let routes = api::observed(routes, here.is_secure());
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = async move {
        told.wait_for(|it| *it).await.ok();
    };
    Ok(Some(match files {
        Some(files) => {
            let listener = Secured::listen(listener, files)?.tap_io(|_| ());
            tokio::spawn(async move {
                axum::serve(listener, service).with_graceful_shutdown(stopped).await.ok();
            })
        }
        None => {
            let listener = listener.tap_io(|it| {
                it.set_nodelay(true).ok();
            });
            tokio::spawn(async move {
                axum::serve(listener, service).with_graceful_shutdown(stopped).await.ok();
            })
        }
    }))
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
    let logs = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false);
    let is_first = match form {
        LogForm::Text => logs.compact().with_ansi(false).try_init().is_ok(),
        LogForm::Json => logs.json().try_init().is_ok(),
    };
    debug_assert!(is_first, "a program has one log");
}
