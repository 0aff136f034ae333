//! Guards: what must be true before something may happen, each with an id that people quote.
//!
//! A guard is a sentence, who can say whether it is true, and who may waive it.
//! How it is read stands beside what it is about: here are only its words.
//! The catalogue (`catalogue/guards.psv`) holds the same 98 lines as data.
//!
//! Source: Deploy SMF, Processes 1 to 4, and Change and Configuration SMF for the RFC.

mod evaluation;
mod gate;
mod reading;
mod waivability;

pub use evaluation::EvaluatedBy;
pub use gate::Gate;
pub use reading::{GuardReading, InvalidReading, Supplier, Verdict};
pub use waivability::Waivability;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumMessage, EnumString, IntoStaticStr, VariantArray};

/// What must be true. The doc sentence of each is its text, as it is shown to people.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
pub enum Guard {
    /// The Release Readiness decision is GO for exactly this release, and each of its conditions is closed or carried on.
    E1,
    /// Every deliverable is present and has the digest of the release manifest.
    E2,
    /// The master project plan holds deployment, communications, operations, support and training plans.
    E3,
    /// At least one measurable success criterion is acknowledged by the customer.
    E4,
    /// Every required role type is held, and no person holds two that must be separate.
    E5,
    /// Every component and site template has a rollback, or a decision to fix forward.
    E6,
    /// No blocker is open, and the known problems are accepted.
    E7,
    /// The deployment strategy was decided on record before the baseline.
    E8,
    /// The plan is valid, its simulation finishes, and its windows exist in every time zone.
    E9,
    /// The change of scope is approved, and by the customer too if it removes anything.
    X1,
    /// The cause is recorded, and every unknown outcome is resolved one by one.
    H1,
    /// An authorised RFC names this component, covers exactly this plan part, and its window is open now.
    C1,
    /// The components that this one needs are verified or accepted, and healthy now.
    C2,
    /// The infrastructure strategy is documented.
    C3,
    /// The pre-checks pass: capacity, a point to restore from, contacts on shift.
    C5,
    /// All mandatory checks pass, and the computers hold the bytes of the release.
    C6,
    /// The rollback is authorised, and whatever data it loses is acknowledged.
    C7,
    /// All components are verified or descoped, no Sev1 or Sev2 is open on them, and their monitoring is live.
    CS1,
    /// The core components that this site needs are in place: all of them, or its own in parallel mode.
    S1,
    /// An authorised RFC covers this site and this window.
    S2,
    /// The site has an owner, who acknowledged what to expect and when.
    S3,
    /// The messages that are due were delivered, with no more bounces than the limit.
    S4,
    /// Enough users of the site are trained.
    S5,
    /// Transfer and installation fit the window, or the payload waits there verified; disk, power and people are ready.
    S6,
    /// It is inside the site's window, and outside every freeze and local holiday.
    S7,
    /// The ring before this one is healthy and has soaked, and nothing is held.
    S8,
    /// The site's own pre-checks and requirements are done.
    S9,
    /// Enough computers of the phase succeeded, and the site had no Sev1 or Sev2 since it began.
    S10,
    /// All mandatory checks pass, and enough computers and users are covered.
    V1,
    /// No Sev1 or Sev2 incident of the solution is open at this site.
    V2,
    /// The site has been observed for the agreed time, in normal use.
    V3,
    /// Release Management has signed the technical verification.
    V4,
    /// Every outstanding item has an owner and a date.
    V5,
    /// Training and user material were delivered at the site.
    V6,
    /// Every site in scope is signed off or exempt.
    SC1,
    /// Every computer and user that is not exempt is covered, over all sites.
    SC2,
    /// The core components sign-off sheet is locked.
    SC3,
    /// The site deployments sign-off sheet is locked.
    ST1,
    /// No Sev1 is open, Sev2 are within the limit and each has a workaround, and the trend does not rise.
    ST2,
    /// The escalation path is documented, and a drill was answered in time.
    ST3,
    /// Operations and Support accepted the readiness checklist.
    ST4,
    /// Every operations guide is published for this release and acknowledged.
    ST5,
    /// Monitoring has reported from enough sites for long enough.
    ST6,
    /// Every team member leaves or stays by a recorded answer, and handed over what he or she knows.
    ST7,
    /// The customer and the project team signed that the solution operates satisfactorily.
    ST8,
    /// The quiet period has ended, extensions included, and was not shorter than its minimum.
    Q1,
    /// Every criterion of an uneventful quiet period is met.
    Q2,
    /// The measurements are complete enough, and their gaps are explained.
    Q3,
    /// At least 15 days have passed, and every criterion is met.
    Q4,
    /// The quiet period is completed: uneventful, or accepted as it was.
    D1,
    /// All sites are signed off or exempt, none has to reconfirm, and no Sev1 or Sev2 is open.
    D2,
    /// The satisfaction survey is closed, the customer answered, and the results are in the report.
    D3,
    /// Nobody is still assigned but for oversight, on-call ends today, and everything has a permanent owner.
    D4,
    /// No escalation is open.
    D5,
    /// The deployment reports are generated and attached.
    D6,
    /// The customer has signed the acceptance.
    D7,
    /// Every success criterion is evaluated, and the customer accepted those that are not met.
    D8,
    /// Every role type of the project has signed the milestone review report.
    D9,
    /// The Deployment Complete Milestone is approved.
    K1,
    /// The post-project analysis has a contribution, or a recorded refusal, from everybody who was asked.
    K2,
    /// Solution Manager, Program Manager, customer and operations have signed the close-out report.
    K3,
    /// Every RFC is closed, with its review.
    K4,
    /// Every open item has accepted an owner outside the project.
    K5,
    /// The project team's production access is revoked, and that is proven.
    K6,
    /// The evidence package is exported, verified offline and stored.
    K7,
    /// Lessons and follow-on actions have owners, and the benefit review has a date.
    K8,
    /// Each component and site is kept, rolled back or handed over as decided, or accepted as it is.
    TR1,
    /// Operations and Support accept what stays in production.
    TR2,
    /// Solution Manager and customer have signed the termination report, with reason and lessons.
    TR3,
    /// The RFC is complete: its fields, a rollback plan, test evidence, what it affects.
    RF1,
    /// The approvers neither requested nor implement it, and are as many as its category asks for.
    RF2,
    /// The change schedule holds no unresolved conflict with it.
    RF3,
    /// The emergency is justified, and the approver on call is identified.
    RF4,
    /// It matches a standard change that is authorised in advance, within that one's limits.
    RF5,
    /// The window lies inside the authorisation, and inside the window of the site or component.
    RF6,
    /// The plan part that is about to run has the authorised digest.
    RF7,
    /// The review after implementation is done, and that of an emergency too.
    RF8,
    /// Everything that this signature rests on is true.
    SG1,
    /// The signer has authenticated again, now, with the factors that the profile asks for, where it asks for any.
    SG2,
    /// The signer was shown exactly what is signed, and what signing it means.
    SG3,
    /// This person may hold this signature together with his or her others.
    SG4,
    /// Each exception has an owner and a date.
    SG5,
    /// The delegate may hold this signature, and was named in writing beforehand.
    SG6,
    /// A second person confirms, where it is a Sev1 or Sev2 or falls in the quiet period.
    I1,
    /// The first and second line of support have tried their steps, or it is a Sev1.
    I2,
    /// The check passes, or a user at the site confirms.
    I3,
    /// The incident is still within the limit for reopening.
    I4,
    /// Operations or Support confirm the lower severity or the other cause, not the project team.
    I5,
    /// Whoever confirms is of the side that escalated.
    ES1,
    /// The known error has a workaround and an owner.
    ES2,
    /// Every guard of the milestone's gate is met or waived.
    M1,
    /// Every required signature stands on the same document digest.
    M2,
    /// Each follow-on action has an owner outside the project, and a date.
    M3,
    /// The person may hold these role types together.
    A1,
    /// Whoever receives the knowledge has accepted its transfer.
    A2,
    /// The person's production access is revoked.
    A3,
    /// The guard can be waived, enough others approve, and the waiver ends by the next milestone.
    W1,
    /// The required sections are filled, and the readings of its gate are attached.
    DC1,
}

