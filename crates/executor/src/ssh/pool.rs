//! The open connections: one a computer, shared by its orders, closed when unused.
//!
//! There is room for so many. When it is full, whoever needs a connection takes
//! the place of one that is idle, or waits for the first that becomes so. A
//! jump host's connection takes no place: those who wait for it may hold all.

use super::connect::{ConnectFailure, Visitor, connect, keys_of};
use super::known_hosts::KnownHosts;
use crate::settings::Settings;
use model::order::SshAddress;
use russh::Disconnect;
use russh::client::Handle;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The most orders at once over one connection: OpenSSH allows ten sessions, two stay free.
const ORDERS_PER_CONNECTION_MAX: usize = 8;

/// The most looks at orders, and stops of them, at once over one connection.
const GLANCES_PER_CONNECTION_MAX: usize = 2;

/// Unused connections are looked for this often, as a part of the time they may live.
const SWEEPS_PER_LIFE: u32 = 4;

/// Which of a connection's channels are asked for: one that lasts as long as an order, or one of
/// those kept free to look at orders and to stop them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    Order,
    Glance,
}

/// A connection and what hangs on it.
pub(crate) struct Connection {
    handle: Handle<Visitor>,
    orders: Arc<Semaphore>,
    glances: Arc<Semaphore>,
    users: AtomicUsize,
    unused_since: Mutex<Instant>,
    /// How long the computer may take to open a session.
    answers_within: Duration,
    _room: Option<OwnedSemaphorePermit>,
    _jump: Option<Lease>,
}

#[derive(Default)]
struct Slot {
    state: tokio::sync::Mutex<SlotState>,
}

#[derive(Default)]
struct SlotState {
    live: Option<Arc<Connection>>,
    /// Who asked before this time gets the same answer instead of trying again after it.
    failure: Option<(Instant, ConnectFailure)>,
}

/// The open connections. A clone shares them.
#[derive(Clone)]
pub(crate) struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Arc<Settings>,
    known_hosts: Arc<KnownHosts>,
    slots: Mutex<HashMap<SshAddress, Arc<Slot>>>,
    room: Arc<Semaphore>,
    waiting: AtomicUsize,
    handshakes: Semaphore,
    opened: AtomicU64,
    sweeping: Mutex<bool>,
}

/// The right to use a connection, for as long as it is kept.
pub(crate) struct Lease {
    connection: Arc<Connection>,
    shared: Weak<Shared>,
}

