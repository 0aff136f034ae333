//! What happened at sites beside their deployment, in words that never change meaning.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use super::{Exempted, ItemOrigin, RevisitCause};
use crate::digest::Digest;
use crate::id::{LineId, PersonId, RfcId, SiteId};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SiteCareEvent {
    /// The owner acknowledged what the site is told to expect, in this very version.
    Acknowledged {
        /// The site.
        site: SiteId,
        /// The version.
        version: Digest,
    },
    /// Somebody counted the users who have access.
    AccessReported {
        /// The site.
        site: SiteId,
        /// How many.
        users: u32,
        /// How it is known.
        source: String,
    },
    /// A requirement of the site was stated to be met.
    RequirementMet {
        /// The site.
        site: SiteId,
        /// Which.
        requirement: LineId,
        /// What shows it.
        evidence: String,
    },
    /// Somebody said how much the site is used, compared with usual.
    UseObserved {
        /// The site.
        site: SiteId,
        /// The share of usual use, in percent.
        percent: u8,
        /// What shows it.
        evidence: String,
    },
    /// Users or computers came after the site was signed off: they belong to operations.
    LateJoined {
        /// The site.
        site: SiteId,
        /// How many users.
        users: u32,
        /// How many computers.
        computers: u32,
        /// Who they are.
        note: String,
    },
    /// Somebody asked that users or a computer be left out of what must be covered.
    ExemptionRequested {
        /// Its number, from 1.
        number: u32,
        /// The site.
        site: SiteId,
        /// What is left out.
        what: Exempted,
        /// Why.
        reason: String,
        /// The last day on which it holds, at the site.
        until: Date,
    },
    /// One of those who must agree to an exemption did.
    ExemptionApproved {
        /// Its number.
        number: u32,
        /// In which role.
        role: RoleType,
    },
    /// An exemption no longer holds.
    ExemptionEnded {
        /// Its number.
        number: u32,
        /// Why.
        reason: String,
    },
    /// Something outstanding was noted: a refusal's reason, or an exception.
    ItemOpened {
        /// Its number, from 1.
        number: u32,
        /// Where.
        scope: Scope,
        /// Where it comes from.
        origin: ItemOrigin,
        /// What is outstanding.
        text: String,
        /// Who sees to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<PersonId>,
        /// By when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    },
    /// Something outstanding was done.
    ItemClosed {
        /// Its number.
        number: u32,
        /// How.
        how: String,
    },
    /// Something asks for the team to go back to a site.
    RevisitOpened {
        /// Its number, from 1.
        number: u32,
        /// The site.
        site: SiteId,
        /// What asks for it.
        cause: RevisitCause,
        /// The incident, feedback or ticket, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// Why.
        reason: String,
    },
    /// The team goes back.
    RevisitAgreed {
        /// Its number.
        number: u32,
        /// The request for change that it runs under, where it is another than the site's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rfc: Option<RfcId>,
    },
    /// The owner signed again: the revisit is over.
    RevisitClosed {
        /// Its number.
        number: u32,
    },
    /// Nobody goes back after all.
    RevisitDropped {
        /// Its number.
        number: u32,
        /// Why.
        reason: String,
    },
    /// Somebody decided that a halted site goes on, as soon as it may.
    ResumeDecided {
        /// The site.
        site: SiteId,
        /// What the cause was, and what was decided.
        reason: String,
    },
    /// A revised plan changed what is to be covered.
    ScopeChanged {
        /// The components and sites that came.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        added: Vec<Scope>,
        /// The components and sites that left.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<Scope>,
        /// Targeted users before.
        users_before: u64,
        /// Targeted users after.
        users_after: u64,
        /// Targeted computers before.
        computers_before: u64,
        /// Targeted computers after.
        computers_after: u64,
        /// Why.
        reason: String,
    },
}
