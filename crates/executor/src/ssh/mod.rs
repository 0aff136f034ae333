//! SSH: one connection a computer, used by all its orders, known by its host key or refused.

mod connect;
mod identity;
mod known_hosts;
mod pool;

pub(crate) use connect::ConnectFailure;
pub(crate) use pool::{Lane, Lease, Pool};
