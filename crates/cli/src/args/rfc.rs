//! What can be typed about requests for change.

use clap::{Args, Subcommand};
use model::id::{DeploymentId, PersonId, RfcId, SiteId};
use model::rfc::{EmergencyKind, RfcCategory, RollbackResult};
use model::scope::Scope;

/// Submit, assess, approve, schedule and review requests for change.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall rfc list
  landfall rfc show RFC-1
  landfall rfc approve RFC-1 --digest 6854ed03")]
pub(crate) enum Rfc {
    /// List the requests for change with where they stand.
    #[command(after_help = "Examples:
  landfall rfc list
  landfall rfc list --json")]
    List,
    /// Show a request, what it covers, and the digest that is approved.
    #[command(after_help = "Examples:
  landfall rfc show RFC-1")]
    Show {
        /// The request.
        rfc: RfcId,
    },
    /// Submit a request.
    #[command(after_help = "Examples:
  landfall rfc submit RFC-1")]
    Submit {
        /// The request.
        rfc: RfcId,
    },
    /// Classify a submitted request; it is being assessed from then on.
    #[command(after_help = "Examples:
  landfall rfc classify RFC-1
  landfall rfc classify RFC-1 --category major")]
    Classify {
        /// The request.
        rfc: RfcId,
        /// Its category: standard, minor, significant, major or emergency; the planned one without.
        #[arg(long, value_name = "CATEGORY", value_parser = model::word::read::<RfcCategory>)]
        category: Option<RfcCategory>,
    },
    /// Send a request back with questions.
    #[command(after_help = "Examples:
  landfall rfc return RFC-1 --reason \"Who is on call that night?\"")]
    Return {
        /// The request.
        rfc: RfcId,
        /// The questions.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Approve a request: exactly the plan part with this digest.
    #[command(after_help = "Examples:
  landfall rfc approve RFC-1 --digest 6854ed03
  landfall rfc approve RFC-1 --digest 6854ed03 --condition \"Only with both gateways up\"

Without --digest the request is shown and you are asked, on a terminal.
Exit code 8 where the plan part is no longer the one with that digest.")]
    Approve {
        /// The request.
        rfc: RfcId,
        /// The first digits, at least 8, of the digest that `landfall rfc show` printed.
        #[arg(long, value_name = "PREFIX")]
        digest: Option<String>,
        /// What is attached to the approval.
        #[arg(long, value_name = "TEXT")]
        condition: Option<String>,
    },
    /// Reject a request.
    #[command(after_help = "Examples:
  landfall rfc reject RFC-1 --reason \"The window collides with stock-taking\"")]
    Reject {
        /// The request.
        rfc: RfcId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Put an authorised request into the change schedule.
    #[command(after_help = "Examples:
  landfall rfc schedule RFC-1")]
    Schedule {
        /// The request.
        rfc: RfcId,
    },
    /// Withdraw a request.
    #[command(after_help = "Examples:
  landfall rfc cancel RFC-1 --reason \"Replaced by RFC-2\"")]
    Cancel {
        /// The request.
        rfc: RfcId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Record the review after implementation.
    #[command(after_help = "Examples:
  landfall rfc review RFC-1 --success --lessons \"Begin half an hour earlier\"
  landfall rfc review RFC-1 --failure --objectives-missed --late --rollback worked --incident 3 --lessons \"Test on the old till too\"
  landfall rfc review STD-017-2 --reason \"As the first time\"

A sentence (--reason) is enough under the profile solo, and for standard changes outside of the
sample that is reviewed in full.")]
    Review(Review),
    /// Review an emergency: could it have waited? By somebody else than who authorised it.
    #[command(after_help = "Examples:
  landfall rfc review-emergency CHG-E01 --justified --reason \"The tills of 12 branches were down\"
  landfall rfc review-emergency CHG-E01 --unjustified --reason \"It could have waited for the night\"")]
    ReviewEmergency {
        /// The request.
        rfc: RfcId,
        /// It could not have waited.
        #[arg(long, required_unless_present = "unjustified", conflicts_with = "unjustified")]
        justified: bool,
        /// It could have waited.
        #[arg(long)]
        unjustified: bool,
        /// What was found.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Record that the work of a request was undone.
    #[command(after_help = "Examples:
  landfall rfc back-out RFC-1 --reason \"The label driver fails; all three branches are back\"")]
    BackOut {
        /// The request.
        rfc: RfcId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Ask for a standard change: what a template of the plan authorises in advance.
    #[command(after_help = "Examples:
  landfall rfc standard STD-017 site/B27 --reason \"Receipts print twice; the fix is known\"
  landfall rfc standard STD-017 site/B27 --from 2027-03-21T07:00Z --until 2027-03-21T12:00Z --reason \"Receipts print twice\"

It becomes a request of its own, such as STD-017-1, which Landfall authorises by itself where it
keeps the limits of its template; `landfall why rfc/STD-017-1` says so where it does not.")]
    Standard {
        /// The template.
        template: RfcId,
        /// The sites.
        #[arg(required = true, value_name = "SITE", value_parser = super::sign::site)]
        sites: Vec<SiteId>,
        /// From when on it runs; without, in the windows of the sites.
        #[arg(long, value_name = "TIME", requires = "until")]
        from: Option<String>,
        /// Until when it runs.
        #[arg(long, value_name = "TIME", requires = "from")]
        until: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Ask for a change in an emergency, whose work people do and no step of the plan.
    #[command(after_help = "Examples:
  landfall rfc ask-emergency CHG-E01 ring/second-third --title \"Gateway rules\" --reason \"The western gateway drops connections\" --impact \"No sales for some minutes\" --risk \"It takes longer\" --rollback \"The former rules\" --tested \"On the spare gateway\" --implementer ruben --from 2027-04-21T03:00Z --until 2027-04-21T03:30Z

Whoever is on call authorises it with `landfall rfc emergency`; then `landfall rfc begin` and
`landfall rfc finish` say when it was carried out, and others review it.")]
    AskEmergency(Box<AskEmergency>),
    /// Say that the work of an emergency begins, which people do.
    #[command(after_help = "Examples:
  landfall rfc begin CHG-E01")]
    Begin {
        /// The request.
        rfc: RfcId,
    },
    /// Say that the work that people do is done and verified.
    #[command(after_help = "Examples:
  landfall rfc finish CHG-E01 --evidence \"All fifteen branches sell again\"")]
    Finish {
        /// The request.
        rfc: RfcId,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// Record what a change hit, within its window or beyond it.
    #[command(after_help = "Examples:
  landfall rfc impact CHG-E01 --level outage --since 2027-04-21T03:05Z --until 2027-04-21T03:22Z --site B16 --site B17")]
    Impact {
        /// The request.
        rfc: RfcId,
        #[command(flatten)]
        hit: super::incident::Hit,
    },
    /// Rule on a conflict with another change of the schedule.
    #[command(after_help = "Examples:
  landfall rfc rule RFC-2 --with RFC-9 --reason \"RFC-9 goes first, RFC-2 begins at 03:00\"
  landfall rfc rule RFC-2 --with R-7 --of CX11 --reason \"Both: they share the uplink by halves\"

Conflicts within the deployment are the change authority's, those with another the Solution
Manager's. `landfall change-schedule` lists them.")]
    Rule {
        /// The request.
        rfc: RfcId,
        /// The other request.
        #[arg(long, value_name = "RFC")]
        with: RfcId,
        /// The deployment of the other; this one without.
        #[arg(long, value_name = "NAME")]
        of: Option<DeploymentId>,
        /// What is ruled.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Close a reviewed request.
    #[command(after_help = "Examples:
  landfall rfc close RFC-1")]
    Close {
        /// The request.
        rfc: RfcId,
    },
    /// Authorise a request alone, as an emergency; it is reviewed afterwards.
    #[command(after_help = "Examples:
  landfall rfc emergency RFC-1 --digest 6854ed03 --restores service --reason \"Sales are down in all branches\"")]
    Emergency {
        /// The request.
        rfc: RfcId,
        /// The first digits, at least 8, of the digest that `landfall rfc show` printed.
        #[arg(long, value_name = "PREFIX")]
        digest: Option<String>,
        /// What it restores: service, security or safety.
        #[arg(long, value_name = "KIND")]
        #[arg(value_parser = model::word::read::<EmergencyKind>)]
        restores: EmergencyKind,
        /// Why it cannot wait.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// What is asked for in an emergency.
#[derive(Debug, Args)]
pub(crate) struct AskEmergency {
    /// Its name.
    pub(crate) rfc: RfcId,
    /// What it covers: site/NAME, ring/NAME or component/NAME.
    #[arg(required = true, value_name = "SCOPE")]
    pub(crate) covers: Vec<Scope>,
    /// What it is about.
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: String,
    /// Why it cannot wait.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// What it touches.
    #[arg(long, value_name = "TEXT")]
    pub(crate) impact: String,
    /// What may go wrong.
    #[arg(long, value_name = "TEXT")]
    pub(crate) risk: String,
    /// How it is undone.
    #[arg(long, value_name = "TEXT")]
    pub(crate) rollback: String,
    /// What was tried beforehand.
    #[arg(long, value_name = "TEXT")]
    pub(crate) tested: String,
    /// Who carries it out; may be given several times.
    #[arg(long = "implementer", value_name = "PERSON", required = true)]
    pub(crate) implementers: Vec<PersonId>,
    /// From when on it runs.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: String,
    /// Until when it runs.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: String,
}

/// Show the change schedule: what is authorised, when it runs, and what conflicts with it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  landfall change-schedule
  landfall change-schedule --json

Changes of other deployments of the same record are shown as they stood when a request was last
approved here. A conflict is ruled on with `landfall rfc rule`.")]
pub(crate) struct ChangeSchedule {}

/// A review, in a sentence or point by point.
#[derive(Debug, Args)]
pub(crate) struct Review {
    /// The request.
    pub(crate) rfc: RfcId,
    /// The change was a success.
    #[arg(long, required_unless_present_any = ["failure", "reason"], conflicts_with_all = ["failure", "reason"])]
    pub(crate) success: bool,
    /// The change was a failure.
    #[arg(long, conflicts_with = "reason")]
    pub(crate) failure: bool,
    /// It did not meet its objectives.
    #[arg(long, conflicts_with = "reason")]
    pub(crate) objectives_missed: bool,
    /// It did not end in the time that was planned.
    #[arg(long, conflicts_with = "reason")]
    pub(crate) late: bool,
    /// What it did besides.
    #[arg(long, value_name = "TEXT", conflicts_with = "reason")]
    pub(crate) side_effects: Option<String>,
    /// An incident that it caused; may be given several times.
    #[arg(long, value_name = "NUMBER", conflicts_with = "reason")]
    pub(crate) incident: Vec<u32>,
    /// Whether going back was not-needed, worked or failed.
    #[arg(long, value_name = "RESULT", default_value = "not-needed")]
    #[arg(value_parser = model::word::read::<RollbackResult>)]
    pub(crate) rollback: RollbackResult,
    /// What was learnt.
    #[arg(long, value_name = "TEXT", required_unless_present = "reason")]
    pub(crate) lessons: Option<String>,
    /// The whole review in a sentence, where that is enough.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}