impl Pool {
    /// Returns a pool without connections.
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        let shared = Shared {
            room: Arc::new(Semaphore::new(settings.connections_max.max(1))),
            handshakes: Semaphore::new(settings.handshakes_max.max(1)),
            settings,
            known_hosts: Arc::default(),
            slots: Mutex::default(),
            waiting: AtomicUsize::new(0),
            opened: AtomicU64::new(0),
            sweeping: Mutex::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Returns how many connections were opened so far.
    pub(crate) fn opened(&self) -> u64 {
        self.shared.opened.load(Ordering::Relaxed)
    }

    /// Returns the connection to `address`, made now if there is none.
    pub(crate) async fn lease(&self, address: &SshAddress) -> Result<Lease, ConnectFailure> {
        self.shared.lease(address, true).await
    }

    /// Closes all connections. Orders go on; who watched them does no longer.
    pub(crate) async fn close(&self) {
        let slots = std::mem::take(&mut *lock(&self.shared.slots));
        for slot in slots.into_values() {
            if let Some(connection) = slot.state.lock().await.live.take() {
                let bye = connection.handle.disconnect(Disconnect::ByApplication, "", "");
                let _ = bye.await;
            }
        }
    }
}

impl Shared {
    async fn lease(
        self: &Arc<Self>,
        address: &SshAddress,
        takes_room: bool,
    ) -> Result<Lease, ConnectFailure> {
        let asked = Instant::now();
        let slot = Arc::clone(lock(&self.slots).entry(address.clone()).or_default());
        let mut state = slot.state.lock().await;
        if let Some(connection) = state.live.as_ref().filter(|it| !it.handle.is_closed()) {
            return Ok(self.lend(connection));
        }
        if let Some((at, failure)) = &state.failure
            && *at > asked
        {
            return Err(failure.clone());
        }
        state.live = None;
        match self.open(address, takes_room).await {
            Ok(connection) => {
                let lease = self.lend(&connection);
                state.live = Some(connection);
                state.failure = None;
                self.sweep_from_now_on();
                Ok(lease)
            }
            Err(failure) => {
                state.failure = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    fn lend(self: &Arc<Self>, connection: &Arc<Connection>) -> Lease {
        connection.users.fetch_add(1, Ordering::AcqRel);
        Lease { connection: Arc::clone(connection), shared: Arc::downgrade(self) }
    }

    async fn open(
        self: &Arc<Self>,
        address: &SshAddress,
        takes_room: bool,
    ) -> Result<Arc<Connection>, ConnectFailure> {
        let room = if takes_room { Some(self.make_room().await?) } else { None };
        let jump = match &address.jump {
            Some(jump) => Some(Box::pin(self.lease(jump, false)).await?),
            None => None,
        };
        let keys = keys_of(&self.settings, &self.known_hosts, address).await?;
        let turn = self.handshakes.acquire().await.map_err(closed)?;
        let handle = connect(&self.settings, keys, address, jump.as_ref()).await?;
        drop(turn);
        self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Connection {
            handle,
            orders: Arc::new(Semaphore::new(ORDERS_PER_CONNECTION_MAX)),
            glances: Arc::new(Semaphore::new(GLANCES_PER_CONNECTION_MAX)),
            users: AtomicUsize::new(0),
            unused_since: Mutex::new(Instant::now()),
            answers_within: self.settings.connect_timeout,
            _room: room,
            _jump: jump,
        }))
    }

    async fn make_room(&self) -> Result<OwnedSemaphorePermit, ConnectFailure> {
        if let Ok(room) = Arc::clone(&self.room).try_acquire_owned() {
            return Ok(room);
        }
        // Count first, look second: a connection that becomes idle in between looks at the count.
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let waiting = Waiting(&self.waiting);
        self.evict(Duration::ZERO, 1);
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(closed);
        drop(waiting);
        room
    }

    /// Closes up to `most` connections unused for `unused_for`. A slot whose state is held is in use.
    fn evict(&self, unused_for: Duration, most: usize) {
        let now = Instant::now();
        let mut left = most;
        let mut evicted = Vec::new();
        lock(&self.slots).retain(|_address, slot| {
            let Ok(mut state) = slot.state.try_lock() else { return true };
            let idle = state.live.as_ref().is_some_and(|it| it.is_idle(now, unused_for));
            if left > 0 && idle {
                left -= 1;
                evicted.extend(state.live.take());
            }
            state.live.is_some() || Arc::strong_count(slot) > 1
        });
        // Outside the lock: with a connection goes the lease of its jump host.
        drop(evicted);
    }

    fn sweep_from_now_on(self: &Arc<Self>) {
        if std::mem::replace(&mut *lock(&self.sweeping), true) {
            return;
        }
        let shared = Arc::downgrade(self);
        let unused_for = self.settings.idle_close;
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(unused_for / SWEEPS_PER_LIFE).await;
                let Some(shared) = shared.upgrade() else { return };
                shared.evict(unused_for, usize::MAX);
                let mut sweeping = lock(&shared.sweeping);
                if lock(&shared.slots).is_empty() {
                    *sweeping = false;
                    return;
                }
            }
        });
    }
}

/// Counts one who waits for room, until dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Connection {
    fn is_idle(&self, now: Instant, unused_for: Duration) -> bool {
        let unused_since = *lock(&self.unused_since);
        self.users.load(Ordering::Acquire) == 0 && now.duration_since(unused_since) >= unused_for
    }
}

impl Lease {
    /// Returns the connection itself.
    pub(crate) fn handle(&self) -> &Handle<Visitor> {
        &self.connection.handle
    }

    /// Returns how long the computer may take to open a session.
    pub(crate) fn answers_within(&self) -> Duration {
        self.connection.answers_within
    }

    /// Waits for room for one more channel.
    pub(crate) async fn room_in(&self, lane: Lane) -> Result<OwnedSemaphorePermit, ConnectFailure> {
        let room = match lane {
            Lane::Order => &self.connection.orders,
            Lane::Glance => &self.connection.glances,
        };
        Arc::clone(room).acquire_owned().await.map_err(closed)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *lock(&self.connection.unused_since) = Instant::now();
        if self.connection.users.fetch_sub(1, Ordering::AcqRel) == 1
            && let Some(shared) = self.shared.upgrade()
            && shared.waiting.load(Ordering::Acquire) > 0
        {
            shared.evict(Duration::ZERO, 1);
        }
    }
}

fn closed(_: tokio::sync::AcquireError) -> ConnectFailure {
    ConnectFailure::Unreachable { why: "the connections are being closed".to_owned() }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
