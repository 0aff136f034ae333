//! The guards of a start: each says met, or what is missing and who supplies it.
//!
//! Source: Deploy SMF, key questions of Tables 4 and 5, as worked out in `guards.psv`: C1 to C5, S1 to S10.

#![expect(
    clippy::missing_errors_doc,
    reason = "what a guard misses is its finding, not a failure of asking it"
)]

use crate::agenda::{is_halted, lets_begin};
use crate::calendar::{Closure, Opening};
use crate::facts::{Authorised, FitsNowhere, Look, component_calendar};
use jiff::Timestamp;
use model::gates::sites::open_requirements;
use model::gates::sites::required;
use model::gates::{Found, entry};
use model::guard::{Guard, GuardReading, Supplier};
use model::machine::RfcState;
use model::planted::{Planted, is_planted};
use model::ring::RunningSites;
use model::role_type::RoleType;
use model::scope::Scope;
use model::site::Site;
use model::site_care::terms::RequirementKind;
use model::state::{Hold, RingState};

const RELEASE: &[RoleType] = &[RoleType::ReleaseManagement];

fn from_roles(missing: impl Into<String>, roles: &[RoleType]) -> Found {
    Err((missing.into(), Supplier::Roles(roles.to_vec())))
}

fn authorised(found: Authorised<'_>) -> Found {
    match found {
        Authorised::By(..) => Ok(()),
        Authorised::No(why, Some(at)) => Err((why, Supplier::At(at))),
        Authorised::No(why, None) => {
            from_roles(why, &[RoleType::ReleaseManagement, RoleType::ChangeAuthority])
        }
    }
}

fn inside(what: impl std::fmt::Display, opening: &Opening) -> Found {
    match opening {
        Opening::Open { .. } => Ok(()),
        Opening::Closed { opens, because } => {
            let why = match because {
                Closure::Window => format!("the maintenance window of {what} is closed"),
                Closure::Freeze { name, .. } => format!("the freeze `{name}` holds {what} back"),
            };
            match opens {
                Some(at) => Err((why, Supplier::At(*at))),
                None => from_roles(format!("{why} and does not open again"), RELEASE),
            }
        }
    }
}

/// Returns what the guards of a component's start read: C1, C2, C3, C5.
pub fn component_start(look: &mut Look<'_>, position: usize) -> Vec<GuardReading> {
    let (state, now) = (look.state, look.now);
    let Some(component) = look.plan().components.get(position) else { return vec![] };
    let scopes = [Scope::Component(component.id.clone()), Scope::Core, Scope::Deployment];
    let read = |guard, found| state.reading(guard, &scopes, now, found);
    let opening = look.component_opening(component);
    look.again(opening.next_change());
    let authority = look.authority(state.index.rfcs_of_component.get(position));
    look.again(look.authority_changes(&authority));
    let c1 = authorised(authority.clone()).and_then(|()| inside(&component.id, &opening));
    let mut readings = vec![
        read(Guard::C1, c1),
        read(Guard::C2, model::gates::sites::c2(state, component)),
        read(Guard::C3, entry::c3(state)),
        state.reading_of_parts(
            Guard::C5,
            &scopes,
            now,
            model::gates::c5(state, &component.id, now),
        ),
    ];
    readings.extend(without_conflict(look, authority));
    readings.extend(entry::entry_lost(state, now));
    readings
}

/// Returns what RF3 reads of the request that authorises a start; nothing in an emergency, which
/// cannot wait for a ruling.
fn without_conflict(look: &mut Look<'_>, authority: Authorised<'_>) -> Option<GuardReading> {
    match authority {
        Authorised::By(_, RfcState::EmergencyAuthorised) | Authorised::No(..) => None,
        Authorised::By(rfc, _) => Some(look.conflict(rfc)),
    }
}

/// Returns the scopes at which a statement or waiver for the site at `position` may stand.
pub fn site_scopes(look: &Look<'_>, position: usize) -> Vec<Scope> {
    let site = look.plan().sites.get(position).map(|it| Scope::Site(it.id.clone()));
    let ring = look.plan().rings.get(look.ring_of(position)).map(|it| Scope::Ring(it.id.clone()));
    site.into_iter().chain(ring).chain([Scope::Deployment]).collect()
}

/// Returns whether somebody answers for it that the site at `position` passes `guard`: by a statement,
/// or by a waiver.
pub fn is_answered_for(look: &Look<'_>, position: usize, guard: Guard) -> bool {
    let (state, scopes) = (look.state, site_scopes(look, position));
    state.attested(guard, &scopes).is_some() || state.waived(guard, &scopes, look.now).is_some()
}

