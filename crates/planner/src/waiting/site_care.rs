//! What sites wait on beside their deployment: requirements, coverage, exemptions, revisits.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use crate::facts::Look;
use jiff::Timestamp;
use model::command::Command;
use model::guard::Guard;
use model::id::SiteId;
use model::machine::{SiteTransition, Transition};
use model::role_type::RoleType;
use model::scope::Scope;
use model::site::Site;
use model::site_care::coverage::coverage;
use model::site_care::terms::{RequirementKind, UserAccess, requirements};
use model::site_care::{Exempted, RevisitState, SiteCareCommand};
use model::state::State;
use std::collections::BTreeSet;

/// How long an exemption is asked for where nobody says otherwise, in days.
const EXEMPT_DAYS: i64 = 90;

/// Returns that a site where nothing is deployed has to be taken out of the scope.
pub(super) fn nothing_to_deploy(look: &Look<'_>, site: &Site, since: Timestamp) -> WaitingOn {
    let scope = Scope::Site(site.id.clone());
    let act = format!("exempt {scope}");
    let roles = [RoleType::ProgramManager, RoleType::Customer];
    let roles = super::deployment::lacking(look, &act, &roles);
    let text = format!("nothing is deployed at {}, which has to be agreed to", site.id);
    let reason = "nothing is deployed there".to_owned();
    let command = Command::Exempt { site: site.id.clone(), reason };
    WaitingOn::people(look.state, scope, text, since, &roles).with(command)
}

/// Returns `wait` with the command that supplies what it lacks, where it is one of ours.
pub(super) fn with_command(look: &Look<'_>, position: usize, wait: WaitingOn) -> WaitingOn {
    let Some(site) = look.plan().sites.get(position) else { return wait };
    let command = match wait.guard {
        Some(Guard::S9) => unmet(look, position, RequirementKind::Own),
        Some(Guard::S6) => unmet(look, position, RequirementKind::Resource),
        Some(Guard::V1 | Guard::SC2) => uncovered(look, site),
        Some(Guard::V3) if wait.next_look.is_none() => Some(SiteCareCommand::ObserveUse {
            site: site.id.clone(),
            percent: 100,
            evidence: String::new(),
        }),
        Some(_) | None => None,
    };
    match command {
        Some(command) => wait.with(Command::SiteCare(command)),
        None => wait,
    }
}

fn unmet(look: &Look<'_>, position: usize, kind: RequirementKind) -> Option<SiteCareCommand> {
    let site = look.plan().sites.get(position)?;
    let care = look.state.site_care.of(&site.id);
    let is_met = |id| care.is_some_and(|it| it.met.contains_key(id));
    let open = requirements(look.plan(), position).find(|it| it.kind == kind && !is_met(&it.id))?;
    Some(SiteCareCommand::MeetRequirement {
        site: site.id.clone(),
        requirement: open.id.clone(),
        evidence: String::new(),
    })
}

/// Returns what would cover the site: a computer's exemption, or the count of its users.
fn uncovered(look: &Look<'_>, site: &Site) -> Option<SiteCareCommand> {
    let coverage = coverage(look.state, &site.id)?;
    let asked = &look.state.site_care.exemptions;
    let is_asked = |what: &Exempted| {
        asked.iter().any(|it| it.site == site.id && it.ended.is_none() && it.what == *what)
    };
    let today = look.now.to_zoned(site.zone.rules()).date();
    let until = today.checked_add(jiff::Span::new().days(EXEMPT_DAYS)).ok()?;
    let exemption = |what: Exempted| SiteCareCommand::RequestExemption {
        site: site.id.clone(),
        what,
        reason: String::new(),
        until,
    };
    let computers = coverage.lacking.iter().map(|it| Exempted::Computer(it.clone()));
    if let Some(what) = computers.into_iter().find(|it| !is_asked(it)) {
        return Some(exemption(what));
    }
    let users = coverage.users;
    if coverage.user_access == UserAccess::Reported && !users.is_whole() {
        let users = u32::try_from(users.due()).ok()?;
        return Some(SiteCareCommand::ReportAccess {
            sites: vec![(site.id.clone(), users)],
            source: String::new(),
        });
    }
    None
}

