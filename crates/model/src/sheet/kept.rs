//! The digests of sheets: of a site kept until something happens that its sheet may tell, of others until
//! anything happens.
//!
//! House rule: what is signed is computed from the state alone. What is kept here is what would be
//! computed anew: every build with debug assertions compares the two.

use super::{Sheet, digest};
use crate::digest::Digest;
use crate::event::Event;
use crate::id::SiteId;
use crate::machine::SignOffState;
use crate::order::OrderId;
use crate::scope::Scope;
use crate::state::State;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What may have been computed before of the sheet of a site. It is no part of what a state is.
#[derive(Debug, Default)]
pub struct KeptDigest(Mutex<Option<Box<Known>>>);

/// The digests of the sheets that are not of a site, as they are since the last event. They are no part
/// of what a state is.
#[derive(Debug, Default)]
pub struct KeptDigests(Mutex<BTreeMap<Sheet, Digest>>);

impl KeptDigests {
    /// Returns what is kept of `sheet`, or what `anew` computes.
    pub(super) fn or_anew(&self, sheet: &Sheet, anew: impl Fn() -> Digest) -> Digest {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(digest) = kept.get(sheet) {
            debug_assert_eq!(*digest, anew(), "the digest of {sheet} was kept too long");
            return *digest;
        }
        let digest = anew();
        kept.insert(sheet.clone(), digest);
        digest
    }
}

/// A copy begins with nothing: what is done with it is an event most of the time.
impl Clone for KeptDigests {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for KeptDigests {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KeptDigests {}

/// What was computed.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Of which version of all sheets.
    version: SheetsVersion,
    digest: Digest,
    /// Whether every signature was found to be asked for or given on exactly this sheet.
    is_asked_for: bool,
}

/// How often the sheets of all sites may have become others, so that what is kept of each need not be
/// gone through. It is no part of what a state is.
#[derive(Clone, Copy, Debug, Default)]
pub struct SheetsVersion(u64);

impl PartialEq for SheetsVersion {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for SheetsVersion {}

impl KeptDigest {
    /// Returns what is kept under `version`, or what `anew` computes.
    pub(super) fn or_anew(&self, version: SheetsVersion, anew: impl Fn() -> Digest) -> Digest {
        if let Some(known) = self.known(version) {
            debug_assert_eq!(known.digest, anew(), "a digest of a site's sheet was kept too long");
            return known.digest;
        }
        let digest = anew();
        self.keep(Some(Known { version, digest, is_asked_for: false }));
        digest
    }

    fn known(&self, version: SheetsVersion) -> Option<Known> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_deref().copied().filter(|it| it.version.0 == version.0)
    }

    /// Forgets what was found of the signatures.
    fn forget_signatures(&mut self) {
        let known = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known {
            known.is_asked_for = false;
        }
    }

    fn keep(&self, known: Option<Known>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known.map(Box::new);
    }
}

impl Clone for KeptDigest {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }
}

impl PartialEq for KeptDigest {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KeptDigest {}

/// Of which sites the sheets, or the signatures on them, may be others after an event.
enum Moved {
    None,
    One(Scope),
    /// The signatures alone, on the sheet of this site.
    Signatures(SiteId),
    All,
}

impl State {
    /// Forgets the digests of the sheets that may be others once `event` has happened.
    pub(crate) fn forget_digests(&mut self, event: &Event) {
        self.digests = KeptDigests::default();
        match moved(self, event) {
            Moved::None => {}
            Moved::One(scope) => {
                let Scope::Site(id) = &scope else { return };
                if let Some(kept) = self.kept_digest(id) {
                    *kept = KeptDigest::default();
                }
            }
            Moved::Signatures(site) => {
                if let Some(kept) = self.kept_digest(&site) {
                    kept.forget_signatures();
                }
            }
            Moved::All => self.sheets.0 += 1,
        }
    }

    fn kept_digest(&mut self, site: &SiteId) -> Option<&mut KeptDigest> {
        let position = self.index.sites.get(site).map(|it| *it as usize)?;
        self.sites.get_mut(position).map(|it| &mut it.digest)
    }

    /// Returns whether every signature of the sheet of the site at `position` was asked for or given
    /// on the sheet as it is now: then nobody is to be asked.
    pub fn is_asked_for(&self, position: usize) -> bool {
        let Some((planned, status)) = self.plan.sites.get(position).zip(self.sites.get(position))
        else {
            return false;
        };
        let anew = |document: Digest| {
            let mut slots = Sheet::Site(planned.id.clone()).slots().into_iter();
            slots.all(|slot| {
                self.slots.get(&slot).is_some_and(|it| {
                    matches!(it.state, SignOffState::Requested | SignOffState::Signed)
                        && it.document == document
                })
            })
        };
        if let Some(known) = status.digest.known(self.sheets).filter(|it| it.is_asked_for) {
            debug_assert!(anew(known.digest), "what was asked for is asked for no more");
            return true;
        }
        let document = digest(self, &Sheet::Site(planned.id.clone()));
        let is_asked_for = anew(document);
        status.digest.keep(Some(Known { version: self.sheets, digest: document, is_asked_for }));
        is_asked_for
    }
}

/// Returns where a site's sheet may be another: where in doubt, everywhere.
fn at(scope: &Scope) -> Moved {
    match scope {
        Scope::Site(_) => Moved::One(scope.clone()),
        Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Ring(_) | Scope::Rfc(_) => {
            Moved::All
        }
    }
}

fn of_order(state: &State, order: Option<&OrderId>) -> Moved {
    let place = order.and_then(|it| state.orders.get(it));
    place.map_or(Moved::All, |it| Moved::One(it.scope.clone()))
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
            of_order(state, Some(order))
        }
        // All of them are of one track.
        Event::OrdersEnded { ended } => of_order(state, ended.first().map(|it| &it.order)),
        // What is signed is not what the sheet tells, but who is to be asked.
        Event::SignOff { slot, .. } => match &slot.sheet {
            Sheet::Site(site) => Moved::Signatures(site.clone()),
            Sheet::CoreInterim
            | Sheet::CoreFinal
            | Sheet::SitesComplete
            | Sheet::DeploymentStable
            | Sheet::QuietPeriodReport
            | Sheet::MilestoneReview
            | Sheet::CloseOut
            | Sheet::Termination => Moved::None,
        },
        Event::Attested { scope, .. } | Event::Hold { scope, .. } => at(scope),
        Event::SiteCare(it) => at(&it.scope()),
        // What people agree on and are told is not what a site's sheet tells.
        Event::Concurred { .. }
        | Event::RfcApproved { .. }
        | Event::Rfc { .. }
        | Event::Component { .. }
        | Event::Ring { .. }
        | Event::Message(_)
        | Event::Precheck(_)
        | Event::Batch(_)
        | Event::ReleaseReadiness(_) => Moved::None,
        Event::DeploymentCreated { .. }
        | Event::Deployment { .. }
        | Event::PlanRevised { .. }
        | Event::WaiverRequested { .. }
        | Event::WaiverApproved { .. }
        | Event::Waiver { .. }
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
        | Event::Dispute(_)
        | Event::Paper(_)
        | Event::ChangeSchedule(_)
        | Event::Training(_) => Moved::All,
    }
}
