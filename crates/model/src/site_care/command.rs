//! What people tell Landfall about sites.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use super::{Exempted, RevisitCause};
use crate::id::{LineId, RfcId, SiteId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SiteCareCommand {
    /// Report how many users have access, at one site or several at once.
    ReportAccess {
        /// Each site, and how many of its users.
        sites: Vec<(SiteId, u32)>,
        /// How it is known.
        source: String,
    },
    /// State that a requirement of a site is met.
    MeetRequirement {
        /// The site.
        site: SiteId,
        /// Which.
        requirement: LineId,
        /// What shows it.
        evidence: String,
    },
    /// State how much a site is used, compared with usual.
    ObserveUse {
        /// The site.
        site: SiteId,
        /// The share of usual use, in percent.
        percent: u8,
        /// What shows it.
        evidence: String,
    },
    /// Note users or computers that came after the sign-off.
    JoinLate {
        /// The site.
        site: SiteId,
        /// How many users.
        users: u32,
        /// How many computers.
        computers: u32,
        /// Who they are.
        note: String,
    },
    /// Ask that users or a computer be left out of what must be covered.
    RequestExemption {
        /// The site.
        site: SiteId,
        /// What is left out.
        what: Exempted,
        /// Why.
        reason: String,
        /// The last day on which it holds, at the site.
        until: Date,
    },
    /// Agree to an exemption.
    ApproveExemption {
        /// Its number.
        number: u32,
    },
    /// End an exemption, or turn down one that is asked for.
    EndExemption {
        /// Its number.
        number: u32,
        /// Why.
        reason: String,
    },
    /// State that something outstanding is done.
    CloseItem {
        /// Its number.
        number: u32,
        /// How.
        how: String,
    },
    /// Ask for the team to go back to a site.
    OpenRevisit {
        /// The site.
        site: SiteId,
        /// What asks for it.
        cause: RevisitCause,
        /// The incident, feedback or ticket.
        reference: Option<String>,
        /// Why.
        reason: String,
    },
    /// Go back to a site, as was asked.
    AgreeToRevisit {
        /// Its number.
        number: u32,
        /// The request for change that it runs under, where it is another than the site's.
        rfc: Option<RfcId>,
    },
    /// Do without a revisit.
    DropRevisit {
        /// Its number.
        number: u32,
        /// Why.
        reason: String,
    },
    /// Ask again whoever declined to sign, because what they said has been seen to.
    AskAgain {
        /// The slot.
        slot: crate::sheet::SlotId,
        /// How it was seen to.
        how: String,
    },
    /// Do without a component that has not begun.
    Descope {
        /// The component.
        component: crate::id::ComponentId,
        /// Why.
        reason: String,
    },
}