/// Returns that what is lacking at a site has to be exempted, so that its owner can sign without
/// exceptions; nothing where all of it is covered, or asked to be exempt.
pub(super) fn not_whole(look: &Look<'_>, site: &Site) -> Option<WaitingOn> {
    let command = Command::SiteCare(uncovered(look, site)?);
    let scope = Scope::Site(site.id.clone());
    let what = format!(
        "{} is not wholly covered: the rest is exempted, or its owner signs with exceptions",
        site.id
    );
    let roles = [RoleType::ReleaseManagement, RoleType::Tester];
    let since = look.state.site(&site.id).map_or(look.now, |(_, it)| it.since);
    Some(WaitingOn::people(look.state, scope, what, since, &roles).with(command))
}

/// Returns the positions of the sites of which exemptions or revisits are asked for.
pub(super) fn asked(state: &State) -> BTreeSet<usize> {
    let care = &state.site_care;
    let exempted = care.exemptions.iter().filter(|it| it.ended.is_none()).map(|it| &it.site);
    let positions =
        exempted.chain(care.revisits.open_sites()).filter_map(|it| state.index.sites.get(it));
    positions.map(|it| *it as usize).collect()
}

/// Returns the exemptions of `site` that wait for somebody's agreement.
pub(super) fn exemptions(look: &Look<'_>, site: &SiteId) -> Vec<WaitingOn> {
    let state = look.state;
    let asked = state.site_care.exemptions.iter().zip(1_u32..);
    let asked = asked.filter(|(it, _)| it.site == *site && it.ended.is_none() && !it.holds());
    asked
        .map(|(exemption, number)| {
            let roles = [RoleType::ProductManager, RoleType::SiteOwner];
            let has_agreed = |role: &RoleType| exemption.approvals.iter().any(|(_, it)| it == role);
            let lacking: Vec<RoleType> =
                roles.into_iter().filter(|it| !has_agreed(it)).take(1).collect();
            let text = format!(
                "exemption {number} has to be agreed to: {} of {site}, {}",
                exemption.what, exemption.reason
            );
            let scope = Scope::Site(site.clone());
            let command = Command::SiteCare(SiteCareCommand::ApproveExemption { number });
            WaitingOn::people(state, scope, text, exemption.since, &lacking).with(command)
        })
        .collect()
}

/// Returns the revisits of `site` that somebody asked for and nobody has decided on.
pub(super) fn revisits(look: &Look<'_>, site: &SiteId) -> Vec<WaitingOn> {
    let state = look.state;
    let wanted = state.site_care.revisits.open_at(site);
    let wanted = wanted.filter(|(_, it)| it.state == RevisitState::Wanted);
    wanted
        .map(|(number, revisit)| {
            let scope = Scope::Site(site.clone());
            let standing = state.site(site).map(|(_, it)| it.state);
            if let Some(standing) = standing.filter(|it| SiteTransition::Revisited.follows(*it).is_none()) {
                let text = format!(
                    "revisit {number} of {site} is wanted, by {}, and cannot begin while the site is {standing}",
                    revisit.cause
                );
                return WaitingOn::system(scope, text, revisit.since);
            }
            let act = format!("revisit {scope}");
            let roles = [RoleType::ReleaseManagement, RoleType::ProductManager];
            let roles = super::deployment::lacking(look, &act, &roles);
            let text = format!(
                "revisit {number} of {site} is wanted, by {}: {}; it begins, or is dropped",
                revisit.cause, revisit.reason
            );
            let command = Command::SiteCare(SiteCareCommand::AgreeToRevisit { number, rfc: None });
            WaitingOn::people(state, scope, text, revisit.since, &roles).with(command)
        })
        .collect()
}
