//! Pages: how long the board, a page of sites and a site take with many sites, beside a route that
//! returns the same bytes; and what a thousand who listen cost.
//!
//! The server is a process of its own, so that its memory is its own. Page and ceiling are asked
//! for in turns in the same run, because a machine is never the same twice.

#![expect(
    clippy::disallowed_methods,
    reason = "what is measured is time, the server in a process of its own"
)]

use crate::landfall::{Deployment, settings};
use crate::{Fault, machine};
use axum::Router;
use axum::extract::{Path as Named, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use coordinator::clock::SteadyClock;
use executor::Executor;
use reception::{LogIn, NewAccount, Plans, Reception};
use record::{Accounts, Location, Signer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// How many connections ask at once.
const CONNECTIONS: usize = 50;

/// How many times each asks for a page, and as often for its bytes, in one turn.
const ASKED: usize = 40;

/// How many turns there are.
const TURNS: usize = 5;

/// How many listen.
const LISTENERS: usize = 1_000;

/// How long a change may take to the last listener, at the very most.
const HEARD_WITHIN: Duration = Duration::from_secs(60);

const PASSWORD: &str = "correct horse battery";

/// Where the server is, and how it lets in.
#[derive(Deserialize, Serialize)]
struct Opened {
    address: SocketAddr,
    secret: String,
}

/// The same bytes as pages, by their names.
type Ceilings = Arc<RwLock<BTreeMap<String, Vec<u8>>>>;

/// Serves a deployment of `sites` sites until it is killed, and prints where.
pub(crate) fn serve(sites: usize) -> Result<(), Fault> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let plan = crate::size::plan(folder.path(), sites)?;
        let work = folder.path().join("work");
        std::fs::create_dir(&work)?;
        let location = Location::Sqlite(work.join("record.db"));
        let executor = Executor::pretending(settings(&work));
        let deployment = Deployment::begin(plan, &work, location.clone(), executor).await?;
        deployment.people_answer().await?;
        drop(deployment);
        let signer = Signer::from_file(&work.join("key"))?;
        let accounts = Accounts::open(&location, &signer, Arc::new(|_: &str| ())).await?;
        let record = record::open(&location, signer, Some(work.join("witness"))).await?;
        let clock = Arc::new(SteadyClock::of_this_computer());
        let (reception, first) = Reception::open(record, accounts, Plans::default(), clock).await?;
        let first = first.ok_or("there is an account already")?;
        let password = || PASSWORD.to_owned().into();
        let account =
            NewAccount { name: "me".parse()?, password: Some(password()), is_administrator: true };
        reception.set_up(first.reveal(), account).await?;
        let log_in = LogIn {
            name: "me".to_owned(),
            password: password(),
            address: String::new(),
            label: String::new(),
        };
        let (secret, _) = reception.log_in(log_in).await?;
        let reception = Arc::new(reception);
        let ceilings = Ceilings::default();
        let routes = api::router(reception.clone()).merge(web::router(reception));
        let routes = api::observed(routes, false).merge(
            Router::new().route("/ceiling/{name}", get(same).put(keep)).with_state(ceilings),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let opened = Opened { address: listener.local_addr()?, secret: secret.reveal().to_owned() };
        crate::answer(&serde_json::to_string(&opened)?)?;
        axum::serve(listener, routes.into_make_service()).await?;
        Ok(())
    })
}

