//! One talk with a shell, on this computer or on another, all the same to whoever talks.

use crate::cancel::Cancel;
use crate::settings::Settings;
use crate::ssh::{ConnectFailure, Lane, Lease, Pool};
use crate::text::Program;
use model::order::Place;
use russh::client::Msg;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::OwnedSemaphorePermit;

/// How much is read from a local shell at once, in bytes.
const READ_BYTES: usize = 64 * 1024;

/// A connection may turn out to be dead, or full, only when a channel is asked for, and this computer
/// may be short of something just when a shell is to start. Nothing was begun then, so it is asked for
/// again after each of these times.
const OPEN_AGAIN_AFTER: [Duration; 2] = [Duration::ZERO, Duration::from_millis(500)];

/// How long a computer that cannot be reached is left alone.
const REACH_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// What a shell, or the way to it, brings.
#[derive(Debug)]
pub(crate) enum Event {
    /// It wrote this.
    Wrote(Vec<u8>),
    /// It wrote this to its standard error.
    Complained(Vec<u8>),
    /// The SSH server starts no programs.
    Denied,
    /// It ended, with this code where it has one.
    Ended(Option<i32>),
    /// The way to it was lost.
    Lost,
}

/// The shell cannot be spoken to any more.
#[derive(Debug)]
pub(crate) struct Deaf;

/// Reaches the computers of orders.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) settings: Arc<Settings>,
    pub(crate) pool: Pool,
}

impl Reach {
    /// Starts `program` at `place`.
    pub(crate) async fn open(
        &self,
        place: &Place,
        program: Program,
        lane: Lane,
    ) -> Result<Session, ConnectFailure> {
        match place {
            Place::Here { .. } => {
                for pause in OPEN_AGAIN_AFTER {
                    let opened = self.open_here(program);
                    if !matches!(opened, Err(ConnectFailure::Unreachable { .. })) {
                        return opened;
                    }
                    tokio::time::sleep(pause).await;
                }
                self.open_here(program)
            }
            Place::Ssh { address, .. } => {
                for pause in OPEN_AGAIN_AFTER {
                    let lease = self.pool.lease(address).await?;
                    let opened = Session::over_ssh(lease, program, lane).await;
                    if !matches!(opened, Err(ConnectFailure::Unreachable { .. })) {
                        return opened;
                    }
                    tokio::time::sleep(pause).await;
                }
                let lease = self.pool.lease(address).await?;
                Session::over_ssh(lease, program, lane).await
            }
        }
    }

    /// Waits until the computer at `place` can be reached, for as long as whoever had its order before
    /// may begin it: said sooner, that nobody knows would be said of an order that may yet begin.
    pub(crate) async fn reached(&self, place: &Place, cancel: &Cancel) {
        while cancel.may_yet_begin() {
            let reached = match place {
                // A shell that is told nothing ends at once.
                Place::Here { .. } => self.open_here(Program::Shell).map(drop),
                Place::Ssh { address, .. } => self.pool.lease(address).await.map(drop),
            };
            match reached {
                Err(ConnectFailure::Unreachable { .. }) => {
                    tokio::time::sleep(REACH_AGAIN_AFTER).await;
                }
                Ok(()) | Err(ConnectFailure::HostKey { .. } | ConnectFailure::Refused { .. }) => {
                    return;
                }
            }
        }
    }

    fn open_here(&self, program: Program) -> Result<Session, ConnectFailure> {
        // In a session of its own: no signal meant for Landfall, and no terminal to ask.
        let mut command = Command::new("setsid");
        command.arg("/bin/sh").args(program.arguments());
        self.furnish(&mut command);
        let mut child = command.spawn().map_err(|error| {
            let what = "a shell in a session of its own (setsid /bin/sh) does not start";
            ConnectFailure::of_this_computer(&error, what)
        })?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Session {
                input: Input::Here(Some(input)),
                output: Output::Here { child, output, ended: false },
            }),
            (None, _) | (_, None) => {
                Err(ConnectFailure::Refused { why: "the shell has no pipes".to_owned() })
            }
        }
    }

    fn furnish(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", &self.settings.search_path)
            .env("HOME", &self.settings.home)
            .env("LANG", &self.settings.language)
            .current_dir(&self.settings.home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
    }
}

