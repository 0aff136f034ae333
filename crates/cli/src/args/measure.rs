//! What can be typed to measure.

use clap::Args;
use jiff::Timestamp;
use model::incident::Attribution;
use model::scope::Scope;
use model::window::TimeZoneName;
use std::path::PathBuf;

/// Compute downtime, availability and incidents, of the deployment or from tables.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall measures
  landfall measures site/B27 --from 2027-04-05T21:00Z --to 2027-04-26T21:00Z
  landfall measures --sites sites.csv --segments impact-segments.csv --planned planned.csv --tickets tickets.csv --from 2027-04-05T21:00Z --to 2027-04-26T21:00Z --as-of 2027-04-26T21:00Z
  landfall measures --sites sites.csv --segments impact-segments.csv --from 2027-04-05T21:00Z --to 2027-04-26T21:00Z --as-experienced --json
  landfall measures --write figures

The columns, all others being passed over:
  sites      site, users; computers, in_service_utc
  segments   incident, start_utc, end_utc, sites, level; affected_users, attribution
  planned    id, start_utc, end_utc, sites, announced
  tickets    id, sev, opened, episodes, status; detected, acknowledged, attribution
  hours      start_utc, end_utc, sites
  requests   id, kind, opened, status; sites, attribution
  escalations  id, raised, cause; sev, path, drill, due, accepted, answered, rejections, insisted, avoidable
  coverage   site, computers_targeted, computers_covered; computers_exempt, users_targeted, users_exempt, users_covered
  answers    instrument, question, n1, n2, n3, n4, n5; asked
  known      start_utc, end_utc, sites
What a row of sites, segments, planned, tickets, requests, escalations or coverage says in a column `environment` other than production is left out.

A time without an offset is UTC. Every fault of every table is reported at once, exit code 2.")]
pub(crate) struct Measures {
    /// One site of the deployment, as `site/` and its name.
    #[arg(value_name = "SCOPE", conflicts_with = "sites")]
    pub(crate) scope: Option<Scope>,
    #[command(flatten)]
    pub(crate) tables: Tables,
    /// The time zone whose Mondays begin the weeks. Of a deployment, that of its plan.
    #[arg(long, value_name = "ZONE", requires = "sites", default_value = "UTC")]
    pub(crate) zone: TimeZoneName,
    /// Write what the figures are computed from as tables into this folder.
    #[arg(long, value_name = "FOLDER", conflicts_with = "sites")]
    pub(crate) write: Option<PathBuf>,
    /// Where the time begins. Of a deployment without it, when the first site came into service.
    #[arg(long, value_name = "TIME", value_parser = planfile::instant)]
    pub(crate) from: Option<Timestamp>,
    /// Where it ends. Of a deployment without it, now.
    #[arg(long, value_name = "TIME", value_parser = planfile::instant)]
    pub(crate) to: Option<Timestamp>,
    /// From when it is looked at: nothing later is known. Without it, from the end.
    #[arg(long, value_name = "TIME", value_parser = planfile::instant)]
    pub(crate) as_of: Option<Timestamp>,
    /// What counts, by whom it is put down to.
    #[arg(
        long,
        value_name = "CAUSES",
        value_delimiter = ',',
        value_parser = cause,
        default_value = "solution,undetermined"
    )]
    pub(crate) attribution: Vec<Attribution>,
    /// Count everything that people experienced, whatever its cause.
    #[arg(long, conflicts_with = "attribution")]
    pub(crate) as_experienced: bool,
}

/// The tables that are measured.
#[derive(Args, Debug)]
pub(crate) struct Tables {
    /// The sites, one a row.
    #[arg(long, value_name = "CSV", requires_all = ["segments", "from", "to"])]
    pub(crate) sites: Option<PathBuf>,
    /// The stretches of impact.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) segments: Option<PathBuf>,
    /// The stretches of planned work.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) planned: Option<PathBuf>,
    /// The incidents.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) tickets: Option<PathBuf>,
    /// When the service is agreed to be there; always at sites that no row names.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) hours: Option<PathBuf>,
    /// All requests, incidents among them: support issues.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) requests: Option<PathBuf>,
    /// The escalations to the project team.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) escalations: Option<PathBuf>,
    /// How far each site is covered.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) coverage: Option<PathBuf>,
    /// The answers to the survey.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) answers: Option<PathBuf>,
    /// When it is known of sites whether they were up.
    #[arg(long, value_name = "CSV", requires = "sites")]
    pub(crate) known: Option<PathBuf>,
}

/// Returns the cause that `text` names.
fn cause(text: &str) -> Result<Attribution, String> {
    let word = text.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    word.parse().map_err(|_| {
        "write some of: solution, environment, user-error, unrelated, undetermined".to_owned()
    })
}

/// Show a deployment report: of the core, a ring or a site, of exceptions, or of the schedule.
#[derive(Args, Debug)]
#[command(
    name = "report",
    after_help = "Examples:
  landfall report
  landfall report ring/first-third
  landfall report core schedule exceptions --json

Without a name, all reports but those of single sites are listed with their digests."
)]
pub(crate) struct ReportOf {
    /// Which: core, ring/NAME, site/NAME, exceptions or schedule.
    #[arg(value_name = "REPORT")]
    pub(crate) reports: Vec<model::reports::Report>,
}

/// Show the three outcomes and their measures: support issues, sites, sign-off, team, escalations.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall outcomes
  landfall outcomes --json

What is not recorded is unknown.")]
pub(crate) struct Outcomes {}