async fn same(State(ceilings): State<Ceilings>, Named(name): Named<String>) -> Response {
    let known = ceilings.read().ok().and_then(|it| it.get(&name).cloned());
    match known {
        Some(bytes) => ([(header::CONTENT_TYPE, "text/html")], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn keep(
    State(ceilings): State<Ceilings>,
    Named(name): Named<String>,
    body: axum::body::Bytes,
) -> StatusCode {
    if let Ok(mut ceilings) = ceilings.write() {
        ceilings.insert(name, body.to_vec());
    }
    StatusCode::NO_CONTENT
}

/// One connection to the server.
struct Asking {
    stream: BufReader<TcpStream>,
    cookie: String,
}

impl Asking {
    async fn to(opened: &Opened) -> Result<Self, Fault> {
        let stream = TcpStream::connect(opened.address).await?;
        stream.set_nodelay(true)?;
        let cookie = format!("landfall={}", opened.secret);
        Ok(Self { stream: BufReader::new(stream), cookie })
    }

    async fn send(&mut self, line: &str, body: &[u8], kind: &str) -> Result<(), Fault> {
        let head = format!(
            "{line} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\ncontent-type: {kind}\r\n\
             content-length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        self.stream.write_all(&[head.as_bytes(), body].concat()).await?;
        Ok(())
    }

    /// Reads the head of an answer: its status, and the length of its body where it is said.
    async fn head(&mut self) -> Result<(u16, usize), Fault> {
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await?;
            let line = line.trim();
            if line.is_empty() {
                return Ok((status, length));
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0);
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
    }

    async fn ask(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        self.send(&format!("GET {path}"), b"", "text/plain").await?;
        let (status, length) = self.head().await?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        if status != 200 {
            return Err(format!("{path} answers {status}").into());
        }
        Ok(body)
    }
}

/// What one page has come to.
struct Found {
    name: &'static str,
    bytes: usize,
    first_ms: f64,
    page_ms: Vec<f64>,
    ceiling_ms: Vec<f64>,
}

/// Measures pages of a deployment of `sites` sites, and those who listen. Returns the table.
pub(crate) fn measure(sites: usize) -> Result<String, Fault> {
    let before = machine::load();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let own = std::env::current_exe()?;
        let mut server = Command::new(own);
        let server = server.args(["page-server", &sites.to_string()]).stdout(Stdio::piped());
        let mut server = server.kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(server.stdout.take().ok_or("it says nothing")?).lines();
        let line = lines.next_line().await?.ok_or("the server did not start")?;
        let opened: Arc<Opened> = Arc::new(serde_json::from_str(&line)?);
        let last = format!("/d/BENCH/sites/s{sites:06}");
        let pages = [
            ("board", "/d/BENCH".to_owned()),
            ("sites", "/d/BENCH/sites?text=s0000".to_owned()),
            ("site", last),
        ];
        let mut all = Vec::new();
        for (name, path) in pages {
            all.push(page(&opened, name, &path).await?);
        }
        let pid = server.id().ok_or("the server has ended")?;
        let heard = listened(&opened, pid).await?;
        server.kill().await?;
        Ok(table(sites, &all, &heard, before))
    })
}

async fn page(opened: &Arc<Opened>, name: &'static str, path: &str) -> Result<Found, Fault> {
    let mut asking = Asking::to(opened).await?;
    let began = Instant::now();
    let body = asking.ask(path).await?;
    let first_ms = milliseconds(began);
    asking.send(&format!("PUT /ceiling/{name}"), &body, "text/html").await?;
    asking.head().await?;
    let mut found =
        Found { name, bytes: body.len(), first_ms, page_ms: vec![], ceiling_ms: vec![] };
    let ceiling = format!("/ceiling/{name}");
    for _ in 0..TURNS {
        found.ceiling_ms.extend(turn(opened, &ceiling).await?);
        found.page_ms.extend(turn(opened, path).await?);
    }
    Ok(found)
}

/// Asks for `path` over all connections at once, and returns how long each answer took.
async fn turn(opened: &Arc<Opened>, path: &str) -> Result<Vec<f64>, Fault> {
    let mut tasks: JoinSet<Result<Vec<f64>, Fault>> = JoinSet::new();
    let ready = Arc::new(Barrier::new(CONNECTIONS));
    for _ in 0..CONNECTIONS {
        let (opened, path, ready) = (opened.clone(), path.to_owned(), ready.clone());
        tasks.spawn(async move {
            let mut asking = Asking::to(&opened).await?;
            ready.wait().await;
            let mut took = Vec::with_capacity(ASKED);
            for _ in 0..ASKED {
                let began = Instant::now();
                asking.ask(&path).await?;
                took.push(milliseconds(began));
            }
            Ok(took)
        });
    }
    let mut all = Vec::new();
    while let Some(took) = tasks.join_next().await {
        all.extend(took??);
    }
    Ok(all)
}

/// What those who listen have come to.
struct Heard {
    grown_mib: f64,
    median_ms: f64,
    last_ms: f64,
}

async fn listened(opened: &Arc<Opened>, server: u32) -> Result<Heard, Fault> {
    let before = resident_kib(server);
    let mut tasks: JoinSet<Result<Instant, Fault>> = JoinSet::new();
    let ready = Arc::new(Barrier::new(LISTENERS + 1));
    for _ in 0..LISTENERS {
        let (opened, ready) = (opened.clone(), ready.clone());
        tasks.spawn(async move {
            let mut asking = Asking::to(&opened).await?;
            asking.send("GET /api/v1/deployments/BENCH/events", b"", "text/plain").await?;
            asking.head().await?;
            ready.wait().await;
            loop {
                let mut line = String::new();
                asking.stream.read_line(&mut line).await?;
                if line.contains("event: entry") {
                    return Ok(Instant::now());
                }
            }
        });
    }
    ready.wait().await;
    let grown = resident_kib(server).saturating_sub(before);
    let mut asking = Asking::to(opened).await?;
    let hold = br#"{"hold":{"scope":"site/s000001","held":true,"reason":"to be heard"}}"#;
    let began = Instant::now();
    asking.send("POST /api/v1/deployments/BENCH/commands", hold, "application/json").await?;
    let mut heard_ms = Vec::with_capacity(LISTENERS);
    let all = async {
        while let Some(heard) = tasks.join_next().await {
            heard_ms.push(heard??.duration_since(began).as_secs_f64() * 1e3);
        }
        Ok::<(), Fault>(())
    };
    tokio::time::timeout(HEARD_WITHIN, all).await??;
    heard_ms.sort_by(f64::total_cmp);
    Ok(Heard {
        grown_mib: grown as f64 / 1024.0,
        median_ms: percentile(&heard_ms, 50),
        last_ms: percentile(&heard_ms, 100),
    })
}

fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// Returns the value below which `percent` of `sorted` lie.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

fn table(sites: usize, all: &[Found], heard: &Heard, load: f64) -> String {
    let mut table = format!(
        "{:<8}{:>10}{:>14}{:>12}{:>12}{:>14}{:>14}{:>8}\n",
        "page", "bytes", "first, ms", "p50, ms", "p99, ms", "same p50, ms", "same p99, ms", "ratio"
    );
    for it in all {
        let mut page = it.page_ms.clone();
        let mut same = it.ceiling_ms.clone();
        page.sort_by(f64::total_cmp);
        same.sort_by(f64::total_cmp);
        let (p99, ceiling) = (percentile(&page, 99), percentile(&same, 99));
        let _ = writeln!(
            table,
            "{:<8}{:>10}{:>14.1}{:>12.2}{:>12.2}{:>14.2}{:>14.2}{:>8.2}",
            it.name,
            it.bytes,
            it.first_ms,
            percentile(&page, 50),
            p99,
            percentile(&same, 50),
            ceiling,
            p99 / ceiling
        );
    }
    let Heard { grown_mib, median_ms, last_ms } = heard;
    let _ = write!(
        table,
        "\n{LISTENERS} listeners: {grown_mib:.1} MiB more; a change reaches half of them within \
         {median_ms:.0} ms and the last within {last_ms:.0} ms.\n\n{sites} sites; {CONNECTIONS} \
         connections, {TURNS} turns of {ASKED} requests each for the page and for a route that \
         returns the same bytes; the ratio is of p99. \"first\" is the first look after an entry. \
         Load before: {load:.1}."
    );
    table
}
