//! Links: what somebody who has no account, or no hands free, opens on their phone.

use crate::followed::Followed;
use crate::visitor::Visitor;
use jiff::Timestamp;
use model::id::{DeploymentId, PersonId, SiteId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a link opens, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LinkTo {
    /// An account, once: its person logs in and chooses how to come in from then on.
    Account,
    /// One site's page, until it was signed or refused there.
    Site {
        /// The deployment.
        deployment: DeploymentId,
        /// The site.
        site: SiteId,
        /// Who made the link.
        by: PersonId,
    },
    /// What its person's calendar reads.
    Calendar,
}

/// A link that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The person whom it lets in.
    pub person: PersonId,
    /// The mail address that it was sent to; nothing where it is for its maker to hand over.
    pub sent_to: Option<String>,
    /// The link, where it is for its maker to hand over: it is shown once.
    pub address: Option<String>,
    /// When it ends.
    pub ends: Timestamp,
}

/// A link to a site that was opened.
pub struct Opened {
    /// Whom it lets in, to this site only.
    pub visitor: Visitor,
    /// The deployment.
    pub followed: Arc<Followed>,
    /// The site.
    pub site: SiteId,
    /// Who made it.
    pub by: PersonId,
}
