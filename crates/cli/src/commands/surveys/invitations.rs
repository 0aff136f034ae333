//! Invitations of users: a link each, beside the address to which it is sent where that is known.
//!
//! The addresses of users stay in the file they came from: the record knows digests of links only,
//! so nobody can tell from it who answered what (SOD-14).

use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use model::command::Command;
use model::digest::Digest;
use model::id::SiteId;
use model::survey::{SurveyCommand, due_at, invitees_at};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// How many random bytes a link holds: nobody guesses 128 bits.
const LINK_BYTES: usize = 16;

/// How many sites are invited in one entry of the database: so that none grows without end.
const SITES_AT_ONCE: usize = 500;

/// The longest address: that of a mailbox (RFC 5321, 4.5.3.1.3).
const ADDRESS_LENGTH_MAX: usize = 254;

/// The users of sites, by the addresses at which they can be reached.
type Addresses = BTreeMap<SiteId, Vec<String>>;

/// The links of one site.
#[derive(Serialize)]
struct Invited {
    site: SiteId,
    links: Vec<String>,
    /// To whom each of them is sent, in their order; empty where that is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<String>,
}

/// Returns the secret of `link`, which is the secret alone or the whole address of its page.
pub(super) fn token_of(link: &str) -> &str {
    link.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// Makes the links of the users of `sites`; of all that have not been invited, where `all`. With a
/// file of addresses, each link is one user's; of more users than are due, chance draws.
pub(super) async fn invite(
    mut desk: Desk,
    sites: Vec<SiteId>,
    all: bool,
    addresses: Option<&Path>,
) -> Result<Exit, Fault> {
    let state = desk.state();
    let Some(round) = state.surveys.open() else {
        let next = "`landfall survey open` opens one";
        return Err(Fault::new(Exit::Refused, "no survey is open").next(next));
    };
    let due: Vec<(SiteId, u32)> = if all {
        invitees_at(state, round).map(|(site, due)| (site.clone(), due)).collect()
    } else {
        let users = |it: &SiteId| state.site(it).map_or(0, |(site, _)| site.users);
        sites.iter().map(|it| (it.clone(), due_at(users(it), round.sample_percent))).collect()
    };
    let mut known = addresses.map(read).transpose()?;
    let mut invited = Vec::new();
    for (site, due) in &due {
        let links = (0..*due).map(|_| link()).collect::<Result<Vec<String>, Fault>>()?;
        let addresses = match &mut known {
            None => vec![],
            Some(known) => drawn(site, known.remove(site).unwrap_or_default(), *due)?,
        };
        invited.push(Invited { site: site.clone(), links, addresses });
    }
    let page = desk.address_of(&format!("/s/{}/", desk.deployment()));
    let (mut recorded, mut failed) = (0, None);
    for sites in invited.chunks(SITES_AT_ONCE) {
        let digests = |it: &Invited| it.links.iter().map(|it| Digest::of(it.as_bytes())).collect();
        let invitations = sites.iter().map(|it| (it.site.clone(), digests(it))).collect();
        let acted = desk.act(&Command::Survey(SurveyCommand::Invite { invitations })).await;
        match acted {
            Ok(acted) if acted.repeated => failed = Some(invited_before()),
            Ok(_) => recorded += sites.len(),
            Err(fault) => failed = Some(fault),
        }
        if failed.is_some() {
            break;
        }
    }
    // What is recorded is shown now or never: the record holds no link.
    invited.truncate(recorded);
    let links = invited.iter_mut().flat_map(|it| &mut it.links);
    links.for_each(|it| it.insert_str(0, page.as_deref().unwrap_or_default()));
    if failed.is_none() || recorded > 0 {
        desk.terminal.answer(&invited, || invited.iter().flat_map(lines).collect())?;
    }
    failed.map_or(Ok(Exit::Done), Err)
}

fn invited_before() -> Fault {
    let what = "these users were invited by this act before, and their links were shown then";
    let next = "`landfall survey show` says which sites are asked";
    Fault::new(Exit::Refused, what).next(next)
}

/// Returns a line a link: its site, the link, and to whom it is sent.
fn lines(invited: &Invited) -> impl Iterator<Item = String> + '_ {
    let Invited { site, links, addresses } = invited;
    links.iter().enumerate().map(move |(place, link)| match addresses.get(place) {
        Some(address) => format!("{site} {link} {address}\n"),
        None => format!("{site} {link}\n"),
    })
}

