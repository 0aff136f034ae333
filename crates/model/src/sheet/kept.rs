//! The digest of a site's sheet, kept until something happens that its sheet may tell.
//!
//! House rule: what is signed is computed from the state alone. What is kept here is what would be
//! computed anew: every build with debug assertions compares the two.

use crate::digest::Digest;
use crate::event::Event;
use crate::scope::Scope;
use crate::state::State;
use std::sync::OnceLock;

/// A digest that may have been computed before. It is no part of what a state is.
#[derive(Clone, Debug, Default)]
pub struct KeptDigest(OnceLock<Digest>);

impl KeptDigest {
    /// Returns what is kept, or what `anew` computes.
    pub(super) fn or_anew(&self, anew: impl Fn() -> Digest) -> Digest {
        let kept = *self.0.get_or_init(&anew);
        debug_assert_eq!(kept, anew(), "the digest of a site's sheet was kept for too long");
        kept
    }
}

impl PartialEq for KeptDigest {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KeptDigest {}

/// Of which sites the sheets may tell something else after an event.
enum Moved {
    None,
    One(Scope),
    All,
}

impl State {
    /// Forgets the digests of the sheets that may be others once `event` has happened.
    pub(crate) fn forget_digests(&mut self, event: &Event) {
        match moved(self, event) {
            Moved::None => {}
            Moved::One(scope) => {
                let Scope::Site(id) = &scope else { return };
                let position = self.index.sites.get(id).map(|it| *it as usize);
                if let Some(status) = position.and_then(|it| self.sites.get_mut(it)) {
                    status.digest = KeptDigest::default();
                }
            }
            Moved::All => {
                for status in &mut self.sites {
                    status.digest = KeptDigest::default();
                }
            }
        }
    }
}

/// Where in doubt, all sites.
fn moved(state: &State, event: &Event) -> Moved {
    match event {
        // A run tells of its own site.
        Event::Site { site, .. } => Moved::One(Scope::Site(site.clone())),
        Event::OrderIntended { scope, .. }
        | Event::OrdersIntended { scope, .. }
        | Event::StepAsked { scope, .. }
        | Event::StepDecided { scope, .. }
        | Event::Phase { scope, .. } => Moved::One(scope.clone()),
        Event::OrderEnded { order, .. } | Event::OrderWithdrawn { order, .. } => {
            state.orders.get(order).map_or(Moved::All, |it| Moved::One(it.scope.clone()))
        }
        // What people agree on, sign and are told is not what a site's sheet tells.
        Event::SignOff { .. }
        | Event::Concurred { .. }
        | Event::RfcApproved { .. }
        | Event::Rfc { .. }
        | Event::Component { .. }
        | Event::Ring { .. }
        | Event::Message(_)
        | Event::Precheck(_)
        | Event::ReleaseReadiness(_) => Moved::None,
        Event::DeploymentCreated { .. }
        | Event::Deployment { .. }
        | Event::PlanRevised { .. }
        | Event::WaiverRequested { .. }
        | Event::WaiverApproved { .. }
        | Event::Waiver { .. }
        | Event::Attested { .. }
        | Event::Hold { .. }
        | Event::SignalRaised { .. }
        | Event::OrdersCancelled { .. }
        | Event::Incident(_)
        | Event::Escalation(_)
        | Event::Readiness(_)
        | Event::Assignment(_)
        | Event::Milestone(_)
        | Event::QuietPeriod(_)
        | Event::Survey(_)
        | Event::Assessment(_)
        | Event::CloseOut(_)
        | Event::Termination(_)
        | Event::History(_)
        | Event::Delegation(_)
        | Event::ChangeSchedule(_)
        | Event::SiteCare(_)
        | Event::Training(_) => Moved::All,
    }
}
