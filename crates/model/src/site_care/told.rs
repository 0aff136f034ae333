//! What happened at sites, as sentences, and where.
//!
//! House rule: an entry reads as one sentence, without what only programs need.

use super::{Exempted, SiteCareEvent};
use crate::scope::Scope;
use std::fmt;

impl SiteCareEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Acknowledged { site, .. }
            | Self::AccessReported { site, .. }
            | Self::RequirementMet { site, .. }
            | Self::UseObserved { site, .. }
            | Self::LateJoined { site, .. }
            | Self::ExemptionRequested { site, .. }
            | Self::RevisitOpened { site, .. }
            | Self::ResumeDecided { site, .. } => Scope::Site(site.clone()),
            Self::ItemOpened { scope, .. } => scope.clone(),
            Self::ExemptionApproved { .. }
            | Self::ExemptionEnded { .. }
            | Self::ItemClosed { .. }
            | Self::RevisitAgreed { .. }
            | Self::RevisitClosed { .. }
            | Self::RevisitDropped { .. }
            | Self::ScopeChanged { .. } => Scope::Deployment,
        }
    }
}

impl fmt::Display for SiteCareEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acknowledged { site, version } => {
                write!(f, "site {site}: version {} of what to expect acknowledged", version.short())
            }
            Self::AccessReported { site, users, source } => {
                write!(f, "site {site}: {users} users have access ({source})")
            }
            Self::RequirementMet { site, requirement, evidence } => {
                write!(f, "site {site}: requirement {requirement} is met: {evidence}")
            }
            Self::UseObserved { site, percent, evidence } => {
                write!(f, "site {site}: used at {percent} % of usual: {evidence}")
            }
            Self::LateJoined { site, users, computers, note } => write!(
                f,
                "site {site}: {users} users and {computers} computers came after the sign-off: {note}"
            ),
            Self::ExemptionRequested { number, site, what, reason, until } => write!(
                f,
                "exemption {number} asked for: {what} of site {site} until {until}: {reason}"
            ),
            Self::ExemptionApproved { number, role } => {
                write!(f, "exemption {number} agreed to by {role}")
            }
            Self::ExemptionEnded { number, reason } => {
                write!(f, "exemption {number} no longer holds: {reason}")
            }
            Self::ItemOpened { number, scope, origin, text, owner, due } => {
                let begins = origin.to_string();
                let article =
                    if begins.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                write!(f, "item {number} at {scope}, from {article} {origin}: {text}")?;
                match (owner, due) {
                    (Some(owner), Some(due)) => write!(f, " ({owner}, {due})"),
                    (Some(owner), None) => write!(f, " ({owner})"),
                    (None, Some(due)) => write!(f, " (by {due})"),
                    (None, None) => Ok(()),
                }
            }
            Self::ItemClosed { number, how } => write!(f, "item {number} is done: {how}"),
            Self::RevisitOpened { number, site, cause, reference, reason } => {
                let reference = reference.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
                write!(f, "revisit {number} of site {site} wanted, by {cause}{reference}: {reason}")
            }
            Self::RevisitAgreed { number, rfc } => match rfc {
                Some(rfc) => write!(f, "revisit {number} begins, under {rfc}"),
                None => write!(f, "revisit {number} begins"),
            },
            Self::RevisitClosed { number } => write!(f, "revisit {number} is over"),
            Self::RevisitDropped { number, reason } => {
                write!(f, "revisit {number} is dropped: {reason}")
            }
            Self::ResumeDecided { site, reason } => {
                write!(f, "site {site} goes on as soon as it may: {reason}")
            }
            Self::ScopeChanged { added, removed, reason, .. } => {
                write!(f, "scope: {} came, {} left: {reason}", listed(added), listed(removed))
            }
        }
    }
}

fn listed(scopes: &[Scope]) -> String {
    if scopes.is_empty() {
        return "nothing".to_owned();
    }
    let named: Vec<String> = scopes.iter().take(6).map(ToString::to_string).collect();
    let more = if scopes.len() > named.len() { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}

impl fmt::Display for Exempted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Users(users) => write!(f, "{users} users"),
            Self::Computer(computer) => write!(f, "computer {computer}"),
        }
    }
}
