//! The separation of duties as one table: which act is kept from whom, when that is looked at, and
//! what the three profiles make of it.
//!
//! A row reads: whoever `held` does not `act`. Where a profile relaxes the rule, the act is let
//! pass and disclosed; otherwise it is refused, with the next step.
//!
//! What an act asks beside this (who is named, how many sign, which side raised it) stands with the
//! act.
//!
//! House rule: docs/decisions/0010-solo-profile.md and 0031-one-table-of-duties.md.

// Long because: one table is read in one place, with the words for what it pairs.

use super::{Rule, SeparationRefusal};
use crate::id::PersonId;
use crate::profile::Profile;
use strum::{Display, VariantArray};

/// What somebody has done or is, or is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Duty {
    /// Has requested the change.
    #[strum(to_string = "requested the change")]
    Requested,
    /// Has written the plan of the change.
    #[strum(to_string = "wrote its plan")]
    Planned,
    /// Implements the change.
    #[strum(to_string = "implements it")]
    Implements,
    /// Has built what is deployed.
    #[strum(to_string = "built what is deployed")]
    Built,
    /// Has run the deployment.
    #[strum(to_string = "ran the deployment")]
    Ran,
    /// Is of the project.
    #[strum(to_string = "is of the project")]
    OfProject,
    /// Asked for the waiver.
    #[strum(to_string = "asked for the waiver")]
    AskedForWaiver,
    /// Gains by the waiver.
    #[strum(to_string = "gains by the waiver")]
    GainsByWaiver,
    /// Has approved the emergency.
    #[strum(to_string = "approved the emergency")]
    ApprovedEmergency,
    /// Answers the escalation.
    #[strum(to_string = "answers the escalation")]
    AnswersEscalation,
    /// Installs at the site.
    #[strum(to_string = "installs at the site")]
    Installs,
    /// Has written the revised plan.
    #[strum(to_string = "revises the plan")]
    RevisesPlan,
    /// Has signed the rest of the paper alone.
    #[strum(to_string = "signed the rest of it alone")]
    SignedAlone,
    /// Audits the deployment.
    #[strum(to_string = "audits it")]
    Audits,
    /// Approves the change.
    #[strum(to_string = "approves the change")]
    Approves,
    /// Starts the deployment.
    #[strum(to_string = "starts the deployment")]
    Starts,
    /// Verifies what was deployed.
    #[strum(to_string = "verifies it")]
    Verifies,
    /// Verifies by their own judgement.
    #[strum(to_string = "verifies it by hand")]
    VerifiesByHand,
    /// Signs for a site.
    #[strum(to_string = "signs for a site")]
    SignsForSite,
    /// Accepts for the customer.
    #[strum(to_string = "accepts for the customer")]
    AcceptsForCustomer,
    /// Takes over for operations or support.
    #[strum(to_string = "takes over")]
    TakesOver,
    /// Grants the waiver.
    #[strum(to_string = "grants the waiver")]
    GrantsWaiver,
    /// Takes a role type for themselves.
    #[strum(to_string = "takes a role type by it, alone")]
    TakesRole,
    /// Reviews the emergency.
    #[strum(to_string = "reviews the emergency")]
    ReviewsEmergency,
    /// Confirms a lower severity in the quiet period.
    #[strum(to_string = "confirms a lower severity")]
    ConfirmsDowngrade,
    /// Closes the escalation.
    #[strum(to_string = "closes the escalation")]
    ClosesEscalation,
    /// Exempts computers or users.
    #[strum(to_string = "exempts computers or users")]
    Exempts,
    /// Ends the survey early, or reads single answers.
    #[strum(to_string = "steers the survey")]
    SteersSurvey,
    /// Completes a paper that several sign.
    #[strum(to_string = "completes a sheet")]
    CompletesPaper,
    /// Changes anything.
    #[strum(to_string = "changes anything")]
    Changes,
}

/// When a separation is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Moment {
    /// When somebody is named for a role type.
    Assignment,
    /// When somebody approves, accepts or signs.
    Signature,
    /// When somebody does the work.
    Execution,
}

/// One row: whoever `held` does not `act`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separation {
    /// The rule.
    pub rule: Rule,
    /// What somebody has done or is.
    pub held: Duty,
    /// What is kept from them.
    pub act: Duty,
    /// When it is looked at.
    pub at: Moment,
    /// What is said of them.
    pub text: &'static str,
    /// What to do instead.
    pub next_step: &'static str,
}

const fn row(
    rule: Rule,
    pair: (Duty, Duty),
    at: Moment,
    text: &'static str,
    next_step: &'static str,
) -> Separation {
    Separation { rule, held: pair.0, act: pair.1, at, text, next_step }
}

const APPROVE: &str = "ask another member of the Change Authority to approve it";
const VERIFY: &str = "ask a Tester who neither built nor ran it";
const WAIVE: &str = "ask another of those who may waive the guard";

