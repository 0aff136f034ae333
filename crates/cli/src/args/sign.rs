//! What can be typed about sign-off sheets.

use clap::Args;
use documents::Language;
use model::id::SiteId;
use model::scope::Scope;
use model::sheet::{Sheet, SlotId};
use std::str::FromStr;

/// Print sign-off sheets with their digests and slots.
#[derive(Args, Debug)]
#[command(
    name = "sheet",
    after_help = "Examples:
  landfall sheet core
  landfall sheet core-interim
  landfall sheet site/B27 site/B28
  landfall sheet sites-complete --json"
)]
pub(crate) struct SheetOf {
    /// The sheets: `core`, `core-interim`, `site/NAME` or `sites-complete`.
    #[arg(value_name = "SHEET", required = true)]
    pub(crate) sheets: Vec<Sheet>,
}

/// Sign slots of sheets: exactly the sheets with these digests.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall sign site/B27:site-owner --digest 6854ed03
  landfall sign site/B01 site/B02 --digest 6854ed03 --digest 1b4f0e98
  landfall sign site/B27 --digest 6854ed03 --exception \"PC 7 is in repair; amara.abaroa; 2027-02-20\"
  landfall sign --all-mine
  landfall sign site/B27 --digest 6854ed03 --ssh-key ~/.ssh/id_ed25519
  landfall sign site/B27 --digest 6854ed03 --ssh-key agent --language de

With --ssh-key your own key signs exactly what is recorded; the plan names it under `ssh-keys`.
At a server that asks for it you are asked for your password, once for all slots.
A sheet without a role type means the slots of it that you may fill.
Without --digest each sheet is shown and you are asked, on a terminal.
Exit code 8 where a sheet is no longer the one with that digest.")]
pub(crate) struct Sign {
    /// The slots, such as `site/B27:site-owner`; or sheets, such as `site/B27`.
    #[arg(value_name = "SLOT", required_unless_present = "all_mine")]
    pub(crate) slots: Vec<Wanted>,
    /// Every site that you own or are deputy for and are asked to sign, in a batch: you look at a
    /// sample that is drawn, and sign once. See `landfall batch`.
    #[arg(long, conflicts_with = "slots")]
    pub(crate) all_mine: bool,
    /// What is open, with who sees to it and by when: `text; person; date`.
    #[arg(long = "exception", value_name = "TEXT")]
    pub(crate) exceptions: Vec<String>,
    /// The first digits, at least 8, of each sheet's digest.
    #[arg(long = "digest", value_name = "PREFIX")]
    pub(crate) digests: Vec<String>,
    /// The language in which you read what your signature means: `en` or `de`.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub(crate) language: Language,
}

/// Take your own signature back, before the milestone that rests on it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall withdraw site/B27:site-owner --reason \"The receipts print twice again\"")]
pub(crate) struct Withdraw {
    /// The slot.
    #[arg(value_name = "SLOT")]
    pub(crate) slot: SlotId,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Decline a slot; for a site owner, refuse the site.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall refuse site/B27 --reason \"The label printer prints empty labels\" --digest 6854ed03")]
pub(crate) struct Refuse {
    /// The slot, or the sheet.
    #[arg(value_name = "SLOT")]
    pub(crate) slot: Wanted,
    /// What must change; may be given several times.
    #[arg(long = "reason", value_name = "TEXT", required = true)]
    pub(crate) reasons: Vec<String>,
    /// The first digits, at least 8, of the sheet's digest.
    #[arg(long, value_name = "PREFIX")]
    pub(crate) digest: Option<String>,
}

/// State that what a site owner refused for has been resolved.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall resolve-refusal site/B27 --reason \"New printer driver, test label signed by the owner\"")]
pub(crate) struct ResolveRefusal {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// How it was resolved.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Go back to a site that was signed off.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall revisit site/B27 --reason \"Four more computers arrived\"")]
pub(crate) struct Revisit {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// A slot, or a sheet whose slots the person may fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Exactly this slot.
    Slot(SlotId),
    /// Those of this sheet that the person may fill.
    Sheet(Sheet),
}

impl Wanted {
    /// Returns the sheet.
    pub(crate) fn sheet(&self) -> &Sheet {
        match self {
            Self::Slot(slot) => &slot.sheet,
            Self::Sheet(sheet) => sheet,
        }
    }
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains(':') {
            text.parse().map(Self::Slot).map_err(|_| {
                "write a slot as `site/B27:site-owner`, or a sheet as `site/B27`".to_owned()
            })
        } else {
            text.parse().map(Self::Sheet).map_err(|it: model::sheet::InvalidSheet| it.to_string())
        }
    }
}

/// Returns the site that `text` names, with or without `site/` before it.
pub(crate) fn site(text: &str) -> Result<SiteId, String> {
    match text.parse() {
        Ok(Scope::Site(site)) => Ok(site),
        Ok(
            Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Ring(_) | Scope::Rfc(_),
        ) => Err("name a site: site/NAME".to_owned()),
        Err(_) => text.parse().map_err(|it: model::id::InvalidName| it.to_string()),
    }
}
