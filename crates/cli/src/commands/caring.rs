//! What sites are promised and show: coverage, requirements, outstanding items, revisits.

use crate::args::care::{AskAgain, Coverage, Descope, Fulfil, ItemOf, Revisits};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::command::Command;
use model::id::SiteId;
use model::scope::Scope;
use model::site_care::coverage;
use model::site_care::{Exempted, SiteCareCommand};
use serde_json::json;
use std::path::Path;

/// The largest file of coverage that is read, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

async fn done(mut desk: Desk, scope: &Scope, command: SiteCareCommand) -> Result<Exit, Fault> {
    desk.act_and_tell(scope, &Command::SiteCare(command)).await?;
    Ok(Exit::Done)
}

pub(crate) async fn coverage(it: &Coverage, desk: Desk) -> Result<Exit, Fault> {
    let at = |site: &SiteId| Scope::Site(site.clone());
    match it {
        Coverage::Show(it) => show(&it.sites, &desk),
        Coverage::Set(it) => {
            let sites = vec![(it.site.clone(), it.users_with_access)];
            let source = it.source.clone();
            let command = SiteCareCommand::ReportAccess { sites, source };
            done(desk, &at(&it.site), command).await
        }
        Coverage::Import(it) => {
            let (sites, source) = (counted(&it.file)?, it.source.clone());
            let command = SiteCareCommand::ReportAccess { sites, source };
            done(desk, &Scope::Deployment, command).await
        }
        Coverage::Used(it) => {
            let (site, evidence) = (it.site.clone(), it.evidence.clone());
            let command = SiteCareCommand::ObserveUse { site, percent: it.percent, evidence };
            done(desk, &at(&it.site), command).await
        }
        Coverage::Exempt(it) => {
            let what = match (&it.computer, it.users) {
                (Some(computer), _) => Exempted::Computer(computer.clone()),
                (None, users) => Exempted::Users(users.unwrap_or_default()),
            };
            let (site, reason, until) = (it.site.clone(), it.reason.clone(), it.until);
            let command = SiteCareCommand::RequestExemption { site, what, reason, until };
            done(desk, &at(&it.site), command).await
        }
        Coverage::Approve(it) => {
            let number = it.number;
            done(desk, &Scope::Deployment, SiteCareCommand::ApproveExemption { number }).await
        }
        Coverage::End(it) => {
            let (number, reason) = (it.number, it.reason.clone());
            done(desk, &Scope::Deployment, SiteCareCommand::EndExemption { number, reason }).await
        }
        Coverage::Late(it) => {
            let (site, note) = (it.site.clone(), it.note.clone());
            let (users, computers) = (it.users, it.computers);
            let command = SiteCareCommand::JoinLate { site, users, computers, note };
            done(desk, &at(&it.site), command).await
        }
    }
}

fn show(sites: &[SiteId], desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    for site in sites {
        desk.known(state, &Scope::Site(site.clone()))?;
    }
    let all = || state.plan.sites.iter().map(|it| it.id.clone()).collect();
    let sites: Vec<SiteId> = if sites.is_empty() { all() } else { sites.to_vec() };
    let values: Vec<_> = sites
        .iter()
        .map(|it| json!({ "site": it, "coverage": coverage::coverage(state, it) }))
        .collect();
    desk.terminal.answer(&values, || render::care::coverage_page(state, &sites))?;
    Ok(Exit::Done)
}

/// Reads how many users of which sites have access.
fn counted(file: &Path) -> Result<Vec<(SiteId, u32)>, Fault> {
    let length = std::fs::metadata(file).map_err(|it| Fault::of_file(file, &it))?.len();
    if length > FILE_BYTES_MAX {
        let what = format!("{} has {length} bytes", file.display());
        return Err(Fault::usage(what, format!("give at most {FILE_BYTES_MAX}")));
    }
    let text = std::fs::read_to_string(file).map_err(|it| Fault::of_file(file, &it))?;
    read_counts(&text).map_err(|(line, why)| {
        let next = "give the columns site and users_with_access, a site a line";
        Fault::usage(format!("{}, line {line}: {why}", file.display()), next)
    })
}

