//! Sign-off sheets: what exactly is signed, and by whom.
//!
//! A sheet is computed from the state and never edited: the same state gives the
//! same bytes. Its digest is what people sign; one changed byte voids open slots.
//!
//! Source: Deploy SMF, outputs of Tables 4 and 5 (sign-off sheets).

mod complete;
mod kept;
mod sites;
mod stable;

pub use kept::{KeptDigest, KeptDigests, SheetsVersion};
pub use sites::site_rows;
pub use stable::milestone_facts;

use crate::digest::{Digest, canonical_digest, digest_of_tree};
use crate::event::Event;
use crate::id::SiteId;
use crate::machine::core_component::ComponentState;
use crate::machine::sign_off::{SignOffState, SignOffTransition};
use crate::role_type::RoleType;
use crate::run::TrackState;
use crate::scope::Scope;
use crate::state::State;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// A sheet of the deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sheet {
    /// The components in advance mode; opens the sites.
    CoreInterim,
    /// All core components.
    CoreFinal,
    /// One site.
    Site(SiteId),
    /// All sites.
    SitesComplete,
    /// The Deployment Stable Interim Milestone.
    DeploymentStable,
    /// What the quiet period showed.
    QuietPeriodReport,
    /// The review of the Deployment Complete Milestone, and the customer's acceptance.
    MilestoneReview,
    /// What the project leaves behind.
    CloseOut,
    /// An early end: why, and what becomes of everything.
    Termination,
}

/// One signature slot of a sheet, written `site/B27:site-owner`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
#[schemars(with = "String")]
pub struct SlotId {
    /// The sheet.
    pub sheet: Sheet,
    /// The role type that signs.
    pub role: RoleType,
}

impl Sheet {
    /// Returns the slots of the sheet, in the order in which they are asked.
    pub fn slots(&self) -> Vec<SlotId> {
        let roles: &[RoleType] = match self {
            Self::CoreInterim | Self::CoreFinal => {
                &[RoleType::ReleaseManagement, RoleType::Tester, RoleType::OperationsManager]
            }
            Self::Site(_) => &[RoleType::ReleaseManagement, RoleType::SiteOwner],
            Self::SitesComplete => {
                &[RoleType::ReleaseManagement, RoleType::ProgramManager, RoleType::ProductManager]
            }
            Self::DeploymentStable => &[
                RoleType::ProgramManager,
                RoleType::Customer,
                RoleType::OperationsManager,
                RoleType::SupportManager,
            ],
            Self::QuietPeriodReport => &[RoleType::OperationsManager, RoleType::SupportManager],
            Self::MilestoneReview => complete::REVIEW_SLOTS,
            Self::CloseOut => complete::CLOSE_OUT_SLOTS,
            Self::Termination => &[RoleType::SolutionManager, RoleType::Customer],
        };
        roles.iter().map(|role| SlotId { sheet: self.clone(), role: *role }).collect()
    }

    /// Returns the title of the sheet.
    pub fn title(&self) -> String {
        match self {
            Self::CoreInterim => "Core components deployed (interim)".to_owned(),
            Self::CoreFinal => "Core components deployed".to_owned(),
            Self::Site(site) => format!("Site {site} deployed"),
            Self::SitesComplete => "Site deployments complete".to_owned(),
            Self::DeploymentStable => "Deployment Stable".to_owned(),
            Self::QuietPeriodReport => "Performance in the quiet period".to_owned(),
            Self::MilestoneReview => "Deployment Complete: milestone review".to_owned(),
            Self::CloseOut => "Project close-out".to_owned(),
            Self::Termination => "Early termination".to_owned(),
        }
    }

    /// Returns what the sheet is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::CoreInterim | Self::CoreFinal => Scope::Core,
            Self::Site(site) => Scope::Site(site.clone()),
            Self::SitesComplete
            | Self::DeploymentStable
            | Self::QuietPeriodReport
            | Self::MilestoneReview
            | Self::CloseOut
            | Self::Termination => Scope::Deployment,
        }
    }
}