/// A talk. Dropping it ends the talk and nothing else: the order goes on.
pub(crate) struct Session {
    pub(crate) input: Input,
    pub(crate) output: Output,
}

/// What is said to the shell.
pub(crate) enum Input {
    Here(Option<ChildStdin>),
    Ssh(Option<ChannelWriteHalf<Msg>>),
}

/// What the shell says.
pub(crate) enum Output {
    Here {
        child: Child,
        output: ChildStdout,
        ended: bool,
    },
    Ssh {
        output: ChannelReadHalf,
        code: Option<i32>,
        closed: bool,
        _lease: Lease,
        _lane: OwnedSemaphorePermit,
    },
}

impl Session {
    async fn over_ssh(lease: Lease, program: Program, lane: Lane) -> Result<Self, ConnectFailure> {
        let (channel, permit) = lease.open_channel(lane).await?;
        // One flight: the server's word on the program arrives with its first output.
        let asked = channel.exec(true, program.command_line()).await;
        asked.map_err(|error| ConnectFailure::unreachable(&error))?;
        let (output, input) = channel.split();
        Ok(Self {
            input: Input::Ssh(Some(input)),
            output: Output::Ssh { output, code: None, closed: false, _lease: lease, _lane: permit },
        })
    }

    /// Says `text` and that there is no more to say.
    pub(crate) async fn say_all(&mut self, text: &str) -> Result<(), Deaf> {
        self.input.say(text.as_bytes().to_vec()).await?;
        self.input.finish().await;
        Ok(())
    }
}

impl Input {
    /// Says `bytes`.
    pub(crate) async fn say(&mut self, bytes: Vec<u8>) -> Result<(), Deaf> {
        match self {
            Self::Here(Some(pipe)) => pipe.write_all(&bytes).await.map_err(|_broken| Deaf),
            Self::Ssh(Some(channel)) => channel.data_bytes(bytes).await.map_err(|_broken| Deaf),
            Self::Here(None) | Self::Ssh(None) => Err(Deaf),
        }
    }

    /// Says that there is no more to say.
    pub(crate) async fn finish(&mut self) {
        match self {
            Self::Here(pipe) => drop(pipe.take()),
            Self::Ssh(Some(channel)) => {
                // A lost connection shows where the answer is read.
                let _ = channel.eof().await;
            }
            Self::Ssh(None) => {}
        }
    }
}

impl Drop for Input {
    /// Closes the channel, or the server would keep it, and room for it, as long as the
    /// connection lives.
    fn drop(&mut self) {
        if let Self::Ssh(channel) = self
            && let (Some(channel), Ok(runtime)) =
                (channel.take(), tokio::runtime::Handle::try_current())
        {
            runtime.spawn(async move {
                let _ = channel.close().await;
            });
        }
    }
}

impl Output {
    /// Waits for what comes next. May be dropped and called again.
    pub(crate) async fn next(&mut self) -> Event {
        match self {
            Self::Here { child, output, ended } => {
                if !*ended {
                    let mut bytes = Vec::with_capacity(READ_BYTES);
                    if let Ok(1..) = output.read_buf(&mut bytes).await {
                        return Event::Wrote(bytes);
                    }
                    *ended = true;
                }
                Event::Ended(child.wait().await.ok().and_then(code_of))
            }
            Self::Ssh { output, code, closed, .. } => loop {
                match output.wait().await {
                    Some(ChannelMsg::Data { data }) => return Event::Wrote(data.to_vec()),
                    Some(ChannelMsg::ExtendedData { data, .. }) => {
                        return Event::Complained(data.to_vec());
                    }
                    Some(ChannelMsg::ExitStatus { exit_status }) => {
                        *code = i32::try_from(exit_status).ok();
                    }
                    Some(ChannelMsg::Failure) => return Event::Denied,
                    Some(ChannelMsg::Close) => *closed = true,
                    None if *closed => return Event::Ended(*code),
                    None => return Event::Lost,
                    // Windows grow and requests succeed without our doing.
                    Some(_) => {}
                }
            },
        }
    }
}

fn code_of(status: std::process::ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal))
}
