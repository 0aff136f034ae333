//! What sites wait on, kept until something happens that may change it.
//!
//! House rule: what is kept is what would be found anew. Where in doubt, nothing is kept.

use crate::waiting::WaitingOn;
use jiff::Timestamp;
use model::command::Command;
use model::event::Event;
use model::machine::SiteState;
use model::message::MessageEvent;
use model::order::OrderId;
use model::scope::Scope;
use model::sheet::Sheet;
use model::site_care::SiteCareCommand;
use model::state::State;
use std::collections::HashMap;
use std::sync::Arc;

/// What sites wait on, by their positions.
#[derive(Clone, Debug, Default)]
pub(super) struct SiteWaits(HashMap<usize, Found>);

#[derive(Clone, Debug)]
struct Found {
    waits: Arc<[WaitingOn]>,
    /// From when on time may show something else.
    until: Option<Timestamp>,
}

/// For which sites something may be another after an event.
#[derive(Clone, Copy)]
pub(super) enum Touched {
    None,
    One(usize),
    All,
}

impl SiteWaits {
    /// Forgets what is known of the sites that are touched.
    pub(super) fn forget(&mut self, touched: Touched) {
        match touched {
            Touched::None => {}
            Touched::One(position) => {
                self.0.remove(&position);
            }
            Touched::All => self.0.clear(),
        }
    }

    /// Returns what the site at `position` waits on at `now`, where that is known, and from when on
    /// it may be something else.
    pub(super) fn known(
        &self,
        position: usize,
        now: Timestamp,
    ) -> Option<(Arc<[WaitingOn]>, Option<Timestamp>)> {
        let found = self.0.get(&position)?;
        let holds = found.until.is_none_or(|until| now < until);
        holds.then(|| (found.waits.clone(), found.until))
    }

    /// Keeps what the site at `position` waits on, where it depends on that site alone.
    pub(super) fn keep(
        &mut self,
        state: &State,
        position: usize,
        waits: &[WaitingOn],
        until: Option<Timestamp>,
    ) {
        let starts = state.sites.get(position).is_some_and(|it| {
            matches!(it.state, SiteState::Ready | SiteState::Paused | SiteState::Halted)
        });
        // Whether a site may start depends on all others, once its own gate is open.
        if starts && waits.iter().any(|it| it.guard.is_none()) {
            return;
        }
        // How long an exemption holds counts from today.
        let is_dated = |it: &WaitingOn| {
            matches!(it.command, Some(Command::SiteCare(SiteCareCommand::RequestExemption { .. })))
        };
        if waits.iter().any(is_dated) {
            return;
        }
        let until = waits.iter().filter_map(|it| it.next_look).chain(until).min();
        self.0.insert(position, Found { waits: waits.into(), until });
    }
}

fn one(state: &State, scope: &Scope) -> Touched {
    match scope {
        Scope::Site(id) => match state.index.sites.get(id) {
            Some(position) => Touched::One(*position as usize),
            None => Touched::All,
        },
        Scope::Component(_) => Touched::None,
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => Touched::All,
    }
}

fn of_order(state: &State, order: Option<&OrderId>) -> Touched {
    let place = order.and_then(|it| state.orders.get(it));
    place.map_or(Touched::All, |it| one(state, &it.scope))
}

/// What becomes of a letter concerns the site that it is about.
fn message(state: &State, event: &MessageEvent) -> Touched {
    let scope = match event {
        MessageEvent::HandedOver { letter, .. }
        | MessageEvent::Delivered { letter, .. }
        | MessageEvent::Bounced { letter, .. }
        | MessageEvent::Failed { letter, .. }
        | MessageEvent::Acknowledged { letter, .. } => {
            let known = state.messages.letter(*letter);
            known.map_or(Scope::Deployment, |it| it.letter.scope.clone())
        }
        MessageEvent::SlotSet { .. }
        | MessageEvent::SlotGivenUp { .. }
        | MessageEvent::ServiceBegan { .. }
        | MessageEvent::Due(_) => event.scope(),
    };
    match one(state, &scope) {
        // Letters about the whole keep no site from anything.
        Touched::All => Touched::None,
        touched @ (Touched::None | Touched::One(_)) => touched,
    }
}

/// Returns for which sites something may be another after `event`, which is about to happen.
pub(super) fn touched(state: &State, event: &Event) -> Touched {
    match event {
        Event::OrderIntended { scope, .. }
        | Event::OrdersIntended { scope, .. }
        | Event::StepAsked { scope, .. }
        | Event::StepDecided { scope, .. }
        | Event::Phase { scope, .. } => one(state, scope),
        Event::OrderEnded { order, .. } | Event::OrderWithdrawn { order, .. } => {
            of_order(state, Some(order))
        }
        // All of them are of one track.
        Event::OrdersEnded { ended } => of_order(state, ended.first().map(|it| &it.order)),
        Event::Site { site, .. } => one(state, &Scope::Site(site.clone())),
        Event::SignOff { slot, .. } => match &slot.sheet {
            Sheet::Site(site) => one(state, &Scope::Site(site.clone())),
            Sheet::CoreInterim
            | Sheet::CoreFinal
            | Sheet::SitesComplete
            | Sheet::DeploymentStable
            | Sheet::QuietPeriodReport
            | Sheet::MilestoneReview
            | Sheet::CloseOut
            | Sheet::Termination => Touched::All,
        },
        Event::SiteCare(it) => one(state, &it.scope()),
        Event::Message(it) => message(state, it),
        // What people say of the whole is not what a site waits on.
        Event::Readiness(_)
        | Event::Assignment(_)
        | Event::Milestone(_)
        | Event::QuietPeriod(_)
        | Event::Survey(_)
        | Event::Assessment(_)
        | Event::CloseOut(_)
        | Event::Batch(_)
        | Event::Precheck(_) => Touched::None,
        Event::DeploymentCreated { .. }
        | Event::Deployment { .. }
        | Event::Concurred { .. }
        | Event::PlanRevised { .. }
        | Event::Component { .. }
        | Event::Ring { .. }
        | Event::Rfc { .. }
        | Event::RfcApproved { .. }
        | Event::WaiverRequested { .. }
        | Event::WaiverApproved { .. }
        | Event::Waiver { .. }
        | Event::Attested { .. }
        | Event::Hold { .. }
        | Event::SignalRaised { .. }
        | Event::OrdersCancelled { .. }
        | Event::Incident(_)
        | Event::Escalation(_)
        | Event::Termination(_)
        | Event::ReleaseReadiness(_)
        | Event::History(_)
        | Event::Delegation(_)
        | Event::Dispute(_)
        | Event::Paper(_)
        | Event::ChangeSchedule(_)
        | Event::Training(_) => Touched::All,
    }
}
