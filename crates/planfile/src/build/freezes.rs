//! Freezes of a plan: the rings and sites that they name exist.
//!
//! House rule: a freeze waits, it never fails a run.

use super::Building;
use super::names::unique;
use crate::span::At;
use model::freeze::{Freeze, FreezeScope};

impl Building<'_> {
    pub(super) fn freezes(&mut self, written: Vec<At<Freeze>>) -> Vec<At<Freeze>> {
        let names: Vec<_> = written.iter().map(|it| At::new(it.name.clone(), it.at)).collect();
        unique(self.findings, "freeze", names.iter());
        for freeze in &written {
            match &freeze.scope {
                FreezeScope::Rings(rings) => {
                    for ring in rings {
                        self.ring_position(&At::new(ring.clone(), freeze.at));
                    }
                }
                // Sites are checked where they are built: there may be 100,000 of them.
                FreezeScope::All | FreezeScope::Sites(_) => {}
            }
        }
        written
    }
}
