//! Computers far away: proxies on loopback that hold every byte back for half a round trip.

#![expect(clippy::disallowed_methods, reason = "a distance is made of time that passes")]

use crate::Fault;
use executor::testing::Servers;
use model::order::SshAddress;
use std::collections::VecDeque;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How much is read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Starts a proxy for each of the servers' addresses, and returns how they are reached through
/// these. The proxies end with the process.
pub(crate) fn behind_proxies(
    servers: &Servers,
    round_trip: Duration,
) -> Result<Vec<SshAddress>, Fault> {
    let known = fs::read_to_string(&servers.known_hosts)?;
    let key = known.lines().next().and_then(|it| it.split_once(' ')).ok_or("nobody is known")?.1;
    let mut lines = known.clone();
    let mut addresses = Vec::new();
    for near in &servers.addresses {
        let listener = TcpListener::bind((near.host.as_str(), 0))?;
        let port = listener.local_addr()?.port();
        lines += &format!("[{}]:{port} {key}\n", near.host);
        addresses.push(SshAddress { port, ..near.clone() });
        let near = (near.host.clone(), near.port);
        std::thread::spawn(move || {
            for far in listener.incoming().flatten() {
                let Ok(near) = TcpStream::connect((near.0.as_str(), near.1)) else { continue };
                // Both ends, each way: a connection that cannot be split is not proxied.
                let (Ok(far_end), Ok(near_end)) = (far.try_clone(), near.try_clone()) else {
                    continue;
                };
                let _ = (far.set_nodelay(true), near.set_nodelay(true));
                hold_back(far, near, round_trip / 2);
                hold_back(near_end, far_end, round_trip / 2);
            }
        });
    }
    fs::write(&servers.known_hosts, lines)?;
    Ok(addresses)
}

/// Passes on what comes from one end to the other, each piece `delay` after it came.
fn hold_back(mut from: TcpStream, to: TcpStream, delay: Duration) {
    let (sender, held) = channel();
    std::thread::spawn(move || pass_on(&held, to));
    std::thread::spawn(move || {
        let mut piece = vec![0; PIECE_BYTES];
        while let Ok(read @ 1..) = from.read(&mut piece) {
            let bytes: VecDeque<u8> = piece.iter().take(read).copied().collect();
            if sender.send((Instant::now() + delay, bytes)).is_err() {
                return;
            }
        }
    });
}

fn pass_on(held: &Receiver<(Instant, VecDeque<u8>)>, mut to: TcpStream) {
    for (at, bytes) in held {
        while let Some(left) = at.checked_duration_since(Instant::now()).filter(|it| !it.is_zero())
        {
            std::thread::park_timeout(left);
        }
        let (first, second) = bytes.as_slices();
        if to.write_all(first).and_then(|()| to.write_all(second)).is_err() {
            break;
        }
    }
    // The other end has closed, or closes for this.
    let _ = to.shutdown(Shutdown::Write);
}
