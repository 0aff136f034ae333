//! Attested paper: a sheet that was printed and signed by hand, and two people who say so.
//!
//! The printed sheet carries its digest. Somebody puts down whose signature it is, on which digest,
//! and the digest of the scan; another person compares scan and sheet and attests it. Only then the
//! slot is signed. It is never shown as an electronic signature: nobody showed that it is them.
//!
//! House rule: nobody attests a paper of their own, of the two one is not of the project, and a
//! delegate and whom they act for are one of the two.

use crate::digest::Digest;
use crate::evolve::{Happening, Impossible};
use crate::guard::GuardReading;
use crate::id::PersonId;
use crate::scope::Scope;
use crate::sheet::SlotId;
use crate::state::State;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum PaperEvent {
    /// Somebody put down a sheet that was signed by hand, as the first of two.
    Recorded {
        /// Its number, from 1.
        paper: u32,
        /// What is on it.
        signed: SignedPaper,
        /// For whom, where not for themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
    },
    /// A second person compared it, and the slot is signed.
    Attested {
        /// Its number.
        paper: u32,
        /// The slot.
        slot: SlotId,
        /// The digest that is printed on it.
        document: Digest,
        /// Whose signature it is.
        signer: PersonId,
        /// For whom they signed, where as a delegate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
        /// The sentence that it means, as it is printed.
        meaning: String,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// It is not what it was put down as.
    Rejected {
        /// Its number.
        paper: u32,
        /// Why.
        reason: String,
    },
}

/// A sheet that was signed by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SignedPaper {
    /// The slot.
    pub slot: SlotId,
    /// The digest that is printed on it.
    pub document: Digest,
    /// Whose signature it is.
    pub signer: PersonId,
    /// The day that stands beside it.
    pub signed_on: Date,
    /// Where paper and scan are kept.
    pub kept: String,
    /// The SHA-256 of the scan.
    pub scan: Digest,
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaperCommand {
    /// Put down a sheet that was signed by hand, as the first of two.
    Record {
        /// What is on it.
        signed: SignedPaper,
    },
    /// Attest it, as the second: the slot is signed on paper from then on.
    Attest {
        /// Its number.
        paper: u32,
        /// The SHA-256 of the scan that was compared.
        scan: Digest,
    },
    /// Say that it is not what it was put down as.
    Reject {
        /// Its number.
        paper: u32,
        /// Why.
        reason: String,
    },
}

/// A paper, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paper {
    /// What is on it.
    pub signed: SignedPaper,
    /// Who put it down.
    pub by: PersonId,
    /// For whom, where not for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// Who attested it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<(PersonId, Timestamp)>,
    /// Who rejected it, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<(PersonId, String)>,
}

impl Paper {
    /// Returns whether a second person is still wanted.
    pub fn is_open(&self) -> bool {
        self.attested.is_none() && self.rejected.is_none()
    }

    /// Returns the persons behind who put it down: they themselves, and for whom.
    pub fn behind(&self) -> impl Iterator<Item = &PersonId> {
        std::iter::once(&self.by).chain(&self.on_behalf_of)
    }
}

/// Every paper, the first having number 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Papers(pub Vec<Paper>);

impl Papers {
    /// Returns the paper with this number.
    pub fn get(&self, paper: u32) -> Option<&Paper> {
        self.0.get((paper as usize).checked_sub(1)?)
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &PaperEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let by = happening.by.clone().ok_or_else(|| Impossible::unknown("whoever attests"))?;
        if let PaperEvent::Recorded { signed, on_behalf_of, .. } = event {
            let (signed, at) = (signed.clone(), happening.at);
            let on_behalf_of = on_behalf_of.clone();
            self.0.push(Paper { signed, by, on_behalf_of, at, attested: None, rejected: None });
            return Ok(());
        }
        let (PaperEvent::Attested { paper, .. }
        | PaperEvent::Recorded { paper, .. }
        | PaperEvent::Rejected { paper, .. }) = event;
        let position = (*paper as usize).checked_sub(1);
        let found = position.and_then(|it| self.0.get_mut(it));
        let found = found.ok_or_else(|| Impossible::unknown("the paper"))?;
        match event {
            PaperEvent::Recorded { .. } => {}
            PaperEvent::Attested { .. } => found.attested = Some((by, happening.at)),
            PaperEvent::Rejected { reason, .. } => found.rejected = Some((by, reason.clone())),
        }
        Ok(())
    }
}

impl State {
    /// Returns the paper on which `slot` is signed, where it is signed on paper.
    pub fn on_paper(&self, slot: &SlotId) -> Option<&Paper> {
        self.papers.get(self.slots.get(slot)?.paper?)
    }

    /// Returns that `slot` is signed on paper, and who attested it, in words.
    pub fn said_on_paper(&self, slot: &SlotId) -> Option<String> {
        let paper = self.on_paper(slot)?;
        let (second, _) = paper.attested.as_ref()?;
        Some(format!(
            "on paper, by hand on {}, attested by {} and {}",
            paper.signed.signed_on, paper.by, second
        ))
    }
}

impl PaperEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Recorded { signed, .. } => signed.slot.sheet.scope(),
            Self::Attested { slot, .. } => slot.sheet.scope(),
            Self::Rejected { .. } => Scope::Deployment,
        }
    }
}

impl fmt::Display for PaperEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorded { paper, signed, on_behalf_of } => {
                let SignedPaper { slot, signer, signed_on, scan, .. } = signed;
                let behalf =
                    on_behalf_of.as_ref().map(|it| format!(", put down on behalf of {it}"));
                write!(
                    f,
                    "paper {paper}: {slot} signed by hand by {signer} on {signed_on}, scan {}{}; a second person is wanted",
                    scan.short(),
                    behalf.unwrap_or_default()
                )
            }
            Self::Attested { paper, slot, signer, .. } => {
                write!(f, "paper {paper} attested: {slot} is signed on paper by {signer}")
            }
            Self::Rejected { paper, reason } => write!(f, "paper {paper} rejected: {reason}"),
        }
    }
}