/// Returns whether the people of a site are told and trained: S4, S5. These cost least to ask and
/// are met last.
pub fn is_prepared(look: &Look<'_>, position: usize) -> bool {
    let (state, now) = (look.state, look.now);
    let Some(site) = look.plan().sites.get(position) else { return false };
    let scopes = site_scopes(look, position);
    let passes = |guard, found| state.reading(guard, &scopes, now, found).verdict.passes();
    passes(Guard::S5, model::gates::s5(state, &site.id, &scopes))
        && passes(Guard::S4, model::gates::s4(state, &site.id, &scopes, now))
}

/// Returns what the guards of a site's readiness read: S1, S2, S4, S5, S6, S9.
pub fn site_ready(look: &mut Look<'_>, position: usize) -> Vec<GuardReading> {
    let (state, now) = (look.state, look.now);
    let Some(site) = look.plan().sites.get(position) else { return vec![] };
    let scopes = site_scopes(look, position);
    let read = |guard, found| state.reading(guard, &scopes, now, found);
    vec![
        read(Guard::S1, s1(look, site)),
        read(Guard::S2, s2(look, position)),
        read(Guard::S4, model::gates::s4(state, &site.id, &scopes, now)),
        read(Guard::S5, model::gates::s5(state, &site.id, &scopes)),
        read(
            Guard::S6,
            s6(look, position).and_then(|()| required(state, position, RequirementKind::Resource)),
        ),
        state.reading_of_parts(
            Guard::S9,
            &scopes,
            now,
            open_requirements(state, position, RequirementKind::Own),
        ),
    ]
}

/// Returns what the guards of a site's start read: S1, S2, S7, S8.
pub fn site_start(look: &mut Look<'_>, position: usize) -> Vec<GuardReading> {
    let (state, now) = (look.state, look.now);
    let Some(site) = look.plan().sites.get(position) else { return vec![] };
    let scopes = site_scopes(look, position);
    let read = |guard, found| state.reading(guard, &scopes, now, found);
    let s7 = s7(look, position);
    let mut readings = vec![
        read(Guard::S1, s1(look, site)),
        read(Guard::S2, s2(look, position)),
        read(Guard::S7, s7),
        never_waived(Guard::S8, s8(look, position)),
    ];
    let authority = look.authority_of_site(position);
    readings.extend(without_conflict(look, authority));
    readings.extend(entry::entry_lost(state, now));
    readings.extend(entry::issues_unpublished(state));
    readings
}

/// Returns what the guards of going on after a halt read: S2, S7, H1.
pub fn site_resume(look: &mut Look<'_>, position: usize) -> Vec<GuardReading> {
    let Some(site) = look.plan().sites.get(position) else { return vec![] };
    let scopes = site_scopes(look, position);
    let (s2, s7) = (s2(look, position), s7(look, position));
    let h1 = model::gates::h1(look.state, &Scope::Site(site.id.clone()));
    let read = |guard, found| look.state.reading(guard, &scopes, look.now, found);
    vec![read(Guard::S2, s2), read(Guard::S7, s7), read(Guard::H1, h1)]
}

/// S10: nothing severe came from the site since it took up its work. That enough of the phase
/// succeeded is what finished it.
pub fn s10(look: &Look<'_>, position: usize) -> GuardReading {
    let scopes = site_scopes(look, position);
    let site = look.plan().sites.get(position);
    let found = site.map_or(Ok(()), |it| model::gates::incidents::s10(look.state, &it.id));
    look.state.reading(Guard::S10, &scopes, look.now, found)
}

/// Returns the reading of a guard of which nothing may be waived here: of S8 a waiver shortens
/// the soak, but lets nothing start that is held or whose ring is halted.
pub fn never_waived(guard: Guard, found: Found) -> GuardReading {
    match found {
        Ok(()) => GuardReading::met(guard),
        Err((missing, supplier)) => GuardReading::unmet(guard, missing, supplier),
    }
}

/// S1: the core components let the site start.
pub fn s1(look: &Look<'_>, site: &Site) -> Found {
    use RoleType::{OperationsManager, ReleaseManagement, Tester};
    if is_planted(Planted::CoreNotAwaited) {
        return Ok(());
    }
    look.core_lets_start(site)
        .or_else(|why| from_roles(why, &[ReleaseManagement, Tester, OperationsManager]))
}

/// S2: an RFC authorises the site.
pub fn s2(look: &mut Look<'_>, position: usize) -> Found {
    let found = look.authority_of_site(position);
    look.again(look.authority_changes(&found));
    authorised(found)
}

/// S6: the work fits a window ahead.
fn s6(look: &mut Look<'_>, position: usize) -> Found {
    let Some(Err(FitsNowhere { why, nearest })) = look.fitting(position) else { return Ok(()) };
    if nearest.is_none() {
        return from_roles(why, RELEASE);
    }
    // What does not fit may have been sent ahead: whoever has checked that there says so.
    if look.state.attested(Guard::S6, &site_scopes(look, position)).is_some() {
        return Ok(());
    }
    from_roles(why, &[RoleType::ReleaseManagement, RoleType::OperationsManager])
}

