//! What can be typed on the way to Release Readiness.

use super::assessment::Found;
use clap::{ArgGroup, Args, Subcommand};
use jiff::civil::Date;
use model::companion_plans::Experience;
use model::digest::Digest;
use model::evidence::Evidence;
use model::id::{LineId, PersonId};
use model::milestone::Recommendation;
use model::release::{Condition, ReadinessDecision};
use model::release_readiness::{InputKind, ReadinessVote};
use model::role_type::RoleType;
use std::path::PathBuf;

/// What has to be on record before a deployment begins: declared, registered, accepted, decided.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall release-readiness show
  landfall release-readiness vote go --as philippa.nyberg
  landfall release-readiness review go --on 2027-01-15 --as sabela.roig

Of what is voted on, accepted or acknowledged, --digest names exactly what was shown.")]
pub(crate) enum ReleaseReadiness {
    /// Show where all of it stands: release, inputs, pilot, issues, criteria, votes, decision, risks.
    #[command(after_help = "Examples:
  landfall release-readiness show
  landfall release-readiness show --json")]
    Show,
    /// Declare the release final: fully tested, and good enough to deploy.
    #[command(after_help = "Examples:
  landfall release-readiness declare-final --tests \"412 of 412 passed, report T-88\" --digest 9f2c41d0")]
    DeclareFinal {
        /// What was tested, and with what result.
        #[arg(long, value_name = "TEXT")]
        tests: String,
        #[command(flatten)]
        shown: Shown,
    },
    /// Put an input into the register, by its digest. After the baseline it takes a reason.
    #[command(after_help = "Examples:
  landfall release-readiness input test-results --kind test-results --source https://tests.example/88 --file report.pdf
  landfall release-readiness input pilot-report --kind pilot-report --source \"Archive, box 4\" --sha256 6854ed033606fafd0b7221d6e1195af7ba0d2cd78c9d2d61d3cd1131db229c4e --reason \"Signed copy\"")]
    #[command(group = ArgGroup::new("what").required(true).args(["file", "sha256"]))]
    Input {
        /// Its name.
        #[arg(value_name = "NAME")]
        input: LineId,
        /// What it is: release, release-notes, test-results, pilot-report, plan or document.
        #[arg(long, value_name = "KIND")]
        kind: InputKind,
        /// Where it comes from.
        #[arg(long, value_name = "TEXT")]
        source: String,
        /// The file; its digest is computed.
        #[arg(long, value_name = "PATH")]
        file: Option<PathBuf>,
        /// Its SHA-256, where the file is elsewhere.
        #[arg(long, value_name = "DIGEST")]
        sha256: Option<Digest>,
        /// Why the register changes after the baseline.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Put down what the pilot showed for a success criterion. What it did not meet becomes a risk.
    #[command(after_help = "Examples:
  landfall release-readiness pilot SC-3 --value \"1.9 s\" --not-met --how \"95th percentile at B01\" --evidence https://graphs.example/pilot")]
    Pilot {
        /// The criterion.
        #[arg(value_name = "CRITERION")]
        criterion: LineId,
        #[command(flatten)]
        found: Found,
    },
    /// Accept the known issues, as Product Manager or Program Manager.
    #[command(after_help = "Examples:
  landfall release-readiness accept-issues --digest 1b4f0e98 --as lucan.ferreira")]
    AcceptIssues {
        #[command(flatten)]
        shown: Shown,
    },
    /// Say that the known issues are in the knowledge base of support.
    #[command(after_help = "Examples:
  landfall release-readiness publish-issues --place https://kb.example/fieldgate --as esteban.hale")]
    PublishIssues {
        /// Where they are.
        #[arg(long, value_name = "TEXT")]
        place: String,
    },
    /// Acknowledge the success criteria, as the customer.
    #[command(after_help = "Examples:
  landfall release-readiness acknowledge-criteria --digest 6854ed03 --as winifred.castellane")]
    AcknowledgeCriteria {
        #[command(flatten)]
        shown: Shown,
    },
    /// Show the strategy for the infrastructure: approach, order, rollback, windows, contacts.
    #[command(after_help = "Examples:
  landfall release-readiness strategy
  landfall release-readiness strategy --json")]
    Strategy,
    /// Record how it was decided to deploy.
    #[command(after_help = "Examples:
  landfall release-readiness decide-strategy --on 2026-12-21 --by program-manager --by solution-manager --infrastructure \"Core components in advance\" --sites \"Five rings, by night\"")]
    DecideStrategy {
        /// The day of the decision.
        #[arg(long, value_name = "DATE")]
        on: Date,
        /// Which role types decided it; may be given several times.
        #[arg(long = "by", value_name = "ROLE", required = true)]
        by: Vec<RoleType>,
        /// What was decided for the infrastructure.
        #[arg(long, value_name = "TEXT")]
        infrastructure: String,
        /// What was decided for the sites.
        #[arg(long, value_name = "TEXT")]
        sites: String,
    },
    /// Tell what experience the team has with such an infrastructure, or what stands in for it.
    #[command(after_help = "Examples:
  landfall release-readiness experience --similar \"Granary 7 at 38 branches in 2024\"
  landfall release-readiness experience --extra-approver \"Nobody has moved a register before\"")]
    Experience(Experienced),
    /// Vote on the release, in each of your role types of the project.
    #[command(after_help = "Examples:
  landfall release-readiness vote go --digest 9f2c41d0 --as philippa.nyberg
  landfall release-readiness vote no-go --reason \"The restore test failed twice\" --digest 9f2c41d0")]
    Vote {
        /// What you recommend: go, no-go or abstain.
        #[arg(value_name = "VOTE")]
        recommendation: Recommendation,
        /// Why; needed for anything but go.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        shown: Shown,
    },
    /// Record what the Release Readiness review decided on this release.
    #[command(after_help = "Examples:
  landfall release-readiness review go --on 2027-01-15 --digest 9f2c41d0
  landfall release-readiness review go-with-conditions --on 2027-01-15 --condition \"RRC-1; Rehearse the rollback once more; ivo.marchetti; 2027-01-21\" --digest 9f2c41d0
  landfall release-readiness review go --on 2027-01-15 --minutes https://minutes.example/rr --vote \"tester; Philippa Nyberg; go\" --digest 9f2c41d0