impl SlotId {
    /// Returns the sentence that a signature in this slot means.
    pub fn meaning(&self) -> String {
        match (&self.sheet, self.role) {
            (Sheet::CoreInterim | Sheet::CoreFinal, RoleType::Tester) => {
                "I verified the core components against the checks listed.".to_owned()
            }
            (Sheet::CoreInterim | Sheet::CoreFinal, RoleType::OperationsManager) => {
                "I accept the core components into operations.".to_owned()
            }
            (Sheet::CoreInterim | Sheet::CoreFinal, _) => {
                "The core components were deployed as authorised.".to_owned()
            }
            (Sheet::Site(site), RoleType::SiteOwner) => {
                format!("I confirm that site {site} is operating as expected.")
            }
            (Sheet::Site(site), _) => format!("Site {site} was deployed and verified."),
            (Sheet::SitesComplete, _) => {
                "All sites in scope are deployed and signed off by their owners.".to_owned()
            }
            (Sheet::DeploymentStable | Sheet::QuietPeriodReport, role) => {
                stable::meaning(&self.sheet, role).to_owned()
            }
            (Sheet::MilestoneReview | Sheet::CloseOut | Sheet::Termination, role) => {
                complete::meaning(&self.sheet, role).to_owned()
            }
        }
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CoreInterim => f.pad("core-interim"),
            Self::CoreFinal => f.pad("core"),
            Self::Site(site) => f.pad(&format!("site/{site}")),
            Self::SitesComplete => f.pad("sites-complete"),
            Self::DeploymentStable => f.pad("deployment-stable"),
            Self::QuietPeriodReport => f.pad("quiet-period-report"),
            Self::MilestoneReview => f.pad("milestone-review"),
            Self::CloseOut => f.pad("close-out"),
            Self::Termination => f.pad("termination"),
        }
    }
}

crate::as_text::as_text!(SlotId, |it, serializer| serializer.collect_str(it));

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.sheet, self.role.key()))
    }
}

/// A text names no sheet or slot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no sheet: write `core-interim`, `core`, `site/NAME`, `sites-complete`, `deployment-stable`, `quiet-period-report`, `milestone-review`, `close-out` or `termination`"
)]
pub struct InvalidSheet {
    /// What was given.
    pub text: String,
}

impl FromStr for Sheet {
    type Err = InvalidSheet;

    fn from_str(text: &str) -> Result<Self, InvalidSheet> {
        let invalid = || InvalidSheet { text: text.chars().take(80).collect() };
        match text.split_once('/') {
            None if text == "core-interim" => Ok(Self::CoreInterim),
            None if text == "core" => Ok(Self::CoreFinal),
            None if text == "sites-complete" => Ok(Self::SitesComplete),
            None if text == "deployment-stable" => Ok(Self::DeploymentStable),
            None if text == "quiet-period-report" => Ok(Self::QuietPeriodReport),
            None if text == "milestone-review" => Ok(Self::MilestoneReview),
            None if text == "close-out" => Ok(Self::CloseOut),
            None if text == "termination" => Ok(Self::Termination),
            Some(("site", id)) => id.parse().map(Self::Site).map_err(|_| invalid()),
            _ => Err(invalid()),
        }
    }
}

impl FromStr for SlotId {
    type Err = InvalidSheet;

    fn from_str(text: &str) -> Result<Self, InvalidSheet> {
        let invalid = || InvalidSheet { text: text.chars().take(80).collect() };
        let (sheet, role) = text.split_once(':').ok_or_else(invalid)?;
        Ok(Self { sheet: sheet.parse()?, role: role.parse().map_err(|_| invalid())? })
    }
}

impl TryFrom<String> for SlotId {
    type Error = InvalidSheet;
    fn try_from(text: String) -> Result<Self, InvalidSheet> {
        text.parse()
    }
}

impl From<SlotId> for String {
    fn from(slot: SlotId) -> Self {
        slot.to_string()
    }
}