/// Returns what S6 reads at the start of the site at `position`: whether its work fits what is left of
/// the open window. Whoever lets it pass lets it start all the same, and pause.
pub fn s6_at_start(look: &mut Look<'_>, position: usize) -> GuardReading {
    let Opening::Open { .. } = look.site_opening(position) else {
        // That the window is shut, S7 says.
        return GuardReading::met(Guard::S6);
    };
    let found = match look.fitting(position) {
        Some(Ok(it)) if it.window.start() > look.now => {
            look.again(Some(it.window.start()));
            let why = "its work does not fit what is left of the window that is open".to_owned();
            Err((why, Supplier::At(it.window.start())))
        }
        Some(Ok(_)) | None => Ok(()),
        Some(Err(it)) => {
            from_roles(it.why, &[RoleType::ReleaseManagement, RoleType::OperationsManager])
        }
    };
    match found {
        Err(_) if is_answered_for(look, position, Guard::S6) => GuardReading::met(Guard::S6),
        found => never_waived(Guard::S6, found),
    }
}

/// S7: it is inside the site's window, outside of freezes; and a site that has not begun is in the
/// slot that it was told.
pub fn s7(look: &mut Look<'_>, position: usize) -> Found {
    let opening = look.site_opening(position);
    look.again(opening.next_change());
    if is_planted(Planted::WindowIgnored) {
        return Ok(());
    }
    let Some(site) = look.plan().sites.get(position) else { return Ok(()) };
    inside(&site.id, &opening)?;
    let in_slot = model::gates::s7(look.state, &site.id, look.now);
    if let Err((_, Supplier::At(at))) = &in_slot {
        look.again(Some(*at));
    }
    in_slot
}

/// S8: the rings before are behind us, healthy and soaked; the ring is open, and nothing is held.
pub fn s8(look: &Look<'_>, position: usize) -> Found {
    let site = look.plan().sites.get(position).map(|it| Scope::Site(it.id.clone()));
    not_held(site.and_then(|it| look.state.held(&it)))?;
    lets_begin(look, look.ring_of(position))
}

/// S8 of a site that has begun: it goes on although its ring is halted or nothing more begins there,
/// unless it is held as a whole, or the plan says that it stops with its ring.
pub fn s8_underway(look: &Look<'_>, position: usize) -> Found {
    let site = look.plan().sites.get(position).map(|it| Scope::Site(it.id.clone()));
    not_held(site.and_then(|it| look.state.holds_underway(&it).next()))?;
    let ring = look.ring_of(position);
    match look.plan().rings.get(ring).zip(look.state.rings.get(ring)) {
        Some((planned, status))
            if planned.halting.running == RunningSites::Stop
                && status.state == RingState::Halted
                && !is_planted(Planted::HaltIgnored) =>
        {
            is_halted(planned, status)
        }
        Some(_) | None => Ok(()),
    }
}

/// Returns the hold that keeps the core component at `position`, which has begun, from going on. What
/// had begun before the hold came goes on in the window and under the authorisation of then; its next
/// window waits, and so does what is resumed later.
pub fn held_underway<'s>(look: &Look<'s>, position: usize) -> Option<&'s Hold> {
    let state = look.state;
    let (planned, status) =
        look.plan().components.get(position).zip(state.components.get(position))?;
    let authorised = match look.authority(state.index.rfcs_of_component.get(position)) {
        Authorised::By(rfc, _) => state.rfc(rfc).map(|(_, it)| it.since),
        Authorised::No(..) => None,
    };
    let is_still_open =
        |from: Timestamp| match component_calendar(&state.plan, planned).open_window(from) {
            Opening::Open { until } => until.is_none_or(|it| look.now < it),
            Opening::Closed { .. } => false,
        };
    let lets_go_on = |hold: &Hold| {
        status.since <= hold.since
            && authorised.is_some_and(|it| it <= hold.since)
            && is_still_open(hold.since)
    };
    let scope = Scope::Component(planned.id.clone());
    let hold = state.holds_underway(&scope).find(|it| !lets_go_on(it));
    hold.filter(|_| !is_planted(Planted::HoldIgnored))
}

fn not_held(hold: Option<&Hold>) -> Found {
    match hold {
        Some(hold) if !is_planted(Planted::HoldIgnored) => {
            let roles = [RoleType::ReleaseManagement, RoleType::ProgramManager];
            from_roles(format!("it is held: {}", hold.reason), &roles)
        }
        Some(_) | None => Ok(()),
    }
}
