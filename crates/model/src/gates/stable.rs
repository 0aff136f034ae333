//! The gate of Deployment Stable: ST1 to ST7. The signatures are ST8.
//!
//! Source: Deploy SMF, Process 3, Table 6, as worked out in `catalogue/guards.psv`.

use super::{Found, incidents, missing, readiness, team};
use crate::guard::{Guard, GuardReading};
use crate::profile::Profile;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::state::State;
use jiff::Timestamp;

/// Returns what the guards of Deployment Stable read, but for the signatures.
pub fn gate(state: &State, now: Timestamp) -> Vec<GuardReading> {
    let read = |guard, found| state.reading(guard, &[Scope::Deployment], now, found);
    let read_parts = |guard, lacks| state.reading_of_parts(guard, &[Scope::Deployment], now, lacks);
    vec![
        read(Guard::ST1, st1(state)),
        incidents::st2(state, now),
        read(Guard::ST3, st3(state)),
        readiness::st4(state, now),
        read_parts(Guard::ST5, readiness::st5(state, now)),
        read(Guard::ST6, readiness::st6(state, now)),
        read_parts(Guard::ST7, team::st7(state)),
    ]
}

/// ST3: the escalation path was drilled. One person alone escalates to nobody.
fn st3(state: &State) -> Found {
    match (state.plan.profile, &state.plan.support) {
        (Profile::Solo, None) => Ok(()),
        (Profile::Solo | Profile::Standard | Profile::Regulated, _) => incidents::st3(state),
    }
}

/// ST1: the sheet of all sites is signed.
pub fn st1(state: &State) -> Found {
    let sheet = Sheet::SitesComplete;
    if state.stands(&sheet) {
        return Ok(());
    }
    let unsigned = || "the sheet of all sites is not signed".to_owned();
    missing(
        state.disputed(&sheet).unwrap_or_else(unsigned),
        &[RoleType::ReleaseManagement, RoleType::ProgramManager, RoleType::ProductManager],
    )
}
