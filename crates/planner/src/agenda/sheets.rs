//! Sheets: asking for signatures as soon as their gates are true, and anew when they changed.
//!
//! Source: the sign-off machine (SGN-1, SGN-5, SGN-7, SGN-9); guards CS1, V1 to V6, SC1 to SC3.

use super::Agenda;
use crate::facts::Look;
use model::component::CoreMode;
use model::digest::Digest;
use model::event::Event;
use model::gates;
use model::guard::GuardReading;
use model::machine::{ComponentState, DeploymentState, SignOffState, SignOffTransition, SiteState};
use model::role_type::RoleType;
use model::sheet::{self, Sheet, SlotId};
use model::site_care::material::material_change;

pub(super) fn sheets(look: &mut Look<'_>, agenda: &mut Agenda) {
    core(look, agenda);
    of_sites(look, agenda);
    let is_asked = matches!(
        look.state.deployment,
        // Later only where it was superseded: what everybody has signed stays signed.
        DeploymentState::Deploying | DeploymentState::Held | DeploymentState::Stabilizing
    );
    // What the gate reads of all sites is dear, and asked of a sheet that is open only.
    let is_open = is_asked && !look.state.is_locked(&Sheet::SitesComplete);
    if is_open && gates::sc1(look.state).is_ok() {
        let gate = gates::sites::complete(look.state, look.now);
        ask(look, agenda, &Sheet::SitesComplete, |_| gate.clone());
    }
}

/// Asks for the signatures of sites that are observed, or have to be confirmed again.
pub(super) fn of_sites(look: &mut Look<'_>, agenda: &mut Agenda) {
    for position in look.state.sites.standing_in(&[SiteState::Observing, SiteState::Reconfirm]) {
        let is_again =
            look.state.sites.get(position).is_some_and(|it| it.state == SiteState::Reconfirm);
        if is_again && material_change(look.state, position).is_some() {
            continue;
        }
        if look.state.is_asked_for(position) {
            continue;
        }
        look.asks_for(position, |look| {
            let before = agenda.events.len();
            site(look, agenda, position);
            agenda.events.len() > before
        });
    }
}

fn core(look: &mut Look<'_>, agenda: &mut Agenda) {
    if look.plan().components.is_empty() {
        return;
    }
    let Some(sheet) = core_sheet(look) else {
        void_stale(look, agenda, None);
        return;
    };
    void_stale(look, agenda, Some(&sheet));
    let reading = gates::incidents::cs1(look.state, &sheet, look.now);
    ask(look, agenda, &sheet, |_| vec![reading.clone()]);
}

/// Returns the sheet of the core whose components are all there, the final one first.
pub(crate) fn core_sheet(look: &Look<'_>) -> Option<Sheet> {
    let plan = look.plan();
    let is_open = |mode: Option<CoreMode>| {
        plan.components.iter().zip(&look.state.components).any(|(planned, status)| {
            mode.is_none_or(|it| it == planned.mode)
                && !matches!(
                    status.state,
                    ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped
                )
        })
    };
    let has_advance = plan.components.iter().any(|it| it.mode == CoreMode::Advance);
    if plan.components.is_empty() {
        None
    } else if !is_open(None) {
        Some(Sheet::CoreFinal)
    } else {
        (has_advance && !is_open(Some(CoreMode::Advance))).then_some(Sheet::CoreInterim)
    }
}

/// Voids what is asked for on a sheet of the core that is not `present`, and no longer what it was:
/// it may be long until all of it is there again.
fn void_stale(look: &Look<'_>, agenda: &mut Agenda, present: Option<&Sheet>) {
    let state = look.state;
    let others = [Sheet::CoreInterim, Sheet::CoreFinal].into_iter();
    for slot in others.filter(|it| Some(it) != present).flat_map(|it| it.slots()) {
        let requested = state.slots.get(&slot).filter(|it| it.state == SignOffState::Requested);
        let stale = requested.filter(|it| it.document != sheet::digest(state, &slot.sheet));
        if let Some(document) = stale.map(|it| it.document) {
            agenda.events.push(Event::SignOff {
                slot,
                transition: SignOffTransition::Voided,
                document,
                meaning: None,
                statements: vec![],
                on_behalf_of: None,
                stamp: None,
                batch: None,
                gate: vec![],
            });
        }
    }
}