impl Guard {
    /// Returns what must be true, as one sentence of at most 120 letters.
    pub fn text(self) -> &'static str {
        self.get_documentation().expect("because every guard has a doc sentence")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::role_type::RoleType;

    /// The rows of the catalogue: id, gate, guard, evaluated by, waivable, authority, record.
    pub(crate) fn catalogue() -> impl Iterator<Item = [&'static str; 7]> {
        (include_str!("../catalogue/guards.psv").lines())
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split(" || ").collect::<Vec<_>>().try_into().unwrap())
    }

    /// The role types whose codes stand in `text`, in their order there.
    pub(crate) fn roles_in(text: &str) -> Vec<RoleType> {
        let words = text.split(|it: char| !it.is_ascii_alphanumeric());
        words.filter_map(|word| word.parse().ok()).collect()
    }

    #[test]
    fn the_guards_and_their_gates_are_those_of_the_catalogue() {
        let ours: Vec<_> =
            Guard::VARIANTS.iter().map(|it| [it.to_string(), it.gate().to_string()]).collect();
        let theirs: Vec<_> =
            catalogue().map(|[id, gate, ..]| [id.to_owned(), gate.to_owned()]).collect();
        assert_eq!(ours, theirs);
        assert_eq!(ours.len(), 98);
    }

    #[test]
    fn the_text_of_a_guard_is_one_short_sentence() {
        for guard in Guard::VARIANTS {
            let text = guard.text();
            assert!(text.len() <= 120 && text.ends_with('.') && !text.contains('\n'), "{guard}");
        }
    }

    #[test]
    fn a_guard_reads_back_from_its_id() {
        for guard in Guard::VARIANTS {
            assert_eq!(guard.to_string().parse(), Ok(*guard));
            assert_eq!(serde_json::to_value(guard).unwrap(), guard.to_string());
        }
    }
}
