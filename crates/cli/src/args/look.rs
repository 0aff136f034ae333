//! What can be typed to look at a deployment.

use clap::Args;
use coordinator::Moment;
use jiff::Timestamp;
use model::id::PersonId;
use model::scope::Scope;

/// Show where the deployment stands: rings, core components, gates, what waits on people.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall status
  landfall status --watch
  landfall status --at 2027-02-07T08:00:00Z
  landfall status --json

Exit code 6 where something is halted or held and needs a decision.")]
pub(crate) struct Status {
    /// Keep showing it; `q` ends it. Into a pipe, a plain table with each change.
    #[arg(long, conflicts_with = "at")]
    pub(crate) watch: bool,
    /// As it stood at an instant, or after an entry of the record.
    #[arg(long, value_name = "TIME|ENTRY", value_parser = moment)]
    pub(crate) at: Option<Moment>,
    /// Leave out the forecast, which takes a while where there are very many sites.
    #[arg(long)]
    pub(crate) no_forecast: bool,
}

/// Say what something waits on, since when, and who can supply it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall why site/B27
  landfall why ring/early
  landfall why component/db-primary
  landfall why rfc/RFC-2027-031
  landfall why deployment
  landfall why site/B27 --at 2027-02-07T02:00:00Z
  landfall why site/B27 --at 4711")]
pub(crate) struct Why {
    /// What: `deployment`, `core`, or `component/`, `ring/`, `site/` or `rfc/` and a name.
    #[arg(value_name = "SCOPE", default_value = "deployment")]
    pub(crate) scope: Scope,
    /// As it was at an instant, or after an entry of the record.
    #[arg(long, value_name = "TIME|ENTRY", value_parser = moment)]
    pub(crate) at: Option<Moment>,
}

/// Show who gave each component, each site and the service to whom, and when.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall handover
  landfall handover component/db-primary
  landfall handover site/B27
  landfall handover deployment --json")]
pub(crate) struct HandoverOf {
    /// Of what: `deployment`, or `component/` or `site/` and a name; everything, if it is left out.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Option<Scope>,
}

/// List what waits on people: on me, on somebody, on everybody.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall waiting
  landfall waiting --for noor.vasquez
  landfall waiting --everything --limit 50

Without --for it is the work of whoever acts (--as); with nobody named, everybody's.")]
pub(crate) struct Waiting {
    /// Whose work.
    #[arg(id = "for", long = "for", value_name = "PERSON")]
    pub(crate) person: Option<PersonId>,
    /// What waits on time and on Landfall itself too.
    #[arg(long)]
    pub(crate) everything: bool,
    /// How many lines at most.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) limit: usize,
}

/// Returns the instant or the entry that `text` names.
fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(seq) = text.parse() {
        return Ok(Moment::Seq(seq));
    }
    let time = text.parse::<Timestamp>();
    time.map(Moment::Time).map_err(|_| {
        "write an entry's number, or a time with its zone such as 2027-02-07T02:00:00Z".to_owned()
    })
}