/// Returns the counts in `text`; where it is wrong, the number of the line, and why.
fn read_counts(text: &str) -> Result<Vec<(SiteId, u32)>, (usize, String)> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().zip(1_usize..);
    let fields = |line: &str| -> Vec<String> {
        line.split(',').map(|it| it.trim().trim_matches('"').to_owned()).collect()
    };
    let (head, _) = lines.next().ok_or((1, "the file is empty".to_owned()))?;
    let head = fields(head);
    let column = |name: &str| {
        let found = head.iter().position(|it| it == name);
        found.ok_or_else(|| (1, format!("there is no column {name}")))
    };
    let (site_at, users_at) = (column("site")?, column("users_with_access")?);
    let rows = lines.filter(|(line, _)| !line.trim().is_empty());
    rows.map(|(line, number)| {
        let fields = fields(line);
        let field = |at: usize| fields.get(at).map(String::as_str).unwrap_or_default();
        let site = field(site_at).parse::<SiteId>().map_err(|it| (number, it.to_string()))?;
        let users = field(users_at)
            .parse::<u32>()
            .map_err(|_| (number, format!("`{}` is not a count", field(users_at))))?;
        Ok((site, users))
    })
    .collect()
}

pub(crate) async fn fulfil(it: &Fulfil, desk: Desk) -> Result<Exit, Fault> {
    let (site, evidence) = (it.site.clone(), it.evidence.clone());
    let requirement = it.requirement.clone();
    let command = SiteCareCommand::MeetRequirement { site, requirement, evidence };
    done(desk, &Scope::Site(it.site.clone()), command).await
}

pub(crate) async fn item(it: &ItemOf, desk: Desk) -> Result<Exit, Fault> {
    match it {
        ItemOf::List(it) => {
            let state = desk.state();
            desk.terminal.answer(&state.site_care.items, || render::care::items(state, it.all))?;
            Ok(Exit::Done)
        }
        ItemOf::Close(it) => {
            let (number, how) = (it.number, it.how.clone());
            done(desk, &Scope::Deployment, SiteCareCommand::CloseItem { number, how }).await
        }
    }
}

pub(crate) async fn revisits(it: &Revisits, desk: Desk) -> Result<Exit, Fault> {
    match it {
        Revisits::List(_) => {
            let state = desk.state();
            desk.terminal.answer(&state.site_care.revisits, || render::care::revisits(state))?;
            Ok(Exit::Done)
        }
        Revisits::Open(it) => {
            let command = SiteCareCommand::OpenRevisit {
                site: it.site.clone(),
                cause: it.cause,
                reference: it.reference.clone(),
                reason: it.reason.clone(),
            };
            done(desk, &Scope::Site(it.site.clone()), command).await
        }
        Revisits::Agree(it) => {
            let (number, rfc) = (it.number, it.under.clone());
            let command = SiteCareCommand::AgreeToRevisit { number, rfc };
            done(desk, &Scope::Deployment, command).await
        }
        Revisits::Drop(it) => {
            let (number, reason) = (it.number, it.reason.clone());
            done(desk, &Scope::Deployment, SiteCareCommand::DropRevisit { number, reason }).await
        }
    }
}

pub(crate) async fn ask_again(it: &AskAgain, desk: Desk) -> Result<Exit, Fault> {
    let (slot, how) = (it.slot.clone(), it.how.clone());
    done(desk, &it.slot.sheet.scope(), SiteCareCommand::AskAgain { slot, how }).await
}

pub(crate) async fn descope(it: &Descope, desk: Desk) -> Result<Exit, Fault> {
    let (component, reason) = (it.component.clone(), it.reason.clone());
    let scope = Scope::Component(component.clone());
    done(desk, &scope, SiteCareCommand::Descope { component, reason }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_by_the_names_of_their_columns() {
        let read = read_counts("ring,site,users_with_access\nearly,B02,36\n\nearly,B03,7\n");
        let read: Vec<_> =
            read.unwrap().into_iter().map(|(site, users)| (site.to_string(), users)).collect();
        assert_eq!(read, [("B02".to_owned(), 36), ("B03".to_owned(), 7)]);
        for (text, line, why) in [
            ("", 1, "the file is empty"),
            ("site,users\n", 1, "there is no column users_with_access"),
            ("site,users_with_access\nB02,many\n", 2, "`many` is not a count"),
            ("site,users_with_access\nB02,-1\n", 2, "`-1` is not a count"),
        ] {
            assert_eq!(read_counts(text), Err((line, why.to_owned())));
        }
    }
}
