//! Who carries out the orders of a deployment that is interrupted.

use crate::support::{Site, kill};
use std::process::Child;

/// The workers, where there are some.
const NAMES: [&str; 2] = ["w1", "w2"];

/// Who carries out the orders.
pub(crate) enum Hands {
    /// The server itself.
    Servers,
    /// Workers, in the order of their names.
    Workers(Vec<Child>),
}

impl Hands {
    /// Starts workers on the record of `site`.
    pub(crate) fn workers(site: &Site) -> Self {
        Self::Workers(NAMES.iter().map(|name| worker(site, name)).collect())
    }

    /// Starts the server of `site`.
    pub(crate) fn serve(&self, site: &Site) -> Child {
        match self {
            Self::Servers => site.serve(),
            Self::Workers(_) => site.start(&["serve", "--until-idle", "--orders-to", "workers"]),
        }
    }

    /// Returns how many workers there are.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Servers => 0,
            Self::Workers(all) => all.len(),
        }
    }

    /// Returns one of the workers.
    pub(crate) fn worker(&self, place: usize) -> &Child {
        match self {
            Self::Servers => panic!("the server has no workers"),
            Self::Workers(all) => all.get(place).unwrap(),
        }
    }

    /// Kills a worker and starts it again, as whatever watches over it would.
    pub(crate) fn kill_and_start_again(&mut self, place: usize, site: &Site) {
        match self {
            Self::Servers => panic!("the server has no workers"),
            Self::Workers(all) => {
                let one = all.get_mut(place).unwrap();
                kill(one);
                *one = worker(site, NAMES.get(place).unwrap());
            }
        }
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        match self {
            Self::Servers => {}
            Self::Workers(all) => all.iter_mut().for_each(|it| {
                let _gone = it.kill();
                let _gone = it.wait();
            }),
        }
    }
}

fn worker(site: &Site, name: &str) -> Child {
    site.start(&["worker", "--name", name, "--orders-at-once", "4"])
}
