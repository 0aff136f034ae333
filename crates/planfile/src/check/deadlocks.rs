//! Gates that nobody could pass, and people who would be asked at night.
//!
//! House rule: a plan that can never be carried out is refused when it is read, not at night.

use crate::code::Code;
use crate::findings::Findings;
use crate::span::Span;
use model::deadlock::{DeadlockKind, deadlocks};
use model::plan::MasterProjectPlan;

/// Reports what nobody could pass in `plan`, at the place of the whole plan.
pub(crate) fn check(plan: &MasterProjectPlan, place: Span, findings: &mut Findings) {
    for deadlock in deadlocks(plan) {
        let code = match deadlock.kind {
            // The request itself says so already, at the place of its levels.
            DeadlockKind::Quorum => continue,
            DeadlockKind::Leave | DeadlockKind::Slot => Code::Deadlock,
            DeadlockKind::Night => Code::AskedAtNight,
        };
        findings.report_with(code, place, deadlock.what, Some(deadlock.next_step));
    }
}