/// Returns the sheet's body, as canonical JSON would hold it.
pub fn body(state: &State, sheet: &Sheet) -> Value {
    let mut head = json!({
        "sheet": sheet.to_string(),
        "title": sheet.title(),
        "deployment": state.plan.deployment,
        "release": {
            "name": state.plan.release.name,
            "version": state.plan.release.version,
            "sha256": state.index.release.unwrap_or_else(|| state.plan.release.digest()),
        },
        "purpose": state.purpose,
    });
    if let Some(head) = head.as_object_mut().filter(|_| !state.plan.environment.is_production()) {
        head.insert("environment".to_owned(), json!(state.plan.environment));
    }
    let facts = match sheet {
        Sheet::CoreInterim => core_facts(state, true),
        Sheet::CoreFinal => core_facts(state, false),
        Sheet::Site(site) => site_facts(state, site),
        Sheet::SitesComplete => sites_facts(state),
        Sheet::DeploymentStable => stable::deployment_stable(state),
        Sheet::QuietPeriodReport => stable::quiet_period_report(state),
        Sheet::MilestoneReview => complete::milestone_review(state),
        Sheet::CloseOut => complete::close_out(state),
        Sheet::Termination => complete::termination(state),
    };
    json!({ "head": head, "facts": facts })
}

/// Returns the digest that is signed.
pub fn digest(state: &State, sheet: &Sheet) -> Digest {
    let anew = || digest_of_tree(&body(state, sheet));
    match sheet {
        Sheet::Site(id) => {
            state.site(id).map_or_else(anew, |(_, it)| it.digest.or_anew(state.sheets, anew))
        }
        Sheet::CoreInterim
        | Sheet::CoreFinal
        | Sheet::SitesComplete
        | Sheet::DeploymentStable
        | Sheet::QuietPeriodReport
        | Sheet::MilestoneReview
        | Sheet::CloseOut
        | Sheet::Termination => state.digests.or_anew(sheet, anew),
    }
}

/// Returns that no signature on `sheet` counts any more: what is signed is superseded, and what is
/// asked for is void.
pub fn superseded(state: &State, sheet: &Sheet) -> Vec<Event> {
    let slots = sheet.slots().into_iter().filter_map(|slot| {
        let status = state.slots.get(&slot)?;
        let transition = match status.state {
            SignOffState::Signed => SignOffTransition::Superseded,
            SignOffState::Requested => SignOffTransition::Voided,
            SignOffState::Pending
            | SignOffState::Declined
            | SignOffState::Void
            | SignOffState::Superseded
            | SignOffState::Withdrawn => return None,
        };
        Some(Event::SignOff {
            slot,
            transition,
            document: status.document,
            meaning: None,
            statements: vec![],
            on_behalf_of: None,
            stamp: None,
            batch: None,
            gate: vec![],
        })
    });
    slots.collect()
}

fn core_facts(state: &State, interim: bool) -> Value {
    let listed = state
        .plan
        .components
        .iter()
        .zip(&state.components)
        .filter(|(planned, _)| !interim || planned.mode == crate::component::CoreMode::Advance);
    let rows = listed.map(|(planned, status)| {
        let counts = status.run.as_ref().map(crate::run::Run::counts_all).unwrap_or_default();
        // Accepting a component does not change what was signed.
        let is_verified =
            matches!(status.state, ComponentState::Verified | ComponentState::Accepted);
        let scope = Scope::Component(planned.id.clone());
        let probes: Vec<_> =
            crate::watching::of_component(&state.plan, &planned.id).map(|it| &it.id).collect();
        let mut row = json!({
            "component": planned.id,
            "function": planned.title,
            "authorised-by": sites::requests(state, planned),
            "began": status.run.as_ref().map(|it| it.began),
            "verified-at": state.site_care.verified.get(&planned.id),
            "checks": planned.checks.len(),
            "statements": sites::statements(state, &scope),
            "hosts": planned.hosts.len(),
            "needs": planned.needs,
            "verified": is_verified,
            "adopted": status.adopted,
            "as-found": state.site_care.found.get(&planned.id),
            "runs": status.runs,
            "hosts-done": counts.done,
            "failures-passed-over": passed_over(status.run.as_ref()),
            "rollback": planned.rollback,
        });
        if let Some(row) = row.as_object_mut().filter(|_| !probes.is_empty()) {
            row.insert("monitored-by".to_owned(), json!(probes));
        }
        // Said only where it was recorded: what was asked before stays what it was.
        let prechecked = state.prechecks.of.get(&planned.id);
        if let Some((row, prechecked)) = row.as_object_mut().zip(prechecked) {
            row.insert("looked-at-before".to_owned(), json!(prechecked));
        }
        row
    });
    let of_core = |it: &Scope| matches!(it, Scope::Core | Scope::Component(_));
    let open = state.incidents.closing_gates().filter(|it| it.scopes.iter().any(of_core));
    let open = open.map(|it| {
        json!({ "incident": it.number, "severity": it.severity,
        "text": it.title, "workaround": it.workaround })
    });
    let strategy = state.plan.strategy.as_ref().map(|it| &it.infrastructure);
    json!({
        "components": rows.collect::<Vec<_>>(),
        "waivers": active_waivers(state, of_core),
        "strategy": strategy,
        "open-issues": open.collect::<Vec<_>>(),
        "statements": sites::statements(state, &Scope::Core),
        "baseline": state.baseline,
    })
}

