//! Computers of sites and components: listed, counted, or given another address.
//!
//! House rule: a name that exists is a valid name, also where it was made from a pattern.

use super::Building;
use super::names::{Names, unique};
use crate::code::Code;
use crate::span::At;
use crate::written::{self, Computers, SiteDefaults};
use model::component::Computer;
use model::id::{ComponentId, ComputerId, InvalidName, SiteId};
use std::collections::{HashMap, HashSet};

/// The name of a computer that is only counted, where the plan says nothing.
const COMPUTER_NAME: &str = "pc-${number}";

/// The network name of a computer that is only counted, where the plan says nothing.
const COMPUTER_HOST: &str = "${computer}.${site}";

/// The most computers of one site.
const COMPUTERS_MAX: u32 = 100_000;

/// Addresses of computers, given apart from their sites and components.
#[derive(Default)]
pub(crate) struct Addresses {
    pub(super) sites: HashMap<SiteId, HashMap<ComputerId, At<String>>>,
    components: HashMap<ComponentId, HashMap<ComputerId, At<String>>>,
}

impl Addresses {
    pub(super) fn of_component(
        &self,
        id: &ComponentId,
    ) -> Option<&HashMap<ComputerId, At<String>>> {
        self.components.get(id)
    }
}

impl Building<'_> {
    pub(super) fn addresses(&mut self, written: Vec<written::ComputerAddress>) -> Addresses {
        let mut all = Addresses::default();
        for row in written {
            let host = match row.port {
                Some(port) if row.host.contains(':') => format!("[{}]:{port}", row.host),
                Some(port) => format!("{}:{port}", row.host),
                None => row.host,
            };
            let (id, host) = (row.computer.value, At::new(host, row.computer.at));
            let earlier = match (row.site, row.component) {
                (Some(site), None) => all.sites.entry(site.value).or_default().insert(id, host),
                (None, Some(component)) => {
                    all.components.entry(component.value).or_default().insert(id, host)
                }
                (Some(_), Some(_)) | (None, None) => {
                    let what = "a computer belongs either to a site or to a component";
                    self.findings.report_with(
                        Code::MissingKey,
                        row.computer.at,
                        what,
                        Some("fill in one of `site` and `component`"),
                    );
                    None
                }
            };
            if let Some(earlier) = earlier {
                let what =
                    format!("this computer has an address already, in line {}", earlier.at.line);
                self.findings.report(Code::DuplicateName, row.computer.at, what);
            }
        }
        all
    }

    /// Gives `computers` the addresses given apart; every address must belong to one of them.
    pub(super) fn readdress(
        &mut self,
        computers: &mut [Computer],
        addresses: &HashMap<ComputerId, At<String>>,
    ) {
        let mut used = 0;
        for computer in computers.iter_mut() {
            if let Some(host) = addresses.get(&computer.id) {
                computer.host.clone_from(&host.value);
                used += 1;
            }
        }
        if used == addresses.len() {
            return;
        }
        let known: HashSet<&ComputerId> = computers.iter().map(|it| &it.id).collect();
        let mut unknown: Vec<_> = addresses.iter().filter(|(id, _)| !known.contains(id)).collect();
        unknown.sort_by_key(|(_, host)| host.at);
        for (id, host) in unknown {
            let known = |_: &Names| computers.iter().map(|it| it.id.clone()).collect();
            self.knows("computer", &At::new(id.clone(), host.at), false, known);
        }
    }

    pub(super) fn placed_addresses(&mut self, sites: &[written::Site], addresses: &Addresses) {
        if addresses.sites.is_empty() && addresses.components.is_empty() {
            return;
        }
        let known: HashSet<&SiteId> = sites.iter().map(|it| &it.id.value).collect();
        let strays = addresses.sites.iter().filter(|(site, _)| !known.contains(site));
        let strays = strays.filter_map(|(site, hosts)| {
            Some(At::new(site.clone(), hosts.values().map(|it| it.at).min()?))
        });
        for stray in strays.collect::<Vec<_>>() {
            let known = |_: &Names| sites.iter().map(|it| it.id.value.clone()).collect();
            self.knows("site", &stray, false, known);
        }
        let components = addresses.components.iter();
        let components = components.filter_map(|(id, hosts)| {
            Some(At::new(id.clone(), hosts.values().map(|it| it.at).min()?))
        });
        for component in components.collect::<Vec<_>>() {
            self.knows_component(&component);
        }
    }

    pub(super) fn computers(
        &mut self,
        written: &written::Site,
        defaults: &SiteDefaults,
    ) -> Vec<Computer> {
        let count = match &written.computers {
            Some(Computers::Listed(listed)) if !listed.is_empty() => {
                unique(self.findings, "computer", listed.iter().map(|it| &it.id));
                let computer = |it: &written::Computer| Computer {
                    id: it.id.value.clone(),
                    host: it.host.clone().unwrap_or_else(|| it.id.to_string()),
                };
                return listed.iter().map(computer).collect();
            }
            Some(Computers::Count(count)) => *count,
            Some(Computers::Listed(_)) | None => 0,
        };
        if count == 0 && self.cuts.is_incomplete(written.id.as_str()) {
            return vec![];
        }
        if count == 0 || count > COMPUTERS_MAX {
            let what = format!("the site `{}` has {count} computers", *written.id);
            let help = format!("write how many there are, from 1 to {COMPUTERS_MAX}, or list them");
            self.findings.report_with(Code::NoComputers, written.id.at, what, Some(help));
            return vec![];
        }
        let mut counted = Vec::with_capacity(count as usize);
        for number in 1..=count {
            match counted_computer(&written.id, number, defaults) {
                Ok(computer) => counted.push(computer),
                Err(why) => {
                    let at = defaults.computer.as_ref().map_or(written.id.at, |it| it.at);
                    self.findings.report(Code::BadValue, at, why);
                    break;
                }
            }
        }
        if let [first, second, ..] = counted.as_slice()
            && first.id == second.id
        {
            let at = defaults.computer.as_ref().map_or(written.id.at, |it| it.at);
            let what =
                format!("all computers of the site `{}` are named `{}`", *written.id, first.id);
            let help = "add `${number}` to the name, or list the computers";
            self.findings.report_with(Code::DuplicateName, at, what, Some(help));
        }
        counted
    }
}

/// Returns computer `number` of `site`, named after the patterns of `defaults`.
fn counted_computer(
    site: &SiteId,
    number: u32,
    defaults: &SiteDefaults,
) -> Result<Computer, String> {
    let number = format!("{number:02}");
    let name = defaults.computer.as_ref().map_or(COMPUTER_NAME, |it| it.value.as_str());
    let name = name.replace("${number}", &number).replace("${site}", site.as_str());
    let id: ComputerId = name.parse().map_err(|error: InvalidName| error.to_string())?;
    let host = defaults.host.as_ref().map_or(COMPUTER_HOST, |it| it.value.as_str());
    let host = host
        .replace("${number}", &number)
        .replace("${site}", site.as_str())
        .replace("${computer}", id.as_str());
    if host.contains("${") || host.is_empty() {
        return Err(format!(
            "the host pattern gives `{host}`: use only `${{computer}}`, `${{site}}` and `${{number}}`"
        ));
    }
    Ok(Computer { id, host: host.to_lowercase() })
}