/// Every separation of duties.
pub const TABLE: &[Separation] = {
    use Duty as D;
    use Moment::{Assignment, Execution, Signature};
    use Rule as R;
    &[
        row(
            R::RequesterNeverApproves,
            (D::Requested, D::Approves),
            Signature,
            "requested this change and cannot approve it",
            APPROVE,
        ),
        row(
            R::ImplementerNeverApproves,
            (D::Planned, D::Approves),
            Signature,
            "wrote the plan of this change and cannot approve it",
            APPROVE,
        ),
        row(
            R::ImplementerNeverApproves,
            (D::Implements, D::Approves),
            Signature,
            "implements this change and cannot approve it",
            APPROVE,
        ),
        row(
            R::BuilderStandsAside,
            (D::Built, D::Approves),
            Signature,
            "built what this change installs and cannot approve it",
            APPROVE,
        ),
        row(
            R::BuilderStandsAside,
            (D::Built, D::Starts),
            Execution,
            "built what would be deployed and cannot start its deployment",
            "let somebody of Release Management start it who did not build it",
        ),
        row(
            R::BuilderStandsAside,
            (D::Built, D::Verifies),
            Signature,
            "built what was deployed and cannot verify it",
            VERIFY,
        ),
        row(
            R::BuilderStandsAside,
            (D::Built, D::VerifiesByHand),
            Execution,
            "built what was deployed and cannot verify it",
            VERIFY,
        ),
        row(
            R::RunnerNeverVerifies,
            (D::Ran, D::VerifiesByHand),
            Execution,
            "ran this deployment and cannot verify it by hand",
            VERIFY,
        ),
        row(
            R::OwnerSignsForSite,
            (D::OfProject, D::SignsForSite),
            Signature,
            "is of the project and cannot sign for a site",
            "name an owner or a deputy of the site who is not of the project",
        ),
        row(
            R::CustomerAccepts,
            (D::OfProject, D::AcceptsForCustomer),
            Signature,
            "is of the project and cannot accept for the customer",
            "ask the customer to accept, or to name a delegate who is not of the project",
        ),
        row(
            R::OutsidersTakeOver,
            (D::OfProject, D::TakesOver),
            Signature,
            "is of the project and cannot take over from it",
            "ask somebody of Operations or Support who is not of the project",
        ),
        row(
            R::WaiverNeedsOthers,
            (D::AskedForWaiver, D::GrantsWaiver),
            Signature,
            "asked for this waiver and cannot grant it",
            WAIVE,
        ),
        row(
            R::WaiverNeedsOthers,
            (D::GainsByWaiver, D::GrantsWaiver),
            Signature,
            "gains by this waiver and cannot grant it",
            WAIVE,
        ),
        row(
            R::AdministratorNeverSigns,
            (D::RevisesPlan, D::TakesRole),
            Assignment,
            "would take a role type by a plan of their own",
            "let somebody else revise the plan, or the Solution Manager agree to it",
        ),
        row(
            R::EmergencyReviewedByAnother,
            (D::ApprovedEmergency, D::ReviewsEmergency),
            Signature,
            "approved this emergency and cannot review it",
            "ask another member of the Change Authority to review it",
        ),
        row(
            R::DowngradeConfirmedOutside,
            (D::OfProject, D::ConfirmsDowngrade),
            Signature,
            "is of the project and cannot confirm a lower severity",
            "ask Operations or Support to confirm it",
        ),
        row(
            R::RaiserClosesEscalation,
            (D::AnswersEscalation, D::ClosesEscalation),
            Signature,
            "answers this escalation and cannot close it",
            "ask the side that raised it",
        ),
        row(
            R::InstallerNeverExempts,
            (D::Installs, D::Exempts),
            Signature,
            "installs here and cannot exempt what was not installed",
            "ask the Product Manager and the owner of the site",
        ),
        row(
            R::SurveyIsNotTheProjects,
            (D::OfProject, D::SteersSurvey),
            Execution,
            "is of the project and cannot steer the survey",
            "let it run to its end",
        ),
        row(
            R::SheetsHaveSeveralSigners,
            (D::SignedAlone, D::CompletesPaper),
            Signature,
            "has signed the rest of this alone",
            "let another person sign in one of the role types",
        ),
        row(
            R::AuditorOnlyReads,
            (D::Audits, D::Changes),
            Execution,
            "is an auditor, who reads everything and changes nothing",
            "ask somebody else to act",
        ),
    ]
};

/// Returns the rules relaxed where `person`, who `held` these duties, does `act`.
///
/// # Errors
///
/// With the first row that keeps the act from them and that the profile does not relax.
pub fn judge(
    person: &PersonId,
    held: &[Duty],
    act: Duty,
    profile: Profile,
) -> Result<Vec<Rule>, SeparationRefusal> {
    let mut relaxed = Vec::new();
    for row in TABLE.iter().filter(|it| it.act == act && held.contains(&it.held)) {
        let Separation { rule, next_step, .. } = *row;
        if !profile.relaxes(rule) {
            return Err(SeparationRefusal {
                rule,
                text: format!("{person} {}", row.text),
                next_step,
            });
        }
        if !relaxed.contains(&rule) {
            relaxed.push(rule);
        }
    }
    Ok(relaxed)
}