fn site_facts(state: &State, site: &SiteId) -> Value {
    let Some((planned, status)) = state.site(site) else { return Value::Null };
    let run = status.run.as_deref();
    let of = |wanted: TrackState| {
        let tracks = run.map(|it| it.tracks.as_slice()).unwrap_or_default();
        let each = |it: &&crate::run::Track| it.list == crate::run::StepList::EachComputer;
        let names = tracks
            .iter()
            .filter(each)
            .filter(|it| it.state == wanted)
            .filter_map(|it| planned.computers.get(it.computer as usize))
            .map(|it| it.id.to_string());
        names.collect::<Vec<_>>()
    };
    json!({
        "site": planned.id,
        "site-title": planned.title,
        "zone": planned.zone,
        "owner": planned.owner,
        "deputy": planned.deputy,
        "run": status.runs,
        "began": run.map(|it| it.began),
        "in-service": status.in_service,
        "computers": { "targeted": planned.computers.len(), "verified": of(TrackState::Done).len(),
            "excluded": of(TrackState::Excluded), "failed": of(TrackState::Failed), "lost": of(TrackState::Lost) },
        "users": { "targeted": planned.users },
        "failures-passed-over": passed_over(run),
        "incidents": incidents(state, site),
        "care": sites::care(state, site),
    })
}

/// Returns what went wrong at the site: incidents, and what is none but was said of it.
fn incidents(state: &State, site: &crate::id::SiteId) -> Vec<Value> {
    let said = state
        .signals
        .iter()
        .filter(|it| it.incident.is_none() && it.scope == Scope::Site(site.clone()));
    let said = said.map(|it| json!({ "severity": it.severity, "text": it.text, "at": it.at }));
    let here = state.incidents.list.iter().filter(|it| it.is_at(site));
    let incidents = here.map(|it| {
        json!({ "incident": it.number, "severity": it.severity, "text": it.title,
            "attribution": it.attribution, "at": it.detected(), "unresolved": it.is_unresolved() })
    });
    said.chain(incidents).collect()
}

fn sites_facts(state: &State) -> Value {
    use crate::machine::site::SiteState;
    let of = |wanted: SiteState| {
        let sites = state.plan.sites.iter().zip(&state.sites);
        sites
            .filter(|(_, it)| it.state == wanted)
            .map(|(it, _)| it.id.to_string())
            .collect::<Vec<_>>()
    };
    let in_scope = || crate::site_care::coverage::in_scope(state).map(|(it, _)| it);
    let users: u64 = in_scope().map(|it| u64::from(it.users)).sum();
    let computers: usize = in_scope().map(|it| it.computers.len()).sum();
    json!({
        "sites": state.plan.sites.len(),
        "signed-off": of(SiteState::SignedOff).len(),
        "signed-off-sha256": canonical_digest(&of(SiteState::SignedOff)),
        "exempt": of(SiteState::Exempt),
        "users": users,
        "computers": computers,
        "waivers": active_waivers(state, |_| true),
        "roll-up": sites::roll_up(state),
    })
}

fn passed_over(run: Option<&crate::run::Run>) -> u32 {
    let tracks = run.map(|it| it.tracks.as_slice()).unwrap_or_default();
    tracks.iter().map(|it| u32::from(it.passed_over)).sum()
}

fn active_waivers(state: &State, concerns: impl Fn(&Scope) -> bool) -> Vec<String> {
    use crate::machine::waiver::WaiverState;
    let granted = state.waivers.iter().filter(|it| it.state == WaiverState::Granted);
    let granted = granted.filter(|it| concerns(&it.scope));
    granted.map(|it| format!("{} at {}: {}", it.guard, it.scope, it.reason)).collect()
}
