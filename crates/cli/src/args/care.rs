//! What can be typed about what sites are promised and show: coverage, requirements, revisits.

use super::sign::site;
use clap::{ArgGroup, Args, Subcommand};
use jiff::civil::Date;
use model::id::{ComputerId, LineId, RfcId, SiteId};
use model::site_care::RevisitCause;
use std::path::PathBuf;

/// How many users and computers have the release, who is exempt, who came late.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall coverage show site/B27")]
pub(crate) enum Coverage {
    Show(CoverageOf),
    Set(SetCoverage),
    Import(ImportCoverage),
    Used(Used),
    Exempt(ExemptFrom),
    Approve(Numbered),
    End(EndExemption),
    Late(Late),
}

/// Print the coverage of sites, with their exemptions; without a name, of all sites.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall coverage show site/B27
  landfall coverage show --json")]
pub(crate) struct CoverageOf {
    /// The sites.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) sites: Vec<SiteId>,
}

/// Report how many users of a site have access.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall coverage set site/B27 --users-with-access 36 --source \"Sign-in log of 2027-02-09\"")]
pub(crate) struct SetCoverage {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// How many of the users of the plan.
    #[arg(long, value_name = "COUNT")]
    pub(crate) users_with_access: u32,
    /// How it is known.
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: String,
}

/// Report how many users of many sites have access, from a CSV file: all of it or nothing.
///
/// The file has the columns `site` and `users_with_access`; others are not read.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall coverage import coverage.csv --source \"Directory export of 2027-02-09\"")]
pub(crate) struct ImportCoverage {
    /// The file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How it is known.
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: String,
}

/// State how much a site is used while it is observed, compared with usual.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall coverage used site/B27 --percent 92 --evidence \"212 receipts of usually 230\"")]
pub(crate) struct Used {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// The share of usual use, in percent.
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) percent: u8,
    /// What shows it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: String,
}

/// Ask that users or a computer be exempt; Product Manager and site owner agree.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("what").required(true),
    after_help = "Examples:
  landfall coverage exempt site/B27 --users 2 --until 2027-05-01 --reason \"On leave\"
  landfall coverage exempt site/B27 --computer pc-7 --until 2027-05-01 --reason \"In repair\""
)]
pub(crate) struct ExemptFrom {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// So many users.
    #[arg(long, value_name = "COUNT", group = "what")]
    pub(crate) users: Option<u32>,
    /// This computer.
    #[arg(long, value_name = "COMPUTER", group = "what")]
    pub(crate) computer: Option<ComputerId>,
    /// The last day on which it holds, at the site.
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Date,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Agree to an exemption.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall coverage approve 3")]
pub(crate) struct Numbered {
    /// Its number.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: u32,
}

/// End an exemption, or turn down one that is asked for.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall coverage end 3 --reason \"The computer is back\"")]
pub(crate) struct EndExemption {
    /// Its number.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: u32,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Note users or computers that came after the sign-off: they belong to operations.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall coverage late site/B27 --users 2 --computers 1 --note \"A new counter\"")]
pub(crate) struct Late {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// How many users.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(crate) users: u32,
    /// How many computers.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(crate) computers: u32,
    /// Who they are.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: String,
}

/// State that a requirement of a site is met.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall fulfil site/B27 cabling --evidence \"Photo in the site folder\"")]
pub(crate) struct Fulfil {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// The requirement.
    #[arg(value_name = "NAME")]
    pub(crate) requirement: LineId,
    /// What shows it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: String,
}

/// What is outstanding: exceptions of signatures, and what owners refused for.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall item list")]
pub(crate) enum ItemOf {
    List(ListItems),
    Close(CloseItem),
}

/// List what is outstanding.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall item list --all")]
pub(crate) struct ListItems {
    /// What is done, too.
    #[arg(long)]
    pub(crate) all: bool,
}

/// State that something outstanding is done.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall item close 4 --how \"The printer is there\"")]
pub(crate) struct CloseItem {
    /// Its number.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: u32,
    /// How it was done.
    #[arg(long, value_name = "TEXT")]
    pub(crate) how: String,
}

/// Revisits: asked for, agreed to, dropped.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall revisits list")]
pub(crate) enum Revisits {
    List(ListRevisits),
    Open(OpenRevisit),
    Agree(AgreeToRevisit),
    Drop(DropRevisit),
}

/// List the revisits and where they stand.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall revisits list")]
pub(crate) struct ListRevisits {}

/// Ask for the team to go back to a site.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall revisits open site/B27 --cause incident --reference INC-3 --reason \"Wrong labels\"")]
pub(crate) struct OpenRevisit {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// What asks for it: feedback, incident, refusal, material-change or plan.
    #[arg(long, value_name = "CAUSE", value_parser = model::word::read::<RevisitCause>)]
    pub(crate) cause: RevisitCause,
    /// The incident, feedback or ticket.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Go back to a site, as was asked; takes Release Management and Product Manager.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall revisits agree 2 --under RFC-9")]
pub(crate) struct AgreeToRevisit {
    /// Its number.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: u32,
    /// The request for change that it runs under, where it is another than the site's.
    #[arg(long, value_name = "RFC")]
    pub(crate) under: Option<RfcId>,
}

/// Do without a revisit.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall revisits drop 2 --reason \"Fixed centrally\"")]
pub(crate) struct DropRevisit {
    /// Its number.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: u32,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Ask again whoever declined to sign, because what they said has been seen to.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall ask-again core:tester --how \"The replica was tested too\"")]
pub(crate) struct AskAgain {
    /// The slot.
    #[arg(value_name = "SLOT")]
    pub(crate) slot: model::sheet::SlotId,
    /// How it was seen to.
    #[arg(long, value_name = "TEXT")]
    pub(crate) how: String,
}

/// Do without a component that has not begun; takes Program Manager and customer.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall descope component/vpn-west --reason \"The west stays on leased lines\"")]
pub(crate) struct Descope {
    /// The component.
    #[arg(value_name = "COMPONENT", value_parser = super::act::component)]
    pub(crate) component: model::id::ComponentId,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}
