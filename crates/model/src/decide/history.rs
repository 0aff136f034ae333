//! Acts on the record's own history: accepting that some of it was lost.
//!
//! House rule: nothing starts after a loss of history until two people have accepted it.

use super::{Acting, worded};
use crate::event::Event;
use crate::history::{HistoryCommand, HistoryEvent, Loss, act_name, as_found};
use crate::person::Person;
use crate::refusal::{Refusal, RefusalCode};
use crate::rights::Rights;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;

/// Who must agree: whoever answers for the schedule, and whoever runs the database.
pub const ACCEPT_LOSS: [RoleType; 2] = [RoleType::ProgramManager, RoleType::OperationsManager];

/// Who must agree once nobody of the project answers for the schedule any more: whoever runs the service,
/// and whoever supports its users.
pub const ACCEPT_LOSS_AFTERWARDS: [RoleType; 2] =
    [RoleType::OperationsManager, RoleType::SupportManager];

/// Returns who must agree that history was lost, as things stand.
pub fn who_accepts_loss(state: &State) -> [RoleType; 2] {
    let mut holders = state.plan.holders(RoleType::ProgramManager);
    let is_here = |it: &Person| state.left_the_project(&it.id, Rights::Contribute).is_none();
    if !state.is_sealed() && holders.any(is_here) { ACCEPT_LOSS } else { ACCEPT_LOSS_AFTERWARDS }
}

/// Who may say that the server's clock is right: whoever runs it, and whoever answers for the work.
pub const ACCEPT_CLOCK: [RoleType; 2] = [RoleType::OperationsManager, RoleType::ReleaseManagement];

impl Acting<'_> {
    pub(super) fn history(&self, command: &HistoryCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            HistoryCommand::AcceptLoss { loss, reason } => self.accept_loss(loss, reason),
            HistoryCommand::AcceptClock { reason } => self.accept_clock(reason),
            HistoryCommand::ForgetPerson { person, reason } => self.forget(person, reason),
        }
    }

    fn accept_clock(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.role(&ACCEPT_CLOCK, &Scope::Deployment, "say that the clock is right")?;
        let reason = worded("what was found", reason)?;
        if self.state.history.clock.is_none() {
            let text = "nobody doubts the server's clock";
            return Err(Refusal::new(RefusalCode::State, text, "go on"));
        }
        Ok(vec![Event::History(HistoryEvent::ClockAccepted { reason })])
    }

    fn accept_loss(&self, loss: &Loss, reason: &str) -> Result<Vec<Event>, Refusal> {
        let reason = worded("what was put back, and why", reason)?;
        if self.state.history.has_accepted(loss) {
            let text = "this loss has been accepted already";
            return Err(Refusal::new(
                RefusalCode::State,
                text,
                "`landfall status` says where it stands",
            ));
        }
        let persons = self.two_persons();
        let act = act_name(loss);
        let roles = who_accepts_loss(self.state);
        let (mut events, is_complete) =
            self.concur(&act, &roles, persons, &Scope::Deployment, Some(&reason))?;
        if is_complete {
            let loss = as_found(self.state, loss);
            events.push(Event::History(HistoryEvent::LossAccepted { loss, reason }));
        }
        Ok(events)
    }
}
