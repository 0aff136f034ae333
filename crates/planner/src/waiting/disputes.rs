//! What disputed signatures wait on: their signers, or whoever sets them aside.
//!
//! House rule: nothing waits without saying on what; a gate that rested on a signature says so.

use super::{WaitingOn, has_left};
use model::command::Command;
use model::decide::dispute::MINDS_SIGNATURES;
use model::dispute::{DisputeCommand, DisputedApproval};
use model::guard::Supplier;
use model::rights::Rights;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::SlotId;
use model::state::State;

/// Returns the disputed signatures about `of`, or all of them.
pub(super) fn disputes(state: &State, of: Option<&Scope>) -> Vec<WaitingOn> {
    let open = state.disputes.open.keys();
    let near = open.filter(|it| of.is_none_or(|of| it.sheet.scope() == *of));
    let mut waits: Vec<WaitingOn> = near.filter_map(|it| disputed(state, it)).collect();
    let approvals = state.disputes.approvals.iter();
    let near = approvals.filter(|it| of.is_none_or(|of| Scope::Rfc(it.rfc.clone()) == *of));
    waits.extend(near.filter_map(|it| disputed_approval(state, it)));
    waits
}

fn disputed_approval(state: &State, it: &DisputedApproval) -> Option<WaitingOn> {
    let DisputedApproval { dispute, rfc, by } = it;
    if !state.disputed_approvals(rfc).contains(&it) {
        return None;
    }
    let what = state.disputed_approval(it);
    let (scope, at) = (Scope::Rfc(rfc.clone()), state.disputes.get(*dispute)?.at);
    let (rfc, part) = (rfc.clone(), state.part_of(rfc)?);
    let wait = if has_left(state, by, Rights::Operate) {
        let (by, reason) = (by.clone(), String::new());
        let command = DisputeCommand::SetAsideApproval { rfc, by, reason };
        WaitingOn::people(state, scope, what, at, &MINDS_SIGNATURES).with(Command::Dispute(command))
    } else {
        let command = Command::Dispute(DisputeCommand::ConfirmApproval { rfc, part });
        let supplier = Supplier::Roles(vec![RoleType::ChangeAuthority]);
        let wait = WaitingOn::system(scope, what, at);
        WaitingOn { supplier, people: vec![by.clone()], ..wait }.with(command)
    };
    Some(wait.if_nobody_acts("nothing begins on it, and nothing else happens").advisable())
}

fn disputed(state: &State, slot: &SlotId) -> Option<WaitingOn> {
    let (_, dispute) = state.disputes.of(slot)?;
    let status = state.slots.get(slot)?;
    let signer = status.by.as_ref()?;
    let what = state.disputed_slot(slot)?;
    let scope = slot.sheet.scope();
    let (slot, document) = (slot.clone(), status.document);
    let wait = if has_left(state, signer, Rights::Contribute) {
        let command = DisputeCommand::SetAside { slot, reason: String::new() };
        let wait = WaitingOn::people(state, scope, what, dispute.at, &MINDS_SIGNATURES);
        wait.with(Command::Dispute(command))
    } else {
        let command = Command::Dispute(DisputeCommand::Confirm { slot: slot.clone(), document });
        let supplier = Supplier::Roles(vec![slot.role]);
        let wait = WaitingOn::system(scope, what, dispute.at);
        WaitingOn { supplier, people: vec![signer.clone()], ..wait }.with(command)
    };
    Some(wait.if_nobody_acts("no gate rests on it, and nothing else happens").advisable())
}
