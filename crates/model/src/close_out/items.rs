//! What is still open anywhere in the record when a project closes.
//!
//! Source: Deploy SMF, overview, "finalized all activities"; guard K5.

use super::{ItemStatus, Settlement};
use crate::id::PersonId;
use crate::machine::{SignOffState, WaiverState};
use crate::milestone::Milestone;
use crate::release_readiness::ConditionStatus;
use crate::state::State;
use jiff::civil::Date;
use serde::Serialize;

/// Something that is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenItem {
    /// Its name, such as `action/1`.
    pub item: String,
    /// What it is.
    pub text: String,
    /// Who sees to it, where that was said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// By when, where that was said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// What becomes of it, where that was put down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ItemStatus>,
}

impl OpenItem {
    /// Returns whether it is done, or accepted by somebody outside the project.
    pub fn is_settled(&self) -> bool {
        match &self.status {
            None => false,
            Some(ItemStatus { settlement: Settlement::Closed { .. }, .. }) => true,
            Some(ItemStatus { settlement: Settlement::Transferred { .. }, accepted }) => {
                accepted.is_some()
            }
        }
    }

    /// Returns whether a word closes it: what has a machine of its own is closed there.
    pub fn closes_by_word(&self) -> bool {
        !self.item.starts_with("incident/") && !self.item.starts_with("escalation/")
    }
}

/// Returns everything that is still open, and what becomes of it.
pub fn open_items(state: &State) -> Vec<OpenItem> {
    let status = |item: &String| state.close_out.items.get(item).cloned();
    let open = |item: String, text: String| OpenItem {
        status: status(&item),
        item,
        text,
        owner: None,
        due: None,
    };
    let mut all = Vec::new();
    for it in state.incidents.open() {
        all.push(open(format!("incident/{}", it.number), it.title.clone()));
    }
    for it in state.escalations.list.iter().filter(|it| it.is_open()) {
        all.push(open(format!("escalation/{}", it.number), it.raising.text.clone()));
    }
    let actions = [Milestone::Stable, Milestone::Complete]
        .into_iter()
        .filter_map(|it| state.milestones.last(it))
        .flat_map(|it| &it.actions);
    all.extend(actions.zip(1..).map(|(it, number)| OpenItem {
        owner: Some(it.owner.clone()),
        due: Some(it.due),
        ..open(format!("action/{number}"), it.to_string())
    }));
    let signed = state.slots.iter().filter(|(_, it)| it.state == SignOffState::Signed);
    for (slot, status) in signed {
        let exceptions = status.statements.iter().zip(1..);
        all.extend(
            exceptions.map(|(it, number)| open(format!("exception/{slot}/{number}"), it.clone())),
        );
    }
    for (it, number) in state.waivers.iter().zip(1..) {
        if matches!(it.state, WaiverState::Requested | WaiverState::Granted) {
            let text = format!("{} at {} is {}: {}", it.guard, it.scope, it.state, it.reason);
            all.push(open(format!("waiver/{number}"), text));
        }
    }
    for (condition, status) in &state.release_readiness.conditions {
        if let ConditionStatus::Carried { owner, due, reason, .. } = status {
            let (owner, due) = (Some(owner.clone()), Some(*due));
            let item = open(format!("condition/{condition}"), reason.clone());
            all.push(OpenItem { owner, due, ..item });
        }
    }
    all
}
