//! Listening: the pages and the API at an address, for as long as the server runs.

mod secured;

use crate::args::run::{LogForm, Serve};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use axum::serve::ListenerExt as _;
use coordinator::clock::SteadyClock;
use reception::{Plans, Reception};
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
    let scheme = if files.is_some() { "https" } else { "http" };
    terminal.say(&format!("pages at {scheme}://{address}/, API at {scheme}://{address}/api/docs/"));
    if let Some(secret) = first {
        terminal.say(&format!(
            "nobody has an account yet: make the first at {scheme}://{address}/set-up?secret={}",
            secret.reveal()
        ));
    }
    log_requests(it.log);
    let reception = Arc::new(reception);
    let routes = api::router(reception.clone()).merge(web::router(reception));
    let routes = api::observed(routes, files.is_some());
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

/// Logs requests on standard error, in the form that was asked for: method, route, status, time.
fn log_requests(form: LogForm) {
    let logs = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false);
    let is_first = match form {
        LogForm::Text => logs.compact().with_ansi(false).try_init().is_ok(),
        LogForm::Json => logs.json().try_init().is_ok(),
    };
    debug_assert!(is_first, "a program has one log");
}