The votes are those that were cast here. A review that was held elsewhere names its minutes, and
gives its votes with --vote. Where votes stand against one another, the Solution Manager decides.")]
    Review(Box<Decided>),
    /// Say that a condition of the decision is fulfilled.
    #[command(after_help = "Examples:
  landfall release-readiness close-condition RRC-1 --evidence \"Rehearsed on 2027-01-20, report 12\"")]
    CloseCondition {
        /// The condition.
        #[arg(value_name = "CONDITION")]
        condition: LineId,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// Carry a condition on as an open item, with who sees to it and by when.
    #[command(after_help = "Examples:
  landfall release-readiness carry-condition RRC-2 --owner noor.vasquez --due 2027-02-20 --reason \"Needed at B25 only\"")]
    CarryCondition {
        /// The condition.
        #[arg(value_name = "CONDITION")]
        condition: LineId,
        /// Who sees to it.
        #[arg(long, value_name = "PERSON")]
        owner: PersonId,
        /// By when.
        #[arg(long, value_name = "DATE")]
        due: Date,
        /// Why it need not be fulfilled before.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Exactly what was shown.
#[derive(Args, Clone, Debug)]
pub(crate) struct Shown {
    /// The first digits, at least 8, of the digest of what was shown; asked on a terminal without.
    #[arg(long, value_name = "PREFIX")]
    pub(crate) digest: Option<String>,
}

/// What the team has as experience.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("experience").required(true).args(["similar", "rehearsed", "help_from", "extra_approver"]))]
pub(crate) struct Experienced {
    /// It has deployed a similar infrastructure: what, where and when.
    #[arg(long, value_name = "TEXT")]
    similar: Option<String>,
    /// It has not, and rehearsed this deployment: with what result.
    #[arg(long, value_name = "TEXT")]
    rehearsed: Option<String>,
    /// It has not, and somebody with experience helps: who.
    #[arg(long, value_name = "TEXT")]
    help_from: Option<String>,
    /// It has not, and one person more approves each change of the core: why that is enough.
    #[arg(long, value_name = "TEXT")]
    extra_approver: Option<String>,
}

impl Experienced {
    /// Returns it in the words of the model.
    pub(crate) fn experience(self) -> Experience {
        let similar = self.similar.map(Experience::Similar);
        let rehearsed = self.rehearsed.map(Experience::Rehearsed);
        let help = self.help_from.map(Experience::Help);
        let extra = Experience::ExtraApprover(self.extra_approver.unwrap_or_default());
        similar.or(rehearsed).or(help).unwrap_or(extra)
    }
}

/// What a review decided.
#[derive(Args, Clone, Debug)]
pub(crate) struct Decided {
    /// What was decided: go, go-with-conditions or no-go.
    #[arg(value_name = "DECISION", value_parser = decision)]
    pub(crate) decision: ReadinessDecision,
    /// The day of the review.
    #[arg(long, value_name = "DATE")]
    pub(crate) on: Date,
    /// A condition: `name; text; who sees to it; date`; may be given several times.
    #[arg(long = "condition", value_name = "TEXT", value_parser = condition)]
    pub(crate) conditions: Vec<Condition>,
    /// Where the minutes are, of a review that was held elsewhere.
    #[arg(long, value_name = "EVIDENCE")]
    pub(crate) minutes: Option<Evidence>,
    /// A vote of those minutes: `role type; name; go`; may be given several times.
    #[arg(long = "vote", value_name = "TEXT", value_parser = vote, requires = "minutes")]
    pub(crate) votes: Vec<ReadinessVote>,
    /// Why; needed for no-go, and where somebody voted against it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

fn decision(text: &str) -> Result<ReadinessDecision, String> {
    match text {
        "go" => Ok(ReadinessDecision::Go),
        "go-with-conditions" => Ok(ReadinessDecision::GoWithConditions),
        "no-go" => Ok(ReadinessDecision::NoGo),
        _ => Err("write go, go-with-conditions or no-go".to_owned()),
    }
}

fn parts(text: &str) -> Vec<&str> {
    text.split(';').map(str::trim).collect()
}

fn condition(text: &str) -> Result<Condition, String> {
    let [id, what, owner, due] = parts(text)[..] else {
        return Err("write `name; text; who sees to it; date`".to_owned());
    };
    Ok(Condition {
        id: id.parse().map_err(|it: model::id::InvalidName| it.to_string())?,
        text: what.to_owned(),
        owner: owner.parse().map_err(|it: model::id::InvalidName| it.to_string())?,
        due: due.parse().map_err(|_| format!("`{due}` is no date such as 2027-01-21"))?,
    })
}

fn vote(text: &str) -> Result<ReadinessVote, String> {
    let (role, by, recommendation, reason) = match parts(text)[..] {
        [role, by, vote] => (role, by, vote, None),
        [role, by, vote, reason] => (role, by, vote, Some(reason.to_owned())),
        _ => return Err("write `role type; name; go`, and a reason where it is not go".to_owned()),
    };
    Ok(ReadinessVote {
        role: role.parse().map_err(|it: model::role_type::UnknownRoleType| it.to_string())?,
        by: by.to_owned(),
        recommendation: recommendation
            .parse()
            .map_err(|_| format!("`{recommendation}` is none of go, no-go and abstain"))?,
        reason,
    })
}