fn link() -> Result<String, Fault> {
    let mut bytes = [0; LINK_BYTES];
    getrandom::fill(&mut bytes).map_err(no_chance)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

fn no_chance(error: getrandom::Error) -> Fault {
    Fault::new(Exit::Failure, "this computer gives no random numbers").why(error.to_string())
}

/// Returns `due` of the `addresses` of `site`, drawn by chance: nobody chooses who is asked.
fn drawn(site: &SiteId, mut addresses: Vec<String>, due: u32) -> Result<Vec<String>, Fault> {
    let due = due as usize;
    if addresses.len() < due {
        let what = format!("{} addresses of {site}, and {due} users are asked", addresses.len());
        let next = "give the address of each user of the site, or correct `users` in the plan";
        return Err(Fault::usage(what, next));
    }
    for place in 0..due {
        let left = (addresses.len() - place) as u64;
        let chance = getrandom::u64().map_err(no_chance)?;
        addresses.swap(place, place + usize::try_from(chance % left).unwrap_or_default());
    }
    addresses.truncate(due);
    Ok(addresses)
}

/// Returns the addresses in `file`, which has the columns `site` and `address`.
fn read(file: &Path) -> Result<Addresses, Fault> {
    let text = std::fs::read(file).map_err(|error| Fault::of_file(file, &error))?;
    parsed(&text).map_err(|what| {
        let next = "give one user a row, with the columns `site` and `address`";
        Fault::usage(format!("{}: {what}", file.display()), next)
    })
}

fn parsed(text: &[u8]) -> Result<Addresses, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let headings = reader.headers().map_err(|it| it.to_string())?.clone();
    let column = |name: &str| {
        let place = headings.iter().position(|it| it.eq_ignore_ascii_case(name));
        place.ok_or_else(|| format!("no column is called `{name}`"))
    };
    let (site, address) = (column("site")?, column("address")?);
    let mut addresses = Addresses::new();
    for (number, row) in reader.records().enumerate() {
        let line = number + 2;
        let row = row.map_err(|it| it.to_string())?;
        let (of, to) = (row.get(site).unwrap_or_default(), row.get(address).unwrap_or_default());
        let of = of.strip_prefix("site/").unwrap_or(of);
        let of: SiteId = of.parse().map_err(|_| format!("line {line}: `{of}` is no site"))?;
        let is_address = !to.is_empty()
            && to.len() <= ADDRESS_LENGTH_MAX
            && !to.chars().any(|it| it.is_control() || it.is_whitespace());
        if !is_address {
            return Err(format!("line {line}: that is no address"));
        }
        let here = addresses.entry(of).or_default();
        if here.iter().any(|it| it.eq_ignore_ascii_case(to)) {
            return Err(format!("line {line}: `{to}` stands twice"));
        }
        here.push(to.to_owned());
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_draws_as_many_different_users_as_are_due() {
        let site: SiteId = "B01".parse().unwrap();
        let users: Vec<String> = (0..20).map(|it| format!("user-{it}@example.com")).collect();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let drawn = drawn(&site, users.clone(), 5).unwrap();
            let different: std::collections::BTreeSet<&String> = drawn.iter().collect();
            assert_eq!(different.len(), 5);
            seen.extend(drawn);
        }
        assert_eq!(seen.len(), 20, "each of them may be asked");
        assert!(drawn(&site, users, 21).is_err(), "nobody is made up");
    }

    #[test]
    fn what_is_no_address_of_a_user_is_refused_with_its_line() {
        for (file, why) in [
            ("site\nB01\n", "no column is called `address`"),
            ("site,address\n../etc,a@example.com\n", "line 2: `../etc` is no site"),
            ("site,address\nB01,\n", "line 2: that is no address"),
            ("site,address\nB01,a@b.c\nB01,A@b.c\n", "line 3: `A@b.c` stands twice"),
        ] {
            assert_eq!(parsed(file.as_bytes()).unwrap_err(), why);
        }
        let read = parsed(b"address,site\na@b.c,B01\nd@e.f,site/B01\n").unwrap();
        let here: Vec<&String> = read.values().flatten().collect();
        assert_eq!(here, ["a@b.c", "d@e.f"]);
    }

    #[test]
    fn a_link_is_taken_with_or_without_the_address_of_its_page() {
        assert_eq!(token_of("0123abcd"), "0123abcd");
        assert_eq!(token_of(" https://landfall.example/s/FG2/0123abcd/\n"), "0123abcd");
    }
}
