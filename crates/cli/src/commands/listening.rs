//! Listening: the pages and the API at an address, for as long as the server runs.

use crate::args::run::Serve;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use coordinator::clock::SystemClock;
use reception::{Plans, Reception};
use record::Record;
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
    let opened = Reception::open(record, accounts, plans, Arc::new(SystemClock)).await;
    let (reception, first) = opened.map_err(|error| {
        Fault::new(Exit::Failure, "nobody can be let in").why(error.to_string())
    })?;
    let listener = TcpListener::bind(wanted).await.map_err(|error| {
        Fault::new(Exit::Usage, format!("{wanted} cannot be listened at"))
            .why(error.to_string())
            .next("name another address with --listen, or stop what listens there")
    })?;
    let address = listener.local_addr().unwrap_or(wanted);
    terminal.say(&format!("pages at http://{address}/, API at http://{address}/api/docs/"));
    if let Some(secret) = first {
        terminal.say(&format!(
            "nobody has an account yet: make the first at http://{address}/set-up?secret={}",
            secret.reveal()
        ));
    }
    let reception = Arc::new(reception);
    let routes = api::router(reception.clone()).merge(web::router(reception));
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    Ok(Some(tokio::spawn(async move {
        let stopped = async move {
            told.wait_for(|it| *it).await.ok();
        };
        axum::serve(listener, service).with_graceful_shutdown(stopped).await.ok();
    })))
}