fn site(look: &mut Look<'_>, agenda: &mut Agenda, position: usize) {
    let (state, now) = (look.state, look.now);
    let Some(planned) = look.plan().sites.get(position) else { return };
    if let Err((_, model::guard::Supplier::At(at))) = gates::v3(state, &planned.id, now) {
        look.again(Some(at));
    }
    let technical = || gates::sites::technical(state, &planned.id, now);
    let of_owner = || {
        // Most owners wait for the end of the observation: nothing else is read before it.
        let observed = gates::sites::observed(state, &planned.id, now);
        if observed.verdict.passes() {
            gates::sites::sign_off(state, &planned.id, now)
        } else {
            vec![observed]
        }
    };
    ask(look, agenda, &Sheet::Site(planned.id.clone()), |slot| {
        if slot.role == RoleType::SiteOwner { of_owner() } else { technical() }
    });
}

/// Asks for every signature of `sheet` whose gate is true and that nobody has been asked for on
/// the sheet as it is now.
pub(super) fn ask(
    look: &Look<'_>,
    agenda: &mut Agenda,
    sheet: &Sheet,
    gate: impl Fn(&SlotId) -> Vec<GuardReading>,
) {
    // What everybody has signed stays signed; whoever undoes its basis says so.
    if look.state.is_locked(sheet) {
        return;
    }
    let mut document: Option<Digest> = None;
    for slot in sheet.slots() {
        let status = look.state.slots.get(&slot);
        let mut digest = || *document.get_or_insert_with(|| sheet::digest(look.state, sheet));
        let is_asked =
            status.filter(|it| matches!(it.state, SignOffState::Requested | SignOffState::Signed));
        // Most slots of most looks: asked for, and the sheet is still the same.
        if is_asked.is_some_and(|it| it.document == digest()) {
            continue;
        }
        let readings = gate(&slot);
        let is_open = readings.iter().all(|it| it.verdict.passes());
        if !is_open && status.is_none() {
            continue;
        }
        let now = digest();
        let is_same = status.is_some_and(|it| it.document == now);
        let mut happened = |transition, document, gate: Vec<GuardReading>| {
            agenda.events.push(Event::SignOff {
                slot: slot.clone(),
                transition,
                document,
                meaning: None,
                statements: vec![],
                on_behalf_of: None,
                stamp: None,
                batch: None,
                gate,
            });
        };
        match status.map(|it| (it.state, it.document)) {
            None | Some((SignOffState::Pending | SignOffState::Void, _)) if is_open => {
                happened(SignOffTransition::Requested, now, readings);
            }
            Some((SignOffState::Requested, old)) if !is_same => {
                happened(SignOffTransition::Voided, old, vec![]);
            }
            Some((SignOffState::Signed, old)) if !is_same => {
                happened(SignOffTransition::Superseded, old, vec![]);
            }
            // Who declined or withdrew is asked again on another sheet only.
            Some((SignOffState::Declined | SignOffState::Withdrawn, _)) if is_open && !is_same => {
                happened(SignOffTransition::Renewed, now, vec![]);
            }
            Some((SignOffState::Superseded, _)) if is_open => {
                happened(SignOffTransition::Renewed, now, vec![]);
            }
            None
            | Some((
                SignOffState::Pending
                | SignOffState::Requested
                | SignOffState::Signed
                | SignOffState::Declined
                | SignOffState::Void
                | SignOffState::Superseded
                | SignOffState::Withdrawn,
                _,
            )) => {}
        }
    }
}
