//! Gates: the moments at which guards are read.
//!
//! Source: Deploy SMF, Processes 1 to 4: what must be true before the next step.

use super::Guard;
use serde::{Deserialize, Serialize};
use strum::{Display, VariantArray};

/// A moment at which guards are read.
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
    VariantArray,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Before the plan becomes the baseline.
    #[strum(to_string = "Entry")]
    Entry,
    /// Before the scope changes.
    #[strum(to_string = "Scope")]
    Scope,
    /// Before halted work goes on.
    #[strum(to_string = "Resume")]
    Resume,
    /// Before a core component is touched.
    #[strum(to_string = "Core start")]
    CoreStart,
    /// Before a core component counts as verified.
    #[strum(to_string = "Verify")]
    Verify,
    /// Before anything is undone.
    #[strum(to_string = "Roll back")]
    RollBack,
    /// Before the core components sign-off sheet is signed.
    #[strum(to_string = "Core sheet")]
    CoreSheet,
    /// Before a site is touched.
    #[strum(to_string = "Site start")]
    SiteStart,
    /// Before the next batch of computers of a site.
    #[strum(to_string = "Site phase")]
    SitePhase,
    /// Before a site owner signs.
    #[strum(to_string = "Site sign-off")]
    SiteSignOff,
    /// Before the site deployments sign-off sheet is signed.
    #[strum(to_string = "Sites complete")]
    SitesComplete,
    /// Before the Deployment Stable Interim Milestone.
    #[strum(to_string = "Deployment Stable")]
    DeploymentStable,
    /// Before the quiet period ends.
    #[strum(to_string = "Quiet period")]
    QuietPeriod,
    /// Before the Deployment Complete Milestone.
    #[strum(to_string = "Deployment Complete")]
    DeploymentComplete,
    /// Before the deployment is closed.
    #[strum(to_string = "Close")]
    Close,
    /// Before the deployment is terminated early.
    #[strum(to_string = "Terminate")]
    Terminate,
    /// On the way of a request for change.
    #[strum(to_string = "RFC")]
    RequestForChange,
    /// Before a signature is taken.
    #[strum(to_string = "Signature")]
    Signature,
    /// On the way of an incident.
    #[strum(to_string = "Incident")]
    Incident,
    /// On the way of an escalation.
    #[strum(to_string = "Escalation")]
    Escalation,
    /// Before a milestone is reviewed and approved.
    #[strum(to_string = "Milestone")]
    Milestone,
    /// On the way of a team member.
    #[strum(to_string = "Assignment")]
    Assignment,
    /// Before a waiver is granted.
    #[strum(to_string = "Waiver")]
    Waiver,
    /// Before a document is issued for signature.
    #[strum(to_string = "Document")]
    Document,
}

impl Gate {
    /// Returns the guards of the gate, in the catalogue's order.
    pub fn guards(self) -> impl Iterator<Item = Guard> {
        Guard::VARIANTS.iter().copied().filter(move |guard| guard.gate() == self)
    }
}

impl Guard {
    /// Returns the gate at which the guard is first read.
    pub fn gate(self) -> Gate {
        match self {
            Self::E1
            | Self::E2
            | Self::E3
            | Self::E4
            | Self::E5
            | Self::E6
            | Self::E7
            | Self::E8
            | Self::E9 => Gate::Entry,
            Self::X1 => Gate::Scope,
            Self::H1 => Gate::Resume,
            Self::C1 | Self::C2 | Self::C3 | Self::C5 => Gate::CoreStart,
            Self::C6 => Gate::Verify,
            Self::C7 => Gate::RollBack,
            Self::CS1 => Gate::CoreSheet,
            Self::S1
            | Self::S2
            | Self::S3
            | Self::S4
            | Self::S5
            | Self::S6
            | Self::S7
            | Self::S8
            | Self::S9 => Gate::SiteStart,
            Self::S10 => Gate::SitePhase,
            Self::V1 | Self::V2 | Self::V3 | Self::V4 | Self::V5 | Self::V6 => Gate::SiteSignOff,
            Self::SC1 | Self::SC2 | Self::SC3 => Gate::SitesComplete,
            Self::ST1
            | Self::ST2
            | Self::ST3
            | Self::ST4
            | Self::ST5
            | Self::ST6
            | Self::ST7
            | Self::ST8 => Gate::DeploymentStable,
            Self::Q1 | Self::Q2 | Self::Q3 | Self::Q4 => Gate::QuietPeriod,
            Self::D1
            | Self::D2
            | Self::D3
            | Self::D4
            | Self::D5
            | Self::D6
            | Self::D7
            | Self::D8
            | Self::D9 => Gate::DeploymentComplete,
            Self::K1
            | Self::K2
            | Self::K3
            | Self::K4
            | Self::K5
            | Self::K6
            | Self::K7
            | Self::K8 => Gate::Close,
            Self::TR1 | Self::TR2 | Self::TR3 => Gate::Terminate,
            Self::RF1
            | Self::RF2
            | Self::RF3
            | Self::RF4
            | Self::RF5
            | Self::RF6
            | Self::RF7
            | Self::RF8 => Gate::RequestForChange,
            Self::SG1 | Self::SG2 | Self::SG3 | Self::SG4 | Self::SG5 | Self::SG6 => {
                Gate::Signature
            }
            Self::I1 | Self::I2 | Self::I3 | Self::I4 | Self::I5 => Gate::Incident,
            Self::ES1 | Self::ES2 => Gate::Escalation,
            Self::M1 | Self::M2 | Self::M3 => Gate::Milestone,
            Self::A1 | Self::A2 | Self::A3 => Gate::Assignment,
            Self::W1 => Gate::Waiver,
            Self::DC1 => Gate::Document,
        }
    }
}
