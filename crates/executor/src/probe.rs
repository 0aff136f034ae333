//! A probe: one question to the running solution. It changes nothing, so it needs no journal.

use crate::carry_out::Executor;
use crate::http::{self, Check};
use model::probe::ProbeCheck;
use std::process::Stdio;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::process::Command;

impl Executor {
    /// Asks `check` once, for at most `limit`.
    ///
    /// # Errors
    ///
    /// With why the answer is not the right one.
    pub async fn probe(&self, check: &ProbeCheck, limit: Duration) -> Result<(), String> {
        match tokio::time::timeout(limit, self.ask(check)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("there was no answer within {} s", limit.as_secs())),
        }
    }

    async fn ask(&self, check: &ProbeCheck) -> Result<(), String> {
        match check {
            ProbeCheck::Http { url, status, contains } => {
                match http::check(&self.inner.http, url, *status, contains.as_deref()).await {
                    Check::Passed => Ok(()),
                    Check::Other { why } | Check::NoAnswer { why } => Err(why),
                }
            }
            ProbeCheck::Tcp { host, port } => {
                let connected = TcpStream::connect((host.as_str(), *port)).await;
                connected.map(|_| ()).map_err(|error| format!("{host}:{port}: {error}"))
            }
            ProbeCheck::Command { argv } => {
                let Some((program, arguments)) = argv.split_first() else {
                    return Err("no program is named".to_owned());
                };
                let mut command = Command::new(program);
                command.args(arguments).kill_on_drop(true);
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                match command.status().await {
                    Ok(status) if status.success() => Ok(()),
                    Ok(status) => Err(format!("{program} ended with {status}")),
                    Err(error) => Err(format!("{program} could not be run: {error}")),
                }
            }
        }
    }
}
